"""Pages of sealings."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry.db import db
from registry.models import Sealing
from seeds import cast
from tests import elevators_factory
from tests.enforcement_factory import sealing

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}


def test_from_proposal_to_lifting(browser_of) -> None:
    county, leader = browser_of("county"), browser_of("county-leader")
    lift = elevators_factory.in_use(cast.actor("county"))
    typed = {
        "ref": str(uuid4()),
        "kind": "seal",
        "ground": "severe_hazard",
        "facts": "门锁回路短接仍在运行",
        "elevators": lift.label_code,
        "place": "1号楼",
        "term_days": "30",
    }
    wrong = county.post("/sealings/new", data=typed, headers=HEADERS)
    assert wrong.status_code == 422
    assert "门锁回路短接仍在运行" in wrong.text
    done = county.post("/sealings/new", data={**typed, "evidence": (io.BytesIO(b"%PDF-1"), "a.pdf")}, headers=HEADERS)
    assert done.status_code == 302
    row = db.session.scalars(select(Sealing)).one()
    assert "待批准的查封扣押" in leader.get("/todo").text
    assert leader.post(f"/sealings/{row.id}/approve", data={}, headers=HEADERS).status_code == 302
    assert county.post(f"/sealings/{row.id}/execute", data={}, headers=HEADERS).status_code == 422
    assert county.post(f"/sealings/{row.id}/execute", data={"note": "笔录"}, headers=HEADERS).status_code == 302
    shown = county.get(f"/sealings/{row.id}").text
    assert "查封扣押中" in shown
    assert county.get(f"/sealings/{row.id}/files/{row.evidence[0]['file']}").data == b"%PDF-1"
    assert row.no in county.get("/sealings/?state=open").text
    assert county.get("/exports/sealings.xlsx").data[:2] == b"PK"
    assert browser_of("property").get(f"/sealings/{row.id}").status_code == 200


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("county-leader", "/sealings/new", 403),
        ("tech1", "/sealings/", 403),
        ("county", "/sealings/{id}/approve", 403),
        ("county", "/sealings/{id}/lift", 404),
        ("county", "/sealings/{id}/dance", 404),
        ("dangshan", "/sealings/{id}", 404),
        ("property", "/sealings/{id}", 404),
        ("county", "/sealings/{id}/files/9999", 404),
    ],
)
def test_who_sees_what(browser_of, login: str, path: str, status: int) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")))
    assert browser_of(login).get(path.format(id=row.id)).status_code == status
