"""What the screen at a gun shows beside the answer to a scan: who is here, what the scale says, what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Area, Device, FillCycle, Reading, StaffPresence, Unit
from registry.queries import filling_staff, parameters
from registry.queries.filling_staff import Staff
from registry.rules.fill_cycle import CHECKED, FILLED, PRECHECKED

# A value older than this is of the cylinder before: nobody waits so long with a bottle on the scale.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the station who may fill or check; `present`: on duty now."""

    staff: Staff
    present: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signed value that no step has used; g, kPa or °C by its kind."""

    ref: str
    kind: str
    value: int
    at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class Screen:
    """What is so now at one gun. `waiting`: open turns of the station by state."""

    people: list[Person]
    readings: list[Waiting]
    waiting: dict[str, int]


def now(actor: Actor, gun: str) -> Screen:
    """The people of the caller's station, those on duty first; the gun's unused readings, the newest first; what waits.

    Raises:
        Missing: the caller is of no unit.
    """
    policy.require(actor, "filling.record")
    staff = filling_staff.choices(actor)
    present = _present(actor)
    people = sorted((Person(each, each.id in present) for each in staff), key=lambda each: not each.present)
    return Screen(people, _readings(actor, gun), _waiting(actor))


def unlock_seconds() -> int:
    """How long a gun's leave holds today."""
    return int(parameters.value("filling.unlock_seconds", clock.today()))


def by_part() -> bool:
    """Whether the office lets the items of a part be answered with one key today."""
    return bool(parameters.value("filling.group_answers", clock.today()))


def office(actor: Actor, language: str) -> str:
    """Who releases a hold at the caller's station: the area in charge of it, in a language (`zh` or `en`).

    Raises:
        Missing: the caller is of no unit.
    """
    policy.require(actor, "filling.record")
    statement = select(Area).join(Unit, Unit.area_code == Area.code).where(Unit.id == actor.unit_id)
    area = db.session.scalar(statement)
    if area is None:
        raise Missing(T("您不属于任何单位"))
    return area.name_en if language == "en" and area.name_en else area.name


def _present(actor: Actor) -> Collection[int]:
    return set(
        db.session.scalars(
            policy.scope(actor, StaffPresence, StaffPresence.person_id).where(
                StaffPresence.station_id == actor.unit_id, StaffPresence.until_at.is_(None)
            )
        )
    )


def _readings(actor: Actor, gun: str) -> list[Waiting]:
    statement = (
        policy.scope(actor, Device, Reading.ref, Reading.kind, Reading.value, Reading.at, Device.number)
        .join(Reading, Reading.device_id == Device.id)
        .where(
            Device.station_id == actor.unit_id,
            Device.gun == gun,
            Device.retired_at.is_(None),
            Reading.used_at.is_(None),
            Reading.at > clock.now() - FRESH,
        )
        .order_by(Reading.at.desc())
        .limit(10)
    )
    return [Waiting(*row) for row in db.session.execute(statement)]


def _waiting(actor: Actor) -> dict[str, int]:
    statement = (
        policy.scope(actor, FillCycle, FillCycle.state, func.count().label("open"))
        .where(FillCycle.closed_at.is_(None), FillCycle.station_id == actor.unit_id)
        .group_by(FillCycle.state)
    )
    found = {row.state: row.open for row in db.session.execute(statement)}
    return {state: found.get(state, 0) for state in (PRECHECKED, FILLED, CHECKED)}
