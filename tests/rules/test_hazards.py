"""The workflow of major hazards: its table, its guards, its days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import tables
from registry.rules.hazard_facts import AcceptanceAnswer, ActorFacts, Calendar, HazardFacts
from registry.rules.hazards import (
    MOVES,
    OPEN_STATES,
    STATES,
    VERBS,
    Deadline,
    DueTerm,
    check_level_change,
    check_move,
    check_return_to_use,
    clause,
    clauses,
    deadline_cases,
    deadline_day,
    default_due,
    find_move,
    moves_from,
    overdue,
    overdue_days,
    recurs,
)
from tests.rules.hazard_cases import (
    ACTORS,
    CHECKLIST,
    CITY,
    COUNTY,
    DATA,
    DAY,
    FACTS,
    GUARD_CASES,
    LISTS,
    MISSES,
    STAFF,
    TODAY,
)


def actor_of(verb: str) -> ActorFacts:
    if verb in ("file_plan", "report_progress", "request_closing"):
        return STAFF
    base = CITY if verb in ("sign_city", "refuse_city") else COUNTY
    return replace(base, person=ACTORS.get(verb, base.person))


def facts_for(verb: str, source: str, list_level: str) -> HazardFacts:
    facts = replace(FACTS, state=source, list_level=list_level)
    if verb == "delist":
        facts = replace(facts, listed_supervision=list_level)
    if verb == "record_talk":
        facts = replace(facts, talk_called=True)
    if verb == "relist":
        facts = replace(facts, plan_approved_on=None)
    if source in ("VERIFYING", "CLOSE_REQUESTED"):
        facts = replace(facts, verified_on=None)
    if source in ("VERIFYING", "CLOSE_REQUESTED") or verb == "sign_county":
        facts = replace(facts, county_signer=None, second_signer=None)
    return facts


def attempt(verb, source=None, list_level=None, *, facts=None, actor=None, data=None, drop=(), on=TODAY):
    """Make one move of a good hazard, with a few things changed."""
    move = next(
        m
        for m in MOVES
        if m.verb == verb
        and source in (None, m.source)
        and (list_level is None or not m.list_levels or list_level in m.list_levels)
    )
    level = list_level or (move.list_levels[0] if move.list_levels else "county")
    case = replace(facts_for(verb, move.source, level), **(facts or {}))
    entered = {name: DATA[name] for name in (*move.needs, *EXTRAS.get(verb, ())) if name not in drop}
    who = replace(actor_of(verb), **(actor or {}))
    if level != "county" and move.office == "list":
        who = replace(who, office_level="city", area=None)
    return check_move(move, case, who, {**entered, **(data or {})}, on)


EXTRAS = {
    "recognise": ("interim_measures",),
    "request_closing": ("test_report", "test_report_on"),
    "pass_verification": ("unit_signature",),
}


def rules(verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("list_level", LISTS)
@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.verb}-{m.source}-{m.target}")
def test_every_move_can_be_made_with_everything_in_order(move, list_level):
    if move.list_levels and list_level not in move.list_levels:
        assert move not in moves_from(move.source, list_level, TODAY)
        return
    assert move in moves_from(move.source, list_level, TODAY)
    assert attempt(move.verb, move.source, list_level).findings == ()


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.verb}-{m.source}-{m.target}")
def test_every_needed_field_is_needed(move):
    level = move.list_levels[0] if move.list_levels else "county"
    for name in move.needs:
        for empty in ({}, {name: " "}, {name: []}, {name: None}):
            found = attempt(move.verb, move.source, level, drop=[name], data=empty)
            missing = [f for f in found.findings if f.rule == f"need.{name}"]
            assert len(missing) == 1, (move.verb, name, empty)
            assert "“" in missing[0].text
            assert not found.allowed


def test_the_table_holds_the_workflow_as_it_was_agreed():
    numbers = {move.number for move in MOVES}
    assert numbers == {str(n) for n in range(1, 25)} | {"17b"} | {f"E{n}" for n in range(1, 8)}
    assert all(m.source == m.target and m.clock == "keep" for m in MOVES if m.is_supervision)
    assert len(STATES) == 17
    assert {s.code for s in STATES.values() if s.terminal} == {"REJECTED", "DOWNGRADED", "CLOSED", "VOID"}
    assert len(OPEN_STATES) == 11
    assert {m.source for m in MOVES} | {m.target for m in MOVES} == set(STATES)
    assert {m.source for m in MOVES if m.verb == "suspend"} == set(OPEN_STATES) - {"SUSPENDED"}
    assert all(m.permission == f"hazard.{m.verb}" for m in MOVES)
    assert {m.clock for m in MOVES} == {"keep", "start", "pause", "run", "stop"}
    assert find_move("pass_verification", "VERIFYING", "city", TODAY).deadline == Deadline(10, "working_days")
    assert "request_closing" in VERBS


def test_terminal_states_lead_nowhere_and_closed_only_to_reopening():
    for state in ("REJECTED", "DOWNGRADED", "VOID"):
        assert all(moves_from(state, level, TODAY) == () for level in LISTS)
    for level in LISTS:
        assert [m.verb for m in moves_from("CLOSED", level, TODAY)] == ["reopen", "delist", "transfer_case"]


def test_a_verb_means_at_most_one_move_in_a_state():
    for state in STATES:
        for level in LISTS:
            verbs = [m.verb for m in moves_from(state, level, TODAY)]
            assert len(verbs) == len(set(verbs))
    assert find_move("close", "DRAFT", "county", TODAY) is None


def test_before_the_table_was_in_force_there_are_no_moves():
    assert moves_from("DRAFT", "county", date(2022, 6, 30)) == ()
    assert rules(attempt("submit", on=date(2022, 6, 30))) == {"M0.no_move"}


def walk(list_level: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every (source, verb, what was passed in this round) that can be reached from DRAFT."""
    seen, queue = set(), [("DRAFT", frozenset())]
    while queue:
        state, passed = queue.pop()
        for move in moves_from(state, list_level, TODAY):
            if not attempt(move.verb, state, list_level, facts=path_facts(passed)).allowed:
                continue
            after = passed
            if move.verb in STEPS:
                after = passed | {STEPS[move.verb]}
            if move.target in ("RECTIFYING", "VERIFYING", "LISTED"):
                after = frozenset(after & {"plan"}) | ({"plan"} if move.verb == "approve_plan" else set())
            step = (move.target, after)
            yield (state, move.verb, passed)
            if step not in seen:
                seen.add(step)
                queue.append(step)


