"""The gun at work: scans, fills and batches of fills against the real server, with a city's history in the database.

Two gunicorn workers, sixteen callers in a process of their own. The history comes in two parts, a tenth and the rest,
and everything is measured after each: nothing may get slower by its own past. The reference is an empty Flask route
behind the same server, taken right before and after.

    GUN_WORKERS="--worker-class sync"   another kind of worker than the one chosen
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import gun_history
from benchmarks.harness import Taken, free_port, fresh_registry, full, told
from registry import clock, codes
from registry.db import db
from registry.services import accounts, stations
from registry.settings import current
from seeds import cast as people
from seeds import reference_rows

ROOT = Path(__file__).parent.parent
CALLERS = 16
DURATION = 8.0
SCANNED, FILLED, IN_BATCHES = 5_000, 4_000, 8_000
ROWS_A_BATCH = 200
WORKERS = "--worker-class sync"  # with one interpreter lock threads only wait for each other
SLICES = {"scan": 0, "fill": 1, "batch": 2}


class Gun:
    """One registry that the measures share; `found[name]`: the figures with a tenth of the history, and with all."""

    def __init__(self) -> None:
        self.found: dict[str, list[dict[str, Any]]] = {}
        self.empty: list[float] = []

    def cost(self, name: str) -> Taken:
        """How many empty requests one of these costs; the bar of a quarter is 4."""
        self._measured()
        rate, empty = self.found[name][-1]["rate"], self.empty[-1]
        return Taken(empty / rate, empty)

    def slowest(self, name: str) -> Taken:
        """The 99th percentile in milliseconds."""
        self._measured()
        return Taken(self.found[name][-1]["p99_ms"], self.found[name][-1]["p50_ms"])

    def each(self, name: str) -> Taken:
        """Milliseconds a row: 0.2 are five thousand rows a second."""
        self._measured()
        return Taken(1000 / self.found[name][-1]["rate"], 1000 / self.empty[-1])

    def grown(self, name: str) -> Taken:
        """How many times as long it takes with ten times the history."""
        self._measured()
        before, after = (empty / found["rate"] for found, empty in zip(self.found[name], self.empty, strict=True))
        return Taken(after / before, before)

    def _measured(self) -> None:
        if self.found:
            return
        with fresh_registry():
            reference_rows.load()
            people.build()
            for number in ("1", "2"):
                given = {"station_id": people.unit("station").id, "number": number, "medium": "lpg"}
                stations.register_gun(people.actor("filling"), given)
            token = accounts.create_token(people.actor("filler"), "bench", 1)
            made: list[str] = []
            told("cylinders", lambda: made.extend(gun_history.cylinders()))
            every = gun_history.all_turns()
            for stage, (first, last) in enumerate(((0, every // 10), (every // 10, every))):
                told(f"turns {first} to {last}", partial(gun_history.turns, first, last))
                self._look(_Sent(made, token, stage))

    def _look(self, sent: _Sent) -> None:
        with served("benchmarks.bare:app") as port:
            before = drive(port, "/", {}, ["{}"], DURATION / 2)["rate"]
        gun_history.prechecks(sent.positions("scan", SCANNED), f"p{sent.stage}-")
        db.session.remove()
        db.engine.dispose()
        with served("wsgi:app") as port:
            found = {
                "gun_scan": sent.drive(port, "/api/v1/scans", sent.scans(), DURATION),
                "gun_fill": sent.drive(port, "/api/v1/fillings", sent.fills("fill", FILLED), 0),
            }
            if "gun_batch" in NAMES:
                found["gun_batch"] = sent.drive(port, "/api/v1/fillings/batch", sent.batches(), 0)
                found["gun_batch"]["rate"] *= ROWS_A_BATCH
        with served("benchmarks.bare:app") as port:
            after = drive(port, "/", {}, ["{}"], DURATION / 2)["rate"]
        self.empty.append((before + after) / 2)
        for name, figures in found.items():
            self.found.setdefault(name, []).append(figures)
            print(
                f"  {name} {figures['rate']:.0f}/s, {figures['rate'] / self.empty[-1]:.3f} of {self.empty[-1]:.0f}/s, "
                f"p50 {figures['p50_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms",
                file=sys.stderr,
                flush=True,
            )


class _Sent:
    """What the gateways send in one round; every round and kind has cylinders of its own."""

    def __init__(self, made: list[str], token: str, stage: int) -> None:
        self.made, self.token, self.stage = made, token, stage
        self.keys = current().label_keys
        at = clock.now() - timedelta(minutes=10)
        self.plain = {
            "gun": "1", "medium": "lpg", "checks": gun_history.checks(), "purged": True, "gross_before_g": 16_900,
            "gross_after_g": 31_000, "started_at": at.isoformat(), "ended_at": (at + timedelta(minutes=3)).isoformat(),
            "filler": "filler", "checker": "checker",
        }  # fmt: skip

    def positions(self, kind: str, count: int) -> list[int]:
        """Cylinders spread over the whole register."""
        lane = SLICES[kind] * 2 + self.stage
        return [(n * 2 * len(SLICES) + lane) * 7919 % len(self.made) for n in range(count)]

    def _code(self, position: int) -> str:
        code = self.made[position]
        return f"{code}.{codes.mac(code, self.keys)}"

    def scans(self) -> list[str]:
        return [
            json.dumps({"code": self._code(position), "purpose": "fill", "gun": "1", "medium": "lpg"})
            for position in self.positions("scan", SCANNED)
        ]

    def _fill(self, position: int) -> dict[str, Any]:
        return {"ref": str(uuid.uuid4()), "code": self._code(position), **self.plain}

    def fills(self, kind: str, count: int) -> list[str]:
        return [json.dumps(self._fill(position)) for position in self.positions(kind, count)]

    def batches(self) -> list[str]:
        count = IN_BATCHES * (3 if full() else 1)
        rows = [self._fill(position) for position in self.positions("batch", count)]
        return [json.dumps({"fillings": rows[start : start + ROWS_A_BATCH]}) for start in range(0, count, ROWS_A_BATCH)]

    def drive(self, port: int, path: str, bodies: list[str], duration: float) -> dict[str, Any]:
        """Drive one route; everything must have been allowed, or the figure is of something else."""
        found = drive(port, path, {"Authorization": f"Bearer {self.token}"}, bodies, duration)
        rows = ROWS_A_BATCH if path.endswith("batch") else 1
        if found["allowed"] != found["requests"] * rows or not set(found["statuses"]) <= {"200", "201"}:
            raise RuntimeError(f"{path}: {found}")
        return found


def drive(port: int, path: str, headers: dict[str, str], bodies: list[str], duration: float) -> dict[str, Any]:
    """What the callers found; `rate` is requests a second."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"path": path, "headers": headers, "bodies": bodies}, file)
        file.flush()
        command = [sys.executable, "-m", "benchmarks.load", str(port), str(CALLERS), str(duration), file.name]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "rate": found["requests"] / found["seconds"]}


