"""The callee transferred to somebody else: every way a telephone may take it, and what is said to have become of it."""

import pytest

NUMBER, OTHER = "+442079460123", "+442079460107"


@pytest.fixture
def on_the_line(lab):
    """Starts a call to a phone that takes transfers so."""
    def start(takes: str):
        steps = [{"wait_for_hang_up": True, "timeout_s": 60}]
        scenario = lab.scenario("transfer", rings_s=0.2, transfer=takes, steps=steps)
        phone, worker = lab.phone(scenario), lab.worker()
        server = lab.server(phone.port, worker.agent)
        call_id = server.call("make_phone_call", phone_number=NUMBER)["call_id"]
        phone.wait_for_event("heard_end", within_s=30)  # livekit-sip loses one REFER in ten right after the answer.
        return phone, server, call_id
    return start


def transfer(server, call_id: str) -> tuple[str, str]:
    """What became of it, and in words; a failed one is an isError result."""
    result = server.request("tools/call", {"name": "transfer_call", "arguments": {"call_id": call_id, "to": OTHER}})
    fate = "failed" if result.get("isError") else result["structuredContent"]["result"]
    return fate, result["content"][0]["text"]


def test_the_callee_is_connected_with_the_other_and_the_call_is_over(on_the_line):
    phone, server, call_id = on_the_line("connects")
    assert transfer(server, call_id)[0] == "done"
    assert phone.wait_for_event("refer")["to"] == f"tel:{OTHER}"
    assert phone.wait_for_event("refer_settled")["connected"]
    record = server.finish(call_id)
    assert record["outcome"] == "completed"
    assert record["outcome_detail"] == f"the callee was transferred to {OTHER}"


@pytest.mark.parametrize("takes, says", [("refuses", "603"), ("fails", "486")])
def test_a_transfer_that_fails_leaves_the_callee_on_the_line(on_the_line, takes, says):
    phone, server, call_id = on_the_line(takes)
    fate, words = transfer(server, call_id)
    # livekit-sip now and then gives a REFER up as timed out, whatever the phone said: then nobody knows.
    assert fate == "unknown" or (fate == "failed" and says in words), words
    assert not phone.events("bye")
    server.call("end_call", call_id=call_id)
    assert server.call("get_call", call_id=call_id)["outcome"] == "canceled"


def test_a_phone_that_hangs_up_instead_of_saying_leaves_it_unknown(on_the_line):
    phone, server, call_id = on_the_line("hangs_up")
    assert transfer(server, call_id)[0] == "unknown"
    assert phone.wait_for_event("bye")["by"] == "phone"
    record = server.finish(call_id)
    assert record["outcome"] == "completed" and "not known" in record["outcome_detail"]


def test_hanging_up_does_not_wait_for_a_transfer(on_the_line):
    phone, server, call_id = on_the_line("never_says")
    arguments = {"call_id": call_id, "to": OTHER}
    transfer = server.start_request("tools/call", {"name": "transfer_call", "arguments": arguments})
    phone.wait_for_event("refer")
    assert server.call("end_call", call_id=call_id)["state"] == "ended"
    assert phone.wait_for_event("bye", within_s=5)["by"] == "caller"
    assert server.answer(transfer)["result"]["structuredContent"]["result"] == "unknown"
    assert server.finish(call_id)["outcome"] == "canceled"
