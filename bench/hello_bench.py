"""Our MCP server beside hello servers in other languages over stdio: spawn to the first answer, memory, a call."""

from dataclasses import dataclass

import hello_servers
from mcp_bench import REJECTED, Server
from measure import Table, cpu_ms, median, memory, percentile, progress

SPAWNS = 15
CALL_S = 6


@dataclass
class Figures:
    spawn_ms: list[float]
    rss_mib: list[float]
    latency_us: list[float]
    cpu_us: float

    @property
    def row(self) -> str:
        calls_s = 1e6 / (sum(self.latency_us) / len(self.latency_us))
        return (f"{median(self.spawn_ms):>9.1f}{median(self.rss_mib):>11.1f}{calls_s:>11.0f}"
                f"{median(self.latency_us):>9.0f}{percentile(self.latency_us, 0.99):>9.0f}{self.cpu_us:>12.0f}")


def figures(name: str, command: list, tool: str, arguments: dict, **options) -> Figures:
    progress(f"{name}: {SPAWNS} spawns, and calls for {CALL_S} s")
    spawn_ms, rss_mib = [], []
    for _ in range(SPAWNS):
        with Server(command, **options) as server:
            spawn_ms.append(server.initialized_ms)
            rss_mib.append(memory(server.pid).rss)
    with Server(command, **options) as server:
        for _ in range(50):
            server.call_ms(tool, arguments)
        before, latency_us = cpu_ms(server.pid), []
        while sum(latency_us) < CALL_S * 1e6:
            latency_us.append(server.call_ms(tool, arguments) * 1000)
        cpu_us = (cpu_ms(server.pid) - before) * 1000 / len(latency_us)
    return Figures(spawn_ms, rss_mib, latency_us, cpu_us)


def run(table: Table, ours, sources, cache) -> None:
    """`sources`: the hello servers', or None where there are none."""
    everyone = {"ours: a number refused": figures("ours", ours.server_command(), "make_phone_call",
                                                  {"phone_number": REJECTED}, env=ours.environment(), cwd=ours.home)}
    for name, command in (hello_servers.commands(sources, cache) if sources else {}).items():
        everyone[f"{name}: hello"] = figures(name, command, "greet", {"name": "x"})
    print(f"\nMCP servers over stdio\n{'':<30}{'spawn, ms':>9}{'RSS, MiB':>11}{'calls/s':>11}{'p50, us':>9}"
          f"{'p99, us':>9}{'CPU us/call':>12}")
    for name, measured in everyone.items():
        print(f"{name:<30}{measured.row}", flush=True)
    mine = everyone["ours: a number refused"]
    table.check("stdio, spawn to first answer, ms", median(mine.spawn_ms), 20)
    table.check("stdio, idle RSS, MiB", median(mine.rss_mib), 15)
    table.check("stdio, CPU us per call", mine.cpu_us, 60)
    table.check("stdio, p50 of a call, us", median(mine.latency_us), 100)
