"""The worker: spawn to registered, idle memory, dispatch to the agent in the room."""

import json
import time
import uuid

from measure import Table, memory_mib

NUMBER = "+442079460123"


def starts(system, runs: int) -> list[float]:
    times = []
    for _ in range(runs):
        worker = system.worker()
        times.append(worker.registered_ms)
        worker.stop()
    return times


def dispatch_to_joined(system, livekit, runs: int) -> list[float]:
    """From CreateDispatch to an agent among the room's participants, as a third party sees it (polled)."""
    times = []
    for _ in range(runs):
        room = f"call_{uuid.uuid4().hex}"
        started = time.perf_counter()
        livekit.call("AgentDispatchService/CreateDispatch",
                     {"agent_name": system.agent, "room": room, "metadata": json.dumps(system.metadata(NUMBER, room))}, room)
        while not livekit.agent_in(room):
            if time.perf_counter() - started > 15:
                raise SystemExit(f"{system.name}: no agent joined {room}")
            time.sleep(0.005)
        times.append((time.perf_counter() - started) * 1000)
        livekit.call("RoomService/DeleteRoom", {"room": room}, room)
        time.sleep(0.5)
    return times


def settled_pss(worker) -> float:
    """PSS once it no longer changes: models load in the background."""
    last = 0.0
    for _ in range(60):
        time.sleep(1)
        now = memory_mib(worker.pid)[1]
        if abs(now - last) < 0.2:
            return now
        last = now
    return last


def run(table: Table, ours, peer, livekit) -> None:
    table.row("worker spawn -> registered, ms", starts(ours, 10), starts(peer, 3) if peer else None, "<= 100")

    worker = ours.worker()
    idle = settled_pss(worker)
    joined = dispatch_to_joined(ours, livekit, 10)
    worker.stop()
    worker = ours.worker("local")
    all_models = settled_pss(worker)
    worker.stop()

    peer_idle = peer_joined = None
    if peer:
        worker = peer.worker()
        time.sleep(8)  # Its idle process warms up by itself.
        peer_idle = [settled_pss(worker)]
        peer_joined = dispatch_to_joined(peer, livekit, 6)
        worker.stop()
    table.row("worker idle, VAD and turn model loaded, PSS MiB", [idle], peer_idle, "<= 60")
    table.row("worker idle, all four local models, PSS MiB", [all_models], None, "<= 230")
    table.row("dispatch -> agent in the room, ms", joined, peer_joined, "<= 300")
