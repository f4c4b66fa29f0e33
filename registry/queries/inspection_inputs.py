"""What is entered for an inspection, checked against the register: the day, the conclusion, who did it, the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Capacity, Contract, Elevator, Inspection, StoredFile, Unit
from registry.queries import elevator_inspections, units
from registry.queries.periods import holds
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS, SELF_TEST
from registry.rules.inspection_results import SelfTester, against_tester, conclusion_of
from registry.rules.verdict import Finding

PURPOSE = "inspection"
Data = Mapping[str, Any]
Wrong = dict[str, list[T]]

NOT_A_BODY = Finding(
    "inspection_body",
    "block",
    "本单位没有在本市承担电梯检验的登记，只能记录自行检测",
    "This unit is not on file as an inspection body of this city: it may record self-tests only",
    "特种设备安全法 第五十条",
    "C",
)
SOURCES = {"use_manager": "self_report", "maintenance_manager": "maintenance_unit"}


def checked(actor: Actor, elevator: Elevator, data: Data) -> dict[str, Any]:
    """The columns of a record.

    Raises:
        Invalid, Conflict, Refused: as `services.inspections.record` says.
    """
    wrong = _days(elevator, data)
    if data["kind"] not in RECORD_KINDS:
        wrong["kind"] = [T("请从列表中选择")]
    conclusion = _conclusion(data, wrong)
    if data.get("valid_until") is not None and conclusion == "fail":
        wrong["valid_until"] = [T("不合格的检验没有有效期")]
    body = _body(actor, data, wrong)
    kept = _files(actor, data.get("files") or (), wrong)
    report_no = data.get("report_no") or ""
    known = elevator_inspections.reported(body.id if body else None, report_no)
    if known is not None and known.elevator_id != elevator.id:
        wrong["report_no"] = [T("这个报告编号已用于另一台电梯")]
    if wrong:
        raise Invalid(wrong)
    _refuse_twice(elevator, data["kind"], data["done_on"], conclusion)
    _refuse_strangers(actor, elevator, body, data["kind"], data["done_on"])
    return {
        "kind": data["kind"],
        "body_id": body.id if body else None,
        "report_no": report_no,
        "done_on": data["done_on"],
        "conclusion": conclusion,
        "notice_no": data.get("notice_no") or "",
        "note": data.get("note") or "",
        "key_failed": data.get("key_failed"),
        "general_failed": data.get("general_failed"),
        "promised": data.get("promised") or None,
        "files": kept or None,
    }


def _days(elevator: Elevator, data: Data) -> Wrong:
    wrong: Wrong = {}
    done_on, until = data["done_on"], data.get("valid_until")
    if done_on > clock.today():
        wrong["done_on"] = [T("不能晚于今天")]
    elif elevator.made_on and done_on < elevator.made_on:
        wrong["done_on"] = [T("不能早于制造日期（{made}）", made=elevator.made_on.isoformat())]
    if until is not None and until < done_on:
        wrong["valid_until"] = [T("不能早于检验日期")]
    return wrong


def _conclusion(data: Data, wrong: Wrong) -> str:
    """The stated conclusion, or the one that follows from the failed items; both must agree."""
    stated = data.get("conclusion") or ""
    counted = [data.get(name) for name in ("key_failed", "general_failed")]
    if stated and stated not in CONCLUSIONS:
        wrong["conclusion"] = [T("请从列表中选择")]
    if all(number is None for number in counted):
        if not stated:
            wrong["conclusion"] = [T("请选择结论，或填写不合格项数由系统判定")]
        return stated
    key, general = (number or 0 for number in counted)
    follows = conclusion_of(key, general, bool(data.get("promised")), data["done_on"])
    if stated in CONCLUSIONS and stated != follows:
        wrong["conclusion"] = [T("按不合格项数，结论应为“{conclusion}”", conclusion=T(CONCLUSIONS[follows][0]))]
    return follows


def _body(actor: Actor, data: Data, wrong: Wrong) -> Unit | None:
    """Who did it: the caller's own unit, or the one an office names."""
    if actor.role not in OFFICE_ROLES:
        return db.session.get(Unit, actor.unit_id) if actor.unit_id else None
    if not data.get("body"):
        return None
    try:
        return units.find(actor, str(data["body"]))
    except Missing as error:
        wrong["body"] = [T(error.detail)]
        return None


