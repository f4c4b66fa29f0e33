"""Pages of transfers: works, wrong role, stranger, bad input keeps what was typed, both sides are told."""

from __future__ import annotations

from io import BytesIO

import pytest

from registry.db import db
from registry.models import Cylinder, CylinderTransfer
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.services.test_cylinder_transfers import given, licensed_for, proposed


def newest() -> CylinderTransfer | None:
    db.session.expire_all()
    return db.session.query(CylinderTransfer).order_by(CylinderTransfer.id.desc()).first()


def test_proposed_from_a_file_checked_and_accepted_in_part(browser_of) -> None:
    licensed_for("lpg")
    giver, receiver = browser_of("filling"), browser_of("filling2")
    one, two = cylinder(), cylinder()
    table = f"标签编号,说明\n{two.label_code},x\n".encode()
    form = {"receiver_id": cast.unit("station2").id, "codes": one.label_code, "document": "协议7号"}
    checked = giver.post("/cylinder-transfers/new", data={**form, "step": "check", "file": (BytesIO(table), "a.csv")})
    assert (checked.status_code, newest()) == (200, None)
    assert all(word in checked.text for word in ("2 只都可以过户", two.label_code, one.serial_no))
    made = giver.post("/cylinder-transfers/new", data={**form, "file": (BytesIO(table), "a.csv")})
    row = newest()
    address = f"/cylinder-transfers/{row.id}"
    assert made.location == address
    assert "过户中" in giver.get(f"/cylinders/{one.label_code}").text
    assert row.no in giver.get(f"/cylinders/{one.label_code}").text
    assert "待接收的气瓶过户" in receiver.get("/todo").text
    assert "等待对方接收的气瓶过户" in giver.get("/todo").text
    page = receiver.get(address).text
    assert all(word in page for word in (one.serial_no, "核对实物后接收或拒收", "moves/accept", "moves/refuse"))
    assert f"/cylinders/{one.label_code}" not in page
    wrong = receiver.post(f"{address}/moves/accept", data={"refused": two.label_code})
    assert (wrong.status_code, two.label_code in wrong.text) == (422, True)
    done = receiver.post(f"{address}/moves/accept", data={"refused": two.label_code, "reason": "阀门漏气"})
    assert done.location == address
    shown = giver.get(address).text
    assert all(word in shown for word in ("部分接收", "阀门漏气"))
    assert db.session.get_one(Cylinder, one.id).owner_id == cast.unit("station2").id
    assert receiver.get(f"/cylinders/{one.label_code}").status_code == 200
    assert giver.get(f"/cylinders/{one.label_code}").status_code == 404


def test_bad_lines_are_told_and_everything_typed_stays(browser_of) -> None:
    row = cylinder()
    form = {"receiver_id": cast.unit("station2").id, "codes": f"{row.label_code}\nSZ-NONE", "document": "协议8号"}
    page = browser_of("filling").post("/cylinder-transfers/new", data=form)
    assert page.status_code == 422
    assert all(word in page.text for word in (row.label_code, "SZ-NONE", 'value="协议8号"', "第2行", "许可不含"))
    broken = browser_of("filling").post(
        "/cylinder-transfers/new", data={**form, "file": (BytesIO("地址\n甲".encode()), "a.csv")}
    )
    assert (broken.status_code, "没有找到代码列" in broken.text) == (422, True)
    unsaid = browser_of("filling").post("/cylinder-transfers/new", data={"codes": row.label_code, "step": "check"})
    assert "请先选择受让充装单位" in unsaid.text
    assert newest() is None


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_a_reason_is_asked_for(browser_of, verb) -> None:
    browser = browser_of({"refuse": "filling2", "withdraw": "filling"}[verb])
    address = f"/cylinder-transfers/{proposed(cylinder()).id}"
    assert browser.post(f"{address}/moves/{verb}", data={}).status_code == 422
    assert browser.post(f"{address}/moves/{verb}", data={"reason": "协议作废"}).location == address
    assert browser.get(f"{address}/moves/{verb}").status_code == 404


def test_who_sees_and_does(browser_of, client) -> None:
    row = proposed(cylinder())
    address = f"/cylinder-transfers/{row.id}"
    for login, seen, proposes in (
        ("filling", 200, 200),
        ("filling2", 200, 200),
        ("county", 200, 403),
        ("section", 200, 403),
        ("filler", 403, 403),
        ("tech1", 403, 403),
    ):
        browser = browser_of(login)
        assert (browser.get(address).status_code, browser.get("/cylinder-transfers/new").status_code) == (
            seen,
            proposes,
        ), login
    assert browser_of("filling").get(f"{address}/moves/accept").status_code == 404
    assert browser_of("filling2").get("/cylinder-transfers/999999").status_code == 404
    assert row.no in browser_of("county").get("/cylinder-transfers/?state=open").text
    assert row.no not in browser_of("filling").get("/cylinder-transfers/?side=received").text
    client.get("/account/sign-out")
    assert client.get(address).status_code == 302


def test_the_api_from_check_to_refusal(api_of) -> None:
    giver, receiver, row = api_of("filling"), api_of("filling2"), cylinder()
    asked = given(row)
    answer = giver.post("/cylinder-transfers/check", {**asked, "document": None, "codes": [row.label_code, "SZ-NONE"]})
    assert answer.status_code == 422  # `document` belongs to the proposal
    lines = {"receiver_id": asked["receiver_id"], "codes": [row.label_code, "SZ-NONE"]}
    checked = giver.post("/cylinder-transfers/check", lines).json
    assert (checked["good"], checked["bad"]) == (1, 1)
    assert checked["lines"][0]["good"]
    assert checked["lines"][1]["problem"]
    ref = "7d1c2b1e-0c39-4f0b-9f7e-5a4c4a1f1c11"
    made = giver.post("/cylinder-transfers", {**asked, "ref": ref})
    assert (made.status_code, made.json["state"], made.json["moves"]) == (201, "proposed", ["withdraw"])
    again = giver.post("/cylinder-transfers", {**asked, "ref": ref})
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    address = f"/cylinder-transfers/{made.json['id']}"
    assert receiver.get(address).json["moves"] == ["accept", "refuse"]
    assert giver.post(f"{address}/accept", {}).status_code == 403
    assert receiver.post(f"{address}/swallow", {}).status_code == 404
    assert receiver.post(f"{address}/refuse", {}).status_code == 422
    assert receiver.post(f"{address}/accept", {"version": 9}).status_code == 409
    done = receiver.post(f"{address}/refuse", {"reason": "不要"}).json
    assert (done["state"], done["items"][0]["state"], done["moves"]) == ("refused", "refused", [])
    assert receiver.post(f"{address}/accept", {}).status_code == 409
    assert api_of("tech1").get("/cylinder-transfers").status_code == 403
    listed = receiver.get("/cylinder-transfers", side="received")
    assert [line["no"] for line in listed.json["items"]] == [done["no"]]
