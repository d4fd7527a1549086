"""An MCP server that is not ours: PyPI `mcp`, over stdio, or over Streamable HTTP on a free port that it says.

    python3 foreign_server.py [http]
"""

import socket
import sys
from typing import Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from pydantic import BaseModel

server = MCPServer("foreign", version="7")
notes = ["first"]


class Person(BaseModel):
    name: str


@server.tool()
async def greet(name: str, ctx: Context, style: Literal["warm", "cool"] = "warm") -> str:
    """Greets somebody."""
    await ctx.report_progress(1, 2, "thinking of words")
    return f"{'Dear' if style == 'warm' else 'Hi'} {name}"


@server.tool()
async def greet_asked(ctx: Context) -> str:
    """Greets whoever the client's user says. Asks in the middle of a call, which MCP 2026-07-28 has no more."""
    answer = await ctx.elicit("Whom?", Person)
    return f"Dear {answer.data.name}" if answer.action == "accept" else f"nobody: {answer.action}"


@server.tool()
def fail() -> str:
    """Fails."""
    raise ValueError("out of \x1b[31mluck")


@server.tool()
async def take_note(text: str, ctx: Context) -> str:
    """Adds to the notes."""
    notes.append(text)
    await ctx.notify_resource_updated("note://all")
    return "noted"


@server.resource("note://all")
def all_notes() -> str:
    """The notes."""
    return "\n".join(notes)


@server.resource("note://picture", mime_type="image/png")
def picture() -> bytes:
    """Bytes."""
    return bytes(range(8))


if __name__ == "__main__":
    if sys.argv[1:] == ["http"]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        print(f"http://127.0.0.1:{port}/mcp", flush=True)
        server.run("streamable-http", host="127.0.0.1", port=port)
    else:
        server.run()
