"""The pages from the batch to the cylinder, the list of codes nobody knows, and the same through the API."""

import io
import re
from uuid import uuid4

import openpyxl
import pypdfium2
import pytest
import zxingcpp

from registry.db import db
from registry.models import LabelBatch, LabelBinding, UnknownCode
from registry.services import scans
from seeds import cast
from tests import filling_factory as make
from tests import labels_factory as tag


def ref_of(page: str) -> str:
    return re.search(r'name="ref" value="([0-9a-f-]{36})"', page)[1]


def first(model):
    return db.session.query(model).order_by(model.id.desc()).populate_existing().first()


def test_a_batch_on_the_pages_of_station_and_office(browser_of) -> None:
    station, office = browser_of("filling"), browser_of("section")
    page = station.get("/label-batches/new")
    form = {"ref": ref_of(page.text), "count": "2", "carrier": "paper", "layout": "roll-40x30", "reason": "补发"}
    wrong = station.post("/label-batches/new", data={**form, "carrier": "metal"})
    assert (wrong.status_code, "请选择牌用版式" in wrong.text, 'value="补发"' in wrong.text) == (422, True, True)
    assert station.post("/label-batches/new", data=form).status_code == 302
    batch = first(LabelBatch)
    assert "待发放的标签" in office.get("/todo").text
    address = f"/label-batches/{batch.id}"
    assert office.post(f"{address}/refuse").status_code == 422
    assert office.post(f"{address}/issue").status_code == 302
    assert station.post(f"{address}/receive", data={"note": "齐全"}).status_code == 302
    shown = station.get(address).text
    assert all(text in shown for text in ("已签收", "齐全", "补发", cast.person("section").name))
    assert batch.number in station.get("/label-batches/?state=received").text
    assert station.post(f"{address}/receive").status_code == 422
    assert station.post(f"{address}/burn").status_code == 404
    pdf = station.post(f"{address}/print", data={"format": "pdf"})
    pages = pypdfium2.PdfDocument(pdf.data)
    read = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=4).to_pil())]
    assert len({text for text in read if "/Q/SZ" in text}) == 2
    again = station.post(f"{address}/print", data={"format": "xlsx"})
    assert (again.status_code, "重印原因" in again.text) == (422, True)
    book = station.post(f"{address}/print", data={"format": "xlsx", "reason": "交印刷厂"})
    assert len(list(openpyxl.load_workbook(io.BytesIO(book.data)).active.values)) == 3


def test_the_office_issues_unasked(browser_of) -> None:
    office = browser_of("section")
    form = {"count": "1", "carrier": "ceramic", "layout": "plate-30x40", "reason": "试点"}
    assert office.post("/label-batches/issue", data={**form, "station_id": 10**6}).status_code == 422
    done = office.post("/label-batches/issue", data={**form, "station_id": cast.unit("station").id})
    assert (done.status_code, first(LabelBatch).state) == (302, "issued")


def test_a_phone_asks_one_question_after_the_other(browser_of) -> None:
    row, blank = make.cylinder(), tag.blanks(1)[0]
    phone, second = browser_of("filler"), browser_of("checker")
    assert "第一步" in phone.get("/label-bindings/new").text
    assert "不是本系统的编码" in phone.get("/label-bindings/new?code=hello").text
    assert "没有发放给本单位" in phone.get(f"/label-bindings/new?code={tag.blanks(1, 'station2')[0].code}").text
    assert "第二步" in phone.get(f"/label-bindings/new?code={blank.code}").text
    assert "没有找到这只气瓶" in phone.get(f"/label-bindings/new?code={blank.code}&equipment=x").text
    page = phone.get(f"/label-bindings/new?code={blank.code}&equipment={row.serial_no}")
    assert all(text in page.text for text in ("第三步", row.maker, "换码原因"))
    form = {"ref": ref_of(page.text), "code": blank.code, "equipment": row.serial_no}
    form |= {"latitude": "33.63", "longitude": "116.97", "accuracy_m": "9"}
    sent = {
        **form,
        "stamp_photo": (io.BytesIO(tag.picture()), "a.png"),
        "label_photo": (io.BytesIO(tag.picture()), "b.png"),
    }
    wrong = phone.post("/label-bindings/new", data=sent)
    assert (wrong.status_code, "请写明换码原因" in wrong.text) == (422, True)
    kept = dict(re.findall(r'name="(stamp_photo|label_photo)" value="(\d+)"', wrong.text))
    assert set(kept) == {"stamp_photo", "label_photo"}
    done = phone.post("/label-bindings/new", data={**form, **kept, "reason": "原标签烧坏"})
    assert done.status_code == 303
    address = done.location
    assert "等另一名人员" in phone.get(address).text
    assert phone.post(f"{address}/confirm").status_code == 403
    assert "待您确认的气瓶赋码" in second.get("/todo").text
    assert "确认绑定" in second.get(address).text
    empty = second.post(f"{address}/refuse", data={"note": ""})
    assert (empty.status_code, "请写明原因" in empty.text) == (422, True)
    assert second.post(f"{address}/confirm").status_code == 303
    assert "原标签烧坏" in second.get(address).text
    assert second.get(f"{address}/photos/stamp").data.startswith(b"\x89PNG")
    listed = browser_of("filling").get("/labels/?on=cylinder").text
    assert f"/label-bindings/{first(LabelBinding).id}" in listed
    assert blank.code not in browser_of("filling").get("/labels/?on=cylinder&unproven=1").text


