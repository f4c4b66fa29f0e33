"""The filling decision table: every rule hit, missed by one unit, and denied when its fact is missing."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import filling, filling_conditions, tables
from registry.rules.filling import FIRST_RULES, RELEASE, facts_of, judge
from registry.rules.filling_conditions import CONDITIONS, Context
from registry.rules.filling_facts import FillingFacts
from tests.rules.filling_cases import ALLIED, BEFORE, CASES, CNG, DAY, GOOD, NEW, OXYGEN, TODAY, D

ROWS = {row["rule"]: row for row in tables.load("filling_rules")}


def alone(rule: str, facts: FillingFacts):
    """The findings of one rule asked by itself."""
    return judge(facts, TODAY, rules=[rule], stage=ROWS[rule]["stage"]).verdict.findings


@pytest.mark.parametrize(("rule", "base", "hits", "misses", "lacks"), CASES)
def test_every_rule_hits_misses_and_denies_what_it_does_not_know(rule, base, hits, misses, lacks):
    row = ROWS[rule]
    (found,) = alone(rule, replace(base, **hits))
    assert (found.rule, found.severity, found.code) == (rule, row["severity"], row["code"])
    assert found.basis == row["basis"]
    assert "{" not in found.text + found.text_en
    assert not found.text.startswith("未知事项")
    if hits or misses:
        assert alone(rule, replace(base, **misses)) == ()
    if lacks is not None:
        (unknown,) = alone(rule, replace(base, **lacks))
        assert unknown.severity == row["severity"]
        assert unknown.text.startswith("未知事项")
        assert "{" not in unknown.text + unknown.text_en


def test_every_rule_has_a_row_a_condition_and_a_case():
    assert set(ROWS) == set(CONDITIONS) == {case[0] for case in CASES}
    assert list(FIRST_RULES) == list(ROWS)[:18]
    for row in ROWS.values():
        assert None not in row.values()
        assert row["basis"]
        assert row["certainty"] in {"C", "K1", "K2", "G"}
        assert date.fromisoformat(row["since"])


@pytest.mark.parametrize("facts", [GOOD, OXYGEN, CNG, NEW], ids=["lpg", "oxygen", "cng", "new"])
def test_a_good_cylinder_is_allowed_by_all_rules(facts):
    found = judge(facts, TODAY)
    assert found.verdict.findings == ()
    assert (found.answer, found.code, found.allowed) == ("allow", "00", True)


def test_limits_of_an_allowed_filling():
    found = judge(GOOD, TODAY)
    assert (found.max_kg, found.stop_at_kg, found.max_pressure_mpa) == (D("14.9"), D("31.0"), None)
    assert judge(replace(GOOD, nominal_fill_kg=None), TODAY).stop_at_kg == D("31.4")
    assert judge(replace(GOOD, nominal_fill_kg=D(20)), TODAY).stop_at_kg == D("31.4")
    assert judge(replace(GOOD, tare_kg=None), TODAY, rules=FIRST_RULES).stop_at_kg is None
    assert judge(OXYGEN, TODAY).max_pressure_mpa == D(15)
    assert judge(replace(GOOD, volume_l=D(0)), TODAY, rules=FIRST_RULES).max_kg is None


def test_a_denied_filling_gives_no_number_to_the_gun():
    found = judge(replace(GOOD, next_due=TODAY - DAY), TODAY)
    assert (found.max_kg, found.stop_at_kg, found.max_pressure_mpa) == (None, None, None)


def test_the_code_is_that_of_the_worst_and_first_finding():
    bad = replace(GOOD, next_due=TODAY - DAY, service_end=TODAY - DAY, gun_medium="oxygen", seen_elsewhere=True)
    found = judge(bad, TODAY)
    assert [f.rule for f in found.verdict.findings] == ["R08", "R11", "R17", "R28"]
    assert found.code == "04"
    assert judge(replace(GOOD, seen_elsewhere=True), TODAY).code == "02"


def test_an_ally_is_filled_with_code_09_and_other_warnings_keep_00():
    assert (judge(ALLIED, TODAY).code, judge(ALLIED, TODAY).answer) == ("09", "warn")
    warned = judge(replace(GOOD, residual_kg=D(2)), TODAY)
    assert (warned.answer, warned.code, warned.allowed) == ("warn", "00", True)
    assert warned.stop_at_kg == D("31.0")


def test_an_unknown_code_does_not_ask_for_the_facts_of_a_cylinder_nobody_knows():
    for status, code in (("unknown", "01"), ("bad_check", "01")):
        found = judge(FillingFacts(code_status=status), TODAY)
        assert (found.answer, found.code, len(found.verdict.findings)) == ("block", code, 1)
    hits = judge(FillingFacts(code_status="unknown", station_suspended=True), TODAY).verdict.findings
    assert [f.rule for f in hits] == ["R02", "R16"]
    assert not judge(FillingFacts(code_status="unknown"), TODAY, rules=["R08", "R18"]).allowed


def test_nothing_known_is_denied_by_every_blocking_rule():
    found = judge(FillingFacts(), TODAY)
    named = {f.rule for f in found.verdict.findings if f.severity == "block"}
    assert named == {r for r, row in ROWS.items() if row["severity"] == "block" and row["stage"] == "fill"}
    assert found.code == "01"


def test_missing_facts_are_named_in_both_languages():
    (found,) = alone("R10", replace(GOOD, last_filled_on=None, interval_years=None))
    assert "最近一次充装日期、检验周期" in found.text
    assert "day of the last fill, inspection interval" in found.text_en


def test_vehicle_and_lpg_facts_are_not_demanded_of_other_kinds():
    bare = replace(OXYGEN, purchased_on=None, threaded_shield=None, dme_percent=None, gas_batch_tested=None)
    bare = replace(bare, certified_present=None, residual_kg=None, passengers_aboard=None, tare_kg=None)
    assert judge(bare, TODAY).answer == "allow"


@pytest.mark.parametrize("rule", sorted(ROWS))
def test_an_error_inside_a_rule_blocks(rule, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(CONDITIONS, rule, broken)
    base = CNG if rule == "R40" else BEFORE if rule == "R18" else NEW
    found = judge(base, TODAY, rules=[rule], stage=ROWS[rule]["stage"])
    assert (found.answer, found.verdict.worst) == ("block", "block")
    assert {found.code, found.verdict.findings[0].code} & {"00", "09"} == set()


def test_wrongly_typed_facts_block_rather_than_pass():
    assert judge(replace(GOOD, next_due="2027-04-30"), TODAY, rules=["R08"]).answer == "block"
    assert judge(replace(GOOD, station_media=3), TODAY, rules=["R15"]).answer == "block"


def test_without_a_rule_in_force_nothing_is_filled():
    for found in (judge(GOOD, date(2014, 12, 31)), judge(GOOD, TODAY, rules=[])):
        assert (found.answer, found.code) == ("block", "02")


def test_an_old_day_is_judged_by_the_rules_of_that_day():
    facts = replace(NEW, electronic_mark=None, daily_check_open=None)
    rules = {f.rule for f in judge(facts, date(2021, 5, 31)).verdict.findings}
    assert not {"R19", "R38"} & rules
    assert "R19" in {f.rule for f in judge(facts, date(2021, 6, 1)).verdict.findings}


def test_an_office_may_raise_what_the_table_offers_and_nothing_else():
    short = replace(GOOD, certified_present=2)
    assert judge(short, TODAY).answer == "warn"
    assert judge(short, TODAY, severities={"R26": "block"}).answer == "block"
    assert judge(replace(GOOD, seen_elsewhere=True), TODAY, severities={"R28": "warn"}).answer == "warn"
    assert judge(short, TODAY, limits={"R26": {"persons": D(2)}}).answer == "allow"
    for wrong in ({"R08": "warn"}, {"R14": "info"}, {"R99": "warn"}, {"R26": "info"}):
        with pytest.raises(ValueError, match="R"):
            judge(GOOD, TODAY, severities=wrong)
    with pytest.raises(ValueError, match="R99"):
        judge(GOOD, TODAY, rules=["R99"])
    with pytest.raises(ValueError, match="limit"):
        judge(GOOD, TODAY, limits={"R26": {"people": D(2)}})


def test_release_after_filling():
    assert judge(GOOD, TODAY, stage=RELEASE).code == "00"
    over = judge(replace(GOOD, reweigh_net_kg=D("15.2"), leak_found=True), TODAY, stage=RELEASE)
    assert [f.rule for f in over.verdict.findings] == ["R51", "R53", "R52"]
    assert over.code == "02"


class Spy:
    """Facts that remember which of their fields were read."""

    def __init__(self, facts: FillingFacts) -> None:
        self._facts, self.read = facts, set()

    def __getattr__(self, name: str) -> object:
        self.read.add(name)
        return getattr(self._facts, name)


@pytest.mark.parametrize(("rule", "base", "hits", "misses", "lacks"), CASES)
def test_a_condition_reads_only_the_facts_its_row_declares(rule, base, hits, misses, lacks):
    row = ROWS[rule]
    declared = {*row["needs"].split(), *row["may_need"].split()} | ({"kind"} if row["kinds"] else set())
    condition: Callable = CONDITIONS[rule]
    for change in (hits, misses):
        spy = Spy(replace(base, **change))
        condition(spy, Context(TODAY, date.fromisoformat(row["since"]), filling.row_limits(row)))
        assert spy.read <= declared | {"medium"} if rule == "R11" else spy.read <= declared


def test_every_field_has_a_name_and_a_rule():
    names = {row["fact"] for row in tables.load("filling_facts")}
    assert names == {f.name for f in fields(FillingFacts)}
    assert {*facts_of(None, TODAY)} == names
    assert "kind" in facts_of(["R18"], TODAY)
    assert facts_of(["R01"], TODAY) == ("code_status",)


WORSE = [(rule, base, hits) for rule, base, hits, _, _ in CASES if hits and base is GOOD]
BLOCKING = [case for case in WORSE if ROWS[case[0]]["severity"] != "warn" and ROWS[case[0]]["stage"] == "fill"]


@given(st.data())
def test_no_further_fact_turns_a_denial_into_an_allowance(data):
    """What a hit denies stays denied whatever else is true, false or unknown, unless the hit itself is gone."""
    rule, base, hits = data.draw(st.sampled_from(BLOCKING))
    others = data.draw(st.lists(st.sampled_from(WORSE), max_size=4))
    needed = {*facts_of([rule], TODAY)}
    facts = replace(base, **hits)
    for _, _, more in others:
        facts = replace(facts, **{name: value for name, value in more.items() if name not in needed})
    for name in data.draw(st.sets(st.sampled_from([f.name for f in fields(FillingFacts)]), max_size=5)):
        facts = replace(facts, **{name: None})
    found = judge(facts, TODAY)
    assert not found.allowed
    assert found.code not in ("00", "09")


@given(st.sets(st.sampled_from(sorted(r for r in ROWS if ROWS[r]["stage"] == "fill"))), st.data())
def test_asking_more_rules_never_opens_a_gun(rules, data):
    _, base, hits = data.draw(st.sampled_from(WORSE))
    facts = replace(base, **hits)
    if not judge(facts, TODAY, rules=rules).allowed and rules:
        assert not judge(facts, TODAY).allowed


def test_need_is_the_only_way_a_missing_fact_is_noticed():
    with pytest.raises(filling_conditions.NotKnown, match="kind"):
        filling_conditions.need(None, "kind")
    assert filling_conditions.need(False, "kind") is False
