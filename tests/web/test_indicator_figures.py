"""Frozen and reported figures and the month report through pages, API, command line and spreadsheet."""

from __future__ import annotations

import io
from datetime import timedelta
from zipfile import ZipFile

import docx
import pytest
import python_calamine

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.exchange import desk
from registry.models import IndicatorSnapshot
from registry.queries import indicator_figures as queries
from registry.queries import indicator_months
from registry.services import indicator_figures
from tests import elevators_factory
from tests.services.test_indicator_figures import CITY, month_end, the_row


@pytest.fixture
def month(actor):
    for number in (1, 2):
        elevators_factory.maintained(actor("section"), number)
    end = month_end()
    indicator_figures.freeze(SYSTEM, end)
    return end


def test_the_command_freezes_once(app) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["indicators", "freeze"])
    assert int(first.output) > 0
    assert runner.invoke(args=["indicators", "freeze", "--month", f"{month_end():%Y-%m}"]).output.strip() == "0"
    wrong = runner.invoke(args=["indicators", "freeze", "--month", f"{clock.today():%Y-%m}"])
    assert wrong.exit_code
    assert "还没有结束" in wrong.output


def test_from_draft_to_locked_on_pages(browser_of, month) -> None:
    section, leader = browser_of("section"), browser_of("leader")
    stamp = f"{month:%Y-%m}"
    assert "全部提交" in section.get(f"/indicator-figures/?month={stamp}").text
    for browser, verb in ((section, "submit"), (leader, "approve"), (leader, "lock")):
        assert browser.post(f"/indicator-figures/month/{verb}", data={"month": stamp}).status_code == 302
    assert queries.counts(SYSTEM, month) == {"locked": db.session.query(IndicatorSnapshot).count()}
    assert section.post("/indicator-figures/month/burn", data={"month": stamp}).status_code == 404


def test_one_figure_and_its_moves(browser_of, month) -> None:
    browser, row = browser_of("section"), the_row()
    page = browser.get(f"/indicator-figures/{row.id}")
    assert page.status_code == 200
    assert "提交" in page.text
    assert browser.post(f"/indicator-figures/{row.id}/submit", data={}).status_code == 302
    assert "不能自己审定" in browser.post(f"/indicator-figures/{row.id}/approve", data={}).text
    assert browser.post(f"/indicator-figures/{row.id}/return", data={"note": ""}).status_code == 422
    assert browser.get("/indicator-figures/999999").status_code == 404


def test_reporting_on_the_page(browser_of) -> None:
    browser, end = browser_of("section"), month_end()
    assert browser.get("/indicator-figures/new").status_code == 200
    form = {"period_end": end.isoformat(), "value": "33.5", "document": "公报"}
    assert browser.post("/indicator-figures/new/pm25", data=form).status_code == 302
    again = browser.post("/indicator-figures/new/pm25", data=form)
    assert again.status_code == 422
    assert "更正必须填写原因" in again.text
    assert 'value="33.5"' in again.text
    assert browser.post("/indicator-figures/new/pm25", data={**form, "reason": "公报更正"}).status_code == 302
    assert browser.get("/indicator-figures/new/paperless_maintenance").status_code == 404
    assert browser_of("auditor").post("/indicator-figures/new/pm25", data=form).status_code == 403


def test_rates_are_percent_on_the_page_and_shares_at_the_api(browser_of, api_of) -> None:
    quarter = month_end()
    while quarter.month % 3:
        quarter = quarter.replace(day=1) - timedelta(days=1)
    form = {"period_end": quarter.isoformat(), "value": "97.5", "document": "公报"}
    assert browser_of("section").post("/indicator-figures/new/industrial_products", data=form).status_code == 302
    body = {"key": "farm_products", "period_end": quarter.isoformat(), "value": "0.99", "document": "公报"}
    api = api_of("section")
    assert api.post("/indicator-figures", body).json["value"] == 0.99
    items = api.get("/indicator-figures", month=f"{quarter:%Y-%m}").json["items"]
    assert {item["key"]: item["value"] for item in items} == {"industrial_products": 0.975, "farm_products": 0.99}


def test_the_ladder_of_the_api(api_of, month) -> None:
    section, leader, row = api_of("section"), api_of("leader"), the_row()
    assert section.post(f"/indicator-figures/{row.id}/submit").status_code == 200
    shown = leader.post(f"/indicator-figures/{row.id}/approve").json
    assert (shown["figure"]["state"], shown["moves"], shown["differs"]) == ("approved", ["return", "lock"], False)
    assert section.post("/indicator-figures/freeze", {"month": f"{month:%Y-%m}"}).json["count"] == 0
    assert section.post("/indicator-figures/freeze", {"month": "x"}).status_code == 422
    assert section.post(f"/indicator-figures/{row.id}/revise", {"reason": "x"}).status_code == 409
    assert section.post("/indicator-figures/month/submit", {"month": f"{month:%Y-%m}"}).json["count"] > 0
    assert section.get("/indicator-figures/999999").status_code == 404
    assert section.post("/indicator-figures", {"key": "pm25"}).status_code == 422
    for login in ("company", "filling", "insurer"):
        assert api_of(login).get("/indicator-figures").status_code == 403
        assert api_of(login).get("/indicator-figures/month-report").status_code == 403
    assert api_of("county").get(f"/indicator-figures/{row.id}").status_code == 404
    assert {item["area"] for item in api_of("county").get("/indicator-figures").json["items"]} == {"341302"}


