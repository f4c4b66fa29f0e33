"""What a filling station works with: its guns, and the stations whose cylinders it may fill (cylinders.md §4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Alliance, Capacity, Gun, StopOrder, Unit
from registry.rules.kinds import MEDIA


def register_gun(actor: Actor, data: Mapping[str, Any]) -> Gun:
    """Add a filling gun. `data`: `station_id` (a station's own when left out), `number`, `medium`.

    Raises:
        Invalid: no such station, or a medium that its licence does not name.
        Conflict: the station has a gun of that number.
        Forbidden: a gun of another station.
    """
    policy.require(actor, "gun.register")
    with transaction() as session:
        station_id = data.get("station_id") or actor.unit_id
        if actor.role not in OFFICE_ROLES and station_id != actor.unit_id:
            raise Forbidden(T("充装单位只能登记本单位的充装枪"))
        licence = _licence(actor, session, station_id, "station_id")
        if data["medium"] not in MEDIA:
            raise Invalid.field("medium", T("没有这种充装介质"))
        if licence.media is not None and data["medium"] not in licence.media:
            raise Invalid.field("medium", T("该介质不在本单位充装许可范围内"))
        number = data["number"].strip()
        if session.scalars(select(Gun.id).where(Gun.station_id == station_id, Gun.number == number)).first():
            raise Conflict(T("本单位已有编号为{number}的充装枪", number=number))
        gun = Gun(station_id=station_id, number=number, medium=data["medium"])
        session.add(gun)
        audit.record(actor, "gun.registered", gun, station_id=station_id, number=number, medium=gun.medium)
        return gun


def approve_alliance(actor: Actor, data: Mapping[str, Any]) -> Alliance:
    """Let two stations fill each other's cylinders, or (`entrusted`) one's be looked after by the other.

    `data`: `member_a_id`, `member_b_id`, `media` (at least one), `document`, `since`, `until` (open when left out),
    `entrusted`.

    Raises:
        Invalid: not two filling stations, an unknown medium, an end before the beginning.
        Conflict: the two have an alliance for one of the media in that time.
    """
    policy.require(actor, "alliance.approve")
    with transaction() as session:
        one, other = data["member_a_id"], data["member_b_id"]
        if one == other:
            raise Invalid.field("member_b_id", T("请选择另一家充装单位"))
        _licence(actor, session, one, "member_a_id")
        _licence(actor, session, other, "member_b_id")
        if not data["media"] or not set(data["media"]) <= MEDIA.keys():
            raise Invalid.field("media", T("请选择联营的充装介质"))
        if data.get("until") and data["until"] <= data["since"]:
            raise Invalid.field("until", T("截止日期应晚于开始日期"))
        _refuse_overlap(session, data)
        row = Alliance(
            member_a_id=one,
            member_b_id=other,
            media=sorted(data["media"]),
            document=data["document"],
            since=data["since"],
            until=data.get("until"),
            entrusted=bool(data.get("entrusted")),
            approved_by_id=actor.person_id,
        )
        session.add(row)
        audit.record(
            actor,
            "alliance.approved",
            row,
            members=[one, other],
            media=row.media,
            document=row.document,
            until=row.until,
        )
        return row


def end_alliance(actor: Actor, alliance_id: int, data: Mapping[str, Any]) -> Alliance:
    """The authority ends an alliance: `{until, reason}`; from `until` the two may not fill each other's cylinders.

    Raises:
        Missing: no such alliance. Conflict: it has ended. Invalid: a day before today or before it began, no reason.
    """
    policy.require(actor, "alliance.end")
    reason = str(data.get("reason") or "").strip()
    if not reason:
        raise Invalid.field("reason", T("请写明理由"))
    with transaction():
        row = policy.get(actor, Alliance, Alliance.id == alliance_id, lock=True)
        today = clock.today()
        if row.until is not None and row.until <= today:
            raise Conflict(T("这项联营已经结束"))
        if data["until"] < today or data["until"] <= row.since:
            raise Invalid.field("until", T("不能早于今天和开始日期"))
        row.until, row.end_reason = data["until"], reason[:200]
        members = [row.member_a_id, row.member_b_id]
        audit.record(actor, "alliance.ended", row, members=members, until=row.until, reason=row.end_reason)
        return row


def order_stop(actor: Actor, station_id: int, data: Mapping[str, Any]) -> StopOrder:
    """Order a station to stop filling: `{since, document, reason}` (R16).

    Raises:
        Invalid: no station of the caller's area, no document or reason. Conflict: it is under an order.
    """
    policy.require(actor, "station.order_stop")
    with transaction() as session:
        licence = _licence(actor, session, station_id, "station_id", lock=True)
        if licence.suspended_since is not None:
            raise Conflict(T("该单位已被责令停止充装"))
        row = StopOrder(
            station_id=station_id,
            since=data["since"],
            document=_said(data, "document"),
            reason=_said(data, "reason"),
            ordered_at=clock.now(),
            ordered_by_id=actor.person_id,
        )
        licence.suspended_since = row.since
        session.add(row)
        audit.record(
            actor,
            "station.stopped",
            row,
            station_id=station_id,
            since=row.since,
            document=row.document,
            reason=row.reason,
        )
        return row


def lift_stop(actor: Actor, station_id: int, data: Mapping[str, Any]) -> StopOrder:
    """Lift the order from today: `{document, reason}`. One that came with the licence's data is written down first.

    Raises:
        Invalid: no station of the caller's area, no document or reason. Conflict: it is under no order.
    """
    policy.require(actor, "station.lift_stop")
    today = clock.today()
    with transaction() as session:
        licence = _licence(actor, session, station_id, "station_id", lock=True)
        if licence.suspended_since is None:
            raise Conflict(T("该单位没有被责令停止充装"))
        open_one = select(StopOrder).where(StopOrder.station_id == station_id, StopOrder.until.is_(None))
        row = session.scalar(open_one)
        if row is None:
            row = StopOrder(
                station_id=station_id,
                since=licence.suspended_since,
                document="",
                reason="",
                ordered_at=clock.now(),
                ordered_by_id=actor.person_id,
            )
            session.add(row)
        row.until, row.lifted_by_id = max(today, row.since), actor.person_id
        row.lift_document, row.lift_reason = _said(data, "document"), _said(data, "reason")
        licence.suspended_since = None
        audit.record(
            actor,
            "station.stop_lifted",
            row,
            station_id=station_id,
            until=row.until,
            document=row.lift_document,
            reason=row.lift_reason,
        )
        return row


def _said(data: Mapping[str, Any], field: str) -> str:
    text = str(data.get(field) or "").strip()[:200]
    if not text:
        raise Invalid.field(field, T("请填写这一项"))
    return text


def _licence(actor: Actor, session: Session, station_id: int | None, field: str, lock: bool = False) -> Capacity:
    """The filling capacity of a unit the caller may see."""
    statement = policy.scope(actor, Capacity).where(Capacity.unit_id == station_id, Capacity.capacity == "filling")
    if actor.areas:
        statement = statement.join(Unit, Unit.id == Capacity.unit_id).where(Unit.area_code.in_(actor.areas))
    found: Capacity | None = session.scalars(locked(statement) if lock else statement).first()
    if found is None:
        raise Invalid.field(field, T("该单位不是充装单位，或者不在您的辖区"))
    return found


def _refuse_overlap(session: Session, data: Mapping[str, Any]) -> None:
    one, other = data["member_a_id"], data["member_b_id"]
    same_pair = or_(
        and_(Alliance.member_a_id == one, Alliance.member_b_id == other),
        and_(Alliance.member_a_id == other, Alliance.member_b_id == one),
    )
    lasts = or_(Alliance.until.is_(None), Alliance.until > data["since"])
    for row in session.scalars(select(Alliance).where(same_pair, lasts)):
        begins_after = data.get("until") is not None and row.since >= data["until"]
        if not begins_after and set(row.media) & set(data["media"]):
            raise Conflict(T("这两家单位在此期间已有{media}的联营", media="、".join(_names(row, data))))


def _names(row: Alliance, data: Mapping[str, Any]) -> list[str]:
    return [MEDIA[medium].zh for medium in sorted(set(row.media) & set(data["media"]))]
