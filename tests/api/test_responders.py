"""/responders, /emergency-plans, /rescue-codes: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import pytest
from flask import Flask

from registry import clock
from registry.services import rescue
from seeds import cast
from tests.elevators_factory import maintained
from tests.responders_factory import SUZHOU, station

BODY = {
    "name": "城东网格救援站",
    "kind": "grid_station",
    "areas": ["341302"],
    "lat": "33.6468",
    "lon": "116.9641",
    "phone": "0557-3012345",
    "shifts": [{"weekday": day, "begins": "00:00", "ends": "24:00"} for day in range(7)],
}


def test_a_company_keeps_its_teams(api_of) -> None:
    api = api_of("company")
    made = api.post("/responders", BODY)
    assert made.status_code == 201, made.json
    one = made.json
    assert (one["unit"], one["levels"], one["areas"]) == (cast.unit("company").name, [2], ["341302"])
    assert one["on_duty"]["ends"].endswith("T00:00:00")
    assert one["moves"] == ["suspend"]
    path = f"/responders/{one['id']}"
    assert api.patch(path, {"capacity": 2, "version": one["version"]}).json["capacity"] == 2
    assert api.patch(path, {"capacity": 3, "version": one["version"]}).status_code == 409
    shifts = [{"weekday": 0, "begins": "20:00", "ends": "08:00"}]
    assert api.post(f"{path}/rota", {"shifts": shifts}).json["shifts"][0]["ends"] == "08:00"
    today = clock.today().isoformat()
    made = api.post(f"{path}/exceptions", {"day": today, "reason": "检修"})
    assert (made.status_code, made.json["exceptions"][0]["begins"]) == (201, None)
    assert api.post(f"{path}/exceptions/drop", {"day": today}).json["exceptions"] == []
    assert api.post(f"{path}/exceptions/drop", {"day": today}).status_code == 404
    assert api.post(f"{path}/suspend", {"reason": "整顿"}).json["status"] == "suspended"
    assert api.post(f"{path}/suspend", {"reason": "整顿"}).status_code == 409
    assert api.post(f"{path}/promote", {"reason": "整顿"}).status_code == 404
    assert api.post(f"{path}/close", {"reason": "撤站"}).status_code == 403
    assert [row["id"] for row in api.get("/responders").json["items"]] == [one["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "x"}, "kind"),
        ({"areas": []}, "areas"),
        ({"lat": "91"}, "lat"),
        ({"shifts": [{"weekday": 0, "begins": "25:00", "ends": "08:00"}]}, "shifts"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_said_beside_its_field(api_of, changes: dict, field: str) -> None:
    answer = api_of("desk").post("/responders", {**BODY, "unit_id": cast.unit("company").id, **changes})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_who_sees_what(api_of) -> None:
    row = station()
    assert api_of("dangshan").get(f"/responders/{row.id}").status_code == 404
    assert api_of("company2").get(f"/responders/{row.id}").status_code == 404
    assert api_of("county").get(f"/responders/{row.id}").status_code == 200
    for login in ("filling", "property", "insurer"):
        assert api_of(login).get("/responders").status_code == 403
    assert api_of("tech1").post("/responders", BODY).status_code == 403
    assert api_of("desk").get("/responders/999999").status_code == 404


def test_who_is_nearest(api_of) -> None:
    station("近")
    station("远", lat=33.8, lon=117.2)
    station("停", shifts=())
    answer = api_of("desk").get("/responders/nearest", lat=SUZHOU[0], lon=SUZHOU[1], level="2")
    assert [row["name"] for row in answer.json["items"]] == ["近", "远"]
    assert answer.json["items"][0]["distance_m"] == 0
    assert answer.json["items"][1]["reasons"][2] == "没有在办事件"
    assert [(row["name"], row["why"]) for row in answer.json["passed_over"]] == [("停", "当前不在值班时间")]
    assert api_of("desk").get("/responders/nearest", lat="x", lon=1).status_code == 422
    assert api_of("filling").get("/responders/nearest", lat=1, lon=1).status_code == 403


def test_plans_with_their_editions_and_drills(api_of) -> None:
    api = api_of("county")
    plan = {"kind": "entrapment", "title": "困人预案", "edition": "2024版", "valid_from": "2024-01-01"}
    first = api.post("/emergency-plans", plan)
    assert (first.status_code, first.json["state"], first.json["drill"]) == (201, "in_force", "overdue")
    path = f"/emergency-plans/{first.json['id']}"
    drill = {"held_on": clock.today().isoformat(), "place": "翠湖", "scenario": "困人", "summary": "良好"}
    assert api.post(f"{path}/drills", {**drill, "participants": 9}).json["drill"] == "valid"
    assert api.post(f"{path}/drills", {**drill, "participants": 9}).status_code == 409
    assert list(api.post(f"{path}/drills", {**drill, "participants": 0}).json["errors"]) == ["participants"]
    assert api.post("/emergency-plans", plan).status_code == 409
    second = api.post("/emergency-plans", {**plan, "edition": "2025版", "valid_from": "2025-01-01"})
    assert second.json["state"] == "in_force"
    assert (api.get(path).json["state"], api.get(path).json["ended_on"]) == ("ended", "2025-01-01")
    ended = api.post(f"/emergency-plans/{second.json['id']}/end", {"note": "修订"})
    assert ended.json["state"] == "ended"
    assert api.post(f"/emergency-plans/{second.json['id']}/end", {"note": "修订"}).status_code == 409
    assert api_of("dangshan").get(path).status_code == 404
    assert api_of("filling").get("/emergency-plans").status_code == 403
    assert api_of("company").post(f"{path}/end", {"note": "修订"}).status_code == 404
    bad = {**plan, "edition": "x", "valid_until": "2023-01-01"}
    assert list(api.post("/emergency-plans", bad).json["errors"]) == ["valid_until"]


def test_what_an_area_has_for_an_emergency(api_of) -> None:
    station()
    station("停", shifts=())
    rows = {row["area"]: row for row in api_of("section").get("/emergency-plans/capability").json["items"]}
    assert (rows["341302"]["active"]["2"], rows["341302"]["on_duty"]["2"]) == (2, 1)
    assert rows["341371"]["active"]["2"] == 2  # a park lies in the county
    assert rows["341321"]["active"]["2"] == 0
    assert [row["area"] for row in api_of("county").get("/emergency-plans/capability").json["items"]] == ["341302"]
    assert api_of("company").get("/emergency-plans/capability").status_code == 403


def test_codes_are_given_and_plates_checked(app: Flask, api_of) -> None:
    lift = maintained(cast.actor("county"), 1)
    desk = api_of("desk")
    assert desk.post("/rescue-codes/give", {"area": "341302"}).status_code == 409
    made = desk.post("/rescue-codes/ranges", {"area": "341302", "first": "300001", "last": "300009"})
    assert (made.status_code, made.json["last"]) == (200, "300009")
    assert desk.post("/rescue-codes/ranges", {"area": "341302", "first": "1", "last": "2"}).status_code == 422
    given = desk.post("/rescue-codes/give", {"area": "341302"})
    assert (given.status_code, [row["code"] for row in given.json["items"]]) == (201, ["300001"])
    assert desk.get("/rescue-codes", gap="unverified").json["items"][0]["state"] == "unverified"
    look = {"seen_on": clock.today().isoformat(), "way": "visit", "code_seen": "300001"}
    checked = api_of("tech1").post(f"/rescue-codes/plates/{lift.label_code}", look)
    assert (checked.status_code, checked.json["matches"]) == (201, True)
    assert desk.get("/rescue-codes").json["items"][0]["state"] == "verified"
    assert api_of("company2").post(f"/rescue-codes/plates/{lift.label_code}", look).status_code == 404
    assert api_of("filling").get("/rescue-codes").status_code == 403
    assert api_of("insurer").post(f"/rescue-codes/plates/{lift.label_code}", look).status_code == 404
    assert api_of("company").post("/rescue-codes/give", {"area": "341302"}).status_code == 403
    rescue.enrol(cast.actor("desk"), lift.id, "300002")
    assert desk.get("/rescue-codes").json["items"][0]["state"] == "unverified"
