"""The telephone at the far end of a real call: what it speaks, presses, hears and writes down, and how it is reached."""

import array
import math
import wave

import pytest

from dialogues import QUIET

NUMBER = "+442079460123"
RATE = 8000


def sides(recording: str, last_s: float | None = None) -> tuple[float, float]:
    """The loudness (RMS, of 32767) of a stereo recording's left and right side, or of its last so many seconds."""
    with wave.open(recording) as file:
        assert file.getnchannels() == 2
        samples, rate = array.array("h", file.readframes(file.getnframes())), file.getframerate()
    if last_s:
        samples = samples[-2 * int(last_s * rate):]
    return tuple(math.sqrt(sum(s * s for s in samples[side::2]) / (len(samples) // 2)) for side in (0, 1))


@pytest.mark.parametrize("codec, transport", [("PCMU", "UDP"), ("PCMA", "UDP"), ("G722", "TCP")])
def test_every_codec_carries_words_both_ways(lab, codec, transport):
    phone = lab.phone(lab.scenario("order", codecs=[codec], rings_s=0.2, steps=[
        {"wait_for_speech_end": {"silence_s": 0.5}, "timeout_s": 10},
        {"say": "Your order has the number seven."},
        {"wait_for_speech_end": {"silence_s": 0.5}, "timeout_s": 10},
        {"hang_up": True}]))
    server = lab.server(phone.port, lab.scripted_worker(QUIET).agent, transport=transport)
    record = server.finish(server.call("make_phone_call", phone_number=NUMBER)["call_id"])

    assert phone.wait_for_event("invite")["transport"] == transport
    assert phone.wait_for_event("media")["codec"] == codec
    said = [(turn["role"], turn["text"].lower()) for turn in record["transcript"]]
    assert [role for role, _ in said] == ["agent", "callee", "agent"]
    assert "order" in said[1][1] and "seven" in said[1][1], said
    assert min(sides(phone.wait_for_event("summary")["recording"])) > 100


def test_keys_and_a_clip_reach_the_agent_at_their_time(lab):
    with wave.open(str(lab.folder / "clip.wav"), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        clip.writeframes(array.array("h", (int(9000 * math.sin(i * 0.7)) for i in range(2 * RATE))).tobytes())
    phone = lab.phone(lab.scenario("keys", rings_s=0.2, steps=[
        {"at_s": 4}, {"dtmf": "42#"},
        {"wait_for_speech_end": {"silence_s": 1}, "timeout_s": 10},
        {"play": "clip.wav"}, {"hang_up": True}]))
    server = lab.server(phone.port, lab.worker("--speech", "stub").agent)
    record = server.finish(server.call("make_phone_call", phone_number=NUMBER)["call_id"])

    answered = phone.wait_for_event("200")["t_ms"]
    assert phone.wait_for_event("dtmf_sent")["t_ms"] - answered > 3999  # Both rounded.
    assert "(pressed 42#)" in [turn["text"] for turn in record["transcript"] if turn["role"] == "callee"]
    callee, agent = sides(record["recording"], last_s=1)  # The callee is on the left.
    assert callee > 1000 and agent < 10


@pytest.mark.parametrize("answer, outcome", [("busy", "busy"), ("unknown", "invalid_number"), ("never", "no_answer")])
def test_a_scenario_may_refuse_whatever_the_number(lab, answer, outcome):
    phone = lab.phone(lab.scenario(answer, answer=answer, by_number=False))
    server = lab.server(phone.port, lab.worker("--speech", "stub").agent)
    assert server.call("make_phone_call", phone_number="+442079460603")["outcome"] == outcome


def test_a_phone_may_ring_before_it_is_busy(lab):
    phone = lab.phone(lab.scenario("busy at last", answer="busy", rings_s=1.5))
    server = lab.server(phone.port, lab.worker("--speech", "stub").agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert (placed["state"], placed["outcome"]) == ("ended", "busy")
    assert server.call("get_call", call_id=placed["call_id"])["sip_status"] == 486
    over = phone.wait_for_event("summary")
    assert over["status"] == 486
    assert 1400 < over["t_ms"] - phone.wait_for_event("180")["t_ms"] < 3000


def test_who_speaks_over_the_agent_is_let_finish_and_then_hears_it_out(lab):
    server = lab.server(lab.phone("interrupter.json").port, lab.worker().agent)
    placed = server.call("make_phone_call", phone_number=NUMBER, objective="Ask when they are open.")
    record = server.finish(placed["call_id"])
    assert record["outcome"] == "completed"
    agent, callee = ([turn for turn in record["transcript"] if turn["role"] == role] for role in ("agent", "callee"))
    assert [turn["interrupted"] for turn in agent[:3]] == [True, True, False]
    assert agent[0]["text"].startswith("Hello")
    assert ["help with that" in turn["text"] for turn in agent[:3]] == [False, False, True]  # Only what was heard.
    said = " ".join(turn["text"] for turn in callee).lower()
    assert said.count("busy") == 2 and "thank you" in said
