"""Pages of rescue teams, plans and codes: forms keep what was typed, say what is wrong, print and export."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import PlateCheck
from registry.queries import responders as queries
from registry.services import rescue
from seeds import cast
from tests.documents.test_papers import text_of
from tests.elevators_factory import maintained
from tests.responders_factory import station

NEW = {
    "name": "城东网格救援站",
    "kind": "grid_station",
    "areas": ["341302"],
    "lat": "33.6468",
    "lon": "116.9641",
    "unit": "安徽迅安电梯工程有限公司",
    "rota": "周一至周五 08:00-20:00 马超\n周末 00:00-24:00",
}


def test_a_station_from_the_form_to_its_end(browser_of) -> None:
    desk = browser_of("desk")
    made = desk.post("/responders/new", data=NEW)
    assert made.status_code == 302, made.text
    page = desk.get(made.location).text
    assert "城东网格救援站" in page
    assert page.count("08:00–20:00") == 5
    assert "马超" in page
    number = int(made.location.rsplit("/", 1)[1])
    path = f"/responders/{number}"
    assert "周一至周五 08:00-20:00 马超" in desk.get(f"{path}/rota").text
    today = clock.today().isoformat()
    assert desk.post(f"{path}/rota", data={"since": today, "rota": "每天 20:00-08:00 朱军"}).status_code == 422
    person = cast.person("tech1").id
    exception = {"day": today, "begins": "09:00", "ends": "10:00", "reason": "调班", "person": str(person)}
    assert desk.post(f"{path}/exceptions", data=exception).status_code == 302
    assert "09:00–10:00 马超" in desk.get(path).text
    assert desk.post(f"{path}/exceptions/drop", data={"day": today}).status_code == 302
    assert "今后没有特殊安排" in desk.get(path).text
    one = queries.show(cast.actor("desk"), number)
    edited = {**NEW, "name": "城东站", "members": [str(person)], "version": str(one.responder.version)}
    assert desk.post(f"{path}/edit", data=edited).status_code == 302
    assert desk.get(f"{path}/suspend").status_code == 200
    assert desk.post(f"{path}/suspend", data={"reason": ""}).status_code == 422
    assert desk.post(f"{path}/suspend", data={"reason": "整顿"}).status_code == 302
    assert "暂停" in desk.get("/responders/?status=suspended").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rota": "每天"}, "第1行应形如"),
        ({"rota": "每天 08:00-20:00 无名氏"}, "本单位没有这些人员：无名氏"),
        ({"unit": "没有这个单位"}, "没有登记这个单位"),
        ({"unit": ""}, "请填写所属单位"),
        ({"areas": []}, "请填写这一项"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser_of, changes: dict, message: str) -> None:
    answer = browser_of("desk").post("/responders/new", data={**NEW, **changes})
    assert answer.status_code == 422
    assert message in answer.text
    assert "城东网格救援站" in answer.text


def test_the_list_and_its_export(browser_of) -> None:
    station(members=[cast.person("tech1").id])
    desk = browser_of("desk")
    book = load_workbook(io.BytesIO(desk.get("/exports/responders.xlsx").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][:3] == ("安徽迅安电梯工程有限公司", "城东网格救援站", "网格救援站")
    assert "每天 00:00-24:00" in rows[1]
    assert browser_of("filling").get("/responders/").status_code == 403
    assert browser_of("company2").get("/responders/").status_code == 200
    assert "城东网格救援站" not in browser_of("company2").get("/responders/").text


def test_in_english(browser_of) -> None:
    station()
    desk = browser_of("desk")
    desk.set_cookie("registry_language", "en")
    page = desk.get("/responders/").text
    assert "Rescue teams" in page
    assert "Grid rescue station" in page


def test_who_can_be_sent(browser_of) -> None:
    station()
    page = browser_of("desk").get("/responders/nearest?lat=33.65&lon=116.97&level=2").text
    assert "直线距离0.7公里" in page
    assert browser_of("desk").get("/responders/nearest?lat=x&lon=1").status_code == 422


def test_plans(browser_of) -> None:
    county = browser_of("county")
    plan = {"kind": "entrapment", "title": "困人预案", "edition": "2024版", "valid_from": "2024-01-01"}
    pdf = (io.BytesIO(b"%PDF-1.4 text"), "plan.pdf")
    made = county.post("/emergency-plans/new", data={**plan, "upload": pdf}, content_type="multipart/form-data")
    assert made.status_code == 302, made.text
    assert "演练超期" in county.get(made.location).text
    assert county.get(f"{made.location}/file").data == b"%PDF-1.4 text"
    drill = {"held_on": clock.today().isoformat(), "place": "翠湖", "scenario": "困人", "summary": "良好"}
    path = f"{made.location}/drills/new"
    assert county.post(path, data={**drill, "participants": "0"}).status_code == 422
    assert county.post(path, data={**drill, "participants": "9"}).status_code == 302
    assert "应急能力" in county.get("/emergency-plans/").text
    assert "应急能力" not in browser_of("company").get("/emergency-plans/").text.split("<h1")[1].split("</h1>")[1]
    assert county.post(f"{made.location}/end", data={"note": "修订"}).status_code == 302
    assert browser_of("dangshan").get(made.location).status_code == 404


def test_codes_plates_and_their_papers(app: Flask, browser_of) -> None:
    lift = maintained(cast.actor("county"), 1)
    desk = browser_of("desk")
    assert "没有识别码" in desk.get("/rescue-codes/").text
    ranges = {"area": "341302", "first": "300001", "last": "300009"}
    assert desk.post("/rescue-codes/ranges", data=ranges).status_code == 302
    assert desk.post("/rescue-codes/ranges", data={**ranges, "area": "341321"}).status_code == 422
    assert desk.post("/rescue-codes/give", data={"area": "341302"}).status_code == 302
    assert "300001" in desk.get("/rescue-codes/?gap=unverified").text
    text = text_of(desk.get("/rescue-codes/plates.pdf").data)
    for part in ("96366", "300001", "埇桥区汴河中路88号1号楼", "安徽迅安电梯工程有限公司"):
        assert part in text
    rows = list(
        load_workbook(io.BytesIO(desk.get("/rescue-codes/plates.xlsx").data)).active.iter_rows(values_only=True)
    )
    assert rows[2][1:3] == ("300001", "96366")
    assert rows[2][10].startswith("HTTP://")
    tech = browser_of("tech1")
    path = f"/rescue-codes/{lift.label_code}/plate"
    look = {"seen_on": clock.today().isoformat(), "way": "photo", "code_seen": "300001"}
    refused = tech.post(path, data=look)
    assert refused.status_code == 422
    assert "请附上标识的照片" in refused.text
    assert tech.post(path, data={**look, "way": "visit", "code_seen": "300007"}).status_code == 302
    assert "标识不符" in desk.get("/rescue-codes/?gap=wrong").text
    rescue.enrol(cast.actor("desk"), lift.id, "300002")
    assert browser_of("filling").get("/rescue-codes/").status_code == 403
    assert browser_of("dangshan").get(path).status_code == 404


def test_what_is_typed_from_a_plate_is_answered_at_once_and_recorded_is_nothing(app: Flask, browser_of) -> None:
    first, second, third = (
        maintained(cast.actor("county"), number, address=f"埇桥区淮海路{number}号") for number in (1, 2, 3)
    )
    for lift, code in ((first, "300001"), (second, "300002")):
        rescue.enrol(cast.actor("desk"), lift.id, code)
    desk = browser_of("desk")
    path = f"/rescue-codes/{first.label_code}/plate"
    assert f'data-ask="{path}/reading"' in desk.get(path).text
    for login, usual in (("section", "监管人员查看"), ("tech1", "维保现场查看")):
        assert re.search(rf"<option[^>]*selected[^>]*>\s*{usual}", browser_of(login).get(path).text), login
    says = {typed: desk.get(f"{path}/reading", query_string={"q": typed}).text for typed in ("300001", "300002", "30")}
    assert "与登记的识别码一致" in says["300001"]
    assert "与登记的识别码300001不符" in says["300002"]
    assert second.address in says["300002"]
    assert "识别码是5至8位数字" in says["30"]
    assert desk.get(f"{path}/reading?q=").text.strip() == ""
    assert "还没有登记识别码" in desk.get(f"/rescue-codes/{third.label_code}/plate/reading?q=300001").text
    assert "标识未核实" in desk.get("/rescue-codes/?gap=unverified").text
    assert looks_recorded() == 0
    assert browser_of("dangshan").get(f"{path}/reading?q=300001").status_code == 404
    assert browser_of("filling").get(f"{path}/reading?q=300001").status_code == 403


def looks_recorded() -> int:
    """How many looks at plates are recorded."""
    return db.session.scalar(select(func.count()).select_from(PlateCheck)) or 0


def test_an_elevator_of_others_is_not_named_by_its_number(app: Flask, browser_of) -> None:
    mine = maintained(cast.actor("county"), 1)
    theirs = maintained(
        cast.actor("dangshan"),
        2,
        company="company2",
        use_unit_id=cast.unit("property2").id,
        area_code="341321",
        address="砀山县人民路16号",
    )
    for lift, code in ((mine, "300001"), (theirs, "340001")):
        rescue.enrol(cast.actor("desk"), lift.id, code)
    said = browser_of("tech1").get(f"/rescue-codes/{mine.label_code}/plate/reading?q=340001").text
    assert "不符" in said
    assert theirs.address not in said
