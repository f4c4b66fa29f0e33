"""Rescue stations and teams: put on file, corrected, their rota and its exceptions, suspended and closed (§6.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import (
    Area,
    DutyException,
    DutyShift,
    Membership,
    RegisterStamp,
    Responder,
    ResponderArea,
    ResponderMember,
    ResponderStatus,
    Unit,
)
from registry.queries import legal_moves
from registry.queries.periods import holds
from registry.queries.responder_index import REGISTER
from registry.rules import responders as rules
from registry.rules.duty import DAY_MINUTES

Data = Mapping[str, Any]
PLAIN = ("name", "kind", "levels", "capacity", "phone", "address", "note", "lat", "lon")
MOST_SHIFTS = 60
MOST_DAYS = 62


def register(actor: Actor, data: Data) -> Responder:
    """Put a responder on file: `unit_id` (a company's own when left out), `name, kind, areas` (codes), `levels?` (those
    of the kind when left out), `capacity?, phone?, address?, note?, lat?, lon?, members?` (ids of people of the unit),
    `shifts?` (as `set_rota`, from today).

    Raises:
        Invalid: what is not possible, beside its field. Forbidden: another unit's.
    """
    policy.require(actor, "responder.register")
    with transaction() as session:
        unit = _unit(actor, data.get("unit_id"))
        values = _values(session, actor, data, unit, None)
        today = clock.today()
        row = Responder(unit_id=unit.id, status=rules.ACTIVE, **values)
        session.add(row)
        session.flush()
        session.add_all(ResponderArea(responder_id=row.id, area_code=code) for code in data["areas"])
        session.add(ResponderStatus(responder_id=row.id, status=row.status, since=today))
        _set_members(session, row, unit, data.get("members") or (), today)
        _set_shifts(session, row, data.get("shifts") or (), today)
        _stamp(session)
        audit.record(
            actor,
            "responder.registered",
            row,
            name=row.name,
            kind=row.kind,
            unit_id=row.unit_id,
            levels=row.levels,
            areas=data["areas"],
        )
        return row


def correct(actor: Actor, responder_id: int, data: Data, version: int | None = None) -> Responder:
    """Correct what is on file: any of the fields of `register` but unit and shifts.

    Raises:
        Invalid: what is not possible, beside its field. Conflict: somebody else was faster, or it is closed.
    """
    policy.require(actor, "responder.correct")
    with transaction() as session:
        row, unit = _mine(actor, responder_id, version)
        given = {name: data[name] for name in (*PLAIN, "areas") if name in data}
        areas = list(session.scalars(select(ResponderArea.area_code).where(ResponderArea.responder_id == row.id)))
        known = {name: getattr(row, name) for name in PLAIN} | {"areas": areas}
        if "kind" in given and "levels" not in given:
            given["levels"] = None
        changes = audit.changes(row, _values(session, actor, known | given, unit, row))
        if "areas" in given and set(areas) != set(given["areas"]):
            _set_areas(session, row, given["areas"])
            changes["areas"] = [sorted(areas), sorted(given["areas"])]
        if "members" in data and _set_members(session, row, unit, data["members"], clock.today()):
            changes["members"] = [None, len(data["members"])]
        if changes:
            row.version += 1
            _stamp(session)
            audit.record(actor, "responder.corrected", row, changes=changes)
        return row


def set_rota(
    actor: Actor, responder_id: int, shifts: Sequence[Data], since: date | None = None, version: int | None = None
) -> Responder:
    """Give a responder another weekly rota from a day on, today or later; a later rota that was planned is dropped.

    A shift: `weekday` (0 Monday), `begins`, `ends` (minutes after midnight), `person_id?` (a member). Up to that day
    the former rota stays as it was.

    Raises:
        Invalid: a day that has passed, a shift that makes no sense.
        Conflict: somebody else was faster, or it is closed.
    """
    policy.require(actor, "responder.set_rota")
    with transaction() as session:
        row, _ = _mine(actor, responder_id, version)
        since = since or clock.today()
        if since < clock.today():
            raise Invalid.field("since", T("不能早于今天"))
        _set_shifts(session, row, shifts, since)
        row.version += 1
        _stamp(session)
        audit.record(actor, "responder.rota_set", row, since=since, shifts=len(shifts))
        return row


def add_exception(actor: Actor, responder_id: int, data: Data, version: int | None = None) -> list[DutyException]:
    """Say that duty differs from the rota: `day, until?` (last day, at most two months on), `begins?, ends?` (minutes;
    nobody is on duty when left out), `person_id?, reason`. It replaces an exception of the same day.

    Raises:
        Invalid: a day that has passed, only one of two times, somebody who is no member. Conflict: as `set_rota`.
    """
    policy.require(actor, "responder.add_exception")
    with transaction() as session:
        row, _ = _mine(actor, responder_id, version)
        day, until = data["day"], data.get("until") or data["day"]
        _check_exception(data, day, until)
        _check_members(session, row, [data.get("person_id")], day)
        days = [day + timedelta(days=each) for each in range((until - day).days + 1)]
        for old in session.scalars(
            select(DutyException).where(DutyException.responder_id == row.id, DutyException.day.in_(days))
        ):
            session.delete(old)
        session.flush()
        values = {name: data.get(name) for name in ("begins", "ends", "person_id")}
        made = [DutyException(responder_id=row.id, day=each, reason=data["reason"].strip(), **values) for each in days]
        session.add_all(made)
        row.version += 1
        _stamp(session)
        for each in made:
            audit.record(
                actor,
                "responder.exception_added",
                row,
                day=each.day,
                begins=each.begins,
                ends=each.ends,
                reason=each.reason,
            )
        return made


def drop_exception(actor: Actor, responder_id: int, day: date) -> Responder:
    """Take back an exception of today or later; the rota holds again.

    Raises:
        Missing: there is none. Conflict: the day has passed.
    """
    policy.require(actor, "responder.drop_exception")
    with transaction() as session:
        row, _ = _mine(actor, responder_id, None)
        found = session.scalar(
            select(DutyException).where(DutyException.responder_id == row.id, DutyException.day == day)
        )
        if found is None:
            raise Missing(T("这一天没有特殊安排"))
        if day < clock.today():
            raise Conflict(T("已经过去的日子不能再改"))
        session.delete(found)
        row.version += 1
        _stamp(session)
        audit.record(actor, "responder.exception_dropped", row, day=day, reason=found.reason)
        return row


def move(actor: Actor, responder_id: int, verb: str, reason: str, version: int | None = None) -> Responder:
    """Suspend, resume or close a responder (`responder_moves.csv`), from today, with a reason.

    Raises:
        Missing: no such move. Conflict: not legal now, or somebody else was faster. Invalid: no reason.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"responder.{verb}")
    with transaction() as session:
        row, _ = _mine(actor, responder_id, version, closed=True)
        found = legal_moves.find(rules.NAME, row.status, verb)
        if not reason.strip():
            raise Invalid.field("reason", T("请写明原因"))
        before = row.status
        _enter(session, row, found.target, reason.strip())
        row.version += 1
        _stamp(session)
        audit.record(actor, "responder.moved", row, verb=verb, **{"from": before, "to": row.status}, reason=reason)
        return row


