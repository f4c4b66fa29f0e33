"""Enforcement cases: a clue taken up, filed, investigated, reviewed, told, decided, paid, closed; clocks run along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import CaseStep, Directive, EnforcementCase, Sealing
from registry.queries import directive_inputs, enforcement_steps, legal_moves
from registry.replays import digest, move_digest, moved_before, sent_before
from registry.rules import cases as rules
from registry.rules import offences
from registry.services import case_clocks, case_papers, case_records

Data = Mapping[str, Any]
NUMBERS = "AJ"


def open_case(actor: Actor, data: Data) -> tuple[EnforcementCase, bool]:
    """Take up a clue; whether it was here before. The clock of its verification runs from the day it was found.

    `data`: `ref, title, facts, finding` (`offence_findings.csv`), `offence?` (the one that fits when only one does),
    `choice_reason?` (where several fit), `acted_on, ended_on?, found_on?, harmed?, serious?`, `unit?, elevators?,
    cylinders?, hazards?` (the first is kept), `check?, directive?, sealing?` (numbers).

    Raises:
        Invalid: what is missing, not there or not possible, beside its field.
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "case.open")
    content, today = digest(data), clock.today()
    with transaction() as session:
        known = sent_before(actor, EnforcementCase, data["ref"], content)
        if known is not None:
            return known, True
        target = directive_inputs.target(actor, data)
        days = _days(data, today)
        chosen = _offence(data, data["finding"], data.get("offence"), days["ended_on"] or days["acted_on"])
        row = EnforcementCase(
            no=f"{NUMBERS}-{today.year}-{next_number(session, NUMBERS, '', today.year):04d}",
            unit_id=target.unit.id,
            area_code=target.area_code,
            **{name: str(data[name]).strip() for name in ("title", "facts", "finding")},
            **chosen,
            **days,
            harmed=bool(data.get("harmed")),
            serious=bool(data.get("serious")),
            directive_id=_linked(actor, Directive, Directive.number, data, "directive"),
            sealing_id=_linked(actor, Sealing, Sealing.no, data, "sealing"),
            hazard_id=target.hazards[0].id if target.hazards else None,
            check_id=target.check.id if target.check else None,
            state=rules.FIRST_STATE,
            handler_id=actor.person_id,
            issuer_id=actor.unit_id,
            version=1,
            ref=data["ref"],
            ref_digest=content,
        )
        session.add(row)
        session.flush()
        case_clocks.start(session, row, "clue", row.found_on)
        _note(session, actor, row, "open", "", {})
        audit.record(actor, "case.opened", row, no=row.no, unit_id=row.unit_id, offence=row.offence)
        return row, False


def move(actor: Actor, case_id: int, verb: str, data: Data, version: int | None = None) -> EnforcementCase:
    """Make one of the moves of `case_moves.csv`; `data` holds what the move needs, `note?, files?` (ids) with any.

    Raises:
        Missing: no such move, or no such case for this caller.
        Conflict: not legal now, extended before, the party still to be served or heard, the heads still to discuss,
            or somebody else was faster.
        Invalid: something missing or impossible, beside its field.
        Refused: what the law says against the fine: order first, the range, the limitation.
    """
    return move_once(actor, None, case_id, verb, data, version)[0]


