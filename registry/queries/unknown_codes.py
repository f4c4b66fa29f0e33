"""Scanned codes that nobody knows: the work list of a station or a county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import UnknownCode
from registry.queries.paging import Page, paginate
from registry.rules import labels as rules
from registry.rules.workflow import Move, moves_from

KINDS: dict[str, T] = {
    "unknown": T("编码样式正确，系统没有"),
    "blank": T("空白码，没有绑定气瓶"),
    "bad_check": T("校验不符，可能抄错"),
    "bad_mac": T("签名不符，疑似假码"),
    "unreadable": T("不是本系统的编码"),
}
WITH_ALL = (
    joinedload(UnknownCode.unit),
    joinedload(UnknownCode.person),
    joinedload(UnknownCode.handled_by),
    joinedload(UnknownCode.label),
    joinedload(UnknownCode.hazard),
)


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """By `state`, `kind` and `q` (part of the text), the latest first."""
    policy.require(actor, "unknown_code.read")
    statement = policy.scope(actor, UnknownCode).options(*WITH_ALL)
    for name in ("state", "kind"):
        if filters.get(name):
            statement = statement.where(getattr(UnknownCode, name) == filters[name])
    if filters.get("q"):
        statement = statement.where(UnknownCode.text.contains(filters["q"], autoescape=True))
    return paginate(statement, UnknownCode.id, filters.get("limit") or 50, cursor, newest=True)


def show(actor: Actor, unknown_id: int) -> UnknownCode:
    """One of them.

    Raises:
        Missing: no such row for the caller.
    """
    policy.require(actor, "unknown_code.read")
    return policy.get(actor, UnknownCode, UnknownCode.id == unknown_id, options=WITH_ALL)


def moves(actor: Actor, row: UnknownCode) -> list[Move]:
    """What the caller may do with it now; our own codes are never registered as foreign ones."""
    return [
        move
        for move in moves_from("unknown_code", row.state)
        if policy.may(actor, f"unknown_code.{move.verb}") and not (row.code and move.verb == "register_foreign")
    ]


def count_open(actor: Actor, _day: date) -> int:
    """How many wait."""
    statement = policy.scope(actor, UnknownCode, func.count(UnknownCode.id))
    return db.session.scalar(statement.where(UnknownCode.state == rules.OPEN)) or 0
