"""`call-agent server --http` for several users: who may come in, what each may do, and whose calls each can see."""

import os
import secrets
import signal
import subprocess
from dataclasses import dataclass, field

import pytest

from http_client import HttpClient
from imposter_issuer import ImposterIssuer
from waiting import until

NUMBER = "+442079460123"
STUB = ("--speech", "stub", "--no-recording")
EVERY_SCOPE = "calls:place calls:read calls:control"


@dataclass
class Tokens:
    """A file of them, one for each name."""

    file: object
    of: dict[str, str] = field(default_factory=dict)

    def write(self, **scopes: str) -> "Tokens":
        for name in scopes:
            self.of.setdefault(name, secrets.token_hex(32))
        self.file.write_text("".join(f"{self.of[name]} {name} {words}\n" for name, words in scopes.items()))
        return self


@pytest.fixture
def tokens(tmp_path) -> Tokens:
    return Tokens(tmp_path / "tokens").write(alice=EVERY_SCOPE, bob=EVERY_SCOPE, reader="calls:read")


@pytest.fixture
def env_file(lab):
    phone = lab.phone("hangup_first.json")
    return lab.livekit.env_file(lab.folder / "server.env", lab.livekit.trunk_to(f"127.0.0.1:{phone.port}"))


def test_one_users_calls_are_nobody_elses(lab, tokens, env_file):
    worker = lab.worker(*STUB)
    url = lab.http_server(env_file, worker.agent, "--token-file", str(tokens.file)).url
    alice, bob = HttpClient(url, tokens.of["alice"]), HttpClient(url, tokens.of["bob"])

    call = alice.call("make_phone_call", phone_number=NUMBER).result["structuredContent"]["call_id"]
    never = "00000000-0000-0000-0000-000000000000"
    for tool in "get_call", "wait_for_call", "end_call":
        seen, absent = (bob.call(tool, call_id=each).result for each in (call, never))
        assert seen["isError"], tool
        assert seen["content"][0]["text"].replace(call, never) == absent["content"][0]["text"], "as if it never was"
    for part in "transcript", "recording":
        seen, absent = (bob.ask("resources/read", uri=f"call://{each}/{part}").message for each in (call, never))
        assert seen["error"]["code"] == absent["error"]["code"]
    assert bob.call("list_calls").result["structuredContent"]["calls"] == []
    assert call not in bob.ask("resources/list").text

    while (told := alice.call("wait_for_call", call_id=call).result["structuredContent"])["state"] != "ended":
        pass
    assert told["outcome"] == "completed"
    assert [each["call_id"] for each in alice.call("list_calls").result["structuredContent"]["calls"]] == [call]


def test_nobody_comes_in_without_a_token_or_beyond_its_scopes(lab, tokens, env_file):
    url = lab.http_server(env_file, "nobody", "--token-file", str(tokens.file)).url
    for token in "", "wrong" * 8, tokens.of["alice"][:-1]:
        refused = HttpClient(url, token).call("make_phone_call", phone_number=NUMBER)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    in_the_url = HttpClient(f"{url}?access_token={tokens.of['alice']}").ask("tools/list")
    assert in_the_url.status == 401

    reader = HttpClient(url, tokens.of["reader"])
    assert reader.call("list_calls").result["structuredContent"]["calls"] == []
    for tool, arguments, scope in (("make_phone_call", {"phone_number": NUMBER}, "calls:place"),
                                   ("end_call", {"call_id": "x"}, "calls:control")):
        refused = reader.call(tool, **arguments)
        assert refused.status == 403
        assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]
        assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


def test_a_token_taken_out_of_the_file_is_refused_after_sighup(lab, tokens, env_file):
    server = lab.http_server(env_file, "nobody", "--token-file", str(tokens.file))
    alice = HttpClient(server.url, tokens.of["alice"])
    assert alice.ask("tools/list").status == 200
    tokens.write(bob=EVERY_SCOPE)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: alice.ask("tools/list").status == 401, "the end of the token")

    tokens.write(carol="calls:everything")  # A mistake, which locks nobody out.
    server.process.send_signal(signal.SIGHUP)
    said = server.wait_for("the tokens stay as they were")
    assert "calls:place calls:read calls:control" in said
    assert tokens.of["carol"] not in server.output
    assert HttpClient(server.url, tokens.of["bob"]).ask("tools/list").status == 200


