"""Maintenance visits: recorded with their evidence, confirmed or declined by the use unit, never edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, evidence, places, policy
from registry import files as disk
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Elevator, Person, StoredFile, Visit, VisitWorker
from registry.queries import visit_facts
from registry.queries.elevators import by_code
from registry.queries.visit_facts import Worker
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import check_answers, items_for
from registry.rules.paperless import VisitFacts, counts, judge
from registry.rules.verdict import Verdict
from registry.services import files
from registry.settings import current

FUTURE = timedelta(minutes=10)
# A confirmation with one of these would never count: it is refused, so that the right person can still confirm.
REFUSED_CONFIRMATIONS = frozenset({"P19", "P20", "P22"})

Picture = bytes | int
"""A picture as it was sent: its content, or the id of a file stored before."""


def record(actor: Actor, data: dict[str, Any]) -> tuple[Visit, bool]:
    """Keep a visit whatever it lacks, and say why it does not count; returns it and whether it was here before.

    `data`: `{ref, elevator: code, cycle, workers: [login | {login, at?, position?}], check_in?: {at, position?,
    photo?}, check_out?: {at?, position?, photo?}, answers: [{item, result, value?, note?, photo?}], signatures:
    [picture | {worker?, image: picture}]}`. Moments are aware, positions `{lat, lon, accuracy_m?}` in WGS-84, pictures
    their content or the id of a stored file. A check-out without `at` happens now. The first worker checked in.

    Raises:
        Missing: no such elevator, or the company does not maintain it today.
        Invalid: unknown workers, impossible times, pictures we cannot keep.
        Conflict: the company used `ref` for other content.
    """
    policy.require(actor, "visit.record")
    digest = evidence.digest_of(data)
    _keep_pictures(data)
    try:
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
            if first:
                return first, True
            visit = _new_visit(session, actor, data)
            visit.ref_digest = digest
            session.add(visit)
            verdict = _settle(visit)
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
            return visit, False
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction() as session:
            first = _first(session, actor, data["ref"], digest)
        if first is None:
            raise
        return first, True


def confirm(actor: Actor, visit_id: int, data: dict[str, Any]) -> Visit:
    """The use unit's safety manager confirms (TSG T5002-2017 Art. 7); `data`: `{signature?, note?, phone?}`.

    Raises:
        Conflict: confirmed or declined before.
        Refused: the caller is one of the workers or shares a phone number with one, or the visit is not over.
    """
    policy.require(actor, "visit.confirm")
    _keep_pictures(data)
    with transaction() as session:
        visit = _undecided(actor, visit_id)
        visit.confirmed_at = clock.now()
        visit.confirmed_by_id = actor.person_id
        signature = data.get("signature")
        visit.confirmation = {
            "signature": _picture(session, actor, signature, "signature", "signature") if signature else None,
            "note": data.get("note") or "",
            "phone": data.get("phone") or "",
        }
        _refuse_own_confirmation(session, visit, data.get("phone") or "")
        _settle(visit)
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
    with transaction():
        visit = _undecided(actor, visit_id)
        visit.declined_reason = reason.strip()[:4000]
        _settle(visit)
        audit.record(actor, "visit.declined", visit, reason=visit.declined_reason)
        return visit


def _settle(visit: Visit) -> Verdict:
    """Judge the evidence anew: the one place that says what is missing and from when to when a visit counts."""
    today = clock.today()
    facts = _facts(visit)
    verdict = judge(facts, _parameters(visit))
    complete = counts(verdict) and visit.declined_reason is None
    visit.findings = evidence.findings_of(verdict)
    if complete and visit.counts_from is None:
        visit.counts_from = today
    if not complete and visit.paperless:
        visit.counts_until = today
    if visit.invalid_from is None and (verdict.worst == "block" or visit.declined_reason is not None):
        visit.invalid_from = today
    return verdict


def _facts(visit: Visit) -> VisitFacts:
    seen = visit.check_in
    joined = (worker.seconds_after_first for worker in visit.workers[1:])
    on = date.fromisoformat(visit.answers["on"])
    answers = check_answers(evidence.items_of(visit.answers), evidence.answers_of(visit.answers), on)
    return VisitFacts(
        cycle=visit.cycle,
        check_in_at=visit.started_at,
        check_out_at=visit.ended_at,
        check_in_metres=seen["metres"],
        check_out_metres=visit.check_out["metres"],
        elevator_has_place=seen["has_place"],
        check_in_photo=seen["photo"] is not None,
        photo_reused=seen["photo_reused"],
        workers=len(visit.workers),
        second_worker_seconds=next((seconds for seconds in joined if seconds is not None), None),
        second_worker_metres=seen["second_worker_metres"],
        answers=answers,
        signatures=len({signature["sha256"] for signature in visit.signatures}),
        signatures_expected=len(visit.workers),
        confirmed_at=visit.confirmed_at,
        contract_valid=seen["contract_valid"],
        certificates_valid=seen["certificates_valid"],
        received_at=visit.received_at,
    )


def _parameters(visit: Visit) -> dict[str, int]:
    """The office's values of the visit's day; an elevator's own fence goes before."""
    found = visit_facts.parameters_of(date.fromisoformat(visit.answers["on"]))
    fence = visit.check_in["fence_m"]
    return found if fence is None else {**found, "fence_m": fence}


