"""Labels from the list to the printed sheet, and from the printed sheet back to the page they open."""

import io
import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import openpyxl
import pypdfium2
import pytest
import zxingcpp

from registry import settings as settings_of
from registry.db import db
from registry.models import LabelCode, TrailEntry
from registry.services import labels
from tests import filling_factory as make
from tests import labels_factory as tag


def symbols(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=300 / 72, grayscale=True).to_pil().convert("L") for page in document]
    return [found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)]


def print_(browser, query: str = "", **form):
    return browser.post(f"/labels/print{query}", data={"layout": "a4-70x37", **form})


def test_from_the_page_of_an_elevator_its_label_is_ticked_already(browser_of) -> None:
    lift, other = make.elevator(), make.cylinder()
    browser = browser_of("section")
    (address,) = re.findall(r'href="(/labels/\?[^"]+)"', browser.get(f"/elevators/{lift.label_code}").text)
    page = browser.get(unescape(address)).text
    assert re.findall(r'name="chosen" value="(\w+)"[^>]* checked', page) == [lift.label_code]
    assert other.label_code not in page


def test_a_printed_label_opens_the_page_of_its_equipment(browser_of, client) -> None:
    bottle, lift = make.cylinder(), make.elevator()
    sheet = print_(browser_of("section"), chosen=[bottle.label_code, lift.label_code])
    assert (sheet.status_code, sheet.mimetype) == (200, "application/pdf")
    read = symbols(sheet.data)
    assert len(read) == 2
    paths = {urlsplit(text).path for text in read}
    assert all(path.startswith("/Q/SZ") for path in paths)
    pages = [client.get(path) for path in paths]
    assert {page.status_code for page in pages} == {200}
    texts = "".join(page.text for page in pages)
    assert bottle.serial_no in texts
    assert lift.address in texts
    assert "无效标签" not in texts


def test_an_old_label_outlives_a_change_of_the_address(browser_of, client, monkeypatch) -> None:
    bottle = make.cylinder()
    old = symbols(print_(browser_of("section"), chosen=[bottle.label_code]).data)[0]
    settings = settings_of.current()
    monkeypatch.setattr(settings_of, "_current", [replace(settings, base_url="https://new.example.cn")])
    new = symbols(print_(browser_of("section"), chosen=[bottle.label_code], reason="换网址").data)[0]
    assert new.startswith("HTTPS://NEW.EXAMPLE.CN/Q/")
    assert not old.startswith("HTTPS://NEW.EXAMPLE.CN")
    for text in (old, new):
        assert bottle.serial_no in client.get(urlsplit(text).path).text


def test_a_label_of_an_older_key_opens_after_the_key_has_changed(browser_of, client, monkeypatch) -> None:
    bottle = make.cylinder()
    old = urlsplit(symbols(print_(browser_of("section"), chosen=[bottle.label_code]).data)[0]).path
    settings = settings_of.current()
    keys = {**settings.label_keys, "2": b"the second secret of the city, long"}
    monkeypatch.setattr(settings_of, "_current", [replace(settings, label_keys=keys, label_key_version="2")])
    assert bottle.serial_no in client.get(old).text
    assert labels.fresh_code()[13] == "2"


def test_prints_are_counted_and_a_reprint_needs_a_reason(browser_of) -> None:
    bottle = make.cylinder()
    browser = browser_of("filling")
    assert print_(browser, chosen=[bottle.label_code]).status_code == 200
    again = print_(browser, chosen=[bottle.label_code], start="5")
    assert again.status_code == 422
    assert "请写明重印原因" in again.text
    assert f'value="{bottle.label_code}"' in again.text
    assert 'value="5"' in again.text
    assert print_(browser, chosen=[bottle.label_code], reason="卡纸").status_code == 200
    assert make.label_of(bottle.label_code).prints == 2
    reasons = [entry.data.get("reason") for entry in db.session.query(TrailEntry).filter_by(act="label.printed")]
    assert reasons == [None, "卡纸"]


