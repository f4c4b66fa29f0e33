"""/anomalies: the list, one, and its moves."""

from __future__ import annotations

import pytest

from registry import clock
from tests import anomalies_factory as anomalies
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def test_the_list_says_what_was_found_in_numbers(api_of):
    row = anomalies.too_short()
    (item,) = api_of("section").get("/anomalies").json["items"]
    assert {key: item[key] for key in ("id", "code", "key", "evidence", "score", "state", "visit", "owner")} == {
        "id": row.id,
        "code": "F5",
        "key": "too_short",
        "evidence": {"minutes": 29, "limit": 30},
        "score": 55,
        "state": "found",
        "visit": row.visit_id,
        "owner": None,
    }
    assert item["text"] == "维保29分钟，少于30分钟"
    assert item["due_on"] == "2026-11-25"


def test_the_list_filters_and_pages(api_of):
    anomalies.too_short()
    anomalies.same_photo()
    client = api_of("section")

    def count(**filters: str) -> int:
        return len(client.get("/anomalies", **filters).json["items"])

    assert count() == 2
    assert count(code="F5") == count(code="F6") == 1
    assert (count(state="open"), count(state="found"), count(state="confirmed")) == (2, 2, 0)
    assert (count(area="341302"), count(area="341321")) == (2, 0)
    assert (count(since="2026-11-20"), count(since="2026-11-21"), count(until="2026-11-19")) == (2, 0, 0)
    assert count(late="yes") == 0
    first = client.get("/anomalies", limit=1).json
    rest = client.get("/anomalies", limit=1, cursor=first["next"]).json
    assert [item["code"] for item in (*first["items"], *rest["items"])] == ["F6", "F5"]
    assert rest["next"] is None
    assert client.get("/anomalies", cursor="soon").status_code == 422
    assert client.get("/anomalies", code="F11").status_code == 422


@pytest.mark.parametrize(
    ("login", "status", "seen"),
    [
        ("section", 200, 1),
        ("county", 200, 1),
        ("company", 200, 1),
        ("dangshan", 200, 0),
        ("company2", 200, 0),
        ("tech1", 403, 0),
        ("property", 403, 0),
        ("filler", 403, 0),
    ],
)
def test_who_sees_the_list(api_of, login, status, seen):
    anomalies.too_short()
    answer = api_of(login).get("/anomalies")
    assert answer.status_code == status
    assert len(answer.json.get("items", ())) == seen


@pytest.mark.parametrize(("login", "status"), [("county", 200), ("company2", 404), ("dangshan", 404), ("tech1", 403)])
def test_who_sees_one(api_of, login, status):
    assert api_of(login).get(f"/anomalies/{anomalies.too_short().id}").status_code == status


def test_one_that_is_not_there(api_of):
    assert api_of("section").get("/anomalies/99").status_code == 404
    assert api_of("section").post("/anomalies/99/confirm", {"reason": "x"}).status_code == 404


def test_it_is_explained_and_decided(api_of):
    path = f"/anomalies/{anomalies.too_short().id}"
    shown = api_of("company").get(path).json
    assert [move["verb"] for move in shown["moves"]] == ["explain"]
    answer = api_of("company").post(f"{path}/explain", {"explanation": "只做了清洁", "version": 1})
    assert (answer.status_code, answer.json["anomaly"]["state"]) == (200, "explained")
    county = api_of("county")
    assert [move["verb"] for move in county.get(path).json["moves"]] == ["take_over", "ask_again", "confirm", "dismiss"]
    assert county.post(f"{path}/take-over").json["anomaly"]["owner"] == "李明"
    answer = county.post(f"{path}/confirm", {"reason": "监控显示29分钟"})
    assert (answer.status_code, answer.json["anomaly"]["state"], answer.json["moves"]) == (200, "confirmed", [])
    assert answer.json["hazard"].startswith("ZDYH-341300-2026-")
    assert [step["verb"] for step in answer.json["steps"]] == ["find", "explain", "take_over", "confirm"]


@pytest.mark.parametrize(
    ("login", "verb", "body", "status"),
    [
        ("company", "explain", {}, 422),
        ("company", "explain", {"explanation": " "}, 422),
        ("company", "explain", {"explanation": "x", "why": "x"}, 422),
        ("company", "explain", {"explanation": "x", "version": 7}, 409),
        ("company", "confirm", {"reason": "x"}, 403),
        ("county", "confirm", {"reason": "x"}, 409),
        ("county", "overturn", {"reason": "x"}, 403),
        ("section", "overturn", {"reason": "x"}, 409),
        ("section", "paint", {"reason": "x"}, 404),
        ("company2", "explain", {"explanation": "x"}, 404),
        ("tech1", "explain", {"explanation": "x"}, 403),
    ],
)
def test_moves_that_are_refused(api_of, login, verb, body, status):
    answer = api_of(login).post(f"/anomalies/{anomalies.too_short().id}/{verb}", body)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_the_other_visit_of_another_county_is_told_in_numbers_only(api_of):
    photo = make.JPEG + b"again"
    from registry.services import visits
    from seeds import cast

    for area in ("341321", "341302"):
        start = {"at": make.START, "position": make.north(10), "photo": photo}
        code = make.elevator(area_code=area).label_code
        visit, _ = visits.record(cast.actor("tech1"), make.visit(code, check_in=start))
    row = next(
        item for item in api_of("county").get("/anomalies", code="F6").json["items"] if item["visit"] == visit.id
    )
    shown = api_of("county").get(f"/anomalies/{row['id']}").json
    assert shown["hidden"] is True
    assert api_of("section").get(f"/anomalies/{row['id']}").json["hidden"] is False
