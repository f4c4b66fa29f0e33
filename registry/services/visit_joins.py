"""The second worker checks in on his own phone: kept at once, tied to his colleague's record whichever comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, evidence, places, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Elevator, Person, Visit, VisitJoin, VisitWorker
from registry.queries import visit_facts
from registry.queries.elevators import by_code
from registry.services import anomaly_finding, visit_evidence, visit_settling

FUTURE = timedelta(minutes=10)


def join(actor: Actor, data: dict[str, Any]) -> tuple[VisitJoin, bool]:
    """Keep the caller's own check-in as second worker; returns it and whether it was here before.

    `data`: `{ref, elevator: code, at, position?: {lat, lon, accuracy_m?}, photo?: picture, signature?: picture,
    device?}`; pictures as in `visits.record`, `device` an id that the phone made for itself.

    It belongs to the company's visit at that elevator that names the caller and was under way, or that began within
    the second worker's window and does not name him: he is then added to the crew. With no such visit yet it waits.

    Raises:
        Missing: no such elevator, or the company does not maintain it today.
        Invalid: the moment lies ahead, or a picture we cannot keep.
        Conflict: the company used `ref` for other content.
    """
    policy.require(actor, "visit.join")
    if actor.person_id is None:
        raise Forbidden(T("只能由作业人员本人签到"))
    if data["at"] > clock.now() + FUTURE:
        raise Invalid.field("at", T("时间不能晚于现在，请检查手机的时间"))
    digest = evidence.digest_of(data)
    prints = visit_evidence.keep_pictures(actor, data)
    try:
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
            if first:
                return first, True
            row = _new_join(session, actor, data, digest)
            session.add(row)
            visit = _visit_of(session, actor, row)
            if visit is not None:
                _tie(visit, row)
                visit_settling.settle(visit)
                anomaly_finding.examine(session, visit, prints)
            audit.record(
                actor,
                "visit.joined",
                row,
                elevator_id=row.elevator_id,
                visit_id=row.visit_id,
                at=row.at,
                added=row.added,
            )
            return row, False
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
        if first is None:
            raise
        return first, True


def adopt(session: Session, actor: Actor, visit: Visit) -> None:
    """Tie to a visit that has just arrived the joins that waited for it; the caller settles it and leaves the entry."""
    if visit.started_at is None:
        return
    hold(session, visit.elevator_id)
    window = _window(visit.started_at)
    waiting = policy.scope(actor, VisitJoin).where(
        VisitJoin.elevator_id == visit.elevator_id,
        VisitJoin.company_id == visit.company_id,
        VisitJoin.visit_id.is_(None),
        VisitJoin.at >= visit.started_at - window,
        VisitJoin.at <= max(visit.ended_at or visit.started_at, visit.started_at + window),
    )
    for row in session.scalars(waiting.order_by(VisitJoin.at, VisitJoin.id)):
        if _fits(visit, row, window):
            _tie(visit, row)


def hold(session: Session, elevator_id: int) -> None:
    """Let the two phones of one visit arrive one after the other, so that neither misses the other's record."""
    session.execute(locked(select(Elevator.id).where(Elevator.id == elevator_id)))


def _first(session: Session, actor: Actor, ref: str, digest: str) -> VisitJoin | None:
    row: VisitJoin | None = session.scalar(
        policy.scope(actor, VisitJoin).where(VisitJoin.company_id == actor.unit_id, VisitJoin.ref == ref)
    )
    if row is not None and row.ref_digest != digest:
        raise Conflict(T("这次签到已经收到过，内容与这次不同（ref 重复）"))
    return row


def _new_join(session: Session, actor: Actor, data: dict[str, Any], digest: str) -> VisitJoin:
    elevator = by_code(actor, data["elevator"])
    hold(session, elevator.id)
    day = clock.day_of(data["at"])
    login = session.scalar(select(Person.login).where(Person.id == actor.person_id)) or ""
    me = visit_facts.workers(actor, [login], day).values()
    photo, signature = data.get("photo"), data.get("signature")
    return VisitJoin(
        ref=data["ref"],
        ref_digest=digest,
        company_id=actor.unit_id,
        person_id=actor.person_id,
        elevator_id=elevator.id,
        at=data["at"],
        received_at=clock.now(),
        position=data.get("position"),
        metres=places.distance_to(data.get("position"), elevator.lat, elevator.lon),
        photo=photo and visit_evidence.keep_picture(actor, photo, "visit_photo", "photo"),
        signature=signature and visit_evidence.keep_picture(actor, signature, "signature", "signature"),
        device=data.get("device") or None,
        qualified=bool(me) and visit_facts.all_qualified(list(me), day),
    )


def _visit_of(session: Session, actor: Actor, row: VisitJoin) -> Visit | None:
    """The visit he joined: of those around that moment the one that began nearest to it."""
    window, day = _window(row.at), clock.day_of(row.at)
    around = (
        policy.scope(actor, Visit)
        .where(
            Visit.elevator_id == row.elevator_id,
            Visit.company_id == row.company_id,
            Visit.done_on.between(day - timedelta(days=1), day + timedelta(days=1)),
            Visit.started_at.is_not(None),
        )
        .options(*visit_settling.EVIDENCE)
    )
    visits: Sequence[Visit] = session.scalars(locked(around).execution_options(populate_existing=True)).all()
    fitting = [visit for visit in visits if _fits(visit, row, window)]
    return min(fitting, key=lambda visit: abs(_began(visit) - row.at), default=None)


def _fits(visit: Visit, row: VisitJoin, window: timedelta) -> bool:
    """Named in the record he may come as long as the visit lasts, else only within the window."""
    crew = [worker.person_id for worker in visit.workers]
    if crew[:1] == [row.person_id] or any(other.person_id == row.person_id for other in visit.joins):
        return False
    began = _began(visit)
    last = began + window
    if row.person_id in crew and visit.ended_at is not None:
        last = max(last, visit.ended_at)
    return began - window <= row.at <= last


def _tie(visit: Visit, row: VisitJoin) -> None:
    seconds = round((row.at - _began(visit)).total_seconds())
    named = next((worker for worker in visit.workers if worker.person_id == row.person_id), None)
    row.added = named is None
    if named is None:
        visit.workers.append(VisitWorker(person_id=row.person_id, seconds_after_first=seconds))
    elif named.seconds_after_first is None:
        named.seconds_after_first = seconds
    visit.joins.append(row)


def _began(visit: Visit) -> datetime:
    if visit.started_at is None:
        raise ValueError("a visit without check-in has no window")
    return visit.started_at


def _window(at: datetime) -> timedelta:
    return timedelta(minutes=visit_facts.parameters_of(clock.day_of(at))["second_worker_minutes"])
