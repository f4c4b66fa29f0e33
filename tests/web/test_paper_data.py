"""What an issued paper says of people: whole for those with a need, masked for others, whole again for a reason."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from registry.db import db
from registry.models import Paper, PaperFile, TrailEntry
from tests.accidents_factory import reported, walk
from tests.hazards_factory import reported as hazard_reported
from tests.hazards_factory import walk as hazard_walk
from tests.web.test_scope import text_of

pytestmark = pytest.mark.usefixtures("app")
PHONE = "13905570000"


@pytest.fixture
def paper() -> Paper:
    """The county's first report of an accident that is still open."""
    walk(reported(), "report_county")
    return db.session.scalars(select(Paper).where(Paper.kind == "accident_first")).one()


def shown() -> list[TrailEntry]:
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.act == "personal.shown")))


def phones(browser: Any, paper: Paper, form: str = "docx") -> tuple[bool, bool]:
    """Whether the file of a paper says the telephone of who reported, and whether masked."""
    text = text_of(browser.get(f"/papers/{paper.id}/{form}"))
    return PHONE in text, "139****0000" in text


@pytest.mark.parametrize(
    ("login", "whole"), [("county", True), ("section", True), ("county-leader", True), ("auditor", False)]
)
def test_who_needs_it_reads_what_was_issued_and_others_a_copy_without(
    browser_of: Any, api_of: Any, paper: Paper, login: str, whole: bool
) -> None:
    assert phones(browser_of(login), paper) == (whole, not whole)
    facts = api_of(login).get(f"/papers/{paper.id}").json["facts"]["accident"]
    assert (facts["reporter"], facts["reporter_phone"]) == (("张敏", PHONE) if whole else ("张*", "139****0000"))
    assert ("已经隐去" in browser_of(login).get(f"/papers/{paper.id}").text) is not whole


def test_both_copies_are_kept_and_the_paper_is_what_it_was(browser_of: Any, paper: Paper) -> None:
    before = dict(paper.facts)
    first = browser_of("auditor").get(f"/papers/{paper.id}/pdf")
    assert "隐去个人信息" in first.headers["Content-Disposition"] or "%E9%9A%90" in first.headers["Content-Disposition"]
    assert PHONE not in text_of(first)
    assert "139****0000" in text_of(first)
    issued = browser_of("county").get(f"/papers/{paper.id}/pdf")
    assert PHONE in text_of(issued)
    assert browser_of("auditor").get(f"/papers/{paper.id}/pdf").data == first.data
    kept = set(db.session.scalars(select(PaperFile.format).where(PaperFile.paper_id == paper.id)))
    assert kept == {"docx", "pdf", "masked_docx", "masked_pdf"}
    db.session.refresh(paper)
    assert paper.facts == before


def test_after_the_closing_the_office_reads_it_for_a_reason(browser_of: Any, api_of: Any) -> None:
    walk(reported(), "close")
    paper = db.session.scalars(select(Paper).where(Paper.kind == "accident_first").order_by(Paper.id)).first()
    assert paper is not None
    county = browser_of("county")
    assert phones(county, paper) == (False, True)
    assert f"/papers/{paper.id}/whole/pdf" in county.get(f"/papers/{paper.id}").text
    refused = county.post(f"/papers/{paper.id}/whole/docx", data={"reason": ""})
    assert refused.status_code == 422
    assert not shown()
    given = county.post(f"/papers/{paper.id}/whole/docx", data={"reason": "法院调取原件"})
    assert PHONE in text_of(given)
    assert given.headers["Cache-Control"] == "no-store"
    (entry,) = shown()
    assert entry.data == {
        "kind": "paper",
        "key": str(paper.id),
        "fields": ["reporter", "reporter_phone"],
        "reason": "法院调取原件",
    }
    lines = api_of("county").post(f"/personal/paper/{paper.id}", {"reason": "核实报告人"}).json["items"]
    assert {one["value"] for one in lines} == {"张敏", PHONE}
    whole = api_of("county").post(f"/papers/{paper.id}/whole/docx", {"reason": "法院调取原件"})
    assert PHONE in text_of(whole)
    assert len(shown()) == 3


def test_the_whole_is_for_those_who_may_be_shown_it(browser_of: Any, api_of: Any, paper: Paper) -> None:
    reason = {"reason": "想看看原件"}
    assert browser_of("auditor").post(f"/papers/{paper.id}/whole/docx", data=reason).status_code == 403
    assert api_of("auditor").post(f"/papers/{paper.id}/whole/docx", reason).status_code == 403
    assert browser_of("dangshan").post(f"/papers/{paper.id}/whole/docx", data=reason).status_code == 404
    assert browser_of("county").post(f"/papers/{paper.id}/whole/odt", data=reason).status_code == 404
    assert not shown()


def test_what_is_served_on_a_unit_is_whole_for_it(browser_of: Any) -> None:
    hazard_walk(hazard_reported(responsible_phone="13805571111"), "ASSIGNED")
    paper = db.session.scalars(select(Paper).where(Paper.kind == "assignment")).one()
    paper.facts = {**paper.facts, "hazard": {**paper.facts["hazard"], "responsible_phone": "13805571111"}}
    db.session.commit()
    for login, whole in (("property", True), ("county", True), ("auditor", False), ("section", False)):
        text = str(browser_of(login).get(f"/papers/{paper.id}").text)
        assert ("已经隐去" in text) is not whole, login
