"""The MCP server: spawn to initialize, idle memory, processor time of a rejected call."""

import json
import subprocess
import time

from measure import Table, cpu_ms, memory_mib

REJECTED = "not-a-number"


class Server:
    def __init__(self, system):
        started = time.perf_counter()
        self.process = subprocess.Popen(system.server_command(), env=system.environment(), cwd=system.server_cwd(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.next_id = 0
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                    "clientInfo": {"name": "bench", "version": "1"}})
        self.initialized_ms = (time.perf_counter() - started) * 1000
        self.write({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def write(self, message: dict) -> None:
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method: str, params: dict) -> dict:
        self.next_id += 1
        self.write({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        while (answer := json.loads(self.process.stdout.readline())).get("id") != self.next_id:
            pass
        return answer

    def rejected_call(self) -> float:
        started = time.perf_counter()
        self.request("tools/call", {"name": "make_phone_call", "arguments": {"phone_number": REJECTED}})
        return (time.perf_counter() - started) * 1000

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)


def figures(system, spawns: int, calls: int) -> dict[str, list[float]]:
    starts, rss, pss = [], [], []
    for _ in range(spawns):
        server = Server(system)
        starts.append(server.initialized_ms)
        one_rss, one_pss = memory_mib(server.process.pid)
        rss.append(one_rss)
        pss.append(one_pss)
        server.stop()
    server = Server(system)
    server.rejected_call()
    before = cpu_ms(server.process.pid)
    latencies = [server.rejected_call() for _ in range(calls)]
    cpu = (cpu_ms(server.process.pid) - before) / calls
    server.stop()
    return {"start": starts, "rss": rss, "pss": pss, "latency": latencies, "cpu": [cpu]}


def run(table: Table, ours, peer) -> None:
    mine = figures(ours, spawns=30, calls=20_000)
    theirs = figures(peer, spawns=5, calls=500) if peer else {}
    table.row("MCP spawn -> initialize, ms", mine["start"], theirs.get("start"), "<= 20", 1)
    table.row("MCP server idle RSS, MiB", mine["rss"], theirs.get("rss"), "<= 15", 1)
    table.row("MCP server idle PSS, MiB", mine["pss"], theirs.get("pss"), "", 1)
    table.row("tools/call, rejected number, CPU ms", mine["cpu"], theirs.get("cpu"), "<= 0.06", 3)
    table.row("tools/call, rejected number, latency ms", mine["latency"], theirs.get("latency"), "p50 <= 0.1", 3)
