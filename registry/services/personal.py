"""Showing personal data to somebody who did not need it until now: for a reason, and never without an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry import audit, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.messages import T
from registry.queries import personal

LEAST_REASON = 4  # characters


def show(actor: Actor, kind: str, key: str, reason: str) -> list[personal.Line]:
    """Read one row's personal data unmasked: (column, what it is called, value). The trail keeps who was shown what of
    which row and why, not the data (个人信息保护法 art. 51 and 54).

    Raises:
        Missing: no such row for this caller. Invalid: no reason.
    """
    policy.require(actor, "personal.show")
    with transaction():
        holding, row = personal.find(actor, kind, key)
        reason = _reason(reason)
        found = personal.whole(holding, row)
        fields = sorted({name for name, _label, _value in found})
        audit.record(actor, "personal.shown", row, kind=kind, key=key, fields=fields, reason=reason)
        return found


def export(actor: Actor, listing: str, filters: Mapping[str, Any], reason: str) -> None:
    """Note that a list leaves with its personal data unmasked, under which conditions and why.

    Raises:
        Invalid: no reason.
    """
    policy.require(actor, "personal.export")
    reason = _reason(reason)
    narrowed = {name: value for name, value in filters.items() if value not in (None, "") and name != "limit"}
    with transaction():
        audit.record(actor, "personal.exported", None, listing=listing, filters=narrowed, reason=reason)


def _reason(text: str) -> str:
    said = (text or "").strip()
    if len(said) < LEAST_REASON:
        raise Invalid.field("reason", T("请写明查看的原因，至少{count}个字", count=LEAST_REASON))
    return said[:200]
