"""`call-agent calling-agent`, registered with the stack's livekit-server under a name of the test's own."""

from pathlib import Path

from processes import Background

ROOT = Path(__file__).resolve().parents[2]


class Worker(Background):
    agent: str

    @classmethod
    def start(cls, program: Path, env_file: Path, agent: str, folder: Path, arguments: tuple, wait: bool) -> "Worker":
        dialogue = ROOT / "scenarios" / "dialogues" / "restaurant.json"
        worker = cls([program, "calling-agent", "--env-file", env_file, "--agent-name", agent, "--scripted", dialogue,
                      *arguments], folder / "worker.log")
        worker.agent = agent
        if wait:
            worker.wait_for("registered")
        return worker
