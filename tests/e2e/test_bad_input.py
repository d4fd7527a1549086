"""Whatever is wrong with what comes in, the answer says so, and what runs goes on."""

import json
import subprocess
import time
import wave
from pathlib import Path

import pytest

from mcp_server import McpServer
from waiting import until

NUMBER = "+442079460123"
ROOT = Path(__file__).resolve().parents[2]
RESTAURANT = (ROOT / "scenarios" / "phone" / "restaurant.json").read_text()


@pytest.fixture
def run(program, home, tmp_path):
    """Runs call-agent to its end, in a folder of its own without any .env."""
    def run(*arguments: str, **options) -> subprocess.CompletedProcess:
        return subprocess.run([str(program), *map(str, arguments)], cwd=tmp_path, text=True, capture_output=True,
                              timeout=30, **options)

    return run


# --- the four variables

@pytest.mark.parametrize("text, complaint", [
    ("LIVEKIT_URL=ws://127.0.0.1:1\nnonsense\n", "line 2: expected NAME=VALUE"),
    ('LIVEKIT_API_SECRET="topsecret\n', "line 1: the quote is never closed"),
    ("LIVEKIT_API_SECRET='a' topsecret\n", "line 1: text after the closing quote"),
    ("LIVEKIT_URL=\x00topsecret\n", "line 1: a NUL byte"),
    ("1LIVEKIT=topsecret\n", "line 1: expected NAME=VALUE"),
])
@pytest.mark.parametrize("command", [["calling-agent"], ["make-calls", NUMBER], ["doctor"]])
def test_a_broken_env_file_is_named_with_its_line(run, tmp_path, command, text, complaint):
    file = tmp_path / "broken.env"
    file.write_text(text)
    done = run("--env-file", file, *command)
    assert done.returncode == 2
    assert f"{file}: {complaint}" in done.stderr
    assert "topsecret" not in done.stdout + done.stderr


def test_a_missing_env_file_is_named(run, tmp_path):
    done = run("--env-file", tmp_path / "none.env", "calling-agent")
    assert done.returncode == 1
    assert f"cannot read the env file {tmp_path}/none.env" in done.stderr


@pytest.mark.parametrize("command, needed", [(["calling-agent"], 3), (["make-calls", NUMBER], 4)])
def test_missing_variables_are_named_with_where_to_get_them(run, command, needed):
    done = run(*command)
    assert done.returncode == 2
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID")[:needed]:
        assert f"{name} is not set" in done.stderr
    assert done.stderr.count("Get it from: ") == needed


@pytest.mark.parametrize("model, complaint", [
    ("LLM_BASE_URL=http://127.0.0.1:1/v1\n", "LLM_MODEL is not set"),
    ("LLM_BASE_URL=127.0.0.1:1/v1\nLLM_MODEL=small\n", "LLM_BASE_URL must be like https://"),
])
def test_a_language_model_that_cannot_be_is_said_before_any_call(run, livekit, tmp_path, model, complaint):
    env = livekit.env_file(tmp_path / "worker.env", trunk=None)
    env.write_text(env.read_text() + model)
    done = run("--env-file", env, "calling-agent")
    assert done.returncode == 2 and complaint in done.stderr


@pytest.fixture
def serve(program, home, tmp_path, monkeypatch):
    """`serve(env)`: a server with these variables and no others."""
    monkeypatch.chdir(tmp_path)
    servers = []

    def serve(env: str) -> McpServer:
        file = tmp_path / "server.env"
        file.write_text(env)
        servers.append(McpServer.start(program, file, [], tmp_path))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


def test_the_server_starts_without_variables_and_names_them_when_it_needs_them(serve):
    server = serve("")
    assert "calls" in server.call("list_calls")
    text = server.refused("make_phone_call", phone_number=NUMBER)
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID"):
        assert f"{name} is not set" in text
    assert "Get it from: " in text


def test_the_server_lives_on_after_a_broken_env_file(serve):
    server = serve("nonsense\n")
    assert "server.env: line 1: expected NAME=VALUE" in server.refused("make_phone_call", phone_number=NUMBER)
    assert server.request("tools/list", {})["tools"]


