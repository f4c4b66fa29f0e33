"""What the decision on a sealing says, frozen as it is issued."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.models import Sealing, SealingItem
from registry.queries import paper_facts, papers
from registry.queries.paper_facts import chinese_day
from registry.rules import sealings as rules
from registry.rules.directives import LIMITS
from registry.rules.limits import limit

MORE = ("number", "today", "kind", "ground", "basis", "facts", "place", "ends", "days", "government", "no")
MORE_DAYS = ("review_days", "suit_months")
DEVICE = ("n", "name", "code", "no", "certificate", "place")


def of_sealing(actor: Actor, row: Sealing, items: Iterable[SealingItem]) -> dict[str, Any]:
    """The facts of the decision on a sealing that is carried out."""
    today = clock.today()
    ground = rules.grounds(today)[row.ground]
    devices = [paper_facts.device(item.elevator_id, item.cylinder_id) for item in items]
    return {
        "unit": paper_facts.unit(row.unit_id),
        "no": row.no,
        "kind": rules.KINDS[row.kind][0],
        "ground": ground["zh"],
        "basis": ground["basis"],
        "facts": row.facts,
        "place": row.place,
        "days": str(row.term_days),
        "ends": chinese_day(row.ends_on),
        "devices": [{"n": str(number), **device} for number, device in enumerate(devices, 1)],
        "government": f"{paper_facts.area_name(papers.body_of(actor))}人民政府",
        "review_days": str(limit(LIMITS, "review_days", today)),
        "suit_months": str(limit(LIMITS, "suit_months", today)),
        "office": paper_facts.office(actor),
        "today": chinese_day(today),
    }


def blank() -> dict[str, Any]:
    """Every name a decision's template may use, with nothing behind it."""
    return {
        **dict.fromkeys((*MORE, *MORE_DAYS), ""),
        "unit": dict.fromkeys(paper_facts.BLANK["unit"], ""),
        "devices": [dict.fromkeys(DEVICE, "")],
        "office": dict.fromkeys(paper_facts.BLANK["office"], ""),
    }
