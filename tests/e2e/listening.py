"""What a process can be reached at, as /proc says."""

import contextlib
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

STATES = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}  # TCP: listening. UDP: takes packets from anybody.


@dataclass(frozen=True)
class Listener:
    kind: str  # tcp or udp
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int


def listeners(pid: int) -> set[Listener]:
    mine = _sockets(pid)
    found = set()
    for table, listens in STATES.items():
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == listens and f"socket:[{inode}]" in mine:
                address, _, port = local.partition(":")
                found.add(Listener(table[:3], _address(address), int(port, 16)))
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # Closed meanwhile.
            found.add(os.readlink(fd))
    return found


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """From words of 32 bits in this machine's order (little-endian)."""
    words = bytes.fromhex(text)
    return ipaddress.ip_address(b"".join(words[at:at + 4][::-1] for at in range(0, len(words), 4)))
