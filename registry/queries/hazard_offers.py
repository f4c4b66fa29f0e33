"""Which moves of a hazard a caller may make now, and what each needs: its form, its choices, its first values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from registry import clock, policy
from registry.actor import CITY_ROLES, OFFICE_ROLES, Actor
from registry.db import db
from registry.messages import T
from registry.models import Capacity, Certificate, Hazard, HazardStep, Membership, Person, Unit
from registry.queries import hazard_facts, hazard_inputs
from registry.rules import hazards as rules
from registry.rules.hazard_case import field_name, field_type
from registry.rules.hazard_facts import HazardFacts
from registry.rules.hazards import Move
from registry.rules.verdict import Finding

LIST_LEVELS = {"county": T("县级清单"), "city": T("市级清单"), "province": T("省级清单")}
LISTING_LEVELS = {"county": T("县级挂牌"), "city": T("市级挂牌"), "province": T("省级挂牌")}
REOPEN_REASONS = {"recurrence": T("反弹复发"), "fraud": T("弄虚作假"), "spot_check": T("抽查不合格")}
DEVICES_OF_CYLINDERS = frozenset({"cylinder", "station", "vessel"})
MOST = 300
# Findings that tell who has entered nothing yet what a move will ask for besides its fields.
CONDITIONS = ("device_in_use", "test_report_missing", "after_due")
Choices = list[tuple[Any, Any]]


class Said(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Need:
    """One field of a move: `type` as `hazard_fields` names it; `choices` where only these will do."""

    name: str
    label: Said
    type: str
    required: bool
    choices: Choices | None = None
    value: Any = None


@dataclass(frozen=True)
class Offer:
    """A move that leads on. `against` is what no data can cure: with it, the caller may not make the move; `still` is
    what has to be seen to besides the fields."""

    move: Move
    needs: list[Need] = field(default_factory=list)
    against: tuple[Finding, ...] = ()
    still: tuple[Finding, ...] = ()

    @property
    def missing(self) -> list[Said]:
        """The fields without which the move cannot be made and that nothing fills in beforehand."""
        return [need.label for need in self.needs if need.required and need.value in (None, "", [])]


def offers(actor: Actor, hazard: Hazard, steps: Sequence[HazardStep]) -> list[Offer]:
    """The moves of the caller's role from where the hazard stands, those it may make first."""
    today = clock.today()
    facts = hazard_facts.build(hazard, steps)
    who = hazard_facts.actor_facts(actor, hazard)
    calendar = hazard_facts.calendar()
    found = []
    for move in rules.moves_from(hazard.state, hazard.list_level, today):
        if not policy.may(actor, move.permission):
            continue
        known = hazard_inputs.known_before(hazard, steps, move)
        verdict = rules.check_move(move, facts, who, known, today, calendar)
        against = rules.standing(verdict, today)
        still = tuple(one for one in verdict.findings if one.rule.rpartition(".")[2] in CONDITIONS)
        needs = [] if against else _needs(actor, hazard, facts, move, known, today)
        found.append(Offer(move, needs, against, () if against else still))
    return sorted(found, key=lambda offer: bool(offer.against))


def offered(actor: Actor, hazard: Hazard, steps: Sequence[HazardStep], place: int) -> Offer | None:
    """The move of a line of the ledger, with the fields it had."""
    step, before = steps[place], steps[:place]
    move = rules.find_move(step.verb, step.source, hazard.list_level, step.done_on)
    if move is None:
        return None
    known = hazard_inputs.known_before(hazard, before, move)
    facts = hazard_facts.build(hazard, before)
    return Offer(move, _needs(actor, hazard, facts, move, known, step.done_on))


def not_from_here(hazard: Hazard, verb: str) -> T:
    """What is said when a move does not lead on from where the hazard stands."""
    step = next((move.zh for move in rules.MOVES if move.verb == verb), verb)
    return T("现在是“{state}”，不能办理“{step}”", state=rules.STATES[hazard.state].zh, step=step)


def _needs(
    actor: Actor, hazard: Hazard, facts: HazardFacts, move: Move, known: Collection[str], on: date
) -> list[Need]:
    asked = [(name, True) for name in move.needs if name not in known] + [(name, False) for name in move.accepts]
    return [
        Need(
            name,
            Said(*field_name(name, on)),
            field_type(name, on),
            required or (name == "interim_measures" and facts.device_in_use is not False),
            choices(actor, hazard, facts, name, on),
            _first_value(actor, hazard, name, on),
        )
        for name, required in asked
    ]


