"""The papers of an accident: what the reports of each level say, numbers, and who sees them."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.documents.office import issued
from registry.models import Accident, Paper
from registry.queries import accidents as queries
from seeds import cast
from tests.accidents_factory import move, reported, walk
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def papers(kind: str) -> list[Paper]:
    return list(db.session.scalars(select(Paper).where(Paper.kind == kind).order_by(Paper.id)))


def text_of(paper: Paper) -> str:
    path, _mime, _name = issued.file(cast.actor("section"), paper.id, "pdf")
    document = pypdfium2.PdfDocument(path.read_bytes())
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def test_each_level_reports_upwards_on_its_own_paper(time: Clock) -> None:
    row = walk(reported(), "report_city")
    first, second = papers("accident_first")
    assert (first.number, second.number) == ("埇市监特事报〔2026〕1号", "宿市监特事报〔2026〕1号")
    assert (first.unit_id, first.subject_id, first.area_code) == (None, row.id, "341302")
    assert first.facts["move"]["addressee"] == "埇桥区人民政府、宿州市市场监督管理局"
    text = text_of(first)
    for said in (row.no, "汴河中路88号1号楼", "电梯在3层和4层之间停止", "13905570000", "一般事故", "县级市场监管部门"):
        assert said in text, said


def test_who_is_late_stands_in_the_report(time: Clock) -> None:
    row = reported()
    move("county", row, "verify", note="属实")
    time.forward(hours=3)
    move("county", row, "report_county", addressee="埇桥区人民政府")
    clocks = {one["step"]: one for one in papers("accident_first")[0].facts["clocks"]}
    assert clocks["县级上报本级政府和市局"]["state"] == "超过时限"
    assert clocks["单位向市场监管部门报告"]["state"] == "按时"


def test_a_follow_up_says_what_changed(time: Clock) -> None:
    row = walk(reported(), "report_county")
    time.forward(hours=30)
    changed = clock.now() - timedelta(hours=25)
    row = move("county", row, "follow_up", changed_at=changed, deaths=1, serious_injuries=0, note="伤者抢救无效死亡")
    (paper,) = papers("accident_follow_up")
    assert {one["what"]: one["value"] for one in paper.facts["changes"]} == {"死亡": "1", "重伤": "0"}
    assert paper.facts["accident"]["deaths"] == "1"
    assert "伤者抢救无效死亡" in text_of(paper)
    assert queries.show(cast.actor("county"), row.no).follow_ups[0].late


def test_a_units_own_follow_up_draws_no_number_of_the_office(time: Clock) -> None:
    row = walk(reported(), "verify")
    move("property", row, "follow_up", changed_at=clock.now(), minor_injuries=2)
    assert papers("accident_follow_up") == []


def test_the_closing_tells_the_whole_investigation(time: Clock) -> None:
    row = walk(reported())
    (paper,) = papers("accident_closing")
    text = text_of(paper)
    for said in ("门锁触点失效未更换", "主要责任", "宿政批〔2026〕3号", "送达回证", "已落实"):
        assert said in text, said
    shown = queries.show(cast.actor("section"), row.no)
    assert [one.kind for one in shown.papers] == ["accident_first", "accident_first", "accident_closing"]


def test_an_event_closes_without_one(time: Clock) -> None:
    row = reported(serious_injuries=0)
    move("county", row, "verify", note="无人受伤")
    move("county", row, "close_event", note="已排除")
    assert papers("accident_closing") == []


def test_the_page_shows_papers_and_the_late_in_red(time: Clock, browser_of) -> None:
    row = walk(reported(), "report_county")
    time.forward(hours=3)
    section = browser_of("section")
    page = section.get(f"/accidents/{row.no}").text
    assert "埇市监特事报〔2026〕1号" in page
    assert re.search(r'text-bad">市级市场监管部门<', page)
    number = db.session.scalar(select(Paper.id).where(Paper.kind == "accident_first"))
    assert browser_of("property").get(f"/papers/{number}").status_code == 404
    assert browser_of("dangshan").get(f"/papers/{number}").status_code == 404
    word = section.get(f"/papers/{number}/docx")
    assert word.data[:2] == b"PK"
    assert db.session.scalar(select(Accident.no)) == row.no