def _first(session: Session, actor: Actor, ref: str, digest: str) -> Visit | None:
    visit: Visit | None = session.scalar(
        policy.scope(actor, Visit).where(Visit.company_id == actor.unit_id, Visit.ref == ref)
    )
    if visit is not None and visit.ref_digest != digest:
        raise Conflict(T("这条维保记录已经收到过，内容与这次不同（ref 重复）"))
    return visit


def _new_visit(session: Session, actor: Actor, data: Mapping[str, Any]) -> Visit:
    elevator = by_code(actor, data["elevator"])
    now = clock.now()
    check_in, check_out = data.get("check_in") or {}, data.get("check_out")
    started_at = check_in.get("at")
    ended_at = None if check_out is None else check_out.get("at") or now
    _check_times(started_at, ended_at, now)
    day = clock.day_of(started_at or ended_at or now)
    crew = _crew(actor, data["workers"], day)
    seen = _check_in(session, actor, elevator, check_in, crew, day)
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
        check_out=_check_out(session, actor, elevator, check_out or {}, ended_at),
        answers=_answers(session, actor, elevator, data["cycle"], day, data.get("answers") or ()),
        signatures=_signed(session, actor, data.get("signatures") or (), crew),
        photo_sha256=seen["photo"] and seen["photo"]["sha256"],
        workers=[_on_visit(worker, started_at, first=number == 0) for number, worker in enumerate(crew)],
    )


def _check_times(started_at: datetime | None, ended_at: datetime | None, now: datetime) -> None:
    errors: dict[str, Any] = {}
    for name, at in (("check_in", started_at), ("check_out", ended_at)):
        if at is not None and at > now + FUTURE:
            errors[name] = {"at": [T("时间不能晚于现在，请检查手机的时间")]}
    if not errors and started_at and ended_at and ended_at < started_at:
        errors["check_out"] = {"at": [T("签退时间不能早于签到时间")]}
    if errors:
        raise Invalid(errors)


def _crew(actor: Actor, sent: Sequence[Any], day: date) -> list[Worker]:
    """The workers in the order sent, with what each said of his own check-in."""
    entries: list[dict[str, Any]] = [{"login": entry} if isinstance(entry, str) else dict(entry) for entry in sent]
    logins = [str(entry["login"]).strip().lower() for entry in entries]
    if not logins:
        raise Invalid.field("workers", T("请至少填写一名作业人员"))
    if len(set(logins)) < len(logins):
        raise Invalid.field("workers", T("同一名作业人员填写了两次"))
    known = visit_facts.workers(actor, logins, day)
    unknown = [login for login in logins if login not in known]
    if unknown:
        raise Invalid.field("workers", T("本单位没有这名作业人员：{logins}", logins="、".join(unknown)))
    return [
        replace(known[login], at=entry.get("at"), position=entry.get("position"))
        for login, entry in zip(logins, entries, strict=True)
    ]


def _check_in(
    session: Session, actor: Actor, elevator: Elevator, sent: Mapping[str, Any], crew: Sequence[Worker], day: date
) -> dict[str, Any]:
    """The check-in as it is kept, with what was true on that day: later changes elsewhere do not change it."""
    photo = _picture(session, actor, sent["photo"], "visit_photo", "check_in") if sent.get("photo") else None
    joined = next((worker for worker in crew[1:] if worker.at is not None), None)
    return {
        "at": _iso(sent.get("at")),
        "position": sent.get("position"),
        "metres": places.distance_to(sent.get("position"), elevator.lat, elevator.lon),
        "photo": photo,
        "photo_reused": photo is not None and visit_facts.used_before(photo["sha256"]),
        "fence_m": elevator.fence_m,
        "has_place": elevator.lat is not None and elevator.lon is not None,
        "contract_valid": visit_facts.contract_valid(actor.unit_id, elevator.id, day),
        "certificates_valid": visit_facts.all_qualified(crew, day),
        "second_worker_metres": joined and places.distance_to(joined.position, elevator.lat, elevator.lon),
    }


