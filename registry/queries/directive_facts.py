"""What a directive's paper says, frozen as it is issued."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Directive, DirectiveInspector, DirectiveItem, Hazard, Person
from registry.queries import paper_facts, papers
from registry.queries.paper_facts import chinese_day
from registry.rules.directives import LIMITS
from registry.rules.limits import limit

Facts = dict[str, Any]
SIGNATURE_MM = 30
TEXTS = ("problems", "broken_rule", "order_basis", "measures", "unit_signer", "refusal")
DEVICE = ("n", "name", "code", "no", "certificate", "place")
MORE = ("number", "today", "due", "oral", "hazards", "government", "recheck_days", "review_days", "suit_months")


def of_directive(
    actor: Actor, row: Directive, items: Iterable[DirectiveItem], inspectors: Iterable[DirectiveInspector]
) -> Facts:
    """The facts of the paper of a directive that is being issued."""
    today, things = clock.today(), list(items)
    devices = [
        paper_facts.device(item.elevator_id, item.cylinder_id)
        for item in things
        if item.elevator_id or item.cylinder_id
    ]
    return {
        **{name: getattr(row, name) for name in TEXTS},
        "unit": paper_facts.unit(row.unit_id),
        "devices": [{"n": str(number), **device} for number, device in enumerate(devices, 1)],
        "hazards": _hazards([item.hazard_id for item in things if item.hazard_id]),
        "due": chinese_day(row.due_on),
        "oral": chinese_day(row.oral_on),
        "government": f"{paper_facts.area_name(papers.body_of(actor))}人民政府",
        "recheck_days": str(limit(LIMITS, "recheck_days", today)),
        "review_days": str(limit(LIMITS, "review_days", today)),
        "suit_months": str(limit(LIMITS, "suit_months", today)),
        "inspectors": [_inspector(one) for one in inspectors],
        "unit_signature": _signature(row.unit_signature),
        "office": paper_facts.office(actor),
        "today": chinese_day(today),
    }


def blank() -> Facts:
    """Every name a directive's template may use, with nothing behind it."""
    return {
        **dict.fromkeys((*TEXTS, *MORE), ""),
        "unit": dict.fromkeys(paper_facts.BLANK["unit"], ""),
        "devices": [dict.fromkeys(DEVICE, "")],
        "inspectors": [{"person": "", "certificate": "", "signature": _signature(None)}],
        "unit_signature": _signature(None),
        "office": dict.fromkeys(paper_facts.BLANK["office"], ""),
    }


def _inspector(one: DirectiveInspector) -> Facts:
    person = db.session.get_one(Person, one.person_id)
    return {"person": person.name, "certificate": one.certificate, "signature": _signature(one.signature)}


def _signature(kept: Any) -> Facts:
    """A drawn signature as whoever sets the paper puts it in."""
    if not kept:
        return {"name": "", "picture": ""}
    return {"file": kept["file"], "name": "", "width": SIGNATURE_MM}


def _hazards(ids: list[int]) -> str:
    if not ids:
        return ""
    rows = db.session.scalars(select(Hazard).where(Hazard.id.in_(ids)).order_by(Hazard.id))
    return "；".join(f"{row.no} {row.title}" for row in rows)