@contextmanager
def served(application: str) -> Iterator[int]:
    """Two workers of gunicorn over the registry of the environment."""
    port = free_port()
    kind = os.environ.get("GUN_WORKERS", WORKERS).split()
    # Loaded before the port opens: on a busy machine the loading would be measured instead.
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--preload", *kind, "--keep-alive", "30"]
    server = subprocess.Popen(
        [*command, "--workers", "2", "--log-level", "warning", "--bind", f"127.0.0.1:{port}", application], cwd=ROOT
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # the workers are forked
            return
    raise RuntimeError("the server did not start")


_gun = Gun()
# The bar for batches is PostgreSQL's: SQLite has one writer, and sixteen batches wait for each other.
NAMES = ("gun_scan", "gun_fill", "gun_batch") if os.environ.get("BENCH_POSTGRES_URL") else ("gun_scan", "gun_fill")
SLOWEST = partial(_gun.slowest, "gun_scan")
BATCH = {"gun_batch": partial(_gun.each, "gun_batch")} if "gun_batch" in NAMES else {}
GROWTH = {f"{name}_growth": partial(_gun.grown, name) for name in NAMES}


def costs() -> dict[str, tuple[float, Callable[[], Taken]]]:
    """How many empty requests a scan and a fill may cost: 1 / 0.25 (PostgreSQL 1 / 0.15), 1 / 0.10."""
    scan = 1 / 0.15 if os.environ.get("BENCH_POSTGRES_URL") else 1 / 0.25
    return {"gun_scan": (scan, partial(_gun.cost, "gun_scan")), "gun_fill": (10, partial(_gun.cost, "gun_fill"))}
