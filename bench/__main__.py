"""./run bench [mcp] [worker] [calls]: our figures beside the Python peer's, in one run.

PEER_DIR (by default ../shared/peer) holds the peer; without it only ours are printed, and that is said."""

import os
import subprocess
import sys
from pathlib import Path

import call_bench
import mcp_bench
import worker_bench
from livekit_calls import LiveKit
from measure import Table
from systems import ROOT, Ours, Peer

SECTIONS = ("mcp", "worker", "calls")


def peer_venv() -> Path:
    """The peer's packages, pinned by hash, kept outside the checkout."""
    cache = Path(os.environ.get("CALL_AGENT_CACHE", Path.home() / ".cache" / "call-agent"))
    lock = ROOT / "bench" / "requirements-peer.txt"
    venv = cache / "peer-venv"
    stamp = venv / "installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        print("installing the Python peer's packages (half a gigabyte) …", file=sys.stderr, flush=True)
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
        stamp.write_bytes(lock.read_bytes())
    return venv


def main() -> None:
    sections = sys.argv[1:] or list(SECTIONS)
    if unknown := set(sections) - set(SECTIONS):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    variables = dict(line.split("=", 1) for line in (ROOT / "build/stack/.env").read_text().splitlines() if "=" in line)
    livekit, ours = LiveKit(variables), Ours(variables)
    folder = Path(os.environ.get("PEER_DIR", ROOT.parent / "shared" / "peer")).resolve()
    peer = Peer(variables, folder, peer_venv()) if folder.is_dir() else None
    if not peer:
        print(f"no peer at {folder}: only our own figures")

    table = Table()
    if "mcp" in sections:
        mcp_bench.run(table, ours, peer)
    if "worker" in sections:
        worker_bench.run(table, ours, peer, livekit)
    if "calls" in sections:
        if peer:
            call_bench.run(table, ours, peer, livekit, folder)
        else:
            table.note("the calls section needs the peer's far ends (talker.py, callee.py)")


main()
