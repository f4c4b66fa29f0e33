"""Quotas, key units, check lists and what a record of a supervision inspection needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registry.rules import hazards, tables
from registry.rules import supervision_checks as rules
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.supervision_checks import Answer, KeyFacts, Record

ON = date(2026, 11, 29)
ASKED = rules.items("maintenance", ON)
GOOD = Record(
    list_kind="maintenance",
    asked=ASKED,
    answers=tuple(Answer(item.code, "ok") for item in ASKED),
    inspectors=2,
    signed=2,
    unit_signed=True,
    facts="查看了维保记录",
)


@pytest.mark.parametrize(
    ("pool", "keys", "units", "wanted"),
    [(0, 0, 0, 0), (1, 0, 1, 0), (20, 0, 1, 0), (21, 0, 2, 0), (100, 3, 5, 2), (100, 40, 20, 20), (101, 1, 6, 1)],
)
def test_quota(pool, keys, units, wanted) -> None:
    found = rules.quota(pool, keys, ON)
    assert (found.units, found.keys) == (units, wanted)


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        (KeyFacts(), 0),
        (KeyFacts(places=("医院", "商场")), 1),
        (KeyFacts(accidents=1), 1),
        (KeyFacts(complaints=2), 0),
        (KeyFacts(complaints=3), 1),
        (KeyFacts(manual=("多次拒绝检查",)), 1),
        (KeyFacts(("学校",), 1, 5, ("群众反映集中",)), 4),
    ],
)
def test_key_units_say_why(facts, count) -> None:
    assert len(rules.key_reasons(facts, ON)) == count


def broken(**values) -> Record:
    return replace(GOOD, **values)


NOT_OK = (Answer("M01", "not_ok", "许可证已过期"), *GOOD.answers[1:])


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (broken(inspectors=1, signed=1), "SC1"),
        (broken(signed=1), "SC2"),
        (broken(unit_kinds={"escalator": 2, "dumbwaiter": 1}, checked=("dumbwaiter",)), "SC3 escalator"),
        (broken(answers=GOOD.answers[1:]), "SC4"),
        (broken(answers=(*GOOD.answers, GOOD.answers[0])), "SC4"),
        (broken(answers=(*GOOD.answers, Answer("X9", "ok"))), "SC5"),
        (broken(answers=(Answer("M01", "fine"), *GOOD.answers[1:])), "SC6 M01"),
        (broken(answers=(Answer("M01", "impossible"), *GOOD.answers[1:])), "SC7 M01"),
        (broken(facts=" "), "SC8"),
        (broken(answers=NOT_OK), "SC9"),
        (broken(answers=NOT_OK, problems="许可证过期"), "SC10"),
        (broken(measures=("other",)), "SC11"),
        (broken(refusal_note="拒签"), "SC12"),
        (broken(unit_signed=False), "SC13"),
        (broken(unit_signed=False, refusal_witness="居委会李某", refusal_photos=1), "SC14"),
        (broken(unit_signed=False, refusal_note="拒签", refusal_photos=1), "SC15"),
        (broken(unit_signed=False, refusal_note="拒签", refusal_witness="居委会李某"), "SC16"),
    ],
)
def test_what_stands_against_a_record(record, rule) -> None:
    verdict = rules.judge(record, ON)
    assert [finding.rule for finding in verdict.findings] == [rule]
    assert not verdict.allowed


@pytest.mark.parametrize(
    "record",
    [
        GOOD,
        broken(answers=NOT_OK, problems="许可证过期", measures=("directive",)),
        broken(unit_signed=False, refusal_note="拒签", refusal_witness="居委会李某", refusal_photos=1),
        broken(unit_kinds={"escalator": 2}, checked=("escalator",)),
    ],
)
def test_what_may_be_kept(record) -> None:
    assert rules.judge(record, ON).allowed


def test_items_for_escalators_are_asked_where_one_is_checked() -> None:
    asked = [item.code for item in rules.items("elevator_use", ON, ["escalator"])]
    assert "U13" in asked
    assert "U12" not in asked
    assert {"U13", "U14"}.isdisjoint(item.code for item in rules.items("elevator_use", ON, ["traction_passenger"]))


def test_items_name_kinds_and_clauses_that_exist() -> None:
    clauses = {clause.key for clause in hazards.clauses(ON)}
    sources = {source.source for source in hazards.sources(ON)}
    codes = [row["code"] for row in tables.load("supervision_items")]
    assert len(set(codes)) == len(codes)
    for name in rules.lists(ON):
        for item in rules.items(name, ON, ELEVATOR_KINDS):
            assert not item.hazard_key or item.hazard_key in clauses
            assert set(item.applies_to) <= set(ELEVATOR_KINDS)
    assert {kind.hazard_source for kind in rules.kinds(ON).values()} <= sources
