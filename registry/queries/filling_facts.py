"""What the register knows about a scanned code at a station: the facts that a filling is judged by.

A code is looked up wherever it leads: the verdict has to speak about other stations' cylinders too, so the
caller's scope is not asked here. What a door shows of a foreign cylinder is its business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, codes
from registry.db import db, locked
from registry.models import Alliance, Capacity, Cylinder, Gun, LabelCode, Unit
from registry.queries.cylinder_terms import groups_for
from registry.rules import cylinders as cylinder_rules
from registry.rules.filling_facts import FillingFacts
from registry.rules.kinds import CYLINDER_KINDS
from registry.settings import current as settings

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a scanned text leads. `status` is the `code_status` of FillingFacts; `code` the plain form.

    `cylinder` comes with its owner loaded; a code of an elevator has `elevator_id` and the status `unknown` here.
    """

    text: str
    code: str
    status: str
    label: LabelCode | None = None
    cylinder: Cylinder | None = None
    owner_filling: Capacity | None = None

    @property
    def elevator_id(self) -> int | None:
        return self.label.elevator_id if self.label else None


@dataclass(frozen=True, slots=True)
class Station:
    """A filling station's licence and the registered gun of that number; None where there is none."""

    unit_id: int | None
    filling: Capacity | None = None
    gun: Gun | None = None


# Written once: putting a statement together takes several times as long as asking it.
_OWN_CODE = (
    select(LabelCode, Cylinder, Capacity)
    .outerjoin(Cylinder, Cylinder.id == LabelCode.cylinder_id)
    .outerjoin(Capacity, and_(Capacity.unit_id == Cylinder.owner_id, Capacity.capacity == "filling"))
    .options(joinedload(Cylinder.owner))
    .where(LabelCode.code == bindparam("code"))
)
_FOREIGN_CODE = _OWN_CODE.where(LabelCode.scheme != "own")  # of makers and older systems, kept as they are written


def find(text: str, lock: bool = False) -> Found:
    """The label code behind a scanned or typed text and its cylinder, in one query (two with `lock`)."""
    scanned = codes.split(text)
    outcome = codes.verify(scanned, settings().label_keys)
    if outcome in ("bad_check", "bad_mac"):
        return Found(text, scanned.code, outcome)
    own = outcome in ("ok", "unsigned")
    wanted = {"code": scanned.code if own else plain_text(text)}
    row = db.session.execute(_OWN_CODE if own else _FOREIGN_CODE, wanted).first()
    if row is None:
        return Found(text, scanned.code, UNKNOWN if own else "unreadable")
    label, cylinder, filling = row
    if lock and cylinder is not None:
        again = locked(select(Cylinder).where(Cylinder.id == cylinder.id)).execution_options(populate_existing=True)
        db.session.execute(again)
    return Found(text, label.code, status_of(label), label, cylinder, filling)


def plain_text(text: str) -> str:
    """What was scanned, as a label of another scheme keeps it."""
    return "".join(c for c in text.strip() if c.isprintable())[:200]


def status_of(label: LabelCode) -> str:
    if label.status in ("void", "replaced"):
        return label.status
    return "ok" if label.status == "active" and label.cylinder_id is not None else UNKNOWN


_STATION = (
    select(Capacity, Gun)
    .outerjoin(Gun, and_(Gun.station_id == Capacity.unit_id, Gun.number == bindparam("gun")))
    .where(Capacity.unit_id == bindparam("station"), Capacity.capacity == "filling")
)


def station(unit_id: int | None, gun: str | None) -> Station:
    """The filling licence of a unit and its gun, in one query."""
    if unit_id is None:
        return Station(None)
    row = db.session.execute(_STATION, {"station": unit_id, "gun": gun or ""}).first()
    return Station(unit_id, *row) if row else Station(unit_id)


def facts(found: Found, at: Station, gun_medium: str | None, on: date) -> FillingFacts:
    """The facts of filling what was found at a station on a day; one query more for another owner's cylinder.

    Facts of the check, the people and the weights are left None: who records a fill puts them in.
    """
    return FillingFacts(**known(found, at, gun_medium, on))


