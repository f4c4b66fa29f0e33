"""Looking for maintenance records that may not be true: as they arrive, when inspections fail, and again at night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import transaction
from registry.models import AnomalyStep, Inspection, Visit, VisitAnomaly, VisitPicture
from registry.queries import anomaly_facts
from registry.rules import anomalies as rules
from registry.rules.anomalies import Hit, Limits, Presence, Print
from registry.services import visit_settling

PORTION = 200
NIGHTS = 3  # days of visits that a night looks at again: what arrived late or out of order

ALL_KINDS = (*anomaly_facts.PHOTOS, *anomaly_facts.SIGNATURES)

Hits = Iterator[tuple[int, Hit]]
Prints = Mapping[str, int | None]


def examine(session: Session, visit: Visit, prints: Prints) -> int:
    """Look at a visit that has just arrived or was added to, in the running transaction; how many were found.

    `prints`: the perceptual hash of each picture by its digest, worked out before the transaction began.
    """
    session.flush()
    _index(session, visit, prints)
    limits = anomaly_facts.limits_of(visit.done_on)
    return sum(_keep(session, visit, number, hit) for number, hit in _hits(visit, limits))


def after_inspection(session: Session, inspection: Inspection) -> int:
    """F10, when an inspection is recorded: the last visit before a failed one; how many were found."""
    if inspection.conclusion != anomaly_facts.FAILED or inspection.done_on is None:
        return 0
    session.flush()
    limits = anomaly_facts.limits_of(inspection.done_on)
    since = inspection.done_on - timedelta(days=limits["inspection_days"])
    visit = anomaly_facts.last_before(inspection.elevator_id, since, inspection.done_on)
    if visit is None:
        return 0
    normal = anomaly_facts.all_normal(visit.answers)
    hits = rules.failed_inspection(inspection.id, inspection.done_on, visit.done_on, normal, limits)
    return sum(_keep(session, visit, visit.id, hit, inspection.id) for hit in hits)


def examine_night(actor: Actor, on: date) -> int:
    """Look again at the visits of the last days up to `on`, and at inspections that failed; how many were found.

    Doing it twice finds nothing new. The system only.
    """
    policy.require(actor, "anomaly.examine")
    found, last = 0, 0
    since = on - timedelta(days=NIGHTS)
    while True:
        with transaction() as session:
            visits = anomaly_facts.to_examine(since, on, last, PORTION)
            found += sum(examine(session, visit, {}) for visit in visits)
        if not visits:
            break
        last = visits[-1].id
    with transaction() as session:
        days = anomaly_facts.limits_of(on)["inspection_days"]
        for inspection in anomaly_facts.failed_since(on - timedelta(days=days), on):
            found += after_inspection(session, inspection)
        audit.record(actor, "anomaly.examined", None, since=since, until=on, found=found)
    return found


def _hits(visit: Visit, limits: Limits) -> Hits:
    """Every pattern, each with the number of the visit that it speaks against."""
    yield from _of_crew(visit, limits)
    for hit in (*_of_itself(visit, limits), *_of_pictures(visit, limits)):
        yield visit.id, hit


def _of_crew(visit: Visit, limits: Limits) -> Hits:
    """F1 and F2, over the other visits of each worker around that day."""
    if visit.corrects_id is not None:
        return
    for own in anomaly_facts.stays(visit).values():
        place = next((n for n, stay in enumerate(own) if stay.visit == visit.id), None)
        if place is None:
            continue
        mine = own[place]
        for n, other in enumerate(own):
            earlier, later = (other, mine) if n < place else (mine, other)
            if n != place and (abs(n - place) == 1 or later.start < earlier.end):
                yield from ((later.visit, hit) for hit in rules.impossible_travel(earlier, later, limits))
        of_day = [stay for stay in own if clock.day_of(stay.start) == clock.day_of(mine.start)]
        for number, hit in (*rules.too_many(of_day, limits), *rules.burst(of_day, limits)):
            if number == visit.id:
                yield number, hit


def _of_itself(visit: Visit, limits: Limits) -> Iterator[Hit]:
    """F3 (phone and device), F4, F5, F7, F8, F9, F10: what the record says by itself and beside the ones before."""
    parameters = visit_settling.parameters_of(visit)
    facts = visit_settling.facts_of(visit)
    first = visit.workers[0].person_id if visit.workers else None
    stamps = (visit.check_in, visit.check_out)
    yield from rules.forged_word(**anomaly_facts.word(visit), person=visit.confirmed_by_id)
    yield from rules.without_presence(
        Presence(
            position=any(mark.get("metres") is not None or mark.get("position") for mark in stamps),
            photo=any(mark.get("photo") is not None for mark in stamps),
            refused=visit.declined_reason is not None,
        ),
        limits,
    )
    yield from rules.too_short(visit.started_at, visit.ended_at, parameters[f"min_minutes_{visit.cycle}"])
    yield from rules.not_qualified(facts.certificates_valid)
    if visit.corrects_id is None:
        yield from rules.late(visit.ended_at, visit.received_at, parameters["late_hours"])
        sheet = anomaly_facts.sheet_of(visit)
        if sheet.all_normal and sheet.seconds is not None and first is not None:
            yield from rules.clones(sheet, anomaly_facts.sheets_before(visit, limits), limits)


def _of_pictures(visit: Visit, limits: Limits) -> Iterator[Hit]:
    """F3 (signatures) and F6."""
    for mine in anomaly_facts.prints_of([visit.id], anomaly_facts.SIGNATURES):
        if mine.person is not None:
            yield from rules.same_signature(mine, anomaly_facts.signatures_like(mine))
    for mine in anomaly_facts.prints_of([visit.id], anomaly_facts.PHOTOS):
        yield from rules.photo_again(mine, anomaly_facts.photos_like(mine), limits)


def _index(session: Session, visit: Visit, prints: Prints) -> None:
    """Keep how the pictures of a visit are looked for; what is there already, or was corrected, stays where it is."""
    known = {(seen.sha256, seen.person) for seen in anomaly_facts.prints_of(_chain(session, visit), ALL_KINDS)}
    for kind, person, picture in anomaly_facts.pictures_of(visit):
        digest = picture["sha256"]
        if (digest, person) not in known:
            known.add((digest, person))
            session.add(_row(visit.id, kind, Print(visit.id, digest, prints.get(digest), person), picture))
    session.flush()


def _chain(session: Session, visit: Visit) -> list[int]:
    """The visit and those that it corrects."""
    found, before = [visit.id], visit.corrects_id
    while before is not None:
        found.append(before)
        before = session.scalar(select(Visit.corrects_id).where(Visit.id == before))
    return found


def _row(visit_id: int, kind: str, seen: Print, picture: Mapping[str, Any]) -> VisitPicture:
    looked_for = kind in anomaly_facts.PHOTOS and seen.dhash is not None and not rules.plain(seen.dhash)
    parts = rules.bands(seen.dhash) if looked_for and seen.dhash is not None else (None,) * 4
    return VisitPicture(
        visit_id=visit_id,
        kind=kind,
        person_id=seen.person,
        sha256=seen.sha256,
        file_id=picture["file"],
        dhash=None if seen.dhash is None else f"{seen.dhash:016x}",
        **{f"band_{n}": part for n, part in enumerate(parts)},
    )


def _keep(session: Session, visit: Visit, number: int, hit: Hit, inspection_id: int | None = None) -> bool:
    """Note an anomaly once; whether it is new. Two that find it at the same moment leave one."""
    about = visit if number == visit.id else session.get_one(Visit, number)
    pattern = rules.patterns(about.done_on)[hit.code, hit.key]
    today = clock.today()
    due_on = today + timedelta(days=anomaly_facts.limits_of(today)["explain_days"])
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = session.execute(
        insert(VisitAnomaly)
        .values(
            code=hit.code,
            key=hit.key,
            subject=hit.subject,
            visit_id=about.id,
            other_visit_id=hit.other,
            inspection_id=inspection_id,
            person_id=hit.person,
            company_id=about.company_id,
            elevator_id=about.elevator_id,
            evidence=dict(hit.evidence),
            score=pattern.weight,
            state=rules.FOUND,
            found_at=clock.now(),
            found_on=today,
            due_on=due_on,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["code", "visit_id", "subject"])
        .returning(VisitAnomaly.id)
    ).scalar_one_or_none()
    if new is None:
        return False
    session.add(
        AnomalyStep(
            anomaly_id=new, verb="find", source="", target=rules.FOUND, at=clock.now(), role=SYSTEM.role, text=""
        )
    )
    found = session.scalars(select(VisitAnomaly).where(VisitAnomaly.id == new)).one()
    audit.record(SYSTEM, "anomaly.found", found, code=hit.code, visit_id=about.id, other_visit_id=hit.other)
    return True
