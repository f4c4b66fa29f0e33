"""The maintenance company's yearly self-check before the periodic inspection (T5002 art. 5 (9), elevators.md §2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import Elevator, SelfCheck
from registry.queries import elevator_self_checks as queries
from registry.replays import digest, sent_before
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import check_answers
from registry.rules.verdict import Verdict

Data = Mapping[str, Any]
NOT_PASSED = "abnormal"


def record(actor: Actor, elevator_id: int, data: Data) -> SelfCheck:
    """Record a self-check: `done_on`, `checker` and `reviewer` (logins, two people of the company), `answers` to all
    items of annual maintenance (`{item, result, value?, note?}`), `extra` (periodic-inspection items checked beside
    them; compulsory where the elevator has no items of its own), `note`. It is passed when nothing is abnormal.

    Raises:
        Invalid: a day in the future or without a contract, one person as both, somebody of another company.
        Refused: an item without an answer, an abnormal one without a word.
        Conflict: there is one of this day.
    """
    policy.require(actor, "self_check.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        done_on = data["done_on"]
        people, wrong = queries.people(actor, data, done_on)
        if done_on > clock.today():
            wrong["done_on"] = [T("不能晚于今天")]
        elif not queries.maintains(actor, elevator.id, done_on):
            wrong["done_on"] = [T("本单位当日没有这台电梯的维保合同")]
        items = queries.items(elevator, done_on)
        if not items and not (data.get("extra") or "").strip():
            wrong["extra"] = [T("请写明检查的项目和结果")]
        if wrong:
            raise Invalid(wrong)
        kept = evidence.compact(ELEVATOR_KINDS[elevator.kind].annex, "year", done_on, items, data.get("answers") or ())
        findings = check_answers(items, queries.answers(data), done_on) if items else ()
        if any(finding.severity in ("hold", "block") for finding in findings):
            raise Refused(Verdict.of(findings))
        _refuse_twice(session, elevator.id, done_on)
        row = SelfCheck(
            elevator_id=elevator.id,
            company_id=actor.unit_id,
            done_on=done_on,
            checker_id=people["checker"],
            reviewer_id=people["reviewer"],
            passed=all(answer["result"] != NOT_PASSED for answer in data.get("answers") or ()),
            answers=kept,
            extra=data.get("extra") or "",
            note=data.get("note") or "",
            recorded_at=clock.now(),
        )
        session.add(row)
        names = ("elevator_id", "done_on", "passed", "reviewer_id")
        audit.record(actor, "self_check.recorded", row, **{name: getattr(row, name) for name in names})
        return row


def record_once(actor: Actor, ref: str, elevator_id: int, data: Data) -> tuple[SelfCheck, bool]:
    """Like `record`, for callers that send again when no answer came: (check, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "self_check.record")
    content = digest({**data, "elevator_id": elevator_id})
    with transaction():
        known = sent_before(actor, SelfCheck, ref, content)
        if known is not None:
            return known, True
        row = record(actor, elevator_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def _refuse_twice(session: Any, elevator_id: int, done_on: Any) -> None:
    same = select(SelfCheck.id).where(SelfCheck.elevator_id == elevator_id, SelfCheck.done_on == done_on)
    if session.execute(same).first():
        raise Conflict(T("这台电梯当日的自行检查已经记录过了"))
