"""The safety-status report: figures equal their lists, a county sees its own, an issued one stays as it was."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from docx import Document

from registry import clock
from registry.db import db, transaction
from registry.documents.office import issued
from registry.documents.office.templates import shipped
from registry.errors import Forbidden, Invalid, Missing
from registry.models import Parameter
from registry.queries import status_figures, status_report
from registry.queries.hazard_months import Period
from registry.rules import status_report as rules
from registry.services import elevators, status_reports
from seeds import cast
from tests.accidents_factory import move, reported, walk
from tests.elevators_factory import STOP_PAPERS, in_use
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def this_quarter() -> tuple[int, int]:
    today = clock.today()
    return today.year, (today.month - 1) // 3 + 1


def figures(login: str = "section", area: str | None = None) -> dict[str, status_figures.Figure]:
    found = status_report.report(cast.actor(login), *this_quarter(), area)
    return {one.definition.key: one for one in found.figures}


def test_deaths_and_accidents_over_the_devices_there_are() -> None:
    for number in (1, 2, 3, 4):
        in_use(cast.actor("section"), number, factory_no=f"F{number}")
    reported(deaths=2)
    reported(serious_injuries=0)  # an event
    found = figures()
    assert (found["death_rate"].numerator, found["accident_rate"].numerator) == (2, 1)
    assert found["death_rate"].value == Decimal(2) / found["death_rate"].denominator * 10000
    assert found["death_rate"].denominator == found["registration_rate"].denominator


def test_what_is_no_special_equipment_accident_is_not_counted() -> None:
    walk(reported(deaths=1), "verify")
    row = reported(deaths=1)
    move("section", row, "exclude", exclusion="sabotage", note="人为破坏")
    assert figures()["death_rate"].numerator == 1


@pytest.mark.parametrize("key", sorted(rules.definitions(clock.today())))
def test_a_figure_and_the_list_behind_it_say_the_same(key: str) -> None:
    in_use(cast.actor("section"))
    reported(deaths=2)
    actor = cast.actor("section")
    period = Period(*rules.period(*this_quarter()))
    period = Period(period.since, clock.today())
    if status_figures.ready(key, period):
        with pytest.raises(Missing):
            status_figures.rows(actor, key, "numerator", period, None)
        return
    figure = figures()[key]
    if key not in ("death_rate", "close_days"):
        assert len(status_figures.rows(actor, key, "numerator", period, None).items) == figure.numerator
    if figure.denominator is not None:
        assert len(status_figures.rows(actor, key, "denominator", period, None).items) == figure.denominator


def test_the_city_is_the_sum_of_its_counties() -> None:
    in_use(cast.actor("section"))
    reported(deaths=1)
    for one in figures().values():
        by = status_figures.by_area(cast.actor("section"), one.definition.key, Period(*rules.period(*this_quarter())))
        whole = by.pop("341300")
        assert sum(figure.numerator for figure in by.values()) == whole.numerator


def test_a_county_sees_its_own() -> None:
    reported(deaths=1)
    assert figures("dangshan")["death_rate"].numerator == 0
    assert figures("county")["death_rate"].numerator == 1
    with pytest.raises(Forbidden):
        figures("property")


DENOMINATORS = [("1", 2), ("2", 1)]


@pytest.mark.parametrize(("setting", "devices"), DENOMINATORS)
def test_the_denominator_is_a_setting(setting: str, devices: int) -> None:
    in_use(cast.actor("section"), 1)
    stopped = in_use(cast.actor("section"), 2, factory_no="F2", inner_no="2")
    _set_denominator(setting)
    before = figures()["death_rate"].denominator
    elevators.change_status(
        cast.actor("section"), stopped.id, "suspend", clock.today(), "停用", "申请", papers=STOP_PAPERS
    )
    assert before - figures()["death_rate"].denominator == 2 - devices


def _set_denominator(value: str) -> None:
    with transaction() as session:
        day = clock.today() - timedelta(days=1)
        session.add(Parameter(key="status.denominator", value=value, since=day, basis="", certainty="G"))


def test_the_same_period_of_last_year_is_compared(time: Clock) -> None:
    reported(deaths=1)
    time.forward(days=365)
    reported(deaths=1)
    reported(serious_injuries=1)
    found = status_report.report(cast.actor("section"), *this_quarter())
    accidents = found.casualties[0]
    assert (accidents.number, accidents.before, accidents.change.words) == (2, 1, "up")


def test_an_issued_report_stays_as_it_was(time: Clock) -> None:
    year, quarter = this_quarter()
    row = reported(deaths=1)
    with pytest.raises(Invalid):
        status_reports.issue(cast.actor("section"), {"year": year, "quarter": quarter})
    time.forward(days=70)
    paper = status_reports.issue(cast.actor("section"), {"year": year, "quarter": quarter, "problems": "申报不及时"})
    assert paper.number == f"宿市监特报告〔{clock.today().year}〕1号"
    kept = dict(paper.facts)
    walk(row, "verify")
    reported(happened_at=clock.now() - timedelta(days=65), told_at=clock.now() - timedelta(days=65), deaths=3)
    db.session.refresh(paper)
    assert dict(paper.facts) == kept
    path, _mime, _name = issued.file(cast.actor("section"), paper.id, "docx")
    word = Document(io.BytesIO(path.read_bytes()))
    text = "\n".join(one.text for one in word.paragraphs)
    assert "申报不及时" in text
    assert "事故起数1起" in text
    assert len(word.inline_shapes) >= 3
    assert issued.file(cast.actor("section"), paper.id, "pdf")[0].read_bytes().startswith(b"%PDF")


def test_a_county_issues_for_itself_alone(time: Clock) -> None:
    year, quarter = this_quarter()
    time.forward(days=70)
    paper = status_reports.issue(cast.actor("county-leader"), {"year": year, "quarter": quarter})
    assert paper.area_code == "341302"
    with pytest.raises(Forbidden):
        status_reports.issue(cast.actor("county-leader"), {"year": year, "quarter": quarter, "area": "341321"})
    with pytest.raises(Forbidden):
        status_reports.issue(cast.actor("county"), {"year": year, "quarter": quarter})


def test_the_template_knows_only_what_the_facts_hold() -> None:
    assert issued.draft("status_report", shipped("status_report", clock.today()), clock.today())
