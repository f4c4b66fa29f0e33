"""Paperless maintenance: which evidence decides, which only warns, and the edges of each limit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from registry.rules import paperless
from registry.rules.maintenance import CYCLES, Answer, check_answers, items_for
from registry.rules.paperless import LEGAL_TIME, VisitFacts, counts, default_parameters, judge

IN = datetime(2026, 11, 20, 9, 0, tzinfo=LEGAL_TIME)
OUT = IN + timedelta(minutes=45)
COMPLETE = VisitFacts(
    cycle="half_month",
    check_in_at=IN,
    check_out_at=OUT,
    check_in_metres=12.0,
    check_out_metres=15.0,
    check_in_photo=True,
    workers=2,
    second_worker_seconds=60,
    signatures=2,
    signatures_expected=2,
    confirmed_at=OUT + timedelta(hours=2),
    contract_valid=True,
    certificates_valid=True,
    received_at=OUT + timedelta(minutes=1),
)


def rules(facts: VisitFacts, parameters: dict[str, int] | None = None) -> list[str]:
    return sorted(finding.rule for finding in judge(facts, parameters).findings)


@pytest.mark.parametrize("cycle", CYCLES)
def test_complete_evidence_counts_and_finds_nothing(cycle) -> None:
    verdict = judge(replace(COMPLETE, cycle=cycle))
    assert verdict.findings == ()
    assert counts(verdict)


CASES = [
    # change, rules, counts
    ({"check_in_at": None}, ["P01"], False),
    ({"contract_valid": False}, ["P02"], False),
    ({"certificates_valid": False}, ["P03"], False),
    ({"check_in_metres": None}, ["P04"], False),
    ({"check_in_metres": 200.0}, [], True),
    ({"check_in_metres": 200.1}, ["P05"], False),
    ({"check_in_metres": None, "check_out_metres": None, "elevator_has_place": False}, [], True),
    ({"check_in_metres": 9999.0, "elevator_has_place": False}, [], True),
    ({"check_in_photo": False}, ["P06"], False),
    ({"photo_reused": True}, ["P07"], False),
    ({"workers": 1}, ["P08"], True),
    ({"second_worker_seconds": None}, ["P09"], True),
    ({"second_worker_seconds": 1800}, [], True),
    ({"second_worker_seconds": 1801}, ["P10"], True),
    ({"second_worker_seconds": -1801}, ["P10"], True),
    ({"second_worker_metres": 200.0}, [], True),
    ({"second_worker_metres": 201.0}, ["P11"], True),
    ({"signatures": 1}, ["P12"], False),
    ({"workers": 1, "signatures": 1, "signatures_expected": 1}, ["P08", "P12"], False),
    ({"workers": 3, "signatures_expected": 3}, ["P12"], False),
    ({"check_out_at": None}, ["P13"], False),
    ({"check_out_metres": None}, ["P14"], False),
    ({"check_out_metres": 201.0}, ["P15"], False),
    ({"check_out_at": IN - timedelta(seconds=1)}, ["P16"], False),
    ({"check_out_at": IN + timedelta(minutes=30)}, [], True),
    ({"check_out_at": IN + timedelta(minutes=29, seconds=59)}, ["P17"], False),
    ({"confirmed_at": None}, ["P18"], False),
    ({"confirmer_is_worker": True}, ["P19"], False),
    ({"confirmer_phone_is_workers": True}, ["P20"], False),
    ({"confirmed_at": OUT + timedelta(hours=24)}, [], True),
    ({"confirmed_at": OUT + timedelta(hours=24, seconds=1)}, ["P21"], True),
    ({"confirmed_at": OUT}, [], True),
    ({"confirmed_at": OUT - timedelta(seconds=1)}, ["P22"], False),
    ({"received_at": OUT + timedelta(hours=72)}, [], True),
    ({"received_at": OUT + timedelta(hours=72, seconds=1)}, ["P23"], True),
    ({"received_at": None}, [], True),
    ({"voided": True}, ["P24"], False),
    ({"blocking_anomaly": True}, ["P25"], False),
]


@pytest.mark.parametrize(("change", "expected", "counted"), CASES)
def test_one_gap_in_the_evidence(change, expected, counted) -> None:
    facts = replace(COMPLETE, **change)
    assert rules(facts) == expected
    assert counts(judge(facts)) is counted


def test_every_rule_of_the_table_has_a_case() -> None:
    table = {row["rule"] for row in paperless.edition("paperless_steps", IN.date())}
    assert {rule for _, expected, _ in CASES for rule in expected} == table


def test_an_empty_visit_is_told_everything_that_is_missing() -> None:
    verdict = judge(VisitFacts(cycle="year"))
    assert sorted(f.rule for f in verdict.findings) == ["P01", "P02", "P03", "P08", "P12", "P13", "P18"]
    assert [f.severity for f in verdict.findings] == ["block"] * 2 + ["hold"] * 4 + ["warn"]
    assert not counts(verdict)


PARAMETERS = [
    ({"check_in_metres": 60.0}, {"fence_m": 50}, ["P05"]),
    ({"check_in_metres": 300.0}, {"fence_m": 300}, []),
    ({"workers": 1, "signatures": 1, "signatures_expected": 1}, {"min_workers": 1}, []),
    ({"second_worker_seconds": 601}, {"second_worker_minutes": 10}, ["P10"]),
    ({}, {"min_minutes_half_month": 46}, ["P17"]),
    ({}, {"min_minutes_year": 46}, []),
    ({"check_out_at": IN}, {"min_minutes_half_month": 0}, []),
    ({}, {"confirmation_hours": 1}, ["P21"]),
    ({"received_at": OUT + timedelta(hours=2)}, {"late_hours": 1}, ["P23"]),
    ({}, {"something_else": 1}, []),
]


@pytest.mark.parametrize(("change", "parameters", "expected"), PARAMETERS)
def test_the_offices_parameters(change, parameters, expected) -> None:
    assert rules(replace(COMPLETE, **change), parameters) == expected


def test_defaults_cover_every_cycle() -> None:
    defaults = default_parameters(IN.date())
    assert defaults["fence_m"] == 200
    assert {f"min_minutes_{cycle}" for cycle in CYCLES} < set(defaults)


def test_the_day_of_a_visit_is_the_day_in_china() -> None:
    late = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert paperless.visit_day(replace(COMPLETE, check_in_at=late)) == date(2026, 11, 21)


def test_moments_of_different_offsets_are_the_same_moment() -> None:
    facts = replace(COMPLETE, check_out_at=OUT.astimezone(UTC))
    assert judge(facts).findings == ()


def test_answers_decide_too() -> None:
    items = items_for("escalator", "half_month", IN.date())
    findings = check_answers(items, [Answer(item.code, "normal") for item in items[1:]], IN.date())
    verdict = judge(replace(COMPLETE, answers=findings))
    assert [finding.rule for finding in verdict.findings] == ["M02"]
    assert not counts(verdict)


def test_a_missing_photo_of_a_test_does_not_decide() -> None:
    items = items_for("traction_passenger", "half_month", IN.date())
    answers = [Answer(item.code, "normal", item.minimum) for item in items]
    verdict = judge(replace(COMPLETE, answers=check_answers(items, answers, IN.date())))
    assert [finding.rule for finding in verdict.findings] == ["M11"]
    assert counts(verdict)


def test_texts_name_numbers_in_both_languages() -> None:
    (finding,) = judge(replace(COMPLETE, check_in_metres=350.4)).findings
    assert finding.text == "签到位置距电梯351米，超出200米"
    assert finding.text_en == "Checked in 351 m from the elevator, more than 200 m"


def test_unknown_cycle() -> None:
    with pytest.raises(KeyError):
        judge(replace(COMPLETE, cycle="weekly"))
