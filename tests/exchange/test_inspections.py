"""Results of inspections as spreadsheets: by any code, errors in words, the same file again, the page offers it."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from registry.db import db
from registry.errors import Forbidden
from registry.exchange import desk
from registry.models import Hazard, Inspection
from tests import elevators_factory as make
from tests.inspections_factory import inspected, stand_on

DAY = date(2024, 3, 5)
HEAD = "电梯编号,检验类别,检验日期,检验结论,报告编号,下次检验日期,检验意见通知书编号"


@pytest.fixture
def lift(actor, monkeypatch):
    stand_on(monkeypatch, DAY)
    return make.in_use(actor("section"), register_code="31103413022015030001")


def handed_in(actor, *rows: str, head: str = HEAD):
    """A file handed in by the inspection body, checked."""
    who = actor("inspector")
    batch = desk.receive(who, "inspections", "检验结果.csv", "\n".join((head, *rows)).encode())
    return who, desk.check(who, batch.id)


def on_file(kind: str = "periodic_inspection") -> list[Inspection]:
    db.session.expire_all()
    statement = select(Inspection).where(Inspection.kind == kind).order_by(Inspection.id)
    return list(db.session.scalars(statement))


def test_rows_by_any_code(actor, lift) -> None:
    codes = [lift.label_code.lower(), lift.device_code, lift.register_code, "梯11皖L00001（20）"]
    rows = [f"{code},定期检验,202{n}-03-01,合格,AHD{n},," for n, code in enumerate(codes)]
    who, batch = handed_in(actor, *rows[1:])
    assert batch.result["counts"]["new"] == 3
    assert on_file() == []
    desk.run(who, batch.id)
    assert [(row.done_on, row.report_no, row.elevator_id) for row in on_file()] == [
        (date(2020 + n, 3, 1), f"AHD{n}", lift.id) for n in (1, 2, 3)
    ]
    assert {row.body_id for row in on_file()} == {who.unit_id}


def test_what_follows_from_a_row(actor, lift) -> None:
    rows = (
        f"{lift.device_code},定期检验,2024-03-01,不合格,A1,,YJ-9",
        f"{lift.device_code},定期检验,2024-03-04,整改后合格,A2,,",
        f"{lift.device_code},改造监督检验,2023-10-09,合格,A3,2024-12-31,",
    )
    who, batch = handed_in(actor, *rows)
    desk.run(who, batch.id)
    failed, passed = on_file()
    assert (failed.conclusion, failed.notice_no, failed.valid_until) == ("fail", "YJ-9", None)
    assert db.session.scalars(select(Hazard)).one().id == failed.hazard_id
    assert passed.valid_until is not None
    assert on_file("alteration_supervision")[0].valid_until == date(2024, 12, 31)


def test_bad_rows_are_given_back_in_words(actor, lift) -> None:
    rows = (
        "SZ-NOBODY,定期检验,2024-03-01,合格,A1,,",
        f"{lift.device_code},随便看看,2024-03-01,合格,A2,,",
        f"{lift.device_code},定期检验,2024-03-06,合格,A3,,",
        f"{lift.device_code},定期检验,2019-01-01,合格,A4,,",
        f"{lift.device_code},自行检测,2024-03-01,合格,A5,,",
        f"{lift.device_code},定期检验,2024-03-02,,A6,,",
        f"{lift.device_code},定期检验,2024-03-01,合格,A7,,",
        f"{lift.device_code},定期检验,2024-03-01,合格,A8,,",
    )
    who, batch = handed_in(actor, *rows)
    counts = batch.result["counts"]
    assert (counts["new"], counts["refused"]) == (1, 7)
    desk.run(who, batch.id)
    assert [row.report_no for row in on_file()] == ["A7"]
    book = load_workbook(io.BytesIO(desk.queries.content(desk.queries.file(who, batch.result["errors_file"]))))
    text = "\n".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value)
    for reason in ("没有找到这台电梯", "不能晚于今天", "不能早于制造日期", "从事定期检验", "必填", "与第8行重复"):
        assert reason in text, (reason, text)


def test_the_same_file_again_changes_nothing_and_another_result_is_refused(actor, lift) -> None:
    row = f"{lift.device_code},定期检验,2024-03-01,合格,A1,2025-03-31,"
    who, batch = handed_in(actor, row)
    desk.run(who, batch.id)
    who, again = handed_in(actor, row)
    assert (again.result["counts"]["unchanged"], again.result["counts"]["new"]) == (1, 0)
    who, other = handed_in(actor, row.replace("合格", "整改后合格").replace("A1", "A2"))
    desk.run(who, other.id)
    assert [(found.conclusion, found.report_no) for found in on_file()] == [("pass", "A1")]
    assert other.result["counts"]["refused"] == 1


def test_what_somebody_else_recorded_is_not_recorded_again(actor, lift) -> None:
    inspected(actor("section"), lift.id, date(2024, 3, 1))
    _who, batch = handed_in(actor, f"{lift.device_code},定期检验,2024-03-01,合格,A1,,")
    assert batch.result["counts"]["refused"] == 1


def test_who_imports(actor, browser_of, lift) -> None:
    for login in ("company", "property", "filling"):
        with pytest.raises(Forbidden):
            desk.receive(actor(login), "inspections", "a.csv", HEAD.encode())
    page = browser_of("inspector").get("/imports/").text
    assert "检验结果" in page
    assert 'value="inspections"' in page
    assert 'value="elevators"' not in page
    template = browser_of("inspector").get("/imports/templates/inspections")
    heads = [cell.value.rstrip("*") for cell in load_workbook(io.BytesIO(template.data)).active[1]]
    assert heads[:4] == ["电梯编号", "检验类别", "检验日期", "检验结论"]
