"""What a city does for its safety and the seeded one lacks: appointed safety staff, turns around the fills, daily
records of the stations. So that the four colours of risk lie as in a real city."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import (
    Capacity,
    Certificate,
    Elevator,
    FillCycle,
    Filling,
    Membership,
    Person,
    SafetyAppointment,
    Unit,
)
from registry.queries import accounts, safety_sheets
from registry.rules import fill_cycle
from registry.rules.identifiers import complete_credit_code
from registry.services import safety, safety_records
from seeds import cast, city_cast, past, pictures
from seeds.city_rows import Plan, add, put, trail

APPOINTED_AGO = 200  # days
LACKING = 9  # every ninth unit has not appointed its safety staff
WEEK = 8
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OXYGEN = {
    "name": "泗县康源医用氧气充装站",
    "credit_code": complete_credit_code("91341324MA2TYQ5K1"),
    "area_code": "341324",
}


def build() -> None:
    """Let the units of the city do what the law asks, but for a few."""
    today = clock.today()
    plan = Plan(1, 0, 0, 0, today)
    _appoint_users(plan, today)
    for number, station in enumerate(_city_stations()):
        _turn(station, today, missing=(0, 0, 0, 40)[number % 4])
        _record_days(station, today)
    _oxygen(today)


def _named() -> set[int]:
    """The units of the cast, which have histories of their own."""
    return {cast.unit(each.key).id for each in cast.UNITS}


def _appoint_users(plan: Plan, today: date) -> None:
    """A director and an officer for the elevators of most use units: a manager and a colleague of his."""
    since = today - timedelta(days=APPOINTED_AGO)
    managers = db.session.execute(
        select(Membership.unit_id, func.min(Membership.person_id))
        .where(
            Membership.role == "use_manager",
            Membership.unit_id.in_(select(Elevator.use_unit_id).where(Elevator.use_unit_id.is_not(None))),
            Membership.unit_id.not_in(_named()),
        )
        .group_by(Membership.unit_id)
        .order_by(Membership.unit_id)
    ).all()
    chosen = [pair for number, pair in enumerate(managers) if number % LACKING]
    rng = plan.random("safety officers")
    names = [city_cast.names.person(rng) for _ in chosen]
    people = add(Person, [{"name": name, "phone": "", "created_on": since} for name in names])
    post: dict[str, Any] = {"role": "use_manager", "area_code": None, "since": since, "until": None}
    units = [unit for unit, _manager in chosen]
    put(Membership, [{"person_id": one, "unit_id": unit, **post} for one, unit in zip(people, units, strict=True)])
    trail("person.registered", "person", [(one, {"unit_id": unit}) for one, unit in zip(people, units, strict=True)])
    rows = [
        {
            "unit_id": unit,
            "subject": "elevator",
            "role": role,
            "person_id": person,
            "document": f"安全人员任命〔{since.year}〕{number}号",
            "file_id": None,
            "end_reason": "",
            "since": since,
            "until": None,
        }
        for (unit, manager), officer in zip(chosen, people, strict=True)
        for number, (role, person) in enumerate((("director", manager), ("officer", officer)), 1)
    ]
    add(SafetyAppointment, rows)


def _city_stations() -> list[int]:
    found = db.session.scalars(
        select(Capacity.unit_id)
        .where(Capacity.capacity == "filling", Capacity.unit_id.not_in(_named()))
        .order_by(Capacity.unit_id)
    )
    return list(found)


def _turn(station: int, today: date, missing: int) -> None:
    """A whole turn around each fill of the last weeks; of every `missing`-th the check after filling is not on file."""
    fills = db.session.scalars(
        select(Filling)
        .where(
            Filling.station_id == station,
            Filling.filled_on > today - timedelta(days=35),
            Filling.id.not_in(select(FillCycle.filling_id).where(FillCycle.filling_id.is_not(None))),
        )
        .order_by(Filling.id)
    ).all()
    after = dict.fromkeys(fill_cycle.post_names(today), "ok")
    add(FillCycle, [_cycle(fill, after, bool(missing) and number % missing == 1) for number, fill in enumerate(fills)])


def _cycle(fill: Filling, after: dict[str, str], lacking: bool) -> dict[str, Any]:
    begun, over = fill.started_at - timedelta(minutes=2), fill.ended_at + timedelta(minutes=3)
    checked = not lacking
    return {
        "ref": f"turn-{fill.id}",
        "ref_digest": "",
        "cylinder_id": fill.cylinder_id,
        "station_id": fill.station_id,
        "gun": fill.gun,
        "medium": fill.medium,
        "state": "released" if checked else "lapsed",
        "custody_before": "station",
        "opened_at": begun,
        "closed_at": over,
        "prechecked_at": begun,
        "prechecker_id": fill.checker_id,
        "checks": dict(fill.checks or {}),
        "observed": {},
        "gross_before_g": fill.gross_before_g,
        "filling_id": fill.id,
        "filled_at": fill.ended_at,
        "post_ref": f"turn-{fill.id}-post" if checked else None,
        "post_digest": "" if checked else None,
        "postchecked_at": over if checked else None,
        "postchecker_id": fill.checker_id if checked else None,
        "post_checks": after if checked else None,
        "reweigh_g": fill.gross_after_g if checked else None,
        "leak_found": False if checked else None,
        "labels_printed": True if checked else None,
        "release_ref": f"turn-{fill.id}-out" if checked else None,
        "released_at": over if checked else None,
        "released_by_id": fill.checker_id if checked else None,
        "findings": [],
        "reason": "",
        "version": 4 if checked else 3,
    }


def _record_days(station: int, today: date) -> None:
    """Officer and director of a station, and the officer's record of each day of the last week with fills."""
    manager, officer = _actor(station, "filling_manager"), _actor(station, "checker")
    if manager is None or officer is None:
        return
    began = today - timedelta(days=APPOINTED_AGO)
    with past.at(past.moment(began)):
        for number, (role, one) in enumerate((("officer", officer), ("director", manager)), 1):
            name = f"安全人员任命〔{began.year}〕{number}号"
            given = {"subject": "filling", "role": role, "person": one.person_id, "since": began, "document": name}
            safety.appoint(manager, {**given, "file": (f"{name}.pdf", PAPER)})
            for kind in safety.TRAININGS:
                result = {"kind": kind, "done_on": began, "passed": True, "document": "安全人员培训考核"}
                safety.train(manager, {"subject": "filling", "person": one.person_id, **result})
        safety.list_risks(manager, "filling")
    days = db.session.scalars(
        select(Filling.filled_on)
        .where(Filling.station_id == station, Filling.filled_on.between(today - timedelta(days=WEEK), today))
        .distinct()
        .order_by(Filling.filled_on)
    )
    for day in list(days):
        _daily(officer, day)


