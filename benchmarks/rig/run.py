"""One run of the rig: load, faults one after the other, and after each round of them the checks."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.rig import checks
from benchmarks.rig.callers import Callers, Sent
from benchmarks.rig.faults import Fault, Faults, deck
from benchmarks.rig.place import Place, place
from registry.db import db
from registry.models import TrailEntry

CALLERS = 6
ROUND = 10  # faults between two checks
CALM_SECONDS = (0.05, 0.5)  # of load before each fault
CYLINDERS_A_FAULT = 150
# wal_writer_delay is 200 ms; what is written without waiting is on the disk three of them later.
UNSYNCED_SECONDS = 1.0


@dataclass
class Run:
    """What a run came to; `problems` is empty when nothing was lost, doubled or wrong."""

    database: str
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    slowest: float = 0.0  # seconds until everybody was answered again
    lost_scans: int = 0  # with the database's machine, in the second before it went down
    # When faults that may take scans with them began, and when everybody was answered again.
    crashes: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As one JSON line."""
        count = sum(self.faults.values())
        return {
            "name": f"rig_{self.database}", "value": len(self.problems), "unit": "problems", "bar": 0,
            "ok": not self.problems, "faults": count, "by_kind": dict(self.faults.most_common()),
            "left_out": self.left_out, "seed": self.seed, **self.figures,
            "scans_lost_with_the_machine": self.lost_scans, "slowest_recovery_s": round(self.slowest, 1),
            "problems": self.problems[:20],
        }  # fmt: skip


def run(database: str, count: int, seed: int, only: Sequence[str] = ()) -> Run:
    """`count` faults on `sqlite`, `postgresql` or `replicated`; `only`: of these kinds.

    Raises:
        LookupError: this machine has no PostgreSQL of its own, or there is no such fault here.
    """
    made, rng, begun = Run(database, seed), random.Random(seed), time.monotonic()
    with place(database, max(2_000, count * CYLINDERS_A_FAULT)) as here:
        here.server.start()
        here.server.start_jobs()
        callers = Callers(here.server.port, here.secrets, here.world.scripts(), CALLERS)
        breaking = Faults(here, callers, rng)
        possible, made.left_out = [one for one in breaking.all() if not only or one.name in only], breaking.left_out
        if not possible:
            raise LookupError(f"there is no fault of {' '.join(only)} here")
        chosen = list(deck(possible, count, rng))
        callers.start()
        looks = _Looks(made, here, callers)
        for start in range(0, len(chosen), ROUND):
            callers.go()
            for fault in chosen[start : start + ROUND]:
                _happen(fault, made, callers, rng)
            callers.hold()
            looks.after_round(last=start + ROUND >= len(chosen))
        callers.stop()
        made.figures = _figures(callers, time.monotonic() - begun)
    return made


def _happen(fault: Fault, made: Run, callers: Callers, rng: random.Random) -> None:
    time.sleep(rng.uniform(*CALM_SECONDS))
    if fault.loses_scans:
        made.crashes.append(time.monotonic())
    made.faults[fault.name] += 1
    try:
        fault.happen()
    except Exception as error:  # the run goes on, and says so
        made.problems.append(f"{fault.name}: {error!r}")
        print(f"    {made.problems[-1]}", file=sys.stderr, flush=True)
    seconds = callers.recovered()
    if fault.loses_scans:
        # On a busy machine the other processes of the database end a while after the one that was killed.
        made.crashes.append(time.monotonic())
    if seconds is None:
        made.problems.append(f"{fault.name}: not everybody is answered again after a minute")
    else:
        made.slowest = max(made.slowest, seconds)


class _Looks:
    """The checks of a run; what was looked at once is not read again until the end."""

    def __init__(self, made: Run, here: Place, callers: Callers) -> None:
        self.made, self.here, self.callers = made, here, callers
        self.seen, self.odd, self.file, self.rounds = 0, 0, 0, 0

    def after_round(self, last: bool) -> None:
        sent = self.callers.log.sent
        new, self.seen = sent[self.seen :], len(sent)
        found = [*self.callers.log.odd[self.odd :]]
        self.odd = len(self.callers.log.odd)
        self.rounds += 1
        found += checks.of_acts(sent if last else new)
        found += self._scans(sent if last else new)
        found += checks.of_everything(sent)
        wrong, self.file = checks.of_files(0 if last else self.file)
        found += wrong
        if last or self.rounds % 10 == 1:
            found += checks.of_seals()
            found += checks.of_storage()
        if last and self.here.cluster is not None:
            db.session.remove()
            found += filter(None, [self.here.cluster.sound()])
        found += self._jobs()
        self.made.problems += found
        db.session.remove()
        db.engine.dispose()
        at = sum(self.made.faults.values())
        print(f"  {at} faults, {self.seen} acts, {len(found)} new problems", file=sys.stderr, flush=True)
        for problem in found[:10]:
            print(f"    {problem}", file=sys.stderr, flush=True)

    def _scans(self, sent: Iterable[Sent]) -> list[str]:
        """Scans may go with the database's machine, but for no other reason."""
        problems, lost = [], checks.lost_scans(sent)
        for one in lost:
            if not self._with_machine(one.answered_at):
                problems.append(f"scan {one.answer['id']}: acknowledged, but not there")
        self.made.lost_scans = max(self.made.lost_scans, len(lost))
        return problems

    def _with_machine(self, at: float) -> bool:
        """Whether the machine went down during the second after."""
        falls = zip(self.made.crashes[::2], self.made.crashes[1::2], strict=True)
        return any(began - UNSYNCED_SECONDS <= at <= ended for began, ended in falls)

    def _jobs(self) -> list[str]:
        """The worker of the jobs outlives everything but being killed."""
        if self.here.server.jobs is None or self.here.server.jobs.poll() is None:
            return []
        self.here.server.start_jobs()
        return ["the worker of the jobs has ended by itself"]


def _figures(callers: Callers, seconds: float) -> dict[str, Any]:
    sent, answers = callers.log.sent, callers.log.answers
    kinds = Counter(one.act.kind for one in sent if one.ok)
    rows = sum(len(one.act.body["fillings"]) for one in sent if one.act.kind == "batch")
    return {
        "acknowledged": sum(kinds.values()) + rows - kinds["batch"],
        "acts": dict(kinds.most_common()),
        "sent_again": sum(one.attempts > 1 for one in sent),
        "without_answer": answers[0],
        "answered_503": answers[503],
        "answered_500": answers[500],
        "refused_by_clock": sum(not one.ok for one in sent),
        "trail": checks.size(TrailEntry),
        "seconds": round(seconds),
    }
