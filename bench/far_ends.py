"""The telephones at the far end, the same for both systems: the peer's talker.py and callee.py, else ours."""

import json
import sys
import time
from pathlib import Path

from systems import ROOT, Background

SCENARIOS = ROOT / "scenarios" / "phone"


class FarEnds:
    """Starts telephones on the stack's ports for benchmarks. A talker and a callee never run at once."""

    def __init__(self, ports: dict[str, int], home: Path, peer_folder: Path | None):
        self.port = ports["TEST_FIRST"]
        self.rtp = (self.port + 2, ports["TEST_LAST"] - 1)
        self.home = home
        self.scripts = peer_folder / "python" if peer_folder else None

    def callee(self, hold_s: float = 0) -> "PeerPhone | OurPhone":
        """Answers any number of calls and speaks every 12 s; hangs up after hold_s, or never."""
        if self.scripts:
            return self._peer_phone("callee.py", "--hold", str(hold_s))
        return self._our_phone(ROOT / "bench" / "scenarios" / ("answers.json" if hold_s else "talks_on.json"))

    def talker(self, mode: str) -> "PeerPhone | OurPhone":
        """Takes twelve turns with the agent: mode "reply" when it has been silent, "barge" over it."""
        if self.scripts:
            return self._peer_phone("talker.py", "--mode", mode, "--rounds", "12")
        return self.our_talker(mode)

    def our_talker(self, mode: str) -> "OurPhone":
        """The same with a whole sentence in a voice of ours; the peer's recording breaks off within one."""
        return self._our_phone(SCENARIOS / f"{mode}.json")

    def _peer_phone(self, script: str, *arguments: str) -> "PeerPhone":
        log = self.home / "phone.jsonl"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-B", script, "--port", self.port, "--rtp", self.rtp[0], "--log", log, *arguments]
        return PeerPhone(command, self.home / "phone.log", "callee ready", log, cwd=self.scripts)

    def _our_phone(self, scenario: Path) -> "OurPhone":
        log = self.home / "phone.jsonl"
        log.unlink(missing_ok=True)
        command = [ROOT / "build/release/call-agent", "phone", "--listen", f"127.0.0.1:{self.port}",
                   "--scenario", scenario, "--log", log, "--rtp-ports", f"{self.rtp[0]}-{self.rtp[1]}"]
        return OurPhone(command, self.home / "phone.log", "phone ready", log)


class PeerPhone(Background):
    """talker.py or callee.py: a line of JSON a call in its log."""

    def __init__(self, command: list, said: Path, ready: str, calls: Path, **options):
        super().__init__(command, said, ready, **options)
        self._calls = calls

    def first_audio_ms(self, calls: int) -> list[float]:
        """From the answer to the first voiced packet, of each call once so many have ended."""
        ended = _wait_for_lines(self._calls, calls, lambda line: True)
        return [(call["t_first_audio"] - call["t_200"]) * 1000 for call in ended if "t_first_audio" in call]

    def latencies_ms(self, within_s: float) -> list[float]:
        result = json.loads(self.wait_for(r"(?m)^\{.*\}$", within_s)[0])
        return [latency for latency in result["all"] if latency is not None]


class OurPhone(Background):
    """`call-agent phone`: a line of JSON an event in its log."""

    def __init__(self, command: list, said: Path, ready: str, events: Path):
        super().__init__(command, said, ready)
        self._events = events

    def first_audio_ms(self, calls: int) -> list[float]:
        _wait_for_lines(self._events, calls, lambda line: line["event"] == "summary")
        heard = _wait_for_lines(self._events, 0, lambda line: line["event"] in ("200", "first_audio"))
        answered = {line["call"]: line["mono_ms"] for line in heard if line["event"] == "200"}
        return [line["mono_ms"] - answered[line["call"]] for line in heard if line["event"] == "first_audio"]

    def latencies_ms(self, within_s: float) -> list[float]:
        summary = _wait_for_lines(self._events, 1, lambda line: line["event"] == "summary", within_s)[0]
        return summary["reply_latency_ms"] or summary["yield_latency_ms"]


def _wait_for_lines(path: Path, count: int, wanted, within_s: float = 30) -> list[dict]:
    deadline = time.monotonic() + within_s
    while True:
        text = path.read_text() if path.exists() else ""
        lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        found = [line for line in lines if wanted(line)]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.1)
