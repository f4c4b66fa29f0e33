"""Kinds of notices, quiet hours, the moment of the digest, and what no title may hold."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.notice_links import PAGES
from registry.actor import ROLES
from registry.audit import ACTS
from registry.permissions import PERMISSIONS
from registry.queries.notice_events import CLOCKS, DUES
from registry.queries.notice_subjects import SUBJECTS
from registry.rules import notices as rules

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 3)
KINDS = rules.kinds(DAY)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


QUIET = [
    # from, to, now, until
    ("22:00", "07:00", "2026-11-03 21:59", None),
    ("22:00", "07:00", "2026-11-03 22:00", "2026-11-04 07:00"),
    ("22:00", "07:00", "2026-11-03 23:59", "2026-11-04 07:00"),
    ("22:00", "07:00", "2026-11-04 00:00", "2026-11-04 07:00"),
    ("22:00", "07:00", "2026-11-04 06:59", "2026-11-04 07:00"),
    ("22:00", "07:00", "2026-11-04 07:00", None),
    ("12:00", "14:00", "2026-11-03 11:59", None),
    ("12:00", "14:00", "2026-11-03 12:00", "2026-11-03 14:00"),
    ("12:00", "14:00", "2026-11-03 13:59", "2026-11-03 14:00"),
    ("12:00", "14:00", "2026-11-03 14:00", None),
    ("08:00", "08:00", "2026-11-03 08:00", None),
    ("00:00", "06:00", "2026-11-03 00:00", "2026-11-03 06:00"),
    ("18:00", "00:00", "2026-12-31 18:00", "2027-01-01 00:00"),
    ("18:00", "00:00", "2026-11-03 00:00", None),
]


@pytest.mark.parametrize(("start", "end", "now", "until"), QUIET)
def test_quiet_hours_at_their_bounds(start, end, now, until) -> None:
    found = rules.quiet_until(at(now), rules.minutes(start), rules.minutes(end))
    assert found == (at(until) if until else None)


def test_without_quiet_hours_nothing_waits() -> None:
    assert rules.quiet_until(at("2026-11-03 03:00"), None, None) is None
    assert rules.quiet_until(at("2026-11-03 03:00"), 5, None) is None


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_what_waits_goes_at_the_first_minute_that_is_not_quiet(start, end, minute) -> None:
    now = at("2026-11-03 00:00") + timedelta(minutes=minute)
    until = rules.quiet_until(now, start, end)
    if until is None:
        return
    assert now < until <= now + timedelta(days=1)
    assert rules.quiet_until(until, start, end) is None
    assert rules.quiet_until(until - timedelta(minutes=1), start, end) == until


@pytest.mark.parametrize(
    ("now", "hour", "due"),
    [
        ("2026-11-03 07:59", 8, "2026-11-02 08:00"),
        ("2026-11-03 08:00", 8, "2026-11-03 08:00"),
        ("2026-11-03 23:59", 8, "2026-11-03 08:00"),
        ("2026-11-04 00:00", 0, "2026-11-04 00:00"),
        ("2027-01-01 07:00", 8, "2026-12-31 08:00"),
    ],
)
def test_a_digest_is_due_at_its_hour(now, hour, due) -> None:
    assert rules.digest_moment(at(now), hour) == at(due)


def test_pauses_grow_and_end() -> None:
    pauses = [rules.pause(attempts) for attempts in range(1, rules.MOST_ATTEMPTS)]
    assert all(later > sooner for sooner, later in itertools.pairwise(pauses))
    assert rules.pause(rules.MOST_ATTEMPTS) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("报告人13955700001电梯困人", "报告人***电梯困人"),
        ("电话 139 5570 0001", "电话 ***"),
        ("座机0557-3021234", "座机***"),
        ("身份证34220119800101123X", "身份证***"),
        ("+86 13955700001", "***"),
        ("HZ202611030001 1号梯", "HZ202611030001 1号梯"),
        ("ZD341302202600001", "ZD341302202600001"),
    ],
)
def test_titles_carry_no_telephone_and_identity_numbers(text, told) -> None:
    assert rules.without_personal(text) == told


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("7:05", 425), ("23:59", 1439), ("22：30", 1350)])
def test_a_time_of_day(text, minute) -> None:
    assert rules.minutes(text) == minute


@pytest.mark.parametrize("text", ["24:00", "12:60", "noon", "", "12", "-1:00"])
def test_no_time_of_day(text) -> None:
    with pytest.raises(ValueError, match="|".join([".*"])):
        rules.minutes(text)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_can_be_made_and_read(kind) -> None:
    assert kind.subject in SUBJECTS
    assert kind.subject in PAGES
    assert kind.permission in PERMISSIONS
    assert kind.roles
    assert kind.roles <= set(ROLES)
    assert kind.roles <= PERMISSIONS[kind.permission], "a role that would never be told"
    if kind.act:
        assert kind.act in ACTS
    else:
        assert (kind.key in CLOCKS) if kind.days is None else (kind.key in DUES)
    assert not kind.verbs or {"verb", "kind"} & ACTS[kind.act]
    if kind.side:
        assert hasattr(SUBJECTS[kind.subject].model, kind.side)
    for language in ("zh", "en"):
        text = kind.text(language, "X-1", DAY)
        assert "{" not in text
        assert kind.key == "station_stopped" or "X-1" in text


def test_every_due_has_its_kind() -> None:
    assert set(DUES) == {kind.key for kind in KINDS.values() if kind.days is not None}
    assert set(PAGES) == set(SUBJECTS)
