"""What is due in all of a caller's elevators, most urgent first, without reading their visits.

Today is read from `MaintenanceState`, which the visits keep: what is plainly fortnightly is counted and ordered by the
database; on-demand contracts and kinds with season-bound items, which depend on more than their visits, are worked out
here, and so is a contract without a state. Another day than today is worked out from the visits of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, not_, or_, select, true, tuple_

from registry import clock, codes, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Assignment, Contract, Elevator, MaintenanceState, Unit, Visit
from registry.queries.plan_inputs import Terms, office_seasons, standings
from registry.queries.visit_standing import held_back
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import statuses
from registry.rules.limits import limit
from registry.rules.maintenance import CYCLES, cycles, follows_seasons, plan
from registry.rules.on_demand import OnDemand
from registry.rules.seasons import Season

Where = ColumnElement[bool]
LAST = tuple(getattr(MaintenanceState, f"last_{cycle}") for cycle in CYCLES)
TERMS = (Contract.elevator_id, Contract.company_id, Contract.since, Contract.mode, Contract.onsite_days)


@dataclass(frozen=True)
class Narrow:
    """What a list of what is due is narrowed to.

    `late`: only what is overdue by so many days or more; `technician`: assigned to this person; `unit`: of this use
    unit; `company`: maintained by this company; `q`: label code, or a part of address or use unit.
    """

    late: int | None = None
    area: str | None = None
    unit: int | None = None
    company: int | None = None
    technician: int | None = None
    q: str | None = None


EVERYTHING = Narrow()


class Line(NamedTuple):
    """An elevator with the earliest day anything is due; ordered by day, then elevator."""

    due_on: date
    elevator_id: int
    kind: str
    terms: Terms
    last: Mapping[str, date]


@dataclass(frozen=True)
class Lines:
    """What is due to the caller on a day: counts and pages of lines."""

    actor: Actor
    on: date
    narrow: Narrow
    special: list[Line]

    @classmethod
    def of(cls, actor: Actor, on: date, narrow: Narrow = EVERYTHING) -> Lines:
        """Work out what the database cannot; the rest is asked when it is needed."""
        special = _worked_out(actor, on, narrow) if on == clock.today() else _replayed(actor, on, narrow)
        return cls(actor, on, narrow, _ordered(line for line in special if _late(line.due_on, on, narrow)))

    @property
    def _asks_database(self) -> bool:
        return self.on == clock.today()

    def by_day(self) -> dict[date, int]:
        """How many are due on each day."""
        found: dict[date, int] = {}
        for line in self.special:
            found[line.due_on] = found.get(line.due_on, 0) + 1
        if self._asks_database:
            statement = _under_contract(self.actor, self.on, self.narrow, MaintenanceState.due_on, func.count())
            statement = statement.where(_plain(self.on), _late_in(self.on, self.narrow))
            for day, count in db.session.execute(statement.group_by(MaintenanceState.due_on)):
                found[day] = found.get(day, 0) + count
        return found

    def page(
        self, spans: Iterable[tuple[date | None, date | None]], most: int, after: tuple[date, int] | None = None
    ) -> list[Line]:
        """The first `most` lines due within any of the spans (both days included), after a place in the order."""
        wanted = list(spans)
        found = [
            line
            for line in self.special
            if (after is None or line[:2] > after) and any(_within(line.due_on, span) for span in wanted)
        ][:most]
        if self._asks_database:
            found.extend(self._plain_page(wanted, most, after))
        return _ordered(found)[:most]

    def _plain_page(
        self, spans: list[tuple[date | None, date | None]], most: int, after: tuple[date, int] | None
    ) -> Iterable[Line]:
        due_on = MaintenanceState.due_on
        statement = (
            _under_contract(self.actor, self.on, self.narrow, due_on, Elevator.kind, *TERMS, *LAST)
            .where(_plain(self.on), _late_in(self.on, self.narrow), or_(*(_span_in(span) for span in spans)))
            .order_by(due_on, MaintenanceState.elevator_id)
            .limit(most)
        )
        if after is not None:
            statement = statement.where(tuple_(due_on, MaintenanceState.elevator_id) > after)
        for day, kind, elevator_id, company_id, since, mode, onsite_days, *done in db.session.execute(statement):
            terms = Terms(elevator_id, company_id, since, mode, onsite_days)
            yield Line(day, elevator_id, kind, terms, _last(done))


def _ordered(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line[:2])


def span(state: str, on: date) -> tuple[date | None, date | None]:
    """The days on which something is due that is in a state: `overdue`, `due`, `soon` or `later`."""
    soon_by = on + timedelta(days=limit("maintenance_limits", "soon_days", on))
    day = timedelta(days=1)
    return {
        "overdue": (None, on - day),
        "due": (on, on),
        "soon": (on + day, soon_by),
        "later": (soon_by + day, None),
    }[state]


def _within(day: date, span: tuple[date | None, date | None]) -> bool:
    return (span[0] is None or span[0] <= day) and (span[1] is None or day <= span[1])


def _span_in(span: tuple[date | None, date | None]) -> Where:
    first, last = span
    conditions = [] if first is None else [MaintenanceState.due_on >= first]
    if last is not None:
        conditions.append(MaintenanceState.due_on <= last)
    return and_(true(), *conditions)


def _late(due_on: date, on: date, narrow: Narrow) -> bool:
    return narrow.late is None or due_on <= on - timedelta(days=narrow.late)


def _late_in(on: date, narrow: Narrow) -> Where:
    return true() if narrow.late is None else MaintenanceState.due_on <= on - timedelta(days=narrow.late)


def _plain(on: date) -> Where:
    """What the state alone answers for."""
    seasonal = [kind for kind in ELEVATOR_KINDS if follows_seasons(kind, on)]
    return and_(Contract.mode == "fixed", Elevator.kind.not_in(seasonal), MaintenanceState.contract_id.is_not(None))


def _under_contract(actor: Actor, on: date, narrow: Narrow, *columns: Any) -> Select[Any]:
    """Elevators under a contract on a day whose maintenance clock runs, as far as the caller may see them."""
    maintained = [status.id for status in statuses(on).values() if status.maintained]
    own = actor.role in policy.MAINTENANCE
    statement = (
        select(*columns)
        .select_from(Contract)
        .join(Elevator, Elevator.id == Contract.elevator_id)
        .outerjoin(MaintenanceState, MaintenanceState.contract_id == Contract.id)
        # A company's contracts of today are the elevators it sees today.
        .where(policy.visible(actor, Contract if own and on == clock.today() else Elevator))
        .where(Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on))
        .where(Elevator.status.in_(maintained))
    )
    if own:
        statement = statement.where(Contract.company_id == actor.unit_id)
    return statement.where(*_narrowed(narrow, on))


def _narrowed(narrow: Narrow, on: date) -> Iterable[Where]:
    if narrow.company is not None:
        yield Contract.company_id == narrow.company
    if narrow.area:
        yield or_(Elevator.area_code == narrow.area, Elevator.division_code == narrow.area)
    if narrow.unit is not None:
        yield Elevator.use_unit_id == narrow.unit
    if narrow.technician is not None:
        yield Elevator.id.in_(assigned_to(narrow.technician, on))
    if narrow.q:
        named = select(Unit.id).where(Unit.name.contains(narrow.q, autoescape=True))
        yield or_(
            Elevator.label_code == codes.split(narrow.q).code,
            Elevator.address.contains(narrow.q, autoescape=True),
            Elevator.name.contains(narrow.q, autoescape=True),
            Elevator.use_unit_id.in_(named),
        )


def assigned_to(person_id: int, on: date) -> Select[Any]:
    """Ids of the elevators that a technician looks after on a day."""
    return select(Assignment.elevator_id).where(
        Assignment.person_id == person_id,
        Assignment.since <= on,
        or_(Assignment.until.is_(None), Assignment.until > on),
    )


def _worked_out(actor: Actor, on: date, narrow: Narrow) -> list[Line]:
    statement = _under_contract(actor, on, narrow, MaintenanceState.contract_id, Elevator.kind, *TERMS, *LAST)
    rows = []
    unknown = []
    for state, kind, elevator_id, company_id, since, mode, onsite_days, *done in db.session.execute(
        statement.where(not_(_plain(on)))
    ):
        rows.append((kind, Terms(elevator_id, company_id, since, mode, onsite_days), _last(done)))
        if state is None:
            unknown.append(elevator_id)
    replayed = last_done(unknown, on)
    return _lines([(kind, terms, replayed.get(terms.elevator_id, last)) for kind, terms, last in rows], on)


def _replayed(actor: Actor, on: date, narrow: Narrow) -> list[Line]:
    latest = (latest_visit(cycle, on, Contract.elevator_id) for cycle in CYCLES)
    statement = _under_contract(actor, on, narrow, Elevator.kind, *TERMS, *latest)
    rows = []
    for kind, elevator_id, company_id, since, mode, onsite_days, *done in db.session.execute(statement):
        rows.append((kind, Terms(elevator_id, company_id, since, mode, onsite_days), _last(done)))
    return _lines(rows, on)


def _lines(rows: Sequence[tuple[str, Terms, Mapping[str, date]]], on: date) -> list[Line]:
    known, on_demand = office_seasons(on), standings((terms for _kind, terms, _last in rows), on)
    days: dict[Any, date] = {}
    found = []
    for kind, terms, last in rows:
        stands = on_demand.get(terms.elevator_id)
        key = (kind, terms.since, *last.items()) if stands is None else terms.elevator_id
        if key not in days:
            days[key] = _due_on(kind, terms, last, on, known, stands)
        found.append(Line(days[key], terms.elevator_id, kind, terms, last))
    return found


def _due_on(
    kind: str, terms: Terms, last: Mapping[str, date], on: date, known: Mapping[str, Season], stands: OnDemand | None
) -> date:
    return plan(kind, last, terms.since, on, (), known, stands).due_on


def _last(done: Iterable[date | None]) -> dict[str, date]:
    return {cycle: day for cycle, day in zip(CYCLES, done, strict=True) if day}


def last_done(elevator_ids: Iterable[int], on: date) -> dict[int, dict[str, date]]:
    """By elevator, the day of the latest valid visit that covers each cycle, up to a day; read from the visits."""
    ids = list(elevator_ids)
    found = {}
    for start in range(0, len(ids), 5000):
        statement = select(Elevator.id, *(latest_visit(cycle, on, Elevator.id) for cycle in CYCLES))
        for elevator_id, *done in db.session.execute(statement.where(Elevator.id.in_(ids[start : start + 5000]))):
            found[elevator_id] = _last(done)
    return found


def latest_visit(cycle: str, on: date, elevator_id: Any) -> ScalarSelect[date]:
    """The latest valid visit that covers a cycle, walking back on (elevator, day): a longer one counts too."""
    covering = CYCLES[CYCLES.index(cycle) :]
    return (
        select(Visit.done_on)
        .where(
            Visit.elevator_id == elevator_id,
            Visit.done_on <= on,
            Visit.cycle.in_(covering),
            or_(Visit.invalid_from.is_(None), Visit.invalid_from > on),
            *held_back(on),
        )
        .order_by(Visit.done_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def fixed_due_on(last: Mapping[str, date], since: date, on: date) -> date:
    """The earliest day the fixed cycles ask for: what `MaintenanceState.due_on` keeps."""
    known = cycles(on)
    return min((last.get(cycle) or since) + timedelta(days=known[cycle].max_days) for cycle in CYCLES)
