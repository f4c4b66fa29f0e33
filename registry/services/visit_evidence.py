"""The parts of a visit's evidence as they are kept: pictures, crew, stamps, answers, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from registry import evidence, pictures, places, policy
from registry import files as disk
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Elevator, StoredFile, VisitWorker
from registry.queries import maker_items, visit_facts
from registry.queries.visit_facts import Worker
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import items_for
from registry.services import files
from registry.settings import current

Picture = bytes | int
"""A picture as it was sent: its content, or the id of a file stored before."""


def crew_of(actor: Actor, sent: Sequence[Any], day: date) -> list[Worker]:
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


def check_in_of(
    actor: Actor, elevator: Elevator, sent: Mapping[str, Any], crew: Sequence[Worker], day: date
) -> dict[str, Any]:
    """The check-in as it is kept, with what was true on that day: later changes elsewhere do not change it."""
    photo = keep_picture(actor, sent["photo"], "visit_photo", "check_in") if sent.get("photo") else None
    joined = next((worker for worker in crew[1:] if worker.at is not None), None)
    return {
        "at": _iso(sent.get("at")),
        "device_at": _iso(sent.get("device_at")),
        "position": sent.get("position"),
        "metres": places.distance_to(sent.get("position"), elevator.lat, elevator.lon),
        "photo": photo,
        "device": sent.get("device"),
        "photo_reused": photo is not None and visit_facts.used_before(photo["sha256"]),
        "fence_m": elevator.fence_m,
        "has_place": elevator.lat is not None and elevator.lon is not None,
        "contract_valid": visit_facts.contract_valid(actor.unit_id, elevator.id, day),
        "certificates_valid": visit_facts.all_qualified(crew, day),
        "second_worker_metres": joined and places.distance_to(joined.position, elevator.lat, elevator.lon),
    }


def check_out_of(actor: Actor, elevator: Elevator, sent: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """The check-out as it is kept; `metres` to the place of the elevator."""
    return {
        "at": _iso(at),
        "device_at": _iso(sent.get("device_at")),
        "position": sent.get("position"),
        "metres": places.distance_to(sent.get("position"), elevator.lat, elevator.lon),
        "photo": keep_picture(actor, sent["photo"], "visit_photo", "check_out") if sent.get("photo") else None,
    }


def answers_of(
    actor: Actor, elevator: Elevator, cycle: str, day: date, sent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The answers as they are kept, against the items of that day."""
    given = [
        {
            **answer,
            "photo": answer.get("photo") and keep_picture(actor, answer["photo"], "visit_photo", "answers"),
        }
        for answer in sent
    ]
    return _compact(elevator, cycle, day, given)


def corrected_answers(
    actor: Actor, elevator: Elevator, cycle: str, kept: Mapping[str, Any], sent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The kept answers with those of `sent` in their place, against the items of the cycle; photos stay."""
    photos = {answer["item"]: answer["photo"] for answer in kept["others"] if answer.get("photo")}
    said: dict[str, dict[str, Any]] = {
        answer.item: {"item": answer.item, "result": answer.result, "value": answer.value, "note": answer.note}
        for answer in evidence.answers_of(kept, maker_items.asked_of(kept))
    }
    for answer in sent:
        photo = answer.get("photo")
        if photo:
            photos[answer["item"]] = keep_picture(actor, photo, "visit_photo", "answers")
        said[answer["item"]] = {name: answer.get(name) for name in ("item", "result", "value", "note")}
    given = [{**answer, "photo": photos.get(item)} for item, answer in said.items()]
    return _compact(elevator, cycle, date.fromisoformat(kept["on"]), given, only_asked=True)


def _compact(
    elevator: Elevator, cycle: str, day: date, given: Sequence[Mapping[str, Any]], only_asked: bool = False
) -> dict[str, Any]:
    annex = ELEVATOR_KINDS[elevator.kind].annex
    holding = maker_items.lists_of([elevator], day).get(elevator.id, maker_items.NOTHING)
    asked = items_for(elevator.kind, cycle, day, holding.items)
    if only_asked:
        codes = {item.code for item in asked}
        given = [answer for answer in given if answer["item"] in codes]
    return evidence.compact(annex, cycle, day, asked, given, holding.list_id)


def signed_by(actor: Actor, sent: Sequence[Any], crew: Sequence[Worker]) -> list[dict[str, Any]]:
    """The signatures as they are kept, each with its signer where the sender named him."""
    people = {worker.person.login: worker.person.id for worker in crew}
    kept = []
    for entry in sent:
        entry = entry if isinstance(entry, Mapping) else {"image": entry}
        signer = entry.get("worker")
        if signer and str(signer).lower() not in people:
            raise Invalid.field("signatures", T("签名人不在作业人员中：{login}", login=signer))
        picture = keep_picture(actor, entry["image"], "signature", "signatures")
        kept.append({**picture, "person_id": people.get(str(signer).lower()) if signer else None})
    return kept


def on_visit(worker: Worker, started_at: datetime | None, *, first: bool) -> VisitWorker:
    """A worker of the crew; a further one with the time of his check-in if the sender told it."""
    seconds = 0 if first else None
    if not first and worker.at is not None and started_at is not None:
        seconds = round((worker.at - started_at).total_seconds())
    return VisitWorker(person_id=worker.person.id, seconds_after_first=seconds)


def keep_picture(actor: Actor, sent: Picture, purpose: str, field: str) -> dict[str, Any]:
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


def keep_pictures(actor: Actor, data: Any) -> dict[str, int | None]:
    """Check pictures and put them on disk before the transaction begins, so that no writer waits for the disk.

    Returns the perceptual hash of each photo by its digest, those included that were stored before; signatures are
    compared by their digest alone.
    """
    prints = {}
    for purpose, content in _contents(data):
        try:
            evidence.mime_of(content)
        except evidence.PictureError as error:
            too_large = str(error) == "size"
            text = T("照片不能超过2 MB") if too_large else T("照片或签名应为 JPEG、PNG 或 WebP 图片")
            raise Invalid.field("photo", text) from None
        digest = disk.keep(current().files_dir, content)
        if purpose == "photo":
            prints[digest] = pictures.dhash(content)
    return prints | _prints_of_stored(actor, set(_ids(data)))


def _prints_of_stored(actor: Actor, ids: set[int]) -> dict[str, int | None]:
    if not ids:
        return {}
    digests = db.session.scalars(policy.scope(actor, StoredFile, StoredFile.sha256).where(StoredFile.id.in_(ids))).all()
    paths = {digest: disk.path_of(current().files_dir, digest) for digest in digests}
    return {digest: pictures.dhash(path.read_bytes()) for digest, path in paths.items() if path.exists()}


def _contents(data: Any, purpose: str = "photo") -> Iterator[tuple[str, bytes]]:
    """Every picture sent, with the name it was sent under."""
    if isinstance(data, bytes):
        yield purpose, data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield from _contents(value, "signature" if name.startswith("signature") else purpose)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _contents(value, purpose)


def _ids(data: Any) -> Iterator[int]:
    """The ids of photos that were stored before."""
    if isinstance(data, Mapping):
        photo = data.get("photo")
        if isinstance(photo, int):
            yield photo
        for value in data.values():
            yield from _ids(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _ids(value)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
