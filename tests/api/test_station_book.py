"""What a station's system reads and keeps beside the turns: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from registry.db import db
from registry.models import Device, Filling, FillRefusal
from registry.services import devices, fill_cycles
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import check

LISTS = ["/fillings", "/fill-refusals", "/fill-cycles"]


@pytest.mark.parametrize("path", [*LISTS, "/todo", "/presences", "/stations", "/devices"])
def test_nobody_without_a_token(client, path) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401


@pytest.mark.parametrize("path", LISTS)
def test_bad_input_and_wrong_role(api_of, path) -> None:
    assert set(api_of("filling").get(path, cursor="x").json["errors"]) == {"cursor"}
    assert set(api_of("filling").get(path, limit="0").json["errors"]) == {"limit"}
    assert api_of("insurer").get(path).status_code == 403


def test_what_waits_is_each_ones_own(api_of) -> None:
    make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    mine, theirs = ({one["key"]: one["count"] for one in api_of(login).get("/todo").json["items"]}
                    for login in ("filling", "filling2"))  # fmt: skip
    assert mine["cylinders_overdue"] == 1
    assert "cylinders_overdue" not in theirs
    assert api_of("tech1").get("/todo").status_code == 200


def test_fillings_and_refusals(api_of) -> None:
    row, stopped = make.cylinder(), make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    api = api_of("filler")
    assert api.post("/fillings", make.sent(make.fill(row))).status_code == 201
    assert api.post("/fillings", make.sent(make.fill(stopped))).status_code == 422
    found = db.session.query(Filling).one().id
    for query in ({}, {"q": row.serial_no}, {"since": clock.today().isoformat()}, {"scanned": "no"}):
        assert [one["id"] for one in api.get("/fillings", **query).json["items"]] == [found], query
    assert api.get("/fillings", scanned="yes").json["items"] == []
    assert set(api.get("/fillings", since="yesterday").json["errors"]) == {"since"}
    assert api_of("filling2").get("/fillings").json["items"] == []
    shown = api.get(f"/fillings/{found}").json
    assert (shown["filling"]["net_g"], shown["filling"]["code"]) == (14_100, row.label_code)
    assert api_of("filling2").get(f"/fillings/{found}").status_code == 404
    assert api.get("/fillings/999999").status_code == 404
    assert api_of("insurer").get(f"/fillings/{found}").status_code == 403
    (refused,) = api.get("/fill-refusals").json["items"]
    assert (refused["id"], refused["code"]) == (db.session.query(FillRefusal).one().id, stopped.label_code)
    assert "R08" in [one["rule"] for one in refused["findings"]]
    assert api_of("filling2").get("/fill-refusals").json["items"] == []


def test_one_turn(api_of) -> None:
    cycle = fill_cycles.precheck(cast.actor("filler"), check(make.cylinder())).cycle.id
    shown = api_of("filler").get(f"/fill-cycles/{cycle}")
    assert shown.json["turn"]["state"] == "prechecked"
    assert shown.json["released_at"] is None
    assert set(shown.json["checks"]) == set(make.checks())
    assert api_of("section").get(f"/fill-cycles/{cycle}").status_code == 200
    assert api_of("filling2").get(f"/fill-cycles/{cycle}").status_code == 404
    assert api_of("filler").get("/fill-cycles/999999").status_code == 404
    assert api_of("insurer").get(f"/fill-cycles/{cycle}").status_code == 403


def test_who_is_on_duty(api_of) -> None:
    api = api_of("filling")
    made = api.post("/presences", {"login": "checker"})
    assert made.status_code in (201, 409), made.json
    listed = api.get("/presences").json["items"]
    assert cast.person("checker").name in [one["name"] for one in listed]
    assert set(api.post("/presences", {"login": "nobody"}).json["errors"]) == {"login"}
    assert set(api.post("/presences", {}).json["errors"]) == {"login"}
    assert api_of("section").get("/presences").status_code == 403
    assert api_of("section").post("/presences", {"login": "checker"}).status_code == 403
    one = f"/presences/{listed[0]['id']}/end"
    assert api_of("filling2").post(one, {}).status_code == 404
    assert api.post("/presences/999999/end", {}).status_code == 404
    assert api.post(one, {}).status_code == 200
    assert listed[0]["id"] not in [row["id"] for row in api.get("/presences").json["items"]]


def test_a_device_gets_another_key_and_is_retired(api_of, client) -> None:
    device, key = devices.register(cast.actor("filling"), {"kind": "scale", "number": "W-9", "gun": "1"})
    api, at = api_of("filling"), f"/devices/{device.id}"
    changed = api.post(f"{at}/key", {})
    assert changed.status_code == 200
    assert len(changed.json["key"]) == 64
    assert changed.json["key"] != key
    assert "key" not in api.post(f"{at}/retire", {}).json
    kept = db.session.get(Device, device.id)
    assert kept is not None
    for step in ("key", "retire"):
        assert api.post(f"{at}/{step}", {}).status_code == 409, step
        assert api_of("filler").post(f"{at}/{step}", {}).status_code == 403
        assert api_of("filling2").post(f"{at}/{step}", {}).status_code == 404
        assert api.post(f"/devices/999999/{step}", {}).status_code == 404
        assert client.post(f"/api/v1{at}/{step}", json={}).status_code == 401


def test_stations(api_of, client) -> None:
    unit, other = cast.unit("station").id, cast.unit("station2").id
    seen = {
        login: {one["id"] for one in api_of(login).get("/stations").json["items"]} for login in ("section", "filling")
    }
    assert seen["filling"] == {unit}
    assert {unit, other} <= seen["section"]
    shown = api_of("filling").get(f"/stations/{unit}").json
    assert shown["station"]["id"] == unit
    assert shown["guns"] == []
    assert api_of("filling").get(f"/stations/{other}").status_code == 404
    assert api_of("section").get("/stations/999999").status_code == 404
    assert api_of("tech1").get("/stations").json["items"] == []
    assert api_of("tech1").get(f"/stations/{unit}").status_code in (403, 404)
    for path in ("/stations", f"/stations/{unit}"):
        assert client.get(f"/api/v1{path}").status_code == 401
    gun = {"number": "77", "medium": "lpg"}
    assert api_of("filling").post(f"/stations/{unit}/guns", gun).json == gun
    assert api_of("filling").post(f"/stations/{unit}/guns", gun).status_code == 409
    assert set(api_of("filling").post(f"/stations/{unit}/guns", {}).json["errors"]) == {"number", "medium"}
    assert api_of("filler").post(f"/stations/{unit}/guns", gun).status_code == 403
    assert api_of("filling").post(f"/stations/{other}/guns", gun).status_code == 403
