"""Guarded events for tests, made through the verbs by the people of the cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from registry import clock
from registry.models import Elevator, GuardedEvent, GuardedPlace, GuardedRound
from registry.queries import guarded_checks, guarded_offers
from registry.queries import guarded_events as queries
from registry.rules import guarded_events as rules
from registry.services import files, guarded_events, guarded_plans, guarded_rounds, rescue
from seeds import cast
from tests.elevators_factory import maintained

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64


def lift(number: int = 1, code: str = "030001", **changes: Any) -> Elevator:
    row = maintained(cast.actor("section"), number, **changes)
    rescue.enrol(cast.actor("desk"), row.id, code, date(2024, 1, 1))
    return row


def planned(login: str = "section", **changes: Any) -> GuardedEvent:
    """An event from twenty minutes from now for two days: its first round may be walked now."""
    now = clock.now()
    given = {
        "name": "文化旅游节",
        "organiser": "市文化和旅游局",
        "starts_at": now + timedelta(minutes=20),
        "ends_at": now + timedelta(hours=48, minutes=20),
        **changes,
    }
    return guarded_events.plan(cast.actor(login), given)


def place(event: GuardedEvent, *lifts: Elevator, login: str = "section", **changes: Any) -> GuardedPlace:
    given = {"name": "广场", "address": "埇桥区汴河中路88号", "area": "341302", **changes}
    given.setdefault("position", {"lat": 33.6402, "lon": 116.9780})
    row = guarded_plans.add_place(cast.actor(login), event.id, given)
    if lifts:
        codes = {"elevators": [one.label_code for one in lifts]}
        guarded_plans.add_devices(cast.actor(login), event.id, row.id, codes)
    return row


def member(event: GuardedEvent, login: str, by: str = "section") -> int:
    rows = guarded_offers.members(cast.actor(by), event)
    return next(row.id for row in rows if row.person.login == login)


def rounds(event: GuardedEvent, where: GuardedPlace, walker: str, first: datetime | None = None, **more: Any) -> int:
    given = {"place": where.id, "member": member(event, walker), "first_at": first or event.starts_at, **more}
    return guarded_plans.plan_rounds(cast.actor("section"), event.id, given)


def shift(event: GuardedEvent, where: GuardedPlace, walker: str, **changes: Any) -> Any:
    given = {"place": where.id, "member": member(event, walker), "starts_at": event.starts_at, "ends_at": event.ends_at}
    return guarded_plans.set_shift(cast.actor("section"), event.id, {**given, **changes})


def accept_all(event: GuardedEvent) -> int:
    """Accept whatever stands against the event; how many."""
    section, count = cast.actor("section"), 0
    for judged in guarded_checks.judge(event, queries.devices_of(section, event.id)):
        for finding in judged.findings:
            if finding.red:
                given = {"check": finding.check.id, "reason": "现场值守"}
                guarded_plans.accept(section, event.id, judged.device.id, given)
                count += 1
    return count


def ready(elevator: Elevator | None = None, walker: str = "tech1") -> tuple[GuardedEvent, GuardedPlace]:
    """An event that is ready, with one elevator, one round and one shift of `walker`."""
    event = planned()
    where = place(event, elevator or lift())
    rounds(event, where, walker)
    shift(event, where, walker)
    accept_all(event)
    guarded_events.move(cast.actor("section"), event.id, "make_ready", {})
    return queries.by_id(cast.actor("section"), event.id), where


def running(elevator: Elevator | None = None, walker: str = "tech1") -> tuple[GuardedEvent, GuardedPlace]:
    event, where = ready(elevator, walker)
    guarded_events.move(cast.actor("section"), event.id, "start", {})
    return event, where


def round_of(event: GuardedEvent) -> GuardedRound:
    return queries.show(cast.actor("section"), event.id).places[0].rounds[0].round


def photo(login: str = "tech1") -> int:
    return files.store_once(cast.actor(login), "现场.jpg", "image/jpeg", JPEG, "guarded_round").id


def answers(**changes: str) -> dict[str, str]:
    return {**dict.fromkeys(rules.items(), rules.NORMAL), **changes}


def walk(row: GuardedRound, login: str = "tech1", **changes: Any) -> GuardedRound:
    given = {"answers": answers(), "photos": [photo(login)], **changes}
    return guarded_rounds.walk(cast.actor(login), row.id, given)[0]
