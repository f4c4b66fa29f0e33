"""What a plan is worked out from besides the visits: the office's seasons, on-demand contracts, maker's items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from registry.models import Contract, Elevator
from registry.queries import maker_items, on_demand_facts, parameters
from registry.queries.on_demand_facts import Subject
from registry.rules.maintenance import Plan, plan
from registry.rules.on_demand import OnDemand, standing
from registry.rules.seasons import Season, month_day, seasons

ON_DEMAND = "on_demand"
BY = "season.{season}_by"
ASK_DAYS = "season.ask_days"


@dataclass(frozen=True)
class Terms:
    """What a plan needs of a contract."""

    elevator_id: int
    company_id: int
    since: date
    mode: str
    onsite_days: int | None

    @classmethod
    def of(cls, row: Contract) -> Terms:
        """The terms of a contract."""
        return cls(row.elevator_id, row.company_id, row.since, row.mode, row.onsite_days)


def office_seasons(on: date) -> dict[str, Season]:
    """The seasons with the days that the office chose, of a day."""
    known = seasons(on)
    chosen = parameters.values((*(BY.format(season=key) for key in known), ASK_DAYS), on)
    found = {}
    for key, season in known.items():
        month, day = month_day(int(chosen[BY.format(season=key)]))
        found[key] = replace(season, month=month, day=day, ask_days=int(chosen[ASK_DAYS]))
    return found


def standings(contracts: Iterable[Terms], on: date) -> dict[int, OnDemand]:
    """How each contract for on-demand maintenance stands, by elevator."""
    asked = [terms for terms in contracts if terms.mode == ON_DEMAND]
    found = on_demand_facts.facts([Subject(terms.elevator_id, terms.company_id) for terms in asked], on)
    return {
        terms.elevator_id: standing(found[terms.elevator_id], terms.onsite_days, terms.since, on) for terms in asked
    }


def plans(
    rows: Iterable[tuple[Elevator, Terms, Mapping[str, date]]],
    on: date,
) -> dict[int, Plan]:
    """The plans of elevators under contract, by elevator: (elevator, terms, last valid visit by cycle)."""
    given = list(rows)
    known = office_seasons(on)
    on_demand = standings((terms for _elevator, terms, _last in given), on)
    lists = maker_items.lists_of((elevator for elevator, _terms, _last in given), on)
    return {
        elevator.id: plan(
            elevator.kind,
            last,
            terms.since,
            on,
            lists.get(elevator.id, maker_items.NOTHING).items,
            known,
            on_demand.get(elevator.id),
        )
        for elevator, terms, last in given
    }
