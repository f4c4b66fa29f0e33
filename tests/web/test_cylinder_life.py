"""Pages of deliveries, batches to be destroyed, accounts, due lists and covers of fills: works, wrong role, stranger,
bad input keeps what was typed."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from registry import clock
from registry.db import db
from registry.models import CylinderPurchase, FillSettlement, InspectionBatch, ScrapBatch
from registry.rules.dates import add_months
from registry.services import scrap_batches
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import PNG, destroyed, handed_over, ordered, received, sent
from tests.services.test_fill_covers import START, by_fill, fill

TODAY = clock.today()
DAY = TODAY.isoformat()


def newest(model):
    db.session.expire_all()
    return db.session.query(model).order_by(model.id.desc()).first()


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_a_delivery_through_the_pages(browser_of) -> None:
    station, body, good, bad = browser_of("filling"), browser_of("inspector"), cylinder(), cylinder()
    codes = f"{good.label_code}\n{bad.label_code}"
    made = station.post("/inspection-batches/new", data={"body_id": cast.unit("inspection").id, "codes": codes})
    batch = newest(InspectionBatch)
    address = f"/inspection-batches/{batch.id}"
    assert made.location == address
    assert batch.no in body.get("/inspection-batches/").text
    assert body.post(f"{address}/moves/receive", data={"on": DAY, "version": 1}).location == address
    found = {"codes": good.label_code, "done_on": DAY, "passed": "true", "tare_g": "16.6"}
    assert body.post(f"{address}/results", data=found).location == address
    failed = {"codes": bad.label_code, "done_on": DAY, "passed": "false", "scrap_reason": "fire"}
    assert body.post(f"{address}/results", data=failed).location == address
    ending = (("finish", {"certificate_no": "PJ-9"}), ("hand-back", {"on": DAY}))
    for verb, data in ending:
        assert body.post(f"{address}/moves/{verb}", data=data).location == address, verb
    assert station.post(f"{address}/moves/take-back", data={"on": DAY}).location == address
    page = station.get(address).text
    assert all(word in page for word in ("PJ-9", good.serial_no, "火烤烧伤", "不合格气瓶判废销毁"))


def test_a_wrong_line_of_a_delivery_keeps_the_others(browser_of) -> None:
    row = cylinder()
    given = {"body_id": cast.unit("inspection").id, "codes": f"{row.label_code}\nSZ-NONE", "note": "三轮车送"}
    page = browser_of("filling").post("/inspection-batches/new", data=given)
    assert page.status_code == 422
    assert all(word in page.text for word in (row.label_code, "SZ-NONE", "三轮车送", "第2行"))
    assert newest(InspectionBatch) is None


def test_results_that_cannot_be_stay_in_the_form(browser_of) -> None:
    row = cylinder()
    batch = received(row)
    address, body = f"/inspection-batches/{batch.id}/results", browser_of("inspector")
    given = {"codes": row.label_code, "done_on": (TODAY + timedelta(days=1)).isoformat(), "inspector": "甲乙丙"}
    page = body.post(address, data={**given, "passed": "true"})
    assert (page.status_code, "甲乙丙" in page.text, row.label_code in page.text) == (422, True, True)
    two = {**given, "done_on": DAY, "codes": f"{row.label_code}\nSZ-NONE", "passed": "true", "tare_g": "16.6"}
    page = body.post(address, data=two)
    assert (page.status_code, "一只一只登记" in page.text, 'value="16.6"' in page.text) == (422, True, True)
    page = body.post(f"/inspection-batches/{batch.id}/moves/finish", data={"inspector": "甲乙丙"})
    assert (page.status_code, "甲乙丙" in page.text) == (422, True)


# --- batches to be destroyed -----------------------------------------------------------------------------------------


def pictures(**changes):
    return {
        "method": "flatten",
        "destroyed_on": DAY,
        "operator": "王操作",
        "witness": "李见证",
        "weighed_g": "16",
        "ticket_no": "GB-77",
        "certificate_no": "XH-77",
        "photos_before": (BytesIO(PNG + b"1"), "before.png"),
        "photos_after": (BytesIO(PNG + b"2"), "after.png"),
        **changes,
    }


def test_a_destruction_through_the_pages(browser_of) -> None:
    station, county, row = browser_of("filling"), browser_of("county"), cylinder()
    made = station.post("/scrap-batches/new", data={"codes": row.label_code, "reason": "fire"})
    batch = newest(ScrapBatch)
    address = f"/scrap-batches/{batch.id}"
    assert made.location == address
    assert station.post(f"{address}/moves/hand-over", data={}).location == address
    done = station.post(f"{address}/moves/destroy", data=pictures(), content_type="multipart/form-data")
    assert done.location == address
    shown = county.get(address).text
    assert all(word in shown for word in ("XH-77", "GB-77", "王操作", "李见证"))
    kept = newest(ScrapBatch)
    assert county.get(f"{address}/files/{kept.photos_before[0]}").data == PNG + b"1"
    assert county.post(f"{address}/moves/confirm", data={"document": "注销〔2026〕1号"}).location == address
    assert newest(ScrapBatch).state == "cancelled"
    for paper in ("form", "certificate"):
        answer = county.get(f"{address}/{paper}.pdf")
        assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"witness": "王操作"}, "操作人与见证人不得为同一人"),
        ({"method": "drill"}, "不能消除使用功能"),
        ({"ticket_no": ""}, "请填写"),
        ({"weighed_g": "0"}, "过磅重量"),
    ],
)
def test_evidence_that_is_refused_stays_in_the_form(browser_of, changes, told) -> None:
    batch = handed_over()
    given = pictures(**changes)
    page = browser_of("filling").post(
        f"/scrap-batches/{batch.id}/moves/destroy", data=given, content_type="multipart/form-data"
    )
    assert page.status_code == 422
    assert all(word in page.text for word in (told, 'value="XH-77"', "王操作"))
    assert newest(ScrapBatch).state == "handed_over"


def test_a_wrong_line_of_an_order_keeps_the_others(browser_of) -> None:
    row = cylinder()
    given = {"codes": f"{row.label_code}\nSZ-NONE", "reason": "fire", "note": "火灾现场收回"}
    page = browser_of("filling").post("/scrap-batches/new", data=given)
    assert page.status_code == 422
    assert all(word in page.text for word in (row.label_code, "SZ-NONE", "火灾现场收回"))
    assert newest(ScrapBatch) is None


def test_all_that_are_to_be_scrapped_are_offered_at_once(browser_of) -> None:
    row = cylinder()
    scrap_batches.make(cast.actor("filling"), ordered(row).id, "withdraw", {"reason": "另行成批"})
    page = browser_of("filling").get("/scrap-batches/new?pending=1").text
    assert row.label_code in page or row.register_no in page or row.serial_no in page


# --- the account, the due list, covers of fills ----------------------------------------------------------------------


def test_the_account_and_what_is_behind_it(browser_of) -> None:
    row, number = cylinder(), cast.unit("station").id
    destroyed(cylinder())
    browser = browser_of("filling")
    page = browser.get("/cylinder-balance/").text
    assert cast.unit("station").name in page
    assert cast.unit("station2").name not in page
    shown = browser.get(f"/cylinder-balance/{number}").text
    assert f"/cylinder-balance/{number}/in-use" in shown
    assert row.serial_no in browser.get(f"/cylinder-balance/{number}/in-use").text
    assert browser.get(f"/cylinder-balance/{number}/nonsense").status_code == 404
    late = browser.get("/cylinder-balance/", query_string={"since": "2026-13-40"})
    assert (late.status_code, "2026-13-40" in late.text) == (422, True)


def test_a_purchase_is_recorded_and_taken_back(browser_of) -> None:
    browser, number = browser_of("filling"), cast.unit("station").id
    given = {"bought_on": DAY, "kind": "lpg_steel", "count": "200", "supplier": "江淮钢瓶", "document": "FP-1"}
    wrong = browser.post("/cylinder-balance/purchases/new", data={**given, "count": "-3"})
    assert (wrong.status_code, 'value="江淮钢瓶"' in wrong.text, 'value="-3"' in wrong.text) == (422, True, True)
    assert browser.post("/cylinder-balance/purchases/new", data=given).location == f"/cylinder-balance/{number}"
    assert "FP-1" in browser.get(f"/cylinder-balance/{number}").text
    address = f"/cylinder-balance/purchases/{newest(CylinderPurchase).id}/withdraw"
    assert browser_of("filling2").post(address, data={"reason": "不是我的"}).status_code == 404
    assert browser.post(address, data={}).status_code == 422
    assert browser.post(address, data={"reason": "重复"}).location == f"/cylinder-balance/{number}"


def test_the_due_list_leads_to_what_is_due(browser_of) -> None:
    old = cylinder(made_on=add_months(TODAY.replace(day=1), -50), registered_on=add_months(TODAY, -45))
    page = browser_of("filling").get("/cylinder-due/")
    assert (page.status_code, old.serial_no in page.text) == (200, True)
    assert old.serial_no not in browser_of("filling").get("/cylinder-due/?band=later").text
    assert old.serial_no not in browser_of("filling2").get("/cylinder-due/").text
    wrong = browser_of("filling").get("/cylinder-due/", query_string={"band": "never"})
    assert (wrong.status_code, old.serial_no in wrong.text) == (422, True)


def test_the_months_of_a_policy_are_settled_once(browser_of) -> None:
    found, row = by_fill(), cylinder()
    fill(row, START)
    address, insurer = f"/policies/{found.id}/fill-covers/", browser_of("insurer")
    month = f"{START:%Y-%m}"
    assert f"{address}{month}" in insurer.get(address).text
    assert row.handle in insurer.get(f"{address}{month}").text
    assert browser_of("filling").post(f"{address}{month}/settle").status_code == 403
    assert insurer.post(f"{address}{month}/settle").location == address
    assert (newest(FillSettlement).fills, newest(FillSettlement).premium_fen) == (1, 25)
    assert insurer.post(f"{address}{month}/settle").status_code == 409
    assert insurer.get(f"{address}2026-99").status_code == 404


# --- who ------------------------------------------------------------------------------------------------------------


def addresses() -> dict[str, str]:
    return {
        "delivery": f"/inspection-batches/{sent().id}",
        "scrap": f"/scrap-batches/{ordered().id}",
        "account": f"/cylinder-balance/{cast.unit('station').id}",
        "covers": f"/policies/{by_fill().id}/fill-covers/",
    }


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("filling", {"delivery": 200, "scrap": 200, "account": 200, "covers": 200}),
        ("county", {"delivery": 200, "scrap": 200, "account": 200, "covers": 200}),
        ("inspector", {"delivery": 200, "scrap": 404, "account": 403, "covers": 403}),
        ("filling2", {"delivery": 404, "scrap": 404, "account": 404, "covers": 404}),
        ("tech1", {"delivery": 403, "scrap": 403, "account": 403, "covers": 403}),
    ],
)
def test_who_sees_which_page(browser_of, login, expected) -> None:
    browser = browser_of(login)
    assert {name: browser.get(address).status_code for name, address in addresses().items()} == expected


@pytest.mark.parametrize("login", ["inspector", "section", "tech1"])
def test_who_sends_and_orders(browser_of, login) -> None:
    browser = browser_of(login)
    assert browser.get("/inspection-batches/new").status_code == 403
    expected = 200 if login == "section" else 403
    assert browser.get("/scrap-batches/new").status_code == expected


def test_strangers_sign_in_first(client) -> None:
    for address in (*addresses().values(), "/cylinder-due/", "/inspection-batches/new", "/scrap-batches/new"):
        assert client.get(address).status_code == 302
