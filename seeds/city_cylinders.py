"""The cylinders of a seeded city: stamps as they are on steel, dates and limits as the rules compute them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import select, update

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Cylinder, CylinderInspection, LabelCode
from registry.rules.dates import add_months
from registry.rules.kinds import CYLINDER_KINDS
from registry.services.cylinders_bulk import bulk_register
from seeds import city_cast, city_units
from seeds.city_cast import INDUSTRIAL, LPG, VEHICLE, CityUnit
from seeds.city_rows import Advance, Plan, add, trail

BATCH = 5000
LPG_LIFE_MONTHS = 96
FORGOTTEN = 0.025
UNCODED = 0.05
# What becomes of cylinders in use, by moves of the table; the reasons are the office's words.
LATER = (("suspended", 0.018), ("inspection", 0.008), ("lost", 0.003))
GONE = (("cancelled", 0.012),)


@dataclass(frozen=True)
class Model:
    """A cylinder as it is sold: litres and kilograms in mL and g, pressures in kPa."""

    kind: str
    name: str
    volume_ml: int
    tare_g: int
    working_pressure_kpa: int
    test_pressure_kpa: int
    wall_mm: str
    standard: str
    share: float
    interval_months: int
    media: tuple[str, ...]
    porosity: str | None = None


MODELS: dict[str, tuple[Model, ...]] = {
    LPG: (
        Model("lpg_steel", "YSP35.5", 35_500, 16_500, 2_100, 3_200, "2.5", "GB 5842", 0.92, 48, ("lpg",)),
        Model("lpg_steel", "YSP12", 12_000, 7_000, 2_100, 3_200, "2.4", "GB 5842", 0.05, 48, ("lpg",)),
        Model("lpg_steel", "YSP118", 118_000, 47_000, 2_100, 3_200, "3.0", "GB 5842", 0.03, 48, ("lpg",)),
    ),
    INDUSTRIAL: (
        Model(
            "seamless_steel", "ISO9809-1-229-40", 40_000, 48_000, 15_000, 22_500, "5.7", "GB/T 5099",
            0.52, 36, ("oxygen", "oxygen", "carbon_dioxide"),
        ),
        Model(
            "seamless_steel", "ISO9809-1-229-40", 40_000, 48_000, 15_000, 22_500, "5.7", "GB/T 5099",
            0.33, 60, ("argon", "nitrogen"),
        ),
        Model(
            "acetylene", "EXJ-40", 40_000, 56_000, 1_560, 5_200, "3.0", "GB/T 11638",
            0.15, 36, ("acetylene",), "0.90",
        ),
    ),
    VEHICLE: (
        Model(
            "vehicle_cng_steel", "CNG2-80", 80_000, 78_000, 20_000, 30_000, "5.2", "GB/T 17258",
            1.0, 36, ("natural_gas",),
        ),
    ),
}  # fmt: skip
MAKERS = ("百江容器", "皖北钢瓶", "神州高压容器", "江淮气瓶", "中联化工机械", "恒通压力容器")


def build(plan: Plan, advance: Advance) -> None:
    """Register every cylinder, make the later changes of status, and put its label and inspections on record."""
    batch: list[dict[str, Any]] = []
    for row in _rows(plan):
        batch.append(row)
        if len(batch) == BATCH:
            _register(plan, batch, advance)
            batch = []
    _register(plan, batch, advance)
    _date_labels(plan)
    _inspections(plan)


def _register(plan: Plan, rows: list[dict[str, Any]], advance: Advance) -> None:
    plain = [{name: value for name, value in row.items() if name != "later"} for row in rows]
    moved = [{**now, **row["later"]} for now, row in zip(plain, rows, strict=True) if row["later"]]
    for part in (plain, moved):
        refused = bulk_register(SYSTEM, part).refused
        if refused:
            place, errors = refused[0]
            raise ValueError(f"a seeded cylinder was refused: {part[place]} {errors}")
    db.session.expunge_all()
    advance(len(rows))


def _rows(plan: Plan) -> Iterator[dict[str, Any]]:
    stations = city_cast.stations(plan)
    crews = city_units.crews(stations)
    drivers = _drivers(plan)
    number = 0
    for place, (station, crew) in enumerate(zip(stations, crews, strict=True)):
        for _ in range(station.size):
            number += 1
            rng = plan.random("cylinder", number)
            row = _row(plan, rng, station, place, number)
            row["owner_id"] = rng.choice(drivers) if station.trade == VEHICLE else crew.unit_id
            yield row


def _drivers(plan: Plan) -> list[int]:
    """Units whose vehicles run on gas."""
    owners = [unit for unit in city_cast.use_units(plan) if unit.trade in ("transport", "factory", "office")]
    return [crew.unit_id for crew in city_units.crews(owners or city_cast.use_units(plan)[:1])]


def _row(plan: Plan, rng: Random, station: CityUnit, place: int, number: int) -> dict[str, Any]:
    models = MODELS[station.trade]
    model = rng.choices(models, [each.share for each in models])[0]
    maker = rng.randrange(len(MAKERS))
    made, inspected, later = _dates(plan, rng, model)
    registered = min(made + timedelta(days=rng.randrange(20, 150)), plan.on - timedelta(days=2))
    return {
        "kind": model.kind,
        "medium": rng.choice(model.media),
        "maker": f"{MAKERS[maker]}有限公司",
        "maker_code": f"TS22{maker:02d}{plan.seed % 1000:03d}",
        "serial_no": f"{number:07d}",
        "made_on": made,
        "model": model.name,
        "product_standard": model.standard,
        "register_no": _register_no(plan, model, place, number),
        "inner_no": f"{number:06d}",
        "working_pressure_kpa": model.working_pressure_kpa,
        "test_pressure_kpa": model.test_pressure_kpa,
        "wall_mm": Decimal(model.wall_mm),
        # Scales at the maker's differ by a few hundred grams; only what decides is stamped.
        "tare_g": model.tare_g + rng.randrange(-2, 3) * 100,
        "volume_ml": model.volume_ml,
        "porosity": Decimal(model.porosity) if model.porosity else None,
        "vehicle_plate": f"皖LD{number % 100000:05d}" if station.trade == VEHICLE else None,
        "registered_on": registered,
        "last_inspected_on": inspected,
        "last_inspection_passed": True if inspected else None,
        "source": plan.source,
        "last_filled_at": _last_filled(plan, rng, registered),
        "custody": "at_user",
        "status": "cancelled" if later and later["status"] == "cancelled" else "in_use",
        "since": later["since"] if later and later["status"] == "cancelled" else registered,
        "later": None if later and later["status"] == "cancelled" else later,
    }


def _register_no(plan: Plan, model: Model, place: int, number: int) -> str:
    """TSG R5001-2005: variety, province, filling unit (or O and the prefecture for vehicles), serial."""
    kind = CYLINDER_KINDS[model.kind]
    unit = "O13" if kind.vehicle else f"{place % 1000:03d}"
    head = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(plan.seed * 7 + number // 100_000) % 36]
    return f"{kind.legacy or 1}34{unit}{head}{number % 100_000:05d}"


def _dates(plan: Plan, rng: Random, model: Model) -> tuple[date, date | None, dict[str, Any] | None]:
    """(month made, last inspection, what became of it later)."""
    if model.kind != "lpg_steel":
        return _long_lived(plan, rng, model)
    past_life = rng.random() < 0.022
    age = rng.randrange(LPG_LIFE_MONTHS + 1, 140) if past_life else int(LPG_LIFE_MONTHS * rng.random() ** 0.9)
    made = add_months(plan.on.replace(day=1), -max(age, 1))
    first_due = add_months(made, model.interval_months - rng.randrange(0, 4)) + timedelta(days=rng.randrange(27))
    inspected = first_due if first_due < plan.on - timedelta(days=3) and rng.random() > FORGOTTEN else None
    if not past_life:
        return made, inspected, _later(plan, rng, age)
    if rng.random() < 0.3:  # some stations go on using them: the rules refuse them at the gun
        return made, inspected, None
    end = add_months(made, LPG_LIFE_MONTHS)
    status = "scrap_pending" if rng.random() < 0.5 else "cancelled"
    since = min(end + timedelta(days=rng.randrange(1, 60)), plan.on - timedelta(days=1))
    return made, inspected, {"status": status, "since": since}


def _long_lived(plan: Plan, rng: Random, model: Model) -> tuple[date, date | None, dict[str, Any] | None]:
    most = 170 if model.kind.startswith("vehicle") else 300
    age = int(most * rng.random() ** 1.3)
    made = add_months(plan.on.replace(day=1), -max(age, 1))
    if age <= model.interval_months:
        return made, None, _later(plan, rng, age)
    late = rng.random() < FORGOTTEN
    ago = rng.randrange(1, 250) + model.interval_months * 30 if late else rng.randrange(4, model.interval_months * 30)
    inspected = max(plan.on - timedelta(days=ago), made + timedelta(days=31))
    return made, inspected, _later(plan, rng, age)


def _later(plan: Plan, rng: Random, age: int) -> dict[str, Any] | None:
    place = rng.random()
    for status, chance in (*LATER, *(GONE if age > 24 else ())):
        place -= chance
        if place < 0 and age > 6:
            days = rng.randrange(2, 25) if status == "inspection" else rng.randrange(5, 150)
            return {"status": status, "since": plan.on - timedelta(days=days)}
    return None


def _last_filled(plan: Plan, rng: Random, registered: date) -> datetime | None:
    """The fill before the days of the city: within half a year of them, and never before the registration."""
    day = plan.first_day - timedelta(days=rng.randrange(1, 180))
    return datetime.combine(day, time(10), clock.CITY_ZONE) if day > registered else None


def _date_labels(plan: Plan) -> None:
    """The labels of a city were bound when its cylinders were registered, not on the day of the seeding; a few
    cylinders never got one."""
    mine = select(Cylinder.id).where(Cylinder.source == plan.source)
    registered = select(Cylinder.registered_on).where(Cylinder.id == LabelCode.cylinder_id).scalar_subquery()
    db.session.execute(
        update(LabelCode)
        .where(LabelCode.cylinder_id.in_(mine))
        .values(issued_on=registered, bound_on=registered)
        .execution_options(synchronize_session=False)
    )
    rows = db.session.execute(
        select(Cylinder.id, Cylinder.label_code, LabelCode.id)
        .join(LabelCode, LabelCode.code == Cylinder.label_code)
        .where(Cylinder.source == plan.source, Cylinder.status == "in_use")
        .order_by(Cylinder.id)
    ).all()
    rng = plan.random("uncoded")
    lost = [row for row in rows if rng.random() < UNCODED]
    reason = "未赋码，换装标签时补发"
    for start in range(0, len(lost), 500):
        part = lost[start : start + 500]
        void = {"status": "void", "bound_on": None, "ended_on": plan.on, "reason": reason}
        db.session.execute(update(LabelCode).where(LabelCode.id.in_([row[2] for row in part])).values(**void))
        db.session.execute(update(Cylinder).where(Cylinder.id.in_([row[0] for row in part])).values(label_code=None))
    trail("label.voided", "label_code", ((row[2], {"code": row[1], "reason": reason}) for row in lost))


def _inspections(plan: Plan) -> None:
    """The inspections of the days of the city, as reports of the inspection body."""
    body = next(unit for unit in city_cast.others(plan) if unit.capacity == "inspection")
    body_id = city_units.crews([body])[0].unit_id
    found = db.session.execute(
        select(Cylinder.id, Cylinder.last_inspected_on, Cylinder.next_inspection_on)
        .where(Cylinder.source == plan.source, Cylinder.last_inspected_on >= plan.first_day)
        .order_by(Cylinder.id)
    ).all()
    rows = [
        {
            "cylinder_id": id_,
            "body_id": body_id,
            "report_no": f"QP{done_on:%Y%m%d}-{number:06d}",
            "done_on": done_on,
            "passed": True,
            "next_inspection_on": next_on,
            "details": None,
        }
        for number, (id_, done_on, next_on) in enumerate(found, 1)
    ]
    add(CylinderInspection, rows)
    names = ("done_on", "passed", "next_inspection_on")
    entries = ((row["cylinder_id"], {name: row[name] for name in names}) for row in rows)
    trail("cylinder.inspection_recorded", "cylinder", entries)
