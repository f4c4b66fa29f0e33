"""Handing a spreadsheet in: from the upload to the refused rows, and who may."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.db import db
from registry.models import Elevator, ImportBatch, ImportProfile
from tests.exchange.sheets import workbook
from tests.exchange.test_registers import DEVICE, elevator_row

EXCERPT = Path(__file__).resolve().parents[1] / "data/elevators_maryland_excerpt.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledger(*rows: dict) -> bytes:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return workbook([headings, *([row.get(name) for name in headings] for row in rows)])


def hand_in(browser, content: bytes, name: str = "台账.xlsx", register: str = "elevators"):
    return browser.post("/imports/new", data={"register": register, "file": (io.BytesIO(content), name)})


def matched(browser, address: str) -> dict[str, str]:
    """What the page of columns sends when nothing is changed on it."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.sent: dict[str, str] = {}
            self.select = ""

        def handle_starttag(self, tag, attrs) -> None:
            given = dict(attrs)
            if tag == "select":
                self.select = given.get("name", "")
            elif tag == "option" and "selected" in given:
                self.sent[self.select] = given["value"]
            elif tag == "input" and given.get("type") == "checkbox" and "checked" in given:
                self.sent[given["name"]] = given["value"]
            elif tag == "input" and given.get("type") not in ("checkbox", "file"):
                self.sent[given.get("name", "")] = given.get("value", "")

    reader = Reader()
    reader.feed(browser.get(address).get_data(as_text=True))
    return reader.sent


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Elevator)) or 0


