"""The citizen's way: from the label to the form, the receipt, the county's list and the API."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from registry import clock
from registry.db import db
from registry.models import CylinderReport
from registry.services import labels
from registry.services.parameters import set_parameter
from seeds import cast
from tests import elevators_factory
from tests import filling_factory as make
from tests.services.test_cylinder_reports import report
from tests.services.test_fault_reports import PHONE, photo


def ref_of(page) -> str:
    return re.search(r'name="ref" value="([^"]+)"', page.text)[1]


def send(client, address, **given):
    return client.post(address, data={"ref": ref_of(client.get(address)), "kind": "leaking", **given})


def test_from_the_label_to_the_receipt_and_what_became_of_it(client, browser_of) -> None:
    row = make.cylinder()
    page = client.get(f"/q/{make.signed(row.label_code)}").text
    address = re.search(r'href="([^"]+/report)"', page)[1]
    given = {"text": "阀口漏气", "phone": PHONE, "photo": (io.BytesIO(photo()), "p.jpg")}
    done = send(client, address, **given)
    assert done.status_code == 303
    receipt = client.get(done.location)
    for text in ("举报回执", "待处理", "漏气", "119"):
        assert text in receipt.text
    for private in ("阀口漏气", PHONE):
        assert private not in receipt.text
    kept = db.session.query(CylinderReport).one()
    county = browser_of("county")
    assert kept.no in county.get("/cylinder-reports/").text
    shown = county.get(f"/cylinder-reports/{kept.no}")
    assert PHONE in shown.text
    assert county.get(f"/cylinder-reports/{kept.no}/photo").mimetype == "image/jpeg"
    done = county.post(f"/cylinder-reports/{kept.no}/pass_on", data={"note": "请立即上门", "version": kept.version})
    assert done.status_code == 302
    station = browser_of("filling")
    page = station.get(f"/cylinder-reports/{kept.no}").text
    assert "阀口漏气" not in page
    assert PHONE not in page
    assert station.get(f"/cylinder-reports/{kept.no}/photo").status_code == 404
    db.session.expire_all()
    version = db.session.query(CylinderReport).one().version
    form = {"note": "已更换瓶阀", "version": version}
    assert station.post(f"/cylinder-reports/{kept.no}/explain", data=form).status_code == 302
    receipt = client.get(f"/receipts/{kept.secret}").text
    assert "说明情况" in receipt
    assert "已更换瓶阀" not in receipt  # between station and office
    form = {"note": "已上门更换", "version": version + 1}
    assert county.post(f"/cylinder-reports/{kept.no}/close", data=form).status_code == 302
    assert "已上门更换" in client.get(f"/receipts/{kept.secret}").text


def test_a_label_that_leads_to_nothing_can_be_reported(client) -> None:
    forged = labels.fresh_code()
    page = client.get(f"/q/{forged}").text
    address = re.search(r'href="(/cylinder-report[^"]+)"', page)[1]
    wrong = send(client, address, kind="other_cylinder")
    assert (wrong.status_code, "请写明在哪里见到" in wrong.text) == (422, True)
    done = send(client, address, kind="other_cylinder", place="汴河路", area="341302")
    assert done.status_code == 303
    assert db.session.query(CylinderReport).one().code == forged
    assert send(client, "/cylinder-report", kind="no_label", place="车站").status_code == 303


def test_elevators_keep_their_own_form(client, actor) -> None:
    lift = elevators_factory.maintained(actor("section"))
    assert "报告电梯故障" in client.get(f"/q/{lift.label_code}/report").text
    assert client.get("/q/nothing/report").status_code == 404


def test_wrong_input_keeps_what_was_typed_and_too_many_wait(client, actor) -> None:
    row = make.cylinder()
    address = f"/q/{row.label_code}/report"
    wrong = send(client, address, kind="", text="有异味", phone="12")
    assert wrong.status_code == 422
    assert "有异味" in wrong.text
    trapped = send(client, address, website="http://spam")
    assert trapped.status_code == 422
    set_parameter(actor("section"), "cylinder_report.per_source_hour", "1", clock.today())
    assert send(client, address).status_code == 303
    waits = send(client, address, text="第二次")
    assert (waits.status_code, "第二次" in waits.text) == (429, True)
    assert int(waits.headers["Retry-After"]) > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_is_light_and_whole(client, language) -> None:
    client.get(f"/account/language/{language}")
    page = client.get(f"/q/{make.cylinder().label_code}/report")
    assert "<script" not in page.text
    assert len(page.data) < 12_000
    assert ("Short weight" if language == "en" else "缺斤少两") in page.text


@pytest.mark.parametrize(
    ("login", "status"),
    [("county", 200), ("section", 200), ("dangshan", 404), ("filling", 404), ("filler", 403), ("tech1", 403)],
)
def test_who_opens_a_report(browser_of, login, status) -> None:
    row = report(make.cylinder())
    assert browser_of(login).get(f"/cylinder-reports/{row.no}").status_code == status


def test_the_office_works_through_the_api(api_of) -> None:
    bottle = make.cylinder()
    row = report(bottle)
    api = api_of("county")
    listed = api.get("/cylinder-reports", state="open", cylinder=bottle.label_code).json["items"]
    assert [(one["no"], one["cylinder"]) for one in listed] == [(row.no, bottle.label_code)]
    shown = api.get(f"/cylinder-reports/{row.no}").json
    assert (shown["phone"], "pass_on" in shown["moves"]) == (PHONE, True)
    assert api.post(f"/cylinder-reports/{row.no}/pass-on", {}).status_code == 422
    assert api.post(f"/cylinder-reports/{row.no}/pass-on", {"note": "请说明"}).json["report"]["state"] == "passed_on"
    station = api_of("filling")
    assert station.get(f"/cylinder-reports/{row.no}").json["text"] is None
    assert station.post(f"/cylinder-reports/{row.no}/close", {"note": "x"}).status_code == 403
    assert station.post(f"/cylinder-reports/{row.no}/explain", {"note": "已核对"}).status_code == 200
    assert api.post(f"/cylinder-reports/{row.no}/pass-on", {"note": "再看"}).status_code == 409
    clue = {"title": "疑似套码", "description": "钢印不符"}
    assert api.post(f"/cylinder-reports/{row.no}/clue", clue).json["hazard"].startswith("ZDYH")
    assert api_of("dangshan").get(f"/cylinder-reports/{row.no}").status_code == 404
    assert api.post("/cylinder-reports/QJ-1-1/close", {"note": "x"}).status_code == 404
    assert api.post(f"/cylinder-reports/{row.no}/fly", {"note": "x"}).status_code == 404


def test_it_waits_on_the_first_page_and_is_late_after_its_hours(browser_of, monkeypatch) -> None:
    row = report(make.cylinder())
    assert "待处理的气瓶举报" in browser_of("county").get("/todo").text
    assert "待处理的气瓶举报" not in browser_of("filling").get("/todo").text
    now = clock.now()
    for hours, late in ((71, False), (73, True)):
        moment = now + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert ("超时未答复的气瓶举报" in browser_of("county").get("/todo").text) is late
    assert row.no in browser_of("county").get("/cylinder-reports/?late=1").text


def test_a_receipt_is_for_whoever_has_its_address(client) -> None:
    row = report(make.cylinder(), ref=str(uuid4()))
    body = client.get(f"/receipts/{row.secret}", headers={"Accept": "application/json"}).json
    assert (body["no"], body["state"], body["steps"]) == (row.no, "received", [])
    assert client.get(f"/receipts/{row.secret[:-1]}{'y' if row.secret.endswith('x') else 'x'}").status_code == 404
    assert cast.person("county").name not in client.get(f"/receipts/{row.secret}").text
