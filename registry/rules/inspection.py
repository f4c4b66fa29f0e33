"""Periodic inspection and self-testing of elevators: which year, which month, since when, how late.

TSG T7001-2023 and TSG T7008-2023 (elevators.md §4.1, §4.2). The rule counts years from the base (the
passed supervision inspection of installation or alteration) and names the month only; that a duty is
overdue from the first day after its month is our reading (G).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from registry.rules import tables
from registry.rules.dates import add_months, end_of_month
from registry.rules.limits import edition, limit
from registry.rules.tables import Row

PERIODIC_INSPECTION = "periodic_inspection"
SELF_TEST = "self_test"

RECORD_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "installation_supervision": ("安装监督检验", "Supervision inspection of installation"),
        "alteration_supervision": ("改造监督检验", "Supervision inspection of alteration"),
        "major_repair_supervision": ("重大修理监督检验", "Supervision inspection of major repair"),
        PERIODIC_INSPECTION: ("定期检验", "Periodic inspection"),
        SELF_TEST: ("自行检测", "Self-test"),
        "restart_inspection": ("启用检验", "Inspection before restart"),
    }
)
NEW_BASE = frozenset({"installation_supervision", "alteration_supervision"})
ANCHORS = NEW_BASE | {"major_repair_supervision", "restart_inspection"}  # these move the month

CONCLUSIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pass": ("合格", "Passed"),
        "pass_after_fix": ("整改后合格", "Passed after correction"),
        "fail": ("不合格", "Failed"),
    }
)

STATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "later": ("未到期", "Not yet open"),
        "open": ("可以办理", "Open"),
        "due": ("本月到期", "Due this month"),
        "overdue": ("超期", "Overdue"),
    }
)


class Base(NamedTuple):
    """The day years are counted from; `estimated` when it is not a passed supervision inspection."""

    day: date
    estimated: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """The next undone duty of an elevator.

    `year` counted from the base; `kind` periodic_inspection or self_test; `due_by` the last day of the
    due month, `opens_on` the first day it may be done; `state` one of STATES; `missed` the years after
    the last done one whose duties were let pass.
    """

    year: int
    kind: str
    due_by: date
    opens_on: date
    state: str
    missed: tuple[int, ...] = ()
    basis: str = ""
    certainty: str = ""

    @property
    def due(self) -> str:
        """The due month, `YYYY-MM`."""
        return f"{self.due_by:%Y-%m}"

    @property
    def opens(self) -> str:
        """The month from which it may be done, `YYYY-MM`."""
        return f"{self.opens_on:%Y-%m}"

    @property
    def apply_by(self) -> date | None:
        """The last day to apply for a periodic inspection; None for a self-test, which nobody applies for."""
        return apply_by(self.due_by) if self.kind == PERIODIC_INSPECTION else None

    @property
    def in_date(self) -> bool:
        """Whether the elevator is inside its inspection validity: nothing overdue, nothing missed."""
        return self.state != "overdue" and not self.missed


def base_of(
    installation: date | None = None,
    registered: date | None = None,
    in_use: date | None = None,
    made: date | None = None,
) -> Base | None:
    """The base of an elevator: supervision inspection, else registration, start of use, manufacture.

    `installation` is the latest passed supervision inspection of installation or alteration. None when
    no day is known.
    """
    if installation:
        return Base(installation, False)
    guess = registered or in_use or made
    return Base(guess, True) if guess else None


def apply_by(due_by: date) -> date:
    """The last day to apply for the periodic inspection that is due by a day (law art. 40: a month before)."""
    return add_months(due_by, -limit("inspection_limits", "apply_before_months", due_by))


def new_base_since() -> date:
    """The day from which a passed alteration begins the years anew; before it, it only gave the month."""
    return date.fromisoformat(min(row["since"] for row in tables.load("inspection_years")))


def pattern(on: date) -> tuple[frozenset[int], int]:
    """The years with a periodic inspection, and the year from which every one has it, for lists that ask a database."""
    rows = [row for row in edition("inspection_years", on) if row["kind"] == PERIODIC_INSPECTION]
    open_ended = next(row for row in rows if not row["last_year"])
    single = {y for r in rows if r["last_year"] for y in range(int(r["first_year"]), int(r["last_year"]) + 1)}
    return frozenset(single), int(open_ended["first_year"])


def early_months(kind: str, on: date) -> int:
    """How many months early a duty of this kind may be done."""
    return next(int(row["early_months"]) for row in edition("inspection_years", on) if row["kind"] == kind)


def year_of(base: date, day: date) -> int:
    """The year number that a day belongs to: the duty that a record of that day fulfils or drops."""
    return day.year - base.year


def _row(year: int, on: date) -> Row:
    for row in edition("inspection_years", on):
        if int(row["first_year"]) <= year and (not row["last_year"] or year <= int(row["last_year"])):
            return row
    raise ValueError(f"no duty in year {year}: years are counted from 1")


def kind_of(year: int, on: date) -> str:
    """`periodic_inspection` or `self_test` of a year, by the pattern in force; years begin with 1."""
    return _row(year, on)["kind"]


def dropped_by_repair(base: date, repair: date) -> int | None:
    """The year whose periodic inspection a passed major repair stands in for; None for other years."""
    year = year_of(base, repair)
    return year if year >= 1 and kind_of(year, repair) == PERIODIC_INSPECTION else None


def _due_month(base: date, month_anchor: date, year: int) -> date:
    return date(base.year + year, month_anchor.month, 1)


def _opens(base: date, month_anchor: date, year: int, on: date) -> date:
    return add_months(_due_month(base, month_anchor, year), -int(_row(year, on)["early_months"]))


def _state(due_month: date, opens: date, on: date) -> str:
    this_month = on.replace(day=1)
    if this_month > due_month:
        return "overdue"
    if this_month == due_month:
        return "due"
    return "open" if on >= opens else "later"


def duty(base: date, month_anchor: date | None, done_years: Collection[int], on: date) -> Duty:
    """The duty to show on a day: one, however many years were let pass.

    `month_anchor` is the latest passed supervision or restart inspection and gives the month (the
    base, where None). After the last done year the next one is shown, and stays overdue until the
    following one opens; it is then `missed` and the following one is shown.
    """
    anchor = month_anchor or base
    last = max(done_years, default=0)
    year = last + 1
    while _opens(base, anchor, year + 1, on) <= on:
        year += 1
    row = _row(year, on)
    due_month, opens = _due_month(base, anchor, year), _opens(base, anchor, year, on)
    return Duty(
        year=year,
        kind=row["kind"],
        due_by=end_of_month(due_month.year, due_month.month),
        opens_on=opens,
        state=_state(due_month, opens, on),
        missed=tuple(range(last + 1, year)),
        basis=row["basis"],
        certainty=row["certainty"],
    )
