"""Many results of inspections at once, for spreadsheets: each row is one record, refused by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.messages import T
from registry.services import inspections


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: str


def bulk_record(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[RefusedRow]:
    """Record `rows` (as `inspections.record`, with `elevator_id`) in one transaction; returns what was refused."""
    policy.require(actor, "inspection.import")
    refused: list[RefusedRow] = []
    with transaction() as session:
        for index, row in enumerate(rows):
            data = {name: value for name, value in row.items() if name not in ("elevator", "elevator_id")}
            try:
                with session.begin_nested():
                    inspections.record(actor, row["elevator_id"], data)
                    session.flush()
            except Invalid as error:
                refused.extend(RefusedRow(index, name, _text(texts)) for name, texts in [*error.errors.items()][:1])
            except Refused as error:
                refused.append(RefusedRow(index, "", T(error.verdict.findings[0].text)))
            except (Conflict, Missing, Forbidden) as error:
                refused.append(RefusedRow(index, "", _conflict(error)))
    return refused


def _text(texts: Any) -> str:
    return str(texts[0]) if not isinstance(texts[0], T) else texts[0]


def _conflict(error: Exception) -> str:
    if isinstance(error, Conflict):
        return T("这次检验已经记录过了，内容不同请在检验记录中更正")
    return getattr(error, "detail", "") or T("没有权限")
