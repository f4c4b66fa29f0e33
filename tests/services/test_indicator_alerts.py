"""Alerts of indicators: raised and cleared by themselves, acknowledged by people, told of once; months that are frozen
by the workers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from blueprints import job_runner
from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import IndicatorAlert, IndicatorSnapshot, Notice, TrailEntry, Visit
from registry.queries import indicator_alerts as queries
from registry.queries.indicator_definitions import INDICATORS
from registry.rules import indicator_alerts as rules
from registry.rules import indicator_book
from registry.rules.comparisons import Target
from registry.services import indicator_alerts, indicator_counts, indicator_figures, notices
from seeds import cast
from tests import elevators_factory
from tests.hazards_factory import Clock
from tests.notices_factory import start, told
from tests.queries.test_indicators import visit

CITY, COUNTY = "341300", "341302"
OF_PAPERLESS = f"target:paperless_maintenance:{COUNTY}:"


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lift(time):
    return elevators_factory.maintained(cast.actor("section"), 1)


def the(name: str) -> IndicatorAlert:
    statement = select(IndicatorAlert).where(IndicatorAlert.name == name).order_by(IndicatorAlert.id.desc())
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


def win(lift) -> None:
    day = clock.today()
    with transaction() as session:
        session.add(visit(lift, day - timedelta(days=1), day))


@pytest.mark.parametrize(
    ("value", "goal", "margin", "said"),
    [
        ("0.79", Target(Decimal("0.8")), "0.02", rules.TARGET),
        ("0.8", Target(Decimal("0.8")), "0.02", rules.WARNING),
        ("0.82", Target(Decimal("0.8")), "0.02", None),
        ("0.81", Target(Decimal("0.8")), "0", None),
        ("1", Target(Decimal(1)), "0.02", None),
        ("0.05", Target(Decimal("0.06"), "<="), "0.02", rules.WARNING),
        ("0.07", Target(Decimal("0.06"), "<="), "0.02", rules.TARGET),
        (None, Target(Decimal("0.8")), "0.02", None),
        ("0.5", None, "0.02", None),
    ],
)
def test_when_there_is_something_to_say(value, goal, margin, said) -> None:
    assert rules.against(value and Decimal(value), goal, Decimal(margin)) == said


def test_a_figure_is_overdue_when_its_days_are_over() -> None:
    definitions = {key: found for key, found in indicator_book.definitions().items() if key == "city_quality_award"}
    (definition,) = definitions.values()
    end = rules.last_period_end(definition.frequency, date(2026, 11, 29))
    due = indicator_book.due_on(end, 10)
    assert list(rules.overdue(definitions, due, 10, set())) == []
    assert list(rules.overdue(definitions, due + timedelta(days=1), 10, set())) == [("city_quality_award", end)]
    assert list(rules.overdue(definitions, due + timedelta(days=1), 10, {("city_quality_award", end)})) == []


def test_it_is_raised_once_and_clears_itself(time, lift) -> None:
    raised, _ = indicator_alerts.look(SYSTEM)
    assert raised
    first = the(OF_PAPERLESS)
    assert (first.value, first.target, first.cleared_at) == (Decimal(0), Decimal("0.8"), None)
    time.forward(minutes=10)
    assert indicator_alerts.look(SYSTEM) == (0, 0)
    win(lift)
    assert indicator_alerts.look(SYSTEM)[1] >= 2  # of the county and of the city
    assert the(OF_PAPERLESS).cleared_at == time.at
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject_id == first.id))
    assert {"indicator_alert.raised", "indicator_alert.cleared"} <= set(acts)
    time.forward(days=60)
    indicator_alerts.look(SYSTEM)
    assert the(OF_PAPERLESS).id != first.id


def test_it_is_acknowledged_with_a_note_and_stands(time, lift) -> None:
    indicator_alerts.look(SYSTEM)
    alert, who = the(OF_PAPERLESS), cast.actor("section")
    before = queries.standing(who)
    with pytest.raises(Invalid):
        indicator_alerts.acknowledge(who, alert.id, "  ")
    indicator_alerts.acknowledge(who, alert.id, "已约谈维保单位")
    with pytest.raises(Conflict, match="已有人确认"):
        indicator_alerts.acknowledge(who, alert.id, "再来一次")
    after = queries.standing(who)
    assert (after.waiting, after.acknowledged) == (before.waiting - 1, before.acknowledged + 1)
    assert indicator_alerts.look(SYSTEM) == (0, 0)
    win(lift)
    indicator_alerts.look(SYSTEM)
    with pytest.raises(Conflict, match="已经解除"):
        indicator_alerts.acknowledge(who, alert.id, "太晚")


def test_a_county_sees_its_own(time, lift) -> None:
    indicator_alerts.look(SYSTEM)
    own, of_city = the(OF_PAPERLESS), the(f"target:paperless_maintenance:{CITY}:")
    assert {row.area_code for row in queries.standing(cast.actor("county")).rows} == {COUNTY}
    indicator_alerts.acknowledge(cast.actor("county"), own.id, "正在督促")
    with pytest.raises(Missing):
        indicator_alerts.acknowledge(cast.actor("county"), of_city.id, "不归我管")
    with pytest.raises(Forbidden):
        queries.standing(cast.actor("property"))
    with pytest.raises(Forbidden):
        indicator_alerts.look(cast.actor("section"))


def test_it_is_told_of_once(time, lift) -> None:
    start()
    indicator_alerts.look(SYSTEM)
    assert notices.gather(SYSTEM) > 0
    assert told("county").count("indicator_off_target") == len(
        [row for row in db.session.scalars(select(IndicatorAlert)) if row.area_code == COUNTY]
    )
    assert "indicator_late" not in told("county")
    assert "indicator_late" in told("section")
    count = db.session.scalar(select(func.count()).select_from(Notice))
    time.forward(minutes=20)
    indicator_alerts.look(SYSTEM)
    notices.gather(SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(Notice)) == count


@pytest.mark.parametrize(("raised_on", "anew"), [(None, True), (date(2026, 8, 30), True), (date(2026, 8, 31), False)])
def test_it_is_told_of_once_a_day(raised_on, anew) -> None:
    assert rules.is_told_anew(raised_on, date(2026, 8, 31)) is anew


def lost() -> None:
    """What was won counts no more."""
    with transaction() as session:
        session.execute(update(Visit).values(invalid_from=clock.today(), counts_until=clock.today()))


def won() -> None:
    with transaction() as session:
        session.execute(update(Visit).values(invalid_from=None, counts_until=None))


def test_to_and_fro_across_the_line_is_told_of_once_a_day(time, lift) -> None:
    """The figure crosses its line six times in a day, and once more after midnight."""
    start()
    time.at = datetime.fromisoformat("2026-11-30T08:00:00+08:00")
    win(lift)
    lost()
    rows = select(func.count()).where(IndicatorAlert.name == OF_PAPERLESS)
    said = []
    for _ in range(6):
        raised, _cleared = indicator_alerts.look(SYSTEM)
        notices.gather(SYSTEM)
        said.append((raised > 0, db.session.scalar(rows), told("county").count("indicator_off_target")))
        if len(said) == 2:
            indicator_alerts.acknowledge(cast.actor("county"), the(OF_PAPERLESS).id, "正在督促")
        assert the(OF_PAPERLESS).cleared_at is None
        won()
        time.forward(minutes=7)
        indicator_alerts.look(SYSTEM)
        assert the(OF_PAPERLESS).cleared_at == time.at
        lost()
        time.forward(minutes=7)
    assert [raised for raised, *_ in said] == [True] + [False] * 5
    assert len({tuple(rest) for _, *rest in said}) == 1  # one row, told of as at first
    stays = the(OF_PAPERLESS)
    indicator_alerts.look(SYSTEM)
    assert the(OF_PAPERLESS).note == "正在督促"
    acts = list(db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject_id == stays.id)))
    assert acts.count("indicator_alert.raised") == 1
    assert acts.count("indicator_alert.reopened") == 6
    won()
    indicator_alerts.look(SYSTEM)
    time.at = datetime.fromisoformat("2026-12-01T08:00:00+08:00")
    lost()
    assert indicator_alerts.look(SYSTEM)[0] > 0
    assert the(OF_PAPERLESS).id != stays.id
    assert (the(OF_PAPERLESS).note, the(OF_PAPERLESS).acknowledged_at) == ("", None)


def test_the_figures_of_a_period_are_waited_for_together(time) -> None:
    indicator_alerts.look(SYSTEM)
    who = cast.actor("section")
    alerts = [row for row in db.session.scalars(select(IndicatorAlert)) if row.kind == rules.REPORT]
    assert len(alerts) == len({row.period_end for row in alerts})
    alert = next(row for row in alerts if "city_quality_award" in {one.key for one in queries.missing(who, row)})
    waits = [one.key for one in queries.missing(who, alert)]
    for number, key in enumerate(waits):
        assert the(alert.name).cleared_at is None
        assert [one.key for one in queries.missing(who, alert)] == waits[number:]
        data = {"key": key, "period_end": alert.period_end, "value": Decimal(0), "document": "宿市监〔2026〕1号"}
        indicator_figures.report(who, data)
        indicator_alerts.look(SYSTEM)
    assert the(alert.name).cleared_at is not None


def frozen(end: date) -> list[IndicatorSnapshot]:
    return list(db.session.scalars(select(IndicatorSnapshot).where(IndicatorSnapshot.period_end == end)))


def test_the_workers_freeze_soon_after_midnight(time) -> None:
    elevators_factory.in_use(cast.actor("section"))
    time.at = datetime.fromisoformat("2026-09-30T23:59:30+08:00")
    indicator_figures.freeze_when_due()
    assert frozen(date(2026, 8, 31))
    assert not frozen(date(2026, 9, 30))
    time.at = datetime.fromisoformat("2026-10-01T00:00:30+08:00")
    job_runner.run_regular()
    rows = frozen(date(2026, 9, 30))
    assert {row.key for row in rows if row.area_code == CITY} == set(INDICATORS)
    assert not any(row.late for row in rows)
    assert indicator_figures.freeze_when_due() == 0


def test_months_that_nobody_froze_are_made_up_for_and_say_so(time) -> None:
    elevators_factory.in_use(cast.actor("section"))
    time.at = datetime.fromisoformat("2026-07-01T00:05:00+08:00")
    indicator_figures.freeze_when_due()
    time.at = datetime.fromisoformat("2026-10-02T08:00:00+08:00")
    indicator_alerts.look(SYSTEM)
    name = f"freeze::{CITY}:2026-09-30"
    assert the(name).cleared_at is None
    indicator_figures.freeze_when_due()
    for end in (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)):
        assert frozen(end)
        assert all(row.late for row in frozen(end))
    indicator_alerts.look(SYSTEM)
    assert the(name).cleared_at is not None


def test_what_is_kept_ahead_says_the_same(time, lift) -> None:
    before = set(queries.found(SYSTEM, clock.today()))
    indicator_counts.keep(SYSTEM)
    assert set(queries.found(SYSTEM, clock.today())) == before


def test_pages_and_api(time, lift, browser_of, api_of) -> None:
    indicator_alerts.look(SYSTEM)
    alert, section, api = the(OF_PAPERLESS), browser_of("section"), api_of("county")
    assert "未达目标" in section.get("/indicator-alerts/?kind=target").text
    part = section.get("/indicator-alerts/", headers={"HX-Request": "true"}).text
    assert f"/indicator-alerts/{alert.id}" in part or "另有" in part
    assert "<html" not in part
    empty = section.post(f"/indicator-alerts/{alert.id}/acknowledge", data={"note": ""})
    assert empty.status_code == 422
    (shown,) = [one for one in api.get("/indicator-alerts").json["items"] if one["id"] == alert.id]
    assert (shown["kind"], shown["area"], shown["value"], shown["target"]) == ("target", COUNTY, 0.0, 0.8)
    answer = api.post(f"/indicator-alerts/{alert.id}/acknowledge", {"note": "已督促"})
    assert answer.json["note"] == "已督促"
    assert "已督促" in section.get(f"/indicator-alerts/{alert.id}").text
    late = next(row for row in db.session.scalars(select(IndicatorAlert)) if row.kind == rules.REPORT)
    page = section.get(f"/indicator-alerts/{late.id}").text
    for one in queries.missing(cast.actor("section"), late):
        assert one.zh in page
    assert page.count("/indicator-figures/new/") == len(queries.missing(cast.actor("section"), late)) > 1
    assert browser_of("property").get("/indicator-alerts/").status_code == 403
