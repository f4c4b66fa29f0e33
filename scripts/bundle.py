"""Bundled assets and compiled catalogues, remade only when what they are made of has changed.

Shared by `make setup` and the wheel's build hook. Standard library only, but for Babel where a catalogue
has to be compiled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "static" / "dist"
NODE_MODULES = ROOT / "node_modules"
OLDEST_NODE = 20
# uv and the Node.js of Python's index trust a list of their own; behind an office's proxy only the machine's serves.
MACHINE_CERTIFICATES = {"NODE_USE_SYSTEM_CA": "1", "UV_SYSTEM_CERTS": "1"}

Run = Callable[[str, list[str], dict[str, str]], None]


class Node(NamedTuple):
    """A Node.js that can build: its folder goes in front of PATH, npm is called by its full name."""

    folder: Path
    npm: Path


def digest(paths: Iterable[Path]) -> str:
    """One SHA-256 over the names and contents of files, whatever order they come in."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def asset_sources() -> list[Path]:
    """Every file whose change calls for a new bundle."""
    own = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "scripts" / "assets.mjs"]
    folders = (ROOT / "static" / "js", ROOT / "static" / "css", ROOT / "static" / "icons")
    return own + [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def catalogues() -> list[Path]:
    return sorted((ROOT / "blueprints" / "translations").glob("*/LC_MESSAGES/*.po"))


def assets_are_stale() -> bool:
    return _read(DIST / ".digest") != digest(asset_sources())


def find_node() -> Node | None:
    """Return the machine's Node.js, else the one installed beside this Python, else None."""
    beside_python = str(Path(sys.executable).parent)
    for path in (os.environ.get("PATH"), beside_python):
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        if node and npm and _node_version(node) >= OLDEST_NODE:
            return Node(Path(node).parent, Path(npm))
    return None


def build_if_stale(run: Run | None = None) -> None:
    """Bring static/dist and the .mo files up to date.

    run(title, command, environment) executes one command; errors end the build with SystemExit or
    CalledProcessError. Without Node.js 20 a stale bundle is an error, an up-to-date one is not.
    """
    run = run or _run
    if assets_are_stale():
        _build_assets(run)
    wanted = digest(catalogues())
    if _read(DIST / ".catalogues") != wanted or not all(po.with_suffix(".mo").exists() for po in catalogues()):
        for source in catalogues():
            _compile(source)
        (DIST / ".catalogues").write_text(wanted)


def _build_assets(run: Run) -> None:
    node = find_node()
    if node is None:
        raise SystemExit(f"The assets have changed and Node.js {OLDEST_NODE} or newer was not found.")
    environment = MACHINE_CERTIFICATES | os.environ
    environment["PATH"] = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    wanted = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    if _read(NODE_MODULES / ".digest") != wanted:
        run("Installing front-end packages", [str(node.npm), "ci", "--ignore-scripts"], environment)
        (NODE_MODULES / ".digest").write_text(wanted)
    sources = digest(asset_sources())
    # Built aside and swapped in whole: a page never finds a manifest whose files are still being written.
    fresh, old = DIST.with_suffix(".new"), DIST.with_suffix(".old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    run("Bundling assets", ["node", str(ROOT / "scripts" / "assets.mjs"), str(fresh)], environment)
    (fresh / ".digest").write_text(sources)
    if DIST.exists():
        DIST.rename(old)
    fresh.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


def _compile(source: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as readable:
        catalogue = read_po(readable, locale=source.parent.parent.name)
    with source.with_suffix(".mo").open("wb") as writable:
        write_mo(writable, catalogue)


def _run(title: str, command: list[str], environment: dict[str, str]) -> None:
    print(title, file=sys.stderr, flush=True)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


def _node_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    build_if_stale()
