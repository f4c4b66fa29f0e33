"""Equipment named for insurance by any of its codes: each line answered by itself.

An insurer may name equipment it has never insured, by an exact code only, and is told no more than it needs to insure
it; everybody else names what is his to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from registry import codes, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Cylinder, Elevator, LabelCode
from registry.rules.cylinder_lifecycle import LIVE
from registry.rules.identifiers import normalise
from registry.rules.lifecycle import STATUSES

CHUNK = 500
SHOWN = 20
RESOLVED = ("active", "replaced")
# No elevator any more, or none of this city's: nothing to insure.
GONE = frozenset({"scrapped", "cancelled", "dismantled", "moved_out"})
SUBJECTS: dict[str, Any] = {"elevator": Elevator, "cylinder": Cylinder}
EXACT = {
    "elevator": ("register_code", "device_code", "use_cert_no", "rescue_code"),
    "cylinder": ("register_no",),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What was typed on a line, and the equipment it names or why it names none."""

    number: int
    text: str
    thing: Any = None
    problem: T | None = None


def look(actor: Actor, subject: str, texts: Sequence[str], insurable: bool = True) -> list[Line]:
    """Each line with its elevator or cylinder, or with what is wrong with it.

    `insurable`: refuse what cannot be insured any more; without it, what may be taken out of a policy.
    """
    policy.require(actor, "policy.read")
    found: dict[str, set[int]] = {}
    wanted = sorted({key for text in texts for key in _keys(text)})
    for key, id_ in _named(actor, subject, wanted):
        found.setdefault(key, set()).add(id_)
    things = _things(subject, {id_ for ids in found.values() for id_ in ids})
    lines: list[Line] = []
    first: dict[int, int] = {}
    for number, text in enumerate(texts, 1):
        ids = {id_ for key in _keys(text) for id_ in found.get(key, ())}
        thing: Any = things[min(ids)] if len(ids) == 1 else None
        problem = _problem(ids) or (_uninsurable(subject, thing) if insurable else None)
        if problem is None and thing.id in first:
            problem = T("与第{line}行是同一台（只）设备", line=first[thing.id])
        elif problem is None:
            first[thing.id] = number
        lines.append(Line(number, text, thing, problem))
    return lines


def is_double(line: Line) -> bool:
    """Whether a line merely repeats another one: no mistake that has to be mended."""
    return line.thing is not None and line.problem is not None and "line" in line.problem.values


def wrong(lines: Iterable[Line]) -> list[Line]:
    """The lines that have to be mended."""
    return [line for line in lines if line.problem is not None and not is_double(line)]


def sentences(lines: Sequence[Line]) -> list[T]:
    """What is wrong with the first twenty bad lines, and how many more there are."""
    told = [
        T("第{line}行“{text}”：{problem}", line=line.number, text=line.text[:60], problem=line.problem)
        for line in lines[:SHOWN]
    ]
    return [*told, T("另有{count}行不能用", count=len(lines) - SHOWN)] if len(lines) > SHOWN else told


def _keys(text: str) -> tuple[str, str]:
    """What a line may be stored as: a label code, or any other number."""
    return codes.split(text).code, normalise(text)


def _problem(ids: set[int]) -> T | None:
    if not ids:
        return T("没有找到，请核对标签编号、注册代码、设备代码、使用登记证编号或救援识别码")
    if len(ids) > 1:
        return T("有{count}台（只）设备用这个编号，请改用标签编号", count=len(ids))
    return None


def _uninsurable(subject: str, thing: Any) -> T | None:
    if subject == "elevator" and thing.status in GONE:
        return T("状态为“{status}”，不能再投保", status=_Called(STATUSES[thing.status]))
    if subject == "cylinder" and thing.status not in LIVE:
        return T("已报废或注销，不能再投保")
    return None


class _Called(T):
    """The name of a status, which carries its own English."""

    zh: str
    en: str

    def __new__(cls, status: Any) -> _Called:
        text: _Called = super().__new__(cls, status.zh)  # type: ignore[assignment]
        text.zh, text.en = status.zh, status.en
        return text


def _named(actor: Actor, subject: str, keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    model = SUBJECTS[subject]
    allowed = None if actor.role == "insurer" else policy.visible(actor, model)
    target = getattr(LabelCode, f"{subject}_id")
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        labelled = select(LabelCode.code, target).join(model, model.id == target)
        yield from _rows(labelled.where(LabelCode.code.in_(part), LabelCode.status.in_(RESOLVED)), allowed)
        for name in EXACT[subject]:
            column = getattr(model, name)
            yield from _rows(select(column, model.id).where(column.in_(part)), allowed)


def _rows(statement: Select[Any], allowed: Any) -> Iterator[tuple[str, int]]:
    if allowed is not None:
        statement = statement.where(allowed)
    yield from ((text, id_) for text, id_ in db.session.execute(statement))


def _things(subject: str, ids: set[int]) -> dict[int, Any]:
    model, wanted = SUBJECTS[subject], sorted(ids)
    found: dict[int, Any] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.scalars(select(model).where(model.id.in_(wanted[start : start + CHUNK])))
        found.update((row.id, row) for row in rows)
    return found
