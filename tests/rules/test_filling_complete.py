"""The decision table has no row without its three cases: hit, missed by the smallest step, fact missing.

Also: no block, hold, doubt, order of facts or error ever turns a denial into leave to fill.
"""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules import tables
from registry.rules.cylinders import kind_matches
from registry.rules.filling import FILL, RELEASE, facts_of, judge
from registry.rules.filling_conditions import CONDITIONS
from registry.rules.filling_facts import FillingFacts
from tests.rules.filling_cases import ALLIED, CASES, CNG, DAY, FOREIGN, GOOD, NEW, OXYGEN, TODAY, D

ROWS = {row["rule"]: row for row in tables.load("filling_rules")}
TYPES = {row["fact"]: row["type"] for row in tables.load("filling_facts")}
GRAM, SECOND_OF_HOUR, MINUTE = D("0.001"), D(1) / 3600, D(1)


def hits(rule: str, facts: FillingFacts) -> bool:
    found = judge(facts, TODAY, rules=[rule], stage=ROWS[rule]["stage"]).verdict.findings
    return any(f.rule == rule and not f.text.startswith("未知事项") for f in found)


# rule, base, fact, the last value that passes, the first that hits: one day, gram, second or minute apart
EDGES = [
    ("R08", GOOD, "next_due", TODAY, TODAY - DAY),
    (
        "R10",
        replace(GOOD, last_inspected_on=date(2021, 1, 1)),
        "last_filled_on",
        date(2022, 11, 4),
        date(2022, 11, 3),
    ),
    (
        "R10",
        replace(GOOD, last_filled_on=date(2020, 1, 1)),
        "last_inspected_on",
        date(2020, 1, 2),
        date(2020, 1, 1),
    ),
    (
        "R10",
        replace(GOOD, last_filled_on=date(2023, 11, 3), last_inspected_on=date(2020, 1, 1)),
        "interval_years",
        4,
        3,
    ),
    ("R11", OXYGEN, "service_end", TODAY, TODAY - DAY),
    ("R11", replace(GOOD, service_end=date(2030, 11, 30), assessment_passed=False), "made", date(2018, 12, 1),
     date(2018, 11, 30)),
    ("R11", replace(GOOD, made=date(2018, 11, 1), service_end=date(2030, 10, 31), assessment_passed=False),
     "service_life_years", 9, 8),
    ("R12", replace(GOOD, assessment_passed=True), "made", date(2014, 12, 1), date(2014, 11, 30)),
    ("R15", GOOD, "station_licence_valid_until", TODAY, TODAY - DAY),
    ("R19", replace(NEW, electronic_mark=False), "made", date(2021, 5, 31), date(2021, 6, 1)),
    ("R20", replace(GOOD, filler_mark_embossed=False), "purchased_on", date(2021, 5, 31), date(2021, 6, 1)),
    ("R23", GOOD, "precheck_age_minutes", D(30), D(30) + D(1) / 60),
    ("R26", GOOD, "certified_present", 3, 2),
    ("R29", GOOD, "hours_since_last_fill", D(6), D(6) - SECOND_OF_HOUR),
    ("R29", OXYGEN, "hours_since_last_fill", D(2), D(2) - SECOND_OF_HOUR),
    ("R29", CNG, "hours_since_last_fill", D("0.5"), D("0.5") - SECOND_OF_HOUR),
    ("R30", GOOD, "gross_before_kg", D("16.2"), D("16.2") - GRAM),
    ("R30", GOOD, "tare_kg", D("16.5"), D("16.5") + GRAM),
    ("R33", GOOD, "residual_kg", D("1.0"), D("1.0") + GRAM),
    ("R34", GOOD, "target_total_kg", D("14.9"), D("14.9") + GRAM),
    ("R34", GOOD, "volume_l", D("35.48"), D("35.47")),
    ("R34", OXYGEN, "target_pressure_mpa", D(15), D("15.001")),
    ("R34", OXYGEN, "temperature_c", D(20), D("19.9")),
    ("R34", replace(OXYGEN, target_pressure_mpa=D("12.6")), "working_pressure_mpa", D(15), D("12.5")),
    ("R34", replace(GOOD, kind="acetylene", medium="acetylene", volume_l=D(40), target_total_kg=D("7.36")), "porosity",
     D("0.92"), D("0.919")),
    ("R35", GOOD, "dme_percent", D(0), D("0.0001")),
    ("R36", GOOD, "camera_offline_minutes", D(5), D(5) + D(1) / 60),
    ("R39", GOOD, "clock_skew_seconds", D(120), D(121)),
    ("R39", GOOD, "clock_skew_seconds", D(-120), D(-121)),
    ("R39", GOOD, "offline_cache_hours", D(24), D(24) + SECOND_OF_HOUR),
    ("R51", GOOD, "reweigh_net_kg", D("14.9"), D("14.9") + GRAM),
    ("R51", GOOD, "volume_l", D("35.48"), D("35.47")),
    ("R52", GOOD, "reweigh_net_kg", D("14.0"), D("14.0") - GRAM),
    ("R52", GOOD, "reweigh_net_kg", D("15.0"), D("15.0") + GRAM),
    ("R52", replace(GOOD, nominal_fill_kg=D(49)), "reweigh_net_kg", D("48.0"), D("48.0") - GRAM),
    ("R52", replace(GOOD, reweigh_net_kg=D(39)), "nominal_fill_kg", D("40.0"), D("39.999")),
    ("R55", replace(GOOD, postcheck_done=False), "hours_since_filling", D(2), D(2) + SECOND_OF_HOUR),
]  # fmt: skip
# What R51 needs of a fill by pressure or porosity can only be missing: it weighs LPG and DME.
ONLY_NAMED = {("R51", "working_pressure_mpa"), ("R51", "porosity"), ("R51", "temperature_c")}


