"""Measures, their registry, and a registry application over a database of its own."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from flask import Flask


@dataclass(frozen=True)
class Measure:
    """A figure beside a reference taken in the same run; `ok` says whether it keeps its bar."""

    name: str
    value: float
    unit: str
    reference: float
    ratio: float
    bar: float
    ok: bool


MEASURES: dict[str, Callable[[], Measure]] = {}


def measure(function: Callable[[], Measure]) -> Callable[[], Measure]:
    """Register a measure under its function's name."""
    MEASURES[function.__name__] = function
    return function


def at_most(name: str, value: float, unit: str, reference: float, bar: float) -> Measure:
    """A measure that must not exceed its bar."""
    return Measure(name, round(value, 3), unit, round(reference, 4), round(value / reference, 3), bar, value <= bar)


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_ms(work: Callable[[], object], runs: int = 9) -> float:
    """The median of several runs in milliseconds, the first one left out."""
    work()
    return statistics.median(seconds(work) for _ in range(runs)) * 1000


def full_scale() -> bool:
    """Whether the whole city is asked for."""
    return os.environ.get("SCALE") == "full"


@contextmanager
def application() -> Iterator[Flask]:
    """The application over an empty, migrated database with the cast."""
    from flask_migrate import upgrade

    from blueprints.app import create_app
    from seeds import cast, reference_rows

    with tempfile.TemporaryDirectory() as folder:
        os.environ["REGISTRY_INSTANCE_DIR"] = folder
        os.environ["REGISTRY_DATABASE_URL"] = os.environ.get(
            "BENCH_DATABASE_URL", f"sqlite:///{folder}/registry.sqlite3"
        )
        app = create_app()
        app.add_url_rule("/bench/empty", "bench.empty", empty)
        with app.app_context():
            upgrade()
            reference_rows.load()
            cast.build()
        with app.app_context():
            yield app


def empty() -> dict[str, bool]:
    """The reference: a route that does nothing."""
    return {"ok": True}


empty.is_public = True  # type: ignore[attr-defined]


def main() -> int:
    """Run what was asked for, a line each."""
    wanted = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(MEASURES)
    unknown = set(wanted) - set(MEASURES)
    if unknown:
        sys.stderr.write(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}\n")
        return 2
    kept = True
    for name in wanted:
        found = MEASURES[name]()
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        sys.stdout.flush()
        kept = kept and found.ok
    return 0 if kept else 1
