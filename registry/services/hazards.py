"""Major hazards by 一单四制: a clue is reported, and every later step is one move through the table of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Missing, Refused
from registry.messages import T
from registry.models import Area, Hazard, HazardStep
from registry.queries import hazard_facts, hazard_inputs, hazard_offers, paper_facts, parameters
from registry.replays import OTHER_CONTENT, digest
from registry.rules import escalation
from registry.rules import hazards as rules
from registry.rules import papers as paper_rules
from registry.rules.hazards import Deadline, Move
from registry.rules.verdict import Verdict
from registry.services import papers

Data = Mapping[str, Any]
KIND = "ZDYH"


def report(actor: Actor, data: Data) -> Hazard:
    """Note a clue under the next number; it is a DRAFT until an office submits it for recognition.

    `data`: `title, description, source, unit?` (credit code, id or name; own unit or the device's when left out),
    `elevator?, cylinder?` (label codes), `found_on?, suggested_clause?, evidence?` (ids of stored files),
    `possible_accident?, interim_measures?, responsible_person?, responsible_phone?`.

    Raises:
        Invalid: unknown unit, device, source, clause or file; a day in the future; not the caller's unit or area.
    """
    policy.require(actor, "hazard.report")
    today = clock.today()
    with transaction() as session:
        values = hazard_inputs.clue(actor, data, today)
        evidence = values.pop("evidence")
        hazard = Hazard(
            **values,
            no=_hazard_no(session, today.year),
            state="DRAFT",
            level="general",
            found_by_id=actor.person_id,
            state_since=today,
            round=1,
            version=1,
        )
        session.add(hazard)
        session.flush()
        session.add(_step(actor, hazard, "report", "", {"evidence": evidence} if evidence else {}))
        audit.record(
            actor,
            "hazard.reported",
            hazard,
            no=hazard.no,
            title=hazard.title,
            unit_id=hazard.unit_id,
            source=hazard.source,
        )
        return hazard


def report_once(actor: Actor, ref: str, data: Data) -> tuple[Hazard, bool]:
    """Like `report`, for callers that send again when no answer came: (hazard, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "hazard.report")
    content = digest(data)
    try:
        with transaction() as session:
            known = session.scalar(select(Hazard).where(Hazard.ref == ref))
            if known is None:
                hazard = report(actor, data)
                hazard.ref, hazard.ref_digest = ref, content
                return hazard, False
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction() as session:
            known = session.scalar(select(Hazard).where(Hazard.ref == ref))
        if known is None:
            raise
    if known.ref_digest != content:
        raise Conflict(OTHER_CONTENT)
    return policy.get(actor, Hazard, Hazard.id == known.id), True


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> Hazard:
    """Make one move of the workflow, whichever it is.

    `data` holds the fields of the move by their names: days as dates, money as Decimal, files as ids of stored files,
    people as ids, units as ids, `checklist` as {item: {"answer", "reason"?}}. `version` is the one the caller saw.

    Raises:
        Forbidden: the role never makes this move.
        Missing: no such move, or no such hazard for this caller to see.
        Conflict: the hazard has moved on meanwhile, or stands where this move is not possible.
        Invalid: a field this move does not know, or files, people or units that are not there.
        Refused: the rules' findings, all at once.
    """
    policy.require(actor, _permission(verb))
    with transaction() as session:
        hazard = policy.get(actor, Hazard, Hazard.no == no, lock=True)
        return _make(session, actor, hazard, verb, data, version)


def move_once(
    actor: Actor, ref: str, no: str, verb: str, data: Data, version: int | None = None
) -> tuple[Hazard, bool]:
    """Like `move`, for callers that send again when no answer came: (hazard, whether the move was made already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, _permission(verb))
    content = digest({"no": no, "verb": verb, "data": data})
    with transaction() as session:
        hazard = policy.get(actor, Hazard, Hazard.no == no, lock=True)
        known = session.scalar(select(HazardStep).where(HazardStep.ref == ref))
        if known is None:
            return _make(session, actor, hazard, verb, data, version, ref=ref, ref_digest=content), False
        if known.ref_digest != content:
            raise Conflict(OTHER_CONTENT)
        return hazard, True


def _permission(verb: str) -> str:
    if verb not in rules.VERBS:
        raise Missing(T("没有这个办理步骤"))
    return f"hazard.{verb}"


def _make(
    session: Session, actor: Actor, hazard: Hazard, verb: str, data: Data, version: int | None, **ref: str
) -> Hazard:
    """Judge a move of a locked hazard, make it, and write it down."""
    today = clock.today()
    steps = hazard_facts.ledger(hazard.id)
    _refuse_stale(hazard, steps, version)
    found = _legal_move(hazard, verb, today)
    given = hazard_inputs.of_move(actor, hazard, found, data, today)
    _judge(actor, hazard, steps, found, given, today)
    before = hazard.state
    _enter(hazard, found, given, today)
    session.add(_step(actor, hazard, verb, before, hazard_inputs.plain(given), **ref))
    audit.record(
        actor,
        "hazard.moved",
        hazard,
        **{"no": hazard.no, "verb": verb, "from": before, "to": hazard.state},
        round=hazard.round,
        due_on=hazard.due_on,
    )
    for kind in paper_rules.of_move(verb, today):
        papers.issue_for_hazard(actor, kind, hazard, _said_on(kind, hazard, verb, today))
    return hazard


def _said_on(kind: str, hazard: Hazard, verb: str, today: date) -> dict[str, Any]:
    """What a paper says beside the ledger."""
    match kind:
        case "close_notice":
            return {"notice_days": str(int(parameters.value("hazard.notice_days", today)))}
        case "close_approval":
            return {"second_is_city": verb == "sign_city"}
        case "report_up":
            return {"addressee": paper_facts.addressee(hazard)}
        case "assignment":
            return {"feedback": paper_facts.feedback(today)}
        case _:
            return {}


def _refuse_stale(hazard: Hazard, steps: list[HazardStep], version: int | None) -> None:
    """Two people at once: the second is told what the first did."""
    if version is None or version == hazard.version:
        return
    last = steps[-1]
    raise Conflict(
        T(
            "您打开页面之后，{who}已办理“{step}”，现在是“{state}”。请核对后再办理",
            who=last.person.name if last.person else T("系统"),
            step=next((found.zh for found in rules.MOVES if found.verb == last.verb), last.verb),
            state=rules.STATES[hazard.state].zh,
        )
    )


def _legal_move(hazard: Hazard, verb: str, today: date) -> Move:
    found = rules.find_move(verb, hazard.state, hazard.list_level, today)
    if found is None:
        raise Conflict(hazard_offers.not_from_here(hazard, verb))
    if verb == "close":
        days = int(parameters.value("hazard.notice_days", today))
        return replace(found, deadline=Deadline(days, "working_days"))
    return found


def _judge(
    actor: Actor, hazard: Hazard, steps: list[HazardStep], found: Move, given: dict[str, Any], today: date
) -> None:
    """Raise Refused with everything that stands against the move."""
    facts = hazard_facts.build(hazard, steps)
    if given.get("stop_use"):
        facts = replace(facts, device_stop_use=True)
    who = hazard_facts.actor_facts(actor, hazard)
    judged = {**hazard_inputs.known_before(hazard, steps, found), **hazard_inputs.for_rules(given)}
    verdict = rules.check_move(found, facts, who, judged, today, hazard_facts.calendar())
    if found.verb == "recognise":
        level = _level_of(given.get("clauses", ()), today)
        verdict += rules.check_level_change(hazard.state, hazard.level, level, given.get("clauses", ()), today)
    if not verdict.allowed:
        raise Refused(Verdict.of(dict.fromkeys(verdict.findings)))


def _level_of(numbers: Any, on: date) -> str:
    """Major by a clause of GB 45067, severe by one of SAMR order 57 art. 25 alone."""
    found = [clause for number in numbers if (clause := rules.clause(number, on))]
    return "major" if any(clause.level == "major" for clause in found) else "severe" if found else "general"


def _enter(hazard: Hazard, found: Move, given: dict[str, Any], today: date) -> None:
    """Bring the hazard into the state a move leads to: the one place where a state is assigned."""
    _set_clock(hazard, found, given, today)
    match found.verb:
        case "submit":
            hazard.description = given.get("description") or hazard.description
            hazard.source = given.get("source") or hazard.source
            hazard.clauses = [given["suggested_clause"]] if "suggested_clause" in given else hazard.clauses
        case "recognise":
            _recognise(hazard, given, today)
        case "close":
            # The stop order falls with the closing, never by hand (WSL art. 65).
            hazard.closed_on, hazard.stop_use = today, False
        case "reopen":
            hazard.closed_on, hazard.round, hazard.escalation_level = None, hazard.round + 1, 0
        case "list_supervision":
            hazard.listed_supervision = given["listing_level"]
        case "delist":
            hazard.listed_supervision = None
        case "file_plan":
            hazard.responsible_person, hazard.responsible_phone = given["leader_name"], given["leader_phone"]
    if given.get("stop_use"):
        hazard.stop_use = True
    hazard.escalation_level = max(hazard.escalation_level, escalation.rung(found.verb, today))
    if found.target != found.source:
        hazard.state_since = today
    hazard.state = found.target
    hazard.version += 1


def _recognise(hazard: Hazard, given: dict[str, Any], today: date) -> None:
    clauses = list(given["clauses"])
    known = [clause for number in clauses if (clause := rules.clause(number, today))]
    hazard.clauses = clauses
    hazard.level = _level_of(clauses, today)
    hazard.is_major = hazard.level == "major"
    hazard.is_severe = any(clause.level == "severe" or clause.severe_key for clause in known)
    hazard.listed_on = today
    hazard.list_level = given["list_level"]
    hazard.interim_measures = given.get("interim_measures") or hazard.interim_measures


def _set_clock(hazard: Hazard, found: Move, given: dict[str, Any], today: date) -> None:
    """The deadline after the move; what was suspended is given back, so that no day of it counts (clock: run)."""
    if found.clock == "run" and hazard.due_on is not None:
        hazard.due_on += timedelta(days=(today - hazard.state_since).days)
    due = given.get("due") or given.get("new_due")
    if due is None:
        return
    if hazard.original_due_on is None or found.verb == "reopen":
        hazard.original_due_on = due
    hazard.due_on = due
    if found.verb == "assign" and hazard_inputs.stops_use(given.get("deadline_case"), today):
        hazard.stop_use = True


def _step(actor: Actor, hazard: Hazard, verb: str, source: str, given: dict[str, Any], **ref: str) -> HazardStep:
    """One line of the ledger. While suspended no deadline is in force."""
    return HazardStep(
        hazard_id=hazard.id,
        round=hazard.round,
        verb=verb,
        source=source,
        target=hazard.state,
        at=clock.now(),
        done_on=clock.today(),
        due_on=None if hazard.state == "SUSPENDED" else hazard.due_on,
        person_id=actor.person_id,
        unit_id=actor.unit_id,
        role=actor.role,
        data=given,
        **ref,
    )


def _hazard_no(session: Session, year: int) -> str:
    """ZDYH-341300-2026-0001: gap-free in the city and the year, whatever becomes of the hazard."""
    city = session.scalars(select(Area.code).where(Area.parent_code.is_(None)).order_by(Area.position)).first() or "0"
    return f"{KIND}-{city}-{year}-{next_number(session, KIND, city, year):04d}"
