"""Keeping the conditions of a list under a name: save, rename, share, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Forbidden, Invalid
from registry.messages import T
from registry.models import SavedView

MOST_VIEWS = 100


def save(actor: Actor, data: Mapping[str, Any]) -> SavedView:
    """Keep a view: `{listing, name, filters, shared?}`. The door has held the filters to those of the list.

    Raises:
        Invalid: no name, or one that the caller gave to a view of this list already; more than 100 views.
    """
    policy.require(actor, "saved_view.save")
    name = _named(data.get("name"))
    with transaction() as session:
        own = (SavedView.person_id == actor.person_id, SavedView.unit_id == actor.unit_id)
        if int(session.scalar(select(func.count()).select_from(SavedView).where(*own)) or 0) >= MOST_VIEWS:
            raise Invalid.field("name", T("最多保存{most}个视图，请先删除不用的", most=MOST_VIEWS))
        _free(session, actor, data["listing"], name)
        row = SavedView(
            person_id=actor.person_id,
            unit_id=actor.unit_id,
            listing=data["listing"],
            name=name,
            filters=dict(data["filters"]),
            shared=bool(data.get("shared")),
            saved_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(actor, "saved_view.saved", row, listing=row.listing, shared=row.shared)
        return row


def change(actor: Actor, view_id: int, data: Mapping[str, Any]) -> SavedView:
    """Rename or share: `{name?, shared?}`.

    Raises:
        Missing: no such view for the caller. Forbidden: somebody else's. Invalid: a name that is none or is taken.
    """
    policy.require(actor, "saved_view.change")
    with transaction() as session:
        row = _own(actor, view_id)
        name = _named(data["name"]) if "name" in data else row.name
        if name != row.name:
            _free(session, actor, row.listing, name)
        renamed = name != row.name
        row.name = name
        if data.get("shared") is not None:
            row.shared = bool(data["shared"])
        audit.record(actor, "saved_view.changed", row, listing=row.listing, shared=row.shared, renamed=renamed)
        return row


def delete(actor: Actor, view_id: int) -> None:
    """Give it up; what it showed stays.

    Raises:
        Missing: no such view for the caller. Forbidden: somebody else's.
    """
    policy.require(actor, "saved_view.delete")
    with transaction() as session:
        row = _own(actor, view_id)
        audit.record(actor, "saved_view.deleted", row, listing=row.listing, shared=row.shared)
        session.delete(row)


def _own(actor: Actor, view_id: int) -> SavedView:
    row = policy.get(actor, SavedView, SavedView.id == view_id, lock=True)
    if row.person_id != actor.person_id:
        raise Forbidden(T("只有保存的人可以修改或删除这个视图"))
    return row


def _named(value: Any) -> str:
    name = str(value or "").strip()
    if not 1 <= len(name) <= 60:
        raise Invalid.field("name", T("请填写1到60个字的名称"))
    return name


def _free(session: Session, actor: Actor, listing: str, name: str) -> None:
    taken = select(SavedView.id).where(
        SavedView.person_id == actor.person_id,
        SavedView.unit_id == actor.unit_id,
        SavedView.listing == listing,
        SavedView.name == name,
    )
    if session.scalar(taken) is not None:
        raise Invalid.field("name", T("这个清单已有同名的视图，请换一个名称"))
