"""Scans at the gun over ten million cylinders with fifty million events in months, against a hundred thousand with half
a million: PostgreSQL, for FULL=1 alone.

Both registers lie side by side in one PostgreSQL of the bench's own and are scanned in turns, so that what else the
machine does strikes both. Every scan is of a cylinder that nobody has asked for before: what it reads has to be found
among everything. The reference is the p99 over the small register in milliseconds.

    TEN_MILLION_DIR=/var/tmp/x   keep what was loaded there (about 35 GB), and go on loading where it was broken off
    TEN_MILLION_MINUTES=3        stop loading after so many; without a bar the next run goes on
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from benchmarks import gun, gun_history, ten_million_rows
from benchmarks.harness import Taken, full
from benchmarks.rig.cluster import Cluster, programs
from blueprints.app import create_app
from registry import clock, codes, settings
from registry.actor import SYSTEM
from registry.db import db
from registry.services import accounts, partitions, stations
from registry.settings import current
from seeds import cast as people
from seeds import reference_rows

SIZES = {"small": 100_000, "big": 10_000_000}
SCANS, SECONDS, ROUNDS = 5_000, 8.0, 4
# A quarter of a modest server's memory; the log is put away as seldom as on a server that is loaded all day.
SETTINGS = {
    "shared_buffers": "4GB", "effective_cache_size": "12GB", "maintenance_work_mem": "1GB", "max_wal_size": "6GB",
    "min_wal_size": "1GB", "checkpoint_timeout": "15min", "max_parallel_maintenance_workers": "1",
    "random_page_cost": "1.1",
}  # fmt: skip


def take() -> Taken | None:
    """How many times as long the slowest hundredth of scans takes; None without FULL=1, without PostgreSQL's programs,
    or when the loading was broken off."""
    bin_folder = programs()
    if not full() or bin_folder is None:
        return None
    with _folder() as folder, _server(folder, bin_folder) as server:
        until = time.monotonic() + 60 * float(os.environ.get("TEN_MILLION_MINUTES") or 1e6)
        for name, count in SIZES.items():
            with _registry(server, folder, name) as fresh:
                if fresh:
                    _begin()
                if not ten_million_rows.load(count, until):
                    print(f"  {name}: the loading goes on with the next run", file=sys.stderr, flush=True)
                    return None
        return _scanned(server, folder)


def _scanned(server: Cluster, folder: Path) -> Taken:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SIZES}
    for _ in range(ROUNDS):
        for name, count in SIZES.items():
            with _registry(server, folder, name):
                found[name].append(_round(count))
                _say(name, found[name][-1])
    first, last = (median(one["p99_ms"] for one in found[name]) for name in SIZES)
    return Taken(last / first, first)


def _round(count: int) -> dict[str, Any]:
    """What one round of scans took; every one was allowed, or the figure is of something else."""
    token = accounts.create_token(people.actor("filler"), "bench", 1)
    chosen, keys = _positions(count), current().label_keys
    gun_history.prechecks(chosen, f"p{chosen[0]}-")
    made = ten_million_rows.codes_at(chosen)
    bodies = [
        f'{{"code": "{code}.{codes.mac(code, keys)}", "purpose": "fill", "gun": "1", "medium": "lpg"}}' for code in made
    ]
    db.session.remove()
    db.engine.dispose()
    with gun.served("wsgi:app") as port:
        found = gun.drive(port, "/api/v1/scans", {"Authorization": f"Bearer {token}"}, bodies, SECONDS)
    if found["allowed"] != found["requests"] or not set(found["statuses"]) <= {"200", "201"}:
        raise RuntimeError(f"scans: {found}")
    return found


def _positions(count: int) -> list[int]:
    """Cylinders that no round has asked for, spread over the whole register."""
    done = db.session.execute(text("SELECT count(*) FROM fill_cycle WHERE closed_at IS NULL")).scalar_one()
    return [(done + n) * 7919 % count for n in range(SCANS)]


def _say(name: str, found: dict[str, Any]) -> None:
    told = f"  {name}: {found['rate']:.0f}/s, p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms"
    print(told, file=sys.stderr, flush=True)


def _begin() -> None:
    """An empty register with its people, and a month of each table for all of the history."""
    upgrade()
    reference_rows.load()
    people.build()
    given = {"station_id": people.unit("station").id, "number": "1", "medium": "lpg"}
    stations.register_gun(people.actor("filling"), given)
    partitions.divide(SYSTEM, clock.today() - timedelta(days=gun_history.DAYS + 1))


@contextmanager
def _folder() -> Iterator[Path]:
    kept = os.environ.get("TEN_MILLION_DIR")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        Path(name).chmod(0o755)  # the database server is somebody else
        yield Path(name)


@contextmanager
def _server(folder: Path, bin_folder: Path) -> Iterator[Cluster]:
    made = Cluster(folder / "postgresql", bin_folder, SETTINGS)
    if (folder / "postgresql").exists():
        made.settle()
        made.start()
    else:
        made.make()
    try:
        yield made
    finally:
        made.stop("fast")


@contextmanager
def _registry(server: Cluster, folder: Path, name: str) -> Iterator[bool]:
    """The application over one of the two registers; whether it was made just now."""
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        there = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first()
        if there is None:
            connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    (folder / "instances" / name).mkdir(parents=True, exist_ok=True)
    given = {"REGISTRY_INSTANCE_DIR": str(folder / "instances" / name), "REGISTRY_DATABASE_URL": url}
    before = {key: os.environ.get(key) for key in given}
    os.environ.update(given)
    try:
        with create_app(settings.load()).app_context():
            yield there is None
            db.session.remove()
            db.engine.dispose()
    finally:
        for key, value in before.items():
            os.environ.pop(key)
            if value is not None:
                os.environ[key] = value
