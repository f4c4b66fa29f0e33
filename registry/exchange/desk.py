"""The desk where spreadsheets are handed in: read, rehearse, import, give back what was refused.

A rehearsal saves like an import and takes it back, a part at a time, so that it finds what an import would find: there
is no second set of rules for it, and nobody else waits long. An import is one transaction: the good rows all, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.db import tidy, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.exchange.columns import Say, Sheet
from registry.exchange.convert import cell_text
from registry.exchange.errors_book import errors_book
from registry.exchange.importing import ImportBroken, Progress, Refusal, Report, UnusableProfile, Values
from registry.exchange.importing import run as run_import
from registry.exchange.judging import JudgedRow, Refused, judge_rows
from registry.exchange.mapping import Profile, foreign_values, known_headings, propose
from registry.exchange.outcome import result_of
from registry.exchange.profiles import shipped
from registry.exchange.reading import Limits, Table, read_table
from registry.exchange.sheets import Bound, find
from registry.messages import T
from registry.models import ImportBatch
from registry.queries import imports as queries
from registry.services import files, imports
from registry.settings import current

KEPT_ROWS = 50_000
PART = 2_000  # rows written at once; a rehearsal keeps others from writing for as long as one part takes
LARGE_PART = 10_000  # rows of a large file of the command line written for good at once
ERRORS_PURPOSE = "import_errors"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _TakenBack(Exception):
    """Ends the transaction of a rehearsed part."""


def page_limits() -> Limits:
    """What a page takes: 200,000 rows, and as many MB as the operator allows."""
    return Limits(upload_bytes=current().max_upload_mb * 1024 * 1024)


def allow(actor: Actor, sheet: str) -> None:
    """Forbidden unless the caller may import into this register."""
    policy.require(actor, "import.check")
    policy.require(actor, find(sheet).permission)


def open_file(sheet: str, content: bytes | str, name: str = "", limits: Limits | None = None) -> Table:
    """The table of a file, looked at with the headings of a register in mind; UnreadableSheet when there is none."""
    return read_table(content, name, limits=limits, known=known_headings(find(sheet).sheet))


def receive(actor: Actor, sheet: str, name: str, content: bytes, limits: Limits | None = None) -> ImportBatch:
    """Keep a file for a register with the mapping that fits best: a saved one that fits whole, else a guess.

    Raises:
        UnreadableSheet: not a spreadsheet, too large, damaged.
    """
    allow(actor, sheet)
    table = open_file(sheet, content, name, limits or page_limits())
    return imports.upload(actor, sheet, name, content, _best_profile(actor, sheet, table).to_dict())


def profiles(actor: Actor, sheet: str) -> dict[str, Profile]:
    """Mappings that may be chosen, by name: those that come with the product and those saved here."""
    saved = {name: Profile.from_dict(data) for name, data in queries.profiles(actor, sheet).items()}
    return {**shipped(sheet), **saved}


def profile(actor: Actor, sheet: str, name: str) -> Profile:
    """The mapping of a name; Missing when there is none."""
    known = profiles(actor, sheet)
    if name not in known:
        listed = "、".join(sorted(known)) or "—"
        raise Missing(T("没有名为“{name}”的对应方案，现有：{listed}", name=name, listed=listed))
    return known[name]


def _best_profile(actor: Actor, sheet: str, table: Table) -> Profile:
    """The saved mapping that fits whole and reads most of the file, half of it at least; else a guess."""
    register = find(sheet)
    headings = sum(map(bool, table.headings))
    fitting = [
        (len(set(one.columns.values())), one)
        for one in profiles(actor, sheet).values()
        if not faults(register.bind(actor, one), one, table.headings)
    ]
    read, best = max(fitting, key=lambda pair: pair[0], default=(0, None))
    return best if best is not None and read * 2 >= headings else propose(table.headings, register.sheet)


def table_of(actor: Actor, batch: ImportBatch) -> Table:
    """The table of a file that was handed in."""
    stored = queries.file(actor, batch.file_id)
    return open_file(batch.sheet, queries.content(stored), stored.name, page_limits())


def bound_of(actor: Actor, batch: ImportBatch) -> tuple[Bound, Profile]:
    """The register of a batch for this caller, and the mapping settled for it."""
    chosen = Profile.from_dict(batch.profile)
    return find(batch.sheet).bind(actor, chosen), chosen


def check(actor: Actor, batch_id: int, say: Say = str) -> ImportBatch:
    """Rehearse a file that was handed in and keep what was found, with a workbook of the refused rows.

    Raises:
        Invalid: the mapping does not fit the file.
    """
    batch = queries.show(actor, batch_id).batch
    allow(actor, batch.sheet)
    bound, chosen = bound_of(actor, batch)
    table = table_of(actor, batch)
    report = rehearse(bound, table, chosen)
    return imports.note_check(actor, batch_id, _result(actor, table, report, bound, say))


def run(actor: Actor, batch_id: int, say: Say = str) -> ImportBatch:
    """Import a checked file: the good rows in one transaction, the others back in a workbook.

    Raises:
        Conflict: not checked, or imported already.
        Invalid: the mapping does not fit the file.
    """
    batch = queries.show(actor, batch_id).batch
    allow(actor, batch.sheet)
    table = table_of(actor, batch)
    bound, chosen = bound_of(actor, batch)
    judged = _judge_before(bound, table, chosen)
    with transaction():
        batch = imports.claim(actor, batch_id)
        if batch.profile != chosen.to_dict():
            raise Conflict(T("对应关系刚被改过，请重新检查"))
        report = _judged(bound, table, chosen, judged=judged)
        return imports.finish(actor, batch_id, _result(actor, table, report, bound, say))


def _result(actor: Actor, table: Table, report: Report, bound: Bound, say: Say) -> dict[str, Any]:
    stored = None
    if report.refused:
        book = errors_book(table, report.errors, say=say)
        stored = files.store(actor, say(T("未导入的行")) + ".xlsx", XLSX, book, ERRORS_PURPOSE).id
    return result_of(report, bound.announce(), stored)


def rehearse(
    bound: Bound, table: Table, chosen: Profile, progress: Progress | None = None, refused: Refused | None = None
) -> Report:
    """What an import would bring and refuse; nothing stays.

    What only two rows of the file far apart contradict each other in (one certificate number on both) is found by
    the import itself.
    """

    def save(rows: Sequence[Values]) -> list[Refusal]:
        found: list[Refusal] = []
        try:
            with transaction():
                found = bound.save(rows)
                raise _TakenBack
        except _TakenBack:
            bound.forget()
        return found

    return _judged(replace(bound, save=save), table, chosen, progress, refused=refused)


def load(bound: Bound, table: Table, chosen: Profile, progress: Progress | None = None) -> Report:
    """Save the good rows in one transaction; whatever breaks it leaves nothing behind."""
    judged = _judge_before(bound, table, chosen)
    with transaction():
        return _judged(bound, table, chosen, progress, judged)


def bring_in(
    actor: Actor,
    sheet: str,
    bound: Bound,
    table: Table,
    chosen: Profile,
    path: Path,
    progress: Progress | None = None,
    refused: Refused | None = None,
) -> Report:
    """Import a file of the command line, and keep it with what came of it like one handed in on a page.

    A file of more than 50,000 rows of a register that can take it is written in parts, each for good by itself: when
    it breaks off, the same file again finds what is there unchanged and does the rest.
    """
    if bound.in_parts and table.row_count > KEPT_ROWS:
        batch = imports.upload_path(actor, sheet, path, chosen.to_dict())
        tidied = replace(bound, save=_tidied(bound.save))
        report = _judged(tidied, table, chosen, progress, refused=refused, part=LARGE_PART)
        imports.finish(actor, batch.id, _result(actor, table, report, bound, str))
        return report
    judged = _judge_before(bound, table, chosen)
    with transaction():
        batch = imports.upload_path(actor, sheet, path, chosen.to_dict())
        report = _judged(bound, table, chosen, progress, judged, refused)
        imports.finish(actor, batch.id, _result(actor, table, report, bound, str))
    return report


def _tidied(save: Callable[[Sequence[Values]], list[Refusal]]) -> Callable[[Sequence[Values]], list[Refusal]]:
    """`save` with fresh statistics after the first part: else the other hundreds are looked up as in an empty
    register."""
    is_first = True

    def saved(rows: Sequence[Values]) -> list[Refusal]:
        nonlocal is_first
        refusals = save(rows)
        if is_first:
            tidy()
        is_first = False
        return refusals

    return saved


def _judge_before(bound: Bound, table: Table, chosen: Profile) -> list[JudgedRow] | None:
    """The rows judged each by itself before the transaction, so that it is short; None for files too large for it."""
    if table.row_count > KEPT_ROWS or faults(bound, chosen, table.headings):
        return None
    return list(judge_rows(table, bound.sheet, chosen))


def _judged(
    bound: Bound,
    table: Table,
    chosen: Profile,
    progress: Progress | None = None,
    judged: list[JudgedRow] | None = None,
    refused: Refused | None = None,
    part: int | None = None,
) -> Report:
    try:
        return run_import(
            table, bound.sheet, chosen, bound.save, bound.existing, progress, part or PART, judged, refused
        )
    except UnusableProfile as error:
        raise Invalid({"columns": list(error.reasons)}) from None
    except ImportBroken as error:
        raise error.__cause__ or error from None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was handed in, opened for matching: its table, its register for this caller, a mapping."""

    line: queries.Line
    table: Table
    bound: Bound
    profile: Profile

    @property
    def sheet(self) -> Sheet:
        return self.bound.sheet


def opened(actor: Actor, batch_id: int, chosen: Profile | None = None) -> Opened:
    """A file for matching, with the mapping settled for it or another one.

    Raises:
        Missing: no such file for this caller to see.
        Forbidden: not a register this caller may import into.
        Conflict: imported already.
    """
    line = queries.show(actor, batch_id)
    allow(actor, line.batch.sheet)
    if line.batch.state == "imported":
        raise Conflict(T("这个文件已经导入过了，需要再导请重新上传"))
    mapping = chosen or Profile.from_dict(line.batch.profile)
    bound = find(line.batch.sheet).bind(actor, mapping)
    return Opened(line, table_of(actor, line.batch), bound, mapping)


def settle(actor: Actor, batch_id: int, chosen: Profile) -> Opened:
    """Settle a mapping that fits.

    Raises:
        Invalid: what keeps it from being used.
    """
    found = opened(actor, batch_id, chosen)
    if reasons := faults(found.bound, chosen, found.table.headings):
        raise Invalid({"columns": reasons})
    imports.settle(actor, batch_id, chosen.to_dict())
    return found


def foreign(found: Opened) -> dict[str, list[tuple[str, int, str]]]:
    """Choice column -> values of the file that are none of ours: (value, how often, what it is or may be of ours)."""
    return foreign_values(found.table, found.sheet, found.profile)


def faults(bound: Bound, chosen: Profile, headings: Sequence[str]) -> list[T]:
    """Why this mapping cannot be used for a file with these headings."""
    return chosen.faults(bound.sheet, headings)


def samples(table: Table, most: int = 3, rows: int = 200) -> Mapping[str, list[str]]:
    """Heading -> the first few different values under it."""
    found: dict[str, list[str]] = {heading: [] for heading in table.headings if heading}
    places = {heading: table.column(heading) for heading in found}
    for number, (_, cells) in enumerate(table):
        if number == rows or all(len(values) == most for values in found.values()):
            break
        for heading, values in found.items():
            text = cell_text(cells[places[heading]])[:40] if places[heading] < len(cells) else ""
            if text and text not in values and len(values) < most:
                values.append(text)
    return found
