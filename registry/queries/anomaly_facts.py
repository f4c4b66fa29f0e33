"""What the register knows of a visit that may not be true: the crew's other visits, its pictures, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from registry import places
from registry.db import db
from registry.models import (
    Elevator,
    Inspection,
    Membership,
    Person,
    Visit,
    VisitPicture,
    VisitWorker,
)
from registry.queries import parameters
from registry.rules import anomalies as rules
from registry.rules.anomalies import Limits, Print, Sheet, Stay

EVIDENCE = (selectinload(Visit.workers), selectinload(Visit.joins))
PHOTOS = ("check_in", "check_out", "answer", "join")
SIGNATURES = ("signature", "confirmation")
FAILED = "fail"
MOST_ALIKE = 50


def limits_of(on: date) -> Limits:
    """The thresholds in force on a day: the office's own."""
    keys = tuple(f"anomaly.{key}" for key in rules.default_limits(on))
    chosen = parameters.values(keys, on)
    return Limits(on, {key.removeprefix("anomaly."): int(value) for key, value in chosen.items()})


def stays(visit: Visit) -> dict[int, list[Stay]]:
    """Every worker's visits from the day before to the day after, in order, with the ways between them.

    The workers' visits for any company count: nobody is at two places because two companies pay him.
    """
    crew = [worker.person_id for worker in visit.workers]
    day, near = visit.done_on, timedelta(days=1)
    companies = select(Membership.unit_id).where(Membership.person_id.in_(crew)).distinct()
    ids = set(
        db.session.scalars(
            select(Visit.id).where(
                Visit.company_id.in_(companies), Visit.done_on >= day - near, Visit.done_on <= day + near
            )
        )
    )
    if not crew or ids <= {visit.id}:
        return {}
    rows = db.session.execute(
        select(
            VisitWorker.person_id,
            VisitWorker.seconds_after_first,
            Visit.id,
            Visit.elevator_id,
            Visit.started_at,
            Visit.ended_at,
            Elevator.lat,
            Elevator.lon,
        )
        .join(Visit, Visit.id == VisitWorker.visit_id)
        .join(Elevator, Elevator.id == Visit.elevator_id)
        .where(
            VisitWorker.visit_id.in_(ids),
            VisitWorker.person_id.in_(crew),
            Visit.started_at.is_not(None),
            Visit.ended_at.is_not(None),
            Visit.corrects_id.is_(None),
        )
        .order_by(Visit.started_at, Visit.id)
    ).all()
    found: dict[int, list[Stay]] = {}
    place: dict[int, Any] = {}
    for row in rows:
        start = row.started_at + timedelta(seconds=row.seconds_after_first or 0)
        start = min(max(start, row.started_at), row.ended_at)
        found.setdefault(row.person_id, []).append(Stay(row.id, row.elevator_id, start, row.ended_at, row.person_id))
        place[row.id] = (row.lat, row.lon)
    return {person: _with_ways(sorted(own, key=lambda s: (s.start, s.visit)), place) for person, own in found.items()}


def _with_ways(own: list[Stay], place: Mapping[int, Any]) -> list[Stay]:
    """The metres from each elevator to the next: devices were inside the fence, or another finding says so."""
    ways = [own[0]] if own else []
    for before, stay in pairwise(own):
        a, b = place[before.visit], place[stay.visit]
        known = None not in (*a, *b)
        ways.append(replace(stay, metres=places.distance_m(a, b) if known else None))
    return ways


def sheet_of(visit: Visit) -> Sheet:
    """What a visit says, for comparison with others."""
    second = [w.seconds_after_first for w in visit.workers[1:] if w.seconds_after_first is not None]
    return _sheet(visit.id, visit.answers, visit.started_at, visit.ended_at, min(second, default=None))


def sheets_before(visit: Visit, limits: Limits) -> list[Sheet]:
    """The visits that the same first worker made before, the latest first."""
    first = aliased(VisitWorker)
    second = (
        select(func.min(VisitWorker.seconds_after_first))
        .where(VisitWorker.visit_id == Visit.id, VisitWorker.person_id != first.person_id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Visit.id, Visit.answers, Visit.started_at, Visit.ended_at, second)
        .join(first, first.visit_id == Visit.id)
        .where(
            Visit.company_id == visit.company_id,
            Visit.done_on >= visit.done_on - timedelta(days=limits["clone_days"]),
            Visit.done_on <= visit.done_on,
            Visit.started_at < visit.started_at,
            Visit.corrects_id.is_(None),
            first.person_id == visit.workers[0].person_id,
            first.seconds_after_first == 0,
        )
        .order_by(Visit.done_on.desc(), Visit.started_at.desc())
        .limit(min(limits["clone_visits"] + 3, MOST_ALIKE))
    )
    return [_sheet(*row) for row in rows]


def _sheet(number: int, answers: Mapping[str, Any], start: Any, end: Any, second: int | None) -> Sheet:
    seconds = round((end - start).total_seconds()) if start and end else None
    values = [f"{a['item']}={a['value']}" for a in answers.get("others", ()) if a.get("value") is not None]
    return Sheet(number, all_normal(answers), seconds, second, tuple(sorted(values)))


def all_normal(answers: Mapping[str, Any]) -> bool:
    """Whether every item of a visit was answered, and every one with `normal`."""
    others = all(answer["result"] == "normal" for answer in answers.get("others", ()))
    return bool(answers.get("count")) and others and not answers.get("unanswered")


