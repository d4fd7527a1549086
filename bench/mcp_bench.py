"""The MCP server: spawn to initialize, idle memory, processor time of a rejected call."""

import json
import subprocess
import time

from measure import Table, cpu_ms, memory, progress

REJECTED = "not-a-number"


class Server:
    """One over stdio, started and initialized."""

    def __init__(self, command: list, **options):
        started = time.perf_counter()
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, **options)
        self._next_id = 0
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                    "clientInfo": {"name": "bench", "version": "1"}})
        self.initialized_ms = (time.perf_counter() - started) * 1000
        self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.request("tools/list", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)

    @property
    def pid(self) -> int:
        return self.process.pid

    def request(self, method: str, params: dict) -> dict:
        self._next_id += 1
        self._write({"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params})
        while (answer := json.loads(self.process.stdout.readline())).get("id") != self._next_id:
            pass
        return answer

    def call_ms(self, tool: str, arguments: dict) -> float:
        """Milliseconds until the result, which may be a refusal."""
        started = time.perf_counter()
        answer = self.request("tools/call", {"name": tool, "arguments": arguments})
        elapsed_ms = (time.perf_counter() - started) * 1000
        assert "result" in answer, answer
        return elapsed_ms

    def _write(self, message: dict) -> None:
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()


def started(system) -> Server:
    return Server(system.server_command(), env=system.environment(), cwd=system.home)


def rejected_call(server: Server) -> float:
    return server.call_ms("make_phone_call", {"phone_number": REJECTED})


def figures(system, spawns: int, calls: int) -> dict[str, list[float]]:
    starts, rss, pss = [], [], []
    progress(f"{system.name}: {spawns} spawns of the MCP server")
    for _ in range(spawns):
        with started(system) as server:
            starts.append(server.initialized_ms)
            used = memory(server.pid)
            rss.append(used.rss)
            pss.append(used.pss)
    progress(f"{system.name}: {calls} rejected calls")
    with started(system) as server:
        rejected_call(server)
        before = cpu_ms(server.pid)
        latencies = [rejected_call(server) for _ in range(calls)]
        cpu = (cpu_ms(server.pid) - before) / calls
    return {"start": starts, "rss": rss, "pss": pss, "latency": latencies, "cpu": [cpu]}


def run(table: Table, ours, peer) -> None:
    mine = figures(ours, spawns=30, calls=20_000)
    theirs = figures(peer, spawns=10, calls=2_000) if peer else {}
    table.section("MCP server")
    table.row("spawn -> initialize, ms", mine["start"], theirs.get("start"), 20, 1)
    table.row("idle RSS, MiB", mine["rss"], theirs.get("rss"), 15, 1)
    table.row("idle PSS, MiB", mine["pss"], theirs.get("pss"), None, 1)
    table.row("tools/call, rejected number, CPU ms (20,000 and 2,000)", mine["cpu"], theirs.get("cpu"), 0.06, 3)
    table.row("tools/call, rejected number, latency ms", mine["latency"], theirs.get("latency"), None, 3)
