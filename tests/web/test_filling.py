"""The screen at the gun and the fills on record, as a browser sees them."""

import re

import pytest

from registry import clock
from registry.db import db
from registry.models import Filling, Gun, Scan
from registry.services import filling
from seeds import cast
from tests import filling_factory as make

GUN = "/filling/gun?gun=1&medium=lpg"


def hidden(page: str, name: str) -> str:
    return re.search(rf'type="hidden"[^>]* name="{name}" value="([^"]*)"', page)[1]


def filled_in(page: str, **values) -> dict[str, str]:
    kept = {name: hidden(page, name) for name in ("ref", "code", "started_at")}
    typed = {
        "looked": "1",
        "purged": "1",
        "gross_before_g": "16.9",
        "gross_after_g": "31",
        "filler": "filler",
        "checker": "checker",
    }
    return {**kept, **typed, **values}


def test_the_gun_is_asked_for_first_and_stays_in_the_address(browser_of) -> None:
    db.session.add(Gun(station_id=cast.unit("station").id, number="7", medium="lpg"))
    db.session.commit()
    browser = browser_of("filler")
    assert "/filling/gun?gun=7" in browser.get("/filling/gun").text
    assert "qr-scanner" in browser.get("/filling/gun?gun=7").text
    unknown = browser.get("/filling/gun?gun=8")
    assert unknown.status_code == 422
    assert "请选择充装介质" in unknown.text


def test_scan_fill_and_the_next_scan(browser_of) -> None:
    row = make.cylinder()
    browser = browser_of("filler")
    page = browser.post(GUN, data={"code": make.signed(row.label_code)})
    assert page.status_code == 200
    assert "verdict-allow" in page.text
    assert "31.4 kg" in page.text
    assert 'data-answer="allow"' in page.text
    done = browser.post("/filling/record?gun=1&medium=lpg", data=filled_in(page.text))
    assert done.status_code == 302
    fill = db.session.query(Filling).one()
    assert (fill.scanned, fill.net_g, fill.checks["valve"]) == (True, 14100, "ok")
    following = browser.get(done.location)
    assert "14.1 kg" in following.text
    assert "checker=checker" in done.location


def test_a_double_click_records_once(browser_of) -> None:
    row = make.cylinder()
    browser = browser_of("filler")
    form = filled_in(browser.post(GUN, data={"code": make.signed(row.label_code)}).text)
    codes = [browser.post("/filling/record?gun=1&medium=lpg", data=form).status_code for _ in range(2)]
    assert (codes, db.session.query(Filling).count()) == ([302, 302], 1)


def test_a_refused_cylinder_is_red_says_why_and_offers_no_form(browser_of) -> None:
    row = make.cylinder(status="scrap_pending")
    page = browser_of("filler").post(GUN, data={"code": make.signed(row.label_code)}).text
    assert "verdict-block" in page
    assert "气瓶应报废，禁止充装，立即隔离" in page
    assert "特种设备安全法第48、84条" in page
    assert "/filling/record" not in page
    assert db.session.query(Scan).one().verdict == "block"


WRONG = [
    ({"looked": ""}, "请先完成充装前检查"),
    ({"gross_after_g": "31.5"}, "设定量超过允许充装量 14.9 kg"),
    ({"gross_after_g": ""}, "请填写充装后总重或者充装压力"),
    ({"gross_after_g": "很多"}, "请填写数字"),
    ({"checker": "filler"}, "不得为同一人"),
    ({"checker": ""}, "请填写这一项"),
    ({"failed": "valve"}, "充前检查不合格：瓶阀完好"),
]


@pytest.mark.parametrize(("values", "text"), WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser_of, values, text) -> None:
    row = make.cylinder()
    browser = browser_of("filler")
    form = filled_in(browser.post(GUN, data={"code": make.signed(row.label_code)}).text, **values)
    page = browser.post("/filling/record?gun=1&medium=lpg", data=form)
    assert page.status_code == 422
    assert text in page.text
    assert 'value="16.9"' in page.text
    assert hidden(page.text, "ref") == form["ref"]
    assert db.session.query(Filling).count() == 0


def test_a_compressed_gas_is_filled_by_pressure_and_temperature(browser_of) -> None:
    row = make.oxygen()
    browser = browser_of("filling2")
    page = browser.post("/filling/gun?gun=2&medium=oxygen", data={"code": row.label_code, "temperature_c": "20"}).text
    assert "15 MPa" in page
    assert 'name="pressure_kpa"' in page
    assert 'name="gross_after_g"' not in page
    assert "氧化性气体：无油脂" in page


def test_a_broken_hidden_field_is_refused_like_any_other(browser_of) -> None:
    browser = browser_of("filler")
    form = {"ref": "x", "code": "", "started_at": "soon"}
    assert browser.post("/filling/record?gun=1&medium=lpg", data=form).status_code == 422
    assert browser.post("/filling/record", data=form).status_code in (200, 422)
    assert browser.post(GUN, data={"code": ""}).status_code == 422


def test_lists_and_one_fill(browser_of, actor) -> None:
    row = make.cylinder()
    done = filling.record(actor("filler"), make.fill(row))
    with pytest.raises(Exception, match="介质不符"):
        filling.record(actor("filler"), make.fill(make.cylinder(), medium="oxygen"))
    for login in ("filler", "section", "county"):
        browser = browser_of(login)
        assert row.serial_no in browser.get("/filling/").text
        assert "介质不符" in browser.get("/filling/refusals").text
        assert "14.1 kg" in browser.get(f"/filling/{done.filling.id}").text
    today = clock.today()
    assert row.serial_no in browser.get(f"/filling/?q={row.label_code}&since={today}&until={today}&scanned=no").text
    assert row.serial_no not in browser.get("/filling/?scanned=yes").text
    assert browser.get("/filling/?since=gestern").status_code == 422


def test_other_stations_offices_of_other_counties_and_strangers_see_nothing(browser_of, client, actor) -> None:
    row = make.cylinder()
    done = filling.record(actor("filler"), make.fill(row))
    for login in ("filling2", "dangshan"):
        browser = browser_of(login)
        assert browser.get(f"/filling/{done.filling.id}").status_code == 404
        assert row.serial_no not in browser.get("/filling/").text
    assert browser_of("tech1").get("/filling/").status_code == 403
    assert browser_of("section").get("/filling/gun").status_code == 403
    assert browser_of("section").post(GUN, data={"code": "x"}).status_code == 403
    for path in ("/filling/", "/filling/gun", "/filling/refusals", f"/filling/{done.filling.id}"):
        assert client.get(path).status_code == 302
