"""The call log as the processes share it: what a call's principal sends is a row that the worker takes."""

import json
import sqlite3
import time
from pathlib import Path

from waiting import until


class CallLog:
    def __init__(self, home: Path):
        self._path = home / "calls.db"

    def send(self, call_id: str, kind: str, text: str = "", question_id: str = "") -> int:
        with sqlite3.connect(self._path, timeout=5) as database:
            row = database.execute(
                "INSERT INTO commands (call_id, kind, text, question_id, sent_ms) VALUES (?, ?, ?, ?, ?)",
                (call_id, kind, text, question_id, int(time.time() * 1000)))
            return row.lastrowid

    def result(self, command: int, within_s: float = 10) -> dict:
        """What became of it: "fate" and "detail"."""
        return until(lambda: self._result(command), f"the result of command {command}", within_s)

    def _result(self, command: int) -> dict | None:
        with sqlite3.connect(self._path, timeout=5) as database:
            text, = database.execute("SELECT result FROM commands WHERE seq = ?", (command,)).fetchone()
            return json.loads(text) if text else None
