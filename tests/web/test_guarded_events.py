"""Pages of guarded events: what was typed stays, what is red says why, a round on the phone is confirmed once."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from registry import clock
from registry.queries import guarded_events as queries
from seeds import cast
from tests import guarded_factory as make

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}


def local(moment) -> str:
    return f"{moment.astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M}"


def test_planning_on_pages(browser_of) -> None:
    section, elevator, now = browser_of("section"), make.lift(), clock.now()
    given = {
        "name": "迎新年活动",
        "organiser": "市文旅局",
        "starts_at": local(now + timedelta(hours=2)),
        "ends_at": local(now),
    }
    wrong = section.post("/guarded-events/new", data=given, headers=HEADERS)
    assert wrong.status_code == 422
    assert "结束时间应晚于开始时间" in wrong.text
    assert "迎新年活动" in wrong.text
    given["ends_at"] = local(now + timedelta(hours=26))
    path = section.post("/guarded-events/new", data=given, headers=HEADERS).location
    place = {"name": "汇源广场", "address": "汴河中路88号", "area": "341302", "lat": "33.6402", "lon": "116.978"}
    devices = section.post(f"{path}/places/new", data=place, headers=HEADERS).location
    assert elevator.label_code in section.get(devices).text
    assert section.post(devices, data={}, headers=HEADERS).status_code == 422
    assert section.post(devices, data={"elevators": elevator.label_code}, headers=HEADERS).status_code == 302
    page = section.get(path).text
    assert "检验已于" in page
    accept = re.search(r'href="([^"]+/accept/inspection)"', page)[1]
    assert "检验已于" in section.get(accept).text
    assert section.post(accept, data={"reason": ""}, headers=HEADERS).status_code == 422
    assert section.post(accept, data={"reason": "现场值守"}, headers=HEADERS).status_code == 302
    assert "现场值守" in section.get(path).text
    assert section.get(accept.replace("/accept/inspection", "/accept/registered")).status_code == 404
    for form in ("rounds/new", "shifts/new", "edit", "make-ready", "cancel"):
        assert section.get(f"{path}/{form}").status_code == 200
    refused = section.post(f"{path}/make-ready", data={"note": "都好了"}, headers=HEADERS)
    assert refused.status_code == 422
    assert "还没有安排巡查" in refused.text
    assert "都好了" in refused.text
    assert "迎新年活动" in section.get("/guarded-events/").text


def test_a_round_on_the_phone(browser_of, monkeypatch) -> None:
    event, _where = make.running()
    row, walker = make.round_of(event), browser_of("tech1")
    address, at = f"/guarded-rounds/{row.id}", row.planned_at
    monkeypatch.setattr(clock, "now", lambda: at - timedelta(minutes=31))
    assert "确认巡查" not in walker.get(address).text  # not yet
    monkeypatch.setattr(clock, "now", lambda: at)
    assert "确认巡查" in walker.get(address).text
    assert "待巡查" in walker.get("/guarded-rounds/").text
    items = {f"item_{key}": value for key, value in make.answers().items()}
    given = {**items, "note": "一切正常", "done_at": local(at), "ref": "0b5f3c1e-7f55-4f4e-9a3e-2f1a6f0d9a03"}
    wrong = walker.post(address, data=given, headers=HEADERS)
    assert wrong.status_code == 422
    assert "一切正常" in wrong.text

    def sent():
        photo = (io.BytesIO(make.JPEG), "现场.jpg")
        position = {"latitude": "33.6403", "longitude": "116.978", "accuracy": "9"}
        return walker.post(address, data={**given, **position, "site_photos": photo}, headers=HEADERS)

    assert sent().status_code == 302
    assert sent().status_code == 302  # the answer was lost: once is once
    shown = walker.get(address).text
    assert "一切正常" in shown
    photo = re.search(r'src="(/guarded-rounds/\d+/photos/\d+)"', shown)[1]
    assert walker.get(photo).data == make.JPEG
    assert browser_of("company2").get(photo).status_code == 404
    assert walker.get(f"{address}/photos/999999").status_code == 404
    (line,) = queries.show(cast.actor("section"), event.id).places[0].rounds
    assert (line.state, line.round.distance_m) == ("walked", 11)


def test_others_have_no_business_there(browser_of) -> None:
    event, _where = make.ready()
    for login in ("filler", "insurer", "inspector"):
        assert browser_of(login).get("/guarded-events/").status_code == 403
    for login in ("company2", "dangshan"):
        assert browser_of(login).get(f"/guarded-events/{event.id}").status_code == 404
    page = browser_of("property").get(f"/guarded-events/{event.id}").text
    assert "马超" not in page
    assert browser_of("section").get("/guarded-events/999999").status_code == 404
