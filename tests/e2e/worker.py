"""`call-agent calling-agent`, registered with the stack's livekit-server under a name of the test's own."""

from pathlib import Path

from processes import Background


class Worker(Background):
    agent: str

    @classmethod
    def start(cls, program: Path, env_file: Path, agent: str, folder: Path, arguments: tuple, wait: bool) -> "Worker":
        worker = cls([program, "calling-agent", "--env-file", env_file, "--agent-name", agent, *arguments],
                     folder / "worker.log")
        worker.agent = agent
        if wait:
            worker.wait_for("registered")
        return worker
