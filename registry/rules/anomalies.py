"""Ten patterns of maintenance records that may not be true (elevators.md §3.3): pure rules over records.

Every rule returns hits, never a verdict: a hit is a question to the company, answered and decided by people. A fact
that is not known gives no hit. Numbers come from `anomaly_limits`; an office may override them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from math import ceil
from typing import Any

from registry.rules.limits import edition, limit

CODES = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10")
WORKFLOW = "anomaly"
FOUND, EXPLAINED, CONFIRMED, DISMISSED = "found", "explained", "confirmed", "dismissed"
HASH_BITS = 64
PLAIN_BITS = 8  # a hash with fewer bits set or unset is of a dark or empty picture, and alike to every other such


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way a record may be untrue: `zh` and `en` name it, `text` says what was found with its numbers filled in."""

    code: str
    key: str
    weight: int
    zh: str
    en: str
    text: str
    text_en: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that a visit matches. `evidence` holds numbers only; `subject` tells two hits of one visit apart."""

    code: str
    key: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    other: int | None = None
    person: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """One worker on one visit. `metres` is the way from the stay before, None when a place is not known."""

    visit: int
    elevator: int
    start: datetime
    end: datetime
    person: int | None = None
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an all-normal record says: seconds on site, the second worker's seconds, the readings."""

    visit: int
    all_normal: bool
    seconds: int | None
    second_worker_seconds: int | None = None
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Print:
    """A picture: its digest, its perceptual hash (64 bits; None when unreadable), whose and of which visit."""

    visit: int
    sha256: str
    dhash: int | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What shows that somebody was there, at check-in or check-out; `refused`: the use unit gave no confirmation."""

    position: bool
    photo: bool
    refused: bool = False


def patterns(on: date) -> dict[tuple[str, str], Pattern]:
    """The patterns by code and key."""
    return {
        (row["code"], row["key"]): Pattern(
            row["code"],
            row["key"],
            int(row["weight"]),
            row["zh"],
            row["en"],
            row["text"],
            row["text_en"],
            row["basis"],
            row["certainty"],
        )
        for row in edition("anomaly_patterns", on)
    }


def names(on: date) -> dict[str, Pattern]:
    """One pattern of each code, for its name."""
    return {pattern.code: pattern for pattern in reversed(patterns(on).values())}


def default_limits(on: date) -> dict[str, int]:
    """The thresholds that an office may override, with their default values on a day."""
    return {row["key"]: int(row["value"]) for row in edition("anomaly_limits", on)}


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of a day: the office's own before those of the table."""

    on: date
    chosen: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> int:
        return self.chosen[key] if key in self.chosen else limit("anomaly_limits", key, self.on)


def impossible_travel(earlier: Stay, later: Stay, limits: Limits) -> Iterator[Hit]:
    """F1: one worker at two elevators at once, or faster from one to the other than anybody drives.

    `later.metres` is the way from the earlier check-out to the later check-in.
    """
    if earlier.elevator == later.elevator:
        return
    found = partial(Hit, "F1", other=earlier.visit, person=later.person, subject=str(earlier.visit))
    seconds = (later.start - earlier.end).total_seconds()
    if seconds < 0:
        shared = min(earlier.end, later.end) - later.start
        yield found(key="overlap", evidence={"minutes": ceil(shared / timedelta(minutes=1))})
        return
    if later.metres is None or later.metres <= limits["travel_metres"]:
        return
    # One second is the shortest that two clocks can tell apart.
    kmh = later.metres * 3.6 / max(seconds, 1)
    if kmh > limits["travel_kmh"]:
        numbers = {
            "metres": later.metres,
            "minutes": round(seconds / 60, 1),
            "kmh": round(kmh),
            "seconds": round(seconds),
        }
        yield found(key="travel", evidence={**numbers, "limit": limits["travel_kmh"]})


def too_many(stays: Sequence[Stay], limits: Limits) -> Iterator[tuple[int, Hit]]:
    """F2: more visits of one worker in a day than anybody makes; (visit, hit) for each beyond the limit."""
    ordered = sorted(stays, key=lambda stay: (stay.start, stay.visit))
    most = limits["visits_per_day"]
    for count, stay in enumerate(ordered, 1):
        if count > most:
            yield stay.visit, _of(stay, "per_day", {"count": count, "limit": most})


def burst(stays: Sequence[Stay], limits: Limits) -> Iterator[tuple[int, Hit]]:
    """F2: visits of one worker whose durations add up to more than the time that passed; (visit, hit) for each.

    Visits that overlap in a chain are one burst; a pair of them is left to F1.
    """
    ordered = sorted(stays, key=lambda stay: (stay.start, stay.visit))
    chain: list[Stay] = []
    for stay in ordered:
        if chain and stay.start >= max(other.end for other in chain):
            chain = []
        chain.append(stay)
        total = sum((other.end - other.start for other in chain), timedelta())
        elapsed = max(other.end for other in chain) - chain[0].start
        if len(chain) >= limits["burst_lifts"] and total > elapsed:
            numbers = {"count": len(chain), "total": _minutes(total), "elapsed": _minutes(elapsed)}
            yield stay.visit, _of(stay, "burst", numbers, other=chain[-2].visit)


def _of(stay: Stay, key: str, numbers: Mapping[str, Any], other: int | None = None) -> Hit:
    return Hit("F2", key, numbers, other=other, person=stay.person, subject=f"{key} {stay.person or 0}")


