"""Papers: frozen when issued, gap-free numbers, withdrawn but never gone, offices' own templates."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from docx import Document
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry import clock
from registry.actor import Actor
from registry.db import db, transaction
from registry.documents.office import issued
from registry.documents.office.templates import TEMPLATES
from registry.documents.office.word import WordPaper
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Hazard, Paper, PaperFile
from registry.queries import hazard_facts, paper_facts
from registry.queries import papers as queries
from registry.rules import papers as rules
from registry.services import files, papers
from seeds import cast
from tests.hazards_factory import move, reported, walk

pytestmark = pytest.mark.usefixtures("app")


def kinds_of(hazard: Hazard) -> list[str]:
    return list(db.session.scalars(select(Paper.kind).where(Paper.hazard_id == hazard.id).order_by(Paper.id)))


def paper_of(hazard: Hazard, kind: str) -> Paper:
    return db.session.scalars(
        select(Paper).where(Paper.hazard_id == hazard.id, Paper.kind == kind).order_by(Paper.id.desc())
    ).first()


def test_every_kind_has_a_template_that_its_facts_fill() -> None:
    today = clock.today()
    assert set(rules.kinds(today)) == set(TEMPLATES)
    for kind in TEMPLATES:
        assert issued.draft(kind, issued.shipped(kind, today), today)[:2] == b"PK", kind


@pytest.mark.parametrize("road", ["county", "city"])
def test_the_steps_of_a_hazard_bring_forth_its_papers(road: str) -> None:
    hazard = walk(reported(), "NOTICE", road)
    assert kinds_of(hazard) == [
        *("report_up", "assignment", "plan", "rect_report", "close_request", "verification"),
        *("close_approval", "close_notice"),
    ]


def test_numbers_have_no_gap_per_kind_body_and_year() -> None:
    for _ in range(3):
        walk(reported(), "ASSIGNED")
    walk(reported(), "ASSIGNED", "city")
    year = clock.today().year
    numbers = db.session.scalars(select(Paper.number).where(Paper.kind == "assignment").order_by(Paper.id)).all()
    assert numbers == [f"埇市监特交〔{year}〕{n}号" for n in (1, 2, 3)] + [f"宿市监特交〔{year}〕1号"]


def test_a_refused_move_uses_no_number() -> None:
    hazard = walk(reported(), "LISTED")
    with pytest.raises(Refused):
        move("county-leader", hazard, "assign", due=None)
    hazard = walk(hazard, "ASSIGNED")
    assert paper_of(hazard, "assignment").sequence == 1


def test_a_paper_says_what_was_true_when_it_was_issued() -> None:
    hazard = walk(reported(), "RECTIFYING")
    paper = paper_of(hazard, "assignment")
    due = paper.facts["hazard"]["due_on"]
    move("county-leader", hazard, "extend")
    assert paper_of(hazard, "assignment").facts["hazard"]["due_on"] == due
    fresh = paper_facts.of_hazard(cast.actor("county"), hazard, hazard_facts.ledger(hazard.id))
    assert fresh["hazard"]["due_on"] != due
    assert fresh["extensions"][0]["reason"] == "配件未到"


@pytest.mark.parametrize("table", ["paper", "paper_file", "paper_withdrawal", "paper_template"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_issued_can_only_grow(table: str, statement: str) -> None:
    hazard = walk(reported(), "ASSIGNED")
    paper = paper_of(hazard, "assignment")
    issued.file(cast.actor("county-leader"), paper.id, "docx")
    papers.withdraw(cast.actor("county-leader"), paper.id, "文字有误")
    papers.set_template(cast.actor("section"), "assignment", clock.today(), None)
    with pytest.raises(DBAPIError, match="can only grow"), transaction() as session:
        session.execute(text(statement.format(table)))


def test_a_file_is_made_once_and_stays_the_same() -> None:
    actor = cast.actor("county-leader")
    paper = paper_of(walk(reported(), "ASSIGNED"), "assignment")
    first, mime, name = issued.file(actor, paper.id, "pdf")
    again, _mime, _name = issued.file(cast.actor("property"), paper.id, "pdf")
    assert first == again
    assert first.read_bytes().startswith(b"%PDF")
    assert (mime, name) == ("application/pdf", f"{paper.number}.pdf")
    assert db.session.scalar(select(func.count()).select_from(PaperFile)) == 2  # the Word file and the PDF


def test_a_withdrawn_paper_stays_and_keeps_its_number() -> None:
    actor = cast.actor("county-leader")
    paper = paper_of(walk(reported(), "ASSIGNED"), "assignment")
    for reason in ("", "  "):
        with pytest.raises(Invalid):
            papers.withdraw(actor, paper.id, reason)
    papers.withdraw(actor, paper.id, "文字有误")
    with pytest.raises(Conflict):
        papers.withdraw(actor, paper.id, "再撤一次")
    assert queries.show(actor, paper.id).withdrawal.reason == "文字有误"
    assert paper_of(walk(reported(), "ASSIGNED"), "assignment").sequence == 2
    with pytest.raises(Forbidden):
        papers.withdraw(cast.actor("property"), paper.id, "x")


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("county", True),
        ("section", True),
        ("auditor", True),
        ("property", True),
        ("dangshan", False),
        ("property2", False),
    ],
)
def test_a_paper_is_seen_by_its_offices_and_the_unit_it_is_addressed_to(login: str, sees: bool) -> None:
    paper = paper_of(walk(reported(), "ASSIGNED"), "assignment")
    actor = cast.actor(login)
    assert (paper.id in [row.id for row in queries.page(actor, {}).items]) is sees
    if sees:
        assert queries.show(actor, paper.id).id == paper.id
    else:
        with pytest.raises(Missing):
            queries.show(actor, paper.id)
        with pytest.raises(Missing):
            issued.file(actor, paper.id, "pdf")


def own_template(actor: Actor, words: str) -> int:
    paper = WordPaper(clock.today(), form=True)
    paper.title(words)
    paper.body("{{ hazard.no }}　{{ number }}")
    return files.store(actor, "t.docx", issued.MIMES["docx"], paper.save(), "paper_template")


def test_an_offices_own_template_sets_later_papers_only() -> None:
    before = paper_of(walk(reported(), "ASSIGNED"), "assignment")
    leader = cast.actor("county-leader")
    papers.set_template(leader, "assignment", clock.today(), own_template(leader, "本局交办单"))
    after = paper_of(walk(reported(), "ASSIGNED"), "assignment")
    other = paper_of(walk(reported(), "ASSIGNED", "city"), "assignment")
    said = {paper.id: issued._word(queries.show(cast.actor("section"), paper.id)) for paper in (before, after, other)}
    texts = {number: words_of(content) for number, content in said.items()}
    assert "本局交办单" not in texts[before.id]
    assert "本局交办单" in texts[after.id]
    assert after.number in texts[after.id]
    assert "本局交办单" not in texts[other.id]


def words_of(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def test_a_template_begins_today_or_later_and_once_a_day() -> None:
    actor = cast.actor("section")
    with pytest.raises(Invalid) as refused:
        papers.set_template(actor, "assignment", clock.today() - timedelta(days=1), None)
    assert "since" in refused.value.errors
    papers.set_template(actor, "assignment", clock.today(), None)
    with pytest.raises(Invalid):
        papers.set_template(actor, "assignment", clock.today(), None)
    with pytest.raises(Invalid):
        papers.set_template(actor, "love_letter", clock.today(), None)


def test_a_template_that_asks_for_more_than_there_is_is_refused() -> None:
    paper = WordPaper(clock.today())
    paper.body("{{ hazard.colour }}")
    with pytest.raises(Invalid) as refused:
        issued.draft("assignment", paper.save(), clock.today())
    assert "colour" in str(refused.value.errors["file"])
