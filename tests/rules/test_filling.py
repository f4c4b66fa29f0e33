"""The filling decision table: every rule hit, missed by one unit, and denied when its fact is missing."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import filling, filling_conditions, tables
from registry.rules.filling import FIRST_RULES, RELEASE, facts_of, judge
from registry.rules.filling_conditions import CONDITIONS, Context
from registry.rules.filling_facts import FillingFacts

TODAY = date(2026, 11, 3)
DAY = timedelta(1)
D = Decimal

GOOD = FillingFacts(
    code_status="ok",
    life_status="in_use",
    scrap_trigger=False,
    next_due=date(2027, 4, 30),
    last_inspection_passed=True,
    last_inspected_on=date(2023, 5, 1),
    last_filled_on=date(2026, 10, 1),
    interval_years=4,
    service_end=date(2027, 4, 30),
    made=date(2019, 5, 1),
    kind="lpg_steel",
    medium="lpg_civil_gas",
    volume_l=D("35.5"),
    tare_kg=D("16.5"),
    nominal_fill_kg=D("14.5"),
    owner_is_station=True,
    station_licence_valid_until=TODAY,
    station_media=("lpg",),
    station_suspended=False,
    gun_medium="lpg",
    purchased_on=date(2019, 6, 1),
    refurbished=False,
    threaded_shield=False,
    dual_valve=False,
    failed_check_items=(),
    precheck_done=True,
    precheck_here=True,
    precheck_age_minutes=D(30),
    invalid_staff=(),
    filler="a",
    checker="b",
    certified_present=3,
    custody_status="prechecked",
    seen_elsewhere=False,
    first_fill=False,
    first_after_inspection=False,
    hours_since_last_fill=D(6),
    gross_before_kg=D("16.2"),
    residual_pressure=True,
    contents_known=True,
    residual_kg=D("1.0"),
    target_total_kg=D("14.9"),
    gas_batch_tested=True,
    dme_percent=D(0),
    camera_offline_minutes=D(5),
    insurance_pilot=False,
    daily_check_open=False,
    red_order_open=False,
    clock_skew_seconds=D(-120),
    offline_cache_hours=D(24),
    postcheck_done=True,
    hours_since_filling=D(1),
    reweigh_net_kg=D("14.9"),
    leak_found=False,
    labels_printed=True,
)
OXYGEN = replace(
    GOOD,
    kind="seamless_steel",
    medium="oxygen",
    gun_medium="oxygen",
    station_media=("oxygen", "nitrogen"),
    interval_years=3,
    last_inspected_on=date(2024, 11, 4),
    volume_l=D(40),
    working_pressure_mpa=D(15),
    temperature_c=D(20),
    target_pressure_mpa=D(15),
    hours_since_last_fill=D(2),
)
CNG = replace(
    GOOD,
    kind="vehicle_cng_steel",
    medium="natural_gas",
    gun_medium="natural_gas",
    station_media=("natural_gas",),
    owner_is_station=False,
    working_pressure_mpa=D(20),
    temperature_c=D(20),
    target_pressure_mpa=D(20),
    hours_since_last_fill=D("0.5"),
    passengers_aboard=False,
    plate_matches=True,
)
FOREIGN = replace(GOOD, owner_is_station=False, entrusted=False, alliance_valid=False, owner_station_closed=False)
ALLIED = replace(FOREIGN, alliance_valid=True)
BEFORE = replace(GOOD, kind="nonrefillable")
NEW = replace(GOOD, made=date(2021, 6, 1), electronic_mark=True, service_end=date(2029, 5, 31))

# rule, base, change that hits, change that just misses, change that takes the fact away
CASES = [
    ("R01", GOOD, {"code_status": "unreadable"}, {}, {"code_status": None}),
    ("R01", GOOD, {"code_status": "bad_check"}, {"code_status": "unknown"}, {"code_status": None}),
    ("R01", GOOD, {"code_status": "bad_mac"}, {"code_status": "void"}, {"code_status": None}),
    ("R01", GOOD, {"code_status": "what is this"}, {"code_status": "replaced"}, {"code_status": None}),
    ("R02", GOOD, {"code_status": "unknown"}, {}, {"code_status": None}),
    ("R03", GOOD, {"code_status": "void"}, {}, {"code_status": None}),
    ("R03", GOOD, {"code_status": "replaced"}, {}, {"code_status": None}),
    ("R04", GOOD, {"life_status": "draft"}, {}, {"life_status": None}),
    ("R05", GOOD, {"life_status": "cancelled"}, {}, {"life_status": None}),
    ("R05", GOOD, {"life_status": "destroyed"}, {"life_status": "scrap_pending"}, {"life_status": None}),
    ("R06", GOOD, {"life_status": "scrap_pending"}, {}, {"life_status": None}),
    ("R06", GOOD, {"scrap_trigger": True}, {"life_status": "suspended"}, {"scrap_trigger": None}),
    ("R07", GOOD, {"life_status": "suspended"}, {}, {"life_status": None}),
    ("R07", GOOD, {"life_status": "inspection"}, {"life_status": "draft"}, {"life_status": None}),
    ("R07", GOOD, {"life_status": "lost"}, {"life_status": "cancelled"}, {"life_status": None}),
    ("R07", GOOD, {"life_status": "transferred"}, {}, {"life_status": None}),
    ("R07", GOOD, {"life_status": "a new word"}, {}, {"life_status": None}),
    ("R08", GOOD, {"next_due": TODAY - DAY}, {"next_due": TODAY}, {"next_due": None}),
    ("R09", GOOD, {"last_inspection_passed": False}, {}, {"last_inspection_passed": None}),
    (
        "R10",
        GOOD,
        {"last_filled_on": date(2022, 11, 3), "last_inspected_on": date(2022, 11, 3)},
        {"last_filled_on": date(2022, 11, 4), "last_inspected_on": date(2022, 11, 3)},
        {"last_filled_on": None},
    ),
    (
        "R10",
        GOOD,
        {"last_filled_on": date(2020, 1, 1), "last_inspected_on": date(2020, 1, 1)},
        {"last_filled_on": date(2020, 1, 1), "last_inspected_on": date(2020, 1, 2)},
        {"last_inspected_on": None},
    ),
    (
        "R10",
        GOOD,
        {"last_filled_on": date(2025, 11, 3), "last_inspected_on": date(2025, 1, 1), "interval_years": 1},
        {},
        {"interval_years": None},
    ),
    ("R11", OXYGEN, {"service_end": TODAY - DAY}, {"service_end": TODAY}, {"service_end": None}),
    # made 2018-11, eight years end on 2026-10-31: only a passed assessment carries it further
    (
        "R11",
        replace(GOOD, made=date(2018, 11, 1), service_end=date(2030, 10, 31)),
        {"assessment_passed": False},
        {"assessment_passed": True},
        {"assessment_passed": None},
    ),
    (
        "R11",
        replace(GOOD, service_end=date(2030, 11, 30), assessment_passed=False),
        {"made": date(2018, 11, 1)},
        {"made": date(2018, 12, 1)},
        {"made": None},
    ),
    (
        "R11",
        replace(GOOD, made=date(2018, 11, 1), service_end=date(2030, 10, 31), assessment_passed=False),
        {"service_life_years": 8},
        {"service_life_years": 12},
        {"made": None},
    ),
    (
        "R12",
        replace(GOOD, assessment_passed=True),
        {"made": date(2014, 11, 1)},
        {"made": date(2014, 12, 1)},
        {"made": None},
    ),
    ("R12", GOOD, {"made": date(2007, 1, 1)}, {"kind": "composite_lpg", "made": date(2007, 1, 1)}, {"kind": None}),
    ("R13", FOREIGN, {}, {"owner_is_station": True}, {"owner_is_station": None}),
    ("R13", FOREIGN, {}, {"entrusted": True}, {"entrusted": None}),
    ("R13", FOREIGN, {}, {"alliance_valid": True}, {"alliance_valid": None}),
    ("R13", FOREIGN, {}, {"kind": "vehicle_cng_steel"}, {"kind": None}),
    ("R13", FOREIGN, {}, {"is_vehicle": True}, {"owner_is_station": None}),
    ("R14", ALLIED, {}, {"owner_is_station": True}, None),
    ("R14", ALLIED, {}, {"alliance_valid": False}, None),
    ("R14", ALLIED, {}, {"entrusted": True}, None),
    ("R14", ALLIED, {}, {"kind": "vehicle_lpg"}, None),
    (
        "R15",
        GOOD,
        {"station_licence_valid_until": TODAY - DAY},
        {},
        {"station_licence_valid_until": None},
    ),
    ("R15", GOOD, {"station_media": ("oxygen",)}, {"station_media": ("lpg_civil_gas",)}, {"station_media": None}),
    ("R15", GOOD, {"medium": "propane"}, {}, {"medium": None}),
    ("R16", GOOD, {"station_suspended": True}, {}, {"station_suspended": None}),
    ("R16", ALLIED, {"owner_station_closed": True}, {}, {"owner_station_closed": None}),
    ("R17", GOOD, {"gun_medium": "oxygen"}, {"gun_medium": "lpg_civil_gas"}, {"gun_medium": None}),
    ("R17", OXYGEN, {"medium": "nitrogen"}, {}, {"medium": None}),
    ("R18", GOOD, {"kind": "nonrefillable"}, {}, {"kind": None}),
    ("R19", NEW, {"electronic_mark": False}, {"made": date(2021, 5, 31)}, {"electronic_mark": None}),
    ("R19", NEW, {"electronic_mark": False}, {"kind": "seamless_steel"}, {"made": None}),
    (
        "R20",
        replace(GOOD, filler_mark_embossed=False),
        {"purchased_on": date(2021, 6, 1)},
        {"purchased_on": date(2021, 5, 31)},
        {"purchased_on": None},
    ),
    (
        "R20",
        replace(GOOD, purchased_on=date(2021, 6, 1)),
        {"filler_mark_embossed": False},
        {"filler_mark_embossed": True},
        {"filler_mark_embossed": None},
    ),
    ("R21", GOOD, {"refurbished": True}, {}, {"refurbished": None}),
    ("R21", GOOD, {"threaded_shield": True}, {"kind": "cryogenic"}, {"threaded_shield": None}),
    ("R21", GOOD, {"dual_valve": True}, {}, {"dual_valve": None}),
    ("R22", GOOD, {"failed_check_items": ("瓶阀",)}, {}, {"failed_check_items": None}),
    ("R23", GOOD, {"precheck_done": False}, {}, {"precheck_done": None}),
    ("R23", GOOD, {"precheck_here": False}, {}, {"precheck_here": None}),
    ("R23", GOOD, {"precheck_age_minutes": D(31)}, {}, {"precheck_age_minutes": None}),
    ("R24", GOOD, {"invalid_staff": ("王某",)}, {}, {"invalid_staff": None}),
    ("R25", GOOD, {"filler": "b"}, {}, {"checker": None}),
    ("R26", GOOD, {"certified_present": 2}, {}, {"certified_present": None}),
    (
        "R27",
        GOOD,
        {"custody_status": "at_user", "return_scanned": False},
        {"custody_status": "at_user", "return_scanned": True},
        {"custody_status": None},
    ),
    (
        "R27",
        replace(GOOD, return_scanned=False),
        {"custody_status": "full_in_station"},
        {"custody_status": "empty_in_station"},
        {"custody_status": "at_user", "return_scanned": None},
    ),
    ("R28", GOOD, {"seen_elsewhere": True, "elsewhere_place": "萧县"}, {}, {"seen_elsewhere": None}),
    ("R28", GOOD, {"seen_elsewhere": True}, {}, {"seen_elsewhere": None}),
    ("R29", GOOD, {"hours_since_last_fill": D("5.9")}, {}, {"hours_since_last_fill": None}),
    ("R29", OXYGEN, {"hours_since_last_fill": D("1.9")}, {}, {"first_fill": None}),
    ("R29", CNG, {"hours_since_last_fill": D("0.4")}, {"first_fill": True}, {"hours_since_last_fill": None}),
    ("R30", GOOD, {"gross_before_kg": D("16.1")}, {}, {"gross_before_kg": None}),
    ("R30", OXYGEN, {"serial_matches": False}, {"gross_before_kg": D(1)}, {"kind": None}),
    ("R31", GOOD, {"residual_pressure": False, "purged": False}, {"residual_pressure": False, "purged": True},
     {"residual_pressure": None}),
    ("R31", GOOD, {"contents_known": False, "purged": False}, {"contents_known": False, "purged": True},
     {"contents_known": False, "purged": None}),
    ("R32", GOOD, {"first_fill": True, "purged": False}, {"first_fill": True, "purged": True}, {"first_fill": None}),
    ("R32", GOOD, {"first_after_inspection": True, "purged": False}, {}, {"first_after_inspection": None}),
    ("R33", GOOD, {"residual_kg": D("1.01")}, {}, {"residual_kg": None}),
    ("R34", GOOD, {"target_total_kg": D("14.91")}, {}, {"target_total_kg": None}),
    ("R34", GOOD, {"target_total_kg": D(15)}, {}, {"volume_l": None}),
    ("R34", OXYGEN, {"target_pressure_mpa": D("15.01")}, {}, {"target_pressure_mpa": None}),
    ("R34", OXYGEN, {"temperature_c": D(5)}, {"temperature_c": D(35)}, {"temperature_c": None}),
    ("R35", GOOD, {"gas_batch_tested": False}, {}, {"gas_batch_tested": None}),
    ("R35", GOOD, {"dme_percent": D("0.1")}, {"kind": "dme_steel", "dme_percent": D(99)}, {"dme_percent": None}),
    ("R36", GOOD, {"camera_offline_minutes": D("5.1")}, {}, {"camera_offline_minutes": None}),
    (
        "R37",
        replace(GOOD, insurance_pilot=True),
        {"insurance_valid": False},
        {"insurance_valid": True},
        {"insurance_valid": None},
    ),
    ("R38", GOOD, {"daily_check_open": True}, {}, {"daily_check_open": None}),
    ("R38", GOOD, {"red_order_open": True}, {}, {"red_order_open": None}),
    ("R39", GOOD, {"clock_skew_seconds": D(-121)}, {}, {"clock_skew_seconds": None}),
    ("R39", GOOD, {"offline_cache_hours": D("24.1")}, {}, {"offline_cache_hours": None}),
    ("R40", CNG, {"passengers_aboard": True}, {"kind": "lpg_steel", "passengers_aboard": True},
     {"passengers_aboard": None}),
    ("R40", CNG, {"plate_matches": False}, {}, {"plate_matches": None}),
    ("R50", GOOD, {"postcheck_done": False}, {}, {"postcheck_done": None}),
    ("R51", GOOD, {"reweigh_net_kg": D("14.91")}, {}, {"reweigh_net_kg": None}),
    ("R52", GOOD, {"reweigh_net_kg": D("13.99")}, {"reweigh_net_kg": D(14)}, {"nominal_fill_kg": None}),
    ("R52", replace(GOOD, nominal_fill_kg=D(49)), {"reweigh_net_kg": D("47.9")}, {"reweigh_net_kg": D(48)},
     {"reweigh_net_kg": None}),
    ("R53", GOOD, {"leak_found": True}, {}, {"leak_found": None}),
    ("R54", GOOD, {"labels_printed": False}, {}, {"labels_printed": None}),
    (
        "R55",
        replace(GOOD, postcheck_done=False),
        {"hours_since_filling": D("2.1")},
        {"hours_since_filling": D(2)},
        {"hours_since_filling": None},
    ),
]  # fmt: skip
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
