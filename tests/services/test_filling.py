"""Recording fills and scans: judged where they are recorded, kept once, refusals kept too."""

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Refused
from registry.models import (
    Alliance,
    Capacity,
    Certificate,
    CylinderEvent,
    Filling,
    FillRefusal,
    Gun,
    Scan,
    TrailEntry,
)
from registry.queries import fill_reading
from registry.services import filling, labels, scans
from seeds import cast
from tests import filling_factory as make
from tests import labels_factory as tag


def count(model, **where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where)) or 0


def rules(found) -> list[str]:
    return [finding.rule for finding in found.findings]


def add(*rows) -> None:
    db.session.add_all(rows)
    db.session.commit()


def scan_of(row, **values):
    return {"code": make.signed(row.label_code), "purpose": "fill", "gun": "1", "medium": "lpg", **values}


# ------------------------------------------------------------------ scans


def test_a_good_cylinder_of_the_station_may_be_filled_and_the_scan_is_kept(actor) -> None:
    row = make.cylinder()
    answer = scans.scan(actor("filler"), scan_of(row))
    assert (answer.judged.answer, answer.judged.code) == ("allow", "00")
    assert answer.judged.max_kg == Decimal("14.9")
    assert answer.judged.stop_at_kg == Decimal("31.4")
    assert count(Scan, cylinder_id=row.id, verdict="allow") == 1
    assert count(TrailEntry, act="scan.recorded") == 1


def test_a_code_typed_without_its_mac_in_groups_and_lower_case_is_the_same_code(actor) -> None:
    row = make.cylinder()
    typed = " ".join(row.label_code[i : i + 4] for i in range(0, 16, 4)).lower()
    assert scans.scan(actor("filler"), scan_of(row, code=typed)).judged.allowed


FORGED = [
    ("HTTPS://ELSEWHERE.EXAMPLE/X/1", ["R01"], "01"),
    ("what is this", ["R01"], "01"),
    ("\x00\ud7ff" + "长" * 5000, ["R01"], "01"),
    ("", ["R01"], "01"),
]


@pytest.mark.parametrize(("text", "hit", "code"), FORGED)
def test_what_is_no_code_of_ours_is_blocked_and_kept(actor, text, hit, code) -> None:
    answer = scans.scan(actor("filler"), {"code": text, "purpose": "fill", "gun": "1", "medium": "lpg"})
    assert (answer.judged.answer, answer.judged.code) == ("block", code)
    assert rules(answer.judged.verdict)[0] == hit[0]
    assert count(Scan, cylinder_id=None, legacy_code="01") == 1


def test_a_wrong_mac_an_unknown_a_blank_and_an_elevators_code_are_blocked(actor) -> None:
    row, lift = make.cylinder(), make.elevator()
    bad = make.signed(row.label_code)[:-1] + ("0" if make.signed(row.label_code)[-1] != "0" else "1")
    blank = tag.blanks(1)[0]
    for code, rule in ((bad, "R01"), (labels.fresh_code(), "R02"), (blank.code, "R02"), (lift.label_code, "R02")):
        answer = scans.scan(actor("filler"), scan_of(row, code=code))
        assert (answer.judged.code, rules(answer.judged.verdict)[0]) == ("01", rule)
        assert answer.cylinder is None


CONDITIONS = [
    ({"status": "draft"}, "R04", "07"),
    ({"status": "cancelled"}, "R05", "06"),
    ({"status": "scrap_pending"}, "R06", "05"),
    ({"status": "suspended"}, "R07", "03"),
    ({"last_inspected_on": clock.today() - timedelta(days=9), "last_inspection_passed": False}, "R09", "02"),
    ({"next_inspection_on": None}, "R08", "04"),
    ({"medium": "propane", "kind": "welded_steel"}, "R17", "02"),
    ({"kind": "nonrefillable"}, "R18", "05"),
]


@pytest.mark.parametrize(("values", "rule", "code"), CONDITIONS)
def test_what_the_register_says_of_a_cylinder_decides(actor, values, rule, code) -> None:
    judged = scans.scan(actor("filler"), scan_of(make.cylinder(**values))).judged
    assert judged.answer == "block"
    assert rule in rules(judged.verdict)
    assert next(f.code for f in judged.verdict.findings if f.rule == rule) == code


