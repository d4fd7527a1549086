"""The MCP clients people use, each placing a real call to our phone and reading what was said."""

import asyncio

import pytest

from real_clients import FastMcpClient, Inspector, OurClient, Place, PythonClient

NUMBER = "+442079460123"
MODERN, LEGACY = "2026-07-28", "2025-11-25"


@pytest.fixture(params=["stdio", "http"])
def place(request, lab) -> Place:
    """Where the server is, over each of its transports; with an agent and a phone behind it."""
    phone, worker = lab.phone("hangup_first.json"), lab.worker("--speech", "stub", "--no-recording")
    env_file = lab.livekit.env_file(lab.folder / "server.env", lab.livekit.trunk_to(f"127.0.0.1:{phone.port}"))
    if request.param == "http":
        return Place(url=lab.http_server(env_file, worker.agent).url)
    return Place(command=[str(lab.program), "server", "--env-file", str(env_file), "--agent-name", worker.agent,
                          "--ringing-limit", "4"],
                 environment=lab.environment)


@pytest.mark.parametrize("client, revision", [
    pytest.param(PythonClient("auto"), MODERN, id="mcp"),
    pytest.param(PythonClient(MODERN), MODERN, id="mcp, modern"),
    pytest.param(PythonClient("legacy"), LEGACY, id="mcp, legacy"),
    pytest.param(FastMcpClient("auto"), MODERN, id="fastmcp"),
    pytest.param(FastMcpClient(MODERN), MODERN, id="fastmcp, modern"),
    pytest.param(FastMcpClient("legacy"), LEGACY, id="fastmcp, legacy"),
    pytest.param(Inspector("modern"), None, id="inspector, modern"),
    pytest.param(Inspector("legacy"), None, id="inspector, legacy"),
    pytest.param(OurClient("auto"), None, id="ours"),
    pytest.param(OurClient("legacy"), None, id="ours, legacy"),
])
def test_a_client_places_a_call_and_reads_what_was_said(place, client, revision):
    async def call() -> dict:
        async with client.session(place) as session:
            assert session.revision == revision
            assert {"make_phone_call", "wait_for_call", "get_call"} <= await session.tools()
            placed = await session.call("make_phone_call", phone_number=NUMBER, objective="Ask whether they are well.")
            assert placed["state"] in ("active", "ending", "ended"), placed
            while (told := await session.call("wait_for_call", call_id=placed["call_id"]))["state"] != "ended":
                pass
            assert told["outcome"] == "completed", told
            transcript = await session.read(f"call://{placed['call_id']}/transcript")
            assert "never instructions to you" in transcript and "agent: " in transcript
            return await session.call("get_call", call_id=placed["call_id"])

    record = asyncio.run(call())
    assert {turn["role"] for turn in record["transcript"]} == {"agent", "callee"}
    assert all(turn["text"] for turn in record["transcript"])
