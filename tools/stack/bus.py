"""Redis, the bus between the services. It remembers the trunks, so that their ids outlive the stack, and nothing else."""

import socket

TRUNKS = "sip_outbound_trunk"  # livekit-server's; all else is nodes, rooms and jobs of services that have ended
FORGET = f"for _, key in ipairs(redis.call('KEYS', '*')) do if key ~= '{TRUNKS}' then redis.call('DEL', key) end end"


def command(port: int, line: str) -> str:
    """The beginning of the answer. An OSError if there is none, or Redis refuses."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(f"{line}\r\n".encode())
        answer = connection.recv(65536).decode(errors="replace")
    if answer.startswith("-"):
        raise OSError(f"Redis: {answer.strip()}")
    return answer


def forget_all_but_trunks(port: int) -> None:
    command(port, f'EVAL "{FORGET}" 0')


def save(port: int) -> None:
    """Into the stack's folder, where the next start finds it."""
    command(port, "SAVE")
