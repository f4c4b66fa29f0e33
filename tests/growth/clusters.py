"""PostgreSQL servers of a test's own, on loopback: made, stopped, copied into a replica, promoted."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

PROGRAMS = max(glob.glob("/usr/lib/postgresql/*/bin"), default=os.path.dirname(shutil.which("initdb") or ""))
# Nothing here has to survive a power cut, but for what asks for it.
SETTINGS = {"listen_addresses": "127.0.0.1", "fsync": "off", "max_connections": "40", "wal_level": "replica"}


def need_programs() -> None:
    """Skip without the server's programs; REQUIRE_POSTGRES makes that a failure."""
    if not PROGRAMS:
        refuse_to_skip("the programs of a PostgreSQL server were not found")


def refuse_to_skip(reason: str) -> NoReturn:
    """Skip, unless REQUIRE_POSTGRES demands that everything runs."""
    if os.environ.get("REQUIRE_POSTGRES", "") not in ("", "0"):
        pytest.fail(f"REQUIRE_POSTGRES is set, and {reason}")
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One server; `stop("immediate")` is a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", free_port()

    @property
    def plain_url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        return self.plain_url.replace("postgresql:", "postgresql+psycopg:", 1)

    def make(self, **settings: str) -> None:
        run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.settle(**{**SETTINGS, **settings})

    def copy_of(self, primary: Cluster, name: str = "replica") -> None:
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        run("pg_basebackup", "-d", source, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.settle()

    def settle(self, **settings: str) -> None:
        given = {**settings, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        lines = "".join(f"{name} = '{value}'\n" for name, value in given.items())
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write(lines)

    def start(self) -> None:
        run("pg_ctl", "start", "-D", str(self.data), "-w", "-l", str(self.folder / "log"))

    def stop(self, mode: str = "fast") -> None:
        run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", check=False)

    def promote(self) -> None:
        run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def do(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.plain_url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def clusters(count: int) -> Iterator[list[Cluster]]:
    """So many servers that are not made yet; stopped and thrown away in the end."""
    need_programs()
    with tempfile.TemporaryDirectory(prefix="clusters_") as folder:
        made = []
        for number in range(count):
            own = Path(folder) / str(number)
            own.mkdir()
            made.append(Cluster(own))
        _give(folder)
        try:
            yield made
        finally:
            for cluster in made:
                cluster.stop("immediate")


def run(program: str, *arguments: str, check: bool = True) -> None:
    """A program of the server, which refuses to be run by root."""
    command = [f"{PROGRAMS}/{program}", *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=90, check=False)
    if check and done.returncode:
        raise AssertionError(f"{program}: {done.stdout}{done.stderr}")


def _give(folder: str) -> None:
    if os.geteuid() == 0:
        for path in (folder, *glob.glob(f"{folder}/*")):
            shutil.chown(path, "postgres")
