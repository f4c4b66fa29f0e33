"""Cylinders named line by line by any of their codes: each line answered by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registry import codes, policy
from registry.actor import Actor
from registry.db import among, db, locked
from registry.messages import T
from registry.models import Cylinder, LabelCode, ScrapItem
from registry.queries.cylinders import UNLABELLED
from registry.rules.identifiers import normalise

CHUNK = 1000
SHOWN = 20
UNKNOWN = T("没有找到这只气瓶，请核对标签码、使用登记号或出厂编号")


@dataclass(frozen=True, slots=True)
class Line:
    """What was written on a line, and the cylinder it names or why it names none."""

    number: int
    text: str
    cylinder: Cylinder | None = None
    problem: T | None = None


def look(actor: Actor, texts: Sequence[str], lock: bool = False) -> list[Line]:
    """Each line with its visible cylinder (label code in any writing, foreign code, register number, or a serial number
    that only one has), or with what is wrong with it. A cylinder named twice is a mistake of the second line."""
    found = _ids(actor, texts)
    rows = _rows(sorted({id_ for ids in found.values() for id_ in ids}), lock)
    lines: list[Line] = []
    first: dict[int, int] = {}
    for number, text in enumerate(texts, 1):
        ids = {id_ for key in keys(text) for id_ in found.get(key, ())}
        row = rows.get(min(ids)) if len(ids) == 1 else None
        problem = None
        if row is None:
            problem = T("有{count}只气瓶用这个编号，请改用标签码", count=len(ids)) if ids else UNKNOWN
        elif row.id in first:
            problem = T("与第{line}行是同一只气瓶", line=first[row.id])
        else:
            first[row.id] = number
        lines.append(Line(number, text, row, problem))
    return lines


def sentences(lines: Iterable[Line]) -> list[T]:
    """What is wrong with the first twenty bad lines, and how many more there are."""
    bad = [line for line in lines if line.problem is not None]
    told = [
        T("第{line}行“{text}”：{problem}", line=line.number, text=line.text[:60], problem=line.problem)
        for line in bad[:SHOWN]
    ]
    return [*told, T("另有{count}行不能用", count=len(bad) - SHOWN)] if len(bad) > SHOWN else told


def in_scrap(ids: Sequence[int]) -> set[int]:
    """Which of these cylinders stand in an open batch to be destroyed."""
    return set(db.session.scalars(select(ScrapItem.cylinder_id).where(ScrapItem.open, ScrapItem.cylinder_id.in_(ids))))


def keys(text: str) -> tuple[str, ...]:
    """What a line may be stored as: a code in any writing, plainly, or as numbers are kept."""
    return tuple(dict.fromkeys((codes.split(text).code, text.strip(), normalise(text))))


def _ids(actor: Actor, texts: Sequence[str]) -> dict[str, set[int]]:
    wanted = sorted({key for text in texts for key in keys(text) if key})
    found: dict[str, set[int]] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        labelled: Any = select(LabelCode.code, LabelCode.cylinder_id)
        statements = [labelled.join(Cylinder, Cylinder.id == LabelCode.cylinder_id).where(among(LabelCode.code, part))]
        for column in (Cylinder.label_code, Cylinder.register_no, Cylinder.serial_no):
            statements.append(select(column, Cylinder.id).where(among(column, part)))
        for statement in statements:
            for key, id_ in db.session.execute(statement.where(policy.visible(actor, Cylinder))):
                found.setdefault(key, set()).add(id_)
    handles = {key: int(match[1]) for key in wanted if (match := UNLABELLED.fullmatch(key))}
    if handles:
        seen = policy.scope(actor, Cylinder, Cylinder.id).where(Cylinder.id.in_(handles.values()))
        ids = set(db.session.scalars(seen))
        found.update({key: {id_} for key, id_ in handles.items() if id_ in ids})
    return found


def _rows(ids: Sequence[int], lock: bool) -> dict[int, Cylinder]:
    found: dict[int, Cylinder] = {}
    options = (selectinload(Cylinder.statuses), selectinload(Cylinder.inspections))
    for start in range(0, len(ids), CHUNK):
        statement = select(Cylinder).where(Cylinder.id.in_(ids[start : start + CHUNK])).options(*options)
        statement = locked(statement) if lock else statement.options(joinedload(Cylinder.owner))
        rows = db.session.scalars(statement.order_by(Cylinder.id).execution_options(populate_existing=lock))
        found.update((row.id, row) for row in rows)
    return found