def forged_word(
    *, phone_is_workers: bool | None = None, device_is_workers: bool | None = None, person: int | None = None
) -> Iterator[Hit]:
    """F3: the use unit's word came from a worker's phone number or device; None where it is not known."""
    if phone_is_workers:
        yield Hit("F3", "phone", person=person, subject="phone")
    if device_is_workers:
        yield Hit("F3", "device", person=person, subject="device")


def same_signature(mine: Print, others: Sequence[Print]) -> Iterator[Hit]:
    """F3: the very image of a signature stands for two people. Who signed must be known of both."""
    for other in others:
        if other.sha256 != mine.sha256 or mine.person is None or other.person is None or mine.person == other.person:
            continue
        visit = other.visit if other.visit != mine.visit else None
        yield Hit("F3", "signature", other=visit, person=mine.person, subject=f"signature {mine.sha256[:12]}")
        return


def without_presence(seen: Presence, limits: Limits) -> Iterator[Hit]:
    """F4: the use unit refused its word, or neither position nor photo shows that anybody came."""
    if seen.refused:
        yield Hit("F4", "refused", subject="refused")
    count, needed = int(seen.position) + int(seen.photo), limits["presence_proofs"]
    if count < needed:
        yield Hit("F4", "unproven", {"count": count, "limit": needed}, subject="unproven")


def too_short(start: datetime | None, end: datetime | None, shortest: int) -> Iterator[Hit]:
    """F5: under the shortest time of the cycle, in minutes."""
    if start is None or end is None or end - start >= timedelta(minutes=shortest):
        return
    yield Hit("F5", "too_short", {"minutes": max(0, (end - start) // timedelta(minutes=1)), "limit": shortest})


def photo_again(mine: Print, others: Sequence[Print], limits: Limits) -> Iterator[Hit]:
    """F6: the file of another visit, or nearly its picture. The nearest one is named."""
    strangers = [other for other in others if other.visit != mine.visit]
    same = next((other for other in strangers if other.sha256 == mine.sha256), None)
    if same is not None:
        yield Hit("F6", "same_photo", {"bits": 0}, other=same.visit, subject=f"photo {mine.sha256[:12]}")
        return
    if mine.dhash is None or plain(mine.dhash):
        return
    near = [(distance(mine.dhash, other.dhash), other) for other in strangers if other.dhash is not None]
    bits, nearest = min(near, key=lambda found: (found[0], found[1].visit), default=(HASH_BITS, None))
    if nearest is not None and bits <= limits["photo_bits"]:
        numbers = {"bits": bits, "limit": limits["photo_bits"]}
        yield Hit("F6", "alike_photo", numbers, other=nearest.visit, subject=f"photo {mine.sha256[:12]}")


def distance(a: int, b: int) -> int:
    """How many bits of two perceptual hashes differ."""
    return (a ^ b).bit_count()


def plain(dhash: int) -> bool:
    """Whether the picture has too little in it to be told from others."""
    bits = dhash.bit_count()
    return bits < PLAIN_BITS or bits > HASH_BITS - PLAIN_BITS


def bands(dhash: int) -> tuple[int, int, int, int]:
    """Four parts of 16 bits: two hashes that differ in up to three bits share at least one."""
    return (dhash >> 48 & 0xFFFF, dhash >> 32 & 0xFFFF, dhash >> 16 & 0xFFFF, dhash & 0xFFFF)


def clones(mine: Sheet, before: Sequence[Sheet], limits: Limits) -> Iterator[Hit]:
    """F7: with the visits just before it (the latest first), all normal and alike to the second."""
    if not mine.all_normal or mine.seconds is None:
        return
    alike = 1
    for sheet in before:
        if not sheet.all_normal or _face(sheet) != _face(mine):
            break
        alike += 1
    if alike >= limits["clone_visits"]:
        numbers = {"count": alike, "seconds": mine.seconds, "limit": limits["clone_visits"]}
        yield Hit("F7", "clones", numbers, other=before[0].visit)


def _face(sheet: Sheet) -> tuple[Any, ...]:
    return sheet.seconds, sheet.second_worker_seconds, sheet.readings


def late(ended: datetime | None, received: datetime | None, hours: int) -> Iterator[Hit]:
    """F8: the record arrived more than so many hours after the visit ended."""
    if ended is None or received is None or received - ended <= timedelta(hours=hours):
        return
    yield Hit("F8", "late", {"hours": ceil((received - ended) / timedelta(hours=1)), "limit": hours})


def not_qualified(qualified: bool | None) -> Iterator[Hit]:
    """F9: a worker without a valid certificate, or not on the company's roll, on the day of the check-in."""
    if qualified is False:
        yield Hit("F9", "not_qualified")


def failed_inspection(
    inspection: int, failed_on: date | None, done_on: date, all_normal: bool, limits: Limits
) -> Iterator[Hit]:
    """F10: the inspection body found defects soon after a record in which everything was normal."""
    if failed_on is None or not all_normal:
        return
    days, most = (failed_on - done_on).days, limits["inspection_days"]
    if 0 <= days <= most:
        numbers = {"days": days, "limit": most, "inspection": inspection}
        yield Hit("F10", "failed_inspection", numbers, subject=f"inspection {inspection}")


def _minutes(span: timedelta) -> float:
    return round(span / timedelta(minutes=1), 1)
