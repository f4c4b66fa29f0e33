"""The premium of an elevator's liability insurance by the factor table (elevators.md §7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.rules import premiums
from registry.rules.premiums import Facts

ON = date(2026, 7, 1)
FIVE_MILLION = 500_000_000


def facts(**changes) -> Facts:
    """A new lift in a house, insured for the first time: every factor is 1."""
    return Facts(
        **{
            "kind": "traction_passenger",
            "place_type": "residential",
            "made_on": date(2020, 1, 1),
            "limit_fen": FIVE_MILLION,
            **changes,
        }
    )


def factor(name: str, **changes) -> Decimal:
    parts = {part.factor: part for part in premiums.premium(facts(**changes), ON).parts}
    return parts[name].value


@pytest.mark.parametrize(
    ("changes", "fen"),
    [
        ({}, 9_300),
        ({"kind": "traction_freight"}, 9_300),
        ({"kind": "dumbwaiter"}, 9_300),
        ({"kind": "escalator"}, 9_500),
        ({"kind": "moving_walk"}, 9_500),
        ({"first_year": True}, 9_800),
        ({"kind": "escalator", "first_year": True}, 9_800),
    ],
)
def test_the_base_is_that_of_the_kind(changes, fen) -> None:
    found = premiums.premium(facts(**changes), ON)
    assert (found.base_fen, found.fen) == (fen, fen)
    assert found.base.certainty == "C"


def test_another_province_has_another_base() -> None:
    assert premiums.premium(facts(kind="escalator"), ON, "hunan").fen == 12_000
    with pytest.raises(ValueError, match="no base premium"):
        premiums.premium(facts(), ON, "nowhere")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("residential", "1.00"),
        ("school", "1.00"),
        ("hospital", "1.00"),
        ("office", "1.10"),
        ("hotel", "1.10"),
        ("factory", "1.10"),
        ("culture_sport", "1.10"),
        ("mall", "1.30"),
        ("transport", "1.30"),
        ("other", "1.00"),
        (None, "1.00"),
    ],
)
def test_the_place(place, value) -> None:
    assert factor("place", place_type=place) == Decimal(value)


@pytest.mark.parametrize(
    ("made_on", "value"),
    [
        (date(2011, 7, 2), "1.00"),  # 15 years less a day
        (date(2011, 7, 1), "1.00"),  # 15 years to the day
        (date(2011, 6, 30), "1.20"),  # 15 years and a day
        (None, "1.00"),
    ],
)
def test_fifteen_years_and_a_day_is_old(made_on, value) -> None:
    assert factor("age", made_on=made_on) == Decimal(value)


@pytest.mark.parametrize(
    ("on", "over"), [(date(2027, 2, 28), False), (date(2027, 3, 1), True), (date(2028, 2, 29), True)]
)
def test_a_leap_day_has_its_birthday_on_the_last_of_february(on, over) -> None:
    assert premiums.is_over(15, date(2012, 2, 29), on) is over


@pytest.mark.parametrize(
    ("years", "claims", "value"),
    [(0, 0, "1.00"), (1, 0, "0.95"), (9, 0, "0.95"), (0, 1, "1.00"), (1, 1, "1.00"), (1, 2, "1.10"), (1, 3, "1.20")],
)
def test_claims(years, claims, value) -> None:
    assert factor("claims", insured_years=years, claims=claims) == Decimal(value)


@pytest.mark.parametrize(
    ("fen", "value"),
    [
        (300_000_000, "0.90"),
        (300_000_001, "1.00"),
        (500_000_000, "1.00"),
        (500_000_001, "1.20"),
        (800_000_000, "1.20"),
        (1_000_000_000, "1.30"),
        (1_000_000_001, "1.50"),
        (None, "1.00"),
    ],
)
def test_the_limit(fen, value) -> None:
    assert factor("limit", limit_fen=fen) == Decimal(value)


def test_all_factors_are_multiplied_and_rounded_once() -> None:
    given = facts(kind="escalator", place_type="mall", made_on=date(2005, 1, 1), insured_years=1)
    found = premiums.premium(given, ON)
    # 9500 * 1.3 * 1.2 * 0.95 = 14079.0; 9300 * 1.3 * 0.95 = 11485.5 is rounded up
    assert found.fen == 14_079
    assert premiums.premium(facts(place_type="mall", insured_years=1), ON).fen == 11_486
    assert {part.factor for part in found.parts} == set(premiums.FACTORS)
    assert all(part.zh and part.en and part.basis for part in found.parts)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fen"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 9_300),
        (date(2024, 1, 1), date(2024, 12, 31), 9_300),  # 366 days are one year
        (date(2024, 2, 29), date(2025, 2, 27), 9_300),
        (date(2026, 1, 1), date(2027, 12, 31), 18_600),
        (date(2026, 1, 1), date(2026, 1, 1), 25),  # 9300 / 365 = 25.479
        (date(2026, 1, 1), date(2026, 12, 30), 9_275),  # 364 days: 9274.52
        (date(2026, 1, 1), date(2027, 1, 1), 9_325),
    ],
)
def test_a_term(starts_on, ends_on, fen) -> None:
    assert premiums.for_term(9_300, starts_on, ends_on) == fen


@pytest.mark.parametrize(
    ("since", "fen"),
    [
        (date(2025, 12, 1), 36_500),
        (date(2026, 1, 1), 36_500),
        (date(2026, 1, 2), 36_400),
        (date(2026, 12, 31), 100),
        (date(2027, 1, 1), 0),
    ],
)
def test_what_is_left_of_a_premium(since, fen) -> None:
    assert premiums.pro_rata(36_500, date(2026, 1, 1), date(2026, 12, 31), since) == fen


@pytest.mark.parametrize(
    ("fen", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [0, 0], [50, 50]),
        (0, [3, 4], [0, 0]),
        (10_001, [9_300, 9_500], [4_947, 5_054]),
        (5, [], []),
    ],
)
def test_parts_add_up(fen, weights, parts) -> None:
    assert premiums.allot(fen, weights) == parts


@pytest.mark.parametrize(
    ("sharing", "shares"),
    [
        ("homes", {"owner": 1_860, "maintenance": 2_790, "inspection": 4_650}),
        ("other", {"owner": 4_650, "maintenance": 3_720, "inspection": 930}),
        ("villa", {"owner": 9_300, "maintenance": 0, "inspection": 0}),
    ],
)
def test_who_bears_what(sharing, shares) -> None:
    assert premiums.split(9_300, sharing, ON) == shares
    assert sum(premiums.split(9_301, sharing, ON).values()) == 9_301


@pytest.mark.parametrize(("place", "sharing"), [("residential", "homes"), ("mall", "other"), (None, "other")])
def test_homes_share_by_their_own_key(place, sharing) -> None:
    assert premiums.sharing_of(place) == sharing
