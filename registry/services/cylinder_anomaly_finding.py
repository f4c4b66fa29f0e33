"""Looking for cylinders and fills that may be forged: where a verdict hints at it, and over whole days at night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from registry import audit, clock, places, policy
from registry.actor import SYSTEM, Actor
from registry.db import db, transaction
from registry.models import CylinderAnomaly, CylinderAnomalyStep, Filling, Scan
from registry.queries import cylinder_anomaly_facts as facts
from registry.queries.filling_facts import OnFile
from registry.rules import anomalies, weight_tests
from registry.rules import cylinder_anomalies as rules
from registry.rules.cylinder_anomalies import Ends, Hit, Limits, Seen, Step
from registry.rules.cylinder_lifecycle import EVENTS, custodies
from registry.rules.dates import add_months
from registry.rules.verdict import Verdict

NIGHTS = 3  # days that a night looks at again: what arrived late or out of order


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with what it is about: the station that explains it, and the records it stands on."""

    hit: Hit
    station: int
    cylinder: int | None = None
    scan: int | None = None
    other_scan: int | None = None
    filling: int | None = None
    other_filling: int | None = None


class Recorded(NamedTuple):
    """A scan just put on record, as far as others need it."""

    id: int
    at: datetime
    purpose: str
    unit_id: int | None


def after_verdict(row: OnFile | None, record: Recorded | Filling, verdict: Verdict, custody: str | None = None) -> None:
    """Note what a verdict hints at (R27 to R30), in the running transaction.

    A verdict without these rules costs nothing: nothing is read.
    """
    hinted = [finding.rule for finding in verdict.findings if finding.rule in rules.RULES]
    station = record.station_id if isinstance(record, Filling) else record.unit_id
    if row is None or station is None or not hinted:
        return
    db.session.flush()
    at = record.ended_at if isinstance(record, Filling) else record.at
    limits = facts.limits_of(clock.day_of(at))
    about = {"filling": record.id} if isinstance(record, Filling) else {"scan": record.id}
    _note(
        Found(hit, station, row.id, **{**about, **more}) for hit, more in _hinted(row, record, hinted, custody, limits)
    )


def _hinted(
    row: OnFile, record: Recorded | Filling, hinted: list[str], custody: str | None, limits: Limits
) -> Iterator[tuple[Hit, dict[str, int]]]:
    at = record.ended_at if isinstance(record, Filling) else record.at
    day = clock.day_of(at)
    if "R27" in hinted:
        state = custodies()[custody or row.custody]
        yield from ((hit, {}) for hit in rules.state_conflict(state.zh, state.en, day))
    if "R28" in hinted and isinstance(record, Recorded) and record.unit_id is not None:
        jump = next((found for found in facts.jumps(record.unit_id, day, day) if found.id == record.id), None)
        if jump is not None:
            hits = rules.impossible_travel(facts.metres_of(jump), jump.other_at, jump.at, day, limits)
            yield from ((hit, {"other_scan": jump.other_id}) for hit in hits)
    if "R29" in hinted:
        before = _fill_before(row.id, at, record.id if isinstance(record, Filling) else None)
        group = facts.group_of(row.kind, row.medium, day)
        hits = rules.too_soon(before.ended_at if before else None, at, group, day, limits)
        yield from ((hit, {"other_filling": before.id} if before else {}) for hit in hits)
    if "R30" in hinted and isinstance(record, Filling):
        yield from ((hit, {}) for hit in rules.undershoot(record.gross_before_g, record.tare_g, day, limits))


def _fill_before(cylinder_id: int, at: datetime, own: int | None) -> Filling | None:
    return db.session.scalar(
        select(Filling)
        .where(Filling.cylinder_id == cylinder_id, Filling.ended_at <= at, Filling.id != (own or 0))
        .order_by(Filling.ended_at.desc())
        .limit(1)
    )


def second_turn(cylinder_id: int, station_id: int, since: datetime, at: datetime) -> None:
    """Note that a turn was asked for while another was open; the asking itself is refused elsewhere."""
    with transaction():
        _note(Found(hit, station_id, cylinder_id) for hit in rules.open_turn(since, at, clock.day_of(at)))


def examine_night(actor: Actor, on: date) -> int:
    """Look at the last days up to `on`, and at the month before; how many were found.

    Doing it twice finds nothing new. The system only.
    """
    policy.require(actor, "cylinder_anomaly.examine")
    limits, since, found = facts.limits_of(on), on - timedelta(days=NIGHTS), 0
    month = add_months(on.replace(day=1), -1)
    for station in facts.stations():
        with transaction():  # one station at a time: the others go on scanning
            found += _note(_of_station(station, since, on, limits))
            found += _note(_of_month(station, month, on.replace(day=1), limits))
    with transaction():
        found += _note(_of_turns(since, on, limits))
        found += _note(_of_register(on, limits))
        found += _note(_of_public(since, on, limits))
        audit.record(actor, "cylinder_anomaly.examined", None, since=since, until=on, found=found)
    return found


