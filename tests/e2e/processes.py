"""A program in the background whose output can be waited for."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path


class Background:
    def __init__(self, arguments: list, log: Path, **options):
        self.name = Path(str(arguments[0])).name + " " + str(arguments[1] if len(arguments) > 1 else "")
        self.log = log
        self._lines: list[str] = []
        self._arrived = threading.Condition()
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self.log.open("ab") as file:
            for raw in self.process.stdout:
                file.write(raw)
                file.flush()
                with self._arrived:
                    self._lines.append(raw.decode(errors="replace").rstrip("\n"))
                    self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    def wait_for(self, pattern: str, within_s: float = 20, after: int = 0) -> str:
        """The first line that matches, from line `after` on; fails with everything printed if none comes."""
        deadline = time.monotonic() + within_s
        with self._arrived:
            while True:
                for line in self._lines[after:]:
                    if re.search(pattern, line):
                        return line
                left = deadline - time.monotonic()
                ended = self.process.poll() is not None and not self._reader.is_alive()
                if left <= 0 or ended:
                    text = "\n".join(self._lines)
                    raise AssertionError(f"{self.name}: no line like {pattern!r} ({'ended' if ended else 'in time'}):\n{text}")
                self._arrived.wait(min(left, 0.2))

    @property
    def output(self) -> str:
        with self._arrived:
            return "\n".join(self._lines)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, within_s: float = 10) -> int:
        """Ends it politely, then not; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._reader.join(2)
        return self.process.returncode
