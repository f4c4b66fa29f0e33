"""Elevators: register, correct, change status, hand over to another use unit (elevators.md §1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import AreaLeft, Elevator, ElevatorStatus, ElevatorUse, Inspection
from registry.queries import areas, elevator_checks, elevator_status, elevator_values, units
from registry.replays import digest, sent_before
from registry.rules import lifecycle
from registry.rules.inspection_standing import Origin, Record, valid_until
from registry.services import labels

Data = Mapping[str, Any]

IN_USE = "in_use"
FIRST_STATUSES = (*lifecycle.INITIAL_STATUSES, IN_USE)


def register(actor: Actor, data: Data) -> Elevator:
    """Put an elevator on file, with its label code, its first status and its installation inspection if given.

    `data`: names of `elevator_values.COLUMNS` and the product data of the kind; `use_unit` / `owner_unit` (credit code,
    exact name) may stand for the ids; `status` is one of FIRST_STATUSES (not_in_use unless given).

    Raises:
        Invalid: values that cannot be right or are taken, each beside its field.
        Forbidden: the role may not register.
    """
    policy.require(actor, "elevator.register")
    with transaction() as session:
        values = _complete(_own(actor, _with_units(actor, data)))
        status = data.get("status") or FIRST_STATUSES[0]
        found = elevator_checks.problems(actor, values)
        found.update(_first_status_problems(actor, values, status))
        if found:
            raise Invalid(found)
        elevator = Elevator(label_code=labels.fresh_code(), status=status, source=data.get("source"))
        _put(elevator, values)
        session.add(elevator)
        session.flush()
        labels.attach(session, elevator)
        _open_first_period(session, elevator, status)
        _set_use(session, elevator, elevator.use_unit_id, elevator.in_use_since or elevator.registered_on)
        _record_installation(session, elevator)
        audit.record(
            actor,
            "elevator.registered",
            elevator,
            label_code=elevator.label_code,
            kind=elevator.kind,
            area_code=elevator.area_code,
            source=elevator.source,
        )
        return elevator


def register_once(actor: Actor, ref: str, data: Data) -> tuple[Elevator, bool]:
    """Like `register`, for callers that send again when no answer came: (elevator, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "elevator.register")
    content = digest(data)
    with transaction():
        known = sent_before(actor, Elevator, ref, content)
        if known is not None:
            return known, True
        elevator = register(actor, data)
        elevator.ref, elevator.ref_digest = ref, content
        return elevator, False


def correct(actor: Actor, elevator_id: int, data: Data, version: int | None = None) -> Elevator:
    """Change what is on file. Only the given names are touched; None empties a field.

    `version` is the one the caller saw. Use unit and status have verbs of their own.

    Raises:
        Conflict: somebody else changed the elevator since.
        Invalid: as in `register`; also fields that this caller may not change.
    """
    policy.require(actor, "elevator.correct")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        if version is not None and version != elevator.version:
            raise Conflict(T("这台电梯刚被别人修改过，请重新打开后再改"))
        before = elevator_values.values(elevator)
        given = {name: value for name, value in _with_units(actor, data).items() if name in before}
        after = _without_foreign_details({**before, **given}, set(given))
        changed = {name for name, value in after.items() if value != before[name]}
        _refuse_foreign_fields(actor, changed)
        found = elevator_checks.concerning(elevator_checks.problems(actor, after, elevator.id), changed)
        if found:
            raise Invalid(found)
        if changed:
            _put(elevator, after)
            if before["area_code"] and "area_code" in changed:
                session.add(AreaLeft(elevator_id=elevator.id, area_code=before["area_code"], left_on=clock.today()))
            elevator.version += 1
            changes = {name: [before[name], after[name]] for name in sorted(changed)}
            audit.record(actor, "elevator.corrected", elevator, changes=changes, source="")
        return elevator


