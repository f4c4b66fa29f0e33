"""What the party of a case does on its own page: its statement or waiver, asking for a hearing, taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Missing
from registry.messages import T
from registry.models import EnforcementCase
from registry.queries import case_records
from registry.rules import cases as rules
from registry.services import case_clocks, cases

Data = Mapping[str, Any]
TERMS = {"hear": "statement", "request_hearing": "hearing_request"}


def speak(actor: Actor, case_id: int, verb: str, data: Data, version: int | None = None) -> EnforcementCase:
    """Make one of the party's moves: `hear` with `spoken` (written, waived), `note, files?` (ids); `request_hearing`
    and `withdraw_hearing` with `note`.

    Raises:
        Missing: no such move, or no such case of this unit, or it was told nothing yet.
        Conflict: not now, or the days for it are over.
        Invalid: something missing, beside its field.
    """
    return speak_once(actor, None, case_id, verb, data, version)[0]


def speak_once(
    actor: Actor, ref: str | None, case_id: int, verb: str, data: Data, version: int | None = None
) -> tuple[EnforcementCase, bool]:
    """Like `speak`, for callers that send again when no answer came: (case, whether the move was made already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    if verb not in rules.PARTY_MOVES:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"own_case.{verb}")
    with transaction() as session:
        row = policy.get(actor, EnforcementCase, EnforcementCase.id == case_id, lock=True)
        if cases.made(row, ref, verb, data):
            return row, True
        if verb in TERMS and case_records.notice_served(session, row):
            due = case_clocks.newest(session, row, TERMS[verb])
            if due is not None and clock.today() > due.due_on:
                raise Conflict(T("期限已于{day}届满", day=due.due_on.isoformat()))
        return cases.make_once(session, actor, ref, row, verb, data, version)