def test_an_issuers_token_is_taken_if_it_is_made_out_to_this_server(lab, env_file):
    issuer, forger, here = ImposterIssuer(), ImposterIssuer(), "https://calls.example.com/mcp"
    try:
        server = lab.http_server(env_file, "nobody", "--issuer", issuer.url, "--public-url", here)
        url = server.url
        server.wait_for(f"clients reach it as {here}")
        stranger = HttpClient(url).ask("tools/list")
        metadata = "https://calls.example.com/.well-known/oauth-protected-resource/mcp"
        assert stranger.status == 401 and f'resource_metadata="{metadata}"' in stranger.headers["WWW-Authenticate"]
        told = HttpClient(url).get("/.well-known/oauth-protected-resource/mcp").message
        assert told["resource"] == here and told["authorization_servers"] == [issuer.url]

        def status(token: str) -> int:
            return HttpClient(url, token).call("list_calls").status

        assert status(issuer.token("ada", here, "calls:read")) == 200
        assert status(issuer.token("ada", here, "calls:place")) == 403
        assert status(issuer.token("ada", "https://elsewhere.example.com/mcp", "calls:read")) == 401
        assert status(issuer.token("ada", here, "calls:read", lives_s=-120)) == 401
        forger.url = issuer.url  # Who signs with a key of their own.
        assert status(forger.token("ada", here, "calls:read")) == 401
    finally:
        issuer.stop()
        forger.stop()


def test_it_speaks_tls_and_tells_this_machine_how_it_fares(lab, tokens, env_file):
    certificate, key = lab.folder / "cert.pem", lab.folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    url = lab.http_server(env_file, "nobody", "--token-file", str(tokens.file), "--tls-cert", str(certificate),
                          "--tls-key", str(key)).url
    assert url.startswith("https://")
    here = HttpClient(url, trusted=str(certificate))
    assert here.get("/healthz").status == 200
    assert here.get("/readyz").text == "ready\n"
    assert HttpClient(url, tokens.of["alice"], str(certificate)).call("check_number", phone_number=NUMBER).status == 200
    assert 'mcp_tool_calls_total{tool="check_number",result="ok"} 1' in here.get("/metrics").text

    proxied = {"X_Forwarded_For": "203.0.113.9"}  # Somebody on the other side of a proxy on this machine.
    assert here.get("/metrics", **proxied).status == 401
    assert here.get("/metrics", **proxied, Authorization=f"Bearer {tokens.of['reader']}").status == 200
    assert here.get("/healthz", **proxied).status == 200

    # Our own client, with a token from its environment and without one.
    ask = [lab.program, "test-mcp-client", "--url", url, "--ca-file", certificate, "--call", "check_number", "--argument",
           f"phone_number={NUMBER}"]
    known = subprocess.run(ask, capture_output=True, text=True, timeout=20,
                           env=os.environ | {"CALL_AGENT_MCP_TOKEN": tokens.of["alice"]})
    assert known.returncode == 0 and "may be called (GB)" in known.stdout, known.stderr
    unknown = subprocess.run(ask, capture_output=True, text=True, timeout=20)
    assert unknown.returncode == 1 and "HTTP 401" in unknown.stderr and "CALL_AGENT_MCP_TOKEN" in unknown.stderr


@pytest.mark.parametrize("arguments, advice", [
    (["--http", "0.0.0.0:0"], "--token-file"),
    (["--http", "127.0.0.1:0", "--token-file", "/no/such/file"], "/no/such/file"),
    (["--http", "127.0.0.1:0", "--issuer", "https://id.example.com"], "--public-url"),
    (["--http", "127.0.0.1:0", "--tls-cert", "/no/such/file"], "--tls-key"),
    (["--http", "127.0.0.1:0", "--tls-cert", "/no/such/file", "--tls-key", "/no/such/file"], "/no/such/file"),
    (["--http", "somewhere:0", "--token-file", "/dev/null"], "/dev/null"),
])
def test_what_cannot_be_served_safely_is_refused_with_advice(program, arguments, advice):
    done = subprocess.run([program, "server", *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert advice in done.stderr
