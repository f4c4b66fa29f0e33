"""Lock files: `make lock` remakes them, `make lint` checks that they hold versions and hashes, no address."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import bundle

ROOT = bundle.ROOT
PYTHON_LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    "requirements-dev.lock": ["pyproject.toml", "--group", "dev", "--constraints", "requirements.lock"],
    "requirements-node.lock": ["--group", "node"],
}
NPM_LOCK = "package-lock.json"


def check() -> list[str]:
    """Every line of a lock file that says where to download from, as `file:line: text`."""
    found = []
    for name in [*PYTHON_LOCKS, NPM_LOCK]:
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            if re.search(r'://|--(?:extra-)?index-url|--find-links|"resolved"', line):
                found.append(f"{name}:{number}: {line.strip()}")
    return found


def make(upgrade: bool) -> None:
    environment = bundle.MACHINE_CERTIFICATES | os.environ
    for name, sources in PYTHON_LOCKS.items():
        command = ["uv", "pip", "compile", *sources, "--output-file", name, "--quiet"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
        command += ["--custom-compile-command", "make lock", *(["--upgrade"] if upgrade else [])]
        subprocess.run(
            [str(Path(sys.executable).parent / command[0]), *command[1:]], cwd=ROOT, check=True, env=environment
        )
    _make_npm_lock(environment)


def _make_npm_lock(environment: dict[str, str]) -> None:
    node = bundle.find_node()
    if node is None:
        raise SystemExit("Node.js 20 or newer is needed to remake package-lock.json.")
    # Aside, because npm leaves other platforms' packages out of a lock made beside an installed node_modules.
    with tempfile.TemporaryDirectory() as aside:
        for name in ("package.json", ".npmrc", NPM_LOCK):
            if (ROOT / name).exists():
                (Path(aside) / name).write_bytes((ROOT / name).read_bytes())
        subprocess.run([str(node.npm), "install", "--package-lock-only"], cwd=aside, check=True, env=environment)
        lock = json.loads((Path(aside) / NPM_LOCK).read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    (ROOT / NPM_LOCK).write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "check":
        addresses = check()
        print("\n".join(addresses) or "lock files: no download address")
        raise SystemExit(bool(addresses))
    make(upgrade="--upgrade" in sys.argv)
