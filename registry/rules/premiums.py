"""The premium of an elevator's liability insurance by the factor table (elevators.md §7).

A year's premium is `base * f_kind * f_place * f_age * f_claims * f_limit`, rounded once, at the end, to the fen, half
a fen up. The numbers are those of other provinces until the city has its own; each row says where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from registry.rules import limits
from registry.rules.dates import add_months
from registry.rules.tables import Row

SCHEME = "jiangsu"
SCHEMES = ("jiangsu", "hunan")
FACTORS = ("kind", "place", "age", "claims", "limit")
PARTIES = ("owner", "maintenance", "inspection")
SHARINGS = ("homes", "other", "villa")
FEN_A_YUAN = 100
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the premium of one elevator depends on. `None` is "not known" and has rows of its own.

    `first_year`: a new elevator insured by its maker or installer; `insured_years`: completed years of insurance before
    the first day; `claims`: claims within the twelve months before it; `limit_fen`: the limit per accident.
    """

    kind: str
    place_type: str | None = None
    made_on: date | None = None
    first_year: bool = False
    insured_years: int = 0
    claims: int = 0
    limit_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One factor with the row it was read from."""

    factor: str
    key: str
    zh: str
    en: str
    value: Decimal
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Premium:
    """A year's premium: the base, the factors, and their product in fen."""

    base_fen: int
    base: Part
    parts: tuple[Part, ...]
    fen: int


def premium(facts: Facts, on: date, scheme: str = SCHEME) -> Premium:
    """The premium of a year of insurance that begins on a day.

    Raises:
        ValueError: no base premium of this scheme for the elevator.
    """
    base = _base(facts, on, scheme)
    rows = limits.edition("premium_factors", on)
    parts = tuple(_part(_first(rows, factor, facts, on)) for factor in FACTORS)
    product = Decimal(base["fen"])
    for part in parts:
        product *= part.value
    fen = int(base["fen"])
    named = Part("base", base["key"], base["zh"], base["en"], Decimal(fen), base["basis"], base["certainty"])
    return Premium(fen, named, parts, rounded(product))


def is_over(years: int, made_on: date, on: date) -> bool:
    """Whether something is older than so many years: on the day it has them it is not, the day after it is."""
    return on > add_months(made_on, 12 * years)


def for_term(year_fen: int, starts_on: date, ends_on: date) -> int:
    """The premium of `starts_on <= day <= ends_on`: whole years in full, the days beyond by 365ths, half a fen up."""
    years, after = 0, ends_on + timedelta(days=1)
    while add_months(starts_on, 12 * (years + 1)) <= after:
        years += 1
    days = (after - add_months(starts_on, 12 * years)).days
    return rounded(Decimal(year_fen) * (years + Decimal(days) / DAYS_A_YEAR))


def pro_rata(fen: int, starts_on: date, ends_on: date, since: date) -> int:
    """What of a term's premium falls on the days from `since` to the end, by the day, half a fen up."""
    days = (ends_on - starts_on).days + 1
    left = min(max((ends_on - since).days + 1, 0), days)
    return rounded(Decimal(fen) * left / days)


def allot(fen: int, weights: Sequence[int]) -> list[int]:
    """An amount in parts that add up to it, in proportion to weights (alike when all are nothing).

    What is lost by rounding down goes to the largest remainders, the first of equals first.
    """
    whole = sum(weights)
    if not weights:
        return []
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    parts = [fen * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: -(fen * weights[place] % whole))
    for place in order[: fen - sum(parts)]:
        parts[place] += 1
    return parts


def sharing_of(place_type: str | None) -> str:
    """How the cost is shared where nothing else is agreed: homes by one key, everything else by another."""
    return "homes" if place_type == "residential" else "other"


def split(fen: int, sharing: str, on: date) -> dict[str, int]:
    """What each party bears of a premium, in fen; together it is the premium."""
    row = next(row for row in limits.edition("premium_shares", on) if row["sharing"] == sharing)
    return dict(zip(PARTIES, allot(fen, [int(row[party]) for party in PARTIES]), strict=True))


def rounded(amount: Decimal) -> int:
    """Whole fen, half a fen up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _base(facts: Facts, on: date, scheme: str) -> Row:
    for row in limits.edition("premium_bases", on):
        kinds = row["kinds"].split()
        if row["scheme"] != scheme or (row["first_year"] and not facts.first_year):
            continue
        if not kinds or facts.kind in kinds:
            return row
    raise ValueError(f"no base premium: {scheme}, {facts.kind}")


def _first(rows: Sequence[Row], factor: str, facts: Facts, on: date) -> Row:
    return next(row for row in rows if row["factor"] == factor and _MATCHES[factor](row, facts, on))


def _part(row: Row) -> Part:
    return Part(row["factor"], row["key"], row["zh"], row["en"], Decimal(row["value"]), row["basis"], row["certainty"])


def _place(row: Row, facts: Facts, _on: date) -> bool:
    return not row["match"] or facts.place_type in row["match"].split()


def _age(row: Row, facts: Facts, on: date) -> bool:
    if facts.made_on is None:
        return row["match"] == "unknown"
    return not row["at_most"] or not is_over(int(row["at_most"]), facts.made_on, on)


def _claims(row: Row, facts: Facts, _on: date) -> bool:
    enough = not row["years_insured"] or facts.insured_years >= int(row["years_insured"])
    return enough and (not row["at_most"] or facts.claims <= int(row["at_most"]))


def _limit(row: Row, facts: Facts, _on: date) -> bool:
    if facts.limit_fen is None:
        return Decimal(row["value"]) == 1  # the tier that the base premium is made for
    return not row["at_most"] or facts.limit_fen <= int(row["at_most"]) * FEN_A_YUAN


_MATCHES: dict[str, Callable[[Row, Facts, date], bool]] = {
    "kind": lambda row, facts, _on: not row["match"] or facts.kind in row["match"].split(),
    "place": _place,
    "age": _age,
    "claims": _claims,
    "limit": _limit,
}
