"""Which rules are asked when a cylinder is scanned, filled or looked at, and what they answer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import Invalid
from registry.messages import T
from registry.queries import gun_facts
from registry.queries.filling_facts import Found, Station, facts, owner_as_station
from registry.rules.cylinders import medium_name, reason_text, same_medium
from registry.rules.filling import FillingVerdict, judge
from registry.rules.filling_facts import FillingFacts
from registry.rules.verdict import Finding, Verdict

log = logging.getLogger(__name__)

# What a look at a cylinder can tell anywhere: its code, its register entry, its dates.
CYLINDER_RULES = (*(f"R{number:02}" for number in range(1, 13)), "R18", "R41")
# At the gun, whatever was looked at: also whose it is, the station, the medium of the gun, traces of copied codes.
GUN_RULES = (*(f"R{number:02}" for number in range(1, 19)), "R27", "R28", "R29", "R35", "R41")
# What only somebody who looked at the cylinder can say. The set amount and the people are asked where they are known.
CHECK_RULES = ("R19", "R20", "R21", "R22", "R23", "R24", "R30", "R31", "R32", "R33", "R40")
FILLING_RULES = (*GUN_RULES, *CHECK_RULES, "R25", "R34")
# Asked where the station collects the fact, and wherever the office made it a condition: fact by rule.
OPTIONAL = {
    "R26": "certified_present",
    "R36": "camera_offline_minutes",
    "R37": "insurance_pilot",
    "R38": "daily_check_open",
    "R39": "clock_skew_seconds",
}
# On the public page: the owner stands in for the station.
PUBLIC_RULES = (*CYLINDER_RULES, "R15", "R16")


def verdict(
    given: FillingFacts,
    on: date,
    rules: Collection[str],
    severities: Mapping[str, str] | None = None,
    limits: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> FillingVerdict:
    """Judge, and deny on any error: a gun must never open because something broke."""
    try:
        return judge(given, on, rules=rules, severities=severities, limits=limits)
    except Exception:
        log.exception("a filling could not be judged")
        texts = [reason_text("rule_failed", on, language) for language in ("zh", "en")]
        zh, en = (text.format(rule="R00") for text in texts)
        return FillingVerdict(Verdict.of([Finding("R00", "block", zh, en, code="02")]), "02")


def at_gun(
    given: FillingFacts,
    on: date,
    values: Mapping[str, Decimal],
    released: tuple[str, ...] = (),
    *,
    filled: bool = False,
) -> FillingVerdict:
    """All rules that can be asked at the gun: before the check what the register says, after it everything.

    `filled`: a fill is being recorded, and nothing may be missing any more.
    """
    severities = gun_facts.severities(values, released, on)
    checked = filled or bool(given.precheck_done)
    rules = [*FILLING_RULES] if filled else [*GUN_RULES, *(CHECK_RULES if checked else ())]
    if checked and not filled:
        rules += ["R25"] if given.filler is not None else []
        rules += ["R34"] if (given.target_total_kg, given.target_pressure_mpa) != (None, None) else []
        if given.gross_before_kg is None:  # the scale is read when the cylinder stands on it
            rules = [rule for rule in rules if rule not in ("R30", "R33")]
    for rule, fact in OPTIONAL.items():
        if getattr(given, fact) is not None or severities.get(rule) == "block":
            rules.append(rule)
    return verdict(given, on, rules, severities, gun_facts.limits(values))


def of_cylinder(found: Found, on: date, rules: Collection[str] = CYLINDER_RULES) -> FillingVerdict:
    """What can be said of a cylinder anywhere; its owner stands in for the station."""
    place = owner_as_station(found)
    if place.filling is None:
        # A vehicle's owner, say, fills nothing: there is no licence to ask for.
        rules = [rule for rule in rules if rule not in ("R15", "R16")]
    return verdict(facts(found, place, None, on), on, rules)


def gun_medium(place: Station, stated: str | None, on: date) -> str | None:
    """The medium of a gun: as registered, else as stated.

    Raises:
        Invalid: the stated medium is not that of the registered gun.
    """
    if place.gun_medium is None:
        return stated
    if stated and not same_medium(stated, place.gun_medium, on):
        name = medium_name(place.gun_medium, on)
        raise Invalid.field("medium", T("{gun}号枪登记的介质是{medium}", gun=place.gun, medium=name))
    return place.gun_medium


def kept(findings: Collection[Finding]) -> list[dict[str, Any]]:
    """Findings as a row keeps them: whole, so that they can be shown in both languages later."""
    return [asdict(finding) for finding in findings]


def restored(rows: Collection[Mapping[str, Any]]) -> Verdict:
    """The verdict of findings that a row kept."""
    return Verdict.of(Finding(**row) for row in rows)
