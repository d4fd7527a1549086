"""The Debian package, installed in a folder of its own: without the checkout, as on a user's machine."""

import os
import shlex
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from conftest import Lab
from made import only, output
from processes import Background

NUMBER = "+442079460123"
AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]


class Installation:
    """A folder that dpkg takes for the whole machine. Its dependencies are this machine's own."""

    def __init__(self, root: Path):
        self.root = root
        (root / "var" / "lib" / "dpkg").mkdir(parents=True)
        self.dpkg("--force-depends", "--install", only("*.deb"))

    @property
    def program(self) -> Path:
        return self.root / "usr" / "bin" / "call-agent"

    def dpkg(self, *arguments) -> str:
        return output(*AS_ROOT, "dpkg", f"--root={self.root}", "--force-script-chrootless", *arguments)

    def lines(self, unit: str) -> list[str]:
        return (self.root / "lib" / "systemd" / "system" / unit).read_text().splitlines()

    def unit(self, name: str) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.lines(name) if "=" in line and not line.startswith("#"))

    def files(self) -> set[str]:
        """But dpkg's own."""
        everything = (path.relative_to(self.root) for path in self.root.rglob("*"))
        return {str(path) for path in everything if path.parts[:3] != ("var", "lib", "dpkg") and path.parts[:2] != ("var", "log")}


@pytest.fixture(scope="session")
def installation(tmp_path_factory) -> Installation:
    return Installation(tmp_path_factory.mktemp("installed"))


def test_this_machine_has_what_the_package_depends_on():
    output(*AS_ROOT, "dpkg", "--no-act", "--install", only("*.deb"))


def test_lintian_finds_nothing():
    output("lintian", "--allow-root", "--fail-on", "error,warning", only("*.deb"))


def test_the_installed_program_says_its_version(installation):
    version = output("dpkg-deb", "--field", only("*.deb"), "Version").strip()
    assert output(installation.program, "--version").strip() == version


def test_doctor_finds_every_library_and_model_of_the_installation(installation, tmp_path):
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([installation.program, "doctor"], env=environment, cwd=tmp_path, text=True, capture_output=True)
    assert "ok       phone numbers" in done.stdout, done.stdout
    shipped = [line for line in done.stdout.splitlines() if line.split()[1].startswith(("lib/", "models/"))]
    assert len(shipped) >= 6
    for line in shipped:
        assert line.startswith("ok ") and f"{installation.root}/usr/lib/call-agent/" in line


def test_a_call_is_held_by_what_is_installed(installation, livekit, home, tmp_path, ports):
    program, command, *arguments = shlex.split(installation.unit("call-agent-worker.service")["ExecStart"])
    assert (program, command) == ("/usr/bin/call-agent", "calling-agent")
    lab = Lab(installation.program, livekit, home, tmp_path, ports)
    try:
        phone, worker = lab.phone("hangup_first.json"), lab.worker(*arguments)
        server = lab.server(phone.port, worker.agent)
        placed = server.call("make_phone_call", phone_number=NUMBER)
        record = server.finish(placed["call_id"])
    finally:
        lab.end()
    assert record["outcome"] == "completed"
    assert any(turn["role"] == "agent" for turn in record["transcript"])


def test_the_server_serves_as_its_unit_starts_it(installation, tmp_path):
    unit = installation.unit("call-agent-server.service")
    program, command, option, address, further = shlex.split(unit["ExecStart"])
    assert (program, command, option) == ("/usr/bin/call-agent", "server", "--http")
    assert (address, further) == ("${CALL_AGENT_LISTEN}", "$CALL_AGENT_SERVER_OPTIONS")
    assert "Environment=CALL_AGENT_LISTEN=127.0.0.1:8719" in installation.lines("call-agent-server.service")
    environment = {"CALL_AGENT_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    server = Background([installation.program, command, option, "127.0.0.1:0"], tmp_path / "server.log",
                        env=environment, cwd=tmp_path)
    try:
        url = server.wait_for("serving MCP at ").split()[-1].removesuffix("/mcp")
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as health:
            assert health.status == 200
        with pytest.raises(urllib.error.HTTPError) as not_ready:
            urllib.request.urlopen(f"{url}/readyz", timeout=5)
        assert not_ready.value.code == 503 and b"LIVEKIT_URL" in not_ready.value.read()
    finally:
        server.stop()