STEPS = {
    "approve_plan": "plan",
    "pass_verification": "verified",
    "sign_county": "county",
    "sign_city": "second",
    "sign_county_second": "second",
}


def path_facts(passed: frozenset[str]) -> dict[str, object]:
    return {
        "plan_approved_on": FACTS.plan_approved_on if "plan" in passed else None,
        "verified_on": FACTS.verified_on if "verified" in passed else None,
        "county_signer": 21 if "county" in passed else None,
        "second_signer": 31 if "second" in passed else None,
    }


@pytest.mark.parametrize("list_level", LISTS)
def test_nothing_is_closed_but_through_plan_verification_and_two_signatures(list_level):
    reached = list(walk(list_level))
    assert {state for state, _, _ in reached} >= set(OPEN_STATES) - {"CITY_REVIEW"}
    closings = [passed for _, verb, passed in reached if verb == "close"]
    assert closings
    assert all(passed == {"plan", "verified", "county", "second"} for passed in closings)
    signings = [passed for _, verb, passed in reached if verb in ("sign_city", "sign_county_second")]
    assert all({"verified", "county"} <= passed for passed in signings)
    assert ("CITY_REVIEW" in {state for state, _, _ in reached}) == (list_level != "county")


@pytest.mark.parametrize("list_level", LISTS)
def test_no_state_is_a_dead_end(list_level):
    """From every open state a closing can be reached."""
    for start in OPEN_STATES:
        if start == "CITY_REVIEW" and list_level == "county":
            continue
        reach, queue = {start}, [start]
        while queue:
            for move in moves_from(queue.pop(), list_level, TODAY):
                if move.target not in reach:
                    reach.add(move.target)
                    queue.append(move.target)
        assert "CLOSED" in reach


def test_a_county_list_hazard_never_goes_to_the_city_and_a_city_one_never_skips_it():
    county = {m.verb: m.target for m in moves_from("COUNTY_REVIEW", "county", TODAY)}
    city = {m.verb: m.target for m in moves_from("COUNTY_REVIEW", "city", TODAY)}
    assert county["sign_county"] == "COUNTY_REVIEW"
    assert county["sign_county_second"] == "NOTICE"
    assert city["sign_county"] == "CITY_REVIEW"
    assert "sign_county_second" not in city


@pytest.mark.parametrize(("verb", "change", "rule"), GUARD_CASES)
def test_every_guard_refuses_what_it_is_there_for(verb, change, rule):
    found = attempt(verb, **change)
    assert rule in rules(found)
    assert not found.allowed
    finding = next(f for f in found.findings if f.rule == rule)
    assert "{" not in finding.text + finding.text_en
    assert finding.basis
    assert finding.certainty


