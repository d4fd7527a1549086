"""End-to-end tests: the real executable, a real LiveKit stack, real SIP telephones on loopback.

Run by `./run test e2e`, which starts the stack. They ring only our own phones: no fixture starts unless the LiveKit host
and the trunks' addresses are loopback.
"""

import itertools
import json
import os
import socket
from pathlib import Path

import pytest

from livekit_admin import LiveKitAdmin
from mcp_server import HttpServer, McpServer
from own_stack import OwnStack
from phones import ForeignPhone, Phone
from processes import Background
from worker import Worker

ROOT = Path(__file__).resolve().parents[2]
FOUR = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID")


def read_env(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


@pytest.fixture(scope="session")
def program() -> Path:
    path = Path(os.environ.get("CALL_AGENT", ROOT / "build" / "release" / "call-agent"))
    if not path.exists():
        pytest.fail(f"there is no {path}: run ./run build first", pytrace=False)
    return path


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    stack = Path(os.environ.get("CALL_AGENT_STACK_DIR", ROOT / "build" / "stack"))
    return {key: int(value) for key, value in read_env(stack / "ports.env").items() if value.isdigit()}


@pytest.fixture(scope="session")
def livekit() -> LiveKitAdmin:
    stack = Path(os.environ.get("CALL_AGENT_STACK_DIR", ROOT / "build" / "stack"))
    return LiveKitAdmin(read_env(stack / ".env"))


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory):
    """A developer's own account must never be dialed: the variables come from --env-file alone, from no .env."""
    for name in FOUR + ("LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL", "CALL_AGENT_CONFIRM"):
        os.environ.pop(name, None)
    for name in "CALL_AGENT", "CALL_AGENT_STACK_DIR":
        if name in os.environ:
            os.environ[name] = str(Path(os.environ[name]).resolve())
    folder = tmp_path_factory.mktemp("working")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    os.chdir(folder)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """One data folder for server and worker, as on a user's machine."""
    folder = tmp_path_factory.mktemp("home")
    os.environ["CALL_AGENT_HOME"] = str(folder)
    return folder


def places() -> tuple[int, int]:
    """Which of pytest's processes this is, and how many there are."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


_rounds = itertools.count(os.getpid() * 7)  # Two runs of the tests may share the stack: not the same port first.


def is_free(port: int) -> bool:
    for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


class Lab:
    """Starts parts of the system for one test and ends them after it, by the ids it started."""

    def __init__(self, program: Path, livekit: LiveKitAdmin, home: Path, folder: Path, ports: dict[str, int]):
        self.program, self.livekit, self.home, self.folder, self.ports = program, livekit, home, folder, ports
        self._started: list[Background] = []

    @property
    def environment(self) -> dict[str, str]:
        """For a server whose client passes on nothing of its own environment."""
        return {name: os.environ[name] for name in ("CALL_AGENT_HOME", "XDG_CONFIG_HOME")}

    def phone(self, scenario: str | Path = "restaurant.json") -> Phone:
        path = ROOT / "scenarios" / "phone" / scenario
        return self._keep(Phone.start(self.program, self._next_port(), self._share("PHONE_RTP"), path, self.folder))

    def scenario(self, name: str, **fields) -> Path:
        """A file of the test's own, for `phone`."""
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps({"name": name, **fields}))
        return file

    def foreign_phone(self, hold_ms: int = 20000) -> ForeignPhone:
        return self._keep(ForeignPhone.start(self._next_port(), self._next_port(2), hold_ms, self.folder))

    def worker(self, *arguments: str, wait: bool = True, env_file: Path | None = None) -> Worker:
        env_file = env_file or self.livekit.env_file(self.folder / "worker.env", trunk=None)
        agent = f"agent-{os.getpid()}-{self.folder.name}"  # Two runs of the tests may share the stack.
        return self._keep(Worker.start(self.program, env_file, agent, self.folder, arguments, wait))

    def scripted_worker(self, dialogue: dict, *arguments: str) -> Worker:
        file = self.folder / f"{dialogue['name']}.json"
        file.write_text(json.dumps(dialogue))
        return self.worker("--scripted", str(file), *arguments)

    def server(self, phone_port: int, agent: str, *further: str, ringing_limit: int = 4, transport: str = "UDP",
               environment: dict[str, str] | None = None) -> McpServer:
        trunk = self.livekit.trunk_to(f"127.0.0.1:{phone_port}", transport)
        env_file = self.livekit.env_file(self.folder / f"server-{phone_port}.env", trunk)
        arguments = ["--agent-name", agent, "--ringing-limit", str(ringing_limit), *further]
        return self._keep(McpServer.start(self.program, env_file, arguments, self.folder, environment))

    def http_server(self, env_file: Path, agent: str, *further: str,
                    environment: dict[str, str] | None = None) -> HttpServer:
        """The same over Streamable HTTP, on a port of its own choice."""
        return self._keep(HttpServer.start(self.program, env_file,
                                           ["--agent-name", agent, "--ringing-limit", "4", *further], self.folder,
                                           environment))

    def background(self, arguments: list, log: str) -> Background:
        return self._keep(Background(arguments, self.folder / log))

    def end(self) -> None:
        for process in reversed(self._started):
            process.stop()

    def _keep(self, process):
        self._started.append(process)
        return process

    def _share(self, block: str) -> range:
        """Those ports of a block that no other process of pytest takes."""
        place, of = places()
        first, last = self.ports[f"{block}_FIRST"], self.ports[f"{block}_LAST"]
        size = (last - first + 1) // of
        return range(first + place * size, first + (place + 1) * size)

    def _next_port(self, count: int = 1) -> int:
        """The first of `count` ports in a row that nobody listens on."""
        share = self._share("TEST")
        for _ in share:
            first = share[next(_rounds) % len(share)]
            wanted = range(first, first + count)
            if wanted[-1] in share and all(is_free(port) for port in wanted):
                return first
        raise AssertionError("no free port for a test's telephone")


@pytest.fixture
def lab(program, livekit, home, tmp_path, ports):
    laboratory = Lab(program, livekit, home, tmp_path, ports)
    yield laboratory
    laboratory.end()


@pytest.fixture
def own(program, home, tmp_path):
    """A laboratory with a LiveKit of its own."""
    stack = OwnStack(tmp_path / "stack")
    livekit = LiveKitAdmin(read_env(stack.folder / ".env"))
    ports = {key: int(value) for key, value in read_env(stack.folder / "ports.env").items() if value.isdigit()}
    laboratory = Lab(program, livekit, home, tmp_path, ports)
    laboratory.stack = stack
    yield laboratory
    laboratory.end()
    stack.end()