def known(found: Found, at: Station, gun_medium: str | None, on: date) -> dict[str, Any]:
    """The same by name, for who puts more in."""
    base = {"code_status": found.status, "gun_medium": gun_medium, **_of_station(at.filling, on)}
    if found.cylinder is None:
        return base
    return {**base, **_of_cylinder(found.cylinder, on), **_of_owner(found, at, on)}


def _of_station(filling: Capacity | None, on: date) -> dict[str, Any]:
    if filling is None:
        return {}
    return {
        "station_licence_valid_until": filling.licence_until,
        "station_media": tuple(filling.media) if filling.media else None,
        "station_suspended": _suspended(filling, on),
    }


def _suspended(filling: Capacity, on: date) -> bool:
    return filling.suspended_since is not None and filling.suspended_since <= on


def of_register(row: Cylinder, on: date) -> FillingFacts:
    """What the register says of a cylinder itself."""
    return FillingFacts(**_of_cylinder(row, on))


def _of_cylinder(row: Cylinder, on: date) -> dict[str, Any]:
    """A cylinder never inspected has passed its manufacturing inspection; one never filled was put into use when
    registered or made."""
    kind = CYLINDER_KINDS.get(row.kind)
    inspected = row.last_inspected_on is not None
    filled = clock.day_of(row.last_filled_at) if row.last_filled_at else row.registered_on or row.made_on
    return {
        "life_status": row.status,
        "scrap_trigger": row.status == "scrap_pending",
        "next_due": row.next_inspection_on,
        "last_inspection_passed": row.last_inspection_passed if inspected else True,
        "last_inspected_on": row.last_inspected_on or row.made_on,
        "last_filled_on": filled,
        "interval_years": cylinder_rules.interval_years(
            row.kind, row.medium, row.environment, row.high_purity, on, groups_for(row.medium, on)
        ),
        "service_end": row.service_end_on,
        "service_life_years": row.service_life_years,
        "made": row.made_on,
        "assessment_passed": row.assessment_passed_on is not None,
        "kind": row.kind,
        "medium": row.medium,
        "is_vehicle": kind.vehicle if kind else None,
        "volume_l": _thousandth(row.volume_ml),
        "working_pressure_mpa": _thousandth(row.working_pressure_kpa),
        "porosity": row.porosity,
        "tare_kg": _thousandth(row.tare_g),
        "nominal_fill_kg": _thousandth(row.permitted_fill_g),
        "custody_status": row.custody,
        "first_fill": row.last_filled_at is None,
    }


def _thousandth(value: int | None) -> Decimal | None:
    """Grams as kg, millilitres as litres, kPa as MPa; nothing is not known."""
    return Decimal(value).scaleb(-3) if value else None


def _of_owner(found: Found, at: Station, on: date) -> dict[str, Any]:
    assert found.cylinder is not None
    own = found.cylinder.owner_id == at.unit_id
    closed = found.owner_filling is not None and _suspended(found.owner_filling, on)
    allied = [] if own else _alliances(found.cylinder, at.unit_id, on)
    return {
        "owner_is_station": own,
        "owner_station_closed": closed,
        "entrusted": any(row.entrusted for row in allied),
        "alliance_valid": any(not row.entrusted for row in allied),
    }


def _alliances(cylinder: Cylinder, unit_id: int | None, on: date) -> list[Alliance]:
    pairs = (
        and_(Alliance.member_a_id == cylinder.owner_id, Alliance.member_b_id == unit_id),
        and_(Alliance.member_a_id == unit_id, Alliance.member_b_id == cylinder.owner_id),
    )
    rows = db.session.scalars(
        select(Alliance).where(or_(*pairs), Alliance.since <= on, or_(Alliance.until.is_(None), Alliance.until > on))
    )
    same = cylinder_rules.same_medium
    return [row for row in rows if any(same(cylinder.medium, medium, on) for medium in row.media or ())]


def owner_as_station(found: Found) -> Station:
    """The owner of what was found, standing in for the station on the public page."""
    owner: Unit | None = found.cylinder.owner if found.cylinder else None
    return Station(owner.id if owner else None, found.owner_filling)
