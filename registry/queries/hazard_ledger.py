"""The ledger of a hazard as people read it: each step with what was given, people only for those who need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry.actor import OFFICE_ROLES, ROLES, Actor
from registry.db import db
from registry.models import HazardStep, Person, StoredFile, Unit
from registry.queries.hazard_offers import LIST_LEVELS, LISTING_LEVELS, REOPEN_REASONS, Said
from registry.rules import hazards as rules
from registry.rules import masking
from registry.rules.hazard_case import field_name, field_type

REPORTED = Said("登记线索", "Clue reported")
PERSONAL = frozenset(
    {
        "signed_by",
        "witness",
        "leader_name",
        "leader_phone",
        "signature",
        "drawn_signature",
        "unit_drawn_signature",
        "unit_signature",
        "applicant",
        "second_person",
        "verifiers",
        "verifier_signatures",
        "attendees",
        "talk_record",
    }
)
NAMED = {"unit": Unit, "person": Person, "people": Person, "verifiers": Person, "file": StoredFile, "files": StoredFile}
NAMED["drawing"] = StoredFile
GUARANTEES = (
    (Said("责任", "Responsibility"), ("leader_name", "leader_post", "leader_phone")),
    (Said("措施", "Measures"), ("measures",)),
    (Said("资金", "Funds"), ("budget_yuan", "budget_reason", "fund_source")),
    (Said("时限", "Time limit"), ("plan_due",)),
    (Said("预案", "Emergency plan"), ("emergency_plan",)),
)


@dataclass(frozen=True)
class Item:
    """One field given with a step. `value` by `type`: text, day, money as Decimal, flag; `files`: (id, name) pairs;
    people, units and choices: names; `checklist`: (point, answer, reason) triples."""

    name: str
    label: Said
    type: str
    value: Any

    @property
    def is_there(self) -> bool:
        """Whether there is anything to show: a step may name a field and leave it empty."""
        return self.value not in (None, "", [], ())


@dataclass(frozen=True)
class Entry:
    """One step: what, when, who (empty where the reader need not know), and what was given with it."""

    label: Any
    verb: str
    at: datetime
    target: rules.State
    round: int
    unit: str
    role: str
    person: str
    due_on: date | None
    items: list[Item]


@dataclass(frozen=True)
class Guarantee:
    """One of the five (五落实), with what the latest plan says; empty where there is none."""

    label: Said
    items: list[Item]


def entries(actor: Actor, steps: Sequence[HazardStep]) -> list[Entry]:
    """The ledger, newest first."""
    names = _names(steps)
    units = _lookup(Unit, {step.unit_id for step in steps})
    found = []
    for step in reversed(steps):
        open_to_reader = may_see_people(actor, step)
        found.append(
            Entry(
                label=_label(step.verb),
                verb=step.verb,
                at=step.at,
                target=rules.STATES[step.target],
                round=step.round,
                unit=units.get(step.unit_id, ""),
                role=ROLES.get(step.role, ""),
                person=step.person.name if step.person and open_to_reader else "",
                due_on=step.due_on,
                items=_items(step, names, open_to_reader, step.unit_id == actor.unit_id),
            )
        )
    return found


def may_see_people(actor: Actor, step: HazardStep) -> bool:
    """Names and phones are for offices, and for the unit that gave them."""
    return actor.role in OFFICE_ROLES or (actor.unit_id is not None and step.unit_id == actor.unit_id)


def guarantees(actor: Actor, steps: Sequence[HazardStep]) -> list[Guarantee]:
    """The five of the latest plan."""
    plan = next((step for step in reversed(steps) if step.verb == "file_plan"), None)
    items = _items(plan, {}, may_see_people(actor, plan), plan.unit_id == actor.unit_id) if plan else []
    return [Guarantee(label, [item for item in items if item.name in wanted]) for label, wanted in GUARANTEES]


PARTS = (
    (Said("发现和登记", "Found and reported by"), ("report",)),
    (Said("认定", "Recognised by"), ("recognise",)),
    (Said("交办", "Assigned by"), ("assign",)),
    (Said("签收", "Signed for by"), ("sign_for",)),
    (Said("治理方案", "Plan by"), ("file_plan",)),
    (Said("方案审查", "Plan reviewed by"), ("approve_plan", "return_plan")),
    (Said("整改", "Rectified by"), ("report_progress", "request_closing")),
    (Said("核查", "Verified by"), ("accept_request",)),
    (Said("第一签", "First signature"), ("sign_county",)),
    (Said("第二签", "Second signature"), ("sign_county_second", "sign_city")),
    (Said("销号", "Closed by"), ("close",)),
)
OUTLAST = ("report", "recognise", "assign", "sign_for", "file_plan", "approve_plan")  # a reopening


def people(found: Sequence[Entry]) -> list[tuple[Said, list[str]]]:
    """Who had which part in the present round, as the reader may know it; `found` is the ledger, newest first."""
    present = found[0].round if found else 1
    parts = []
    for label, verbs in PARTS:
        done = [one for one in found if one.verb in verbs and (one.round == present or one.verb in OUTLAST)]
        if done:
            parts.append((label, list(dict.fromkeys(name for one in done for name in _who(one)))))
    return parts


def _who(entry: Entry) -> list[str]:
    """The verifiers who were appointed; of every other step who made it."""
    if entry.verb == "accept_request":
        appointed = next((item.value for item in entry.items if item.type == "verifiers"), None)
        return [name for _key, name in appointed] if appointed else [entry.unit]
    return [" ".join(filter(None, (entry.unit, entry.person)))]


def _label(verb: str) -> Any:
    return next((move for move in rules.MOVES if move.verb == verb), REPORTED)


def _items(step: HazardStep, names: Mapping[type[Any], Mapping[Any, str]], with_people: bool, own: bool) -> list[Item]:
    """What was given with a step; phones whole to the unit that gave them (`queries.personal`: hazard)."""
    found = []
    for name, value in step.data.items():
        if name in PERSONAL and not with_people:
            continue
        kind = field_type(name, step.done_on)
        if kind == "phone" and not own:
            value = masking.phone(value)
        found.append(Item(name, Said(*field_name(name, step.done_on)), kind, _shown(name, kind, value, names, step)))
    return found


def _shown(name: str, kind: str, value: Any, names: Mapping[type[Any], Mapping[Any, str]], step: HazardStep) -> Any:
    if kind in NAMED:
        known = names.get(NAMED[kind], {})
        keys = value if isinstance(value, list) else [value]
        return [(key, known.get(key, "")) for key in keys]
    match kind:
        case "past_day" | "due_day":
            return date.fromisoformat(value)
        case "money":
            return Decimal(value)
        case "choice":
            return _choice(name, value, step.done_on)
        case "clause" | "clauses":
            return [_clause(number, step.done_on) for number in ([value] if kind == "clause" else value)]
        case "checklist":
            points = rules.acceptance(step.done_on)
            return [
                (p, value[p.item].get("answer"), value[p.item].get("reason", "")) for p in points if p.item in value
            ]
    return value


def _choice(name: str, value: str, on: date) -> Any:
    offered: dict[str, Mapping[str, Any]] = {
        "list_level": LIST_LEVELS,
        "listing_level": LISTING_LEVELS,
        "reopen_reason": REOPEN_REASONS,
        "source": {source.source: source for source in rules.sources(on)},
        "deadline_case": {case.case: case for case in rules.deadline_cases(on)},
    }
    return offered.get(name, {}).get(value, value)


def _clause(number: str, on: date) -> Any:
    clause = rules.clause(number, on)
    return Said(f"{number} {clause.zh}", f"{number} {clause.en}") if clause else number


def _names(steps: Sequence[HazardStep]) -> dict[type[Any], dict[Any, str]]:
    """Names of everything the ledger refers to by id, one query a table."""
    wanted: dict[type[Any], set[Any]] = {}
    for step in steps:
        for name, value in step.data.items():
            model = NAMED.get(field_type(name, step.done_on))
            if model:
                wanted.setdefault(model, set()).update(value if isinstance(value, list) else [value])
    return {model: _lookup(model, keys) for model, keys in wanted.items()}


def _lookup(model: Any, keys: set[Any]) -> dict[Any, str]:
    statement = select(model.id, model.name).where(model.id.in_({key for key in keys if key is not None}))
    return dict(db.session.execute(statement).all())
