"""The screen at the gun and the fills on record, as a browser sees them."""

import json
import re
import uuid
from datetime import timedelta

import pytest

from registry import clock
from registry.db import db
from registry.models import Device, Filling, Gun, Reading, Scan
from registry.services import filling, parameters
from seeds import cast
from tests import filling_factory as make

GUN = "/filling/gun?gun=1&medium=lpg"
API = "/api/v1"


def setup_of(page: str) -> dict:
    """What the modules of the page are given."""
    return json.loads(re.search(r'<script type="application/json" id="gun-data">(.*?)</script>', page, re.S)[1])


def place(**values) -> dict:
    return {"ref": str(uuid.uuid4()), "gun": "1", "medium": "lpg", **values}


def looked(row, setup: dict, **values) -> dict:
    """The check before filling as the page sends it."""
    checks = {item["id"]: "ok" for item in setup["before"]}
    body = {"code": row.label_code, "checks": checks, "checker": "checker", "purged": True, "gross_before_g": 16900}
    return place(**{**body, **values})


def filled_in(row, **values) -> dict:
    """A fill as the page sends it after a check of its own."""
    now = clock.now().isoformat()
    body = {"code": row.label_code, "gross_before_g": 16900, "gross_after_g": 31000, "filler": "filler"}
    return place(**{**body, "started_at": now, "checker": "checker", **values})


def test_the_gun_is_asked_for_first_and_stays_in_the_address(browser_of) -> None:
    db.session.add(Gun(station_id=cast.unit("station").id, number="7", medium="lpg"))
    db.session.commit()
    browser = browser_of("filler")
    assert "/filling/gun?gun=7" in browser.get("/filling/gun").text
    page = browser.get("/filling/gun?gun=7").text
    assert "qr-scanner" in page
    assert "<noscript>" in page
    setup = setup_of(page)
    assert (setup["gun"], setup["medium"], setup["me"]) == ("7", "lpg", "filler")
    assert setup["unlock_seconds"] == 120
    unknown = browser.get("/filling/gun?gun=8")
    assert unknown.status_code == 422
    assert "请选择充装介质" in unknown.text


def test_the_page_has_the_items_of_the_medium_in_parts(browser_of) -> None:
    lpg = setup_of(browser_of("filler").get(GUN).text)
    oxygen = setup_of(browser_of("filling2").get("/filling/gun?gun=2&medium=oxygen").text)
    names = [{item["name"] for item in setup["before"]} for setup in (lpg, oxygen)]
    assert "氧化性气体：无油脂" in names[1] - names[0]
    assert "封头有充装单位凹印标志（2021年6月起购入的瓶）" in names[0] - names[1]
    parts = {part["id"] for part in lpg["parts"]}
    for setup in (lpg, oxygen):
        assert {item["part"] for item in (*setup["before"], *setup["after"])} <= parts


def test_one_key_for_a_part_is_the_offices_choice(browser_of, actor) -> None:
    browser = browser_of("filler")
    assert setup_of(browser.get(GUN).text)["by_part"] is True
    parameters.set_parameter(actor("section"), "filling.group_answers", "0", clock.today())
    assert setup_of(browser.get(GUN).text)["by_part"] is False


def test_a_signed_in_browser_takes_a_cylinder_from_its_scan_to_its_release(browser_of) -> None:
    row, browser = make.cylinder(), browser_of("filler")
    setup = setup_of(browser.get(GUN).text)
    look = {"code": make.signed(row.label_code), "purpose": "next", "gun": "1", "medium": "lpg"}

    green = browser.post(f"{API}/scans", json=look).json
    assert (green["verdict"], green["purpose"], green["stop_at_kg"]) == ("allow", "fill", "31.4")
    assert set(green["asks"]) == {"gross", "purged"}
    checked = browser.post(f"{API}/prechecks", json=looked(row, setup))
    assert (checked.status_code, checked.json["verdict"]) == (201, "allow")

    again = browser.post(f"{API}/scans", json=look).json
    assert (again["turn"]["state"], again["turn"]["checker"]) == ("prechecked", "checker")
    assert again["turn"]["gross_before_g"] == 16900
    opened = browser.post(f"{API}/unlocks", json={"token": again["unlock"], "gun": "1"})
    assert opened.status_code == 200

    sent = filled_in(row)
    del sent["gross_before_g"]  # weighed at the check
    codes = [browser.post(f"{API}/fillings", json=sent).status_code for _ in range(2)]
    assert codes == [201, 200]
    fill = db.session.query(Filling).one()
    assert (fill.scanned, fill.gross_before_g, fill.net_g, fill.weighed_by) == (True, 16900, 14100, "typed")

    waits = browser.post(f"{API}/scans", json=look).json
    assert (waits["purpose"], waits["turn"]["state"], waits["turn"]["gross_after_g"]) == ("post_check", "filled", 31000)
    after = {
        "ref": str(uuid.uuid4()),
        "code": row.label_code,
        "checks": {item["id"]: "ok" for item in setup["after"]},
        "checker": "checker",
        "reweigh_g": 31000,
        "leak_found": False,
        "labels_printed": True,
    }
    own = browser.post(f"{API}/post-checks", json={**after, "checker": "filler"})
    assert "不能是充装人员本人" in own.json["errors"]["checker"][0]
    assert browser.post(f"{API}/post-checks", json=after).json["verdict"] == "allow"
    assert browser.post(f"{API}/scans", json=look).json["purpose"] == "release"
    left = browser.post(f"{API}/releases", json={"ref": str(uuid.uuid4()), "code": row.label_code})
    assert (left.status_code, left.json["state"]) == (201, "released")
    assert [scan.purpose for scan in db.session.query(Scan).order_by(Scan.id)] == [
        "fill",
        "fill",
        "post_check",
        "release",
    ]


