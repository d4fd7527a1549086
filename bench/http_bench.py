"""Our MCP server over Streamable HTTP: requests a second at 1, 64 and 1,000 connections, and idle subscriptions.

wrk sends the requests, on one of the machine's cores; the Python server stands beside it.
"""

import json
import re
import resource
import socket
import subprocess
import time
from pathlib import Path

import hello_servers
from measure import Table, cpu_ms, memory, progress
from mcp_bench import REJECTED
from systems import Background

CONNECTIONS = (1, 64, 1000)
SECONDS = 6
SUBSCRIPTIONS = 1000
SUBSCRIPTIONS_MIB = 60
REVISION = "2026-07-28"
ABOUT = {"io.modelcontextprotocol/protocolVersion": REVISION, "io.modelcontextprotocol/clientCapabilities": {},
         "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"}}


def headers(port: int, method: str, name: str | None = None) -> dict[str, str]:
    return {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": REVISION, "Mcp-Method": method, **({"Mcp-Name": name} if name else {})}


def body(method: str, params: dict) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": ABOUT}})


def script(port: int, tool: str, arguments: dict, file: Path) -> Path:
    """For wrk: one call of a tool, again and again."""
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}"
             for name, value in headers(port, "tools/call", tool).items()]
    call = body("tools/call", {"name": tool, "arguments": arguments})
    file.write_text("\n".join(['wrk.method = "POST"', f"wrk.body = {json.dumps(call)}", *lines]) + "\n")
    return file


def load(port: int, connections: int, calls: Path) -> tuple[float, str, int]:
    """Requests a second, the latencies as wrk prints them, and how many requests there were."""
    done = subprocess.run(["wrk", "-t", "1", "-c", str(connections), "-d", f"{SECONDS}s", "--timeout", "30s", "--latency",
                           "-s", calls, f"http://127.0.0.1:{port}/mcp"], check=True, capture_output=True, text=True)
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    latency = {share: re.search(rf"{share}%\s+(\S+)", done.stdout)[1] for share in (50, 99)}
    return (float(re.search(r"Requests/sec:\s+(\S+)", done.stdout)[1]), f"p50 {latency[50]}, p99 {latency[99]}",
            int(re.search(r"(\d+) requests in", done.stdout)[1]))


def loads(name: str, server: Background, port: int, calls: Path) -> None:
    for connections in CONNECTIONS:
        progress(f"{name}: {connections} connections over HTTP for {SECONDS} s")
        before = cpu_ms(server.pid)
        per_s, latency, count = load(port, connections, calls)
        cpu_us = (cpu_ms(server.pid) - before) * 1000 / count
        print(f"{name:<30}{connections:>12}{per_s:>13.0f}{latency:>30}{cpu_us:>13.0f}{memory(server.pid).rss:>11.1f}",
              flush=True)


def subscribe(port: int) -> socket.socket:
    """A stream that is told of changes, and has been told that it will be."""
    asked = body("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["call://none/transcript"]}})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers(port, "subscriptions/listen").items())
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"POST /mcp HTTP/1.1\r\n{head}Content-Length: {len(asked)}\r\n\r\n{asked}".encode())
    return connection


def wait_for_event(connection: socket.socket) -> None:
    heard = b""
    while b"notifications/subscriptions/acknowledged" not in heard:
        heard += (piece := connection.recv(4096))
        assert piece, heard


def idle_subscriptions(table: Table, server: Background, port: int) -> None:
    progress(f"ours: {SUBSCRIPTIONS} idle subscriptions")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, SUBSCRIPTIONS + 256), hard))
    before = memory(server.pid).rss
    streams = [subscribe(port) for _ in range(SUBSCRIPTIONS)]
    for stream in streams:
        wait_for_event(stream)
    cpu_before = cpu_ms(server.pid)
    time.sleep(10)
    used = memory(server.pid).rss
    table.note(f"{SUBSCRIPTIONS} idle subscriptions: {used:.1f} MiB RSS ({before:.1f} without), "
               f"{(cpu_ms(server.pid) - cpu_before) / 100:.2f} % of a core")
    table.check(f"HTTP, {SUBSCRIPTIONS} idle subscriptions, RSS MiB", used, SUBSCRIPTIONS_MIB)
    for stream in streams:
        stream.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serving(ours, name: str, *options: str) -> tuple[Background, int]:
    server = Background([*ours.server_command(), "--http", "127.0.0.1:0", *options], ours.home / f"{name}.log",
                        "serving MCP at ", env=ours.environment(), cwd=ours.home)
    return server, int(server.wait_for(r"serving MCP at https?://127\.0\.0\.1:(\d+)", 10)[1])


def run(table: Table, ours, sources: Path | None) -> None:
    print(f"\nMCP over HTTP\n{'':<30}{'connections':>12}{'requests/s':>13}{'latency':>30}{'CPU us/req':>13}"
          f"{'RSS, MiB':>11}", flush=True)
    server, port = serving(ours, "http")
    with server:
        calls = script(port, "make_phone_call", {"phone_number": REJECTED}, ours.home / "refused.lua")
        loads("ours: a number refused", server, port, calls)
    if sources:
        port = free_port()
        with Background(hello_servers.python_over_http(sources, port), ours.home / "python-http.log",
                        "Uvicorn running", within_s=30) as python:
            loads("Python: hello", python, port, script(port, "greet", {"name": "x"}, ours.home / "greet.lua"))
    server, port = serving(ours, "subscriptions")
    with server:
        idle_subscriptions(table, server, port)