@pytest.mark.parametrize(("days", "answer"), [(0, "allow"), (-1, "block")])
def test_the_last_day_of_the_inspection_period_still_counts(actor, days, answer) -> None:
    row = make.cylinder(next_inspection_on=clock.today() + timedelta(days=days))
    assert scans.scan(actor("filler"), scan_of(row)).judged.answer == answer


def test_the_cylinder_of_another_station_needs_an_alliance_that_covers_its_medium(actor) -> None:
    row = make.cylinder("station2")
    assert rules(scans.scan(actor("filler"), scan_of(row)).judged.verdict) == ["R13"]
    ids = cast.unit("station").id, cast.unit("station2").id
    alliance = Alliance(member_a_id=ids[1], member_b_id=ids[0], media=["lpg"], document="宿市监〔2026〕1号",
                        since=clock.today(), until=clock.today() + timedelta(days=1))  # fmt: skip
    add(alliance)
    judged = scans.scan(actor("filler"), scan_of(row)).judged
    assert (judged.answer, judged.code) == ("warn", "09")
    alliance.media = ["oxygen"]
    db.session.commit()
    assert not scans.scan(actor("filler"), scan_of(row)).judged.allowed
    alliance.media, alliance.until, alliance.since = ["lpg"], clock.today(), clock.today() - timedelta(days=1)
    db.session.commit()
    assert not scans.scan(actor("filler"), scan_of(row)).judged.allowed


@pytest.mark.parametrize(
    ("values", "hit"),
    [
        ({"licence_until": clock.today()}, []),
        ({"licence_until": clock.today() - timedelta(days=1)}, ["R15"]),
        ({"media": ["oxygen"]}, ["R15"]),
        ({"suspended_since": clock.today()}, ["R16"]),
        ({"suspended_since": clock.today() + timedelta(days=1)}, []),
    ],
)
def test_the_licence_of_the_station_decides(actor, values, hit) -> None:
    row = make.cylinder()
    licence = db.session.query(Capacity).filter_by(unit_id=row.owner_id, capacity="filling").one()
    for name, value in values.items():
        setattr(licence, name, value)
    db.session.commit()
    assert rules(scans.scan(actor("filler"), scan_of(row)).judged.verdict) == hit


def test_a_registered_gun_says_its_medium_itself(actor) -> None:
    row = make.cylinder()
    add(Gun(station_id=row.owner_id, number="7", medium="lpg"))
    assert scans.scan(actor("filler"), scan_of(row, gun="7", medium=None)).judged.allowed
    with pytest.raises(Invalid) as error:
        scans.scan(actor("filler"), scan_of(row, gun="7", medium="oxygen"))
    assert "medium" in error.value.errors


def test_a_voided_code_names_its_cylinder_and_is_blocked(actor) -> None:
    row = make.cylinder()
    old = row.label_code
    labels.replace(actor("section"), old, "标签破损")
    judged = scans.scan(actor("filler"), scan_of(row, code=old)).judged
    assert (judged.code, rules(judged.verdict)) == ("06", ["R03"])
    assert scans.scan(actor("filler"), scan_of(row)).judged.allowed


def test_an_old_date_of_a_device_brings_no_old_permission_back(actor) -> None:
    row = make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    at = clock.now() - timedelta(days=400)
    assert scans.scan(actor("filler"), scan_of(row, at=at)).judged.answer == "block"
    with pytest.raises(Invalid):
        scans.scan(actor("filler"), scan_of(row, at=clock.now() + timedelta(minutes=11)))


def test_whatever_breaks_while_judging_denies(actor, monkeypatch) -> None:
    monkeypatch.setattr("registry.queries.filling_judging.judge", lambda *a, **k: 1 / 0)
    judged = scans.scan(actor("filler"), scan_of(make.cylinder())).judged
    assert (judged.answer, judged.code, judged.max_kg) == ("block", "02", None)


def test_only_stations_offices_and_inspectors_scan(actor) -> None:
    row = make.cylinder()
    with pytest.raises(Forbidden):
        scans.scan(actor("tech1"), scan_of(row))
    assert scans.scan(actor("inspector"), scan_of(row, purpose="inspect")).judged.answer == "allow"


# ------------------------------------------------------------------ fills


