"""One guarded event of the demo that runs today: two places, rounds walked and late, people on the spot, a finding."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw
from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, GuardedEvent, GuardedRound
from registry.queries import guarded_checks, guarded_offers
from registry.queries import guarded_events as queries
from registry.queries import guarded_rounds as rounds
from registry.rules import guarded_events as rules
from registry.services import files, guarded_events, guarded_plans, guarded_rounds
from seeds import cast, past
from seeds.cast_equipment import ESTATE, MALL

PLACES = (
    ("汇源广场", MALL, {"lat": 33.6402, "lon": 116.9780}),
    ("翠湖花园", ESTATE, {"lat": 33.6408, "lon": 116.9772}),
)
MONITORED = "已安排维保人员现场值守，活动期间每4小时巡查一次，活动结束后整改"


def build() -> None:
    """Plan it a day ago, accept what stands against it, start it, walk some rounds."""
    now = clock.now().replace(second=0, microsecond=0)
    starts, ends = now - timedelta(hours=9), now + timedelta(hours=27)
    with past.at(starts - timedelta(hours=20)):
        event = _planned(starts, ends)
        _staffed(event, starts, ends)
        if not queries.devices_of(cast.actor("section"), event.id):
            return
        _accepted(event)
        guarded_events.move(cast.actor("section"), event.id, "make_ready", {})
    with past.at(starts - timedelta(hours=1)):
        guarded_events.move(cast.actor("section"), event.id, "start", {})
    _walked(event)


def _planned(starts: datetime, ends: datetime) -> GuardedEvent:
    section = cast.actor("section")
    event = guarded_events.plan(
        section,
        {
            "name": "宿州迎新年文化旅游节",
            "organiser": "宿州市文化和旅游局",
            "starts_at": starts,
            "ends_at": ends,
            "note": "每个地点现场2名维保人员，每4小时巡查一次，重点检查报警装置、应急照明和门防夹保护。",
        },
    )
    for name, address, position in PLACES:
        given = {"name": name, "address": address, "area": "341302", "position": position}
        place = guarded_plans.add_place(section, event.id, given)
        lifts = db.session.scalars(
            select(Elevator.label_code)
            .where(Elevator.source == "cast", Elevator.status == "in_use", Elevator.address.startswith(address))
            .order_by(Elevator.id)
            .limit(4)
        ).all()
        units = ["宿州皖北液化气充装站"] if name == "汇源广场" else []
        if lifts or units:
            guarded_plans.add_devices(section, event.id, place.id, {"elevators": list(lifts), "units": units})
    return event


def _staffed(event: GuardedEvent, starts: datetime, ends: datetime) -> None:
    section = cast.actor("section")
    members = {row.person.login: row.id for row in guarded_offers.members(section, event)}
    places = [int(key) for key, _name in queries.place_choices(section, event.id)]
    walkers = (("tech1", places[0], 0), ("tech2", places[1], 30), ("officer", places[0], 120))
    for login, place, offset in walkers:
        if login not in members:
            continue
        rounds = {
            "place": place,
            "member": members[login],
            "first_at": starts + timedelta(minutes=offset),
            "last_at": ends - timedelta(hours=1),
            "every_minutes": 240,
        }
        guarded_plans.plan_rounds(section, event.id, rounds)
        shift = {"place": place, "member": members[login], "starts_at": starts, "ends_at": ends}
        guarded_plans.set_shift(section, event.id, shift)


def _accepted(event: GuardedEvent) -> None:
    """What no company can mend by tomorrow is accepted with a reason, as an office has to."""
    section = cast.actor("section")
    for judged in guarded_checks.judge(event, queries.devices_of(section, event.id)):
        for finding in judged.findings:
            given = {"check": finding.check.id, "reason": MONITORED}
            guarded_plans.accept(section, event.id, judged.device.id, given)


def _walked(event: GuardedEvent) -> None:
    """Each walker confirms his rounds but the last one that was due; the officer found something."""
    now = clock.now()
    rows = db.session.execute(
        select(GuardedRound.id, GuardedRound.planned_at, GuardedRound.person_id)
        .where(GuardedRound.event_id == event.id, GuardedRound.planned_at < now - timedelta(minutes=40))
        .order_by(GuardedRound.planned_at, GuardedRound.id)
    ).all()
    actors = {cast.actor(login).person_id: cast.actor(login) for login in ("tech1", "tech2", "officer")}
    last = {person: planned for _id, planned, person in rows}
    for number, (round_id, planned, person) in enumerate(rows):
        walker = actors[person]
        if walker.role == "technician" and planned == last[person] and number:
            continue
        with past.at(planned + timedelta(minutes=6 + number)):
            photo = files.store_once(walker, f"巡查{number}.jpg", "image/jpeg", _picture(number), "guarded_round")
            found = walker.role == "officer_station" and planned == last[person]
            _walk(walker, round_id, photo.id, number, found)


def _walk(walker: Actor, round_id: int, photo: int, number: int, found: bool) -> None:
    answers = dict.fromkeys(rules.items(), rules.NORMAL)
    data: dict[str, Any] = {
        "ref": str(uuid4()),
        "answers": answers,
        "photos": [photo],
        "position": {"lat": 33.6402 + number * 0.0002, "lon": 116.9780, "accuracy_m": 12.0},
    }
    if found:
        devices = rounds.devices(walker, rounds.one(walker, round_id).round)
        lifts = [one.id for one in devices if one.elevator_id]
        if lifts:
            answers["light"] = rules.ABNORMAL
            data |= {"note": "轿厢应急照明不亮", "device": lifts[0], "becomes": "hazard"}
    guarded_rounds.walk(walker, round_id, data)


def _picture(number: int) -> bytes:
    image = Image.new("RGB", (640, 480), (90 + number * 10 % 100, 120, 150))
    ImageDraw.Draw(image).rectangle((120, 80, 520, 420), outline="white", width=6)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=70)
    return target.getvalue()
