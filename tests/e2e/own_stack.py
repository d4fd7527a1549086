"""A LiveKit of the test's own, on ports of its own: one whose server may be killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from processes import Background
from waiting import until

ROOT = Path(__file__).resolve().parents[2]
FOUR = ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID"]


class OwnStack:
    def __init__(self, folder: Path):
        self.folder = folder
        self._restarted: Background | None = None
        self.up()

    def up(self) -> str:
        """What it prints: the four variables."""
        printed = self._tool("up")
        assert [line.split("=")[0] for line in printed.splitlines()] == FOUR
        return printed

    def refused_up(self) -> str:
        """What is said when it fails."""
        done = self._run("up", stderr=subprocess.PIPE)
        assert done.returncode == 1, done.stderr
        return done.stderr

    def pids(self) -> dict[str, int]:
        """Of the services that run, by name."""
        found = re.findall(r"^(\S+) +pid (\d+)", self._tool("status"), re.MULTILINE)
        return {name: int(pid) for name, pid in found}

    def kill(self, service: str) -> None:
        os.kill(self.pids()[service], signal.SIGKILL)
        until(lambda: service not in self.pids(), f"the end of {service}")

    def start_livekit_server(self) -> None:
        program = ROOT / "build" / "deps" / "bin" / "livekit-server"
        self._restarted = Background([program, "--config", self.folder / "livekit-server.yaml"],
                                     self.folder / "logs" / "livekit-server-2.log")
        self._restarted.wait_for("starting LiveKit server")

    def end(self) -> None:
        if self._restarted:
            self._restarted.kill()
        self._tool("down")
        assert not self._left_behind()

    def _left_behind(self) -> list[str]:
        """Programs of this stack that still run: each is started with a file of its folder."""
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if f"{self.folder}/".encode() in (line := file.read_bytes()):
                    found.append(line.replace(b"\0", b" ").decode())
        return found

    def _tool(self, command: str) -> str:
        done = self._run(command)
        assert command == "status" or done.returncode == 0, f"stack {command} failed"
        return done.stdout

    def _run(self, command: str, **options) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, ROOT / "tools" / "stack", command], text=True, stdout=subprocess.PIPE,
                              env={**os.environ, "CALL_AGENT_STACK_DIR": str(self.folder)}, timeout=60, **options)