def move_once(
    actor: Actor, ref: str | None, case_id: int, verb: str, data: Data, version: int | None = None
) -> tuple[EnforcementCase, bool]:
    """Like `move`, for callers that send again when no answer came: (case, whether the move was made already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"case.{verb}")
    with transaction() as session:
        row = policy.get(actor, EnforcementCase, EnforcementCase.id == case_id, lock=True)
        return make_once(session, actor, ref, row, verb, data, version)


def made(row: EnforcementCase, ref: str | None, verb: str, data: Data) -> bool:
    """Whether a move of a locked case came under this `ref` before. Conflict: with other content."""
    return moved_before(CaseStep, ref, move_digest(row.id, verb, data))


def make_once(
    session: Session,
    actor: Actor,
    ref: str | None,
    row: EnforcementCase,
    verb: str,
    data: Data,
    version: int | None = None,
) -> tuple[EnforcementCase, bool]:
    """Make a move of a case inside the transaction of whoever was asked for it, the office or the party, unless it
    was made under this `ref` before."""
    if made(row, ref, verb, data):
        return row, True
    enforcement_steps.refuse_stale(version, row.version)
    found = legal_moves.find(rules.NAME, row.state, verb)
    given = enforcement_steps.complete(actor, found, data)
    _judge(session, row, verb, given)
    before, row.state = row.state, found.target
    row.version += 1
    _enter(session, actor, row, verb, given)
    sent = {"ref": ref, "ref_digest": move_digest(row.id, verb, data)} if ref else {}
    _note(session, actor, row, verb, before, given, **sent)
    fine = given.get("fine_yuan")
    audit.record(actor, "case.moved", row, no=row.no, verb=verb, fine_yuan=fine, **{"from": before, "to": row.state})
    return row, False


def _judge(session: Session, row: EnforcementCase, verb: str, given: Data) -> None:
    """What stands against a move beyond its form."""
    today = clock.today()
    if verb in rules.FINES:
        if verb == "decide_on_spot" and not offences.may_on_the_spot(given["fine_yuan"], today):
            raise Invalid.field("fine_yuan", T("当场处罚的罚款不能超过3000元，请按普通程序立案"))
        law = offences.offences(row.ended_on or row.acted_on)[row.offence]
        judged = offences.judge(law, _facts(session, row, given["fine_yuan"]))
        if not judged.verdict.allowed:
            raise Refused(judged.verdict)
    case_records.judge(session, row, verb, given)
    if verb == "pay" and case_clocks.newest(session, row, "payment") is None:
        raise Conflict(T("处罚决定书还没有登记送达"))
    if verb == "choose":
        _offence({**given, "finding": row.finding}, row.finding, given["offence"], row.ended_on or row.acted_on)
    if "paid_on" in given and given["paid_on"] > today:
        raise Invalid.field("paid_on", T("不能晚于今天"))


def _facts(session: Session, row: EnforcementCase, fine_yuan: int) -> offences.Facts:
    order = session.get(Directive, row.directive_id) if row.directive_id else None
    return offences.Facts(
        acted_on=row.acted_on,
        found_on=row.found_on,
        ended_on=row.ended_on,
        ordered=order is not None and order.state != "withdrawn",
        uncorrected=order is not None and order.state == "not_complied",
        harmed=row.harmed,
        serious=row.serious,
        fine_yuan=fine_yuan,
    )


def _enter(session: Session, actor: Actor, row: EnforcementCase, verb: str, given: Data) -> None:
    """What a move leaves on the row, on its clocks, in its records and as papers."""
    today = clock.today()
    for key in rules.STOPS.get(verb, ()):
        case_clocks.stop(session, row, key, given.get("paid_on") or today)
    if verb in rules.EXTENDS:
        case_clocks.extend(session, row, *rules.EXTENDS[verb])
    if verb in rules.FINES:
        row.fine_yuan = given["fine_yuan"]
        row.measures = given.get("measures", row.measures)
    case_records.enter(session, actor, row, verb, given)
    match verb:
        case "file":
            row.filed_on = today
        case "choose":
            row.offence, row.choice_reason = given["offence"], given["choice_reason"]
        case "notify":
            row.told_yuan = given["fine_yuan"]
            row.hearing_right = rules.hearing_right(given["fine_yuan"], bool(given.get("grave")), today)
        case "reinvestigate":
            row.reinvestigated_at = clock.now()
        case "extend_again":
            case_clocks.extend_together(session, row, given["extended_until"])
        case "decide" | "decide_on_spot":
            row.decided_on = today
        case "pay":
            _pay(session, row, given)
        case "close":
            row.closed_on = today
    made = case_papers.issue(session, actor, row, verb, given)
    if row.decided_on == today and verb in ("decide", "decide_on_spot"):
        row.decision_no = made[0].number
    begun = _served(session, row, verb, given) or given.get("held_on") or today
    for key in rules.STARTS.get(verb, ()):
        case_clocks.start(session, row, key, begun)
    if rules.STATES[row.state].ended:
        case_clocks.stop_all(session, row, today)


def _served(session: Session, row: EnforcementCase, verb: str, given: Data) -> date | None:
    """The day from which the party's days run, where a move puts a paper into its hands."""
    today = clock.today()
    match verb:
        case "serve_notice":
            row.told_on = case_papers.serve(session, row, verb, given)
            if row.hearing_right:
                case_clocks.start(session, row, "hearing_request", row.told_on)
            return row.told_on
        case "serve_decision":
            return case_papers.serve(session, row, verb, given)
        case "serve_hearing_notice":
            day = case_papers.serve(session, row, verb, given)
            case_records.announced(session, row, day)
            return day
        case "decide_on_spot":
            row.told_on = today
            case_papers.served_at_once(session, row, "penalty_decision", given.get("receiver", ""))
            for key in rules.STARTS["serve_decision"]:
                case_clocks.start(session, row, key, today)
    return None


