"""F1 to F10: found at the limit, missed by one unit, silent where a fact is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from registry.rules import anomalies as rules
from registry.rules.anomalies import Limits, Presence, Print, Sheet, Stay
from registry.rules.workflow import moves, states

DAY = date(2026, 11, 20)
NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LIMITS = Limits(DAY)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def stay(visit: int, start: float, end: float, elevator: int | None = None, metres: int | None = None) -> Stay:
    return Stay(visit, elevator or visit, at(start), at(end), person=7, metres=metres)


def keys(hits: Any) -> list[str]:
    return [hit.key for hit in hits]


@pytest.mark.parametrize(
    ("gap_minutes", "metres", "found"),
    [
        (1, 8300, ["travel"]),  # the case of Suzhou industrial park: 8.3 km in a minute
        (10, 10_000, []),  # 60 km/h
        (10, 10_001, ["travel"]),
        (0, 300, []),  # the same place
        (0, 301, ["travel"]),
        (0.01, 301, ["travel"]),
        (18, 300_000, ["travel"]),
        (1, None, []),  # a place is not known
        (-1, None, ["overlap"]),
        (-1, 20, ["overlap"]),
    ],
)
def test_f1_impossible_travel(gap_minutes, metres, found) -> None:
    hits = list(rules.impossible_travel(stay(1, 0, 40), stay(2, 40 + gap_minutes, 80, metres=metres), LIMITS))
    assert keys(hits) == found
    assert [hit.other for hit in hits] == [1] * len(found)


def test_f1_two_visits_to_one_elevator_are_no_journey() -> None:
    assert not list(rules.impossible_travel(stay(1, 0, 40, 5), stay(2, 30, 70, 5, metres=0), LIMITS))


def test_f1_says_its_numbers() -> None:
    (hit,) = rules.impossible_travel(stay(1, 0, 40), stay(2, 41, 80, metres=8300), LIMITS)
    assert hit.evidence == {"metres": 8300, "minutes": 1.0, "seconds": 60, "kmh": 498, "limit": 60}
    (hit,) = rules.impossible_travel(stay(1, 0, 40), stay(2, 25, 35), LIMITS)
    assert hit.evidence == {"minutes": 10}


@pytest.mark.parametrize(("count", "found"), [(0, []), (12, []), (13, [13]), (14, [13, 14])])
def test_f2_too_many_in_a_day(count, found) -> None:
    stays = [stay(n, 60 * n, 60 * n + 30) for n in range(1, count + 1)]
    assert [number for number, _ in rules.too_many(reversed(stays), LIMITS)] == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stays", "found"),
    [
        ([stay(1, 0, 40), stay(2, 20, 60)], []),  # two are left to F1
        ([stay(1, 0, 40), stay(2, 20, 60), stay(3, 50, 90)], [3]),
        ([stay(1, 0, 40), stay(2, 20, 60), stay(3, 60, 90)], []),  # the third begins when the second has ended
        ([stay(1, 0, 40), stay(2, 40, 80), stay(3, 80, 120)], []),  # 120 minutes in 120
        ([stay(n, 0, 2) for n in range(1, 6)], [3, 4, 5]),  # five lifts within two minutes
        ([], []),
    ],
)
def test_f2_burst(stays, found) -> None:
    assert [number for number, _ in rules.burst(stays, LIMITS)] == found


def test_f2_a_burst_says_its_numbers() -> None:
    ((number, hit),) = rules.burst([stay(1, 0, 40), stay(2, 20, 60), stay(3, 50, 90)], LIMITS)
    assert (number, hit.other, hit.person) == (3, 2, 7)
    assert hit.evidence == {"count": 3, "total": 120.0, "elapsed": 90.0}


@pytest.mark.parametrize(
    ("phone", "device", "found"),
    [
        (True, False, ["phone"]),
        (False, True, ["device"]),
        (True, True, ["phone", "device"]),
        (False, False, []),
        (None, None, []),
    ],
)
def test_f3_forged_word(phone, device, found) -> None:
    assert keys(rules.forged_word(phone_is_workers=phone, device_is_workers=device)) == found


@pytest.mark.parametrize(
    ("mine", "other", "found"),
    [
        (Print(1, "a", person=7), Print(2, "a", person=8), ["signature"]),
        (Print(1, "a", person=7), Print(1, "a", person=8), ["signature"]),  # two people of one visit
        (Print(1, "a", person=7), Print(2, "a", person=7), []),  # his own
        (Print(1, "a", person=7), Print(2, "b", person=8), []),
        (Print(1, "a", person=None), Print(2, "a", person=8), []),  # whose it is, is not known
        (Print(1, "a", person=7), Print(2, "a", person=None), []),
    ],
)
def test_f3_one_signature_for_two_people(mine, other, found) -> None:
    assert keys(rules.same_signature(mine, [other])) == found


@pytest.mark.parametrize(
    ("seen", "chosen", "found"),
    [
        (Presence(position=True, photo=True), {}, []),
        (Presence(position=True, photo=False), {}, []),
        (Presence(position=False, photo=True), {}, []),
        (Presence(position=False, photo=False), {}, ["unproven"]),
        (Presence(position=True, photo=False), {"presence_proofs": 2}, ["unproven"]),
        (Presence(position=False, photo=False), {"presence_proofs": 0}, []),
        (Presence(position=True, photo=True, refused=True), {}, ["refused"]),
        (Presence(position=False, photo=False, refused=True), {}, ["refused", "unproven"]),
    ],
)
def test_f4_without_presence(seen, chosen, found) -> None:
    assert keys(rules.without_presence(seen, Limits(DAY, chosen))) == found


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (at(0), at(30), []),
        (at(0), at(30) - timedelta(seconds=1), ["too_short"]),
        (at(0), at(-5), ["too_short"]),
        (None, at(5), []),
        (at(0), None, []),
    ],
)
def test_f5_too_short(start, end, found) -> None:
    assert keys(rules.too_short(start, end, 30)) == found


MOTIF = 0x0F1E2D3C4B5A6978


@pytest.mark.parametrize(
    ("mine", "other", "found"),
    [
        (Print(1, "a"), Print(2, "a"), ["same_photo"]),
        (Print(1, "a"), Print(1, "a"), []),  # twice in one visit
        (Print(1, "a", MOTIF), Print(2, "b", MOTIF), ["alike_photo"]),
        (Print(1, "a", MOTIF), Print(2, "b", MOTIF ^ 0b111), ["alike_photo"]),  # three bits
        (Print(1, "a", MOTIF), Print(2, "b", MOTIF ^ 0b1111), []),  # four
        (Print(1, "a", MOTIF), Print(2, "b", None), []),
        (Print(1, "a", None), Print(2, "b", MOTIF), []),
        (Print(1, "a", 0), Print(2, "b", 0), []),  # two dark pictures
        (Print(1, "a", 0xFF), Print(2, "b", 0xFF), ["alike_photo"]),  # eight bits are enough to tell
        (Print(1, "a", 0x7F), Print(2, "b", 0x7F), []),
    ],
)
def test_f6_photo_again(mine, other, found) -> None:
    assert keys(rules.photo_again(mine, [other], LIMITS)) == found


def test_f6_names_the_nearest() -> None:
    others = [Print(2, "b", MOTIF ^ 0b11), Print(3, "c", MOTIF ^ 0b1)]
    (hit,) = rules.photo_again(Print(1, "a", MOTIF), others, LIMITS)
    assert (hit.other, hit.evidence) == (3, {"bits": 1, "limit": 3})


@pytest.mark.parametrize("flipped", [0, 1 << 63, 1 << 63 | 1, 1 << 60 | 1 << 40 | 1 << 3])
def test_f6_up_to_three_bits_leave_one_part_the_same(flipped) -> None:
    pairs = zip(rules.bands(MOTIF), rules.bands(MOTIF ^ flipped), strict=True)
    assert any(a == b for a, b in pairs)


ALIKE = Sheet(9, True, 2707, 241, ("A-1-29=7",))


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ([ALIKE, ALIKE], ["clones"]),
        ([ALIKE], []),
        ([], []),
        ([ALIKE, Sheet(8, False, 2707, 241, ("A-1-29=7",)), ALIKE], []),  # something was found in between
        ([ALIKE, Sheet(8, True, 2708, 241, ("A-1-29=7",))], []),
        ([ALIKE, Sheet(8, True, 2707, 242, ("A-1-29=7",))], []),
        ([ALIKE, Sheet(8, True, 2707, 241, ("A-1-29=8",))], []),
        ([ALIKE, Sheet(8, True, None, 241, ("A-1-29=7",))], []),
    ],
)
def test_f7_clones(before, found) -> None:
    assert keys(rules.clones(ALIKE, before, LIMITS)) == found


@pytest.mark.parametrize("mine", [Sheet(9, False, 2707, 241), Sheet(9, True, None, 241)])
def test_f7_what_is_not_all_normal_or_not_timed_is_no_clone(mine) -> None:
    assert not list(rules.clones(mine, [mine, mine, mine], LIMITS))


@pytest.mark.parametrize(
    ("ended", "received", "found"),
    [
        (NINE, NINE + timedelta(hours=72), []),
        (NINE, NINE + timedelta(hours=72, seconds=1), ["late"]),
        (None, NINE, []),
        (NINE, None, []),
    ],
)
def test_f8_late(ended, received, found) -> None:
    assert keys(rules.late(ended, received, 72)) == found


@pytest.mark.parametrize(("qualified", "found"), [(True, []), (False, ["not_qualified"]), (None, [])])
def test_f9_not_qualified(qualified, found) -> None:
    assert keys(rules.not_qualified(qualified)) == found


@pytest.mark.parametrize(
    ("failed_on", "all_normal", "found"),
    [
        (DAY, True, ["failed_inspection"]),
        (DAY + timedelta(days=30), True, ["failed_inspection"]),
        (DAY + timedelta(days=31), True, []),
        (DAY - timedelta(days=1), True, []),
        (DAY, False, []),
        (None, True, []),
    ],
)
def test_f10_failed_inspection(failed_on, all_normal, found) -> None:
    assert keys(rules.failed_inspection(5, failed_on, DAY, all_normal, LIMITS)) == found


def test_every_pattern_has_its_words_and_they_take_the_numbers() -> None:
    samples = {
        "travel": {"metres": 1, "minutes": 1, "kmh": 1, "limit": 1},
        "overlap": {"minutes": 1},
        "per_day": {"count": 1, "limit": 1},
        "burst": {"count": 1, "total": 1, "elapsed": 1},
        "unproven": {"count": 1, "limit": 1},
        "too_short": {"minutes": 1, "limit": 1},
        "alike_photo": {"bits": 1, "limit": 1},
        "clones": {"count": 1, "seconds": 1, "limit": 1},
        "late": {"hours": 1, "limit": 1},
        "failed_inspection": {"days": 1, "limit": 1},
    }
    found = rules.patterns(DAY)
    assert {code for code, _ in found} == set(rules.CODES)
    for (_, key), pattern in found.items():
        for text in (pattern.text, pattern.text_en):
            assert "{" not in text.format_map(samples.get(key, {}))
    assert set(rules.names(DAY)) == set(rules.CODES)


def test_the_office_s_threshold_goes_before_the_table() -> None:
    assert LIMITS["travel_kmh"] == 60
    assert Limits(DAY, {"travel_kmh": 80})["travel_kmh"] == 80
    pair = stay(1, 0, 40), stay(2, 50, 80, metres=12_000)
    assert keys(rules.impossible_travel(*pair, LIMITS)) == ["travel"]
    assert not list(rules.impossible_travel(*pair, Limits(DAY, {"travel_kmh": 72})))


def test_every_state_of_the_workflow_is_reached_and_left_or_ends() -> None:
    table, known = moves(rules.WORKFLOW), states(rules.WORKFLOW)
    assert {move.source for move in table} | {move.target for move in table} == set(known)
    reached = {rules.FOUND}
    for _ in known:
        reached |= {move.target for move in table if move.source in reached}
    assert reached == set(known)
    assert all(known[move.source] for move in table)
    assert len({(move.source, move.verb) for move in table}) == len(table)
