"""The company's day as list, map and round; assignments; the plan of one elevator; monitoring; credit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.services import assignments
from seeds import cast
from tests import visits_factory as make

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def row(app):
    return make.elevator(since=TODAY - 40 * DAY)


PAGES = ("/visits/today", "/maintenance/map", "/maintenance/round", "/maintenance/plans/{code}")
READERS = ("tech1", "company", "section", "county", "property")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("login", READERS)
def test_pages_that_show_what_is_due(browser_of, row, login, path):
    answer = browser_of(login).get(path.format(code=row.label_code))
    assert answer.status_code == 200
    assert row.address in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_stations_have_no_business_here(browser_of, row, path):
    assert browser_of("filler").get(path.format(code=row.label_code)).status_code in (403, 404)


@pytest.mark.parametrize("path", PAGES)
def test_strangers_sign_in_first(client, row, path):
    assert client.get(path.format(code=row.label_code)).status_code == 302


def test_another_company_sees_nothing(browser_of, row):
    assert row.address not in browser_of("company2").get("/visits/today").text
    assert browser_of("company2").get(f"/maintenance/plans/{row.label_code}").status_code == 404


def test_the_office_finds_the_list_in_its_menu(browser_of, row):
    answer = browser_of("section").get("/maintenance/due?state=overdue")
    assert (answer.status_code, answer.location) == (302, "/visits/today?state=overdue")
    assert "维保到期" in browser_of("section").get("/visits/today").text


def test_conditions_narrow_and_stay(browser_of, row):
    other = make.elevator(since=TODAY - 20 * DAY, address="淮海路1号")
    page = browser_of("company").get("/visits/today?q=淮海&state=overdue").text
    assert other.address in page
    assert row.address not in page
    assert "/maintenance/map?q=%E6%B7%AE%E6%B5%B7&amp;state=overdue" in page
    assert row.address in browser_of("section").get("/visits/today?late=7&area=341302").text
    assert other.address not in browser_of("section").get("/visits/today?late=7").text
    assert browser_of("section").get("/visits/today?late=zwei").status_code == 422


def test_a_technician_sees_his_own_and_may_see_all(browser_of, actor, row):
    other = make.elevator(since=TODAY - 20 * DAY, address="淮海路1号")
    assignments.assign(actor("company"), [other.id], ["tech1"], TODAY)
    page = browser_of("tech1").get("/visits/today").text
    assert other.address in page
    assert row.address not in page
    assert "马超" in page
    assert row.address in browser_of("tech1").get("/visits/today?whose=all").text


def test_the_map_carries_the_points_and_the_unplaced_apart(browser_of, row):
    lost = make.elevator(since=TODAY - 40 * DAY, lat=None, lon=None, address="无处可寻路1号")
    page = browser_of("company").get("/maintenance/map").text
    assert f'data-lat="{make.PLACE[0]}"' in page
    assert page.index("没有登记位置的电梯") < page.index(lost.address)


def test_a_round_from_here(browser_of, row):
    assert "本单位地址" in browser_of("tech1").get("/maintenance/round").text
    assert "当前位置" in browser_of("tech1").get("/maintenance/round?lat=33.7&lon=117").text
    assert browser_of("tech1").get("/maintenance/round?lat=133&lon=117").status_code == 422


def assignment(row, **changes):
    return {"elevators": [row.id], "technicians": ["tech1"], "since": TODAY.isoformat(), **changes}


def test_assigning_selected_rows(browser_of, row):
    browser = browser_of("company")
    answer = browser.post("/maintenance/assignments", data=assignment(row))
    assert answer.status_code == 302
    page = browser.get("/maintenance/assignments").text
    assert "已分配，1台电梯有变化" in page
    assert "马超" in browser.get("/maintenance/assignments?technician=tech1").text
    assert row.address not in browser.get("/maintenance/assignments?unassigned=1").text


def test_assigning_a_whole_use_unit(browser_of, row):
    make.elevator()
    unit = cast.unit("property").id
    answer = browser_of("company").post("/maintenance/assignments", data=assignment(row, elevators=[], unit=unit))
    assert answer.status_code == 302
    assert browser_of("company").get("/maintenance/assignments?technician=tech1").text.count("row-pick") == 2


def test_bad_assignments_lose_nothing(browser_of, row):
    answer = browser_of("company").post("/maintenance/assignments", data=assignment(row, since="2020-01-01"))
    assert answer.status_code == 422
    assert "不能早于今天" in answer.text
    assert f'value="{row.id}" checked' in answer.text
    assert browser_of("company").post("/maintenance/assignments", data=assignment(row, elevators=[])).status_code == 422


@pytest.mark.parametrize("login", ["tech1", "section", "property"])
def test_only_the_manager_assigns(browser_of, row, login):
    assert browser_of(login).get("/maintenance/assignments").status_code == 403
    assert browser_of(login).post("/maintenance/assignments", data=assignment(row)).status_code == 403


def test_the_plan_says_what_is_missing(browser_of, app):
    row = make.elevator(kind="firefighter", since=TODAY - 40 * DAY, manufacturer="甲厂", model="乙型")
    page = browser_of("company").get(f"/maintenance/plans/{row.label_code}").text
    assert "录入制造单位的维保项目之前不能安排维保" in page
    assert "录入这个型号的维保项目" in page
    assert "录入这个型号的维保项目" not in browser_of("tech1").get(f"/maintenance/plans/{row.label_code}").text


def test_monitoring_by_hand(browser_of, row):
    path = f"/maintenance/plans/{row.label_code}/monitoring"
    browser = browser_of("company")
    assert browser.get(path).status_code == 200
    assert browser.post(path, data={"online": "yes", "platform": "皖梯云"}).status_code == 302
    assert "皖梯云" in browser.get(f"/maintenance/plans/{row.label_code}").text
    assert browser.post(path, data={}).status_code == 422
    assert browser_of("tech1").post(path, data={"online": "no"}).status_code == 403
    assert browser_of("company2").get(path).status_code == 404


def test_a_credit_class(browser_of):
    unit = cast.unit("company").id
    path = f"/maintenance/companies/{unit}/credit"
    assert "信用等级" in browser_of("section").get(f"/units/{unit}").text
    answer = browser_of("section").post(path, data={"grade": "B", "since": TODAY.isoformat()})
    assert answer.status_code == 302
    assert browser_of("section").post(path, data={"grade": "Z", "since": TODAY.isoformat()}).status_code == 422
    assert browser_of("section").post(path, data={"grade": "A", "since": TODAY.isoformat()}).status_code == 422
    assert browser_of("company").post(path, data={"grade": "A", "since": TODAY.isoformat()}).status_code == 403
    assert browser_of("section").get("/maintenance/companies/999999/credit").status_code == 404
