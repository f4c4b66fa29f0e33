"""The conditions R01-R18 of the filling decision table: code, cylinder, owner, station, medium."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from registry.rules.cylinders import CylinderDates, Dates, Term, dates, medium_name, same_medium, service_life
from registry.rules.dates import day_stamp_end
from registry.rules.filling_facts import FillingFacts

Hit = Mapping[str, str | tuple[str, str]]  # what the text of the rule is filled with; (Chinese, English)
HIT: Hit = {}

T = TypeVar("T")

CODE_UNKNOWN, CODES_VOID = "unknown", ("void", "replaced")
GONE = ("destroyed", "cancelled")


@dataclass(frozen=True, slots=True)
class Context:
    """The day of judgement, the day since which the rule holds, and its limits."""

    on: date
    since: date
    limits: Mapping[str, Decimal]


Condition = Callable[[FillingFacts, Context], Hit | None]
CONDITIONS: dict[str, Condition] = {}


class NotKnown(Exception):
    """A fact a condition turned out to need is missing."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


def need(value: T | None, fact: str) -> T:
    """The value of a fact; raises NotKnown when it is None."""
    if value is None:
        raise NotKnown(fact)
    return value


def condition(rule: str) -> Callable[[Condition], Condition]:
    """Register the condition of a rule: it returns None when not hit, else what its text is filled with."""

    def register(function: Condition) -> Condition:
        CONDITIONS[rule] = function
        return function

    return register


def hit(when: bool) -> Hit | None:
    """A hit without anything to fill in, or none."""
    return HIT if when else None


def is_vehicle(facts: FillingFacts) -> bool:
    """Whether it is a vehicle cylinder: by the fact, else by the kind."""
    if facts.is_vehicle is not None:
        return facts.is_vehicle
    return need(facts.kind, "is_vehicle").startswith("vehicle_")


@lru_cache(maxsize=4096)
def _dates_of(kind: str, made: date, service_life_years: int | None, on: date) -> Dates:
    """The dates of all cylinders of a kind made in one month: a station's are few hundred such."""
    return dates(CylinderDates(kind, made, service_life_years=service_life_years), on)


@lru_cache(maxsize=4096)
def _life_of(kind: str, made: date | None, medium: str | None, on: date) -> Term:
    return service_life(kind, made, medium, False, on)


@condition("R01")
def code_not_verified(facts: FillingFacts, _: Context) -> Hit | None:
    """A status word nobody knows counts as unverified too."""
    return hit(need(facts.code_status, "code_status") not in ("ok", CODE_UNKNOWN, *CODES_VOID))


@condition("R02")
def code_unknown(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.code_status == CODE_UNKNOWN)


@condition("R03")
def code_void(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.code_status in CODES_VOID)


@condition("R04")
def not_on_file(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.life_status == "draft")


@condition("R05")
def cancelled(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.life_status in GONE)


@condition("R06")
def to_be_scrapped(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.life_status == "scrap_pending" or need(facts.scrap_trigger, "scrap_trigger"))


@condition("R07")
def not_in_use(facts: FillingFacts, _: Context) -> Hit | None:
    """Any status that is neither in use nor answered by R04-R06: suspended, at inspection, lost, ..."""
    return hit(facts.life_status not in ("in_use", "draft", "scrap_pending", *GONE))


@condition("R41")
def changing_owner(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(facts.life_status == "transferred")


@condition("R08")
def inspection_overdue(facts: FillingFacts, context: Context) -> Hit | None:
    due = need(facts.next_due, "next_due")
    return {"due": due.isoformat()} if context.on > due else None


@condition("R09")
def inspection_failed(facts: FillingFacts, _: Context) -> Hit | None:
    return hit(not need(facts.last_inspection_passed, "last_inspection_passed"))


@condition("R10")
def idle_too_long(facts: FillingFacts, context: Context) -> Hit | None:
    filled = need(facts.last_filled_on, "last_filled_on")
    inspected = need(facts.last_inspected_on, "last_inspected_on")
    end = day_stamp_end(filled, need(facts.interval_years, "interval_years"))
    return hit(context.on > end and inspected <= filled)


@condition("R11")
def past_service_life(facts: FillingFacts, context: Context) -> Hit | None:
    """Where an assessment can extend the life, the days after the design life need one that was passed."""
    end = need(facts.service_end, "service_end")
    if context.on > end:
        return {"end": end.isoformat()}
    kind = need(facts.kind, "kind")
    life = _life_of(kind, facts.made, facts.medium, context.on)
    if life.max_years == life.years and life.reason != "made_missing":
        return None
    made = need(facts.made, "made")
    design = _dates_of(kind, made, facts.service_life_years, context.on)
    design_end = need(design.service_end, "service_end")
    if context.on <= design_end or need(facts.assessment_passed, "assessment_passed"):
        return None
    return {"end": design_end.isoformat()}


@condition("R12")
def past_final_age(facts: FillingFacts, context: Context) -> Hit | None:
    dated = _dates_of(need(facts.kind, "kind"), need(facts.made, "made"), None, context.on)
    return hit(context.on > need(dated.final_end, "made"))


@condition("R13")
def not_own(facts: FillingFacts, _: Context) -> Hit | None:
    if need(facts.owner_is_station, "owner_is_station") or is_vehicle(facts):
        return None
    if facts.entrusted or facts.alliance_valid:
        return None
    return hit(not need(facts.entrusted, "entrusted") and not need(facts.alliance_valid, "alliance_valid"))


@condition("R14")
def of_an_ally(facts: FillingFacts, _: Context) -> Hit | None:
    """What is missing here is demanded by R13, which denies."""
    foreign = facts.owner_is_station is False and not facts.is_vehicle and not facts.entrusted
    vehicle = facts.kind is not None and facts.is_vehicle is None and facts.kind.startswith("vehicle_")
    return hit(foreign and not vehicle and bool(facts.alliance_valid))


@condition("R15")
def licence_missing(facts: FillingFacts, context: Context) -> Hit | None:
    medium = need(facts.medium, "medium")
    covered = any(same_medium(medium, own, context.on) for own in need(facts.station_media, "station_media"))
    until = need(facts.station_licence_valid_until, "station_licence_valid_until")
    return hit(context.on > until or not covered)


@condition("R16")
def station_stopped(facts: FillingFacts, _: Context) -> Hit | None:
    if need(facts.station_suspended, "station_suspended"):
        return HIT
    if facts.owner_is_station is not False or is_vehicle(facts):
        return None
    return hit(need(facts.owner_station_closed, "owner_station_closed"))


@condition("R17")
def wrong_medium(facts: FillingFacts, context: Context) -> Hit | None:
    medium, gun = need(facts.medium, "medium"), need(facts.gun_medium, "gun_medium")
    if same_medium(medium, gun, context.on):
        return None
    return {
        "a": (medium_name(medium, context.on), medium_name(medium, context.on, "en")),
        "b": (medium_name(gun, context.on), medium_name(gun, context.on, "en")),
    }


@condition("R18")
def nonrefillable(_: FillingFacts, __: Context) -> Hit | None:
    """The row names the only kind it applies to."""
    return HIT
