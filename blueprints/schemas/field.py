"""The phone without a signal: what it takes along, and what it sends when it is back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields, validate

from blueprints.filters import called, say
from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import COMMON, Choice, Integer, Ref, Text
from blueprints.sessions import language
from registry import evidence
from registry.actor import Actor
from registry.messages import T
from registry.queries.field_work import Place, Work
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import CYCLES, RESULTS, Item, cycles
from registry.services.uploads import PURPOSES


class UploadIn(In):
    """A picture that is about to come in pieces."""

    ref = Ref()
    sha256 = Text(required=True, max=64)
    size = Integer(min=1, max=evidence.LARGEST_PICTURE, required=True)
    mime = Choice([(mime, mime) for mime in evidence.SUFFIXES], required=True)
    purpose = Choice([(purpose, purpose) for purpose in PURPOSES], required=True)


class PieceIn(In):
    """Where a piece begins, in bytes."""

    offset = fields.Integer(required=True, validate=validate.Range(min=0, max=2_000_000_000), error_messages=COMMON)


class UploadOut(Out):
    """How far an upload got: go on at `offset`; `file` once it is whole."""

    offset = fields.Integer(attribute="received")
    size = fields.Integer()
    file = fields.Integer(attribute="file_id", allow_none=True)


def work_out(work: Work, actor: Actor) -> dict[str, Any]:
    """The package as the phone keeps it: lists instead of objects where there are thousands."""
    known = cycles(work.on)
    units: dict[str, int] = {}
    elevators = [_place(place, units) for place in work.places]
    return {
        "me": {
            "membership": actor.membership_id,
            "login": work.me.login,
            "name": work.me.name,
            "unit": actor.unit_name,
        },
        "on": work.on.isoformat(),
        "language": language(),
        "shown_days": work.shown_days,
        "group_answers": work.group_answers,
        "limits": work.limits,
        "cycles": [[cycle, known[cycle].rank, called(known[cycle])] for cycle in CYCLES],
        "results": {key: names[1] if language() == "en" else names[0] for key, names in RESULTS.items()},
        "colleagues": [[person.login, person.name] for person in work.colleagues],
        "items": {name: [_item(item) for item in items] for name, items in work.items.items()},
        "units": list(units),
        "elevators": elevators,
    }


def _place(place: Place, units: dict[str, int]) -> list[Any]:
    """`[code, list, place, rescue code, use unit, lat, lon, fence, due, last, next cycle, kind, older codes,
    plate]`."""
    row = place.elevator
    unit = row.use_unit.name if row.use_unit else ""
    return [
        row.label_code,
        place.items,
        " · ".join(text for text in (row.address, row.name, row.inner_no) if text),
        row.rescue_code or "",
        units.setdefault(unit, len(units)),
        row.lat,
        row.lon,
        row.fence_m,
        _day(place.due_on),
        _day(place.last_on),
        place.next_cycle,
        called(ELEVATOR_KINDS[row.kind]),
        list(place.codes),
        place.plate,
    ]


def _item(item: Item) -> list[Any]:
    """`[code, cycle, name, requirement, judge, minimum, maximum, unit]`; decimals as text."""
    english = language() == "en"
    return [
        item.code,
        item.cycle,
        item.name_en if english and item.name_en else item.name,
        item.requirement_en if english and item.requirement_en else item.requirement,
        item.judge,
        None if item.minimum is None else str(item.minimum),
        None if item.maximum is None else str(item.maximum),
        item.unit,
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def title() -> Mapping[str, str]:
    """What the installed application is called."""
    return {"name": say(T("宿州电梯维保")), "short_name": say(T("电梯维保"))}
