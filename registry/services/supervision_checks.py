"""Supervision inspections: a check is opened or drawn, notified, begun, recorded and closed (hazards.md §4.1).

Papers that follow a check (directives, rechecks) have verbs of their own and move it with `advance` inside their
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.counters import next_number
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import (
    StoredFile,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionDraw,
    SupervisionInspector,
    SupervisionPlan,
    SupervisionStep,
    Unit,
)
from registry.queries import hazard_facts, papers, supervision_checks, units
from registry.queries.supervision_units import Candidate
from registry.replays import digest, sent_before
from registry.rules import hazards as hazard_rules
from registry.rules import supervision_checks as rules
from registry.rules.dates import add_working_days
from registry.services import files, hazards
from registry.settings import current

Data = Mapping[str, Any]
KIND = "TSJC"


def open_check(actor: Actor, data: Data) -> SupervisionCheck:
    """Plan a check of one unit: `{kind, unit, list_kind, occasion?, planned_on?, plan_id?}`; what is drawn at random is
    opened by the draw.

    Raises:
        Invalid: an unknown kind, list, unit or plan; a unit outside the caller's area or without that capacity; an
            inspection of an occasion without the occasion.
    """
    policy.require(actor, "supervision.open")
    today = clock.today()
    kind, wanted = rules.kinds(today).get(data["kind"]), rules.lists(today).get(data["list_kind"])
    if kind is None or wanted is None:
        raise Invalid.field("kind" if kind is None else "list_kind", T("请从列表中选择"))
    occasion = str(data.get("occasion") or "").strip()
    if not kind.planned and not occasion:
        raise Invalid.field("occasion", T("请写明检查缘由（投诉举报、上级交办、部门移送等）"))
    with transaction() as session:
        try:
            unit = units.find(actor, data["unit"], wanted.capacity)
        except Missing:
            raise Invalid.field("unit", T("没有找到这样的{kind}", kind=wanted.zh)) from None
        plan = _plan(actor, kind.key, data.get("plan_id"))
        area = supervision_checks.area_of(unit, wanted.key)
        if actor.role in COUNTY_ROLES and area not in actor.areas:
            raise Invalid.field("unit", T("只能检查本辖区的单位"))
        row = _new(session, actor, unit.id, kind.key, wanted.key, area)
        row.plan_id = plan.id if plan else None
        row.occasion, row.planned_on = occasion[:200], data.get("planned_on")
        _opened(session, actor, row)
        return row


def open_once(actor: Actor, ref: str, data: Data) -> tuple[SupervisionCheck, bool]:
    """Like `open_check`, for callers that send again when no answer came: (check, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "supervision.open")
    content = digest(data)
    with transaction():
        known = sent_before(actor, SupervisionCheck, ref, content)
        if known is not None:
            return known, True
        row = open_check(actor, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def open_drawn(
    actor: Actor, plan: SupervisionPlan, draw: SupervisionDraw, unit: Candidate, people: Sequence[int]
) -> SupervisionCheck:
    """The check of a unit that was drawn, with those drawn to make it; part of the draw's transaction."""
    row = _new(db.session(), actor, unit.unit.id, plan.kind, unit.list_kind, unit.area)
    row.plan_id, row.draw_id = plan.id, draw.id
    _opened(db.session(), actor, row)
    for place, person in enumerate(people, 1):
        db.session.add(SupervisionInspector(check_id=row.id, place=place, person_id=person))
    advance(actor, row, "draw")
    return row


def notify(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """Tell the unit: `{done_on?, note?, version?}`. Not every check is told before."""
    return _moved(actor, no, "notify", data)


def start(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """Begin on site: `{inspectors?: [logins], version?}`; without `inspectors` those drawn check.

    Raises:
        Invalid: fewer than two, unknown people, somebody without a valid enforcement certificate or of the unit.
    """
    policy.require(actor, "supervision.start")
    with transaction() as session:
        row = _locked(actor, no, data.get("version"))
        people = _people(actor, row, data.get("inspectors"))
        advance(actor, row, "start")
        for old in session.scalars(select(SupervisionInspector).where(SupervisionInspector.check_id == row.id)):
            session.delete(old)
        session.flush()
        for place, (person, certificate) in enumerate(people.items(), 1):
            session.add(
                SupervisionInspector(check_id=row.id, place=place, person_id=person, certificate_no=certificate)
            )
        row.started_at = clock.now()
        return row


def find_nothing(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """Say that the recorded check found no problem: `{note?, version?}`.

    Raises:
        Conflict: something does not conform, or problems are on record.
    """
    policy.require(actor, "supervision.find_nothing")
    with transaction() as session:
        row = _locked(actor, no, data.get("version"))
        failed = select(SupervisionAnswer.id).where(
            SupervisionAnswer.check_id == row.id, SupervisionAnswer.result == rules.NOT_OK
        )
        if row.problems or session.execute(failed).first():
            raise Conflict(T("记录有不符合项或发现的问题，应下达监察指令书"))
        return advance(actor, row, "find_nothing", note=data.get("note") or "")


def close(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """Archive the check: `{done_on?, note?, version?}`."""
    return _moved(actor, no, "close", data)


def terminate(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """End a check that cannot be finished, such as of a unit out of business (art. 28): `{note, version?}`."""
    return _moved(actor, no, "terminate", data)


def report_hazard(actor: Actor, no: str, item: str, data: Data) -> SupervisionAnswer:
    """Open a hazard clue from an item that does not conform: `{title?, elevator?}` (label code of a checked device).

    Raises:
        Missing: no such check or item. Conflict: the item conforms, or its clue is there.
        Invalid: an elevator that was not checked.
    """
    policy.require(actor, "supervision.report_hazard")
    with transaction() as session:
        row = _locked(actor, no, None)
        answer = session.scalars(
            select(SupervisionAnswer).where(SupervisionAnswer.check_id == row.id, SupervisionAnswer.item == item)
        ).first()
        if answer is None:
            raise Missing(T("检查记录里没有这一项"))
        if answer.result != rules.NOT_OK:
            raise Conflict(T("这一项不是“不符合”"))
        if answer.hazard_id is not None:
            raise Conflict(T("这一项已转为隐患线索"))
        hazard = hazards.report(actor, _clue(actor, session, row, answer, data))
        answer.hazard_id = hazard.id
        audit.record(actor, "supervision_check.hazard_reported", row, no=row.no, item=item, hazard_id=hazard.id)
        return answer


def _clue(
    actor: Actor, session: Session, row: SupervisionCheck, answer: SupervisionAnswer, data: Data
) -> dict[str, Any]:
    on = row.state_since
    asked = next(each for each in supervision_checks.items_of(row) if each.code == answer.item)
    checked = supervision_checks.checked_codes(row.id)
    device = data.get("elevator") or (checked[0] if len(checked) == 1 else None)
    if data.get("elevator") and data["elevator"] not in checked:
        raise Invalid.field("elevator", T("请选择本次检查过的设备"))
    clause = next((each for each in hazard_rules.clauses(on) if each.key == asked.hazard_key), None)
    unit = session.get_one(Unit, row.unit_id)
    return {
        "title": (data.get("title") or f"{unit.name}：{asked.zh}（不符合）")[:100],
        "description": f"监督检查{row.no} {asked.code} {asked.zh}：不符合。{answer.note}",
        "source": rules.kinds(on)[row.kind].hazard_source,
        "unit": str(unit.id),
        "elevator": device,
        "suggested_clause": clause.clause if clause else None,
        "evidence": [_evidence(actor, session, row.no, number) for number in answer.photos or ()],
    }


def _evidence(actor: Actor, session: Session, no: str, number: int) -> int:
    """A photo of the check as a file of the hazard."""
    photo = session.get_one(StoredFile, number)
    return files.store(actor, f"{no} {photo.name}", photo.mime, papers.content(number), "hazard").id


def _moved(actor: Actor, no: str, verb: str, data: Data) -> SupervisionCheck:
    policy.require(actor, f"supervision.{verb}")
    with transaction():
        row = _locked(actor, no, data.get("version"))
        return advance(actor, row, verb, data.get("done_on"), data.get("note") or "")


def _locked(actor: Actor, no: str, version: int | None) -> SupervisionCheck:
    """The check, locked; a county office may act on those of its area only."""
    row = policy.get(actor, SupervisionCheck, SupervisionCheck.no == no, lock=True)
    if version not in (None, row.version):
        raise Conflict(T("检查已被别人办理，请核对后再办理"))
    if actor.role in COUNTY_ROLES and row.area_code not in actor.areas and row.office_id != actor.unit_id:
        raise Forbidden(T("只能办理本辖区的检查"))
    return row


def _plan(actor: Actor, kind: str, plan_id: int | None) -> SupervisionPlan | None:
    if plan_id is None:
        return None
    try:
        plan = policy.get(actor, SupervisionPlan, SupervisionPlan.id == plan_id)
    except Missing as error:
        raise Invalid.field("plan_id", error.detail) from None
    if plan.kind != kind or plan.state != "adopted":
        raise Invalid.field("plan_id", T("请选择已下达的同类计划"))
    return plan


def _people(actor: Actor, row: SupervisionCheck, logins: Iterable[str] | None) -> dict[int, str]:
    """Who checks, each with the number of the certificate shown: {person id: number}."""
    today = clock.today()
    drawn = [each.person_id for each in row.inspectors] if "inspectors" in row.__dict__ else None
    if drawn is None:
        drawn = list(
            db.session.scalars(
                select(SupervisionInspector.person_id)
                .where(SupervisionInspector.check_id == row.id)
                .order_by(SupervisionInspector.place)
            )
        )
    given = list(dict.fromkeys(login.strip().lower() for login in logins or () if login.strip()))
    people = supervision_checks.people_of(actor, given) if given else drawn
    least = rules.limit_of("inspectors", today)
    if len(people) < least:
        raise Invalid.field("inspectors", T("监督检查人员不得少于{count}人", count=least))
    held = supervision_checks.certificates(people, today)
    if missing := [number for number in people if number not in held]:
        raise Invalid.field("inspectors", T("没有有效执法证：{names}", names=supervision_checks.names_of(missing)))
    if any(row.unit_id in verifier.units for verifier in hazard_facts.verifiers(people)):
        raise Invalid.field("inspectors", T("监督检查人员不能是被检查单位的人"))
    return {number: held[number] for number in people}


def _new(session: Session, actor: Actor, unit_id: int, kind: str, list_kind: str, area: str) -> SupervisionCheck:
    today = clock.today()
    city = current().city_code
    return SupervisionCheck(
        no=f"{KIND}-{city}-{today.year}-{next_number(session, KIND, city, today.year):04d}",
        kind=kind,
        list_kind=list_kind,
        state="planned",
        state_since=today,
        unit_id=unit_id,
        office_id=actor.unit_id,
        area_code=area,
    )


def _opened(session: Session, actor: Actor, row: SupervisionCheck) -> None:
    session.add(row)
    session.flush()
    session.add(_step(actor, row, "plan", "", clock.today(), ""))
    audit.record(
        actor,
        "supervision_check.opened",
        row,
        no=row.no,
        kind=row.kind,
        unit_id=row.unit_id,
        plan_id=row.plan_id,
        draw_id=row.draw_id,
    )


def _step(actor: Actor, row: SupervisionCheck, verb: str, source: str, on: date, note: str) -> SupervisionStep:
    return SupervisionStep(
        check_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        done_on=on,
        note=note[:4000],
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )


def advance(
    actor: Actor, check: SupervisionCheck, verb: str, done_on: date | None = None, note: str = ""
) -> SupervisionCheck:
    """Make one move of a locked check within the caller's verb and transaction, and write it into its ledger.

    Whether the caller may is asked by its verb. `receive_report` starts the ten working days of the recheck.

    Raises:
        Conflict: not possible where the check stands. Invalid: the move needs a note; a day in the future.
    """
    today = clock.today()
    move = rules.find_move(rules.WORKFLOW, check.state, verb, today)
    if move is None:
        state = rules.states(rules.WORKFLOW)[check.state]
        raise Conflict(T("检查现在是“{state}”，不能办理这一步", state=state.zh))
    note = note.strip()
    if "note" in move.needs and not note:
        raise Invalid.field("note", T("请说明原因"))
    on = done_on or today
    if on > today:
        raise Invalid.field("done_on", T("不能晚于今天"))
    before = check.state
    check.state, check.state_since = move.target, on
    check.version += 1
    _clock(check, verb, on)
    db.session.add(_step(actor, check, verb, before, on, note))
    audit.record(
        actor, "supervision_check.moved", check, **{"no": check.no, "verb": verb, "from": before}, to=check.state
    )
    return check


def _clock(check: SupervisionCheck, verb: str, on: date) -> None:
    match verb:
        case "notify":
            check.notified_on = on
        case "receive_report":
            days = rules.limit_of("recheck_working_days", on)
            calendar = hazard_facts.calendar()
            check.report_received_on = on
            check.recheck_due_on = add_working_days(on, days, calendar.holidays, calendar.extra_workdays)
        case "issue_directive":
            check.report_received_on = check.recheck_due_on = None
        case "close" | "terminate":
            check.closed_on = on