def test_a_refused_cylinder_says_why_and_gives_no_leave(browser_of) -> None:
    row = make.cylinder(status="scrap_pending")
    body = {"code": make.signed(row.label_code), "purpose": "next", "gun": "1", "medium": "lpg"}
    red = browser_of("filler").post(f"{API}/scans", json=body).json
    assert red["verdict"] == "block"
    assert red["findings"][0]["text"] == "气瓶应报废，禁止充装，立即隔离"
    assert "特种设备安全法第48、84条" in red["findings"][0]["basis"]
    assert not {"unlock", "max_kg", "stop_at_kg"} & set(red)
    assert db.session.query(Scan).one().verdict == "block"


WRONG = [
    ({"checks": None}, "R23"),
    ({"gross_after_g": 31500}, "设定量超过允许充装量 14.9 kg"),
    ({"gross_after_g": None}, "请填写充装后总重或者充装压力"),
    ({"gross_after_g": "很多"}, "gross_after_g"),
    ({"checker": "filler"}, "不得为同一人"),
    ({"checker": ""}, "请填写这一项"),
    ({"checks": {"valve": "not_ok"}}, "充前检查不合格：瓶阀完好"),
    ({"ref": "x"}, "ref"),
    ({"started_at": "soon"}, "started_at"),
    ({"code": ""}, "请填写这一项"),
]


@pytest.mark.parametrize(("values", "text"), WRONG)
def test_what_is_wrong_with_a_fill_is_said_by_field_or_rule(browser_of, values, text) -> None:
    row = make.cylinder()
    body = filled_in(row, checks=make.checks("lpg"), purged=True)
    sent = {name: value for name, value in {**body, **values}.items() if value is not None}
    answer = browser_of("filler").post(f"{API}/fillings", json=sent)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert text in json.dumps({**answer.json}, ensure_ascii=False)
    assert db.session.query(Filling).count() == 0


ASKS = [
    ("station", "1", "lpg", {"last_filled_at": True}, ["gross"]),
    ("station", "1", "lpg", {}, ["gross", "purged"]),
    ("station2", "2", "oxygen", {"kind": "seamless_steel", "medium": "oxygen"}, ["pressure", "temperature", "purged"]),
    ("station2", "3", "acetylene", {"kind": "acetylene", "medium": "acetylene"}, ["gross", "temperature", "purged"]),
    (
        "station2",
        "4",
        "natural_gas",
        {"kind": "vehicle_cng_steel", "medium": "natural_gas", "vehicle_plate": "皖L12345"},
        ["pressure", "temperature", "purged", "plate", "passengers"],
    ),
]


@pytest.mark.parametrize(("owner", "gun", "medium", "values", "asked"), ASKS, ids=[row[2] for row in ASKS])
def test_the_scan_says_what_the_rules_need_told(browser_of, owner, gun, medium, values, asked) -> None:
    filled = {"last_filled_at": clock.now() - timedelta(days=9)} if values.pop("last_filled_at", None) else {}
    row = make.cylinder(owner, working_pressure_kpa=15000, **values, **filled)
    browser = browser_of("filler" if owner == "station" else "filling2")
    body = {"code": row.label_code, "purpose": "next", "gun": gun, "medium": medium}
    answer = browser.post(f"{API}/scans", json=body).json
    assert answer["asks"] == asked
    assert answer.get("plate") == (row.vehicle_plate if "plate" in asked else None)


def test_what_is_so_now_at_a_gun(browser_of) -> None:
    browser = browser_of("filler")
    now = browser.get("/filling/gun/now.json?gun=1&medium=lpg").json
    people = {person["login"]: person for person in now["people"]}
    assert people["checker"]["certified"] is True
    assert set(now["waiting"]) == {"prechecked", "filled", "checked"}
    scale = Device(
        station_id=cast.unit("station").id,
        kind="scale",
        number="W-9",
        gun="9",
        registered_at=clock.now(),
        key_version=1,
    )
    db.session.add(scale)
    db.session.flush()
    used, old, fresh = (
        {"used_at": clock.now(), "at": clock.now()},
        {"at": clock.now() - timedelta(minutes=6)},
        {"at": clock.now()},
    )
    for number, values in enumerate((used, old, fresh)):
        row = {"kind": "gross_g", "value": 16000 + number, "received_at": clock.now(), "signature": "0" * 64, **values}
        db.session.add(Reading(device_id=scale.id, ref=f"r{number}", **row))
    db.session.commit()
    readings = browser.get("/filling/gun/now.json?gun=9&medium=lpg").json["readings"]
    assert [(row["ref"], row["value"], row["device"]) for row in readings] == [("r2", 16002, "W-9")]
    assert browser.get("/filling/gun/now.json?gun=1&medium=lpg").json["readings"] == []
    assert browser_of("filling2").get("/filling/gun/now.json?gun=9&medium=lpg").json["readings"] == []
    assert browser.get("/filling/gun/now.json").status_code == 404
    assert browser_of("section").get("/filling/gun/now.json?gun=9&medium=lpg").status_code == 403


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
    scan = {"code": "x", "purpose": "next", "gun": "1"}
    assert browser_of("tech1").post(f"{API}/scans", json=scan).status_code == 403
    assert client.post(f"{API}/scans", json=scan).status_code == 401
    for path in ("/filling/", "/filling/gun", "/filling/refusals", f"/filling/{done.filling.id}"):
        assert client.get(path).status_code == 302
