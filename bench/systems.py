"""The two systems side by side: ours and the Python peer, each with its worker, its MCP server and its dialer."""

import contextlib
import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

from measure import progress, tree

ROOT = Path(__file__).resolve().parents[1]


class Background:
    """A process of the benchmark's own, ended with everything below it when the `with` block is left."""

    def __init__(self, command: list, log: Path, ready: str, within_s: float = 60, **options):
        self.started = time.perf_counter()
        self.log = log
        self._file = log.open("wb")
        self.process = subprocess.Popen([str(part) for part in command], stdout=self._file, stderr=subprocess.STDOUT,
                                        start_new_session=True, **{"stdin": subprocess.DEVNULL, **options})
        self.wait_for(ready, within_s)

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, pattern: str, within_s: float) -> re.Match:
        """Until its output matches. Ends it, and everything, if that takes too long or it exits."""
        deadline = time.perf_counter() + within_s
        while not (found := re.search(pattern, self.said())):
            if self.process.poll() is not None or time.perf_counter() > deadline:
                self.stop()
                raise SystemExit(f"{self.process.args[:3]} did not say '{pattern}':\n{self.said()[-3000:]}")
            time.sleep(0.001)
        return found

    def stop(self) -> None:
        """SIGTERM, once more for those who then drain, SIGKILL; likewise whatever it leaves behind."""
        family = _handles(tree(self.pid)) if self.process.poll() is None else []
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                _ended_within(self.process, 3)
        for handle in family:
            if not select.select([handle], [], [], 3)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Worker(Background):
    """An agent worker that has registered with livekit-server."""

    def __init__(self, command: list, log: Path, ready: str, **options):
        super().__init__(command, log, ready, **options)
        self.registered_ms = (time.perf_counter() - self.started) * 1000


class Ours:
    name = "ours"
    agent = "bench-ours"
    room_of_call = r"\b(call_[0-9a-f]{32})\b"  # in what the dialer says
    says_joined = r"call {}: in the room (\d+) ms after its assignment"

    def __init__(self, variables: dict[str, str], home: Path):
        self.program = ROOT / "build" / "release" / "call-agent"
        self.home = home / "ours"
        self.home.mkdir()
        self.variables = variables

    def environment(self, trunk: str = "ST_none") -> dict:
        return {**os.environ, **self.variables, "SIP_OUTBOUND_TRUNK_ID": trunk, "CALL_AGENT_HOME": str(self.home),
                "XDG_CONFIG_HOME": str(self.home)}

    def server_command(self) -> list:
        return [self.program, "server", "--agent-name", self.agent]

    def worker(self, *extra: str, speech: str = "stub", capacity: int = 32) -> Worker:
        """Up to 32 calls in each media process; the stub is zero-latency speech and language behind the real VAD."""
        command = [self.program, "calling-agent", "--agent-name", self.agent, "--speech", speech, "--no-recording",
                   "--capacity", capacity, "--calls-per-process", 32, "--drain-seconds", 1, *extra]
        processes = -(-capacity // 32)
        return Worker(command, self.home / "worker.log", r"(?s)(registered: media process.*){%d}" % processes,
                      env=self.environment(), cwd=self.home)

    def room_worker(self) -> Worker:
        """One whose far end may be any participant."""
        return self.worker("--any-callee-kind")

    def place(self, number: str, trunk: str) -> str | None:
        """Returns the call's room once the phone has answered."""
        command = [self.program, "make-calls", "--agent-name", self.agent, "--no-wait", number]
        return _place(self, command, self.home, trunk)

    def metadata(self, number: str, room: str) -> dict:
        return {"call_id": room, "phone_number": number, "callee_identity": "callee", "room": room}


class Peer:
    name = "peer"
    agent = "bench-peer"
    room_of_call = r'"room": "([^"]+)"'
    says_joined = None

    def __init__(self, variables: dict[str, str], home: Path, folder: Path, venv: Path):
        self.folder = folder / "python"
        self.python = venv / "bin" / "python"
        self.home = home / "peer"
        self.home.mkdir()
        self.variables = variables

    def environment(self, trunk: str = "ST_none") -> dict:
        return {**os.environ, **self.variables, "SIP_OUTBOUND_TRUNK_ID": trunk, "AGENT_NAME": self.agent,
                "LOAD_FNC": "jobs", "NUM_IDLE": "1", "WORKER_PORT": "0", "PYTHONDONTWRITEBYTECODE": "1"}

    def server_command(self) -> list:
        return [self.python, self.folder / "server.py"]

    def worker(self) -> Worker:
        return Worker([self.python, "calling_agent.py", "start"], self.home / "worker.log", "registered worker",
                      env=self.environment(), cwd=self.folder)

    def room_worker(self) -> Worker:
        return self.worker()

    def place(self, number: str, trunk: str) -> str | None:
        return _place(self, [self.python, "make_calls.py", number], self.folder, trunk)

    def metadata(self, number: str, room: str) -> dict:
        return {"phone_number": number, "t_dispatch": time.time()}


def _place(system, command: list, folder: Path, trunk: str) -> str | None:
    environment = system.environment(trunk)
    done = subprocess.run(command, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=90)
    found = re.search(system.room_of_call, done.stdout)
    if done.returncode == 0 and found:
        return found[1]
    progress(f"a call failed: {done.stdout.strip()[-300:]}")
    return None


def _ended_within(process: subprocess.Popen, seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _handles(pids: list[int]) -> list[int]:
    handles = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handles.append(os.pidfd_open(pid))
    return handles
