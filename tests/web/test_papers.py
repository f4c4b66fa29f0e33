"""Pages of papers and of the offices' own templates."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.documents.office.word import WordPaper
from registry.models import Paper, PaperTemplate
from tests.hazards_factory import reported, walk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def paper() -> Paper:
    walk(reported(), "ASSIGNED")
    return db.session.scalars(select(Paper).where(Paper.kind == "assignment")).one()


def test_the_list_the_paper_and_the_hazard_lead_to_each_other(browser_of, paper: Paper) -> None:
    county = browser_of("county")
    assert paper.number in county.get("/papers/").text
    shown = county.get(f"/papers/{paper.id}").text
    assert paper.hazard.no in shown if paper.__dict__.get("hazard") else "ZDYH" in shown
    no = db.session.scalar(select(Paper.facts)).get("hazard")["no"]
    assert f"/papers/{paper.id}/pdf" in county.get(f"/hazards/{no}").text
    word = county.get(f"/papers/{paper.id}/docx")
    assert word.data[:2] == b"PK"
    assert "撤回文书" not in shown
    assert "撤回文书" in browser_of("county-leader").get(f"/papers/{paper.id}").text


def test_withdrawing_needs_a_reason(browser_of, paper: Paper) -> None:
    leader = browser_of("county-leader")
    headers = {"Sec-Fetch-Site": "same-origin"}
    refused = leader.post(f"/papers/{paper.id}", data={"reason": ""}, headers=headers)
    assert refused.status_code == 422
    assert leader.post(f"/papers/{paper.id}", data={"reason": "有误"}, headers=headers).status_code == 302
    assert "已撤回" in leader.get(f"/papers/{paper.id}").text


def upload(words: str) -> dict[str, object]:
    made = WordPaper(clock.today(), form=True)
    made.body(words)
    return {"file": (io.BytesIO(made.save()), "own.docx"), "since": clock.today().isoformat(), "note": "新版式"}


def test_an_office_brings_its_own_template(browser_of) -> None:
    section = browser_of("section")
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert section.get("/papers/templates/assignment/shipped.docx").data[:2] == b"PK"
    refused = section.post("/papers/templates/assignment", data=upload("{{ hazard.colour }}"), headers=headers)
    assert refused.status_code == 422
    assert "colour" in refused.text
    assert "新版式" in refused.text  # what was typed is still there
    done = section.post("/papers/templates/assignment", data=upload("{{ hazard.no }}"), headers=headers)
    assert done.status_code == 302
    assert db.session.scalars(select(PaperTemplate.kind)).all() == ["assignment"]
    assert "自有模板" in section.get("/papers/templates").text


@pytest.mark.parametrize(("login", "status"), [("county", 403), ("property", 403), ("county-leader", 200)])
def test_templates_are_for_heads_of_offices(browser_of, login: str, status: int) -> None:
    assert browser_of(login).get("/papers/templates/assignment").status_code == status


def test_there_is_no_such_kind(browser_of) -> None:
    assert browser_of("section").get("/papers/templates/love_letter").status_code == 404