def test_a_fill_changes_the_cylinder_and_leaves_an_event_and_a_trail_entry(actor) -> None:
    row = make.cylinder()
    done = filling.record(actor("filler"), make.fill(row))
    assert (done.replay, done.verdict.answer, done.filling.net_g) == (False, "allow", 14100)
    db.session.expire_all()
    assert row.custody == "filled_unchecked"
    assert row.last_filled_at == done.filling.ended_at
    assert count(CylinderEvent, cylinder_id=row.id, kind="fill") == 1
    entry = db.session.query(TrailEntry).filter_by(act="filling.recorded").one()
    assert (entry.subject_id, entry.data["net_g"]) == (done.filling.id, 14100)


def test_a_late_fill_does_not_move_the_cylinder_back(actor) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), make.fill(row))
    latest = row.last_filled_at
    filling.record(actor("filler"), make.fill(row, minutes_ago=600))
    db.session.expire_all()
    assert row.last_filled_at == latest


@pytest.mark.parametrize(
    ("minutes", "purpose", "scanned"),
    [(0, "fill", True), (29, "fill", True), (31, "fill", False), (5, "receive", False)],
)
def test_a_fill_counts_as_scanned_when_the_station_was_just_told_to_go_ahead(actor, minutes, purpose, scanned) -> None:
    row = make.cylinder()
    data = make.fill(row)
    scans.scan(actor("checker"), scan_of(row, purpose=purpose, at=data["started_at"] - timedelta(minutes=minutes)))
    assert filling.record(actor("filler"), data).filling.scanned is scanned


def test_a_refused_scan_or_one_of_another_cylinder_is_no_scan(actor) -> None:
    row, other = make.cylinder(), make.cylinder()
    data = make.fill(row)
    scans.scan(actor("filler"), scan_of(row, medium="oxygen", at=data["started_at"]))
    scans.scan(actor("filler"), scan_of(other, at=data["started_at"]))
    assert filling.record(actor("filler"), data).filling.scanned is False


REFUSALS = [
    ({"gross_after_g": 31401}, "R34"),
    ({"gross_after_g": None, "pressure_kpa": 1500}, "R34"),
    ({"checks": None}, "R22"),
    ({"checks": make.checks(valve="not_ok")}, "R22"),
    ({"checks": {"own-item-7": "not_ok"}}, "R22"),
    ({"checker": "filler"}, "R25"),
    ({"checker": "tech1"}, "R24"),
    ({"filler": "nobody"}, "R24"),
    ({"medium": "oxygen"}, "R17"),
]


@pytest.mark.parametrize(("values", "rule"), REFUSALS)
def test_a_fill_that_a_rule_refuses_is_kept_as_refused(actor, values, rule) -> None:
    row = make.cylinder()
    with pytest.raises(Refused) as error:
        filling.record(actor("filler"), make.fill(row, **values))
    assert rule in rules(error.value.verdict)
    assert count(Filling) == 0
    assert count(FillRefusal, cylinder_id=row.id) == 1
    assert count(TrailEntry, act="filling.refused") == 1
    assert db.session.get(type(row), row.id, populate_existing=True).last_filled_at is None


def test_the_permitted_mass_itself_may_be_filled(actor) -> None:
    assert filling.record(actor("filler"), make.fill(make.cylinder(), gross_after_g=31400)).verdict.allowed


def test_an_expired_certificate_is_no_certificate(actor) -> None:
    certificate = db.session.query(Certificate).filter_by(person_id=cast.person("checker").id).one()
    first, second = make.fill(make.cylinder()), make.fill(make.cylinder())
    certificate.expires_on = clock.day_of(first["ended_at"])  # just after midnight that is the day before
    db.session.commit()
    assert filling.record(actor("filler"), first).verdict.allowed
    certificate.expires_on = clock.day_of(second["ended_at"]) - timedelta(days=1)
    db.session.commit()
    with pytest.raises(Refused) as error:
        filling.record(actor("filler"), second)
    assert rules(error.value.verdict) == ["R24"]
    assert cast.person("checker").name in error.value.verdict.findings[0].text


def _without(item: str) -> dict[str, str]:
    return {name: answer for name, answer in make.checks().items() if name != item}


def test_what_only_warns_is_recorded_with_the_fill(actor) -> None:
    row = make.cylinder()
    done = filling.record(actor("filler"), make.fill(row, gross_before_g=16100, checks=_without("colour")))
    assert sorted(rules(done.verdict)) == ["R22", "R30"]
    assert {finding["severity"] for finding in done.filling.findings} == {"warn"}


