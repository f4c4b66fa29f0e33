"""Starting and standing, as on a server (deploy/gunicorn.conf.py): how long until the registry answers, and what a
worker takes of the memory once it has served the office's pages. The reference is an empty Flask application."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.harness import Taken, free_port, fresh_registry
from registry.db import db
from registry.services import accounts
from seeds import cast, reference_rows

ROOT = Path(__file__).parent.parent
WORKERS = 2
STARTS = 3
START_SECONDS = 120
MEGABYTE = 1024  # of the kilobytes that the kernel counts in
REGISTRY = ["-c", str(ROOT / "deploy/gunicorn.conf.py")]
EMPTY = ["--no-control-socket", "--preload", "--workers", str(WORKERS), "benchmarks.bare:app"]
PAGES = (
    "/", "/dashboard", "/elevators/", "/cylinders/", "/hazards/", "/units/", "/people/", "/labels/", "/papers/",
    "/indicators/paperless_maintenance", "/indicator-figures/report", "/cases/", "/directives/", "/rulebook/",
)  # fmt: skip


@dataclass(frozen=True)
class Memory:
    """Megabytes of the largest worker: its share (PSS), and with all that it shares (RSS)."""

    share: float
    resident: float


def start_to_ready() -> Taken:
    """Seconds from the command until /readyz says ok over a migrated database."""
    with fresh_registry():
        reference_rows.load()
        db.session.remove()
        _started(REGISTRY, "/readyz")  # compiles, as the installation of a package does
        found = median(_started(REGISTRY, "/readyz") for _ in range(STARTS))
        return Taken(found, median(_started(EMPTY, "/") for _ in range(STARTS)))


def worker_memory() -> Taken:
    """Megabytes of a worker's own after the main pages; what it shares is counted once, divided among all."""
    with fresh_registry():
        reference_rows.load()
        cast.build()
        secret, _ = accounts.sign_in("section", cast.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
        db.session.remove()
        _started(REGISTRY, "/readyz")
        with _served(REGISTRY, "/readyz") as (server, port):
            _visit(port, [*PAGES, "/api/v1/elevators", "/api/v1/cylinders"], secret)
            found = _largest(server)
        with _served(EMPTY, "/") as (server, port):
            _visit(port, ["/"], "")
            empty = _largest(server)
    told = f"  PSS {found.share:.0f} MB, RSS {found.resident:.0f} MB with what is shared; empty {empty.resident:.0f} MB"
    print(told, file=sys.stderr, flush=True)
    return Taken(found.share, empty.share)


def _started(arguments: list[str], path: str) -> float:
    begun = time.perf_counter()
    with _served(arguments, path):
        return time.perf_counter() - begun


@contextmanager
def _served(arguments: list[str], path: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """gunicorn that has answered 200 to the path."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", "--bind", f"127.0.0.1:{port}", *arguments]
    server = subprocess.Popen(command, cwd=ROOT, env=_environment())
    try:
        limit = time.monotonic() + START_SECONDS
        while not _answers(port, path):
            if server.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield server, port
    finally:
        server.terminate()
        server.wait(20)


def _environment() -> dict[str, str]:
    """With a folder for what is compiled, whatever the caller's says of it: a server's package lies there compiled."""
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    folder = str(Path(os.environ["REGISTRY_INSTANCE_DIR"]) / "compiled")
    return told | {"WEB_CONCURRENCY": str(WORKERS), "PYTHONPYCACHEPREFIX": folder}


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=START_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _visit(port: int, paths: list[str], secret: str) -> None:
    """Ask for every page often enough, several at once, that every worker has served it."""

    def get(path: str) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
        request.add_header("Cookie", f"registry_session={secret}")
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            answer.read()

    with ThreadPoolExecutor(2 * WORKERS) as callers:
        list(callers.map(get, paths * 6))


def _largest(server: subprocess.Popen[bytes]) -> Memory:
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    rows = [dict(_counts(Path(f"/proc/{child}/smaps_rollup"))) for child in children]
    return Memory(max(row["Pss"] for row in rows) / MEGABYTE, max(row["Rss"] for row in rows) / MEGABYTE)


def _counts(file: Path) -> Iterator[tuple[str, int]]:
    for line in file.read_text().splitlines()[1:]:
        name, _, kilobytes = line.partition(":")
        yield name, int(kilobytes.split()[0])
