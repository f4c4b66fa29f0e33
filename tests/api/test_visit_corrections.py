"""POST /visits/<id>/correction: a new record, the old one void."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from registry import clock
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def path(api_of: Any) -> str:
    """A visit that was recorded."""
    sent = api_of("tech1").post("/visits", make.as_json(make.visit(make.elevator().label_code)))
    return f"/visits/{sent.json['id']}"


def body(**changes: Any) -> dict[str, Any]:
    answers = [{"item": "A-1-01", "result": "abnormal", "note": "积水"}]
    return {"ref": str(uuid.uuid4()), "reason": "漏填积水", "answers": answers, **changes}


def test_both_records_name_each_other(api_of, path):
    client, sent = api_of("tech1"), body()
    answer = client.post(f"{path}/correction", sent)
    assert answer.status_code == 201
    new = client.get(f"/visits/{answer.json['id']}").json
    old = client.get(path).json
    assert f"/visits/{new['corrects']}" == path
    assert (new["correction_reason"], new["corrected_by"]) == ("漏填积水", None)
    assert (old["corrected_by"], old["corrects"]) == (new["id"], None)
    assert "P24" in [finding["rule"] for finding in old["findings"]]
    assert [answer["item"] for answer in new["answers"] if answer["result"] == "abnormal"] == ["A-1-01"]
    again = client.post(f"{path}/correction", sent)
    assert (again.status_code, again.json["id"], again.headers["Idempotent-Replay"]) == (200, new["id"], "true")
    assert client.post(f"{path}/correction", body()).status_code == 409


@pytest.mark.parametrize(("login", "status"), [("company2", 404), ("property", 403), ("section", 403), ("filler", 403)])
def test_who_may_not_correct(api_of, path, login, status):
    assert api_of(login).post(f"{path}/correction", body()).status_code == status


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ref": "x"}, "ref"),
        ({"reason": ""}, "reason"),
        ({"cycle": "weekly"}, "cycle"),
        ({"workers": ["nobody"]}, "workers"),
        ({"workers": ["tech2"]}, "workers"),
        ({"check_in": {}}, "check_in"),
        ({"answers": [{"item": "A-1-01", "result": "fine"}]}, "answers"),
    ],
)
def test_bad_input_is_named_by_its_field(api_of, path, changes, field):
    answer = api_of("tech1").post(f"{path}/correction", body(**changes))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_a_visit_that_is_not_there(api_of):
    assert api_of("tech1").post("/visits/99/correction", body()).status_code == 404