@pytest.mark.parametrize(("kpa", "celsius", "allowed"), [(13500, 0, True), (13600, 0, False), (15000, None, False)])
def test_compressed_gas_is_limited_by_pressure_at_its_temperature(actor, kpa, celsius, allowed) -> None:
    row = make.oxygen("station2")
    licence = {"filler": "filling2", "checker": "filling2"}
    data = make.fill(row, medium="oxygen", gross_before_g=None, gross_after_g=None, pressure_kpa=kpa,
                     temperature_c=celsius, **licence)  # fmt: skip
    with pytest.raises(Refused) as error:
        filling.record(actor("filling2"), data)
    assert ("R34" in rules(error.value.verdict)) is not allowed


WRONG = [
    ({"ended_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ended_at"),
    ({"ended_at": datetime(2199, 1, 1, tzinfo=UTC)}, "ended_at"),
    ({"gross_after_g": None}, "gross_after_g"),
    ({"gross_after_g": 16899}, "gross_after_g"),
    ({"medium": None}, "medium"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_what_cannot_be_is_not_even_a_refusal(actor, values, field) -> None:
    row = make.cylinder()
    with pytest.raises(Invalid) as error:
        filling.record(actor("filler"), make.fill(row, **values))
    assert list(error.value.errors) == [field]
    assert count(FillRefusal) == 0


def test_a_repeat_is_answered_like_the_first_time(actor) -> None:
    row = make.cylinder()
    data = make.fill(row)
    first, second = filling.record(actor("filler"), data), filling.record(actor("checker"), dict(data))
    assert (second.replay, second.filling.id, count(Filling)) == (True, first.filling.id, 1)
    with pytest.raises(Conflict):
        filling.record(actor("filler"), {**data, "gross_after_g": 30000})


def test_a_refused_ref_stays_refused_whatever_has_changed_since(actor) -> None:
    row = make.cylinder(status="suspended")
    data = make.fill(row)
    for _ in range(2):
        with pytest.raises(Refused) as error:
            filling.record(actor("filler"), data)
        assert rules(error.value.verdict) == ["R07"]
        row.status = "in_use"
        db.session.commit()
    assert count(FillRefusal) == 1


def test_an_unknown_code_is_refused_and_kept(actor) -> None:
    data = make.fill(make.cylinder(), code="SZ0000000000000000")
    with pytest.raises(Refused):
        filling.record(actor("filler"), data)
    assert count(FillRefusal, cylinder_id=None) == 1


def test_a_batch_keeps_every_good_row(actor) -> None:
    good, other = make.cylinder(), make.cylinder()
    first = make.fill(good)
    rows = [first, make.fill(other, medium="oxygen"), make.fill(other, gross_after_g=1), make.fill(other), first]
    outcomes = filling.record_batch(actor("filler"), rows)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), Refused, Invalid, type(None), type(None)]
    assert [outcome.ref for outcome in outcomes] == [row["ref"] for row in rows]
    assert outcomes[4].recorded.replay
    assert (count(Filling), count(FillRefusal)) == (2, 1)
    with pytest.raises(Invalid):
        filling.record_batch(actor("filler"), [first] * 1001)


def test_only_stations_record(actor) -> None:
    with pytest.raises(Forbidden):
        filling.record(actor("section"), make.fill(make.cylinder()))
    with pytest.raises(Forbidden):
        filling.record_batch(actor("inspector"), [])


@pytest.mark.parametrize("values", [{"code": "SZ0000000000000000"}, {"medium": "oxygen"}], ids=["unknown", "known"])
def test_the_same_ref_arriving_twice_at_one_moment_is_refused_once(actor, monkeypatch, values) -> None:
    data = make.fill(make.cylinder(), **values)

    def send() -> None:
        with contextlib.suppress(Refused):
            filling.record(actor("filler"), data)

    send()
    look, blind = fill_reading.earlier, iter([True])
    # The second arrival looked before the first one was committed.
    monkeypatch.setattr(fill_reading, "earlier", lambda *asked: {} if next(blind, False) else look(*asked))
    send()
    assert count(Filling) + count(FillRefusal) == 1
    assert count(TrailEntry, act="filling.recorded") + count(TrailEntry, act="filling.refused") == 1