def change_status(
    actor: Actor,
    elevator_id: int,
    verb: str,
    since: date,
    reason: str = "",
    document: str = "",
    use_cert_no: str | None = None,
    papers: Data | None = None,
) -> Elevator:
    """Make one of the moves of `rules.lifecycle` (suspend, resume, scrap, halt, ...), from a day on.

    `use_cert_no` may come with `register`; `papers` are names of `elevator_status.PAPERS`, as the move needs them. A
    notice that came after its legal day is taken and marked as late.

    Raises:
        Conflict: the move is not legal from the present status.
        Invalid: reason, document or a paper missing, or a day that cannot be.
        Refused: a rule says no, such as an open major hazard.
    """
    policy.require(actor, "elevator.change_status")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        move = lifecycle.move(elevator.status, verb, clock.today())
        if move is None:
            now = lifecycle.STATUSES[elevator.status].zh
            raise Conflict(T("现在的状态是“{status}”，不能这样办理", status=T(now)))
        if use_cert_no:
            elevator.use_cert_no = use_cert_no
        given = elevator_status.papers_of(move, since, papers or {})
        elevator_status.require_move(actor, elevator, move, since, {**given, "reason": reason, "document": document})
        before = elevator.status
        _set_status(session, elevator, move.target, since, reason, document, **given)
        if verb == "register":
            elevator.registered_on = since
            elevator.in_use_since = elevator.in_use_since or since
        elevator.version += 1
        details = {"from": before, "to": elevator.status, "since": since, "reason": reason, "document": document}
        if elevator_status.is_late(given):
            details["late"] = True
        audit.record(actor, "elevator.status_changed", elevator, **details)
        return elevator


def transfer(actor: Actor, elevator_id: int, data: Data) -> Elevator:
    """Hand an elevator over to another use unit: `use_unit` or `use_unit_id`, `since`, `document`; `owner_unit` too
    when the owner changes with it.

    Raises:
        Invalid: unit unknown or the same, day in the future.
    """
    policy.require(actor, "elevator.transfer")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        given = _with_units(actor, data)
        new_id = given.get("use_unit_id")
        if new_id is None:
            raise Invalid.field("use_unit", T("请填写新的使用单位"))
        if new_id == elevator.use_unit_id:
            raise Invalid.field("use_unit", T("已经是这个单位在使用"))
        if data["since"] > clock.today():
            raise Invalid.field("since", T("不能晚于今天"))
        old_id, elevator.use_unit_id = elevator.use_unit_id, new_id
        _set_use(session, elevator, new_id, data["since"], data.get("document") or "")
        elevator.owner_unit_id = given.get("owner_unit_id") or elevator.owner_unit_id
        elevator.version += 1
        audit.record(
            actor,
            "elevator.transferred",
            elevator,
            from_unit_id=old_id,
            to_unit_id=new_id,
            since=data["since"],
            document=data.get("document") or "",
        )
        return elevator


def _set_status(
    session: Session,
    elevator: Elevator,
    status: str,
    since: date,
    reason: str = "",
    document: str = "",
    **papers: Any,
) -> None:
    """The one place where column and periods change, together."""
    current = select(ElevatorStatus).where(ElevatorStatus.elevator_id == elevator.id, ElevatorStatus.until.is_(None))
    for period in session.scalars(current):
        period.until = since
    elevator.status = status
    session.add(
        ElevatorStatus(
            elevator_id=elevator.id, status=status, since=since, reason=reason or "", document=document or "", **papers
        )
    )


def _set_use(session: Session, elevator: Elevator, unit_id: int | None, since: date | None, document: str = "") -> None:
    """End the running period of use and begin that of a unit."""
    since = since or clock.today()
    current = select(ElevatorUse).where(ElevatorUse.elevator_id == elevator.id, ElevatorUse.until.is_(None))
    for period in session.scalars(current):
        period.until = max(since, period.since)
        since = period.until
    if unit_id is not None:
        session.add(ElevatorUse(elevator_id=elevator.id, unit_id=unit_id, since=since, document=document))


