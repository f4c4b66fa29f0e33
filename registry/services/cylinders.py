"""Registering, correcting and moving cylinders through their statuses; writing them over to another owner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import AreaLeft, Cylinder, CylinderLeft, LabelCode, Unit
from registry.queries import cylinders as queries
from registry.queries import sealing_holds
from registry.queries.cylinder_terms import chosen
from registry.queries.cylinder_transfers import pending_of
from registry.queries.cylinder_values import (
    STATION_FIELDS,
    carried_fill_g,
    computed_fill_g,
    kept_dates,
    normalised,
    problems,
)
from registry.rules.cylinder_lifecycle import LIVE, STATUSES, Move, event_of, move_by_hand, moves_from
from registry.rules.kinds import CYLINDER_KINDS
from registry.services import life_events
from registry.services.labels import attach, fresh_code

TAKEN = T("同一制造单位、出厂编号和制造年月的气瓶已经登记")


def register(actor: Actor, data: Mapping[str, Any]) -> Cylinder:
    """Put a cylinder on file, with its label code, dates and first status.

    `data`: the marks of `cylinder_values.MARKS` (`kind, medium, maker, maker_code, serial_no, made_on` required;
    g, mL, kPa, mm, years), `owner_id` (a station's own unit when left out), optional `source`. With a `register_no`
    it is in use from `registered_on` (today when left out), without one a draft that the office still has to register.

    Raises:
        Invalid: what cannot be right, beside its field.
        Conflict: the stamp or the register number is on file already.
        Forbidden: a station registering for another unit.
    """
    policy.require(actor, "cylinder.register")
    today = clock.today()
    with transaction() as session:
        values = normalised(data)
        _refuse(problems(values, today, chosen(today)))
        owner = _owner(actor, session, data.get("owner_id"), values["kind"])
        _refuse_taken(session, values)
        cylinder = Cylinder(label_code=fresh_code(), source=data.get("source"), owner=owner, version=1, **values)
        cylinder.area_code = _area(actor, owner)
        if cylinder.permitted_fill_g is None:
            cylinder.permitted_fill_g = computed_fill_g(values, today)
        _compute_dates(cylinder)
        if cylinder.register_no:
            cylinder.registered_on = cylinder.registered_on or today
            cylinder.enter("in_use", cylinder.registered_on)
        else:
            cylinder.enter("draft", today)
        session.add(cylinder)
        _flush(session)
        attach(session, cylinder)
        audit.record(
            actor,
            "cylinder.registered",
            cylinder,
            label_code=cylinder.label_code,
            kind=cylinder.kind,
            medium=cylinder.medium,
            owner_id=owner.id,
            source=cylinder.source,
        )
        return cylinder


def correct(actor: Actor, code: str, data: Mapping[str, Any], version: int) -> Cylinder:
    """Correct marks of a cylinder; `data` holds only what is to be set, `version` the one the caller saw.

    On a registered cylinder a station may correct only what decides nothing (`STATION_FIELDS`).

    Raises:
        Conflict: somebody else corrected it meanwhile, or it is no longer on the register.
        Invalid: what cannot be right, or is the office's to correct, beside its field.
    """
    policy.require(actor, "cylinder.correct")
    today = clock.today()
    with transaction() as session:
        cylinder = _locked(actor, code)
        _refuse_stale(cylinder, version)
        before = queries.values_of(cylinder)
        values = {**before, **normalised(data)}
        changed = {name for name in values if values[name] != before[name]}
        _refuse_foreign_fields(actor, cylinder, changed)
        values["permitted_fill_g"] = carried_fill_g(before, values, today)
        _refuse(problems(values, today, chosen(today), stated_date="stated_next_inspection_on" in changed))
        _refuse_taken(session, values, cylinder.id)
        changes = audit.changes(cylinder, values)
        if changes:
            _compute_dates(cylinder)
            cylinder.version += 1
            _flush(session)
            audit.record(actor, "cylinder.corrected", cylinder, changes=changes, source=data.get("source"))
        return cylinder


def change_status(actor: Actor, code: str, verb: str, data: Mapping[str, Any]) -> Cylinder:
    """Make a move of `cylinder_moves.csv`. `data`: `since` (today when left out), `reason`, `document`.

    Where the move ends the life of the cylinder (destroyed, cancelled), its label codes become void for good.

    Raises:
        Conflict: the move is not legal from the present status.
        Forbidden: the move is the office's.
        Invalid: a missing reason or document, a day out of order.
    """
    policy.require(actor, "cylinder.change_status")
    with transaction():
        cylinder = _locked(actor, code)
        move_status(actor, cylinder, verb, data)
        if (kind := event_of(verb)) is not None:
            grounds = {name: data[name] for name in ("reason", "document") if data.get(name)}
            life_events.note(actor, cylinder, kind.kind, {"given": grounds})
        return cylinder


def move_status(actor: Actor, cylinder: Cylinder, verb: str, data: Mapping[str, Any]) -> None:
    """The change itself, on a locked cylinder with its periods; `change_status` and the events of devices share it."""
    policy.require(actor, "cylinder.change_status")
    with transaction():
        move = _legal(actor, cylinder, verb)
        if move.target == "in_use" and (held := sealing_holds.holding(cylinder_id=cylinder.id)) is not None:
            raise Conflict(T("设备被查封扣押（{no}），解除前不能恢复使用", no=held))
        since = _since(cylinder, data.get("since"))
        for need in move.needs:
            if not data.get(need):
                raise Invalid.field(need, T("“{move}”必须填写这一项", move=move.zh))
        make_move(actor, cylinder, move, since, data.get("reason") or "", data.get("document") or "")


def make_move(actor: Actor, cylinder: Cylinder, move: Move, since: date, reason: str = "", document: str = "") -> None:
    """Bring a locked cylinder (its status periods loaded) into the status a move leads to, as part of a verb."""
    source = cylinder.status
    cylinder.enter(move.target, since, reason[:200], document[:200])
    cylinder.custody = move.custody or cylinder.custody
    if move.verb == "register":
        cylinder.registered_on = since
    cylinder.version += 1
    audit.record(
        actor,
        "cylinder.status_changed",
        cylinder,
        **{"from": source, "to": move.target, "since": since, "reason": reason, "document": document},
    )
    if move.voids_code:
        _void_codes(actor, db.session(), cylinder, move)


def move_day(cylinder: Cylinder, day: date) -> date:
    """A day for a change of status: never before the present status began."""
    return max([day, *(period.since for period in cylinder.statuses)])


def transfer(actor: Actor, code: str, data: Mapping[str, Any]) -> Cylinder:
    """Write a cylinder over to another station. `data`: `owner_id`, `since`, `document` (required), `reason`.

    The area follows the new owner. One that was 过户中 is in use again; one that was 停用 stays so.
    """
    policy.require(actor, "cylinder.transfer")
    with transaction() as session:
        cylinder = _locked(actor, code)
        if not STATUSES[cylinder.status].transferable:
            raise Conflict(T("“{status}”的气瓶不能过户", status=STATUSES[cylinder.status].zh))
        _refuse_pending(cylinder)
        if not data.get("document"):
            raise Invalid.field("document", T("过户必须填写依据文件"))
        since = _since(cylinder, data.get("since"))
        owner = _owner(actor, session, data.get("owner_id"), cylinder.kind)
        if owner.id == cylinder.owner_id:
            raise Invalid.field("owner_id", T("气瓶已经属于该单位"))
        write_over(actor, cylinder, owner, since, data.get("reason") or "", data["document"])
        return cylinder


def write_over(actor: Actor, cylinder: Cylinder, owner: Unit, since: date, reason: str, document: str) -> None:
    """Give a locked cylinder (its status periods loaded) to another owner, as part of a verb; its labels stay."""
    before, status = cylinder.owner_id, cylinder.status
    cylinder.owner_id, cylinder.owner = owner.id, owner
    db.session.add(CylinderLeft(unit_id=before, cylinder_id=cylinder.id, at=clock.now()))
    if owner.area_code and cylinder.area_code not in (None, owner.area_code):
        db.session.add(AreaLeft(cylinder_id=cylinder.id, area_code=cylinder.area_code, left_on=clock.today()))
    cylinder.area_code = owner.area_code or cylinder.area_code
    if status == "transferred":
        cylinder.enter("in_use", since, reason[:200], document[:200])
        moved = {"from": status, "to": "in_use", "since": since, "document": document}
        audit.record(actor, "cylinder.status_changed", cylinder, **moved)
    cylinder.version += 1
    audit.record(
        actor,
        "cylinder.transferred",
        cylinder,
        from_unit_id=before,
        to_unit_id=owner.id,
        since=since,
        document=document,
    )
    life_events.note(actor, cylinder, "transfer", {"from_unit_id": before, "to_unit_id": owner.id})


def _compute_dates(cylinder: Cylinder) -> None:
    """Keep the dates that the rules give today."""
    kept = kept_dates(queries.values_of(cylinder), clock.today(), chosen(clock.today()))
    cylinder.next_inspection_on, cylinder.service_end_on = kept


def _locked(actor: Actor, code: str) -> Cylinder:
    """The visible cylinder of a code, locked, with owner and status periods."""
    options = (selectinload(Cylinder.owner), selectinload(Cylinder.statuses))
    return policy.get(actor, Cylinder, Cylinder.id == queries.id_of(code), lock=True, options=options)


def _owner(actor: Actor, session: Session, owner_id: int | None, kind: str) -> Unit:
    if actor.role not in OFFICE_ROLES:
        if owner_id not in (None, actor.unit_id):
            raise Forbidden(T("充装单位只能登记本单位的气瓶"))
        owner_id = actor.unit_id
    if owner_id is None:
        raise Invalid.field("owner_id", T("请选择产权（充装）单位"))
    statement = policy.scope(actor, Unit).where(Unit.id == owner_id).options(selectinload(Unit.capacities))
    unit: Unit | None = session.scalars(statement).first()
    if unit is None:
        raise Invalid.field("owner_id", T("没有这个单位"))
    problem = queries.station_problem(unit) if CYLINDER_KINDS[kind].station_registered else None
    if problem:
        raise Invalid.field("owner_id", problem)
    return unit


def _area(actor: Actor, owner: Unit) -> str:
    """The area a cylinder belongs to: its owner's, which a county office must be responsible for."""
    if owner.area_code is None:
        raise Invalid.field("owner_id", T("该单位还没有所属辖区，请先补全单位信息"))
    if actor.role in COUNTY_ROLES and owner.area_code not in actor.areas:
        raise Invalid.field("owner_id", T("该单位不在您的辖区"))
    return owner.area_code


def _refuse(found: Mapping[str, Any]) -> None:
    if found:
        raise Invalid(found)


def _refuse_stale(cylinder: Cylinder, version: int) -> None:
    if cylinder.status not in LIVE:
        raise Conflict(T("“{status}”的气瓶不能再更正", status=STATUSES[cylinder.status].zh))
    if cylinder.version != version:
        raise Conflict(T("这只气瓶刚被别人修改过，请刷新后核对再提交"))


def _refuse_foreign_fields(actor: Actor, cylinder: Cylinder, changed: set[str]) -> None:
    if actor.role in OFFICE_ROLES or cylinder.status == "draft":
        return
    foreign = sorted(changed - STATION_FIELDS)
    _refuse({name: [T("已登记气瓶的这一项由登记机关更正")] for name in foreign})


def _refuse_taken(session: Session, values: Mapping[str, Any], own_id: int | None = None) -> None:
    same = select(Cylinder.id).where(
        Cylinder.maker_code == values["maker_code"],
        Cylinder.serial_no == values["serial_no"],
        Cylinder.made_on == values["made_on"],
        Cylinder.id != (own_id or 0),
    )
    if session.execute(same).first():
        raise Conflict(TAKEN)
    number = values.get("register_no")
    if number and queries.taken_register_numbers([number]).get(number, own_id) != own_id:
        raise Conflict(T("使用登记号 {number} 已被另一只气瓶使用", number=number))


def _flush(session: Session) -> None:
    """Two registrations of one stamp at the same moment: the table refuses the second."""
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(TAKEN) from None


def _legal(actor: Actor, cylinder: Cylinder, verb: str) -> Move:
    is_office = actor.role in OFFICE_ROLES
    move = move_by_hand(cylinder.status, verb, is_office)
    if move is None and move_by_hand(cylinder.status, verb, is_office=True):
        raise Forbidden(T("这一步由登记机关办理"))
    known = next((one for one in moves_from(cylinder.status) if one.verb == verb), None)
    if known is not None and known.by == "scrap":
        raise Conflict(T("销毁须有证据，请在“报废销毁”中成批登记，一只也可以成批"))
    if cylinder.status == "transferred":
        _refuse_pending(cylinder)
    if move is None:
        raise Conflict(T("“{status}”的气瓶不能这样办理，请刷新后再看", status=STATUSES[cylinder.status].zh))
    return move


def _refuse_pending(cylinder: Cylinder) -> None:
    """What two stations agree upon is decided where they agree upon it."""
    if (pending := pending_of(cylinder.id)) is not None:
        raise Conflict(T("这只气瓶在过户单{no}中，请在过户单中办理", no=pending.no))


def _since(cylinder: Cylinder, since: date | None) -> date:
    """The day a change takes effect: not in the future, and not before the present status began."""
    day, today = since or clock.today(), clock.today()
    if day > today:
        raise Invalid.field("since", T("生效日期不能晚于今天"))
    begun = max((period.since for period in cylinder.statuses), default=day)
    if day < begun:
        raise Invalid.field("since", T("生效日期不能早于现状态开始的{day}", day=begun))
    return day


def _void_codes(actor: Actor, session: Session, cylinder: Cylinder, move: Move) -> None:
    """The trace code of a destroyed or cancelled cylinder is void and never reused (cylinders.md §2.4)."""
    carried = select(LabelCode).where(LabelCode.cylinder_id == cylinder.id, LabelCode.status.in_(("active", "blank")))
    for label in session.scalars(carried):
        label.status, label.ended_on, label.reason = "void", clock.today(), move.zh
        audit.record(actor, "label.voided", label, code=label.code, reason=move.zh)
