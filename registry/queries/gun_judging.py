"""Everything that is known when a cylinder stands at a gun, and the verdict over it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from registry import clock
from registry.models import FillCycle
from registry.queries import filling_facts, filling_judging, gun_facts
from registry.queries.filling_facts import Found, Station
from registry.rules.filling import FillingVerdict
from registry.rules.filling_facts import FillingFacts


@dataclass(frozen=True, slots=True)
class Read:
    """What the register was asked about a cylinder at a gun.

    `station` and `traces` are facts; `cycle` is the open turn, `invalid_staff` its checker's name where no certificate
    was found (None: not asked yet).
    """

    values: dict[str, Decimal]
    station: dict[str, Any]
    cycle: FillCycle | None = None
    invalid_staff: tuple[str, ...] | None = None
    traces: dict[str, Any] = field(default_factory=dict)
    released: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AtGun:
    """What stands at the gun: `cycle` is the open turn, whoever opened it; `given` what all rules are asked with.

    `is_past`: what is told of was over before the open turn began, so that turn has nothing to do with it.
    """

    found: Found
    place: Station
    gun: str | None
    medium: str | None
    cycle: FillCycle | None
    given: FillingFacts
    values: dict[str, Decimal]
    released: tuple[str, ...]
    is_past: bool = False

    def judge(self, on: date, *, filled: bool = False, **more: Any) -> FillingVerdict:
        """The verdict, with facts that only the caller knows put in."""
        known = {name: value for name, value in more.items() if value is not None}
        given = replace(self.given, **known)
        return filling_judging.at_gun(given, on, self.values, self.released, filled=filled)

    @property
    def is_open_here(self) -> bool:
        """Whether the check before filling was made here and the gun has not been used since."""
        cycle = self.cycle
        return cycle is not None and cycle.state == "prechecked" and cycle.station_id == self.place.unit_id


def look(
    found: Found, place: Station, gun: str | None, medium: str | None, now: datetime, *, of_the_past: bool = False
) -> AtGun:
    """Gather what is known of a cylinder at a gun at a moment; `of_the_past` where it may be over long since."""
    on = clock.day_of(now)
    row = found.cylinder
    values = gun_facts.parameters_of(on)
    station = gun_facts.of_station(place, gun, medium, now, on)
    if row is None:
        return standing(found, place, gun, medium, now, Read(values, station))
    cycle = gun_facts.open_cycle(row.id)
    read = Read(
        values,
        station,
        cycle,
        traces=gun_facts.of_traces(found, place, values, now),
        released=gun_facts.released_rules(row.id, place.unit_id, now),
    )
    return standing(found, place, gun, medium, now, read, of_the_past=of_the_past)


def standing(
    found: Found,
    place: Station,
    gun: str | None,
    medium: str | None,
    now: datetime,
    read: Read,
    *,
    of_the_past: bool = False,
) -> AtGun:
    """What was read, as the facts that the rules are asked with."""
    on = clock.day_of(now)
    known = {**filling_facts.known(found, place, medium, on), **read.station}
    row, cycle = found.cylinder, read.cycle
    if row is None:
        return AtGun(found, place, gun, medium, None, FillingFacts(**known), read.values, ())
    is_past = of_the_past and cycle is not None and cycle.opened_at > now
    cycle = None if is_past else cycle
    known.update(
        **gun_facts.of_marks(row),
        **gun_facts.of_history(row, now),
        **read.traces,
        **gun_facts.of_insurance(row, place.unit_id, read.values, on),
    )
    known.update(gun_facts.of_cycle(cycle, place.unit_id, now, on, read.invalid_staff))
    if cycle is not None and cycle.gross_before_g is not None:
        known.update(by_weight(cycle.gross_before_g, known["tare_kg"]))
    return AtGun(found, place, gun, medium, cycle, FillingFacts(**known), read.values, read.released, is_past)


def by_weight(gross_before_g: int, tare_kg: Decimal | None) -> dict[str, Any]:
    """What the scale says before filling: the gross mass and, with the tare of record, the residue."""
    gross = Decimal(gross_before_g).scaleb(-3)
    return {"gross_before_kg": gross, "residual_kg": None if tare_kg is None else max(gross - tare_kg, Decimal(0))}
