"""Two callers about one event: a second caller joins, a call taken twice is merged, and nobody is sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from registry.actor import SYSTEM
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.queries import call_statistics
from registry.queries import calls as queries
from registry.services import calls
from seeds import cast, past
from tests.calls_factory import asked, lift, move, seen, taken, values, walk

pytestmark = pytest.mark.usefixtures("app")
OTHER = "13700001111"


def test_a_second_call_of_an_elevator_is_refused_and_its_caller_joins() -> None:
    elevator = lift()
    row = taken(elevator)
    again = values(elevator=elevator.label_code, caller_phone=OTHER)
    with pytest.raises(Conflict, match=row.no):
        calls.take(cast.actor("desk"), again)
    # What sends nobody, and an exercise, is another matter.
    calls.take(cast.actor("desk"), {**again, "kind": "consult"})
    calls.take(cast.actor("desk"), {**again, "drill": True})
    before = len(seen(row).dispatches)
    move("desk", row, "join", caller="王先生", caller_phone=OTHER, trapped=3, vulnerable=["child"])
    after = seen(row)
    assert len(after.dispatches) == before
    assert [(one.caller, one.caller_phone) for one in after.callers] == [("王先生", OTHER)]
    assert (after.trapped, after.vulnerable) == (3, ["child"])
    assert OTHER not in str([step.data for step in after.steps])


def test_fewer_people_than_known_change_nothing() -> None:
    row = taken(lift())
    move("desk", row, "join", caller_phone=OTHER, trapped=1)
    assert seen(row).trapped == 2


def test_the_second_phone_is_protected_and_forgotten_alike() -> None:
    row = taken(lift())
    move("desk", row, "join", caller_phone=OTHER)
    assert queries.shown_phone(cast.actor("desk"), seen(row), OTHER) == OTHER
    assert queries.shown_phone(cast.actor("section"), seen(row), OTHER) == "137****1111"
    walk(row)
    calls.blacken(SYSTEM, clock.now() + timedelta(days=1))
    assert [(one.caller, one.caller_phone) for one in seen(row).callers] == [("", None)]


def test_a_call_taken_twice_is_merged_and_counts_once() -> None:
    elevator = lift()
    first, second = taken(elevator), taken(elevator, caller_phone=OTHER)
    move("desk", second, "answer", unit="company", eta_minutes=8)
    move("desk", second, "merge", into=first.no, reason="同一起困人")
    merged, kept = seen(second), seen(first)
    assert (merged.state, merged.merged_into_id) == ("closed", first.id)
    assert asked(first, "company").answered_at is not None
    assert kept.state == "accepted"
    assert [one.caller_phone for one in kept.callers] == [OTHER]
    assert [step.verb for step in kept.steps][-1] == "join"
    assert all(one.withdrawn_at for one in merged.dispatches)
    found = call_statistics.of(cast.actor("section"))
    assert (found.calls, found.whole.entrapments) == (1, 1)
    with pytest.raises(Conflict, match="已并入"):
        move("desk", merged, "reopen", note="再办")


def test_what_does_not_fit_is_not_merged() -> None:
    elevator = lift()
    row, drill = taken(elevator), taken(elevator, drill=True)
    other = taken(lift(2, "030002", use_unit_id=cast.unit("property2").id))
    for into, said in ((row, "自己"), (drill, "演练"), (other, "另一台")):
        with pytest.raises(Invalid) as caught:
            move("desk", row, "merge", into=into.no, reason="重复")
        assert said in str(caught.value.errors["into"])
    with pytest.raises(Invalid):
        move("desk", row, "merge", into="JY-1999-000001", reason="重复")
    with pytest.raises(Invalid):
        move("desk", row, "merge", into=other.no)
    with pytest.raises(Forbidden):
        move("tech1", row, "merge", into=other.no, reason="重复")
    with pytest.raises((Forbidden, Missing)):
        move("insurer", row, "join")


@pytest.mark.parametrize(
    ("minutes", "believed"),
    [(0, True), (5, True), (-1, False), (8, False), (60 * 24, False)],
)
def test_a_phones_clock_is_believed_within_limits(frozen_calls, minutes: int, believed: bool) -> None:
    """Asked at 0, heard of at 5 minutes: from the dispatch until two minutes ahead."""
    row, begun = frozen_calls
    said = begun + timedelta(minutes=minutes)
    move("tech1", row, "arrive", phone_at=said)
    one, step = asked(row, "company"), seen(row).steps[-1]
    now = begun + timedelta(minutes=5)
    assert one.arrived_at == (min(said, now) if believed else now)
    assert ("phone_at" in step.data) is not believed


@pytest.fixture
def frozen_calls():
    elevator, begun = lift(), clock.now().replace(microsecond=0)
    with past.at(begun):
        row = taken(elevator)
    with past.at(begun + timedelta(minutes=5)):
        yield row, begun
