"""Use registration as tables: types and papers, moves, deadlines to the day, certificate numbers."""

from datetime import date

import pytest

from registry.rules import registrations as rules
from registry.rules.identifiers import IdentifierError, use_cert_no
from registry.rules.lifecycle import STATUSES, move, notice_by

ON = date(2026, 11, 24)

ALLOWED = {
    "new": {"not_in_use", "in_use_unregistered"},
    "restart": {"stopped"},
    "alteration": {"in_use", "stopped", "temporarily_stopped"},
    "relocation": {"in_use", "stopped", "temporarily_stopped"},
    "change_of_user": {"in_use", "stopped", "temporarily_stopped"},
    "rename": {"in_use", "stopped", "temporarily_stopped"},
    "extended_life": {"in_use", "stopped", "temporarily_stopped"},
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", ALLOWED)
def test_every_type_with_every_status(kind, status) -> None:
    offered = {one.id for one in rules.types_for(status, ON)}
    assert (kind in offered) is (status in ALLOWED[kind])


def test_no_other_type() -> None:
    assert set(rules.TYPES) == set(ALLOWED)
    assert {kind.verb for kind in rules.TYPES.values()} == {"register", "resume", ""}
    assert [kind.id for kind in rules.TYPES.values() if kind.new_number] == ["new"]


REQUIRED = {
    "new": {"form", "credit_code", "product_certificate", "supervision_certificate"},
    "restart": {"form", "self_check"},
    "alteration": {"form", "supervision_certificate", "alteration_certificate", "old_certificate"},
    "relocation": {"form", "credit_code", "supervision_certificate", "old_certificate"},
    "change_of_user": {"form", "credit_code", "old_certificate", "inspection_report"},
    "rename": {"form", "credit_code", "old_certificate", "name_proof"},
    "extended_life": {"form", "old_certificate", "assessment", "decision"},
}


@pytest.mark.parametrize("kind", REQUIRED)
@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2026, 4, 30), date(2026, 5, 1)])
def test_papers_of_each_type(kind, on) -> None:
    assert {paper.id for paper in rules.papers(kind, on) if paper.required} == REQUIRED[kind]


@pytest.mark.parametrize("kind", REQUIRED)
def test_each_missing_paper_is_named(kind) -> None:
    fields = {field.name: "x" for field in rules.form_fields(ON)}
    changes = {"x": 1}
    status = next(iter(ALLOWED[kind]))
    for missing in REQUIRED[kind]:
        given = REQUIRED[kind] - {missing}
        found = rules.check_submission(kind, status, given, fields, changes, True, ON)
        assert [finding.rule for finding in found.findings] == [f"need.paper-{missing}"]
    assert rules.check_submission(kind, status, REQUIRED[kind], fields, changes, True, ON).allowed


def test_everything_that_is_missing_is_said_at_once() -> None:
    found = rules.check_submission("relocation", "scrapped", (), {}, {}, False, ON)
    said = {finding.rule for finding in found.findings}
    assert {
        "registration_status",
        "registration_use_unit",
        "need.changes",
        "need.safety_manager",
        "need.mobile",
    } <= said
    assert not found.allowed
    assert all(finding.text_en and finding.basis for finding in found.findings)


LEGAL = {
    ("DRAFT", "submit"): "SUBMITTED",
    ("DRAFT", "withdraw"): "WITHDRAWN",
    ("SUBMITTED", "accept"): "ACCEPTED",
    ("SUBMITTED", "send_back"): "RETURNED",
    ("SUBMITTED", "refuse"): "REFUSED",
    ("SUBMITTED", "withdraw"): "WITHDRAWN",
    ("RETURNED", "submit"): "SUBMITTED",
    ("RETURNED", "withdraw"): "WITHDRAWN",
    ("ACCEPTED", "grant"): "GRANTED",
    ("ACCEPTED", "refuse"): "REFUSED",
}


@pytest.mark.parametrize("state", rules.STATES)
@pytest.mark.parametrize("verb", rules.VERBS)
def test_every_state_with_every_step(state, verb) -> None:
    found = rules.find_move(state, verb)
    assert (found.target if found else None) == LEGAL.get((state, verb))


