"""Our MCP library under the official conformance suite, at both of its requirement sets."""

import os
import subprocess
from pathlib import Path

import pytest

from suite import LEGACY, MODERN, PRODUCT, ROOT, not_passed, run_product, run_required

# Scenarios, and checks that succeed, with the pinned suite: a scenario that silently checks less is not a pass.
EXPECTED = {LEGACY: (33, 80), MODERN: (50, 196)}


@pytest.fixture
def conformance_server():
    """The library with the fixtures the suite asks for; its URL."""
    program = Path(os.environ.get("CONFORMANCE_SERVER", ROOT / "build" / "release" / "conformance_server"))
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("revision", [LEGACY, MODERN])
def test_every_scenario_passes(conformance_server, revision):
    outcome = run_required(conformance_server, revision)
    assert not_passed(outcome) == {}
    assert (len(outcome), sum(found["SUCCESS"] for found in outcome.values())) == EXPECTED[revision]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("revision", [LEGACY, MODERN])
def test_the_scenarios_without_fixtures_are_those_the_suite_knows(conformance_server, revision):
    outcome = run_product(conformance_server, revision)
    assert not_passed(outcome) == {}
    assert sorted(outcome) == sorted(PRODUCT[revision])
