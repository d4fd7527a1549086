"""The official MCP client, and the commands without MCP."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from conftest import Lab
from processes import Background

NUMBER = "+442079460123"
BOOKING = "Book a table for two tomorrow at eight for Ada."
TOOLS = {"make_phone_call", "wait_for_call", "get_call", "list_calls", "send_to_call", "end_call", "transfer_call", "check_number"}


def run(lab: Lab, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([lab.program, *arguments], text=True, capture_output=True, timeout=90, cwd=lab.folder)


def variables(lab: Lab, port: int) -> Path:
    """A file with the four, for calls to the phone at `port`."""
    return lab.livekit.env_file(lab.folder / f"{port}.env", lab.livekit.trunk_to(f"127.0.0.1:{port}"))


def server(lab: Lab, *arguments) -> StdioServerParameters:
    return StdioServerParameters(command=str(lab.program), cwd=lab.folder, env=lab.environment,
                                 args=["server", "--ringing-limit", "4", *map(str, arguments)])


def test_the_official_client_has_a_table_booked_and_calls_tells_of_it(lab):
    phone, worker = lab.phone("restaurant.json"), lab.worker()
    asyncio.run(book(lab, server(lab, "--env-file", variables(lab, phone.port), "--agent-name", worker.agent)))


async def book(lab: Lab, parameters: StdioServerParameters) -> None:
    progress = []

    async def tell(_done: float, _total: float | None, message: str | None) -> None:
        progress.append(message or "")

    async with Client(parameters) as client:
        assert client.protocol_version == "2026-07-28"
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        placed = await client.call_tool("make_phone_call", {"phone_number": NUMBER, "objective": BOOKING},
                                        progress_callback=tell)
        assert not placed.is_error and placed.structured_content["state"] == "active", placed
        assert any("dialing" in message for message in progress)

        call = placed.structured_content["call_id"]
        follower = Background([lab.program, "calls", "follow", call], lab.folder / "follow.log")
        line, = [line for line in run(lab, "calls", "list").stdout.splitlines() if call in line]
        assert NUMBER in line and " active " in line and BOOKING[:40] in line

        while (await client.call_tool("wait_for_call", {"call_id": call})).structured_content["state"] != "ended":
            pass
        record = (await client.call_tool("get_call", {"call_id": call})).structured_content

    assert record["outcome"] == "completed"
    assert record["answers"]["booked_time"]["value"] == "20:30"
    assert await asyncio.to_thread(follower.process.wait, 20) == 0
    follower.stop()
    check_follow(follower.output, record)
    check_show(lab, record)


def check_follow(followed: str, record: dict) -> None:
    for turn in record["transcript"]:
        assert f"{turn['role']}: {turn['text']}" in followed
    assert "[ms: " in followed  # The latencies of a turn.
    assert "outcome: completed" in followed and "answer: booked_time = 20:30" in followed


def check_show(lab: Lab, record: dict) -> None:
    shown = run(lab, "calls", "show", record["call_id"]).stdout
    assert "outcome: completed" in shown and f"summary: {record['summary']}" in shown
    assert run(lab, "calls", "transcript", record["call_id"]).stdout in shown
    as_json = json.loads(run(lab, "calls", "--json", "show", record["call_id"]).stdout)
    assert [turn["text"] for turn in as_json["transcript"]] == [turn["text"] for turn in record["transcript"]]


def test_make_calls_holds_a_list_of_calls(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker("--speech", "stub", "--no-recording")
    calls = lab.folder / "calls.csv"
    calls.write_text(f"phone_number,objective\n{NUMBER},Ask whether they are well\n+442079460486,\n")
    done = run(lab, "--env-file", variables(lab, phone.port), "make-calls", "--file", calls,
               "--agent-name", worker.agent, "--ringing-limit", "4")
    assert done.returncode == 1  # One of them was busy.
    assert done.stdout.splitlines()[-1] == "2 calls: 1 busy, 1 completed"
    assert "callee: " in done.stdout and "agent: " in done.stdout
    assert len(phone.events("invite")) == 2


@pytest.mark.parametrize("command", ["show", "transcript", "follow"])
def test_calls_says_so_of_a_call_that_is_not_there(lab, command):
    done = run(lab, "calls", command, "call_nobody")
    assert done.returncode == 1 and "call_nobody" in done.stderr


def test_the_official_client_of_before_2026_shakes_hands(lab):
    async def session() -> tuple[str, set[str], bool]:
        async with Client(server(lab), mode="legacy") as client:
            refused = await client.call_tool("make_phone_call", {"phone_number": "911"})
            tools = {tool.name for tool in (await client.list_tools()).tools}
            return client.protocol_version, tools, refused.is_error

    assert asyncio.run(session()) == ("2025-11-25", TOOLS, True)


# --- doctor

def doctor(lab: Lab, env_file: Path, agent: str) -> tuple[int, str]:
    done = run(lab, "--env-file", env_file, "doctor", "--agent-name", agent)
    return done.returncode, done.stdout


def test_doctor_finds_nothing_bad_where_calls_can_be_made(lab):
    phone, worker = lab.phone("silent.json"), lab.worker("--speech", "stub")
    status, text = doctor(lab, variables(lab, phone.port), worker.agent)
    assert status == 0, text
    assert "bad " not in text and "Calls can be made." in text
    assert f"{worker.agent} runs on this machine" in text


@pytest.mark.parametrize("change, findings", [
    ({"LIVEKIT_URL": "", "LIVEKIT_API_KEY": "", "LIVEKIT_API_SECRET": "", "SIP_OUTBOUND_TRUNK_ID": ""},
     ["LIVEKIT_URL: not set", "LIVEKIT_API_KEY: not set", "LIVEKIT_API_SECRET: not set",
      "SIP_OUTBOUND_TRUNK_ID: not set", "Get it from: LiveKit Cloud, Telephony, SIP trunks"]),
    ({"LIVEKIT_URL": "ws://127.0.0.1:{closed}"}, ["LiveKit: it does not answer", "-> check LIVEKIT_URL"]),
    ({"LIVEKIT_URL": "nonsense"}, ["LIVEKIT_URL must be like wss://"]),
    ({"LIVEKIT_API_SECRET": "s" * 40}, ["LiveKit: it does not accept the key", "must belong together"]),
    ({"SIP_OUTBOUND_TRUNK_ID": "ST_nobody"},
     ["SIP trunk: ST_nobody does not exist", "-> set SIP_OUTBOUND_TRUNK_ID to one of"]),
], ids=["no variables", "LiveKit down", "bad URL", "wrong secret", "bad trunk"])
def test_doctor_says_what_is_wrong_and_how_to_mend_it(lab, ports, change, findings):
    closed = ports["TEST_LAST"]
    values = dict(line.split("=", 1) for line in variables(lab, closed).read_text().splitlines())
    secret = values["LIVEKIT_API_SECRET"]
    values |= {name: value.format(closed=closed) for name, value in change.items()}
    env_file = lab.folder / "bad.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    status, text = doctor(lab, env_file, "nobody")
    assert status == 1 and "Calls cannot be made until what is bad is mended." in text
    for finding in findings:
        assert finding in text
    assert "needed   agent worker: no nobody of yours runs on this machine" in text
    assert "-> start one, here or on another machine: call-agent calling-agent --agent-name nobody" in text
    assert secret not in text


# Without these two capabilities the superuser, too, reads only what the mode lets it read.
BOUND_BY_MODES = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.parametrize("mode, finding, mend", [
    (0o600, "is empty", "remove it; then run ./run deps in a checkout, or install the package again"),
    (0o000, "cannot be read", "mend its owner and mode"),
], ids=["empty", "unreadable"])
def test_doctor_names_a_model_that_is_of_no_use(lab, ports, monkeypatch, mode, finding, mend):
    model = lab.folder / "home" / "models" / "silero_vad.onnx"
    model.parent.mkdir(parents=True)
    model.touch(mode)
    monkeypatch.setenv("CALL_AGENT_HOME", str(lab.folder / "home"))
    env_file = variables(lab, ports["TEST_LAST"])
    done = subprocess.run([*BOUND_BY_MODES, lab.program, "--env-file", env_file, "doctor", "--agent-name", "nobody"],
                          text=True, capture_output=True, timeout=90)
    assert done.returncode == 1, done  # Without it, 3: nothing but the worker would be needed.
    assert f"bad      models/silero_vad.onnx: {model} {finding}\n         -> {mend}\n" in done.stdout
    assert done.stdout.count("bad      ") == 1, done.stdout


def test_doctor_names_a_model_that_is_missing(lab, ports, monkeypatch):
    alone = lab.folder / "bin"  # Where nothing lies beside the executable.
    alone.mkdir()
    monkeypatch.setattr(lab, "program", shutil.copy(lab.program, alone))
    status, text = doctor(lab, variables(lab, ports["TEST_LAST"]), "nobody")
    assert status == 1
    assert "bad      models/silero_vad.onnx: missing\n         -> models/silero_vad.onnx is missing; looked in " in text
    assert f"{alone}. Run ./run deps in a checkout, or install the package again.\n" in text
