"""A thousand calls of livekit/rtc in the hang-up order, in one process: does its memory stay flat?

The test that makes 50 after a warm-up of 20, repeated in its process."""

import os
import re
import subprocess

from measure import Table, progress
from systems import ROOT

REPEATS = 15
CALLS_EACH = 70
GROWTH_MIB = 5  # of all calls after the warm-up; an agent that leaves a callee behind costs 0.47 MiB a call
TEST = "RtcStack.FiftyCallsInTheHangUpOrderLeaveNothingBehind"
MEMORY = re.compile(r"private memory after \d+ calls (\d+) KiB, after \d+ more ([+-]\d+) KiB")


def soak(variables: dict[str, str]) -> list[float]:
    """MiB of private memory after the first warm-up and after each repeat."""
    command = [ROOT / "build/release/livekit_rtc_stack_test", f"--gtest_filter={TEST}", f"--gtest_repeat={REPEATS}"]
    used = []
    with subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := MEMORY.search(line):
                before, after = int(found[1]) / 1024, (int(found[1]) + int(found[2])) / 1024
                used += [after] if used else [before, after]
                progress(f"{(len(used) - 1) * CALLS_EACH} of {REPEATS * CALLS_EACH} calls: {after:.1f} MiB private")
    if len(used) != REPEATS + 1:
        raise SystemExit(f"the soak did not come to its end:\n{''.join(said[-30:])}")
    return used


def run(table: Table, variables: dict[str, str]) -> None:
    used = soak(variables)
    table.section(f"Soak: {REPEATS * CALLS_EACH} joins of livekit/rtc in the hang-up order, one process")
    table.row("private memory after 20 calls, MiB", used[:1], digits=1)
    table.row("private memory halfway, MiB", [used[len(used) // 2]], digits=1)
    table.row("private memory at the end, MiB", used[-1:], digits=1)
    table.row("growth from the first 70 calls to the end, MiB", [used[-1] - used[1]], budget=GROWTH_MIB, digits=1)
