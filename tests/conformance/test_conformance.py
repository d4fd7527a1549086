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


@pytest.fixture
def product(tmp_path):
    """`call-agent server` over HTTP; its URL. The suite calls only localhost."""
    program = Path(os.environ.get("CALL_AGENT", ROOT / "build" / "release" / "call-agent"))
    environment = {**os.environ, "CALL_AGENT_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen([program, "server", "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True,
                          env=environment, cwd=tmp_path) as process:
        line = process.stderr.readline()
        assert "serving MCP at " in line, line
        yield line.split()[-1].replace("127.0.0.1", "localhost")
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("revision", [LEGACY, MODERN])
def test_the_product_passes_what_needs_no_fixture(product, revision):
    outcome = run_product(product, revision)
    assert not_passed(outcome) == {}
    assert sorted(outcome) == sorted(PRODUCT[revision])
    assert all(found["SUCCESS"] for found in outcome.values())
