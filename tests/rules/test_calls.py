"""Emergency calls: the table of moves, where a call stands, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.permissions import PERMISSIONS
from registry.rules import calls, tables
from registry.rules.calls import Asked, Facts
from seeds.reference_rows import FOLDER

T0 = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
ON = date(2026, 11, 30)


def at(seconds: int) -> datetime:
    return T0 + timedelta(seconds=seconds)


def asked(role: str = "maintenance", **marks: int) -> Asked:
    moments = {f"{name}_at": at(value) for name, value in marks.items()}
    return Asked(1, role, calls.roles()[role].level, moments.pop("dispatched_at", T0), **moments)


def facts(*dispatches: Asked, kind: str = "entrapment", **more) -> Facts:
    return Facts(kind, T0, "341302", tied=True, asked=dispatches, **more)


STANDS = [
    (facts(), "received"),
    (facts(asked()), "dispatched"),
    (facts(asked(declined=10)), "dispatched"),
    (facts(asked(withdrawn=10)), "dispatched"),
    (facts(asked(answered=10)), "accepted"),
    (facts(asked(answered=10, departed=20)), "accepted"),
    (facts(asked("use", answered=10)), "dispatched"),  # cannot free anybody
    (facts(asked("use", answered=10, arrived=60)), "dispatched"),
    (facts(asked(answered=10, declined=20)), "dispatched"),
    (facts(asked(answered=10, arrived=60)), "on_site"),
    (facts(asked("119", arrived=60)), "on_site"),
    (facts(asked(arrived=60), released_at=at(90)), "released"),
    (facts(asked(arrived=60), released_at=at(90), called_back_at=at(99)), "released"),
    (facts(asked(arrived=60), released_at=at(90), repaired_at=at(95)), "repaired"),
    (facts(asked(arrived=60), released_at=at(90), repaired_at=at(95), called_back_at=at(99)), "called_back"),
    (facts(kind="consult", closed_at=at(5)), "closed"),
]


@pytest.mark.parametrize(("known", "state"), STANDS)
def test_where_a_call_stands(known: Facts, state: str) -> None:
    assert calls.state_of(known) == state


REFUSED = [
    ("dispatch", facts(kind="consult"), None, True, "no_dispatch"),
    ("upgrade", facts(kind="complaint"), None, True, "no_dispatch"),
    ("dispatch", Facts("entrapment", T0), None, True, "not_tied"),
    ("dispatch", facts(), None, True, None),
    ("answer", facts(), None, False, "not_asked"),
    ("answer", facts(), asked(), False, None),
    ("answer", facts(), asked(answered=1), False, "answered"),
    ("answer", facts(), asked(withdrawn=1), False, "withdrawn"),
    ("answer", facts(), asked(declined=1), False, "declined"),
    ("decline", facts(), asked(answered=1), False, None),  # a car breaks down
    ("decline", facts(), asked(answered=1, arrived=2), False, "arrived"),
    ("depart", facts(), asked(), False, None),
    ("depart", facts(), asked(departed=1), False, "departed"),
    ("arrive", facts(), asked(), False, None),
    ("arrive", facts(), asked(arrived=1), False, "arrived"),
    ("withdraw", facts(), asked(arrived=1), True, "arrived"),
    ("release", facts(), asked(), False, "not_there"),
    ("release", facts(), asked(arrived=1), False, None),
    ("release", facts(), asked("use", arrived=1), False, None),
    ("release", facts(), None, True, None),
    ("release", facts(kind="fault"), None, True, "nobody_trapped"),
    ("repair", facts(), asked(arrived=1), False, "not_released"),
    ("repair", facts(kind="fault"), asked(arrived=1), False, None),
    ("close", facts(), None, True, "not_ended"),
    ("close", facts(kind="consult"), None, True, None),
    ("pass_on", facts(), None, True, "no_pass_on"),
    ("pass_on", Facts("complaint", T0), None, True, "not_tied"),
    ("make_clue", Facts("complaint", T0), None, False, "not_tied"),
]


@pytest.mark.parametrize(("verb", "known", "one", "desk", "reason"), REFUSED)
def test_what_a_table_cannot_say(verb: str, known: Facts, one: Asked | None, desk: bool, reason: str | None) -> None:
    assert calls.refusal(known, verb, one, desk) == reason


def test_every_move_is_somebodys_and_leads_somewhere() -> None:
    for move in calls.MOVES:
        assert move.source in calls.STATES
        assert move.target in (*calls.STATES, "=")
        assert PERMISSIONS[f"call.{move.verb}"], move.verb
    assert {state for state in calls.STATES if not calls.moves_from(state)} == set()


def test_arrival_by_area() -> None:
    assert [calls.arrival_minutes(code, ON) for code in ("341302", "341371", "341372", "3413GX")] == [30] * 4
    assert [calls.arrival_minutes(code, ON) for code in ("341321", "341322", "341323", "341324", None)] == [60] * 5


def test_arrival_agrees_with_the_areas_of_the_city() -> None:
    lines = (FOLDER / "areas.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=True)) for line in lines[1:]]
    for row in rows:
        if row["level"] != "city":
            assert calls.arrival_minutes(row["code"], ON) == int(row["arrival_limit_minutes"])


def test_causes_have_their_groups() -> None:
    assert list(calls.cause_groups()) == ["misuse", "equipment", "external", "unknown"]
    assert {calls.group_of(cause) for cause in calls.names("call_causes")} == set(calls.cause_groups())
    assert len(tables.load("call_causes")) == 16


@pytest.mark.parametrize(("count", "again"), [(0, False), (2, False), (3, True), (9, True)])
def test_three_in_a_year_are_a_repeat(count: int, again: bool) -> None:
    assert calls.repeats(count, ON) is again


MARKS = st.lists(
    st.tuples(
        st.sampled_from(sorted(calls.roles())),
        st.fixed_dictionaries(
            {},
            optional={
                name: st.integers(0, 3600) for name in ("answered", "declined", "departed", "arrived", "withdrawn")
            },
        ),
    ),
    max_size=4,
)


@given(MARKS, st.sampled_from(["entrapment", "fault"]))
def test_a_running_call_always_offers_the_desk_a_way_on(rows, kind: str) -> None:
    known = facts(*(asked(role, **marks) for role, marks in rows), kind=kind)
    state = calls.state_of(known)
    assert state in calls.RUNNING_STATES
    verbs = {move.verb for move in calls.moves_from(state)}
    assert {"upgrade", "hand_over", "mark_false_alarm", "amend", "tie"} <= verbs
    assert calls.refusal(known, "hand_over", None, True) is None
