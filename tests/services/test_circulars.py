"""Circulars, the month table and the ladder of escalation: figures from the ledger alone, frozen when issued."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
import python_calamine
from sqlalchemy import select, text

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Refused
from registry.exchange import hazard_books
from registry.models import CircularItem, Hazard, HazardStep, Paper
from registry.queries import circulars as queries
from registry.queries import escalations, hazard_facts, hazard_months, hazards, papers
from registry.queries.hazard_months import Period, month
from registry.rules import hazards as rules
from registry.rules.comparisons import change_of_rate
from registry.services import circulars
from seeds import cast
from tests.hazards_factory import Clock, data_for, move, reported, walk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def whole_month() -> Period:
    return month(clock.today())


def test_the_month_table_counts_what_came_and_went(time: Clock) -> None:
    walk(reported(), "RECTIFYING")
    time.forward(days=40)
    closed = walk(reported(), "NOTICE")
    walk(reported(), "ASSIGNED")
    walk(reported(), "PENDING_RECOGNITION")  # a clue is not on the list
    void = walk(reported(), "LISTED")
    move("county-leader", void, "void")
    time.forward(days=10)
    move("county2", closed, "close")
    table = hazard_months.table(cast.actor("section"), Period(clock.today() - timedelta(days=20), clock.today()))
    line = next(line for line in table.lines if line.area.code == "341302")
    stock = line.stock
    assert (stock.opening, stock.new, stock.reopened, stock.closed, stock.voided, stock.closing) == (1, 3, 0, 1, 1, 2)
    assert stock.overdue == 1  # the first one, whose 30 days are over
    assert table.faults == []
    assert vars(table.total.stock) == vars(stock)
    assert line.rank == 1
    assert all(other.rank is None for other in table.lines if other is not line)


def test_a_reopened_hazard_counts_in_the_month_it_is_reopened(time: Clock) -> None:
    hazard = walk(reported(), "NOTICE")
    time.forward(days=12)
    hazard = move("county2", hazard, "close", notice_published_on=clock.today() - timedelta(days=12))
    before = Period(clock.today() - timedelta(days=30), clock.today())
    first = vars(hazard_months.table(cast.actor("section"), before).total.stock).copy()
    time.forward(days=40)
    move("county-leader", hazard, "reopen")
    later = hazard_months.table(cast.actor("section"), Period(clock.today() - timedelta(days=3), clock.today())).total
    assert (later.stock.opening, later.stock.reopened, later.stock.closing) == (0, 1, 1)
    assert vars(hazard_months.table(cast.actor("section"), before).total.stock) == first


def slow_stock(period: Period) -> Counter:
    """The same figures by hand: each hazard's last step until a day."""
    found: Counter = Counter()
    for hazard in db.session.scalars(select(Hazard)).all():
        steps = hazard_facts.ledger(hazard.id)

        def standing(on: date, steps=steps) -> HazardStep | None:
            return next((step for step in reversed(steps) if step.done_on <= on), None)

        for name, on in (("opening", period.since - timedelta(days=1)), ("closing", period.until)):
            step = standing(on)
            found[name] += bool(step and rules.STATES[step.target].open)
        inside = [step for step in steps if period.since <= step.done_on <= period.until]
        found["new"] += sum(step.verb == "recognise" for step in inside)
        found["closed"] += sum(step.verb == "close" for step in inside)
        found["reopened"] += sum(step.verb == "reopen" for step in inside)
        found["voided"] += sum(step.verb == "void" and step.source == "LISTED" for step in inside)
    return found


def test_any_period_adds_up_and_equals_a_count_by_hand(time: Clock) -> None:
    for days, until in ((3, "ASSIGNED"), (9, "NOTICE"), (2, "RECTIFYING"), (11, "VERIFYING"), (5, "LISTED")):
        hazard = walk(reported(), until)
        time.forward(days=days)
        if until == "NOTICE":
            time.forward(days=12)
            move("county2", hazard, "close", notice_published_on=clock.today() - timedelta(days=12))
    end = clock.today()
    for since in range(0, 45, 5):
        for length in (0, 3, 17):
            period = Period(end - timedelta(days=since + length), end - timedelta(days=since))
            total = hazard_months.table(cast.actor("section"), period).total.stock
            by_hand = slow_stock(period)
            assert {name: getattr(total, name) for name in by_hand} == dict(by_hand), period
            assert total.balances


