"""What the cast's units have: named elevators, cylinders and hazards, made through the verbs on days of the past.

Days are counted back from today, so that the demo shows the same picture whenever it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, Person
from registry.rules.dates import add_months
from registry.rules.inspection import kind_of
from registry.rules.kinds import ELEVATOR_KINDS
from registry.services import contracts, elevators, inspections, policies, rescue
from seeds import (
    cast,
    cast_anomalies,
    cast_cylinder_life,
    cast_cylinders,
    cast_enforcement,
    cast_forged,
    cast_inspections,
    cast_insurance,
    cast_maintenance,
    cast_old,
    cast_registrations,
    cast_safety,
    cast_sunshine,
    cast_visits,
    hazard_road,
    past,
    reference_rows,
)
from seeds.city_rows import Progress, Steps, silent
from seeds.hazard_road import People

SOURCE = "cast"
STARTED = date(2024, 1, 1)  # of the contracts
PASSENGER: dict[str, Any] = {
    "drive_type": "traction",
    "rated_load_kg": 1000,
    "rated_speed_mps": Decimal("1.75"),
    "travel_m": Decimal(51),
    "floors": 18,
    "stops": 18,
    "doors": 18,
}
FREIGHT: dict[str, Any] = {
    "drive_type": "traction",
    "rated_load_kg": 2000,
    "rated_speed_mps": Decimal("0.5"),
    "floors": 4,
    "stops": 4,
    "doors": 4,
}
ESCALATOR: dict[str, Any] = {
    "incline_degrees": Decimal(30),
    "nominal_speed_mps": Decimal("0.5"),
    "rise_m": Decimal("4.8"),
    "nominal_width_mm": 1000,
    "motor_power_kw": Decimal(8),
}


@dataclass(frozen=True)
class CastElevator:
    """An elevator of the cast: `key` names it in tests and screenshots.

    `age` in years since the installation inspection; `visits`: `cast_visits.SCRIPTS`; `inspection`: in_date, overdue;
    `rescue`: verified, unverified or none; `status`: what it is today.
    """

    key: str
    kind: str
    name: str
    address: str
    place_type: str
    product: dict[str, Any]
    age: int
    owner: str = "property"
    company: str | None = "company"
    visits: str = "complete"
    insured: bool = True
    inspection: str = "in_date"
    rescue: str = "verified"
    status: str = "in_use"


ESTATE = "埇桥区汴河中路88号翠湖花园"
MALL = "埇桥区淮海中路19号汇源广场"
PEAR = "砀山县人民路16号梨花家园"
HYDRAULIC = {**FREIGHT, "hydraulic_cylinders": 2, "jacking_type": "side_direct"}
DUMBWAITER = {**FREIGHT, "rated_load_kg": 200, "rated_speed_mps": Decimal("0.4")}
del HYDRAULIC["drive_type"]
ELEVATORS = (
    CastElevator("lake-1-1", "traction_passenger", "1号楼1单元", f"{ESTATE}1号楼1单元", "residential", PASSENGER, 4),
    CastElevator(
        "lake-1-2", "traction_passenger", "1号楼2单元", f"{ESTATE}1号楼2单元", "residential", PASSENGER, 4,
        visits="unconfirmed",
    ),
    CastElevator(
        "lake-2-1", "traction_passenger", "2号楼1单元", f"{ESTATE}2号楼1单元", "residential", PASSENGER, 16,
        visits="short", inspection="overdue", insured=False,
    ),
    CastElevator(
        "lake-2-2", "firefighter", "2号楼消防梯", f"{ESTATE}2号楼2单元", "residential", PASSENGER, 7, visits="late",
    ),
    CastElevator(
        "lake-3-1", "traction_passenger", "3号楼1单元", f"{ESTATE}3号楼1单元", "residential", PASSENGER, 2,
        rescue="unverified",
    ),
    CastElevator(
        "mall-goods", "traction_freight", "货梯1号", f"{MALL}负一层卸货区", "mall", FREIGHT, 9, visits="declined",
    ),
    CastElevator("mall-up", "escalator", "1至2层上行扶梯", f"{MALL}一层中庭", "mall", ESCALATOR, 7, rescue="none"),
    CastElevator(
        "mall-walk", "moving_walk", "超市自动人行道", f"{MALL}负一层超市入口", "mall",
        {**ESCALATOR, "incline_degrees": Decimal(12), "usable_length_m": Decimal(24)}, 7, rescue="none", insured=False,
    ),
    CastElevator(
        "mall-hydraulic", "hydraulic_freight", "液压货梯", f"{MALL}后院", "mall", HYDRAULIC, 10, company=None,
        visits="none", insured=False,
    ),
    CastElevator(
        "pear-1", "traction_passenger", "1号楼", f"{PEAR}1号楼", "residential", PASSENGER, 5, "property2", "company2",
        visits="alone",
    ),
    CastElevator(
        "pear-2", "traction_passenger", "2号楼", f"{PEAR}2号楼", "residential", PASSENGER, 11, "property2", "company2",
        visits="none", status="temporarily_stopped", rescue="unverified", insured=False,
    ),
    CastElevator(
        "pear-kitchen", "dumbwaiter", "食堂杂物梯", f"{PEAR}物业食堂", "other", DUMBWAITER, 13, "property2", "company2",
        visits="none", status="stopped", rescue="none", insured=False,
    ),
)  # fmt: skip
BY_KEY = {each.key: each for each in ELEVATORS}


def build(progress: Progress = silent) -> bool:
    """Put on file what of the cast is not there yet; whether anything was missing."""
    steps, worked = Steps("cast"), False
    work: tuple[tuple[str, Callable[[], object]], ...] = (
        ("reference", reference_rows.load),
        ("people", _people),
        ("elevators", _elevators),
        ("maintenance", lambda: cast_maintenance.build(elevator)),
        ("visits", _visits),
        ("insurance", cast_insurance.build),
        ("cylinders", cast_cylinders.build),
        ("hazards", _hazards),
        ("forged cylinders", cast_forged.build),
        ("anomalies", lambda: cast_anomalies.build(elevator)),
        ("inspections", lambda: cast_inspections.build(elevator)),
        ("registrations", lambda: cast_registrations.build(elevator, PASSENGER)),
        ("old elevators", lambda: cast_old.old(elevator, PASSENGER)),
        ("fault reports", lambda: cast_old.reports(elevator)),
        ("safety officers", lambda: cast_safety.build(elevator)),
        ("sunshine filling", cast_sunshine.build),
        ("cylinder life", cast_cylinder_life.build),
        ("enforcement", lambda: cast_enforcement.build(elevator)),
    )
    if all(steps.done(name) for name, _ in work):
        return False
    with progress("named equipment", len(work)) as advance:
        for name, step in work:
            worked |= steps.take(name, step)
            advance(1)
    return worked


def elevator(key: str) -> Elevator:
    """One of the cast's elevators."""
    return db.session.scalars(select(Elevator).where(Elevator.source == SOURCE, Elevator.inner_no == key)).one()


