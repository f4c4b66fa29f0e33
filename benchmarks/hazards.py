"""Twenty thousand major hazards with their whole ledgers: the board, what is proposed, a circular with its papers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, func, select

from benchmarks.harness import Taken, fresh_registry, full, seconds, typical_milliseconds
from registry import clock
from registry.bulk import insert_rows
from registry.db import db, tidy, transaction
from registry.documents.office import issued
from registry.models import Hazard, HazardStep
from registry.services import accounts, circulars
from seeds import cast as people
from seeds import reference_rows

AREAS = ("341302", "341321", "341322", "341323", "341324")
# (verb, state it leads to, days after the finding): the road of a hazard of the county's list.
ROAD = (
    ("report", "DRAFT", 0),
    ("submit", "PENDING_RECOGNITION", 0),
    ("recognise", "LISTED", 1),
    ("assign", "ASSIGNED", 2),
    ("sign_for", "PLAN_DUE", 3),
    ("file_plan", "PLAN_REVIEW", 6),
    ("approve_plan", "RECTIFYING", 8),
    ("report_progress", "RECTIFYING", 14),
    ("request_closing", "CLOSE_REQUESTED", 22),
    ("accept_request", "VERIFYING", 23),
    ("pass_verification", "COUNTY_REVIEW", 25),
    ("sign_county", "COUNTY_REVIEW", 26),
    ("sign_county_second", "NOTICE", 27),
    ("close", "CLOSED", 36),
)
OPEN_DAYS = 400  # of the newest findings some are still on their way


@cache
def _taken() -> dict[str, Taken]:
    with fresh_registry() as app:
        reference_rows.load()
        people.build()
        _hazards(20_000 if full() else 2_000)
        tidy()
        return _looked(app)


def _looked(app: Flask) -> dict[str, Taken]:
    secret, _ = accounts.sign_in("section", people.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
    browser = app.test_client()
    browser.set_cookie("registry_session", secret)

    def page(path: str) -> None:
        answer = browser.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    reference = typical_milliseconds(lambda: page("/healthz"))
    found = {
        "hazard_board": Taken(typical_milliseconds(lambda: page("/hazards/"), 7), reference),
        "hazard_proposals": Taken(typical_milliseconds(lambda: page("/circulars/escalations"), 5), reference),
    }
    found["hazard_circular"] = Taken(seconds(_circular), reference / 1000)
    return found


def _circular() -> None:
    """A month's circular with its ranking and named items, as Word and as PDF."""
    actor, today = people.actor("section"), clock.today()
    paper = circulars.issue(actor, {"since": today.replace(day=1), "until": today})
    for form in ("docx", "pdf"):
        issued.file(actor, paper.id, form)


def _hazards(count: int) -> None:
    """Rows as the verbs would have left them, written at once."""
    rng = random.Random(1)
    today = clock.today()
    unit = people.unit("property").id
    hazards, steps = [], []
    with transaction() as session:
        first = session.scalar(select(func.coalesce(func.max(Hazard.id), 0))) + 1
        for place in range(count):
            found_on = today - timedelta(days=rng.randrange(1, 6 * 365))
            fresh = (today - found_on).days < OPEN_DAYS and rng.random() < 0.3
            length = rng.randrange(3, len(ROAD)) if fresh else len(ROAD)
            hazard = _hazard(first + place, place, found_on, length, unit, today, rng)
            hazards.append(hazard)
            steps += _steps(hazard, found_on, length, unit)
        insert_rows(session, cast(Table, Hazard.__table__), hazards)
        insert_rows(session, cast(Table, HazardStep.__table__), steps)
    db.session.remove()


def _hazard(
    number: int, place: int, found_on: date, length: int, unit: int, today: date, rng: random.Random
) -> dict[str, Any]:
    state = ROAD[length - 1][1]
    due = found_on + timedelta(days=35)
    closed = found_on + timedelta(days=ROAD[-1][2]) if state == "CLOSED" else None
    return {
        "id": number,
        "no": f"ZDYH-341300-{found_on.year}-B{place:05d}",
        "title": f"{place}号电梯门锁安全回路被短接",
        "description": "检查发现层门门锁安全回路被短接，电梯仍在运行",
        "source": "routine_inspection",
        "state": state,
        "level": "major",
        "list_level": "county",
        "is_severe": True,
        "is_major": True,
        "clauses": ["4.6b"],
        "found_on": found_on,
        "unit_id": unit,
        "area_code": rng.choice(AREAS),
        "possible_accident": "",
        "interim_measures": "停用",
        "stop_use": state != "CLOSED",
        "responsible_person": "",
        "responsible_phone": "",
        "round": 1,
        "original_due_on": due,
        "due_on": due,
        "state_since": min(today, found_on + timedelta(days=ROAD[length - 1][2])),
        "listed_on": found_on + timedelta(days=1),
        "closed_on": closed,
        "escalation_level": 0,
        "version": length,
    }


def _steps(hazard: dict[str, Any], found_on: date, length: int, unit: int) -> list[dict[str, Any]]:
    found, before = [], ""
    for verb, state, after in ROAD[:length]:
        day = found_on + timedelta(days=after)
        found.append(
            {
                "hazard_id": hazard["id"],
                "round": 1,
                "verb": verb,
                "source": before,
                "target": state,
                "at": datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
                "done_on": day,
                "due_on": hazard["due_on"] if after >= 2 else None,
                "unit_id": unit,
                "role": "inspector_county",
                "data": {"coordinating_party": unit} if verb == "assign" else {},
            }
        )
        before = state
    return found


def _of(name: str) -> Callable[[], Taken]:
    return lambda: _taken()[name]


TAKES = {
    "hazard_board": ("ms", 300, _of("hazard_board")),
    "hazard_proposals": ("ms", 300, _of("hazard_proposals")),
    "hazard_circular": ("s", 10, _of("hazard_circular")),
}