def test_a_county_sees_its_own_and_others_nothing() -> None:
    walk(reported(), "ASSIGNED")
    own = hazard_months.table(cast.actor("county"), whole_month())
    assert [line.area.code for line in own.lines] == ["341302"]
    assert own.total.stock.new == 1
    assert hazard_months.table(cast.actor("dangshan"), whole_month()).total.stock.new == 0
    with pytest.raises(Forbidden):
        hazard_months.table(cast.actor("property"), whole_month())


def issued(login: str = "section", **texts: str) -> Paper:
    period = whole_month()
    data = {"since": period.since, "until": clock.today(), **texts}
    return circulars.issue(cast.actor(login), data)


def test_a_circular_names_what_is_overdue_and_stays_as_it_was(time: Clock) -> None:
    hazard = walk(reported(), "RECTIFYING")
    time.forward(days=45)
    paper = issued(problems="个别县区推进缓慢")
    assert [row["no"] for row in paper.facts["overdue"]] == [hazard.no]
    assert paper.facts["overdue"][0]["days"] == str((clock.today() - hazard.due_on).days)
    assert paper.facts["problems"] == "个别县区推进缓慢"
    kept = dict(paper.facts)
    move("property", hazard, "request_closing")
    assert papers.show(cast.actor("section"), paper.id).facts == kept
    assert db.session.scalars(select(CircularItem.hazard_id)).all() == [hazard.id]
    assert paper.number == f"宿市监特通〔{clock.today().year}〕1号"
    assert issued("county-leader").number == f"埇市监特通〔{clock.today().year}〕1号"


def test_a_circular_needs_a_period_that_is_over() -> None:
    actor, today = cast.actor("section"), clock.today()
    with pytest.raises(Invalid):
        circulars.issue(actor, {"since": today, "until": today + timedelta(days=1)})
    with pytest.raises(Invalid):
        circulars.issue(actor, {"since": today, "until": today - timedelta(days=1)})
    with pytest.raises(Forbidden):
        circulars.issue(cast.actor("county"), {"since": today, "until": today})


