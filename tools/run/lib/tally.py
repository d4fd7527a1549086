#!/usr/bin/env python3
"""Sums the JUnit files of all test runners, says why each test failed, and ends with "N passed, N failed".

usage: tally.py FOLDER [FAILED_STAGE…]     a stage that failed without a failing test counts as one failure
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

MAX_LINES = 60  # of a failing test's output


def main() -> int:
    folder, stages = Path(sys.argv[1]), set(sys.argv[2:])
    passed = failed = skipped = 0
    for file in sorted(folder.glob("*.xml")):
        failures = 0
        for case in ElementTree.parse(file).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failures += 1
                print(f"\nFAILED ({file.stem}) {case.get('name')}\n{output_of(case)}")
            elif case.find("skipped") is not None:
                skipped += 1
            else:
                passed += 1
        failed += failures
        if failures:
            stages.discard(file.stem)
    for stage in sorted(stages):
        print(f"\nFAILED {stage}: see above")
    failed += len(stages)
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def output_of(case: ElementTree.Element) -> str:
    texts = [element.text or element.get("message") or "" for element in case]
    return "\n".join("\n".join(texts).strip().splitlines()[-MAX_LINES:])


if __name__ == "__main__":
    sys.exit(main())
