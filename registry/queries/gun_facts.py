"""What the register knows at a gun beyond the cylinder itself: the open turn, the station's day, traces of copies.

Each function gives some facts of the decision table (cylinders.md §6). A fact that nobody collects is left out: the
rule that needs it is then not known, and a blocking rule denies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select

from registry import clock, places
from registry.db import connection, db
from registry.models import Certificate, Cylinder, FillCycle, HoldRelease, Person, Policy, PolicyItem, Scan, Unit
from registry.queries import fill_covers, parameters
from registry.queries.filling_facts import OnFile
from registry.queries.gun_reading import (
    CERTIFICATE,
    DAY,
    ELSEWHERE,
    NOW,
    ON,
    STATION,
    Batch,
    OpenTurn,
    Present,
    Yard,
)
from registry.rules.cover_media import answers_for
from registry.rules.cylinders import same_medium
from registry.rules.filling_items import facts_of, failed
from registry.rules.kinds import CYLINDER_KINDS
from registry.rules.limits import edition

SEVERITY_KEYS = {
    "R26": "filling.staff_severity",
    "R27": "filling.copies_severity",
    "R28": "filling.copies_severity",
    "R29": "filling.copies_severity",
    "R30": "filling.copies_severity",
    "R36": "filling.camera_severity",
    "R37": "filling.insurance_severity",
    "R38": "filling.duty_severity",
}
# The office's thresholds that a rule is asked with: one number for the gun and for what is looked for at night.
LIMIT_KEYS = {
    ("R29", "lpg_hours"): ("cylinder_anomaly.fill_minutes_lpg", 60),
    ("R29", "industrial_hours"): ("cylinder_anomaly.fill_minutes_industrial", 60),
    ("R29", "vehicle_hours"): ("cylinder_anomaly.fill_minutes_vehicle", 60),
    ("R30", "undershoot_kg"): ("cylinder_anomaly.undershoot_g", 1000),
}
_LIMITS = tuple(key for key, _per in LIMIT_KEYS.values())
PERSON: Any = bindparam("person")
CYLINDER: Any = bindparam("cylinder")
NO_TRACES: Mapping[str, Any] = {"seen_elsewhere": False}
NEAR_METRES = 2000  # within one town two phones may place the same yard so far apart


def severities(values: Mapping[str, Decimal], released: tuple[str, ...], on: date) -> dict[str, str]:
    """The office's severities by rule: 0 notes, 1 is the strictest that the row offers. What the authority released
    is only noted."""
    offered = _offered(on)
    found = {rule: offered[rule][-1 if values[key] else 0] for rule, key in SEVERITY_KEYS.items() if rule in offered}
    return found | dict.fromkeys(released, "warn")


@cache
def _offered(on: date) -> Mapping[str, list[str]]:
    """What severities each row offers."""
    return {row["rule"]: row["adjustable"].split() for row in edition("filling_rules", on)}


def _ask(statement: Any, **values: Any) -> Any:
    """Rows of a statement that was written before, past the session: they are columns, not objects."""
    return connection().execute(statement, values)


_RELEASED = select(HoldRelease.rules).where(
    HoldRelease.cylinder_id == CYLINDER,
    HoldRelease.station_id == STATION,
    HoldRelease.used_at.is_(None),
    HoldRelease.expires_at > NOW,
)


def released_rules(cylinder_id: int, station_id: int | None, now: datetime) -> tuple[str, ...]:
    """The rules whose hold on this cylinder the authority released for this station, not yet used up."""
    rows = _ask(_RELEASED, cylinder=cylinder_id, station=station_id, now=now).scalars()
    return tuple(rule for rules in rows for rule in rules)


_OPEN_CYCLE = select(FillCycle).where(FillCycle.cylinder_id == CYLINDER, FillCycle.closed_at.is_(None))


def open_cycle(cylinder_id: int) -> FillCycle | None:
    """The open turn of a cylinder."""
    return db.session.scalar(_OPEN_CYCLE, {"cylinder": cylinder_id})


def of_turn(turn: OpenTurn | None, station_id: int | None, now: datetime, on: date, doubt: bool) -> dict[str, Any]:
    """What the check before filling says; without one only that there was none. `doubt`: the checker may have been
    without a certificate."""
    if turn is None or turn.state != "prechecked":
        return {"precheck_done": False, "precheck_here": False}
    age = Decimal(int((now - turn.prechecked_at).total_seconds())) / 60
    found: dict[str, Any] = {
        "precheck_done": True,
        "precheck_here": turn.station_id == station_id,
        "precheck_age_minutes": max(age, Decimal(0)),
        "invalid_staff": _without_certificate(turn.prechecker_id, on) if doubt else (),
    }
    return found | of_checks(turn.checks, turn.observed, on) | {"custody_status": turn.custody_before}


_UNCERTIFIED = select(Person.name).where(
    Person.id == PERSON,
    ~exists().where(Certificate.person_id == PERSON, CERTIFICATE, Certificate.expires_on >= ON),
)


def _without_certificate(person_id: int, on: date) -> tuple[str, ...]:
    """The name of a person who holds no 气瓶充装 certificate on a day; nothing when he does."""
    name = _ask(_UNCERTIFIED, person=person_id, on=on).scalar()
    return () if name is None else (name,)


def of_checks(checks: Mapping[str, str] | None, observed: Mapping[str, Any], on: date) -> dict[str, Any]:
    """Facts that the answers of a check and what was seen beside them give; `observed` may hold `purged`,
    `passengers_aboard`, `plate_matches`."""
    found: dict[str, Any] = {"failed_check_items": failed(checks, on), **facts_of(checks, on)}
    named = ("purged", "passengers_aboard", "plate_matches")
    return found | {name: observed[name] for name in named if observed.get(name) is not None}


def of_marks(row: Cylinder | OnFile) -> dict[str, Any]:
    """What the register holds of marks and construction; a cylinder was bought when it was registered, or made."""
    marks = ("electronic_mark", "filler_mark_embossed", "refurbished", "threaded_shield", "dual_valve")
    known = {name: getattr(row, name) for name in marks if getattr(row, name) is not None}
    return known | {"purchased_on": row.purchased_on or row.registered_on or row.made_on}


def of_history(row: Cylinder | OnFile, at: datetime) -> dict[str, Any]:
    """When it was filled last, and whether an inspection came after."""
    filled, inspected = row.last_filled_at, row.last_inspected_on
    hours = Decimal(int((at - filled).total_seconds())) / 3600 if filled else None
    return {
        "first_after_inspection": bool(filled and inspected and inspected > clock.day_of(filled)),
        "hours_since_last_fill": None if hours is None else max(hours, Decimal(0)),
        "return_scanned": False,
    }


_LAST_ELSEWHERE = (
    select(Scan.at, Scan.position, Unit.name, Unit.lat, Unit.lon)
    .outerjoin(Unit, Unit.id == Scan.unit_id)
    .where(Scan.cylinder_id == CYLINDER, *ELSEWHERE)
    .order_by(Scan.at.desc())
    .limit(1)
)


def elsewhere_since(values: Mapping[str, Decimal], now: datetime) -> datetime:
    """From when on a scan elsewhere says something about a cylinder that stands here now."""
    return now - timedelta(hours=float(values["filling.elsewhere_hours"]))


def of_traces(cylinder_id: int, station_id: int | None, values: Mapping[str, Decimal], now: datetime) -> dict[str, Any]:
    """Whether the same code was just seen where this cylinder cannot have come from."""
    since = elsewhere_since(values, now)
    last = _ask(_LAST_ELSEWHERE, cylinder=cylinder_id, station=station_id, since=since).first()
    here = db.session.get(Unit, station_id) if last and station_id else None
    return traced(last, (here.lat, here.lon) if here else None, values, now)


def traced(
    last: Any, here: tuple[float | None, float | None] | None, values: Mapping[str, Decimal], now: datetime
) -> dict[str, Any]:
    """What the last scan elsewhere (`at, position, name, lat, lon` or None) says of a cylinder that stands `here`."""
    if last is None or here is None:
        return dict(NO_TRACES)
    there = last.position or ({"lat": last.lat, "lon": last.lon} if last.lat is not None else None)
    metres = places.distance_to(there, *here)
    if metres is None or metres <= NEAR_METRES:
        return dict(NO_TRACES)
    passed = max((now - last.at).total_seconds() / 3600, 1 / 3600)
    too_fast = metres / 1000 / passed > float(values["cylinder_anomaly.travel_kmh"])
    return {"seen_elsewhere": too_fast, "elsewhere_place": last.name}


def of_station(yard: Yard, signed_on: Sequence[Present], medium: str | None, now: datetime, on: date) -> dict[str, Any]:
    """The station's day: tested gas, camera of the gun, certified people present, open orders."""
    if yard.place.unit_id is None:
        return {}
    facts: dict[str, Any] = gas_facts(yard.gas, medium, on)
    if yard.camera_seen_at is not None:
        facts["camera_offline_minutes"] = Decimal(int((now - yard.camera_seen_at).total_seconds())) / 60
    present = _present(signed_on, now, on)
    if present is not None:
        facts["certified_present"] = present
    facts["red_order_open"] = yard.red_order_open
    facts["daily_check_open"] = yard.daily_check_open
    return facts


