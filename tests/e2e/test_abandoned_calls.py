"""Calls whose every process has died: the next worker finds them in the log and ends them.

First in the alphabet, so that the minute of waiting passes beside the other tests and not after them.
"""

import contextlib
import sqlite3
import time

from waiting import until

NUMBER = "+442079460123"
STUB = ("--speech", "stub", "--no-recording")


def test_a_callee_left_alone_is_hung_up_by_the_next_worker(lab):
    patient = lab.scenario("patient", rings_s=0.2, steps=[{"wait_for_hang_up": True, "timeout_s": 150}])
    phone, worker = lab.phone(patient), lab.worker(*STUB)
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER, idempotency_key="left-alone")
    assert placed["state"] == "active"

    server.kill()
    worker.kill_all()
    # Not before the agent is seen gone: the first of the two looks would be wasted on it.
    until(lambda: len(lab.livekit.participants(placed["call_id"])) == 1, "a callee alone in the room", within_s=40)
    assert phone.events("bye") == []

    lab.worker(*STUB)
    assert phone.wait_for_event("bye", within_s=75)["by"] == "caller"
    later = lab.server(phone.port, worker.agent)
    record = later.finish(placed["call_id"])
    assert record["outcome"] == "agent_failed" and "process died" in record["outcome_detail"]
    again = later.call("make_phone_call", phone_number=NUMBER, idempotency_key="left-alone")
    assert (again["call_id"], again["state"]) == (placed["call_id"], "ended")
    assert len(phone.events("invite")) == 1


def test_a_dial_nobody_waits_for_is_called_off_by_the_next_worker(lab, home):
    phone, worker = lab.phone(lab.scenario("far from the phone", rings_s=100, steps=[])), lab.worker(*STUB)
    server = lab.server(phone.port, worker.agent, ringing_limit=60)
    server.start_call(phone_number=NUMBER, idempotency_key="nobody-waits")
    phone.wait_for_event("180")

    server.kill()
    worker.kill_all()
    six_minutes_ago = int(time.time() - 360) * 1000  # No placing takes that long.
    with contextlib.closing(sqlite3.connect(home / "calls.db")) as log:
        with log:
            log.execute("UPDATE calls SET dialing_ms = ?1, ringing_ms = ?1 WHERE idempotency_key = 'nobody-waits'",
                        [six_minutes_ago])

    lab.worker(*STUB)
    phone.wait_for_event("cancel")  # Long before the limit of the ringing.
    later = lab.server(phone.port, worker.agent)
    again = later.call("make_phone_call", phone_number=NUMBER, idempotency_key="nobody-waits")
    assert (again["state"], again["outcome"]) == ("ended", "dropped")
    assert len(phone.events("invite")) == 1
