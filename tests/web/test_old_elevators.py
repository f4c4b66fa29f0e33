"""Pages of old elevators, assessments and renewals: they open, they refuse beside the field, strangers find nothing."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook

from registry import clock
from registry.db import db
from registry.models import Assessment, RenewalProject
from registry.services import assessments, elevators, renewals
from tests import elevators_factory as make


@pytest.fixture
def lift(actor):
    return make.maintained(actor("section"), made_on=date(2004, 5, 1), installation_inspected_on=None)


def project(actor, lift) -> RenewalProject:
    money = {"cost_fen": 20_000_000, "bond_fen": 15_000_000, "owners_fen": 5_000_000}
    return renewals.apply(actor("property"), {"elevator": lift.label_code, "year": 2026, **money})


def test_the_ranking_shows_the_points_and_what_gave_them(browser_of, lift) -> None:
    page = browser_of("section").get("/old-elevators/").text
    for text in (lift.address, "使用15年以上 2", "使用20年以上 1", "维保超期 1", "没有责任保险 1", "未评估"):
        assert text in page
    assert "没有符合条件" in browser_of("dangshan").get("/old-elevators/").text


def test_the_ranking_in_english(browser_of, lift) -> None:
    browser = browser_of("section")
    browser.set_cookie("registry_language", "en")
    page = browser.get("/old-elevators/").text
    assert "20 years and more" in page
    own = page.split("<main")[1].split("</main>")[0]
    own = re.sub(r"(?s)<tbody>.*?</tbody>|<select.*?</select>", "", own)  # names of units and areas stay as they are
    assert not re.search(r"[\u4e00-\u9fff]", own)


def test_each_part_leads_to_where_it_comes_from(browser_of, lift) -> None:
    browser = browser_of("section")
    page = browser.get(f"/old-elevators/{lift.label_code}").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'<td><a href="([^"]+)"', page)}
    assert f"/fault-reports/?elevator={lift.label_code}&kind=entrapment" in links
    assert all(browser.get(link).status_code == 200 for link in links)


LISTS = ["/old-elevators/", "/old-elevators/ages", "/old-elevators/ages?by=place", "/old-elevators/ages?by=unit",
         "/old-elevators/unknown-age", "/old-elevators/assessments", "/renewals/"]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_who_opens_the_lists(browser_of, client, actor, lift, path) -> None:
    project(actor, lift)
    for login in ("section", "county", "property"):
        assert browser_of(login).get(path).status_code == 200
    assert browser_of("filler").get(path).status_code == 403
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("query", ["?by=colour", "?area=1"])
def test_a_table_that_there_is_not(browser_of, lift, query) -> None:
    assert browser_of("section").get(f"/old-elevators/ages{query}").status_code in (200, 422)


@pytest.mark.parametrize("by", ["area", "place", "unit"])
def test_numbers_of_the_table_open_the_list_behind_them(browser_of, actor, lift, by) -> None:
    make.in_use(actor("section"), 8, made_on=None, installation_inspected_on=None)
    park = {"area_code": "341371", "division_code": "341302", "place_type": "mall"}  # in the county, of another office
    make.in_use(actor("section"), 9, made_on=date(2003, 1, 1), installation_inspected_on=None, **park)
    browser = browser_of("section")
    table = re.search(r"(?s)<tbody>.*?</tbody>", browser.get(f"/old-elevators/ages?by={by}").text)[0]
    opened = re.findall(r'<a href="(/old-elevators/[^"]+)">(\d+)</a>', table)
    assert len(opened) >= 2
    for address, count in opened:
        page = browser.get(address.replace("&amp;", "&")).text
        assert f"共 {count} 台" in page, address


def test_an_assessment_is_recorded_with_its_report_and_corrected(browser_of, lift) -> None:
    browser = browser_of("inspector")
    address = f"/old-elevators/{lift.label_code}/assess"
    assert browser.get(address).status_code == 200
    sent = {"assessed_on": "2026-06-01", "conclusion": "repair", "score": "61.5", "measures": "换门锁",
            "file": (io.BytesIO(b"%PDF-1.4 x"), "报告.pdf")}  # fmt: skip
    assert browser.post(address, data=sent).status_code == 302
    row = db.session.query(Assessment).one()
    report = browser.get(f"/old-elevators/assessments/{row.id}/report")
    assert (report.data, report.mimetype) == (b"%PDF-1.4 x", "application/pdf")
    form = browser.get(f"/old-elevators/assessments/{row.id}/correct").text
    assert "换门锁" in form
    assert "61.5" in form
    given = {"assessed_on": "2026-06-01", "conclusion": "renew", "organisation": row.organisation, "score": "61.5"}
    refused = browser.post(f"/old-elevators/assessments/{row.id}/correct", data=given)
    assert (refused.status_code, "请填写这一项" in refused.text) == (422, True)
    assert (
        browser.post(f"/old-elevators/assessments/{row.id}/correct", data={**given, "reason": "复核"}).status_code
        == 302
    )
    page = browser.get(f"/old-elevators/{lift.label_code}").text
    assert "已更正" in page
    newer = db.session.query(Assessment).order_by(Assessment.id.desc()).first()
    assert (newer.conclusion, newer.file_id) == ("renew", row.file_id)
    assert "原记录" in browser.get(f"/old-elevators/assessments/{newer.id}").text


def test_bad_assessments_and_strangers(browser_of, actor, lift) -> None:
    address = f"/old-elevators/{lift.label_code}/assess"
    given = {"assessed_on": "2100-01-01", "conclusion": "repair", "organisation": "某机构", "grade": "乙"}
    refused = browser_of("county").post(address, data=given)
    assert refused.status_code == 422
    assert "不能晚于今天" in refused.text
    assert 'value="乙"' in refused.text
    assert browser_of("property").post(address, data={**given, "assessed_on": "2026-01-01"}).status_code == 403
    row = assessments.record(
        actor("county"), lift.id, {"assessed_on": date(2026, 1, 1), "conclusion": "repair", "organisation": "o"}
    )
    for path in (address, f"/old-elevators/{lift.label_code}", f"/old-elevators/assessments/{row.id}"):
        assert browser_of("property2").get(path).status_code == 404
    assert browser_of("county").get(f"/old-elevators/assessments/{row.id}/report").status_code == 404


APPLY = {"year": "2026", "batch": "第一批", "cost": "200000", "bond": "150000", "owners": "50000"}


def test_a_project_is_applied_for_in_yuan(browser_of, lift) -> None:
    browser = browser_of("property")
    form = browser.get(f"/renewals/new?elevator={lift.label_code}").text
    assert "150,000" in form
    assert 'value="150000.00"' in form
    answer = browser.post("/renewals/new", data={**APPLY, "elevator": lift.label_code})
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    for text in ("200,000.00", "150,000.00", "特别国债", "已申报", "第一批"):
        assert text in page
    listed = browser.get("/renewals/").text
    assert listed.count("200,000.00") == 3  # the line, its year and county, the whole


def test_a_sum_that_is_wrong_is_said_beside_the_cost(browser_of, lift) -> None:
    given = {**APPLY, "elevator": lift.label_code, "cost": "200001"}
    refused = browser_of("property").post("/renewals/new", data=given)
    assert refused.status_code == 422
    assert re.search(r'id="f-cost-error".*?合计比总费用少1\.00元', refused.text, re.DOTALL)
    assert 'value="50000"' in refused.text
    for changes in ({"elevator": "SZ1"}, {"year": "x"}, {"cost": ""}):
        assert browser_of("property").post("/renewals/new", data={**given, **changes}).status_code == 422
    assert db.session.query(RenewalProject).count() == 0


def test_the_road_through_the_pages(browser_of, actor, lift) -> None:
    no = project(actor, lift).no
    section, county = browser_of("section"), browser_of("county")
    assert browser_of("property").get(f"/renewals/{no}/approve").status_code == 403
    for path in (f"/renewals/{no}", f"/renewals/{no}/approve"):
        assert browser_of("dangshan").get(path).status_code == 404
    assert section.get(f"/renewals/{no}/accept").status_code == 409
    assert section.get(f"/renewals/{no}/dance").status_code == 404
    today = clock.today().isoformat()
    refused = section.post(f"/renewals/{no}/approve", data={"done_on": today, "version": "1"})
    assert refused.status_code == 422
    for browser, verb, version in ((section, "approve", 1), (county, "start", 2), (county, "accept", 3)):
        sent = {"done_on": today, "version": str(version), "document": "文1"}
        assert browser.post(f"/renewals/{no}/{verb}", data=sent).status_code == 302, verb
    days = {"made_on": date(2026, 1, 1), "installation_inspected_on": None, "registered_on": clock.today()}
    new = make.in_use(actor("section"), 2, **days)
    sent = {"done_on": today, "version": "4", "document": "登记证", "new_elevator": new.label_code}
    refused = county.post(f"/renewals/{no}/register", data=sent)
    assert (refused.status_code, "请先办理报废" in refused.text) == (422, True)
    elevators.change_status(actor("county"), lift.id, "scrap", clock.today(), "更新", "报废表")
    assert county.post(f"/renewals/{no}/register", data=sent).status_code == 302
    assert new.label_code in county.get("/renewals/").text
    assert no in county.get(f"/old-elevators/{new.label_code}").text


def test_the_money_is_amended_on_a_page(browser_of, actor, lift) -> None:
    no = project(actor, lift).no
    browser = browser_of("county")
    assert 'value="150000.00"' in browser.get(f"/renewals/{no}/amend").text
    given = {**APPLY, "cost": "210000", "version": "1"}
    assert browser.post(f"/renewals/{no}/amend", data=given).status_code == 422
    assert browser.post(f"/renewals/{no}/amend", data={**given, "other": "10000"}).status_code == 302
    assert db.session.query(RenewalProject).one().other_fen == 1_000_000


def test_spreadsheets(browser_of, actor, lift) -> None:
    project(actor, lift)
    browser = browser_of("section")

    def cells(path: str) -> list[tuple]:
        return list(load_workbook(io.BytesIO(browser.get(path).data)).active.values)

    ranking = cells("/exports/old-elevators.xlsx?band=from_20")
    assert ranking[1][0] == lift.label_code
    assert "使用15年以上 2" in ranking[1][8]
    ages = cells("/exports/elevator-ages.xlsx?by=unit")
    assert (ages[1][0], ages[1][5], ages[-1][7]) == ("宿州汇源物业服务有限公司", 1, 1)
    money = cells("/exports/renewals.xlsx")[1]
    assert money[-5:] == (150_000, 0, 50_000, 0, 200_000)
    assert browser_of("company").get("/exports/renewals.xlsx").status_code == 403
