"""A year of maintenance visits: every fortnight, by pairs of technicians, with the evidence they left or did not.

Visits of one class of evidence differ only in moments and places whose differences are the same, so the rules give
them the same verdict: each class is judged once a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from registry import clock, evidence
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Contract, Elevator
from registry.queries import visit_facts
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import check_answers
from registry.rules.paperless import VisitFacts, judge
from registry.rules.verdict import Verdict
from registry.services.visits_bulk import bulk_record
from seeds import city_cast, city_units
from seeds.city_rows import CHUNK, Advance, Plan
from seeds.city_units import Crew

INTERVAL = 14
SKIPPED = 0.017
LAGGARDS = 0.03
LAGGARD_INTERVAL = 19
CYCLES = {0: "year", 6: "quarter", 12: "half_year", 18: "quarter"}  # of 24 visits; a quarter has six
FIRST_HOUR = 7 * 60 + 40
SLOT_MINUTES = 62
POSITION_OFFSET = 18 / 111_195  # degrees of latitude that are 18 m
NEVER_CONFIRM = 0.05  # of the use units
PAPER = "paper"


@dataclass(frozen=True)
class Class:
    """What a visit left: times from check-in (minutes), metres, photo, signatures, hours to the confirmation."""

    name: str
    share: float
    minutes: int = 42
    metres: int | None = 18
    photo: bool = True
    signatures: int = 2
    second_worker: int | None = 240
    confirmed_after: int | None = 5
    received_after: int = 3
    declined: str | None = None


CLASSES = (
    Class("complete", 0.42),
    Class("complete_long", 0.30, minutes=58, confirmed_after=9),
    Class("confirmed_next_morning", 0.12, minutes=36, confirmed_after=19),
    Class("confirmed_late", 0.04, confirmed_after=31),
    Class("not_confirmed", 0.055, confirmed_after=None),
    Class("no_photo", 0.02, photo=False),
    Class("outside", 0.012, metres=640),
    Class("short", 0.012, minutes=13),
    Class("one_signature", 0.01, signatures=1),
    Class("alone", 0.009, second_worker=None, signatures=1),
    Class("declined", 0.002, confirmed_after=None, declined="当日无人到场，使用单位不予确认"),
)
ON_PAPER = Class(
    PAPER, 1, metres=None, photo=False, signatures=0, second_worker=None, confirmed_after=None, received_after=96 * 60
)
BY_NAME = {each.name: each for each in (*CLASSES, ON_PAPER)}
UNCONFIRMED = BY_NAME["not_confirmed"]


class Served(NamedTuple):
    """An elevator under contract: who looks after it, since when."""

    id: int
    number: int
    annex: str | None
    lat: float | None
    lon: float | None
    since: date
    unit_place: int


class Due(NamedTuple):
    """A visit to be made."""

    day: date
    pair: tuple[int, int]
    turn: int
    served: Served
    cycle: str


def build(plan: Plan, first: date, last: date, advance: Advance) -> None:
    """Record the visits of some days, in the order of their days."""
    units, firms = city_units.crews(city_cast.use_units(plan)), city_units.crews(city_cast.companies(plan))
    pairs = [_pairs(firm) for firm in firms]
    due: list[Due] = []
    for served in _served(plan, units):
        due.extend(_due(plan, served, pairs, first, last))
    due.sort(key=lambda visit: (visit.day, visit.pair, visit.served.number))
    rows = _rows(plan, due, units, firms, pairs)
    while chunk := _take(rows, CHUNK):
        bulk_record(SYSTEM, chunk)
        advance(len(chunk))


def expected(plan: Plan) -> int:
    """About how many visits there will be, for the progress bar."""
    return round(plan.elevators * 0.92 * plan.days / 14.4)


def _take(rows: Iterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return [row for _, row in zip(range(count), rows, strict=False)]


def _pairs(firm: Crew) -> list[tuple[int, int]]:
    people = firm.people["technician"]
    return [(people[n], people[n + 1]) for n in range(0, len(people) - 1, 2)]


def _served(plan: Plan, units: list[Crew]) -> Iterator[Served]:
    place_of = {crew.unit_id: place for place, crew in enumerate(units)}
    rows = db.session.execute(
        select(
            Elevator.id,
            Elevator.foreign_no,
            Elevator.kind,
            Elevator.lat,
            Elevator.lon,
            Contract.since,
            Elevator.use_unit_id,
            Elevator.in_use_since,
        )
        .join(Contract, Contract.elevator_id == Elevator.id)
        .where(
            Elevator.source == plan.source,
            Elevator.status.in_(("in_use", "temporarily_stopped", "in_use_unregistered")),
            or_(Contract.until.is_(None), Contract.until > plan.on),
        )
        .order_by(Elevator.id)
    )
    for id_, number, kind, lat, lon, since, unit_id, begun in rows:
        annex = ELEVATOR_KINDS[kind].annex
        yield Served(id_, int(number[1:]), annex, lat, lon, max(since, begun or since), place_of[unit_id])


def _due(plan: Plan, served: Served, pairs: list[list[tuple[int, int]]], first: date, last: date) -> Iterator[Due]:
    """The visits of one elevator on some days: every 13 to 15 days, now and then one is missed."""
    rng = plan.random("rounds", served.number)
    interval = LAGGARD_INTERVAL if rng.random() < LAGGARDS else INTERVAL
    offset = rng.randrange(interval)
    crew = pairs[city_cast.contracts(plan)[served.unit_place]]
    pair = crew[rng.randrange(len(crew))]
    # Counted from a fixed day, so that any month can be made by itself and the rounds go on in the next city.
    start = date(2020, 1, 6)
    turn = (first - start).days // interval - 1
    while True:
        day = start + timedelta(days=turn * interval + offset)
        if day > last + timedelta(days=1):
            return
        chance = plan.random("visit", served.number, turn)
        day += timedelta(days=chance.randrange(2))
        if first <= day <= last and day >= served.since and chance.random() >= SKIPPED:
            yield Due(day, pair, turn, served, CYCLES.get((turn + served.number) % 24, "half_month"))
        turn += 1


def _rows(
    plan: Plan, due: Iterable[Due], units: list[Crew], firms: list[Crew], pairs: list[list[tuple[int, int]]]
) -> Iterator[dict[str, Any]]:
    """The rows of the bulk verb. A pair goes from one elevator to the next, an hour for each."""
    company_of = {pair: firms[n].unit_id for n, found in enumerate(pairs) for pair in found}
    midnight = clock.start_of(plan.on)
    round_of: tuple[date, tuple[int, int]] | None = None
    minute = FIRST_HOUR
    for visit in due:
        rng = plan.random("evidence", visit.served.number, visit.turn)
        if (visit.day, visit.pair) != round_of:
            round_of, minute = (visit.day, visit.pair), FIRST_HOUR + rng.randrange(30)
        seen = _class_of(plan, rng, visit)
        start = datetime.combine(visit.day, time(0), clock.CITY_ZONE) + timedelta(minutes=minute)
        minute += SLOT_MINUTES
        if seen.confirmed_after and _confirmed(start, seen) >= midnight:
            seen = UNCONFIRMED
        yield _row(plan, visit, seen, start.astimezone(UTC), units, company_of)


def _class_of(plan: Plan, rng: Random, visit: Due) -> Class:
    since = city_cast.paperless_since(plan, visit.served.unit_place)
    if since is None or visit.day < since:
        return ON_PAPER
    if plan.random("confirms", visit.served.unit_place).random() < NEVER_CONFIRM:
        return UNCONFIRMED
    return rng.choices(CLASSES, [each.share for each in CLASSES])[0]


def _confirmed(start: datetime, seen: Class) -> datetime:
    return start + timedelta(minutes=seen.minutes, hours=seen.confirmed_after or 0)


def _row(
    plan: Plan, visit: Due, seen: Class, start: datetime, units: list[Crew], company_of: Mapping[Any, int]
) -> dict[str, Any]:
    served = visit.served
    has_place = served.lat is not None and served.lon is not None
    judged = _judged(visit.day, visit.cycle, seen.name, served.annex, has_place)
    ref = plan.ref("visit", served.number, visit.turn)
    position = None
    if served.lat is not None and served.lon is not None and seen.metres is not None:
        away = POSITION_OFFSET * seen.metres / 18
        position = {"lat": round(served.lat + away, 6), "lon": served.lon, "accuracy_m": 12}
    return {
        "ref": ref,
        "elevator_id": served.id,
        "company_id": company_of[visit.pair],
        "workers": visit.pair,
        "facts": _spread(_at(judged.facts, start, seen), ref),
        "verdict": judged.verdict,
        "answers": judged.answers,
        "position": position,
        "photo_sha256": hashlib.sha256(ref.encode()).hexdigest() if seen.photo else None,
        "confirmed_by_id": units[served.unit_place].people["use_manager"][0] if seen.confirmed_after else None,
        "declined_reason": seen.declined,
    }


def _spread(facts: VisitFacts, ref: str) -> VisitFacts:
    """Some seconds longer, never a minute, of which the verdict speaks: no two rounds of a crew are alike."""
    if facts.check_out_at is None or facts.received_at is None:
        return facts
    longer = timedelta(seconds=int(hashlib.sha256(ref.encode()).hexdigest()[:4], 16) % 60)
    return replace(facts, check_out_at=facts.check_out_at + longer, received_at=facts.received_at + longer)


class Judged(NamedTuple):
    """A class of visits of one day: its facts but for the moments, what the rules say, what the answers were."""

    facts: VisitFacts
    verdict: Verdict
    answers: dict[str, Any]


@lru_cache(maxsize=20_000)
def _judged(day: date, cycle: str, name: str, annex: str | None, has_place: bool) -> Judged:
    """The verdict on every visit of a class: the rules ask the moments of a visit for their differences only, and the
    answers (all normal) for the items of the day."""
    seen = BY_NAME[name]
    answers = _answers(annex, cycle, day, measured=seen is not ON_PAPER)
    metres = seen.metres if has_place else None
    facts = VisitFacts(
        cycle=cycle,
        check_in_metres=metres,
        check_out_metres=metres,
        elevator_has_place=has_place,
        check_in_photo=seen.photo,
        workers=2,
        second_worker_seconds=seen.second_worker,
        second_worker_metres=metres if seen.second_worker is not None else None,
        answers=check_answers(evidence.items_of(answers), evidence.answers_of(answers), day),
        signatures=seen.signatures,
        signatures_expected=2,
        contract_valid=True,
        certificates_valid=True,
    )
    noon = datetime.combine(day, time(12), clock.CITY_ZONE)
    return Judged(facts, judge(_at(facts, noon, seen), _parameters(day)), answers)


def _answers(annex: str | None, cycle: str, day: date, measured: bool) -> dict[str, Any]:
    """Everything normal; where it was measured, with the values and photos that items ask for."""
    if annex is None:
        return evidence.compact(None, cycle, day, (), ())
    kept = evidence.all_normal(annex, cycle, day)
    if not measured:
        return kept
    items, given = evidence.items_of(kept), []
    for item in items:
        answer: dict[str, Any] = {"item": item.code, "result": "normal"}
        if item.limits:
            answer["value"] = item.minimum if item.minimum is not None else item.maximum
        if item.judge == "T":
            answer["photo"] = {"file": None, "sha256": ""}
        given.append(answer)
    return evidence.compact(annex, cycle, day, items, given)


@lru_cache(maxsize=1000)
def _parameters(day: date) -> dict[str, int]:
    return visit_facts.parameters_of(day)


def _at(facts: VisitFacts, start: datetime, seen: Class) -> VisitFacts:
    end = start + timedelta(minutes=seen.minutes)
    return replace(
        facts,
        check_in_at=start,
        check_out_at=end,
        confirmed_at=end + timedelta(hours=seen.confirmed_after) if seen.confirmed_after else None,
        received_at=end + timedelta(minutes=seen.received_after),
    )
