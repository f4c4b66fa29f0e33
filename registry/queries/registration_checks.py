"""What an application for use registration lacks or proposes wrongly. Reads only; the verbs decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Contract, Counter, Elevator, Person, Registration, StoredFile, Unit
from registry.queries import areas, elevator_checks, units
from registry.queries.elevator_values import parameters_of, values
from registry.queries.registration_forms import DAY_NAMES, plain
from registry.rules.identifiers import IdentifierError
from registry.rules.registrations import (
    OPEN,
    TYPES,
    certificate_no,
    certificate_series,
    check_submission,
    checked,
    form_fields,
    papers,
)
from registry.rules.verdict import Verdict
from registry.settings import current

Wrong = dict[str, list[T]]
PLACE = ("address", "area_code", "place_type", "lat", "lon")
CERTIFICATE = "use_cert"
MOST_FILES = 20


def open_case(elevator_id: int) -> Registration | None:
    """The application of an elevator that is not decided yet."""
    return db.session.scalars(
        select(Registration).where(Registration.elevator_id == elevator_id, Registration.state.in_(OPEN))
    ).first()


def verdict(case: Registration, elevator: Elevator, on: date) -> Verdict:
    """All that an application still lacks."""
    given = [paper for paper, ids in (case.papers or {}).items() if ids]
    unit = case.new_unit_id or elevator.use_unit_id
    return check_submission(
        case.kind, elevator.status, given, case.fields or {}, case.changes or {}, unit is not None, on
    )


def prefilled(actor: Actor, elevator: Elevator, on: date) -> dict[str, Any]:
    """The fields of the form that are known already: of the unit, of the one who applies, of the last application."""
    last = db.session.scalars(
        policy.scope(actor, Registration)
        .where(Registration.elevator_id == elevator.id, Registration.unit_id == elevator.use_unit_id)
        .order_by(Registration.id.desc())
        .limit(1)
    ).first()
    found = {name: value for name, value in (last.fields if last else {}).items() if name not in DATED}
    unit = db.session.get(Unit, elevator.use_unit_id) if elevator.use_unit_id else None
    owner = db.session.get(Unit, elevator.owner_unit_id) if elevator.owner_unit_id else None
    if unit is not None:
        found |= {"use_unit_address": unit.address, "unit_phone": unit.phone}
    found["owner_phone"] = owner.phone if owner else found.get("unit_phone")
    found["maintenance_phone"] = _company_phone(elevator.id, on)
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if actor.role == "use_manager" and person is not None:
        found |= {"safety_manager": person.name, "mobile": person.phone, "filled_by": person.name}
    found["filled_on"] = on.isoformat()
    return {name: value for name, value in found.items() if value}


DATED = ("filled_on", "manager_signed_on")


def _company_phone(elevator_id: int, on: date) -> str | None:
    return db.session.scalar(
        select(Unit.phone)
        .join(Contract, Contract.company_id == Unit.id)
        .where(Contract.elevator_id == elevator_id, Contract.since <= on)
        .where((Contract.until.is_(None)) | (Contract.until > on))
        .order_by(Contract.since.desc())
        .limit(1)
    )


def fields(given: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The fields of the form as they are kept.

    Raises:
        Invalid: a phone or postcode that cannot be right, or a field the form does not have.
    """
    known = {field.name: field for field in form_fields(on)}
    wrong: Wrong = {name: [T("登记表没有这一项")] for name in given.keys() - known.keys()}
    found: dict[str, Any] = {}
    for name in given.keys() & known.keys():
        value = given[name]
        if value in (None, ""):
            continue
        if known[name].type == "day":
            found[name] = plain(value)
            continue
        try:
            found[name] = checked(known[name], str(value))
        except IdentifierError as error:
            wrong[name] = [T(error.zh)]
    if wrong:
        raise Invalid(wrong)
    return found


def filed(actor: Actor, case: Registration, given: Mapping[str, Any]) -> dict[str, list[int]]:
    """Papers as ids of stored files: those the caller's unit brought, and those that are in the case already.

    Raises:
        Invalid: a kind of paper that the type does not know, or a file that is not there.
    """
    return stored(actor, {paper.id for paper in papers(case.kind, clock.today())}, case.papers or {}, given)


