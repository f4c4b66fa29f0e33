"""How the indicators that have a target moved over a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from registry.actor import Actor
from registry.messages import T
from registry.queries import indicators
from registry.rules.dates import add_months, end_of_month

MONTHS = 11

Lines = Sequence[tuple[T, Sequence[Decimal | None]]]
"""Of each indicator its name and its value on each day."""


def of_targets(actor: Actor, on: date, area: str | None = None) -> tuple[Sequence[date], Lines]:
    """The month-ends of a year and the day itself, and of each indicator that has a target on that day its values; of
    all indicators where none has one. Each day is one board, which counts each table once.

    Raises:
        Missing: no such area, or not one the caller sees.
    """
    months = [add_months(on.replace(day=1), -number) for number in range(MONTHS, 0, -1)]
    days = [*(end_of_month(month.year, month.month) for month in months), on]
    boards = [{figure.key: figure for figure in indicators.figures(actor, day, area)} for day in days]
    last = boards[-1]
    wanted = [key for key, figure in last.items() if figure.goal is not None] or list(last)
    return days, [(last[key].name, [board[key].value for board in boards]) for key in wanted]
