"""The MCP clients people use, each behind the same few words: tools, call, read.

A `Place` is where the server is: what starts it over stdio, or its URL.
"""

import asyncio
import contextlib
import json
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import fastmcp
import mcp
from fastmcp.client.transports import StdioTransport

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tools" / "run" / "lib" / "node.sh"


@dataclass(frozen=True)
class Place:
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    url: str = ""


class PythonClient:
    """PyPI `mcp`. Modes: auto, legacy, or a modern revision."""

    def __init__(self, mode: str):
        self.mode = mode

    def _connect(self, place: Place) -> mcp.Client:
        program, *arguments = place.command or [""]
        server = place.url or mcp.StdioServerParameters(command=program, args=arguments, env=place.environment)
        return mcp.Client(server, mode=self.mode)

    @contextlib.asynccontextmanager
    async def session(self, place: Place) -> AsyncIterator["PythonSession"]:
        async with self._connect(place) as client:
            yield PythonSession(client)


class PythonSession:
    def __init__(self, client: mcp.Client):
        self._client = client
        self.revision = client.protocol_version

    async def tools(self) -> set[str]:
        return {tool.name for tool in (await self._client.list_tools()).tools}

    async def call(self, tool: str, **arguments) -> dict:
        result = await self._client.call_tool(tool, arguments)
        assert not result.is_error, result
        return result.structured_content

    async def read(self, uri: str) -> str:
        return (await self._client.read_resource(uri)).contents[0].text


class FastMcpClient:
    """PyPI `fastmcp`, of the same modes."""

    def __init__(self, mode: str):
        self.mode = mode

    @contextlib.asynccontextmanager
    async def session(self, place: Place) -> AsyncIterator["FastMcpSession"]:
        program, *arguments = place.command or [""]
        server = place.url or StdioTransport(program, arguments, env=place.environment, keep_alive=False)
        async with fastmcp.Client(server, mode=self.mode) as client:
            yield FastMcpSession(client)


class FastMcpSession:
    def __init__(self, client: fastmcp.Client):
        self._client = client
        self.revision = client.protocol_version

    async def tools(self) -> set[str]:
        return {tool.name for tool in await self._client.list_tools()}

    async def call(self, tool: str, **arguments) -> dict:
        result = await self._client.call_tool(tool, arguments)  # Raises on an error.
        return result.structured_content

    async def read(self, uri: str) -> str:
        return (await self._client.read_resource(uri))[0].text


class OurClient:
    """`call-agent test-mcp-client`. Every question starts a server of its own over stdio."""

    def __init__(self, era: str):
        self.era = era

    @contextlib.asynccontextmanager
    async def session(self, place: Place) -> AsyncIterator["OurSession"]:
        yield OurSession(self.era, place)


class OurSession:
    def __init__(self, era: str, place: Place):
        self.revision = None  # Every answer tells.
        self._era, self._place = era, place

    async def _ask(self, *question: str) -> dict:
        target = ["--url", self._place.url] if self._place.url else ["--", *self._place.command]
        program = os.environ.get("CALL_AGENT", ROOT / "build" / "release" / "call-agent")
        done = await asyncio.to_thread(
            subprocess.run, [program, "test-mcp-client", "--era", self._era, "--json", *question, *target],
            text=True, capture_output=True, timeout=100, env=os.environ | self._place.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["protocolVersion"] == ("2025-11-25" if self._era == "legacy" else "2026-07-28")
        return told

    async def tools(self) -> set[str]:
        return {tool["name"] for tool in (await self._ask("--tools"))["tools"]}

    async def call(self, tool: str, **arguments) -> dict:
        named = [part for name, value in arguments.items() for part in ("--argument", f"{name}={value}")]
        result, = (await self._ask("--call", tool, *named))["results"]
        return result["result"]["structuredContent"]

    async def read(self, uri: str) -> str:
        reading, = (await self._ask("--read", uri))["readings"]
        return reading["result"]["contents"][0]["text"]


class Inspector:
    """The Inspector's command line. Every question starts a server of its own over stdio."""

    def __init__(self, era: str):
        self.era = era

    @contextlib.asynccontextmanager
    async def session(self, place: Place) -> AsyncIterator["InspectorSession"]:
        yield InspectorSession(self.era, place)


class InspectorSession:
    def __init__(self, era: str, place: Place):
        self.revision = None  # It does not tell.
        environment = [part for pair in place.environment.items() for part in ("-e", "=".join(pair))]
        target = ["--server-url", place.url] if place.url else ["--", *place.command]
        self._common = [*environment, "--protocol-era", era, "--format", "json", "-q"], target

    async def _ask(self, *question: str) -> dict:
        options, target = self._common
        command = ["bash", NODE, "mcp-inspector", "--cli", *options, *question, *target]
        done = await asyncio.to_thread(subprocess.run, command, text=True, capture_output=True, timeout=100)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)["result"]

    async def tools(self) -> set[str]:
        """Fails if any schema is one that some client does not take."""
        return {tool["name"] for tool in (await self._ask("--method", "tools/list", "--strict"))["tools"]}

    async def call(self, tool: str, **arguments) -> dict:
        result = await self._ask("--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
        return result["structuredContent"]

    async def read(self, uri: str) -> str:
        return (await self._ask("--method", "resources/read", "--uri", uri))["contents"][0]["text"]