def _open_first_period(session: Session, elevator: Elevator, status: str) -> None:
    since = clock.today()
    document = ""
    if status == IN_USE:
        since = elevator.in_use_since or elevator.registered_on or since
        document = elevator.use_cert_no or ""
    _set_status(session, elevator, status, since, document=document)


def _first_status_problems(actor: Actor, values: Data, status: str) -> dict[str, list[T]]:
    """An elevator on file as in use must have been registered, and only an office says that it was."""
    if status not in FIRST_STATUSES:
        return {"status": [T("新登记的电梯只能是未投入使用、在用未登记或在用")]}
    if status != IN_USE:
        return {}
    if not policy.may(actor, "elevator.change_status"):
        return {"status": [T("“在用”由登记机关办理使用登记后确定")]}
    needed = {
        "use_cert_no": T("在用电梯要有使用登记证编号"),
        "registered_on": T("在用电梯要有使用登记日期"),
        "use_unit": T("没有明确使用单位的电梯不得投入使用"),
    }
    given = {**values, "use_unit": values.get("use_unit_id")}
    return {name: [text] for name, text in needed.items() if not given.get(name)}


def _record_installation(session: Session, elevator: Elevator) -> None:
    """The installation inspection of the form, as the first record of the elevator."""
    day = elevator.installation_inspected_on
    if day is None:
        return
    record = Record("installation_supervision", day)
    session.add(
        Inspection(
            elevator_id=elevator.id,
            kind=record.kind,
            done_on=day,
            conclusion="pass",
            valid_until=valid_until(Origin(installation=day), [], record),
        )
    )


def _with_units(actor: Actor, data: Data) -> dict[str, Any]:
    """`data` with the units that were named by text as ids."""
    values = dict(data)
    for name in ("use_unit", "owner_unit"):
        text = values.pop(name, None)
        if text:
            try:
                values[f"{name}_id"] = units.find(actor, str(text)).id
            except Missing as error:
                raise Invalid.field(name, error.detail) from None
        elif name in data and f"{name}_id" not in data:
            values[f"{name}_id"] = None
    return values


def _own(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """A use unit registers what it uses itself."""
    if actor.role == "use_manager":
        if values.get("use_unit_id") not in (None, actor.unit_id):
            raise Invalid.field("use_unit", T("只能登记本单位使用的电梯"))
        values["use_unit_id"] = actor.unit_id
    return values


def _complete(values: dict[str, Any]) -> dict[str, Any]:
    """All names that can be set; the division follows from the area unless stated."""
    names = (*elevator_values.COLUMNS, *elevator_values.DETAILS)
    complete = {name: values.get(name) for name in names}
    if complete["area_code"] and not complete["division_code"]:
        complete["division_code"] = areas.division_of(complete["area_code"])
    return complete


def _without_foreign_details(values: dict[str, Any], given: set[str]) -> dict[str, Any]:
    """Product data of a former kind go with it."""
    own = {parameter.name for parameter in elevator_values.parameters_of(values["kind"])}
    foreign = elevator_values.DETAILS - own - given
    return {name: None if name in foreign else value for name, value in values.items()}


def _refuse_foreign_fields(actor: Actor, changed: set[str]) -> None:
    """Use units change neither the use unit nor what the registration office has certified."""
    wrong: dict[str, list[T]] = {}
    if "use_unit_id" in changed:
        wrong["use_unit"] = [T("更换使用单位请办理变更登记")]
    if actor.role == "use_manager":
        wrong |= {name: [T("这一项由登记机关更改")] for name in elevator_checks.OFFICE_FIELDS if name in changed}
    if wrong:
        raise Invalid(wrong)


def _put(elevator: Elevator, values: Data) -> None:
    """Write complete values into columns and details."""
    for name in elevator_values.COLUMNS:
        setattr(elevator, name, values[name] if values[name] is not None or name not in ("name", "address") else "")
    details = {
        name: elevator_values.stored(name, values[name])
        for name in sorted(elevator_values.DETAILS)
        if values.get(name) is not None
    }
    elevator.details = details or None
