"""The ladder of /guarded-events and /guarded-rounds: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from tests import guarded_factory as make

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def body() -> dict:
    now = clock.now()
    return {
        "name": "文化旅游节",
        "organiser": "市文化和旅游局",
        "starts_at": (now + timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=49)).isoformat(),
    }


PLACE = {"name": "广场", "address": "汴河中路88号", "area": "341302", "position": {"lat": 33.6402, "lon": 116.978}}


def test_from_the_plan_to_the_round(api_of, client, body) -> None:
    section, elevator = api_of("section"), make.lift()
    done = section.post("/guarded-events", body)
    assert done.status_code == 201
    path = f"/guarded-events/{done.json['event']['id']}"
    place = section.post(f"{path}/places", PLACE).json
    offers = section.get(f"{path}/places/{place['id']}/offers").json["items"]
    assert [(one["elevator"], one["distance_m"]) for one in offers] == [(elevator.label_code, 0)]
    by_unit = section.get(f"{path}/places/{place['id']}/offers", q="汇源物业").json["items"]
    assert elevator.label_code in [one["elevator"] for one in by_unit]
    chosen = {"elevators": [elevator.label_code], "units": ["宿州皖北液化气充装站"]}
    devices = f"{path}/places/{place['id']}/devices"
    assert section.post(devices, chosen).json == {"added": 2}
    assert section.post(devices, chosen).json == {"added": 0}
    members = {one["name"]: one["member"] for one in section.get(f"{path}/members").json["items"]}
    rounds = {"place": place["id"], "member": members["马超"], "first_at": body["starts_at"]}
    more = {**rounds, "last_at": body["ends_at"], "every_minutes": 240}
    assert section.post(f"{path}/rounds", more).status_code == 422  # the end itself is outside
    assert section.post(f"{path}/rounds", rounds).json == {"added": 1}
    shift = {name: rounds[name] for name in ("place", "member")}
    shift |= {"starts_at": body["starts_at"], "ends_at": body["ends_at"]}
    shown = section.post(f"{path}/shifts", shift).json
    assert section.post(f"{path}/make-ready", {}).status_code == 422
    for device in shown["places"][0]["devices"]:
        for finding in device["findings"]:
            given = {"check": finding["check"], "reason": "现场值守"}
            assert section.post(f"{path}/devices/{device['id']}/acceptances", given).status_code == 200
    assert section.post(f"{path}/make-ready", {}).json["event"]["state"] == "ready"
    assert section.post(f"{path}/start", {"version": 99}).status_code == 409
    assert section.post(f"{path}/start", {}).json["moves"] == ["end"]
    walker = api_of("tech1")
    (mine,) = walker.get("/guarded-rounds").json["items"]
    assert (mine["person"], mine["state"]) == ("马超", "waits")
    assert api_of("property").get(f"/guarded-rounds/{mine['id']}").json["person"] is None
    said = {"answers": make.answers(), "photos": [make.photo()], "ref": "0b5f3c1e-7f55-4f4e-9a3e-2f1a6f0d9a02"}
    assert walker.post(f"/guarded-rounds/{mine['id']}", said).status_code == 409  # an hour to go
    assert api_of("company2").post(f"/guarded-rounds/{mine['id']}", said).status_code == 404
    assert api_of("insurer").post(f"/guarded-rounds/{mine['id']}", said).status_code == 403
    assert walker.post(f"/guarded-rounds/{mine['id']}", {"photos": []}).status_code == 422
    assert walker.post("/guarded-rounds/999999", said).status_code == 404
    for address in ("/guarded-events", path, "/guarded-rounds"):
        assert client.get(f"/api/v1{address}").status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 422),
        ({"ends_at": "2020-01-01T00:00:00+08:00"}, 422),
        ({"starts_at": "yesterday"}, 422),
        ({"ends_at": (clock.now() + timedelta(days=200)).isoformat()}, 422),
        ({"more": 1}, 422),
    ],
)
def test_bad_input(api_of, body, changes, status) -> None:
    assert api_of("section").post("/guarded-events", {**body, **changes}).status_code == status


@pytest.mark.parametrize("login", ["tech1", "property", "filling", "desk", "auditor"])
def test_only_offices_plan(api_of, body, login: str) -> None:
    assert api_of(login).post("/guarded-events", body).status_code == 403


def test_a_stranger_finds_nothing(api_of, body) -> None:
    path = f"/guarded-events/{api_of('county').post('/guarded-events', body).json['event']['id']}"
    other = api_of("dangshan")
    assert other.get(path).status_code == 404
    assert other.get("/guarded-events").json["items"] == []
    for address, said in (
        ("places", PLACE),
        ("shifts", {"place": 1, "member": 1, "starts_at": body["starts_at"], "ends_at": body["ends_at"]}),
        ("rounds", {"place": 1, "member": 1, "first_at": body["starts_at"]}),
        ("cancel", {"note": "取消"}),
    ):
        assert other.post(f"{path}/{address}", said).status_code == 404
    outside = {**PLACE, "area": "341321"}
    assert api_of("county").post(f"{path}/places", outside).status_code == 422
    assert api_of("county").post(f"{path}/cancel", {}).status_code == 422
    assert api_of("county").post(f"{path}/nothing", {}).status_code == 404
    assert api_of("county").get("/guarded-events/999999").status_code == 404
