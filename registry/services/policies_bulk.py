"""Many policies at once, for imports: one row for a policy and a piece of equipment under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, policy
from registry.actor import Actor
from registry.db import transaction
from registry.messages import T
from registry.models import Capacity, Policy, PolicyItem, Unit
from registry.queries import policy_codes
from registry.services.policy_writing import PER_ITEM, Joining

Row = Mapping[str, Any]
Key = tuple[int, str]
# What all rows of a policy say alike.
HEAD = (
    "subject",
    "policy_no",
    "insurer_id",
    "holder_id",
    "holder_type",
    "broker",
    "basis",
    "starts_on",
    "ends_on",
    "limit_per_accident_fen",
    "limit_per_person_fen",
    "limit_total_fen",
    "note",
)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: T


@dataclass(slots=True)
class Made:
    """Policies that an import has made: their rows may come in several calls. Number of insurer and policy -> head."""

    heads: dict[Key, dict[str, Any]] = field(default_factory=dict)
    ids: dict[Key, int] = field(default_factory=dict)


def bulk_record(actor: Actor, rows: Sequence[Row], made: Made) -> list[RefusedRow]:
    """Record policies over what their rows name, in one transaction; what is refused.

    A row has the names of HEAD, `code` of the equipment and its part of the premium, `item_premium_fen` (what the
    factor table says when left out). A policy that was on file before takes no further equipment: that is an
    endorsement.
    """
    policy.require(actor, "policy.import")
    refused: list[RefusedRow] = []
    with transaction() as session:
        groups: dict[Key, list[int]] = {}
        for index, row in enumerate(rows):
            groups.setdefault((row["insurer_id"], row["policy_no"]), []).append(index)
        for key, indexes in groups.items():
            good = _good(session, actor, key, rows, indexes, made, refused)
            if good:
                _write(session, actor, key, rows, good, made)
    return refused


def _good(
    session: Session,
    actor: Actor,
    key: Key,
    rows: Sequence[Row],
    indexes: Sequence[int],
    made: Made,
    refused: list[RefusedRow],
) -> list[tuple[int, Any]]:
    """The rows of a policy that may be written, each with its equipment."""
    head = made.heads.get(key) or _head(rows[indexes[0]])
    if key not in made.ids and (problem := _head_problem(session, actor, head)):
        refused += [RefusedRow(index, *problem) for index in indexes]
        return []
    lines = policy_codes.look(actor, head["subject"], [rows[index]["code"] for index in indexes])
    known = _covered(session, made.ids.get(key), head["subject"])
    good = []
    for index, line in zip(indexes, lines, strict=True):
        if different := next((name for name in HEAD if rows[index].get(name) != head[name]), None):
            refused.append(RefusedRow(index, different, T("与同一保单的其他行不一致")))
        elif line.problem is not None:
            refused.append(RefusedRow(index, "code", line.problem))
        elif line.thing.id in known:
            refused.append(RefusedRow(index, "code", T("同一保单里已有这台（只）设备")))
        else:
            good.append((index, line.thing))
    return good


def _head(row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in HEAD}


def _head_problem(session: Session, actor: Actor, head: Mapping[str, Any]) -> tuple[str, T] | None:
    if actor.role == "insurer" and head["insurer_id"] != actor.unit_id:
        return "insurer", T("保险机构只能登记自己的保单")
    insures = select(Capacity.id).where(Capacity.unit_id == head["insurer_id"], Capacity.capacity == "insurer")
    if session.execute(insures).first() is None:
        return "insurer", T("这个单位不是保险机构")
    if session.get(Unit, head["holder_id"]) is None:
        return "holder", T("没有这个投保单位")
    taken = select(Policy.id).where(Policy.insurer_id == head["insurer_id"], Policy.policy_no == head["policy_no"])
    if session.execute(taken).first() is not None:
        return "policy_no", T("这份保单已经登记过，增减设备请办理批改")
    return None


def _covered(session: Session, policy_id: int | None, subject: str) -> set[int]:
    if policy_id is None:
        return set()
    return set(session.scalars(select(getattr(PolicyItem, f"{subject}_id")).where(PolicyItem.policy_id == policy_id)))


def _write(
    session: Session, actor: Actor, key: Key, rows: Sequence[Row], good: Sequence[tuple[int, Any]], made: Made
) -> None:
    stated = {thing.id: rows[index].get("item_premium_fen") for index, thing in good}
    head = _head(rows[good[0][0]])
    things = [thing for _, thing in good]
    if key in made.ids:
        row = session.get_one(Policy, made.ids[key])
        Joining.of(row, things, stated=stated).extend(session, row)
        audit.record(actor, "policy.items_added", row, items=len(things), source="import")
        return
    head["basis"] = head["basis"] or PER_ITEM
    row = Joining(head, things, stated=stated).open(session, head)
    made.heads[key], made.ids[key] = _head(rows[good[0][0]]), row.id
    audit.record(
        actor,
        "policy.recorded",
        row,
        policy_no=row.policy_no,
        subject=row.subject,
        items=len(things),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        premium_fen=row.premium_fen,
        proposed_fen=row.proposed_fen,
        source="import",
    )
