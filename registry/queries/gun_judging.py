"""Everything that is known when a cylinder stands at a gun, and the verdict over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from registry import clock
from registry.queries import filling_facts, filling_judging, gun_facts, gun_reading
from registry.queries.filling_facts import Found
from registry.queries.gun_reading import OpenTurn, Present, Yard
from registry.rules.filling import FillingVerdict
from registry.rules.filling_facts import FillingFacts

# How far back scans elsewhere are noticed before the office's parameter is known: as far as its default says. A longer
# one asks again.
LOOKED_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class AtGun:
    """What stands at the gun: `turn` is the open turn, whoever opened it; `known` the facts by name.

    `is_past`: what is told of was over before the open turn began, so that turn has nothing to do with it.
    """

    found: Found
    yard: Yard
    gun: str | None
    medium: str | None
    turn: OpenTurn | None
    known: dict[str, Any]
    released: tuple[str, ...]
    is_past: bool = False

    def facts(self, **more: Any) -> FillingFacts:
        """What all rules are asked with, with facts that only the caller knows put in."""
        return FillingFacts(**{**self.known, **more})

    def judge(self, on: date, **more: Any) -> FillingVerdict:
        """The verdict before a fill; what the caller leaves None is known from the register or not at all."""
        told = {name: value for name, value in more.items() if value is not None}
        return filling_judging.at_gun(self.facts(**told), on, self.yard.values, self.released)

    @property
    def is_open_here(self) -> bool:
        """Whether the check before filling was made here and the gun has not been used since."""
        turn = self.turn
        return turn is not None and turn.state == "prechecked" and turn.station_id == self.yard.place.unit_id


def look(unit_id: int | None, data: Any, now: datetime) -> AtGun:
    """What stands at a gun of a unit now, by a scan or check before filling: `{code, gun?, medium?}`.

    Raises:
        Invalid: a medium other than that of the registered gun.
    """
    on, asked = clock.day_of(now), filling_facts.wanted(data["code"])
    looked_since = now - LOOKED_BACK
    yard, found, signed_on = gun_reading.yard_and_standing(asked, unit_id, data.get("gun"), now, looked_since, on)
    medium = filling_judging.gun_medium(yard.place, data.get("medium"), on)
    since = gun_facts.elsewhere_since(yard.values, now)
    if since < looked_since:
        (found,), signed_on = gun_reading.standing([asked], unit_id, now, since, on)
    return standing(found, yard, signed_on, data.get("gun"), medium, now)


def standing(
    found: Found,
    yard: Yard,
    signed_on: Sequence[Present],
    gun: str | None,
    medium: str | None,
    now: datetime,
    *,
    of_the_past: bool = False,
) -> AtGun:
    """What was read, as the facts that the rules are asked with; `of_the_past` where it may be over long since."""
    on = clock.day_of(now)
    known = {
        **filling_facts.known(found, yard.place, medium, on),
        **gun_facts.of_station(yard, signed_on, medium, now, on),
    }
    row, turn = found.cylinder, gun_reading.turn_of(found)
    if row is None:
        return AtGun(found, yard, gun, medium, None, known, ())
    is_past = of_the_past and turn is not None and turn.opened_at > now
    turn = None if is_past else turn
    unit_id, more = yard.place.unit_id, gun_reading.noticed(found)
    known.update(
        **gun_facts.of_marks(row),
        **gun_facts.of_history(row, now),
        **gun_facts.of_insurance(row, unit_id, yard.values, on),
        **gun_facts.of_traces(row.id, unit_id, yard.values, now) if more.elsewhere else gun_facts.NO_TRACES,
    )
    known.update(gun_facts.of_turn(turn, unit_id, now, on, more.uncertified))
    if turn is not None and turn.gross_before_g is not None:
        known.update(by_weight(turn.gross_before_g, known["tare_kg"]))
    released = gun_facts.released_rules(row.id, unit_id, now) if more.released else ()
    return AtGun(found, yard, gun, medium, turn, known, released, is_past)


def by_weight(gross_before_g: int, tare_kg: Decimal | None) -> dict[str, Any]:
    """What the scale says before filling: the gross mass and, with the tare of record, the residue."""
    gross = Decimal(gross_before_g).scaleb(-3)
    return {"gross_before_kg": gross, "residual_kg": None if tare_kg is None else max(gross - tare_kg, Decimal(0))}
