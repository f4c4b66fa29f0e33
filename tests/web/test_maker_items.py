"""Entering and reading the maker's items in the browser."""

from __future__ import annotations

import pytest

from registry.services import maker_items
from tests import visits_factory as make

LINES = "F-01\t半月\t消防员开关\t动作正常\nF-02\t年度\t消防返回功能\t\tT"


@pytest.fixture
def row(app):
    return make.elevator(kind="firefighter", manufacturer="江南电梯有限公司", model="KX-1000")


def test_entering_a_list_for_a_model(browser_of, row):
    browser = browser_of("company")
    page = browser.get("/maker-items/").text
    assert "还没有维保项目的电梯" in page
    assert row.address in page
    assert "KX-1000" in browser.get("/maker-items/new?manufacturer=江南电梯有限公司&model=KX-1000").text
    sent = {"manufacturer": "江南电梯有限公司", "model": "KX-1000", "lines": LINES, "document": "说明书第3版"}
    answer = browser.post("/maker-items/new", data=sent)
    assert answer.status_code == 302
    shown = browser.get(answer.location).text
    assert "消防员开关" in shown
    assert "说明书第3版" in shown
    assert "还没有维保项目的电梯" not in browser.get("/maker-items/").text
    assert "消防员开关" in browser.get(f"/maintenance/plans/{row.label_code}").text


def test_errors_name_their_lines_and_nothing_is_lost(browser_of, row):
    sent = {"elevator": row.label_code, "lines": "F-01\t每周\t开关\nF-02\t半月\t"}
    answer = browser_of("company").post("/maker-items/new", data=sent)
    assert answer.status_code == 422
    assert "第1行：周期" in answer.text
    assert "第2行：没有项目名称" in answer.text
    assert "F-01\t每周\t开关" in answer.text


def test_the_next_edition_begins_with_the_one_before(browser_of, actor, row):
    first = maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": LINES})
    page = browser_of("company").get(f"/maker-items/new?from={first.id}&elevator={row.label_code}").text
    assert "F-02\t年度\t消防返回功能\t\tT" in page


@pytest.mark.parametrize("login", ["tech1", "property", "filler"])
def test_who_may_not_enter(browser_of, row, login):
    sent = {"elevator": row.label_code, "lines": LINES}
    assert browser_of(login).post("/maker-items/new", data=sent).status_code == 403


def test_strangers_and_other_companies(browser_of, client, actor, row):
    first = maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": LINES})
    assert client.get("/maker-items/").status_code == 302
    assert browser_of("company2").get(f"/maker-items/{first.id}").status_code == 404
    assert browser_of("section").get(f"/maker-items/{first.id}").status_code == 200
    assert browser_of("section").get("/maker-items/999999").status_code == 404
