"""Lists out as spreadsheets: what the list shows, under its conditions, and no more than the caller may see."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.exchange import desk, lists
from registry.exchange.mapping import propose
from registry.exchange.sheets import find
from registry.models import Elevator
from registry.services import inspections
from seeds import cast
from tests import elevators_factory, filling_factory
from tests.exchange.test_registers import MAPPED, bring_in, cylinder_row, elevator_row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHO = {"cylinders": "filling", "fillings": "filling", "trail": "auditor"}
# Lists of one thing: which.
OF_ONE = {"cylinder-timeline": lambda: f"?code={filling_factory.cylinder().label_code}"}


def fetch(browser, address: str) -> list[dict]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == XLSX
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def ledger(app) -> None:
    bring_in("elevators", [elevator_row(1), elevator_row(2, 所在区县="砀山县", 安装地址="危险地址")])
    row = db.session.scalars(select(Elevator).where(Elevator.address == "危险地址")).one()
    row.address = "=HYPERLINK(1)"
    db.session.commit()


def test_a_list_leaves_with_real_values(ledger, browser_of) -> None:
    rows = fetch(browser_of("section"), "/exports/elevators.xlsx")
    assert [row["使用地点"] for row in rows] == ["汴河中路1号", "=HYPERLINK(1)"]
    assert rows[0]["额定载重量（kg）"] == 1000
    assert rows[0]["最近一次检验日期"] == datetime(2026, 3, 2)
    assert (rows[0]["使用单位"], rows[0]["维保单位"]) == ("宿州汇源物业服务有限公司", "安徽迅安电梯工程有限公司")


def test_a_formula_stays_a_text(ledger, browser_of) -> None:
    answer = browser_of("section").get("/exports/elevators.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)")
    assert cell.data_type != "f"
    assert sheet.freeze_panes == "A2"


def test_the_conditions_of_the_list_hold(ledger, browser_of) -> None:
    browser = browser_of("section")
    assert len(fetch(browser, "/exports/elevators.xlsx?area=341321")) == 1
    assert len(fetch(browser, "/exports/elevators.xlsx?q=汴河")) == 1
    assert browser.get("/exports/elevators.xlsx?status=flying").status_code == 422


def test_each_sees_its_own(ledger, browser_of) -> None:
    assert len(fetch(browser_of("dangshan"), "/exports/elevators.xlsx")) == 1
    assert len(fetch(browser_of("property2"), "/exports/elevators.xlsx")) == 0
    assert browser_of("filling").get("/exports/elevators.xlsx").status_code == 403
    assert browser_of("section").get("/exports/spaceships.xlsx").status_code == 404
    assert browser_of("section").get("/exports/indicators/no-such.xlsx").status_code == 404


@pytest.mark.parametrize("name", sorted(lists.LISTS))
def test_every_list_leaves(browser_of, client, name) -> None:
    fetch(browser_of(WHO.get(name, "section")), f"/exports/{name}.xlsx{OF_ONE.get(name, str)()}")
    assert client.get(f"/exports/{name}.xlsx").status_code == 302


def test_a_body_reads_no_number_of_another_body_s_report(app, browser_of) -> None:
    """It finds every elevator, and of its inspections the own ones."""
    section, today = cast.actor("section"), clock.today()
    lifts = [elevators_factory.maintained(section, number) for number in (1, 2)]
    given = {"kind": "periodic_inspection", "conclusion": "pass", "done_on": today}
    inspections.record(section, lifts[0].id, {**given, "report_no": "FOREIGN-1"})
    inspections.record(cast.actor("inspector"), lifts[1].id, {**given, "report_no": "OWN-1"})
    assert {row["检验报告编号"] for row in fetch(browser_of("section"), "/exports/elevators.xlsx")} == {
        "FOREIGN-1",
        "OWN-1",
    }
    rows = fetch(browser_of("inspector"), "/exports/elevators.xlsx")
    assert {row["检验报告编号"] for row in rows} == {None, "OWN-1"}
    assert all(row["最近一次检验日期"] for row in rows)


def test_the_trail_is_for_auditors(browser_of) -> None:
    assert browser_of("company").get("/exports/trail.xlsx").status_code == 403


def test_phones_of_people_are_masked(browser_of) -> None:
    rows = fetch(browser_of("section"), "/exports/people.xlsx?q=马超")
    assert rows[0]["手机号码"].startswith("139****")


def test_what_an_indicator_does_not_count_leaves_with_its_reason(ledger, browser_of) -> None:
    rows = fetch(browser_of("section"), "/exports/indicators/paperless_maintenance.xlsx")
    assert len(rows) == 2
    assert all(row["未计入原因"] for row in rows)


def test_what_was_exported_can_be_imported_again(ledger, browser_of, app) -> None:
    content = browser_of("section").get("/exports/elevators.xlsx").data
    actor = cast.actor("section")
    table = desk.open_file("elevators", content, "export.xlsx")
    profile = propose(table.headings, find("elevators").sheet)
    report = desk.load(find("elevators").bind(actor, profile), table, profile)
    assert (report.unchanged, report.changed, report.new, report.refused) == (2, 0, 0, 0), (
        report.errors,
        report.changes,
    )


def test_exported_cylinders_can_be_imported_again(app, browser_of) -> None:
    bring_in("cylinders", [cylinder_row(1), cylinder_row(2)], login="filling", columns=MAPPED)
    content = browser_of("filling").get("/exports/cylinders.xlsx").data
    actor = cast.actor("filling")
    table = desk.open_file("cylinders", content, "export.xlsx")
    profile = propose(table.headings, find("cylinders").sheet)
    report = desk.load(find("cylinders").bind(actor, profile), table, profile)
    assert (report.unchanged, report.changed, report.refused) == (2, 0, 0), (report.errors, report.changes)


def test_exported_units_can_be_imported_again(app, browser_of) -> None:
    content = browser_of("section").get("/exports/units.xlsx").data
    table = desk.open_file("units", content, "export.xlsx")
    profile = propose(table.headings, find("units").sheet)
    report = desk.load(find("units").bind(cast.actor("section"), profile), table, profile)
    assert (report.changed, report.new, report.refused) == (0, 0, 0), (report.errors, report.changes)


def test_a_long_list_is_walked_to_its_end(app, browser_of) -> None:
    rows = [elevator_row(1, 设备代码=f"311010106202106{number:03d}") for number in range(450)]
    assert bring_in("elevators", rows).new == 450
    found = fetch(browser_of("section"), "/exports/elevators.xlsx")
    assert len(found) == db.session.scalar(select(func.count()).select_from(Elevator)) == 450
    assert len({row["设备代码"] for row in found}) == 450


def test_a_list_longer_than_a_sheet_should_be_is_refused(app, browser_of, monkeypatch) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 200)
    bring_in("elevators", [elevator_row(1, 设备代码=f"311010106202106{number:03d}") for number in range(250)])
    answer = browser_of("section").get("/exports/elevators.xlsx")
    assert answer.status_code == 422
    assert "缩小范围" in answer.get_data(as_text=True)
