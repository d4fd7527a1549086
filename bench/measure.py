"""Memory, processor time and distributions, from /proc, and the table they are printed in."""

import contextlib
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def progress(text: str) -> None:
    print(f"  … {text}", file=sys.stderr, flush=True)


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread ended meanwhile
            children += [int(child) for child in task.read_text().split()]
    return [pid] + [process for child in children for process in tree(child)]


@dataclass(frozen=True)
class Memory:
    """MiB of a process tree."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    kib = {"Rss:": 0, "Pss:": 0}
    for process in tree(pid):
        with contextlib.suppress(OSError):  # it ended meanwhile
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                name, *values = line.split()
                if name in kib:
                    kib[name] += int(values[0])
    return Memory(kib["Rss:"] / 1024, kib["Pss:"] / 1024)


def settled_pss(pid: int, at_most_s: int = 60) -> float:
    """PSS once it no longer changes: models load, and idle processes warm up, in the background."""
    last, calm = memory(pid).pss, 0
    for _ in range(at_most_s):
        time.sleep(1)
        now = memory(pid).pss
        calm = calm + 1 if abs(now - last) < 0.2 else 0
        if calm == 3:
            break
        last = now
    return memory(pid).pss


def cpu_by_process_ms(pid: int) -> dict[int, float]:
    """Processor time each process of a tree has used so far; ticks are 10 ms."""
    used = {}
    for process in tree(pid):
        with contextlib.suppress(OSError):  # it ended meanwhile
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            used[process] = (int(fields[11]) + int(fields[12])) * TICK_MS
    return used


def cpu_ms(pid: int) -> float:
    return sum(cpu_by_process_ms(pid).values())


def cpu_percent(pids: dict[str, int], seconds: float) -> dict[str, float]:
    """% of a core each process tree uses over some seconds."""
    started, before = time.perf_counter(), {name: cpu_by_process_ms(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    elapsed_ms = (time.perf_counter() - started) * 1000
    return {name: sum(used - before[name].get(process, 0) for process, used in cpu_by_process_ms(pid).items())
                  / elapsed_ms * 100 for name, pid in pids.items()}


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Table:
    """One line a figure: ours, the peer's, how many times ours the peer's is, the budget and whether it is met."""

    def __init__(self):
        self.missed: list[str] = []

    def section(self, title: str) -> None:
        print(f"\n{title}\n{'':<58}{'ours':>30}{'Python peer':>30}{'peer/ours':>11}   budget", flush=True)

    def row(self, name: str, ours: list[float], peer: list[float] | None = None, budget: float | None = None,
            digits: int = 0, share: float | None = None) -> None:
        """`share` chooses a percentile of the measurements; otherwise it is their median."""
        value = (lambda values: percentile(values, share)) if share else median
        ratio = f"{value(peer) / value(ours):.1f}x" if ours and peer and value(ours) > 0 else "-"
        verdict = "-" if budget is None else self._verdict(name, value(ours), budget)
        figures = f"{_spread(ours, value, digits):>30}{_spread(peer or [], value, digits):>30}"
        print(f"{name:<58}{figures}{ratio:>11}   {verdict}", flush=True)

    def check(self, name: str, value: float, budget: float) -> None:
        """A figure printed elsewhere, against its budget."""
        print(f"  {name}: {value:.3g}   {self._verdict(name, value, budget)}", flush=True)

    def note(self, text: str) -> None:
        print(f"  {text}", flush=True)

    def _verdict(self, name: str, value: float, budget: float) -> str:
        if value <= budget:
            return f"<= {budget:g}  met"
        self.missed.append(f"{name}: {value:.3g} over {budget:g}")
        return f"<= {budget:g}  MISSED"


def _spread(values: list[float], value, digits: int) -> str:
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{value(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f}, n={len(values)})"
