"""Maintenance of elevators after TSG T5002-2017: cycles, items, schedule, answers (elevators.md §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from registry.rules.dates import add_months
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.limits import edition, limit
from registry.rules.on_demand import WORK_TYPE, OnDemand
from registry.rules.seasons import Season, seasons
from registry.rules.verdict import Finding

CYCLES = ("half_month", "quarter", "half_year", "year")  # by rank; each includes the shorter ones

RESULTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "normal": ("正常", "normal"),
        "abnormal": ("异常", "abnormal"),
        "fixed": ("已处理", "fixed"),
        "na": ("不涉及", "not applicable"),
    }
)

JUDGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Q": ("定性检查", "Qualitative"),
        "M": ("制造单位要求", "Maker's limit"),
        "S": ("标准值", "Standard value"),
        "N": ("测量数值", "Measured value"),
        "T": ("试验", "Test or trial"),
    }
)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A maintenance cycle; `max_days` from one valid visit to the next."""

    id: str
    rank: int
    zh: str
    en: str
    max_days: int
    work_type: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Item:
    """One maintenance item; `minimum` and `maximum` (inclusive, in `unit`) where it is measured.

    `params` keeps what is neither: `season` (when it must be done), `governor` (calibration).
    """

    code: str
    annex: str
    cycle: str
    name: str
    requirement: str
    judge: str
    name_en: str = ""
    requirement_en: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    params: tuple[tuple[str, str], ...] = ()

    @property
    def limits(self) -> str:
        """The limits as they are printed: `≥7 mm`, `0–2 %`; empty when nothing is measured."""
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum}–{self.maximum}{unit}"
        if self.minimum is not None:
            return f"≥{self.minimum}{unit}"
        return f"≤{self.maximum}{unit}" if self.maximum is not None else ""

    def within(self, value: Decimal) -> bool:
        """Whether a measured value keeps the limits."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item: `item` its code, `result` one of RESULTS, `photo` whether there is one."""

    item: str
    result: str
    value: Decimal | None = None
    note: str = ""
    photo: bool = False


@dataclass(frozen=True, slots=True)
class SeasonDue:
    """An item that must be done before a season: with a visit of its cycle from `opens` to `due`."""

    season: Season
    item: Item
    opens: date
    due: date
    on: date

    @property
    def state(self) -> str:
        """`later`, `open` (it is asked for) or `overdue`."""
        if self.due < self.on:
            return "overdue"
        return "open" if self.opens <= self.on else "later"


@dataclass(frozen=True, slots=True)
class Plan:
    """When each cycle is due and what to do next; `overdue` and `soon` by rank.

    `needs_items`: the kind follows its maker's items and none were given, so nothing can be scheduled. `seasons`: the
    season-bound items with their days. `on_demand`: how a contract for on-demand maintenance stands, None for others.
    """

    due: Mapping[str, date]
    overdue: tuple[str, ...]
    soon: tuple[str, ...]
    next_cycle: str
    items: tuple[Item, ...]
    needs_items: bool = False
    seasons: tuple[SeasonDue, ...] = ()
    on_demand: OnDemand | None = None

    @property
    def due_on(self) -> date:
        """The earliest day anything is due."""
        return min((*self.due.values(), *(season.due for season in self.seasons)))

    @property
    def work_type(self) -> str:
        """The code of the next visit as national data formats have it (elevators.md §2.5)."""
        if self.on_demand is not None and not self.on_demand.failed and self.next_cycle == CYCLES[0]:
            return WORK_TYPE
        return cycles(date.max)[self.next_cycle].work_type


@cache
def cycles(on: date) -> Mapping[str, Cycle]:
    """The cycles in force on a day, by identifier, in order of rank."""
    found = sorted(edition("maintenance_cycles", on), key=lambda row: int(row["rank"]))
    return MappingProxyType(
        {
            row["cycle"]: Cycle(
                row["cycle"],
                int(row["rank"]),
                row["zh"],
                row["en"],
                int(row["max_days"]),
                row["work_type"],
                row["basis"],
                row["certainty"],
            )
            for row in found
        }
    )