def test_all_that_the_filters_find_and_typed_codes_can_be_printed(browser_of) -> None:
    bottles = [make.cylinder() for _ in range(3)]
    browser = browser_of("filling")
    assert len(symbols(print_(browser, "?unprinted=1&on=cylinder", all="1").data)) == 3
    assert make.label_of(bottles[0].label_code).prints == 1
    assert bottles[0].label_code not in browser.get("/labels/?unprinted=1").text
    typed = "\n".join(make.signed(bottle.label_code).lower() for bottle in bottles[:2])
    assert len(symbols(print_(browser, codes=typed, reason="补贴").data)) == 2


WRONG = [
    ({"chosen": []}, "请选择1到5000个编码"),
    ({"codes": "SZ0000000000000000"}, "不存在或已作废"),
    ({"layout": "a3"}, "请从列表中选择"),
    ({"start": "24"}, "起始位置应在0到23之间"),
    ({"start": "x"}, "请填写整数"),
]


@pytest.mark.parametrize(("form", "text"), WRONG)
def test_what_cannot_be_printed_is_said(browser_of, form, text) -> None:
    bottle = make.cylinder()
    page = print_(browser_of("section"), **{"chosen": [bottle.label_code], **form})
    assert page.status_code == 422
    assert text in page.text
    assert make.label_of(bottle.label_code).prints == 0


def test_a_station_prints_only_its_own(browser_of) -> None:
    foreign = make.cylinder("station2")
    browser = browser_of("filling")
    assert print_(browser, chosen=[foreign.label_code]).status_code == 422
    assert foreign.label_code not in browser.get("/labels/").text
    for path in ("", ".svg", ".png"):
        assert browser.get(f"/labels/{foreign.label_code}{path}").status_code == 404


def test_pictures_of_one_label(browser_of) -> None:
    bottle = make.cylinder()
    browser = browser_of("filling")
    page = browser.get(f"/labels/{bottle.label_code}")
    assert page.status_code == 200
    svg = browser.get(f"/labels/{bottle.label_code}.svg?layout=a4-70x37")
    assert (svg.mimetype, "皖北液化气" in svg.text) == ("image/svg+xml", True)
    assert browser.get(f"/labels/{bottle.label_code}.svg").mimetype == "image/svg+xml"
    assert browser.get(f"/labels/{bottle.label_code}.svg?layout=a3").status_code == 404
    png = browser.get(f"/labels/{bottle.label_code}.png")
    assert png.data.startswith(b"\x89PNG")


def test_a_code_replaced_and_voided_never_comes_back(browser_of, client) -> None:
    bottle = make.cylinder()
    station = browser_of("filling")
    first = bottle.label_code
    replaced = station.post(f"/labels/{first}", data={"act": "replace", "reason": "破损"})
    new = replaced.location.rpartition("/")[2]
    assert make.label_of(new).status == "active"
    voided = station.post(f"/labels/{new}", data={"act": "void", "reason": "报废"})
    assert voided.status_code == 302
    db.session.expire_all()
    assert bottle.label_code is None
    assert "verdict-block" in client.get(f"/q/{make.signed(new)}").text
    assert station.post(f"/labels/{new}", data={"act": "void", "reason": "再来"}).status_code == 422
    statuses = sorted(row.status for row in db.session.query(LabelCode).filter_by(cylinder_id=bottle.id))
    assert statuses == ["replaced", "void"]


def test_an_office_binds_elevators_and_leaves_cylinders_to_stations(browser_of) -> None:
    lift, bottle = make.elevator(register_code="31103412020150009"), make.cylinder()
    blank, office = tag.blanks(1)[0], browser_of("section")
    old = lift.label_code
    refused = office.post("/labels/bind", data={"code": blank.code, "equipment": bottle.serial_no})
    assert (refused.status_code, "充装单位拍照绑定" in refused.text) == (422, True)
    assert office.post("/labels/bind", data={"code": blank.code, "equipment": "31103412020150009"}).status_code == 302
    assert (make.label_of(old).status, make.label_of(blank.code).elevator_id) == ("replaced", lift.id)
    again = office.post("/labels/bind", data={"code": blank.code, "equipment": "31103412020150009"})
    assert (again.status_code, "已经使用过" in again.text) == (422, True)
    assert browser_of("filling").get("/labels/bind").status_code == 403


