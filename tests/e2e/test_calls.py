"""Every way a call can go, from the MCP tool to the telephone and back."""

import array
import itertools
import wave

import pytest

from dialogues import QUIET
from waiting import until

NUMBER = "+442079460123"


def words_of_callee(record: dict) -> str:
    return " ".join(turn["text"] for turn in record["transcript"] if turn["role"] == "callee").lower().replace("-", " ")


def sounds_of_agent(recording: str) -> tuple[list[float], list[float]]:
    """The stretches of sound on the agent's side of a recording and the pauses between them, in seconds."""
    with wave.open(recording) as file:
        samples, rate = array.array("h", file.readframes(file.getnframes()))[1::2], file.getframerate()
    size = rate // 50
    loud = (max(map(abs, samples[i:i + size])) > 300 for i in range(0, len(samples) - size, size))
    stretches = [(is_loud, 0.02 * len(list(frames))) for is_loud, frames in itertools.groupby(loud)]
    sounds = [length for is_loud, length in stretches if is_loud]
    return sounds, [length for is_loud, length in stretches[1:-1] if not is_loud]


def test_a_booking_from_the_tool_call_to_the_summary(lab):
    phone, worker = lab.phone("restaurant.json"), lab.worker()
    server = lab.server(phone.port, worker.agent)

    placed = server.call("make_phone_call", phone_number=NUMBER, objective="Book a table for two tomorrow at eight for Ada.")
    assert placed["state"] == "active"

    record = server.finish(placed["call_id"])
    assert record["outcome"] == "completed"
    roles = [turn["role"] for turn in record["transcript"]]
    assert roles.count("agent") >= 3 and roles.count("callee") >= 3
    assert record["answers"]["booked_time"]["value"] == "20:30"
    assert record["answers"]["booked_time"]["quote"].lower().replace("-", " ") in words_of_callee(record)
    assert record["summary"]
    assert phone.wait_for_event("bye")["by"] == "caller"  # The agent hung up, once all was said.
    worker.wait_for("booked_time")  # The summary on the worker's terminal.

    # Nobody speaks to a phone that has not answered, and the phone heard a voice.
    answered = phone.wait_for_event("200")["t_ms"]
    assert phone.wait_for_event("first_audio")["t_ms"] >= answered
    with wave.open(record["recording"]) as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() / recording.getframerate() > 5
    lab.livekit.wait_until_gone(placed["call_id"])


@pytest.mark.parametrize("suffix, outcome", [
    ("486", "busy"), ("603", "declined"), ("404", "invalid_number"), ("480", "no_answer"), ("503", "trunk_error"),
])
@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_a_phone_that_refuses(lab, refusing, kind, suffix, outcome):
    server = refusing[kind]
    placed = server.call("make_phone_call", phone_number=f"+442079460{suffix}")
    assert (placed["state"], placed["outcome"]) == ("ended", outcome)
    assert server.call("get_call", call_id=placed["call_id"])["sip_status"] == int(suffix)
    lab.livekit.wait_until_gone(placed["call_id"], within_s=3)


@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_a_phone_that_nobody_answers_rings_no_longer_than_the_limit(lab, refusing, kind):
    before = len(refusing["phone"].events("cancel"))
    placed = refusing[kind].call("make_phone_call", phone_number="+442079460408")
    assert (placed["state"], placed["outcome"]) == ("ended", "no_answer")
    if kind == "ours":
        assert 3000 < refusing["phone"].wait_for_event("cancel", count=before + 1)["t_ms"] < 6000
    lab.livekit.wait_until_gone(placed["call_id"], within_s=3)


def test_an_echo_of_the_agent_is_neither_an_interruption_nor_the_callee(lab):
    """sipp answers, sends back what it hears, and hangs up."""
    phone, worker = lab.foreign_phone(hold_ms=9000), lab.worker()
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    record = server.finish(placed["call_id"])
    assert record["outcome"] == "completed"
    said = [(turn["role"], turn["interrupted"]) for turn in record["transcript"]]
    assert said == [("agent", False)], record["transcript"]
    assert "hello" in record["transcript"][0]["text"].lower()
    # Held even for a moment, it would pause for half a second or more, and say its first words again.
    sounds, pauses = sounds_of_agent(record["recording"])
    assert 3 < sum(sounds) < 4.5 and max(pauses) < 0.6, (sounds, pauses)


