"""Turns, released holds and the station's registers, as a browser sees them."""

import io
import re

import pytest

from registry import clock, policy
from registry.db import db
from registry.models import Device, FillCycle, GasBatch, HoldRelease, StaffPresence
from registry.services import fill_cycles, filling, hold_releases
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import after, check, filled

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64
LISTS = [
    ("/turns/", "filler", 200, "insurer"),
    ("/turns/all", "section", 200, "insurer"),
    ("/holds/", "filler", 200, "insurer"),
    ("/holds/new", "section", 200, "filling"),
    ("/station-book/devices", "section", 200, "insurer"),
    ("/station-book/devices/new", "filling", 200, "filler"),
    ("/station-book/gas", "filling", 200, "insurer"),
    ("/station-book/gas/new", "checker", 200, "filler"),
    ("/station-book/duty", "filler", 200, "section"),
]


@pytest.mark.parametrize(("path", "login", "status", "stranger"), LISTS)
def test_pages_open_for_their_roles(browser_of, path, login, status, stranger) -> None:
    assert browser_of(login).get(path).status_code == status
    assert browser_of(stranger).get(path).status_code == 403


def turn(actor, state: str) -> FillCycle:
    row, filler = make.cylinder(), actor("filler")
    cycle = fill_cycles.precheck(filler, check(row)).cycle
    if state != "prechecked":
        filling.record(filler, filled(row, checks=None))
    if state == "checked":
        fill_cycles.post_check(filler, after(row))
    db.session.refresh(cycle)
    assert cycle.state == state
    return cycle


def ref_of(page: str) -> str:
    return re.search(r'name="ref" value="([^"]*)"', page)[1]


def test_from_filled_to_released(browser_of, actor) -> None:
    cycle, browser = turn(actor, "filled"), browser_of("checker")
    at = f"/turns/{cycle.id}"
    page = browser.get(at)
    assert "充后检查" in page.text
    assert at in browser.get("/turns/").text
    sent = {"ref": ref_of(page.text), "looked": "1", "reweigh_g": "31", "labels_printed": "1"}
    own = browser.post(f"{at}/post-check", data={**sent, "checker": "filler"})
    assert own.status_code == 422
    assert "不能是充装人员本人" in own.text
    unlooked = browser.post(f"{at}/post-check", data={**sent, "looked": "", "checker": "checker"})
    assert unlooked.status_code == 422
    assert browser.post(f"{at}/post-check", data={**sent, "checker": "checker"}).status_code == 302
    page = browser.get(at)
    assert "手工填写" in page.text
    assert browser.post(f"{at}/release", data={"ref": ref_of(page.text)}).status_code == 302
    db.session.expire_all()
    assert db.session.get(FillCycle, cycle.id).state == "released"


def test_giving_up_needs_a_reason(browser_of, actor) -> None:
    cycle, browser = turn(actor, "prechecked"), browser_of("filler")
    assert browser.post(f"/turns/{cycle.id}/abort", data={}).status_code == 422
    assert browser.post(f"/turns/{cycle.id}/abort", data={"reason": "瓶阀漏气"}).status_code == 302
    db.session.expire_all()
    assert db.session.get(FillCycle, cycle.id).state == "aborted"


def test_strangers_and_missing(browser_of, actor) -> None:
    cycle = turn(actor, "filled")
    assert browser_of("filling2").get(f"/turns/{cycle.id}").status_code == 404
    assert browser_of("filling2").post(f"/turns/{cycle.id}/release", data={}).status_code == 404
    assert browser_of("filler").get("/turns/999999").status_code == 404
    office = browser_of("section")
    assert "记录充后检查" not in office.get(f"/turns/{cycle.id}").text
    assert office.post(f"/turns/{cycle.id}/release", data={}).status_code == 403


def test_no_role_of_a_station_releases_holds() -> None:
    named = {
        name: roles for name, roles in policy.PERMISSIONS.items() if name.startswith("hold.") and "read" not in name
    }
    assert named
    assert not [name for name, roles in named.items() if roles & policy.STATION]


def test_release_a_hold_and_its_list(browser_of) -> None:
    row, office = make.cylinder(), browser_of("section")
    page = office.get("/holds/new")
    rule = hold_releases.releasable(clock.today())[0]
    sent = {"ref": ref_of(page.text), "code": row.label_code, "station_id": cast.unit("station").id, "rules": rule}
    assert office.post("/holds/new", data=sent).status_code == 422
    photo = (io.BytesIO(JPEG), "stamp.jpg")
    done = office.post("/holds/new", data={**sent, "reason": "钢印已现场核对", "photo": photo})
    assert done.status_code == 302
    assert db.session.query(HoldRelease).filter_by(cylinder_id=row.id).one().rules == [rule]
    month = f"{clock.today():%Y-%m}"
    for login, seen in (("section", True), ("filler", True), ("filling2", False)):
        assert ("钢印已现场核对" in browser_of(login).get(f"/holds/?month={month}").text) is seen
    assert "钢印已现场核对" not in office.get("/holds/?month=2020-01").text
    assert office.get("/holds/?month=x").status_code == 422
    assert office.get(f"/exports/hold-releases.xlsx?month={month}").status_code == 200


def test_a_key_is_shown_once(browser_of) -> None:
    browser = browser_of("filling")
    made = browser.post("/station-book/devices/new", data={"kind": "scale", "number": "W-77"})
    key = re.search(r"<code>([0-9a-f]{64})</code>", made.text)[1]
    row = db.session.query(Device).filter_by(number="W-77").one()
    assert key not in browser.get("/station-book/devices").text
    assert key not in browser.post(f"/station-book/devices/{row.id}/key").text
    assert browser_of("filling2").post(f"/station-book/devices/{row.id}/retire").status_code == 404
    assert browser.post(f"/station-book/devices/{row.id}/retire").status_code == 302
    assert browser.post("/station-book/devices/new", data={"number": ""}).status_code == 422


def test_gas_and_duty(browser_of) -> None:
    browser = browser_of("filling")
    page = browser.get("/station-book/gas/new")
    sent = {
        "ref": ref_of(page.text),
        "medium": "lpg",
        "supplier": "中石化",
        "delivery_note": "D-1",
        "mass_g": "20000",
    }
    assert browser.post("/station-book/gas/new", data={**sent, "mass_g": "0"}).status_code == 422
    assert browser.post("/station-book/gas/new", data=sent).status_code == 302
    assert db.session.query(GasBatch).filter_by(delivery_note="D-1").one()
    assert "未检验" in browser.get("/station-book/gas").text
    assert browser.post("/station-book/duty", data={"login": "nobody"}).status_code == 422
    db.session.query(StaffPresence).delete()
    db.session.commit()
    assert browser.post("/station-book/duty", data={"login": "checker"}).status_code == 302
    row = db.session.query(StaffPresence).filter_by(until_at=None).one()
    assert browser_of("filling2").post(f"/station-book/duty/{row.id}/end").status_code == 404
    assert browser.post(f"/station-book/duty/{row.id}/end").status_code == 302