def test_an_elevator_always_has_a_code(browser_of) -> None:
    lift = make.elevator()
    office = browser_of("section")
    void = office.post(f"/labels/{lift.label_code}", data={"act": "void", "reason": "脱落"})
    assert (void.status_code, "电梯必须有编码" in void.text) == (422, True)
    old = lift.label_code
    assert office.post(f"/labels/{old}", data={"act": "replace", "reason": "脱落"}).status_code == 302
    db.session.expire_all()
    assert lift.label_code != old
    assert make.label_of(old).status == "replaced"


def test_every_format_prints_from_the_page(browser_of) -> None:
    bottle = make.cylinder()
    browser = browser_of("filling")

    def printed(**form):
        return print_(browser, chosen=[bottle.label_code], reason="试打", **form)

    zpl = printed(format="zpl", layout="roll-40x30", dpi="300")
    assert (zpl.status_code, zpl.data[:3]) == (200, b"^XA")
    assert "labels.zpl" in zpl.headers["Content-Disposition"]
    assert printed(format="tspl", layout="roll-40x30").data.startswith(b"SIZE 40 mm,30 mm\r\n")
    assert printed(format="svg").mimetype == "image/svg+xml"
    assert make.label_of(bottle.label_code).prints == 3
    sheet = printed(format="zpl")
    assert (sheet.status_code, "热敏打印机请选择标签卷版式" in sheet.text) == (422, True)
    assert make.label_of(bottle.label_code).prints == 3


def test_a_print_house_gets_what_its_symbols_must_say(api_of, client) -> None:
    bottle = make.cylinder()
    book = api_of("filling").post("/labels", {"codes": [bottle.label_code], "format": "xlsx"})
    assert book.status_code == 200
    (row,) = list(openpyxl.load_workbook(io.BytesIO(book.data)).active.values)[1:]
    assert row[1] == bottle.label_code
    assert bottle.serial_no in client.get(urlsplit(row[3]).path).text
    refused = api_of("filling").post("/labels", {"codes": [bottle.label_code], "format": "zpl", "dpi": 250})
    assert refused.status_code == 422


def test_wrong_roles_and_strangers(browser_of, client) -> None:
    bottle = make.cylinder()
    assert browser_of("filler").get("/labels/").status_code == 403
    assert browser_of("insurer").post("/labels/print", data={}).status_code == 403
    assert (
        browser_of("inspector").post(f"/labels/{bottle.label_code}", data={"act": "void", "reason": "x"}).status_code
        == 403
    )
    for path in ("/labels/", "/labels/foreign", "/labels/bind", f"/labels/{bottle.label_code}.svg"):
        assert client.get(path).status_code == 302
    assert client.post("/labels/print").status_code == 302


def test_labels_through_the_api(api_of, client) -> None:
    bottle, other = make.cylinder(), make.cylinder()
    api = api_of("filling")
    pdf = api.post("/labels", {"codes": [bottle.label_code], "layout": "roll-40x30", "format": "pdf"})
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert len(symbols(pdf.data)) == 1
    again = api.post("/labels", {"codes": [bottle.label_code], "layout": "roll-40x30"})
    assert (again.status_code, list(again.json["errors"])) == (422, ["reason"])
    one = api.post("/labels", {"codes": [other.label_code], "format": "svg"})
    assert one.mimetype == "image/svg+xml"
    codes = [bottle.label_code, other.label_code]
    two = api.post("/labels", {"codes": codes, "format": "svg", "reason": "激光刻制"})
    assert (two.mimetype, two.data[:2]) == ("application/zip", b"PK")
    assert api.get(f"/labels/{bottle.label_code}.png").data.startswith(b"\x89PNG")
    assert api.get(f"/labels/{bottle.label_code}.svg", layout="roll-30x20").mimetype == "image/svg+xml"
    assert api.get("/labels/SZ0000000000000000.svg").status_code == 404
    assert api.post("/labels", {"codes": [], "format": "docx"}).status_code == 422
    assert client.post("/api/v1/labels", json={}).status_code == 401
    assert api_of("filler").post("/labels", {"codes": codes}).status_code == 403
