"""May an elevator change to another status now? Reads only; the verbs decide."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Invalid, Refused
from registry.messages import T
from registry.models import Elevator, ElevatorStatus, Hazard, Inspection
from registry.queries.elevator_checks import taken
from registry.rules.hazards import OPEN_STATES
from registry.rules.identifiers import IdentifierError, use_cert_no
from registry.rules.inspection_standing import PASSED
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import Move, restart_needs
from registry.rules.verdict import Finding

IN_USE = "in_use"
ALIVE = ("periodic_inspection", "restart_inspection")


def require_move(elevator: Elevator, move: Move, since: date, reason: str, document: str) -> None:
    """What a move needs, and what the rules say about an elevator that is to run.

    Raises:
        Invalid: reason, document or a possible day missing.
        Refused: the rules' findings.
    """
    wrong: dict[str, list[T]] = {}
    for name, value in (("reason", reason), ("document", document)):
        if name in move.needs and not (value or "").strip():
            wrong[name] = [T("办理这一项必须填写")]
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
        findings = _against_running(elevator, since, began)
        if findings:
            raise Refused(findings)


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
    records = db.session.scalars(
        select(Inspection).where(Inspection.elevator_id == elevator.id, Inspection.conclusion.in_(PASSED))
    ).all()
    in_date = any(record.valid_until and record.valid_until >= on for record in records)
    needed = restart_needs(stopped_on, on, in_date)
    if needed is None:
        return []
    if needed == "periodic_inspection":
        if any(r.kind in ALIVE and r.done_on and r.done_on >= stopped_on for r in records):
            return []
        text = "停用一年以上，重新启用前应先经定期检验合格"
        text_en = "Out of service for a year or more: a periodic inspection must be passed before"
    else:
        text = "停用期间检验或自行检测已到期，应先完成后再启用"
        text_en = "An inspection or self-test fell due meanwhile and must be passed before"
    return [Finding("elevator_restart", "block", text, text_en, "TSG 08 启用; TSG T7001-2023", "C")]