def _people() -> None:
    if db.session.scalars(select(Person.id).where(Person.login == cast.PEOPLE[0].login)).first() is None:
        cast.build()


def _elevators() -> None:
    for number, each in enumerate(ELEVATORS, 1):
        registrar = cast.actor("county" if each.owner == "property" else "dangshan")
        row = _register(registrar, each, number)
        if each.company:
            terms = {"company_id": cast.unit(each.company).id, "since": max(STARTED, row.in_use_since or STARTED)}
            contracts.sign(registrar, row.id, {**terms, "number": f"WB-2024-{number:03d}"})
        _inspect(registrar, each, row)
        if each.rescue != "none":
            seen = clock.today() - timedelta(days=200) if each.rescue == "verified" else None
            since = clock.today() - timedelta(days=210)
            rescue.enrol(cast.actor("desk"), row.id, f"900{number:03d}", since, seen)
        if each.status == "temporarily_stopped":
            elevators.change_status(
                registrar, row.id, "halt", clock.today() - timedelta(days=9), "钢丝绳更换，临时停梯"
            )
        elif each.status == "stopped":
            day = clock.today() - timedelta(days=40)
            papers = {"measures": "切断电源，封闭层门，悬挂停用标志", "planned_until": add_months(day, 15)}
            elevators.change_status(registrar, row.id, "suspend", day, "食堂停业", "停用登记表2026-015", None, papers)
    _insure()


