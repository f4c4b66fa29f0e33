"""隐患整改率 (hazards.md §5.2): closed of found until a day, on the list by the ledger, beside it by check records."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from registry import clock
from registry.db import db, transaction
from registry.models import Hazard
from registry.queries import hazard_months, status_figures
from registry.queries.hazard_months import Period
from registry.services import supervision_checks, supervision_records
from seeds import cast
from tests import supervision_factory
from tests.hazards_factory import START, Clock, move, reported, walk

pytestmark = pytest.mark.usefixtures("app")
KEY = "hazard_fix"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def figure(until: date | None = None, login: str = "section") -> tuple[int, int]:
    on = until or clock.today()
    period = Period(date(on.year, on.month - (on.month - 1) % 3, 1), on)
    actor = cast.actor(login)
    found = status_figures.by_area(actor, KEY, period)
    whole = found.pop("341300")
    for part, number in (("numerator", whole.numerator), ("denominator", whole.denominator)):
        assert sum(getattr(one, part) for one in found.values()) == number
        assert len(status_figures.rows(actor, KEY, part, period, None).items) == number
    return int(whole.numerator), int(whole.denominator or 0)


def closed(time: Clock) -> Hazard:
    row = walk(reported(), "NOTICE")
    time.forward(days=8)
    return move("county2", row, "close")


def test_the_list_is_counted_by_the_ledger(time: Clock) -> None:
    assert figure() == (0, 0)
    reported()
    assert figure() == (0, 0)  # a clue is none yet
    walk(reported(), "LISTED")
    assert figure() == (0, 1)
    row = closed(time)
    assert figure() == (1, 2)
    assert figure(START.date()) == (0, 2)
    # What stands on the row does not matter: the ledger does.
    db.session.execute(update(Hazard).where(Hazard.id == row.id).values(closed_on=None, listed_on=None))
    assert figure() == (1, 2)


def test_it_agrees_with_the_month_table(time: Clock) -> None:
    closed(time)
    move("county-leader", walk(reported(), "LISTED"), "void")
    walk(reported(), "ASSIGNED")
    year = Period(date(2026, 1, 1), clock.today())
    stocks = hazard_months.stocks(cast.actor("section"), year).values()
    assert figure() == (sum(one.closed for one in stocks), sum(one.found for one in stocks)) == (1, 2)


def test_a_reopened_hazard_is_found_again_and_keeps_its_closing(time: Clock) -> None:
    row = closed(time)
    before = clock.today()
    time.forward(days=3)
    move("section", row, "reopen")
    assert figure() == (1, 2)
    assert figure(before) == (1, 1)


def test_the_next_year_begins_with_what_is_open(time: Clock) -> None:
    closed(time)
    open_ = walk(reported(), "RECTIFYING")
    time.at = datetime.fromisoformat("2027-01-04T09:00:00+08:00")
    assert figure() == (0, 1)
    assert figure(date(2026, 12, 31)) == (1, 2)
    walk(open_, "NOTICE")
    time.forward(days=12)
    move("county2", open_, "close", notice_published_on=clock.today() - timedelta(days=12))
    assert figure() == (1, 1)


def checked(*verbs: str) -> str:
    """A check with two items that do not conform, moved on."""
    sheet = supervision_factory.begun()
    items = [item.code for item in supervision_factory.queries.sheet(cast.actor("county"), sheet.no).items[:2]]
    row = supervision_records.record(cast.actor("county"), sheet.no, supervision_factory.content(sheet, tuple(items)))
    with transaction():
        for verb in verbs:
            supervision_checks.advance(cast.actor("county"), row, verb, note="已查")
    return row.no


ROADS = [
    ((), (0, 2)),
    (("issue_directive",), (0, 2)),
    (("issue_directive", "receive_report"), (0, 2)),
    (("issue_directive", "receive_report", "recheck_fail"), (0, 2)),
    (("issue_directive", "receive_report", "recheck_pass"), (2, 2)),
    (("issue_directive", "recheck_fail", "close"), (0, 2)),
    (("issue_directive", "recheck_pass", "close"), (2, 2)),
    (("issue_directive", "terminate"), (0, 0)),
]


@pytest.mark.parametrize(("verbs", "expected"), ROADS)
def test_what_checks_find_counts_until_a_recheck_passed(time: Clock, verbs: tuple[str, ...], expected) -> None:
    checked(*verbs)
    assert figure() == expected
    assert figure(START.date() - timedelta(days=1)) == (0, 0)


def test_corrected_last_year_is_gone_this_year(time: Clock) -> None:
    checked("issue_directive", "recheck_pass")
    checked("issue_directive")
    time.at = datetime.fromisoformat("2027-02-01T09:00:00+08:00")
    assert figure() == (0, 2)
    assert figure(date(2026, 12, 31)) == (2, 4)


def test_an_item_that_went_onto_the_list_is_counted_there(time: Clock) -> None:
    no = checked("issue_directive")
    actor = cast.actor("county")
    row = supervision_factory.queries.show(actor, no).check
    item = next(answer.item for answer in row.answers if answer.result == "not_ok")
    answer = supervision_checks.report_hazard(actor, no, item, {"title": "门锁短接"})
    clue = db.session.get_one(Hazard, answer.hazard_id)
    assert figure() == (0, 2)  # a clue is still the check's
    move("county-leader", move("county2", clue, "submit", suggested_clause="4.6b"), "recognise")
    assert figure() == (0, 2)
    with transaction():
        supervision_checks.advance(actor, row, "recheck_pass")
    assert figure() == (1, 2)  # the other item; what is on the list is closed there


def test_a_county_sees_its_own(time: Clock) -> None:
    walk(reported(), "LISTED")
    checked()
    assert figure(login="county") == (0, 3)
    assert figure(login="dangshan") == (0, 0)
