"""Processes of one stack, known by a mark in their environment.

No pid file: it would be lost with a deleted build folder, and lie after a pid is reused. The mark names the stack's
folder, so a stack ends just what it started, whatever happened in between.
"""

import os
import select
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

MARK = "CALL_AGENT_STACK"
FINGERPRINT = "CALL_AGENT_STACK_FINGERPRINT"


@dataclass(frozen=True)
class Running:
    pid: int
    name: str
    fingerprint: str  # of the command and configuration it was started with


def start(stack_dir: Path, name: str, program: str, arguments: list[str], fingerprint: str, log: Path) -> subprocess.Popen:
    """Starts a service, by its name, in a session of its own, so that a Ctrl-C here does not reach it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [name, *arguments], executable=program,
            env={"PATH": os.environ["PATH"], MARK: f"{name}@{stack_dir}", FINGERPRINT: fingerprint},
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=stack_dir, start_new_session=True)


def running(stack_dir: Path) -> list[Running]:
    """The oldest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        marks = _environment(folder)
        name, _, where = marks.get(MARK, "").partition("@")
        if where == str(stack_dir):
            found.append(Running(int(folder.name), name, marks.get(FINGERPRINT, "")))
    return sorted(found, key=lambda process: _start_time(process.pid))


def stop(stack_dir: Path, process: Running, patience_s: float) -> None:
    """SIGTERM, then SIGKILL after `patience_s`. Returns when the process is gone."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        if process not in running(stack_dir):  # ended, and its pid taken by another, before we had the handle
            return
        for how, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 5.0)):
            signal.pidfd_send_signal(handle, how)
            if select.select([handle], [], [], wait_s)[0]:
                return
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def _start_time(pid: int) -> int:
    """In clock ticks since boot; 0 once it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0


def _environment(folder: Path) -> dict[str, str]:
    try:  # a zombie reads as empty, so a process that ended does not count
        raw = (folder / "environ").read_bytes()
    except OSError:  # ended meanwhile, or another user's
        return {}
    return dict(entry.split("=", 1) for entry in raw.decode(errors="replace").split("\0") if "=" in entry)
