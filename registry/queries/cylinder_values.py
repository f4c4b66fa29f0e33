"""What a cylinder's own values say: its dates, its permitted fill, and what cannot be right.

Pure functions over plain values, shared by single registration, bulk registration and the dry run of an import.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from registry.messages import T
from registry.queries.cylinder_terms import Terms
from registry.rules.cylinder_lifecycle import bounds, holds
from registry.rules.cylinders import CylinderDates, Dates, accepted_next_due, dates, fill_limit
from registry.rules.identifiers import normalise
from registry.rules.kinds import CYLINDER_KINDS, MEDIA

Values = Mapping[str, Any]

# What a registration may state. The rest of the row is computed or moved by verbs of its own.
MARKS = (
    "kind",
    "medium",
    "maker",
    "maker_code",
    "serial_no",
    "made_on",
    "model",
    "product_standard",
    "register_no",
    "inner_no",
    "information_management",
    "working_pressure_kpa",
    "test_pressure_kpa",
    "wall_mm",
    "tare_g",
    "volume_ml",
    "permitted_fill_g",
    "porosity",
    "service_life_years",
    "assessment_passed_on",
    "environment",
    "high_purity",
    "taxi",
    "vehicle_plate",
    "purchased_on",
    "electronic_mark",
    "filler_mark_embossed",
    "refurbished",
    "threaded_shield",
    "dual_valve",
    "registered_on",
    "last_inspected_on",
    "last_inspection_passed",
    "stated_next_inspection_on",
)
# What a station may still change by itself once the cylinder is on file; everything else decides about filling.
STATION_FIELDS = frozenset(
    {"maker", "model", "product_standard", "inner_no", "vehicle_plate", "information_management"}
)
ENVIRONMENTS = ("seawater", "diving")

# Stored in mL, g and kPa; judged and shown in L, kg and MPa.
_THOUSANDTHS = frozenset({"volume_ml", "tare_g", "working_pressure_kpa", "test_pressure_kpa", "permitted_fill_g"})
_BOUNDED = (
    "volume_ml",
    "tare_g",
    "working_pressure_kpa",
    "test_pressure_kpa",
    "wall_mm",
    "porosity",
    "service_life_years",
)

_CODES = ("maker_code", "serial_no", "register_no", "inner_no", "vehicle_plate")


# Not every code is Latin: the code of a maker may be its name, which comes with many cylinders.
_code = lru_cache(maxsize=4096)(normalise)


class Kept(NamedTuple):
    """The dates that are kept with a cylinder so that lists can ask for them; None where there is none."""

    next_inspection_on: date | None
    service_end_on: date | None


def normalised(values: Values) -> dict[str, Any]:
    """The values as they are stored: codes half-width, upper case and without blanks, the stamp as the first of its
    month, an inspection with its result (passed where only its day is given)."""
    known: dict[str, Any] = {name: values[name] for name in MARKS if name in values}
    for name in _CODES:
        text = known.get(name)
        if isinstance(text, str):
            known[name] = text.upper() if text.isascii() and text.isalnum() else _code(text) or None
    if isinstance(known.get("made_on"), date):
        known["made_on"] = known["made_on"].replace(day=1)
    for name in ("high_purity", "taxi"):
        if name in known:
            known[name] = bool(known[name])
    if known.get("last_inspection_passed") is None and "last_inspected_on" in known:
        known["last_inspection_passed"] = None if known["last_inspected_on"] is None else True
    return known


def dates_from(values: Values, on: date, terms: Terms) -> Dates:
    """The dates of a cylinder from its values by the rules in force on a day.

    A failed inspection does not count as one: the dates are those of a cylinder not inspected since it was made.
    """
    passed = values.get("last_inspection_passed") is not False
    return _dates(
        values["kind"],
        values.get("made_on"),
        values.get("medium"),
        values.get("environment"),
        bool(values.get("high_purity")),
        values.get("last_inspected_on") if passed else None,
        values.get("service_life_years"),
        values.get("assessment_passed_on") is not None,
        bool(values.get("taxi")),
        on,
        terms,
    )


@lru_cache(maxsize=8192)
def _dates(
    kind: str,
    made: date | None,
    medium: str | None,
    environment: str | None,
    high_purity: bool,
    inspected: date | None,
    life: int | None,
    assessed: bool,
    taxi: bool,
    on: date,
    terms: Terms,
) -> Dates:
    given = CylinderDates(
        kind,
        made,
        medium,
        environment,
        high_purity,
        last_inspection=inspected,
        service_life_years=life,
        assessment_passed=assessed or None,
        taxi=taxi,
        month_stamp_valid_through=terms.month_stamp,
        medium_groups=terms.groups,
    )
    return dates(given, on)


def kept_dates(values: Values, on: date, terms: Terms) -> Kept:
    """The next inspection and the service end to keep. A failed inspection is due again on its own day."""
    computed = dates_from(values, on, terms)
    if values.get("last_inspection_passed") is False:
        return Kept(values.get("last_inspected_on"), computed.service_end)
    due = accepted_next_due(computed.next_inspection, values.get("stated_next_inspection_on"))
    return Kept(due.day, computed.service_end)


def computed_fill_g(values: Values, on: date) -> int | None:
    """The most a cylinder filled by mass may hold, in grams (GB/T 14193); None for one filled by pressure."""
    get = values.get
    return _fill_g(values["kind"], get("medium"), get("volume_ml"), get("working_pressure_kpa"), get("porosity"), on)


def carried_fill_g(before: Values, after: Values, on: date) -> int | None:
    """The permitted fill after a correction: a stamped one stands, one that was computed is computed anew."""
    stated = after.get("permitted_fill_g")
    if stated is None or (stated == before.get("permitted_fill_g") == computed_fill_g(before, on)):
        return computed_fill_g(after, on)
    return int(stated)


@lru_cache(maxsize=8192)
def _fill_g(
    kind: str, medium: str | None, volume_ml: int | None, pressure_kpa: int | None, porosity: Decimal | None, on: date
) -> int | None:
    if not volume_ml or any(value is not None and value <= 0 for value in (volume_ml, pressure_kpa, porosity)):
        return None
    volume = Decimal(volume_ml) / 1000
    pressure = None if pressure_kpa is None else Decimal(pressure_kpa) / 1000
    limit = fill_limit(kind, medium, volume, pressure, porosity, None, on)
    return None if limit.max_kg is None else int(limit.max_kg * 1000)


def problems(values: Values, on: date, terms: Terms, stated_date: bool = True) -> dict[str, list[T]]:
    """What cannot be right: field -> sentences, empty when nothing is wrong.

    `stated_date` False lets a stated next inspection that is too late pass (a ledger's own arithmetic): the earlier,
    computed day is kept all the same.
    """
    found: dict[str, list[T]] = {}
    kind: str = values.get("kind") or ""
    if kind not in CYLINDER_KINDS:
        return {"kind": [T("没有这种气瓶品种")]}
    medium = values.get("medium")
    if medium not in MEDIA:
        found["medium"] = [T("没有这种充装介质")]
    elif not holds(kind, medium, on):
        found["medium"] = [T("这种气瓶不能充装该介质")]
    for field, wrong in _measured(kind, *(values.get(name) for name in _BOUNDED), on):
        _add(found, field, wrong)
    if "volume_ml" not in found:
        _add(found, "permitted_fill_g", _too_much(values, on))
    for field, problem in _misdated(values, on):
        _add(found, field, problem)
    if stated_date and not found:
        _add(found, "stated_next_inspection_on", too_late(values, on, terms))
    return found


def too_late(values: Values, on: date, terms: Terms) -> T | None:
    """The sentence for a stated next inspection later than the computed one; None when it may stand (§2.2)."""
    stated = values.get("stated_next_inspection_on")
    if stated is None or values.get("last_inspection_passed") is False:
        return None
    computed = dates_from(values, on, terms)
    due = accepted_next_due(computed.next_inspection, stated)
    if not due.refused:
        return None
    return T("按规则下次检验不得晚于{day}，可以提前，不能推后", day=due.day)


@lru_cache(maxsize=8192)
def _measured(kind: str, *given: Any) -> tuple[tuple[str, T], ...]:
    """What is wrong with the measures of a kind: cylinders of one size are many, so the answer is remembered."""
    values, on = dict(zip(_BOUNDED, given, strict=False)), given[-1]
    found = [(field, _out_of_bounds(field, kind, _natural(values, field), on)) for field in _BOUNDED]
    found += [("tare_g", _implausible_tare(values, kind, on)), ("test_pressure_kpa", _weak_test(values))]
    found.append(("working_pressure_kpa", _out_of_scope(values, kind, on)))
    return tuple((field, problem) for field, problem in found if problem is not None)


def _add(found: dict[str, list[T]], field: str, problem: T | None) -> None:
    if problem is not None:
        found.setdefault(field, []).append(problem)


def _natural(values: Values, field: str) -> Decimal | None:
    value = values.get(field)
    if value is None:
        return None
    return Decimal(value) / 1000 if field in _THOUSANDTHS else Decimal(value)


def _out_of_bounds(field: str, kind: str, value: Decimal | None, on: date) -> T | None:
    limits = bounds(field, kind, on)
    if value is None or limits is None or limits.minimum <= value <= limits.maximum:
        return None
    return T("应在{minimum}到{maximum} {unit}之间", minimum=limits.minimum, maximum=limits.maximum, unit=limits.unit)


def _implausible_tare(values: Values, kind: str, on: date) -> T | None:
    tare, volume = _natural(values, "tare_g"), _natural(values, "volume_ml")
    limits = bounds("tare_per_volume", kind, on)
    if not tare or not volume or limits is None or limits.minimum <= tare / volume <= limits.maximum:
        return None
    return T("皮重与容积不相称：{tare} kg、{volume} L，请核对钢印", tare=tare, volume=volume)


def _out_of_scope(values: Values, kind: str, on: date) -> T | None:
    pressure, volume = _natural(values, "working_pressure_kpa"), _natural(values, "volume_ml")
    limits = bounds("pressure_volume", kind, on)
    if not pressure or not volume or limits is None or pressure * volume >= limits.minimum:
        return None
    return T(
        "压力与容积的乘积{product} MPa·L，小于{minimum} MPa·L，不属于气瓶",
        product=(pressure * volume).normalize(),
        minimum=limits.minimum,
    )


def _weak_test(values: Values) -> T | None:
    work, test = values.get("working_pressure_kpa"), values.get("test_pressure_kpa")
    return T("水压试验压力不应低于公称工作压力") if work and test and test < work else None


def _too_much(values: Values, on: date) -> T | None:
    stamped, limit = values.get("permitted_fill_g"), computed_fill_g(values, on)
    if stamped is None or limit is None or stamped <= limit:
        return None
    return T("超过按容积计算的最大充装量{limit} kg", limit=Decimal(limit) / 1000)


def _misdated(values: Values, on: date) -> list[tuple[str, T | None]]:
    made = values.get("made_on")
    found: list[tuple[str, T | None]] = []
    if made is not None and made > on:
        found.append(("made_on", T("制造年月不能晚于今天")))
    for field in ("last_inspected_on", "registered_on", "assessment_passed_on"):
        day = values.get(field)
        if day is not None and day > on:
            found.append((field, T("日期不能晚于今天")))
        elif day is not None and made is not None and day < made.replace(day=1):
            found.append((field, T("日期不能早于制造年月")))
    if values.get("last_inspection_passed") is not None and values.get("last_inspected_on") is None:
        found.append(("last_inspected_on", T("请填写这次检验的日期")))
    return found
