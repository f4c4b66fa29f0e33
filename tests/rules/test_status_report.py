"""Indicators of the safety-status report: values, rounding, periods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.queries import status_parts
from registry.rules import status_report as rules

ON = date(2026, 11, 29)
# Published rates that the total stock (without cylinders and pipes) gives: 安徽2021, 安徽2014, 江苏2020.
PUBLISHED = [(4, 659_700, "0.061"), (3, 303_700, "0.099"), (9, 2_197_800, "0.041")]


@pytest.mark.parametrize(("deaths", "devices", "written"), PUBLISHED)
def test_deaths_per_ten_thousand_devices(deaths: int, devices: int, written: str) -> None:
    definition = rules.definitions(ON)["death_rate"]
    assert definition.written(definition.value(Decimal(deaths), Decimal(devices))) == written


VALUES = [
    ("inspection_rate", 2, 3, "66.67"),
    ("inspection_rate", 0, 5, "0.00"),
    ("inspection_rate", 5, 0, "—"),
    ("inspection_rate", 1, 8, "12.50"),
    ("close_days", 25, 2, "12.5"),
    ("inspection_overdue", 1234, None, "1,234"),
    ("entrapment_rate", 1, 400, "0.25"),
]


@pytest.mark.parametrize(("key", "numerator", "denominator", "written"), VALUES)
def test_nothing_over_nothing_is_a_dash(key: str, numerator: int, denominator: int | None, written: str) -> None:
    definition = rules.definitions(ON)[key]
    below = None if denominator is None else Decimal(denominator)
    assert definition.written(definition.value(Decimal(numerator), below)) == written


PERIODS = [
    (2026, 1, date(2026, 1, 1), date(2026, 3, 31)),
    (2024, 1, date(2024, 1, 1), date(2024, 3, 31)),
    (2026, 4, date(2026, 10, 1), date(2026, 12, 31)),
    (2026, None, date(2026, 1, 1), date(2026, 12, 31)),
]


@pytest.mark.parametrize(("year", "quarter", "since", "until"), PERIODS)
def test_quarters_and_years(year: int, quarter: int | None, since: date, until: date) -> None:
    assert rules.period(year, quarter) == (since, until)


def test_every_indicator_of_the_table_is_counted() -> None:
    assert set(rules.definitions(ON)) == set(status_parts.KEYS)
