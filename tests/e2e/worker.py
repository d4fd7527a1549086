"""`call-agent calling-agent`, registered with the stack's livekit-server under a name of the test's own."""

import os
import re
import signal
from pathlib import Path

from processes import Background
from waiting import until


class Worker(Background):
    agent: str

    def wait_for_registrations(self, count: int, within_s: float = 30) -> None:
        """Of media processes, since the start: one each, and one for each connection made anew."""
        until(lambda: len(re.findall("^registered: media process", self.output, re.MULTILINE)) >= count,
              f"{count} registrations; the worker said:\n{self.output}", within_s)

    def wait_until_ready(self, processes: int = 1, within_s: float = 60) -> None:
        """So many media processes, since the start, have registered and have their models loaded."""
        self.wait_for_registrations(processes, within_s)
        until(lambda: self.output.count("every model is loaded") >= processes,
              f"{processes} media processes with models; the worker said:\n{self.output}", within_s)

    def media_processes(self) -> set[int]:
        pid = self.process.pid
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}

    def kill_all(self) -> None:
        """The supervisor first: it can report nothing, and starts no other media process."""
        media = self.media_processes()
        self.kill()
        for pid in media:
            os.kill(pid, signal.SIGKILL)

    @classmethod
    def start(cls, program: Path, env_file: Path, agent: str, folder: Path, arguments: tuple, wait: bool) -> "Worker":
        worker = cls([program, "calling-agent", "--env-file", env_file, "--agent-name", agent, *arguments],
                     folder / "worker.log")
        worker.agent = agent
        if wait:
            worker.wait_until_ready()
        return worker