@pytest.mark.parametrize(("rule", "base", "fact", "passes", "hit"), EDGES)
def test_the_smallest_step_decides(rule, base, fact, passes, hit):
    assert not hits(rule, replace(base, **{fact: passes}))
    assert hits(rule, replace(base, **{fact: hit}))


def test_every_measured_fact_has_its_edge():
    measured = {
        (rule, fact)
        for rule, row in ROWS.items()
        for fact in (row["needs"] + " " + row["may_need"]).split()
        if TYPES[fact] in ("day", "number")
    }
    assert {(rule, fact) for rule, _base, fact, _passes, _hit in EDGES} == measured - ONLY_NAMED


# What a rule may lack without answering itself, and who answers: the same fact blocks in another rule.
ANSWERED_BY = {"R14": "R13"}


@pytest.mark.parametrize("rule", sorted(ROWS))
def test_every_row_has_a_case_that_hits_one_that_misses_and_one_that_lacks(rule):
    cases = [case for case in CASES if case[0] == rule]
    assert any(hits(rule, replace(base, **hit)) for _, base, hit, _, _ in cases)
    assert any(misses != hit and not hits(rule, replace(base, **misses)) for _, base, hit, misses, _ in cases)
    if rule in ANSWERED_BY:
        return
    lacked = {fact for _, _, _, _, lacks in cases if lacks for fact, value in lacks.items() if value is None}
    assert lacked
    assert lacked <= {*facts_of([rule], TODAY)}


@pytest.mark.parametrize("fact", ["owner_is_station", "entrusted", "alliance_valid"])
def test_what_the_alliance_rule_lacks_the_owner_rule_demands(fact):
    found = judge(replace(ALLIED, alliance_valid=False) if fact != "alliance_valid" else FOREIGN, TODAY)
    assert not found.allowed
    assert not judge(replace(FOREIGN, **{fact: None}), TODAY).allowed


# ------------------------------------------------------------------ properties

NAMES = [f.name for f in fields(FillingFacts)]
FILL_ROWS = {rule: row for rule, row in ROWS.items() if row["stage"] == FILL}
HITS = [(rule, base, hit) for rule, base, hit, _, _ in CASES if ROWS[rule]["stage"] == FILL]
ORDER = {"allow": 0, "warn": 1, "hold": 2, "block": 3}
BASES = {"lpg": GOOD, "oxygen": OXYGEN, "cng": CNG, "ally": ALLIED, "new": NEW}


@st.composite
def situations(draw) -> FillingFacts:
    """Some cylinder at a gun, with any of the table's bad facts and some facts missing."""
    facts = BASES[draw(st.sampled_from(sorted(BASES)))]
    for _, _, hit in draw(st.lists(st.sampled_from(HITS), max_size=3)):
        facts = replace(facts, **hit)
    return replace(facts, **dict.fromkeys(draw(st.sets(st.sampled_from(NAMES), max_size=3))))


