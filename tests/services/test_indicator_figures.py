"""Frozen month-ends and reported figures: what they say never changes, another approves, revisions have reasons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import IndicatorSnapshot, TrailEntry, Visit
from registry.queries import indicator_figures as queries
from registry.queries import indicators
from registry.queries.indicator_definitions import INDICATORS
from registry.rules import indicator_book
from registry.rules import indicator_figures as rules
from registry.services import contracts, elevators, indicator_figures
from registry.settings import current
from seeds import cast, past
from tests import elevators_factory
from tests.queries.test_indicators import visit

CITY = "341300"


def month_end(months: int = 1) -> date:
    day = clock.today().replace(day=1) - timedelta(days=1)
    for _ in range(months - 1):
        day = day.replace(day=1) - timedelta(days=1)
    return day


def the_row(key: str = "paperless_maintenance", area: str = CITY, end: date | None = None) -> IndicatorSnapshot:
    row = queries.newest(key, area, end or month_end())
    assert row is not None
    return row


@pytest.fixture
def lifts(actor):
    return [elevators_factory.maintained(actor("section"), number) for number in (1, 2, 3)]


@pytest.fixture
def frozen(lifts) -> date:
    end = month_end()
    with transaction() as session:
        session.add(visit(lifts[0], end - timedelta(days=3), end - timedelta(days=2)))
    assert indicator_figures.freeze(SYSTEM, end) > 0
    return end


def test_every_indicator_of_every_area_is_frozen_once(actor, frozen) -> None:
    count = len(INDICATORS) * len(indicators.areas())
    rows = list(db.session.scalars(select(IndicatorSnapshot)))
    assert len(rows) == count
    assert indicator_figures.freeze(SYSTEM, frozen) == 0
    for figure in indicators.figures(SYSTEM, frozen):
        row = the_row(figure.key)
        assert (row.numerator, row.denominator) == (figure.numerator, figure.denominator)
        assert (row.state, row.revision, row.origin) == ("draft", 0, "captured")
    assert the_row().value == Decimal("0.333333")
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "indicator_figure.frozen")).one()
    assert entry.data["count"] == count


@pytest.mark.parametrize(("days", "late"), [(1, False), (2, True), (40, True)])
def test_what_is_frozen_later_says_so(app, days, late) -> None:
    end = month_end(3)
    with past.at(past.moment(end + timedelta(days=days), 0, 5)):
        indicator_figures.freeze(SYSTEM, end)
    assert the_row(end=end).late is late


def test_not_before_the_last_day_is_over_in_shanghai(app) -> None:
    end = month_end(2)
    for moment in (past.moment(end, 23, 59), past.moment(end - timedelta(days=1))):
        with past.at(moment), pytest.raises(Invalid):
            indicator_figures.freeze(SYSTEM, end)
    with pytest.raises(Invalid):
        indicator_figures.freeze(SYSTEM, end - timedelta(days=1))
    with past.at(past.moment(end + timedelta(days=1), 0, 0)):
        assert indicator_figures.freeze(SYSTEM, end) > 0


def test_a_frozen_figure_stays_and_says_where_the_records_differ(actor, lifts, frozen) -> None:
    assert not queries.show(actor("section"), the_row().id).differs
    with transaction() as session:
        session.add(visit(lifts[1], frozen - timedelta(days=1), frozen - timedelta(days=1)))  # came in late
    shown = queries.show(actor("section"), the_row().id)
    assert shown.differs
    assert (shown.row.numerator, shown.now.numerator) == (1, 2)


def test_the_past_is_stable_under_what_happens_later(actor, lifts, frozen) -> None:
    before = {key: indicators.table(SYSTEM, key, frozen) for key in INDICATORS}
    with transaction() as session:
        session.add(visit(lifts[2], clock.today(), clock.today()))
        late = session.scalars(select(Visit).order_by(Visit.id)).first()
        late.counts_until = late.invalid_from = clock.today()
    elevators.change_status(
        actor("section"),
        lifts[1].id,
        "suspend",
        clock.today(),
        "装修停用",
        "停用告知单1号",
        papers=elevators_factory.STOP_PAPERS,
    )
    contracts.end(actor("section"), lifts[0].id, clock.today(), "到期")
    for key, figures in before.items():
        assert indicators.table(SYSTEM, key, frozen) == figures, key


def test_a_revision_keeps_the_old_figure_and_has_a_reason(actor, lifts, frozen) -> None:
    section, row = actor("section"), the_row()
    with pytest.raises(Conflict):
        indicator_figures.revise(section, row.id, "没有变化")
    with transaction() as session:
        session.add(visit(lifts[1], frozen - timedelta(days=1), frozen - timedelta(days=1)))
    with pytest.raises(Invalid):
        indicator_figures.revise(section, row.id, " ")
    made = indicator_figures.revise(section, row.id, "维保记录补传")
    assert (made.revision, made.numerator, made.reason, made.late) == (1, 2, "维保记录补传", True)
    assert db.session.get(IndicatorSnapshot, row.id).numerator == 1
    assert the_row().id == made.id
    for verb in ("submit",):
        with pytest.raises(Conflict):
            indicator_figures.move(section, row.id, verb)
    with pytest.raises(Conflict):
        indicator_figures.revise(section, row.id, "旧的一条")


def test_who_submits_does_not_approve(actor, frozen) -> None:
    section, leader, row = actor("section"), actor("leader"), the_row()
    indicator_figures.move(section, row.id, "submit")
    with pytest.raises(Conflict):
        indicator_figures.move(section, row.id, "approve")
    indicator_figures.move(leader, row.id, "approve")
    indicator_figures.move(leader, row.id, "lock")
    assert the_row().state == "locked"
    for verb in ("submit", "return", "approve", "lock"):
        with pytest.raises((Conflict, Forbidden)):
            indicator_figures.move(section, row.id, verb, "x")


def test_a_return_needs_its_reason(actor, frozen) -> None:
    section, leader, row = actor("section"), actor("leader"), the_row()
    indicator_figures.move(section, row.id, "submit")
    with pytest.raises(Invalid):
        indicator_figures.move(leader, row.id, "return")
    indicator_figures.move(leader, row.id, "return", "请核对埇桥区")
    assert (the_row().state, the_row().returned_reason) == ("draft", "请核对埇桥区")
    with pytest.raises(Conflict):
        indicator_figures.move(section, row.id, "submit", version=1)


def test_a_month_moves_together(actor, frozen) -> None:
    section, leader, count = actor("section"), actor("leader"), len(INDICATORS) * len(indicators.areas())
    assert indicator_figures.move_month(section, frozen, "submit") == (count, 0)
    assert indicator_figures.move_month(section, frozen, "approve") == (0, count)
    assert indicator_figures.move_month(leader, frozen, "approve") == (count, 0)
    assert indicator_figures.move_month(leader, frozen, "lock") == (count, 0)
    assert queries.counts(section, frozen) == {"locked": count}


@pytest.mark.parametrize(
    "change",
    [
        {"numerator": 9}, {"denominator": 9}, {"value": Decimal(1)}, {"key": "x"}, {"period_end": date(2020, 1, 31)},
        {"revision": 7},
    ],
)  # fmt: skip
def test_the_database_keeps_the_figure(actor, frozen, change) -> None:
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(update(IndicatorSnapshot).where(IndicatorSnapshot.id == the_row().id).values(**change))


def test_the_database_keeps_a_locked_row_whole_and_deletes_none(actor, frozen) -> None:
    section, leader, row = actor("section"), actor("leader"), the_row()
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(delete(IndicatorSnapshot).where(IndicatorSnapshot.id == row.id))
    indicator_figures.move(section, row.id, "submit")
    indicator_figures.move(leader, row.id, "approve")
    indicator_figures.move(leader, row.id, "lock")
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("UPDATE indicator_snapshot SET note = 'x' WHERE state = 'locked'"))


REPORT = {"key": "pm25", "value": Decimal("33.5"), "document": "宿州市生态环境状况公报"}


def test_a_reported_figure_says_who_and_from_what(actor) -> None:
    row = indicator_figures.report(actor("section"), {**REPORT, "period_end": month_end()})
    assert (row.state, row.origin, row.area_code, row.value) == ("submitted", "reported", CITY, Decimal("33.5"))
    assert (row.reporter, row.document) == ("市生态环境局", "宿州市生态环境状况公报")
    assert row.entered_by_id == actor("section").person_id
    with pytest.raises(Invalid) as refused:
        indicator_figures.report(actor("section"), {**REPORT, "period_end": month_end()})
    assert "reason" in refused.value.errors
    again = indicator_figures.report(
        actor("section"), {**REPORT, "value": Decimal(34), "period_end": month_end(), "reason": "公报更正"}
    )
    assert (again.revision, again.reason) == (1, "公报更正")


@pytest.mark.parametrize(("days", "late"), [(10, False), (11, True)])
def test_late_reports_are_marked(actor, days, late) -> None:
    end = month_end(3)
    with past.at(past.moment(end + timedelta(days=days))):
        assert indicator_figures.report(actor("section"), {**REPORT, "period_end": end}).late is late


def test_a_county_reports_for_itself_and_sees_itself(actor) -> None:
    end = month_end()
    own = indicator_figures.report(actor("county"), {**REPORT, "period_end": end})
    assert own.area_code in actor("county").areas
    with pytest.raises(Forbidden):
        indicator_figures.report(actor("county"), {**REPORT, "period_end": end, "area_code": "341321"})
    whole = indicator_figures.report(actor("section"), {**REPORT, "period_end": end})
    with pytest.raises(Missing):
        queries.show(actor("county"), whole.id)
    with pytest.raises(Missing):
        queries.show(actor("dangshan"), own.id)
    with pytest.raises(Forbidden):
        queries.show(actor("company"), own.id)


@pytest.mark.parametrize("login", ["auditor", "company", "leader", "admin", "filling"])
def test_the_wrong_role_reports_nothing(actor, login) -> None:
    with pytest.raises(Forbidden):
        indicator_figures.report(actor(login), {**REPORT, "period_end": month_end()})
    with pytest.raises(Forbidden):
        indicator_figures.freeze(actor(login), month_end())


TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("key", "end", "data", "field"),
    [
        ("pm25", date(2026, 10, 31), {"value": "33"}, None),
        ("pm25", date(2026, 10, 30), {"value": "33"}, "period_end"),
        ("pm25", date(2026, 11, 30), {"value": "33"}, "period_end"),
        ("pm25", date(2026, 10, 31), {}, "value"),
        ("pm25", date(2026, 10, 31), {"value": "-1"}, "value"),
        ("pm25", date(2026, 10, 31), {"value": "33", "numerator": "1", "denominator": "2"}, "numerator"),
        ("pm25", date(2026, 10, 31), {"value": "33", "document": " "}, "document"),
        ("industrial_products", date(2026, 9, 30), {"value": "0.97"}, None),
        ("industrial_products", date(2026, 10, 31), {"value": "0.97"}, "period_end"),
        ("industrial_products", date(2026, 9, 30), {"value": "1.01"}, "value"),
        ("industrial_products", date(2026, 9, 30), {"value": "1"}, None),
        ("industrial_products", date(2026, 9, 30), {"numerator": "97", "denominator": "100"}, None),
        ("industrial_products", date(2026, 9, 30), {"numerator": "97"}, "denominator"),
        ("industrial_products", date(2026, 9, 30), {"numerator": "0", "denominator": "0"}, "denominator"),
        ("industrial_products", date(2026, 9, 30), {"numerator": "101", "denominator": "100"}, "numerator"),
        ("industrial_products", date(2026, 9, 30), {"numerator": "97", "denominator": "100", "value": "0.9"}, "value"),
        ("consumer_goods", date(2025, 12, 31), {"value": "0.9"}, None),
        ("consumer_goods", date(2026, 6, 30), {"value": "0.9"}, "period_end"),
        ("city_quality_award", date(2026, 6, 30), {"value": "3"}, None),
        ("city_quality_award", date(2026, 6, 30), {"value": "3.5"}, "value"),
        ("city_quality_award", date(2010, 6, 30), {"value": "3"}, "period_end"),
    ],
)
def test_whether_a_report_makes_sense(key, end, data, field) -> None:
    given_data = {name: value if name == "document" else Decimal(value) for name, value in data.items()}
    wrong = rules.problems(indicator_book.definitions()[key], end, TODAY, {"document": "公报", **given_data})
    assert list(wrong) == ([field] if field else [])


@given(st.lists(st.sampled_from(["submit", "return", "approve", "lock"]), max_size=12))
def test_the_workflow_ends_locked_and_only_there(verbs) -> None:
    state, seen = rules.DRAFT, [rules.DRAFT]
    for verb in verbs:
        found = rules.find_move(rules.WORKFLOW, state, verb)
        if found is None:
            continue
        assert state != rules.LOCKED
        state = found.target
        seen.append(state)
    if state == rules.LOCKED:
        assert seen.index(rules.SUBMITTED) < seen.index(rules.APPROVED) < seen.index(rules.LOCKED)


def test_the_city_code_is_the_city(app) -> None:
    assert current().city_code == CITY
    assert cast.actor("section").sees_city