def gas_facts(batches: Iterable[Batch], medium: str | None, on: date) -> dict[str, Any]:
    """Whether the gas of a medium that is filled from was tested; `batches` the newest first."""
    for batch in batches:
        if medium and same_medium(batch.medium, medium, on):
            tested = batch.tested_on is not None and batch.dme_ppm is not None
            percent = Decimal(batch.dme_ppm) / 10_000 if batch.dme_ppm is not None else None
            return {"gas_batch_tested": tested, "dme_percent": percent}
    return {"gas_batch_tested": False}


def _present(signed_on: Sequence[Present], now: datetime, on: date) -> int | None:
    """Certified people signed in now; None where the station has not signed anybody in for a day."""
    if not any(who.until_at is None or who.until_at > now - DAY for who in signed_on):
        return None
    return len(
        {
            who.person_id
            for who in signed_on
            if who.since_at <= now
            and (who.until_at is None or who.until_at > now)
            and who.certified_until is not None
            and who.certified_until >= on
        }
    )


def of_insurance(row: OnFile, station_id: int | None, values: Mapping[str, Decimal], on: date) -> dict[str, Any]:
    """Whether the pilot asks for insurance, and whether the cylinder or its station's fills are insured today
    by a policy that answers for filled cylinders of its medium."""
    if not values["filling.insurance_pilot"]:
        return {"insurance_pilot": False}
    runs = and_(
        Policy.subject == "cylinder",
        Policy.starts_on <= on,
        Policy.ends_on >= on,
        or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        fill_covers.liability(),
    )
    item = exists().where(
        PolicyItem.policy_id == Policy.id,
        PolicyItem.cylinder_id == row.id,
        PolicyItem.since <= on,
        or_(PolicyItem.until.is_(None), PolicyItem.until > on),
    )
    whole = any(answers_for(row.medium, media, on) for media, _ in fill_covers.whole(station_id, on))
    valid = whole or bool(db.session.scalar(select(exists().where(runs, item))))
    return {"insurance_pilot": True, "insurance_valid": valid}


def limits(values: Mapping[str, Decimal]) -> dict[str, dict[str, Decimal]]:
    """The office's limits by rule, in the rule's own units."""
    found: dict[str, dict[str, Decimal]] = {}
    for (rule, name), (key, per) in LIMIT_KEYS.items():
        found.setdefault(rule, {})[name] = values[key] / per
    return found


def least_hours(row: Cylinder | OnFile, on: date) -> Decimal:
    """How soon a cylinder may be filled again without doubt (R29)."""
    limits_of_rule = limits(parameters.values(_LIMITS, on))["R29"]
    kind = CYLINDER_KINDS.get(row.kind)
    if kind is not None and kind.vehicle:
        return limits_of_rule["vehicle_hours"]
    return limits_of_rule["lpg_hours" if same_medium(row.medium, "lpg", on) else "industrial_hours"]


def parameters_of(on: date) -> dict[str, Decimal]:
    """The office's values that a gun is judged by, in one query."""
    return parameters.values(parameters.AT_GUN, on)
