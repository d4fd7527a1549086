"""What one more call costs: memory and processor time of the worker, and of LiveKit under it."""

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from measure import Table, cpu_percent, memory, progress
from systems import ROOT

SETTLE_S = 8  # greetings are over, and the peer's next idle process has warmed up
ROUND_S = 14  # in which the far end speaks and is answered
WINDOW_S = 24  # twice the 12 s the far end repeats


@dataclass(frozen=True)
class Load:
    """PSS in MiB; processor time in % of a core. `others` is what neither the worker nor LiveKit used."""

    pss: float
    worker: float
    server: float
    sip: float
    others: float


def stack_pids() -> dict[str, int]:
    status = subprocess.run(["/usr/bin/python3", ROOT / "tools/stack", "status"], capture_output=True, text=True)
    return {name: int(pid) for name, pid in re.findall(r"^(livekit-\w+) +pid (\d+)", status.stdout, re.MULTILINE)}


def measure(worker) -> Load:
    stack, (busy_before, all_before) = stack_pids(), _machine_ticks()
    used = cpu_percent({"worker": worker.pid, **stack}, WINDOW_S)
    busy, total = _machine_ticks()
    machine = (busy - busy_before) / (total - all_before) * os.cpu_count() * 100
    return Load(memory(worker.pid).pss, used["worker"], used["livekit-server"], used["livekit-sip"],
                machine - sum(used.values()))


def cost_of_one(idle: Load, loaded: Load, calls: int) -> Load:
    """The share of one call; `others` stays as it is."""
    return Load((loaded.pss - idle.pss) / calls, (loaded.worker - idle.worker) / calls,
                    (loaded.server - idle.server) / calls, (loaded.sip - idle.sip) / calls, loaded.others)


def costs(name: str, what: str, worker, counts: list[int], begin, end) -> dict[int, Load]:
    """By count. `begin(count)` sets up so many calls and returns their rooms; `end(rooms)` says how many had lasted."""
    progress(f"{name}: a first call, which loads the media library and warms the models, then idle")
    rooms = begin(1)
    time.sleep(ROUND_S)
    end(rooms)
    time.sleep(SETTLE_S)
    idle, found = measure(worker), {}
    for count in counts:
        progress(f"{name}: {count} {what} for {SETTLE_S + WINDOW_S} s")
        rooms = begin(count)
        time.sleep(SETTLE_S)
        loaded = measure(worker)
        lasted = end(rooms)
        if lasted == count:
            found[count] = cost_of_one(idle, loaded, count)
        else:
            progress(f"{name}: only {lasted} of {count} {what} lasted: no figure")
        time.sleep(SETTLE_S)
    return found


def print_costs(table: Table, what: str, mine: dict[int, Load], theirs: dict[int, Load]) -> None:
    for count, cost in mine.items():
        other = theirs.get(count)
        table.row(f"one more at {count} {what}, PSS MiB", [cost.pss], other and [other.pss], 4, 1)
        table.row(f"one more at {count} {what}, % of a core", [cost.worker], other and [other.worker], 4.5, 1)
        table.note(f"apart: {_below(cost)}" + (f"; peer: {_below(other)}" if other else ""))


def _below(cost: Load) -> str:
    return (f"livekit-server {cost.server:.1f}, livekit-sip {cost.sip:.1f} % of a core a call; "
            f"far ends and anything else here {cost.others:.0f}")


def _machine_ticks() -> tuple[int, int]:
    """(busy, all) of all cores since boot."""
    user, nice, system, idle, waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    busy = user + nice + system + sum(rest)
    return busy, busy + idle + waiting
