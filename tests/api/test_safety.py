"""POST /safety-records/daily|weekly|monthly, their list and rates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registry import clock
from registry.services import safety
from seeds import cast, past
from tests import safety_factory as make
from tests import visits_factory

COLLECTION = "/safety-records"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def code(app: Any) -> str:
    """The one elevator of an officer."""
    make.staffed()
    lift = make.lift()
    make.charged(lift)
    with past.at(past.moment(make.SINCE)):
        safety.list_risks(cast.actor("property"), "elevator")
    return lift.label_code


def body(sent: dict[str, Any]) -> dict[str, Any]:
    """What a program sends: pictures as addresses, days and moments as text."""
    found = {key: value.isoformat() if isinstance(value, date) else value for key, value in sent.items()}
    found["signature"] = visits_factory.data_url(visits_factory.PNG + b"s", "image/png")
    return found


def test_a_day_is_recorded_shown_and_repeated(api_of: Any, code: str) -> None:
    sent = body(make.daily(code))
    first, second = (
        api_of("property").post(f"{COLLECTION}/daily", sent),
        api_of("property").post(f"{COLLECTION}/daily", sent),
    )
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json == second.json
    assert (first.json["zero_risk"], first.json["late"], first.json["starts_on"]) == (True, False, "2026-11-24")
    assert api_of("county").get(f"{COLLECTION}/{first.json['id']}").json["content"]["things"][0]["key"] == code
    assert api_of("property").post(f"{COLLECTION}/daily", {**sent, "note": "别的"}).status_code == 409
    listed = api_of("section").get(COLLECTION, cycle="daily").json["items"]
    assert [row["id"] for row in listed] == [first.json["id"]]
    assert api_of("section").get(COLLECTION, cycle="weekly").json["items"] == []


def test_week_and_month(api_of: Any, code: str) -> None:
    day = make.TODAY - timedelta(days=7)
    assert api_of("property-director").post(f"{COLLECTION}/weekly", body(make.weekly(day=day))).status_code == 201
    assert api_of("property-head").post(f"{COLLECTION}/monthly", body(make.monthly())).status_code == 201


def test_who_may_not(api_of: Any, code: str) -> None:
    sent = body(make.daily(code))
    assert api_of("section").post(f"{COLLECTION}/daily", sent).status_code == 403
    refused = api_of("property-director").post(f"{COLLECTION}/daily", body(make.daily()))
    assert refused.status_code == 422
    assert "S01" in [finding["rule"] for finding in refused.json["findings"]]
    made = api_of("property").post(f"{COLLECTION}/daily", sent).json["id"]
    for stranger in ("property2", "dangshan"):
        assert api_of(stranger).get(f"{COLLECTION}/{made}").status_code == 404
    assert api_of("tech1").get(f"{COLLECTION}/{made}").status_code == 403
    assert api_of("property").get(f"{COLLECTION}/999999").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ref": "no uuid"}, "ref"),
        ({"day": "tomorrow"}, "day"),
        ({"subject": "ship"}, "subject"),
        ({"signature": "scribble"}, "signature"),
        ({"problems": [{"actions": ["prayed"]}]}, "problems"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_bad_input_names_its_field(api_of: Any, code: str, changes: dict[str, Any], field: str) -> None:
    answer = api_of("property").post(f"{COLLECTION}/daily", {**body(make.daily(code)), **changes})
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_a_rule_that_refuses_says_all_it_has(api_of: Any, code: str) -> None:
    sent = {**body(make.daily(code)), "seen": [], "zero_risk": False, "opened_at": None}
    answer = api_of("property").post(f"{COLLECTION}/daily", sent)
    assert answer.status_code == 422
    assert {finding["rule"] for finding in answer.json["findings"]} == {"S04", "S05", "S06"}


def test_rates(api_of: Any, code: str) -> None:
    api_of("property").post(f"{COLLECTION}/daily", body(make.daily(code)))
    days = {"since": "2026-11-23", "until": "2026-11-24"}
    answer = api_of("county").get(f"{COLLECTION}/rates", **days)
    assert answer.status_code == 200
    total = answer.json["total"]
    assert (total["daily_made"], total["daily_owed"], total["daily_rate"]) == (1, 2, "50.00")
    assert (total["assigned_lifts"], total["lifts_in_use"], total["assigned_lift_rate"]) == (1, 1, "100.00")
    assert total["monthly_rate"] is None
    assert api_of("dangshan").get(f"{COLLECTION}/rates", **days).json["units"] == []
    assert api_of("tech1").get(f"{COLLECTION}/rates", **days).status_code == 403
    assert api_of("county").get(f"{COLLECTION}/rates", since="2026-11-24", until="2026-11-01").status_code == 422
