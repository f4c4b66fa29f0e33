"""Pages and API of enforcement cases."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import EnforcementCase
from seeds import cast
from tests.enforcement_factory import case_data, clue, notified

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}


def test_a_clue_is_taken_up_and_filed(browser_of) -> None:
    county, leader = browser_of("county"), browser_of("county-leader")
    typed = {
        "ref": str(uuid4()),
        "title": "使用未登记的电梯",
        "facts": "2号梯未办使用登记",
        "finding": "unregistered",
        "acted_on": clock.today().isoformat(),
        "unit": cast.unit("property").name,
    }
    wrong = county.post("/cases/new", data={**typed, "finding": ""}, headers=HEADERS)
    assert wrong.status_code == 422
    assert "2号梯未办使用登记" in wrong.text
    done = county.post("/cases/new", data=typed, headers=HEADERS)
    assert done.status_code == 302
    assert "特种设备安全法第83条第1项" in county.get(done.location).text
    row = db.session.scalars(select(EnforcementCase)).one()
    assert "待决定是否立案的线索" in leader.get("/todo").text
    assert leader.post(f"/cases/{row.id}/file", data={}, headers=HEADERS).status_code == 422
    filed = {"note": "同意立案", "files": (io.BytesIO(b"%PDF-1"), "form.pdf")}
    assert leader.post(f"/cases/{row.id}/file", data=filed, headers=HEADERS).status_code == 302
    shown = county.get(f"/cases/{row.id}").text
    assert "调查取证" in shown
    assert "form.pdf" in shown
    assert row.no in county.get("/cases/?state=open").text
    assert county.get("/exports/cases.xlsx").data[:2] == b"PK"


def test_a_fine_outside_the_range_is_explained(browser_of) -> None:
    row = notified()
    given = {"fine_yuan": "1000", "measures": "停止使用"}
    answer = browser_of("county-leader").post(f"/cases/{row.id}/decide", data=given, headers=HEADERS)
    assert answer.status_code == 422
    assert "罚款应在30000元到300000元之间" in answer.text


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("property", "/cases/", 403),
        ("county-leader", "/cases/new", 403),
        ("county", "/cases/{id}/file", 403),
        ("county-leader", "/cases/{id}/decide", 404),
        ("county", "/cases/{id}/dance", 404),
        ("dangshan", "/cases/{id}", 404),
        ("auditor", "/cases/{id}", 200),
        ("county", "/cases/{id}/files/1", 404),
    ],
)
def test_who_sees_what(browser_of, login: str, path: str, status: int) -> None:
    assert browser_of(login).get(path.format(id=clue().id)).status_code == status


def body(**changes: Any) -> dict[str, Any]:
    data = case_data(**changes)
    return {**data, "acted_on": data["acted_on"].isoformat()}


def test_the_api_takes_up_and_moves(api_of) -> None:
    county, leader, data = api_of("county"), api_of("county-leader"), body()
    done = county.post("/cases", data)
    assert (done.status_code, done.json["case"]["offence"]) == (201, "use_uninspected")
    assert county.post("/cases", data).headers["Idempotent-Replay"] == "true"
    assert county.post("/cases", {**data, "facts": "别的"}).status_code == 409
    path = f"/cases/{done.json['case']['id']}"
    assert county.post(f"{path}/file", {"note": "x"}).status_code == 403
    assert leader.post(f"{path}/file").status_code == 422
    assert leader.post(f"{path}/file", {"note": "立案", "version": 9}).status_code == 409
    filed = leader.post(f"{path}/file", {"note": "立案"}).json
    assert [one["key"] for one in filed["clocks"]] == ["clue", "decision"]
    assert leader.post(f"{path}/decide", {"note": "x"}).status_code == 409
    assert county.post(f"{path}/submit-review", {"note": "报告"}).json["case"]["state"] == "reviewing"
    given = {"fine_yuan": 1, "measures": "停用"}
    refused = leader.post(f"{path}/notify", given)
    assert (refused.status_code, refused.json["findings"][0]["rule"]) == (422, "offence.range")
    assert len(county.get("/cases", state="open").json["items"]) == 1
    assert county.post(f"{path}/dance").status_code == 404


@pytest.mark.parametrize(
    ("login", "changes", "status"),
    [("property", {}, 403), ("dangshan", {}, 422), ("county", {"finding": "none"}, 422), ("county", {"x": 1}, 422)],
)
def test_the_api_refuses(api_of, login: str, changes: dict[str, Any], status: int) -> None:
    assert api_of(login).post("/cases", body(**changes)).status_code == status


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [("county", "/cases/999", 404), ("dangshan", "/cases/{id}", 404), ("tech1", "/cases", 403)],
)
def test_who_reads_by_api(api_of, login: str, path: str, status: int) -> None:
    assert api_of(login).get(path.format(id=clue().id)).status_code == status