def item_from(row: Mapping[str, str]) -> Item:
    """An item of a row of `maintenance_items.csv` or of a maker's list."""
    limits, _, unit = row["params"].partition(":")
    values = dict(part.split("=", 1) for part in limits.split(",") if part)
    low, high = values.pop("min", None), values.pop("max", None)
    return Item(
        row["code"],
        row["annex"],
        row["cycle"],
        row["name_zh"],
        row["requirement_zh"],
        row["judge"],
        row["name_en"],
        row["requirement_en"],
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        unit,
        tuple(values.items()),
    )


@cache
def annex_items(annex: str, on: date) -> tuple[Item, ...]:
    """All items of an annex of T5002 (A, B, C, D) in force on a day, in the annex's order."""
    return tuple(item_from(row) for row in edition("maintenance_items", on) if row["annex"] == annex)


def items_for(kind: str, cycle: str, on: date, maker_items: Sequence[Item] = ()) -> tuple[Item, ...]:
    """The items of a visit: those of the cycle and of every shorter one (T5002 art. 6).

    Explosion-proof and firefighters elevators follow `maker_items`, and have none without them
    (art. 2). `KeyError` for an unknown kind or cycle.
    """
    ranks = cycles(on)
    rank = ranks[cycle].rank
    annex = ELEVATOR_KINDS[kind].annex
    items = annex_items(annex, on) if annex else maker_items
    return tuple(item for item in items if ranks[item.cycle].rank <= rank)


def _last(cycle: Cycle, last: Mapping[str, date], known: Mapping[str, Cycle]) -> date | None:
    return max((day for done, day in last.items() if known[done].rank >= cycle.rank), default=None)


def plan(
    kind: str,
    last: Mapping[str, date],
    taken_over: date,
    on: date,
    maker_items: Sequence[Item] = (),
    known_seasons: Mapping[str, Season] | None = None,
    on_demand: OnDemand | None = None,
) -> Plan:
    """What is due on a day (elevators.md §2.2).

    `last` holds, by cycle, the day of the latest valid visit of that cycle; a longer cycle counts for
    the shorter ones. `taken_over` is the day the company took the elevator over, used where nothing
    was done yet. A visit on the due day is in time, the day after is overdue. `known_seasons` are the
    office's own days, else those of the table. With `on_demand` the shortest cycle follows the contract.
    """
    known = cycles(on)
    done = {cycle.id: _last(cycle, last, known) for cycle in known.values()}
    due = {cycle.id: (done[cycle.id] or taken_over) + timedelta(days=cycle.max_days) for cycle in known.values()}
    if on_demand is not None:
        first = known[CYCLES[0]]
        due[first.id] = on_demand.due(done[first.id] or taken_over, first.max_days)
    bound = _season_items(kind, on, maker_items)
    waiting = tuple(_season_due(item, season, done, taken_over, on, known_seasons) for season, item in bound)
    soon_by = on + timedelta(days=limit("maintenance_limits", "soon_days", on))
    next_by = on + timedelta(days=limit("maintenance_limits", "next_within_days", on))
    pressing = {cycle for cycle, day in due.items() if day <= next_by}
    pressing |= {each.item.cycle for each in waiting if each.due <= next_by}
    next_cycle = max(pressing, key=CYCLES.index, default=CYCLES[0])
    return Plan(
        due=MappingProxyType(due),
        overdue=tuple(cycle for cycle, day in due.items() if day < on),
        soon=tuple(cycle for cycle, day in due.items() if on <= day <= soon_by),
        next_cycle=next_cycle,
        items=items_for(kind, next_cycle, on, maker_items),
        needs_items=ELEVATOR_KINDS[kind].annex is None and not maker_items,
        seasons=waiting,
        on_demand=on_demand,
    )


def _season_items(kind: str, on: date, maker_items: Sequence[Item]) -> tuple[tuple[str, Item], ...]:
    """(season, item) of the items that a season binds."""
    annex = ELEVATOR_KINDS[kind].annex
    if annex is None:
        return tuple(_bound(maker_items))
    return _bound_of_annex(annex, on)


@cache
def _bound_of_annex(annex: str, on: date) -> tuple[tuple[str, Item], ...]:
    return tuple(_bound(annex_items(annex, on)))


def _bound(items: Iterable[Item]) -> list[tuple[str, Item]]:
    return [(value, item) for item in items for key, value in item.params if key == "season"]