def _of_station(station: int, since: date, on: date, limits: Limits) -> Iterator[Found]:
    yield from _of_fills(station, since, on, limits)
    yield from _of_moves(station, since, on, limits)
    yield from _of_jumps(station, since, on, limits)
    # Only days that are over: a count of half a day would stand for the whole.
    for place in range((on - since).days + 1):
        day = since + timedelta(days=place)
        if day < clock.today():
            yield from _of_scans(station, day, limits)
            for row in facts.often_filled(station, day, limits["fills_small"]):
                for hit in rules.too_often(row.count, row.permitted_fill_g, day, limits):
                    yield Found(hit, station, row.id)


def _of_fills(station: int, since: date, on: date, limits: Limits) -> Iterator[Found]:
    for row in facts.fills_of(station, since, on):
        group = facts.group_of(row.kind, row.medium, row.filled_on)
        before = None if row.before is None else _moment(row.before)
        for hit in rules.too_soon(before, row.ended_at, group, row.filled_on, limits):
            earlier = _fill_before(row.cylinder_id, row.ended_at, row.id)
            yield Found(hit, station, row.cylinder_id, filling=row.id, other_filling=earlier.id if earlier else None)
        for hit in rules.undershoot(row.gross_before_g, row.tare_g, row.filled_on, limits):
            yield Found(hit, station, row.cylinder_id, filling=row.id)