def _pay(session: Session, row: EnforcementCase, given: Data) -> None:
    due = case_clocks.newest(session, row, "payment")
    row.paid_on, row.paid_yuan = given["paid_on"], given["paid_yuan"]
    row.surcharge_yuan = offences.surcharge(row.fine_yuan or 0, due.due_on, given["paid_on"]) if due else 0
    case_clocks.start(session, row, "closing", given["paid_on"])


def _days(data: Data, today: date) -> dict[str, Any]:
    acted, ended, found = data["acted_on"], data.get("ended_on"), data.get("found_on") or today
    if found > today:
        raise Invalid.field("found_on", T("不能晚于今天"))
    if acted > found:
        raise Invalid.field("acted_on", T("违法行为不能晚于发现日期"))
    if ended and not acted <= ended <= today:
        raise Invalid.field("ended_on", T("行为终了日应在发生日之后、今天之前"))
    return {"acted_on": acted, "ended_on": ended, "found_on": found}


def _offence(data: Data, finding: str, key: str | None, law: date) -> dict[str, str]:
    """The offence of a finding; where several fit, the chosen one with its reason."""
    if finding not in offences.findings(law):
        raise Invalid.field("finding", T("请从列表中选择"))
    fitting = [one.key for one in offences.fitting(finding, law)]
    reason = str(data.get("choice_reason") or "").strip()
    if not key and len(fitting) == 1:
        key = fitting[0]
    if key not in fitting:
        raise Invalid.field("offence", T("请从符合这个问题的违法行为中选择"))
    if len(fitting) > 1 and not reason:
        raise Invalid.field("choice_reason", T("几项违法行为竞合，请写明选择的理由"))
    return {"offence": key, "choice_reason": reason}


def _linked(actor: Actor, model: Any, column: Any, data: Data, name: str) -> int | None:
    if not data.get(name):
        return None
    try:
        return int(policy.get(actor, model, column == data[name]).id)
    except Missing as error:
        raise Invalid.field(name, error.detail) from None


def _note(
    session: Session, actor: Actor, row: EnforcementCase, verb: str, source: str, given: Data, **sent: str
) -> None:
    session.add(
        CaseStep(
            case_id=row.id,
            verb=verb,
            source=source,
            target=row.state,
            at=clock.now(),
            note=given.get("note", ""),
            data=enforcement_steps.plain(given),
            person_id=actor.person_id,
            unit_id=actor.unit_id,
            **sent,
        )
    )
