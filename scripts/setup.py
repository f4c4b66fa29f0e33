"""`make setup`: virtual environment, locked Python packages, Node.js, assets, catalogues.

Runs on the machine's own Python 3.11+ with nothing installed. `--dev` adds what tests and linters need.
Each step is skipped when what it depends on has not changed since it last succeeded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import bundle

ROOT = bundle.ROOT
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
HEARTBEAT_SECONDS = 10


def main(arguments: list[str]) -> None:
    if Path(sys.prefix) != VENV:
        make_venv()
        install("requirements-dev.lock" if "--dev" in arguments else "requirements.lock")
        # Catalogues need the Babel just installed, and Node.js may now be beside that Python.
        os.execv(PYTHON, [str(PYTHON), __file__, *arguments])
    if bundle.assets_are_stale() and bundle.find_node() is None:
        install("requirements-node.lock")
    bundle.build_if_stale(run_step)


def make_venv() -> None:
    works = PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0
    if works:
        return
    print("Making .venv", flush=True)
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit("Python's venv module could not install pip (Debian: apt install python3-venv).") from error


def install(lock: str) -> None:
    """Install a lock file's packages, each checked against its hash."""
    stamp = VENV / f".{lock}.digest"
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    title = f"Installing Python packages ({lock})"
    locked = ["--require-hashes", "-r", lock]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *locked]
    uv = shutil.which("uv")
    try:
        run_step(title, [uv, "pip", "install", "--quiet", "--python", str(PYTHON), *locked] if uv else pip)
    except SystemExit:
        # uv does not read pip's configuration; pip may still get through.
        if not uv:
            raise
        run_step(f"{title}, again with pip", pip)
    stamp.write_text(wanted)


def run_step(title: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command, saying every ten seconds that it is at work; its output appears only if it fails."""
    print(f"{title} ...", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment or bundle.MACHINE_CERTIFICATES | os.environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        while True:
            try:
                process.wait(HEARTBEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                print(f"  still at it, {time.monotonic() - started:.0f} s", flush=True)
        if process.returncode:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise SystemExit(f"{title}: failed (exit {process.returncode}).")
    elapsed = time.monotonic() - started
    if elapsed > 2:
        print(f"  done in {elapsed:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
