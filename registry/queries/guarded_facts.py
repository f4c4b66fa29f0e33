"""What the closing report of a guarded event says: checks, rounds, people, findings, calls, as plain texts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.actor import Actor
from registry.db import among, db
from registry.models import Call, GuardedDevice
from registry.queries import paper_facts
from registry.queries.guarded_rounds import NAMES, Line
from registry.queries.paper_facts import chinese_day
from registry.rules import calls as call_rules
from registry.rules import guarded_events as rules

if TYPE_CHECKING:
    from registry.queries.guarded_events import Detail

Facts = dict[str, Any]


def of(actor: Actor, found: Detail) -> Facts:
    """The facts of the report of an event that ended."""
    event = found.event
    lines = [line for place in found.places for line in place.rounds]
    states = Counter(line.state for line in lines)
    shifts = [shift for place in found.places for shift in place.shifts]
    names = {place.place.id: place.place.name for place in found.places}
    return {
        "office": paper_facts.office(actor),
        "today": chinese_day(clock.today()),
        "title": f"{event.name}特种设备安全保障总结",
        "event": {
            "name": event.name,
            "organiser": event.organiser,
            "period": f"{_time(event.starts_at)}至{_time(event.ends_at)}",
            "summary": event.summary,
        },
        "totals": {
            "places": str(len(found.places)),
            "devices": str(found.totals.devices),
            "red": str(found.totals.red),
            "accepted": str(found.totals.accepted),
            "rounds": str(len(lines)),
            "walked": str(found.totals.walked),
            "walked_late": str(states["walked_late"]),
            "missed": str(states["missed"]),
            "findings": str(found.totals.findings),
            "shifts": str(len(shifts)),
        },
        "places": [
            {
                "name": one.place.name,
                "address": one.place.address,
                "devices": str(len(one.devices)),
                "walked": str(sum(line.round.done_at is not None for line in one.rounds)),
                "shifts": str(len(one.shifts)),
            }
            for one in found.places
        ],
        "findings": [
            {
                "place": names[judged.device.place_id],
                "device": device_name(judged.device),
                "check": finding.check.zh,
                "reason": str(finding.reason),
                "accepted": f"接受：{finding.acceptance.reason}" if finding.acceptance else "未整改",
            }
            for one in found.places
            for judged in one.devices
            for finding in judged.findings
        ],
        "rounds": [_round(line, names) for line in lines],
        "shifts": [
            {
                "place": names[shift.place_id],
                "person": f"{shift.person.name}（{shift.unit.name}）",
                "starts": _time(shift.starts_at),
                "ends": _time(shift.ends_at),
            }
            for shift in shifts
        ],
        "found": [_found(line, names) for line in lines if line.found],
        "calls": _calls(found),
    }


def blank() -> Facts:
    """Every name a template may ask for, empty."""
    return {
        "office": {"name": "", "phone": "", "area": "", "person": ""},
        "number": "",
        "today": "",
        "title": "",
        "event": dict.fromkeys(("name", "organiser", "period", "summary"), ""),
        "totals": dict.fromkeys(
            (
                "places",
                "devices",
                "red",
                "accepted",
                "rounds",
                "walked",
                "walked_late",
                "missed",
                "findings",
                "shifts",
            ),
            "",
        ),
        **{name: [] for name in ("places", "findings", "rounds", "shifts", "found", "calls")},
    }


def device_name(device: GuardedDevice) -> str:
    """What a device is called: the elevator's address and name, or the unit."""
    if device.elevator is not None:
        address, name = device.elevator.address, device.elevator.name
        return address if not name or address.endswith(name) else f"{address} {name}"
    return device.unit.name if device.unit else ""


def _time(at: datetime) -> str:
    local = at.astimezone(clock.CITY_ZONE)
    return f"{chinese_day(local.date())}{local:%H:%M}"


def _short(at: datetime | None) -> str:
    return f"{at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}" if at else "—"


def _round(line: Line, names: dict[int, str]) -> dict[str, str]:
    row = line.round
    walker = row.walked_by or row.person
    return {
        "place": names[row.place_id],
        "planned": _short(row.planned_at),
        "done": _short(row.done_at),
        "person": f"{walker.name}（{row.unit.name}）",
        "result": str(NAMES[line.state]) + ("，有异常" if line.found else ""),
    }


def abnormal(answers: dict[str, str] | None) -> list[rules.Item]:
    """The items of a round that were not in order."""
    return [item for name, item in rules.items().items() if (answers or {}).get(name) == rules.ABNORMAL]


def _found(line: Line, names: dict[int, str]) -> dict[str, str]:
    row = line.round
    made = row.hazard or row.fault_report
    return {
        "time": _short(row.done_at),
        "place": names[row.place_id],
        "what": "、".join(item.zh for item in abnormal(row.answers)) + "异常",
        "note": row.note,
        "becomes": f"{'隐患线索' if row.hazard else '乘客报修'} {made.no}" if made else "",
    }


def _calls(found: Detail) -> list[dict[str, str]]:
    """The calls from guarded elevators during the event, exercises left out."""
    event = found.event
    lifts = [one.device.elevator_id for place in found.places for one in place.devices if one.device.elevator_id]
    rows = db.session.scalars(
        select(Call)
        .where(
            among(Call.elevator_id, lifts),
            Call.received_at >= event.starts_at,
            Call.received_at < event.ends_at,
            Call.drill.is_(False),
        )
        .options(joinedload(Call.elevator))
        .order_by(Call.received_at, Call.id)
    ).all()
    return [
        {
            "time": _short(row.received_at),
            "no": row.no,
            "kind": call_rules.kinds()[row.kind].zh,
            "address": row.elevator.address if row.elevator else row.place,
            "state": call_rules.STATES[row.state].zh,
        }
        for row in rows
    ]
