"""What the risk of filling stations is graded by, gathered from the register for all of them (hazards.md §3.5).

Not known to the register, and so never counted: whether a renewal of the licence was applied for (a licence that ends
soon counts), shifts (one is taken), sensitive places near by, drills, penalties.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from registry.db import db
from registry.models import (
    Accident,
    Capacity,
    Certificate,
    Cylinder,
    Device,
    FillCycle,
    Filling,
    Hazard,
    Membership,
    SafetyRecord,
)
from registry.rules import hazards, tables
from registry.rules.accident_case import NO_ACCIDENT
from registry.rules.dates import add_months

Facts = dict[str, Any]
LICENCE_MONTHS, YEAR, THREE_YEARS = 6, 12, 36
WINDOW = 30  # days of fills whose records are looked at
DUTY_DAYS = 7
FEWEST = 2  # people with the filling certificate: one fills, another checks
CERTIFICATE = "P"
FILLING_CLAUSES = ("4.5a", "4.5b", "4.5c")
SCRAPPED = "4.1a"
EXPOSURE = "one_shift"


def of_stations(on: date) -> dict[int, Facts]:
    """The facts of every filling station by unit id."""
    found: dict[int, Facts] = {}
    for row in db.session.scalars(select(Capacity).where(Capacity.capacity == "filling", Capacity.since <= on)):
        consequence = _consequence(row.media or [], on)
        found[row.unit_id] = {
            "exposure": EXPOSURE,
            "consequence": consequence,
            "flammable_or_toxic": consequence != "inert",
            "licence_not_renewed": bool(row.licence_until and row.licence_until <= add_months(on, LICENCE_MONTHS)),
        }
    for name, values in _values(on).items():
        for number, value in values:
            if number in found:
                found[number][name] = value
    certified = dict(_certified(on))
    duty = set(_without_daily(on))
    for number, facts in found.items():
        facts["staff_below_minimum"] = certified.get(number, 0) < FEWEST
        facts["duty_records_missing"] = number in duty
        for flag in ("accident_in_3_years", "filling_violation"):
            facts[flag] = bool(facts.get(flag))
    return found


def _consequence(media: Iterable[str], on: date) -> str:
    toxic = {row["medium"] for row in tables.rows("medium_groups", on) if row["toxic"] == "yes"}
    burning = {row["medium"] for row in tables.rows("media", on) if row["flammable"] == "1"}
    media = set(media)
    return "toxic" if media & toxic else "flammable" if media & burning else "inert"


def _values(on: date) -> dict[str, Any]:
    """One statement a fact: (station, value)."""
    fills = (Filling.filled_on > on - timedelta(days=WINDOW), Filling.filled_on <= on)
    both = select(FillCycle.filling_id).where(FillCycle.filling_id.is_not(None), FillCycle.postchecked_at.is_not(None))
    listed = (Hazard.is_major, Hazard.state != "VOID", Hazard.listed_on.is_not(None), Hazard.listed_on <= on)
    return {
        "checks_missing_percent": _shares(Filling.station_id, ~Filling.id.in_(both), *fills),
        "untraced_percent": _shares(Filling.station_id, ~Filling.scanned, *fills),
        "unregistered_percent": _shares(Cylinder.owner_id, Cylinder.register_no.is_(None), Cylinder.status == "in_use"),
        "overdue_percent": _shares(Cylinder.owner_id, Cylinder.next_inspection_on < on, Cylinder.status == "in_use"),
        "calibrations_overdue": db.session.execute(
            select(Device.station_id, func.count(Device.kind.distinct()))
            .where(Device.retired_at.is_(None), Device.calibrated_until < on)
            .group_by(Device.station_id)
        ),
        "accident_in_3_years": db.session.execute(
            select(func.coalesce(Accident.responsible_id, Accident.unit_id), func.count())
            .where(
                Accident.happened_on > add_months(on, -THREE_YEARS),
                Accident.happened_on <= on,
                Accident.state != "excluded",
                Accident.grade != NO_ACCIDENT,
            )
            .group_by(func.coalesce(Accident.responsible_id, Accident.unit_id))
        ),
        "filling_violation": [
            (unit, True)
            for unit, clauses in db.session.execute(
                select(Hazard.unit_id, Hazard.clauses).where(*listed, Hazard.state.in_(hazards.OPEN_STATES))
            )
            if set(clauses) & set(FILLING_CLAUSES)
        ],
        "bad_fills_in_year": _scrapped(on, listed),
    }


def _scrapped(on: date, listed: tuple[Any, ...]) -> list[tuple[int, int]]:
    """Proven by a recognised hazard of scrapped equipment."""
    counts: dict[int, int] = {}
    rows = db.session.execute(
        select(Hazard.unit_id, Hazard.clauses).where(*listed, Hazard.listed_on > add_months(on, -YEAR))
    )
    for unit, clauses in rows:
        counts[unit] = counts.get(unit, 0) + (SCRAPPED in clauses)
    return list(counts.items())


def _shares(whose: Any, lacking: Any, *where: Any) -> list[tuple[int, Decimal]]:
    """The percentage that lacks something, by station; nothing where there is nothing."""
    rows = db.session.execute(
        select(whose, func.sum(case((lacking, 1), else_=0)), func.count()).where(*where).group_by(whose)
    )
    return [(number, Decimal(int(lack or 0) * 100) / every) for number, lack, every in rows]


def _certified(on: date) -> Any:
    """How many people of a unit hold the filling certificate."""
    return db.session.execute(
        select(Membership.unit_id, func.count(Certificate.person_id.distinct()))
        .join(Certificate, Certificate.person_id == Membership.person_id)
        .where(
            Certificate.item == CERTIFICATE,
            Certificate.expires_on >= on,
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until > on),
        )
        .group_by(Membership.unit_id)
    ).all()


def _without_daily(on: date) -> set[int]:
    """Stations that filled on a day of the last week without a daily record of it."""
    since = on - timedelta(days=DUTY_DAYS)
    record = (
        select(SafetyRecord.id)
        .where(
            SafetyRecord.unit_id == Filling.station_id,
            SafetyRecord.subject == "filling",
            SafetyRecord.cycle == "daily",
            SafetyRecord.starts_on == Filling.filled_on,
        )
        .exists()
    )
    where = and_(Filling.filled_on >= since, Filling.filled_on < on, ~record)
    return set(db.session.scalars(select(Filling.station_id).where(where).distinct()))
