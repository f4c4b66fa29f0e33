"""Codes of the 96366 platform in bulk: the numbers of an area, giving them, and what hangs in the car (§6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import Spoken, T
from registry.models import Area, Elevator, PlateCheck, RescueCodeRange, RescueEnrolment
from registry.queries import directive_inputs, parameters, rescue_codes
from registry.rules import identifiers
from registry.rules.identifiers import IdentifierError
from registry.rules.rescue_codes import Range, next_codes

Data = Mapping[str, Any]
PURPOSE = "plate"
WAYS = ("visit", "photo", "office")
MOST_AT_ONCE = 5_000


def set_range(actor: Actor, area_code: str, first: str, last: str) -> RescueCodeRange:
    """Say which numbers elevators of an area are given; numbers that are given already stay.

    Raises:
        Invalid: no such area, no rescue codes, not of one length, the end before the beginning, or numbers of another
        area.
    """
    policy.require(actor, "rescue.set_range")
    wanted = _range(first, last)
    with transaction() as session:
        if session.get(Area, area_code) is None:
            raise Invalid.field("area", T("请从列表中选择"))
        rows = {row.area_code: row for row in session.scalars(policy.scope(actor, RescueCodeRange))}
        for other in rows.values():
            if other.area_code != area_code and wanted.meets(Range(other.first, other.last)):
                raise Invalid.field(
                    "first", T("与其他辖区的号段{first}–{last}重叠", first=other.first, last=other.last)
                )
        row = rows.get(area_code) or RescueCodeRange(area_code=area_code)
        row.first, row.last = wanted.first, wanted.last
        session.add(row)
        audit.record(actor, "rescue.range_set", row, area_code=area_code, first=row.first, last=row.last)
        return row


def give(actor: Actor, area_code: str, most: int = MOST_AT_ONCE, since: date | None = None) -> list[RescueEnrolment]:
    """Give the elevators in use of an area that have no code the next free numbers of its range, in the order of their
    addresses, so that neighbours get neighbouring numbers. All or none.

    Raises:
        Invalid: a day in the future. Conflict: the area has no range, too few free numbers, or nobody without a code.
        Forbidden: another county's area.
    """
    policy.require(actor, "rescue.give_codes")
    today = clock.today()
    since = since or today
    if since > today:
        raise Invalid.field("since", T("不能晚于今天"))
    if actor.role in COUNTY_ROLES and actor.areas and area_code not in actor.areas:
        raise Forbidden(T("不在您的辖区内，请由市局或当地县区局办理"))
    with transaction() as session:
        row = session.scalar(locked(policy.scope(actor, RescueCodeRange).where(RescueCodeRange.area_code == area_code)))
        if row is None:
            raise Conflict(T("这个辖区还没有设定号段"))
        waiting = session.scalars(
            locked(rescue_codes.without_code(actor, area_code).limit(min(most, MOST_AT_ONCE)), of=Elevator)
        ).all()
        if not waiting:
            raise Conflict(T("这个辖区没有待编发识别码的电梯"))
        codes = _free(session, Range(row.first, row.last), len(waiting), today)
        if len(codes) < len(waiting):
            raise Conflict(T("号段内只剩{free}个可用号码，待编发{count}台", free=len(codes), count=len(waiting)))
        return _give(session, actor, area_code, waiting, codes, since)


def _give(
    session: Session, actor: Actor, area_code: str, waiting: Sequence[Elevator], codes: Sequence[str], since: date
) -> list[RescueEnrolment]:
    made = []
    for elevator, code in zip(waiting, codes, strict=True):
        made.append(RescueEnrolment(elevator_id=elevator.id, code=code, since=since))
        elevator.rescue_code = code
        elevator.version += 1
    session.add_all(made)
    session.flush()
    entries = [(each.id, {"elevator_id": each.elevator_id, "code": each.code}) for each in made]
    audit.record_many(actor, "rescue.enrolled", "rescue_enrolment", entries)
    given = {"area_code": area_code, "count": len(made), "first": codes[0], "last": codes[-1], "since": since}
    audit.record(actor, "rescue.codes_given", None, **given)
    return made


def _free(session: Session, those: Range, count: int, on: date) -> list[str]:
    values = parameters.values(("rescue.code_step", "rescue.code_rest_days"), on)
    used = rescue_codes.used_codes(those.first, those.last, on, int(values["rescue.code_rest_days"]))
    return next_codes(those, used, count, int(values["rescue.code_step"]))


def check_plate(actor: Actor, elevator_id: int, data: Data) -> PlateCheck:
    """Record what somebody read on the plate in a car: `seen_on, code_seen?` (None: no plate hangs), `way` (visit,
    photo or office), `note?, file?` (id of a picture; compulsory for photo).

    The code of the elevator makes the plate verified from that day. Another one, or none, takes it out of those counted
    from that day on; the days before stay as they were.

    Raises:
        Invalid: a day in the future, no rescue code, no picture. Conflict: the elevator is not on the platform.
    """
    policy.require(actor, "rescue.check_plate")
    with transaction() as session:
        if data.get("file"):
            directive_inputs.check_files(actor, "file", [data["file"]], PURPOSE)
        row = keep_look(session, actor, elevator_id, data)
        if row is None:
            raise Conflict(T("这台电梯还没有接入96366平台，请先编发识别码"))
        return row


def keep_look(session: Session, actor: Actor, elevator_id: int, data: Data) -> PlateCheck | None:
    """A look at a plate that comes with another act, in its transaction, `data` as in `check_plate`; None where the
    elevator is not on the platform, so that there is nothing to compare with.

    Raises:
        Invalid: as in `check_plate`; the picture was checked by the caller.
    """
    seen = _seen(data)
    elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
    enrolment = session.scalars(
        select(RescueEnrolment)
        .where(RescueEnrolment.elevator_id == elevator.id, RescueEnrolment.until.is_(None))
        .order_by(RescueEnrolment.since.desc(), RescueEnrolment.id.desc())
    ).first()
    if enrolment is None:
        return None
    matches = seen == enrolment.code
    enrolment = _settle(session, enrolment, matches, data["seen_on"])
    row = PlateCheck(
        elevator_id=elevator.id,
        enrolment_id=enrolment.id,
        seen_on=data["seen_on"],
        code_seen=seen,
        matches=matches,
        way=data["way"],
        note=(data.get("note") or "").strip(),
        file_id=data.get("file"),
        person_id=actor.person_id,
        unit_id=actor.unit_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    audit.record(
        actor,
        "rescue.plate_checked",
        row,
        elevator_id=elevator.id,
        code_seen=seen,
        matches=matches,
        way=row.way,
        seen_on=row.seen_on,
    )
    return row


def _seen(data: Data) -> str | None:
    wrong: dict[str, list[T]] = {}
    if data["seen_on"] > clock.today():
        wrong["seen_on"] = [T("不能晚于今天")]
    if data["way"] not in WAYS:
        wrong["way"] = [T("请从列表中选择")]
    if data["way"] == "photo" and not data.get("file"):
        wrong["file"] = [T("请附上标识的照片")]
    seen = None
    if data.get("code_seen"):
        try:
            seen = identifiers.rescue_code(data["code_seen"])
        except IdentifierError as error:
            wrong["code_seen"] = [Spoken(error.zh, error.en)]
    if wrong:
        raise Invalid(wrong)
    return seen


def _settle(session: Session, row: RescueEnrolment, matches: bool, seen_on: date) -> RescueEnrolment:
    """The enrolment as it stands after a look: an older look changes nothing that is known for later days."""
    later = session.scalar(
        select(PlateCheck.id).where(PlateCheck.enrolment_id == row.id, PlateCheck.seen_on > seen_on).limit(1)
    )
    if matches:
        if row.plate_verified_on is None and later is None:
            row.plate_verified_on = max(seen_on, row.since)
        return row
    if row.plate_verified_on is None or later is not None or seen_on < row.plate_verified_on:
        return row
    if seen_on <= max(row.since, row.plate_verified_on):
        row.plate_verified_on = None
        return row
    row.until = seen_on
    fresh = RescueEnrolment(elevator_id=row.elevator_id, code=row.code, since=seen_on)
    session.add(fresh)
    session.flush()
    return fresh


def _range(first: str, last: str) -> Range:
    found = {}
    for name, text in (("first", first), ("last", last)):
        try:
            found[name] = identifiers.rescue_code(text)
        except IdentifierError as error:
            raise Invalid.field(name, Spoken(error.zh, error.en)) from None
    if len(found["first"]) != len(found["last"]) or found["last"] < found["first"]:
        raise Invalid.field("last", T("应与起始号码位数相同，且不小于起始号码"))
    return Range(found["first"], found["last"])
