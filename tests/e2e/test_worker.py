"""The worker against a real LiveKit: it takes jobs, fills its places, survives what it must, and ends in order."""

import os
import signal
import threading
import uuid
from pathlib import Path

import pytest

from waiting import until

NUMBER = "+442079460123"
STUB = ("--speech", "stub", "--no-recording")  # Where it does not matter what is said.


@pytest.fixture
def occupied(lab):
    """`occupied(agent, count)`: so many rooms, each with an agent that waits for somebody; deleted after the test."""
    rooms = []

    def dispatch(agent: str, count: int = 1) -> list[str]:
        new = [f"room-{uuid.uuid4()}" for _ in range(count)]
        rooms.extend(new)
        for room in new:
            lab.livekit.dispatch(agent, room)
        for room in new:
            until(lambda room=room: lab.livekit.agent_is_ready(room), f"an agent in {room}", within_s=30)
        return new

    yield dispatch
    for room in rooms:
        lab.livekit.delete_room(room)


def turns(server, call: str, least: int) -> list[dict]:
    """What was said on a running call, once it is so much."""
    def said() -> list[dict]:
        transcript = server.call("get_call", call_id=call)["transcript"]
        return transcript if len(transcript) >= least else []

    return until(said, f"{least} turns of {call}", within_s=40)


def test_every_place_is_filled_and_no_more(lab, occupied):
    phone = lab.phone("silent.json")
    worker = lab.worker("--capacity", "11", "--calls-per-process", "8", *STUB)
    worker.wait_until_ready(2)
    rooms = occupied(worker.agent, 11)  # Eight in one media process, three in the other.

    server, impatient = lab.server(phone.port, worker.agent), lab.server(phone.port, worker.agent, "--ready-limit", "3")
    refused = impatient.call("make_phone_call", phone_number=NUMBER)
    assert refused["outcome"] == "agent_failed"
    assert phone.events("invite") == []

    lab.livekit.delete_room(rooms[0])  # Its place is free again.
    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert placed["state"] == "active"
    server.call("end_call", call_id=placed["call_id"])


def test_variables_from_a_pipe_are_read_once_for_all_media_processes(lab):
    text = lab.livekit.env_file(lab.folder / "worker.env", trunk=None).read_text()
    pipe = lab.folder / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=(text,), daemon=True).start()
    worker = lab.worker(*STUB, env_file=pipe)
    first, = worker.media_processes()
    secret = dict(line.split("=", 1) for line in text.splitlines())["LIVEKIT_API_SECRET"]
    assert secret not in Path(f"/proc/{first}/cmdline").read_text() + worker.output
    os.kill(first, signal.SIGKILL)
    worker.wait_until_ready(2)


def test_a_call_whose_room_is_deleted_ends(lab):
    phone, worker = lab.phone("silent.json"), lab.worker(*STUB)
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    lab.livekit.delete_room(placed["call_id"])
    phone.wait_for_event("bye")
    assert server.finish(placed["call_id"])["outcome"] == "canceled"


def test_sigterm_lets_the_running_call_end(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker(*STUB)
    server, impatient = lab.server(phone.port, worker.agent), lab.server(phone.port, worker.agent, "--ready-limit", "3")
    running = server.call("make_phone_call", phone_number=NUMBER)
    worker.process.send_signal(signal.SIGTERM)
    worker.wait_for("stopping: running calls may end")

    late = impatient.call("make_phone_call", phone_number=NUMBER)
    assert late["outcome"] == "agent_failed"
    record = server.finish(running["call_id"])
    assert record["outcome"] == "completed" and "recording" not in record  # --no-recording
    assert worker.process.wait(20) == 0
    assert len(phone.events("invite")) == 1


@pytest.mark.parametrize("how", ["drain limit", "second SIGTERM"])
def test_a_call_that_does_not_end_by_itself_is_ended(lab, how):
    limit = ("--drain-seconds", "1") if how == "drain limit" else ()
    phone, worker = lab.phone("silent.json"), lab.worker(*STUB, *limit)
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    worker.process.send_signal(signal.SIGTERM)
    worker.wait_for("stopping: running calls may end")
    if how == "second SIGTERM":
        worker.process.send_signal(signal.SIGTERM)

    phone.wait_for_event("bye")
    assert worker.process.wait(20) == 0
    assert server.call("get_call", call_id=placed["call_id"])["outcome"] == "canceled"


def test_a_media_process_that_is_killed_takes_only_its_own_call(lab):
    phone, worker = lab.phone("restaurant.json"), lab.worker("--capacity", "2", "--calls-per-process", "1", *STUB)
    worker.wait_until_ready(2)
    server = lab.server(phone.port, worker.agent)
    requests = [server.start_call(phone_number=NUMBER) for _ in range(2)]
    calls = [server.answer(request)["result"]["structuredContent"]["call_id"] for request in requests]
    said = {call: turns(server, call, least=2) for call in calls}

    os.kill(min(worker.media_processes()), signal.SIGKILL)
    lost = until(lambda: [call for call in calls if server.call("get_call", call_id=call)["state"] == "ended"],
                 "the end of the call whose process was killed")
    record = server.call("get_call", call_id=lost[0])
    assert record["outcome"] == "agent_failed" and "process died" in record["outcome_detail"]
    assert record["transcript"][:2] == said[lost[0]][:2]
    phone.wait_for_event("bye")

    other, = set(calls) - set(lost)
    turns(server, other, least=len(said[other]) + 1)
    worker.wait_until_ready(3)
    again = server.call("make_phone_call", phone_number=NUMBER)
    assert again["state"] == "active"
    for call in (other, again["call_id"]):
        server.call("end_call", call_id=call)


@pytest.mark.parametrize("limit", [("--recycle-calls", "1", *STUB), ("--recycle-mib", "100")])
def test_a_worn_out_media_process_is_replaced_and_its_calls_go_on(lab, occupied, limit):
    worker = lab.worker(*limit)
    old = worker.media_processes()
    ending, staying = occupied(worker.agent, 2)
    lab.livekit.delete_room(ending)  # Its call has ended: one served, and a look at the process's size.
    worker.wait_until_ready(2)

    assert lab.livekit.agent_is_ready(staying)
    occupied(worker.agent)
    lab.livekit.delete_room(staying)
    until(lambda: not worker.media_processes() & old, "the end of the worn-out process")


def test_a_call_goes_on_without_its_supervisor_and_leaves_no_process_behind(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker(*STUB)
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    media = worker.media_processes()
    worker.kill()
    assert server.finish(placed["call_id"])["outcome"] == "completed"
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in media), "the end of the media process")


def test_the_worker_comes_back_after_livekit_server_has_restarted(own):
    phone, worker = own.phone("restaurant.json"), own.worker(*STUB)
    server = own.server(phone.port, worker.agent)
    caught = server.call("make_phone_call", phone_number=NUMBER)["call_id"]
    said = turns(server, caught, least=2)

    own.stack.kill("livekit-server")
    worker.wait_for("cannot reach livekit-server")
    own.stack.start_livekit_server()
    worker.wait_for_registrations(2)
    phone.wait_for_event("bye", within_s=10)  # Whoever was caught in it is not left on a dead line.

    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert placed["state"] == "active"
    server.call("end_call", call_id=placed["call_id"])
    record = server.finish(caught)
    assert record["transcript"][:2] == said[:2]
    assert record["outcome"] == "dropped"