@pytest.mark.parametrize("url, complaint", [
    ("ws://127.0.0.1:{closed}", "check LIVEKIT_URL"), ("{livekit}", "check LIVEKIT_API_KEY and LIVEKIT_API_SECRET"),
])
def test_a_livekit_that_is_down_or_refuses_is_said_at_once(serve, livekit, ports, url, complaint):
    url = url.format(closed=ports["TEST_LAST"], livekit=f"ws://127.0.0.1:{ports['LIVEKIT_PORT']}")
    server = serve(f"LIVEKIT_URL={url}\nLIVEKIT_API_KEY=key\nLIVEKIT_API_SECRET={'s' * 40}\n"
                   "SIP_OUTBOUND_TRUNK_ID=ST_x\n")
    started = time.monotonic()
    placed = server.call("make_phone_call", phone_number=NUMBER)
    assert (placed["state"], placed["outcome"]) == ("ended", "agent_failed")
    assert complaint in placed["outcome_detail"]
    assert time.monotonic() - started < 10


def test_a_worker_with_the_wrong_secret_says_so_and_tries_again_at_leisure(lab, monkeypatch):
    monkeypatch.setenv("LIVEKIT_API_SECRET", "s" * 40)  # Comes before the file's.
    worker = lab.worker(wait=False)
    worker.wait_for("check LIVEKIT_API_KEY and LIVEKIT_API_SECRET")
    worker.wait_for("starting another in 500 ms")


def test_a_broken_dialogue_is_named_and_the_worker_tries_again_at_leisure(lab):
    broken = lab.folder / "dialogue.json"
    broken.write_text('{"name": "broken", ')
    worker = lab.worker("--scripted", str(broken), wait=False)
    worker.wait_for(f"cannot take calls: .*{broken}")
    worker.wait_for("starting another in 500 ms")


# --- what clients and livekit-server send

def test_malformed_messages_are_answered_and_the_server_lives_on(program, home, tmp_path):
    lines = [
        (b"{", -32700), (b'{"jsonrpc": "2.0", "id": 1, "method": "ping"', -32700), (b"\xff\xfe\x00", -32700),
        (b"[" * 100 + b"]" * 100, -32700), (b'"text"', -32600), (b"[]", -32600),
        (b'{"jsonrpc": "1.0", "id": 2}', -32600), (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 3}', -32600),
        (b'{"jsonrpc": "2.0", "id": 4, "method": "ping", "params": 7}', -32602),
        (b'{"jsonrpc": "2.0", "id": 5, "method": "no/such"}', -32602),
        (b'{"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": 7}}', -32602),
        (b'"' + b"x" * (5 << 20) + b'"', -32600),
    ]
    ping = b'{"jsonrpc": "2.0", "id": "last", "method": "ping"}'
    everything = b"".join(line + b"\n" for line in [*(line for line, _ in lines), ping])
    done = subprocess.run([program, "server"], input=everything, cwd=tmp_path, capture_output=True, timeout=30)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["error"]["code"] for answer in answers[:-1]] == [code for _, code in lines]
    assert answers[-1] == {"jsonrpc": "2.0", "id": "last", "result": {}}
    assert done.returncode == 0


@pytest.mark.parametrize("arguments, complaint", [
    ({}, "phone_number"),
    ({"phone_number": 7}, "phone_number"),
    ({"phone_number": NUMBER, "max_minutes": 0}, "max_minutes"),
    ({"phone_number": NUMBER, "result_schema": "x"}, "result_schema"),
    ({"phone_number": NUMBER, "nmuber": 1}, "nmuber"),
    ({"phone_number": NUMBER, "objective": "x" * 5000}, "objective"),
])
def test_a_wrong_argument_is_named(serve, arguments, complaint):
    assert complaint in serve("").refused("make_phone_call", **arguments)