def _register(registrar: Any, each: CastElevator, number: int) -> Elevator:
    kind = ELEVATOR_KINDS[each.kind]
    installed = _installed(each)
    unit = cast.unit(each.owner)
    return elevators.register(
        registrar,
        {
            **each.product,
            "kind": each.kind,
            "name": each.name,
            "inner_no": each.key,
            "source": SOURCE,
            "address": each.address,
            "place_type": each.place_type,
            "area_code": unit.area_code,
            "use_unit_id": unit.id,
            "owner_unit_id": unit.id,
            "use_cert_no": f"梯{kind.cert_digits}皖LZ{number:04d}({installed:%y})",
            "device_code": f"{kind.catalogue}10901{installed.year}Z{number:03d}",
            "factory_no": f"ZC{number:05d}",
            "manufacturer": "江南电梯有限公司",
            "installer": "江南电梯宿州分公司",
            "model": "KX-1000",
            "made_on": installed - timedelta(days=120),
            "installation_inspected_on": installed,
            "registered_on": installed + timedelta(days=14),
            "in_use_since": installed + timedelta(days=14),
            "status": "in_use",
            "lat": round((unit.lat or 0) + number * 0.0004, 6),
            "lon": round((unit.lon or 0) + number * 0.0003, 6),
        },
    )


def _installed(each: CastElevator) -> date:
    """So many years and five months ago: the duty of this year fell due five months ago."""
    return add_months(clock.today().replace(day=15), -12 * each.age - 5)


def _inspect(registrar: Actor, each: CastElevator, row: Elevator) -> None:
    """The last two duties; one that is overdue lacks the second."""
    installed = _installed(each)
    years = (each.age - 1, each.age) if each.inspection == "in_date" else (each.age - 1,)
    for year in years:
        day = add_months(installed, 12 * year)
        if year < 1:
            continue
        kind = kind_of(year, day)
        report = f"{'AHD' if kind == 'periodic_inspection' else 'ZJ'}{day.year}-Z{row.id:04d}"
        with past.at(past.moment(day + timedelta(days=2))):
            given = {"kind": kind, "conclusion": "pass", "done_on": day, "report_no": report}
            if kind == "periodic_inspection":
                inspections.record(cast.actor("inspector"), row.id, given)
            else:
                # The inspection centre of the city does no self-tests; a company approved for them does.
                tester = cast.unit("company").credit_code
                inspections.record(registrar, row.id, {**given, "body": tester})


def _insure() -> None:
    insurer = cast.actor("insurer")
    for owner, number in (("property", "DT-CAST-0001"), ("property2", "DT-CAST-0002")):
        covered = [elevator(each.key).label_code for each in ELEVATORS if each.owner == owner and each.insured]
        starts_on = clock.today() - timedelta(days=305)
        with past.at(past.moment(starts_on - timedelta(days=3))):
            policies.record(
                insurer,
                {
                    "subject": "elevator",
                    "policy_no": number,
                    "holder_id": cast.unit(owner).id,
                    "holder_type": "use_unit",
                    "starts_on": starts_on,
                    "ends_on": add_months(starts_on, 12) - timedelta(days=1),
                    **cast_insurance.TERMS,
                    "codes": covered,
                },
            )


def _visits() -> None:
    for each in ELEVATORS:
        cast_visits.build(elevator(each.key), each.visits)


def _hazards() -> None:
    """One left lying past its deadline, one closed in time, one waiting for the plan."""
    today = clock.today()
    logins = ("county", "county2", "officer", "county-leader", "county-leader2", "property")
    people = People(*(cast.actor(login) for login in logins))
    wanted = (
        ("lake-2-1", "4.6b", "2号楼1单元电梯门锁安全回路被短接", "检查发现门锁安全回路被短接，电梯仍在运行", 50, 30, 7),
        ("mall-up", "4.6d", "上行扶梯紧急停止开关失效", "下端部紧急停止开关按下后扶梯不停止", 60, 40, 13),
        ("lake-1-2", "4.6c", "1号楼2单元限速器－安全钳联动试验不合格", "现场试验安全钳未能可靠制停轿厢", 4, 30, 4),
    )
    for key, clause, title, description, ago, due, steps in wanted:
        clue = {
            "title": title,
            "description": description,
            "source": "routine_inspection",
            "elevator": elevator(key).label_code,
            "suggested_clause": clause,
            "possible_accident": "剪切、坠落",
        }
        hazard_road.walk(people, clue, today - timedelta(days=ago), due, steps)
