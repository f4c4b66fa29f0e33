"""Each row of a foreign table by itself: read its cells, convert, check, and say what is wrong where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.conversions import conversion
from registry.exchange.convert import cell_text, parser
from registry.exchange.mapping import Profile
from registry.exchange.reading import Table
from registry.exchange.text import clean, fold
from registry.exchange.values import BadValue, Fault
from registry.messages import T

_REMEMBERED = 20_000  # texts of one column whose result is kept
_UNREAD = object()
_SHOWN = 200  # characters of a bad value in a report


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a cell, or with a row when `column` is empty.

    `row` as Excel numbers it, `column` ours, `heading` theirs (ours where the column is not mapped),
    `value` what the cell shows, `reason` a sentence.
    """

    row: int
    column: str
    heading: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row: `row` by column name (good only when there are no errors), errors, warnings, its cells."""

    number: int
    row: dict[str, Any]
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    cells: Sequence[Any] = ()


Refused = Callable[[JudgedRow, Sequence[RowError]], None]


class _Reader:
    """Reads the cells of one column; what a text turned into, good or bad, is remembered."""

    def __init__(self, column: Column, profile: Profile, table: Table, required: bool) -> None:
        self.name = column.name
        self.heading = profile.columns[column.name]
        self.position = table.column(self.heading)
        self.required = required
        self.lenient = column.name in profile.lenient
        self._parse = parser(column)
        self._outside = column.outside
        spec = profile.conversions.get(column.name)
        self._convert = conversion(spec) if spec else None
        words = (*profile.empty.get("*", ()), *profile.empty.get(column.name, ()))
        self._empty = frozenset(map(fold, words))
        self._values = {fold(theirs): ours for theirs, ours in profile.values.get(column.name, {}).items()}
        self.remembered: dict[str | None, Any] = {None: None}

    def read(self, raw: Any) -> Any:
        """The value, None when missing, or the BadValue (returned, since raising costs more); for a cell that is not
        among the remembered ones."""
        value = self._fresh(raw)
        if type(raw) is str and len(self.remembered) < _REMEMBERED:
            self.remembered[raw] = value
        return value

    def _fresh(self, raw: Any) -> Any:
        try:
            return self._read(raw)
        except BadValue as bad:
            return bad.with_traceback(None)

    def _read(self, raw: Any) -> Any:
        if isinstance(raw, Fault):
            raise BadValue(raw.reason)
        if isinstance(raw, str) and not clean(raw):
            return None
        if self._empty or self._values:
            folded = fold(cell_text(raw))
            if folded in self._empty:
                return None
            if folded in self._values:
                ours = self._values[folded]
                if ours in self._outside:
                    raise BadValue(self._outside[ours])
                return self._parse(ours) if ours else None
        if self._convert:
            raw = self._convert(raw)
        return None if raw is None else self._parse(raw)


def judge_rows(table: Table, sheet: Sheet, profile: Profile) -> Iterator[JudgedRow]:
    """Every row of the table in order, judged. The second row with a key seen before is refused."""
    readers = [
        _Reader(column, profile, table, column.name in sheet.required)
        for column in sheet.columns
        if column.name in profile.columns
    ]
    constants = {
        name: parser(sheet.column(name))(value)
        for name, value in profile.constants.items()
        if name not in profile.columns
    }
    headings = {reader.name: reader.heading for reader in readers}
    seen = _Seen(sheet)
    for number, cells in table:
        row, errors, warnings = _read_cells(number, cells, readers, constants)
        if not errors and (reason := seen.again(number, row)) is not None:
            errors.append(_duplicate(number, reason, row, sheet, headings))
        if not errors and sheet.validate is not None:
            outcome = sheet.validate(row)
            if isinstance(outcome, Problems):
                errors += _problems(number, cells, outcome, readers, sheet)
            else:
                row = outcome
        yield JudgedRow(number, row, tuple(errors), tuple(warnings), cells)


def row_errors(table: Table, sheet: Sheet, profile: Profile) -> Iterator[RowError]:
    """Every error of every row, in order; for files with more errors than a report keeps."""
    for judged in judge_rows(table, sheet, profile):
        yield from judged.errors


def _read_cells(
    number: int, cells: list[Any], readers: list[_Reader], constants: dict[str, Any]
) -> tuple[dict[str, Any], list[RowError], list[RowError]]:
    row = dict(constants)
    errors: list[RowError] = []
    warnings: list[RowError] = []
    width = len(cells)
    for reader in readers:
        raw = cells[reader.position] if reader.position < width else None
        value = reader.remembered.get(raw, _UNREAD)
        if value is _UNREAD:
            value = reader.read(raw)
        if value is None:
            if reader.required:
                reason = T("必填，不能为空")
                errors.append(RowError(number, reader.name, reader.heading, cell_text(raw)[:_SHOWN], reason))
        elif value.__class__ is BadValue:
            found = RowError(number, reader.name, reader.heading, cell_text(raw)[:_SHOWN], value.reason)
            (warnings if reader.lenient and not reader.required else errors).append(found)
            value = None
        row[reader.name] = value
    return row, errors, warnings


class _Seen:
    """The keys of the rows read so far, each as one number of 64 bits: a register of a million rows stays small, and
    two different keys of it meet in one of a hundred million files."""

    def __init__(self, sheet: Sheet) -> None:
        self._key, self._holder = sheet.key, sheet.holder
        self._rows: dict[int, int] = {}

    def again(self, number: int, row: dict[str, Any]) -> T | None:
        """Why the row may not come again; None for the first with its key."""
        get = row.get
        holder = hash(get(self._holder)) & 0xFFFFFF if self._holder else 0
        told = number << 24 | holder
        first = self._rows.setdefault(hash(tuple([get(name) for name in self._key])), told)
        if first == told:
            return None
        if first & 0xFFFFFF != holder:
            return T("与第{row}行重复，而且两行写的单位不同，请先核实是哪家的", row=first >> 24)
        return T("与第{row}行重复", row=first >> 24)


def _duplicate(number: int, reason: T, row: dict[str, Any], sheet: Sheet, headings: dict[str, str]) -> RowError:
    name = sheet.key[-1]
    heading = headings.get(name, sheet.column(name).heading)
    return RowError(number, name, heading, " ".join(str(row.get(name)) for name in sheet.key), reason)


def _problems(
    number: int, cells: list[Any], problems: Problems, readers: list[_Reader], sheet: Sheet
) -> Iterator[RowError]:
    by_name = {reader.name: reader for reader in readers}
    headings = {column.name: column.heading for column in sheet.columns}
    for name, reason in problems.errors.items():
        reader = by_name.get(name)
        if reader is None:
            yield RowError(number, name, headings.get(name, ""), "", reason)
            continue
        raw = cells[reader.position] if reader.position < len(cells) else None
        yield RowError(number, name, reader.heading, cell_text(raw)[:_SHOWN], reason)
