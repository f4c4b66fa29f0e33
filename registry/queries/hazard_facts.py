"""What the rules of the hazard workflow need to know, read from a hazard and its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.actor import CITY_ROLES, COUNTY_ROLES, Actor
from registry.db import db
from registry.models import Certificate, Contract, Cylinder, Elevator, Hazard, HazardStep, Membership, Person
from registry.queries.parameters import holidays
from registry.rules.hazard_facts import ActorFacts, Calendar, HazardFacts, Verifier
from registry.rules.lifecycle import STATUSES

ENFORCEMENT = "A0"  # the certificate item of those who may inspect and verify on site
UNDONE_BY_RETURNING: dict[str, Any] = {
    "verified_on": None,
    "county_signer": None,
    "county_signed_on": None,
    "second_signer": None,
    "second_signed_on": None,
}
NEW_ROUND: dict[str, Any] = {
    **UNDONE_BY_RETURNING,
    "extensions": 0,
    "rectifiers": frozenset(),
    "rectified_on": None,
    "test_report_on": None,
    "close_requested_by": None,
    "close_requested_on": None,
}
Known = dict[str, Any]


def ledger(hazard_id: int) -> list[HazardStep]:
    """Every step of a hazard, oldest first, each with its person."""
    return list(
        db.session.scalars(
            select(HazardStep)
            .where(HazardStep.hazard_id == hazard_id)
            .order_by(HazardStep.id)
            .options(joinedload(HazardStep.person))
        )
    )


def build(hazard: Hazard, steps: Sequence[HazardStep]) -> HazardFacts:
    """The hazard as its workflow sees it; `steps` is its whole ledger, oldest first."""
    known: Known = {}
    for step in steps:
        if step.target in ("RECTIFYING", "VERIFYING"):
            known |= UNDONE_BY_RETURNING
        effect = EFFECTS.get(step.verb)
        if effect:
            known |= effect(step, known)
    in_use = device_in_use(hazard)
    return HazardFacts(
        state=hazard.state,
        list_level=hazard.list_level,
        level=hazard.level,
        area=hazard.area_code,
        units=units_concerned(hazard),
        finders=frozenset() if hazard.found_by_id is None else frozenset({hazard.found_by_id}),
        clauses=tuple(hazard.clauses),
        device_in_use=in_use,
        device_stop_use=hazard.stop_use or in_use is False,
        due=hazard.due_on,
        listed_supervision=hazard.listed_supervision,
        verifiers=verifiers(known.pop("verifier_ids", ())),
        **known,
    )


def _due_set(step: HazardStep, _known: Known) -> Known:
    return {"due_set_by": step.unit_id}


def _extended(step: HazardStep, known: Known) -> Known:
    return {"due_set_by": step.unit_id, "extensions": known.get("extensions", 0) + 1}


def _reopened(step: HazardStep, _known: Known) -> Known:
    return {**NEW_ROUND, "due_set_by": step.unit_id}


def _rectified(step: HazardStep, known: Known) -> Known:
    people = known.get("rectifiers", frozenset())
    return {"rectifiers": people if step.person_id is None else people | {step.person_id}}


def _close_requested(step: HazardStep, known: Known) -> Known:
    return {
        **_rectified(step, known),
        "close_requested_by": step.person_id,
        "close_requested_on": step.done_on,
        "rectified_on": day(step, "rectified_on"),
        "test_report_on": day(step, "test_report_on"),
    }


def _second_signed(step: HazardStep, _known: Known) -> Known:
    return {"second_signer": step.person_id, "second_signed_on": step.done_on}


EFFECTS: dict[str, Callable[[HazardStep, Known], Known]] = {
    "recognise": lambda step, _: {"recognised_on": step.done_on},
    "assign": _due_set,
    "extend": _extended,
    "reopen": _reopened,
    "file_plan": lambda step, _: {"plan_author": step.person_id},
    "approve_plan": lambda step, _: {"plan_approved_on": step.done_on},
    "report_progress": _rectified,
    "request_closing": _close_requested,
    "accept_request": lambda step, _: {"verifier_ids": tuple(step.data["verifiers"])},
    "pass_verification": lambda step, _: {"verified_on": day(step, "site_date")},
    "sign_county": lambda step, _: {"county_signer": step.person_id, "county_signed_on": step.done_on},
    "sign_county_second": _second_signed,
    "sign_city": _second_signed,
    "summon": lambda _step, _known: {"talk_called": True},
    "record_talk": lambda _step, _known: {"talk_called": False},
}


def day(step: HazardStep, name: str) -> date | None:
    """A day that was given with a step."""
    value = step.data.get(name)
    return date.fromisoformat(value) if value else None


def device_in_use(hazard: Hazard) -> bool | None:
    """Whether the register holds the device in use; None for a hazard on no registered device."""
    if hazard.elevator_id is not None:
        return STATUSES[db.session.get_one(Elevator, hazard.elevator_id).status].maintained
    if hazard.cylinder_id is not None:
        return db.session.get_one(Cylinder, hazard.cylinder_id).status == "in_use"
    return None


def units_concerned(hazard: Hazard) -> frozenset[int | str]:
    """The unit to rectify, and those that own, use, maintain or fill the device today."""
    found: set[int | str | None] = {hazard.unit_id}
    if hazard.elevator_id is not None:
        elevator = db.session.get_one(Elevator, hazard.elevator_id)
        found |= {elevator.use_unit_id, elevator.owner_unit_id}
        found |= set(
            db.session.scalars(
                select(Contract.company_id).where(Contract.elevator_id == elevator.id, *_holding(Contract))
            )
        )
    if hazard.cylinder_id is not None:
        found.add(db.session.get_one(Cylinder, hazard.cylinder_id).owner_id)
    return frozenset(unit for unit in found if unit is not None)


def verifiers(people: Iterable[int]) -> tuple[Verifier, ...]:
    """People as verifiers: the end of the enforcement certificate, the units they work for, in the order given."""
    wanted = list(dict.fromkeys(people))
    if not wanted:
        return ()
    until: dict[int, date] = {}
    for person_id, expires in db.session.execute(
        select(Certificate.person_id, Certificate.expires_on).where(
            Certificate.person_id.in_(wanted), Certificate.item == ENFORCEMENT
        )
    ):
        until[person_id] = max(expires, until.get(person_id, expires))
    names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all())
    units = _units_of(wanted)
    return tuple(
        Verifier(person, until.get(person), frozenset(units.get(person, ())), names.get(person, ""))
        for person in wanted
    )


def actor_facts(actor: Actor, hazard: Hazard) -> ActorFacts:
    """Who acts, as the rules see it."""
    if actor.person_id is None:
        return ActorFacts("system", "city")
    level = "city" if actor.role in CITY_ROLES else "county" if actor.role in COUNTY_ROLES else "unit"
    area = None
    if actor.areas:
        area = hazard.area_code if hazard.area_code in actor.areas else actor.areas[0]
    units = {*_units_of([actor.person_id]).get(actor.person_id, ()), actor.unit_id}
    return ActorFacts(
        person=actor.person_id,
        office_level=level,
        body=actor.unit_id,
        area=area,
        units=frozenset(unit for unit in units if unit is not None),
    )


def calendar() -> Calendar:
    """Holidays and working weekends as the rules count them."""
    days_off, working = holidays()
    return Calendar(days_off, working)


def _units_of(people: Sequence[int]) -> dict[int, set[int]]:
    rows = db.session.execute(
        select(Membership.person_id, Membership.unit_id).where(Membership.person_id.in_(people), *_holding(Membership))
    )
    found: dict[int, set[int]] = {}
    for person_id, unit_id in rows:
        found.setdefault(person_id, set()).add(unit_id)
    return found


def _holding(period: Any) -> tuple[Any, ...]:
    today = clock.today()
    return (period.since <= today, or_(period.until.is_(None), period.until > today))
