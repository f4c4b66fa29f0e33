"""Visits of the cast: what technicians send from the shaft, what the use unit says to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from registry import clock
from registry.errors import Refused
from registry.models import Elevator
from registry.queries import maker_items
from registry.rules.maintenance import items_for
from registry.services import visits
from seeds import cast, past, pictures


@dataclass(frozen=True)
class Script:
    """How the visits of an elevator went: days ago, minutes on site, who came, what the use unit did."""

    days: tuple[int, ...] = ()
    minutes: int = 44
    workers: tuple[str, ...] = ("tech1", "tech2")
    confirms: bool = True
    confirmer: str = "property"
    declines: bool = False


SCRIPTS = {
    "complete": Script((44, 30, 16, 2)),
    "unconfirmed": Script((43, 29, 15, 1), confirms=False),
    "short": Script((40, 26, 12), minutes=11),
    "late": Script((61, 47, 33)),
    "declined": Script((32, 18, 4), declines=True),
    "alone": Script((28, 14), workers=("company2",), confirmer="property2"),
    "none": Script(),
}
CYCLES = ("year", "half_month", "half_month", "half_month")


def build(elevator: Elevator, script: str) -> None:
    """Send the visits of a script, each on its day, and confirm or decline them."""
    given = SCRIPTS[script]
    for turn, ago in enumerate(given.days):
        day = clock.today() - timedelta(days=ago)
        start = past.moment(day, 8 + elevator.id % 8, 5)
        # To the second, and never the same twice: rounds that are alike would be an anomaly.
        end = start + timedelta(minutes=given.minutes, seconds=37 * elevator.id % 60 + 11 * turn)
        with past.at(end):
            sent = _visit(elevator, CYCLES[turn % len(CYCLES)], start, end, given)
            visit, _ = visits.record(cast.actor(given.workers[0]), sent)
        _answer(visit.id, given, end + timedelta(hours=2), last=turn == len(given.days) - 1)


def _answer(visit_id: int, given: Script, at: datetime, last: bool) -> None:
    manager = cast.actor(given.confirmer)
    with past.at(at):
        if given.declines and last:
            visits.decline(manager, visit_id, "当日未见维保人员到场，请核实")
        elif given.confirms:
            try:
                visits.confirm(manager, visit_id, {"signature": pictures.signature(manager.name)})
            except Refused as refused:
                raise ValueError(f"a visit of the cast could not be confirmed: {refused.verdict.findings}") from refused


def sent(elevator: Elevator, cycle: str, start: datetime, end: datetime) -> dict[str, Any]:
    """A complete visit of the crew of two."""
    return _visit(elevator, cycle, start, end, Script())


def _visit(elevator: Elevator, cycle: str, start: datetime, end: datetime, given: Script) -> dict[str, Any]:
    position = {"lat": elevator.lat, "lon": elevator.lon, "accuracy_m": 8.0}
    first, *others = given.workers
    at = start + timedelta(minutes=4)
    key = f"{elevator.inner_no} {start:%Y-%m-%d}"
    return {
        "ref": f"cast-{elevator.inner_no}-{start:%Y%m%d}",
        "elevator": elevator.label_code,
        "cycle": cycle,
        "workers": [first, *({"login": login, "at": at, "position": position} for login in others)],
        "check_in": {"at": start, "position": position, "photo": pictures.photo(key)},
        "check_out": {"at": end, "position": position},
        "answers": _answers(elevator, cycle, start),
        "signatures": [
            {"worker": login, "image": pictures.signature(cast.person(login).name)} for login in given.workers
        ],
    }


def _answers(elevator: Elevator, cycle: str, start: datetime) -> list[dict[str, Any]]:
    found = []
    day = clock.day_of(start)
    for item in items_for(elevator.kind, cycle, day, maker_items.items_of(elevator, day)):
        answer: dict[str, Any] = {"item": item.code, "result": "normal"}
        if item.limits:
            answer["value"] = item.minimum if item.minimum is not None else item.maximum
        if item.judge == "T":
            answer["photo"] = pictures.photo(f"{item.code} {elevator.inner_no} {start:%Y-%m-%d}")
        found.append(answer)
    return found
