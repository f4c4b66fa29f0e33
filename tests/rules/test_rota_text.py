"""A rota as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.rota_text import RotaError, Written, parse, resolved, written


@pytest.mark.parametrize(
    ("text", "days", "begins", "ends", "person"),
    [
        ("每天 00:00-24:00", range(7), 0, 1440, ""),
        ("每天 08:00-08:00 马超", range(7), 480, 480, "马超"),
        ("周一至周五 20:00－08:00　朱军", range(5), 1200, 480, "朱军"),
        ("周六、周日 8:00-20:00", (5, 6), 480, 1200, ""),
        ("星期天9：00至17：30", (6,), 540, 1050, ""),
        ("周五至周一 00:00-00:00", (0, 4, 5, 6), 0, 1440, ""),
        ("Mon-Fri 08:00-18:00 Li Ming", range(5), 480, 1080, "Li Ming"),
        ("周末 10:00~12:00", (5, 6), 600, 720, ""),
    ],
)
def test_a_line(text: str, days, begins: int, ends: int, person: str) -> None:
    assert parse(text) == [Written(day, begins, ends, person) for day in days]


@pytest.mark.parametrize("text", ["每天", "周八 08:00-09:00", "每天 8-9", "每天 25:00-26:00", "每天 24:00-08:00"])
def test_what_cannot_be_read_names_its_line(text: str) -> None:
    with pytest.raises(RotaError) as error:
        parse("每天 08:00-09:00；" + text)
    assert error.value.line == 2
    assert "2" in error.value.zh
    assert "2" in error.value.en


@given(
    st.lists(
        st.builds(
            Written,
            st.integers(0, 6),
            st.integers(0, 1439),
            st.integers(1, 1440),
            st.sampled_from(("", "马超", "朱军")),
        ),
        max_size=12,
        unique=True,
    ),
    st.booleans(),
)
def test_there_and_back(shifts: list[Written], english: bool) -> None:
    assert sorted(map(repr, parse(written(shifts, english)))) == sorted(map(repr, shifts))


def test_names_that_nobody_has() -> None:
    lines, unknown = resolved(parse("周一 08:00-09:00 马超；周二 08:00-09:00 无名"), {"马超": 7})
    assert [line["person_id"] for line in lines] == [7, None]
    assert unknown == ["无名"]