def follows_seasons(kind: str, on: date) -> bool:
    """Whether a kind has season-bound items of its annex."""
    annex = ELEVATOR_KINDS[kind].annex
    return annex is not None and bool(_bound_of_annex(annex, on))


def _season_due(
    item: Item,
    season: str,
    done: Mapping[str, date | None],
    taken_over: date,
    on: date,
    known_seasons: Mapping[str, Season] | None,
) -> SeasonDue:
    found = (known_seasons or seasons(on))[season]
    opens, due = found.due(done[item.cycle], taken_over)
    return SeasonDue(found, item, opens, due, on)


def governor_calibration_months(kind: str, made: date, on: date) -> int | None:
    """Months between two calibrations of a governor made on `made`; None where the annex names none."""
    for row in edition("governor_calibration", on):
        over = row["over_years"]
        if row["annex"] == ELEVATOR_KINDS[kind].annex and (not over or on > add_months(made, 12 * int(over))):
            return int(row["months"])
    return None


def check_answers(items: Sequence[Item], answers: Iterable[Answer], on: date) -> tuple[Finding, ...]:
    """What the answers of a visit lack (elevators.md §2.1, §3.2 steps 5 and 6).

    `hold`: the record is incomplete; `warn`: it is complete but something should be looked at.
    """
    given = list(answers)
    asked = {item.code: item for item in items}
    findings = [] if items else [_finding("no_items", on)]
    answered = Counter(answer.item for answer in given)
    unanswered = [code for code in asked if code not in answered]
    if unanswered:
        findings.append(_listed("unanswered", unanswered, on))
    findings.extend(_finding("answered_twice", on, item=code) for code, n in answered.items() if n > 1)
    findings.extend(_finding("not_asked", on, item=code) for code in answered if code not in asked)
    without_photo = []
    for answer in given:
        item = asked.get(answer.item)
        if item is None:
            continue
        findings.extend(_answer_findings(item, answer, on))
        if item.judge == "T" and answer.result != "na" and not answer.photo:
            without_photo.append(item.code)
    if without_photo:
        findings.append(_listed("photo_missing", without_photo, on))
    return tuple(findings)


def _answer_findings(item: Item, answer: Answer, on: date) -> list[Finding]:
    if answer.result not in RESULTS:
        return [_finding("unknown_result", on, item=item.code, result=answer.result)]
    if answer.result == "na":
        return [] if answer.note.strip() else [_of_item("na_without_reason", item, on)]
    findings = []
    if answer.result == "abnormal" and not answer.note.strip():
        findings.append(_of_item("abnormal_without_text", item, on))
    if not item.limits:
        return findings
    if answer.value is None:
        findings.append(_of_item("value_missing", item, on))
    elif not item.within(answer.value):
        key = "outside_limits" if answer.result == "abnormal" else "normal_outside_limits"
        findings.append(_of_item(key, item, on, answer))
    return findings


def _of_item(key: str, item: Item, on: date, answer: Answer | None = None) -> Finding:
    values: dict[str, object] = {
        "item": item.code,
        "name": item.name,
        "name_en": item.name_en or item.name,
        "limits": item.limits,
    }
    if answer is None:
        return _finding(key, on, **values)
    zh, en = RESULTS[answer.result]
    return _finding(key, on, **values, value=answer.value, unit=item.unit, result=zh, result_en=en)


def _listed(key: str, codes: Collection[str], on: date) -> Finding:
    shown = list(codes)[:5]
    more = len(codes) > len(shown)
    return _finding(
        key,
        on,
        count=len(codes),
        items="、".join(shown) + ("等" if more else ""),
        items_en=", ".join(shown) + (" …" if more else ""),
    )


def _finding(key: str, on: date, **values: object) -> Finding:
    """A finding worded by its row; a value `x_en` stands for `x` in the English text."""
    row = next(row for row in edition("maintenance_answers", on) if row["key"] == key)
    english = {name: values.get(f"{name}_en", value) for name, value in values.items()}
    return Finding(
        row["rule"],
        row["severity"],
        row["zh"].format(**values),
        row["en"].format(**english),
        row["basis"],
        row["certainty"],
    )
