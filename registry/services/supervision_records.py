"""The record of a supervision inspection (检查记录表): answers, facts, signatures of both sides, and its paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import SupervisionAnswer, SupervisionCheck, SupervisionDevice, SupervisionInspector
from registry.queries import supervision_checks as queries
from registry.queries import supervision_papers
from registry.replays import OTHER_CONTENT, digest
from registry.rules import supervision_checks as rules
from registry.rules.supervision_checks import Answer, Record
from registry.services import papers, visit_evidence
from registry.services.papers import About
from registry.services.supervision_checks import advance

Data = Mapping[str, Any]
PURPOSE = "supervision"
TEXTS = ("facts", "problems", "measures_note", "unit_opinion", "contact", "contact_post", "contact_phone")


def record(actor: Actor, no: str, data: Data) -> SupervisionCheck:
    """Keep the record of a check in progress, and issue its paper.

    `data`: `devices` (label codes), `answers` (`{item, result, note?, photos?}`), `facts, problems?, measures?,
    measures_note?, unit_opinion?, contact?, contact_post?, contact_phone?, photos?`, `signatures` (`{person: login,
    image}`), `unit_signature?` or `refusal?` (`{note, witness, photos}`), `version?`. A picture is its content or the
    id of a file.

    Raises:
        Missing: no such check. Conflict: not in progress. Invalid: devices of another unit, pictures that are none.
        Refused: everything the rules find missing.
    """
    policy.require(actor, "supervision.record")
    visit_evidence.keep_pictures(actor, data)
    with transaction() as session:
        row = policy.get(actor, SupervisionCheck, SupervisionCheck.no == no, lock=True)
        if data.get("version") not in (None, row.version):
            raise Conflict(T("检查已被别人办理，请核对后再办理"))
        inspectors = session.scalars(
            select(SupervisionInspector)
            .where(SupervisionInspector.check_id == row.id)
            .order_by(SupervisionInspector.place)
        ).all()
        if row.state == "in_progress" and actor.person_id not in {each.person_id for each in inspectors}:
            raise Conflict(T("只有本次检查的监督检查人员可以提交记录"))
        devices = queries.devices(row, data.get("devices") or ())
        signatures = _signatures(inspectors, data.get("signatures") or ())
        _judge(row, data, devices, inspectors, signatures)
        today = clock.today()
        session.add_all(SupervisionDevice(check_id=row.id, elevator_id=each.id) for each in devices)
        for place, each in enumerate(data.get("answers") or (), 1):
            session.add(
                SupervisionAnswer(
                    check_id=row.id,
                    place=place,
                    item=each["item"],
                    result=each["result"],
                    note=(each.get("note") or "").strip(),
                    photos=_pictures(actor, each.get("photos") or ()) or None,
                )
            )
        for each in inspectors:
            each.signature_id = _picture(actor, signatures[each.person_id], "signature")
        for name in TEXTS:
            setattr(row, name, str(data.get(name) or "").strip())
        row.measures = [name for name in rules.MEASURES if name in (data.get("measures") or ())]
        row.photos = _pictures(actor, data.get("photos") or ()) or None
        if data.get("unit_signature"):
            row.signature_id = _picture(actor, data["unit_signature"], "signature")
        row.refusal = _refusal(actor, data.get("refusal") or {})
        row.recorder_id, row.recorded_at = actor.person_id, clock.now()
        row.ended_at = row.recorded_at
        advance(actor, row, "record")
        session.flush()
        audit.record(
            actor,
            "supervision_check.recorded",
            row,
            no=row.no,
            devices=len(devices),
            not_ok=sum(each["result"] == rules.NOT_OK for each in data.get("answers") or ()),
            measures=row.measures,
            refused=row.refusal is not None,
        )
        about = About("supervision_check", row.id, row.area_code, row.unit_id)
        kind = supervision_papers.KIND
        papers.issue(actor, kind, f"{supervision_papers.title(today)}　{row.no}", about, supervision_papers.facts(row))
        return row


def record_once(actor: Actor, ref: str, no: str, data: Data) -> tuple[SupervisionCheck, bool]:
    """Like `record`, for phones that send again when no answer came: (check, whether it was kept already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "supervision.record")
    content = digest({"no": no, "data": evidence.digest_of(data)})
    with transaction():
        row = policy.get(actor, SupervisionCheck, SupervisionCheck.no == no, lock=True)
        if row.record_ref == ref:
            if row.record_digest != content:
                raise Conflict(OTHER_CONTENT)
            return row, True
        row = record(actor, no, data)
        row.record_ref, row.record_digest = ref, content
        return row, False


def _judge(row: SupervisionCheck, data: Data, devices: Any, inspectors: Any, signatures: Mapping[int, Any]) -> None:
    refusal = data.get("refusal") or {}
    kinds = tuple(each.kind for each in devices)
    present, today = queries.unit_kinds(row), clock.today()
    verdict = rules.judge(
        Record(
            list_kind=row.list_kind,
            asked=rules.items(row.list_kind, today, {*present, *kinds}),
            answers=tuple(
                Answer(each["item"], each["result"], each.get("note") or "", len(each.get("photos") or ()))
                for each in data.get("answers") or ()
            ),
            inspectors=len(inspectors),
            signed=len(signatures),
            unit_signed=bool(data.get("unit_signature")),
            refusal_note=refusal.get("note") or "",
            refusal_witness=refusal.get("witness") or "",
            refusal_photos=len(refusal.get("photos") or ()),
            facts=data.get("facts") or "",
            problems=data.get("problems") or "",
            measures=tuple(data.get("measures") or ()),
            measures_note=data.get("measures_note") or "",
            unit_kinds=present,
            checked=kinds,
        ),
        today,
    )
    if not verdict.allowed:
        raise Refused(verdict)


def _signatures(inspectors: Iterable[SupervisionInspector], sent: Iterable[Data]) -> dict[int, Any]:
    """Signatures by person; each must be one of those who check."""
    names = queries.logins_of([each.person_id for each in inspectors])
    found = {}
    for each in sent:
        number = names.get(str(each.get("person") or "").strip().lower())
        if number is None:
            raise Invalid.field("signatures", T("签名人不是本次检查的监督检查人员"))
        if each.get("image"):
            found[number] = each["image"]
    return found


def _refusal(actor: Actor, sent: Data) -> dict[str, Any] | None:
    if not sent.get("note"):
        return None
    return {
        "note": str(sent["note"]).strip()[:1000],
        "witness": str(sent["witness"]).strip()[:200],
        "photos": _pictures(actor, sent.get("photos") or ()),
    }


def _pictures(actor: Actor, sent: Iterable[Any]) -> list[int]:
    return [_picture(actor, each, "photo") for each in sent if each]


def _picture(actor: Actor, sent: Any, what: str) -> int:
    field = "signatures" if what == "signature" else "photos"
    kept = visit_evidence.keep_picture(actor, sent, f"{PURPOSE}_{what}", field)
    return int(kept["file"])
