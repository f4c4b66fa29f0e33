"""Ways in which cylinders and fills may be forged (cylinders.md §6, §9): pure rules over records.

Every rule returns hits, never a verdict: a hit is a question to the station, answered and decided by people. A fact
that is not known gives no hit. Numbers come from `cylinder_anomaly_limits`; an office may override them. Statistics
over many weights stand in `weight_tests`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from registry.rules.limits import edition, limit

TABLE = "cylinder_anomaly_limits"
CODES = tuple(f"C{number}" for number in range(1, 20))
RULES = {"R27": "C1", "R28": "C2", "R29": "C3", "R30": "C4"}
RETURNED = ("collect", "enter_station", "reclaim")
DELIVERED = ("deliver_done", "self_pickup")
OUTWARD = ("fill", "leave_station", "deliver_start", *DELIVERED)
SMALL_G = 15_000
SPOT_CHECK = ("C19", "spot_check")  # opened by an inspector, not found by a rule


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way a record may be untrue. `clone`: confirmed, it means that the code stands on another bottle."""

    code: str
    key: str
    weight: int
    clone: bool
    zh: str
    en: str
    text: str
    text_en: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that matches. `evidence` holds numbers; `mark` tells two hits of one subject apart."""

    code: str
    key: str
    mark: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A code scanned at a moment; the place is None where nobody knows it."""

    cylinder: int
    at: datetime
    scan: int = 0
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An event in a cylinder's life."""

    kind: str
    at: datetime
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The last good days of a cylinder: of its inspection, and of its life (scrapped, cancelled, years over)."""

    inspection: date | None = None
    life: date | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """A unit's cylinders: on file, in use (and others alive), destroyed, lost, and to be destroyed for too long."""

    registered: int
    in_use: int
    destroyed: int
    lost: int
    open: int


def patterns(on: date) -> dict[tuple[str, str], Pattern]:
    """The patterns by code and key."""
    names = ("zh", "en", "text", "text_en", "basis", "certainty")
    return {
        (row["code"], row["key"]): Pattern(
            row["code"], row["key"], int(row["weight"]), row["clone"] == "1", *(row[name] for name in names)
        )
        for row in edition("cylinder_anomaly_patterns", on)
    }


def names(on: date) -> dict[str, Pattern]:
    """One pattern of each code, for its name."""
    return {pattern.code: pattern for pattern in reversed(patterns(on).values())}


def clone_codes(on: date) -> tuple[str, ...]:
    """The codes that, confirmed, mean a copied code."""
    return tuple(dict.fromkeys(pattern.code for pattern in patterns(on).values() if pattern.clone))


def default_limits(on: date) -> dict[str, int]:
    """The thresholds that an office may override, with their default values on a day."""
    return {row["key"]: int(row["value"]) for row in edition(TABLE, on)}


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of a day: the office's own before those of the table."""

    on: date
    chosen: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> int:
        return self.chosen[key] if key in self.chosen else limit(TABLE, key, self.on)


def state_conflict(state: str, state_en: str, day: date) -> Iterator[Hit]:
    """C1 (R27): filled again although the register never saw it come back."""
    yield Hit("C1", "state", f"{day}", {"state": state, "state_en": state_en})


def open_turn(since: datetime | None, at: datetime, day: date) -> Iterator[Hit]:
    """C1: another turn asked for while one is open."""
    if since is not None:
        yield Hit("C1", "open_turn", f"{day}", {"minutes": max(0, _minutes(at - since))})


def impossible_travel(
    metres: int | None, earlier: datetime, later: datetime, day: date, limits: Limits
) -> Iterator[Hit]:
    """C2 (R28): from one place to another faster than anybody drives."""
    if metres is None or metres <= limits["travel_metres"]:
        return
    # One second is the shortest that two clocks can tell apart.
    kmh = metres * 3.6 / max((later - earlier).total_seconds(), 1)
    if kmh > limits["travel_kmh"]:
        passed = round((later - earlier) / timedelta(minutes=1), 1)
        numbers = {"metres": metres, "minutes": passed, "kmh": round(kmh), "limit": limits["travel_kmh"]}
        yield Hit("C2", "travel", f"{day}", numbers)


def too_soon(before: datetime | None, at: datetime, group: str, day: date, limits: Limits) -> Iterator[Hit]:
    """C3 (R29): filled again within the shortest time; `group`: lpg, industrial or vehicle."""
    if before is None:
        return
    least = limits[f"fill_minutes_{group}"]
    if at - before < timedelta(minutes=least):
        yield Hit("C3", "interval", f"{day}", {"minutes": max(0, _minutes(at - before)), "limit": least})


