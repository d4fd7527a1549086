"""The official MCP conformance suite: against conformance_server, which has every fixture, and against the product."""

import re
import subprocess
from pathlib import Path

import pytest

from processes import Background

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tools" / "run" / "lib" / "node.sh"

# What the suite asks of a server that has none of its fixtures.
NEED_NO_FIXTURE = {
    "2025-11-25": ["server-initialize", "ping", "tools-list", "server-sse-multiple-streams", "resources-list",
                   "resources-subscribe", "resources-unsubscribe", "prompts-list", "dns-rebinding-protection",
                   "server-session-lifecycle"],
    "2026-07-28": ["tools-list", "server-sse-multiple-streams", "resources-list", "sep-2164-resource-not-found",
                   "prompts-list", "dns-rebinding-protection", "caching", "http-header-validation",
                   "input-required-result-unsupported-methods"],
}


def suite(url: str, *options: str) -> str:
    done = subprocess.run(["bash", str(NODE), "conformance", "server", "--url", url, *options], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=110)
    return done.stdout


def verdicts(output: str) -> dict[str, tuple[int, int]]:
    """Of each scenario in the summary: checks passed, checks failed."""
    found = re.findall(r"^[✓✗] ([a-z0-9-]+): (\d+) passed, (\d+) failed", output, re.MULTILINE)
    return {name: (int(passed), int(failed)) for name, passed, failed in found}


@pytest.fixture
def conformance_server(tmp_path):
    server = Background([ROOT / "build" / "release" / "conformance_server"], tmp_path / "server.log")
    yield server.wait_for("^http://localhost:")
    server.kill()


# Scored scenarios and their checks. Those of extensions and pending ones run too and do not count.
@pytest.mark.parametrize("revision, scenarios, checks", [("2025-11-25", 30, 69), ("2026-07-28", 37, 120)])
def test_every_scored_scenario_passes(conformance_server, revision, scenarios, checks):
    output = suite(conformance_server, "--requirements", revision)
    unscored = set(re.findall(r"^  [✓✗] ([a-z0-9-]+) \(", output, re.MULTILINE))
    scored = {name: counts for name, counts in verdicts(output).items() if name not in unscored}
    failing = {name: counts for name, counts in scored.items() if counts[1] or not counts[0]}
    assert not failing, output
    assert (len(scored), sum(passed for passed, _ in scored.values())) == (scenarios, checks), output


@pytest.fixture
def product(program, home, tmp_path):
    server = Background([program, "server", "--http", "127.0.0.1:0"], tmp_path / "server.log")
    line = server.wait_for("serving MCP at ")
    yield line[line.index("http"):].strip().replace("127.0.0.1", "localhost")
    server.kill()


@pytest.mark.parametrize("revision", NEED_NO_FIXTURE)
def test_the_product_passes_what_needs_no_fixture(product, revision):
    output = suite(product, "--requirements", revision)
    found = verdicts(output)
    failing = {name: found.get(name) for name in NEED_NO_FIXTURE[revision]
               if name not in found or found[name][1] or not found[name][0]}
    assert not failing, output