def _enter(session: Session, row: Responder, status: str, reason: str) -> None:
    today = clock.today()
    open_one = session.scalars(
        select(ResponderStatus).where(ResponderStatus.responder_id == row.id, ResponderStatus.until.is_(None))
    ).one()
    open_one.until = today
    session.add(ResponderStatus(responder_id=row.id, status=status, since=today, reason=reason))
    row.status = status


def _stamp(session: Session) -> None:
    """Tell every process that what it keeps of the register is old."""
    session.flush()
    row = session.scalar(select(RegisterStamp).where(RegisterStamp.name == REGISTER).with_for_update())
    if row is None:
        row = RegisterStamp(name=REGISTER)
        session.add(row)
    row.stamp = uuid4().hex
    session.flush()


def _unit(actor: Actor, unit_id: int | None) -> Unit:
    """The unit a responder belongs to: offices name one, a company has its own."""
    wanted = unit_id or actor.unit_id
    if actor.role not in OFFICE_ROLES and wanted != actor.unit_id:
        raise Forbidden(T("只能登记本单位的救援力量"))
    return policy.get(actor, Unit, Unit.id == wanted)


def _mine(actor: Actor, responder_id: int, version: int | None, closed: bool = False) -> tuple[Responder, Unit]:
    """A responder locked for a change, and its unit."""
    row = policy.get(actor, Responder, Responder.id == responder_id, lock=True)
    if version is not None and version != row.version:
        raise Conflict(T("其他人刚刚修改过，请刷新后再试"))
    if row.status == rules.CLOSED and not closed:
        raise Conflict(T("已撤销的救援力量不能再改"))
    unit = policy.get(actor, Unit, Unit.id == row.unit_id)
    if actor.role in COUNTY_ROLES and actor.areas and unit.area_code not in actor.areas:
        raise Forbidden(T("不在您的辖区内，请由市局或当地县区局办理"))
    return row, unit


def _values(session: Session, actor: Actor, data: Data, unit: Unit, row: Responder | None) -> dict[str, Any]:
    """The plain columns of a responder, judged together."""
    wrong: dict[str, list[T]] = {}
    kind = rules.kinds().get(data["kind"])
    values: dict[str, Any] = {name: data.get(name) for name in PLAIN}
    values["name"] = (data.get("name") or "").strip()
    values["capacity"] = data.get("capacity") or 1
    for name in ("phone", "address", "note"):
        values[name] = (data.get(name) or "").strip()
    if kind is None:
        wrong["kind"] = [T("请从列表中选择")]
    else:
        given = data.get("levels")
        values["levels"] = list(kind.levels) if given is None else sorted(set(given))
        if not set(values["levels"]) <= set(kind.levels):
            wrong["levels"] = [T("这类救援力量不承担所选的响应级别")]
    if not 1 <= values["capacity"] <= 99:
        wrong["capacity"] = [T("应为1至99")]
    if (values["lat"] is None) != (values["lon"] is None):
        wrong["lat"] = [T("经度和纬度要同时填写")]
    wrong |= _wrong_areas(session, actor, data, unit)
    same = select(Responder.id).where(Responder.unit_id == unit.id, Responder.name == values["name"])
    if session.scalar(same.where(Responder.id != (row.id if row else 0))):
        wrong["name"] = [T("本单位已有同名的救援力量")]
    if wrong:
        raise Invalid(wrong)
    return values


