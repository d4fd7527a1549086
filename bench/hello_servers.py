"""MCP servers of one trivial tool, `greet`, in other languages: what a server costs that does nothing else.

Their sources are the peer's (PEER_DIR/mcp-hello); what they are made of comes from package registries, pinned, into the cache.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from measure import progress
from systems import ROOT

LIB = ROOT / "tools" / "run" / "lib"
PINS = ROOT / "bench" / "hello"


def commands(sources: Path, cache: Path) -> dict[str, list]:
    """What starts each over stdio, by name; those this machine cannot build are left out, and that is said."""
    built = _build(sources, cache)
    python = subprocess.check_output(["bash", LIB / "tests_python.sh"], text=True).strip()
    node = subprocess.check_output(["bash", LIB / "node.sh", "node", "-p", "process.execPath"], text=True).strip()
    found = {"C++": [built / "cpp" / "hello"], "Go": [built / "go" / "hello"]}
    if (rust := built / "rust" / "target" / "release" / "hello").exists():
        found["Rust"] = [rust]
    else:
        progress("no cargo on this machine: the Rust server is left out")
    return {**found,
            "TypeScript": [node, built / "ts" / "hello_v2.mjs"],
            "Python": [python, built / "py" / "hello_mcp.py"],
            "FastMCP": [python, built / "py" / "hello_fastmcp.py"]}


def python_over_http(sources: Path, port: int) -> list:
    """The Python server over Streamable HTTP, at /mcp."""
    python = subprocess.check_output(["bash", LIB / "tests_python.sh"], text=True).strip()
    serve = f"import sys; sys.path.insert(0, {str(sources / 'py')!r}); import hello_mcp; " \
            f"hello_mcp.m.run('streamable-http', port={port})"
    return [python, "-c", serve]


def _build(sources: Path, cache: Path) -> Path:
    """Compiled once for each state of sources and pins; the folder they lie in."""
    files = [path for folder in (sources, PINS) for path in sorted(folder.rglob("*")) if path.is_file()]
    state = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]
    built, draft = cache / f"hello-{state}", cache / f"hello-{state}.draft"
    if built.exists():
        return built
    progress("building the hello servers (a minute or two)")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(sources, draft)
    run = lambda *command, **options: subprocess.run([str(part) for part in command], check=True,  # noqa: E731
                                                     stdout=subprocess.DEVNULL, **options)
    run("clang++-19", "-O2", "-std=c++20", draft / "cpp" / "hello.cpp", "-o", draft / "cpp" / "hello")
    run("bash", LIB / "go.sh", "build_at", draft / "go", draft / "go" / "hello")
    for pins in PINS.iterdir():
        shutil.copy(pins, draft / "ts")
    run("bash", LIB / "node.sh", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=draft / "ts")
    if shutil.which("cargo"):
        run("cargo", "build", "--release", "--quiet", cwd=draft / "rust",
            env={**os.environ, "CARGO_TARGET_DIR": str(draft / "rust" / "target")})
    draft.rename(built)
    return built
