"""Draws of supervision inspections: by weight, with their share of key units, and the same again from the same seed."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from registry.rules import supervision_draw as rules
from registry.rules.supervision_draw import Entry, Inspector

POOL = [
    Entry(f"U{n:03d}", 1 + n % 4, ("公众聚集场所：医院",) if n % 10 == 0 else (), area="341302") for n in range(100)
]
PEOPLE = [Inspector(n, f"人{n}", "341302" if n < 3 else "341321") for n in range(5)]


def test_the_lot_is_what_sha256sum_prints() -> None:
    numbers = [hashlib.sha256(f"seed|U001|{n}".encode()).hexdigest() for n in range(3)]
    assert rules.lot("seed", "U001", 3) == min(numbers)
    assert rules.lot("seed", "U001", 1) == numbers[0]


def test_a_known_draw_stays_what_it_was() -> None:
    drawn = rules.draw("a published seed", POOL, 6, 3, PEOPLE, 2)
    assert [each.entry.key for each in drawn] == EXPECTED
    assert rules.draw("a published seed", list(reversed(POOL)), 6, 3, PEOPLE, 2) == drawn, "order plays no part"
    assert rules.draw("another seed", POOL, 6, 3, PEOPLE, 2) != drawn


EXPECTED = ["U070", "U000", "U090", "U038", "U023", "U085"]


@pytest.mark.parametrize(
    ("size", "keys", "units", "key_units"),
    [(0, 0, 0, 0), (1, 5, 1, 1), (5, 5, 5, 5), (6, 5, 6, 5), (12, 12, 12, 10), (100, 0, 100, 10), (500, 50, 100, 10)],
)
def test_the_share_of_key_units(size, keys, units, key_units) -> None:
    drawn = rules.draw_units("seed", POOL, size, keys)
    assert len({entry.key for entry in drawn}) == len(drawn) == units
    assert sum(entry.is_key for entry in drawn) >= key_units


def test_weight_counts() -> None:
    pool = [Entry("heavy", 4), *(Entry(f"light{n}", 1) for n in range(4))]
    first = Counter(rules.draw_units(f"seed {n}", pool, 1, 0)[0].key for n in range(2000))
    assert 900 < first["heavy"] < 1100, "half of all chances"


def test_people_come_from_the_area_while_it_has_enough() -> None:
    entry = Entry("U001", 1, area="341302")
    assert set(rules.draw_people("seed", entry, PEOPLE, 2)) <= {0, 1, 2}
    assert len(rules.draw_people("seed", entry, PEOPLE, 4)) == 4
    assert rules.draw_people("seed", entry, PEOPLE[:1], 2) == (0,)
    assert rules.draw_people("seed", entry, (), 2) == ()


def test_the_digest_tells_pools_apart() -> None:
    assert rules.digest(POOL) == rules.digest(reversed(POOL))
    assert rules.digest(POOL) != rules.digest(POOL[1:])
    assert rules.digest([Entry("a", 1)]) != rules.digest([Entry("a", 2)])
