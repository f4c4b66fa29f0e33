"""The ladder of /papers: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from registry.db import db
from registry.models import Paper
from tests.hazards_factory import reported, walk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def paper() -> Paper:
    walk(reported(), "ASSIGNED")
    return db.session.scalars(select(Paper).where(Paper.kind == "assignment")).one()


def test_it_is_listed_shown_and_fetched(api_of, paper: Paper) -> None:
    county = api_of("county")
    items = county.get("/papers", kind="assignment").json["items"]
    assert [(row["number"], row["unit"]) for row in items] == [(paper.number, "宿州汇源物业服务有限公司")]
    assert county.get("/papers", q=paper.number).json["items"][0]["id"] == paper.id
    assert county.get("/papers", q="没有这个").json["items"] == []
    shown = county.get(f"/papers/{paper.id}").json
    assert shown["facts"]["hazard"]["no"] == shown["hazard"]
    file = county.get(f"/papers/{paper.id}/file/docx")
    assert (file.status_code, file.data[:2]) == (200, b"PK")
    assert county.get(f"/papers/{paper.id}/file/odt").status_code == 404


def test_who_may_not(api_of, client, paper: Paper) -> None:
    assert api_of("tech1").get("/papers").status_code == 403
    assert api_of("dangshan").get(f"/papers/{paper.id}").status_code == 404
    assert api_of("dangshan").get("/papers").json["items"] == []
    assert api_of("county").post(f"/papers/{paper.id}/withdraw", {"reason": "x"}).status_code == 403
    assert client.get(f"/api/v1/papers/{paper.id}").status_code == 401


def test_withdrawing(api_of, paper: Paper) -> None:
    leader = api_of("county-leader")
    assert leader.post(f"/papers/{paper.id}/withdraw", {}).status_code == 422
    assert leader.post(f"/papers/{paper.id}/withdraw", {"reason": "文字有误"}).json["withdrawn"] is True
    assert leader.post(f"/papers/{paper.id}/withdraw", {"reason": "再来"}).status_code == 409
    assert leader.post("/papers/999999/withdraw", {"reason": "x"}).status_code == 404
