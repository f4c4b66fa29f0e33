"""What a directive takes over from the supervision check it follows, so that nobody writes it twice on the spot."""

from __future__ import annotations

from typing import Any

from registry.actor import Actor
from registry.errors import Conflict, Missing
from registry.queries import supervision_checks
from registry.rules import supervision_checks as rules


def of_check(actor: Actor, no: str) -> dict[str, Any]:
    """Unit, checked devices (label codes), problems, broken articles, the other inspector and who signed for the unit;
    nothing for a check that the caller does not see or that has no record yet."""
    try:
        case = supervision_checks.show(actor, no)
    except (Missing, Conflict):
        return {}
    row = case.check
    if row.recorded_at is None:
        return {}
    failed = [answer for answer in row.answers if answer.result == rules.NOT_OK]
    articles = dict.fromkeys(case.items[answer.item].legal_ref for answer in failed if answer.item in case.items)
    others = [each.person_id for each in row.inspectors if each.person_id != actor.person_id]
    return {
        "unit": row.unit.name,
        "elevators": [each.elevator.label_code for each in row.devices],
        "problems": row.problems or "\n".join(answer.note for answer in failed if answer.note),
        "broken_rule": "；".join(articles),
        "second": str(others[0]) if others else None,
        "unit_signer": row.contact if row.signature_id else None,
    }
