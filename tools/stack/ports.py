"""The block of 1000 loopback ports one stack uses, so that several checkouts can run side by side."""

import hashlib
import os
import re
import socket
from pathlib import Path

FIRST_BASE, LAST_BASE, BLOCK = 10000, 31000, 1000  # below Linux's ephemeral range, which starts at 32768

# Offsets in the block. A single port has a listener of its own; ranges are handed out call by call.
SINGLE = {"REDIS_PORT": 0, "LIVEKIT_PORT": 1, "SIP_PORT": 2, "PHONE_SIP_PORT": 3, "SIPP_SIP_PORT": 4}
RANGES = {
    "TEST": (10, 99),  # free for tests and benchmarks: further phones, imposter servers
    "PHONE_RTP": (100, 299),
    "SIP_RTP": (300, 599),
    "RTC_UDP": (600, 999),
}


def of_base(base: int) -> dict[str, int]:
    """Every port of the block by name; a range as NAME_FIRST and NAME_LAST."""
    ports = {name: base + offset for name, offset in SINGLE.items()}
    for name, (first, last) in RANGES.items():
        ports[f"{name}_FIRST"], ports[f"{name}_LAST"] = base + first, base + last
    return ports


def candidates(stack_dir: Path) -> list[int]:
    """Bases to try in order: the checkout's own first, the same in every run, then its neighbours.

    CALL_AGENT_STACK_PORTS=BASE in the environment leaves no choice.
    """
    forced = os.environ.get("CALL_AGENT_STACK_PORTS")
    if forced:
        if not re.fullmatch(r"\d{4,5}", forced) or not 1024 <= int(forced) <= 65535 - BLOCK:
            raise SystemExit(f"CALL_AGENT_STACK_PORTS={forced}: expected the first of 1000 ports, such as 16000")
        return [int(forced)]
    bases = list(range(FIRST_BASE, LAST_BASE + 1, BLOCK))
    start = int.from_bytes(hashlib.sha256(bytes(stack_dir)).digest()[:4], "big") % len(bases)
    return bases[start:] + bases[:start]


def first_taken(base: int) -> str | None:
    """Who holds a port of the block ("16001/tcp, held by nginx (pid 812)"), or None if all are free."""
    for offset in SINGLE.values():
        for kind, suffix in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
            if not _bindable(base + offset, kind):
                return f"{base + offset}/{suffix}, held by {_holder(base + offset, suffix)}"
    return None


def _bindable(port: int, kind: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:  # connections of a former stack in TIME_WAIT do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _holder(port: int, kind: str) -> str:
    inodes = set()
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        for line in Path(table).read_text().splitlines()[1:] if os.path.exists(table) else []:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for fd in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(fd) in inodes:
                return f"{(fd.parents[1] / 'comm').read_text().strip()} (pid {fd.parents[1].name})"
        except OSError:
            continue  # ended meanwhile, or another user's
    return "another user's process"
