"""The phone in the shaft: the page and its worker for anybody, the work and the queue for their owner."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import PlateCheck, StoredFile, Upload, Visit, VisitJoin
from registry.services import rescue
from seeds import cast
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


class Phone:
    """A signed-in phone whose queue says whose it is."""

    def __init__(self, browser: FlaskClient, login: str, acting_as: str | None = None) -> None:
        self.browser = browser
        whose = str(cast.actor(login).membership_id) if acting_as is None else acting_as
        self.headers = {"Acting-As": whose, "Accept": "application/json", "Sec-Fetch-Site": "same-origin"}

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.browser.post(f"/field/{path}", json=body, headers={**self.headers, **headers})

    def patch(self, path: str, content: bytes) -> Any:
        return self.browser.patch(f"/field/{path}", data=content, headers=self.headers)

    def upload(self, content: bytes, purpose: str = "visit_photo") -> int:
        """Send a picture in two pieces; the id of its file."""
        sent = opening(content, purpose=purpose)
        assert self.post("uploads", sent).json["offset"] == 0
        half = len(content) // 2
        assert self.patch(f"uploads/{sent['ref']}?offset=0", content[:half]).json["offset"] == half
        return self.patch(f"uploads/{sent['ref']}?offset={half}", content[half:]).json["file"]


@pytest.fixture
def phone_of(browser_of: Any) -> Any:
    return lambda login, acting_as=None: Phone(browser_of(login), login, acting_as)


def opening(content: bytes, **changes: Any) -> dict[str, Any]:
    mime = "image/png" if content.startswith(b"\x89") else "image/jpeg"
    digest = hashlib.sha256(content).hexdigest()
    start = {"ref": str(uuid.uuid4()), "sha256": digest, "size": len(content), "mime": mime, "purpose": "visit_photo"}
    return {**start, **changes}


def how_many(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def body(code: str, **changes: Any) -> Any:
    return make.as_json(make.visit(code, **changes))


def test_the_page_holds_nothing_personal(client, browser_of):
    stranger, worker = client.get("/field/"), browser_of("tech1").get("/field/")
    assert stranger.status_code == worker.status_code == 200
    assert stranger.text == worker.text
    assert 'rel="manifest"' in stranger.text
    assert stranger.headers["Cache-Control"] == "no-cache"
    assert client.get("/field").status_code in (200, 308)


def test_the_worker_covers_the_page_and_keeps_all_it_loads(client):
    answer = client.get("/field/sw.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/field/"
    assert answer.headers["Cache-Control"] == "no-cache"
    kept = json.loads(answer.text.split(";\n", 1)[0].removeprefix("self.KEPT = "))
    assert any(name.endswith(".wasm") for name in kept["files"]), "codes are read without a signal too"
    page = client.get("/field/").text
    for name in kept["files"]:
        assert client.get(name).status_code == 200
    for kind in (".js", ".css"):
        loaded = [part.split('"')[0] for part in page.split('="')[1:] if f"{kind}" in part.split('"')[0]]
        assert loaded
        assert set(loaded) <= set(kept["files"])
    assert client.get("/field/sw.js").text == answer.text, "the same build is the same worker"


def test_it_can_be_installed(client):
    answer = client.get("/field/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    about = json.loads(answer.text)
    assert (about["start_url"], about["scope"], about["display"]) == ("/field/", "/field/", "standalone")
    assert {icon["sizes"] for icon in about["icons"]} >= {"192x192", "512x512"}
    assert all(client.get(icon["src"]).status_code == 200 for icon in about["icons"])
    client.set_cookie("registry_language", "en")
    assert json.loads(client.get("/field/manifest.webmanifest").text)["lang"] == "en"


def test_the_work_of_the_company(browser_of):
    elevator = make.elevator(inner_no="3#")
    browser = browser_of("tech1")
    answer = browser.get("/field/work.json")
    work = answer.json
    assert (work["me"]["login"], work["me"]["name"]) == ("tech1", "马超")
    assert [row[0] for row in work["elevators"]] == [elevator.label_code]
    assert len(work["items"]["A"]) == 76
    assert ["tech2", "朱军"] in work["colleagues"]
    assert answer.headers["Server-Time"] == "2026-11-20T03:00:00.000+00:00"
    again = browser.get("/field/work.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    browser.set_cookie("registry_language", "en")
    assert browser.get("/field/work.json").json["results"]["na"] == "not applicable"


@pytest.mark.parametrize("login", ["property", "section", "filler"])
def test_only_those_who_maintain_get_work(browser_of, login):
    assert browser_of(login).get("/field/work.json").status_code == 403


def test_the_package_of_many_elevators_stays_small(browser_of):
    for number in range(40):
        make.elevator(inner_no=f"{number}#")
    sizes = [len(json.dumps(row, ensure_ascii=False).encode()) for row in _elevators(browser_of)]
    assert max(sizes) < 260, "2,000 elevators are half a megabyte at most"


def _elevators(browser_of: Any) -> Any:
    return browser_of("tech1").get("/field/work.json").json["elevators"]


def test_a_visit_with_pictures_sent_before(phone_of):
    code, phone = make.elevator().label_code, phone_of("tech1")
    photo, sign = phone.upload(make.JPEG + b"car roof"), phone.upload(make.PNG + b"tech1", "signature")
    test = phone.upload(make.JPEG + b"brake test")
    sent = body(
        code,
        check_in={"at": make.START, "device_at": make.START - timedelta(days=3), "photo": photo},
        answers=make.answers(photo=test),
        signatures=[{"worker": "tech1", "image": sign}],
    )
    first = phone.post("visits", sent)
    assert first.status_code == 201, first.text
    assert {finding["rule"] for finding in first.json["findings"]} >= {"P18"}
    second = phone.post("visits", sent)
    assert (second.status_code, second.json) == (200, first.json)
    assert (how_many(Visit), how_many(StoredFile)) == (1, 3)
    visit = db.session.scalars(select(Visit)).one()
    assert visit.started_at == make.START
    assert visit.check_in["device_at"] == "2026-11-17T01:00:00+00:00"
    assert visit.check_in["photo"]["file"] == photo


def test_the_plate_in_the_car_goes_with_the_visit_once(phone_of, browser_of, actor):
    elevator, phone = make.elevator(), phone_of("tech1")
    assert _elevators(browser_of)[0][13] == ""
    rescue.enrol(actor("desk"), elevator.id, "035301", make.NOW.date() - timedelta(days=60))
    assert _elevators(browser_of)[0][3:14:10] == ["035301", "unverified"]
    sent = body(elevator.label_code, plate={"code_seen": "035301"})
    assert [phone.post("visits", sent).status_code for _again in range(2)] == [201, 200]
    (check,) = db.session.scalars(select(PlateCheck))
    assert (check.matches, check.way, check.person_id) == (True, "visit", actor("tech1").person_id)
    assert check.seen_on == make.START.date()
    assert _elevators(browser_of)[0][13] == "verified"
    photo = phone.upload(make.JPEG + b"plate", "plate")
    dirty = body(elevator.label_code, plate={"note": "看不清", "photo": photo})
    assert phone.post("visits", dirty).status_code == 201
    latest = db.session.scalars(select(PlateCheck).order_by(PlateCheck.id.desc())).first()
    assert (latest.matches, latest.code_seen, latest.note, latest.file_id) == (False, None, "看不清", photo)
    assert _elevators(browser_of)[0][13] == "wrong"
    bad = phone.post("visits", body(elevator.label_code, plate={"code_seen": "12"}))
    assert bad.status_code == 422
    assert "plate" in json.dumps(bad.json)
    assert (how_many(Visit), how_many(PlateCheck)) == (2, 2)


def test_what_cannot_be_kept_is_said_in_sentences(phone_of):
    code, phone = make.elevator().label_code, phone_of("tech1")
    late = make.NOW + timedelta(hours=1)
    for changes, said in (
        ({"check_in": {"at": late}, "check_out": None}, "时间不能晚于现在"),
        ({"workers": ["tech1", "company2"]}, "本单位没有这名作业人员"),
        ({"cycle": "weekly"}, "请从列表中选择"),
        ({"check_in": {"at": make.START, "photo": 987654}}, "请先上传"),
    ):
        answer = phone.post("visits", body(code, **changes))
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        assert said in json.dumps(answer.json, ensure_ascii=False)
    assert phone.post("visits", None).status_code == 422
    assert phone.post("visits", [1]).status_code == 422
    assert how_many(Visit) == 0


def test_a_picture_of_another_company_is_not_there(phone_of):
    code, photo = make.elevator().label_code, phone_of("company2").upload(make.JPEG + b"theirs")
    answer = phone_of("tech1").post("visits", body(code, check_in={"at": make.START, "photo": photo}))
    assert answer.status_code == 422


@pytest.mark.parametrize(("login", "status"), [("company2", 404), ("property", 403), ("section", 403)])
def test_others_cannot_record(phone_of, login, status):
    assert phone_of(login).post("visits", body(make.elevator().label_code)).status_code == status


def test_the_second_worker_joins(phone_of):
    code, phone = make.elevator().label_code, phone_of("tech2")
    sent = {
        "ref": str(uuid.uuid4()),
        "elevator": code,
        "at": (make.START + timedelta(minutes=3)).isoformat(),
        "position": make.north(5),
        "signature": phone.upload(make.PNG + b"tech2", "signature"),
    }
    first = phone.post("joins", sent)
    assert (first.status_code, first.json["visit"]) == (201, None)
    assert phone.post("joins", sent).status_code == 200
    assert how_many(VisitJoin) == 1
    visit = phone_of("tech1").post("visits", body(code, workers=["tech1"])).json["id"]
    db.session.expire_all()
    assert db.session.scalars(select(VisitJoin.visit_id)).one() == visit
    assert phone.post("joins", {**sent, "at": "yesterday"}).status_code == 422
    assert phone_of("company2").post("joins", {**sent, "ref": str(uuid.uuid4())}).status_code == 404
    assert phone_of("property").post("joins", {**sent, "ref": str(uuid.uuid4())}).status_code == 403


@pytest.mark.parametrize("whose", ["", "0", "somebody"])
def test_a_queue_of_another_person_is_not_taken(phone_of, whose):
    phone = phone_of("tech1", whose)
    for answer in (
        phone.post("visits", body(make.elevator().label_code)),
        phone.post("joins", {}),
        phone.post("uploads", opening(make.JPEG)),
        phone.patch(f"uploads/{uuid.uuid4()}?offset=0", b"x"),
    ):
        assert (answer.status_code, answer.json["type"]) == (409, "other-caller")
    assert (how_many(Visit), how_many(Upload)) == (0, 0)


def test_other_sites_cannot_send(phone_of):
    answer = phone_of("tech1").post("uploads", opening(make.JPEG), **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": "1"},
        {"size": 0},
        {"size": 3_000_000},
        {"mime": "application/pdf"},
        {"purpose": "anything"},
        {"sha256": None},
        {"name": "no such field"},
    ],
)
def test_an_upload_that_is_described_badly(phone_of, changes):
    assert phone_of("tech1").post("uploads", opening(make.JPEG, **changes)).status_code == 422


def test_pieces_go_where_the_registry_says(phone_of):
    phone, content = phone_of("tech1"), make.JPEG + bytes(500)
    sent = opening(content)
    path = f"uploads/{sent['ref']}"
    assert phone.patch(f"{path}?offset=0", content).status_code == 404
    phone.post("uploads", sent)
    assert phone.patch(path, content).status_code == 422
    assert phone.patch(f"{path}?offset=-1", content).status_code == 422
    assert phone.patch(f"{path}?offset=0", content + b"more").status_code == 422
    assert phone.patch(f"{path}?offset=0", content[:100]).json == {"offset": 100, "size": len(content), "file": None}
    assert phone.patch(f"{path}?offset=300", content[300:]).json["offset"] == 100
    assert phone.post("uploads", sent).json["offset"] == 100
    assert phone.post("uploads", {**sent, "size": 10}).status_code == 409
    assert phone.patch(f"{path}?offset=100", content[100:]).json["file"]
    assert phone_of("tech2").patch(f"{path}?offset=0", content).status_code == 404


def test_strangers_are_sent_to_sign_in(client):
    answers = [
        client.get("/field/work.json"),
        client.post("/field/visits", json={}),
        client.post("/field/joins", json={}),
        client.post("/field/uploads", json={}),
        client.patch(f"/field/uploads/{uuid.uuid4()}?offset=0", data=b"x"),
    ]
    assert {answer.status_code for answer in answers} == {302}


def test_a_technician_starts_there(browser_of):
    assert browser_of("tech1").get("/").location == "/field/"
    assert 'href="/field/"' in browser_of("company").get("/dashboard").text
