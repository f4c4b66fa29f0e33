"""A year of fills: households now and then, restaurants every week or two, workshops in between.

Before a cylinder is filled the rules are asked as at the gun. The verdict is asked once for each class of cylinders
and the last day on which it may stand: no rule about dates (R08, R10-R12) that allows a fill on a later day refuses
it on an earlier one, and R30-R34 are asked with the most that any fill of the class puts in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, case, cast, select, update

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Cylinder, FillRefusal
from registry.queries import filling_judging, gun_facts
from registry.rules import cylinders as cylinder_rules
from registry.rules import filling_items
from registry.rules.filling_facts import FillingFacts
from registry.rules.kinds import CYLINDER_KINDS
from registry.services.filling_bulk import bulk_record
from seeds import city_cast, city_units
from seeds.city_cast import VEHICLE, CityUnit
from seeds.city_rows import Advance, Plan, add, trail
from seeds.city_units import Crew

BATCH = 10_000
# Fills a year by model (cylinders.md §10: households 2.7, restaurants 20-50).
RATES = {"YSP35.5": 2.7, "YSP12": 1.6, "YSP118": 32.0, "CNG2-80": 20.0}
OTHER_RATE = 5.0
REFUSED_SHARE = 0.05  # of the trips with a cylinder that must not be filled, so many reach the gun
FILMED_STATIONS = 0.9
RESIDUE_G, MUCH_RESIDUE_G, MUCH = 800, 1_300, 0.015
ROOM_TEMPERATURE = 20
NOBODYS: dict[str, Any] = {"id": 0, "serial_no": "", "owner_id": 0}


class Fillable(NamedTuple):
    """A cylinder with what its fills are judged by."""

    id: int
    serial_no: str
    kind: str
    medium: str
    model: str
    status: str
    made_on: date
    tare_g: int
    volume_ml: int
    working_pressure_kpa: int
    permitted_fill_g: int | None
    porosity: Decimal | None
    registered_on: date
    last_inspected_on: date | None
    next_inspection_on: date | None
    service_end_on: date | None
    owner_id: int

    @property
    def number(self) -> int:
        """Its place in the plan."""
        return int(self.serial_no)


def expected(plan: Plan) -> int:
    """About how many fills there will be, for the progress bar."""
    return round(plan.cylinders * 4.1 * plan.days / 365)


def build(plan: Plan, first: date, last: date, advance: Advance) -> None:
    """Record the fills and refusals of some days, in the order of their moments."""
    stations = city_cast.stations(plan)
    crews = city_units.crews(stations)
    place_of = {crew.unit_id: place for place, crew in enumerate(crews)}
    vehicle = [place for place, unit in enumerate(stations) if unit.trade == VEHICLE]
    fills, refused = [], []
    rng = plan.random("fills", first)
    for cylinder in _cylinders(plan, last):
        place = place_of.get(cylinder.owner_id)
        if place is None:
            place = vehicle[cylinder.number % len(vehicle)]
        for day in _days(rng, cylinder, first, last):
            if _allowed_until(plan, cylinder, stations[place]) >= day:
                fills.append((day, rng.random(), place, cylinder))
            elif rng.random() < REFUSED_SHARE:
                refused.append((day, rng.random(), place, cylinder))
    fills.sort(key=lambda fill: (*fill[:3], fill[3].number))
    for start in range(0, len(fills), BATCH):
        part = fills[start : start + BATCH]
        bulk_record(SYSTEM, [_row(plan, rng, fill, stations, crews) for fill in part])
        advance(len(part))
    _refuse(plan, refused, stations, crews)


def _cylinders(plan: Plan, last: date) -> Iterator[Fillable]:
    columns = [getattr(Cylinder, name) for name in Fillable._fields]
    rows = select(*columns).where(
        Cylinder.source == plan.source, Cylinder.registered_on < last, Cylinder.status.in_(("in_use", "suspended"))
    )
    for row in db.session.execute(rows.order_by(Cylinder.serial_no)):
        yield Fillable(*row)


def _days(rng: Random, cylinder: Fillable, first: date, last: date) -> list[date]:
    """Days of fills, as chance has it, never two on one day."""
    span = (last - first).days + 1
    mean = RATES.get(cylinder.model, OTHER_RATE) * span / 365
    count, rest = 0, rng.expovariate(1.0)
    while rest < mean and count < span:
        count += 1
        rest += rng.expovariate(1.0)
    if not count:
        return []
    days = (first + timedelta(days=place) for place in rng.sample(range(span), count))
    return sorted(day for day in days if day > cylinder.registered_on)


def _allowed_until(plan: Plan, cylinder: Fillable, station: CityUnit) -> date:
    """The last day on which the rules let this cylinder be filled; the day before its registration when never."""
    ends = [day for day in (cylinder.next_inspection_on, cylinder.service_end_on) if day is not None]
    last = min([*ends, plan.on])
    never = cylinder.registered_on - timedelta(days=1)
    if cylinder.status != "in_use" or last <= cylinder.registered_on:
        return never
    # On that day the inspection is not overdue and the last fill is no interval ago: which day it was is all the same.
    of_class = cylinder._replace(**NOBODYS, registered_on=last, next_inspection_on=last, last_inspected_on=last)
    return last if _judged(of_class, station.trade, station.licence_until, last).allowed else never


# A cylinder that was scanned back, checked and found in order, filled from tested gas by certified people.
CHECKED: dict[str, Any] = {
    "failed_check_items": (),
    "precheck_done": True,
    "precheck_here": True,
    "precheck_age_minutes": Decimal(0),
    "invalid_staff": (),
    "filler": "filler",
    "checker": "checker",
    "custody_status": "empty_in_station",
    "return_scanned": True,
    "seen_elsewhere": False,
    "first_fill": False,
    "first_after_inspection": False,
    "hours_since_last_fill": Decimal(999),
    "serial_matches": True,
    "electronic_mark": True,
    "filler_mark_embossed": True,
    "purchased_on": date(2015, 1, 1),
    "refurbished": False,
    "threaded_shield": False,
    "dual_valve": False,
    "residual_pressure": True,
    "contents_known": True,
    "purged": True,
    "gas_batch_tested": True,
    "dme_percent": Decimal(0),
    "insurance_pilot": False,
    "passengers_aboard": False,
    "plate_matches": True,
}


@lru_cache(maxsize=50_000)
def _judged(of_class: Fillable, trade: str, licence_until: date | None, on: date) -> Any:
    """The verdict on the fullest fill of a class of cylinders on a day, by the rules that a recorded fill is asked."""
    facts = _facts(of_class, trade, licence_until, on)
    return filling_judging.at_gun(facts, on, gun_facts.parameters_of(on), filled=True)


def _facts(given: Fillable, trade: str, licence_until: date | None, on: date) -> FillingFacts:
    kind = CYLINDER_KINDS[given.kind]
    tare = Decimal(given.tare_g) / 1000
    most = Decimal(given.permitted_fill_g) / 1000 if given.permitted_fill_g else None
    return FillingFacts(
        code_status="ok",
        life_status=given.status,
        scrap_trigger=False,
        next_due=given.next_inspection_on,
        last_inspection_passed=True,
        last_inspected_on=given.last_inspected_on or given.made_on,
        last_filled_on=given.registered_on,
        interval_years=cylinder_rules.interval_years(given.kind, given.medium, None, False, on),
        service_end=given.service_end_on,
        made=given.made_on,
        assessment_passed=False,
        kind=given.kind,
        medium=given.medium,
        is_vehicle=kind.vehicle,
        volume_l=Decimal(given.volume_ml) / 1000,
        working_pressure_mpa=Decimal(given.working_pressure_kpa) / 1000,
        porosity=given.porosity,
        tare_kg=tare,
        nominal_fill_kg=most,
        owner_is_station=not kind.vehicle,
        entrusted=False,
        alliance_valid=False,
        owner_station_closed=False,
        station_licence_valid_until=licence_until,
        station_media=city_cast.MEDIA_OF_TRADE[trade],
        station_suspended=False,
        gun_medium=given.medium,
        **CHECKED,
        gross_before_kg=tare,
        residual_kg=Decimal(RESIDUE_G) / 1000,
        temperature_c=Decimal(ROOM_TEMPERATURE),
        target_total_kg=most,
        target_pressure_mpa=Decimal(given.working_pressure_kpa) / 1000,
    )


def _row(plan: Plan, rng: Random, fill: Any, stations: Any, crews: list[Crew]) -> dict[str, Any]:
    day, chance, place, cylinder = fill
    station, crew = stations[place], crews[place]
    turn = int(chance * 1000)
    start = datetime.combine(day, time(7, 30), clock.CITY_ZONE) + timedelta(seconds=round(chance * 37_000))
    start = start.astimezone(UTC)
    films = (place * 0.618 + 0.31) % 1 < FILMED_STATIONS and rng.random() < 0.985
    staff = crew.people
    return {
        "ref": plan.ref("fill", cylinder.number, day),
        "station_id": crew.unit_id,
        "cylinder_id": cylinder.id,
        "gun": city_units.gun_of(station, cylinder.medium, turn),
        "medium": cylinder.medium,
        "started_at": start,
        "ended_at": start + timedelta(seconds=90 + turn // 10),
        "filler_id": staff["filler"][turn % len(staff["filler"])],
        "checker_id": staff["checker"][turn % len(staff["checker"])],
        "checks": _checks(cylinder.medium, day),
        "clip": f"{station.credit_code}/{day:%Y%m%d}/{cylinder.number}.mp4" if films else None,
        **_amounts(rng, cylinder, day),
    }


@lru_cache(maxsize=10_000)
def _checks(medium: str, day: date) -> dict[str, str]:
    return {item.id: filling_items.OK for item in filling_items.items_for(medium, day)}


def _amounts(rng: Random, cylinder: Fillable, day: date) -> dict[str, Any]:
    """What was put in: never more than the class was judged by."""
    if cylinder.permitted_fill_g is None:
        most = cylinder.working_pressure_kpa
        return {"pressure_kpa": most - rng.randrange(0, most // 20), "temperature_c": ROOM_TEMPERATURE}
    much = cylinder.kind == "lpg_steel" and rng.random() < MUCH
    residue = MUCH_RESIDUE_G if much else rng.randrange(0, RESIDUE_G, 10)
    total = cylinder.permitted_fill_g - rng.randrange(20, 300, 10)
    amounts = {
        "tare_g": cylinder.tare_g,
        "gross_before_g": cylinder.tare_g + residue,
        "gross_after_g": cylinder.tare_g + total,
    }
    return {**amounts, "findings": _residue_findings(cylinder.kind, day)} if much else amounts


@lru_cache(maxsize=1000)
def _residue_findings(kind: str, day: date) -> list[dict[str, Any]]:
    """What the rules note when a cylinder comes back with too much in it."""
    facts = FillingFacts(kind=kind, residual_kg=Decimal(MUCH_RESIDUE_G) / 1000)
    return filling_judging.kept(filling_judging.verdict(facts, day, ("R33",)).verdict.findings)


def _refuse(plan: Plan, refused: list[Any], stations: Any, crews: list[Crew]) -> None:
    """What the gun would not do stays on record with the reasons."""
    rows = []
    for day, chance, place, cylinder in refused:
        at = datetime.combine(day, time(8), clock.CITY_ZONE) + timedelta(seconds=round(chance * 34_000))
        station = stations[place]
        found = _judged(cylinder._replace(**NOBODYS), station.trade, station.licence_until, day)
        if found.allowed:
            continue
        rows.append(
            {
                "ref": plan.ref("refusal", cylinder.number, day),
                "ref_digest": "bulk",
                "station_id": crews[place].unit_id,
                "cylinder_id": cylinder.id,
                "person_id": crews[place].people["filler"][0],
                "at": at.astimezone(UTC),
                "asked": {"medium": cylinder.medium},
                "findings": filling_judging.kept(found.verdict.findings),
            }
        )
    ids = add(FillRefusal, rows)
    entries = (
        (id_, {"cylinder_id": row["cylinder_id"], "findings": [finding["rule"] for finding in row["findings"]]})
        for id_, row in zip(ids, rows, strict=True)
    )
    trail("filling.refused", "fill_refusal", entries)


def settle(plan: Plan, advance: Advance) -> None:
    """Where the cylinders are now: most at users, some full or empty at the station, some on the way."""
    place = cast(Cylinder.serial_no, Integer) % 20
    recent = datetime.combine(plan.on - timedelta(days=3), time(0), clock.CITY_ZONE)
    at = case(
        (place < 13, "at_user"), (place < 16, "empty_in_station"), (place < 18, "returning"), else_="at_depot_full"
    )
    db.session.execute(
        update(Cylinder)
        .where(Cylinder.source == plan.source, Cylinder.status == "in_use")
        .values(custody=case((and_(Cylinder.last_filled_at >= recent, place < 15), "full_in_station"), else_=at))
        .execution_options(synchronize_session=False)
    )
    for status, custody in (("inspection", "at_inspection"), ("lost", "lost"), ("scrap_pending", "empty_in_station")):
        db.session.execute(
            update(Cylinder)
            .where(Cylinder.source == plan.source, Cylinder.status == status)
            .values(custody=custody)
            .execution_options(synchronize_session=False)
        )
    advance(plan.cylinders)
