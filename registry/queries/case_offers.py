"""Which moves of a case make sense now, beyond what its state allows; and what a decision still waits for."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import date

from registry.models import CaseClock, CaseHearing, EnforcementCase
from registry.queries import case_records
from registry.rules import cases as rules
from registry.rules.cases import Said
from registry.rules.workflow import Move

Possible = Callable[[EnforcementCase, date], bool]


def moves(row: EnforcementCase, on: date, verbs: Container[str] | None = None) -> tuple[Move, ...]:
    """The moves of a loaded case that somebody may make, of these verbs only where they are given."""
    asked = [one for one in rules.moves_from(row.state, on) if verbs is None or one.verb in verbs]
    return tuple(one for one in asked if POSSIBLE.get(one.verb, _always)(row, on))


def said(row: EnforcementCase) -> Said:
    """How far the party of a loaded case had its say."""
    last = hearing(row)
    served = not unserved(row, "penalty_notice")
    statement, asking = (newest(row, key) if served else None for key in ("statement", "hearing_request"))
    statements = [one for one in row.statements if case_records.counts(row, one.at)]
    heard = last is not None and case_records.has_ended(row, last)
    return Said(
        statement_due=statement.due_on if statement else None,
        hearing_due=asking.due_on if asking else None,
        spoken=bool(statements),
        waived=any(one.spoken == "waived" for one in statements),
        unanswered=sum(one.adopted is None and one.spoken != "waived" for one in row.statements),
        right=row.hearing_right,
        heard=heard,
        investigate=heard and last is not None and last.result == rules.INVESTIGATE,
        serious=row.serious,
        discussed=agreed(row, "penalty"),
    )


def waits(row: EnforcementCase, on: date) -> str:
    """What the decision of a case that was told still waits for; empty elsewhere."""
    return rules.waits_for(said(row), on) if row.state == "notified" else ""


def newest(row: EnforcementCase, key: str) -> CaseClock | None:
    """The last clock of a kind."""
    return next((one for one in reversed(row.clocks) if one.key == key), None)


def hearing(row: EnforcementCase) -> CaseHearing | None:
    """The newest hearing."""
    return row.hearings[-1] if row.hearings else None


def agreed(row: EnforcementCase, about: str) -> bool:
    """Whether the newest discussion about a matter ended in agreement."""
    found = [one for one in row.discussions if one.about == about]
    return bool(found) and found[-1].agreed and (about != "penalty" or case_records.counts(row, found[-1].at))


def within(row: EnforcementCase, key: str, on: date) -> bool:
    """Whether a term of the party has begun and is not over."""
    found = None if unserved(row, "penalty_notice") else newest(row, key)
    return found is not None and on <= found.due_on


def _always(_row: EnforcementCase, _on: date) -> bool:
    return True


def unserved(row: EnforcementCase, kind: str) -> bool:
    """Whether the newest paper of a kind has still to reach the party."""
    found = [one for one in row.papers if one.paper.kind == kind]
    return bool(found) and found[-1].served_on is None


def _extended(row: EnforcementCase, key: str) -> int | None:
    found = newest(row, key)
    return found.extensions if found is not None and found.done_on is None else None


def _in_hearing(row: EnforcementCase, begun: str, ended: str) -> bool:
    found = hearing(row)
    return found is not None and getattr(found, begun) is not None and getattr(found, ended) is None


POSSIBLE: dict[str, Possible] = {
    "extend_clue": lambda row, on: _extended(row, "clue") == 0,
    "extend": lambda row, on: _extended(row, "decision") == 0,
    "extend_again": lambda row, on: _extended(row, "decision") == 1 and agreed(row, "extension"),
    "serve_notice": lambda row, on: unserved(row, "penalty_notice"),
    "serve_decision": lambda row, on: unserved(row, "penalty_decision"),
    "hear": lambda row, on: not unserved(row, "penalty_notice"),
    "answer": lambda row, on: said(row).unanswered > 0,
    "request_hearing": lambda row, on: row.hearing_right and within(row, "hearing_request", on),
    "notify_hearing": lambda row, on: _in_hearing(row, "requested_on", "held_on"),
    "serve_hearing_notice": lambda row, on: unserved(row, "hearing_notice"),
    "hold_hearing": lambda row, on: _in_hearing(row, "notice_served_on", "held_on"),
    "report_hearing": lambda row, on: _in_hearing(row, "held_on", "reported_on"),
    "withdraw_hearing": lambda row, on: _in_hearing(row, "requested_on", "held_on"),
    "pay": lambda row, on: newest(row, "payment") is not None and row.paid_on is None,
}
