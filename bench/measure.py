"""Memory, processor time and distributions, from /proc."""

import os
import statistics
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children += [int(child) for child in task.read_text().split()]
    return [pid] + [process for child in children for process in tree(child)]


def memory_mib(pid: int) -> tuple[float, float]:
    """(RSS, PSS) of a process tree."""
    rss = pss = 0
    for process in tree(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                rss += int(line.split()[1])
            elif line.startswith("Pss:"):
                pss += int(line.split()[1])
    return rss / 1024, pss / 1024


def cpu_ms(pid: int) -> float:
    """Processor time used so far by a process tree; ticks are 10 ms."""
    total = 0.0
    for process in tree(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_MS
    return total


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def spread(values: list[float], digits: int = 0) -> str:
    """median (min-max), n"""
    if not values:
        return "-"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f}, n={len(values)})"


class Table:
    """One line a figure: ours, the peer's, their ratio, the budget."""

    def __init__(self):
        print(f"{'figure':<58}{'ours':>30}{'Python peer':>30}{'ratio':>9}  budget")

    def row(self, name: str, ours: list[float], peer: list[float] | None, budget: str, digits: int = 0) -> None:
        ratio = f"{median(peer) / median(ours):.1f}x" if peer and ours and median(ours) else "-"
        print(f"{name:<58}{spread(ours, digits):>30}{spread(peer or [], digits):>30}{ratio:>9}  {budget}", flush=True)

    def note(self, text: str) -> None:
        print(f"  {text}", flush=True)
