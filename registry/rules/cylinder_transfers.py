"""Whether a cylinder may be handed on from one filling station to another (过户), as a table of checks.

`tables/cylinder_transfer_checks` names them; the workflow is `cylinder_transfer_states` and `_moves`. While a transfer
waits for its receiver the cylinder is 过户中, and rule R41 of `filling_rules` lets neither side fill it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.cylinder_lifecycle import statuses
from registry.rules.cylinders import medium_name, same_medium
from registry.rules.limits import edition
from registry.rules.tables import Row
from registry.rules.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What is known of a cylinder and of the station that is to receive it.

    `pending_no`: another transfer it stands in; `held_rules`: what held its last fill, not released since. Of the
    receiver: `licence_until` (last day), `media` of the licence, `stopped` by an order.
    """

    owned: bool
    status: str
    medium: str
    pending_no: str | None = None
    turn_open: bool = False
    in_delivery: bool = False
    in_scrap: bool = False
    anomalies: int = 0
    held_rules: tuple[str, ...] = ()
    last_inspection_passed: bool | None = None
    next_inspection_on: date | None = None
    inspected_at_all: bool = True
    service_end_on: date | None = None
    licence_until: date | None = None
    media: tuple[str, ...] = ()
    stopped: bool = False


Hit = dict[str, object] | None
SCRAPPED = ("scrap_pending",)


def _hit(found: bool) -> Hit:
    return {} if found else None


def _status(facts: TransferFacts, _row: Row, on: date) -> Hit:
    status = statuses(on).get(facts.status)
    if status is not None and (status.transferable or facts.status in SCRAPPED):
        return None
    return {"status": (status.zh, status.en) if status else (facts.status, facts.status)}


def _overdue(facts: TransferFacts, _row: Row, on: date) -> Hit:
    due = facts.next_inspection_on
    return {"due": due.isoformat()} if due is not None and due < on else None


def _life_over(facts: TransferFacts, _row: Row, on: date) -> Hit:
    end = facts.service_end_on
    return {"end": end.isoformat()} if end is not None and end < on else None


def _medium(facts: TransferFacts, _row: Row, on: date) -> Hit:
    if facts.licence_until is None or any(same_medium(facts.medium, medium, on) for medium in facts.media):
        return None
    return {"medium": (medium_name(facts.medium, on), medium_name(facts.medium, on, "en"))}


def _due_soon(facts: TransferFacts, row: Row, on: date) -> Hit:
    due, days = facts.next_inspection_on, int(row["days"])
    if due is None or not on <= due <= on + timedelta(days=days):
        return None
    return {"due": due.isoformat(), "days": days}


_CHECKS: dict[str, Callable[[TransferFacts, Row, date], Hit]] = {
    "owner": lambda facts, _row, _on: _hit(not facts.owned),
    "status": _status,
    "pending": lambda facts, _row, _on: {"no": facts.pending_no} if facts.pending_no else None,
    "turn": lambda facts, _row, _on: _hit(facts.turn_open),
    "delivery": lambda facts, _row, _on: _hit(facts.in_delivery),
    "scrap": lambda facts, _row, _on: _hit(facts.in_scrap or facts.status in SCRAPPED),
    "anomaly": lambda facts, _row, _on: {"count": facts.anomalies} if facts.anomalies else None,
    "inspection_failed": lambda facts, _row, _on: _hit(facts.last_inspection_passed is False),
    "overdue": _overdue,
    "due_unknown": lambda facts, _row, _on: _hit(facts.inspected_at_all and facts.next_inspection_on is None),
    "life_over": _life_over,
    "receiver_licence": lambda facts, _row, on: _hit(facts.licence_until is None or facts.licence_until < on),
    "receiver_medium": _medium,
    "receiver_stopped": lambda facts, _row, _on: _hit(facts.stopped),
    "held": lambda facts, _row, _on: {"rules": "、".join(facts.held_rules)} if facts.held_rules else None,
    "due_soon": _due_soon,
}


def judge(facts: TransferFacts, on: date) -> Verdict:
    """Everything that speaks against handing the cylinder on, worst first; a stranger's cylinder is told that only."""
    return Verdict.of(_findings(facts, on))


def _findings(facts: TransferFacts, on: date) -> Iterator[Finding]:
    for row in edition("cylinder_transfer_checks", on):
        values = _CHECKS[row["check"]](facts, row, on)
        if values is None:
            continue
        zh, en = (
            row[name].format(
                **{key: value[place] if isinstance(value, tuple) else value for key, value in values.items()}
            )
            for place, name in enumerate(("zh", "en"))
        )
        yield Finding(row["check"], row["severity"], zh, en, row["basis"], row["certainty"])
        if row["check"] == "owner":
            return