def pictures_of(visit: Visit) -> list[tuple[str, int | None, Mapping[str, Any]]]:
    """(kind, whose, picture) of everything that a visit shows; bulk records have no files and are left out."""
    found: list[tuple[str, int | None, Any]] = [
        ("check_in", None, visit.check_in.get("photo")),
        ("check_out", None, visit.check_out.get("photo")),
        *(("answer", None, answer.get("photo")) for answer in visit.answers.get("others", ())),
        *(("signature", mark.get("person_id"), mark) for mark in visit.signatures),
        *(("join", join.person_id, join.photo) for join in visit.joins),
        *(("signature", join.person_id, join.signature) for join in visit.joins),
        ("confirmation", visit.confirmed_by_id, (visit.confirmation or {}).get("signature")),
    ]
    return [(kind, person, picture) for kind, person, picture in found if picture and picture.get("file")]


def prints_of(visits: Iterable[int], kinds: Iterable[str]) -> list[Print]:
    """The pictures of some visits that are looked for."""
    rows = db.session.scalars(
        select(VisitPicture)
        .where(VisitPicture.visit_id.in_(tuple(visits)), VisitPicture.kind.in_(tuple(kinds)))
        .order_by(VisitPicture.id)
    )
    return [_print(row) for row in rows]


def photos_like(mine: Print) -> list[Print]:
    """Photos of visits that arrived before, with the same digest or with one of the four parts of the hash."""
    alike = [VisitPicture.sha256 == mine.sha256]
    if mine.dhash is not None and not rules.plain(mine.dhash):
        alike += [getattr(VisitPicture, f"band_{n}") == band for n, band in enumerate(rules.bands(mine.dhash))]
    # One statement an index: an OR over five would read the table.
    found: dict[int, Print] = {}
    for condition in alike:
        rows = db.session.scalars(
            select(VisitPicture)
            .where(
                condition,
                VisitPicture.visit_id < mine.visit,
                VisitPicture.kind.in_(PHOTOS),
            )
            .order_by(VisitPicture.id.desc())
            .limit(MOST_ALIKE)
        )
        found.update({row.id: _print(row) for row in rows})
    return [found[number] for number in sorted(found)]


def signatures_like(mine: Print) -> list[Print]:
    """Signatures with the very same image that somebody else gave, on this visit or one that arrived before."""
    rows = db.session.scalars(
        select(VisitPicture)
        .where(
            VisitPicture.sha256 == mine.sha256,
            VisitPicture.visit_id <= mine.visit,
            VisitPicture.kind.in_(SIGNATURES),
            VisitPicture.person_id.is_not(None),
            VisitPicture.person_id != mine.person,
        )
        .order_by(VisitPicture.id)
        .limit(1)
    )
    return [_print(row) for row in rows]


def _print(row: VisitPicture) -> Print:
    return Print(row.visit_id, row.sha256, None if row.dhash is None else int(row.dhash, 16), row.person_id)


def word(visit: Visit) -> dict[str, bool | None]:
    """Whether the use unit's word came from a worker's phone number or device; None where it is not known."""
    if visit.confirmed_at is None:
        return {"phone_is_workers": None, "device_is_workers": None}
    crew = {worker.person_id for worker in visit.workers}
    phones = set(db.session.scalars(select(Person.phone).where(Person.id.in_(crew), Person.phone != "")))
    given = {(visit.confirmation or {}).get("phone") or ""}
    if visit.confirmed_by_id is not None:
        given.add(db.session.scalar(select(Person.phone).where(Person.id == visit.confirmed_by_id)) or "")
    device = (visit.confirmation or {}).get("device")
    devices = {visit.check_in.get("device"), *(join.device for join in visit.joins)} - {None, ""}
    return {
        "phone_is_workers": bool(phones & (given - {""})) if phones else None,
        "device_is_workers": device in devices if device and devices else None,
    }


def failed_inspections(elevator_id: int, since: date, until: date) -> Sequence[Inspection]:
    """The failed inspections of an elevator in some days."""
    return db.session.scalars(
        select(Inspection).where(
            Inspection.elevator_id == elevator_id,
            Inspection.conclusion == FAILED,
            Inspection.done_on >= since,
            Inspection.done_on <= until,
            Inspection.replaced_on.is_(None),
        )
    ).all()


def last_before(elevator_id: int, since: date, until: date) -> Visit | None:
    """The last visit to an elevator in some days, with its evidence."""
    return db.session.scalar(
        select(Visit)
        .where(
            Visit.elevator_id == elevator_id,
            Visit.done_on >= since,
            Visit.done_on <= until,
            Visit.invalid_from.is_(None),
        )
        .options(*EVIDENCE)
        .order_by(Visit.done_on.desc(), Visit.id.desc())
        .limit(1)
    )


def to_examine(since: date, until: date, after: int, count: int) -> Sequence[Visit]:
    """Visits of some days by number, with their evidence, a portion at a time."""
    return db.session.scalars(
        select(Visit)
        .where(Visit.done_on >= since, Visit.done_on <= until, Visit.id > after)
        .options(*EVIDENCE)
        .order_by(Visit.id)
        .limit(count)
    ).all()


def failed_since(since: date, until: date) -> Sequence[Inspection]:
    """Inspections that failed in some days."""
    return db.session.scalars(
        select(Inspection)
        .where(
            Inspection.conclusion == FAILED,
            Inspection.done_on >= since,
            Inspection.done_on <= until,
            Inspection.replaced_on.is_(None),
        )
        .order_by(Inspection.id)
    ).all()
