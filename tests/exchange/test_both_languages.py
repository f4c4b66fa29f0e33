"""What a template offers to choose from is understood in both languages, and so is the identifier."""

from __future__ import annotations

import pytest
from flask import Flask

from registry.exchange.columns import Column
from registry.exchange.convert import parser
from registry.exchange.sheets import REGISTERS

NAMES = ("elevators", "cylinders", "units", "people", "inspections", "policies")


def choices(name: str) -> list[Column]:
    return [column for column in REGISTERS[name].sheet.columns if column.kind == "choice"]


@pytest.mark.parametrize("name", NAMES)
def test_every_label_of_a_choice_is_accepted(app: Flask, name: str) -> None:
    seen = 0
    for column in choices(name):
        parse = parser(column)
        for value, label in column.options().items():
            english = getattr(label, "en", "")
            assert english, f"{column.name}: {label} has no English"
            spellings = (value, str(label), english, english.upper(), f" {english} ")
            assert {parse(spelling) for spelling in spellings} == {value}, f"{column.name}: {value}"
            seen += 1
    assert seen > 3


def test_the_product_data_of_every_kind_have_a_column() -> None:
    from registry.queries.elevator_values import PARAMETERS

    names = {column.name for column in REGISTERS["elevators"].sheet.columns}
    assert set(PARAMETERS) <= names
    assert {"place_type", "extended_until"} <= names