def test_a_job_with_broken_metadata_is_refused_and_the_next_is_taken(lab):
    worker = lab.worker("--speech", "stub", "--no-recording")
    lab.livekit.dispatch(worker.agent, "broken-metadata", metadata="not JSON")
    worker.wait_for("job .* refused")
    lab.livekit.dispatch(worker.agent, "good-metadata")
    until(lambda: lab.livekit.agent_is_ready("good-metadata"), "an agent for the good job")
    for room in ("broken-metadata", "good-metadata"):
        lab.livekit.delete_room(room)


@pytest.mark.parametrize("name, text, complaint", [
    ("calls.csv", f"phone_number,objective\n{NUMBER},\n911,\n", 'line 3: phone_number must be E.164'),
    ("calls.csv", 'phone_number,objective\n"+44', "line 2: the quote is never closed"),
    ("calls.csv", "", "the list has no calls"),
    ("calls.jsonl", f'{{"phone_number": "{NUMBER}"}}\n{{"phone_number": \n', "line 2: not valid JSON"),
    ("calls.txt", NUMBER, "--file must end in .csv or .jsonl"),
])
def test_a_broken_list_of_calls_is_named_with_its_line(run, tmp_path, name, text, complaint):
    (tmp_path / name).write_text(text)
    done = run("make-calls", "--file", name)
    assert done.returncode == 2
    assert complaint in done.stderr


# --- what the phone is given

@pytest.mark.parametrize("text, complaint", [
    ("{", "not valid JSON: unexpected or missing text at byte 2"),
    ("[]", "must be an object"), ('{"steps": {}}', "steps: must be a list"),
    ('{"steps": [{"shout": "hello"}]}', "steps[0]: does nothing"), ('{"rings": 1}', 'unknown key "rings"'),
    ('{"steps": [{"say": ""}]}', "steps[0].say: must not be empty"),
    ('{"steps": [{"go_to": "nowhere", "times": 1}]}', 'no step with the label "nowhere"'),
    ('{"answer": "perhaps"}', "answer: "), ('{"rings_s": -1}', "rings_s: must be a number from 0"),
    (RESTAURANT[:-20], "not valid JSON"), ("\x00\x01\x02", "not valid JSON"),
])
def test_a_broken_scenario_is_named_with_its_place(run, tmp_path, ports, text, complaint):
    file = tmp_path / "broken.json"
    file.write_text(text)
    done = run("phone", "--listen", f"127.0.0.1:{ports['TEST_LAST']}", "--scenario", file)
    assert done.returncode == 2
    assert f"{file}: " in done.stderr and complaint in done.stderr


def test_a_phone_that_cannot_record_does_not_start(run, tmp_path, ports):
    (tmp_path / "file").write_text("in the way")
    done = run("phone", "--listen", f"127.0.0.1:{ports['TEST_LAST']}", "--record", tmp_path / "file" / "calls")
    assert done.returncode == 2 and "phone ready" not in done.stdout
    assert f"calls cannot be recorded: cannot write {tmp_path / 'file' / 'calls'}" in done.stderr


def wav(path: Path, width: int = 2, frames: int = 800) -> bytes:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(bytes(frames * width))
    return path.read_bytes()


@pytest.mark.parametrize("change, complaint", [
    (lambda path: b"not a WAV", "it is not a WAV file"), (lambda path: b"", "it is not a WAV file"),
    (lambda path: wav(path)[:-100], "it is truncated"), (lambda path: wav(path, width=1), "16-bit PCM is needed"),
    (lambda path: wav(path, frames=0), "it holds no audio"), (None, "there is no such file"),
])
def test_a_broken_wav_is_named_with_what_is_wrong(run, tmp_path, ports, change, complaint):
    scenario, clip = tmp_path / "scenario.json", tmp_path / "clip.wav"
    scenario.write_text('{"steps": [{"play": "clip.wav"}]}')
    if change:
        clip.write_bytes(change(clip))
    done = run("phone", "--listen", f"127.0.0.1:{ports['TEST_LAST']}", "--scenario", scenario)
    assert done.returncode in (1, 2)
    assert f"{clip}: {complaint}" in done.stderr
