"""Inspections for tests, made through the verbs on days of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.models import Capacity, Inspection
from registry.services import inspections
from seeds import cast

PERIODIC = {"kind": "periodic_inspection", "conclusion": "pass"}


def stand_on(monkeypatch: Any, day: date) -> None:
    """Let the registry's clock stand at the beginning of a day."""
    moment = clock.start_of(day)
    monkeypatch.setattr(clock, "now", lambda: moment)


def inspected(actor: Actor, elevator_id: int, day: date, **changes: Any) -> Inspection:
    """A passed periodic inspection of a day."""
    return inspections.record(actor, elevator_id, {**PERIODIC, "done_on": day, **changes})


def approve(session: Any, key: str, **changes: Any) -> None:
    """Let a unit of the cast self-test."""
    values = {"licence_no": "TS76", "licence_until": date(2030, 1, 1), "since": date(2021, 1, 1), **changes}
    session.add(Capacity(unit_id=cast.unit(key).id, capacity="self_testing", **values))
    session.commit()