def test_from_upload_to_import(browser_of) -> None:
    browser = browser_of("section")
    answer = hand_in(browser, ledger(elevator_row(1), elevator_row(2, 额定速度="很快")))
    assert answer.status_code == 302
    columns = answer.headers["Location"]
    page = browser.get(columns).get_data(as_text=True)
    assert "设备代码" in page
    assert DEVICE.format(1) in page  # a sample of what stands in their column
    answer = browser.post(columns, data=matched(browser, columns))
    summary = answer.headers["Location"]
    assert summary == columns.removesuffix("/columns")
    checked = browser.get(summary).get_data(as_text=True)
    assert "很快" in checked
    assert "不是数字" in checked
    assert count() == 0
    assert browser.post(f"{summary}/run").status_code == 302
    assert count() == 1
    done = browser.get(summary).get_data(as_text=True)
    assert "导入结果" in done
    refused = browser.get(f"{summary}/errors")
    assert refused.mimetype == XLSX
    rows = list(load_workbook(io.BytesIO(refused.data)).active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert "不是数字" in rows[1][-1]
    assert browser.post(f"{summary}/run").status_code == 409
    assert count() == 1


def test_foreign_words_are_matched_on_a_page_and_kept_under_a_name(browser_of) -> None:
    browser = browser_of("section")
    content = ledger(elevator_row(1, 设备品种="客梯"), elevator_row(2, 设备品种="施工电梯"))
    columns = hand_in(browser, content).headers["Location"]
    values = browser.post(columns, data=matched(browser, columns)).headers["Location"]
    assert values.endswith("/values")
    page = browser.get(values).get_data(as_text=True)
    assert "客梯" in page
    assert "不导入：" in page
    sent = {"theirs-kind": ["客梯", "施工电梯"], "ours-kind": ["traction_passenger", "outside_hoist"]}
    summary = browser.post(values, data=sent).headers["Location"]
    shown = browser.get(summary).get_data(as_text=True)
    assert "起重机械" in shown
    assert browser.post(f"{summary}/profile", data={"name": ""}).status_code == 422
    assert browser.post(f"{summary}/profile", data={"name": "区局台账"}).status_code == 302
    saved = db.session.scalars(select(ImportProfile)).one()
    assert saved.data["values"]["kind"] == {"客梯": "traction_passenger", "施工电梯": "outside_hoist"}
    # The next file of its kind is matched by it without being asked.
    again = hand_in(browser, content)
    batch = db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
    assert again.status_code == 302
    assert batch is not None
    assert batch.profile["name"] == "区局台账"


def test_the_register_of_maryland_is_recognised(browser_of) -> None:
    browser = browser_of("section")
    columns = hand_in(browser, EXCERPT.read_bytes(), "elevators.csv").headers["Location"]
    answer = browser.post(columns, data=matched(browser, columns))
    if answer.headers["Location"].endswith("/values"):
        values = answer.headers["Location"]
        page = browser.get(values).get_data(as_text=True)
        assert "Rack &amp; Pinion" in page
        sent = values_as_offered(browser, values)
        answer = browser.post(values, data=sent)
    summary = answer.headers["Location"]
    assert browser.post(f"{summary}/run").status_code == 302
    assert count() == 51


def values_as_offered(browser, address: str) -> dict[str, list[str]]:
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.sent: dict[str, list[str]] = {}
            self.select = ""

        def handle_starttag(self, tag, attrs) -> None:
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden":
                self.sent.setdefault(given["name"], []).append(given["value"])
            elif tag == "select":
                self.select = given["name"]
            elif tag == "option" and "selected" in given:
                self.sent.setdefault(self.select, []).append(given["value"])

    reader = Reader()
    reader.feed(browser.get(address).get_data(as_text=True))
    return reader.sent


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"%PDF-1.7 no table", "a.pdf", "不是电子表格"),
        (b"", "a.csv", "文件是空的"),
        (b"PK\x03\x04 broken", "a.xlsx", "文件"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_beside_the_field(browser_of, content, name, part) -> None:
    answer = hand_in(browser_of("section"), content, name)
    assert answer.status_code == 422
    assert part in answer.get_data(as_text=True)
    assert db.session.scalars(select(ImportBatch)).all() == []


def test_a_missing_file_or_register_is_named(browser_of) -> None:
    answer = browser_of("section").post("/imports/new", data={"register": ""})
    assert answer.status_code == 422
    assert "请填写这一项" in answer.get_data(as_text=True)


def test_a_compulsory_column_without_a_source_is_named(browser_of) -> None:
    browser = browser_of("section")
    columns = hand_in(browser, ledger(elevator_row(1))).headers["Location"]
    sent = matched(browser, columns) | {"heading-address": ""}
    answer = browser.post(columns, data=sent)
    assert answer.status_code == 422
    assert "缺少必填列：使用地点" in answer.get_data(as_text=True)
    # A constant for the whole file will do.
    assert browser.post(columns, data=sent | {"constant-address": "汴河中路"}).status_code == 302


def test_a_bad_constant_is_named_and_kept(browser_of) -> None:
    browser = browser_of("section")
    columns = hand_in(browser, ledger(elevator_row(1))).headers["Location"]
    sent = matched(browser, columns) | {"constant-made_on": "去年"}
    answer = browser.post(columns, data=sent)
    assert answer.status_code == 422
    assert "去年" in answer.get_data(as_text=True)


def test_nothing_is_imported_unchecked(browser_of) -> None:
    browser = browser_of("section")
    columns = hand_in(browser, ledger(elevator_row(1))).headers["Location"]
    assert browser.post(columns.replace("/columns", "/run")).status_code == 409
    assert count() == 0


def test_others_do_not_see_it(browser_of) -> None:
    section, station = browser_of("section"), browser_of("filling")
    columns = hand_in(section, ledger(elevator_row(1))).headers["Location"]
    for path in (columns, columns.removesuffix("/columns"), columns.replace("columns", "errors")):
        assert station.get(path).status_code == 404
    assert station.post(columns.replace("columns", "run")).status_code == 404


def test_who_may_not(browser_of, client) -> None:
    assert client.get("/imports/").status_code == 302
    assert browser_of("tech1").get("/imports/").status_code == 403
    assert browser_of("filling").get("/imports/templates/elevators").status_code == 403
    assert browser_of("section").get("/imports/templates/nothing").status_code == 404
    assert hand_in(browser_of("filling"), ledger(elevator_row(1))).status_code == 403


@pytest.mark.parametrize("register", ["elevators", "cylinders", "units", "people"])
def test_templates_come_with_lists_and_notes(browser_of, register) -> None:
    answer = browser_of("section").get(f"/imports/templates/{register}")
    assert answer.mimetype == XLSX
    book = load_workbook(io.BytesIO(answer.data))
    assert book.worksheets[0].data_validations.dataValidation
    assert any(cell.comment for cell in book.worksheets[0][1])


def test_earlier_imports_are_listed(browser_of) -> None:
    browser = browser_of("section")
    hand_in(browser, ledger(elevator_row(1, 检验日期=date(2026, 1, 5))), "区台账.xlsx")
    assert "区台账.xlsx" in browser.get("/imports/").get_data(as_text=True)
