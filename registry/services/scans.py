"""Scanning a label: a verdict at once, and a record of who scanned what where."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.messages import T
from registry.models import FillCycle, Scan
from registry.prepared import Prepared
from registry.queries import filling_facts, filling_judging, filling_staff, gun_judging, public, turns
from registry.queries.filling_facts import Found, OnFile
from registry.queries.gun_reading import OpenTurn
from registry.queries.public import PublicCylinder, PublicElevator
from registry.rules.fill_cycle import CHECKED, FILLED
from registry.rules.filling import FillingVerdict
from registry.rules.filling_asks import PLATE, asks
from registry.rules.verdict import Verdict
from registry.services import cylinder_anomaly_finding, gun_unlocks, unknown_codes
from registry.services.cylinder_anomaly_finding import Recorded
from registry.settings import current

NEXT = "next"
PURPOSES: dict[str, T] = {
    "fill": T("充装"),
    "post_check": T("充装后检查"),
    "release": T("出站"),
    "receive": T("入站"),
    "deliver": T("配送"),
    "inspect": T("检验"),
    "look": T("查询"),
    NEXT: T("充装过程的下一步"),
}
STEPS = {FILLED: "post_check", CHECKED: "release"}
# How far a device's clock may be ahead before its time is no longer believed.
LEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict of a scan with what was found. `medium` is that of the gun.

    `cycle` is the open turn checked at this station, `unlock` the gun's leave: only after that check, and only once.
    `turn` is the open turn of this station in whatever state, told only where the next step was asked for. `asks` is
    what the cylinder needs told beside its checks.
    """

    scan: Recorded
    judged: FillingVerdict
    found: Found
    medium: str | None
    cycle: OpenTurn | None = None
    unlock: str | None = None
    turn: FillCycle | None = None
    asks: tuple[str, ...] = ()

    @property
    def cylinder(self) -> OnFile | None:
        return self.found.cylinder

    @property
    def plate(self) -> str | None:
        """The plate of the vehicle the cylinder is registered with, for the station that has to compare it."""
        return self.cylinder.vehicle_plate if self.cylinder is not None and PLATE in self.asks else None


@dataclass(frozen=True, slots=True)
class Looked:
    """What anyone may know of a label; both None when it leads to nothing."""

    verdict: Verdict
    cylinder: PublicCylinder | None
    elevator: PublicElevator | None


def scan(actor: Actor, data: dict[str, Any]) -> Answer:
    """Record a scan and judge it: `{code, purpose, gun?, medium?, temperature_c?, filler?, checker?, at?,
    position?}`. With `filler`, who looked at it before filling is the checker; where nobody did, the `checker` named.

    Judged on the server's day, whatever the device says: an old date must not bring an old permission back.
    An unknown or forged code is answered like any other: block, code 01. With the purpose `fill` all rules that can be
    answered at the gun are asked, after the check before filling every one, and then an allowing verdict unlocks the
    gun; with the other purposes what the code and the register say of the cylinder itself. `next` is whatever the
    cylinder waits for at this station: the check after filling, its release, or else a fill.

    Raises:
        Invalid: a medium other than that of the registered gun, or a time in the future.
    """
    policy.require(actor, "scan.record")
    now = clock.now()
    at = data.get("at") or now
    if at > now + LEAD:
        raise Invalid.field("at", T("时间不能晚于现在"))
    with transaction(durable=False, late=True):
        if data["purpose"] == "fill":
            return _at_gun(actor, data, at, now)
        found = filling_facts.find(data["code"])
        turn = None
        if data["purpose"] == NEXT:
            turn = turns.open_here(actor, found.cylinder.id) if found.cylinder else None
            data = {**data, "purpose": STEPS.get(turn.state, "fill") if turn else "fill"}
        if data["purpose"] == "fill":
            return replace(_at_gun(actor, data, at, now), turn=turn)
        judged = filling_judging.of_cylinder(found, clock.day_of(now))
        return Answer(_keep(actor, found, data, at, judged, None), judged, found, None, turn=turn)


