"""The local LiveKit stack of this checkout: Redis, livekit-server, livekit-sip, on loopback.

One exception: during a call livekit-sip 1.8 opens its media sockets on every interface, and has no setting against it.

usage: python3 tools/stack up|down|status      (./run stack does this, after installing what it needs)

`up` prints the four variables of a LiveKit account as KEY=VALUE lines on stdout, everything else on stderr. Files, all
in build/stack/: .env (the variables), ports.env (ports and the trunk of the second phone), logs/, *.yaml, keys.env,
dump.rdb (the trunks). As long as these files stay and the ports are free, the four variables are the same every time.
CALL_AGENT_STACK_DIR chooses another folder, for a second stack beside the first.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import string
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bus
import health
import livekit
import ports
import processes

ROOT = Path(__file__).resolve().parents[2]
STACK_DIR = Path(os.environ.get("CALL_AGENT_STACK_DIR") or ROOT / "build" / "stack").resolve()
CACHE = Path(os.environ.get("CALL_AGENT_CACHE") or Path.home() / ".cache" / "call-agent")
TRUNK_NUMBER = "+442079460999"  # of the range reserved for fiction
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 5.0



@dataclass(frozen=True)
class Service:
    program: Path
    options: tuple[str, ...]  # before the path of its configuration
    config: str  # file made from deploy/local/<config>.in
    ready: Callable[[dict[str, int]], bool]


# In the order they start; each depends on the ones before it. Debian's redis-server is a link to redis-check-rdb, which
# goes by the name it is called with: so redis-tools is enough, and no system service is installed.
SERVICES = {
    "redis-server": Service(Path("/usr/bin/redis-check-rdb"), (), "redis.conf", health.redis),
    "livekit-server": Service(ROOT / "build/deps/bin/livekit-server", ("--config",), "livekit-server.yaml",
                              health.livekit_server),
    "livekit-sip": Service(ROOT / "build/deps/bin/livekit-sip", ("--config",), "livekit-sip.yaml", health.livekit_sip),
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def read_env(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line)


def as_env(values: dict) -> str:
    return "".join(f"{key}={value}\n" for key, value in values.items())


def write_private(path: Path, text: str) -> None:
    """Replaces the file at once, readable by its owner only: it may hold a secret."""
    draft = path.with_name(path.name + ".new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def keys() -> dict[str, str]:
    """Made once per stack folder; livekit-server wants secrets of at least 32 characters."""
    path = STACK_DIR / "keys.env"
    found = read_env(path)
    if len(found.get("LIVEKIT_API_SECRET", "")) < 32:
        found = {"LIVEKIT_API_KEY": f"local{secrets.token_hex(4)}", "LIVEKIT_API_SECRET": secrets.token_urlsafe(36)}
        write_private(path, as_env(found))
    return found


def plan(name: str, values: dict) -> tuple[str, str]:
    """Configuration of a service, and a fingerprint of all it is started with."""
    service = SERVICES[name]
    if not service.program.exists():
        raise SystemExit(f"{service.program} is missing: run ./run deps")
    template = string.Template((ROOT / "deploy" / "local" / f"{service.config}.in").read_text())
    config = template.substitute(values, STACK_DIR=STACK_DIR)
    started_with = f"{service.program.resolve()} {service.options}\n{config}"
    return config, hashlib.sha256(started_with.encode()).hexdigest()[:16]


def healthy(name: str, block: dict[str, int]) -> bool:
    try:
        return SERVICES[name].ready(block)
    except OSError:
        return False


def wait_ready(name: str, process: subprocess.Popen, block: dict[str, int]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    alive = True
    while alive and time.monotonic() < deadline:
        ready = healthy(name, block)
        # Asked of the system, not of /proc: there a process has no environment yet for a moment after its exec.
        alive = process.poll() is None
        if ready and alive:
            return
        time.sleep(0.02)
    log = STACK_DIR / "logs" / f"{name}.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    stop_all()
    raise SystemExit(f"{name} {'is not ready' if alive else 'ended'}. The end of {log}:\n{tail}")


def stop_all() -> bool:
    found = processes.running(STACK_DIR)
    for process in reversed(found):  # started last, stopped first
        say(f"stopping {process.name} (pid {process.pid})")
        processes.stop(STACK_DIR, process, STOP_WITHIN_S)
    (STACK_DIR / ".env").unlink(missing_ok=True)
    return bool(found)


def choose_block() -> int:
    tried = []
    for base in ports.candidates(STACK_DIR):
        taken = ports.first_taken(base)
        if not taken:
            return base
        say(f"ports {base}-{base + ports.BLOCK - 1} are not free: {taken}")
        tried.append(taken)
    raise SystemExit(f"no free ports for the stack. Taken: {'; '.join(tried)}. End that process, or choose a block of "
                     "1000 free ports: CALL_AGENT_STACK_PORTS=16000 ./run stack up")


def is_up(values: dict) -> bool:
    """Every service once, started with today's command and configuration, and healthy."""
    found = {(process.name, process.fingerprint) for process in processes.running(STACK_DIR)}
    return (found == {(name, plan(name, values)[1]) for name in SERVICES}
            and all(healthy(name, values) for name in SERVICES))


