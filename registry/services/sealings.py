"""Sealing and seizure: proposed, approved by a leader, carried out, extended once, lifted; emergencies first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Directive, Sealing, SealingItem, SealingStep
from registry.queries import directive_inputs, enforcement_steps, legal_moves, sealing_facts
from registry.queries.directive_inputs import Target
from registry.replays import digest, move_digest, moved_before, sent_before
from registry.rules import cylinder_lifecycle, lifecycle
from registry.rules import sealings as rules
from registry.services import cylinders, elevators, papers
from registry.services.papers import About

Data = Mapping[str, Any]
NUMBERS = "CF"


def propose(actor: Actor, data: Data) -> tuple[Sealing, bool]:
    """Propose a sealing, or in an emergency carry it out at once; whether it was here before.

    `data`: `ref, kind` (seal, detain), `ground` (`sealing_grounds.csv`), `facts, place, term_days` (1 to 30),
    `elevators?, cylinders?` (label codes, at least one), `unit?, directive?` (number), `evidence` (ids), `emergency?`.

    Raises:
        Invalid: what is missing, not there or not possible, beside its field.
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "sealing.propose")
    content, today = digest(data), clock.today()
    with transaction() as session:
        known = sent_before(actor, Sealing, data["ref"], content)
        if known is not None:
            return known, True
        target = directive_inputs.target(actor, data)
        _check(data, target)
        row = Sealing(
            no=f"{NUMBERS}-{today.year}-{next_number(session, NUMBERS, '', today.year):04d}",
            **{name: data[name] for name in ("kind", "ground", "facts", "place", "term_days")},
            unit_id=target.unit.id,
            area_code=target.area_code,
            directive_id=_directive(actor, data),
            evidence=directive_inputs.check_files(actor, "evidence", data.get("evidence") or []),
            emergency=bool(data.get("emergency")),
            state=rules.FIRST_STATE,
            proposed_on=today,
            person_id=actor.person_id,
            issuer_id=actor.unit_id,
            version=1,
            ref=data["ref"],
            ref_digest=content,
        )
        session.add(row)
        session.flush()
        session.add_all(SealingItem(sealing_id=row.id, elevator_id=one.id) for one in target.elevators)
        session.add_all(SealingItem(sealing_id=row.id, cylinder_id=one.id) for one in target.cylinders)
        session.flush()
        if row.emergency:
            row.state = rules.IN_FORCE
            row.confirm_due_at = rules.report_due(clock.now())
            _put_under_seal(session, actor, row)
        _note(session, actor, row, "propose", "", {})
        audit.record(
            actor, "sealing.proposed", row, no=row.no, unit_id=row.unit_id, kind=row.kind, emergency=row.emergency
        )
        return row, False


def move(actor: Actor, sealing_id: int, verb: str, data: Data, version: int | None = None) -> Sealing:
    """Make one of the moves of `sealing_moves.csv`; `data`: `note`, `files?` (ids).

    Lifting ends the seal only: to run again the device is put into use by its own verb, which judges it.

    Raises:
        Missing: no such move, or no such sealing for this caller.
        Conflict: not legal now, extended before, approved before, or somebody else was faster.
        Invalid: something missing, beside its field.
    """
    return move_once(actor, None, sealing_id, verb, data, version)[0]