def _at_gun(actor: Actor, data: dict[str, Any], at: datetime, now: datetime) -> Answer:
    today = clock.day_of(now)
    stands = gun_judging.look(actor.unit_id, data, now)
    found = stands.found
    judged = stands.judge(today, temperature_c=data.get("temperature_c"), **_staff(actor, data, today, stands.turn))
    row = _keep(actor, found, data, at, judged, stands.medium)
    cylinder_anomaly_finding.after_verdict(found.cylinder, row, judged.verdict, stands.known.get("custody_status"))
    cycle, unlock = (stands.turn if stands.is_open_here else None), None
    if cycle is not None and judged.allowed and data.get("gun"):
        seconds = int(stands.yard.values["filling.unlock_seconds"])
        unlock = gun_unlocks.issue(actor, cycle, data["gun"], now, seconds)
    wanted = asks(stands.known) if found.cylinder else ()
    return Answer(row, judged, found, stands.medium, cycle, unlock, asks=wanted)


def _staff(actor: Actor, data: dict[str, Any], on: date, turn: OpenTurn | None) -> dict[str, Any]:
    """What is known of the person who is going to fill and of the checker, where the station says who fills."""
    filler = data.get("filler")
    if not filler:
        return {}
    checked = turn is not None and turn.state == "prechecked"
    checker = (filling_staff.login_of(turn.prechecker_id) if checked and turn else None) or data.get("checker")
    named = [login for login in dict.fromkeys((filler, checker)) if login]
    known = filling_staff.of_station(actor.unit_id, on, named)
    doubtful = (login for login in named if login not in known or not known[login].certified)
    names = tuple(known[login].name if login in known else login for login in doubtful)
    return {"filler": filler, "checker": checker, "invalid_staff": names}


def look(text: str, device: str | None = None) -> Looked:
    """A citizen's look at a label: judged with the owner as the station, recorded without anything personal.

    `device` is whatever tells one phone from another; only a keyed digest of it is kept, another one each month.
    """
    policy.require(SYSTEM, "scan.record")
    now = clock.now()
    with transaction(durable=False, late=True):
        found = filling_facts.find(text)
        elevator = public.elevator(found)
        if elevator is not None:
            judged = FillingVerdict(elevator.verdict, "")
        else:
            judged = filling_judging.of_cylinder(found, clock.day_of(now), filling_judging.PUBLIC_RULES)
        _keep(SYSTEM, found, {"code": text, "purpose": "look", "device": _device(device, now)}, now, judged, None)
        cylinder = public.cylinder(found, judged)
    shown = cylinder or elevator
    return Looked(shown.verdict if shown else judged.verdict, cylinder, elevator)


def _device(text: str | None, now: datetime) -> str | None:
    """A digest that tells phones apart within a month and cannot be traced back to one."""
    if not text:
        return None
    month = f"{clock.day_of(now):%Y-%m}"
    return hmac.new(current().secret_key, f"device {month} {text}".encode(), hashlib.sha256).hexdigest()[:32]


_SCAN = Prepared(insert(Scan), *(column.name for column in Scan.__table__.columns if column.name != "id"))


def _keep(
    actor: Actor, found: Found, data: dict[str, Any], at: datetime, judged: FillingVerdict, medium: str | None
) -> Recorded:
    kept = {
        "at": at,
        "received_at": clock.now(),
        "purpose": data["purpose"],
        "text": filling_facts.printable(found.text)[:200],
        "cylinder_id": found.cylinder.id if found.cylinder else None,
        "unit_id": actor.unit_id,
        "person_id": actor.person_id,
        "gun": data.get("gun"),
        "medium": medium,
        "verdict": judged.answer,
        "legacy_code": judged.code,
        "findings": filling_judging.kept(judged.verdict.findings),
        "position": data.get("position"),
        "device": data.get("device"),
    }
    row = Recorded(_SCAN.insert(kept), at, kept["purpose"], actor.unit_id)
    unknown_codes.note(actor, found, at, kept["position"])
    told = {name: kept[name] for name in ("cylinder_id", "purpose", "verdict")}
    told |= {"code": judged.code, "findings": [finding.rule for finding in judged.verdict.findings]}
    audit.record_many(actor, "scan.recorded", Scan.__tablename__, [(row.id, told)])
    return row
