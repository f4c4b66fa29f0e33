"""Numbers one step away from what was heard, and the words of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.misheard import neighbours, spoken_digits, words


@pytest.mark.parametrize(
    ("heard", "meant", "kind"),
    [
        ("123456", "723456", "sounds_alike"),
        ("123456", "129456", "substituted"),
        ("123466", "123496", "sounds_alike"),
        ("123456", "123465", "swapped"),
        ("123456", "12356", "extra"),
        ("123456", "1234567", "missing"),
        ("123456", "0123456", "missing"),
        ("123456", "1231056", "sounds_alike"),
        ("101234", "41234", "sounds_alike"),
        ("112345", "172345", "sounds_alike"),
    ],
)
def test_one_step_away(heard: str, meant: str, kind: str) -> None:
    assert neighbours(heard)[meant].kind == kind


@pytest.mark.parametrize(
    ("heard", "none"), [("123", True), ("1234", False), ("123456789", False), ("1234567890", True)]
)
def test_only_numbers_of_a_likely_length(heard: str, none: bool) -> None:
    assert (neighbours(heard) == {}) is none


def test_what_sounds_alike_comes_first() -> None:
    near = neighbours("900001")
    assert near["900007"].cost < near["900010"].cost < near["900003"].cost < near["9000013"].cost


def steps(a: str, b: str) -> int:
    """Damerau-Levenshtein distance, restricted."""
    table = {(i, -1): i + 1 for i in range(-1, len(a))} | {(-1, j): j + 1 for j in range(-1, len(b))}
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (x != y))
            if i and j and x == b[j - 1] and a[i - 1] == y:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a) - 1, len(b) - 1]


@given(st.from_regex(r"[0-9]{4,8}", fullmatch=True), st.from_regex(r"[0-9]{4,8}", fullmatch=True))
def test_neighbours_are_those_at_distance_one(heard: str, other: str) -> None:
    near = neighbours(heard)
    assert heard not in near
    if steps(heard, other) == 1:
        assert other in near
    assert all(steps(heard, each) == 1 or "10" in heard + each for each in near)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("012345", "012345"),
        (" 012 345 ", "012345"),
        ("０１２-３４５", "012345"),
        ("洞幺二三四五", "012345"),
        ("拐勾两", "792"),
        ("1号楼", None),
        ("", None),
    ],
)
def test_digits_as_they_are_said(typed: str, digits: str | None) -> None:
    assert spoken_digits(typed) == digits


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("翠湖花园1号楼2单元", ["翠湖花园", "1号楼", "2单元"]),
        ("2单元 翠湖，十二栋", ["2单元", "翠湖", "12栋"]),
        ("三号楼二单元", ["3号楼", "2单元"]),
        ("二十一幢", ["21幢"]),
        ("梨花家园", ["梨花家园"]),
        ("A座 3#", ["A座", "3#"]),
        ("   ", []),
        ("翠湖 翠湖", ["翠湖"]),
    ],
)
def test_words_of_an_address(typed: str, expected: list[str]) -> None:
    assert [word.text for word in words(typed)] == expected


def test_a_building_is_written_in_many_ways_and_its_number_is_whole() -> None:
    (building,) = words("1栋")
    assert building.stands_in("翠湖花园1号楼")
    assert building.stands_in("翠湖花园1幢")
    assert not building.stands_in("翠湖花园11号楼")
