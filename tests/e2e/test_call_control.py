"""What the principal does to a call that is under way: answers, instructs, presses keys; and dry runs."""

import pytest

from dialogues import QUIET

NUMBER = "+442079460123"
BOOKING = "Book a table for two tomorrow at eight for Ada."


def said_by(record: dict, role: str) -> str:
    return " ".join(turn["text"] for turn in record["transcript"] if turn["role"] == role).lower()


@pytest.fixture
def quiet_worker(lab):
    return lab.scripted_worker(QUIET)


def wait_for(server, call_id: str, told) -> dict:
    """Waits for the call's record to satisfy `told`."""
    while not told(record := server.call("get_call", call_id=call_id)):
        assert record["state"] != "ended", record
        server.call("wait_for_call", call_id=call_id, timeout_s=1)
    return record


def test_a_question_in_mid_call_is_answered_while_the_callee_waits(lab):
    phone, worker = lab.phone("deposit.json"), lab.worker()
    server = lab.server(phone.port, worker.agent)
    call_id = server.call("make_phone_call", phone_number=NUMBER, objective=BOOKING)["call_id"]

    asked = wait_for(server, call_id, lambda record: "question" in record)
    question = asked["question"]
    assert "deposit" in question["text"] and question["choices"] == ["yes", "no"]
    assert question["expires_ms"] - question["asked_ms"] == 60_000
    assert "send_to_call" in asked["next_step"]

    answer = {"question_id": question["id"], "text": "yes, up to thirty pounds"}
    assert server.call("send_to_call", call_id=call_id, answer=answer)["result"] == "done"
    assert server.refused("send_to_call", call_id=call_id, answer=answer)  # Answered once.
    record = server.finish(call_id)
    assert record["outcome"] == "completed"
    agent = said_by(record, "agent")
    assert "up to thirty pounds" in agent, record["transcript"]
    assert agent.index("one moment, please") < agent.index("up to thirty pounds")
    assert "question" not in record


def test_keys_pressed_by_the_principal_lead_through_a_menu(lab, quiet_worker):
    phone = lab.phone("ivr.json")
    server = lab.server(phone.port, quiet_worker.agent)
    call_id = server.call("make_phone_call", phone_number=NUMBER)["call_id"]
    wait_for(server, call_id, lambda record: "press" in said_by(record, "callee"))
    assert server.call("send_to_call", call_id=call_id, dtmf="1")["result"] == "done"
    wait_for(server, call_id, lambda record: "reference" in said_by(record, "callee"))
    assert server.call("send_to_call", call_id=call_id, dtmf="47w11#")["result"] == "done"
    record = server.finish(call_id)
    assert "".join(event["digit"] for event in phone.events("dtmf_heard")) == "14711#"
    assert "confirmed" in said_by(record, "callee")


def test_an_instruction_is_taken_up_in_mid_call(lab, quiet_worker):
    phone = lab.phone("silent.json")
    server = lab.server(phone.port, quiet_worker.agent)
    call_id = server.call("make_phone_call", phone_number=NUMBER)["call_id"]
    assert server.call("send_to_call", call_id=call_id, instruction="we need a high chair.")["result"] == "done"
    wait_for(server, call_id, lambda record: "high chair" in said_by(record, "agent"))
    assert server.call("end_call", call_id=call_id)["outcome"] == "canceled"
    assert phone.wait_for_event("bye")["by"] == "caller"


def test_a_dry_run_dials_nothing(lab):
    phone = lab.phone("silent.json")
    server = lab.server(phone.port, "nobody-is-needed")
    before = server.call("list_calls", limit=100)
    checked = server.call("make_phone_call", phone_number=NUMBER, objective=BOOKING, dry_run=True)
    assert checked["state"] == "dry_run" and "call_id" not in checked
    assert phone.events("invite") == [] and server.call("list_calls", limit=100) == before
    refused = server.refused("make_phone_call", phone_number=NUMBER, dry_run=True, result_schema={"type": "string"})
    assert "result_schema.type" in refused
