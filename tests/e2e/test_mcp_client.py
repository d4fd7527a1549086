"""`call-agent test-mcp-client` at work: on our own server, and on one that is not ours."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Lab
from processes import Background

NUMBER, BUSY = "+442079460123", "+442079460486"
FOREIGN = [sys.executable, str(Path(__file__).with_name("foreign_server.py"))]
TOOLS = {"make_phone_call", "wait_for_call", "get_call", "list_calls", "send_to_call", "end_call", "transfer_call", "check_number"}


def client(lab: Lab, *arguments, status: int = 0, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([lab.program, "test-mcp-client", *map(str, arguments)], text=True, capture_output=True,
                          timeout=100, cwd=lab.folder, stdin=subprocess.DEVNULL, **options)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def session(lab: Lab, *arguments, **options) -> dict:
    """The same as one JSON document."""
    return json.loads(client(lab, "--json", *arguments, **options).stdout)


def said(told: dict) -> str:
    return told["results"][-1]["result"]["content"][0]["text"]


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_it_lists_the_tools_with_their_arguments(lab, era):
    shown = client(lab, "--era", era).stdout
    assert {line.split()[1].partition("(")[0] for line in shown.splitlines() if line.startswith("tool ")} == TOOLS
    assert "timeout_s  integer 0 to 600" in shown and "phone_number" in shown and ", required: E.164" in shown
    assert ("MCP 2025-11-25" if era == "legacy" else "MCP 2026-07-28") in shown


def test_a_call_is_placed_over_http_and_its_transcript_followed(lab):
    """The exit status is 0 only for the call that completed."""
    phone, worker = lab.phone("hangup_first.json"), lab.worker("--speech", "stub", "--no-recording")
    env_file = lab.livekit.env_file(lab.folder / "server.env", lab.livekit.trunk_to(f"127.0.0.1:{phone.port}"))
    url = lab.http_server(env_file, worker.agent).url
    told = session(lab, "--url", url, "--number", NUMBER, "--objective", "Ask whether they are well.")
    calls = [result["result"]["structuredContent"] for result in told["results"]]
    assert calls[-1]["state"] == "ended" and calls[-1]["outcome"] == "completed"
    assert any("dialing" in step.get("message", "") for step in told["progress"])

    busy = client(lab, "--url", url, "--number", BUSY, status=1)
    assert "the call did not complete; its outcome is \"busy\"" in busy.stderr

    follower = Background([lab.program, "test-mcp-client", "--url", url, "--follow",
                           f"call://{calls[0]['call_id']}/transcript"], lab.folder / "follow.log")
    follower.wait_for("callee: ")
    follower.process.send_signal(signal.SIGINT)
    assert follower.process.wait(10) == 0
    follower.stop()


def test_a_task_is_followed_to_its_end_and_ctrl_c_cancels_it(lab):
    phone, worker = lab.phone("hangup_first.json"), lab.worker("--speech", "stub", "--no-recording")
    env_file = lab.livekit.env_file(lab.folder / "server.env", lab.livekit.trunk_to(f"127.0.0.1:{phone.port}"))
    url = lab.http_server(env_file, worker.agent).url
    arguments = ["--url", url, "--call", "make_phone_call", "--task", "--argument", f"phone_number={NUMBER}"]
    told = session(lab, *arguments, "--argument", "objective=Ask whether they are well.")
    assert [state["status"] for state in told["task"]][-1] == "completed"
    assert told["results"][0]["result"]["structuredContent"]["outcome"] == "completed"

    silent = lab.phone("silent.json")
    env_file = lab.livekit.env_file(lab.folder / "silent.env", lab.livekit.trunk_to(f"127.0.0.1:{silent.port}"))
    arguments[1] = lab.http_server(env_file, worker.agent).url
    impatient = Background([lab.program, "test-mcp-client", *arguments], lab.folder / "task.log")
    impatient.wait_for("task      working: .*")
    silent.wait_for_event("invite")
    impatient.process.send_signal(signal.SIGINT)
    assert impatient.process.wait(20) == 1
    assert impatient.stop() == 1 and "stopped" in impatient.output


# --- A server that is not ours.

def foreign_url(lab: Lab) -> str:
    server = lab.background([*FOREIGN, "http"], "foreign.log")
    server.wait_for("Uvicorn running")
    return server.wait_for("^http")


@pytest.fixture(params=["stdio", "http"])
def foreign(request, lab) -> list[str]:
    if request.param == "stdio":
        return ["--", *FOREIGN]
    return ["--url", foreign_url(lab)]


@pytest.mark.parametrize("era, revision", [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_a_foreign_server_is_listed_called_and_read(lab, foreign, era, revision):
    told = session(lab, "--era", era, "--tools", "--resources", "--call", "greet", "--argument", "name=7",
                   "--read", "note://all", *foreign)
    assert told["protocolVersion"] == revision
    assert {tool["name"] for tool in told["tools"]} == {"greet", "greet_asked", "fail", "take_note"}
    assert {resource["uri"] for resource in told["resources"]} == {"note://all", "note://picture"}
    assert said(told) == "Dear 7"  # Whose name is a string, whatever it looks like.
    assert [step["message"] for step in told["progress"]] == ["thinking of words"]
    assert told["readings"][0]["result"]["contents"][0]["text"] == "first"

    picture = lab.folder / "picture.png"
    client(lab, "--era", era, "--read", "note://picture", "--output", picture, *foreign)
    assert picture.read_bytes() == bytes(range(8))
    assert "image/png, 8 bytes" in client(lab, "--era", era, "--read", "note://picture", *foreign).stdout

    failed = client(lab, "--era", era, "--call", "fail", *foreign, status=1)
    assert "fail failed" in failed.stdout and "fail reported an error" in failed.stderr
    assert "\x1b" not in failed.stdout
    client(lab, "--era", era, "--call", "greet", *foreign, status=1)  # Without its name.


def test_a_foreign_server_is_answered_what_it_asks(lab, foreign):
    asking = ["--era", "legacy", "--call", "greet_asked"]
    assert said(session(lab, *asking, "--answer", "name=Ada", *foreign)) == "Dear Ada"


def test_a_foreign_resource_is_followed(lab):
    url = foreign_url(lab)
    follower = Background([lab.program, "test-mcp-client", "--url", url, "--follow", "note://all", "--for", "30"],
                          lab.folder / "follow.log")
    follower.wait_for("first")
    client(lab, "--url", url, "--call", "take_note", "--arguments", '{"text": "second"}')
    follower.wait_for("second")
    follower.process.send_signal(signal.SIGINT)
    assert follower.process.wait(10) == 0
    follower.stop()


@pytest.mark.parametrize("arguments, status, words", [
    (["--url", "http://127.0.0.1:1/mcp"], 1, "Connection refused"),
    (["--url", "nonsense"], 2, "URL"),
    (["--url", "http://127.0.0.1:1/mcp", "--", "server"], 2, "either --url or a command"),
    (["--token", "t"], 2, "--url"),
    (["--call", "x", "--argument", "secret"], 2, "NAME=VALUE"),
    (["--call", "x", "--arguments", "[1]"], 2, "JSON object"),
    (["--", "/nowhere/server"], 1, "/nowhere/server"),
    (["--", "sh", "-c", "printf '\\033[31mred' >&2; exit 3"], 1, "status 3"),
])
def test_what_goes_wrong_is_said(lab, arguments, status, words):
    done = client(lab, *arguments, status=status)
    assert words in done.stderr and "secret" not in done.stderr and "\x1b" not in done.stderr

