"""Calls over real SIP: first audio, reply and yield at the phone, memory and processor time of one more call.

The far ends are the peer's own talker.py and callee.py, the same for both systems."""

import json
import subprocess
import sys
import time
from pathlib import Path

from measure import Table, cpu_ms, median, memory_mib, percentile

CALLEE_PORT, TALKER_PORT = 21081, 21082


class FarEnd:
    def __init__(self, folder: Path, script: str, port: int, rtp: int, log: Path, *arguments: str):
        log.unlink(missing_ok=True)
        self.log = log
        self.process = subprocess.Popen([sys.executable, script, "--port", str(port), "--rtp", str(rtp), "--log", str(log),
                                         *arguments], cwd=folder / "python", stdout=subprocess.PIPE, text=True)
        assert "ready" in self.process.stdout.readline()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(5)


def answer_to_audio(system, livekit, folder: Path, runs: int) -> list[float]:
    far = FarEnd(folder, "callee.py", CALLEE_PORT, 55000, system.home / "callee.jsonl", "--hold", "4")
    trunk = livekit.trunk_to(CALLEE_PORT)
    for index in range(runs):
        system.place(f"+4420794601{index:02d}", trunk).wait(60)
        while not far.log.exists() or len(far.log.read_text().splitlines()) <= index:
            time.sleep(0.1)
    far.stop()
    livekit.delete_rooms()
    calls = [json.loads(line) for line in far.log.read_text().splitlines()]
    return [(call["t_first_audio"] - call["t_200"]) * 1000 for call in calls if "t_first_audio" in call]


def talk(system, livekit, folder: Path, mode: str, rounds: int) -> list[float]:
    far = FarEnd(folder, "talker.py", TALKER_PORT, 56000, system.home / f"talk-{mode}.jsonl", "--mode", mode,
                 "--rounds", str(rounds))
    placing = system.place("+442079460199", livekit.trunk_to(TALKER_PORT))
    result = json.loads(far.process.stdout.readline())
    placing.wait(60)
    far.stop()
    livekit.delete_rooms()
    if result["missed"]:
        print(f"  {system.name}: {result['missed']} of {result['n']} rounds missed", flush=True)
    return [value for value in result["all"] if value is not None]


def per_call(system, livekit, folder: Path, worker, counts: list[int], seconds: float) -> dict[int, tuple[float, float]]:
    """Calls at once -> (PSS MiB, % of a core) of one more call."""
    far = FarEnd(folder, "callee.py", CALLEE_PORT, 55000, system.home / "load.jsonl", "--hold", "0")
    trunk = livekit.trunk_to(CALLEE_PORT)
    # The first call loads the media library: what a further one costs is asked here.
    warm = system.place("+442079460150", trunk)
    warm.wait(60)
    time.sleep(3)
    livekit.delete_rooms()
    time.sleep(5)
    idle_pss, idle_cpu = memory_mib(worker.pid)[1], over(worker.pid, 5)
    figures = {}
    for count in counts:
        placing = [system.place(f"+4420794602{index:02d}", trunk) for index in range(count)]
        for place in placing:
            place.wait(60)
        time.sleep(3)
        cpu, pss = over(worker.pid, seconds), memory_mib(worker.pid)[1]
        figures[count] = ((pss - idle_pss) / count, (cpu - idle_cpu) / count)
        livekit.delete_rooms()
        time.sleep(8)
    far.stop()
    return figures


def over(pid: int, seconds: float) -> float:
    """% of a core used over some seconds."""
    before, started = cpu_ms(pid), time.perf_counter()
    time.sleep(seconds)
    return (cpu_ms(pid) - before) / (time.perf_counter() - started) / 10


def run(table: Table, ours, peer, livekit, folder: Path) -> None:
    results = {}
    for system in filter(None, (ours, peer)):
        worker = system.worker()
        if system is peer:
            time.sleep(8)
        results[system.name] = {"audio": answer_to_audio(system, livekit, folder, 6),
                                "reply": talk(system, livekit, folder, "reply", 12),
                                "barge": talk(system, livekit, folder, "barge", 12),
                                "load": per_call(system, livekit, folder, worker, [1, 2, 4, 8] if system is ours else [1, 2, 4], 10)}
        worker.stop()
    mine, theirs = results["ours"], results.get("peer", {})
    table.row("answer -> first audio at the phone, ms", mine["audio"], theirs.get("audio"), "<= 100")
    table.row("callee stops -> agent's first audio, ms", mine["reply"], theirs.get("reply"), "p50 <= 450")
    table.note(f"p95 {percentile(mine['reply'], .95):.0f}, peer {percentile(theirs.get('reply', []), .95):.0f}; budget p95 <= 600")
    table.row("callee speaks over the agent -> silence, ms", mine["barge"], theirs.get("barge"), "p95 <= 300")
    table.note(f"p95 {percentile(mine['barge'], .95):.0f}, peer {percentile(theirs.get('barge', []), .95):.0f}")
    for count, (pss, cpu) in mine["load"].items():
        other = theirs.get("load", {}).get(count)
        table.row(f"one more call at {count} calls, PSS MiB", [pss], [other[0]] if other else None, "<= 4", 1)
        table.row(f"one more call at {count} calls, % of a core", [cpu], [other[1]] if other else None, "<= 4.5", 1)
