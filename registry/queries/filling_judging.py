"""Which rules are asked when a cylinder is scanned, filled or looked at, and what they answer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import Invalid
from registry.messages import T
from registry.queries.filling_facts import Found, Station, facts, owner_as_station
from registry.rules.cylinders import medium_name, reason_text, same_medium
from registry.rules.filling import FillingVerdict, judge
from registry.rules.filling_facts import FillingFacts
from registry.rules.verdict import Finding, Verdict

log = logging.getLogger(__name__)

# What a look at a cylinder can tell anywhere: its code, its register entry, its dates.
CYLINDER_RULES = (*(f"R{number:02}" for number in range(1, 13)), "R18")
# At the gun before filling: also whose it is, the station's licence, the medium of the gun.
SCAN_RULES = (*(f"R{number:02}" for number in range(1, 19)),)
# When a fill is recorded: also the checks before filling, the people, the weights. R19-R21, R23, R26-R29, R31, R32
# and R35-R40 are not asked: nothing collects their facts (maker's marks, signed-in staff, cameras, gas batches, return
# scans), and a rule without facts must not count as passed.
FILLING_RULES = (*SCAN_RULES, "R22", "R24", "R25", "R30", "R33", "R34")
# On the public page: the owner stands in for the station.
PUBLIC_RULES = (*CYLINDER_RULES, "R15", "R16")
# The rules on swapped cylinders only note until stations scan returned bottles (cylinders.md §6, roll-out advice).
SEVERITIES = {"R30": "warn"}


def verdict(
    given: FillingFacts,
    on: date,
    rules: Collection[str],
    severities: Mapping[str, str] | None = None,
) -> FillingVerdict:
    """Judge, and deny on any error: a gun must never open because something broke."""
    try:
        return judge(given, on, rules=rules, severities=severities)
    except Exception:
        log.exception("a filling could not be judged")
        texts = [reason_text("rule_failed", on, language) for language in ("zh", "en")]
        zh, en = (text.format(rule="R00") for text in texts)
        return FillingVerdict(Verdict.of([Finding("R00", "block", zh, en, code="02")]), "02")


def before_filling(
    found: Found, place: Station, medium: str | None, on: date, temperature_c: Decimal | None = None
) -> FillingVerdict:
    """What a scan at the gun is told; with the temperature also the pressure limit of a compressed gas."""
    given = replace(facts(found, place, medium, on), temperature_c=temperature_c)
    return verdict(given, on, SCAN_RULES)


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
    if place.gun is None:
        return stated
    if stated and not same_medium(stated, place.gun.medium, on):
        name = medium_name(place.gun.medium, on)
        raise Invalid.field("medium", T("{gun}号枪登记的介质是{medium}", gun=place.gun.number, medium=name))
    return place.gun.medium


def kept(findings: Collection[Finding]) -> list[dict[str, Any]]:
    """Findings as a row keeps them: whole, so that they can be shown in both languages later."""
    return [asdict(finding) for finding in findings]


def restored(rows: Collection[Mapping[str, Any]]) -> Verdict:
    """The verdict of findings that a row kept."""
    return Verdict.of(Finding(**row) for row in rows)
