"""A PostgreSQL of the rig's own, in a folder that is thrown away: one that may be stopped, crashed and filled up; or
two, of which one follows the other and takes its place."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # Small, so that a short run puts its log away several times.
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "log_min_messages": "warning",
}


REPLICA = "replica"
WAIT = 600  # seconds that a start or a stop may take: the log of a busy server is long


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where this machine has none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent  # where all of them are
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Cluster:
    """One server; `url` leads to it as its superuser."""

    def __init__(self, folder: Path, bin_folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder, self.bin, self.port = folder, bin_folder, free_port()
        self.settings = SETTINGS | dict(settings or {})
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make its files and start it."""
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.folder), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self.settle()
        self.start()

    def settle(self) -> None:
        """Write its settings and its port into its file; what stands there last holds."""
        # Without sockets in a folder, whose lock files a copy of the folder would take along.
        chosen = {**self.settings, "port": str(self.port), "unix_socket_directories": ""}
        with (self.folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in chosen.items())

    def copy(self, primary: Cluster) -> None:
        """Make it a replica of a server that runs, and start it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={REPLICA}"
        self._run("pg_basebackup", "-d", source, "-D", str(self.folder), "-R", "-X", "stream", "-c", "fast")
        self.settle()
        self.start()

    def promote(self) -> None:
        """From a replica to a primary."""
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", str(WAIT), "promote")

    def tell(self, statement: str) -> list[tuple[Any, ...]]:
        """A statement of its administrator."""
        with psycopg.connect(self._plain(), autocommit=True, connect_timeout=5) as admin:
            done = admin.execute(statement)  # type: ignore[call-overload]
            return list(done.fetchall()) if done.description else []

    def start(self) -> None:
        """Start it and wait until it answers; after a crash it first puts its files right."""
        self._run("pg_ctl", "-D", str(self.folder), "-l", str(self.folder / "log"), "-w", "-t", str(WAIT), "start")

    def stop(self, mode: str, must: bool = True) -> None:
        """`fast` ends connections in order, `immediate` is a crash. `must`: it has to be running."""
        self._run("pg_ctl", "-D", str(self.folder), "-m", mode, "-w", "-t", str(WAIT), "stop", check=must)

    def answers(self, seconds: float) -> bool:
        """Whether it lets somebody in within so many seconds."""
        until = time.monotonic() + seconds
        while self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def backends(self) -> list[int]:
        """The processes that serve the registry's connections; empty while the server is away."""
        try:
            with psycopg.connect(self._plain(), autocommit=True, connect_timeout=5) as admin:
                asked = "SELECT pid FROM pg_stat_activity WHERE datname LIKE 'registry%' AND pid <> pg_backend_pid()"
                return [int(row[0]) for row in admin.execute(asked)]
        except psycopg.OperationalError:
            return []

    def end_backends(self) -> int:
        """End every connection of the registry, as an administrator does; how many there were."""
        with psycopg.connect(self._plain(), autocommit=True, connect_timeout=5) as admin:
            asked = (
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname LIKE 'registry%' AND pid <> pg_backend_pid()"
            )
            row = admin.execute(asked).fetchone()
            return int(row[0]) if row else 0

    def kill_backend(self) -> None:
        """Kill one of its processes: the server ends all others and puts its files right."""
        for pid in self.backends()[:1]:
            os.kill(pid, signal.SIGKILL)

    def sound(self) -> str:
        """What pg_amcheck finds wrong with tables and indexes; empty when all is well or it is not there."""
        if not (self.bin / "pg_amcheck").exists():
            return ""
        command = self._as_postgres(["pg_amcheck", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"])
        done = subprocess.run([*command, "--install-missing", "--all"], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else (done.stdout + done.stderr)[:2000]

    def _plain(self) -> str:
        return self.url.replace("+psycopg", "", 1)

    def _as_postgres(self, command: Sequence[str]) -> list[str]:
        made = [str(self.bin / command[0]), *command[1:]]
        # The server refuses to run as root.
        return ["runuser", "-u", "postgres", "--", *made] if os.geteuid() == 0 else made

    def _run(self, *command: str, check: bool = True) -> int:
        with (self.folder.parent / "cluster.log").open("a") as log:
            done = subprocess.run(
                self._as_postgres(command), stdout=log, stderr=subprocess.STDOUT, check=False, cwd=self.folder.parent
            )
        if check and done.returncode:
            raise RuntimeError(f"{command[0]} failed: see {log.name} and {self.folder / 'log'}")
        return done.returncode


class Pair:
    """A primary that acknowledges nothing its replica has not on its disk. `url` leads to whichever is the primary."""

    def __init__(self, primary: Cluster, replica: Cluster) -> None:
        self.primary, self.replica = primary, replica
        hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in (primary, replica))
        asked = "target_session_attrs=read-write&connect_timeout=3"
        self.url = f"postgresql+psycopg://postgres@/postgres?{hosts}&{asked}"

    def join(self) -> None:
        """Make the replica anew from the primary, and have the primary wait for it from now on."""
        self.replica.copy(self.primary)
        self._wait_for(f"'{REPLICA}'")
        self.caught_up()

    def lose(self) -> None:
        """The primary dies and does not come back: the replica takes its place. It waits for nobody meanwhile.

        Raises:
            RuntimeError: there is no replica that follows; the primary lives on.
        """
        self.caught_up()
        self.primary.stop("immediate")
        self.replica.promote()
        self.primary, self.replica = self.replica, self.primary
        self._wait_for("''")

    def caught_up(self, seconds: float = 60) -> None:
        """Until the replica follows as one that is waited for.

        Raises:
            RuntimeError: it does not.
        """
        until = time.monotonic() + seconds
        asked = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'"
        while not self.primary.tell(asked):
            if time.monotonic() > until:
                raise RuntimeError("the replica does not follow")
            time.sleep(0.05)

    def _wait_for(self, names: str) -> None:
        self.primary.tell(f"ALTER SYSTEM SET synchronous_standby_names = {names}")
        self.primary.tell("SELECT pg_reload_conf()")


@contextmanager
def pair(folder: Path) -> Iterator[Pair | None]:
    """A primary with its replica; None where PostgreSQL's own programs are not here."""
    found = programs()
    if found is None:
        yield None
        return
    primary, replica = (Cluster(folder / f"postgresql{number}", found) for number in (1, 2))
    try:
        primary.make()
        made = Pair(primary, replica)
        made.join()
        yield made
    finally:
        for one in (primary, replica):
            one.stop("immediate", must=False)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster | None]:
    """A server in this folder; None where PostgreSQL's own programs are not here."""
    found = programs()
    if found is None:
        yield None
        return
    made = Cluster(folder / "postgresql", found)
    made.make()
    try:
        yield made
    finally:
        made.stop("immediate", must=False)