def lose_a_step(hazard: Hazard) -> None:
    """What nobody can do through the registry: a recognition that is gone from the ledger."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE hazard_step DISABLE TRIGGER hazard_step_append_only"))
        else:
            session.execute(text("DROP TRIGGER hazard_step_no_update"))
        session.execute(
            text("UPDATE hazard_step SET verb = 'submit' WHERE hazard_id = :id AND verb = 'recognise'"),
            {"id": hazard.id},
        )
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE hazard_step ENABLE TRIGGER hazard_step_append_only"))


def test_nothing_is_issued_or_printed_that_does_not_add_up() -> None:
    lose_a_step(walk(reported(), "ASSIGNED"))
    with pytest.raises(Conflict, match="埇桥区"):
        issued()
    with pytest.raises(Conflict, match="埇桥区"):
        hazard_books.month(cast.actor("section"), whole_month())


def test_the_books_hold_real_numbers_and_days(time: Clock) -> None:
    hazard = walk(reported(title="=1+1"), "RECTIFYING")
    sheet = rows_of(hazard_books.month(cast.actor("section"), whole_month()).read())
    assert sheet[1][:4] == ["县区", "期初存量", "本期新增", "重新立案"]
    assert next(row for row in sheet if row[0] == "埇桥区")[1:7] == [0, 1, 0, 0, 0, 1]
    ledger = rows_of(hazard_books.ledger(cast.actor("section"), clock.today()).read())
    row = ledger[2]
    assert row[1] == hazard.no
    assert row[9] == hazard.found_on
    assert row[13] == pytest.approx(0.10005)
    assert row[15] == "有"
    assert len(row) == len(hazard_books.LEDGER)


def rows_of(content: bytes) -> list:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_ladder_proposes_and_people_issue(time: Clock) -> None:
    hazard = walk(reported(), "RECTIFYING")
    assert escalations.proposals(cast.actor("section"), clock.today()) == []
    time.forward(days=46)
    line = escalations.proposals(cast.actor("county-leader"), clock.today())[0]
    assert [proposal.verb for proposal in line.proposals] == ["list_supervision", "supervise", "remind"]
    assert line.may == {"list_supervision", "supervise", "remind"}
    with pytest.raises(Forbidden):
        escalations.proposals(cast.actor("property"), clock.today())
    hazard = move("county-leader", hazard, "supervise")
    assert hazard.escalation_level == 2
    assert hazard.state == "RECTIFYING"
    hazard = move("county-leader", hazard, "list_supervision")
    assert (hazard.listed_supervision, hazard.escalation_level) == ("county", 3)
    kinds = db.session.scalars(select(Paper.kind).where(Paper.hazard_id == hazard.id).order_by(Paper.id)).all()
    assert kinds[-2:] == ["supervise", "listed_notice"]


def test_two_circulars_in_a_row_call_for_a_talk(time: Clock) -> None:
    hazard = walk(reported(), "RECTIFYING")
    time.forward(days=31)
    hazard = move("county-leader", hazard, "supervise")
    for _ in range(2):
        issued()
        time.forward(days=1)
    standing = escalations.standings_of([hazard], clock.today())[hazard.id]
    assert standing.circulars_in_a_row == 2
    assert escalations.proposals(cast.actor("section"), clock.today())[0].proposals[0].verb == "summon"


def test_a_lone_reminder_does_not_restart_the_clock_of_the_next_step(time: Clock) -> None:
    hazard = walk(reported(), "PLAN_DUE")
    time.forward(days=3)
    move("county", hazard, "remind")
    timer = hazards.show(cast.actor("county"), hazard.no).timer
    signed = next(s for s in hazard_facts.ledger(hazard.id) if s.verb == "sign_for").done_on
    plan = next(m.deadline for m in rules.MOVES if m.verb == "file_plan")
    assert timer.step_due == rules.deadline_day(plan, signed, hazard_facts.calendar())


LISTINGS = [
    ("county-leader", "county", None),
    ("county-leader", "city", "listing_beyond"),
    ("county-leader", "province", "listing_beyond"),
]


@pytest.mark.parametrize(("login", "level", "refused"), LISTINGS)
def test_an_office_lists_at_its_own_level(login: str, level: str, refused: str | None) -> None:
    hazard = walk(reported(), "RECTIFYING")
    if refused is None:
        assert move(login, hazard, "list_supervision", listing_level=level).listed_supervision == level
        with pytest.raises(Refused) as again:
            move(login, hazard, "list_supervision", listing_level=level)
        assert "already_listed" in again.value.verdict.findings[0].rule
        assert move(login, hazard, "delist").listed_supervision is None
        with pytest.raises(Refused):
            move(login, hazard, "delist")
        return
    with pytest.raises(Refused) as error:
        move(login, hazard, "list_supervision", listing_level=level)
    assert [finding.rule for finding in error.value.verdict.findings] == [f"E3.{refused}"]


def test_listed_supervision_has_an_end_within_a_year() -> None:
    hazard = walk(reported(), "RECTIFYING")
    latest = clock.today() + timedelta(days=365)
    with pytest.raises(Refused):
        move("county-leader", hazard, "list_supervision", listing_due=latest + timedelta(days=1))
    assert move("county-leader", hazard, "list_supervision", listing_due=latest).listed_supervision == "county"


def test_a_talk_is_called_before_it_is_recorded() -> None:
    hazard = walk(reported(), "RECTIFYING")
    with pytest.raises(Refused):
        move("county-leader", hazard, "record_talk")
    hazard = move("county-leader", hazard, "summon")
    hazard = move("county-leader", hazard, "record_talk")
    assert data_for("record_talk", "county-leader")["talk_record"] in str(hazard_facts.ledger(hazard.id)[-1].data)


def test_percentages_and_points_are_written_as_offices_write_them() -> None:
    assert queries.percent(Decimal(6) / 7) == "85.71%"
    assert queries.percent(None) == "—"
    assert queries.points(change_of_rate(Decimal("0.8"), Decimal("0.832"))) == "上升3.20个百分点"
    assert queries.points(change_of_rate(Decimal("0.8"), Decimal("0.8"))) == "持平"
    assert queries.points(change_of_rate(None, Decimal("0.8"))) == "—"


PERIODS = [
    (Period(date(2026, 11, 1), date(2026, 11, 30)), date(2026, 10, 1), date(2026, 10, 31)),
    (Period(date(2026, 3, 1), date(2026, 3, 31)), date(2026, 2, 1), date(2026, 2, 28)),
    (Period(date(2026, 1, 1), date(2026, 3, 31)), date(2025, 10, 1), date(2025, 12, 31)),
    (Period(date(2026, 11, 16), date(2026, 11, 30)), date(2026, 11, 1), date(2026, 11, 15)),
]


@pytest.mark.parametrize(("period", "since", "until"), PERIODS)
def test_the_period_before(period: Period, since: date, until: date) -> None:
    assert period.before == Period(since, until)


def test_the_same_period_a_year_ago_minds_leap_years() -> None:
    assert Period(date(2028, 2, 1), date(2028, 2, 29)).year_ago == Period(date(2027, 2, 1), date(2027, 2, 28))
