"""Couriers' page, published seals, and the proof of a fill: for whom it is, and without anything personal."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Cylinder, Scan
from registry.services import filling, seals
from tests import filling_factory as make
from tests.cylinder_factory import cylinder


def ref_of(page) -> str:
    return re.search(r'name="ref"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="ref"', page.text)[1]


def test_a_courier_scans_one_after_another(browser_of) -> None:
    browser, row = browser_of("courier"), cylinder()
    assert browser.get("/").location == "/deliveries/"
    page = browser.get("/deliveries/")
    first = ref_of(page)
    sent = {"ref": first, "kind": "deliver_done", "code": row.label_code}
    done = browser.post("/deliveries/", data=sent, follow_redirects=True)
    assert done.status_code == 200
    assert "已记录" in done.text
    assert ref_of(done) != first
    assert re.search(r'value="deliver_done"[^>]*checked', done.text)
    db.session.expire_all()
    assert db.session.get_one(Cylinder, row.id).custody == "at_user"


def test_the_couriers_page_says_what_is_wrong_and_keeps_what_was_typed(browser_of, client) -> None:
    browser = browser_of("depot")
    ref = ref_of(browser.get("/deliveries/"))
    wrong = browser.post("/deliveries/", data={"ref": ref, "kind": "collect", "code": "", "customer": "K-7"})
    assert (wrong.status_code, 'value="K-7"' in wrong.text) == (422, True)
    assert browser.post("/deliveries/", data={"ref": ref, "kind": "collect", "code": "nothing"}).status_code == 422
    assert browser_of("tech1").get("/deliveries/").status_code == 403
    assert client.get("/deliveries/").status_code == 302


def test_the_proof_of_a_fill_tells_nobody_who_filled(client, actor) -> None:
    row = make.cylinder()
    assert client.get(f"/q/{row.label_code}/proof").status_code == 404
    filling.record(actor("filler"), make.fill(row))
    assert "尚未封存" in client.get(f"/q/{row.label_code}/proof").text
    (*_, last) = seals.seal(SYSTEM)
    page = client.get(f"/q/{row.label_code}/proof")
    assert last.root in page.text
    sent = client.get(f"/q/{row.label_code}/proof", query_string={"file": 1})
    assert "attachment" in sent.headers["Content-Disposition"]
    proof = json.loads(sent.text)
    assert (proof["entry"]["act"], proof["entry"]["data"]["net_g"]) == ("filling.recorded", 14_100)
    assert not {"private", "person_id"} & {*proof, *proof["entry"]}
    for private in ("高飞", "罗英", "139557", '"person_id"'):
        assert private not in page.text + sent.text


def test_roots_are_published(client) -> None:
    assert client.get("/seals", headers={"Accept": "application/json"}).json == {"items": [], "next": None}
    made = seals.seal(SYSTEM, 100) or []
    cylinder()
    made += seals.seal(SYSTEM, 3)
    first = client.get("/seals?limit=1", headers={"Accept": "application/json"}).json
    assert (first["items"][0]["no"], first["items"][0]["hash"]) == (made[-1].no, made[-1].hash)
    assert made[-1].root in client.get("/seals").text


def test_the_public_page_is_light_and_private(client, actor) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), make.fill(row))
    page = client.get(f"/q/{row.label_code}")
    assert len(page.data) < 8_000
    assert "<script" not in page.text
    for private in ("高飞", "罗英", "139557"):
        assert private not in page.text


def test_phones_are_told_apart_but_not_known(client) -> None:
    row = make.cylinder()
    for agent in ("Phone A", "Phone A", "Phone B"):
        client.get(f"/q/{row.label_code}", headers={"User-Agent": agent})
    kept = [scan.device for scan in db.session.query(Scan).order_by(Scan.id)]
    assert kept[0] == kept[1] != kept[2]
    assert all(len(device) == 32 and "Phone" not in device for device in kept)


def test_overdue_is_red(client) -> None:
    row = make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    assert "verdict-block" in client.get(f"/q/{row.label_code}").text


@pytest.mark.parametrize(
    ("login", "there", "absent"),
    [
        ("filling", {"enter_station", "lost", "send_inspection"}, {"receipt", "precheck"}),
        ("filler", {"enter_station", "valve_change"}, {"lost", "send_inspection"}),
        ("courier", {"deliver_start", "deliver_done", "damaged"}, {"enter_station", "self_pickup"}),
        ("depot", {"enter_depot", "self_pickup"}, {"enter_station"}),
        ("inspector", {"inspection_in", "inspection_out"}, {"deliver_done"}),
        ("property", {"receipt"}, {"deliver_done"}),
    ],
)
def test_everybody_is_offered_what_is_theirs_to_tell(browser_of, login, there, absent) -> None:
    page = browser_of(login).get("/deliveries/").text
    offered = set(re.findall(r'name="kind"[^>]*value="([a-z_]+)"|value="([a-z_]+)"[^>]*name="kind"', page))
    offered = {one or other for one, other in offered}
    assert there <= offered
    assert not absent & offered


def test_a_loss_needs_its_reason_and_a_new_valve_its_number(browser_of) -> None:
    browser, row = browser_of("filling"), cylinder()
    page = browser.get("/deliveries/")
    sent = {"ref": ref_of(page), "kind": "lost", "code": row.label_code}
    refused = browser.post("/deliveries/", data=sent)
    assert (refused.status_code, "<details" in refused.text) == (422, True)
    assert browser.post("/deliveries/", data={**sent, "note": "配送途中丢失"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Cylinder, row.id).status == "lost"
    other = cylinder()
    sent = {"ref": ref_of(browser.get("/deliveries/")), "kind": "valve_change", "code": other.label_code}
    assert browser.post("/deliveries/", data=sent).status_code == 422
    assert browser.post("/deliveries/", data={**sent, "valve_code": "VJ-7"}).status_code == 303
