"""Rooms without SIP, so that two cores carry more of them: the far end is a plain participant that only publishes."""

import json
import uuid

import load
from measure import Table, memory, progress, settled_pss
from systems import ROOT, Background

COUNTS, PEER_COUNTS = [4, 8, 16], [4, 8]
MUTED = 32
NUMBER = "+442079460124"


class Rooms:
    """The far ends of any number of rooms, one process for all of them."""

    def __init__(self, system, livekit, python, speech, home):
        self.system, self.livekit, self.python, self.speech, self.home = system, livekit, python, speech, home

    def begin(self, count: int, muted: bool = False) -> list[str]:
        rooms = [f"bench_{uuid.uuid4().hex}" for _ in range(count)]
        for room in rooms:
            self.livekit.dispatch(self.system.agent, room, self.system.metadata(NUMBER, room))
        for room in rooms:
            self.livekit.wait_for_agent(room, within_s=60)
        plan = self.home / "rooms.json"
        plan.write_text(json.dumps({"url": self.livekit.url, "speech": self.speech and str(self.speech), "muted": muted,
                                    "tokens": [self._token(room) for room in rooms]}))
        self.far_end = Background([self.python, ROOT / "bench/room_far_end.py", plan], self.home / "rooms.log", "ready",
                                  within_s=60)
        return rooms

    def end(self, rooms: list[str]) -> int:
        lasted = self.livekit.hang_up(rooms)
        self.far_end.stop()
        return lasted

    def _token(self, room: str) -> str:
        return self.livekit.token({"sub": "callee", "video": {"roomJoin": True, "room": room, "canSubscribe": False}})


def figures(system, livekit, python, speech, counts: list[int]) -> dict[int, load.Load]:
    rooms = Rooms(system, livekit, python, speech, system.home)
    with system.room_worker() as worker:
        return load.costs(system.name, "rooms", worker, counts, rooms.begin, rooms.end)


def muted_memory(ours, livekit, python) -> float:
    """MiB of one more room among so many whose far ends are muted."""
    progress(f"ours: {MUTED} muted rooms")
    rooms = Rooms(ours, livekit, python, None, ours.home)
    with ours.room_worker() as worker:
        rooms.end(rooms.begin(1, muted=True))
        idle = settled_pss(worker.pid)
        muted = rooms.begin(MUTED, muted=True)
        settled_pss(worker.pid, 20)
        used = memory(worker.pid).pss
        rooms.end(muted)
    return (used - idle) / MUTED


def run(table: Table, ours, peer, livekit, python, speech) -> None:
    mine = figures(ours, livekit, python, speech, COUNTS)
    muted = muted_memory(ours, livekit, python)
    theirs = figures(peer, livekit, python, speech, PEER_COUNTS) if peer else {}
    table.section("Rooms without SIP: the far end is a plain participant that only publishes")
    load.print_costs(table, "rooms", mine, theirs)
    table.row(f"one more at {MUTED} muted rooms, PSS MiB", [muted], None, 4, 1)
    if not speech:
        table.note("without the peer's speech the far ends publish a tone: nobody is answered")
