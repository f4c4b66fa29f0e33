"""Why a row is not counted, in words. Each function gets one page of rows and asks the database once or twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, null, or_, select

from registry.db import db
from registry.messages import Spoken, T
from registry.models import (
    Cylinder,
    Device,
    Elevator,
    FillClip,
    Filling,
    Hazard,
    HazardStep,
    Inspection,
    Policy,
    PolicyItem,
    RescueEnrolment,
    Visit,
)
from registry.queries import fill_covers

Parameters = Mapping[str, Decimal]
_TERM = (Policy.policy_no, Policy.starts_on, Policy.ends_on, Policy.cancelled_on)


def _latest(statement: Any) -> dict[int, Any]:
    """Rows ordered from old to new, by their first column: the newest of each."""
    return {row[0]: row for row in db.session.execute(statement).all()}


def _ids(rows: Sequence[Any]) -> list[int]:
    return [row.id for row in rows]


def not_paperless(rows: Sequence[Elevator], on: date, parameters: Parameters) -> dict[int, T]:
    """No visit at all, one too long ago, or one whose evidence is incomplete."""
    newest = (
        select(Visit.elevator_id, func.max(Visit.done_on).label("done_on"))
        .where(Visit.elevator_id.in_(_ids(rows)), Visit.done_on <= on)
        .group_by(Visit.elevator_id)
        .subquery()
    )
    visits = {
        visit.elevator_id: visit
        for visit in db.session.scalars(
            select(Visit)
            .join(newest, (newest.c.elevator_id == Visit.elevator_id) & (newest.c.done_on == Visit.done_on))
            .order_by(Visit.id)
        )
    }
    window = int(parameters["paperless.window_days"])
    return {row.id: _visit_reason(visits.get(row.id), on, window) for row in rows}


def _visit_reason(visit: Visit | None, on: date, window: int) -> T:
    if visit is None:
        return T("没有维保记录")
    days = (on - visit.done_on).days
    if days >= window:
        return T("最近一次维保在{days}天前，超过{window}天", days=days, window=window)
    if visit.counts_until is not None and visit.counts_until <= on:
        return T("{days}天前的维保记录已被认定不计入", days=days)
    blocking = next((f for f in visit.findings if f["severity"] in ("block", "hold")), None)
    if visit.declined_reason:
        return T("{days}天前的维保，使用单位不予确认", days=days)
    if visit.confirmed_at is None:
        return T("{days}天前的维保，使用单位未确认", days=days)
    if blocking:
        return T(
            "{days}天前的维保证据不全：{text}",
            days=days,
            text=Spoken(blocking["text"], blocking.get("text_en") or blocking["text"]),
        )
    return T("{days}天前的维保当日尚未确认", days=days)


def not_maintained(rows: Sequence[Elevator], on: date, _parameters: Parameters) -> dict[int, T]:
    """Never, or more than 15 days ago."""
    latest = _latest(
        select(Visit.elevator_id, func.max(Visit.done_on))
        .where(Visit.elevator_id.in_(_ids(rows)), Visit.done_on <= on)
        .group_by(Visit.elevator_id)
    )
    return {
        row.id: T("最近一次维保在{days}天前（{day}）", days=(on - latest[row.id][1]).days, day=latest[row.id][1])
        if row.id in latest
        else T("没有维保记录")
        for row in rows
    }


def _policy_reasons(rows: Sequence[Any], on: date, column: Any) -> dict[int, T]:
    latest = _latest(_named(rows, column))
    return {row.id: _policy_reason(latest.get(row.id), on) for row in rows}


def _named(rows: Sequence[Any], column: Any) -> Any:
    return (
        select(column, *_TERM, PolicyItem.until)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(column.in_(_ids(rows)))
        .order_by(Policy.ends_on)
    )


def _policy_reason(row: Any, on: date) -> T:
    if row is None:
        return T("从未投保")
    _, number, starts_on, ends_on, cancelled_on, until = row
    if cancelled_on is not None and cancelled_on <= on:
        return T("保单{number}已于{day}退保", number=number, day=cancelled_on)
    if until is not None and until <= on:
        return T("已于{day}从保单{number}中批减", day=until, number=number)
    if starts_on > on:
        return T("保单{number}自{day}起才生效", number=number, day=starts_on)
    return T("保单{number}已于{day}到期", number=number, day=ends_on)


def elevators_not_insured(rows: Sequence[Elevator], on: date, _parameters: Parameters) -> dict[int, T]:
    """Never insured, ended, cancelled or not yet begun."""
    return _policy_reasons(rows, on, PolicyItem.elevator_id)


def cylinders_not_insured(rows: Sequence[Cylinder], on: date, _parameters: Parameters) -> dict[int, T]:
    """Never insured, ended, cancelled or not yet begun; of a policy by name, one over all of the station's, and the
    cover of a fill, whichever ended last."""
    named = _latest(_named(rows, PolicyItem.cylinder_id).where(fill_covers.liability()))
    whole = _latest(
        select(Cylinder.id, *_TERM, null())
        .join(Policy, Policy.holder_id == Cylinder.owner_id)
        .where(
            Cylinder.id.in_(_ids(rows)),
            Policy.subject == "cylinder",
            Policy.basis == fill_covers.PER_STATION,
            fill_covers.liability(),
        )
        .order_by(Policy.ends_on)
    )
    by_fill = fill_covers.ended(_ids(rows), on)
    found = {}
    for row in rows:
        policies = [each[row.id] for each in (named, whole) if row.id in each]
        last = max(policies, key=_gone_on, default=None)
        cover = by_fill.get(row.id)
        later = cover is not None and (last is None or last.starts_on > on or _gone_on(last) <= cover[1])
        found[row.id] = _cover_reason(*cover) if cover is not None and later else _policy_reason(last, on)
    return found


def _gone_on(row: Any) -> date:
    """The first day without what a policy gave."""
    _, _, _, ends_on, cancelled_on, until = row
    days: list[date | None] = [ends_on + timedelta(days=1), cancelled_on, until]
    return min(day for day in days if day is not None)


def _cover_reason(number: str, day: date, next_fill: bool) -> T:
    if next_fill:
        return T("保单{number}的充装保障于{day}再次充装时终止，那次充装没有保障", number=number, day=day)
    return T("保单{number}的充装保障已于{day}期满", number=number, day=day)


def not_enrolled(rows: Sequence[Elevator], on: date, _parameters: Parameters) -> dict[int, T]:
    """No code, or nobody saw the plate."""
    enrolled = _latest(
        select(RescueEnrolment.elevator_id, RescueEnrolment.code)
        .where(RescueEnrolment.elevator_id.in_(_ids(rows)), RescueEnrolment.since <= on)
        .order_by(RescueEnrolment.since)
    )
    return {
        row.id: T("救援识别码{code}的标牌未核验", code=enrolled[row.id][1])
        if row.id in enrolled
        else T("没有96366救援识别码")
        for row in rows
    }


def not_inspected(rows: Sequence[Elevator], on: date, _parameters: Parameters) -> dict[int, T]:
    """No inspection on file, a failed one, or one that ran out."""
    latest = _latest(
        select(Inspection.elevator_id, Inspection.conclusion, Inspection.valid_until, Inspection.done_on)
        .where(
            Inspection.elevator_id.in_(_ids(rows)), or_(Inspection.replaced_on.is_(None), Inspection.replaced_on > on)
        )
        .order_by(Inspection.done_on, Inspection.id)
    )
    return {row.id: _inspection_reason(latest.get(row.id), on) for row in rows}


def _inspection_reason(row: Any, on: date) -> T:
    if row is None or (row[3] is not None and row[3] > on):
        return T("没有检验记录")
    _, conclusion, valid_until, _done_on = row
    if conclusion == "fail":
        return T("最近一次检验不合格")
    if valid_until is None:
        return T("检验记录没有有效期")
    if valid_until >= on:
        return T("检验日期已按文件要求提前")
    return T("检验已于{day}到期，超期{days}天", day=valid_until, days=(on - valid_until).days)


def not_coded(rows: Sequence[Cylinder], _on: date, _parameters: Parameters) -> dict[int, T]:
    """No code bound."""
    return {row.id: T("未赋追溯码") for row in rows}


def not_filmed(rows: Sequence[Filling], on: date, _parameters: Parameters) -> dict[int, T]:
    """No camera at the gun, a silent one, a clip that came later, or one that an inspector did not find."""
    clips = _latest(
        select(FillClip.filling_id, FillClip.since, FillClip.until)
        .where(FillClip.filling_id.in_(_ids(rows)), FillClip.counts)
        .order_by(FillClip.id)
    )
    guns = {
        (station, gun)
        for station, gun in db.session.execute(
            select(Device.station_id, Device.gun).where(
                Device.station_id.in_({row.station_id for row in rows}),
                Device.kind == "camera",
                Device.gun.is_not(None),
            )
        )
    }
    return {row.id: _film_reason(clips.get(row.id), (row.station_id, row.gun) in guns, on) for row in rows}


def _film_reason(clip: Any, watched: bool, on: date) -> T:
    if clip is not None and clip[2] is not None and clip[2] <= on:
        return T("{day}抽查时没有找到录像", day=clip[2])
    if clip is not None and clip[1] > on:
        return T("{day}才关联视频片段", day=clip[1])
    return T("充装位摄像机当时没有信号，也没有上报视频片段") if watched else T("充装位没有摄像机，也没有上报视频片段")


def not_closed(rows: Sequence[Hazard], on: date, _parameters: Parameters) -> dict[int, T]:
    """Still open after its deadline, or closed late."""
    latest = _latest(
        select(HazardStep.hazard_id, HazardStep.target, HazardStep.due_on, HazardStep.done_on)
        .where(HazardStep.hazard_id.in_(_ids(rows)), HazardStep.done_on <= on)
        .order_by(HazardStep.id)
    )
    return {row.id: _hazard_reason(latest[row.id], on) for row in rows}


def _hazard_reason(row: Any, on: date) -> T:
    _, target, due_on, done_on = row
    if target == "CLOSED":
        return T("逾期{days}天后销号", days=(done_on - due_on).days)
    return T("逾期{days}天未销号", days=(on - due_on).days)
