#!/usr/bin/env python3
"""clang-tidy over the sources of build/dev, two at a time; a source that passed is not looked at again until it, a
header of ours it includes, its command line or .clang-tidy changes.

usage: tidy.py CACHE [FILE…]
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SRC = ROOT / "src"
TIDY = "clang-tidy-19"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def options(file: Path) -> list[str]:
    """The analyzer follows every path through every assertion, for five times the time; tests run under sanitizers."""
    return ["--checks=-clang-analyzer-*"] if file.name.endswith("_test.cc") else []


def with_headers(file: Path, seen: set[Path]) -> set[Path]:
    """The file and every header of ours it includes, directly or not."""
    if file not in seen and file.is_file():
        seen.add(file)
        for header in INCLUDE.findall(file.read_text()):
            with_headers(SRC / header, seen)
    return seen


def key_of(file: Path, command: str, common: bytes) -> str:
    digest = hashlib.sha256(common + command.replace(str(ROOT), "").encode())
    for each in sorted(with_headers(file, set())):
        digest.update(f"{each.relative_to(ROOT)}\0".encode() + each.read_bytes())
    return digest.hexdigest()


def main() -> int:
    cache, chosen = Path(sys.argv[1]), {Path(name).resolve() for name in sys.argv[2:]}
    cache.mkdir(parents=True, exist_ok=True)
    common = subprocess.check_output([TIDY, "--version"]) + (ROOT / ".clang-tidy").read_bytes()
    entries = json.loads((ROOT / "build/dev/compile_commands.json").read_text())
    commands = {Path(entry["file"]): entry["command"] for entry in entries}
    sources = sorted(file for file in commands if SRC in file.parents and (not chosen or file in chosen))
    if chosen - set(sources):
        raise SystemExit(f"not compiled by the dev preset: {', '.join(map(str, sorted(chosen - set(sources))))}")
    stamps = {file: cache / key_of(file, " ".join([commands[file], *options(file)]), common) for file in sources}
    todo = [file for file in sources if not stamps[file].exists()]
    print(f"clang-tidy: {len(todo)} of {len(sources)} files to look at", file=sys.stderr, flush=True)

    def look_at(file: Path) -> tuple[Path, subprocess.CompletedProcess, float]:
        started = time.monotonic()
        run = subprocess.run([TIDY, "--quiet", "-p", "build/dev", *options(file), str(file)], cwd=ROOT, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return file, run, time.monotonic() - started

    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, (file, run, seconds) in enumerate(pool.map(look_at, todo), 1):
            print(f"  [{done}/{len(todo)}] {file.relative_to(ROOT)} ({seconds:.0f} s)", file=sys.stderr, flush=True)
            if run.returncode == 0:
                stamps[file].touch()
                continue
            failed.append(str(file.relative_to(ROOT)))
            print(run.stdout or run.stderr, flush=True)
    if failed:
        print(f"clang-tidy: {len(failed)} files with findings: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
