"""What a guarded event is made of: places, equipment, accepted checks, planned rounds, people on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import (
    Area,
    GuardedAcceptance,
    GuardedDevice,
    GuardedEvent,
    GuardedPlace,
    GuardedRound,
    GuardedShift,
    Membership,
)
from registry.queries import elevators, guarded_checks, guarded_offers, units
from registry.queries import guarded_events as queries
from registry.rules import guarded_events as rules

Data = Mapping[str, Any]
MOST_DEVICES = 500


def add_place(actor: Actor, event_id: int, data: Data) -> GuardedPlace:
    """Add a place while the event is planned: `name, address, area, position?` ({lat, lon}).

    Raises:
        Invalid: an area that is not there or not the county's own, a name twice.
    """
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLACES_CHANGE_IN)
        area = data["area"]
        if session.get(Area, area) is None or (actor.role in COUNTY_ROLES and area not in actor.areas):
            raise Invalid.field("area", T("请从列表中选择"))
        same = select(GuardedPlace.id).where(GuardedPlace.event_id == event.id, GuardedPlace.name == data["name"])
        if session.scalar(same):
            raise Invalid.field("name", T("这次保障已有同名地点"))
        position = data.get("position") or {}
        row = GuardedPlace(
            event_id=event.id,
            name=data["name"],
            address=data["address"],
            area_code=area,
            lat=position.get("lat"),
            lon=position.get("lon"),
        )
        session.add(row)
        session.flush()
        audit.record(actor, "guarded_event.place_added", event, no=event.no, place=row.name, count=1)
        return row


def remove_place(actor: Actor, event_id: int, place_id: int) -> None:
    """Take a place out while the event is planned.

    Raises:
        Conflict: equipment, rounds or people are still there.
    """
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLACES_CHANGE_IN)
        row = queries.place_of(actor, event.id, place_id)
        for model in (GuardedDevice, GuardedRound, GuardedShift):
            if session.scalar(select(model.id).where(model.place_id == row.id).limit(1)):
                raise Conflict(T("请先移除这个地点的设备、巡查和值守人员"))
        session.delete(row)
        audit.record(actor, "guarded_event.place_removed", event, no=event.no, place=row.name)


def add_devices(actor: Actor, event_id: int, place_id: int, data: Data) -> int:
    """Guard equipment at a place: `elevators?` (label codes), `units?` (credit codes, numbers or names). What the event
    has already stays where it is; returns how many are new.

    Raises:
        Invalid: one that is not there for the caller, nothing named, more than 500.
    """
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLACES_CHANGE_IN)
        place = queries.place_of(actor, event.id, place_id)
        lifts, wrong = _found(actor, data.get("elevators") or (), elevators.by_code)
        others, wrong_units = _found(actor, data.get("units") or (), units.find)
        problems = {name: texts for name, texts in (("elevators", wrong), ("units", wrong_units)) if texts}
        if not problems and not lifts and not others:
            problems["elevators"] = [T("请选择设备或单位")]
        if problems:
            raise Invalid(problems)
        known, known_units = queries.taken(event.id)
        added = [GuardedDevice(event_id=event.id, place_id=place.id, elevator_id=key) for key in sorted(lifts - known)]
        added += [
            GuardedDevice(event_id=event.id, place_id=place.id, unit_id=key) for key in sorted(others - known_units)
        ]
        if len(known) + len(known_units) + len(added) > MOST_DEVICES:
            raise Invalid.field("elevators", T("一次保障最多{most}台（家）", most=MOST_DEVICES))
        session.add_all(added)
        audit.record(actor, "guarded_event.devices_added", event, no=event.no, place=place.name, count=len(added))
        return len(added)


def _found(actor: Actor, texts: Any, find: Any) -> tuple[set[int], list[T]]:
    ids: set[int] = set()
    wrong = []
    for text in dict.fromkeys(texts):
        try:
            ids.add(find(actor, text).id)
        except Missing:
            wrong.append(T("没有找到：{keys}", keys=text))
    return ids, wrong


def remove_device(actor: Actor, event_id: int, device_id: int) -> None:
    """Take equipment out while the event is planned, with what was accepted of it."""
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLACES_CHANGE_IN)
        row = policy.get(actor, GuardedDevice, GuardedDevice.id == device_id, GuardedDevice.event_id == event.id)
        for accepted in session.scalars(select(GuardedAcceptance).where(GuardedAcceptance.device_id == row.id)):
            session.delete(accepted)
        session.flush()
        session.delete(row)
        audit.record(
            actor,
            "guarded_event.device_removed",
            event,
            no=event.no,
            elevator_id=row.elevator_id,
            unit_id=row.unit_id,
        )


def accept(actor: Actor, event_id: int, device_id: int, data: Data) -> GuardedAcceptance:
    """Let a check of a device stand as it is found now: `check, reason`. Another finding later is red again.

    Raises:
        Conflict: nothing stands against it, or it was accepted before.
    """
    policy.require(actor, "guarded_event.accept")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        where = (GuardedDevice.id == device_id, GuardedDevice.event_id == event.id)
        device = policy.get(actor, GuardedDevice, *where, options=queries.DEVICE)
        (judged,) = guarded_checks.judge(event, [device])
        finding = judged.of(data["check"])
        if finding is None or not finding.red:
            raise Conflict(T("这一项现在没有需要接受的问题"))
        row = GuardedAcceptance(
            device_id=device.id,
            check=finding.check.id,
            mark=finding.mark,
            finding=str(finding.reason),
            reason=data["reason"],
            accepted_at=clock.now(),
            person_id=actor.person_id,
        )
        session.add(row)
        audit.record(
            actor,
            "guarded_event.check_accepted",
            event,
            no=event.no,
            device_id=device.id,
            check=row.check,
            reason=row.reason,
        )
        return row


def plan_rounds(actor: Actor, event_id: int, data: Data) -> int:
    """Plan rounds of a place: `place` (id), `member` (a membership: who walks, for which unit), `first_at`, and either
    alone or with `last_at` and `every_minutes`. Those planned before stay; returns how many are new.

    Raises:
        Invalid: not within the period, in the past, somebody who may not walk, more than 200 at once.
    """
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        place = queries.place_of(actor, event.id, data["place"])
        member = _member(actor, event, data["member"])
        planned = _times(event, data)
        known = set(
            session.scalars(
                select(GuardedRound.planned_at).where(
                    GuardedRound.place_id == place.id, GuardedRound.person_id == member.person_id
                )
            )
        )
        new = [at for at in planned if at not in known]
        session.add_all(
            GuardedRound(
                event_id=event.id,
                place_id=place.id,
                planned_at=at,
                person_id=member.person_id,
                unit_id=member.unit_id,
                note="",
            )
            for at in new
        )
        audit.record(
            actor,
            "guarded_event.rounds_planned",
            event,
            no=event.no,
            place=place.name,
            person_id=member.person_id,
            count=len(new),
        )
        return len(new)


def _times(event: GuardedEvent, data: Data) -> list[datetime]:
    first = data["first_at"]
    last = data.get("last_at") or first
    every = data.get("every_minutes") or rules.number("round_hours", clock.today()) * 60
    wrong: dict[str, list[T]] = {}
    now = clock.now()
    for name, at in (("first_at", first), ("last_at", last)):
        if not rules.walkable_from(event.starts_at, clock.today()) <= at < event.ends_at:
            wrong[name] = [T("应在活动期间内")]
    if first < now:
        wrong.setdefault("first_at", []).append(T("不能早于现在"))
    if last < first:
        wrong.setdefault("last_at", []).append(T("不能早于第一次巡查"))
    if wrong:
        raise Invalid(wrong)
    found = rules.times(first, last, every)
    if len(found) > rules.MOST_ROUNDS:
        raise Invalid.field("last_at", T("一次最多安排{most}次巡查", most=rules.MOST_ROUNDS))
    return found


def _member(actor: Actor, event: GuardedEvent, number: int) -> Membership:
    found = next((row for row in guarded_offers.members(actor, event) if row.id == number), None)
    if found is None:
        raise Invalid.field("member", T("请从列表中选择"))
    return found


def remove_round(actor: Actor, event_id: int, round_id: int) -> None:
    """Take a planned round out.

    Raises:
        Conflict: it was walked, or its time has come: what was not walked stays to be seen.
    """
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        where = (GuardedRound.id == round_id, GuardedRound.event_id == event.id)
        row = policy.get(actor, GuardedRound, *where, lock=True)
        if row.done_at is not None or (event.state != "planned" and row.planned_at <= clock.now()):
            raise Conflict(T("已经巡查或者已到时间的巡查不能移除"))
        place = queries.place_of(actor, event.id, row.place_id)
        session.delete(row)
        audit.record(
            actor, "guarded_event.round_removed", event, no=event.no, place=place.name, planned_at=row.planned_at
        )


def set_shift(actor: Actor, event_id: int, data: Data) -> GuardedShift:
    """Put somebody on the spot: `place` (id), `member` (a membership), `starts_at, ends_at`.

    Raises:
        Invalid: not within the period (a day before it for preparing), somebody who is elsewhere at that time.
    """
    policy.require(actor, "guarded_event.plan")
    starts, ends = data["starts_at"], data["ends_at"]
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        place = queries.place_of(actor, event.id, data["place"])
        member = _member(actor, event, data["member"])
        if ends <= starts:
            raise Invalid.field("ends_at", T("结束时间应晚于开始时间"))
        if starts >= event.ends_at or ends <= event.starts_at:
            raise Invalid.field("starts_at", T("应在活动期间内"))
        _refuse_elsewhere(session, member.person_id, starts, ends)
        row = GuardedShift(
            event_id=event.id,
            place_id=place.id,
            person_id=member.person_id,
            unit_id=member.unit_id,
            starts_at=starts,
            ends_at=ends,
        )
        session.add(row)
        audit.record(
            actor,
            "guarded_event.shift_set",
            event,
            no=event.no,
            place=place.name,
            person_id=row.person_id,
            starts_at=starts,
            ends_at=ends,
        )
        return row


def _refuse_elsewhere(session: Session, person_id: int, starts: datetime, ends: datetime) -> None:
    """Nobody stands at two places at once; one shift may begin when the other ends."""
    over = ("cancelled", "ended", "closed")
    clash = (
        select(GuardedPlace.name)
        .join(GuardedShift, GuardedShift.place_id == GuardedPlace.id)
        .join(GuardedEvent, GuardedEvent.id == GuardedShift.event_id)
        .where(
            GuardedShift.person_id == person_id,
            GuardedShift.starts_at < ends,
            GuardedShift.ends_at > starts,
            GuardedEvent.state.not_in(over),
        )
        .order_by(GuardedShift.id)
        .limit(1)
    )
    if (name := session.scalar(clash)) is not None:
        raise Invalid.field("member", T("这个时间已安排在{place}值守", place=name))


def remove_shift(actor: Actor, event_id: int, shift_id: int) -> None:
    """Take a shift out."""
    policy.require(actor, "guarded_event.plan")
    with transaction() as session:
        event = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        row = policy.get(actor, GuardedShift, GuardedShift.id == shift_id, GuardedShift.event_id == event.id)
        place = queries.place_of(actor, event.id, row.place_id)
        session.delete(row)
        audit.record(
            actor, "guarded_event.shift_removed", event, no=event.no, place=place.name, person_id=row.person_id
        )