def stored(
    actor: Actor, known: Set[str], brought: Mapping[str, Sequence[int]], given: Mapping[str, Any]
) -> dict[str, list[int]]:
    """Papers of an application of any equipment as ids of stored files by kind: `known` kinds, `brought` before.

    Raises:
        Invalid: as in `filed`.
    """
    wrong: Wrong = {f"paper-{name}": [T("这类登记没有这种材料")] for name in given.keys() - known}
    present = {number for ids in brought.values() for number in ids}
    wanted = {number for name in given.keys() & known for number in given[name] or ()}
    scoped = policy.scope(actor, StoredFile, StoredFile.id).where(StoredFile.id.in_(wanted - present))
    there = present | set(db.session.scalars(scoped)) if wanted - present else present
    for name in given.keys() & known:
        ids = list(given[name] or ())
        if len(ids) > MOST_FILES:
            wrong[f"paper-{name}"] = [T("最多{count}个文件", count=MOST_FILES)]
        elif not set(ids) <= there:
            wrong[f"paper-{name}"] = [T("没有找到这个文件")]
    if wrong:
        raise Invalid(wrong)
    return {name: list(given[name]) for name in given if given[name]}


def changes(actor: Actor, case: Registration, elevator: Elevator, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the application is to alter, as JSON keeps it: only what differs from the register.

    Raises:
        Invalid: a field that this type does not alter, or a value that cannot be right.
    """
    allowed = changeable(case.kind, elevator.kind)
    if foreign := given.keys() - set(allowed):
        raise Invalid({name: [T("这类登记不变更这一项")] for name in foreign})
    kind = TYPES[case.kind].changes
    if kind == "name":
        return _new_name(case, given)
    if kind == "unit":
        return _new_unit(actor, elevator, given)
    before = values(elevator)
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    if "area_code" in given and after["area_code"] != before["area_code"]:
        after["division_code"] = areas.division_of(after["area_code"])
    altered = {name for name in allowed if after[name] != before[name]}
    wrong = elevator_checks.concerning(elevator_checks.problems(actor, after, elevator.id), altered)
    if kind == "life" and altered and after["extended_until"] <= clock.today():
        wrong["extended_until"] = [T("应晚于今天")]
    if wrong:
        raise Invalid(wrong)
    return {name: plain(after[name]) for name in allowed if name in altered}


def changeable(kind: str, elevator_kind: str) -> tuple[str, ...]:
    """The names of what a type of registration alters."""
    match TYPES[kind].changes:
        case "product":
            return ("model", *(p.name for p in parameters_of(elevator_kind)))
        case "place":
            return PLACE
        case "unit":
            return ("use_unit", "owner_unit")
        case "name":
            return ("name",)
        case "life":
            return tuple(sorted(DAY_NAMES))
    return ()


def _new_name(case: Registration, given: Mapping[str, Any]) -> dict[str, Any]:
    name = (given.get("name") or "").strip()
    unit = db.session.get(Unit, case.unit_id) if case.unit_id else None
    if not name:
        return {}
    if unit is not None and unit.name == name:
        raise Invalid.field("name", T("与现在的名称相同"))
    return {"name": name}


def _new_unit(actor: Actor, elevator: Elevator, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("use_unit", "owner_unit"):
        if given.get(name):
            try:
                found[f"{name}_id"] = units.find(actor, str(given[name])).id
            except Missing as error:
                raise Invalid.field(name, error.detail) from None
    if found.get("use_unit_id") == elevator.use_unit_id and "use_unit_id" in found:
        raise Invalid.field("use_unit", T("已经是这个单位在使用"))
    return found if "use_unit_id" in found else {}


def next_certificate(kind: str, on: date) -> str:
    """The certificate number that a grant of today would give, without taking it."""
    city = current().city_code
    series = certificate_series(kind, city, on)
    statement = select(Counter.value).where(
        Counter.kind == CERTIFICATE, Counter.body == series, Counter.year == on.year
    )
    count = (db.session.scalar(statement) or 0) + 1
    while elevator_checks.taken({"use_cert_no": certificate_no(kind, city, count, on)}):
        count += 1
    return certificate_no(kind, city, count, on)
