"""Orders of the province that move due dates: earlier or later, after disasters, epidemics, accidents (§4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.rules.dates import add_months, end_of_month

BASIS = "TSG T7001-2023; TSG T7008-2023（省级市场监管部门可调整日期）"
MOST_MONTHS = 24  # neither a range of due months nor a shift is longer (G)


@dataclass(frozen=True, slots=True)
class Order:
    """Duties due from the month of `due_from` to the month of `due_to` are due `shift_months` later (or earlier).

    In force from `since` up to `until` (exclusive, None is open); `document` names the order.
    """

    due_from: date
    due_to: date
    shift_months: int
    since: date
    until: date | None = None
    document: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the order rules on a day."""
        return self.since <= on and (self.until is None or on < self.until)

    def moved(self, due_by: date) -> date | None:
        """The last day of the month a due date is moved to; None when the order does not reach it."""
        if not self.due_from.replace(day=1) <= due_by <= end_of_month(self.due_to.year, self.due_to.month):
            return None
        month = add_months(due_by.replace(day=1), self.shift_months)
        return end_of_month(month.year, month.month)

    def months(self) -> Iterator[tuple[date, date, date]]:
        """Each month it reaches: first day, last day, and the last day of the month it becomes."""
        month = self.due_from.replace(day=1)
        while month <= self.due_to:
            last = end_of_month(month.year, month.month)
            moved = add_months(month, self.shift_months)
            yield month, last, end_of_month(moved.year, moved.month)
            month = add_months(month, 1)


def shifted(due_by: date, orders: Iterable[Order], on: date) -> tuple[date, Order | None]:
    """When something is due under the orders in force, and by which; the newest order that reaches it rules alone."""
    for order in sorted(orders, key=lambda order: order.since, reverse=True):
        moved = order.moved(due_by) if order.in_force(on) else None
        if moved is not None:
            return moved, order
    return due_by, None
