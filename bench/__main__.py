"""./run bench [mcp|hello|http|worker|calls|rooms|soak]…: our figures beside the Python peer's, in one run.

PEER_DIR (by default ../shared/peer) holds the peer; without it only ours are printed, and that is said."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import call_bench
import hello_bench
import http_bench
import mcp_bench
import room_bench
import soak_bench
import worker_bench
from far_ends import FarEnds
from livekit_calls import LiveKit
from measure import Table, progress
from systems import ROOT, Ours, Peer

HOME = ROOT / "build" / "bench"  # logs of the last run
STACK = Path(os.environ.get("CALL_AGENT_STACK_DIR") or ROOT / "build" / "stack")
CACHE = Path(os.environ.get("CALL_AGENT_CACHE", Path.home() / ".cache" / "call-agent"))


def peer_venv() -> Path:
    """The peer's packages, pinned by hash, kept outside the checkout."""
    lock = ROOT / "bench" / "requirements-peer.txt"
    venv = CACHE / "peer-venv"
    stamp = venv / "installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        progress("installing the Python peer's packages (half a gigabyte, some minutes)")
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
        stamp.write_bytes(lock.read_bytes())
    return venv


def read_env(name: str) -> dict[str, str]:
    lines = (STACK / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def peer_folder() -> Path | None:
    folder = Path(os.environ.get("PEER_DIR", ROOT.parent / "shared" / "peer")).resolve()
    if (folder / "python").is_dir():
        return folder
    print(f"no Python peer at {folder} (PEER_DIR): only our own figures")
    return None


def run(sections: list[str], home: Path) -> Table:
    variables, folder = read_env(".env"), peer_folder()
    ports = {key: int(value) for key, value in read_env("ports.env").items() if value.isdigit()}
    livekit, ours = LiveKit(variables), Ours(variables, home)
    peer = Peer(variables, home, folder, peer_venv()) if folder else None
    far_ends, table = FarEnds(ports, home, folder), Table()
    if "mcp" in sections:
        mcp_bench.run(table, ours, peer)
    hello = folder and folder / "mcp-hello"
    if "hello" in sections:
        hello_bench.run(table, ours, hello, CACHE)
    if "http" in sections:
        http_bench.run(table, ours, hello)
    if "worker" in sections:
        worker_bench.run(table, ours, peer, livekit)
    if "calls" in sections:
        call_bench.run(table, ours, peer, livekit, far_ends)
    if "rooms" in sections:
        speech = folder and folder / "python" / "audio" / "speech.ul"
        room_bench.run(table, ours, peer, livekit, peer_venv() / "bin" / "python", speech)
    if "soak" in sections:
        soak_bench.run(table, variables)
    return table


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that what was started is ended
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    table = run(sys.argv[1:], HOME)
    print(f"\n{len(table.missed)} over budget" + "".join(f"\n  {line}" for line in table.missed))


main()
