"""The elevators of a seeded city: registered through the bulk verb, then moved to the status they have today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from registry.actor import SYSTEM
from registry.rules.inspection_standing import Origin, Record, valid_until
from registry.rules.kinds import ELEVATOR_KINDS
from registry.services.elevators_bulk import bulk_register
from seeds import city_cast, city_names, city_units
from seeds.city_cast import CityUnit
from seeds.city_rows import Advance, Plan

BATCH = 1000
# Kinds by type of place; over the whole city some 80 % passenger, 13.5 % goods, 6 % escalators, 0.6 % walks.
KINDS: dict[str, tuple[tuple[str, float], ...]] = {
    "residential": (("traction_passenger", 96), ("firefighter", 1.5), ("traction_freight", 2.5)),
    "office": (("traction_passenger", 91), ("traction_freight", 9)),
    "factory": (
        ("traction_freight", 76),
        ("positive_freight", 2),
        ("hydraulic_freight", 7),
        ("explosion_proof", 2),
        ("traction_passenger", 13),
    ),
    "mall": (("escalator", 66), ("moving_walk", 7), ("traction_passenger", 16), ("traction_freight", 11)),
    "hotel": (("traction_passenger", 71), ("traction_freight", 15), ("dumbwaiter", 14)),
    "school": (("traction_passenger", 87), ("dumbwaiter", 11), ("hydraulic_passenger", 2)),
    "hospital": (("traction_passenger", 79), ("traction_freight", 11), ("escalator", 10)),
    "transport": (("escalator", 60), ("moving_walk", 10), ("traction_passenger", 30)),
    "culture_sport": (("traction_passenger", 72), ("escalator", 28)),
}
MAKERS = (
    "江南电梯",
    "华东电梯",
    "皖通电梯",
    "康辉电梯",
    "巨人机电",
    "新时达机电",
    "长三角电梯",
    "富腾电梯",
    "联达机电",
)
LATER = (("stopped", 0.030), ("temporarily_stopped", 0.006), ("scrapped", 0.008), ("cancelled", 0.008))
LATER_WHEN_OLD = (("dismantled", 0.02), ("moved_out", 0.01))
NOT_YET = (("not_in_use", 0.15), ("in_use_unregistered", 0.03))
LIVE = ("in_use", "temporarily_stopped", "in_use_unregistered")


def build(plan: Plan, advance: Advance) -> None:
    """Register every elevator with its contract and 96366 code, and make the later changes of status."""
    batch: list[dict[str, Any]] = []
    for row in _rows(plan):
        batch.append(row)
        if len(batch) == BATCH:
            _register(batch, advance)
            batch = []
    _register(batch, advance)


def _register(rows: list[dict[str, Any]], advance: Advance) -> None:
    refused = bulk_register(SYSTEM, [{k: v for k, v in row.items() if k != "later"} for row in rows]).refused
    if refused:
        raise ValueError(f"a seeded elevator was refused: {refused[0]}")
    moved = [
        {"source": row["source"], "foreign_no": row["foreign_no"], "area_code": row["area_code"], **row["later"]}
        for row in rows
        if row["later"]
    ]
    bulk_register(SYSTEM, moved)
    advance(len(rows))


def _rows(plan: Plan) -> Iterator[dict[str, Any]]:
    units, firms = city_cast.use_units(plan), city_cast.companies(plan)
    crews, firm_crews = city_units.crews(units), city_units.crews(firms)
    number = 0
    for place, (unit, crew) in enumerate(zip(units, crews, strict=True)):
        company = city_cast.contracts(plan)[place]
        for inside in range(unit.size):
            number += 1
            rng = plan.random("elevator", number)
            row = _row(plan, rng, unit, number, inside)
            row["use_unit_id"] = row["owner_unit_id"] = crew.unit_id
            _with_contract(plan, rng, row, firm_crews[company].unit_id)
            _with_rescue_code(plan, rng, row, number)
            yield row


def _row(plan: Plan, rng: Random, unit: CityUnit, number: int, inside: int) -> dict[str, Any]:
    names, weights = zip(*KINDS[unit.trade], strict=True)
    kind = ELEVATOR_KINDS[rng.choices(names, weights)[0]]
    maker = rng.choice(MAKERS)
    # Where it stands is shared by the elevators of one building.
    where = plan.random("building", unit.credit_code, inside // 4)
    building, lat, lon = where.randrange(1, 30), unit.lat + where.gauss(0, 0.002), unit.lon + where.gauss(0, 0.002)
    has_place = where.random() < 0.97
    row: dict[str, Any] = {
        "kind": kind.id,
        "name": kind.zh,
        "source": plan.source,
        "foreign_no": f"E{number:06d}",
        "factory_no": f"{rng.choice('ABCDEFGH')}{rng.randrange(10**7):07d}",
        "inner_no": f"{inside % 4 + 1}#",
        "model": f"{rng.choice(('KX', 'GPS', 'TE', 'HF', 'LX'))}-{rng.choice((630, 800, 1000, 1350, 2000))}",
        "manufacturer": f"{maker}有限公司",
        "installer": f"{maker}宿州分公司",
        "design_life_years": rng.choice((15, 20, 20, 25)),
        "address": _address(plan, unit, building, inside),
        "place_type": unit.trade,
        "area_code": unit.place.code,
        "division_code": unit.place.division,
        "lat": round(lat + rng.gauss(0, 0.00003), 6) if has_place else None,
        "lon": round(lon + rng.gauss(0, 0.00003), 6) if has_place else None,
        **_product(rng, kind.id),
    }
    _with_days(plan, rng, row, number)
    return row


def _address(plan: Plan, unit: CityUnit, building: int, inside: int) -> str:
    if unit.trade != "residential":
        return f"{unit.address}{unit.name.removeprefix(unit.place.short)}{building % 5 + 1}号楼"
    estate = plan.random("estate", unit.credit_code, inside // 24)
    name = city_names.estate(estate)
    street = city_names.street(estate, unit.place, unit.town)
    return f"{street}{name}{building}号楼{inside % 4 // 2 + 1}单元"


def _product(rng: Random, kind: str) -> dict[str, Any]:
    """Plausible product data of a kind."""
    match kind:
        case "escalator" | "moving_walk":
            walk = kind == "moving_walk"
            rise = Decimal(rng.randrange(0, 40) if walk else rng.randrange(35, 75)) / 10
            found = {
                "incline_degrees": Decimal(rng.choice((0, 10, 12)) if walk else rng.choice((30, 30, 35))),
                "nominal_speed_mps": Decimal("0.5"),
                "rise_m": rise,
                "nominal_width_mm": rng.choice((600, 800, 1000, 1000)),
                "motor_power_kw": Decimal(rng.choice(("5.5", "7.5", "8", "11"))),
            }
            return {**found, "usable_length_m": Decimal(rng.randrange(12, 45))} if walk else found
        case "hydraulic_freight" | "hydraulic_passenger":
            floors = rng.randrange(2, 5)
            return {
                **_shaft(rng, floors, (2000, 3000, 5000), ("0.25", "0.4"), 4),
                "hydraulic_cylinders": rng.choice((1, 2)),
                "jacking_type": rng.choice(("direct", "side_direct", "indirect")),
            }
        case "traction_freight" | "positive_freight" | "explosion_proof":
            found = _shaft(rng, rng.randrange(2, 9), (1000, 2000, 3000, 5000), ("0.5", "0.63"), 4)
            found["drive_type"] = "positive" if kind == "positive_freight" else "traction"
            if kind == "explosion_proof":
                found |= {"explosion_type": "隔爆型", "explosion_class": "Ex d IIB T4"}
            return found
        case "dumbwaiter":
            found = _shaft(rng, rng.randrange(2, 6), (100, 200, 250), ("0.4",), 3)
            return {**found, "drive_type": "traction"}
        case _:
            floors = rng.choice((6, 7, 11, 11, 16, 18, 18, 24, 26, 28, 33))
            speeds = ("1.0", "1.5", "1.75") if floors < 19 else ("1.75", "2.0", "2.5")
            found = _shaft(rng, floors, (630, 800, 1000, 1050, 1350), speeds, 3)
            return {**found, "drive_type": "traction"}


def _shaft(rng: Random, floors: int, loads: tuple[int, ...], speeds: tuple[str, ...], height: int) -> dict[str, Any]:
    return {
        "rated_load_kg": rng.choice(loads),
        "rated_speed_mps": Decimal(rng.choice(speeds)),
        "floors": floors,
        "stops": floors,
        "doors": floors,
        "travel_m": Decimal((floors - 1) * height),
    }


@lru_cache(maxsize=20_000)
def covered_by_installation(day: date) -> date | None:
    """The last day that a passed installation inspection covers."""
    return valid_until(Origin(installation=day), [], Record("installation_supervision", day))


def _with_days(plan: Plan, rng: Random, row: dict[str, Any], number: int) -> None:
    """Age, codes, status: a city that has grown by seven or eight in a hundred a year, 6 % older than 15 years."""
    kind = ELEVATOR_KINDS[row["kind"]]
    age = 20 * (1 - rng.random() ** 0.5)
    installed = plan.on - timedelta(days=round(age * 365.25) + 12)
    made = installed - timedelta(days=rng.randrange(50, 220))
    registered = min(installed + timedelta(days=rng.randrange(3, 29)), plan.on - timedelta(days=1))
    status, later = "in_use", _later(plan, rng, age)
    if age < 0.6 and later is None:
        found = _drawn(rng, NOT_YET)
        status = found or status
    unregistered = status != "in_use"
    serial = (plan.seed % 12) * 30_000 + number
    row |= {
        "made_on": made,
        "installation_inspected_on": installed,
        "registered_on": None if unregistered else registered,
        "in_use_since": None if status == "not_in_use" else registered,
        "status": status,
        "status_since": made if status == "not_in_use" else registered,
        "later": later,
        "use_cert_no": None if unregistered else f"梯{kind.cert_digits}皖L{_running(serial)}({registered:%y})",
        "device_code": f"{kind.catalogue}10{rng.randrange(100, 999)}{made.year}{_base36(plan.seed * 100_000 + number)}",
        "inspection_kind": "installation_supervision",
        "inspection_done_on": installed,
        "inspection_valid_until": covered_by_installation(installed),
        "inspection_report_no": f"AHJ{installed:%Y%m}{number % 10000:04d}",
    }


def _later(plan: Plan, rng: Random, age: float) -> dict[str, Any] | None:
    """The status after being in use, when it has changed; only the old are taken away."""
    status = _drawn(rng, (*LATER, *LATER_WHEN_OLD) if age > 8 else LATER)
    if status is None or age < 1.5 or (status == "scrapped" and age < 8):
        return None
    days = rng.randrange(5, 60) if status == "temporarily_stopped" else rng.randrange(20, 500)
    return {"status": status, "status_since": plan.on - timedelta(days=days)}


def _drawn(rng: Random, chances: tuple[tuple[str, float], ...]) -> str | None:
    place = rng.random()
    for name, chance in chances:
        place -= chance
        if place < 0:
            return name
    return None


def _with_contract(plan: Plan, rng: Random, row: dict[str, Any], company_id: int) -> None:
    status = (row["later"] or row)["status"]
    if status not in LIVE or rng.random() < 0.008:
        return
    begun = plan.on - timedelta(days=400 + rng.randrange(900))
    row["company_id"] = company_id
    row["contract_since"] = max(row["in_use_since"] or begun, begun)
    row["contract_number"] = f"WB-{row['contract_since']:%Y}-{row['foreign_no'][1:]}"


def _with_rescue_code(plan: Plan, rng: Random, row: dict[str, Any], number: int) -> None:
    """96366: almost all, and almost all of those with the plate seen in the car."""
    status = (row["later"] or row)["status"]
    if not ELEVATOR_KINDS[row["kind"]].code_in_car or status not in LIVE or rng.random() > 0.972:
        return
    earliest = max(row["in_use_since"], plan.on - timedelta(days=1600))
    span = max((plan.on - earliest).days - 1, 1)
    since = earliest + timedelta(days=min(int(rng.expovariate(1 / 50)), span - 1))
    verified = since + timedelta(days=rng.randrange(0, 25))
    row["rescue_code"] = f"{plan.seed % 100}{number:05d}"
    row["rescue_since"] = since
    row["plate_verified_on"] = verified if verified < plan.on and rng.random() < 0.982 else None


def _running(number: int) -> str:
    """Five places; beyond 99999 the first one is a letter."""
    head, rest = divmod(number, 10_000)
    return f"{'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[head % 36]}{rest:04d}"


def _base36(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits
