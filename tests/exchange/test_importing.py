"""A table into the registry: counts that add up, errors that name their cell, a second run that changes nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from registry.exchange.columns import Sheet
from registry.exchange.export import export_xlsx
from registry.exchange.importing import (
    ImportBroken,
    Key,
    Refusal,
    Report,
    UnusableProfile,
    dry_run,
    row_digest,
    run,
)
from registry.exchange.judging import RowError
from registry.exchange.mapping import Profile, propose
from registry.exchange.reading import Table, read_table
from tests.exchange.sheets import HEADINGS, PUMPS, delimited, pump, workbook

HEAD = ("设备代码", "名称", "类别", "载重量（kg）", "制造年月", "有效期至")


class Register:
    """A register in memory, with the two callbacks an import wants."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[str, Any]] = {}
        self.batches: list[int] = []

    def existing(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def save(self, rows: Sequence[dict[str, Any]]) -> None:
        self.batches.append(len(rows))
        for row in rows:
            self.rows.setdefault((row["code"],), {}).update(row)


def table(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> Table:
    return read_table(delimited([head, *rows]), "a.csv")


def profile(of: Table, **changes: Any) -> Profile:
    first = propose(of.headings, PUMPS)
    return Profile(**({"columns": first.columns, "conversions": first.conversions} | changes))


def consistent(report: Report) -> Report:
    assert report.rows_in == report.good + report.refused
    return report


def test_good_rows_become_values() -> None:
    source = table(("P1", "甲", "大泵", "1.5t", "2021年5月", "2027/3/31"))
    report = consistent(dry_run(source, PUMPS, profile(source)))
    assert (report.rows_in, report.new, report.refused, report.errors) == (1, 1, 0, [])
    row = {
        "code": "P1",
        "name": "甲",
        "kind": "big",
        "load_kg": 1500,
        "made": date(2021, 5, 1),
        "until": date(2027, 3, 31),
    }
    assert list(report.good_rows()) == [row]
    assert list(report.good_rows()) == [row]


def test_every_error_names_row_column_heading_value_and_reason() -> None:
    source = table(
        ("P1", "甲", "扶梯", "12.5", "2021-05", "2027-02-30"),
        ("P2", "", "大泵", "99999", "2021-05", "2020-01-01"),
        ("P3", "丙", "小泵", "1", "2021-05", "2020-01-01"),
        ("P1", "丁", "小泵", "1", "2021-05", "2027-01-01"),
        ("P1", "戊", "小泵", "1", "2021-05", "2027-01-01"),
    )
    report = consistent(dry_run(source, PUMPS, profile(source)))
    assert [(e.row, e.column, e.heading, e.value) for e in report.errors] == [
        (2, "kind", "类别", "扶梯"),
        (2, "load_kg", "载重量（kg）", "12.5"),
        (2, "until", "有效期至", "2027-02-30"),
        (3, "name", "名称", ""),
        (3, "load_kg", "载重量（kg）", "99999"),
        (4, "until", "有效期至", "2020-01-01"),
        (6, "code", "设备代码", "P1"),
    ]
    assert report.errors[-1].reason == "与第5行重复"
    assert (report.refused, report.new) == (4, 1)
    assert ("名称", "必填，不能为空", 1) in report.reasons()


def test_a_row_is_judged_as_a_whole_only_when_its_cells_are_good() -> None:
    source = table(("P1", "甲", "大泵", "x", "2021-05", "2020-01-01"))
    assert [error.column for error in dry_run(source, PUMPS, profile(source)).errors] == ["load_kg"]


def test_a_formula_without_value_is_missing_and_said_to_be_one() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEAD)
    book.active.append(["P1", "=A2", "大泵", 1, "2021-05", "2027-01-01"])
    target = io.BytesIO()
    book.save(target)
    source = read_table(target.getvalue(), "a.xlsx")
    (error,) = dry_run(source, PUMPS, profile(source)).errors
    assert (error.row, error.heading) == (2, "名称")
    assert "公式" in error.reason


def test_importing_twice_changes_nothing() -> None:
    source = table(*((f"P{n}", "甲", "大泵", 1000 + n, "2021-05", "2027-01-01") for n in range(1200)))
    register = Register()
    report = consistent(run(source, PUMPS, profile(source), register.save, register.existing))
    assert (report.new, report.saved, register.batches) == (1200, 1200, [500, 500, 200])
    again = consistent(run(source, PUMPS, profile(source), register.save, register.existing))
    assert (again.unchanged, again.saved, again.changes) == (1200, 0, [])
    assert register.batches == [500, 500, 200]


def test_a_changed_field_is_named_and_a_digest_is_enough_to_see_no_change() -> None:
    register = Register()
    first = table(("P1", "甲", "大泵", 1000, "2021-05", "2027-01-01"))
    run(first, PUMPS, profile(first), register.save)
    second = table(("P1", "甲", "大泵", 1200, "2021-05", "2027-01-01"))
    report = consistent(dry_run(second, PUMPS, profile(second), register.existing))
    assert (report.changed, report.new) == (1, 0)
    (change,) = report.changes
    assert (change.row, change.key, change.column, change.old, change.new) == (2, ("P1",), "load_kg", 1000, 1200)
    digests = {key: row_digest(row) for key, row in register.rows.items()}
    assert dry_run(first, PUMPS, profile(first), lambda keys: digests).unchanged == 1
    assert dry_run(second, PUMPS, profile(second), lambda keys: digests).changed == 1


def test_an_empty_cell_leaves_a_field_as_it_is_unless_the_profile_clears() -> None:
    register = Register()
    full = table(("P1", "甲", "大泵", 1000, "2021-05", "2027-01-01"))
    run(full, PUMPS, profile(full), register.save)
    blank = table(("P1", "甲", "", "", "2021-05", "2027-01-01"))
    assert dry_run(blank, PUMPS, profile(blank), register.existing).unchanged == 1
    report = dry_run(blank, PUMPS, profile(blank, clear_blanks=True), register.existing)
    assert [(change.column, change.new) for change in report.changes] == [("kind", None), ("load_kg", None)]
    (row,) = report.good_rows()
    assert row["kind"] is None


def test_a_file_without_a_column_says_nothing_about_it() -> None:
    register = Register()
    full = table(("P1", "甲", "大泵", 1000, "2021-05", "2027-01-01"))
    run(full, PUMPS, profile(full), register.save)
    short = table(("P1", "甲"), head=HEAD[:2])
    assert dry_run(short, PUMPS, profile(short, clear_blanks=True), register.existing).unchanged == 1


def test_a_profile_maps_values_constants_conversions_and_nothings() -> None:
    source = table(
        ("P1", "N/A", "Large", "2500", "05/2021", "03/31/2027"),
        ("P2", "乙", "Odd", "none", "05/2021", "03/31/2027"),
    )
    mapped = profile(
        source,
        values={"kind": {"large": "big", "Odd": ""}},
        constants={"public": "是"},
        conversions={"load_kg": "pounds_to_kg", "until": "date:%m/%d/%Y"},
        empty={"*": ["n/a"], "load_kg": ["none"]},
    )
    report = consistent(dry_run(source, PUMPS, mapped))
    assert [(error.row, error.reason, error.value) for error in report.errors] == [(2, "必填，不能为空", "N/A")]
    expected = {"code": "P2", "name": "乙", "made": date(2021, 5, 1), "until": date(2027, 3, 31), "public": True}
    assert list(report.good_rows()) == [expected]


def test_a_lenient_column_warns_and_stays_missing() -> None:
    source = table(("P1", "甲", "扶梯", "1", "2021-05", "2027-01-01"))
    report = consistent(dry_run(source, PUMPS, profile(source, lenient=["kind"])))
    assert (report.new, len(report.errors), len(report.warnings)) == (1, 0, 1)
    assert report.warnings[0].value == "扶梯"
    assert report.summary()["warnings"] == 1
    assert "kind" not in next(report.good_rows())


def test_required_columns_are_never_lenient() -> None:
    source = table(("", "甲", "大泵", "1", "2021-05", "2027-01-01"))
    assert dry_run(source, PUMPS, profile(source, lenient=["code"])).refused == 1


def test_an_unusable_profile_stops_before_the_first_row() -> None:
    source = table(("P1", "甲"), head=("a", "b"))
    with pytest.raises(UnusableProfile) as caught:
        dry_run(source, PUMPS, Profile(columns={"code": "a"}))
    assert caught.value.reasons == ("缺少必填列：名称",)


def test_columns_nobody_uses_are_mentioned() -> None:
    source = table(("P1", "甲", "x"), head=("设备代码", "名称", "厂内编号"))
    assert "没有用到的列：厂内编号" in dry_run(source, PUMPS, profile(source)).notices


def test_what_saving_refuses_is_counted_and_named() -> None:
    source = table(*((f"P{n}", "甲", "大泵", "1", "2021-05", "2027-01-01") for n in range(4)))
    report = consistent(run(source, PUMPS, profile(source), lambda rows: [Refusal(2, "不属于本单位", "name")]))
    assert (report.new, report.saved, report.refused) == (3, 3, 1)
    assert report.errors == [RowError(4, "name", "名称", "甲", "不属于本单位")]


def test_saving_that_breaks_off_says_how_far_it_came_and_a_second_run_does_the_rest() -> None:
    source = table(*((f"P{n}", "甲", "大泵", "1", "2021-05", "2027-01-01") for n in range(25)))
    register = Register()

    def breaking(rows: Sequence[dict[str, Any]]) -> None:
        if len(register.batches) == 2:
            raise OSError("disk full")
        register.save(rows)

    with pytest.raises(ImportBroken) as caught:
        run(source, PUMPS, profile(source), breaking, register.existing, batch=10)
    assert (caught.value.report.saved, caught.value.report.new, len(register.rows)) == (20, 20, 20)
    report = consistent(run(source, PUMPS, profile(source), register.save, register.existing, batch=10))
    assert (report.unchanged, report.new) == (20, 5)


def test_progress_ends_at_the_number_of_rows() -> None:
    source = table(*((f"P{n}", "甲", "大泵", "1", "2021-05", "2027-01-01") for n in range(1100)))
    seen: list[tuple[int, int]] = []
    dry_run(source, PUMPS, profile(source), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(500, 1100), (1000, 1100), (1100, 1100)]


def test_numbers_stored_as_text_and_texts_stored_as_numbers() -> None:
    source = read_table(workbook([HEAD, (1001, 5, "大泵", "1200", date(2021, 5, 9), "2027-01-01")]), "a.xlsx")
    (row,) = dry_run(source, PUMPS, profile(source)).good_rows()
    assert (row["code"], row["name"], row["load_kg"], row["made"]) == ("1001", "5", 1200, date(2021, 5, 1))


def test_an_export_is_read_again_without_a_change() -> None:
    register = Register()
    pumps = [
        pump(n, name="=SUM(A1)" if n % 3 == 0 else f"-{n} 号", seen=None, travel=Decimal("0.10")) for n in range(50)
    ]
    register.save([{k: v for k, v in row.items() if v is not None} for row in pumps])
    source = read_table(export_xlsx(PUMPS, pumps), "a.xlsx")
    assert source.headings == HEADINGS
    report = consistent(dry_run(source, PUMPS, profile(source), register.existing))
    assert (report.unchanged, report.errors, report.changes) == (50, [], [])


def test_25_000_rows_of_ten_columns() -> None:
    rows = [
        (f"P{n:05d}", f"{n}号泵", "大泵", f"第{n % 60}镇", n % 900, "22.5", "2021-05", "2027-03-31", "", "是")
        for n in range(25_000)
    ]
    rows[::10] = [(code, "", *rest) for code, _, *rest in rows[::10]]
    source = table(*rows, head=HEADINGS)
    report = consistent(dry_run(source, PUMPS, profile(source)))
    assert (report.new, report.refused) == (22_500, 2_500)


def test_a_file_of_nothing_but_errors_keeps_a_bounded_report() -> None:
    rows = [(f"P{n:05d}", "", "扶梯", "x", "?", "?") for n in range(20_000)]
    source = table(*rows)
    report = consistent(dry_run(source, PUMPS, profile(source)))
    assert (report.refused, len(report.errors), report.errors_left_off) == (20_000, 50_000, 50_000)


def test_a_sheet_without_judge_and_with_a_double_key() -> None:
    sheet = Sheet(name="s", heading="s", key=("code", "town"), columns=PUMPS.columns[:4])
    source = table(
        ("P1", "甲", "大泵", "第1镇"), ("P1", "甲", "大泵", "第2镇"), ("P1", "x", "大泵", "第2镇"), head=HEADINGS[:4]
    )
    report = consistent(dry_run(source, sheet, propose(source.headings, sheet)))
    assert (report.new, report.refused) == (2, 1)
    assert report.errors[0].reason == "与第3行重复"
