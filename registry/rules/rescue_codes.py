"""Numbers of the 96366 platform: which an area may give next (elevators.md §6.1).

A number that hangs or hung in a car is not given again: the old plate may still hang there, and a caller who reads it
would send help to another house. Gaps of numbers that were never used are filled first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """`first` to `last`, digits of one length."""

    first: str
    last: str

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return int(self.last) - int(self.first) + 1

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and len(code) == len(self.first) and self.first <= code <= self.last

    def meets(self, other: Range) -> bool:
        """Whether both have a number in common."""
        return len(self.first) == len(other.first) and self.first <= other.last and other.first <= self.last


def next_codes(those: Range, used: Collection[str], count: int, step: int = 1) -> list[str]:
    """The lowest `count` numbers of a range that are not used, counted from its first in steps; fewer when it ends."""
    found: list[str] = []
    width = len(those.first)
    for number in range(int(those.first), int(those.last) + 1, max(step, 1)):
        if len(found) >= count:
            break
        code = f"{number:0{width}d}"
        if code not in used:
            found.append(code)
    return found
