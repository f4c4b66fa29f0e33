"""What the register knows about a scanned code at a station: the facts that a filling is judged by.

A code is looked up wherever it leads: the verdict has to speak about other stations' cylinders too, so the
caller's scope is not asked here. What a door shows of a foreign cylinder is its business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, or_, select

from registry import clock, codes
from registry.db import connection, db
from registry.models import Alliance, Capacity, Cylinder, LabelCode, Unit
from registry.queries.cylinder_terms import groups_for
from registry.rules import cylinders as cylinder_rules
from registry.rules.filling_facts import FillingFacts
from registry.rules.kinds import CYLINDER_KINDS
from registry.settings import current as settings

UNKNOWN = "unknown"


class OnFile(NamedTuple):
    """A cylinder as far as verdicts and their screens ask: columns of `Cylinder`, and the name of its owner."""

    id: int
    label_code: str | None
    kind: str
    medium: str
    status: str
    custody: str
    serial_no: str
    register_no: str | None
    made_on: date
    working_pressure_kpa: int | None
    tare_g: int | None
    volume_ml: int | None
    permitted_fill_g: int | None
    porosity: Decimal | None
    service_life_years: int | None
    assessment_passed_on: date | None
    environment: str | None
    high_purity: bool
    vehicle_plate: str | None
    purchased_on: date | None
    electronic_mark: bool | None
    filler_mark_embossed: bool | None
    refurbished: bool | None
    threaded_shield: bool | None
    dual_valve: bool | None
    owner_id: int
    registered_on: date | None
    last_inspected_on: date | None
    last_inspection_passed: bool | None
    next_inspection_on: date | None
    service_end_on: date | None
    last_filled_at: datetime | None
    owner_name: str


class Licence(NamedTuple):
    """A unit's licence to fill: columns of its `Capacity`."""

    id: int
    licence_until: date | None
    media: list[str] | None
    suspended_since: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a scanned text leads. `status` is the `code_status` of FillingFacts; `code` the plain form.

    A code of an elevator has `elevator_id` and the status `unknown` here. `more` are the columns asked for besides.
    """

    text: str
    code: str
    status: str
    label_status: str | None = None
    elevator_id: int | None = None
    cylinder: OnFile | None = None
    owner_filling: Licence | None = None
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A filling station's licence, and the number and medium of the registered gun; None where there is none."""

    unit_id: int | None
    filling: Licence | None = None
    gun: str | None = None
    gun_medium: str | None = None


LICENCE = tuple(getattr(Capacity, name) for name in Licence._fields)
_LABEL = (LabelCode.code, LabelCode.status, LabelCode.elevator_id, LabelCode.cylinder_id)
_ON_FILE = (*(getattr(Cylinder, name) for name in OnFile._fields[:-1]), Unit.name)
_CYLINDER = slice(len(_LABEL), len(_LABEL) + len(_ON_FILE))
_OWNER = slice(_CYLINDER.stop, _CYLINDER.stop + len(LICENCE))


def looked_up(*more: Any) -> Select[Any]:
    """A select over label codes with what `of_row` reads, and the columns `more`."""
    return (
        select(*_LABEL, *_ON_FILE, *LICENCE, *more)
        .select_from(LabelCode)
        .outerjoin(Cylinder, Cylinder.id == LabelCode.cylinder_id)
        .outerjoin(Unit, Unit.id == Cylinder.owner_id)
        .outerjoin(Capacity, and_(Capacity.unit_id == Cylinder.owner_id, Capacity.capacity == "filling"))
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A scanned text as it is looked up: `outcome` of codes.verify; `code` is None where nothing need be asked.

    `own`: one of ours; others are of makers and older systems, kept as they are written.
    """

    text: str
    plain: str
    outcome: str
    code: str | None
    own: bool


def wanted(text: str) -> Wanted:
    """What to look up for a scanned or typed text."""
    scanned = codes.split(text)
    outcome = codes.verify(scanned, settings().label_keys)
    if outcome in ("bad_check", "bad_mac"):
        return Wanted(text, scanned.code, outcome, None, own=True)
    own = outcome in ("ok", "unsigned")
    return Wanted(text, scanned.code, outcome, scanned.code if own else plain_text(text), own)


def of_row(asked: Wanted, row: Sequence[Any] | None) -> Found:
    """What was found, from a row of `looked_up` or none."""
    if asked.code is None:
        return Found(asked.text, asked.plain, asked.outcome)
    if row is None:
        return Found(asked.text, asked.plain, UNKNOWN if asked.own else "unreadable")
    code, status, elevator_id, cylinder_id = row[: _CYLINDER.start]
    known = status_of(status, cylinder_id)
    if cylinder_id is None:
        return Found(asked.text, code, known, status, elevator_id)
    licence = row[_OWNER]
    return Found(
        asked.text,
        code,
        known,
        status,
        elevator_id,
        OnFile(*row[_CYLINDER]),
        None if licence[0] is None else Licence(*licence),
        tuple(row[_OWNER.stop :]),
    )


# Written once: putting a statement together takes several times as long as asking it.
CODE: Any = bindparam("code")
_OWN_CODE = looked_up().where(LabelCode.code == CODE)
_FOREIGN_CODE = _OWN_CODE.where(LabelCode.scheme != "own")


def find(text: str) -> Found:
    """The label code behind a scanned or typed text and its cylinder, in one query."""
    asked = wanted(text)
    if asked.code is None:
        return of_row(asked, None)
    statement = _OWN_CODE if asked.own else _FOREIGN_CODE
    return of_row(asked, connection().execute(statement, {"code": asked.code}).first())


def plain_text(text: str) -> str:
    """What was scanned, as a label of another scheme keeps it."""
    return printable(text.strip())[:200]


def printable(text: str) -> str:
    """A text without the control characters that scanners put around it."""
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def status_of(status: str, cylinder_id: int | None) -> str:
    """The `code_status` of a label code on file."""
    if status in ("void", "replaced"):
        return status
    return "ok" if status == "active" and cylinder_id is not None else UNKNOWN


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


def _of_station(filling: Licence | None, on: date) -> dict[str, Any]:
    if filling is None:
        return {}
    return {
        "station_licence_valid_until": filling.licence_until,
        "station_media": tuple(filling.media) if filling.media else None,
        "station_suspended": _suspended(filling, on),
    }


def _suspended(filling: Licence, on: date) -> bool:
    return filling.suspended_since is not None and filling.suspended_since <= on


def of_register(row: Cylinder | OnFile, on: date) -> FillingFacts:
    """What the register says of a cylinder itself."""
    return FillingFacts(**_of_cylinder(row, on))


def _of_cylinder(row: Cylinder | OnFile, on: date) -> dict[str, Any]:
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


def _alliances(cylinder: OnFile, unit_id: int | None, on: date) -> list[Alliance]:
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
    return Station(found.cylinder.owner_id if found.cylinder else None, found.owner_filling)
