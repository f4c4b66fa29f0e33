"""Statuses of a cylinder, the moves between them, events, custody and bounds."""

from datetime import date
from decimal import Decimal

import pytest

from registry.rules.cylinder_lifecycle import (
    CUSTODIES,
    EVENTS,
    INITIAL_STATUSES,
    LIVE,
    MOVES,
    STATUSES,
    bounds,
    brought_in,
    custodies,
    custody_after,
    holds,
    move,
    move_by_hand,
    moves_from,
)
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.rules.tables import load

ON = date(2026, 11, 22)

# (status, verb) -> (target, who)
LEGAL = {
    ("draft", "register"): ("in_use", "office"),
    ("draft", "cancel"): ("cancelled", "office"),
    ("draft", "order_scrap"): ("scrap_pending", "any"),
    ("draft", "fail_inspection"): ("scrap_pending", "inspection"),
    ("in_use", "suspend"): ("suspended", "any"),
    ("in_use", "send_inspection"): ("inspection", "any"),
    ("in_use", "fail_inspection"): ("scrap_pending", "inspection"),
    ("in_use", "order_scrap"): ("scrap_pending", "any"),
    ("in_use", "report_lost"): ("lost", "any"),
    ("in_use", "begin_transfer"): ("transferred", "any"),
    ("suspended", "resume"): ("in_use", "office"),
    ("suspended", "fail_inspection"): ("scrap_pending", "inspection"),
    ("suspended", "order_scrap"): ("scrap_pending", "any"),
    ("suspended", "report_lost"): ("lost", "any"),
    ("inspection", "withdraw_inspection"): ("in_use", "any"),
    ("inspection", "pass_inspection"): ("in_use", "inspection"),
    ("inspection", "fail_inspection"): ("scrap_pending", "inspection"),
    ("inspection", "order_scrap"): ("scrap_pending", "any"),
    ("transferred", "fail_inspection"): ("scrap_pending", "inspection"),
    ("transferred", "withdraw_transfer"): ("in_use", "any"),
    ("transferred", "take_over"): ("in_use", "transfer"),
    ("scrap_pending", "revoke_scrap"): ("suspended", "office"),
    ("scrap_pending", "destroy"): ("destroyed", "scrap"),
    ("scrap_pending", "report_lost"): ("lost", "any"),
    ("destroyed", "cancel"): ("cancelled", "office"),
    ("lost", "find"): ("suspended", "any"),
    ("lost", "cancel"): ("cancelled", "office"),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", sorted({verb for _, verb in LEGAL}))
def test_every_status_with_every_verb(status, verb) -> None:
    found = move(status, verb)
    assert ((found.target, found.by) if found else None) == LEGAL.get((status, verb))


def test_a_verb_means_one_thing_from_a_status() -> None:
    assert len({(one.source, one.verb) for one in MOVES}) == len(MOVES) == len(LEGAL)


def test_every_status_is_reached_and_only_cancelled_is_the_end() -> None:
    reached = set(INITIAL_STATUSES)
    for _ in STATUSES:
        reached |= {one.target for one in MOVES if one.source in reached}
    assert reached == set(STATUSES)
    assert [status for status in STATUSES if not moves_from(status)] == ["cancelled"]


def test_a_station_never_puts_a_stopped_cylinder_back_into_use() -> None:
    """Whatever a station does by hand from 停用, it does not come back to 在用 without the office."""
    reached = {"suspended"}
    for _ in STATUSES:
        reached |= {one.target for one in MOVES if one.source in reached and one.by == "any"}
    assert "in_use" not in reached


def test_a_code_is_void_exactly_when_the_registration_ends() -> None:
    for one in MOVES:
        assert one.voids_code == (one.target not in LIVE)


@pytest.mark.parametrize(
    ("status", "verb", "office", "allowed"),
    [
        ("suspended", "resume", True, True),
        ("suspended", "resume", False, False),
        ("in_use", "suspend", False, True),
        ("inspection", "pass_inspection", True, False),
        ("transferred", "take_over", True, False),
        ("cancelled", "register", True, False),
    ],
)
def test_moves_by_hand(status, verb, office, allowed) -> None:
    assert (move_by_hand(status, verb, office) is not None) is allowed


def test_events_name_moves_that_exist() -> None:
    verbs = {one.verb for one in MOVES if one.by in ("any", "office")}
    assert {event.move for event in EVENTS.values() if event.move} <= verbs
    assert all(event.sent for event in EVENTS.values() if event.move)


TOLD_BY = {
    "station": {
        "precheck", "postcheck", "leave_station", "self_pickup", "deliver_start", "deliver_done", "collect",
        "enter_station", "reclaim", "enter_depot", "leave_depot", "damaged", "send_inspection", "valve_change",
        "suspend", "lost", "scrap_order", "anomaly",
    },
    "courier": {"deliver_start", "deliver_done", "collect", "reclaim", "enter_depot", "leave_depot", "damaged"},
    "depot": {
        "self_pickup", "deliver_start", "deliver_done", "collect", "reclaim", "enter_depot", "leave_depot", "damaged",
    },
    "customer": {"receipt"},
    "inspection": {"inspection_in", "inspection_out", "damaged", "valve_change", "anomaly"},
    "office": {"suspend", "resume", "lost", "scrap_order", "cancel"},
    "system": {
        "manufacture", "code_bind", "register", "fill", "inspection", "transfer", "code_replace", "consumer_scan",
        "destroy",
    },
}  # fmt: skip


@pytest.mark.parametrize("party", TOLD_BY)
def test_who_may_tell_what(party) -> None:
    assert {event.kind for event in EVENTS.values() if party in event.by} == TOLD_BY[party]
    assert set().union(*(event.by for event in EVENTS.values())) == set(TOLD_BY)


@pytest.mark.parametrize(
    ("custody", "expected"),
    [("at_user", True), ("returning", True), ("at_depot_empty", True), ("in_delivery", True), ("at_inspection", True),
     ("empty_in_station", False), ("prechecked", False), ("full_in_station", False), ("filled_unchecked", False)],
)  # fmt: skip
def test_what_must_have_come_in_unscanned(custody, expected) -> None:
    assert brought_in(custody, ON) is expected


def test_custody_names_known_places_and_events() -> None:
    for row in load("cylinder_custody"):
        assert row["kind"] in EVENTS
        assert {row["to"], *row["from"].split()} <= set(CUSTODIES)
    assert all(custody.zh != f"custody.{custody.id}" for custody in custodies().values())


@pytest.mark.parametrize(
    ("kind", "was", "expected"),
    [
        ("leave_station", "full_in_station", ("in_delivery", True)),
        ("deliver_done", "in_delivery", ("at_user", True)),
        ("deliver_done", "empty_in_station", ("at_user", False)),
        ("enter_station", "in_delivery", ("full_in_station", True)),
        ("enter_station", "at_user", ("empty_in_station", True)),
        ("enter_station", "full_in_station", ("empty_in_station", False)),
        ("damaged", "at_user", ("at_user", True)),
    ],
)
def test_custody_after(kind, was, expected) -> None:
    assert custody_after(kind, was, ON) == expected


@pytest.mark.parametrize(
    ("field", "kind", "expected"),
    [
        ("volume_ml", "lpg_steel", (Decimal("0.4"), Decimal(150))),
        ("volume_ml", "bundle", (Decimal("0.4"), Decimal(10000))),
        ("volume_ml", "cryogenic", (Decimal("0.4"), Decimal(3000))),
        ("tare_per_volume", "composite_lpg", (Decimal("0.08"), Decimal("2.5"))),
    ],
)
def test_bounds(field, kind, expected) -> None:
    found = bounds(field, kind, ON)
    assert (found.minimum, found.maximum) == expected


def test_nothing_is_said_about_an_unknown_field() -> None:
    assert bounds("colour", "lpg_steel", ON) is None


@pytest.mark.parametrize(
    ("kind", "medium", "expected"),
    [
        ("lpg_steel", "lpg", True),
        ("lpg_steel", "oxygen", False),
        ("seamless_steel", "oxygen", True),
        ("seamless_steel", "acetylene", False),
        ("acetylene", "acetylene", True),
        ("bundle", "acetylene", True),
        ("dme_steel", "dimethyl_ether", True),
        ("dme_steel", "lpg", False),
    ],
)
def test_what_a_kind_holds(kind, medium, expected) -> None:
    assert holds(kind, medium, ON) is expected


def test_media_of_kinds_exist_and_every_kind_holds_something() -> None:
    for row in load("cylinder_media"):
        assert {medium.lstrip("!") for medium in row["media"].split()} <= set(MEDIA)
    for kind in CYLINDER_KINDS:
        assert any(holds(kind, medium, ON) for medium in MEDIA)