def _files(actor: Actor, wanted: Sequence[int], wrong: Wrong) -> list[int]:
    """Ids of files, each once; all of them the caller's to see and kept for inspections."""
    ids = list(dict.fromkeys(wanted))
    if not ids:
        return []
    column = StoredFile.id
    seen = set(
        db.session.scalars(
            policy.scope(actor, StoredFile, column).where(column.in_(ids), StoredFile.purpose == PURPOSE)
        )
    )
    if lost := [number for number in ids if number not in seen]:
        wrong["files"] = [T("没有找到这些文件：{ids}", ids="、".join(map(str, lost)))]
    return ids


def _refuse_twice(elevator: Elevator, kind: str, done_on: date, conclusion: str) -> None:
    known = elevator_inspections.same(elevator.id, kind, done_on)
    if known is not None and known.conclusion == conclusion:
        raise Conflict(T("这次检验已经记录过了"))


def _refuse_strangers(actor: Actor, elevator: Elevator, body: Unit | None, kind: str, on: date) -> None:
    """A self-test by somebody who may not do it, an inspection by who does not inspect here."""
    if kind == SELF_TEST:
        if body is not None and (findings := against_tester(tester(elevator, body, on), on)):
            raise Refused(findings)
    elif actor.role == "inspection_body" and (body is None or "inspection" not in _capacities(body.id)):
        raise Refused([NOT_A_BODY])


def _capacities(unit_id: int) -> dict[str, Capacity]:
    rows = db.session.scalars(select(Capacity).where(Capacity.unit_id == unit_id))
    return {row.capacity: row for row in rows}


def tester(elevator: Elevator, unit: Unit, on: date) -> SelfTester:
    """A unit as the rule of self-tests sees it."""
    held = _capacities(unit.id)
    own = held.get("self_testing")
    return SelfTester(
        name=unit.name,
        uses=elevator.use_unit_id == unit.id,
        maintains=_maintains(elevator.id, unit.id, on),
        inspects_here="inspection" in held,
        licensed=own is not None and own.since <= on,
        licence_until=own.licence_until if own else None,
        suspended_since=own.suspended_since if own else None,
    )


def _maintains(elevator_id: int, unit_id: int, on: date) -> bool:
    statement = select(Contract.id).where(
        Contract.elevator_id == elevator_id, Contract.company_id == unit_id, holds(Contract, on)
    )
    return db.session.execute(statement.limit(1)).first() is not None


def clue(actor: Actor, elevator: Elevator, row: Inspection) -> dict[str, Any] | None:
    """The hazard clue of a failed inspection; None where no unit is known to rectify it."""
    unit_id = elevator.use_unit_id or elevator.owner_unit_id
    if unit_id is None:
        return None
    kind = RECORD_KINDS[row.kind][0]
    found = [
        T("{day}{kind}结论为不合格", day=row.done_on.isoformat() if row.done_on else "", kind=T(kind)),
        T("报告编号{number}", number=row.report_no) if row.report_no else "",
        T("检验意见通知书{number}", number=row.notice_no) if row.notice_no else "",
        T("重点项不合格{key}项，一般项不合格{general}项", key=row.key_failed or 0, general=row.general_failed or 0)
        if row.key_failed or row.general_failed
        else "",
        row.note,
    ]
    return {
        "title": T("{kind}不合格：{address}", kind=T(kind), address=elevator.address)[:200],
        "description": "；".join(part for part in found if part),
        "source": SOURCES.get(actor.role, "inspection_body"),
        "unit": str(unit_id),
        "elevator": elevator.label_code,
        "found_on": row.done_on,
    }


def inspects_here(unit_id: int | None) -> bool:
    """Whether a unit is on file as an inspection body of this city."""
    return unit_id is not None and "inspection" in _capacities(unit_id)
