"""A cylinder's turn through a station: checked before filling, filled, checked again, released (cylinders.md §4.4, §6).

The fill itself is recorded by `services/filling.py`, which moves the same turn on. One turn is open per cylinder: the
database holds it. A turn that nobody finished ends as `lapsed` when the cylinder comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Cylinder, CylinderEvent, FillCycle, Filling
from registry.queries import filling_facts, filling_judging, filling_staff, gun_facts, gun_judging, gun_reading
from registry.queries.filling_facts import Found, OnFile
from registry.queries.filling_staff import Staff
from registry.replays import digest, in_turn
from registry.rules import fill_cycle as rules
from registry.rules import filling_items
from registry.rules.cylinder_lifecycle import brought_in, custody_after
from registry.rules.cylinder_marks import model_of
from registry.rules.filling import RELEASE, judge
from registry.rules.kinds import CYLINDER_KINDS
from registry.rules.verdict import Verdict
from registry.services import cylinder_anomaly_finding, readings

LEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Done:
    """A step of a turn on record; `replay` when it had been recorded before under the same ref."""

    cycle: FillCycle
    verdict: Verdict
    replay: bool = False


class StillOpen(Conflict):
    """Another turn of the cylinder is going on, `since` a moment."""

    def __init__(self, text: T, cylinder_id: int, since: datetime) -> None:
        super().__init__(text)
        self.cylinder_id, self.since = cylinder_id, since


def precheck(actor: Actor, data: Mapping[str, Any]) -> Done:
    """Look at a cylinder before filling it: `{ref, code, gun, medium?, checks, checker, purged?, passengers_aboard?,
    plate?, gross_before_g?, reading?, at?}`; opens the turn. `checks` answers the items (ok | not_ok | n_a).

    The verdict is over everything that is known then; the turn opens even when it denies, so that what was seen stays.

    Raises:
        Conflict: another turn of the cylinder is open; the same ref with other content.
        Refused: the code leads to no cylinder.
        Invalid: a time in the future, no medium, an unknown checker.
    """
    policy.require(actor, "filling.check")
    try:
        with transaction():
            return _opened(actor, data)
    except StillOpen as error:
        assert actor.unit_id is not None  # a station's permission
        cylinder_anomaly_finding.second_turn(error.cylinder_id, actor.unit_id, error.since, clock.now())
        raise
    except IntegrityError:
        # The same ref, or another turn of this cylinder, was written at the same moment: now it can be seen.
        with transaction():
            return _opened(actor, data)


def _opened(actor: Actor, data: Mapping[str, Any]) -> Done:
    in_turn(data["ref"])
    now = clock.now()
    before = _replay(actor, data)
    if before is not None:
        return before
    at = data.get("at") or now
    if at > now + LEAD:
        raise Invalid.field("at", T("时间不能晚于现在"))
    found, row = _locked(data["code"])
    if row is None:
        judged = filling_judging.of_cylinder(found, clock.day_of(now))
        raise Refused(judged.verdict)
    yard = gun_reading.yard(actor.unit_id, data["gun"], clock.day_of(now))
    medium = filling_judging.gun_medium(yard.place, data.get("medium"), clock.day_of(now))
    if medium is None:
        raise Invalid.field("medium", T("这支枪没有登记，请注明充装介质"))
    checker = staff_of(actor, data["checker"], "checker", at)
    end_stale(actor, row, now)
    cycle = FillCycle(
        ref=data["ref"],
        ref_digest=digest(data),
        cylinder_id=row.id,
        station_id=actor.unit_id,
        gun=data["gun"],
        medium=medium,
        state=rules.PRECHECKED,
        custody_before=row.custody,
        opened_at=at,
        prechecked_at=at,
        prechecker_id=checker.id,
        checks=dict(data["checks"]),
        observed=observed(row, data),
        gross_before_g=readings.take(actor, data, "gross_before_g", "gross_g"),
        findings=[],
        version=1,
    )
    db.session.add(cycle)
    db.session.flush()
    if brought_in(row.custody, clock.day_of(at)):
        # Nobody scanned it when it came back; that it stands in the pre-check bay says that it did.
        enter(row, "enter_station", cycle.opened_at, actor, checker.id, {"implicit": True})
    enter(row, "precheck", cycle.opened_at, actor, checker.id, {"cycle_id": cycle.id})
    db.session.flush()  # the turn and where the cylinder is now are part of what is judged
    stands = gun_judging.look(actor.unit_id, {**data, "medium": medium}, now)
    judged = stands.judge(clock.day_of(now), invalid_staff=() if checker.certified else (checker.name,))
    cycle.findings = filling_judging.kept(judged.verdict.findings)
    audit.record(
        actor,
        "fill_cycle.prechecked",
        cycle,
        cylinder_id=cycle.cylinder_id,
        verdict=judged.answer,
        findings=[finding.rule for finding in judged.verdict.findings],
    )
    return Done(cycle, judged.verdict)


def _locked(code: str) -> tuple[Found, Cylinder | None]:
    """Where a code leads, and the cylinder itself, held until the transaction ends."""
    gun_reading.lock([filling_facts.wanted(code)])
    found = filling_facts.find(code)
    row = db.session.get_one(Cylinder, found.cylinder.id, populate_existing=True) if found.cylinder else None
    return found, row


def _replay(actor: Actor, data: Mapping[str, Any]) -> Done | None:
    statement = select(FillCycle).where(FillCycle.station_id == actor.unit_id, FillCycle.ref == data["ref"])
    cycle = db.session.scalar(statement)
    if cycle is None:
        return None
    if cycle.ref_digest != digest(data):
        raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
    return Done(cycle, filling_judging.restored(cycle.findings), replay=True)


def observed(row: Cylinder | OnFile, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was seen beside the items: whether it was purged, and of a vehicle who was aboard and its plate."""
    kind = CYLINDER_KINDS.get(row.kind)
    found = {name: data[name] for name in ("purged", "passengers_aboard") if data.get(name) is not None}
    if kind is not None and kind.vehicle and data.get("plate"):
        found["plate_matches"] = _plain(data["plate"]) == _plain(row.vehicle_plate or "")
    return found


