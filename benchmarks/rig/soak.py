"""`python -m benchmarks.rig.soak`: half of the most that the server can do, for a long time, and nothing may grow.

    DURATION=30            minutes
    DATABASES=sqlite       `sqlite postgresql`, or one of them
    WARM_UP=5              minutes before the first figure counts: caches fill up

Pages, lists, spreadsheets and everything the rig's callers write. First the most is measured, for a minute. One JSON
line a database: memory (PSS, shared pages counted once), open files and connections at the beginning and at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.rig.callers import Callers
from benchmarks.rig.place import Place, place

CALLERS = 6
MOST_SECONDS = 60
EVERY_SECONDS = 5
GROWTH = 1.05
CYLINDERS_A_MINUTE = 2_000


@dataclass(frozen=True)
class Sample:
    """At one moment: bytes of the web server and of the worker of the jobs, open files, connections to PostgreSQL."""

    web: int
    jobs: int
    handles: int
    connections: int


def sample(here: Place) -> Sample:
    """What the processes hold now."""
    assert here.server.master is not None
    assert here.server.jobs is not None
    web, jobs = [here.server.master.pid, *here.server.workers()], here.server.jobs.pid
    connections = len(here.cluster.backends()) if here.cluster else 0
    handles = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (*web, jobs))
    return Sample(sum(map(memory, web)), memory(jobs), handles, connections)


def memory(pid: int) -> int:
    """The memory of a process in bytes, what it shares divided by those who share it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def soak(database: str, minutes: float, warm_up: float) -> dict[str, Any]:
    """The figures of one database.

    Raises:
        LookupError: this machine has no PostgreSQL of its own.
    """
    cylinders = int(CYLINDERS_A_MINUTE * (minutes + warm_up + 2))
    with place(database, cylinders) as here:
        here.server.start()
        here.server.start_jobs()
        scripts = [*here.world.scripts(), *here.world.looking()]
        callers = Callers(here.server.port, here.secrets, scripts, CALLERS)
        callers.start()
        callers.go()
        most = _rate(callers, MOST_SECONDS)
        callers.gap = CALLERS / (most / 2)
        _rate(callers, warm_up * 60)
        workers, samples, before = here.server.workers(), [sample(here)], len(callers.log.sent)
        begun = time.monotonic()
        while time.monotonic() - begun < minutes * 60:
            time.sleep(EVERY_SECONDS)
            samples.append(sample(here))
        rate = (len(callers.log.sent) - before) / (time.monotonic() - begun)
        callers.hold()
        callers.stop()
        wrong = [f"{status}: {count}" for status, count in callers.log.answers.items() if status not in (200, 201, 422)]
        wrong += callers.log.odd
        if workers != here.server.workers():
            wrong.append("a worker was replaced")
    return _told(database, minutes, most, rate, samples, wrong)


def _rate(callers: Callers, seconds: float) -> float:
    """Requests a second over so many seconds."""
    before, begun = len(callers.log.sent), time.monotonic()
    time.sleep(seconds)
    return (len(callers.log.sent) - before) / (time.monotonic() - begun)


def _told(
    database: str, minutes: float, most: float, rate: float, samples: Sequence[Sample], wrong: Sequence[str]
) -> dict[str, Any]:
    part = max(1, len(samples) // 5)
    first, last = samples[:part], samples[-part:]

    def ends(name: str) -> tuple[float, float]:
        """The median of the first and of the last fifth."""
        return median(getattr(one, name) for one in first), median(getattr(one, name) for one in last)

    figures = {name: ends(name) for name in ("web", "jobs", "handles", "connections")}
    growth = max(after / before for before, after in figures.values() if before)
    return {
        "name": f"soak_{database}", "value": round(growth, 3), "unit": "x", "bar": GROWTH,
        "ok": growth <= GROWTH and not wrong, "minutes": minutes, "most_a_second": round(most, 1),
        "requests_a_second": round(rate, 1),
        **{f"{name}_mb": [round(value / 1e6, 1) for value in figures[name]] for name in ("web", "jobs")},
        **{name: [round(value) for value in figures[name]] for name in ("handles", "connections")},
        "errors": list(wrong)[:20],
    }  # fmt: skip


def main() -> int:
    """Soak and say whether all stayed as it was."""
    minutes, warm_up = float(os.environ.get("DURATION") or 30), float(os.environ.get("WARM_UP") or 5)
    fine = True
    for database in os.environ.get("DATABASES", "sqlite postgresql").split():
        print(f"{database}: {minutes:.0f} minutes ...", file=sys.stderr, flush=True)
        with suppress(LookupError):
            found = soak(database, minutes, warm_up)
            print(json.dumps(found, ensure_ascii=False), flush=True)
            fine = fine and found["ok"]
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
