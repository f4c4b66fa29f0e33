"""What somebody on the telephone may have meant: numbers misheard or mistyped by one step, and words of an address.

On the telephone 1 is said yao and sounds like qi (7), liu (6) like jiu (9), si (4) like shi (10).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ALIKE = frozenset({"17", "71", "69", "96"})
DIGITS = "0123456789"
SHORTEST, LONGEST = 4, 9  # digits of a number whose neighbours are looked for
SPOKEN: Mapping[int, str] = MappingProxyType(
    {ord(char): digit for chars, digit in zip(
        ("零〇洞", "一幺", "二两", "三", "四", "五", "六", "七拐", "八", "九勾"), DIGITS, strict=True
    ) for char in chars}
)  # fmt: skip
SOUND, SWAP, SLIP, OTHER = 1, 2, 3, 4
_BUILDING = ("号楼", "栋", "幢", "座", "#楼", "#")
_SUFFIXES = "号楼|#楼|单元|号梯|栋|幢|座|层|楼|梯|室|号|#"
_NUMERAL = re.compile(rf"([0-9]+|[一二两三四五六七八九十]{{1,3}})({_SUFFIXES})")
_SEPARATORS = re.compile(r"[\s,，.。;；:：、/|()（）“”\"'·]+")


@dataclass(frozen=True, slots=True)
class Slip:
    """How a number differs from what was heard: `kind` is sounds_alike, substituted, swapped, missing or extra (a digit
    that what was heard lacks, or has too many); a smaller `cost` is likelier."""

    kind: str
    cost: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an address with the ways in which it may be written; `number`: no digit may stand before it."""

    text: str
    ways: tuple[str, ...]
    number: bool = False

    def stands_in(self, text: str) -> bool:
        """Whether one of its ways is in a text as a whole number."""
        before = r"(?<![0-9])" if self.number else ""
        return any(re.search(before + re.escape(way), text) for way in self.ways)


def plain(text: str) -> str:
    """What was typed, with half-width digits and letters."""
    return unicodedata.normalize("NFKC", text).strip()


def spoken_digits(text: str) -> str | None:
    """The digits that a text consists of, words for digits (幺, 拐, 洞 ...) included; None when it holds more."""
    found = re.sub(r"[\s\-－—]+", "", plain(text)).translate(SPOKEN)
    return found if found.isascii() and found.isdecimal() else None


def neighbours(heard: str) -> dict[str, Slip]:
    """Numbers one step away from one that was heard (4 to 9 digits), each with its likeliest slip."""
    found: dict[str, Slip] = {}
    if not (heard.isascii() and heard.isdecimal() and SHORTEST <= len(heard) <= LONGEST):
        return found

    def add(number: str, kind: str, cost: int) -> None:
        if number != heard and (number not in found or cost < found[number].cost):
            found[number] = Slip(kind, cost)

    for place, digit in enumerate(heard):
        head, tail = heard[:place], heard[place + 1 :]
        for other in DIGITS:
            alike = digit + other in ALIKE
            add(head + other + tail, "sounds_alike" if alike else "substituted", SOUND if alike else SLIP)
            add(head + other + digit + tail, "missing", OTHER)
        add(head + tail, "extra", OTHER)
        if tail:
            add(head + tail[0] + digit + tail[1:], "swapped", SWAP)
        if digit == "4":
            add(head + "10" + tail, "sounds_alike", SOUND)
        if digit + tail[:1] == "10":
            add(head + "4" + tail[1:], "sounds_alike", SOUND)
    for other in DIGITS:
        add(heard + other, "missing", OTHER)
    return found


def words(text: str) -> list[Word]:
    """The words of an address in any order: 翠湖花园1号楼2单元 is 翠湖花园, 1号楼 (1栋, 1幢 ...), 2单元."""
    found: list[Word] = []
    for chunk in _SEPARATORS.split(plain(text)):
        rest = 0
        for match in _NUMERAL.finditer(chunk):
            _append(found, chunk[rest : match.start()])
            found.append(_numbered(match[1], match[2]))
            rest = match.end()
        _append(found, chunk[rest:])
    return list(dict.fromkeys(found))


def _append(found: list[Word], text: str) -> None:
    if text:
        found.append(Word(text, (text,), text.isdecimal()))


def _numbered(number: str, suffix: str) -> Word:
    value = number if number.isdecimal() else str(_chinese(number))
    if suffix in _BUILDING:
        return Word(value + suffix, tuple(value + each for each in ("号楼", "栋", "幢", "座", "#")), True)
    if suffix == "号梯":
        return Word(value + suffix, (f"{value}号梯", f"{value}#"), True)
    return Word(value + suffix, (value + suffix,), True)


def _chinese(text: str) -> int:
    """一 to 九十九."""
    tens, ten, ones = text.rpartition("十")
    unit = int(ones.translate(SPOKEN) or 0) if ones else 0
    if not ten:
        return int(text.translate(SPOKEN))
    return (int(tens.translate(SPOKEN)) if tens else 1) * 10 + unit
