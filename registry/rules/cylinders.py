"""When a cylinder must be inspected, when its life ends, how much it may hold.

TSG 23-2021 chapters 8 and 9, GB 5842, GB/T 14193, GB/T 14194, GB/T 13591.
Rows of the tables start on 2015-01-01, when TSG R0006-2014 came into force: the earliest day judged here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fnmatch import fnmatchcase
from functools import lru_cache

from registry.rules import tables
from registry.rules.dates import day_stamp_end, end_of_month, month_stamp_end

Medium = str | Sequence[str] | None  # a mixture is the sequence of its components, traces left out

STRICT = "strict"
END_OF_MONTH = "end_of_month"

Groups = frozenset[tuple[str, str]]  # an office's own groups of media, so that what they lead to can be remembered
_NO_GROUPS: Groups = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """A number of years with its source. `years` is None when there is none; `reason` (a key) says why."""

    years: int | None
    basis: str = ""
    certainty: str = ""
    reason: str = ""
    max_years: int | None = None


@dataclass(frozen=True, slots=True)
class CylinderDates:
    """What the dates of one cylinder are computed from.

    `made` is a month stamp (its day is ignored); `last_inspection` a day, or a month stamp when
    `inspection_day_known` is False. `service_life_years` is the stamp of the individual cylinder.
    `month_stamp_valid_through`: `strict` counts a known inspection day to the day, `end_of_month`
    lets the inspection run to the end of that month. `medium_groups` are the office's own groups
    for single media (ammonia on steel is `corrosive` unless the office says `other`).
    """

    kind: str
    made: date | None = None
    medium: Medium = None
    environment: str | None = None
    high_purity: bool = False
    last_inspection: date | None = None
    inspection_day_known: bool = True
    service_life_years: int | None = None
    assessment_passed: bool | None = None
    taxi: bool = False
    month_stamp_valid_through: str = STRICT
    medium_groups: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The last day of each period; None where it is not known or does not exist (`reasons` are keys).

    `service_end` includes the extension by a passed assessment; `final_end` is the day no assessment
    can go beyond.
    """

    interval_years: int | None
    next_inspection: date | None
    service_end: date | None
    final_end: date | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next inspection day to keep, and whether the stated one was refused for being too late."""

    day: date | None
    refused: bool


@lru_cache(maxsize=4096)
def kind_matches(patterns: str, kind: str) -> bool:
    """Whether a kind is named by the patterns of a table cell; an empty cell names every kind.

    Patterns are separated by blanks, `*` stands for any ending, `!` in front takes kinds away.
    """
    wanted = [p for p in patterns.split() if not p.startswith("!")]
    taken = [p[1:] for p in patterns.split() if p.startswith("!")]
    if any(fnmatchcase(kind, p) for p in taken):
        return False
    return not wanted or any(fnmatchcase(kind, p) for p in wanted)


@lru_cache(maxsize=4096)
def medium_row(medium: str, on: date) -> tables.Row | None:
    """The row of a medium in `medium_groups`, None for a medium the tables do not know."""
    return tables.first("medium_groups", on, lambda row: row["medium"] == medium)


def medium_name(medium: str, on: date, language: str = "zh") -> str:
    """The name of a medium in a language; the id itself when the tables do not know it."""
    row = medium_row(medium, on)
    return row["en" if language == "en" else "zh"] if row else medium


@lru_cache(maxsize=4096)
def same_medium(one: str, other: str, on: date) -> bool:
    """Whether two medium ids mean the same gas; the family id (`lpg`) stands for each of its members."""
    rows = [medium_row(one, on), medium_row(other, on)]
    families = [row["family"] if row else "" for row in rows]
    return one == other or one == families[1] or other == families[0]


@lru_cache(maxsize=4096)
def reason_text(reason: str, on: date, language: str = "zh") -> str:
    """The sentence of a reason key; the key itself when there is none."""
    row = tables.first("cylinder_words", on, lambda row: row["key"] == reason)
    return row["en" if language == "en" else "zh"] if row else reason


def interval(
    kind: str,
    medium: Medium,
    environment: str | None,
    high_purity: bool,
    on: date,
    medium_groups: Mapping[str, str] | None = None,
) -> Term:
    """The inspection interval and its source; a mixture has the shortest of its components."""
    media: list[str | None] = [medium] if medium is None or isinstance(medium, str) else [*medium]
    groups = _frozen(medium_groups)
    terms = [_interval(kind, part, environment, high_purity, on, groups) for part in media]
    unknown = [term for term in terms if term.years is None]
    if unknown or not terms:
        return unknown[0] if unknown else Term(None, reason="medium_missing")
    return min(terms, key=lambda term: term.years or 0)


@lru_cache(maxsize=4096)
def _interval_years(kind: str, medium: str | None, environment: str | None, high_purity: bool, on: date) -> int | None:
    return interval(kind, medium, environment, high_purity, on).years


def interval_years(
    kind: str,
    medium: Medium,
    environment: str | None,
    high_purity: bool,
    on: date,
    medium_groups: Mapping[str, str] | None = None,
) -> int | None:
    """Years between periodic inspections; None when never inspected or when the tables cannot tell."""
    if medium_groups is None and (medium is None or isinstance(medium, str)):
        return _interval_years(kind, medium, environment, high_purity, on)
    return interval(kind, medium, environment, high_purity, on, medium_groups).years


def _frozen(groups: Mapping[str, str] | None) -> Groups:
    return frozenset(groups.items()) if groups else _NO_GROUPS


@lru_cache(maxsize=4096)
def _interval(
    kind: str,
    medium: str | None,
    environment: str | None,
    high_purity: bool,
    on: date,
    own_groups: Groups,
) -> Term:
    groups = dict(own_groups)
    of_kind = [row for row in tables.rows("inspection_intervals", on) if kind_matches(row["kinds"], kind)]
    for row in of_kind:
        if row["environments"] and environment not in row["environments"].split():
            continue
        if row["medium_group"] or row["high_purity"]:
            found = medium_row(medium, on) if medium else None
            if found is None:
                return Term(None, reason="medium_unknown" if medium else "medium_missing")
            if row["medium_group"] not in ("", groups.get(found["medium"], found["group"])):
                continue
            if (row["high_purity"] and not high_purity) or (row["toxic"] and not found["toxic"]):
                continue
        years = int(row["years"]) if row["years"] else None
        return Term(years, row["basis"], row["certainty"], "" if years else "no_inspection")
    return Term(None, reason="kind_unknown")


def service_life(
    kind: str,
    made: date | None,
    medium: Medium,
    taxi: bool,
    on: date,
    medium_groups: Mapping[str, str] | None = None,
) -> Term:
    """The design service life of the table and its ceiling (`max_years`, reached by a passed assessment)."""
    parts = () if medium is None else (medium,) if isinstance(medium, str) else tuple(medium)
    return _service_life(kind, made, parts, taxi, on, _frozen(medium_groups))


@lru_cache(maxsize=4096)
def _service_life(
    kind: str, made: date | None, parts: tuple[str, ...], taxi: bool, on: date, own_groups: Groups
) -> Term:
    groups = dict(own_groups)
    for row in tables.rows("service_lives", on):
        if not kind_matches(row["kinds"], kind) or (row["taxi"] and not taxi):
            continue
        if row["made_from"] or row["made_before"]:
            if made is None:
                return Term(None, reason="made_missing")
            if not _made_between(made, row["made_from"], row["made_before"]):
                continue
        if row["medium_group"]:
            group = _worst_group(parts, row["medium_group"], on, groups)
            if group is None:
                return Term(None, reason="medium_unknown" if parts else "medium_missing")
            if not group:
                continue
        years = int(row["years"])
        ceiling = int(row["max_with_assessment"] or years)
        return Term(years, row["basis"], row["certainty"], max_years=ceiling)
    return Term(None, reason="kind_unknown")


def service_life_years(kind: str, made: date | None, medium: Medium, taxi: bool, on: date) -> int | None:
    """Design service life in years by the table; None when the tables cannot tell."""
    return service_life(kind, made, medium, taxi, on).years


def _made_between(made: date, start: str, end: str) -> bool:
    return (not start or made >= date.fromisoformat(start)) and (not end or made < date.fromisoformat(end))


def _worst_group(media: Collection[str], group: str, on: date, groups: Mapping[str, str]) -> bool | None:
    """Whether one of the media belongs to the group; None when that cannot be known."""
    found = [medium_row(medium, on) for medium in media]
    if any(row is not None and groups.get(row["medium"], row["group"]) == group for row in found):
        return True
    return None if not found or None in found else False


def dates(given: CylinderDates, on: date) -> Dates:
    """All dates of one cylinder by the rows in force on a day; the next inspection is never after its life.

    Law art. 40, TSG 23-2021 ch. 9; a month stamp counts its own month as the first.
    """
    checked = interval(given.kind, given.medium, given.environment, given.high_purity, on, given.medium_groups)
    life = service_life(given.kind, given.made, given.medium, given.taxi, on, given.medium_groups)
    reasons = [term.reason for term in (checked, life) if term.reason]
    if given.made is None:
        reasons.append("made_missing")
    years, final_years, capped = _life_years(given, life, checked.years)
    if capped:
        reasons.append("life_capped")
    end = _stamp(given.made, years)
    due = _inspection_end(given, checked.years)
    if due is not None and end is not None:
        due = min(due, end)
    return Dates(checked.years, due, end, _stamp(given.made, final_years), tuple(dict.fromkeys(reasons)))


def _life_years(given: CylinderDates, life: Term, interval: int | None) -> tuple[int | None, int | None, bool]:
    """Years to the service end and to the final end, and whether the stated life was cut to the ceiling."""
    stated, ceiling = given.service_life_years, life.max_years
    years = stated or life.years
    capped = bool(stated and ceiling and stated > ceiling)
    if years is None or ceiling is None:
        return years, years, False
    if ceiling == life.years:  # no assessment can extend this kind: the stamp is the end
        years = min(years, ceiling)
        return years, years, capped
    if given.assessment_passed:
        years += interval or 0
    return min(years, ceiling), ceiling, capped


def _stamp(made: date | None, years: int | None) -> date | None:
    return None if made is None or years is None else month_stamp_end(made, years)


def _inspection_end(given: CylinderDates, years: int | None) -> date | None:
    if years is None:
        return None
    last = given.last_inspection
    if last is None:
        return _stamp(given.made, years)
    if not given.inspection_day_known:
        return month_stamp_end(last, years)
    end = day_stamp_end(last, years)
    if given.month_stamp_valid_through == STRICT:
        return end
    if given.month_stamp_valid_through == END_OF_MONTH:
        return end_of_month(end.year, end.month)
    raise ValueError(f"month_stamp_valid_through is neither strict nor end_of_month: {given!r}")


def accepted_next_due(computed: date | None, stated: date | None) -> NextDue:
    """The next inspection to keep: an inspector may state an earlier day than computed, never a later one."""
    if stated is None or computed is None:
        return NextDue(computed or stated, refused=False)
    return NextDue(min(computed, stated), refused=stated > computed)


@dataclass(frozen=True, slots=True)
class FillLimit:
    """How much a cylinder may hold: total contents in kg (residue included) or settled pressure in MPa.

    Acetylene has both: its pressure is the one never passed while filling. A limit the tables cannot
    give is None, and `reason` (a key, see `reason_text`) says why.
    """

    max_kg: Decimal | None = None
    max_pressure_mpa: Decimal | None = None
    basis: str = ""
    certainty: str = ""
    reason: str = ""


@lru_cache(maxsize=4096)
def fill_limit(
    kind: str | None,
    medium: str | None,
    volume_l: Decimal | None,
    working_pressure_mpa: Decimal | None,
    porosity: Decimal | None,
    temperature_c: Decimal | None,
    on: date,
) -> FillLimit:
    """The most a cylinder may be filled with (GB/T 14193 by mass, 14194 by pressure, 13591 acetylene).

    Litres, MPa (nominal working pressure), porosity 0..1, gas temperature in °C. Raises ValueError for a
    volume, pressure or porosity that is not positive.
    """
    for value in (volume_l, working_pressure_mpa, porosity):
        if value is not None and value <= 0:
            raise ValueError(f"volume, pressure and porosity are positive, not {value}")
    if medium is None:
        return FillLimit(reason="medium_missing")
    by_mass = _limit_rows("fill_coefficients", kind, medium, on)
    by_pressure = _limit_rows("fill_slopes", kind, medium, on)
    if not by_mass and not by_pressure:
        return FillLimit(reason="no_coefficient" if medium_row(medium, on) else "medium_unknown")
    graded = all(row["working_pressure_mpa"] for row in by_mass + by_pressure)
    if graded and working_pressure_mpa is None:
        return FillLimit(reason="pressure_missing")
    for row in by_mass + by_pressure:
        grade = row["working_pressure_mpa"]
        if not grade or Decimal(grade) == working_pressure_mpa:
            return _mass_limit(row, volume_l, porosity) if row in by_mass else _pressure_limit(row, temperature_c)
    return FillLimit(reason="no_coefficient")


def _limit_rows(table: str, kind: str | None, medium: str, on: date) -> list[tables.Row]:
    def fits(row: tables.Row) -> bool:
        excluded = bool(row["not_kinds"]) and kind is not None and kind_matches(row["not_kinds"], kind)
        return medium in row["media"].split() and not excluded

    return [row for row in tables.rows(table, on) if fits(row)]


def _mass_limit(row: tables.Row, volume_l: Decimal | None, porosity: Decimal | None) -> FillLimit:
    if volume_l is None:
        return FillLimit(reason="volume_missing")
    mass = volume_l * Decimal(row["coefficient"])
    if row["per"] == "volume_porosity":
        if porosity is None:
            return FillLimit(reason="porosity_missing")
        mass *= porosity
    pressure = Decimal(row["max_pressure_mpa"]) if row["max_pressure_mpa"] else None
    return FillLimit(_floor(mass, Decimal(row["step_kg"])), pressure, row["basis"], row["certainty"])


def _pressure_limit(row: tables.Row, temperature_c: Decimal | None) -> FillLimit:
    """`p(t) = WP + s (t - 20)`, at most the row's share of WP; the ideal gas law would allow too much."""
    if temperature_c is None:
        return FillLimit(reason="temperature_missing")
    if not Decimal(row["min_c"]) <= temperature_c <= Decimal(row["max_c"]):
        return FillLimit(reason="temperature_out_of_range")
    nominal = Decimal(row["working_pressure_mpa"])
    pressure = nominal + Decimal(row["slope_mpa_per_k"]) * (temperature_c - Decimal(row["reference_c"]))
    pressure = min(pressure, nominal * Decimal(row["max_ratio"]))
    return FillLimit(None, _floor(pressure, Decimal("0.01")), row["basis"], row["certainty"])


def _floor(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of a step that is not above the value: a limit is never rounded up."""
    return ((value / step).to_integral_value(ROUND_FLOOR) * step).quantize(step)