def undershoot(gross_before_g: int | None, tare_g: int | None, day: date, limits: Limits) -> Iterator[Hit]:
    """C4 (R30): before filling lighter than the empty bottle on file."""
    if gross_before_g is None or tare_g is None:
        return
    short = tare_g - gross_before_g
    if short > limits["undershoot_g"]:
        yield Hit("C4", "undershoot", f"{day}", {"grams": short, "limit": limits["undershoot_g"]})


def fast_scans(seen: Sequence[Seen], day: date, limits: Limits) -> Iterator[Hit]:
    """C5: at one station on one day, other cylinders scanned quicker than a hand can move; in the order scanned."""
    least = limits["scan_seconds"]
    gaps = [
        (later.at - earlier.at).total_seconds()
        for earlier, later in pairwise(seen)
        if later.cylinder != earlier.cylinder
    ]
    quick = [gap for gap in gaps if gap < least]
    if len(quick) >= limits["fast_scans"]:
        yield Hit("C5", "fast", f"{day}", {"count": len(quick), "seconds": round(min(quick), 1), "limit": least})


def repeated_order(
    today: Sequence[int], before: Sequence[int], day: date, earlier: date, limits: Limits
) -> Iterator[Hit]:
    """C5: the same cylinders one after another as on an earlier day (a board of good codes)."""
    shared = set(today) & set(before)
    count = _longest_run([c for c in today if c in shared], [c for c in before if c in shared])
    if count >= limits["order_cylinders"]:
        numbers = {"count": count, "days": (day - earlier).days, "limit": limits["order_cylinders"]}
        yield Hit("C5", "order", f"{day}", numbers)