def test_evidence_is_for_the_station_and_its_offices(browser_of) -> None:
    done = tag.bound(make.cylinder(), tag.blanks(1)[0].code)
    statuses = {"filling": 200, "section": 200, "filling2": 404, "insurer": 403, "inspector": 403, "tech1": 403}
    for login, status in statuses.items():
        browser = browser_of(login)
        for path in ("", "/photos/stamp", "/photos/label"):
            assert browser.get(f"/label-bindings/{done.id}{path}").status_code == status, login
    assert browser_of("filling").get(f"/label-bindings/{done.id}/photos/face").status_code == 404


def test_unknown_codes_are_dealt_with(browser_of) -> None:
    row = make.cylinder()
    for text in ("LPG-OLD-000123", "https://shop.example/x"):
        scans.scan(cast.actor("filler"), {"code": text, "purpose": "look"})
    station = browser_of("filling")
    assert "扫到的未知码" in station.get("/todo").text
    assert "LPG-OLD-000123" in station.get("/unknown-codes/?state=open&q=OLD").text
    shop, old = db.session.query(UnknownCode).order_by(UnknownCode.id.desc()).all()
    empty = station.post(f"/unknown-codes/{shop.id}/dismiss", data={})
    assert (empty.status_code, "请填写这一项" in empty.text) == (422, True)
    assert station.post(f"/unknown-codes/{shop.id}/dismiss", data={"dismiss-note": "商店的码"}).status_code == 302
    assert "商店的码" in station.get(f"/unknown-codes/{shop.id}").text
    form = {"register_foreign-scheme": "older", "register_foreign-equipment": "no such"}
    wrong = station.post(f"/unknown-codes/{old.id}/register_foreign", data=form)
    assert (wrong.status_code, "没有找到这只气瓶" in wrong.text, "no such" in wrong.text) == (422, True, True)
    form["register_foreign-equipment"] = row.serial_no
    assert station.post(f"/unknown-codes/{old.id}/register_foreign", data=form).status_code == 302
    found = station.get("/scan/?code=LPG-OLD-000123")
    assert (found.status_code, row.label_code in found.location) == (302, True)
    assert station.post(f"/unknown-codes/{old.id}/mark_forged", data={}).status_code == 403
    assert station.post(f"/unknown-codes/{old.id}/nothing", data={}).status_code == 404
    assert browser_of("filling2").get(f"/unknown-codes/{old.id}").status_code == 404


@pytest.mark.parametrize("path", ["/label-batches/", "/label-bindings/", "/unknown-codes/"])
def test_roles_and_strangers_of_the_lists(browser_of, client, path) -> None:
    for login, status in (("filling", 200), ("section", 200), ("county", 200), ("insurer", 403), ("tech1", 403)):
        assert browser_of(login).get(path).status_code == status, login
    assert client.get(path).status_code == 302


# The same through the API


def upload(api) -> int:
    data = {"file": (io.BytesIO(tag.picture()), "p.png")}
    sent = api.client.post("/api/v1/label-bindings/files", data=data, headers=api.headers)
    assert sent.status_code == 201
    return sent.json["id"]


