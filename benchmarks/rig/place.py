"""Where the rig works: a registry of its own on a disk of its own, with people, elevators and cylinders in it."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks import gun_history
from benchmarks.harness import fresh_registry
from benchmarks.rig import acts
from benchmarks.rig.cluster import Cluster, Pair, cluster, pair
from benchmarks.rig.server import Server
from registry.db import db, transaction
from registry.models import Contract, Elevator, ElevatorStatus
from registry.services import accounts, labels, stations
from registry.settings import current
from seeds import cast, reference_rows

SINCE = date(2024, 1, 1)
ELEVATORS = 40
DISK_MB = 1500


class Disk:
    """A small file system that can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ballast = folder, folder / "ballast"

    def fill(self) -> None:
        """Take all the room that is left."""
        with self.ballast.open("wb") as file:
            size = 1 << 26
            while size >= 512:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
                except OSError:
                    size //= 2

    def free(self) -> None:
        self.ballast.unlink(missing_ok=True)


@dataclass
class Place:
    """What a run works with; `disk` is None where nothing can be mounted, `single` without a PostgreSQL of one server,
    `pair` without one of two."""

    server: Server
    world: acts.World
    secrets: dict[str, str]  # tokens of programs, cookies of browsers
    single: Cluster | None
    disk: Disk | None
    pair: Pair | None = None

    @property
    def cluster(self) -> Cluster | None:
        """The PostgreSQL that takes what is written; None on SQLite."""
        return self.pair.primary if self.pair is not None else self.single


@contextmanager
def place(database: str, cylinders: int) -> Iterator[Place]:
    """A registry on `sqlite`, `postgresql` or `replicated` (PostgreSQL with a replica that is waited for) with
    everything the scripts need; its servers are not started.

    Raises:
        LookupError: the programs of PostgreSQL are not here.
    """
    with tempfile.TemporaryDirectory(prefix="registry-rig-") as name:
        folder, disk_folder = Path(name), Path(name) / "disk"
        disk_folder.mkdir()
        folder.chmod(0o755)  # the database server is somebody else
        with _disk(disk_folder) as disk:
            disk_folder.chmod(0o777)
            if database == "sqlite":
                yield from _registry(folder, disk, cylinders)
                return
            with pair(disk_folder) if database == "replicated" else cluster(disk_folder) as made:
                if made is None:
                    raise LookupError("initdb was not found: PostgreSQL's own programs are not on this machine")
                with _named("BENCH_POSTGRES_URL", made.url):
                    if isinstance(made, Pair):
                        yield from _registry(folder, disk, cylinders, two=made)
                    else:
                        yield from _registry(folder, disk, cylinders, one=made)


def _registry(
    folder: Path, disk: Disk | None, cylinders: int, one: Cluster | None = None, two: Pair | None = None
) -> Iterator[Place]:
    with fresh_registry(folder / "disk"):
        reference_rows.load()
        cast.build()
        given = {"station_id": cast.unit("station").id, "number": "1", "medium": "lpg"}
        stations.register_gun(cast.actor("filling"), given)
        secrets = {login: accounts.create_token(cast.actor(login), "rig", 30) for login in acts.LOGINS}
        limits = accounts.Limits(5, 15)
        secrets |= {who: accounts.sign_in(who, cast.PASSWORD, "127.0.0.1", limits)[0] for who in acts.BROWSERS}
        used = gun_history.cylinders(cylinders)
        random.Random(1).shuffle(used)
        world = acts.World(deque(used), _elevators(), cast.unit("property").credit_code, current().label_keys)
        db.session.remove()
        db.engine.dispose()
        server = Server(folder)
        try:
            yield Place(server, world, secrets, one, disk, two)
        finally:
            server.end()
            db.session.remove()
            db.engine.dispose()


def _elevators() -> list[str]:
    made, unit = [], cast.unit("property").id
    with transaction() as session:
        for number in range(ELEVATORS):
            row = Elevator(
                label_code=labels.fresh_code(), kind=acts.KIND, status="in_use", address=f"汴河中路{number + 1}号",
                area_code="341302", use_unit_id=unit, lat=acts.PLACE[0], lon=acts.PLACE[1],
            )  # fmt: skip
            session.add(row)
            session.flush()
            labels.attach(session, row)
            session.add(ElevatorStatus(elevator_id=row.id, status=row.status, since=SINCE))
            session.add(Contract(elevator_id=row.id, company_id=cast.unit("company").id, since=SINCE))
            made.append(row.label_code)
    return made


@contextmanager
def _disk(folder: Path) -> Iterator[Disk | None]:
    """A file system of its own on this folder where this user may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "registry-rig", str(folder)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=False)


@contextmanager
def _named(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