@pytest.mark.parametrize(("verb", "change"), MISSES)
def test_the_nearest_case_that_is_in_order_passes(verb, change):
    assert attempt(verb, **change).findings == ()


def test_every_guard_of_the_table_has_a_case():
    named = {rule.split(".")[1] for _, _, rule in GUARD_CASES}
    elsewhere = {
        "wrong_state", "no_move", "field_missing", "other_area", "after_due", "checklist_open",
        "checklist_no_reason", "level_lowered", "upgrade_without_clause", "open_major",
    }  # fmt: skip
    assert {row["key"] for row in tables.load("hazard_guards")} == named | elsewhere


@pytest.mark.parametrize("item", sorted(CHECKLIST))
def test_acceptance_points(item):
    may = item not in ("measures_done", "technical_ok")
    for answer, rule in (
        (AcceptanceAnswer("no"), "M13.checklist_open"),
        (AcceptanceAnswer("not_applicable", "无处罚"), None if may else "M13.checklist_open"),
        (AcceptanceAnswer("not_applicable", " "), "M13.checklist_no_reason" if may else "M13.checklist_open"),
        (None, "M13.checklist_open"),
        ("perhaps", "M13.checklist_open"),
    ):
        found = attempt("pass_verification", data={"checklist": {**CHECKLIST, item: answer}})
        assert rules(found) == ({rule} if rule else set())


def test_a_late_closing_request_is_taken_and_said_to_be_late():
    found = attempt("request_closing", facts={"due": TODAY - DAY})
    assert (found.answer, rules(found)) == ("warn", {"M11.after_due"})


def test_a_move_from_another_state_is_refused():
    assert rules(attempt("close", facts={"state": "VERIFYING"})) == {"M0.wrong_state"}
    assert rules(attempt("sign_county_second", facts={"list_level": "city"})) == {"M0.wrong_state"}
    for state in set(STATES) - {"DRAFT", "PENDING_RECOGNITION", "LISTED"}:
        assert not any(move.verb == "void" for move in moves_from(state, "county", TODAY))


@pytest.mark.parametrize("verb", VERBS)
def test_a_county_acts_only_in_its_area_and_never_closes_what_the_city_lists(verb):
    if actor_of(verb).office_level == "county":
        assert "I11.other_area" in rules(attempt(verb, actor={"area": "341321"}))
    if verb in ("assign", "close", "uphold_objection"):
        move = find_move(verb, {"assign": "LISTED"}.get(verb, "NOTICE"), "city", TODAY)
        facts = facts_for(verb, move.source, "city")
        data = {name: DATA[name] for name in move.needs}
        assert rules(check_move(move, facts, COUNTY, data, TODAY)) == {"I11.office_too_low"}
        assert check_move(move, facts, CITY, data, TODAY).allowed


def test_a_date_of_the_wrong_type_is_an_error_of_the_caller():
    for wrong in ("2026-10-20", datetime(2026, 10, 20), 20261020):
        with pytest.raises(TypeError, match="site_date"):
            attempt("pass_verification", data={"site_date": wrong})


@given(st.sampled_from(GUARD_CASES), st.data())
def test_more_trouble_never_turns_a_refusal_into_a_permission(case, data):
    verb, change, _ = case
    move = next(m for m in MOVES if m.verb == verb)
    dropped = data.draw(st.sets(st.sampled_from(move.needs)))
    worse = {**change, "drop": [*change.get("drop", ()), *dropped]}
    assert not attempt(verb, **worse).allowed


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        (3, "working_days", date(2026, 11, 5), date(2026, 11, 10)),
        (24, "hours", date(2026, 11, 6), date(2026, 11, 7)),
        (25, "hours", date(2026, 11, 6), date(2026, 11, 8)),
        (7, "days", date(2026, 11, 3), date(2026, 11, 10)),
        (7, "days", date(2026, 11, 7), date(2026, 11, 16)),
        (0, "days", date(2026, 11, 7), date(2026, 11, 7)),
        (3, "months", date(2026, 11, 30), date(2027, 3, 1)),
    ],
)
def test_deadlines(amount, unit, start, end):
    assert deadline_day(Deadline(amount, unit), start) == end


def test_deadlines_know_holidays_and_made_up_working_days():
    calendar = Calendar(frozenset({date(2026, 11, 4)}), frozenset({date(2026, 11, 7)}))
    assert deadline_day(Deadline(1, "working_days"), TODAY, calendar) == date(2026, 11, 5)
    assert deadline_day(Deadline(3, "working_days"), TODAY, calendar) == date(2026, 11, 7)
    with pytest.raises(ValueError, match="weeks"):
        deadline_day(Deadline(1, "weeks"), TODAY)


