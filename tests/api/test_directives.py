"""/api/v1/directives: the ladder of every endpoint."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from registry import clock
from tests.enforcement_factory import PNG, issued, order, stored

pytestmark = pytest.mark.usefixtures("app")
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()


def body(**changes: Any) -> dict[str, Any]:
    data = order(**changes)
    people = [{**one, "signature": DRAWN} for one in data["inspectors"]]
    return {**data, "due_on": data["due_on"].isoformat(), "inspectors": people}


def test_issue_and_repeat(api_of) -> None:
    county, data = api_of("county"), body()
    done = county.post("/directives", data)
    assert done.status_code == 201
    assert done.json["directive"]["state"] == "served"
    assert done.json["inspectors"][1]["name"] == "赵倩"
    again = county.post("/directives", data)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert county.post("/directives", {**data, "measures": "别的"}).status_code == 409
    found = county.get("/directives", state="served").json["items"]
    assert [item["number"] for item in found] == [done.json["directive"]["number"]]


@pytest.mark.parametrize(
    ("login", "changes", "status"),
    [
        ("property", {}, 403),
        ("dangshan", {}, 422),
        ("county", {"due_on": clock.today().replace(year=2020)}, 422),
        ("county", {"unit": "没有"}, 422),
        ("county", {"nonsense": 1}, 422),
    ],
)
def test_issue_is_refused(api_of, login: str, changes: dict[str, Any], status: int) -> None:
    answer = api_of(login).post("/directives", body(**changes))
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_report_and_recheck(api_of) -> None:
    row = issued()
    path, unit, county = f"/directives/{row.id}", api_of("property"), api_of("county")
    assert unit.get(path).json["moves"] == ["report"]
    assert unit.post(f"{path}/report", {"note": "完成"}).status_code == 422
    done = unit.post(f"{path}/report", {"note": "完成", "files": [stored("property")]})
    assert done.json["directive"]["reported_on"] == clock.today().isoformat()
    assert unit.post(f"{path}/pass-recheck", {}).status_code == 403
    given = {"method": "documents", "rechecked_on": clock.today().isoformat(), "note": "齐全"}
    assert county.post(f"{path}/pass-recheck", {**given, "version": 1}).status_code == 409
    assert county.post(f"{path}/pass-recheck", given).json["directive"]["state"] == "complied"
    assert county.post(f"{path}/pass-recheck", given).status_code == 409


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("county", "/directives/999", 404),
        ("property2", "/directives/{id}", 404),
        ("tech1", "/directives", 403),
        ("property", "/directives/{id}", 200),
    ],
)
def test_who_reads(api_of, login: str, path: str, status: int) -> None:
    assert api_of(login).get(path.format(id=issued().id)).status_code == status


@pytest.mark.parametrize(("login", "status"), [("property2", 404), ("company", 404), ("tech1", 403)])
def test_strangers_do_not_report(api_of, login: str, status: int) -> None:
    assert api_of(login).post(f"/directives/{issued().id}/report", {"note": "x"}).status_code == status
