"""The official MCP conformance suite (npm @modelcontextprotocol/conformance, pinned in tests/node) against a server.

    python3 tests/conformance/suite.py URL REVISION [product]     the host of the URL must be localhost

`product` runs the scenarios that ask for no fixture: any server must pass them, ours among them.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tools" / "run" / "lib" / "node.sh"
LEGACY, MODERN = "2025-11-25", "2026-07-28"

ANY_REVISION = ["tools-list", "resources-list", "prompts-list", "dns-rebinding-protection", "server-sse-multiple-streams"]
PRODUCT = {
    LEGACY: ANY_REVISION + ["server-initialize", "server-session-lifecycle", "ping", "resources-subscribe",
                            "resources-unsubscribe"],
    MODERN: ANY_REVISION + ["sep-2164-resource-not-found", "caching", "http-header-validation",
                            "input-required-result-unsupported-methods"],
}

Outcome = dict[str, Counter]  # by scenario, how many checks have which status


def _suite(url: str, *arguments: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", str(NODE), "conformance", "server", "--url", url, "-o", folder, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        outcome = {re.sub(r"^server-(.*)-\d{4}-\d\d-\d\dT.*$", r"\1", each.parent.name):
                   Counter(check["status"] for check in json.loads(each.read_text()))
                   for each in Path(folder).glob("*/checks.json")}
    assert outcome, f"the suite ran nothing:\n{done.stdout[-4000:]}"
    return outcome


def run_required(url: str, revision: str) -> Outcome:
    """Every scenario that `revision` requires, and those it runs without scoring them."""
    return _suite(url, "--requirements", revision)


def run_product(url: str, revision: str) -> Outcome:
    outcome: Outcome = {}
    for scenario in PRODUCT[revision]:
        outcome |= _suite(url, "--scenario", scenario, "--spec-version", revision)
    return outcome


def not_passed(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Scenarios with a check that failed, or that warns."""
    return {name: dict(found) for name, found in sorted(outcome.items()) if found["FAILURE"] or found["WARNING"]}


if __name__ == "__main__":
    address, revision_asked = sys.argv[1:3]
    found = (run_product if "product" in sys.argv[3:] else run_required)(address, revision_asked)
    for scenario_name in sorted(found):
        print(f"{scenario_name}: {dict(found[scenario_name])}")
    sys.exit(1 if not_passed(found) else 0)
