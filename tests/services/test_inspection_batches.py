"""Deliveries to an inspection body: sent, received, inspected, handed back, taken back; results and corrections."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Capacity, CylinderEvent, CylinderInspection, InspectionBatchItem, TrailEntry
from registry.queries import cylinders as cylinder_queries
from registry.queries import inspection_batches as queries
from registry.rules.cylinder_inspections import asked
from registry.rules.workflow import moves
from registry.services import cylinder_inspections, cylinders, inspection_batches
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import passing, received, sent

TODAY = clock.today()


def again(row):
    db.session.rollback()
    return cylinder_queries.by_code(cast.actor("section"), row.handle)


def results(batch, *rows, **common):
    common = {"done_on": clock.today(), "checks": passing(), **common}
    return inspection_batches.record_results(
        cast.actor("inspector"), batch.id, [{"code": row.label_code} for row in rows], common
    )


def test_a_delivery_goes_out_and_comes_back(app) -> None:
    good, bad, station, body = cylinder(), cylinder(), cast.actor("filling"), cast.actor("inspector")
    batch = sent(good, bad)
    assert [(again(row).status, again(row).custody) for row in (good, bad)] == [("inspection", "at_inspection")] * 2
    inspection_batches.make(body, batch.id, "receive", {})
    assert [outcome.error for outcome in results(batch, good, report_no="J-1")] == [None]
    (failed,) = results(batch, bad, checks={"visual": "pass", "weld": "scrap"})
    assert (failed.inspection.passed, failed.inspection.scrap_reason) == (False, "inspection_failed")
    row = again(good)
    assert (row.status, row.custody) == ("in_use", "at_inspection")  # until the station takes it back
    assert again(bad).status == "scrap_pending"
    assert again(bad).statuses[-1].reason == "检验不合格：焊缝"
    people = {"certificate_no": "PJ-2026-7", "inspector": "宋杰", "reviewer": "方圆"}
    inspection_batches.make(body, batch.id, "finish", people)
    inspection_batches.make(body, batch.id, "hand_back", {})
    done = inspection_batches.make(station, batch.id, "take_back", {})
    assert (done.state, done.certificate_no) == ("closed", "PJ-2026-7")
    assert [(again(row).status, again(row).custody) for row in (good, bad)] == [
        ("in_use", "empty_in_station"),
        ("scrap_pending", "empty_in_station"),
    ]
    kinds = db.session.scalars(select(CylinderEvent.kind).where(CylinderEvent.cylinder_id == good.id)).all()
    assert kinds == ["send_inspection", "inspection_in", "inspection", "inspection_out", "enter_station"]
    shown = queries.show(station, batch.id)
    assert (shown.counts, shown.moves, {item.open for item in shown.items}) == ({"passed": 1, "failed": 1}, [], {False})
    assert db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "inspection_batch")).all() == [
        "inspection_batch.sent",
        "inspection_batch.moved",
        "inspection_batch.results_recorded",
        "inspection_batch.results_recorded",
        *["inspection_batch.moved"] * 3,
    ]


def test_every_line_that_cannot_go_is_named(app) -> None:
    good, away, ended = cylinder(), cylinder(), cylinder()
    other = sent(away)
    cylinders.change_status(cast.actor("filling"), ended.label_code, "order_scrap", {"reason": "锈蚀"})
    foreign = cylinder("filling2", kind="seamless_steel", medium="oxygen", volume_ml=40000, tare_g=48000,
                       working_pressure_kpa=15000, test_pressure_kpa=22500, model=None)  # fmt: skip
    lines = [good, away, ended, foreign, good]
    with pytest.raises(Invalid) as refused:
        inspection_batches.send(
            cast.actor("filling"),
            {"body_id": cast.unit("inspection").id, "codes": [*(row.label_code for row in lines), "SZ-NONE"]},
        )
    told = refused.value.errors["codes"]
    assert [text.partition("：")[2] for text in told] == [
        f"已在送检批次{other.no}中",
        "状态为“待报废”，不能送检",
        "没有找到这只气瓶，请核对标签码、使用登记号或出厂编号",  # another station's does not exist
        "与第1行是同一只气瓶",
        "没有找到这只气瓶，请核对标签码、使用登记号或出厂编号",
    ]
    assert again(good).status == "in_use"


def test_by_register_and_serial_number_too(app) -> None:
    one, two = cylinder(), cylinder()
    batch = inspection_batches.send(
        cast.actor("filling"), {"body_id": cast.unit("inspection").id, "codes": [one.register_no, two.serial_no]}
    )[0]
    ids = db.session.scalars(select(InspectionBatchItem.cylinder_id).where(InspectionBatchItem.batch_id == batch.id))
    assert set(ids) == {one.id, two.id}


def test_a_suspended_cylinder_is_inspected_and_stays_suspended(app) -> None:
    row = cylinder()
    cylinders.change_status(cast.actor("filling"), row.label_code, "suspend", {"reason": "漏气"})
    batch = received(row)
    assert again(row).custody == "at_inspection"
    assert results(batch, row)[0].error is None
    assert again(row).status == "suspended"


def test_what_did_not_arrive_goes_back_and_what_came_joins(app) -> None:
    here, lost, extra = cylinder(), cylinder(), cylinder()
    batch = sent(here, lost)
    given = {"missing": [lost.label_code], "extra": [extra.label_code]}
    inspection_batches.make(cast.actor("inspector"), batch.id, "receive", given)
    assert [(again(row).status, again(row).custody) for row in (here, lost, extra)] == [
        ("inspection", "at_inspection"),
        ("in_use", "empty_in_station"),
        ("inspection", "at_inspection"),
    ]
    assert queries.show(cast.actor("filling"), batch.id).counts == {"waiting": 2, "missing": 1}
    sent(lost)  # free for another delivery


def test_what_the_body_kept_is_named(app) -> None:
    back, kept, body = cylinder(), cylinder(), cast.actor("inspector")
    batch = received(back, kept)
    results(batch, back, kept)
    inspection_batches.make(body, batch.id, "finish", {"certificate_no": "PJ-1"})
    inspection_batches.make(body, batch.id, "hand_back", {})
    inspection_batches.make(cast.actor("filling"), batch.id, "take_back", {"missing": [kept.label_code]})
    assert [again(row).custody for row in (back, kept)] == ["empty_in_station", "at_inspection"]
    assert [item.came_back for item in queries.show(body, batch.id).items] == [True, False]


def test_withdrawn_before_it_was_received(app) -> None:
    row = cylinder()
    batch = sent(row)
    with pytest.raises(Invalid):
        inspection_batches.make(cast.actor("filling"), batch.id, "withdraw", {})
    inspection_batches.make(cast.actor("filling"), batch.id, "withdraw", {"reason": "车辆故障"})
    assert (again(row).status, again(row).custody) == ("in_use", "empty_in_station")


WHO = {
    "receive": "inspector",
    "withdraw": "filling",
    "finish": "inspector",
    "hand_back": "inspector",
    "take_back": "filling",
}


@pytest.mark.parametrize("verb", WHO)
def test_each_move_has_its_side_and_its_state(app, verb) -> None:
    batch = sent()
    other = "filling" if WHO[verb] == "inspector" else "inspector"
    with pytest.raises(Forbidden):
        inspection_batches.make(cast.actor(other), batch.id, verb, {})
    if verb not in ("receive", "withdraw"):
        with pytest.raises(Conflict):
            inspection_batches.make(cast.actor(WHO[verb]), batch.id, verb, {"certificate_no": "1"})
    with pytest.raises(Conflict):
        inspection_batches.make(cast.actor(WHO[verb]), batch.id, verb, {"reason": "x"}, version=99)
    assert {move.verb for move in moves("inspection_batch")} == set(WHO)


def test_no_certificate_while_results_are_missing(app) -> None:
    one, two = cylinder(), cylinder()
    batch = received(one, two)
    results(batch, one)
    with pytest.raises(Conflict, match=two.serial_no):
        inspection_batches.make(cast.actor("inspector"), batch.id, "finish", {"certificate_no": "PJ-1"})


def test_a_certificate_number_is_used_once(app) -> None:
    for number in range(2):
        row = cylinder()
        batch = received(row)
        results(batch, row)
        if number:
            with pytest.raises(Conflict, match="证书编号已使用"):
                inspection_batches.make(cast.actor("inspector"), batch.id, "finish", {"certificate_no": "PJ-1"})
        else:
            inspection_batches.make(cast.actor("inspector"), batch.id, "finish", {"certificate_no": "PJ-1"})


def test_a_bad_result_never_loses_a_good_one(app) -> None:
    one, two, other = cylinder(), cylinder(), cylinder()
    batch = received(one, two)
    rows = [
        {"code": one.label_code, "checks": passing()},
        {"code": two.label_code, "checks": {"visual": "pass"}},
        {"code": other.label_code, "checks": passing()},
        {"code": "SZ-NONE", "checks": passing()},
        {"code": one.label_code, "checks": passing()},
    ]
    outcomes = inspection_batches.record_results(cast.actor("inspector"), batch.id, rows, {"done_on": TODAY})
    told = [outcome.error and next(iter(outcome.error.errors.values()))[0] for outcome in outcomes]
    assert told[0] is None
    assert told[1].startswith("检验项目没有填全：焊缝、阀座")
    assert told[2] == "不在本批次中"
    assert told[3].startswith("没有找到这只气瓶")
    assert told[4] == "与第1行是同一只气瓶"
    assert [again(row).last_inspected_on for row in (one, two)] == [TODAY, None]
    assert db.session.scalars(select(CylinderInspection.cylinder_id)).all() == [one.id]


@pytest.mark.parametrize("item", asked("lpg_steel"))
def test_each_item_must_pass_and_one_scrap_is_enough(app, item) -> None:
    row, code = cylinder(), "inspector"
    checks = passing()
    del checks[item]
    with pytest.raises(Invalid) as refused:
        cylinder_inspections.record(cast.actor(code), row.label_code, {"done_on": TODAY, "checks": checks})
    assert list(refused.value.errors) == ["checks"]
    bad = {"done_on": TODAY, "checks": {item: "scrap"}}
    with pytest.raises(Invalid):
        cylinder_inspections.record(cast.actor(code), row.label_code, {**bad, "passed": True})
    assert not cylinder_inspections.record(cast.actor(code), row.label_code, bad).passed


def test_the_measured_tare_and_valve_come_on_file(app) -> None:
    row = cylinder()
    data = {"done_on": TODAY, "passed": True, "tare_g": 16_800, "valve_code": "YSF-0042", "inspector": "甲"}
    cylinder_inspections.record(cast.actor("inspector"), row.label_code, data)
    kept = again(row)
    assert (kept.tare_g, kept.valve_code, kept.inspections[0].tare_before_g) == (16_800, "YSF-0042", 16_500)
    kinds = db.session.scalars(select(CylinderEvent.kind).where(CylinderEvent.cylinder_id == row.id)).all()
    assert kinds == ["valve_change", "inspection"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"inspector": "宋杰", "reviewer": "宋 杰"}, "reviewer"),
        ({"valve_code": "阀"}, "valve_code"),
        ({"passed": False, "scrap_reason": "none"}, "scrap_reason"),
        ({"checks": {"nothing": "pass"}}, "checks"),
        ({"tare_g": 500}, "tare_g"),
        ({"done_on": TODAY + timedelta(days=1)}, "done_on"),
    ],
)
def test_what_cannot_be(app, given, field) -> None:
    row = cylinder()
    with pytest.raises(Invalid) as refused:
        cylinder_inspections.record(
            cast.actor("inspector"), row.label_code, {"done_on": TODAY, "passed": True, **given}
        )
    assert list(refused.value.errors) == [field]
    assert again(row).inspections == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"licence_until": TODAY - timedelta(days=1)}, "到期"),
        ({"licence_until": TODAY}, None),
        ({"media": ["oxygen"]}, "核准范围"),
        ({"media": ["lpg"]}, None),
        ({"suspended_since": TODAY}, "暂停"),
        ({"suspended_since": TODAY + timedelta(days=1)}, None),
    ],
)
def test_only_within_the_licence_of_the_body(app, change, told) -> None:
    row, body = cylinder(), cast.unit("inspection").id
    capacity = db.session.scalars(select(Capacity).where(Capacity.unit_id == body)).one()
    for name, value in change.items():
        setattr(capacity, name, value)
    db.session.commit()
    data = {"done_on": TODAY, "passed": True}
    if told is None:
        sent(row)
        assert cylinder_inspections.record(cast.actor("inspector"), row.label_code, data).body_id == body
        return
    with pytest.raises(Invalid) as refused:
        cylinder_inspections.record(cast.actor("inspector"), row.label_code, data)
    assert told in refused.value.errors["done_on"][0]
    with pytest.raises(Invalid):
        sent(row)


def corrected(inspection, login="inspector", **data):
    given = {"done_on": inspection.done_on, "passed": True, "reason": "录入有误", **data}
    return cylinder_inspections.correct(cast.actor(login), inspection.id, given)


def test_a_correction_is_linked_and_takes_the_place_of_the_wrong_one(app) -> None:
    row = cylinder()
    first = {"done_on": TODAY - timedelta(days=9), "passed": True, "tare_g": 17_000, "report_no": "J-1"}
    wrong = cylinder_inspections.record(cast.actor("inspector"), row.label_code, first)
    right = corrected(wrong, done_on=TODAY - timedelta(days=10), report_no="J-2")
    kept = again(row)
    assert (right.corrects_id, wrong.replaced_on) == (wrong.id, TODAY)
    assert (kept.last_inspected_on, kept.tare_g) == (right.done_on, 16_500)  # the wrong tare is taken back
    assert kept.next_inspection_on == right.next_inspection_on
    with pytest.raises(Conflict, match="已经更正过"):
        corrected(wrong)
    assert db.session.scalars(select(TrailEntry.act).where(TrailEntry.act == "cylinder.inspection_corrected")).one()


def test_passed_to_failed_by_the_body_failed_to_passed_by_the_office(app) -> None:
    row = cylinder()
    right = cylinder_inspections.record(cast.actor("inspector"), row.label_code, {"done_on": TODAY, "passed": True})
    wrong = corrected(right, passed=False, scrap_reason="fire")
    assert (again(row).status, again(row).last_inspection_passed) == ("scrap_pending", False)
    with pytest.raises(Forbidden):
        corrected(wrong)
    db.session.rollback()
    corrected(wrong, "section")
    assert again(row).status == "suspended"  # the office resumes it by hand


def test_a_correction_of_a_delivery_shows_in_it(app) -> None:
    row = cylinder()
    batch = received(row)
    (outcome,) = results(batch, row)
    corrected(outcome.inspection, passed=False)
    assert queries.show(cast.actor("inspector"), batch.id).counts == {"failed": 1}


def test_only_the_latest_is_corrected_and_only_with_a_reason(app) -> None:
    row, inspector = cylinder(), cast.actor("inspector")
    old = cylinder_inspections.record(inspector, row.label_code, {"done_on": TODAY - timedelta(days=5), "passed": True})
    cylinder_inspections.record(inspector, row.label_code, {"done_on": TODAY, "passed": True})
    with pytest.raises(Conflict, match="新的检验"):
        corrected(old)
    with pytest.raises(Invalid):
        corrected(old, reason=" ")


def test_another_body_sees_nothing(app) -> None:
    batch = sent()
    with pytest.raises(Missing):
        queries.show(cast.actor("filling2"), batch.id)
    assert queries.page(cast.actor("filling2"), {}).items == []
    assert [line.row.id for line in queries.page(cast.actor("section"), {"state": "open"}).items] == [batch.id]


def test_sent_again_with_the_same_ref(app) -> None:
    row, station = cylinder(), cast.actor("filling")
    data = {"ref": "r-1", "body_id": cast.unit("inspection").id, "codes": [row.label_code]}
    first, known = inspection_batches.send(station, data)
    assert not known
    assert inspection_batches.send(station, data) == (first, True)
    with pytest.raises(Conflict):
        inspection_batches.send(station, {**data, "note": "another"})


def test_never_sent_for_a_day_to_come(app) -> None:
    with pytest.raises(Invalid):
        sent(cylinder(), sent_on=TODAY + timedelta(days=1))