def _longest_run(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest stretch that both have; a bottle scanned again counts once in it."""
    best, before = 0, [0] * (len(other) + 1)
    for mine in one:
        row = [0] * (len(other) + 1)
        for place, theirs in enumerate(other, 1):
            if mine == theirs:
                row[place] = before[place - 1] + 1
                best = max(best, row[place])
        before = row
    return best


def too_often(count: int, permitted_fill_g: int | None, day: date, limits: Limits) -> Iterator[Hit]:
    """C6: filled in 30 days more often than anybody burns the gas; by the size of the bottle."""
    if permitted_fill_g is None:
        return
    most = limits["fills_small" if permitted_fill_g <= SMALL_G else "fills_large"]
    if count > most:
        yield Hit("C6", "too_often", f"{day:%Y-%m}", {"count": count, "limit": most})


def rushed(steps: Sequence[Step], limits: Limits) -> Iterator[tuple[Step, Hit]]:
    """C7: left, delivered and collected within the hour; (the collection, hit). Steps of one cylinder in order."""
    left = delivered = None
    for step in steps:
        if step.kind == "leave_station":
            left, delivered = step, None
        elif step.kind in DELIVERED and left is not None:
            delivered = step
        elif step.kind in RETURNED and left is not None and delivered is not None:
            passed = step.at - left.at
            if passed < timedelta(minutes=limits["round_minutes"]):
                numbers = {"minutes": _minutes(passed), "limit": limits["round_minutes"]}
                yield step, Hit("C7", "rushed", f"{step.at:%Y%m%dT%H%M}", numbers)
            left = delivered = None


def night_operations(moments: Sequence[datetime], day: date, limits: Limits) -> Iterator[Hit]:
    """C8: what one company did in the night that began on a day; local times."""
    start, end = limits["night_from"], limits["night_to"]
    dark = [moment for moment in moments if moment.hour >= start or moment.hour < end]
    if not dark:
        return
    yield Hit("C8", "night", f"{day}", {"count": len(dark), "from": start, "to": end})
    by_hour: dict[tuple[date, int], int] = {}
    for moment in dark:
        hour = (moment.date(), moment.hour)
        by_hour[hour] = by_hour.get(hour, 0) + 1
    most = max(by_hour.values())
    if most > limits["night_per_hour"]:
        yield Hit("C8", "night_rush", f"{day}", {"count": most, "limit": limits["night_per_hour"]})


def not_same_day(steps: Sequence[tuple[Step, date]], limits: Limits) -> Iterator[tuple[Step, Hit]]:
    """C9: delivered on another day than it left; (the delivery, hit). Steps of one cylinder in order, with days."""
    left: date | None = None
    for step, day in steps:
        if step.kind == "leave_station":
            left = day
        elif step.kind in RETURNED:
            left = None
        elif step.kind in DELIVERED and left is not None:
            days = (day - left).days
            if days > limits["delivery_days"]:
                yield step, Hit("C9", "not_same_day", f"{day}", {"days": days, "limit": limits["delivery_days"]})
            left = None


def unreleased(filled_on: date | None, today: date, limits: Limits) -> Iterator[Hit]:
    """C10: a filled bottle that nobody released."""
    if filled_on is None:
        return
    days = (today - filled_on).days
    if days > limits["unreleased_days"]:
        yield Hit("C10", "unreleased", f"{filled_on}", {"days": days, "limit": limits["unreleased_days"]})


def late_post_check(
    filled_at: datetime | None, checked_at: datetime | None, now: datetime, limits: Limits
) -> Iterator[Hit]:
    """C11 (R55): checked after filling too late, or still not."""
    if filled_at is None:
        return
    passed = (checked_at or now) - filled_at
    if passed > timedelta(minutes=limits["postcheck_minutes"]):
        numbers = {"minutes": _minutes(passed), "limit": limits["postcheck_minutes"]}
        yield Hit("C11", "late_postcheck", f"{filled_at:%Y%m%dT%H%M}", numbers)


def after_the_end(step: Step, day: date, ends: Ends, words: tuple[str, str]) -> Iterator[Hit]:
    """C12: filled or on its way to somebody after its inspection ran out or its life ended."""
    if step.kind not in OUTWARD:
        return
    for key, last in (("past_end", ends.life), ("past_inspection", ends.inspection)):
        if last is not None and day > last:
            numbers = {"days": (day - last).days, "kind": words[0], "kind_en": words[1]}
            yield Hit("C12", key, f"{day}", numbers)
            return


def gas_balance(bought_g: int | None, filled_g: int | None, month: str, limits: Limits) -> Iterator[Hit]:
    """C13: gas bought and gas in recorded fills of a month; without any delivery on record nothing is known."""
    if not bought_g or filled_g is None:
        return
    apart = abs(bought_g - filled_g)
    # Compared in whole grams: a share that is rounded first would let the limit itself pass or fail by chance.
    if apart * 1000 > bought_g * limits["balance_permille"]:
        numbers = {
            "month": month,
            "bought": round(bought_g / 1000),
            "filled": round(filled_g / 1000),
            "permille": round(apart * 1000 / bought_g, 1),
            "limit": limits["balance_permille"],
        }
        yield Hit("C13", "balance", month, numbers)


def double_serial(owners: Sequence[int], maker: str, serial: str) -> Iterator[Hit]:
    """C16: one maker's number with several owners."""
    count = len(set(owners))
    if maker and serial and count > 1:
        yield Hit("C16", "serial", f"{maker} {serial}"[:60], {"count": count})


def scrap_quota(quota: Quota, month: str, limits: Limits) -> Iterator[Hit]:
    """C17: what was to be destroyed and never was: registered = in use + destroyed + lost + what is missing here."""
    if quota.open > limits["scrap_cylinders"]:
        numbers = {name: getattr(quota, name) for name in ("registered", "in_use", "destroyed", "lost", "open")}
        yield Hit("C17", "quota", month, {**numbers, "limit": limits["scrap_days"]})


def consumer_far(metres: int | None, day: date, limits: Limits) -> Iterator[Hit]:
    """C18: scanned by the public far from where its owner works."""
    if metres is not None and metres > limits["consumer_km"] * 1000:
        yield Hit("C18", "far", f"{day}", {"km": round(metres / 1000, 1), "limit": limits["consumer_km"]})


def consumer_devices(seen: Sequence[Seen], day: date, limits: Limits) -> Iterator[Hit]:
    """C18: scanned by many devices within 24 hours; scans of one cylinder in order. A scan without a device says
    nothing."""
    told = [scan for scan in seen if scan.device]
    most = 0
    for place, first in enumerate(told):
        until = first.at + timedelta(hours=24)
        most = max(most, len({scan.device for scan in told[place:] if scan.at < until}))
    if most > limits["consumer_devices"]:
        yield Hit("C18", "devices", f"{day}", {"count": most, "limit": limits["consumer_devices"]})


def _minutes(span: timedelta) -> int:
    return int(span // timedelta(minutes=1))
