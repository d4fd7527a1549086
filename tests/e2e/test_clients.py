"""Every way to the telephone but our own test client: the official MCP client, and the commands without MCP."""

import asyncio
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from conftest import Lab
from processes import Background

NUMBER = "+442079460123"
BOOKING = "Book a table for two tomorrow at eight for Ada."
TOOLS = {"make_phone_call", "wait_for_call", "get_call", "list_calls", "end_call"}


@dataclass
class Office:
    """A worker that talks, a restaurant to call, and one call to it by the official client."""

    lab: Lab
    agent: str
    env_file: Path

    def command(self, *arguments: str) -> list[str]:
        return [str(self.lab.program), "--env-file", str(self.env_file), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), text=True, capture_output=True, timeout=90, cwd=self.lab.folder)


@pytest.fixture(scope="module")
def office(program, livekit, home, tmp_path_factory, ports):
    lab = Lab(program, livekit, home, tmp_path_factory.mktemp("office"), ports)
    phone, worker = lab.phone("restaurant.json"), lab.worker()
    env_file = livekit.env_file(lab.folder / "office.env", livekit.trunk_to(f"127.0.0.1:{phone.port}"))
    yield Office(lab, worker.agent, env_file)
    lab.end()


@dataclass
class Booking:
    """What the official client saw of a call, and what the commands said of it meanwhile."""

    protocol: str
    tools: set[str]
    progress: list[str]
    record: dict
    listed: str
    followed: str


@pytest.fixture(scope="module")
def batch(office) -> Background:
    """make-calls at work on two calls, beside the booking."""
    phone = office.lab.phone("hangup_first.json")
    env_file = office.lab.livekit.env_file(office.lab.folder / "batch.env",
                                           office.lab.livekit.trunk_to(f"127.0.0.1:{phone.port}"))
    calls = office.lab.folder / "calls.csv"
    calls.write_text(f"phone_number,objective\n{NUMBER},Ask whether they are well\n+442079460486,\n")
    batch = Background([office.lab.program, "--env-file", env_file, "make-calls", "--file", calls,
                        "--agent-name", office.agent, "--ringing-limit", "4"], office.lab.folder / "batch.log")
    batch.phone = phone
    yield batch
    batch.stop()


@pytest.fixture(scope="module")
def booking(office, batch) -> Booking:
    return asyncio.run(book(office))


async def book(office: Office) -> Booking:
    progress = []

    async def tell(_done: float, _total: float | None, message: str | None) -> None:
        progress.append(message or "")

    server = StdioServerParameters(
        command=str(office.lab.program), cwd=office.lab.folder, env={"CALL_AGENT_HOME": str(office.lab.home)},
        args=["server", "--env-file", str(office.env_file), "--agent-name", office.agent, "--ringing-limit", "4"])
    async with Client(server) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        placed = await client.call_tool("make_phone_call", {"phone_number": NUMBER, "objective": BOOKING},
                                        progress_callback=tell)
        assert not placed.is_error and placed.structured_content["state"] == "active", placed
        call = placed.structured_content["call_id"]
        follower = Background(office.command("calls", "follow", call), office.lab.folder / "follow.log")
        listed = office.run("calls", "list").stdout
        while (await client.call_tool("wait_for_call", {"call_id": call})).structured_content["state"] != "ended":
            pass
        record = (await client.call_tool("get_call", {"call_id": call})).structured_content
        assert await asyncio.to_thread(follower.process.wait, 20) == 0
        follower.stop()
        return Booking(client.protocol_version, tools, progress, record, listed, follower.output)


def test_the_official_client_has_a_table_booked(booking):
    assert booking.tools == TOOLS
    assert booking.protocol == "2026-07-28"
    assert booking.record["outcome"] == "completed"
    assert booking.record["answers"]["booked_time"]["value"] == "20:30"
    assert "half past eight" in " ".join(turn["text"] for turn in booking.record["transcript"]).lower().replace("-", " ")
    assert any("dialing" in message for message in booking.progress)


def test_calls_list_shows_a_running_call(booking):
    line, = [line for line in booking.listed.splitlines() if booking.record["call_id"] in line]
    assert NUMBER in line and " active " in line and BOOKING[:40] in line


def test_calls_follow_tells_every_turn_and_how_it_ended(booking):
    for turn in booking.record["transcript"]:
        assert f"{turn['role']}: {turn['text']}" in booking.followed
    assert "[ms: " in booking.followed  # The latencies of a turn.
    assert "outcome: completed" in booking.followed
    assert "answer: booked_time = 20:30" in booking.followed