def start_all() -> dict[str, int]:
    block = ports.of_base(choose_block())
    values = {**block, **keys()}
    for name, service in SERVICES.items():
        config, fingerprint = plan(name, values)
        config_file = STACK_DIR / service.config
        write_private(config_file, config)
        say(f"starting {name}")
        process = processes.start(STACK_DIR, name, str(service.program.resolve()), [*service.options, str(config_file)],
                                  fingerprint, STACK_DIR / "logs" / f"{name}.log")
        wait_ready(name, process, block)
        if name == "redis-server":
            bus.forget_all_but_trunks(block["REDIS_PORT"])
    return block


def up() -> int:
    known = read_env(STACK_DIR / "ports.env")
    block = ports.of_base(int(known["REDIS_PORT"])) if "REDIS_PORT" in known else None
    was_up = block is not None and is_up({**block, **keys()})
    if not was_up:
        if stop_all():
            say("the stack was not whole: starting it anew")
        block = start_all()
    account = keys()
    try:
        trunks = {
            name: livekit.outbound_trunk(block["LIVEKIT_PORT"], *account.values(), name, f"127.0.0.1:{port}", TRUNK_NUMBER)
            for name, port in (("phone", block["PHONE_SIP_PORT"]), ("sipp", block["SIPP_SIP_PORT"]))
        }
    except livekit.LiveKitError as error:
        if not was_up:  # Somebody may be using one that was.
            stop_all()
        raise SystemExit(f"livekit-server refused: {error}. Its log: {STACK_DIR / 'logs' / 'livekit-server.log'}") from error
    variables = {"LIVEKIT_URL": f"ws://127.0.0.1:{block['LIVEKIT_PORT']}", **account,
                 "SIP_OUTBOUND_TRUNK_ID": trunks["phone"]}
    write_private(STACK_DIR / "ports.env", as_env({**block, "SIPP_TRUNK_ID": trunks["sipp"]}))
    write_private(STACK_DIR / ".env", as_env(variables))
    if not was_up:  # So that tests' own trunks are not kept.
        bus.save(block["REDIS_PORT"])
    say(f"the stack is up; logs: {STACK_DIR / 'logs'}; variables: {STACK_DIR / '.env'}")
    print(as_env(variables), end="")
    return 0


def down() -> int:
    say("the stack is down" if stop_all() else "the stack was not running")
    return 0


def status() -> int:
    known = read_env(STACK_DIR / "ports.env")
    found = {process.name: process.pid for process in processes.running(STACK_DIR)}
    block = ports.of_base(int(known["REDIS_PORT"])) if "REDIS_PORT" in known else {}
    ready = {name: name in found and healthy(name, block) for name in SERVICES}
    for name in SERVICES:
        state = f"pid {found[name]}, {'ready' if ready[name] else 'not ready'}" if name in found else "not running"
        print(f"{name:<16}{state}")
    if all(ready.values()):
        print(f"{'phones':<16}127.0.0.1:{block['PHONE_SIP_PORT']} (ours), 127.0.0.1:{block['SIPP_SIP_PORT']} (sipp)")
    print(f"{'logs':<16}{STACK_DIR / 'logs'}")
    return 0 if all(ready.values()) else 1


@contextlib.contextmanager
def locked(path: Path):
    """One at a time: two stacks choosing ports at once would choose the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another ./run stack to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    commands = {"up": up, "down": down, "status": status}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        raise SystemExit("usage: ./run stack up|down|status")
    if sys.argv[1] == "status":
        return status()
    (STACK_DIR / "logs").mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "stack.lock"):
        return commands[sys.argv[1]]()


if __name__ == "__main__":
    sys.exit(main())