def _moment(value: datetime | str) -> datetime:
    """A moment as an aggregate gives it back."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_moves(station: int, since: date, on: date, limits: Limits) -> Iterator[Found]:
    nights: dict[date, list[datetime]] = {}
    for cylinder, rows in groupby(facts.moves_of(station, since - timedelta(days=1), on), lambda row: row.cylinder_id):
        steps: list[tuple[Step, date]] = []
        for row in rows:
            local = row.at.astimezone(clock.CITY_ZONE)
            step, day = Step(row.kind, row.at, station), local.date()
            steps.append((step, day))
            if row.cylinder_kind not in facts.VEHICLES:  # vehicles are filled round the clock
                nights.setdefault((local - timedelta(hours=12)).date(), []).append(local)
            words = (EVENTS[row.kind].zh, EVENTS[row.kind].en) if row.kind in EVENTS else (row.kind, row.kind)
            for hit in rules.after_the_end(step, day, _ends(row, day), words):
                yield Found(hit, station, cylinder)
        for _step, hit in rules.rushed([step for step, _day in steps], limits):
            yield Found(hit, station, cylinder)
        for _step, hit in rules.not_same_day(steps, limits):
            yield Found(hit, station, cylinder)
    for night, moments in nights.items():
        if since <= night < min(on, clock.today()):
            for hit in rules.night_operations(moments, night, limits):
                yield Found(hit, station)


def _ends(row: Any, day: date) -> Ends:
    """The last good days. One inspected since then was judged at its own fill; what held that day is not known."""
    known = row.last_inspected_on is None or row.last_inspected_on <= day
    ended = None if row.ended_on is None else row.ended_on - timedelta(days=1)
    life = min((end for end in (ended, row.service_end_on) if end is not None), default=None)
    return Ends(row.next_inspection_on if known else None, life)


def _of_jumps(station: int, since: date, on: date, limits: Limits) -> Iterator[Found]:
    for _scan, rows in groupby(facts.jumps(station, since, on), lambda row: row.id):
        row = next(rows)  # the last one elsewhere
        hits = rules.impossible_travel(facts.metres_of(row), row.other_at, row.at, clock.day_of(row.at), limits)
        for hit in hits:
            yield Found(hit, station, row.cylinder_id, scan=row.id, other_scan=row.other_id)


def _of_scans(station: int, day: date, limits: Limits) -> Iterator[Found]:
    rows = facts.scans_of(station, day)
    if len(rows) < 2:
        return
    for hit in rules.fast_scans([Seen(row.cylinder_id, row.at, row.id) for row in rows], day, limits):
        yield Found(hit, station)
    today = [row.cylinder_id for row in rows]
    for earlier, before in sorted(facts.scans_before(station, day, limits["order_days"]).items(), reverse=True):
        hits = list(rules.repeated_order(_once(today), _once(before), day, earlier, limits))
        yield from (Found(hit, station) for hit in hits)
        if hits:
            return


def _once(cylinders: list[int]) -> list[int]:
    """A bottle scanned twice running, for the check and for the fill, stands once in the order."""
    return [cylinder for cylinder, _again in groupby(cylinders)]


def _of_month(station: int, first: date, after: date, limits: Limits) -> Iterator[Found]:
    month = f"{first:%Y-%m}"
    hits = list(rules.gas_balance(*facts.gas_of(station, first, after, first), month, limits))
    rows = facts.weights_of(station, first, after)
    hits += weight_tests.last_digits([gross for gross, _net, _size in rows], month, limits)
    by_size: dict[int | None, list[int]] = {}
    for _gross, net, size in rows:
        by_size.setdefault(size, []).append(net)
    largest = max(by_size.values(), key=len, default=[])  # bottles of another size have another target
    hits += weight_tests.spread(largest, month, limits)
    yield from (Found(hit, station) for hit in hits)


def _of_turns(since: date, on: date, limits: Limits) -> Iterator[Found]:
    now = min(clock.now(), facts.start_of(on + timedelta(days=1)))
    for row in facts.unfinished(since, now):
        about = {"station": row.station_id, "cylinder": row.cylinder_id, "filling": row.filling_id}
        if row.closed_at is None or row.postchecked_at is not None:
            for hit in rules.late_post_check(row.filled_at, row.postchecked_at, now, limits):
                yield Found(hit, **about)
        if row.closed_at is None:
            for hit in rules.unreleased(clock.day_of(row.filled_at), clock.day_of(now), limits):
                yield Found(hit, **about)


def _of_register(on: date, limits: Limits) -> Iterator[Found]:
    for maker, serial in facts.double_serials():
        rows = facts.of_serial(maker, serial)
        for row in rows[1:]:
            near = [r for r in rows if abs(_months(r.made_on) - _months(row.made_on)) < limits["serial_months"]]
            for hit in rules.double_serial([r.owner_id for r in near], maker, serial):
                yield Found(hit, row.owner_id, row.id)
    for owner, quota in facts.quotas(on, limits).items():
        for hit in rules.scrap_quota(quota, f"{on:%Y-%m}", limits):
            yield Found(hit, owner)


def _months(day: date) -> int:
    return day.year * 12 + day.month


def _of_public(since: date, on: date, limits: Limits) -> Iterator[Found]:
    for cylinder, group in groupby(facts.consumer_scans(since, on), lambda row: row.cylinder_id):
        rows = list(group)
        for row in rows:
            metres = places.distance_to(row.position, row.lat, row.lon)
            for hit in rules.consumer_far(metres, clock.day_of(row.at), limits):
                yield Found(hit, row.owner_id, cylinder, scan=row.id)
        seen = [Seen(cylinder, row.at, row.id, row.device) for row in rows]
        for hit in rules.consumer_devices(seen, clock.day_of(rows[-1].at), limits):
            yield Found(hit, rows[0].owner_id, cylinder, scan=rows[-1].id)


def noted(found: Found) -> int:
    """Note what an inspector found, in the running transaction; the id of the anomaly."""
    _keep(found)
    hit = found.hit
    mine = (CylinderAnomaly.code == hit.code, CylinderAnomaly.key == hit.key, CylinderAnomaly.mark == hit.mark)
    return db.session.scalars(
        select(CylinderAnomaly.id).where(*mine, CylinderAnomaly.filling_id == found.filling)
    ).one()


def _note(found: Iterable[Found]) -> int:
    return sum(_keep(each) for each in list(found))


def _scanned_at(scan: int | None) -> Any:
    """When a scan was, for the statement that names it."""
    return None if scan is None else select(Scan.at).where(Scan.id == scan).scalar_subquery()


def _keep(found: Found) -> bool:
    """Note an anomaly once; whether it is new. Two that find it at the same moment leave one."""
    hit, today = found.hit, clock.today()
    subject = f"cylinder {found.cylinder}" if found.cylinder else f"station {found.station}"
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = db.session.execute(
        insert(CylinderAnomaly)
        .values(
            code=hit.code,
            key=hit.key,
            subject=subject,
            mark=hit.mark,
            station_id=found.station,
            cylinder_id=found.cylinder,
            scan_id=found.scan,
            other_scan_id=found.other_scan,
            scan_at=_scanned_at(found.scan),
            other_scan_at=_scanned_at(found.other_scan),
            filling_id=found.filling,
            other_filling_id=found.other_filling,
            evidence=dict(hit.evidence),
            score=rules.patterns(today)[hit.code, hit.key].weight,
            state=anomalies.FOUND,
            found_at=clock.now(),
            found_on=today,
            due_on=today + timedelta(days=facts.limits_of(today)["explain_days"]),
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["code", "key", "subject", "mark"])
        .returning(CylinderAnomaly.id)
    ).scalar_one_or_none()
    if new is None:
        return False
    step = {"verb": "find", "source": "", "target": anomalies.FOUND, "at": clock.now(), "role": SYSTEM.role}
    db.session.add(CylinderAnomalyStep(anomaly_id=new, text="", **step))
    row = db.session.scalars(select(CylinderAnomaly).where(CylinderAnomaly.id == new)).one()
    about = {"station_id": found.station, "cylinder_id": found.cylinder}
    audit.record(SYSTEM, "cylinder_anomaly.found", row, code=hit.code, key=hit.key, mark=hit.mark, **about)
    return True