def test_the_month_report_reads_what_is_frozen(api_of, actor, month) -> None:
    elevators_factory.in_use(actor("section"), 7)  # in use since long: the records of that day say more now
    found = api_of("section").get("/indicator-figures/month-report").json
    first = next(item for item in found["items"] if item["key"] == "paperless_maintenance")
    assert (first["denominator"], first["frozen"]) == (2, True)
    assert queries.show(SYSTEM, the_row().id).differs
    counties = [item for item in found["counties"] if item["key"] == "paperless_maintenance"]
    assert len(counties) == len(indicator_months.Months(actor("section")).visible())
    known = [item for item in counties if item["value"] is not None]
    assert [item["rank"] for item in known] == [1]
    assert all(item["rank"] is None for item in counties if item["value"] is None)
    assert api_of("section").get("/indicator-figures/month-report", month=f"{clock.today():%Y-%m}").status_code == 422
    own = api_of("county").get("/indicator-figures/month-report").json
    assert own["area"] == "341302"
    assert {item["area"] for item in own["counties"]} == {"341302"}
    assert api_of("county").get("/indicator-figures/month-report", area="341321").status_code == 404


def test_the_indicator_page_says_both_where_they_differ(browser_of, actor, month) -> None:
    browser = browser_of("section")
    page = browser.get(f"/indicators/paperless_maintenance?on={month}").text
    assert "月末冻结数" in page
    assert "不一致" not in page
    elevators_factory.in_use(actor("section"), 7)
    assert "与现有记录不一致" in browser.get(f"/indicators/paperless_maintenance?on={month}").text


def test_two_clicks_from_the_dashboard(browser_of, month) -> None:
    browser = browser_of("section")
    assert "/indicator-figures/report" in browser.get("/dashboard").text
    page = browser.get("/indicator-figures/report").text
    assert "/indicator-figures/report.xlsx" in page
    assert "/indicator-figures/report.docx" in page
    data = browser.get("/indicator-figures/report.xlsx").data
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = book.get_sheet_by_name("指标").to_python()
    heads, first = rows[1], rows[2]
    assert first[heads.index("指标")] == "电梯无纸化维保覆盖率"
    assert (first[heads.index("分子")], first[heads.index("分母")], first[heads.index("本期")]) == (0, 2, 0)
    county = book.get_sheet_by_name("电梯无纸化维保覆盖率").to_python()
    assert county[1][:11] == [
        "县区",
        "上年同期",
        "本期",
        "增减",
        "同比",
        "环比",
        "目标",
        "完成率",
        "序时",
        "排名",
        "备注",
    ]
    assert "口径" in book.sheet_names
    with ZipFile(io.BytesIO(data)) as file:
        links = b"".join(file.read(name) for name in file.namelist() if "worksheets/_rels" in name)
    assert f"/indicator-figures/{the_row().id}".encode() in links
    paper = browser.get("/indicator-figures/report.docx").data
    word = docx.Document(io.BytesIO(paper))
    assert "电梯无纸化维保覆盖率" in word.tables[0].cell(1, 0).text
    assert any(f"/indicator-figures/{the_row().id}" in rel.target_ref for rel in word.part.rels.values())
    assert word.inline_shapes
    assert browser.get("/indicator-figures/report.pdf").status_code == 404
    assert browser_of("company").get("/indicator-figures/report").status_code == 403


def test_many_by_spreadsheet(actor, browser_of) -> None:
    who, end = actor("section"), month_end()
    head = "指标,辖区,期末日期,数值,分子,分母,数据来源文件,更正原因"
    rows = [
        f"主要污染物 PM2.5 年均浓度,宿州市,{end},33.5,,,公报,",
        f"地表水水质国家考核达标率,宿州市,{end},,19,20,公报,",
        f"地表水水质国家考核达标率,砀山县,{end},101,,,公报,",
        f"地表水水质国家考核达标率,灵璧县,{end},,,,公报,",
    ]
    batch = desk.receive(who, "indicator_figures", "指标.csv", "\n".join((head, *rows)).encode())
    desk.check(who, batch.id)
    done = desk.run(who, batch.id)
    assert done.result["counts"]["new"] == 2
    row = queries.newest("surface_water", CITY, end)
    assert (row.numerator, row.denominator, float(row.value)) == (19, 20, 0.95)
    assert 'value="indicator_figures"' in browser_of("county").get("/imports/").text
    assert browser_of("company").get("/imports/templates/indicator_figures").status_code == 403
