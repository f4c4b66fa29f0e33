"""/fill-clips, /scale-strokes, /sunshine and /spot-checks: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from registry import clock
from registry.services import devices
from seeds import cast
from tests.sunshine_factory import camera, filled

GOOD = dict.fromkeys(("legal", "staff", "scanned", "checked", "reweighed"), "yes")


@pytest.fixture
def fill(app):
    """A fill that a camera saw, not linked yet."""
    camera()
    return filled(5)


def line(row, **values):
    return {
        "ref": str(uuid.uuid4()),
        "camera": "CAM-1",
        "filling": row.ref,
        "from_at": (row.started_at - timedelta(seconds=10)).isoformat(),
        "to_at": (row.ended_at + timedelta(seconds=10)).isoformat(),
        "digest": "ab" * 32,
        **values,
    }


def test_a_recorder_reports_and_asks_what_must_be_kept(fill, api_of) -> None:
    api, sent = api_of("filler"), line(fill)
    made = api.post("/fill-clips", sent)
    assert (made.status_code, made.json["source"], made.json["counts"]) == (201, "reported", True)
    again = api.post("/fill-clips", sent)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json["id"]) == (200, "true", made.json["id"])
    listed = api.get("/fill-clips").json["items"]
    assert [(row["filling"], row["camera"], row["digest"]) for row in listed] == [(fill.ref, "CAM-1", "ab" * 32)]
    assert api.get("/fill-clips", kept="1").json["items"] == []
    kept = api.post(f"/fill-clips/{made.json['id']}/deletion")
    assert (kept.status_code, kept.json["findings"][0]["rule"]) == (422, "KEEP")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"digest": "x"}, 422), ({"camera": "NONE"}, 404), ({"from_at": "soon"}, 422), ({"more": 1}, 422)],
)
def test_index_lines_refused(fill, api_of, change, status) -> None:
    answer = api_of("filler").post("/fill-clips", line(fill, **change))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_others_cannot(fill, api_of) -> None:
    made = api_of("filler").post("/fill-clips", line(fill)).json["id"]
    assert api_of("section").post("/fill-clips", line(fill)).status_code == 403
    assert api_of("filling2").post(f"/fill-clips/{made}/deletion").status_code == 404
    assert api_of("filling2").get("/fill-clips").json["items"] == []
    assert api_of("courier").get("/fill-clips").status_code == 403
    assert api_of("filling2").get("/sunshine", station=cast.unit("station").id).status_code == 404
    assert api_of("tech1").get("/sunshine").status_code == 403


def test_figures_of_the_month(fill, api_of) -> None:
    devices.register(cast.actor("filling"), {"kind": "scale", "number": "S-1", "gun": "1"})
    today = clock.today().isoformat()
    assert api_of("filler").post("/scale-strokes", {"device": "S-1", "day": today, "strokes": 4}).json["strokes"] == 4
    assert api_of("filler").post("/heartbeats", {"devices": ["CAM-1"]}).status_code == 200
    found = api_of("county").get("/sunshine", station=cast.unit("station").id).json["items"][0]
    figures = {figure["key"]: figure for figure in found["figures"]}
    assert found["fills"] >= 1
    assert figures["clips"]["count"] == found["fills"]
    assert figures["scan_to_fill"]["of"] == 4
    assert figures["overdue_fills"]["met"] is True
    assert 0 < float(figures["uptime"]["value"]) <= 1
    assert {item["station_id"] for item in api_of("filling").get("/sunshine").json["items"]} == {
        cast.unit("station").id
    }
    assert api_of("county").get("/sunshine", month="2026").status_code == 422


def test_a_program_draws_and_looks(fill, api_of) -> None:
    api, today = api_of("county"), clock.today().isoformat()
    body = {"station_id": cast.unit("station").id, "first_on": today, "last_on": today, "size": 5}
    made = api.post("/spot-checks", body)
    assert (made.status_code, made.json["pool_size"]) == (201, 1)
    path = f"/spot-checks/{made.json['id']}"
    again = api_of("filling").get(f"{path}/repetition").json
    assert (again["same"], again["pool_digest"]) == (True, made.json["pool_digest"])
    shown = api.get(f"{path}/items/1").json
    assert shown["pointers"][0]["camera"] == "CAM-1"
    assert shown["moves"] == ["pass", "fail", "miss_clip"]
    bad = api.post(f"{path}/items/1/result", {"verb": "pass", "answers": {}})
    assert (bad.status_code, list(bad.json["errors"])) == (422, ["answers"])
    done = api.post(f"{path}/items/1/result", {"verb": "fail", "answers": {**GOOD, "staff": "no"}, "note": "只有两人"})
    assert (done.json["item"]["state"], done.json["moves"]) == ("not_ok", [])
    assert api.post(f"{path}/items/1/result", {"verb": "pass", "answers": GOOD}).status_code == 409
    assert api.get("/spot-checks", waiting="1").json["items"] == []
    assert [row["id"] for row in api.get("/spot-checks").json["items"]] == [made.json["id"]]
    assert api_of("filling").post("/spot-checks", body).status_code == 403
    assert api_of("filling2").get(path).status_code == 404
    assert api.get("/spot-checks/999").status_code == 404
    assert api.post("/spot-checks", {**body, "size": 500}).status_code == 422
