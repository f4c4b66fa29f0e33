"""96366: the desk while forty calls run, and the figures of three years, over a register with three years of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, cast

from sqlalchemy import Table

from benchmarks import rescue
from benchmarks.harness import Taken, fresh_registry, full, typical_milliseconds
from registry import clock
from registry.bulk import insert_rows
from registry.db import Base, db, tidy, transaction
from registry.models import Call, CallDispatch, Contract, Elevator, RescueEnrolment, Unit
from registry.queries import call_desk, call_statistics
from registry.rules import calls as rules
from seeds import cast as people
from seeds import reference_rows

# Elevators, and calls in three years: ten a hundred elevators and year (elevators.md §6.5).
SIZES = {False: (2_500, 800), True: (25_000, 8_000)}
DAYS = 3 * 365
RUNNING = 40
BAR_MS = 200
CAUSES = ("misuse_debris", "misuse_other", "equipment_door", "external_power_cut")


@cache
def _taken() -> dict[str, Taken]:
    with fresh_registry():
        reference_rows.load()
        people.build()
        _fill(Random(3), *SIZES[full()])
        tidy()
        actor, today = people.actor("desk"), clock.today()
        since = today - timedelta(days=DAYS)
        read = typical_milliseconds(lambda: _look(lambda: db.session.execute(db.select(Call.id)).all()), 9)
        return {
            "call_desk": Taken(typical_milliseconds(lambda: _look(lambda: call_desk.board(actor)), 9), read),
            "call_statistics": Taken(
                typical_milliseconds(lambda: _look(lambda: call_statistics.of(actor, since, today)), 5), read
            ),
        }


def _look(ask: Callable[[], Any]) -> None:
    ask()
    db.session.rollback()


def _fill(rng: Random, elevators: int, calls: int) -> None:
    places = {code: [rescue.around(rng, middle, 0.05) for _ in range(900)] for code, middle in rescue.TOWNS.items()}
    lifts = [rescue.elevator(rng, number, places) for number in range(elevators)]
    company = people.unit("company").id
    with transaction() as session:
        put: Callable[[type[Base], Iterable[dict[str, Any]]], None] = lambda model, rows: insert_rows(  # noqa: E731
            session, cast(Table, model.__table__), list(rows)
        )
        put(Unit, rescue.units())
        put(Elevator, lifts)
        put(Contract, ({"elevator_id": row["id"], "company_id": company, "since": rescue.SINCE} for row in lifts))
        put(
            RescueEnrolment,
            ({"elevator_id": row["id"], "code": row["rescue_code"], "since": rescue.SINCE} for row in lifts),
        )
        made = [_call(rng, number, rng.choice(lifts), number < RUNNING) for number in range(calls)]
        put(Call, made)
        put(CallDispatch, (_dispatch(number, row, company) for number, row in enumerate(made)))
    db.session.remove()


def _call(rng: Random, number: int, lift: dict[str, Any], runs: bool) -> dict[str, Any]:
    now = clock.now()
    received = now - timedelta(minutes=rng.randrange(30)) if runs else now - timedelta(days=rng.uniform(1, DAYS))
    arrived = None if runs else received + timedelta(minutes=rng.uniform(4, 40))
    freed = arrived + timedelta(minutes=3) if arrived else None
    return {
        "id": 1_000 + number,
        "no": f"JY-1999-{number:06d}",
        "source": "phone_96366",
        "kind": rules.ENTRAPMENT if rng.random() < 0.6 else rules.FAULT,
        "drill": False,
        "received_at": received,
        "received_on": clock.day_of(received),
        "taken_at": received,
        "caller": "",
        "elevator_id": lift["id"],
        "area_code": lift["area_code"],
        "place": lift["address"],
        "note": "",
        "trapped": 1,
        "vulnerable": [],
        "injured": 0,
        "state": "dispatched" if runs else "closed",
        "level": 1,
        "dispatched_at": received,
        "accepted_at": arrived,
        "arrived_at": arrived,
        "released_at": freed,
        "cause": None if runs else rng.choice(CAUSES),
        "closed_at": freed,
        "version": 1,
    }


def _dispatch(number: int, call: dict[str, Any], company: int) -> dict[str, Any]:
    received: datetime = call["received_at"]
    answered = received + timedelta(seconds=50) if call["arrived_at"] else None
    return {
        "id": 1_000 + number,
        "call_id": call["id"],
        "unit_id": company,
        "level": 1,
        "role": "maintenance",
        "contact": "",
        "contact_phone": "",
        "dispatched_at": received,
        "answered_at": answered,
        "departed_at": answered,
        "arrived_at": call["arrived_at"],
        "reason": "",
    }


TAKES: dict[str, Callable[[], Taken]] = {
    name: cast(Callable[[], Taken], lambda name=name: _taken()[name]) for name in ("call_desk", "call_statistics")
}
