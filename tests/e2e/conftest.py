"""End-to-end tests: the real executable, a real LiveKit stack, real SIP telephones on loopback.

Run by `./run test e2e`, which starts the stack. They ring only our own phones: no fixture starts unless the LiveKit host
and the trunks' addresses are loopback.
"""

import itertools
import os
import socket
from pathlib import Path

import pytest

from livekit_admin import LiveKitAdmin
from mcp_server import McpServer
from phones import ForeignPhone, Phone
from processes import Background
from worker import Worker

ROOT = Path(__file__).resolve().parents[2]
FOUR = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID")


def read_env(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


@pytest.fixture(scope="session")
def program() -> Path:
    return Path(os.environ.get("CALL_AGENT", ROOT / "build" / "release" / "call-agent"))


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    stack = Path(os.environ.get("CALL_AGENT_STACK_DIR", ROOT / "build" / "stack"))
    return {key: int(value) for key, value in read_env(stack / "ports.env").items() if value.isdigit()}


@pytest.fixture(scope="session")
def livekit() -> LiveKitAdmin:
    stack = Path(os.environ.get("CALL_AGENT_STACK_DIR", ROOT / "build" / "stack"))
    return LiveKitAdmin(read_env(stack / ".env"))


@pytest.fixture(scope="session", autouse=True)
def clean_environment():
    """A developer's own account must never be dialed: the four variables come from --env-file alone."""
    for name in FOUR + ("LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """One data folder for server and worker, as on a user's machine."""
    folder = tmp_path_factory.mktemp("home")
    os.environ["CALL_AGENT_HOME"] = str(folder)
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    return folder


# Offsets into the stack's ports for tests, round and round, from a place of this run's own.
_test_ports = ((os.getpid() * 37 + 3 * n) % 87 for n in itertools.count())


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
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

    def phone(self, scenario: str = "restaurant.json") -> Phone:
        path = ROOT / "scenarios" / "phone" / scenario
        return self._keep(Phone.start(self.program, self._next_port(), path, self.folder))

    def foreign_phone(self, hold_ms: int = 20000) -> ForeignPhone:
        return self._keep(ForeignPhone.start(self._next_port(), self._next_port(2), hold_ms, self.folder))

    def worker(self, *arguments: str, wait: bool = True) -> Worker:
        env_file = self.livekit.env_file(self.folder / "worker.env", trunk=None)
        agent = f"agent-{os.getpid()}-{self.folder.name}"  # Two runs of the tests may share the stack.
        return self._keep(Worker.start(self.program, env_file, agent, self.folder, arguments, wait))

    def server(self, phone_port: int, agent: str, *further: str, ringing_limit: int = 4) -> McpServer:
        trunk = self.livekit.trunk_to(f"127.0.0.1:{phone_port}")
        env_file = self.livekit.env_file(self.folder / f"server-{phone_port}.env", trunk)
        arguments = ["--agent-name", agent, "--ringing-limit", str(ringing_limit), *further]
        return self._keep(McpServer.start(self.program, env_file, arguments, self.folder))

    def http_server(self, env_file: Path, agent: str) -> str:
        """The same over Streamable HTTP, on a port of its own choice; its URL."""
        server = self._keep(Background([self.program, "server", "--http", "127.0.0.1:0", "--env-file", env_file,
                                        "--agent-name", agent], self.folder / "http.log"))
        return server.wait_for("serving MCP at ").split()[-1]

    def background(self, arguments: list, log: str) -> Background:
        return self._keep(Background(arguments, self.folder / log))

    def end(self) -> None:
        for process in reversed(self._started):
            process.stop()

    def _keep(self, process):
        self._started.append(process)
        return process

    def _next_port(self, count: int = 1) -> int:
        """The first of `count` UDP ports in a row that nobody listens on and no test of this run was given lately."""
        for _ in range(self.ports["TEST_FIRST"], self.ports["TEST_LAST"]):
            first = next(_test_ports)
            block = range(self.ports["TEST_FIRST"] + first, self.ports["TEST_FIRST"] + first + count)
            if block[-1] <= self.ports["TEST_LAST"] and all(is_free(port) for port in block):
                return block[0]
        raise AssertionError("no free port for a test's telephone")


@pytest.fixture
def lab(program, livekit, home, tmp_path, ports):
    laboratory = Lab(program, livekit, home, tmp_path, ports)
    yield laboratory
    laboratory.end()