def test_batch_and_binding_through_the_api(api_of) -> None:
    manager, filler, checker, office = (api_of(login) for login in ("filling", "filler", "checker", "section"))
    body = {**tag.PAPER, "ref": str(uuid4()), "count": 2}
    asked, again = manager.post("/label-batches", body), manager.post("/label-batches", body)
    assert (asked.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 200, "true")
    address = f"/label-batches/{asked.json['id']}"
    assert office.post(f"{address}/issue").json["blank"] == 2
    assert manager.post(f"{address}/receive", {}).json["state"] == "received"
    assert manager.post(f"{address}/receive", {}).status_code == 409
    assert manager.post(f"{address}/print", {"format": "pdf"}).data.startswith(b"%PDF")
    row = make.cylinder()
    code = first(LabelBatch) and tag.blanks(1)[0].code
    body = {"ref": str(uuid4()), "code": code, "equipment": row.label_code, "reason": "换标"}
    body |= {"stamp_photo": upload(filler), "label_photo": upload(filler), "position": {"lat": 33.6, "lon": 117.0}}
    sent, again = filler.post("/label-bindings", body), filler.post("/label-bindings", body)
    assert (sent.status_code, again.status_code) == (201, 200)
    address = f"/label-bindings/{sent.json['id']}"
    assert filler.post(f"{address}/confirm").status_code == 403
    assert api_of("filling2").post(f"{address}/confirm").status_code == 404
    assert checker.post(f"{address}/confirm").json["state"] == "confirmed"
    assert checker.get(f"{address}/photos/label").data.startswith(b"\x89PNG")
    assert [item["code"] for item in manager.get("/label-bindings", state="confirmed").json["items"]] == [code]
    assert filler.post("/label-bindings", {"ref": "x"}).status_code == 422
    assert office.post("/label-bindings", body).status_code == 403


def test_the_other_steps_through_the_api(api_of) -> None:
    manager, office = api_of("filling"), api_of("section")
    for verb, api, body in (("refuse", office, {"note": "有结余"}), ("withdraw", manager, {})):
        asked = manager.post("/label-batches", {**tag.PAPER, "ref": str(uuid4()), "count": 1}).json
        assert api.post(f"/label-batches/{asked['id']}/{verb}", body).json["state"].startswith(verb[:6])
    issued = office.post("/label-batches/issued", {**tag.PAPER, "count": 1, "station_id": cast.unit("station").id})
    assert issued.status_code == 201
    assert manager.get(f"/label-batches/{issued.json['id']}").json["number"] == issued.json["number"]
    assert issued.json["id"] in [item["id"] for item in manager.get("/label-batches").json["items"]]
    recorded = tag.binding(make.cylinder(), tag.blanks(1)[0].code)
    sent = api_of("filler").post("/label-bindings", recorded)
    address = f"/label-bindings/{sent.json['id']}"
    assert api_of("checker").post(f"{address}/refuse", {"note": "看不清"}).json["state"] == "refused"
    assert manager.get(address).json["note"] == "看不清"
    row = make.cylinder()
    foreign = {"code": "TS2234001-000777", "scheme": "maker", "equipment": row.serial_no}
    assert manager.post("/foreign-codes", foreign).status_code == 201
    assert manager.post("/foreign-codes", foreign).status_code == 409
    scanned = manager.post("/scans", {"code": "TS2234001-000777", "purpose": "look"}).json
    assert scanned["cylinder"]["serial_no"] == row.serial_no
    for text in ("A-1", "A-2", "A-3"):
        manager.post("/scans", {"code": text, "purpose": "look"})
    ids = [item["id"] for item in manager.get("/unknown-codes", state="open").json["items"]]
    assert len(ids) == 3
    assert manager.get(f"/unknown-codes/{ids[0]}").json["times"] == 1
    assert manager.post(f"/unknown-codes/{ids[0]}/dismiss", {"note": "误扫"}).json["state"] == "dismissed"
    assert office.post(f"/unknown-codes/{ids[1]}/mark-forged", {"note": "仿制"}).json["hazard"]
    body = {"scheme": "valve", "equipment": row.serial_no}
    assert manager.post(f"/unknown-codes/{ids[2]}/register-foreign", body).json["state"] == "foreign"
