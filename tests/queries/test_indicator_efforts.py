"""What it takes: holders and ways add up to what is behind; a way that is named wins; what falls out does fall out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.db import transaction
from registry.errors import Missing
from registry.models import Visit
from registry.queries import indicator_efforts, indicators
from registry.queries.indicator_definitions import INDICATORS
from seeds import cast
from tests import elevators_factory
from tests.queries.test_indicators import visit


@pytest.fixture
def today() -> date:
    return clock.today()


def holder(actor, key, unit, area=None):
    found = indicator_efforts.effort(actor, key, area).holders
    return next((each for each in found if each.unit_id == unit.id), None)


@pytest.mark.parametrize("key", INDICATORS)
@pytest.mark.parametrize("role", ["section", "county", "property", "company"])
def test_holders_hold_all_that_is_behind(app, actor, key, role):
    caller = actor(role)
    effort = indicator_efforts.effort(caller, key)
    figure = indicators.in_area(caller, key, clock.today())
    assert sum(each.behind for each in effort.holders) == figure.denominator - figure.numerator
    for each in effort.holders:
        assert each.winnable <= each.behind
        assert each.winnable <= sum(each.ways.values())
        assert all(count <= each.behind for count in each.ways.values())


def test_a_confirmation_that_is_missing_is_won_by_confirming(app, actor, today):
    section, company = actor("section"), cast.unit("company")
    elevator = elevators_factory.maintained(section, 1)
    before = holder(section, "paperless_maintenance", company)
    with transaction() as session:
        session.add(visit(elevator, today - timedelta(days=3), None))
    after = holder(section, "paperless_maintenance", company)
    assert after.ways["unconfirmed"] == before.ways["unconfirmed"] + 1
    with transaction() as session:
        row = session.query(Visit).filter_by(elevator_id=elevator.id).one()
        row.confirmed_at, row.counts_from = clock.now(), today
    won = holder(section, "paperless_maintenance", company)
    assert won.behind == after.behind - 1
    assert won.ways["unconfirmed"] == before.ways["unconfirmed"]


@pytest.mark.parametrize("severity", ["hold", "block"])
def test_a_visit_that_a_finding_holds_is_not_won_by_confirming(app, actor, today, severity):
    section, company = actor("section"), cast.unit("company")
    elevator = elevators_factory.maintained(section, 1)
    before = holder(section, "paperless_maintenance", company).ways["unconfirmed"]
    with transaction() as session:
        findings = [{"rule": "V01", "severity": severity, "text": "…", "basis": ""}]
        session.add(visit(elevator, today - timedelta(days=3), None, findings=findings))
    assert holder(section, "paperless_maintenance", company).ways["unconfirmed"] == before


@pytest.mark.parametrize(("days_ago", "falls"), [(0, 1), (29, 1)])
def test_what_counts_today_falls_out_when_nobody_comes(app, actor, today, days_ago, falls):
    section, company = actor("section"), cast.unit("company")
    elevator = elevators_factory.maintained(section, 1)
    before = holder(section, "paperless_maintenance", company).falling
    with transaction() as session:
        session.add(visit(elevator, today - timedelta(days=days_ago), today))
    last = indicator_efforts.horizon(today)
    still = (last - (today - timedelta(days=days_ago))).days < 30
    assert holder(section, "paperless_maintenance", company).falling == before + (0 if still else falls)


def test_the_forecast_begins_today_and_ends_with_next_month(app, actor, today):
    figures = indicator_efforts.forecast(actor("section"), "liability_insurance")
    assert figures[0].on == today
    assert figures[-1].on == indicator_efforts.horizon(today)
    assert [figure.on for figure in figures] == sorted({figure.on for figure in figures})
    effort = indicator_efforts.effort(actor("section"), "liability_insurance")
    assert figures[-1].numerator == figures[0].numerator - effort.falling


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 1, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2027, 12, 31), date(2028, 1, 31)),
        (date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_the_horizon_is_the_end_of_next_month(today, last):
    assert indicator_efforts.horizon(today) == last


def test_no_such_indicator_or_area(app, actor):
    with pytest.raises(Missing):
        indicator_efforts.effort(actor("section"), "nothing")
    with pytest.raises(Missing):
        indicator_efforts.forecast(actor("section"), "liability_insurance", "999999")