def test_the_licence_of_everything_shipped_is_there(installation):
    docs = installation.root / "usr" / "share" / "doc" / "call-agent"
    told = (docs / "copyright").read_text()
    for folder in ("lib", "models"):
        for path in (installation.root / "usr" / "lib" / "call-agent" / folder).iterdir():
            ours = path.name == "libcall_agent_numbers.so"
            assert ours or path.name.removesuffix(".json") in told, path
    texts = {path.parent.name for path in (docs / "licences").glob("*/*")}
    assert {"liblivekit_ffi", "silero_vad", "smart-turn", "moonshine-tiny-en", "en_US-joe-medium", "libssl-dev"} <= texts


def test_the_variables_are_for_root_alone(installation):
    env = installation.root / "etc" / "call-agent" / "env"
    assert env.stat().st_mode & 0o777 == 0o600 and env.stat().st_uid == 0


@pytest.fixture
def units(installation, tmp_path) -> Path:
    """A folder with the machine's units and ours, and the program that ours start."""
    shutil.copytree("/lib/systemd/system", tmp_path / "lib/systemd/system", symlinks=True)
    for unit in (installation.root / "lib/systemd/system").iterdir():
        shutil.copy(unit, tmp_path / "lib/systemd/system")
    (tmp_path / "usr/bin").mkdir(parents=True)
    shutil.copy(installation.program, tmp_path / "usr/bin")
    return tmp_path


@pytest.mark.parametrize("unit", ["call-agent-worker.service", "call-agent-server.service"])
def test_systemd_takes_the_unit_and_finds_it_confined(installation, units, unit):
    assert output("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={units}", unit) == ""
    output("systemd-analyze", "security", "--offline=true", "--threshold=20", f"--root={installation.root}", unit)
    told = installation.unit(unit)
    assert told["EnvironmentFile"] == "-/etc/call-agent/env" and told["MemoryDenyWriteExecute"] == "yes"


def test_both_services_are_one_user_with_one_call_log(installation):
    worker, server = (installation.unit(f"call-agent-{name}.service") for name in ("worker", "server"))
    for key in ("User", "DynamicUser", "StateDirectory"):
        assert worker[key] == server[key]
    for name in ("worker", "server"):
        home = f"Environment=CALL_AGENT_HOME=/var/lib/{worker['StateDirectory']}"
        assert home in installation.lines(f"call-agent-{name}.service")


def test_a_stop_waits_until_the_worker_has_drained(installation):
    worker = installation.unit("call-agent-worker.service")
    *_, option, seconds = shlex.split(worker["ExecStart"])
    assert option == "--drain-seconds" and int(seconds) < int(worker["TimeoutStopSec"])
    assert worker["KillMode"] == "mixed"  # SIGTERM is the supervisor's alone.


def test_nothing_is_enabled(installation):
    assert not list((installation.root / "etc").rglob("*.wants/*"))


def test_a_purge_leaves_nothing(tmp_path):
    installation = Installation(tmp_path)
    before = installation.files()
    assert "usr/bin/call-agent" in before and "etc/call-agent/env" in before
    calls = tmp_path / "var" / "lib" / "private" / "call-agent"
    calls.mkdir(parents=True)
    (calls / "calls.db").touch()

    installation.dpkg("--remove", "call-agent")
    assert "etc/call-agent/env" in installation.files() and "usr/bin/call-agent" not in installation.files()
    assert (calls / "calls.db").exists()
    installation.dpkg("--purge", "call-agent")
    assert installation.files() == {"var", "var/lib", "var/lib/private"}
