"""A cylinder's turn: the check opens it, the gun is unlocked once, the fill moves it on, release ends it."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import (
    Cylinder,
    CylinderEvent,
    Device,
    FillCycle,
    Filling,
    GasBatch,
    GunUnlock,
    Parameter,
    StoredFile,
)
from registry.rules.fill_cycle import MOVES, STATES, post_items
from registry.services import (
    devices,
    fill_cycles,
    filling,
    gas_batches,
    gateway,
    gun_unlocks,
    hold_releases,
    presence,
    readings,
    scans,
    stations,
)
from seeds import cast
from tests import filling_factory as make


def check(row: Cylinder, **values: Any) -> dict[str, Any]:
    return {
        "ref": str(uuid.uuid4()),
        "code": row.label_code,
        "gun": "1",
        "medium": "lpg",
        "checks": make.checks(),
        "checker": "checker",
        "purged": True,
        "gross_before_g": 16_900,
        **values,
    }


def after(row: Cylinder, **values: Any) -> dict[str, Any]:
    return {
        "ref": str(uuid.uuid4()),
        "code": row.label_code,
        "checks": {item.id: "ok" for item in post_items(clock.today())},
        "checker": "checker",
        "reweigh_g": 31_000,
        "leak_found": False,
        "labels_printed": True,
        **values,
    }


def look(row: Cylinder, **values: Any) -> dict[str, Any]:
    return {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg", **values}


def filled(row: Cylinder, **values: Any) -> dict[str, Any]:
    data = make.fill(row, minutes_ago=0, **values)
    return data | {"started_at": clock.now(), "ended_at": None} | values


def rules(verdict: Any) -> list[str]:
    return [finding.rule for finding in verdict.findings]


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    now = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_a_whole_turn(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    assert scans.scan(filler, look(row)).unlock is None  # nobody has looked at the cylinder yet
    opened = fill_cycles.precheck(filler, check(row))
    assert (opened.cycle.state, rules(opened.verdict)) == ("prechecked", [])
    answer = scans.scan(filler, look(row))
    assert answer.judged.allowed
    assert answer.unlock
    assert gun_unlocks.redeem(filler, answer.unlock, "1").used_at is not None
    done = filling.record(filler, filled(row, checks=None))
    assert done.verdict.allowed
    cycle = db.session.get(FillCycle, opened.cycle.id)
    assert (cycle.state, cycle.filling_id) == ("filled", done.filling.id)
    seen = fill_cycles.post_check(filler, after(row))
    assert (seen.cycle.state, seen.verdict.findings) == ("checked", ())
    out = fill_cycles.release(filler, {"ref": str(uuid.uuid4()), "code": row.label_code})
    assert (out.cycle.state, out.cycle.closed_at is not None) == ("released", True)
    db.session.refresh(row)
    assert row.custody == "full_in_station"


def test_the_table_of_moves_is_complete() -> None:
    reached = {"prechecked"}
    for _ in MOVES:
        reached |= {move.target for move in MOVES if move.source in reached}
    assert reached == set(STATES)
    assert not [move for move in MOVES if move.source and not STATES[move.source].open]


@pytest.mark.parametrize(("seconds", "opens"), [(0, True), (119, True), (120, False)])
def test_the_gun_opens_for_two_minutes(actor, monkeypatch, seconds, opens) -> None:
    row, filler = make.cylinder(), actor("filler")
    fill_cycles.precheck(filler, check(row))
    token = scans.scan(filler, look(row)).unlock
    later(monkeypatch, seconds=seconds)
    if opens:
        gun_unlocks.redeem(filler, token, "1")
    with pytest.raises(Conflict, match="已用过或已过期"):
        gun_unlocks.redeem(filler, token, "1")


def test_a_token_is_of_one_station_and_one_gun(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    fill_cycles.precheck(filler, check(row))
    token = scans.scan(filler, look(row)).unlock
    for caller, gun in ((filler, "2"), (actor("filling2"), "1")):
        with pytest.raises(Missing):
            gun_unlocks.redeem(caller, token, gun)
    with pytest.raises(Forbidden):
        gun_unlocks.redeem(actor("section"), token, "1")
    assert db.session.scalar(select(func.count(GunUnlock.id)).where(GunUnlock.token_sha256 == token)) == 0


@pytest.mark.parametrize(("minutes", "hit"), [(30, False), (31, True)])
def test_a_check_holds_for_half_an_hour(actor, monkeypatch, minutes, hit) -> None:
    row, filler = make.cylinder(), actor("filler")
    fill_cycles.precheck(filler, check(row))
    later(monkeypatch, minutes=minutes)
    answer = scans.scan(filler, look(row))
    assert ("R23" in rules(answer.judged.verdict)) == hit
    assert (answer.unlock is None) == hit


def test_what_the_check_found_bad_keeps_the_gun_shut(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    opened = fill_cycles.precheck(filler, check(row, checks=make.checks(shield_base="not_ok")))
    assert {"R21", "R22"} <= set(rules(opened.verdict))
    answer = scans.scan(filler, look(row))
    assert (answer.judged.allowed, answer.unlock) == (False, None)
    with pytest.raises(Refused):
        filling.record(filler, filled(row, checks=None))


@pytest.mark.parametrize(
    ("item", "rule"),
    [("electronic_mark", "R19"), ("filler_mark", "R20"), ("not_refurbished", "R21"), ("valve", "R21")],
)
def test_a_mark_nobody_looked_at_is_not_known_and_denies(actor, item, rule) -> None:
    row = make.cylinder()
    checks = {name: answer for name, answer in make.checks().items() if name != item}
    with pytest.raises(Refused) as error:
        filling.record(actor("filler"), make.fill(row, checks=checks))
    assert rule in rules(error.value.verdict)
    known = {"electronic_mark": True, "filler_mark_embossed": True, "refurbished": False, "dual_valve": False}
    done = filling.record(actor("filler"), make.fill(make.cylinder(**known), checks=checks))
    assert done.verdict.allowed


def test_one_turn_is_open_at_a_time(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    first = fill_cycles.precheck(filler, check(row))
    with pytest.raises(Conflict, match="还没有完成"):
        fill_cycles.precheck(filler, check(row))
    assert fill_cycles.precheck(filler, check(row, ref=first.cycle.ref) | {"ref": first.cycle.ref}) is not None


def test_a_repeat_is_answered_like_the_first(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    data = check(row)
    first, again = fill_cycles.precheck(filler, data), fill_cycles.precheck(filler, data)
    assert (first.replay, again.replay, again.cycle.id) == (False, True, first.cycle.id)
    with pytest.raises(Conflict, match="ref"):
        fill_cycles.precheck(filler, data | {"gross_before_g": 17_000})


@pytest.mark.parametrize(("hours", "opens"), [(5.9, False), (6.1, True)])
def test_a_cylinder_that_came_back_ends_the_turn_nobody_finished(actor, monkeypatch, hours, opens) -> None:
    row, filler = make.cylinder(), actor("filler")
    first = filling.record(filler, filled(row))
    later(monkeypatch, hours=hours)
    if not opens:
        with pytest.raises(Conflict):
            fill_cycles.precheck(filler, check(row))
        return
    opened = fill_cycles.precheck(filler, check(row))
    old = db.session.scalar(select(FillCycle).where(FillCycle.filling_id == first.filling.id))
    assert (old.state, old.closed_at is not None) == ("lapsed", True)
    assert "R27" in rules(opened.verdict)  # it left without being released and was never scanned back


def test_a_fill_that_arrives_late_does_not_disturb_the_open_turn(actor, monkeypatch) -> None:
    row, filler = make.cylinder(), actor("filler")
    opened = fill_cycles.precheck(filler, check(row))
    filling.record(filler, make.fill(row, minutes_ago=600))
    states = db.session.scalars(select(FillCycle.state).order_by(FillCycle.opened_at)).all()
    assert states == ["lapsed", "prechecked"]
    assert db.session.get(FillCycle, opened.cycle.id).closed_at is None


def test_the_filler_does_not_check_his_own_work(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    filling.record(filler, filled(row))
    with pytest.raises(Invalid) as error:
        fill_cycles.post_check(filler, after(row, checker="filler"))
    assert "checker" in error.value.errors


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"reweigh_g": 31_400}, None),
        ({"reweigh_g": 31_401}, "R51"),
        ({"leak_found": True}, "R53"),
        ({"reweigh_g": None}, "R51"),
    ],
)
def test_what_is_overfilled_or_leaks_or_was_not_weighed_stays(actor, values, rule) -> None:
    row, filler = make.cylinder(), actor("filler")
    filling.record(filler, filled(row))
    seen = fill_cycles.post_check(filler, after(row, **values))
    assert (rule is None) or rule in rules(seen.verdict)
    out = {"ref": str(uuid.uuid4()), "code": row.label_code}
    if rule is None:
        assert fill_cycles.release(filler, out).cycle.state == "released"
        return
    with pytest.raises(Refused):
        fill_cycles.release(filler, out)
    seen = fill_cycles.post_check(filler, after(row))  # drawn off, tightened and weighed again
    assert fill_cycles.release(filler, out).cycle.state == "released"


def test_nothing_leaves_unchecked_and_nothing_is_checked_unfilled(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    fill_cycles.precheck(filler, check(row))
    with pytest.raises(Conflict):
        fill_cycles.post_check(filler, after(row))
    filling.record(filler, filled(row, checks=None))
    with pytest.raises(Conflict):
        fill_cycles.release(filler, {"ref": str(uuid.uuid4()), "code": row.label_code})
    for verb in (fill_cycles.post_check, fill_cycles.release):
        with pytest.raises(Missing):
            verb(actor("filling2"), after(row))


def test_a_turn_is_given_up_with_a_reason(actor) -> None:
    row, filler = make.cylinder(), actor("filler")
    fill_cycles.precheck(filler, check(row))
    with pytest.raises(Invalid):
        fill_cycles.abort(filler, {"code": row.label_code, "reason": " "})
    assert fill_cycles.abort(filler, {"code": row.label_code, "reason": "瓶阀漏气"}).state == "aborted"
    assert fill_cycles.precheck(filler, check(row)).cycle.state == "prechecked"


def _office(key: str, value: str) -> None:
    with transaction() as session:
        session.add(Parameter(key=key, value=value, since=clock.today(), basis="t", certainty="G"))


def _photo() -> int:
    with transaction() as session:
        unit = cast.person("county")
        file = StoredFile(
            sha256=uuid.uuid4().hex * 2, mime="image/jpeg", name="stamp.jpg", size=10, purpose="hold",
            unit_id=cast.actor("county").unit_id, person_id=unit.id, stored_at=clock.now(),
        )  # fmt: skip
        session.add(file)
        session.flush()
        return file.id


def test_a_hold_is_released_by_the_authority_for_one_fill(actor, monkeypatch) -> None:
    _office("filling.copies_severity", "1")
    row, filler = make.cylinder(custody="at_user"), actor("filler")
    opened = fill_cycles.precheck(filler, check(row))
    assert [(f.rule, f.severity) for f in opened.verdict.findings] == [("R27", "hold")]
    assert scans.scan(filler, look(row)).unlock is None
    data = {
        "ref": str(uuid.uuid4()),
        "code": row.label_code,
        "station_id": cast.unit("station").id,
        "rules": ["R27"],
        "reason": "已现场核对钢印",
        "photo": _photo(),
    }
    with pytest.raises(Forbidden):
        hold_releases.release(filler, data)
    for wrong, field in (({"rules": ["R08"]}, "rules"), ({"reason": ""}, "reason"), ({"photo": 0}, "photo")):
        with pytest.raises(Invalid) as error:
            hold_releases.release(actor("county"), data | wrong)
        assert field in error.value.errors
    hold_releases.release(actor("county"), data)
    answer = scans.scan(filler, look(row))
    assert [(f.rule, f.severity) for f in answer.judged.verdict.findings] == [("R27", "warn")]
    assert answer.unlock
    filling.record(filler, filled(row, checks=None))
    later(monkeypatch, hours=7)
    again = fill_cycles.precheck(filler, check(row))
    assert ("R27", "hold") in [(f.rule, f.severity) for f in again.verdict.findings]


def test_a_release_ends_after_a_day(actor, monkeypatch) -> None:
    _office("filling.copies_severity", "1")
    row = make.cylinder(custody="at_user")
    data = {"ref": str(uuid.uuid4()), "code": row.label_code, "station_id": cast.unit("station").id}
    hold_releases.release(actor("county"), data | {"rules": ["R27"], "reason": "已核对钢印", "photo": _photo()})
    later(monkeypatch, hours=24, seconds=1)
    assert "hold" in {f.severity for f in scans.scan(actor("filler"), look(row)).judged.verdict.findings}


@pytest.mark.parametrize(("ppm", "tested", "rule"), [(0, True, None), (1, True, "R35"), (None, False, "R35")])
def test_gas_must_be_tested_and_free_of_dme(actor, ppm, tested, rule) -> None:
    today = clock.today()
    gas_batches.record(
        actor("filling"),
        {"ref": "b1", "medium": "lpg", "supplier": "s", "delivery_note": "n", "mass_g": 1, "dme_ppm": ppm,
         "tested_on": today if tested else None},
    )  # fmt: skip
    found = rules(scans.scan(actor("filler"), look(make.cylinder())).judged.verdict)
    assert found == ([rule] if rule else [])
    db.session.execute(update(GasBatch).values(until=today))
    db.session.commit()
    assert "R35" in rules(scans.scan(actor("filler"), look(make.cylinder())).judged.verdict)


def scale(actor: Any, number: str = "S1") -> tuple[Device, bytes]:
    device, key = devices.register(actor("filling"), {"kind": "scale", "number": number, "gun": "1"})
    return device, bytes.fromhex(key)


def signed(key: bytes, device: str, value: int, kind: str = "gross_g", **changes: Any) -> dict[str, Any]:
    data = {"device": device, "ref": str(uuid.uuid4())[:36], "kind": kind, "value": value, "at": clock.now()}
    text = readings.signed_text(device, data["ref"], kind, value, data["at"])
    return {**data, "signature": hmac.new(key, text, hashlib.sha256).hexdigest(), **changes}


def test_a_signed_weight_is_used_once_and_marked(actor) -> None:
    _device, key = scale(actor)
    before, _ = readings.record(actor("filler"), signed(key, "S1", 16_900))
    weighed, _ = readings.record(actor("filler"), signed(key, "S1", 31_000))
    row = make.cylinder()
    data = filled(row, gross_before_g=None, gross_after_g=None, reading_before=before.ref, reading_after=weighed.ref)
    done = filling.record(actor("filler"), data)
    assert (done.filling.weighed_by, done.filling.net_g) == ("device", 14_100)
    with pytest.raises(Conflict, match="已经用过"):
        filling.record(actor("filler"), filled(make.cylinder(), reading_after=weighed.ref, gross_after_g=None))
    typed = filling.record(actor("filler"), make.fill(make.cylinder()))
    assert typed.filling.weighed_by == "typed"


def test_a_reading_named_in_a_refused_fill_is_not_used_up(actor) -> None:
    _device, key = scale(actor)
    weighed, _ = readings.record(actor("filler"), signed(key, "S1", 31_000))
    named = {"reading_after": weighed.ref, "gross_after_g": None}
    with pytest.raises(Refused):
        filling.record(actor("filler"), filled(make.cylinder(status="suspended"), **named))
    first, second = make.cylinder(), make.cylinder()
    outcomes = filling.record_batch(actor("filler"), [filled(first, **named), filled(second, **named)])
    assert outcomes[0].recorded is not None
    assert isinstance(outcomes[1].error, Conflict)  # one reading is of one fill, in a batch too


def test_a_forged_or_old_reading_is_refused(actor) -> None:
    device, key = scale(actor)
    for wrong, field in (
        ({"value": 31_001}, "signature"),
        ({"signature": "0" * 64}, "signature"),
        ({"kind": "volts"}, "kind"),
    ):
        with pytest.raises(Invalid) as error:
            readings.record(actor("filler"), signed(key, "S1", 31_000) | wrong)
        assert field in error.value.errors
    with pytest.raises(Missing):
        readings.record(actor("filling2"), signed(key, "S1", 31_000))
    _, newer = devices.change_key(actor("filling"), device.id)
    with pytest.raises(Invalid):
        readings.record(actor("filler"), signed(key, "S1", 31_000))
    sent = signed(bytes.fromhex(newer), "S1", 31_000)
    assert readings.record(actor("filler"), sent)[1] is False
    assert readings.record(actor("filler"), sent)[1] is True


def test_silence_is_kept_as_an_outage_and_denies_where_the_office_says_so(actor, monkeypatch) -> None:
    devices.register(actor("filling"), {"kind": "camera", "number": "C1", "gun": "1", "view": "gun"})
    assert devices.heartbeat(actor("filler"), ["C1", "C9"]) == ["C1"]
    row = make.cylinder()
    later(monkeypatch, minutes=5, seconds=59)
    assert "R36" in rules(scans.scan(actor("filler"), look(row)).judged.verdict)
    _office("filling.camera_severity", "1")
    assert not scans.scan(actor("filler"), look(row)).judged.allowed
    devices.heartbeat(actor("filler"), ["C1"])
    assert scans.scan(actor("filler"), look(row)).judged.allowed


def test_certified_people_sign_on_and_off(actor) -> None:
    on = presence.sign_on(actor("filler"), "filler")
    with pytest.raises(Conflict):
        presence.sign_on(actor("filler"), "filler")
    with pytest.raises(Invalid):
        presence.sign_on(actor("filler"), "tech1")
    verdict = scans.scan(actor("filler"), look(make.cylinder())).judged.verdict
    assert rules(verdict) == ["R26"]  # one of three
    presence.sign_on(actor("filler"), "checker")
    presence.sign_on(actor("filler"), "filling")
    assert rules(scans.scan(actor("filler"), look(make.cylinder())).judged.verdict) == []
    presence.sign_off(actor("filler"), on.id)
    assert rules(scans.scan(actor("filler"), look(make.cylinder())).judged.verdict) == ["R26"]


def test_the_gateway_opens_only_a_checked_cylinder_and_once(actor) -> None:
    stations.register_gun(actor("filling"), {"number": "7", "medium": "lpg"})
    row, filler = make.cylinder(), actor("filler")
    assert gateway.ask(filler, row.label_code, "7") == "02"
    fill_cycles.precheck(filler, check(row, gun="7"))
    assert gateway.ask(filler, row.label_code, "7") == "00"
    used = db.session.scalars(select(GunUnlock.used_at)).all()
    assert all(at is not None for at in used)
    assert gateway.ask(filler, "NONSENSE", "7") == "01"
    assert [gateway.as_byte(code) for code in ("00", "09", "04", "01")] == [b"\xaa", b"\xaa", b"\x55", b"\x02"]


def test_an_overdue_cylinder_is_denied_with_its_old_code(actor) -> None:
    row = make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    assert gateway.ask(actor("filler"), row.label_code, "1") == "04"


@pytest.mark.parametrize(("seconds", "hit"), [(120, False), (121, True), (-121, True)])
def test_a_wrong_clock_denies(actor, seconds, hit) -> None:
    data = filled(make.cylinder(), device_now=clock.now() + timedelta(seconds=seconds + (0.5 if seconds > 0 else -0.5)))
    try:
        found = rules(filling.record(actor("filler"), data).verdict)
    except Refused as error:
        found = rules(error.verdict)
    assert ("R39" in found) == hit


def test_the_same_code_far_away_is_noted(actor) -> None:
    row = make.cylinder()
    scans.scan(actor("filling2"), {"code": row.label_code, "purpose": "look", "position": {"lat": 31.0, "lon": 121.0}})
    assert rules(scans.scan(actor("filler"), look(row)).judged.verdict) == ["R28"]


@pytest.mark.parametrize(
    ("looked_back", "ago", "noted"),
    [(24, 23, True), (24, 25, False), (48, 47, True), (48, 49, False), (12, 11, True), (12, 13, False)],
)
def test_a_code_far_away_counts_for_as_long_as_the_office_says(actor, looked_back, ago, noted) -> None:
    _office("filling.elsewhere_hours", str(looked_back))
    _office("cylinder_anomaly.travel_kmh", "1")
    row, at = make.cylinder(), clock.now() - timedelta(hours=ago)
    far = {"code": row.label_code, "purpose": "look", "at": at, "position": {"lat": 31.0, "lon": 121.0}}
    scans.scan(actor("filling2"), far)
    assert rules(scans.scan(actor("filler"), look(row)).judged.verdict) == (["R28"] if noted else [])


def test_two_fills_of_one_cylinder_are_not_both_kept(actor) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), filled(row))
    with pytest.raises(Conflict):
        filling.record(actor("filler"), filled(row))
    assert db.session.scalar(select(func.count(Filling.id)).where(Filling.cylinder_id == row.id)) == 1


@pytest.mark.parametrize(("custody", "entered"), [("at_user", True), ("returning", True), ("empty_in_station", False)])
def test_a_cylinder_nobody_scanned_back_enters_at_the_check_marked_implicit(app, custody, entered) -> None:
    row = make.cylinder()
    db.session.execute(update(Cylinder).where(Cylinder.id == row.id).values(custody=custody))
    db.session.commit()
    done = fill_cycles.precheck(cast.actor("checker"), check(row))
    told = db.session.scalars(select(CylinderEvent).order_by(CylinderEvent.id)).all()
    assert [event.kind for event in told] == (["enter_station"] if entered else []) + ["precheck"]
    assert bool((told[0].data or {}).get("implicit")) is entered
    assert done.cycle.custody_before == custody  # R27 still sees where the register held it
