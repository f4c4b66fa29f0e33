"""Two sides of the city that have nothing to do with each other, each with rows that carry its mark.

Side 甲 is 埇桥: the cast's first company, use unit, station and insurer; side 乙 is 砀山 with the second ones. A mark
stands in everything that somebody else could read: addresses, names, numbers, notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from registry import clock
from registry.db import db, transaction
from registry.models import Capacity, Certificate, FollowUp, Membership, Person, Unit
from registry.services import (
    accidents,
    assessments,
    cases,
    company_records,
    cylinder_reports,
    directives,
    fault_reports,
    filling,
    gas_batches,
    hazards,
    inspections,
    policies,
    renewals,
    rescue,
    saved_views,
    visits,
)
from registry.services.accounts import HASHER
from seeds import cast
from tests import (
    accidents_factory,
    calls_factory,
    elevators_factory,
    enforcement_factory,
    filling_factory,
    hazards_factory,
    policies_factory,
    visits_factory,
)

JIA, YI = "QXJIA77", "QXYI55"


@dataclass
class Side:
    """Who stands on a side, and what nobody of the other side may read. `public` marks things that whole trades may
    look up (an inspection body finds every elevator and cylinder)."""

    mark: str
    area: str
    use: str
    company: str
    station: str
    filler: str
    checker: str
    county: tuple[str, str]
    technicians: tuple[str, str]
    insurer: str = "insurer"
    body: str = "inspector"
    private: set[str] = field(default_factory=set)
    public: set[str] = field(default_factory=set)


SIDES = (
    Side(
        JIA, "341302", "property", "company", "filling", "filler", "checker", ("county", "county2"), ("tech1", "tech2")
    ),
    Side(
        YI,
        "341321",
        "property2",
        "company2",
        "filling2",
        "filler2",
        "checker2",
        ("dangshan", "dangshan2"),
        ("tech3", "tech4"),
    ),
)
UNITS = {"filling": "station", "filling2": "station2", "inspector": "inspection"}


def build() -> tuple[Side, Side]:
    """Both sides with their rows."""
    jia, yi = (Side(**{**vars(side), "private": set(), "public": set()}) for side in SIDES)
    _second_people()
    yi.insurer, yi.body = "insurer2", "inspector2"
    for place, side in enumerate((jia, yi)):
        _rows(side, place)
    return jia, yi


def _second_people() -> None:
    """The cast has one insurer, one inspection body and one officer of 砀山."""
    today, secret = clock.today(), HASHER.hash(cast.PASSWORD)
    with transaction() as session:
        for login, role, capacity in (
            ("insurer2", "insurer", "insurer"),
            ("inspector2", "inspection_body", "inspection"),
        ):
            unit = Unit(name=f"第二{capacity}", area_code="341321", created_on=cast.SINCE)
            session.add(unit)
            session.flush()
            session.add(Capacity(unit_id=unit.id, capacity=capacity, since=cast.SINCE))
            add_person(session, login, secret, role, unit.id, None)
        for login in SIDES[1].technicians:
            add_person(session, login, secret, "technician", cast.unit("company2").id, None)
        add_person(session, "dangshan2", secret, "inspector_county", cast.unit("dangshan").id, "341321")
        for place, side in enumerate(SIDES):  # one of each unit whose name is its own affair
            for key in (side.use, side.company, UNITS[side.station]):
                person = Person(name=f"{side.mark}员工", phone=f"1370000{place}{len(key):03d}", created_on=today)
                session.add(person)
                session.flush()
                role = {"p": "use_manager", "c": "technician", "s": "filler"}[key[0]]
                session.add(Membership(person_id=person.id, unit_id=cast.unit(key).id, role=role, since=cast.SINCE))


def add_person(session: Any, login: str, secret: str, role: str, unit_id: int, area: str | None) -> None:
    person = Person(name=login, phone="13900000000", login=login, password_hash=secret, created_on=cast.SINCE)
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, unit_id=unit_id, role=role, area_code=area, since=cast.SINCE))
    item = "A0" if area else "T"
    if area or role == "technician":
        expires = clock.today() + timedelta(days=900)
        session.add(Certificate(person_id=person.id, item=item, number=login, issued_on=cast.SINCE, expires_on=expires))


def _rows(side: Side, place: int) -> None:
    today, section, mark = clock.today(), cast.actor("section"), side.mark
    use, office = cast.unit(side.use), cast.actor(side.county[0])
    side.private.add(mark)
    elevator = elevators_factory.maintained(
        section,
        51 + place,
        side.company,
        address=f"{mark}路8号",
        name=f"{mark}梯",
        area_code=side.area,
        use_unit_id=use.id,
        made_on=date(2005, 5, 1),
    )
    side.public |= {elevator.label_code, elevator.device_code}
    rescue.enrol(cast.actor("desk"), elevator.id, f"03005{place}", date(2024, 1, 1))
    first, second = side.technicians
    given = visits_factory.visit(elevator.label_code, note=f"{mark}记录")
    given["workers"] = [first, {**given["workers"][1], "login": second}]
    visits.record(cast.actor(first), given)
    company_records.record_drill(
        cast.actor(side.company),
        {
            "category": "3100", "held_on": today - timedelta(days=40), "place": mark, "scenario": mark,
            "participants": 6, "summary": mark,
        },
    )  # fmt: skip
    inspections.record(
        cast.actor(side.body),
        elevator.id,
        {
            "kind": "periodic_inspection",
            "conclusion": "pass",
            "done_on": today - timedelta(days=30),
            "report_no": f"{mark}-JB",
        },
    )
    policies.record(
        cast.actor(side.insurer),
        policies_factory.values(
            elevator.label_code,
            policy_no=f"{mark}-BD",
            insurer_id=cast.actor(side.insurer).unit_id,
            holder_id=use.id,
            starts_on=today - timedelta(days=30),
            ends_on=today + timedelta(days=20),
        ),
    )
    hazard = hazards.report(
        office,
        hazards_factory.clue(
            title=f"{mark}隐患", description=mark, unit=use.credit_code, elevator=elevator.label_code,
            evidence=[hazards_factory.stored(side.county[0], f"{mark}.jpg")],
        ),
    )  # fmt: skip
    report = fault_reports.submit(
        elevator.label_code,
        {"kind": "noise", "text": f"{mark}异响", "phone": "", "ref": str(uuid4())},
        f"10.0.0.{place}",
    )[0]
    call = calls_factory.taken(elevator, note=f"{mark}来电")
    assessments.record(
        section,
        elevator.id,
        {"assessed_on": today - timedelta(days=9), "conclusion": "repair", "organisation": f"{mark}检测"},
    )
    renewal = renewals.apply(
        office,
        {"elevator": elevator.label_code, "year": today.year, "batch": f"{mark}批", "cost_fen": 100, "owners_fen": 100},
    )
    people = [{"person": cast.person(login).id, "signature": enforcement_factory.PNG} for login in side.county]
    directive = directives.issue(
        office,
        {**enforcement_factory.order(), "unit": use.credit_code, "problems": f"{mark}问题", "inspectors": people},
    )[0]
    case = cases.open_case(office, enforcement_factory.case_data(title=f"{mark}案", facts=mark, unit=use.credit_code))[
        0
    ]
    accident = accidents.report(
        office, accidents_factory.values(title=f"{mark}事故", place=mark, course=mark, unit=use.credit_code)
    )
    side.private |= {row.no for row in (hazard, report, call, renewal, accident, case) if row.no}
    side.private.add(str(directive.number) if getattr(directive, "number", None) else mark)
    _cylinders(side, place)
    _follow_up(side, today)
    for login in (side.use, side.company, side.station, side.county[0]):
        saved_views.save(
            cast.actor(login),
            {"listing": "people.index", "name": f"{mark}视图", "filters": {"q": mark}, "shared": True},
        )


def _cylinders(side: Side, place: int) -> None:
    mark = side.mark
    key = UNITS[side.station]
    row = filling_factory.cylinder(key, maker=f"{mark}瓶厂", serial_no=f"{mark}001", area_code=side.area)
    side.public |= {row.label_code or mark}
    given = filling_factory.fill(row, filler=side.filler, checker=side.checker)
    if place == 0:
        filling.record(cast.actor(side.filler), given)
    gas_batches.record(
        cast.actor(side.station),
        {
            "ref": str(uuid4()), "medium": "lpg", "supplier": f"{mark}石化", "delivery_note": f"{mark}-1",
            "mass_g": 24_000_000, "since": clock.today(),
        },
    )  # fmt: skip
    found = cylinder_reports.submit(
        row.label_code or "",
        {"kind": "other", "text": f"{mark}举报", "phone": "", "ref": str(uuid4())},
        f"10.0.1.{place}",
    )[0]
    side.private.add(found.no)


def _follow_up(side: Side, today: date) -> None:
    with transaction() as session:
        session.add(
            FollowUp(
                key="paperless_maintenance",
                unit_id=cast.unit(side.company).id,
                office_id=cast.actor(side.county[0]).unit_id,
                sent_by_id=cast.person(side.county[0]).id,
                sent_at=clock.now(),
                sent_on=today,
                due_on=today + timedelta(days=9),
                note=f"{side.mark}催办",
                state="sent",
            )
        )
    db.session.expire_all()
