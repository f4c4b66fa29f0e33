"""One wheel of this checkout for all test files that need one."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def built(shared: Path) -> Path:
    """The wheel, built by whichever worker of the test run comes first; `shared` is a folder of that run."""
    target = shared / "wheel"
    with (shared / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            fresh = shared / "wheel.new"
            command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(fresh)]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            fresh.rename(target)
    (path,) = target.glob("*.whl")
    return path
