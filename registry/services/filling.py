"""Recording fills: judged again where they are recorded, kept once, refusals kept too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Refused, RegistryError
from registry.messages import T
from registry.models import CylinderEvent, FillCycle, Filling, FillRefusal, Scan
from registry.queries import filling_facts, filling_judging, filling_staff, gun_facts, gun_judging
from registry.queries.filling_facts import Found
from registry.queries.filling_staff import Staff
from registry.queries.gun_judging import AtGun
from registry.replays import digest
from registry.rules import filling_items
from registry.rules.cylinder_lifecycle import custody_after
from registry.rules.filling_facts import FillingFacts
from registry.rules.verdict import Verdict
from registry.services import fill_cycles, hold_releases, offline, readings

LEAD = timedelta(minutes=10)
LONGEST_BATCH = 1000
# Other stations' scans wait while a batch is written: not longer than this many rows take.
ROWS_A_TRANSACTION = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fill on record; `replay` when it had been recorded before under the same ref."""

    filling: Filling
    verdict: Verdict
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row of a batch: what was recorded, or why not."""

    ref: str
    recorded: Recorded | None = None
    error: RegistryError | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fill on its way in: what was sent, when it happened, who did it."""

    data: Mapping[str, Any]
    digest: str
    on: date
    ended_at: datetime
    staff: Mapping[str, Staff]

    @property
    def ref(self) -> str:
        return str(self.data["ref"])


def record(actor: Actor, data: dict[str, Any]) -> Recorded:
    """Record a fill: `{ref, code, gun, medium?, checks?, purged?, passengers_aboard?, plate?, gross_before_g?,
    gross_after_g?, pressure_kpa?, temperature_c?, started_at, ended_at?, filler, checker, clip?, reading_before?,
    reading_after?, device_now?, offline?, snapshot_hours?}`.

    `checks` answers the items before filling (ok | not_ok | n_a), `filler` and `checker` are logins of the station.
    Where the cylinder was checked before as a turn of its own, that check counts and `checks` may be left out; else
    the turn begins with the fill. `device_now` is the sender's clock at sending (R39).

    Raises:
        Refused: a rule says no; the refusal is on record, and repeats get the same answer.
        Conflict: the same ref with other content.
        Invalid: times or weights that cannot be, no medium, neither weight nor pressure.
    """
    policy.require(actor, "filling.record")
    with transaction():
        kept = _kept_once(actor, data)
    return _told(kept)