def _plain(plate: str) -> str:
    return "".join(c for c in plate.upper() if c.isalnum())


def staff_of(actor: Actor, login: str, field: str, at: datetime) -> Staff:
    """A person of the caller's station on the day of a moment.

    Raises:
        Invalid: nobody of the station has this login.
    """
    known = filling_staff.of_station(actor.unit_id, clock.day_of(at), {login})
    if login not in known:
        raise Invalid.field(field, T("本站没有这名人员：{login}", login=login))
    return known[login]


def enter(row: Cylinder, kind: str, at: datetime, actor: Actor, person_id: int | None, data: dict[str, Any]) -> None:
    """An event of the turn in the cylinder's life, and where the cylinder is after it."""
    row.custody = custody_after(kind, row.custody, clock.day_of(at))[0]
    db.session.add(
        CylinderEvent(
            cylinder_id=row.id,
            kind=kind,
            at=at,
            received_at=clock.now(),
            unit_id=actor.unit_id,
            person_id=person_id,
            data=data,
        )
    )


def end_stale(actor: Actor, row: Cylinder | OnFile, now: datetime) -> None:
    """End the open turn of a cylinder that has come back, so that a new one may begin.

    Raises:
        Conflict: the open turn is still going on: checked here within the time a check holds, or filled too recently
            for the cylinder to have been emptied.
    """
    cycle = gun_facts.open_cycle(row.id)
    if cycle is None:
        return
    on = clock.day_of(now)
    since = cycle.filled_at or cycle.prechecked_at
    holds = timedelta(minutes=30) if cycle.filled_at is None else _hours(gun_facts.least_hours(row, on))
    if now - since < holds:
        state = rules.STATES[cycle.state]
        text = T("这只瓶的上一次充装还没有完成（{state}），不能重新开始", state=T(state.zh))
        raise StillOpen(text, row.id, since)
    close(actor, cycle, "lapsed", now, "")


