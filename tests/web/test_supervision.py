"""The pages of supervision inspections: plan, draw, checks, the record on the phone."""

from __future__ import annotations

import base64
import io
import re
import uuid

import pytest

from registry import clock
from registry.queries import supervision_checks as queries
from seeds import cast
from tests import supervision_factory as make


def url(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def test_a_plan_is_made_adopted_and_drawn(app, browser_of) -> None:
    make.equip()
    county, year = browser_of("county"), clock.today().year
    assert "编制检查计划" in county.get("/supervision-plans/").text
    made = county.post("/supervision-plans/new", data={"year": year, "kind": "routine", "area": make.AREA})
    assert made.status_code == 302
    path = made.headers["Location"]
    assert "随机抽取</a>" not in county.get(path).text
    refused = browser_of("county-leader").post(f"{path}/adopt", data={"version": 1})
    assert refused.status_code == 422
    browser_of("county-leader").post(f"{path}/adopt", data={"document": "埇市监特〔2026〕1号", "version": 1})
    county = browser_of("county")
    assert county.post(f"{path}/draw", data={"size": "0"}).status_code == 422
    drawn = county.post(f"{path}/draw", data={"size": "2"})
    assert drawn.status_code == 302
    page = county.get(drawn.headers["Location"]).text
    assert "按原种子重抽，结果相同" in page
    assert "sha256sum" in page
    data = county.get(f"{drawn.headers['Location']}/pool.json")
    assert data.json["pool"]
    assert browser_of("dangshan").get(drawn.headers["Location"]).status_code == 404
    assert browser_of("property").get("/supervision-plans/").status_code == 403
    assert browser_of("county").get(f"{path}/burn").status_code == 404


def test_key_units_on_their_page(app, browser_of) -> None:
    make.equip()
    county = browser_of("county")
    assert "公众聚集场所：商场超市" in county.get("/supervision-plans/key-units").text
    bad = county.post("/supervision-plans/key-units", data={"unit": "没有这个单位", "reason": "多次被举报"})
    assert bad.status_code == 422
    assert "多次被举报" in bad.text
    name = cast.unit("station").name
    assert county.post("/supervision-plans/key-units", data={"unit": name, "reason": "多次被举报"}).status_code == 302
    assert "人工列入：多次被举报" in county.get("/supervision-plans/key-units").text
    (end,) = set(re.findall(r"/supervision-plans/key-units/\d+/end", county.get("/supervision-plans/key-units").text))
    assert county.post(end, data={}).status_code == 422
    assert county.post(end, data={"reason": "已整改"}).status_code == 302
    assert browser_of("auditor").get(end).status_code == 403


@pytest.fixture
def sent(app) -> dict:
    """A check in progress, and its record as the page sends it."""
    row = make.begun()
    sheet = queries.sheet(cast.actor("county"), row.no)
    return {
        "no": row.no,
        "ref": str(uuid.uuid4()),
        "version": str(row.version),
        "devices": [each.label_code for each in sheet.devices],
        **{f"result-{item.code}": "ok" for item in sheet.items},
        "facts": "现场查看机房、轿厢。",
        "unit_signature": url(make.picture(7)),
        "sign_county": url(make.picture(1)),
        "sign_county2": url(make.picture(2)),
    }


def test_the_record_on_the_phone(sent, browser_of) -> None:
    no = sent.pop("no")
    county = browser_of("county")
    page = county.get(f"/supervision/{no}/record").text
    assert "未短接层门、轿门门锁" in page
    assert "急停开关" not in page, "there is no escalator"
    missing = county.post(f"/supervision/{no}/record", data={**sent, "result-U12": "not_ok", "sign_county2": ""})
    assert missing.status_code == 422
    assert "每名监督检查人员都要签名" in missing.text
    assert "U12请写明情况" in missing.text
    assert "现场查看机房、轿厢。" in missing.text, "what was typed is kept"
    photos = {"photos-U12": (io.BytesIO(make.picture(5)), "p.png")}
    more = {"result-U12": "not_ok", "note-U12": "短接", "problems": "层门锁短接", "measures": ["directive"]}
    kept = county.post(f"/supervision/{no}/record", data={**sent, **more, **photos}, content_type="multipart/form-data")
    assert kept.status_code == 303
    shown = county.get(f"/supervision/{no}").text
    assert "层门锁短接" in shown
    assert "下达监察指令书" in shown
    assert "转为隐患线索" in shown
    assert county.get(f"/supervision/{no}/items/U12/hazard").status_code == 200
    assert county.post(f"/supervision/{no}/items/U12/hazard", data={}).status_code == 302
    assert "ZDYH-" in county.get(f"/supervision/{no}").text
    assert county.get(f"/supervision/{no}/record").status_code == 409
    assert no in browser_of("property").get("/supervision/").text
    assert "层门锁短接" in browser_of("property").get(f"/supervision/{no}").text


def test_pages_of_a_check(app, browser_of) -> None:
    make.equip()
    county = browser_of("county")
    form = {"kind": "other", "list_kind": "elevator_use", "unit": cast.unit("property").name}
    refused = county.post("/supervision/new", data=form)
    assert refused.status_code == 422
    assert "请写明检查缘由" in refused.text
    made = county.post("/supervision/new", data={**form, "occasion": "12345投诉"})
    path = made.headers["Location"]
    assert county.get(f"{path}/start").status_code == 200
    few = county.post(f"{path}/start", data={"inspectors": ["county"], "version": 1})
    assert few.status_code == 422
    county.post(f"{path}/start", data={"inspectors": list(make.TEAM), "version": 1})
    assert "填写检查记录" in county.get(path).text
    assert county.get(f"{path}/close").status_code == 404
    assert browser_of("property").get(path).status_code == 404
    assert browser_of("property").get("/supervision/new").status_code == 403
    assert browser_of("tech1").get("/supervision/").status_code == 403
    county = browser_of("county")
    assert (
        county.post(f"{path}/terminate", data={"done_on": clock.today().isoformat(), "version": 2}).status_code == 422
    )
    ended = {"done_on": clock.today().isoformat(), "version": 2, "note": "单位已歇业"}
    assert county.post(f"{path}/terminate", data=ended).status_code == 302
    assert "单位已歇业" in county.get(path).text