def _check_out(
    session: Session, actor: Actor, elevator: Elevator, sent: Mapping[str, Any], at: datetime | None
) -> dict[str, Any]:
    return {
        "at": _iso(at),
        "position": sent.get("position"),
        "metres": places.distance_to(sent.get("position"), elevator.lat, elevator.lon),
        "photo": _picture(session, actor, sent["photo"], "visit_photo", "check_out") if sent.get("photo") else None,
    }


def _answers(
    session: Session, actor: Actor, elevator: Elevator, cycle: str, day: date, sent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    given = [
        {
            **answer,
            "photo": answer.get("photo") and _picture(session, actor, answer["photo"], "visit_photo", "answers"),
        }
        for answer in sent
    ]
    annex = ELEVATOR_KINDS[elevator.kind].annex
    return evidence.compact(annex, cycle, day, items_for(elevator.kind, cycle, day), given)


def _signed(session: Session, actor: Actor, sent: Sequence[Any], crew: Sequence[Worker]) -> list[dict[str, Any]]:
    people = {worker.person.login: worker.person.id for worker in crew}
    kept = []
    for entry in sent:
        entry = entry if isinstance(entry, Mapping) else {"image": entry}
        signer = entry.get("worker")
        if signer and str(signer).lower() not in people:
            raise Invalid.field("signatures", T("签名人不在作业人员中：{login}", login=signer))
        picture = _picture(session, actor, entry["image"], "signature", "signatures")
        kept.append({**picture, "person_id": people.get(str(signer).lower()) if signer else None})
    return kept


def _on_visit(worker: Worker, started_at: datetime | None, *, first: bool) -> VisitWorker:
    seconds = 0 if first else None
    if not first and worker.at is not None and started_at is not None:
        seconds = round((worker.at - started_at).total_seconds())
    return VisitWorker(person_id=worker.person.id, seconds_after_first=seconds)


def _picture(session: Session, actor: Actor, sent: Picture, purpose: str, field: str) -> dict[str, Any]:
    """Keep a picture, or find one that the caller's unit stored before: `{file, sha256}`."""
    if isinstance(sent, bytes):
        mime = evidence.mime_of(sent)
        row = files.store(actor, f"{purpose}.{evidence.SUFFIXES[mime]}", mime, sent, purpose)
        return {"file": row.id, "sha256": row.sha256}
    try:
        row = policy.get(actor, StoredFile, StoredFile.id == sent, StoredFile.mime.in_(evidence.SUFFIXES))
    except Missing:
        raise Invalid.field(field, T("没有编号为{number}的照片，请先上传", number=sent)) from None
    return {"file": row.id, "sha256": row.sha256}


def _keep_pictures(data: Any) -> None:
    """Check pictures and put them on disk before the transaction begins, so that no writer waits for the disk."""
    for content in _contents(data):
        try:
            evidence.mime_of(content)
        except evidence.PictureError as error:
            too_large = str(error) == "size"
            text = T("照片不能超过2 MB") if too_large else T("照片或签名应为 JPEG、PNG 或 WebP 图片")
            raise Invalid.field("photo", text) from None
        disk.keep(current().files_dir, content)


def _contents(data: Any) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
    elif isinstance(data, Mapping | list | tuple):
        for value in data.values() if isinstance(data, Mapping) else data:
            yield from _contents(value)


def _undecided(actor: Actor, visit_id: int) -> Visit:
    workers = selectinload(Visit.workers)
    visit = policy.get(actor, Visit, Visit.id == visit_id, lock=True, options=(workers,))
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
        _facts(visit),
        confirmer_is_worker=confirmer.id in workers,
        confirmer_phone_is_workers=not phones.isdisjoint((confirmer.phone, phone)),
    )
    found = [f for f in judge(facts, _parameters(visit)).findings if f.rule in REFUSED_CONFIRMATIONS]
    if found:
        raise Refused(found)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
