"""The telephones at the far end: ours, and sipp as the foreign one."""

import json
import time
from pathlib import Path

from processes import Background

ROOT = Path(__file__).resolve().parents[2]


class Telephone(Background):
    """Writes down what happens to it: a line of JSON an event."""

    port: int
    events_file: Path

    def events(self, kind: str | None = None) -> list[dict]:
        if not self.events_file.exists():
            return []
        events = [json.loads(line) for line in self.events_file.read_text().splitlines()]
        return [event for event in events if kind is None or event["event"] == kind]

    def wait_for_event(self, kind: str, within_s: float = 15, count: int = 1) -> dict:
        deadline = time.monotonic() + within_s
        while len(found := self.events(kind)) < count:
            assert time.monotonic() < deadline, f"phone: {len(found)} of {count} {kind}; had {self.events()}"
            time.sleep(0.02)
        return found[count - 1]


class Phone(Telephone):
    """`call-agent phone` on its own port, playing a scenario."""

    @classmethod
    def start(cls, program: Path, port: int, rtp_ports: range, scenario: Path, folder: Path) -> "Phone":
        events = folder / f"phone-{port}.jsonl"
        phone = cls([program, "phone", "--listen", f"127.0.0.1:{port}", "--rtp-ports", f"{rtp_ports[0]}-{rtp_ports[-1]}",
                     "--scenario", scenario, "--log", events, "--record", folder / "phone"], folder / f"phone-{port}.log")
        phone.port, phone.events_file = port, events
        phone.wait_for("phone ready", within_s=60)
        return phone


class ForeignPhone(Telephone):
    """sipp: another SIP stack than ours; echoes what it hears and hangs up after `hold_ms`. Of events it knows the
    caller's `bye`, with the number that was called."""

    @classmethod
    def start(cls, port: int, media_port: int, hold_ms: int, folder: Path) -> "ForeignPhone":
        events = folder / f"sipp-{port}.jsonl"
        phone = cls([ROOT / "tests" / "sipp" / "foreign_phone", port, media_port, hold_ms, folder / "sipp-errors.log", events],
                    folder / "sipp.log")
        phone.port, phone.events_file = port, events
        return phone