def test_a_step_is_made_by_the_side_it_waits_for() -> None:
    for step in rules.MOVES:
        waits = rules.STATES[step.source].waits_for
        assert step.side == waits or step.verb == "withdraw"
    assert all(not rules.moves_from(state.id) for state in rules.STATES.values() if not state.open)


HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
WORKDAYS = {date(2026, 10, 10)}
CLOCK = [
    # step, day, the office's last day
    ("submit", date(2026, 11, 24), date(2026, 12, 1)),
    ("submit", date(2026, 9, 30), date(2026, 10, 13)),  # 8, 9, the worked Saturday 10, 12, 13
    ("accept", date(2026, 11, 24), date(2026, 12, 15)),
    ("grant", date(2026, 11, 24), None),
    ("send_back", date(2026, 11, 24), None),
]


@pytest.mark.parametrize(("verb", "day", "last"), CLOCK)
def test_the_offices_clock_runs_in_working_days(verb, day, last) -> None:
    step = next(one for one in rules.MOVES if one.verb == verb)
    assert rules.due_by(step, day, HOLIDAYS, WORKDAYS) == last


LATE = [
    (None, date(2026, 11, 24), 0),
    (date(2026, 11, 1), date(2026, 12, 1), 0),
    (date(2026, 11, 1), date(2026, 12, 2), 1),
    (date(2026, 1, 1), date(2026, 1, 31), 0),
    (date(2026, 1, 1), date(2026, 2, 10), 10),
]


@pytest.mark.parametrize(("used", "applied", "days"), LATE)
def test_registration_within_thirty_days(used, applied, days) -> None:
    assert rules.late_days(used, applied) == days


RUNNING = [
    (1, "00001"),
    (99_999, "99999"),
    (100_000, "A0000"),
    (109_999, "A9999"),
    (110_000, "B0000"),
    (359_999, "Z9999"),
]


@pytest.mark.parametrize(("count", "text"), RUNNING)
def test_running_numbers_go_on_with_letters(count, text) -> None:
    assert rules.running_number(count) == text


@pytest.mark.parametrize("count", [0, -1, 360_000])
def test_there_are_no_other_running_numbers(count) -> None:
    with pytest.raises(ValueError, match="no running number"):
        rules.running_number(count)


NUMBERS = [
    ("traction_passenger", 1, date(2026, 1, 1), "梯11皖L00001(26)"),
    ("escalator", 42, date(2027, 6, 1), "梯31皖L00042(27)"),
    ("dumbwaiter", 100_000, date(2026, 12, 31), "梯43皖LA0000(26)"),
]


@pytest.mark.parametrize(("kind", "count", "on", "number"), NUMBERS)
def test_certificate_numbers(kind, count, on, number) -> None:
    assert rules.certificate_no(kind, "341300", count, on) == number
    assert use_cert_no(number) == number
    assert number.startswith(rules.certificate_series(kind, "341300", on))


def test_an_unknown_city_has_no_letter() -> None:
    with pytest.raises(KeyError):
        rules.certificate_no("escalator", "340100", 1, ON)


BAD_FIELDS = [("mobile", "123"), ("postcode", "23400"), ("postcode", "二三四零零零")]


@pytest.mark.parametrize(("name", "text"), BAD_FIELDS)
def test_fields_of_the_form_that_cannot_be_right(name, text) -> None:
    field = next(one for one in rules.form_fields(ON) if one.name == name)
    with pytest.raises(IdentifierError):
        rules.checked(field, text)


def test_what_a_stop_and_an_end_need() -> None:
    stop, scrap, cancel = move("in_use", "suspend"), move("stopped", "scrap"), move("scrapped", "cancel")
    assert set(stop.needs) == {"document", "reason", "measures"}
    assert notice_by(stop, date(2026, 11, 1)) == date(2026, 12, 1)
    assert scrap.authority
    assert notice_by(scrap, date(2026, 11, 1)) is None
    assert set(cancel.needs) == {"document", "certificate"}
