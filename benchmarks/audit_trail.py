"""`flask audit verify` over a trail of years: microseconds an event, against hashing lines of about that length."""

from __future__ import annotations

import gc
import hashlib
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import gun_history
from benchmarks.harness import Taken, fresh_registry, full, told
from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.models import TrailEntry
from registry.queries import seals as queries
from registry.services import seals

EVENTS = {False: 100_000, True: 10_000_000}


def verify() -> Taken:
    """Microseconds an event; 30 are ten million in five minutes."""
    count = EVENTS[full()]
    with fresh_registry() as app:
        told("entries", lambda: gun_history.load((TrailEntry,), {TrailEntry: _entries(count)}))
        told("seals", lambda: seals.seal(SYSTEM))
        db.session.remove()
        db.engine.dispose()
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # from here on the most counts anew
        before = _most_memory()
        wall, own = time.perf_counter(), time.process_time()
        problems = list(queries.verify(SYSTEM))
        wall, own = time.perf_counter() - wall, time.process_time() - own
        if problems:
            raise RuntimeError(f"{app.name}: {problems[:3]}")
    found = f"  {count} events in {wall:.0f} s, {count / wall:,.0f} a second; {count / own:,.0f} a second of own time; "
    found += f"at most {_most_memory():.0f} MB, {before:.0f} MB before"
    print(found, file=sys.stderr, flush=True)
    return Taken(wall / count * 1e6, _hashed(count) / count * 1e6)


def _most_memory() -> float:
    """The most megabytes that this process has held since it was last asked to count anew."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def _entries(count: int) -> Iterator[dict[str, Any]]:
    """Fills, as the trail keeps them."""
    now = clock.now() - timedelta(days=400)
    for number in range(count):
        cylinder = number % 1_000_000
        yield {
            "id": gun_history.FIRST + number, "at": gun_history.written(now + timedelta(milliseconds=number)),
            "act": "filling.recorded", "subject": "filling", "subject_id": number, "person_id": number % 900,
            "unit_id": number % 120, "role": "filler", "request_id": f"{number:016x}",
            "data": f'{{"cylinder_id": {cylinder}, "net_g": 14100, "pressure_kpa": null, "verdict": "allow"}}',
        }  # fmt: skip


def _hashed(count: int) -> float:
    begun = time.perf_counter()
    for number in range(count):
        hashlib.sha256(b"%0150d" % number).digest()
    return time.perf_counter() - begun
