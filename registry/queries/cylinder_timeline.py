"""The life of a cylinder in one list: for everybody who may see the cylinder, each with what is his to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Cylinder, Person, Policy, Unit
from registry.queries import cylinders
from registry.queries.cylinder_timeline_sources import SOURCES, Asked, Mark, Raw, order
from registry.queries.paging import LARGEST, Page

KINDS: dict[str, T] = {
    "registration": T("登记"),
    "label": T("标签"),
    "turn": T("充装过程"),
    "fill": T("充装"),
    "hand_over": T("流转"),
    "inspection": T("检验"),
    "status": T("状态"),
    "insurance": T("保险"),
    "anomaly": T("异常"),
    "hold": T("放行"),
    "report": T("举报"),
    "scan": T("扫码"),
}
# Clocks that differ by less are shown as one time.
SAME_TIME = timedelta(minutes=1)
ANONYMOUS = T("客户")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its reader may know it. `received_at` is the server's time where it differs from the device's;
    `title` and `details` are messages, or names of the rules; `record`: what it links to and by which number."""

    at: datetime
    received_at: datetime | None
    day_only: bool
    kind: str
    title: Any
    details: tuple[Any, ...]
    tone: str
    unit: str | None
    person: str | None
    position: dict[str, Any] | None
    record: tuple[str, Any] | None


def page(actor: Actor, code: str, filters: Mapping[str, Any], cursor: str | None = None) -> tuple[Cylinder, Page]:
    """The cylinder of a code and one page of its timeline, newest first; `kind` of `KINDS`, `limit` (50, at most 200).

    Who acted is named to offices and to the unit that recorded it; customers are named to nobody, their numbers only to
    the unit that gave them.

    Raises:
        Missing: no such cylinder for this caller.
        Invalid: an unknown kind, a cursor that is not ours.
    """
    policy.require(actor, "cylinder.read")
    cylinder = cylinders.by_code(actor, code)
    kind = filters.get("kind")
    if kind and kind not in SOURCES:
        raise Invalid.field("kind", T("请从列表中选择"))
    limit = max(1, min(int(filters.get("limit") or 50), LARGEST))
    asked = Asked(actor, cylinder, _mark(cursor), limit + 1)
    sources = SOURCES[kind] if kind else chain.from_iterable(SOURCES.values())
    found = sorted(chain.from_iterable(source(asked) for source in sources), key=order)[: limit + 1]
    shown = found[:limit]
    more = _cursor(shown[-1]) if len(found) > limit else None
    return cylinder, Page(_masked(actor, shown), more)


def _cursor(row: Raw) -> str:
    return f"{int(row.at.timestamp())}_{row.at.microsecond}_{row.rank}_{row.id}"


def _mark(cursor: str | None) -> Mark | None:
    if not cursor:
        return None
    try:
        seconds, microseconds, rank, number = (int(part) for part in cursor.split("_"))
        at = datetime.fromtimestamp(seconds, clock.CITY_ZONE).replace(microsecond=microseconds)
    except (ValueError, OverflowError, OSError):
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询")) from None
    return Mark(at, rank, number)


def _masked(actor: Actor, rows: list[Raw]) -> list[Entry]:
    units = _names(Unit, {row.unit_id for row in rows if not row.customer})
    people = _names(Person, {row.person_id for row in rows if _knows(actor, row)})
    policies = _policies(actor, rows)
    return [_entry(actor, row, units, people, policies) for row in rows]


def _knows(actor: Actor, row: Raw) -> bool:
    """Whether the reader may know who acted and where."""
    if row.customer:
        return False
    return actor.role in OFFICE_ROLES or (row.unit_id is not None and row.unit_id == actor.unit_id)


def _entry(actor: Actor, row: Raw, units: Mapping[int, str], people: Mapping[int, str], policies: set[int]) -> Entry:
    knows = _knows(actor, row)
    own = row.unit_id is not None and row.unit_id == actor.unit_id
    apart = row.received_at is not None and abs(row.received_at - row.at) > SAME_TIME
    return Entry(
        at=row.at,
        received_at=row.received_at if apart else None,
        day_only=row.day_only,
        kind=row.kind,
        title=row.title,
        details=row.details + (row.own_only if own else ()),
        tone=row.tone,
        unit=ANONYMOUS if row.customer else units.get(row.unit_id or 0),
        person=people.get(row.person_id or 0) if knows else None,
        position=row.position if knows else None,
        record=row.record if _opens(actor, row, policies) else None,
    )


def _opens(actor: Actor, row: Raw, policies: set[int]) -> bool:
    """Whether the reader may open the record behind an entry."""
    if row.record is None:
        return False
    sort, number = row.record
    if sort in ("filling", "turn"):
        return policy.may(actor, "filling.read") and _knows(actor, row)
    if sort == "label":
        return policy.may(actor, "label.print")
    return sort != "policy" or number in policies


def _policies(actor: Actor, rows: Iterable[Raw]) -> set[int]:
    """Those of the policies on the page that the reader may open."""
    wanted = {row.record[1] for row in rows if row.record and row.record[0] == "policy"}
    if not wanted or not policy.may(actor, "policy.read"):
        return set()
    return set(db.session.scalars(policy.scope(actor, Policy, Policy.id).where(Policy.id.in_(wanted))))


def _names(model: Any, ids: set[int | None]) -> dict[int, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    return {row[0]: row[1] for row in db.session.execute(select(model.id, model.name).where(model.id.in_(wanted)))}
