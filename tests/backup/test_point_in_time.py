"""PostgreSQL brought to a moment, in the way docs/operations.md says: what was written before is there, what came
after is not."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.rig.cluster import Cluster, programs
from scripts.freeze_release import RELEASES
from tests.conftest import MEMORY, POSTGRES

FOUND = programs()
PROGRAMS = (FOUND / "initdb").resolve().parent if FOUND else None  # on the PATH there may be links to some of them
pytestmark = [
    pytest.mark.skipif(not POSTGRES, reason="PostgreSQL's own way back"),
    pytest.mark.skipif(
        FOUND is None and not os.environ.get("REQUIRE_POSTGRES"), reason="no initdb and pg_ctl on this machine"
    ),
]
WRITE = (
    "INSERT INTO trail_entry (at, act, subject, data, role, request_id) "
    "VALUES (now(), 'person.signed_out', 'person', jsonb_build_object('door', %s::text), 'system', '')"
)
# As docs/operations.md has it: under its name lies only what is whole.
KEEP = "test ! -f {0}/%f && cp %p {0}/%f.part && sync {0}/%f.part && mv {0}/%f.part {0}/%f"


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where the machine offers it, and where PostgreSQL's user may go too."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        place = Path(name)
        place.chmod(0o755)
        for kept in ("wal", "base"):
            (place / kept).mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(place / kept, "postgres", "postgres")
        yield place


def set_up(cluster: Cluster, **settings: object) -> None:
    with (cluster.folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def connected(cluster: Cluster, database: str = "registry") -> psycopg.Connection:
    return psycopg.connect(f"postgresql://postgres@127.0.0.1:{cluster.port}/{database}", autocommit=True)


def written(cluster: Cluster) -> set[str]:
    with connected(cluster) as connection:
        rows = connection.execute("SELECT data->>'door' FROM trail_entry WHERE act = 'person.signed_out'").fetchall()
    return {row[0] for row in rows} & {"before", "after"}


def test_a_moment_comes_back(folder: Path) -> None:
    assert PROGRAMS is not None
    first = Cluster(folder / "first", PROGRAMS)
    first.make()
    try:
        set_up(first, archive_mode="on", archive_command=KEEP.format(folder / "wal"))
        first.stop("fast")
        first.start()
        with connected(first, "postgres") as connection:
            connection.execute("CREATE DATABASE registry")
        with connected(first) as connection:
            connection.execute(gzip.decompress((RELEASES / "0036.postgresql.sql.gz").read_bytes()).decode())
            connection.execute("SET search_path = public")
            base = ["pg_basebackup", "-h", "127.0.0.1", "-p", str(first.port), "-U", "postgres", "-c", "fast"]
            first._run(*base, "--no-sync", "-D", str(folder / "base"))
            connection.execute(WRITE, ("before",))
            moment = connection.execute("SELECT clock_timestamp()::text").fetchone()
            time.sleep(0.01)
            connection.execute(WRITE, ("after",))
            segment = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert moment is not None
        assert segment is not None
        assert written(first) == {"before", "after"}
        until = time.monotonic() + 30
        while not (folder / "wal" / segment[0]).exists():
            assert time.monotonic() < until, "the log was not kept"
            time.sleep(0.05)
    finally:
        first.stop("immediate", must=False)
    second = Cluster(folder / "base", PROGRAMS)
    set_up(
        second,
        port=second.port,
        unix_socket_directories=second.folder,
        archive_mode="off",
        restore_command=f"cp {folder}/wal/%f %p",
        recovery_target_time=moment[0],
        recovery_target_action="promote",
    )
    signal = second.folder / "recovery.signal"
    signal.touch()
    if os.geteuid() == 0:
        shutil.chown(signal, "postgres", "postgres")
    try:
        second.start()
        with connected(second) as connection:
            while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                assert time.monotonic() < until + 30
                time.sleep(0.05)
        assert written(second) == {"before"}
        with connected(second) as connection:
            connection.execute(WRITE, ("after",))  # it is a registry again, and takes writes
    finally:
        second.stop("immediate", must=False)