def _first_value(actor: Actor, hazard: Hazard, name: str, on: date) -> Any:
    """What most people would enter."""
    values = {
        "clauses": hazard.clauses,
        "interim_measures": hazard.interim_measures,
        "stop_use": hazard.stop_use,
        "list_level": "city" if actor.role in CITY_ROLES else "county",
        "issuing_party": actor.unit_id,
        "responsible_party": hazard.unit_id,
        "signed_by": actor.name,
        "signed_on": on,
        "leader_name": hazard.responsible_person,
        "leader_phone": hazard.responsible_phone,
        "plan_due": hazard.due_on,
        "progress_on": on,
        "site_date": on,
        "signature": actor.name,
        "listing_level": "city" if actor.role in CITY_ROLES else "county",
        "published_on": on,
        "talk_held_on": on,
    }
    return values.get(name)


def choices(actor: Actor, hazard: Hazard, facts: HazardFacts, name: str, on: date) -> Choices | None:
    """(value, label) of what may be entered in a field; None where anything may."""
    match name:
        case "clauses" | "suggested_clause":
            return clause_choices(on, _kind(hazard))
        case "source":
            return [(source.source, source) for source in rules.sources(on)]
        case "list_level" | "listing_level":
            return list(LIST_LEVELS.items() if name == "list_level" else LISTING_LEVELS.items())
        case "reopen_reason":
            return list(REOPEN_REASONS.items())
        case "deadline_case":
            return _deadline_choices(on)
        case "issuing_party" | "coordinating_party" | "supervising_party":
            return _regulators(actor)
        case "responsible_party":
            return _named_units(facts.units)
        case "verifiers":
            return _certified(actor, facts, on)
        case "verifier_signatures":
            return [(verifier.person, verifier.name) for verifier in facts.verifiers]
        case "applicant":
            return _people(_members(facts.units, on) | set(facts.involved))
        case "second_person":
            return [(key, name) for key, name in _people(_colleagues(actor, on)) if key != actor.person_id]
    return None


def clause_choices(on: date, kind: str | None = None) -> Choices:
    """The catalogue, for a device only the clauses that may apply to it."""
    wanted = {"elevator": frozenset({"elevator"}), "cylinder": DEVICES_OF_CYLINDERS}.get(kind or "")
    return [
        (clause.clause, Said(f"{clause.clause} {clause.zh}", f"{clause.clause} {clause.en}"))
        for clause in rules.clauses(on)
        if wanted is None or wanted & set(clause.applies_to)
    ]


def _kind(hazard: Hazard) -> str | None:
    return "elevator" if hazard.elevator_id else "cylinder" if hazard.cylinder_id else None


def _deadline_choices(on: date) -> Choices:
    calendar = hazard_facts.calendar()
    found = []
    for case in rules.deadline_cases(on):
        due = rules.deadline_day(case.deadline, on, calendar).isoformat()
        found.append((case.case, Said(f"{case.zh}（{due}）", f"{case.en} ({due})")))
    return found


def _regulators(actor: Actor) -> Choices:
    statement = (
        policy.scope(actor, Unit, Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "regulator")
        .order_by(Unit.id)
        .limit(MOST)
    )
    return [(key, name) for key, name in db.session.execute(statement)]


def _named_units(wanted: Collection[Any]) -> Choices:
    statement = select(Unit.id, Unit.name).where(Unit.id.in_(wanted)).order_by(Unit.id)
    return [(key, name) for key, name in db.session.execute(statement)]


def _certified(actor: Actor, facts: HazardFacts, on: date) -> Choices:
    """People who may be appointed: certified today, not involved, of no unit concerned."""
    statement = (
        policy.scope(actor, Person, Person.id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(Certificate.item == hazard_facts.ENFORCEMENT, Certificate.expires_on >= on)
        .distinct()
        .limit(MOST)
    )
    found = hazard_facts.verifiers(db.session.scalars(statement).all())
    return [
        (verifier.person, verifier.name)
        for verifier in found
        if verifier.person not in facts.involved and not verifier.units & facts.units
    ]


def _members(wanted: Collection[Any], on: date) -> set[Any]:
    return set(db.session.scalars(select(Membership.person_id).where(Membership.unit_id.in_(wanted), *_holding(on))))


def _colleagues(actor: Actor, on: date) -> set[Any]:
    """Office people of the caller's own office or area."""
    near = [Membership.unit_id == actor.unit_id]
    if actor.areas:
        near.append(Membership.area_code.in_(actor.areas))
    statement = select(Membership.person_id).where(Membership.role.in_(OFFICE_ROLES), or_(*near), *_holding(on))
    return set(db.session.scalars(statement))


def _holding(on: date) -> tuple[Any, ...]:
    return (Membership.since <= on, or_(Membership.until.is_(None), Membership.until > on))


def _people(wanted: Collection[Any]) -> Choices:
    statement = select(Person.id, Person.name).where(Person.id.in_(wanted)).order_by(Person.name).limit(MOST)
    return [(key, name) for key, name in db.session.execute(statement)]
