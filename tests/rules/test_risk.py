"""Graded risk and accident grades as tables of boundary values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.rules import accidents, risk, tables

ON = date(2026, 11, 29)
HOUSING = {"exposure": "housing", "consequence": "passenger"}
# Facts that give so many points, and what housing, public places and goods come to (§3.4).
POINTS = {0: {}, 2: {"age_years": 10}, 5: {"unregistered": True}, 8: {"no_contract": True}}
POINTS[12] = {"no_contract": True, "age_years": 15}
POINTS[17] = {"no_contract": True, "age_years": 15, "unregistered": True}
POINTS[18] = {"no_contract": True, "inspection_overdue_days": 91}
RESULTS = [
    ("housing", "passenger", 0, "18", "blue"),
    ("housing", "passenger", 2, "45", "blue"),
    ("housing", "passenger", 5, "90", "yellow"),
    ("housing", "passenger", 8, "180", "orange"),
    ("housing", "passenger", 12, "270", "orange"),
    ("housing", "passenger", 17, "540", "red"),
    ("public", "passenger", 0, "30", "blue"),
    ("public", "passenger", 2, "75", "yellow"),
    ("public", "passenger", 5, "150", "yellow"),
    ("public", "passenger", 8, "300", "orange"),
    ("public", "passenger", 12, "450", "red"),
    ("plant", "goods", 12, "63", "blue"),
    ("plant", "goods", 17, "126", "yellow"),
    ("plant", "goods", 18, "210", "orange"),
]


@pytest.mark.parametrize(("exposure", "consequence", "points", "score", "level"), RESULTS)
def test_the_published_results(exposure: str, consequence: str, points: int, score: str, level: str) -> None:
    found = risk.grade("elevator", {"exposure": exposure, "consequence": consequence, **POINTS[points]}, ON)
    assert (found.points, found.score, found.level) == (points, Decimal(score), level)


STATIONS = [
    ("flammable", {}, 0, "48", "blue"),
    ("flammable", {"flammable_or_toxic": True}, 0, "48", "yellow"),
    ("flammable", {"penalty_in_2_years": True}, 2, "120", "yellow"),
    ("flammable", {"accident_in_3_years": True}, 5, "240", "orange"),
    ("flammable", {"bad_fills_in_year": 2}, 8, "480", "red"),
    ("flammable", {"bad_fills_in_year": 9}, 8, "480", "red"),
    ("toxic", {}, 0, "120", "yellow"),
    ("toxic", {"no_drill_in_year": True}, 2, "300", "orange"),
    ("toxic", {"accident_in_3_years": True}, 5, "600", "red"),
    ("inert", {"sensitive_place": True}, 0, "48", "blue"),
    ("flammable", {"sensitive_place": True}, 0, "120", "yellow"),
    ("toxic", {"sensitive_place": True}, 0, "120", "yellow"),
    ("inert", {"filling_violation": True}, 0, "18", "red"),
]


@pytest.mark.parametrize(("consequence", "facts", "points", "score", "level"), STATIONS)
def test_stations(consequence: str, facts: dict, points: int, score: str, level: str) -> None:
    found = risk.grade("station", {"exposure": "one_shift", "consequence": consequence, **facts}, ON)
    assert (found.points, found.score, found.level) == (points, Decimal(score), level)


BOUNDS = [
    ("inspection_overdue_days", [(0, 0), (1, 4), (30, 4), (31, 7), (90, 7), (91, 10)]),
    ("age_years", [(9, 0), (10, 2), (14, 2), (15, 4), (19, 4), (20, 6)]),
    ("faults_in_year", [(2, 0), (3, 2), (5, 2), (6, 4), (10, 4), (11, 6)]),
    ("entrapments_in_year", [(0, 0), (1, 1), (2, 3), (3, 3), (4, 5)]),
    ("maintenance_late_days", [(0, 0), (1, 2), (7, 2), (8, 4), (30, 4), (31, 8)]),
    ("general_hazards", [(0, 0), (1, 1), (3, 3), (9, 3)]),
    ("severe_hazards", [(0, 0), (1, 5), (3, 15)]),
    ("checks_missing_percent", [(0, 0), ("0.01", 2), (5, 2), ("5.01", 4)]),
    ("untraced_percent", [(0, 0), (5, 1), ("5.01", 3), (10, 3), ("10.01", 5)]),
    ("overdue_percent", [(1, 0), ("1.01", 2), (5, 2), ("5.01", 4)]),
    ("calibrations_overdue", [(0, 0), (1, 3), (2, 6), (5, 6)]),
]


@pytest.mark.parametrize(("factor", "cases"), BOUNDS)
def test_each_factor_at_its_bounds(factor: str, cases: list) -> None:
    scope = next(row["scope"] for row in tables.load("risk_points") if row["factor"] == factor)
    where = HOUSING if scope == "elevator" else {"exposure": "one_shift", "consequence": "inert"}
    for value, points in cases:
        assert risk.grade(scope, {**where, factor: value}, ON).points == points, value


def test_good_marks_never_go_below_nothing_and_an_assessment_counts_from_15_years() -> None:
    assert risk.grade("elevator", {**HOUSING, "remote_monitoring": True}, ON).points == 0
    young = {**HOUSING, "age_years": 14, "assessment_passed": True}
    assert risk.grade("elevator", young, ON).points == 2
    assert risk.grade("elevator", {**young, "age_years": 15}, ON).points == 2


def test_floors_lift_and_are_kept_with_their_reason() -> None:
    found = risk.grade("elevator", {**HOUSING, "open_major_hazard": True, "open_severe_hazard": True}, ON)
    assert (found.score, found.level) == (Decimal(18), "red")
    assert [floor.fact for floor in found.floors] == ["open_major_hazard", "open_severe_hazard"]


def test_every_asked_fact_is_a_factor_or_a_floor_and_back() -> None:
    for scope in risk.SCOPES:
        named = {row["fact"] for row in tables.rows("risk_facts", ON) if row["scope"] == scope}
        used = {*risk.factors_of(scope, ON), *risk.floors_of(scope, ON)}
        assert named - {risk.SENSITIVE} == used


BANDS = [("lec", s, level) for s, level in (("320", "red"), ("319.9", "orange"), ("160", "orange"), ("159", "yellow"))]
BANDS += [("lec", "70", "yellow"), ("lec", "69.9", "blue"), ("lec", "0", "blue")]
BANDS += [
    ("ls", str(s), level) for s, level in ((25, "red"), (20, "red"), (16, "orange"), (15, "orange"), (12, "yellow"))
]
BANDS += [("ls", "9", "yellow"), ("ls", "8", "blue"), ("ls", "1", "blue")]


@pytest.mark.parametrize(("method", "score", "level"), BANDS)
def test_bands_count_their_lower_bound(method: str, score: str, level: str) -> None:
    assert risk.band(method, Decimal(score), ON) == level


def test_decimals_are_exact() -> None:
    assert risk.lec(Decimal("0.2"), Decimal(6), Decimal(15), ON) == (Decimal("18.0"), "blue")
    with pytest.raises(ValueError, match="1 to 5"):
        risk.ls(6, 1, ON)


GRADES = [
    ({}, "event"),
    ({"loss_yuan": 9_999}, "event"),
    ({"loss_yuan": 10_000}, "general"),
    ({"deaths": 1}, "general"),
    ({"deaths": 2}, "general"),
    ({"deaths": 3}, "larger"),
    ({"deaths": 9}, "larger"),
    ({"deaths": 10}, "major"),
    ({"deaths": 29}, "major"),
    ({"deaths": 30}, "extra_major"),
    ({"serious_injuries": 9}, "general"),
    ({"serious_injuries": 10}, "larger"),
    ({"serious_injuries": 50}, "major"),
    ({"serious_injuries": 100}, "extra_major"),
    ({"loss_yuan": 10_000_000}, "larger"),
    ({"loss_yuan": 50_000_000}, "major"),
    ({"loss_yuan": 100_000_000}, "extra_major"),
    ({"elevator_trapped_hours": "1.9"}, "event"),
    ({"elevator_trapped_hours": 2}, "general"),
    ({"vessel_exploded": True}, "larger"),
    ({"vessel_exploded": False}, "event"),
    ({"vessel_exploded": True, "deaths": 17}, "major"),
    ({"people_moved": 499}, "event"),
    ({"people_moved": 500}, "general"),
    ({"people_moved": 149_999}, "major"),
    ({"ropeway_stranded_hours": "3.5"}, "general"),
    ({"ride_stranded_hours": "0.9"}, "event"),
]


@pytest.mark.parametrize(("measures", "expected"), GRADES)
def test_the_grade_of_an_accident(measures: dict, expected: str) -> None:
    assert accidents.grade(measures, ON).grade == expected


def test_all_reasons_are_told_the_gravest_first() -> None:
    found = accidents.grade({"deaths": 17, "vessel_exploded": True}, ON)
    assert [reason.measure for reason in found.reasons] == ["deaths", "vessel_exploded"]
    asked = {row["measure"] for row in tables.rows("accident_measures", ON)}
    assert asked == set(accidents.measures_of(ON))