def _daily(officer: Actor, day: date) -> None:
    end = min(past.moment(day, 17, 20), clock.now())
    with past.at(end):
        safety_records.daily(
            officer,
            {
                "ref": f"demo-risk-{officer.person_id}-{day:%Y%m%d}",
                "subject": "filling",
                "day": day,
                "opened_at": end - timedelta(minutes=25),
                "seen": [thing.key for thing in safety_sheets.sheet(officer, "filling", "daily").things],
                "zero_risk": True,
                "problems": [],
                "signature": pictures.signature(officer.name),
                "photos": [],
            },
        )


def _actor(unit: int, role: str) -> Actor | None:
    number = db.session.scalar(
        select(func.min(Membership.id)).where(Membership.unit_id == unit, Membership.role == role)
    )
    return accounts.actor_of_membership(number) if number else None


def _oxygen(today: date) -> None:
    """A small station of an inert gas, in good order."""
    since = today - timedelta(days=700)
    if db.session.scalar(select(Unit.id).where(Unit.credit_code == OXYGEN["credit_code"])):
        return
    place = {"address": "泗县泗城镇工业园", "legal_person": "夏明", "phone": "0557-7021188", "created_on": since}
    (unit,) = add(Unit, [{**OXYGEN, **place, "source": "demo", "lat": 33.49, "lon": 117.89}])
    licence = {"licence_no": "TS4234019-2029", "licence_until": today + timedelta(days=900)}
    row = {"unit_id": unit, "capacity": "filling", **licence, "media": ["oxygen"], "suspended_since": None}
    put(Capacity, [{**row, "since": since}])
    trail("unit.registered", "unit", [(unit, {**{k: OXYGEN[k] for k in ("name", "credit_code")}})])
    _crew(unit, since, today)


def _crew(unit: int, since: date, today: date) -> None:
    names = (("夏明", "filling_manager"), ("卢俊", "filler"), ("汪蓉", "checker"))
    people = add(Person, [{"name": name, "phone": "", "created_on": since} for name, _role in names])
    post: dict[str, Any] = {"area_code": None, "since": since, "until": None}
    put(
        Membership,
        [
            {"person_id": one, "unit_id": unit, "role": role, **post}
            for one, (_n, role) in zip(people, names, strict=True)
        ],
    )
    until = today + timedelta(days=800)
    put(
        Certificate,
        [{"person_id": one, "item": "P", "number": f"P341324{one:06d}", "expires_on": until} for one in people],
    )
