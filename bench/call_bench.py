"""Calls over real SIP: first audio, reply and yield at the phone, memory and processor time of one more call."""

import json
import subprocess

import load
from measure import Table, progress

COUNTS = [1, 2, 4, 8]
TALK_S = 240  # twelve turns take about 100 s


def answer_to_audio(system, livekit, far_ends, calls: int) -> list[float]:
    with far_ends.callee(hold_s=4) as phone:
        trunk = livekit.trunk_to(far_ends.port)
        for call in range(calls):
            progress(f"{system.name}: answer to first audio, {call + 1} of {calls}")
            if room := system.place(f"+4420794601{call:02d}", trunk):
                phone.first_audio_ms(call + 1)  # once the phone has hung up
                livekit.hang_up([room])
        return phone.first_audio_ms(calls)


def talk(system, livekit, far_ends, mode: str, talker) -> list[float]:
    progress(f"{system.name}: twelve turns, {mode}")
    with talker(mode) as phone:
        room = system.place("+442079460199", livekit.trunk_to(far_ends.port))
        latencies = phone.latencies_ms(TALK_S) if room else []
        livekit.hang_up([room] if room else [])
    if len(latencies) < 12:
        progress(f"{system.name}: {12 - len(latencies)} of 12 turns got no answer")
    return latencies


def own_share(ours) -> list[float]:
    """Of the last call's replies: from the decision that the callee's turn is over to the agent's first audio."""
    call_id = json.loads(_calls(ours, "list", "--limit", "1"))["call_id"]
    metrics = [turn.get("metrics", {}) for turn in json.loads(_calls(ours, "show", call_id))["transcript"]]
    return [each["total"] - each["end_of_speech_delay"] for each in metrics if "end_of_speech_delay" in each]


def per_call(system, livekit, far_ends, worker) -> dict[int, load.Load]:
    with far_ends.callee() as phone:
        trunk = livekit.trunk_to(far_ends.port)

        def begin(count: int) -> list[str]:
            return list(filter(None, (system.place(f"+4420794602{call:02d}", trunk) for call in range(count))))

        return load.costs(system.name, "SIP calls", worker, COUNTS, begin, livekit.hang_up)


def figures(system, livekit, far_ends) -> dict:
    with system.worker() as worker:
        found = {"audio": answer_to_audio(system, livekit, far_ends, 10)}
        found["reply"] = talk(system, livekit, far_ends, "reply", far_ends.talker)
        found["whole"] = talk(system, livekit, far_ends, "reply", far_ends.our_talker)
        found["own"] = own_share(system) if system.name == "ours" else []
        found["barge"] = talk(system, livekit, far_ends, "barge", far_ends.talker)
        found["load"] = per_call(system, livekit, far_ends, worker)
    return found


def run(table: Table, ours, peer, livekit, far_ends) -> None:
    mine = figures(ours, livekit, far_ends)
    nothing = {"audio": [], "reply": [], "whole": [], "barge": [], "load": {}}
    theirs = figures(peer, livekit, far_ends) if peer else nothing
    table.section("SIP calls: zero-latency STT, LLM and TTS; real VAD; at the phone")
    table.row("answer -> first audio, ms", mine["audio"], theirs["audio"], 100)
    replies = {"reply": "callee stops -> agent's first audio", "whole": "the same after a whole sentence"}
    for key, what in replies.items():
        table.row(f"{what}, p50 ms", mine[key], theirs[key], 450)
        table.row(f"{what}, p95 ms", mine[key], theirs[key], 600, share=0.95)
    table.row("  of it our own, beyond deciding silence and transit, p99", mine["own"], None, 50, share=0.99)
    table.row("callee speaks over the agent -> silence, p50 ms", mine["barge"], theirs["barge"])
    table.row("callee speaks over the agent -> silence, p95 ms", mine["barge"], theirs["barge"], 300, share=0.95)
    load.print_costs(table, "SIP calls", mine["load"], theirs["load"])


def _calls(ours, *arguments: str) -> str:
    return subprocess.run([ours.program, "calls", *arguments, "--json"], env=ours.environment(), check=True,
                          capture_output=True, text=True).stdout