def test_default_due_dates():
    assert {c.case for c in deadline_cases(TODAY) if c.stop_use} == {
        "safety_device", "unlicensed_filling", "scrapped", "inspection_failed",
    }  # fmt: skip
    assert default_due("on_the_spot", TODAY) == TODAY
    assert default_due("safety_device", TODAY) == date(2026, 11, 10)
    assert default_due("structural", TODAY) == date(2027, 1, 4)
    assert default_due("never heard of", TODAY) is None


@pytest.mark.parametrize(
    ("due", "closed", "on", "days"),
    [
        (TODAY, None, TODAY, 0),
        (TODAY, None, TODAY + DAY, 1),
        (TODAY, TODAY, TODAY + 9 * DAY, 0),
        (TODAY, TODAY + DAY, TODAY + 9 * DAY, 1),
        (TODAY, TODAY + 9 * DAY, TODAY + DAY, 1),
        (TODAY, None, TODAY - DAY, 0),
        (None, None, TODAY, 0),
    ],
)
def test_overdue(due, closed, on, days):
    assert overdue(due, closed, on) == days


def test_the_clock_stands_still_while_suspended():
    assert overdue(TODAY, None, TODAY + 10 * DAY, paused_days=4) == 6
    assert overdue(TODAY, None, TODAY + 10 * DAY, paused_days=40) == 0


def test_a_late_extension_does_not_forgive_the_days_before_it():
    first = DueTerm(date(2026, 9, 1), date(2026, 10, 1))
    second = DueTerm(date(2026, 10, 11), date(2026, 11, 1))
    assert overdue_days([first], None, date(2026, 10, 10)) == 9
    assert overdue_days([first, second], None, date(2026, 10, 31)) == 9
    assert overdue_days([first, second], None, date(2026, 11, 3)) == 11
    assert overdue_days([first, second], date(2026, 10, 5), TODAY) == 4
    in_time = DueTerm(date(2026, 9, 20), date(2026, 11, 1))
    assert overdue_days([first, in_time], None, TODAY) == 2
    assert overdue_days([], None, TODAY) == 0


def test_recurrence_within_a_year():
    assert recurs(date(2025, 11, 4), TODAY)
    assert not recurs(date(2025, 11, 3), TODAY)
    assert not recurs(TODAY + DAY, TODAY)


def test_levels():
    assert rules(check_level_change("ASSIGNED", "major", "severe", [], TODAY)) == {"I7.level_lowered"}
    assert check_level_change("LISTED", "major", "severe", [], TODAY).allowed
    assert rules(check_level_change("RECTIFYING", "general", "major", [], TODAY)) == {"I16.upgrade_without_clause"}
    assert not check_level_change("RECTIFYING", "general", "major", ["9.9z"], TODAY).allowed
    assert check_level_change("RECTIFYING", "general", "major", ["4.6a"], TODAY).allowed


def test_an_open_major_hazard_keeps_the_device_out_of_use():
    assert rules(check_return_to_use(True, False, TODAY)) == {"I5.open_major"}
    assert check_return_to_use(True, True, TODAY).allowed
    assert check_return_to_use(False, False, TODAY).allowed


def test_the_catalogue_of_clauses():
    assert len(clauses(TODAY)) == 26
    assert len({c.key for c in clauses(TODAY)}) == 26
    assert {c.clause for c in clauses(date(2024, 11, 30))} == {f"s{n}" for n in range(1, 7)}
    bridged = clause("4.6b", TODAY)
    assert (bridged.key, bridged.level, bridged.severe_key) == ("door_lock_bridged", "major", "s3")
    for number in ("4.6a", "4.6c", "4.1c", "4.5c"):
        assert clause(number, TODAY).requires_test
    assert clause("5.6a", TODAY) is None
    assert clause("4.6a", date(2024, 11, 30)) is None
    severe = {c.clause for c in clauses(TODAY) if c.level == "severe"}
    assert {c.severe_key for c in clauses(TODAY)} <= severe | {"v24"}
    assert all(clause(c.severe_key, TODAY) for c in clauses(TODAY) if c.severe_key != "v24")


TABLES = ["states", "moves", "clauses", "deadlines", "guards", "fields", "acceptance"]


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_whole(name):
    for row in tables.load(f"hazard_{name}"):
        assert None not in row
        assert None not in row.values()
        assert row["zh"]
        assert row["en"]
        assert date.fromisoformat(row["since"])
        assert row["certainty"] in {"C", "C2", "K", "G"}


def test_every_needed_field_has_a_label_and_a_type():
    labelled = {row["field"] for row in tables.load("hazard_fields")}
    assert {name for move in MOVES for name in move.needs} <= labelled