def _hours(value: Decimal) -> timedelta:
    return timedelta(seconds=float(value) * 3600)


def close(actor: Actor, cycle: FillCycle, state: str, at: datetime, reason: str) -> None:
    """End a turn: released, given up, or never finished."""
    verb = {"lapsed": "lapse", "aborted": "abort", "released": "release"}[state]
    move_on(cycle, verb)
    cycle.closed_at = at
    cycle.reason = reason
    db.session.flush()  # before another turn of the cylinder opens
    audit.record(actor, "fill_cycle.closed", cycle, cylinder_id=cycle.cylinder_id, state=state, reason=reason)


def move_on(cycle: FillCycle, verb: str) -> None:
    """Change the state of a turn by a legal move.

    Raises:
        Conflict: the turn does not stand where this step begins.
    """
    cycle.state = state_after(cycle.state, verb)
    cycle.version += 1


def state_after(state: str, verb: str) -> str:
    """The state that a step leads to: the only way from one to another.

    Raises:
        Conflict: the turn does not stand where this step begins.
    """
    move = rules.move(state, verb)
    if move is None:
        raise Conflict(T("这一步现在不能做：充装过程处于“{state}”", state=T(rules.STATES[state].zh)))
    return move.target


def mine(actor: Actor, code: str) -> tuple[FillCycle, Cylinder]:
    """The open turn of a scanned cylinder at the caller's station, both locked.

    Raises:
        Missing: no such cylinder, or no open turn of it here.
    """
    _found, row = _locked(code)
    cycle = gun_facts.open_cycle(row.id) if row else None
    if row is None or cycle is None or cycle.station_id != actor.unit_id:
        raise Missing(T("本站没有这只瓶正在进行的充装"))
    return cycle, row


def post_check(actor: Actor, data: Mapping[str, Any]) -> Done:
    """Look at a cylinder after filling: `{ref, code, checks, checker, reweigh_g?, reading?, leak_found,
    labels_printed?, at?}`; says what would stand against its release. May be repeated after drawing off.

    Raises:
        Missing: no open turn of this cylinder here. Conflict: it has not been filled; the ref with other content.
        Invalid: the filler checks his own fill, or at a vehicle somebody who did another step.
    """
    policy.require(actor, "filling.check")
    with transaction():
        in_turn(data["ref"])
        known = db.session.scalar(
            select(FillCycle).where(FillCycle.station_id == actor.unit_id, FillCycle.post_ref == data["ref"])
        )
        if known is not None:
            if known.post_digest != digest(data):
                raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
            return Done(known, release_verdict(known), replay=True)
        cycle, row = mine(actor, data["code"])
        at = data.get("at") or clock.now()
        checker = staff_of(actor, data["checker"], "checker", at)
        _refuse_own_work(cycle, row, checker)
        move_on(cycle, "post_check")
        cycle.post_ref, cycle.post_digest = data["ref"], digest(data)
        cycle.postchecked_at, cycle.postchecker_id = at, checker.id
        cycle.post_checks = dict(data["checks"])
        cycle.reweigh_g = readings.take(actor, data, "reweigh_g", "gross_g")
        cycle.reweigh_source = "device" if data.get("reading") else "typed"
        cycle.leak_found = bool(data["leak_found"])
        if data.get("labels_printed") is not None:  # else what printing them has said
            cycle.labels_printed = data["labels_printed"]
        enter(row, "postcheck", at, actor, checker.id, {"cycle_id": cycle.id})
        verdict = release_verdict(cycle)
        audit.record(
            actor,
            "fill_cycle.postchecked",
            cycle,
            cylinder_id=row.id,
            findings=[finding.rule for finding in verdict.findings],
        )
        return Done(cycle, verdict)


