"""Supervision inspections for lists and pages: one check with what may be done now, and what its record needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, files, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import (
    Certificate,
    Elevator,
    Paper,
    Person,
    StoredFile,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionDevice,
    SupervisionInspector,
    SupervisionStep,
    Unit,
)
from registry.queries import areas, papers
from registry.queries.hazard_facts import ENFORCEMENT
from registry.queries.indicator_definitions import IN_USE
from registry.queries.paging import Page, paginate
from registry.rules import supervision_checks as rules
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.supervision_checks import CheckList, Item, Kind
from registry.rules.workflow import Move, State
from registry.settings import current

LISTED = (
    joinedload(SupervisionCheck.unit),
    joinedload(SupervisionCheck.office),
    selectinload(SupervisionCheck.inspectors).joinedload(SupervisionInspector.person),
)
SHOWN = (
    *LISTED,
    joinedload(SupervisionCheck.plan),
    joinedload(SupervisionCheck.draw),
    joinedload(SupervisionCheck.recorder),
    selectinload(SupervisionCheck.devices).joinedload(SupervisionDevice.elevator),
    selectinload(SupervisionCheck.answers).joinedload(SupervisionAnswer.hazard),
    selectinload(SupervisionCheck.steps).joinedload(SupervisionStep.person),
    selectinload(SupervisionCheck.steps).joinedload(SupervisionStep.unit),
)
GROUPS = {
    "open": rules.OPEN,
    "to_handle": ("recorded", "report_received", "rechecked_fail"),
    "rectifying": ("directive_issued",),
}


@dataclass(frozen=True)
class Detail:
    """One check on its page. `moves`: those the caller may make now by a page of this subject; `items`: the lines of
    its list by code; `paper`: its record as issued."""

    check: SupervisionCheck
    kind: Kind
    listed: CheckList
    state: State
    area: Any
    moves: tuple[Move, ...]
    may_record: bool
    items: Mapping[str, Item]
    papers: list[Paper]


@dataclass(frozen=True)
class RecordSheet:
    """What the phone page of a record shows: devices of the unit to choose from, all lines of the list with the kinds
    they are asked for, who signs."""

    check: SupervisionCheck
    listed: CheckList
    devices: Sequence[Elevator]
    kinds: Mapping[str, int]
    items: tuple[Item, ...]
    inspectors: Sequence[SupervisionInspector]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Checks by `q` (number or unit), `kind`, `state` (a state, `open`, `to_handle`, `rectifying`), `area`, `plan`,
    `mine` (those the caller checks), `unit`, newest first."""
    policy.require(actor, "supervision.read")
    statement = policy.scope(actor, SupervisionCheck).options(*LISTED)
    if filters.get("q"):
        text = f"%{filters['q'].strip()}%"
        named = select(Unit.id).where(Unit.name.like(text))
        statement = statement.where(or_(SupervisionCheck.no.like(text), SupervisionCheck.unit_id.in_(named)))
    if filters.get("state"):
        state = filters["state"]
        statement = statement.where(SupervisionCheck.state.in_(GROUPS.get(state, (state,))))
    for name, column in (
        ("kind", SupervisionCheck.kind),
        ("area", SupervisionCheck.area_code),
        ("plan", SupervisionCheck.plan_id),
        ("unit", SupervisionCheck.unit_id),
    ):
        if filters.get(name):
            statement = statement.where(column == filters[name])
    if filters.get("mine"):
        own = select(SupervisionInspector.check_id).where(SupervisionInspector.person_id == actor.person_id)
        statement = statement.where(SupervisionCheck.id.in_(own))
    limit, cursor = filters.get("limit") or 50, filters.get("cursor")
    return paginate(statement, SupervisionCheck.id, limit, cursor, newest=True)


def by_no(actor: Actor, no: str) -> SupervisionCheck:
    """One check with everything about it.

    Raises:
        Missing: no such check for this caller.
    """
    policy.require(actor, "supervision.read")
    return policy.get(actor, SupervisionCheck, SupervisionCheck.no == no, options=SHOWN)