@settings(max_examples=60, deadline=None)
@given(situations(), st.sampled_from(sorted(NAMES)))
def test_knowing_less_never_opens_a_gun(facts, name):
    """What is denied stays denied when a fact is taken away, but for the fact that denied it by what it said."""
    before = judge(facts, TODAY)
    after = judge(replace(facts, **{name: None}), TODAY)
    needs = {rule for rule in FILL_ROWS if name in facts_of([rule], TODAY)}
    denied = [f for f in before.verdict.findings if f.severity in ("block", "hold")]
    if any(f.rule not in needs for f in denied):
        assert not after.allowed
    required = {rule for rule, row in FILL_ROWS.items() if name in row["needs"].split()}
    applies = {f.rule for f in after.verdict.findings}
    if any(ROWS[rule]["severity"] in ("block", "hold") and rule in applies for rule in required):
        assert not after.allowed


@settings(max_examples=60, deadline=None)
@given(situations(), st.data())
def test_one_more_hit_never_makes_the_answer_milder(facts, data):
    """Adding what hits a rule, without touching a fact of another rule's findings, only ever makes it worse."""
    rule, _, hit = data.draw(st.sampled_from(HITS))
    before = judge(facts, TODAY)
    touched = {r for name in hit for r in FILL_ROWS if name in facts_of([r], TODAY)}
    if touched & {f.rule for f in before.verdict.findings}:
        return
    after = judge(replace(facts, **hit), TODAY)
    assert ORDER[after.answer] >= ORDER[before.answer], rule


@settings(max_examples=60, deadline=None)
@given(situations(), st.sampled_from(["R26", "R27", "R28", "R29", "R30", "R33", "R36", "R37", "R38"]))
def test_a_stricter_office_never_allows_more(facts, rule):
    severest = ROWS[rule]["adjustable"].split()[-1]
    mild, strict = judge(facts, TODAY, severities={rule: "warn"}), judge(facts, TODAY, severities={rule: severest})
    assert ORDER[strict.answer] >= ORDER[mild.answer]


@settings(max_examples=60, deadline=None)
@given(situations(), st.permutations(sorted(FILL_ROWS)))
def test_the_order_in_which_rules_are_asked_says_nothing(facts, rules):
    asked, again = judge(facts, TODAY, rules=rules), judge(facts, TODAY)
    assert (asked.answer, asked.code, asked.max_kg) == (again.answer, again.code, again.max_kg)
    assert asked.verdict.findings == again.verdict.findings


@settings(max_examples=60, deadline=None)
@given(situations())
def test_answer_code_and_limits_agree(facts):
    found = judge(facts, TODAY)
    severities = {f.severity for f in found.verdict.findings}
    worst = next((s for s in ("block", "hold", "warn") if s in severities), "allow")
    assert found.answer == worst
    assert found.allowed is (worst in ("warn", "allow"))
    assert (found.code in ("00", "09")) is found.allowed
    if not found.allowed:
        assert (found.max_kg, found.max_pressure_mpa, found.stop_at_kg) == (None, None, None)
        denying = {f.code for f in found.verdict.findings if f.severity == worst}
        assert found.code in denying | {"02"}
    assert (found.code == "09") is (found.allowed and "R14" in {f.rule for f in found.verdict.findings})


@settings(max_examples=60, deadline=None)
@given(situations(), st.sampled_from(sorted(FILL_ROWS)))
def test_an_error_in_any_rule_never_allows(facts, rule):
    def broken(*_: object) -> None:
        raise RuntimeError

    kept = CONDITIONS[rule]
    try:
        CONDITIONS[rule] = broken
        found = judge(facts, TODAY)
    finally:
        CONDITIONS[rule] = kept
    row = FILL_ROWS[rule]
    applies = not row["kinds"] or (facts.kind is not None and kind_matches(row["kinds"], facts.kind))
    identified = facts.code_status not in (None, "unknown", "unreadable", "bad_check", "bad_mac", "what is this")
    if applies and identified:
        told = [f for f in found.verdict.findings if f.rule == rule]
        assert [f.severity in ("block", row["severity"]) for f in told] == [True]
        known = all(getattr(facts, need) is not None for need in row["needs"].split())
        assert not known or (found.answer, told[0].severity) == ("block", "block")


def test_release_is_denied_when_everything_is_unknown():
    found = judge(FillingFacts(), TODAY, stage=RELEASE)
    assert not found.allowed
    assert {"R50", "R51", "R53"} <= {f.rule for f in found.verdict.findings}
