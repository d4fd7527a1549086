"""`call-agent server --print-config codex`, read by a real TOML reader; the other clients' are unit-tested."""

import subprocess
import tomllib

import pytest


def codex_config(program, folder, *arguments: str, **variables: str) -> dict:
    done = subprocess.run([program, "server", "--print-config", "codex", *arguments], text=True, capture_output=True,
                          cwd=folder, env={"HOME": str(folder), **variables}, timeout=20)
    assert done.returncode == 0, done.stderr
    return tomllib.loads(done.stdout)["mcp_servers"]["call-agent"]


@pytest.mark.parametrize("secret", ["plain", 'with "quotes", a \\ and \'single\' ones', "tab\tand\x7f", "grüße"])
def test_codex_reads_the_variables_as_they_are(program, tmp_path, secret):
    entry = codex_config(program, tmp_path, LIVEKIT_API_SECRET=secret)
    assert entry["command"] == str(program.resolve()) and entry["args"] == ["server"]
    assert entry["env"]["LIVEKIT_API_SECRET"] == secret
    assert set(entry["env"]) == {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID"}


def test_codex_reads_the_url_of_a_remote_server(program, tmp_path):
    url = "https://calls.example.com/mcp"
    assert codex_config(program, tmp_path, "--http", url) == {"url": url}