def _refuse_own_work(cycle: FillCycle, row: Cylinder, checker: Staff) -> None:
    filler = db.session.scalar(select(Filling.filler_id).where(Filling.id == cycle.filling_id))
    if checker.id == filler:
        raise Invalid.field("checker", T("充后检查人员不能是充装人员本人"))
    kind = CYLINDER_KINDS.get(row.kind)
    if kind is not None and kind.vehicle and checker.id == cycle.prechecker_id:
        raise Invalid.field("checker", T("车用气瓶的充前检查、充装、充后检查应由不同人员完成"))


def release_verdict(cycle: FillCycle) -> Verdict:
    """What stands against a filled cylinder leaving the station (R50-R55)."""
    row = db.session.get_one(Cylinder, cycle.cylinder_id, options=[joinedload(Cylinder.owner)])
    now = clock.now()
    on = clock.day_of(now)
    failed = filling_items.failed(cycle.post_checks, on, rules.post_names(on))
    tare = row.tare_g or 0
    known = filling_facts.of_register(row, on)
    model = model_of(known.volume_l, on)
    facts = replace(
        known,
        # What the customer pays for is the trade's usual net mass of this size, not the legal maximum.
        nominal_fill_kg=min(model.nominal_kg, known.nominal_fill_kg or model.nominal_kg)
        if model
        else known.nominal_fill_kg,
        postcheck_done=cycle.postchecked_at is not None,
        leak_found=cycle.leak_found,
        labels_printed=cycle.labels_printed,
        reweigh_net_kg=None if cycle.reweigh_g is None else Decimal(cycle.reweigh_g - tare).scaleb(-3),
        hours_since_filling=_hours_since(cycle.filled_at, now),
        temperature_c=None,
    )
    judged = judge(facts, on, stage=RELEASE).verdict
    return judged + rules.post_failures(failed, on)


def _hours_since(at: datetime | None, now: datetime) -> Decimal | None:
    return None if at is None else Decimal(int((now - at).total_seconds())) / 3600


def release(actor: Actor, data: Mapping[str, Any]) -> Done:
    """Let a filled and checked cylinder leave: `{ref, code}`.

    Raises:
        Refused: something stands against it; the turn stays open.
        Missing: no open turn of this cylinder here. Conflict: it has not been checked after filling.
    """
    policy.require(actor, "filling.check")
    with transaction():
        in_turn(data["ref"])
        known = db.session.scalar(
            select(FillCycle).where(FillCycle.station_id == actor.unit_id, FillCycle.release_ref == data["ref"])
        )
        if known is not None:
            return Done(known, filling_judging.restored(known.findings), replay=True)
        cycle, _row = mine(actor, data["code"])
        if rules.move(cycle.state, "release") is None:
            raise Conflict(T("这一步现在不能做：充装过程处于“{state}”", state=T(rules.STATES[cycle.state].zh)))
        verdict = release_verdict(cycle)
        if not verdict.allowed:
            raise Refused(verdict)
        cycle.release_ref = data["ref"]
        cycle.released_at, cycle.released_by_id = clock.now(), actor.person_id
        cycle.findings = filling_judging.kept(verdict.findings)
        close(actor, cycle, "released", clock.now(), "")
        return Done(cycle, verdict)


def abort(actor: Actor, data: Mapping[str, Any]) -> FillCycle:
    """Give up a turn that has not been filled: `{code, reason}`.

    Raises:
        Missing: no open turn here. Conflict: it has been filled. Invalid: no reason.
    """
    policy.require(actor, "filling.check")
    reason = str(data.get("reason") or "").strip()
    if not reason:
        raise Invalid.field("reason", T("请写明放弃充装的原因"))
    with transaction():
        cycle, row = mine(actor, data["code"])
        close(actor, cycle, "aborted", clock.now(), reason[:200])
        row.custody = cycle.custody_before if cycle.custody_before != "prechecked" else "empty_in_station"
        return cycle
