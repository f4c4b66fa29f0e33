"""May an elevator change to another status now? Reads only; the verbs decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import Elevator, ElevatorStatus, Hazard, StoredFile
from registry.queries import elevator_inspections, sealing_holds
from registry.queries.elevator_checks import taken
from registry.rules.hazards import OPEN_STATES
from registry.rules.identifiers import IdentifierError, use_cert_no
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import CERTIFICATE_ENDS, Move, long_stop_ends, notice_by, restart_needs
from registry.rules.verdict import Finding

Wrong = dict[str, list[T]]

IN_USE = "in_use"
PAPERS = ("measures", "planned_until", "notified_on", "authority", "certificate", "file_id")
"""What may come with a change of status beside reason and document."""
ALIVE = ("periodic_inspection", "restart_inspection")


def papers_of(move: Move, since: date, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept with a move: the given papers, and the legal day of a notice that the move wants."""
    found = {name: given[name] for name in PAPERS if given.get(name)}
    due = notice_by(move, since)
    if due is not None:
        found["notice_due_on"] = due
        found.setdefault("notified_on", clock.today())
    return found


def is_late(papers: Mapping[str, Any]) -> bool:
    """Whether the registration authority was told after the legal day."""
    return bool(papers.get("notice_due_on")) and papers["notified_on"] > papers["notice_due_on"]


def require_move(actor: Actor, elevator: Elevator, move: Move, since: date, given: Mapping[str, Any]) -> None:
    """What a move needs, and what the rules say about an elevator that is to run. `given`: reason, document, papers.

    Raises:
        Invalid: reason, document, a paper or a possible day missing.
        Conflict: it is sealed and would run again.
        Refused: the rules' findings.
    """
    wrong = {name: [T("办理这一项必须填写")] for name in move.needs if not str(given.get(name) or "").strip()}
    wrong |= _authority(elevator, move, given) | _plan(move, since, given) | _file(actor, given)
    began = _since(elevator)
    if since > clock.today():
        wrong["since"] = [T("不能晚于今天")]
    elif began and since < began:
        wrong["since"] = [T("不能早于现在这个状态开始的日期（{day}）", day=began.isoformat())]
    if move.verb == "register":
        wrong |= _certificate(elevator)
    if wrong:
        raise Invalid(wrong)
    if move.target == IN_USE:
        if (held := sealing_holds.holding(elevator_id=elevator.id)) is not None:
            raise Conflict(T("设备被查封扣押（{no}），解除前不能恢复使用", no=held))
        findings = _against_running(elevator, since, began)
        if findings:
            raise Refused(findings)


def _authority(elevator: Elevator, move: Move, given: Mapping[str, Any]) -> Wrong:
    owner = elevator.owner_unit_id
    if not move.authority or owner is None or owner == elevator.use_unit_id or given.get("authority"):
        return {}
    return {"authority": [T("使用单位不是产权单位，须有产权单位的书面委托")]}


def _plan(move: Move, since: date, given: Mapping[str, Any]) -> Wrong:
    """A stop that is planned for less than the legal term is a pause; nobody is told of what is yet to come."""
    wrong: Wrong = {}
    planned, notified = given.get("planned_until"), given.get("notified_on")
    if planned and move.notice and planned < long_stop_ends(since):
        wrong["planned_until"] = [T("计划停用不足一年的，请办理临时停梯")]
    if notified and notified > clock.today():
        wrong["notified_on"] = [T("不能晚于今天")]
    ends = given.get("certificate")
    if ends and ends not in CERTIFICATE_ENDS:
        wrong["certificate"] = [T("请从列表中选择")]
    return wrong


def _file(actor: Actor, given: Mapping[str, Any]) -> Wrong:
    number = given.get("file_id")
    if number is None:
        return {}
    known = db.session.scalar(policy.scope(actor, StoredFile, StoredFile.id).where(StoredFile.id == number))
    return {} if known else {"file_id": [T("没有找到这个文件")]}


def _since(elevator: Elevator) -> date | None:
    return db.session.scalar(
        select(ElevatorStatus.since).where(ElevatorStatus.elevator_id == elevator.id, ElevatorStatus.until.is_(None))
    )


def _certificate(elevator: Elevator) -> dict[str, list[T]]:
    if not elevator.use_cert_no:
        return {"use_cert_no": [T("请填写使用登记证编号")]}
    try:
        use_cert_no(elevator.use_cert_no, cert_digits=ELEVATOR_KINDS[elevator.kind].cert_digits)
    except IdentifierError as error:
        return {"use_cert_no": [T(error.zh)]}
    return taken({"use_cert_no": elevator.use_cert_no}, elevator.id)


def open_major_hazards(elevator_id: int) -> list[Hazard]:
    """Major hazards of an elevator that are not closed."""
    return list(
        db.session.scalars(
            select(Hazard)
            .where(
                Hazard.elevator_id == elevator_id,
                Hazard.is_major.is_(True),
                Hazard.state.in_(OPEN_STATES),
            )
            .order_by(Hazard.id)
        )
    )


def _against_running(elevator: Elevator, since: date, began: date | None) -> list[Finding]:
    findings = [
        Finding(
            "elevator_hazard",
            "block",
            f"有未销号的重大隐患（{hazard.no}），销号前不得投入使用",
            f"A major hazard ({hazard.no}) is not closed: it must not run before",
            "特种设备安全法 第四十条",
            "C",
        )
        for hazard in open_major_hazards(elevator.id)
    ]
    if elevator.use_unit_id is None:
        findings.append(
            Finding(
                "elevator_use_unit",
                "block",
                "没有明确使用单位的电梯不得投入使用",
                "An elevator without a use unit must not be put into use",
                "安徽省电梯安全监督管理办法",
                "C",
            )
        )
    if elevator.status == "stopped" and began:
        findings += _against_restart(elevator, began, since)
    return findings


def _against_restart(elevator: Elevator, stopped_on: date, on: date) -> list[Finding]:
    """A stopped elevator needs its inspection first (elevators.md §1.4, §4.1)."""
    needed = restart_needs(stopped_on, on, elevator_inspections.covers(elevator, on))
    if needed is None:
        return []
    if needed == "periodic_inspection":
        if elevator_inspections.passed_since(elevator.id, ALIVE, stopped_on):
            return []
        text = "停用一年以上，重新启用前应先经定期检验合格"
        text_en = "Out of service for a year or more: a periodic inspection must be passed before"
    else:
        text = "停用期间检验或自行检测已到期，应先完成后再启用"
        text_en = "An inspection or self-test fell due meanwhile and must be passed before"
    return [Finding("elevator_restart", "block", text, text_en, "TSG 08 启用; TSG T7001-2023", "C")]
