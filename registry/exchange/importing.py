"""From a foreign table to rows of ours: judged one by one, compared with what is known, saved in batches."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from registry.exchange.columns import Sheet
from registry.exchange.errors_book import REASONS, ROW_NUMBER
from registry.exchange.judging import JudgedRow, Refused, RowError, judge_rows
from registry.exchange.mapping import Profile
from registry.exchange.reading import Table
from registry.messages import T

Key = tuple[Any, ...]
Values = dict[str, Any]
State = Literal["new", "changed", "unchanged"]
Existing = Callable[[list[Key]], Mapping[Key, Mapping[str, Any] | str]]
Progress = Callable[[int, int], None]

BATCH = 500
KEPT_ERRORS = 50_000
KEPT_CHANGES = 1_000


class UnusableProfile(ValueError):
    """The profile does not fit the sheet; `reasons` are sentences for people."""

    def __init__(self, reasons: Sequence[T]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = tuple(reasons)


class ImportBroken(Exception):
    """Saving failed in the middle. `report` counts what had been saved; importing again does the rest."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"import broke off after {report.saved} rows")
        self.report = report


@dataclass(frozen=True, slots=True)
class Refusal:
    """What `save` returns for a row it did not take: its position in the batch, and why."""

    index: int
    reason: str
    column: str = ""