def show(actor: Actor, no: str) -> Detail:
    """One check with what may be done now."""
    row, today = by_no(actor, no), clock.today()
    near = actor.role not in COUNTY_ROLES or row.area_code in actor.areas or row.office_id == actor.unit_id
    moves = tuple(
        move
        for move in rules.moves_from(rules.WORKFLOW, row.state)
        if near and policy.may(actor, f"supervision.{move.verb}") and not _refused(row, move.verb)
    )
    issued: list[Paper] = []
    if policy.may(actor, "paper.read"):
        of_check = policy.scope(actor, Paper).where(Paper.subject == "supervision_check", Paper.subject_id == row.id)
        issued = list(db.session.scalars(of_check.options(*papers.LOADED).order_by(Paper.id)))
    checks = {each.person_id for each in row.inspectors}
    return Detail(
        row,
        rules.kinds(today)[row.kind],
        rules.lists(today)[row.list_kind],
        rules.states(rules.WORKFLOW)[row.state],
        areas.names().get(row.area_code),
        moves,
        row.state == "in_progress" and policy.may(actor, "supervision.record") and actor.person_id in checks,
        {item.code: item for item in items_of(row)},
        issued,
    )


def _refused(row: SupervisionCheck, verb: str) -> bool:
    """Moves with pages of their own, and the one that the record speaks against."""
    found = bool(row.problems) or any(answer.result == rules.NOT_OK for answer in row.answers)
    return verb == "record" or (verb == "find_nothing" and found)


def sheet(actor: Actor, no: str) -> RecordSheet:
    """What is needed to record a check in progress.

    Raises:
        Conflict: it is not in progress.
    """
    policy.require(actor, "supervision.record")
    row, today = by_no(actor, no), clock.today()
    if row.state != "in_progress":
        raise Conflict(T("检查现在是“{state}”，不能提交记录", state=rules.states(rules.WORKFLOW)[row.state].zh))
    found = unit_devices(row)
    kinds = Counter(each.kind for each in found)
    return RecordSheet(
        row,
        rules.lists(today)[row.list_kind],
        found,
        dict(kinds),
        rules.items(row.list_kind, today, kinds),
        row.inspectors,
    )


def recorded(actor: Actor, no: str, ref: str) -> SupervisionCheck | None:
    """The check, if its record is the one that came under `ref`."""
    row = by_no(actor, no) if ref else None
    return row if row is not None and row.record_ref == ref else None


def items_of(row: SupervisionCheck) -> tuple[Item, ...]:
    """The lines of the list that were asked, by the table of the day of the record; before it, those to be asked."""
    if row.recorded_at is None:
        return rules.items(row.list_kind, clock.today(), unit_kinds(row))
    answered = set(db.session.scalars(select(SupervisionAnswer.item).where(SupervisionAnswer.check_id == row.id)))
    every = rules.items(row.list_kind, clock.day_of(row.recorded_at), ELEVATOR_KINDS)
    return tuple(item for item in every if item.code in answered)


def unit_devices(row: SupervisionCheck) -> Sequence[Elevator]:
    """Elevators in use of the unit, as far as they lie where the check does; none for producers."""
    if row.list_kind != rules.USE:
        return ()
    statement = (
        select(Elevator)
        .where(Elevator.use_unit_id == row.unit_id, Elevator.status.in_(IN_USE), Elevator.area_code == row.area_code)
        .order_by(Elevator.kind, Elevator.id)
        .limit(500)
    )
    return db.session.scalars(statement).all()


def unit_kinds(row: SupervisionCheck) -> dict[str, int]:
    """How many elevators in use of each kind the unit has there."""
    if row.list_kind != rules.USE:
        return {}
    statement = (
        select(Elevator.kind, func.count())
        .where(Elevator.use_unit_id == row.unit_id, Elevator.status.in_(IN_USE), Elevator.area_code == row.area_code)
        .group_by(Elevator.kind)
    )
    return dict(db.session.execute(statement).all())


def devices(row: SupervisionCheck, codes: Iterable[str]) -> list[Elevator]:
    """The devices named by their label codes, each once.

    Raises:
        Invalid: one that is not the unit's.
    """
    wanted = list(dict.fromkeys(codes))
    rows = db.session.scalars(
        select(Elevator).where(Elevator.label_code.in_(wanted), Elevator.use_unit_id == row.unit_id)
    ).all()
    found = {each.label_code: each for each in rows}
    if missing := [code for code in wanted if code not in found]:
        raise Invalid.field("devices", T("不是被检查单位的设备：{codes}", codes="、".join(missing)))
    return [found[code] for code in wanted]


def checked_codes(check_id: int) -> list[str]:
    """The label codes of the devices that were looked at."""
    statement = (
        select(Elevator.label_code)
        .join(SupervisionDevice, SupervisionDevice.elevator_id == Elevator.id)
        .where(SupervisionDevice.check_id == check_id)
        .order_by(SupervisionDevice.id)
    )
    return list(db.session.scalars(statement))


def area_of(unit: Unit, list_kind: str) -> str:
    """Where a unit is checked: at its domicile, or where most of its equipment stands."""
    if list_kind == rules.USE:
        statement = (
            select(Elevator.area_code)
            .where(Elevator.use_unit_id == unit.id, Elevator.status.in_(IN_USE))
            .group_by(Elevator.area_code)
            .order_by(func.count().desc(), Elevator.area_code)
        )
        found = db.session.scalars(statement).all()
        if found:
            return unit.area_code if unit.area_code and unit.area_code in found else str(found[0])
    return unit.area_code or current().city_code


def people_of(actor: Actor, logins: Sequence[str]) -> list[int]:
    """People by their logins, in that order.

    Raises:
        Invalid: somebody who is not there for the caller.
    """
    rows = db.session.execute(
        policy.scope(actor, Person, Person.login, Person.id).where(Person.login.in_(logins))
    ).all()
    found: dict[str, int] = dict(rows)
    if missing := [login for login in logins if login not in found]:
        raise Invalid.field("inspectors", T("没有这名人员：{logins}", logins="、".join(missing)))
    return [found[login] for login in logins]


def certificates(people: Collection[int], on: date) -> dict[int, str]:
    """The number of the enforcement certificate that each holds on a day; who holds none is left out."""
    rows = db.session.execute(
        select(Certificate.person_id, Certificate.number)
        .where(Certificate.person_id.in_(people), Certificate.item == ENFORCEMENT, Certificate.expires_on >= on)
        .order_by(Certificate.expires_on)
    )
    return dict(rows.all())


def names_of(people: Collection[int]) -> str:
    """Their names, one after the other."""
    return "、".join(db.session.scalars(select(Person.name).where(Person.id.in_(people)).order_by(Person.id)))


def logins_of(people: Collection[int]) -> dict[str, int]:
    """login -> id."""
    rows = db.session.execute(select(Person.login, Person.id).where(Person.id.in_(people)))
    return {login: number for login, number in rows if login}


def colleagues(actor: Actor) -> list[tuple[str, str]]:
    """(login, name) of those the caller sees who hold a valid enforcement certificate."""
    statement = (
        policy.scope(actor, Person, Person.login, Person.name, Person.id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(Certificate.item == ENFORCEMENT, Certificate.expires_on >= clock.today(), Person.login.is_not(None))
        .distinct()
        .order_by(Person.id)
        .limit(200)
    )
    return [(login, name) for login, name, _number in db.session.execute(statement)]


def picture(actor: Actor, no: str, file_id: int) -> tuple[Path, str]:
    """A photo or signature of a check: where it lies, and its type.

    Raises:
        Missing: no such check for the caller, or the file is not one of it.
    """
    row = by_no(actor, no)
    known = {row.signature_id, *(row.photos or ()), *((row.refusal or {}).get("photos") or ())}
    known |= {each.signature_id for each in row.inspectors}
    known |= {number for answer in row.answers for number in answer.photos or ()}
    if file_id not in known:
        raise Missing(T("没有找到这个文件"))
    stored = db.session.get_one(StoredFile, file_id)
    return files.path_of(current().files_dir, stored.sha256), stored.mime


def count_mine(actor: Actor, _on: date) -> int:
    """Checks that the caller has to make."""
    statement = (
        policy.scope(actor, SupervisionCheck, func.count())
        .select_from(SupervisionCheck)
        .join(SupervisionInspector, SupervisionInspector.check_id == SupervisionCheck.id)
        .where(SupervisionInspector.person_id == actor.person_id, SupervisionCheck.state.in_(rules.OPEN))
    )
    return db.session.scalar(statement) or 0
