"""The rider's pages: light, without a script, private, and not to be flooded."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from blueprints.app import behind
from registry import clock
from registry.db import db
from registry.models import FaultReport, Hazard
from registry.services import fault_reports
from registry.services.parameters import set_parameter
from seeds import cast
from tests import elevators_factory as make
from tests.services.test_fault_reports import PHONE, photo

STATIC = Path(__file__).resolve().parents[2] / "static"
LIGHT = 16_000  # bytes of page and stylesheet together


@pytest.fixture
def lift(actor):
    inspected = clock.today() - timedelta(days=90)
    days = {"made_on": inspected, "installation_inspected_on": inspected, "registered_on": clock.today()}
    return make.maintained(actor("section"), rescue_code="130001", **days)


def form_of(client, lift) -> dict[str, str]:
    page = client.get(f"/q/{lift.label_code}/report").text
    return {"ref": re.search(r'name="ref" value="([^"]+)"', page)[1]}


def send(client, lift, **changes):
    return client.post(f"/q/{lift.label_code}/report", data={**form_of(client, lift), "kind": "noise", **changes})


def test_the_page_in_the_car_is_light_and_needs_no_script(client, lift) -> None:
    page = client.get(f"/q/{lift.label_code}")
    style = re.search(r'href="/static/dist/(car[^"]+)"', page.text)[1]
    assert len(page.data) + (STATIC / "dist" / style).stat().st_size < LIGHT
    assert "<script" not in page.text
    assert len(re.findall(r"<link[^>]+stylesheet", page.text)) == 1
    assert "<img" not in page.text


def test_it_tells_a_rider_what_he_has_to_know(client, lift) -> None:
    page = client.get(f"/q/{lift.label_code}").text
    company = cast.unit("company")
    units = ("安徽迅安电梯工程有限公司", company.phone, "宿州汇源物业服务有限公司")
    for text in (*units, "tel:96366", "tel:119", "130001", "未按时", "报告故障"):
        assert text in page
    for person in ("何志强", "张敏", "139557"):
        assert person not in page


STANDING = [("in_use", "warn"), ("temporarily_stopped", "block"), ("stopped", "block"), ("scrapped", "block")]


@pytest.mark.parametrize(("status", "answer"), STANDING)
def test_do_not_ride_what_stands_still(client, lift, status, answer) -> None:
    lift.status = status
    db.session.commit()
    page = client.get(f"/q/{lift.label_code}").text
    assert f"verdict-{answer}" in page
    assert ("请勿乘坐" in page) is (answer == "block")


def test_do_not_ride_what_an_office_has_stopped(client, lift) -> None:
    today = clock.today()
    db.session.add(
        Hazard(no="T-1", title="t", description="d", source="complaint", state="RECTIFYING", level="major", clauses=[],
               found_on=today, unit_id=lift.use_unit_id, elevator_id=lift.id, area_code="341302", state_since=today,
               stop_use=True)
    )  # fmt: skip
    db.session.commit()
    assert "责令停止使用" in client.get(f"/q/{lift.label_code}").text


def test_in_english_and_as_json(client, lift) -> None:
    body = client.get(f"/q/{lift.label_code}", headers={"Accept": "application/json"}).json
    assert (body["company_phone"], body["maintained_in_time"]) == (cast.unit("company").phone, False)
    client.set_cookie("registry_language", "en")
    for path in (f"/q/{lift.label_code}", f"/q/{lift.label_code}/report"):
        page = client.get(path).text
        shown = re.sub(r"<[^>]*>", "", page.split("<main")[1])
        for name in (lift.address, "安徽迅安电梯工程有限公司", "宿州汇源物业服务有限公司"):
            shown = shown.replace(name, "")
        assert not re.search(r"[\u4e00-\u9fff]", shown), shown


def test_a_report_leads_to_its_receipt(client, lift, browser_of) -> None:
    answer = send(client, lift, text="我是张三，3楼有异响", phone=f"  {PHONE} ")
    assert answer.status_code == 303
    row = db.session.query(FaultReport).one()
    assert (row.phone, row.kind) == (PHONE, "noise")
    page = client.get(answer.location).text
    assert row.no in page
    for private in (PHONE, "张三", PHONE[-4:], "何志强"):
        assert private not in page
    fault_reports.move(cast.actor("company"), row.no, "close", "导靴已更换")
    page = client.get(answer.location).text
    assert "导靴已更换" in page
    assert "安徽迅安电梯工程有限公司" in page
    assert "何志强" not in page
    body = client.get(answer.location, headers={"Accept": "application/json"}).json
    assert (body["no"], body["state"]) == (row.no, "closed")
    assert PHONE not in str(body)
    for lost in ("nothing", row.no, "%00"):
        assert client.get(f"/receipts/{lost}").status_code == 404


def test_sent_twice_it_is_one_report(client, lift) -> None:
    given = {**form_of(client, lift), "kind": "door"}
    address = f"/q/{lift.label_code}/report"
    first, again = (client.post(address, data=given) for _ in range(2))
    assert first.location == again.location
    assert client.post(address, data={**given, "kind": "noise"}).status_code == 422
    accept = {"Accept": "application/json"}
    repeat = client.post(address, data=given, headers=accept)
    assert (repeat.status_code, repeat.headers["Idempotent-Replay"]) == (200, "true")
    made = client.post(address, data={**given, "ref": str(uuid4())}, headers=accept)
    assert (made.status_code, set(made.json)) == (201, {"no", "receipt"})


def test_whoever_is_trapped_is_told_to_call(client, lift) -> None:
    form = client.get(f"/q/{lift.label_code}/report").text
    assert "tel:96366" in form
    assert "130001" in form
    page = client.get(send(client, lift, kind="entrapment").location).text
    assert "tel:96366" in page
    assert "tel:119" in page
    assert "不要扒门" in page


BAD = [
    ({"kind": ""}, "请填写这一项"),
    ({"kind": "x"}, "请从列表中选择"),
    ({"kind": "other", "text": ""}, "请简单说明"),
    ({"phone": "12"}, "电话应为11位手机号"),
    ({"text": "长" * 501}, "最多500个字符"),
    ({"ref": "1"}, "UUID"),
    ({"website": "http://spam.example"}, "请清空"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_bad_input_keeps_what_was_typed(client, lift, changes, said) -> None:
    answer = send(client, lift, **{"text": "三楼", **changes})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert changes.get("text", "三楼") in answer.text
    assert db.session.query(FaultReport).count() == 0


def test_the_trap_is_hidden_from_people(client, lift) -> None:
    page = client.get(f"/q/{lift.label_code}/report").text
    trap = re.search(r'<div class="trap".*?</div>', page, re.DOTALL)[0]
    assert 'aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


def test_a_picture_comes_with_it(client, lift, browser_of) -> None:
    send(client, lift, photo=(io.BytesIO(photo()), "IMG_张三.jpg"))
    row = db.session.query(FaultReport).one()
    shown = browser_of("company").get(f"/fault-reports/{row.no}/photo")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert browser_of("company2").get(f"/fault-reports/{row.no}/photo").status_code == 404
    refused = send(client, lift, photo=(io.BytesIO(b"<script>"), "x.jpg"))
    assert (refused.status_code, "JPG、PNG" in refused.text) == (422, True)


def test_too_many_are_answered_429_and_nothing_typed_is_lost(client, lift, actor) -> None:
    set_parameter(actor("section"), "fault_report.per_source_hour", "1", clock.today())
    send(client, lift)
    answer = send(client, lift, text="还是有异响")
    assert (answer.status_code, "报修太频繁" in answer.text, "还是有异响" in answer.text) == (429, True, True)
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert db.session.query(FaultReport).count() == 1


def test_a_label_that_leads_nowhere(client) -> None:
    for method in (client.get, client.post):
        assert method("/q/SZ00000000000100/report").status_code == 404
        assert method("/q/%00/report").status_code == 404


def test_another_site_cannot_send_it(client, lift) -> None:
    answer = client.post(f"/q/{lift.label_code}/report", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_those_who_answer_see_and_do_their_part(client, lift, browser_of) -> None:
    send(client, lift, phone=PHONE, text="异响")
    no = db.session.query(FaultReport).one().no
    company, county = browser_of("company"), browser_of("county")
    assert no in company.get("/fault-reports/").text
    assert PHONE not in company.get("/fault-reports/").text
    assert PHONE in company.get(f"/fault-reports/{no}").text
    page = county.get(f"/fault-reports/{no}").text
    assert PHONE not in page
    assert "139****5678" in page
    assert county.get(f"/fault-reports/{no}/take").status_code == 403
    for login in ("company2", "property2", "dangshan"):
        assert browser_of(login).get(f"/fault-reports/{no}").status_code == 404
        assert browser_of(login).post(f"/fault-reports/{no}/take", data={"version": "1"}).status_code == 404
    for login in ("insurer", "filler"):
        assert browser_of(login).get("/fault-reports/").status_code == 403
    assert company.post(f"/fault-reports/{no}/take", data={"version": "1"}).status_code == 302
    assert company.post(f"/fault-reports/{no}/close", data={"version": "2"}).status_code == 422
    assert company.post(f"/fault-reports/{no}/close", data={"version": "1", "note": "好了"}).status_code == 422
    assert company.post(f"/fault-reports/{no}/close", data={"version": "2", "note": "好了"}).status_code == 302
    assert PHONE not in company.get(f"/fault-reports/{no}").text
    assert company.get(f"/fault-reports/{no}/take").status_code == 409
    assert company.get(f"/fault-reports/{no}/sing").status_code == 404
    assert PHONE.encode() not in county.get("/exports/fault-reports.xlsx").data


def test_an_inspector_makes_a_clue_of_it(client, lift, browser_of) -> None:
    send(client, lift, kind="door", text="层门关不严")
    no = db.session.query(FaultReport).one().no
    county = browser_of("county")
    assert "层门关不严" in county.get(f"/fault-reports/{no}/hazard").text
    assert county.post(f"/fault-reports/{no}/hazard", data={"title": "", "description": "x"}).status_code == 422
    sent = {"title": "层门关不严", "description": "乘客反映层门关不严"}
    assert browser_of("company").post(f"/fault-reports/{no}/hazard", data=sent).status_code == 403
    assert county.post(f"/fault-reports/{no}/hazard", data=sent).status_code == 302
    hazard = db.session.query(Hazard).one()
    assert hazard.no in county.get(f"/fault-reports/{no}").text


def test_the_first_page_says_what_waits(client, lift, browser_of) -> None:
    send(client, lift)
    row = db.session.query(FaultReport).one()
    assert "待办结的乘客报修" in browser_of("company").get("/todo").text
    assert "超时未答复的乘客报修" not in browser_of("county").get("/todo").text
    row.reported_at -= timedelta(days=2)
    db.session.commit()
    county = browser_of("county")
    assert "超时未答复的乘客报修" in county.get("/todo").text
    assert row.no in county.get("/fault-reports/?late=1").text


@pytest.mark.parametrize(("proxies", "answers"), [("0", [303, 429]), ("1", [303, 303])])
def test_behind_a_proxy_the_rider_is_the_source(app, lift, actor, monkeypatch, proxies, answers) -> None:
    """Without a declared proxy what a caller says of himself is not believed."""
    set_parameter(actor("section"), "fault_report.per_source_hour", "1", clock.today())
    monkeypatch.setattr(app, "wsgi_app", behind(app.wsgi_app, int(proxies)))
    client, found = app.test_client(), []
    for rider in ("198.51.100.1", "198.51.100.2"):
        given = {"ref": str(uuid4()), "kind": "noise"}
        headers = {"X-Forwarded-For": rider}
        found.append(client.post(f"/q/{lift.label_code}/report", data=given, headers=headers).status_code)
    assert found == answers
