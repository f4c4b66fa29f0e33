"""A judged fill as the rows it leaves: of the fill itself, and of the turn it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from registry.actor import Actor
from registry.queries import fill_reading, filling_judging
from registry.queries.filling_facts import OnFile
from registry.queries.filling_staff import Staff
from registry.queries.gun_judging import AtGun
from registry.rules.fill_cycle import PRECHECKED
from registry.rules.verdict import Verdict
from registry.services import fill_cycles


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill on its way in. `data` has what devices measured in place of what was typed; `used` are the readings."""

    data: Mapping[str, Any]
    digest: str
    on: date
    ended_at: datetime
    used: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A fill that no rule stands against. `checks`: the check before filling, whoever sent it."""

    fill: Fill
    stands: AtGun
    staff: Mapping[str, Staff]
    checks: Mapping[str, str]
    verdict: Verdict

    @property
    def cylinder(self) -> OnFile:
        assert self.stands.found.cylinder is not None  # the identity rules let nothing else through
        return self.stands.found.cylinder

    @property
    def scan_counts_since(self) -> datetime:
        minutes = int(self.stands.yard.values["filling.scan_valid_minutes"])
        started_at: datetime = self.fill.data["started_at"]
        return started_at - timedelta(minutes=minutes)


def scanned(actor: Actor, passed: Collection[Passed]) -> Callable[[Passed], bool]:
    """Whether this station scanned a cylinder before filling it, shortly enough, and was allowed to fill."""
    since = min(one.scan_counts_since for one in passed)
    until = max(one.fill.ended_at for one in passed)
    scans = fill_reading.scanned(actor.unit_id, [one.cylinder.id for one in passed], since, until)
    return lambda one: any(one.scan_counts_since <= at <= one.fill.ended_at for at in scans.get(one.cylinder.id, ()))


def filling(actor: Actor, passed: Passed, was_scanned: bool, now: datetime) -> dict[str, Any]:
    """The columns of a fill."""
    fill, data, cylinder = passed.fill, passed.fill.data, passed.cylinder
    return {
        "ref": data["ref"],
        "ref_digest": fill.digest,
        "station_id": actor.unit_id,
        "cylinder_id": cylinder.id,
        "gun": data["gun"],
        "medium": passed.stands.medium,
        "scanned": was_scanned,
        "tare_g": cylinder.tare_g,
        "gross_before_g": _weighed_before(passed),
        "gross_after_g": data.get("gross_after_g"),
        "pressure_kpa": data.get("pressure_kpa"),
        "temperature_c": data.get("temperature_c"),
        "started_at": data["started_at"],
        "ended_at": fill.ended_at,
        "filled_on": fill.on,
        "received_at": now,
        "filler_id": passed.staff[data["filler"]].id,
        "checker_id": passed.staff[data["checker"]].id,
        "checks": data.get("checks") or {},
        "findings": filling_judging.kept(passed.verdict.findings),
        "clip": data.get("clip"),
        "weighed_by": "device" if data.get("reading_after") else "typed",
        "offline": bool(data.get("offline")),
    }


def _weighed_before(passed: Passed) -> int | None:
    """The gross mass before filling: as it came with the fill, else as the check before filling found it."""
    told: int | None = passed.fill.data.get("gross_before_g")
    turn = passed.stands.turn
    return turn.gross_before_g if told is None and turn is not None and passed.stands.is_open_here else told


def turn_filled(passed: Passed, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a fill changes on the turn that was checked here before; None when there is none."""
    turn = passed.stands.turn
    if turn is None or not passed.stands.is_open_here:
        return None
    return {
        "turn": turn.id,
        "to": fill_cycles.state_after(turn.state, "fill"),
        "fill": row["id"],
        "at": row["ended_at"],
        "found": row["findings"],
    }


def turn_begun(passed: Passed, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a turn that begins with its fill; one of the past is over already."""
    data, is_past = passed.fill.data, passed.stands.is_past
    state = fill_cycles.state_after(PRECHECKED, "fill")
    return {
        "ref": data["ref"],
        "ref_digest": passed.fill.digest,
        "cylinder_id": row["cylinder_id"],
        "station_id": row["station_id"],
        "gun": data["gun"],
        "medium": row["medium"],
        "state": fill_cycles.state_after(state, "lapse") if is_past else state,
        "custody_before": passed.stands.known.get("custody_status") or passed.cylinder.custody,
        "opened_at": data["started_at"],
        "closed_at": row["ended_at"] if is_past else None,
        "prechecked_at": data["started_at"],
        "prechecker_id": row["checker_id"],
        "checks": dict(passed.checks),
        "observed": fill_cycles.observed(passed.cylinder, data),
        "gross_before_g": row["gross_before_g"],
        "filling_id": row["id"],
        "filled_at": row["ended_at"],
        "findings": row["findings"],
        "version": 3 if is_past else 2,
    }
