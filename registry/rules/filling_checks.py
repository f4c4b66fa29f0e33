"""The conditions R19-R40 (checks at the station) and R50-R55 (before release) of the decision table."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from registry.rules.cylinders import FillLimit, fill_limit, kind_matches, reason_text
from registry.rules.filling_conditions import HIT, Context, Hit, NotKnown, condition, hit, need
from registry.rules.filling_facts import FillingFacts

LPG = "lpg_steel composite_lpg"
WEIGHED = "lpg_steel composite_lpg dme_steel"
OUT_OF_STATION = ("filled_unchecked", "full_in_station", "in_delivery", "at_depot_full", "at_user")


def limit_of(facts: FillingFacts, on: date) -> FillLimit:
    """The filling limit by the facts; what is missing is named in its `reason`."""
    return fill_limit(
        facts.kind,
        facts.medium,
        facts.volume_l,
        facts.working_pressure_mpa,
        facts.porosity,
        facts.temperature_c,
        on,
    )


REASON_FACTS = {
    "medium_missing": "medium",
    "medium_unknown": "medium",
    "no_coefficient": "working_pressure_mpa",
    "volume_missing": "volume_l",
    "pressure_missing": "working_pressure_mpa",
    "porosity_missing": "porosity",
    "temperature_missing": "temperature_c",
    "temperature_out_of_range": "temperature_c",
}


def known_limit(facts: FillingFacts, on: date) -> FillLimit:
    """The filling limit; raises NotKnown for the fact it lacks."""
    limit = limit_of(facts, on)
    if limit.reason:
        raise NotKnown(REASON_FACTS[limit.reason])
    return limit


def _joined(names: Collection[str], on: date) -> tuple[str, str]:
    chinese, english = (reason_text("list_separator", on, language) for language in ("zh", "en"))
    return chinese.join(names), english.join(names)


def _named(placeholder: str, names: Collection[str], on: date) -> Hit | None:
    return {placeholder: _joined(names, on)} if names else None


@condition("R19")
def electronic_mark_missing(facts: FillingFacts, context: Context) -> Hit | None:
    """For cylinders made since the rule came into force."""
    if need(facts.made, "made").replace(day=1) < context.since:
        return None
    return hit(not need(facts.electronic_mark, "electronic_mark"))


@condition("R20")
def filler_mark_missing(facts: FillingFacts, context: Context) -> Hit | None:
    """For cylinders bought since the rule came into force."""
    if need(facts.purchased_on, "purchased_on") < context.since:
        return None
    return hit(not need(facts.filler_mark_embossed, "filler_mark_embossed"))


@condition("R21")
def forbidden_construction(facts: FillingFacts, _: Context) -> Hit | None:
    if need(facts.refurbished, "refurbished"):
        return HIT
    if not kind_matches(LPG, need(facts.kind, "kind")):
        return None
    return hit(need(facts.threaded_shield, "threaded_shield") or need(facts.dual_valve, "dual_valve"))


@condition("R22")
def check_item_failed(facts: FillingFacts, context: Context) -> Hit | None:
    return _named("item", need(facts.failed_check_items, "failed_check_items"), context.on)


@condition("R23")
def precheck_missing(facts: FillingFacts, context: Context) -> Hit | None:
    if not need(facts.precheck_done, "precheck_done") or not need(facts.precheck_here, "precheck_here"):
        return HIT
    return hit(need(facts.precheck_age_minutes, "precheck_age_minutes") > context.limits["minutes"])


@condition("R24")
def staff_not_certified(facts: FillingFacts, context: Context) -> Hit | None:
    return _named("name", need(facts.invalid_staff, "invalid_staff"), context.on)


@condition("R25")
def filler_is_checker(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(need(facts.filler, "filler") == need(facts.checker, "checker"))


@condition("R26")
def too_few_present(facts: FillingFacts, context: Context) -> Hit | None:
    wanted = context.limits["persons"]
    return {"n": str(wanted)} if need(facts.certified_present, "certified_present") < wanted else None


@condition("R27")
def cycle_not_closed(facts: FillingFacts, context: Context) -> Hit | None:
    status = need(facts.custody_status, "custody_status")
    if status not in OUT_OF_STATION or need(facts.return_scanned, "return_scanned"):
        return None
    zh, en = (reason_text(f"custody.{status}", context.on, language) for language in ("zh", "en"))
    return {"state": (zh, en)}


@condition("R28")
def seen_elsewhere(facts: FillingFacts, context: Context) -> Hit | None:
    if not need(facts.seen_elsewhere, "seen_elsewhere"):
        return None
    anywhere = reason_text("elsewhere", context.on), reason_text("elsewhere", context.on, "en")
    return {"place": facts.elsewhere_place or anywhere}


@condition("R29")
def filled_too_soon(facts: FillingFacts, context: Context) -> Hit | None:
    if need(facts.first_fill, "first_fill"):
        return None
    kind = need(facts.kind, "kind")
    name = "lpg_hours" if kind_matches(WEIGHED, kind) else "industrial_hours"
    least = context.limits["vehicle_hours" if kind_matches("vehicle_*", kind) else name]
    hours = need(facts.hours_since_last_fill, "hours_since_last_fill")
    return {"h": f"{hours:.1f}"} if hours < least else None


@condition("R30")
def not_the_cylinder_on_file(facts: FillingFacts, context: Context) -> Hit | None:
    """Reading the stamp is extra evidence; the weight is demanded of kinds that are filled by weight."""
    if facts.serial_matches is False:
        return HIT
    if not kind_matches(WEIGHED, need(facts.kind, "kind")):
        return None
    gross, tare = need(facts.gross_before_kg, "gross_before_kg"), need(facts.tare_kg, "tare_kg")
    return hit(gross < tare - context.limits["undershoot_kg"])


@condition("R31")
def contents_doubtful(facts: FillingFacts, _: Context) -> Hit | None:
    pressure = need(facts.residual_pressure, "residual_pressure")
    if pressure and need(facts.contents_known, "contents_known"):
        return None
    return hit(not need(facts.purged, "purged"))


@condition("R32")
def first_fill_not_purged(facts: FillingFacts, _: Context) -> Hit | None:
    if not need(facts.first_fill, "first_fill") and not need(facts.first_after_inspection, "first_after_inspection"):
        return None
    return hit(not need(facts.purged, "purged"))


@condition("R33")
def too_much_residue(facts: FillingFacts, context: Context) -> Hit | None:
    return hit(need(facts.residual_kg, "residual_kg") > context.limits["residual_kg"])


@condition("R34")
def set_amount_too_high(facts: FillingFacts, context: Context) -> Hit | None:
    limit = known_limit(facts, context.on)
    if limit.max_kg is not None:
        over = need(facts.target_total_kg, "target_total_kg") > limit.max_kg
        return {"max": f"{limit.max_kg} kg"} if over else None
    most = need(limit.max_pressure_mpa, "working_pressure_mpa")
    over = need(facts.target_pressure_mpa, "target_pressure_mpa") > most
    return {"max": f"{most} MPa"} if over else None


@condition("R35")
def gas_batch_not_clean(facts: FillingFacts, _: Context) -> Hit | None:
    if not need(facts.gas_batch_tested, "gas_batch_tested"):
        return HIT
    return hit(need(facts.dme_percent, "dme_percent") > 0)


@condition("R36")
def camera_offline(facts: FillingFacts, context: Context) -> Hit | None:
    return hit(need(facts.camera_offline_minutes, "camera_offline_minutes") > context.limits["minutes"])


@condition("R37")
def not_insured(facts: FillingFacts, _: Context) -> Hit | None:
    if not need(facts.insurance_pilot, "insurance_pilot"):
        return None
    return hit(not need(facts.insurance_valid, "insurance_valid"))


@condition("R38")
def duty_not_done(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(need(facts.daily_check_open, "daily_check_open") or need(facts.red_order_open, "red_order_open"))


@condition("R39")
def device_not_in_time(facts: FillingFacts, context: Context) -> Hit | None:
    skew = abs(need(facts.clock_skew_seconds, "clock_skew_seconds")) > context.limits["skew_seconds"]
    return hit(skew or need(facts.offline_cache_hours, "offline_cache_hours") > context.limits["cache_hours"])


@condition("R40")
def vehicle_not_ready(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(need(facts.passengers_aboard, "passengers_aboard") or not need(facts.plate_matches, "plate_matches"))


@condition("R50")
def postcheck_missing(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(not need(facts.postcheck_done, "postcheck_done"))


@condition("R51")
def overfilled(facts: FillingFacts, context: Context) -> Hit | None:
    most = need(known_limit(facts, context.on).max_kg, "volume_l")
    return {"max": str(most)} if need(facts.reweigh_net_kg, "reweigh_net_kg") > most else None


@condition("R52")
def net_mass_off(facts: FillingFacts, context: Context) -> Hit | None:
    nominal, net = need(facts.nominal_fill_kg, "nominal_fill_kg"), need(facts.reweigh_net_kg, "reweigh_net_kg")
    tolerance: Decimal = context.limits["large_kg" if nominal >= context.limits["large_from_kg"] else "small_kg"]
    return hit(abs(net - nominal) > tolerance)


@condition("R53")
def leaking(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(need(facts.leak_found, "leak_found"))


@condition("R54")
def labels_missing(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(not need(facts.labels_printed, "labels_printed"))


@condition("R55")
def postcheck_late(facts: FillingFacts, context: Context) -> Hit | None:
    if need(facts.postcheck_done, "postcheck_done"):
        return None
    return hit(need(facts.hours_since_filling, "hours_since_filling") > context.limits["hours"])
