"""The clocks of an accident with their boundary moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from registry.rules import accident_case as rules

ON = date(2026, 11, 29)
TOLD = datetime.fromisoformat("2026-11-03T09:00:00+08:00")


def plain_last_day(begun: date, days: int) -> datetime:
    end = begun + timedelta(days=days + 1)
    return datetime(end.year, end.month, end.day, tzinfo=TOLD.tzinfo)


def clocks(more_days: int = 0, **hours: float) -> dict[str, rules.Clock]:
    moments = {"told": TOLD, **{name: TOLD + timedelta(hours=after) for name, after in hours.items()}}
    return {one.step: one for one in rules.clocks(moments, more_days, ON, plain_last_day)}


LATE = [
    ("receive", {"receive": 1}, False),
    ("receive", {"receive": 1.001}, True),
    ("report_county", {"receive": 1, "report_county": 3}, False),
    ("report_county", {"receive": 1, "report_county": 3.001}, True),
    ("report_city", {"receive": 1, "report_county": 2, "report_city": 4}, False),
    ("report_city", {"receive": 1, "report_county": 2, "report_city": 4.001}, True),
    ("enter_system", {"receive": 0, "report_county": 1, "enter_system": 25}, False),
    ("enter_system", {"receive": 0, "report_county": 1, "enter_system": 25.001}, True),
    ("send_people", {"receive": 0, "send_people": 400}, False),
    ("file_report", {"form_team": 0, "file_report": 24 * 60 + 14.9}, False),
    ("file_report", {"form_team": 0, "file_report": 24 * 60 + 15.1}, True),
    ("send_report", {"approve": 0, "send_report": 24 * 15 + 14.9}, False),
    ("send_report", {"approve": 0, "send_report": 24 * 15 + 15.1}, True),
    ("pass_up", {"approve": 0, "pass_up": 24 * 30 + 15.1}, True),
]


@pytest.mark.parametrize(("step", "hours", "late"), LATE)
def test_each_step_has_its_time(step: str, hours: dict[str, float], late: bool) -> None:
    assert clocks(**hours)[step].late(TOLD) is late


def test_what_is_not_done_becomes_late_by_itself_and_what_has_not_begun_does_not() -> None:
    found = clocks(receive=1)
    assert not found["report_county"].late(TOLD + timedelta(hours=3))
    assert found["report_county"].late(TOLD + timedelta(hours=3, seconds=1))
    assert found["report_county"].waits()
    assert not found["pass_up"].waits()
    assert not found["pass_up"].late(TOLD + timedelta(days=400))


def test_an_extension_moves_the_end_of_the_investigation_alone() -> None:
    assert clocks(more_days=30, form_team=0)["file_report"].due == plain_last_day(TOLD.date(), 90)
    assert clocks(more_days=30, approve=0)["pass_up"].due == plain_last_day(TOLD.date(), 30)


FOLLOW_UPS = [(1, 25, False), (1, 25.001, True), (24 * 30, 24 * 32, True), (24 * 30 + 0.1, 24 * 40, False)]


@pytest.mark.parametrize(("changed", "done", "late"), FOLLOW_UPS)
def test_a_change_of_casualties_is_reported_within_a_day(changed: float, done: float, late: bool) -> None:
    at = [TOLD + timedelta(hours=hours) for hours in (changed, done)]
    assert rules.follow_up_late(*at, TOLD, ON) is late


def test_every_move_leads_to_a_state_and_every_open_state_goes_on() -> None:
    for move in rules.MOVES:
        assert {move.source, move.target} <= set(rules.STATES)
    for state in rules.OPEN_STATES:
        assert any(move.target != state for move in rules.moves_from(state))


def test_who_is_responsible() -> None:
    held = [rules.is_responsible(name, ON) for name in ("full", "main", "secondary", "none")]
    assert held == [True, True, True, False]
