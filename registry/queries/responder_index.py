"""The responders as a dispatcher needs them, kept in each process until the register of responders changes.

Every verb that changes a responder writes a new `register_stamp` in the same transaction; a process that reads another
stamp than that of its copy reads the register again. So no copy is older than the transaction that asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from geopy.distance import geodesic
from sqlalchemy import select

from registry.clock import CITY_ZONE
from registry.db import db
from registry.models import (
    DutyException,
    DutyShift,
    RegisterStamp,
    Responder,
    ResponderArea,
    ResponderStatus,
)
from registry.rules import duty
from registry.rules.duty import Duty, Instead, Shift
from registry.rules.nearest import Place

REGISTER = "responder"
_MEASURE = geodesic()


@dataclass(frozen=True, slots=True)
class Kept:
    """One responder with its duty times and the periods in which it may be sent."""

    id: int
    unit_id: int
    name: str
    kind: str
    levels: tuple[int, ...]
    areas: frozenset[str]
    place: Place | None
    capacity: int
    phone: str
    periods: tuple[tuple[date, date | None, str], ...]
    rota: tuple[Shift, ...]
    exceptions: tuple[Instead, ...]

    def status(self, on: date) -> str:
        """What it is on a day; empty before it was put on file."""
        return next(
            (status for since, until, status in self.periods if since <= on and (until is None or on < until)), ""
        )

    def on_duty(self, at: datetime) -> Duty | None:
        """Who is on duty at a moment."""
        return duty.on_duty(self.rota, self.exceptions, local(at))


def local(at: datetime) -> datetime:
    """The wall clock of the city at a moment, without its zone."""
    return at.astimezone(CITY_ZONE).replace(tzinfo=None)


def metres(a: Place, b: Place) -> float:
    """The geodesic (WGS-84) of two (lat, lon) places by geopy, not rounded."""
    return float(_MEASURE.measure(a, b)) * 1000


def kept(exceptions_since: date) -> tuple[Kept, ...]:
    """All responders, by id; their exceptions from the day before `exceptions_since` on."""
    stamp = db.session.scalar(select(RegisterStamp.stamp).where(RegisterStamp.name == REGISTER))
    if stamp is None:
        return ()
    return _read(str(db.engine.url), stamp, exceptions_since.replace(day=1))


@lru_cache(maxsize=8)
def _read(_database: str, _stamp: str, since: date) -> tuple[Kept, ...]:
    """The register under a stamp: another one is another register."""
    areas = _grouped(select(ResponderArea.responder_id, ResponderArea.area_code))
    periods = _grouped(
        select(
            ResponderStatus.responder_id, ResponderStatus.since, ResponderStatus.until, ResponderStatus.status
        ).order_by(ResponderStatus.id)
    )
    rota = _grouped(
        select(
            DutyShift.responder_id,
            DutyShift.weekday,
            DutyShift.begins,
            DutyShift.ends,
            DutyShift.since,
            DutyShift.until,
            DutyShift.person_id,
        )
    )
    exceptions = _grouped(
        select(
            DutyException.responder_id,
            DutyException.day,
            DutyException.begins,
            DutyException.ends,
            DutyException.person_id,
            DutyException.reason,
        ).where(DutyException.day >= since - timedelta(days=1))
    )
    return tuple(
        Kept(
            row.id,
            row.unit_id,
            row.name,
            row.kind,
            tuple(row.levels),
            frozenset(code for (code,) in areas.get(row.id, ())),
            None if row.lat is None or row.lon is None else (row.lat, row.lon),
            row.capacity,
            row.phone,
            tuple((begun, ended, status) for begun, ended, status in periods.get(row.id, ())),
            tuple(Shift(*line) for line in rota.get(row.id, ())),
            tuple(Instead(*line) for line in exceptions.get(row.id, ())),
        )
        for row in db.session.execute(
            select(
                Responder.id,
                Responder.unit_id,
                Responder.name,
                Responder.kind,
                Responder.levels,
                Responder.lat,
                Responder.lon,
                Responder.capacity,
                Responder.phone,
            ).order_by(Responder.id)
        )
    )


def _grouped(statement: Any) -> dict[int, list[Sequence[Any]]]:
    """The other columns of the rows under the first."""
    found: dict[int, list[Sequence[Any]]] = {}
    for owner, *rest in db.session.execute(statement):
        found.setdefault(owner, []).append(rest)
    return found
