"""/supervision-checks, /supervision-plans and the draw made again: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import base64
import uuid

import pytest

from registry import clock
from seeds import cast
from tests import supervision_factory as make


def as_sent(content: dict) -> dict:
    """A record with its pictures as programs send them."""

    def url(value):
        if isinstance(value, bytes):
            return f"data:image/png;base64,{base64.b64encode(value).decode()}"
        if isinstance(value, dict):
            return {key: url(item) for key, item in value.items()}
        return [url(item) for item in value] if isinstance(value, list) else value

    return url(content)


@pytest.fixture
def opening(app) -> dict:
    make.equip()
    return {
        "kind": "other",
        "unit": cast.unit("property").credit_code,
        "list_kind": "elevator_use",
        "occasion": "12345投诉",
        "ref": str(uuid.uuid4()),
    }


def test_a_check_from_opening_to_archive(opening, api_of) -> None:
    api = api_of("county")
    made = api.post("/supervision-checks", opening)
    assert (made.status_code, made.json["state"]) == (201, "planned")
    no = made.json["no"]
    again = api.post("/supervision-checks", opening)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json["no"]) == (200, "true", no)
    assert api.post("/supervision-checks", {**opening, "occasion": "x"}).status_code == 409
    assert api.post(f"/supervision-checks/{no}/notify", {}).json["state"] == "notified"
    started = api.post(f"/supervision-checks/{no}/start", {"inspectors": list(make.TEAM)})
    assert started.json["state"] == "in_progress"
    bare = api.post(f"/supervision-checks/{no}/record", {"answers": []})
    assert bare.status_code == 422
    assert {finding["rule"] for finding in bare.json["findings"]} >= {"SC2", "SC4", "SC8", "SC13"}
    row = type("Row", (), {"no": no})
    sent = as_sent(make.content(row, ("U12",))) | {"ref": str(uuid.uuid4())}
    kept = api.post(f"/supervision-checks/{no}/record", sent)
    assert (kept.status_code, kept.json["state"], kept.json["signed"]) == (201, "recorded", True)
    assert api.post(f"/supervision-checks/{no}/record", sent).headers["Idempotent-Replay"] == "true"
    clue = api.post(f"/supervision-checks/{no}/items/U12/hazard", {"elevator": sent["devices"][0]})
    assert clue.status_code == 201
    hazard = next(answer["hazard"] for answer in clue.json["answers"] if answer["item"] == "U12")
    assert api.get(f"/hazards/{hazard}").json["source"] == "other_inspection"
    assert api.post(f"/supervision-checks/{no}/find_nothing", {}).status_code == 409
    assert api_of("property").get(f"/supervision-checks/{no}").json["problems"]
    assert [each["no"] for each in api.get("/supervision-checks", state="to_handle").json["items"]] == [no]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "strange"}, 422),
        ({"unit": "nobody"}, 422),
        ({"occasion": None}, 422),
        ({"planned_on": "soon"}, 422),
        ({"more": 1}, 422),
    ],
)
def test_checks_not_opened(opening, api_of, change, status) -> None:
    answer = api_of("county").post("/supervision-checks", {**opening, **change})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_who_may_not(opening, api_of) -> None:
    no = api_of("county").post("/supervision-checks", opening).json["no"]
    assert api_of("property").post("/supervision-checks", opening).status_code == 403
    assert api_of("tech1").get("/supervision-checks").status_code == 403
    for login in ("property", "dangshan"):
        assert api_of(login).get(f"/supervision-checks/{no}").status_code == 404
    assert api_of("auditor").post(f"/supervision-checks/{no}/notify", {}).status_code == 403
    assert api_of("dangshan").post(f"/supervision-checks/{no}/notify", {}).status_code == 404
    assert api_of("county").post(f"/supervision-checks/{no}/burn", {}).status_code == 404
    assert api_of("county").post("/supervision-checks/NONE/notify", {}).status_code == 404


def test_a_plan_its_draw_and_the_draw_again(app, api_of) -> None:
    make.equip()
    api = api_of("county")
    made = api.post("/supervision-plans", {"year": clock.today().year, "kind": "routine", "area": make.AREA})
    assert made.status_code == 201
    number = made.json["plan"]["id"]
    assert made.json["quota"]["units"] >= 1
    assert api.post(f"/supervision-plans/{number}/draws", {"size": 1}).status_code == 409
    assert api.post(f"/supervision-plans/{number}/adopt", {"document": "x"}).status_code == 403
    adopted = api_of("county-leader").post(f"/supervision-plans/{number}/adopt", {"document": "埇市监特〔2026〕1号"})
    assert adopted.json["plan"]["state"] == "adopted"
    drawn = api.post(f"/supervision-plans/{number}/draws", {"size": 2})
    assert (drawn.status_code, drawn.json["same"]) == (201, True)
    shown = api_of("section").get(f"/supervision-plans/draws/{drawn.json['id']}").json
    again = api_of("tech1").post("/rules/supervision-draw", shown["repeat"])
    assert again.status_code == 200
    assert [{"key": each["key"], "people": each["people"]} for each in again.json["drawn"]] == shown["result"]
    assert again.json["pool_digest"] == shown["pool_digest"]
    other = api.post("/rules/supervision-draw", {**shown["repeat"], "seed": "chosen"})
    assert other.json["drawn"][0]["lot"] != again.json["drawn"][0]["lot"]
    twice = {**shown["repeat"], "pool": shown["repeat"]["pool"] * 2}
    assert api.post("/rules/supervision-draw", twice).status_code == 422
    assert api.post("/rules/supervision-draw", {"seed": "x"}).status_code == 422
    assert api_of("dangshan").get(f"/supervision-plans/draws/{drawn.json['id']}").status_code == 404
    assert api_of("dangshan").get(f"/supervision-plans/{number}").status_code == 404
    assert api_of("property").get("/supervision-plans").status_code == 403
    assert [each["id"] for each in api.get("/supervision-plans", kind="routine").json["items"]] == [number]
    assert api.post(f"/supervision-plans/{number}/draws", {"size": 0}).status_code == 422


def test_key_units(app, api_of) -> None:
    make.equip()
    api, unit = api_of("county"), cast.unit("station")
    found = {each["unit_id"]: each["reasons"] for each in api.get("/supervision-plans/key-units").json["items"]}
    assert found[cast.unit("property").id] == ["公众聚集场所：商场超市"]
    added = api.post("/supervision-plans/key-units", {"unit": unit.credit_code, "reason": "多次被举报"})
    assert added.status_code == 201
    row = added.json["id"]
    assert api.post("/supervision-plans/key-units", {"unit": unit.credit_code, "reason": "x"}).status_code == 409
    assert api.post("/supervision-plans/key-units", {"unit": unit.credit_code}).status_code == 422
    assert api_of("auditor").post("/supervision-plans/key-units", {"unit": "x", "reason": "x"}).status_code == 403
    assert api_of("dangshan").post(f"/supervision-plans/key-units/{row}/end", {"reason": "x"}).status_code == 404
    assert api.post(f"/supervision-plans/key-units/{row}/end", {"reason": "已整改"}).json["until"]
