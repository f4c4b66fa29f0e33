"""Who can be sent to a place: the nearest able responders of a level by duty times, distance and load (§6.2).

These functions ask for no permission: they serve verbs and queries that have asked for their own. What they return
names stations and their lines, no person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from registry import clock
from registry.messages import T
from registry.queries import parameters
from registry.queries.responder_index import Kept, kept, local, metres
from registry.rules.duty import Duty
from registry.rules.nearest import Found, Nearest, Place, Point
from registry.rules.responders import ACTIVE
from registry.settings import current

LOAD = "rescue.load_metres"
NOBODY: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A responder that can be sent, and why it stands where it stands.

    `distance_m`: geopy's geodesic in whole metres, None when the place or the station has no coordinates; `on_duty`:
    the duty that runs, with the id of the person; `load`: calls it is at work on; `phone`: the line of the station.
    """

    responder_id: int
    unit_id: int
    name: str
    kind: str
    distance_m: int | None
    on_duty: Duty
    load: int
    capacity: int
    phone: str
    reasons: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A responder of the level that cannot be sent now, and why."""

    responder_id: int
    unit_id: int
    name: str
    distance_m: int | None
    phone: str
    why: T


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be served: `areas` are the codes that it lies in."""

    key: int
    lat: float
    lon: float
    areas: tuple[str, ...] = ()


def nearest_for(
    place: Place | None,
    level: int,
    at: datetime,
    limit: int = 5,
    *,
    areas: Collection[str] = (),
    units: Collection[int] = (),
    loads: Mapping[int, int] = NOBODY,
) -> list[Proposal]:
    """The able responders of a level for a place, (lat, lon) or None where nobody knows it, the best first.

    Able is who is active, on duty at `at`, serves the level and one of `areas` (codes; none: anywhere), belongs to one
    of `units` (ids; none: any) and has fewer calls (`loads`: responder id -> calls) than its capacity. The order is by
    geodesic plus `rescue.load_metres` for each of its calls. Exact: members, order and whole metres.
    """
    able = {one.id: (one, duty) for one, duty in _able(level, at, units, loads) if _serves(one, areas)}
    placed = _nearest((one for one, _ in able.values()), at, loads).find(*place, limit) if place else []
    found = [_proposal(*able[each.key], each.metres, loads) for each in placed]
    if len(found) < limit:
        seen = {each.responder_id for each in found}
        rest = [one for key, one in able.items() if key not in seen]
        rest.sort(key=lambda pair: (loads.get(pair[0].id, 0), pair[0].id))
        found += [_proposal(one, duty, None, loads) for one, duty in rest[: limit - len(found)]]
    return found


def passed_over(
    place: Place | None,
    level: int,
    at: datetime,
    limit: int = 5,
    *,
    areas: Collection[str] = (),
    units: Collection[int] = (),
    loads: Mapping[int, int] = NOBODY,
) -> list[PassedOver]:
    """The nearest of the level and areas that `nearest_for` leaves out, each with the reason, the nearest first."""
    wrong = {
        one.id: (one, why)
        for one in kept(clock.day_of(at))
        if level in one.levels and (not units or one.unit_id in units) and _serves(one, areas)
        for why in (_unable(one, at, loads),)
        if why is not None
    }
    if place is None:
        return [_left(one, None, why) for one, why in list(wrong.values())[:limit]]
    near = _nearest((one for one, _ in wrong.values()), at, NOBODY).find(*place, limit)
    return [_left(wrong[each.key][0], each.metres, wrong[each.key][1]) for each in near]


def nearest_each(
    spots: Iterable[Spot], level: int, at: datetime, limit: int = 1, *, loads: Mapping[int, int] = NOBODY
) -> Iterator[tuple[int, list[Found]]]:
    """For many places at one moment: (key, the nearest able responders), as exact as `nearest_for`.

    The responders are judged once, not once a place.
    """
    able = [one for one, _ in _able(level, at, (), loads)]
    by_areas: dict[tuple[str, ...], Nearest] = {}
    for spot in spots:
        nearest = by_areas.get(spot.areas)
        if nearest is None:
            serving = (one for one in able if _serves(one, spot.areas))
            nearest = by_areas[spot.areas] = _nearest(serving, at, loads)
        yield spot.key, nearest.find(spot.lat, spot.lon, limit)


def _nearest(those: Iterable[Kept], at: datetime, loads: Mapping[int, int]) -> Nearest:
    weight = float(parameters.values((LOAD,), clock.day_of(at))[LOAD])
    points = [Point(one.id, *one.place, weight * loads.get(one.id, 0)) for one in those if one.place]
    return Nearest(points, metres)


def _able(level: int, at: datetime, units: Collection[int], loads: Mapping[int, int]) -> Iterator[tuple[Kept, Duty]]:
    today = clock.day_of(at)
    for one in kept(today):
        if level not in one.levels or (units and one.unit_id not in units):
            continue
        if one.status(today) != ACTIVE or loads.get(one.id, 0) >= one.capacity:
            continue
        duty = one.on_duty(at)
        if duty is not None:
            yield one, duty


def _unable(one: Kept, at: datetime, loads: Mapping[int, int]) -> T | None:
    """Why a responder cannot be sent; None when it can."""
    if one.status(clock.day_of(at)) != ACTIVE:
        return T("暂停或已撤销")
    if one.on_duty(at) is None:
        absent = next((each.reason for each in one.exceptions if each.day == local(at).date()), "")
        return T("当前不在值班时间：{reason}", reason=absent) if absent else T("当前不在值班时间")
    load = loads.get(one.id, 0)
    return T("正在处置{load}起，已满负荷", load=load) if load >= one.capacity else None


def _serves(one: Kept, areas: Collection[str]) -> bool:
    return not areas or not one.areas or current().city_code in one.areas or not one.areas.isdisjoint(areas)


def _proposal(one: Kept, duty: Duty, distance: int | None, loads: Mapping[int, int]) -> Proposal:
    load = loads.get(one.id, 0)
    reasons = (
        T("没有坐标，无法计算距离") if distance is None else T("直线距离{km}公里", km=f"{distance / 1000:.1f}"),
        T("值班至{day}日{time}", day=duty.ends.day, time=f"{duty.ends:%H:%M}"),
        T("正在处置{load}起，可同时处置{capacity}起", load=load, capacity=one.capacity) if load else T("没有在办事件"),
    )
    return Proposal(one.id, one.unit_id, one.name, one.kind, distance, duty, load, one.capacity, one.phone, reasons)


def _left(one: Kept, distance: int | None, why: T) -> PassedOver:
    return PassedOver(one.id, one.unit_id, one.name, distance, one.phone, why)
