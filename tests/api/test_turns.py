"""A turn, and what the station needs for it, through the API."""

from uuid import uuid4

import pytest

from registry import clock
from registry.db import db
from registry.models import StaffPresence
from registry.services import fill_cycles
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import after, check

WRITES = [
    ("/prechecks", "section", 422),
    ("/post-checks", "section", 422),
    ("/releases", "section", 422),
    ("/aborts", "section", 422),
    ("/unlocks", "section", 422),
    ("/readings", "section", 422),
    ("/heartbeats", "section", 422),
    ("/devices", "filler", 422),
    ("/gas-batches", "section", 422),
    ("/presences", "section", 422),
    ("/hold-releases", "filling", 422),
]
GOOD = {
    "/prechecks": lambda row: check(row),
    "/post-checks": lambda row: after(row),
    "/releases": lambda row: {"ref": str(uuid4()), "code": row.label_code},
    "/aborts": lambda row: {"code": row.label_code, "reason": "试"},
    "/unlocks": lambda row: {"token": "x", "gun": "1"},
    "/readings": lambda row: {
        "device": "W", "ref": "1", "kind": "gross_g", "value": 1, "at": clock.now().isoformat(), "signature": "00",
    },
    "/heartbeats": lambda row: {"devices": ["W"]},
    "/devices": lambda row: {"kind": "scale", "number": "W-5"},
    "/gas-batches": lambda row: {
        "ref": str(uuid4()), "medium": "lpg", "supplier": "甲", "delivery_note": "1", "mass_g": 5,
    },
    "/presences": lambda row: {"login": "checker"},
    "/hold-releases": lambda row: {
        "ref": str(uuid4()), "code": row.label_code, "station_id": cast.unit("station").id,
        "rules": ["R10"], "reason": "核对过", "photo": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize(("path", "wrong", "status"), WRITES)
def test_bad_input_and_wrong_role(api_of, path, wrong, status) -> None:
    row = make.cylinder()
    right = "section" if path == "/hold-releases" else "filling"
    assert api_of(right).post(path, {}).status_code == status
    assert api_of(wrong).post(path, GOOD[path](row)).status_code == 403


@pytest.mark.parametrize("path", ["/post-checks", "/releases", "/aborts", "/unlocks"])
def test_a_stranger_has_no_such_turn(api_of, actor, path) -> None:
    row = make.cylinder()
    fill_cycles.precheck(actor("filler"), check(row))
    assert api_of("filling2").post(path, GOOD[path](row)).status_code == 404


def test_a_check_is_recorded_once_and_given_up(api_of) -> None:
    row, api = make.cylinder(), api_of("filler")
    body = check(row)
    first, again = api.post("/prechecks", body), api.post("/prechecks", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert first.json["state"] == "prechecked"
    listed = api.get("/fill-cycles", state="prechecked").json["items"]
    assert row.label_code in [item["code"] for item in listed]
    strangers = api_of("filling2").get("/fill-cycles").json["items"]
    assert row.label_code not in [item["code"] for item in strangers]
    assert api.post("/aborts", GOOD["/aborts"](row)).status_code == 204
    assert api.post("/aborts", GOOD["/aborts"](row)).status_code == 404


@pytest.mark.parametrize("path", ["/fill-cycles", "/gas-batches", "/devices", "/hold-releases"])
def test_lists(api_of, path) -> None:
    assert api_of("filling").get(path).status_code == 200
    assert api_of("insurer").get(path).status_code == 403
    assert api_of("filling").get(path, cursor="x").status_code == 422


def test_devices_gas_and_presence(api_of) -> None:
    api = api_of("filling")
    assert len(api.post("/devices", GOOD["/devices"](None)).json["key"]) == 64
    assert api.post("/devices", GOOD["/devices"](None)).status_code == 409
    assert all("key" not in item for item in api.get("/devices").json["items"])
    body = GOOD["/gas-batches"](None)
    assert [api.post("/gas-batches", body).status_code for _ in range(2)] == [201, 200]
    assert api.post("/heartbeats", {"devices": ["W-5", "none"]}).json == {"devices": ["W-5"]}
    db.session.query(StaffPresence).delete()
    db.session.commit()
    made = api.post("/presences", {"login": "checker"})
    assert made.status_code == 201
    at = f"/presences/{made.json['id']}/end"
    assert api_of("filling2").post(at, {}).status_code == 404
    assert api.post(at, {}).status_code == 200
