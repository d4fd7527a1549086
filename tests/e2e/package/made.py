"""What `./run package` made."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "build" / "package"


def only(pattern: str) -> Path:
    found, = PACKAGE.glob(pattern)
    return found


def output(*command, **options) -> str:
    """Of a command that must succeed, its errors among it."""
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=100, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout
