"""What is entered for a hazard, checked against the register: units, devices, files, people, choices.

What the law asks of a move is judged by the rules; here stands only whether what was named is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from registry import clock, policy
from registry.actor import CITY_ROLES, COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base, db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, Elevator, Hazard, HazardStep, Membership, Person, StoredFile, Unit
from registry.queries import cylinders, elevators, hazard_facts, units
from registry.rules import hazards as rules
from registry.rules.hazard_case import field_type
from registry.rules.hazard_facts import LIST_RANKS, REOPEN_REASONS, SUPERVISION_RANKS, AcceptanceAnswer
from registry.rules.hazards import Move

PURPOSE = "hazard"
FILES = ("file", "files", "drawing")
PEOPLE = ("person", "people", "verifiers")
Errors = dict[str, list[str]]
Given = dict[str, Any]


def clue(actor: Actor, data: Mapping[str, Any], today: date) -> Given:
    """The columns of a new hazard, and `evidence` as ids of files.

    Raises:
        Invalid: what is not there, not the caller's, or not possible, each beside its field.
    """
    wrong: Errors = {}
    elevator, cylinder = _device(actor, data, wrong)
    unit = _unit(actor, data, elevator, cylinder, wrong)
    area = elevator.area_code if elevator else cylinder.area_code if cylinder else unit.area_code if unit else None
    if unit and not area:
        wrong.setdefault("unit", []).append(T("这个单位没有登记辖区，请先补全单位信息"))
    if area and actor.role in COUNTY_ROLES and area not in actor.areas:
        wrong.setdefault("unit", []).append(T("只能登记本辖区的隐患"))
    found_on = data.get("found_on") or today
    if found_on > today:
        wrong["found_on"] = [T("不能晚于今天")]
    if data.get("source") not in {source.source for source in rules.sources(today)}:
        wrong["source"] = [T("请从列表中选择")]
    suggested = data.get("suggested_clause")
    if suggested and rules.clause(suggested, today) is None:
        wrong["suggested_clause"] = [T("请从列表中选择")]
    evidence = _ids(data.get("evidence"))
    _check_files(actor, {"evidence": evidence}, wrong)
    if wrong or unit is None:
        raise Invalid(wrong)
    return {
        "title": data["title"],
        "description": data["description"],
        "source": data["source"],
        "clauses": [suggested] if suggested else [],
        "found_on": found_on,
        "unit_id": unit.id,
        "elevator_id": elevator.id if elevator else None,
        "cylinder_id": cylinder.id if cylinder else None,
        "area_code": area,
        "possible_accident": data.get("possible_accident") or "",
        "interim_measures": data.get("interim_measures") or "",
        "responsible_person": data.get("responsible_person") or unit.legal_person,
        "responsible_phone": data.get("responsible_phone") or unit.phone,
        "evidence": evidence,
    }


def _device(actor: Actor, data: Mapping[str, Any], wrong: Errors) -> tuple[Elevator | None, Cylinder | None]:
    elevator, cylinder = None, None
    try:
        if data.get("elevator"):
            elevator = elevators.by_code(actor, data["elevator"])
    except Missing as error:
        wrong["elevator"] = [error.detail]
    try:
        if data.get("cylinder"):
            cylinder = cylinders.by_code(actor, data["cylinder"])
    except Missing as error:
        wrong["cylinder"] = [error.detail]
    if elevator and cylinder:
        wrong["cylinder"] = [T("一条隐患只针对一台设备，请分别登记")]
    return elevator, cylinder


def _unit(
    actor: Actor, data: Mapping[str, Any], elevator: Elevator | None, cylinder: Cylinder | None, wrong: Errors
) -> Unit | None:
    """The unit to rectify: the one named, else the device's, else the caller's own."""
    own = actor.role not in OFFICE_ROLES and actor.role != "inspection_body"
    found: Unit | None = None
    if data.get("unit"):
        try:
            found = units.find(actor, str(data["unit"]))
        except Missing as error:
            wrong["unit"] = [error.detail]
            return None
    elif elevator and elevator.use_unit_id:
        found = db.session.get(Unit, elevator.use_unit_id)
    elif cylinder:
        found = db.session.get(Unit, cylinder.owner_id)
    elif own and actor.unit_id:
        found = db.session.get(Unit, actor.unit_id)
    if found is None:
        wrong["unit"] = [T("请填写责任单位")]
    elif own and found.id != actor.unit_id and found.id not in _units_of_device(elevator, cylinder):
        wrong["unit"] = [T("只能登记本单位的，或者本单位维保设备的隐患")]
    return found


def _units_of_device(elevator: Elevator | None, cylinder: Cylinder | None) -> set[int | None]:
    found: set[int | None] = set()
    if elevator:
        found |= {elevator.use_unit_id, elevator.owner_unit_id}
    if cylinder:
        found.add(cylinder.owner_id)
    return found


def of_move(actor: Actor, hazard: Hazard, move: Move, data: Mapping[str, Any], today: date) -> Given:
    """The fields of a move that were filled in, checked.

    Raises:
        Invalid: a field this move does not know; files, people or units that are not there; a choice not offered.
    """
    filled = {name: _stripped(value) for name, value in data.items()}
    # A flag that is not set says nothing; a budget of nothing does.
    given = {name: value for name, value in filled.items() if value is not False and value not in (None, "", [], {})}
    wrong: Errors = {name: [T("这一步没有这个字段")] for name in given if name not in (*move.needs, *move.accepts)}
    kinds = {name: field_type(name, today) for name in given}
    _check_files(actor, {name: _ids(given[name]) for name, kind in kinds.items() if kind in FILES}, wrong)
    _check_there(actor, Person, {n: _ids(given[n]) for n, k in kinds.items() if k in PEOPLE}, wrong)
    _check_there(actor, Unit, {n: _ids(given[n]) for n, k in kinds.items() if k == "unit"}, wrong)
    _check_choices(given, today, wrong)
    if given.get("unit", hazard.unit_id) != hazard.unit_id:
        wrong["unit"] = [T("责任单位在登记线索时确定")]
    if "second_person" in given and given["second_person"] not in officers([given["second_person"]]):
        wrong["second_person"] = [T("请选择监管机关的工作人员")]
    if wrong:
        raise Invalid(wrong)
    if move.verb == "recognise":
        given.setdefault("list_level", "city" if actor.role in CITY_ROLES else "county")
    return {name: _ids(value) if kinds.get(name) == "files" else value for name, value in given.items()}


def _check_choices(given: Given, today: date, wrong: Errors) -> None:
    offered: dict[str, Iterable[str]] = {
        "source": [source.source for source in rules.sources(today)],
        "suggested_clause": [clause.clause for clause in rules.clauses(today)],
        "list_level": LIST_RANKS,
        "listing_level": SUPERVISION_RANKS,
        "deadline_case": [case.case for case in rules.deadline_cases(today)],
        "reopen_reason": REOPEN_REASONS,
    }
    for name, values in offered.items():
        if name in given and given[name] not in values:
            wrong[name] = [T("请从列表中选择")]
    case = next((c for c in rules.deadline_cases(today) if c.case == given.get("deadline_case")), None)
    if case and case.longest and given.get("due"):
        latest = rules.deadline_day(case.longest, today, hazard_facts.calendar())
        if given["due"] > latest:
            wrong["due"] = [T("这一类隐患的整改时限最迟到{day}", day=latest.isoformat())]


def _check_files(actor: Actor, named: Mapping[str, Sequence[int]], wrong: Errors) -> None:
    _check_there(actor, StoredFile, named, wrong, StoredFile.purpose == PURPOSE)


def _check_there(
    actor: Actor, model: type[Base], named: Mapping[str, Sequence[int]], wrong: Errors, *where: Any
) -> None:
    """Everything named is a row that the caller may see."""
    wanted = {key for keys in named.values() for key in keys}
    if not wanted:
        return
    column: Any = getattr(model, "id")  # noqa: B009
    seen = set(db.session.scalars(policy.scope(actor, model, column).where(column.in_(wanted), *where)))
    for name, keys in named.items():
        lost = [str(key) for key in keys if key not in seen]
        if lost:
            wrong[name] = [T("没有找到：{keys}", keys="、".join(lost))]


def officers(people: Sequence[int]) -> set[int]:
    """Those of the people who hold an office role today."""
    today = clock.today()
    return set(
        db.session.scalars(
            select(Membership.person_id).where(
                Membership.person_id.in_(people),
                Membership.role.in_(OFFICE_ROLES),
                Membership.since <= today,
                or_(Membership.until.is_(None), Membership.until > today),
            )
        )
    )


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _ids(value: Any) -> list[int]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def stops_use(case: str | None, on: date) -> bool:
    """Whether a class of deadlines means that the device stands still from now on."""
    return any(found.case == case and found.stop_use for found in rules.deadline_cases(on))


def known_before(hazard: Hazard, steps: Sequence[HazardStep], move: Move) -> Given:
    """What a move needs and the clue has said already: nobody types it twice."""
    if move.verb != "submit":
        return {}
    values: Given = {
        "unit": hazard.unit_id,
        "description": hazard.description,
        "source": hazard.source,
        "evidence": [key for step in steps for key in step.data.get("evidence", [])],
        "suggested_clause": hazard.clauses[0] if hazard.clauses else None,
    }
    return {name: value for name, value in values.items() if value}


def for_rules(given: Given) -> Given:
    """The data as the rules read it: verifiers with their certificates, answers of the acceptance list."""
    read = dict(given)
    if "verifiers" in read:
        read["verifiers"] = hazard_facts.verifiers(_ids(read["verifiers"]))
    if "checklist" in read:
        read["checklist"] = {
            item: AcceptanceAnswer(answer.get("answer") or "", answer.get("reason") or "")
            for item, answer in read["checklist"].items()
        }
    return read


def plain(value: Any) -> Any:
    """The data as the ledger keeps it: days and decimals as they are written."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value
