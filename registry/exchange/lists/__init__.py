"""The lists that leave as spreadsheets: each is the list of a page, walked to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import BinaryIO

from registry import policy
from registry.actor import Actor
from registry.errors import Invalid, Missing
from registry.exchange.columns import Say
from registry.exchange.export import write_xlsx
from registry.exchange.lists import (
    anomalies,
    cylinder_life,
    cylinder_reports,
    cylinder_timeline,
    enforcement,
    fault_reports,
    holds,
    inspections,
    insurance,
    maintenance,
    old_elevators,
    records,
    registers,
    rescue,
    safety,
    stations,
    sunshine,
)
from registry.exchange.lists._listing import Filters, Listing, Row, Rows
from registry.exchange.lists.behind import behind
from registry.messages import T
from registry.queries.paging import LARGEST

__all__ = ["LISTS", "Listing", "TooLong", "behind", "find", "write"]

MOST_ROWS = 200_000
LISTS: Mapping[str, Listing] = MappingProxyType(
    {
        "elevators": registers.ELEVATORS,
        "cylinders": registers.CYLINDERS,
        "units": registers.UNITS,
        "people": registers.PEOPLE,
        "visits": records.VISITS,
        "due": maintenance.DUE,
        "contracts": maintenance.CONTRACTS,
        "uncontracted": maintenance.UNCONTRACTED,
        "fillings": records.FILLINGS,
        "hazards": records.HAZARDS,
        "policies": insurance.POLICIES,
        "insured": insurance.INSURED,
        "policy-renewals": insurance.RENEWALS,
        "uninsured": insurance.UNINSURED,
        "inspection_due": inspections.INSPECTION_DUE,
        "inspections": inspections.INSPECTIONS,
        "anomalies": anomalies.ANOMALIES,
        "trail": records.TRAIL,
        "old-elevators": old_elevators.RANKING,
        "elevator-ages": old_elevators.AGES,
        "elevators-unknown-age": old_elevators.UNKNOWN_AGE,
        "assessments": old_elevators.ASSESSMENTS,
        "renewals": old_elevators.RENEWALS,
        "cylinder-reports": cylinder_reports.REPORTS,
        "cylinder-timeline": cylinder_timeline.TIMELINE,
        "fault-reports": fault_reports.REPORTS,
        "cylinder-due": cylinder_life.DUE,
        "cylinder-balance": cylinder_life.BALANCE,
        "hold-releases": holds.RELEASES,
        "stations": stations.STATIONS,
        "alliances": stations.ALLIANCES,
        "devices": stations.DEVICES,
        "gas-batches": stations.GAS,
        "presences": stations.PRESENCES,
        "sunshine": sunshine.SUNSHINE,
        "spot-checks": sunshine.SPOT_CHECKS,
        "safety-rates": safety.RATES,
        "safety-gaps": safety.GAPS,
        "safety-records": safety.RECORDS,
        "directives": enforcement.DIRECTIVES,
        "sealings": enforcement.SEALINGS,
        "cases": enforcement.CASES,
        "campaigns": enforcement.CAMPAIGNS,
        "responders": rescue.RESPONDERS,
    }
)


def find(name: str) -> Listing:
    """The list of a name; Missing when there is none."""
    if name not in LISTS:
        raise Missing(T("没有这个清单"))
    return LISTS[name]


class TooLong(Exception):
    """A list has more rows than somebody should wait for."""


def write(
    target: BinaryIO,
    listing: Listing,
    actor: Actor,
    filters: Filters,
    language: str,
    say: Say,
    *,
    most: int | None = None,
    told: Callable[[int], None] | None = None,
    whole: bool = False,
) -> int:
    """Write what the caller sees of a list as .xlsx; returns the number of rows. `told` is called with the rows written
    so far, page by page; `whole`: with personal data unmasked, after `services.personal.export`.

    Raises:
        TooLong: more than `most` rows; nothing of use was written.
        Forbidden: not a list for this caller.
        Invalid: more than 200,000 rows.
    """
    policy.require(actor, listing.permission)
    if whole:
        policy.require(actor, "personal.export")
        listing = replace(listing, rows=_whole_rows(listing))
    title = listing.heading_en if language == "en" else say(listing.heading)
    return write_xlsx(
        target, listing.columns, _walk(listing, actor, filters, most, told), title, language=language, say=say
    )


def _whole_rows(listing: Listing) -> Rows:
    if listing.whole is None:
        raise Missing(T("没有这个清单"))
    return listing.whole


def _walk(
    listing: Listing, actor: Actor, filters: Filters, most: int | None, told: Callable[[int], None] | None
) -> Iterator[Row]:
    """All rows, a page at a time, so that the memory stays that of one page."""
    cursor: str | None = None
    count = 0
    wanted = {**filters, "limit": min(LARGEST, most or LARGEST)}
    while True:
        page = listing.page(actor, wanted, cursor)
        yield from listing.rows(actor, page.items)
        count += len(page.items)
        cursor = page.next
        if told:
            told(count)
        if cursor is None:
            return
        if most is not None and count >= most:
            raise TooLong
        if count >= MOST_ROWS:
            raise Invalid({}, T("超过{limit}行，请先用条件缩小范围再导出", limit=MOST_ROWS))