def _wrong_areas(session: Session, actor: Actor, data: Data, unit: Unit) -> dict[str, list[T]]:
    areas = list(data.get("areas") or ())
    if not areas:
        return {"areas": [T("请至少选择一个服务区域")]}
    known = set(session.scalars(select(Area.code).where(Area.code.in_(areas))))
    if set(areas) - known:
        return {"areas": [T("请从列表中选择")]}
    if actor.role in COUNTY_ROLES and actor.areas and unit.area_code not in actor.areas:
        return {"unit_id": [T("只能登记本辖区的单位")]}
    return {}


def _set_areas(session: Session, row: Responder, codes: Sequence[str]) -> None:
    for old in session.scalars(select(ResponderArea).where(ResponderArea.responder_id == row.id)):
        session.delete(old)
    session.flush()
    session.add_all(ResponderArea(responder_id=row.id, area_code=code) for code in sorted(set(codes)))


def _set_members(session: Session, row: Responder, unit: Unit, people: Sequence[int], since: date) -> bool:
    """Make these the members from a day on; whether anything changed."""
    wanted = set(people)
    of_unit = select(Membership.person_id).where(
        Membership.unit_id == unit.id, Membership.person_id.in_(wanted), holds(Membership, since)
    )
    if wanted - set(session.scalars(of_unit)):
        raise Invalid.field("members", T("请选择本单位在册的人员"))
    present = {
        each.person_id: each
        for each in session.scalars(
            select(ResponderMember).where(ResponderMember.responder_id == row.id, ResponderMember.until.is_(None))
        )
    }
    for person_id in present.keys() - wanted:
        present[person_id].until = since
    new = wanted - present.keys()
    session.add_all(ResponderMember(responder_id=row.id, person_id=each, since=since) for each in sorted(new))
    session.flush()
    return bool(new or present.keys() - wanted)


def _set_shifts(session: Session, row: Responder, shifts: Sequence[Data], since: date) -> None:
    if len(shifts) > MOST_SHIFTS:
        raise Invalid.field("shifts", T("班次最多{most}行", most=MOST_SHIFTS))
    for each in shifts:
        if not (0 <= each["weekday"] <= 6 and 0 <= each["begins"] < DAY_MINUTES and 0 < each["ends"] <= DAY_MINUTES):
            raise Invalid.field("shifts", T("班次的时间应在00:00至24:00之间"))
    _check_members(session, row, [each.get("person_id") for each in shifts], since, "shifts")
    running = select(DutyShift).where(
        DutyShift.responder_id == row.id, or_(DutyShift.until.is_(None), DutyShift.until > since)
    )
    for old in session.scalars(running):
        if old.since >= since:
            session.delete(old)
        else:
            old.until = since
    session.add_all(
        DutyShift(
            responder_id=row.id,
            since=since,
            **{name: each.get(name) for name in ("weekday", "begins", "ends", "person_id")},
        )
        for each in shifts
    )


def _check_members(
    session: Session, row: Responder, people: Sequence[int | None], on: date, field: str = "person_id"
) -> None:
    wanted = {each for each in people if each is not None}
    if not wanted:
        return
    members = select(ResponderMember.person_id).where(
        ResponderMember.responder_id == row.id, holds(ResponderMember, on)
    )
    if wanted - set(session.scalars(members)):
        raise Invalid.field(field, T("值班人员应是本救援力量的成员"))


def _check_exception(data: Data, day: date, until: date) -> None:
    begins, ends = data.get("begins"), data.get("ends")
    wrong: dict[str, list[T]] = {}
    if day < clock.today():
        wrong["day"] = [T("不能早于今天")]
    if not 0 <= (until - day).days < MOST_DAYS:
        wrong["until"] = [T("应在开始日期之后两个月以内")]
    if (begins is None) != (ends is None):
        wrong["ends" if ends is None else "begins"] = [T("开始和结束时间要同时填写")]
    if begins is not None and ends is not None and not (0 <= begins < DAY_MINUTES and 0 < ends <= DAY_MINUTES):
        wrong["begins"] = [T("班次的时间应在00:00至24:00之间")]
    if not (data.get("reason") or "").strip():
        wrong["reason"] = [T("请写明原因")]
    if wrong:
        raise Invalid(wrong)
