"""Drawing the units of supervision inspections and those who check them (双随机, SAMR order 57 art. 9): by weight,
without replacement, and the same again from the same seed, with nothing but SHA-256.

How to repeat a draw by hand:

1. A unit of weight w gets w numbers: SHA-256 of the text `seed|key|0` … `seed|key|w-1`, written in hexadecimal. The
   smallest of them is its lot. (The smallest of w equal chances comes first w times as often as a single one.)
2. Units are put in the order of their lots, smallest first; equal lots in the order of their keys.
3. The first `key_units` key units of that order are drawn, then the first of all others until `size` are drawn.
4. For each drawn unit, in that order, every inspector of its area (of the whole pool where the area has fewer than
   `team`) gets the lot `seed|key|person|id` with weight 1; the `team` smallest lots check it.

`echo -n 'seed|key|0' | sha256sum` gives any of these numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

METHOD = "sha256-lots-1"
MOST = 2000  # units that one draw may take
HEAVIEST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit in the pool. `key` names it (credit code); `weight` is a whole number of at least 1; `reasons` say why it
    is a key unit, empty where it is none; `list_kind` is the check list it is checked by."""

    key: str
    weight: int
    reasons: tuple[str, ...] = ()
    list_kind: str = ""
    area: str = ""

    @property
    def is_key(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class Inspector:
    """One of those who may be drawn to check."""

    id: int
    name: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit that was drawn, and who checks it."""

    entry: Entry
    people: tuple[int, ...] = ()


def lot(seed: str, key: str, weight: int) -> str:
    """The smallest of `weight` SHA-256 numbers, in hexadecimal."""
    start = hashlib.sha256(f"{seed}|{key}|".encode())
    found = []
    for number in range(weight):
        again = start.copy()
        again.update(str(number).encode())
        found.append(again.hexdigest())
    return min(found)


def draw_units(seed: str, pool: Iterable[Entry], size: int, key_units: int) -> list[Entry]:
    """`size` units of the pool (all of a smaller one) with at least `key_units` key units among them where there are so
    many; in the order of step 3."""
    ordered = sorted(pool, key=lambda entry: (lot(seed, entry.key, entry.weight), entry.key))
    first = [entry for entry in ordered if entry.is_key][: min(key_units, size)]
    taken = {entry.key for entry in first}
    rest = [entry for entry in ordered if entry.key not in taken]
    return first + rest[: max(size - len(first), 0)]


def draw_people(seed: str, entry: Entry, people: Sequence[Inspector], team: int) -> tuple[int, ...]:
    """Who checks one unit: `team` of the inspectors of its area, or of all where the area has too few."""
    near = [person for person in people if person.area == entry.area]
    among = near if len(near) >= team else list(people)
    ordered = sorted(among, key=lambda person: (lot(seed, f"{entry.key}|person|{person.id}", 1), person.id))
    return tuple(person.id for person in ordered[:team])


def draw(
    seed: str, pool: Iterable[Entry], size: int, key_units: int, people: Sequence[Inspector] = (), team: int = 0
) -> list[Drawn]:
    """The whole draw: units, and for each the people who check it."""
    units = draw_units(seed, pool, size, key_units)
    return [Drawn(entry, draw_people(seed, entry, people, team)) for entry in units]


def weight(circumstances: Iterable[str], table: Mapping[str, int]) -> int:
    """The weight of a unit: the base and what its circumstances add."""
    return table["base"] + sum(table[name] for name in set(circumstances))


def digest(pool: Iterable[Entry]) -> str:
    """SHA-256 over the pool in the order of keys, one line `key weight area list reasons` each: the same pool, the
    same digest."""
    lines = (
        f"{entry.key} {entry.weight} {entry.area} {entry.list_kind} {'；'.join(entry.reasons)}"
        for entry in sorted(pool, key=lambda entry: entry.key)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
