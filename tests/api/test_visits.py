"""POST /visits, its list and its confirmation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registry import clock
from registry.services import policies
from seeds import cast
from tests import visits_factory as make

COLLECTION = "/visits"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def body(**changes: Any) -> dict[str, Any]:
    code = changes.pop("elevator", None) or make.elevator().label_code
    return make.as_json(make.visit(code, **changes))


def rules(response: Any) -> list[str]:
    return [finding["rule"] for finding in response.json["findings"]]


def test_a_visit_is_recorded_confirmed_and_counts(api_of):
    sent = api_of("tech1").post(COLLECTION, body())
    assert sent.status_code == 201
    assert set(sent.json) == {"id", "paperless", "findings"}
    assert (sent.json["paperless"], rules(sent)) == (False, ["P18"])
    path = f"/visits/{sent.json['id']}"
    answer = api_of("property").post(f"{path}/confirmation", {"accepted": True, "signature": make.data_url(make.JPEG)})
    assert answer.status_code == 200
    assert answer.json == {"id": sent.json["id"], "paperless": True, "findings": []}
    shown = api_of("section").get(path).json
    assert shown["paperless"] is True
    assert (shown["items"], shown["normal"], shown["unanswered"]) == (31, 29, [])
    assert [worker["login"] for worker in shown["workers"]] == ["tech1", "tech2"]
    assert shown["check_in_metres"] == 10


def test_a_repeat_is_answered_like_the_first(api_of):
    sent = body()
    first, second = api_of("tech1").post(COLLECTION, sent), api_of("tech1").post(COLLECTION, sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json == second.json
    other = api_of("tech1").post(COLLECTION, {**sent, "cycle": "year"})
    assert other.status_code == 409
    assert other.mimetype == "application/problem+json"


def test_findings_speak_the_caller_s_language(api_of):
    client = api_of("tech1")
    client.headers["Accept-Language"] = "en"
    sent = client.post(COLLECTION, body(check_in={"at": make.START}))
    assert "The check-in has no photo" in [finding["text"] for finding in sent.json["findings"]]


def test_the_least_a_visit_may_be(api_of):
    least = {key: body()[key] for key in ("ref", "elevator", "cycle", "workers")}
    sent = api_of("tech1").post(COLLECTION, least)
    assert sent.status_code == 201
    assert {"P01", "P13", "P12", "M02"} <= set(rules(sent))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ref": "no uuid"}, "ref"),
        ({"cycle": "weekly"}, "cycle"),
        ({"workers": []}, "workers"),
        ({"workers": ["nobody"]}, "workers"),
        ({"workers": [{"name": "x"}]}, "workers"),
        ({"check_in": {"position": {"lat": 1, "lon": 1}}}, "check_in"),
        ({"check_in": {"at": "2026-11-20T09:00:00"}}, "check_in"),
        ({"check_in": {"at": make.START.isoformat(), "position": {"lat": 91, "lon": 1}}}, "check_in"),
        ({"check_in": {"at": make.START.isoformat(), "photo": "data:text/html;base64,PGI+"}}, "check_in"),
        ({"check_in": {"at": make.START.isoformat(), "photo": "data:image/png;base64,PGI+"}}, "check_in"),
        ({"check_in": {"at": (make.NOW + timedelta(hours=1)).isoformat()}, "check_out": None}, "check_in"),
        ({"answers": [{"item": "A-1-01", "result": "fine"}]}, "answers"),
        ({"answers": [{"item": "A-1-29", "result": "normal", "value": "wide"}]}, "answers"),
        ({"signatures": [True]}, "signatures"),
        ({"photographs": []}, "photographs"),
    ],
)
def test_bad_input_is_named_by_its_field(api_of, changes, field):
    answer = api_of("tech1").post(COLLECTION, {**body(), **changes})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_a_picture_above_two_megabytes_is_refused(api_of):
    large = make.data_url(make.JPEG + bytes(2 * 1024 * 1024))
    answer = api_of("tech1").post(COLLECTION, body(check_in={"at": make.START, "photo": large}))
    assert answer.status_code == 422
    assert "2 MB" in str(answer.json["errors"]["check_in"])


@pytest.mark.parametrize(("login", "status"), [("company2", 404), ("property", 403), ("section", 403), ("filler", 403)])
def test_who_may_not_record(api_of, login, status):
    assert api_of(login).post(COLLECTION, body()).status_code == status


def test_strangers_are_unknown(client):
    for method, path in (("post", ""), ("get", ""), ("get", "/1"), ("post", "/1/confirmation")):
        assert getattr(client, method)(f"/api/v1/visits{path}", json={}).status_code == 401


def test_an_unknown_elevator_is_404(api_of):
    assert api_of("tech1").post(COLLECTION, body(elevator="SZ0000000000000")).status_code == 404


def test_declining_needs_a_reason_and_ends_it(api_of):
    path = f"/visits/{api_of('tech1').post(COLLECTION, body()).json['id']}/confirmation"
    manager = api_of("property")
    assert manager.post(path, {"accepted": False}).status_code == 422
    assert manager.post(path, {}).status_code == 422
    assert manager.post(path, {"accepted": False, "reason": "没有人来"}).status_code == 200
    assert manager.post(path, {"accepted": True}).status_code == 409
    assert api_of("property2").post(path, {"accepted": True}).status_code == 404
    assert api_of("tech1").post(path, {"accepted": True}).status_code == 403


def test_a_refused_confirmation_says_which_rule(api_of):
    path = f"/visits/{api_of('tech1').post(COLLECTION, body()).json['id']}/confirmation"
    answer = api_of("property").post(path, {"accepted": True, "phone": cast.person("tech2").phone})
    assert answer.status_code == 422
    assert [finding["rule"] for finding in answer.json["findings"]] == ["P20"]


def test_the_list_pages_and_filters(api_of):
    worker = api_of("tech1")
    code = make.elevator().label_code
    days = (0, 2, 1, 0)
    for number, days_ago in enumerate(days):
        start = make.START - timedelta(days=days_ago)
        worker.post(
            COLLECTION,
            body(
                elevator=code if number < 3 else None,
                cycle="quarter" if number == 1 else "half_month",
                check_in={"at": start, "position": make.north(5), "photo": make.JPEG + bytes([number])},
                check_out={"at": start + timedelta(minutes=50), "position": make.north(5)},
            ),
        )
    first = worker.get(COLLECTION, limit=3)
    assert [item["done_on"] for item in first.json["items"]] == ["2026-11-20", "2026-11-20", "2026-11-19"]
    rest = worker.get(COLLECTION, limit=3, cursor=first.json["next"])
    assert [item["done_on"] for item in rest.json["items"]] == ["2026-11-18"]
    assert rest.json["next"] is None

    def count(**filters: Any) -> int:
        return len(worker.get(COLLECTION, **filters).json["items"])

    assert count(elevator=code) == 3
    assert count(cycle="quarter") == 1
    assert count(since="2026-11-19", until="2026-11-19") == 1
    assert count(area="341302") == 4
    assert count(area="341321") == 0
    assert count(paperless="yes") == 0
    assert count(paperless="no") == count(state="to_confirm") == 4
    assert len(api_of("company2").get(COLLECTION).json["items"]) == 0
    assert worker.get(COLLECTION, cursor="soon").status_code == 422
    assert worker.get(COLLECTION, cycle="weekly").status_code == 422


def test_who_has_no_business_with_people_does_not_see_them(api_of, actor):
    """An insurer sees the visits of the elevators it insures, without the workers."""
    elevator = make.elevator()
    policies.record(
        actor("insurer"),
        {
            "subject": "elevator",
            "policy_no": "AH-2026-1",
            "holder_id": cast.unit("property").id,
            "holder_type": "use_unit",
            "basis": "per_item_year",
            "starts_on": date(2026, 11, 1),
            "ends_on": date(2027, 10, 31),
            "premium_fen": 9300,
            "limit_per_accident_fen": 500_000_000,
            "codes": [elevator.label_code],
        },
    )
    path = f"/visits/{api_of('tech1').post(COLLECTION, body(elevator=elevator.label_code)).json['id']}"
    assert "workers" in api_of("county").get(path).json
    seen = api_of("insurer").get(path)
    assert seen.status_code == 200
    assert "workers" not in seen.json
