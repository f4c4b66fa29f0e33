"""Maintenance visits: recorded with their evidence, confirmed or declined by the use unit, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import Elevator, Person, Visit, VisitAnomaly, VisitWorker
from registry.queries import visit_facts
from registry.queries.elevators import by_code
from registry.rules import anomalies
from registry.rules.paperless import judge
from registry.services import anomaly_finding, rescue_codes, visit_evidence, visit_joins, visit_settling

FUTURE = timedelta(minutes=10)
# A confirmation with one of these would never count: it is refused, so that the right person can still confirm.
REFUSED_CONFIRMATIONS = frozenset({"P19", "P20", "P22"})


def record(actor: Actor, data: dict[str, Any]) -> tuple[Visit, bool]:
    """Keep a visit whatever it lacks, and say why it does not count; returns it and whether it was here before.

    `data`: `{ref, elevator: code, cycle, workers: [login | {login, at?, position?}], check_in?: {at, position?,
    photo?}, check_out?: {at?, position?, photo?}, answers: [{item, result, value?, note?, photo?}], signatures:
    [picture | {worker?, image: picture}], plate?: {code_seen?, note?, photo?}}`. Moments are aware, positions `{lat,
    lon, accuracy_m?}` in WGS-84, pictures their content or the id of a stored file. A check-out without `at` happens
    now. The first worker checked in. `plate` is what hangs in the car as the plate of 96366 (without `code_seen` none
    that can be read): a look at it, kept with the visit.

    Raises:
        Missing: no such elevator, or the company does not maintain it today.
        Invalid: unknown workers, impossible times, pictures we cannot keep.
        Conflict: the company used `ref` for other content.
    """
    policy.require(actor, "visit.record")
    digest = evidence.digest_of(data)
    prints = visit_evidence.keep_pictures(actor, data)
    try:
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
            if first:
                return first, True
            visit = _new_visit(actor, data)
            visit.ref_digest = digest
            session.add(visit)
            visit_joins.adopt(session, actor, visit)
            verdict = visit_settling.settle(visit)
            anomaly_finding.examine(session, visit, prints)
            audit.record(
                actor,
                "visit.recorded",
                visit,
                elevator_id=visit.elevator_id,
                cycle=visit.cycle,
                done_on=visit.done_on,
                paperless=visit.paperless,
                findings=[finding.rule for finding in verdict.findings],
            )
            if data.get("plate") is not None:
                _look_at_plate(session, actor, visit, data["plate"])
            return visit, False
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
        if first is None:
            raise
        return first, True


def confirm(actor: Actor, visit_id: int, data: dict[str, Any]) -> Visit:
    """The use unit's safety manager confirms (TSG T5002-2017 Art. 7); `data`: `{signature?, note?, phone?, device?}`.

    Raises:
        Conflict: confirmed or declined before.
        Refused: the caller is one of the workers or shares a phone number with one, or the visit is not over.
    """
    policy.require(actor, "visit.confirm")
    prints = visit_evidence.keep_pictures(actor, data)
    with transaction() as session:
        visit = _undecided(actor, visit_id)
        visit.confirmed_at = clock.now()
        visit.confirmed_by_id = actor.person_id
        signature = data.get("signature")
        visit.confirmation = {
            "signature": signature and visit_evidence.keep_picture(actor, signature, "signature", "signature"),
            "note": data.get("note") or "",
            "phone": data.get("phone") or "",
            "device": data.get("device") or "",
        }
        _refuse_own_confirmation(session, visit, data.get("phone") or "")
        visit_settling.settle(visit)
        anomaly_finding.examine(session, visit, prints)
        audit.record(actor, "visit.confirmed", visit, paperless=visit.paperless)
        return visit


def decline(actor: Actor, visit_id: int, reason: str) -> Visit:
    """The use unit says the visit did not take place as recorded: it is no maintenance from today on.

    Raises:
        Conflict: confirmed or declined before.
        Invalid: no reason.
    """
    policy.require(actor, "visit.decline")
    if not reason.strip():
        raise Invalid.field("reason", T("请写明退回的原因"))
    with transaction() as session:
        visit = _undecided(actor, visit_id)
        visit.declined_reason = reason.strip()[:4000]
        visit_settling.settle(visit)
        anomaly_finding.examine(session, visit, {})
        audit.record(actor, "visit.declined", visit, reason=visit.declined_reason)
        return visit


def correct(actor: Actor, visit_id: int, data: dict[str, Any], reason: str) -> tuple[Visit, bool]:
    """Record a visit anew because what people wrote was wrong; returns the new one and whether it was here before.

    `data`: `{ref, cycle?, workers?: [login...], answers?: [as in `record`, those that change]}`. What the phones
    measured (times, positions, photos, signatures) is taken over and cannot be corrected. The wrong record stays as it
    was and is void from today on; the new one waits for the use unit's word.

    Raises:
        Invalid: no reason, unknown workers, or another first worker than the one who checked in.
        Conflict: corrected before, an anomaly of it is open or confirmed, or `ref` has other content.
    """
    policy.require(actor, "visit.correct")
    if not reason.strip():
        raise Invalid.field("reason", T("请填写更正原因"))
    digest = evidence.digest_of({**data, "corrects": visit_id, "reason": reason.strip()})
    prints = visit_evidence.keep_pictures(actor, data)
    with transaction() as session:
        first = _first(session, actor, data["ref"], digest)
        if first:
            return first, True
        wrong = policy.get(actor, Visit, Visit.id == visit_id, lock=True, options=visit_settling.EVIDENCE)
        _refuse_correction(session, wrong)
        visit = _corrected(session, actor, wrong, data)
        visit.ref_digest, visit.correction_reason = digest, reason.strip()[:4000]
        session.add(visit)
        session.flush()
        visit_settling.settle(wrong)
        visit_settling.settle(visit)
        anomaly_finding.examine(session, visit, prints)
        audit.record(
            actor,
            "visit.corrected",
            visit,
            corrects_id=wrong.id,
            elevator_id=visit.elevator_id,
            cycle=visit.cycle,
            paperless=visit.paperless,
            reason=visit.correction_reason,
        )
        return visit, False


def _refuse_correction(session: Session, wrong: Visit) -> None:
    if session.scalar(select(Visit.id).where(Visit.corrects_id == wrong.id)) is not None:
        raise Conflict(T("这条记录已经更正过了，请更正最新的那一条"))
    held = select(VisitAnomaly.id).where(VisitAnomaly.visit_id == wrong.id, VisitAnomaly.state != anomalies.DISMISSED)
    if session.scalar(held.limit(1)) is not None:
        raise Conflict(T("这条记录有未排除的异常，不能更正"))


def _corrected(session: Session, actor: Actor, wrong: Visit, data: Mapping[str, Any]) -> Visit:
    elevator = session.get_one(Elevator, wrong.elevator_id)
    cycle = data.get("cycle") or wrong.cycle
    known = {worker.person_id: worker.seconds_after_first for worker in wrong.workers}
    crew, qualified = list(known), wrong.check_in["certificates_valid"]
    if data.get("workers"):
        day = date.fromisoformat(wrong.answers["on"])
        named = visit_evidence.crew_of(actor, data["workers"], day)
        crew, qualified = [worker.person.id for worker in named], visit_facts.all_qualified(named, day)
        if crew[0] != wrong.workers[0].person_id:
            raise Invalid.field("workers", T("签到人不能更正，应仍排在第一"))
    metres = visit_settling.facts_of(wrong).second_worker_metres
    own = [{**join.signature, "person_id": join.person_id} for join in wrong.joins if join.signature]
    return Visit(
        ref=data["ref"],
        elevator_id=wrong.elevator_id,
        company_id=wrong.company_id,
        cycle=cycle,
        started_at=wrong.started_at,
        ended_at=wrong.ended_at,
        done_on=wrong.done_on,
        received_at=clock.now(),
        check_in={**wrong.check_in, "certificates_valid": qualified, "second_worker_metres": metres},
        check_out=wrong.check_out,
        answers=visit_evidence.corrected_answers(actor, elevator, cycle, wrong.answers, data.get("answers") or ()),
        signatures=[*wrong.signatures, *own],
        corrects_id=wrong.id,
        findings=[],
        joins=[],
        workers=[VisitWorker(person_id=person, seconds_after_first=known.get(person)) for person in crew],
    )


def _first(session: Session, actor: Actor, ref: str, digest: str) -> Visit | None:
    visit: Visit | None = session.scalar(
        policy.scope(actor, Visit).where(Visit.company_id == actor.unit_id, Visit.ref == ref)
    )
    if visit is not None and visit.ref_digest != digest:
        raise Conflict(T("这条维保记录已经收到过，内容与这次不同（ref 重复）"))
    return visit


def _new_visit(actor: Actor, data: Mapping[str, Any]) -> Visit:
    elevator = by_code(actor, data["elevator"])
    now = clock.now()
    check_in, check_out = data.get("check_in") or {}, data.get("check_out")
    started_at = check_in.get("at")
    ended_at = None if check_out is None else check_out.get("at") or now
    _check_times(started_at, ended_at, now)
    day = clock.day_of(started_at or ended_at or now)
    crew = visit_evidence.crew_of(actor, data["workers"], day)
    seen = visit_evidence.check_in_of(actor, elevator, {**check_in, "device": data.get("device")}, crew, day)
    return Visit(
        ref=data["ref"],
        elevator_id=elevator.id,
        company_id=actor.unit_id,
        cycle=data["cycle"],
        started_at=started_at,
        ended_at=ended_at,
        done_on=clock.day_of(ended_at or started_at or now),
        received_at=now,
        check_in=seen,
        check_out=visit_evidence.check_out_of(actor, elevator, check_out or {}, ended_at),
        answers=visit_evidence.answers_of(actor, elevator, data["cycle"], day, data.get("answers") or ()),
        signatures=visit_evidence.signed_by(actor, data.get("signatures") or (), crew),
        photo_sha256=seen["photo"] and seen["photo"]["sha256"],
        joins=[],
        workers=[visit_evidence.on_visit(worker, started_at, first=number == 0) for number, worker in enumerate(crew)],
    )


def _look_at_plate(session: Session, actor: Actor, visit: Visit, said: Mapping[str, Any]) -> None:
    photo = said.get("photo")
    kept = photo and visit_evidence.keep_picture(actor, photo, rescue_codes.PURPOSE, "plate")
    look = {
        "seen_on": min(visit.done_on, clock.today()),
        "way": "visit",
        "code_seen": said.get("code_seen"),
        "note": said.get("note"),
        "file": kept and kept["file"],
    }
    rescue_codes.keep_look(session, actor, visit.elevator_id, look)


def _check_times(started_at: datetime | None, ended_at: datetime | None, now: datetime) -> None:
    errors: dict[str, Any] = {}
    for name, at in (("check_in", started_at), ("check_out", ended_at)):
        if at is not None and at > now + FUTURE:
            errors[name] = {"at": [T("时间不能晚于现在，请检查手机的时间")]}
    if not errors and started_at and ended_at and ended_at < started_at:
        errors["check_out"] = {"at": [T("签退时间不能早于签到时间")]}
    if errors:
        raise Invalid(errors)


def _undecided(actor: Actor, visit_id: int) -> Visit:
    visit = policy.get(actor, Visit, Visit.id == visit_id, lock=True, options=visit_settling.EVIDENCE)
    if visit.confirmed_at is not None:
        raise Conflict(T("这条维保记录已经确认"))
    if visit.declined_reason is not None:
        raise Conflict(T("这条维保记录已经退回"))
    return visit


def _refuse_own_confirmation(session: Session, visit: Visit, phone: str) -> None:
    workers = {worker.person_id for worker in visit.workers}
    phones = set(session.scalars(select(Person.phone).where(Person.id.in_(workers), Person.phone != "")))
    confirmer = session.get_one(Person, visit.confirmed_by_id)
    facts = replace(
        visit_settling.facts_of(visit),
        confirmer_is_worker=confirmer.id in workers,
        confirmer_phone_is_workers=not phones.isdisjoint((confirmer.phone, phone)),
    )
    found = [f for f in judge(facts, visit_settling.parameters_of(visit)).findings if f.rule in REFUSED_CONFIRMATIONS]
    if found:
        raise Refused(found)
