"""The demo: named people and units with equipment of their own, and a moderate city around them."""

from __future__ import annotations

from registry import clock
from registry.actor import ROLES, SYSTEM
from registry.services import risk, seals
from seeds import (
    cast,
    cast_equipment,
    cast_supervision,
    city,
    demo_accidents,
    demo_calls,
    demo_cylinders,
    demo_follow_ups,
    demo_guarded_events,
    demo_indicators,
    demo_notices,
    demo_rescue,
    demo_risk,
    demo_second_factor,
)
from seeds.city_rows import Progress, Steps, silent

SEED = 1


def build(elevators: int, cylinders: int, days: int, progress: Progress = silent) -> bool:
    """Make the demo, or what is missing of it; whether anything was."""
    worked = cast_equipment.build(progress)
    worked |= _built(elevators, cylinders, days, progress)
    worked |= Steps("demo").take("accidents", demo_accidents.build)
    worked |= demo_cylinders.build()
    worked |= Steps("demo").take("supervision", cast_supervision.build)
    worked |= Steps("demo").take("follow-ups", demo_follow_ups.build)
    worked |= Steps("demo").take("rescue", demo_rescue.build)
    worked |= Steps("demo").take("guarded events", demo_guarded_events.build)
    worked |= Steps("demo").take("calls", demo_calls.build)
    worked |= Steps("demo").take("indicators", demo_indicators.build)
    worked |= Steps("demo").take("risk", demo_risk.build)
    worked |= Steps("demo").take("notices", demo_notices.build)
    worked |= Steps("demo").take("second factor", demo_second_factor.build)
    risk.refresh(SYSTEM, clock.today())
    risk.refresh_stations(SYSTEM, clock.today())
    seals.seal(SYSTEM)
    return worked


def _built(elevators: int, cylinders: int, days: int, progress: Progress) -> bool:
    try:
        plan = city.plan_for(elevators, cylinders, days, SEED)
    except city.OtherCity:
        return False  # a city of another size is here already: the demo is whole
    return city.build(plan, progress)


def accounts(address: str) -> str:
    """The table of demo accounts, one for each role, with the password and the address."""
    one_each = {person.role: person for person in reversed(cast.PEOPLE)}
    units = {unit.key: unit.name for unit in cast.UNITS}
    lines = [
        f"{person.login:<14} {person.role:<20} {ROLES[person.role]}，{person.name}，{units[person.unit]}"
        for person in cast.PEOPLE
        if one_each[person.role] is person
    ]
    head = f"{'login':<14} {'role':<20} who"
    factor = (
        f"{demo_second_factor.LOGIN} is asked for a code too: key for an authenticator app {demo_second_factor.key()}"
    )
    return "\n".join(["", head, *lines, "", f"password of all: {cast.PASSWORD}", factor, f"address: {address}"])
