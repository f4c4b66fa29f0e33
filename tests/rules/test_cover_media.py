"""A policy over some gases answers for those and their families, one over none named for all."""

from datetime import date

import pytest

from registry.rules.cover_media import answers_for

ON = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("medium", "media", "answers"),
    [
        ("oxygen", (), True),
        (None, (), True),
        ("oxygen", ("oxygen",), True),
        ("oxygen", ("nitrogen",), False),
        ("oxygen", ("nitrogen", "oxygen"), True),
        ("lpg_civil_gas", ("lpg",), True),
        ("lpg", ("lpg_civil_gas",), True),
        ("lpg_civil_gas", ("lpg_civil_liquid",), False),
        ("moonshine", ("lpg",), False),
        (None, ("lpg",), False),
    ],
)
def test_the_gases_a_policy_answers_for(medium, media, answers) -> None:
    assert answers_for(medium, media, ON) is answers