Save = Callable[[Sequence[Values]], Iterable[Refusal] | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a known row that the file would change."""

    row: int
    key: Key
    column: str
    old: Any
    new: Any


@dataclass(slots=True)
class Report:
    """What came of a table. `rows_in = good + refused`, `good = new + changed + unchanged`.

    `errors` refuse rows, `warnings` do not; both keep the first 50,000, `errors_left_off` counts the rest
    (`judging.row_errors` has them all). `notices` are sentences about the file. `changes` has the first
    1,000 changed fields where `existing` gave values. `seconds` is what it took.
    """

    rows_in: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    saved: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    errors_left_off: int = 0
    notices: tuple[T, ...] = ()
    changes: list[Change] = field(default_factory=list)
    seconds: float = 0.0
    _reasons: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    _examples: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    _good_rows: Callable[[], Iterator[Values]] = field(default=lambda: iter(()))

    @property
    def good(self) -> int:
        """Rows that are or would be in the register as the file says."""
        return self.new + self.changed + self.unchanged

    def good_rows(self) -> Iterator[Values]:
        """The rows to save, converted anew from the table: new and changed ones, in order."""
        return self._good_rows()

    def reasons(self) -> list[tuple[str, str, int]]:
        """(heading, reason, how many cells) of the errors, the most frequent first.

        Reasons that differ in their values only are one; the first of them is given.
        """
        return self._grouped(True)

    def warning_reasons(self) -> list[tuple[str, str, int]]:
        """The same of the warnings."""
        return self._grouped(False)

    def _grouped(self, errors: bool) -> list[tuple[str, str, int]]:
        return [
            (group[0], self._examples[group], count)
            for group, count in self._reasons.most_common()
            if group[2] is errors
        ]

    def note(self, found: RowError, is_error: bool = True) -> None:
        """Count and keep an error or a warning."""
        template = found.reason.template if isinstance(found.reason, T) else found.reason
        group = (found.heading, template, is_error)
        self._reasons[group] += 1
        self._examples.setdefault(group, found.reason)
        kept = self.errors if is_error else self.warnings
        if len(kept) < KEPT_ERRORS:
            kept.append(found)
        elif is_error:
            self.errors_left_off += 1

    def summary(self) -> dict[str, int]:
        """The counts, for logs, the trail and JSON."""
        names = ("rows_in", "good", "new", "changed", "unchanged", "refused", "saved")
        warned = sum(count for _, _, count in self.warning_reasons())
        return {name: getattr(self, name) for name in names} | {"warnings": warned}


def row_digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over the row's filled fields, for an `existing` that keeps digests instead of values."""
    text = repr(sorted((name, str(value)) for name, value in row.items() if value is not None))
    return hashlib.sha256(text.encode()).hexdigest()


def _known_nothing(keys: list[Key]) -> Mapping[Key, Mapping[str, Any] | str]:
    return {}


def dry_run(
    table: Table,
    sheet: Sheet,
    profile: Profile,
    existing: Existing = _known_nothing,
    progress: Progress | None = None,
) -> Report:
    """Judge every row and compare it with what is known; nothing is saved.

    `existing` gets up to 500 keys (tuples of the sheet's key columns) and returns, for those it knows,
    the present values or the digest (`row_digest`) of the row as last imported. Of two rows with one key
    the second is refused. Raises UnusableProfile when the profile does not fit.
    """
    report = _start(table, sheet, profile)
    for _ in _batches(table, sheet, profile, existing, report, progress):
        pass
    report._good_rows = lambda: _again(table, sheet, profile, existing)
    return report


def run(
    table: Table,
    sheet: Sheet,
    profile: Profile,
    save: Save,
    existing: Existing = _known_nothing,
    progress: Progress | None = None,
    batch: int = BATCH,
    judged: Iterable[JudgedRow] | None = None,
    refused: Refused | None = None,
) -> Report:
    """Save what is good, `batch` rows a call, and report the rest.

    A row given to `save` has its mapped columns, and what `Sheet.validate` added; an empty cell is absent
    (the field stays as it is) unless the profile clears blanks: then it is None. Unchanged rows are not
    given. `save` is one transaction a call and may return refusals; what it raises ends the import with
    ImportBroken. `progress` gets (rows done, rows in all). `judged` are the table's rows when they were judged before.
    `refused` is told every row that was not taken, with all that is wrong with it, also past what the report keeps.
    """
    report = _start(table, sheet, profile)
    for rows in _batches(table, sheet, profile, existing, report, progress, batch, judged, refused):
        _save(rows, save, sheet, profile, report, refused)
    return report


def _start(table: Table, sheet: Sheet, profile: Profile) -> Report:
    if faults := profile.faults(sheet, table.headings):
        raise UnusableProfile(faults)
    used = {*profile.columns.values(), ROW_NUMBER, REASONS}
    unused = [heading for heading in table.headings if heading and heading not in used]
    notices = list(table.notices)
    if unused:
        notices.append(T("没有用到的列：{headings}", headings="、".join(unused)))
    return Report(notices=tuple(notices))


@dataclass(frozen=True, slots=True)
class _Good:
    judged: JudgedRow
    row: Values
    key: Key
    state: State


def _batches(
    table: Table,
    sheet: Sheet,
    profile: Profile,
    existing: Existing,
    report: Report,
    progress: Progress | None = None,
    size: int = BATCH,
    judged_before: Iterable[JudgedRow] | None = None,
    refused: Refused | None = None,
) -> Iterator[list[_Good]]:
    """Lists of at most `size` new and changed rows; counts and errors go into the report."""
    began = time.perf_counter()
    waiting: list[JudgedRow] = []
    for judged in judge_rows(table, sheet, profile) if judged_before is None else judged_before:
        report.rows_in += 1
        for warning in judged.warnings:
            report.note(warning, is_error=False)
        for error in judged.errors:
            report.note(error)
        if judged.errors:
            report.refused += 1
            if refused:
                refused(judged, judged.errors)
        else:
            waiting.append(judged)
        if len(waiting) == size:
            yield _compare(waiting, sheet, profile, existing, report)
            waiting = []
        if progress and report.rows_in % size == 0:
            progress(report.rows_in, table.row_count)
    if waiting:
        yield _compare(waiting, sheet, profile, existing, report)
    report.seconds = time.perf_counter() - began
    if progress:
        progress(report.rows_in, table.row_count)


def _compare(
    waiting: list[JudgedRow], sheet: Sheet, profile: Profile, existing: Existing, report: Report
) -> list[_Good]:
    keys = [tuple(judged.row[name] for name in sheet.key) for judged in waiting]
    known = existing(keys)
    wanted = []
    for judged, key in zip(waiting, keys, strict=True):
        row = judged.row
        if not profile.clear_blanks:
            row = {name: value for name, value in row.items() if value is not None}
        state = _state(judged.number, row, key, known.get(key), report)
        setattr(report, state, getattr(report, state) + 1)
        if state != "unchanged":
            wanted.append(_Good(judged, row, key, state))
    return wanted


def _state(number: int, row: Values, key: Key, present: Mapping[str, Any] | str | None, report: Report) -> State:
    if present is None:
        return "new"
    if isinstance(present, str):
        return "unchanged" if present == row_digest(row) else "changed"
    different = [name for name, value in row.items() if present.get(name) != value]
    room = KEPT_CHANGES - len(report.changes)
    for name in different[:room]:
        report.changes.append(Change(number, key, name, present.get(name), row[name]))
    return "changed" if different else "unchanged"


def _again(table: Table, sheet: Sheet, profile: Profile, existing: Existing) -> Iterator[Values]:
    for rows in _batches(table, sheet, profile, existing, Report()):
        for good in rows:
            yield good.row


def _save(
    rows: list[_Good], save: Save, sheet: Sheet, profile: Profile, report: Report, told: Refused | None = None
) -> None:
    if not rows:
        return
    try:
        refusals = list(save([good.row for good in rows]) or ())
    except Exception as error:
        for good in rows:
            setattr(report, good.state, getattr(report, good.state) - 1)
        raise ImportBroken(report) from error
    refused = {refusal.index for refusal in refusals}
    for index in refused:
        state = rows[index].state
        setattr(report, state, getattr(report, state) - 1)
    report.refused += len(refused)
    report.saved += len(rows) - len(refused)
    found: dict[int, list[RowError]] = {}
    for refusal in refusals:
        noticed = _row_error(rows[refusal.index], refusal, sheet, profile)
        report.note(noticed)
        found.setdefault(refusal.index, []).append(noticed)
    if told:
        for index, errors in found.items():
            told(rows[index].judged, errors)


def _row_error(good: _Good, refusal: Refusal, sheet: Sheet, profile: Profile) -> RowError:
    name = refusal.column
    heading = profile.columns.get(name, "")
    if not heading and any(column.name == name for column in sheet.columns):
        heading = sheet.column(name).heading
    value = good.judged.row.get(name)
    return RowError(good.judged.number, name, heading, "" if value is None else str(value), refusal.reason)