def test_the_callee_hangs_up_first(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker()
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    record = server.finish(placed["call_id"])
    assert record["outcome"] == "completed"
    assert phone.wait_for_event("bye")["by"] == "phone"
    lab.livekit.wait_until_gone(placed["call_id"])


@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_our_side_ends_the_call_on_request(lab, kind):
    phone = lab.phone("silent.json") if kind == "ours" else lab.foreign_phone()
    worker = lab.worker("--speech", "stub", "--no-recording")
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    server.call("end_call", call_id=placed["call_id"])
    assert phone.wait_for_event("bye")["by"] == "caller"
    assert server.finish(placed["call_id"])["outcome"] == "canceled"


def test_livekit_url_may_be_http(lab):
    lab.livekit = lab.livekit.over_http()
    phone, worker = lab.phone("silent.json"), lab.worker("--speech", "stub")
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert placed["state"] == "active", placed
    server.call("end_call", call_id=placed["call_id"])


def test_two_calls_at_once_do_not_mix(lab):
    restaurant, voicemail, worker = lab.phone("restaurant.json"), lab.phone("voicemail.json"), lab.worker()
    one, other = lab.server(restaurant.port, worker.agent), lab.server(voicemail.port, worker.agent)
    first = one.start_call(phone_number="+442079460101", objective="Book a table for two tomorrow at eight for Ada.")
    second = other.start_call(phone_number="+442079460102")
    placed = [one.answer(first)["result"]["structuredContent"], other.answer(second)["result"]["structuredContent"]]
    records = [one.finish(placed[0]["call_id"]), other.finish(placed[1]["call_id"])]

    heard = [words_of_callee(record) for record in records]
    assert "half past eight" in heard[0] and "leave a message" not in heard[0], heard
    assert "leave a message" in heard[1] and "half past eight" not in heard[1], heard
    assert placed[0]["call_id"] != placed[1]["call_id"]
    assert records[0]["phone_number"] == "+442079460101" and records[1]["phone_number"] == "+442079460102"


def test_two_calls_at_once_to_a_foreign_phone_are_two_calls(lab):
    phone, worker = lab.foreign_phone(), lab.worker("--speech", "stub", "--no-recording")
    server = lab.server(phone.port, worker.agent)
    numbers = ["+442079460101", "+442079460102"]
    asked = [server.start_call(phone_number=number) for number in numbers]
    placed = [server.answer(request)["result"]["structuredContent"] for request in asked]
    assert [call["state"] for call in placed] == ["active", "active"]
    rooms = {call["call_id"] for call in placed}
    assert len(rooms) == 2 and rooms <= set(lab.livekit.rooms())

    for ended, (call, number) in enumerate(zip(placed, numbers), 1):
        server.call("end_call", call_id=call["call_id"])
        assert server.finish(call["call_id"])["phone_number"] == number
        phone.wait_for_event("bye", count=ended)
        assert [event["number"] for event in phone.events("bye")] == numbers[:ended]  # This one, and no other.


def test_without_a_worker_nothing_rings(lab):
    phone = lab.phone()
    server = lab.server(phone.port, agent="nobody-has-this-name")
    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert (placed["state"], placed["outcome"]) == ("ended", "agent_failed")
    assert "calling-agent" in str(placed)
    assert phone.events("invite") == []


def test_a_worker_killed_before_dialing_means_no_ring(lab):
    long_winded = {**QUIET, "opening": "Hello" + " and good day to you" * 40 + "."}  # Takes its time to be made ready.
    phone, worker = lab.phone(), lab.scripted_worker(long_winded)
    server = lab.server(phone.port, worker.agent, "--ready-limit", "5")
    number = "+442079460177"
    request = server.start_call(phone_number=number)
    call_id = until(lambda: [call["call_id"] for call in server.call("list_calls")["calls"]
                             if call["phone_number"] == number], "the call in the log")[0]
    until(lambda: lab.livekit.participants(call_id), "the agent in the room")
    worker.kill_all()
    placed = server.answer(request)["result"]["structuredContent"]
    assert placed["outcome"] == "agent_failed" and "calling-agent" in placed["outcome_detail"], placed
    assert phone.events("invite") == []


def test_the_call_goes_on_when_the_server_exits(lab):
    phone, worker = lab.phone("restaurant.json"), lab.worker()
    server = lab.server(phone.port, worker.agent)
    placed = server.call("make_phone_call", phone_number=NUMBER)
    server.stop()
    phone.wait_for_event("bye", within_s=60)
    worker.wait_for(placed["call_id"], within_s=30)
    later = lab.server(phone.port, worker.agent)
    assert later.finish(placed["call_id"])["outcome"] == "completed"


def test_an_idempotency_key_rings_once(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker()
    server = lab.server(phone.port, worker.agent)
    first = server.call("make_phone_call", phone_number=NUMBER, idempotency_key="booking-7")
    server.finish(first["call_id"])
    second = server.call("make_phone_call", phone_number=NUMBER, idempotency_key="booking-7")
    assert second["call_id"] == first["call_id"]
    assert len(phone.events("invite")) == 1


@pytest.mark.parametrize("number", ["not a number!", "911", "+1555", "", "+1911", "+442079460123\r\nX: y", "+9" * 40])
def test_an_invalid_number_is_never_dialed(lab, refusing, number):
    before = len(refusing["phone"].events("invite"))
    text = refusing["ours"].refused("make_phone_call", phone_number=number)
    assert "phone_number" in text
    assert len(refusing["phone"].events("invite")) == before


def test_a_server_that_only_refuses_never_loads_the_media_library(refusing):
    refusing["ours"].refused("make_phone_call", phone_number="911")
    loaded = refusing["ours"].loaded_files()
    assert "call-agent" in loaded
    assert "livekit_ffi" not in loaded and "onnxruntime" not in loaded


@pytest.fixture(scope="module")
def refusing(program, livekit, home, tmp_path_factory, ports):
    """One worker, both phones, a server for each: what the refusal tests share."""
    from conftest import Lab

    shared = Lab(program, livekit, home, tmp_path_factory.mktemp("refusing"), ports)
    worker, phone, foreign = shared.worker(), shared.phone(), shared.foreign_phone()
    parts = {"ours": shared.server(phone.port, worker.agent), "foreign": shared.server(foreign.port, worker.agent),
             "phone": phone}
    yield parts
    shared.end()
