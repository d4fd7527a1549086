"""A call led by a language model over LLM_BASE_URL."""

import pytest

from imposter_llm import ImposterLlm

NUMBER = "+442079460123"


@pytest.fixture
def llm(monkeypatch):
    imposter = ImposterLlm()
    monkeypatch.setenv("LLM_BASE_URL", imposter.url)
    monkeypatch.setenv("LLM_API_KEY", "key of the imposter")
    monkeypatch.setenv("LLM_MODEL", "imposter")
    yield imposter
    imposter.stop()


def test_its_first_sentence_is_heard_while_the_rest_is_being_written(lab, llm):
    phone = lab.phone(lab.scenario("asks", rings_s=0.2, steps=[
        {"wait_for_speech_end": {"silence_s": 0.6}, "timeout_s": 20},
        {"say": "Yes, what is it about, please?"},
        {"wait_for_hang_up": True, "timeout_s": 60}]))
    server = lab.server(phone.port, lab.worker().agent)
    placed = server.call("make_phone_call", phone_number=NUMBER, objective="Say that the order has arrived.")

    phone.wait_for_event("heard_end", count=2, within_s=30)
    llm.go_on.set()
    assert phone.wait_for_event("bye", within_s=30)["by"] == "caller"
    record = server.finish(placed["call_id"])
    assert record["outcome"] == "completed"
    assert record["summary"] == "They were asked and agreed."
    agent = [turn["text"] for turn in record["transcript"] if turn["role"] == "agent"]
    assert agent == ["Hello there.", "I am calling about the order of last week. It has arrived. Goodbye."]

    assert llm.keys == {"Bearer key of the imposter"}
    assert {request["path"] for request in llm.requests} == {"/v1/chat/completions"}
    assert {request["model"] for request in llm.requests} == {"imposter"}
    asked = next(message["content"] for message in llm.requests[-2]["messages"] if message["role"] == "user")
    assert "what is it about" in asked.lower()