def move_once(
    actor: Actor, ref: str | None, sealing_id: int, verb: str, data: Data, version: int | None = None
) -> tuple[Sealing, bool]:
    """Like `move`, for callers that send again when no answer came: (sealing, whether the move was made already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"sealing.{verb}")
    content = move_digest(sealing_id, verb, data)
    with transaction() as session:
        row = policy.get(actor, Sealing, Sealing.id == sealing_id, lock=True)
        if moved_before(SealingStep, ref, content):
            return row, True
        enforcement_steps.refuse_stale(version, row.version)
        found = legal_moves.find(rules.NAME, row.state, verb)
        given = enforcement_steps.complete(actor, found, data)
        before, row.state = row.state, found.target
        row.version += 1
        _enter(session, actor, row, verb)
        _note(session, actor, row, verb, before, given, ref=ref, ref_digest=content if ref else None)
        moved = {"no": row.no, "verb": verb, "from": before, "to": row.state, "ends_on": row.ends_on}
        audit.record(actor, "sealing.moved", row, **moved)
        return row, False


def _enter(session: Session, actor: Actor, row: Sealing, verb: str) -> None:
    """What a move leaves on the row."""
    today = clock.today()
    match verb:
        case "execute":
            _put_under_seal(session, actor, row)
        case "confirm" | "disapprove":
            if not row.emergency or row.confirmed_at is not None:
                raise Conflict(T("只有紧急实施、尚未补批的查封扣押才需要补批"))
            row.confirmed_at = clock.now() if verb == "confirm" else None
        case "extend":
            if row.extended_on is not None:
                raise Conflict(T("查封扣押期限只能延长一次"))
            if row.ends_on is None or row.sealed_on is None or today > row.ends_on:
                raise Conflict(T("查封扣押期限已满，应当解除"))
            row.ends_on, row.extended_on = rules.extended_end(row.ends_on, row.sealed_on), today
        case "lift":
            row.lifted_on = today


def _put_under_seal(session: Session, actor: Actor, row: Sealing) -> None:
    """Begin the term, take what runs out of use, issue the decision."""
    today = clock.today()
    row.sealed_on, row.ends_on = today, rules.ends_on(today, row.term_days)
    items = session.scalars(
        select(SealingItem)
        .where(SealingItem.sealing_id == row.id)
        .options(joinedload(SealingItem.elevator), joinedload(SealingItem.cylinder))
    ).all()
    reason = f"{rules.KINDS[row.kind][0]} {row.no}"
    for item in items:
        if item.elevator and lifecycle.move(item.elevator.status, "halt", today):
            elevators.change_status(actor, item.elevator.id, "halt", today, reason, row.no)
            item.stopped = True
        if item.cylinder and cylinder_lifecycle.move(item.cylinder.status, "suspend"):
            cylinders.change_status(actor, item.cylinder.handle, "suspend", {"reason": reason, "document": row.no})
            item.stopped = True
    facts = sealing_facts.of_sealing(actor, row, items)
    title = f"{rules.KINDS[row.kind][0]}决定书　{row.no}"
    paper = papers.issue(actor, "sealing", title, About("sealing", row.id, row.area_code, row.unit_id), facts)
    row.paper_id = paper.id


def _check(data: Data, target: Target) -> None:
    wrong: dict[str, list[str]] = {}
    today = clock.today()
    if data["kind"] not in rules.KINDS:
        wrong["kind"] = [T("请从列表中选择")]
    if data["ground"] not in rules.grounds(today):
        wrong["ground"] = [T("请从列表中选择")]
    if not 1 <= data["term_days"] <= rules.longest_term(today):
        wrong["term_days"] = [T("期限为1至{days}日", days=rules.longest_term(today))]
    if not (target.elevators or target.cylinders):
        wrong["elevators"] = [T("请填写要查封扣押的设备")]
    if not data.get("evidence"):
        wrong["evidence"] = [T("请上传证据材料")]
    for name in ("facts", "place"):
        if not str(data.get(name) or "").strip():
            wrong[name] = [T("请填写这一项")]
    if wrong:
        raise Invalid(wrong)


def _directive(actor: Actor, data: Data) -> int | None:
    if not data.get("directive"):
        return None
    try:
        return policy.get(actor, Directive, Directive.number == data["directive"]).id
    except Missing as error:
        raise Invalid.field("directive", error.detail) from None


def _note(
    session: Session, actor: Actor, row: Sealing, verb: str, source: str, given: Data, **sent: str | None
) -> None:
    session.add(
        SealingStep(
            sealing_id=row.id,
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
