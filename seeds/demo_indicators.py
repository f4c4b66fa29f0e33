"""Indicators of the demo: three frozen months on their way to being locked, and what other offices have reported."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from registry import clock
from registry.actor import SYSTEM
from registry.rules import indicator_book
from registry.rules.dates import end_of_month
from registry.services import indicator_figures
from seeds import cast, past

MONTHS = 3
# key -> (numerator, denominator) of the newest period, or (value,); each period before is a little worse.
RATES = {"surface_water": (19, 20), "industrial_products": (1168, 1200), "food_sampling": (2961, 3000)}
VALUES = {"pm25": ("36.2", "0.4"), "tests_per_thousand": ("1.4", "-0.1"), "city_quality_award": ("8", "-1")}
PERIODS = 5
DOCUMENTS = {
    "pm25": "宿州市环境空气质量月报",
    "surface_water": "宿州市地表水环境质量月报",
    "industrial_products": "产品质量监督抽查情况通报",
    "food_sampling": "食品安全抽检情况通报",
    "tests_per_thousand": "食品安全抽检情况通报",
    "city_quality_award": "市政府质量奖表彰决定",
}


def build() -> None:
    """Report first, then freeze the last months; the older ones are locked, the newest waits for approval."""
    _reported()
    for back in range(MONTHS, 0, -1):
        end = _month_end(back)
        with past.at(past.moment(end + timedelta(days=1), 0, 5)):
            indicator_figures.freeze(SYSTEM, end)
        indicator_figures.move_month(cast.actor("section"), end, "submit")
        if back > 1:
            indicator_figures.move_month(cast.actor("leader"), end, "approve")
            indicator_figures.move_month(cast.actor("leader"), end, "lock")


def _reported() -> None:
    for key, parts in RATES.items():
        for back, end in enumerate(_ends(key)):
            numerator = Decimal(parts[0] - back * max(parts[1] // 200, 1))
            _report(key, end, {"numerator": numerator, "denominator": Decimal(parts[1])})
    for key, (newest, step) in VALUES.items():
        for back, end in enumerate(_ends(key)):
            _report(key, end, {"value": max(Decimal(newest) + Decimal(step) * back, Decimal(0))})


def _ends(key: str) -> list[date]:
    """The ends of the last periods of an indicator, the newest first."""
    frequency = indicator_book.definitions()[key].frequency
    end = _month_end(1)
    while not indicator_book.is_period_end(frequency, end):
        end = end.replace(day=1) - timedelta(days=1)
    return [indicator_book.period_before(frequency, end, back) for back in range(PERIODS)]


def _report(key: str, end: date, data: dict[str, Decimal]) -> None:
    with past.at(past.moment(min(end + timedelta(days=6), clock.today()))):
        said = {"key": key, "period_end": end, "document": DOCUMENTS[key]}
        indicator_figures.report(cast.actor("section"), {**said, **data})


def _month_end(back: int) -> date:
    day = clock.today().replace(day=1)
    for _ in range(back):
        day = (day - timedelta(days=1)).replace(day=1)
    return end_of_month(day.year, day.month)