def test_calls_show_has_the_whole_record(office, booking):
    call = booking.record["call_id"]
    shown = office.run("calls", "show", call).stdout
    assert "outcome: completed" in shown and f"summary: {booking.record['summary']}" in shown
    as_json = json.loads(office.run("calls", "--json", "show", call).stdout)
    assert [turn["text"] for turn in as_json["transcript"]] == [turn["text"] for turn in booking.record["transcript"]]
    assert office.run("calls", "transcript", call).stdout in shown


def test_calls_says_so_of_a_call_that_is_not_there(office):
    for command in ("show", "transcript", "follow"):
        done = office.run("calls", command, "call_nobody")
        assert done.returncode == 1 and "call_nobody" in done.stderr


def test_the_official_client_of_before_2026_shakes_hands(office):
    async def session() -> tuple[str, set[str], bool]:
        server = StdioServerParameters(command=str(office.lab.program), args=["server"], cwd=office.lab.folder,
                                       env={"CALL_AGENT_HOME": str(office.lab.home)})
        async with Client(server, mode="legacy") as client:
            refused = await client.call_tool("make_phone_call", {"phone_number": "911"})
            tools = {tool.name for tool in (await client.list_tools()).tools}
            return client.protocol_version, tools, refused.is_error

    assert asyncio.run(session()) == ("2025-11-25", TOOLS, True)


def test_test_mcp_client_lists_the_tools(office):
    done = office.run("test-mcp-client")
    assert done.returncode == 0
    assert {line.split()[1].partition("(")[0] for line in done.stdout.splitlines() if line.startswith("tool ")} == TOOLS


def test_make_calls_holds_a_list_of_calls(batch, booking):
    assert batch.process.wait(60) == 1  # One of them was busy.
    batch.stop()
    assert batch.output.splitlines()[-1] == "2 calls: 1 busy, 1 completed"
    assert "callee: " in batch.output and "agent: " in batch.output
    assert len(batch.phone.events("invite")) == 2


# --- doctor

def doctor(program: Path, folder: Path, env_file: Path, agent: str) -> tuple[int, str]:
    done = subprocess.run([program, "--env-file", env_file, "doctor", "--agent-name", agent], text=True, timeout=30,
                          capture_output=True, cwd=folder)
    return done.returncode, done.stdout


def test_doctor_finds_nothing_bad_where_calls_can_be_made(office):
    status, text = doctor(office.lab.program, office.lab.folder, office.env_file, office.agent)
    assert status == 0, text
    assert "bad " not in text and "Calls can be made." in text
    assert f"{office.agent} runs on this machine" in text


@pytest.mark.parametrize("change, findings", [
    ({"LIVEKIT_URL": "", "LIVEKIT_API_KEY": "", "LIVEKIT_API_SECRET": "", "SIP_OUTBOUND_TRUNK_ID": ""},
     ["LIVEKIT_URL: not set", "LIVEKIT_API_KEY: not set", "LIVEKIT_API_SECRET: not set", "SIP_OUTBOUND_TRUNK_ID: not set",
      "Get it from: LiveKit Cloud, Telephony, SIP trunks"]),
    ({"LIVEKIT_URL": "ws://127.0.0.1:{closed}"}, ["LiveKit: it does not answer", "-> check LIVEKIT_URL"]),
    ({"LIVEKIT_URL": "nonsense"}, ["LIVEKIT_URL must be like wss://"]),
    ({"LIVEKIT_API_SECRET": "s" * 40}, ["LiveKit: it does not accept the key", "must belong together"]),
    ({"SIP_OUTBOUND_TRUNK_ID": "ST_nobody"}, ["SIP trunk: ST_nobody does not exist", "-> set SIP_OUTBOUND_TRUNK_ID to one of"]),
], ids=["no variables", "LiveKit down", "bad URL", "wrong secret", "bad trunk"])
def test_doctor_says_what_is_wrong_and_how_to_mend_it(program, livekit, home, ports, tmp_path, change, findings):
    good = livekit.env_file(tmp_path / "good.env", livekit.trunk_to(f"127.0.0.1:{ports['TEST_LAST']}"))
    variables = dict(line.split("=", 1) for line in good.read_text().splitlines())
    variables |= {name: value.format(closed=ports["TEST_LAST"]) for name, value in change.items()}
    env_file = tmp_path / "bad.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))

    status, text = doctor(program, tmp_path, env_file, "nobody")
    assert status == 1 and "Calls cannot be made until what is bad is mended." in text
    for finding in findings:
        assert finding in text
    assert "warning  agent worker: no nobody runs on this machine" in text
    assert "-> start one, here or on another machine: call-agent calling-agent --agent-name nobody" in text
    assert livekit.env_file(tmp_path / "good.env", None).read_text().partition("SECRET=")[2].strip() not in text
