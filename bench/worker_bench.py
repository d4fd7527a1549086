"""The worker: spawn to registered, idle memory, dispatch to the agent in the room."""

import time
import uuid

from measure import Table, progress, settled_pss

NUMBER = "+442079460123"


def starts(system, runs: int) -> list[float]:
    times = []
    for run_ in range(runs):
        progress(f"{system.name}: spawn to registered, {run_ + 1} of {runs}")
        with system.worker() as worker:
            times.append(worker.registered_ms)
    return times


def dispatch_to_joined(system, livekit, worker, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds as livekit-server sees it; and of that, what the worker says of itself: assignment to joined."""
    times, assigned = [], []
    for run_ in range(runs):
        progress(f"{system.name}: dispatch to joined, {run_ + 1} of {runs}")
        room = f"bench_{uuid.uuid4().hex}"
        started = time.perf_counter()
        livekit.dispatch(system.agent, room, system.metadata(NUMBER, room))
        times.append((livekit.wait_for_agent(room) - started) * 1000)
        if system.says_joined:
            assigned.append(float(worker.wait_for(system.says_joined.format(room), within_s=10)[1]))
        livekit.hang_up([room])
        time.sleep(1)
    return times, assigned


def idle_and_joined(system, livekit, runs: int) -> tuple[float, list[float], list[float]]:
    with system.worker() as worker:
        progress(f"{system.name}: idle memory, once it has settled")
        return settled_pss(worker.pid), *dispatch_to_joined(system, livekit, worker, runs)


def idle(ours, **worker_options) -> float:
    progress(f"ours: idle memory with {worker_options}")
    with ours.worker(**worker_options) as worker:
        return settled_pss(worker.pid)


def run(table: Table, ours, peer, livekit) -> None:
    mine = starts(ours, 30)
    one_process, joined, assigned = idle_and_joined(ours, livekit, 20)
    two_processes, all_models = idle(ours, capacity=64), idle(ours, speech="local")
    theirs = starts(peer, 3) if peer else None
    peer_idle, peer_joined, _ = idle_and_joined(peer, livekit, 8) if peer else (None, None, None)

    table.section("Worker")
    table.row("spawn -> registered, ms", mine, theirs, 100)
    table.row("idle with VAD and turn model, PSS MiB", [one_process], peer_idle and [peer_idle], 60, 1)
    table.row("idle, a further media process, PSS MiB", [two_processes - one_process], digits=1)
    table.row("idle with all four local models, PSS MiB", [all_models], budget=230, digits=1)
    table.row("dispatch -> agent in the room, ms", joined, peer_joined, 300)
    table.row("of that, assignment -> agent in the room, ms", assigned, budget=100)
