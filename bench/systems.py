"""The two systems side by side: ours and the Python peer, each with its worker, its MCP server and its dialer."""

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Worker:
    def __init__(self, command: list[str], registered: str, environment: dict, cwd: Path, log: Path):
        self.started = time.perf_counter()
        self.log = log
        self.file = log.open("wb")
        self.process = subprocess.Popen(command, stdout=self.file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        env=environment, cwd=cwd, start_new_session=True)
        while not re.search(registered, log.read_text(errors="replace")):
            if self.process.poll() is not None or time.perf_counter() - self.started > 60:
                raise SystemExit(f"the worker did not register:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.001)
        self.registered_ms = (time.perf_counter() - self.started) * 1000

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(3)
                except subprocess.TimeoutExpired:
                    continue
        self.file.close()


class Ours:
    name = "ours"
    agent = "bench_ours"

    def __init__(self, variables: dict[str, str]):
        self.program = ROOT / "build" / "release" / "call-agent"
        self.home = Path(tempfile.mkdtemp(prefix="call-agent-bench-"))
        self.variables = variables

    def environment(self, trunk: str = "ST_none") -> dict:
        return {**os.environ, **self.variables, "SIP_OUTBOUND_TRUNK_ID": trunk, "CALL_AGENT_HOME": str(self.home)}

    def server_command(self) -> list[str]:
        return [str(self.program), "server", "--agent-name", self.agent]

    def server_cwd(self) -> Path:
        return self.home

    def worker(self, speech: str = "stub", extra: tuple = ()) -> Worker:
        command = [str(self.program), "calling-agent", "--agent-name", self.agent, "--speech", speech, "--no-recording",
                   "--capacity", "32", "--calls-per-process", "32", *extra]
        return Worker(command, r"registered: media process", self.environment(), self.home, self.home / "worker.log")

    def place(self, number: str, trunk: str) -> subprocess.Popen:
        command = [str(self.program), "make-calls", "--agent-name", self.agent, "--no-wait", number]
        return subprocess.Popen(command, env=self.environment(trunk), cwd=self.home, stdout=subprocess.DEVNULL)

    def metadata(self, number: str, room: str) -> dict:
        return {"call_id": room, "phone_number": number, "callee_identity": "callee", "room": room}


class Peer:
    name = "peer"
    agent = "base-calling-agent"

    def __init__(self, variables: dict[str, str], folder: Path, venv: Path):
        self.folder = folder / "python"
        self.python = venv / "bin" / "python"
        self.home = Path(tempfile.mkdtemp(prefix="call-agent-peer-"))
        self.variables = variables

    def environment(self, trunk: str = "ST_none") -> dict:
        return {**os.environ, **self.variables, "SIP_OUTBOUND_TRUNK_ID": trunk, "LOAD_FNC": "jobs", "NUM_IDLE": "1",
                "PYTHONDONTWRITEBYTECODE": "1", "AGENT_NAME": self.agent}

    def server_command(self) -> list[str]:
        return [str(self.python), str(self.folder / "server.py")]

    def server_cwd(self) -> Path:
        return self.folder

    def worker(self) -> Worker:
        return Worker([str(self.python), "calling_agent.py", "start"], "registered worker", self.environment(),
                      self.folder, self.home / "worker.log")

    def place(self, number: str, trunk: str) -> subprocess.Popen:
        return subprocess.Popen([str(self.python), "make_calls.py", number], env=self.environment(trunk),
                                cwd=self.folder, stdout=subprocess.DEVNULL)

    def metadata(self, number: str, room: str) -> dict:
        return {"phone_number": number, "t_dispatch": time.time()}
