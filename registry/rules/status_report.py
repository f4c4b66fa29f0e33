"""The indicators of the safety-status report: numerator over denominator, rounded only where it is shown (§5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from registry.rules import tables

QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator. `kind`: rate (n / d x per), mean (n / d) or count (n alone)."""

    key: str
    section: str
    zh: str
    en: str
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    kind: str
    per: int
    unit: tuple[str, str]
    decimals: int
    direction: str

    def value(self, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
        """The unrounded value; None where there is nothing to divide by."""
        if self.kind == "count":
            return numerator
        return numerator / denominator * self.per if denominator else None

    def written(self, value: Decimal | None) -> str:
        """Rounded for showing, half up; a dash for what is not known."""
        if value is None:
            return "—"
        return f"{value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP):,f}"


def definitions(on: date) -> dict[str, Definition]:
    """The indicators of a day by key, in the order of the report."""
    return {
        row["key"]: Definition(
            row["key"],
            row["section"],
            row["zh"],
            row["en"],
            (row["numerator_zh"], row["numerator_en"]),
            (row["denominator_zh"], row["denominator_en"]),
            row["kind"],
            int(row["per"]),
            (row["unit"], row["unit_en"] or row["unit"]),
            int(row["decimals"]),
            row["direction"],
        )
        for row in tables.rows("status_indicators", on)
    }


def period(year: int, quarter: int | None) -> tuple[date, date]:
    """First and last day of a quarter, or of the year."""
    first = date(year, 1 if quarter is None else 3 * quarter - 2, 1)
    months = 12 if quarter is None else 3
    after = date(year + (first.month + months - 1) // 12, (first.month + months - 1) % 12 + 1, 1)
    return first, after - timedelta(days=1)
