"""Maintenance after T5002: items per cycle, the schedule's edges, answers."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import maintenance, tables
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import CYCLES, Answer, Item, check_answers, items_for, plan

ON = date(2026, 11, 22)

CUMULATIVE = {
    "A": (31, 44, 59, 76),
    "B": (30, 43, 52, 66),
    "C": (20, 28, 38, 52),
    "D": (33, 38, 50, 63),
}


@pytest.mark.parametrize("kind", [k for k in ELEVATOR_KINDS.values() if k.annex], ids=lambda k: k.id)
def test_each_cycle_includes_the_shorter_ones(kind) -> None:
    found = [items_for(kind.id, cycle, ON) for cycle in CYCLES]
    assert tuple(map(len, found)) == CUMULATIVE[kind.annex]
    for shorter, longer in pairwise(found):
        assert set(shorter) < set(longer)
    assert all(item.annex == kind.annex for item in found[-1])


def test_the_four_annexes_have_257_items_with_codes_of_their_own() -> None:
    rows = tables.load("maintenance_items")
    assert len({row["code"] for row in rows}) == len(rows) == 257
    for row in rows:
        number = CYCLES.index(row["cycle"]) + 1
        assert row["code"] == f"{row['annex']}-{number}-{int(row['seq']):02d}"
        assert row["judge"] in maintenance.JUDGES
        assert row["name_en"].isascii()
        assert row["requirement_en"]


@pytest.mark.parametrize("kind", ["explosion_proof", "firefighter"])
def test_custom_kinds_follow_their_makers_items_only(kind) -> None:
    assert items_for(kind, "year", ON) == ()
    assert plan(kind, {}, ON, ON).needs_items
    own = (Item("X-1", "", "half_month", "x", "", "Q"), Item("X-2", "", "quarter", "y", "", "Q"))
    assert items_for(kind, "half_month", ON, own) == own[:1]
    assert items_for(kind, "quarter", ON, own) == own
    assert not plan(kind, {}, ON, ON, own).needs_items


def test_standard_kinds_ignore_makers_items() -> None:
    own = (Item("X-1", "", "half_month", "x", "", "Q"),)
    assert len(items_for("escalator", "half_month", ON, own)) == 33


LIMITS = [
    ("A-1-29", Decimal(7), None, "mm", "≥7 mm"),
    ("B-1-26", Decimal(7), None, "mm", "≥7 mm"),
    ("C-1-17", Decimal(5), None, "mm", "≥5 mm"),
    ("B-2-01", None, Decimal(170), "%", "≤170 %"),
    ("B-2-03", None, Decimal("2.3"), "x", "≤2.3 x"),
    ("D-2-01", Decimal(0), Decimal(2), "%", "0–2 %"),
    ("A-1-01", None, None, "", ""),
]


@pytest.mark.parametrize(("code", "low", "high", "unit", "printed"), LIMITS)
def test_limits_of_measured_items(code, low, high, unit, printed) -> None:
    item = next(item for item in maintenance.annex_items(code[0], ON) if item.code == code)
    assert (item.minimum, item.maximum, item.unit, item.limits) == (low, high, unit, printed)


def test_other_parameters_are_kept() -> None:
    items = {item.code: dict(item.params) for annex in "ABCD" for item in maintenance.annex_items(annex, ON)}
    assert items["D-2-05"] == {"season": "before_rain"}
    assert items["A-4-06"] == {"governor": "24m_or_12m_if_age_gt_15"}


START = date(2026, 1, 1)
DAY_EDGES = [
    # days after the last visit, overdue, soon
    (0, (), ()),
    (12, (), ()),
    (13, (), ("half_month",)),
    (14, (), ("half_month",)),
    (15, (), ("half_month",)),
    (16, ("half_month",), ()),
]


@pytest.mark.parametrize(("days", "overdue", "soon"), DAY_EDGES)
def test_day_fifteen_is_in_time_and_day_sixteen_is_not(days, overdue, soon) -> None:
    found = plan("traction_passenger", {"year": START}, START, START + timedelta(days=days))
    assert (found.overdue, found.soon) == (overdue, soon)
    assert found.due["half_month"] == START + timedelta(days=15)
    assert found.next_cycle == "half_month"


NEXT = [
    # last visit per cycle (days before), next cycle
    ({"half_month": 10}, 74, "half_month"),
    ({"half_month": 10}, 75, "quarter"),
    ({"half_month": 10, "quarter": 74}, 400, "year"),
    ({"half_month": 10, "quarter": 75, "year": 100}, 400, "quarter"),
    ({"half_month": 1, "half_year": 164, "quarter": 80, "year": 300}, 400, "quarter"),
    ({"half_month": 1, "half_year": 165, "quarter": 80, "year": 300}, 400, "half_year"),
    ({"half_month": 1, "quarter": 20, "half_year": 40, "year": 349}, 400, "half_month"),
    ({"half_month": 1, "quarter": 20, "half_year": 40, "year": 350}, 400, "year"),
    ({"year": 366}, 400, "year"),
    ({}, 0, "half_month"),
    ({}, 90, "quarter"),
    ({}, 400, "year"),
]


@pytest.mark.parametrize(("days_ago", "taken_over_days_ago", "cycle"), NEXT)
def test_the_next_visit_is_the_longest_cycle_that_presses(days_ago, taken_over_days_ago, cycle) -> None:
    last = {name: ON - timedelta(days=days) for name, days in days_ago.items()}
    found = plan("traction_passenger", last, ON - timedelta(days=taken_over_days_ago), ON)
    assert found.next_cycle == cycle
    assert found.items == items_for("traction_passenger", cycle, ON)


def test_a_longer_visit_counts_for_the_shorter_cycles() -> None:
    last = {"half_month": date(2026, 3, 1), "year": date(2026, 3, 10)}
    found = plan("escalator", last, date(2020, 1, 1), date(2026, 3, 12))
    assert dict(found.due) == {
        "half_month": date(2026, 3, 25),
        "quarter": date(2026, 6, 8),
        "half_year": date(2026, 9, 6),
        "year": date(2027, 3, 10),
    }


def test_leap_day_is_a_day() -> None:
    found = plan("escalator", {"half_month": date(2028, 2, 20)}, date(2028, 2, 20), date(2028, 3, 6))
    assert found.due["half_month"] == date(2028, 3, 6)
    assert found.overdue == ()


def test_an_unknown_cycle_or_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        plan("escalator", {"weekly": ON}, ON, ON)
    with pytest.raises(KeyError):
        items_for("rocket", "year", ON)


days_ago = st.integers(0, 800)


@given(st.dictionaries(st.sampled_from(CYCLES), days_ago), days_ago, days_ago)
def test_due_days_rise_with_rank_and_a_new_visit_never_makes_it_worse(last, taken_over, visit) -> None:
    known = {cycle: ON - timedelta(days=days) for cycle, days in last.items()}
    start = ON - timedelta(days=taken_over)
    found = plan("dumbwaiter", known, start, ON)
    assert set(found.overdue).isdisjoint(found.soon)
    assert set(found.overdue) == {cycle for cycle in CYCLES if (ON - found.due[cycle]).days > 0}
    better = plan("dumbwaiter", {**known, "year": max(ON, *known.values()) if known else ON}, start, ON)
    assert better.overdue == ()
    assert all(better.due[cycle] >= found.due[cycle] for cycle in CYCLES)


GOVERNORS = [
    ("traction_passenger", date(2011, 11, 22), 24),
    ("traction_passenger", date(2011, 11, 21), 12),
    ("hydraulic_passenger", date(1990, 1, 1), 24),
    ("dumbwaiter", date(1990, 1, 1), 60),
    ("escalator", date(1990, 1, 1), None),
    ("firefighter", date(1990, 1, 1), None),
]


@pytest.mark.parametrize(("kind", "made", "months"), GOVERNORS)
def test_governor_calibration(kind, made, months) -> None:
    assert maintenance.governor_calibration_months(kind, made, ON) == months


ITEMS = {item.code: item for item in items_for("traction_passenger", "year", ON)}
ANSWERS = [
    (Answer("A-1-01", "normal"), []),
    (Answer("A-1-01", "fixed"), []),
    (Answer("A-1-01", "abnormal"), ["M06"]),
    (Answer("A-1-01", "abnormal", note="  "), ["M06"]),
    (Answer("A-1-01", "abnormal", note="照明损坏"), []),
    (Answer("A-1-01", "na"), ["M07"]),
    (Answer("A-1-01", "na", note="无机房"), []),
    (Answer("A-1-01", "fine"), ["M05"]),
    (Answer("A-1-29", "normal"), ["M10"]),
    (Answer("A-1-29", "normal", Decimal(7)), []),
    (Answer("A-1-29", "normal", Decimal("6.99")), ["M08"]),
    (Answer("A-1-29", "fixed", Decimal("6.5")), ["M08"]),
    (Answer("A-1-29", "abnormal", Decimal("6.5"), "啮合不足"), ["M09"]),
    (Answer("A-1-29", "na", note="无层门"), []),
    (Answer("A-4-07", "normal"), ["M11"]),
    (Answer("A-4-07", "normal", photo=True), []),
    (Answer("A-4-07", "na", note="无此装置"), []),
]


@pytest.mark.parametrize(("answer", "rules"), ANSWERS)
def test_one_answer(answer, rules) -> None:
    assert [f.rule for f in check_answers([ITEMS[answer.item]], [answer], ON)] == rules


def test_a_complete_half_monthly_visit() -> None:
    items = items_for("traction_passenger", "half_month", ON)
    answers = [Answer(item.code, "normal", item.minimum, photo=item.judge == "T") for item in items]
    assert check_answers(items, answers, ON) == ()
    missing, twice, extra = answers[1:], [*answers, answers[0]], [*answers, Answer("A-2-01", "normal")]
    assert [f.rule for f in check_answers(items, missing, ON)] == ["M02"]
    assert [f.rule for f in check_answers(items, twice, ON)] == ["M03"]
    assert [(f.rule, f.severity) for f in check_answers(items, extra, ON)] == [("M04", "warn")]


def test_missing_items_are_named_in_both_languages() -> None:
    items = items_for("traction_passenger", "half_month", ON)
    (finding,) = check_answers(items, [], ON)
    assert finding.text == "有31项未填写：A-1-01、A-1-02、A-1-03、A-1-04、A-1-05等"
    assert finding.text_en == "31 items are not answered: A-1-01, A-1-02, A-1-03, A-1-04, A-1-05 …"
    assert finding.basis.startswith("TSG T5002")


def test_a_finding_names_its_item_in_both_languages() -> None:
    (finding,) = check_answers([ITEMS["A-1-29"]], [Answer("A-1-29", "normal", Decimal("6.5"))], ON)
    assert finding.text == "A-1-29“层门锁紧元件啮合长度”实测6.5mm，应≥7 mm，不能判为正常"
    assert finding.text_en == (
        "A-1-29 “Engagement of landing door locking elements” measured 6.5 mm, must be ≥7 mm: it cannot be normal"
    )


def test_no_items_cannot_be_a_complete_visit() -> None:
    assert [f.rule for f in check_answers([], [], ON)] == ["M01"]


def test_a_day_before_the_regulation_is_judged_by_its_first_edition() -> None:
    assert len(items_for("escalator", "year", date(2010, 1, 1))) == 63


SHARED = Path(__file__).parents[3] / "shared/domain/elevator_maintenance_items.csv"
COUNTS = {"A": (31, 13, 15, 17), "B": (30, 13, 9, 14), "C": (20, 8, 10, 14), "D": (33, 5, 12, 13)}


@pytest.mark.parametrize("annex", COUNTS)
def test_each_table_of_the_regulation_has_its_number_of_items(annex) -> None:
    items = maintenance.annex_items(annex, ON)
    assert tuple(sum(item.cycle == cycle for item in items) for cycle in CYCLES) == COUNTS[annex]


@pytest.mark.skipif(not SHARED.is_file(), reason="the published list is not beside this checkout")
def test_the_table_is_the_published_list() -> None:
    with SHARED.open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    ours = tables.load("maintenance_items")
    same = ("code", "annex", "cycle", "seq", "judge", "params")
    assert [[row[name] for name in same] for row in ours] == [[row[name] for name in same] for row in published]
    plain = str.maketrans("，；：（）", ",;:()")
    for row, other in zip(ours, published, strict=True):
        assert row["name_zh"].translate(plain) == other["name_zh"].translate(plain)
        requirement = row["requirement_zh"].translate(plain).replace("≥", ">=").replace("≤", "<=")
        assert requirement == other["requirement_zh_short"].translate(plain).replace("≥", ">=").replace("≤", "<=")


YEAR_EDGES = [
    # cycle, last done, due: every interval over a leap day and over a year's end
    ("half_month", date(2024, 2, 20), date(2024, 3, 6)),
    ("half_month", date(2023, 2, 20), date(2023, 3, 7)),
    ("quarter", date(2023, 12, 1), date(2024, 2, 29)),
    ("half_year", date(2023, 9, 2), date(2024, 2, 29)),
    ("year", date(2023, 3, 1), date(2024, 2, 29)),
    ("year", date(2024, 2, 29), date(2025, 2, 28)),
    ("year", date(2025, 3, 1), date(2026, 3, 1)),
]


@pytest.mark.parametrize(("cycle", "last", "due"), YEAR_EDGES)
def test_leap_years(cycle, last, due) -> None:
    found = plan("dumbwaiter", {cycle: last}, last, last)
    assert found.due[cycle] == due
    assert cycle not in plan("dumbwaiter", {cycle: last}, last, due).overdue
    assert cycle in plan("dumbwaiter", {cycle: last}, last, due + timedelta(days=1)).overdue


CYCLE_EDGES = [("half_month", 15), ("quarter", 90), ("half_year", 180), ("year", 365)]


@pytest.mark.parametrize(("cycle", "days"), CYCLE_EDGES)
def test_every_cycle_presses_two_weeks_ahead_and_is_soon_two_days_ahead(cycle, days) -> None:
    due = ON
    for ahead, soon, overdue in ((3, False, False), (2, True, False), (0, True, False), (-1, False, True)):
        on = due - timedelta(days=ahead)
        found = plan("dumbwaiter", {cycle: due - timedelta(days=days)}, due - timedelta(days=days), on)
        assert found.due[cycle] == due
        assert (cycle in found.soon, cycle in found.overdue) == (soon, overdue)


TAKEN_OVER = [
    # days since the take-over, states of half_month and quarter
    (14, (), "half_month"),
    (15, (), "half_month"),
    (16, ("half_month",), "half_month"),
    (75, ("half_month",), "quarter"),
    (91, ("half_month", "quarter"), "quarter"),
    (366, CYCLES, "year"),
]


@pytest.mark.parametrize(("days", "overdue", "cycle"), TAKEN_OVER)
def test_nothing_done_since_the_take_over(days, overdue, cycle) -> None:
    found = plan("traction_freight", {}, ON - timedelta(days=days), ON)
    assert (found.overdue, found.next_cycle) == (overdue, cycle)


def test_the_visits_of_the_company_before_count() -> None:
    found = plan("traction_freight", {"year": ON - timedelta(days=20)}, ON - timedelta(days=3), ON)
    assert found.due["half_month"] == ON - timedelta(days=5)


def test_the_work_types_of_national_formats() -> None:
    names = {cycle.id: cycle.work_type for cycle in maintenance.cycles(ON).values()}
    assert names == {"half_month": "HM", "quarter": "TM", "half_year": "SM", "year": "OY"}
