"""POST /visits/joins: the second worker's own phone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from registry import clock
from tests import visits_factory as make

COLLECTION = "/visits/joins"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def body(code: str | None = None, **changes: Any) -> dict[str, Any]:
    return make.as_json(
        {
            "ref": str(uuid.uuid4()),
            "elevator": code or make.elevator().label_code,
            "at": make.START + timedelta(minutes=4),
            "position": make.north(20),
            "signature": make.PNG + b"tech2",
            **changes,
        }
    )


def alone(code: str, **changes: Any) -> dict[str, Any]:
    """A visit recorded by the first worker, who names the second one and holds no word of his."""
    return make.as_json(make.visit(code, **{"workers": ["tech1", "tech2"], "signatures": [make.PNG], **changes}))


def rules(answer: Any) -> list[str]:
    return [finding["rule"] for finding in answer.json["findings"]]


def test_the_second_worker_joins_a_visit_that_is_here(api_of):
    code = make.elevator().label_code
    visit = api_of("tech1").post("/visits", alone(code))
    assert rules(visit) == ["P12", "P18", "P09"]
    joined = api_of("tech2").post(COLLECTION, body(code))
    assert joined.status_code == 201
    assert (joined.json["visit"], joined.json["metres"]) == (visit.json["id"], 20)
    assert rules(api_of("tech1").get(f"/visits/{visit.json['id']}")) == ["P18"]


def test_he_may_arrive_before_his_colleague_s_record(api_of):
    code = make.elevator().label_code
    joined = api_of("tech2").post(COLLECTION, body(code))
    assert (joined.status_code, joined.json["visit"]) == (201, None)
    visit = api_of("tech1").post("/visits", alone(code))
    assert rules(visit) == ["P18"]


def test_a_repeat_is_answered_like_the_first(api_of):
    sent = body()
    first, second = api_of("tech2").post(COLLECTION, sent), api_of("tech2").post(COLLECTION, sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json == second.json
    other = api_of("tech2").post(COLLECTION, {**sent, "position": None})
    assert other.status_code == 409


@pytest.mark.parametrize(("login", "status"), [("company2", 404), ("property", 403), ("section", 403), ("filler", 403)])
def test_who_may_not_join(api_of, login, status):
    assert api_of(login).post(COLLECTION, body()).status_code == status


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ref": "no uuid"}, "ref"),
        ({"at": None}, "at"),
        ({"at": (make.NOW + timedelta(hours=1)).isoformat()}, "at"),
        ({"position": {"lat": 91, "lon": 1}}, "position"),
        ({"signature": "data:text/html;base64,PGI+"}, "signature"),
        ({"photo": 999_999}, "photo"),
        ({"workers": []}, "workers"),
    ],
)
def test_bad_input_is_named_by_its_field(api_of, changes, field):
    answer = api_of("tech2").post(COLLECTION, {**body(), **changes})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_no_such_elevator(api_of):
    assert api_of("tech2").post(COLLECTION, body("E3NOSUCHCODE")).status_code == 404
