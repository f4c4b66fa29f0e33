"""One measure: how it is taken, what it is held against, and the line that is printed of it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from blueprints.app import create_app
from registry import settings
from registry.db import db, tidy

YARDSTICK_ROWS = 200_000


@dataclass(frozen=True)
class Taken:
    """What a measure found: its value, and the reference taken in the same run."""

    value: float
    reference: float


@dataclass(frozen=True)
class Measure:
    """A measure with its bar: the value must not be above it. `full_only`: the bar holds for FULL=1 alone."""

    name: str
    unit: str
    bar: float
    take: Callable[[], Taken | None]
    full_only: bool = False


def full() -> bool:
    """Whether the sizes of the product's promise are asked for."""
    return os.environ.get("FULL") == "1"


def line(measure: Measure, taken: Taken) -> tuple[str, bool]:
    """The JSON line of a measure, and whether its bar is kept. `bar` is null where the size was not the full one."""
    bar = None if measure.full_only and not full() else measure.bar
    ok = bar is None or taken.value <= bar
    found = {
        "name": measure.name,
        "value": round(taken.value, 3),
        "unit": measure.unit,
        "reference": round(taken.reference, 3),
        "ratio": round(taken.value / taken.reference, 2) if taken.reference else None,
        "bar": bar,
        "ok": ok,
    }
    return json.dumps(found), ok


@contextmanager
def fresh_registry(under: Path | None = None) -> Iterator[Flask]:
    """A migrated, empty registry in a folder (and, with BENCH_POSTGRES_URL, a database) that is thrown away."""
    with (
        TemporaryDirectory(prefix="registry-bench-", dir=under) as folder,
        _database(Path(folder)) as url,
        _app(folder, url) as app,
        app.app_context(),
    ):
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def copied(app: Flask) -> Iterator[Flask]:
    """Another registry with the same rows, without the files they name; thrown away as well."""
    with app.app_context():
        tidy()
        source = db.engine.url.database or ""
        db.session.remove()
        db.engine.dispose()
    with (
        TemporaryDirectory(prefix="registry-bench-") as folder,
        _database(Path(folder), source) as url,
        _app(folder, url) as other,
    ):
        yield other
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _app(folder: str, url: str) -> Iterator[Flask]:
    before = {name: os.environ.get(name) for name in ("REGISTRY_INSTANCE_DIR", "REGISTRY_DATABASE_URL")}
    os.environ["REGISTRY_INSTANCE_DIR"] = folder
    os.environ["REGISTRY_DATABASE_URL"] = url
    try:
        yield create_app(settings.load())
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _database(folder: Path, source: str = "") -> Iterator[str]:
    """The URL of a new database, with the rows of another where one is named."""
    server = os.environ.get("BENCH_POSTGRES_URL")
    if not server:
        if source:
            shutil.copy(source, folder / "registry.sqlite3")
        yield f"sqlite:///{folder / 'registry.sqlite3'}"
        return
    name = f"registry_bench_{os.getpid()}{'_copy' if source else ''}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {source}" if source else "")))
    try:
        yield admin.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def told(label: str, work: Callable[[], object]) -> None:
    """Do a part of the preparation and say on standard error how long it took."""
    print(f"  {label} {seconds(work):.1f} s", file=sys.stderr, flush=True)


def answered(answer: Any) -> None:
    """RuntimeError when a page did not open: its time would be of something else."""
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")


def typical_milliseconds(work: Callable[[], object], times: int = 15, warm_up: int = 3) -> float:
    """The median of many, after a few that do not count."""
    for _ in range(warm_up):
        work()
    return median(seconds(work) for _ in range(times)) * 1000


def yardstick() -> float:
    """Seconds that this machine takes for plain work of the same kind: 200,000 rows made and put into SQLite."""

    def work() -> None:
        with TemporaryDirectory(prefix="registry-bench-") as folder, closing(sqlite3.connect(f"{folder}/y")) as base:
            base.execute("CREATE TABLE y (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER)")
            rows = ((n, f"{n:08d}", json.dumps({"n": n, "text": str(n)}), n % 97) for n in range(YARDSTICK_ROWS))
            base.executemany("INSERT INTO y VALUES (?, ?, ?, ?)", rows)
            base.execute("CREATE INDEX y_c ON y (c, a)")
            base.commit()

    return seconds(work)