def record_batch(actor: Actor, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """Record up to 1,000 fills, each for itself: a bad row never loses a good one. Answers in the order sent."""
    policy.require(actor, "filling.record")
    if len(rows) > LONGEST_BATCH:
        raise Invalid.field("fillings", T("一次最多{count}条", count=LONGEST_BATCH))
    # Cylinders are locked in one order, so that two batches never wait for each other.
    order = sorted(range(len(rows)), key=lambda index: (codes.split(rows[index]["code"]).code, index))
    outcomes: dict[int, Outcome] = {}
    for start in range(0, len(order), ROWS_A_TRANSACTION):
        with transaction():
            for index in order[start : start + ROWS_A_TRANSACTION]:
                outcomes[index] = _outcome(actor, rows[index])
    return [outcomes[index] for index in range(len(rows))]


def _outcome(actor: Actor, row: dict[str, Any]) -> Outcome:
    try:
        return Outcome(row["ref"], recorded=_told(_kept_once(actor, row)))
    except RegistryError as error:
        return Outcome(row["ref"], error=error)


def _told(kept: Recorded | FillRefusal) -> Recorded:
    if isinstance(kept, FillRefusal):
        raise Refused(filling_judging.restored(kept.findings))
    return kept


def _kept_once(actor: Actor, data: Mapping[str, Any]) -> Recorded | FillRefusal:
    """Keep a fill or its refusal inside a savepoint of its own."""
    try:
        with db.session.begin_nested():
            return _attempt(actor, data)
    except IntegrityError:
        # The same ref arrived twice at the same moment: by now the other one is there to be found.
        with db.session.begin_nested():
            return _attempt(actor, data)


def _attempt(actor: Actor, data: Mapping[str, Any]) -> Recorded | FillRefusal:
    before = _before(actor, data)
    if before is not None:
        return before
    asked = _asked(actor, data)
    found = filling_facts.find(data["code"], lock=True)
    place = filling_facts.station(actor.unit_id, data["gun"])
    medium = filling_judging.gun_medium(place, data.get("medium"), asked.on)
    if medium is None:
        raise Invalid.field("medium", T("这支枪没有登记，请注明充装介质"))
    stands = gun_judging.look(found, place, data["gun"], medium, asked.ended_at, of_the_past=True)
    if found.cylinder is not None and stands.cycle is not None and not stands.is_open_here:
        try:
            fill_cycles.end_stale(actor, found.cylinder, asked.data["started_at"])
        except Conflict:
            again = _before(actor, data)  # the other arrival of this ref may have held the cylinder's lock
            if again is None:
                raise
            return again
    facts = _with_the_fill(stands, asked)
    judged = filling_judging.at_gun(facts, asked.on, stands.values, stands.released, filled=True)
    checks = data.get("checks") or (stands.cycle.checks if stands.is_open_here and stands.cycle else None)
    unanswered = filling_items.unanswered(checks, facts.medium, asked.on)
    verdict = judged.verdict + Verdict.of(unanswered)
    if not verdict.allowed:
        return _refuse(actor, asked, found, verdict)
    row = _keep(actor, asked, stands, medium, verdict)
    _move_turn(actor, asked, stands, row, checks or {})
    return Recorded(row, verdict)


# Written once: putting a statement together takes several times as long as asking it.
_FILLED = select(Filling).filter_by(station_id=bindparam("station"), ref=bindparam("ref"))
_REFUSED = select(FillRefusal).filter_by(station_id=bindparam("station"), ref=bindparam("ref"))


def _before(actor: Actor, data: Mapping[str, Any]) -> Recorded | FillRefusal | None:
    """What came of the same ref before."""
    mine = {"station": actor.unit_id, "ref": data["ref"]}
    row: Filling | FillRefusal | None = db.session.scalar(_FILLED, mine)
    row = row or db.session.scalar(_REFUSED, mine)
    if row is not None and row.ref_digest != _digest(data):
        raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
    if isinstance(row, Filling):
        return Recorded(row, filling_judging.restored(row.findings), replay=True)
    return row


def _digest(data: Mapping[str, Any]) -> str:
    """Without the sender's clock: who sends again does so later."""
    return digest({name: value for name, value in data.items() if name != "device_now"})


def _asked(actor: Actor, data: Mapping[str, Any]) -> _Asked:
    now = clock.now()
    sent_digest = _digest(data)
    ended_at = data.get("ended_at") or now
    if ended_at > now + LEAD:
        raise Invalid.field("ended_at", T("时间不能晚于现在"))
    if data["started_at"] > ended_at:
        raise Invalid.field("ended_at", T("结束时间不能早于开始时间"))
    data = {**data, **_measured(actor, data)}
    before, after = data.get("gross_before_g"), data.get("gross_after_g")
    if after is None and data.get("pressure_kpa") is None:
        raise Invalid.field("gross_after_g", T("请填写充装后总重或者充装压力"))
    if before is not None and after is not None and after < before:
        raise Invalid.field("gross_after_g", T("充装后总重不能小于充装前总重"))
    on = clock.day_of(ended_at)
    staff = filling_staff.of_station(actor.unit_id, on, {data["filler"], data["checker"]})
    return _Asked(data, sent_digest, on, ended_at, staff)


def _measured(actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the station's devices measured and signed, in place of what was typed."""
    found: dict[str, Any] = {}
    if data.get("reading_before"):
        found["gross_before_g"] = readings.take(actor, data, "gross_before_g", "gross_g", "reading_before")
    if data.get("reading_after"):
        by_pressure = data.get("pressure_kpa") is not None
        field, kind = ("pressure_kpa", "pressure_kpa") if by_pressure else ("gross_after_g", "gross_g")
        found[field] = readings.take(actor, data, field, kind, "reading_after")
    return found


def _with_the_fill(stands: AtGun, asked: _Asked) -> FillingFacts:
    """The register's facts with those of this fill."""
    data, staff, facts = asked.data, asked.staff, stands.given
    tare = facts.tare_kg
    before, after = _thousandth(data.get("gross_before_g")), _thousandth(data.get("gross_after_g"))
    before = facts.gross_before_kg if before is None else before
    logins = dict.fromkeys((data["filler"], data["checker"]))
    return replace(
        facts,
        **_check_of(stands, asked),
        **_clock_of(data),
        invalid_staff=tuple(
            staff[login].name if login in staff else login
            for login in logins
            if login not in staff or not staff[login].certified
        ),
        filler=data["filler"],
        checker=data["checker"],
        gross_before_kg=before,
        residual_kg=None if before is None or tare is None else max(before - tare, Decimal(0)),
        target_total_kg=None if after is None or tare is None else after - tare,
        target_pressure_mpa=_thousandth(data.get("pressure_kpa")),
        temperature_c=_exact(data.get("temperature_c")),
    )


def _check_of(stands: AtGun, asked: _Asked) -> dict[str, Any]:
    """The check before filling: a turn's own, or the one that came with the fill."""
    data, row = asked.data, stands.found.cylinder
    if row is None or not data.get("checks"):
        return {}
    seen = gun_facts.of_checks(data["checks"], fill_cycles.observed(row, data), asked.on)
    if stands.is_open_here:
        return {name: value for name, value in seen.items() if value is not None}
    return {**seen, "precheck_done": True, "precheck_here": True, "precheck_age_minutes": Decimal(0)}


def _clock_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """How far the sender's clock is off, and how old the list was that it judged by without a network."""
    if data.get("device_now") is None:
        return {}
    skew = Decimal(int((data["device_now"] - clock.now()).total_seconds()))
    return {"clock_skew_seconds": skew, "offline_cache_hours": Decimal(data.get("snapshot_hours") or 0)}


def _move_turn(actor: Actor, asked: _Asked, stands: AtGun, row: Filling, checks: Mapping[str, str]) -> None:
    """The turn of the cylinder goes on with the fill; one begins where the check came with it."""
    data, cylinder = asked.data, stands.found.cylinder
    assert cylinder is not None
    cycle = stands.cycle if stands.is_open_here else None
    if cycle is None:
        cycle = FillCycle(
            ref=data["ref"],
            ref_digest=asked.digest,
            cylinder_id=cylinder.id,
            station_id=actor.unit_id,
            gun=data["gun"],
            medium=row.medium,
            state="prechecked",
            custody_before=stands.given.custody_status or cylinder.custody,
            opened_at=data["started_at"],
            prechecked_at=data["started_at"],
            prechecker_id=row.checker_id,
            checks=dict(checks),
            observed=fill_cycles.observed(cylinder, data),
            gross_before_g=row.gross_before_g,
            findings=[],
            version=1,
        )
        if stands.is_past:
            cycle.closed_at = row.ended_at
        db.session.add(cycle)
    fill_cycles.move_on(cycle, "fill")
    cycle.filling_id, cycle.filled_at = row.id, row.ended_at
    if cycle.closed_at is not None:
        fill_cycles.move_on(cycle, "lapse")
    cycle.findings = row.findings
    if stands.released:
        hold_releases.use_up(cylinder.id, row.station_id, clock.now())
    db.session.flush()


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _thousandth(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-3)


def _refuse(actor: Actor, asked: _Asked, found: Found, verdict: Verdict) -> FillRefusal:
    row = FillRefusal(
        ref=asked.ref,
        ref_digest=asked.digest,
        station_id=actor.unit_id,
        cylinder_id=found.cylinder.id if found.cylinder else None,
        person_id=actor.person_id,
        at=clock.now(),
        asked={key: value if isinstance(value, int | dict) else str(value) for key, value in asked.data.items()},
        findings=filling_judging.kept(verdict.findings),
    )
    db.session.add(row)
    hit = [finding.rule for finding in verdict.findings]
    audit.record(actor, "filling.refused", row, cylinder_id=row.cylinder_id, findings=hit)
    if asked.data.get("offline"):
        offline.note(actor, row, found.code or found.text, asked.ended_at)
    return row


def _keep(actor: Actor, asked: _Asked, stands: AtGun, medium: str, verdict: Verdict) -> Filling:
    """The fill, its event in the cylinder's life, and what it changes on the cylinder."""
    data, found, now = asked.data, stands.found, clock.now()
    cylinder = found.cylinder
    assert cylinder is not None  # the identity rules let nothing else through
    row = Filling(
        ref=asked.ref,
        ref_digest=asked.digest,
        station_id=actor.unit_id,
        cylinder_id=cylinder.id,
        gun=data["gun"],
        medium=medium,
        scanned=_was_scanned(actor, asked, cylinder.id, int(stands.values["filling.scan_valid_minutes"])),
        tare_g=cylinder.tare_g,
        gross_before_g=_weighed_before(asked, stands),
        gross_after_g=data.get("gross_after_g"),
        pressure_kpa=data.get("pressure_kpa"),
        temperature_c=data.get("temperature_c"),
        started_at=data["started_at"],
        ended_at=asked.ended_at,
        filled_on=asked.on,
        received_at=now,
        filler_id=asked.staff[data["filler"]].id,
        checker_id=asked.staff[data["checker"]].id,
        checks=data.get("checks") or {},
        findings=filling_judging.kept(verdict.findings),
        clip=data.get("clip"),
        weighed_by="device" if data.get("reading_after") else "typed",
        offline=bool(data.get("offline")),
    )
    db.session.add(row)
    db.session.flush()
    if cylinder.last_filled_at is None or cylinder.last_filled_at < asked.ended_at:
        cylinder.last_filled_at = asked.ended_at
        cylinder.custody = custody_after("fill", cylinder.custody, asked.on)[0]
    db.session.add(
        CylinderEvent(
            cylinder_id=cylinder.id,
            kind="fill",
            at=asked.ended_at,
            received_at=now,
            unit_id=actor.unit_id,
            person_id=row.filler_id,
            data={"filling_id": row.id, "net_g": row.net_g, "pressure_kpa": row.pressure_kpa},
        )
    )
    audit.record(
        actor,
        "filling.recorded",
        row,
        cylinder_id=cylinder.id,
        net_g=row.net_g,
        pressure_kpa=row.pressure_kpa,
        verdict=verdict.answer,
    )
    return row


def _weighed_before(asked: _Asked, stands: AtGun) -> int | None:
    """The gross mass before filling: as it came with the fill, else as the check before filling found it."""
    told: int | None = asked.data.get("gross_before_g")
    return stands.cycle.gross_before_g if told is None and stands.is_open_here and stands.cycle else told


_SCANNED = (
    select(Scan.id)
    .where(
        Scan.cylinder_id == bindparam("cylinder"),
        Scan.unit_id == bindparam("station"),
        Scan.purpose == "fill",
        Scan.verdict.in_(("allow", "warn")),
        Scan.at >= bindparam("since"),
        Scan.at <= bindparam("until"),
    )
    .limit(1)
)


def _was_scanned(actor: Actor, asked: _Asked, cylinder_id: int, minutes: int) -> bool:
    """Whether this station scanned this cylinder before filling it, shortly enough, and was allowed to fill."""
    since = asked.data["started_at"] - timedelta(minutes=minutes)
    wanted = {"cylinder": cylinder_id, "station": actor.unit_id, "since": since, "until": asked.ended_at}
    return db.session.connection().execute(_SCANNED, wanted).first() is not None
