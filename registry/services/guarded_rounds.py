"""Walking a round of a guarded event: confirmed with time, place and photo; what is found becomes a hazard clue or a
fault report in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from registry import audit, clock, places, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import FaultReport, GuardedDevice, GuardedEvent, GuardedRound, Hazard, StoredFile
from registry.queries import guarded_rounds as queries
from registry.queries import papers
from registry.replays import digest, sent_before
from registry.rules import guarded_events as rules
from registry.services import fault_reports, files, hazards

Data = Mapping[str, Any]
AHEAD = timedelta(minutes=2)
MOST_PHOTOS = 9
EVIDENCE = "hazard"  # the purpose of files of hazards
HAZARD, FAULT_REPORT = "hazard", "fault_report"
SOURCES = {"technician": "maintenance_unit", "maintenance_manager": "maintenance_unit"}


def walk(actor: Actor, round_id: int, data: Data) -> tuple[GuardedRound, bool]:
    """Confirm a round: `ref?, done_at?, position?, answers` ({item: normal | abnormal}), `photos` (ids of stored
    files), `note?`, and where something is not in order `device` (id) and `becomes` (hazard, fault_report). Anybody of
    the unit may walk it. Returns the round, and whether this `ref` came before.

    Raises:
        Missing: no such round for the caller. Forbidden: another unit's.
        Conflict: walked before, too early, or the event does not run.
        Invalid: an item without an answer, no photo, a finding without its words, its equipment or what becomes of it.
    """
    policy.require(actor, "guarded_event.walk")
    content, ref = digest({**data, "round": round_id}), data.get("ref")
    with transaction():
        known = sent_before(actor, GuardedRound, ref, content)
        if known is not None:
            return known, True
        row = policy.get(actor, GuardedRound, GuardedRound.id == round_id, lock=True, options=queries.OWN)
        done_at, now = data.get("done_at") or clock.now(), clock.now()
        _may_walk(actor, row, row.event, done_at, now)
        abnormal = _check(actor, row, data)
        position = data.get("position") or {}
        row.done_at, row.received_at, row.walked_by_id = done_at, now, actor.person_id
        row.lat, row.lon = position.get("lat"), position.get("lon")
        row.distance_m = places.distance_to(dict(position) or None, row.place.lat, row.place.lon)
        row.answers = {name: data["answers"][name] for name in rules.items(clock.day_of(done_at))}
        row.photos = list(data.get("photos") or ())
        row.note = (data.get("note") or "").strip()
        row.ref, row.ref_digest = ref, content if ref else None
        if abnormal:
            _pass_on(actor, row, abnormal, data)
        audit.record(
            actor,
            "guarded_event.round_walked",
            row,
            no=row.event.no,
            place=row.place.name,
            planned_at=row.planned_at,
            done_at=done_at,
            hazard_id=row.hazard_id,
            fault_report_id=row.fault_report_id,
        )
        return row, False


def _may_walk(actor: Actor, row: GuardedRound, event: GuardedEvent, done_at: datetime, now: datetime) -> None:
    if row.unit_id != actor.unit_id:
        raise Forbidden(T("由安排巡查的单位办理"))
    if row.done_at is not None:
        raise Conflict(T("这次巡查已经确认过了"))
    if event.state not in rules.WALKED_IN:
        raise Conflict(T("这次保障现在不在进行"))
    if done_at > now + AHEAD:
        raise Invalid.field("done_at", T("不能晚于现在"))
    first = rules.walkable_from(row.planned_at, clock.today())
    if now + AHEAD < first:
        raise Conflict(T("还没有到巡查时间，最早{time}", time=f"{first.astimezone(clock.CITY_ZONE):%H:%M}"))
    if done_at < first:
        raise Invalid.field("done_at", T("早于可以巡查的时间"))


def _check(actor: Actor, row: GuardedRound, data: Data) -> list[rules.Item]:
    """What is not in order; Invalid where something is missing."""
    answers, wrong = data.get("answers") or {}, {}
    items = rules.items(clock.today())
    for name in items:
        if answers.get(name) not in (rules.NORMAL, rules.ABNORMAL):
            wrong[f"item_{name}"] = [T("请选择正常或异常")]
    photos = list(data.get("photos") or ())
    if not photos:
        wrong["photos"] = [T("请拍摄现场照片")]
    elif len(photos) > MOST_PHOTOS or set(photos) - _own_files(actor, photos):
        wrong["photos"] = [T("没有找到这个文件")]
    abnormal = [item for name, item in items.items() if answers.get(name) == rules.ABNORMAL]
    if abnormal:
        wrong |= _finding(actor, row, data)
    if wrong:
        raise Invalid(wrong)
    return abnormal


def _own_files(actor: Actor, photos: list[int]) -> set[int]:
    return set(db.session.scalars(policy.scope(actor, StoredFile, StoredFile.id).where(StoredFile.id.in_(photos))))


def _finding(actor: Actor, row: GuardedRound, data: Data) -> dict[str, list[T]]:
    wrong: dict[str, list[T]] = {}
    if not (data.get("note") or "").strip():
        wrong["note"] = [T("有异常时请写明情况")]
    device = _device(actor, row, data)
    if device is None:
        wrong["device"] = [T("请选择是哪一台设备")]
    becomes = data.get("becomes")
    if becomes not in (HAZARD, FAULT_REPORT):
        wrong["becomes"] = [T("请选择转为隐患线索还是乘客报修")]
    elif becomes == FAULT_REPORT and device is not None and device.elevator_id is None:
        wrong["becomes"] = [T("不是电梯的，请转为隐患线索")]
    elif not policy.may(actor, "hazard.report" if becomes == HAZARD else "fault_report.pass_on"):
        wrong["becomes"] = [T("您的角色不能登记隐患线索，请转为乘客报修")]
    return wrong


def _device(actor: Actor, row: GuardedRound, data: Data) -> GuardedDevice | None:
    return next((one for one in queries.devices(actor, row) if one.id == data.get("device")), None)


def _pass_on(actor: Actor, row: GuardedRound, abnormal: list[rules.Item], data: Data) -> None:
    device = _device(actor, row, data)
    assert device is not None
    row.device_id = device.id
    what = "、".join(item.zh for item in abnormal)
    if data["becomes"] == FAULT_REPORT:
        assert device.elevator_id is not None
        said = {"kind": abnormal[0].fault_kind, "text": f"重大活动保障巡查发现：{what}。{row.note}"[:500]}
        report: FaultReport = fault_reports.pass_on(actor, device.elevator_id, said)
        row.fault_report_id = _id_of(report)
        return
    own = "other_inspection" if actor.role in OFFICE_ROLES else "self_report"
    clue = {
        "title": f"{row.event.name}保障巡查发现{what}异常"[:200],
        "description": row.note,
        "source": SOURCES.get(actor.role, own),
        "elevator": device.elevator.label_code if device.elevator else None,
        "unit": str(device.unit_id) if device.unit_id else None,
        "found_on": clock.day_of(row.done_at or clock.now()),
        "evidence": _evidence(actor, row),
    }
    hazard: Hazard = hazards.report(actor, clue)
    row.hazard_id = _id_of(hazard)


def _evidence(actor: Actor, row: GuardedRound) -> list[int]:
    """The photos of a round once more, as evidence of a hazard."""
    rows = [db.session.get_one(StoredFile, number) for number in row.photos or []]
    return [files.store_once(actor, one.name, one.mime, papers.content(one.id), EVIDENCE).id for one in rows]


def _id_of(made: Any) -> int:
    """The number of what was just added."""
    db.session.flush()
    return int(made.id)
