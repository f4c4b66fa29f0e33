"""Cylinders ordered to be scrapped, destroyed with evidence and cancelled by the authority."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Cylinder, CylinderEvent, LabelCode, ScrapItem, TrailEntry
from registry.queries import scrap_batches as queries
from registry.rules.cylinder_inspections import methods, reasons
from registry.rules.workflow import moves
from registry.services import cylinder_inspections, cylinders, scrap_batches
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed, evidence, handed_over, ordered, picture

TODAY = clock.today()
STATION = "filling"


def again(row) -> Cylinder:
    db.session.rollback()
    return db.session.get_one(Cylinder, row.id, populate_existing=True)


def test_the_whole_way_with_the_trace_code_void_for_good(app) -> None:
    one, two = cylinder(), cylinder()
    batch = ordered(one, two, reason="refurbished")
    assert [(again(row).status, row.refurbished) for row in (one, two)] == [("scrap_pending", True)] * 2
    scrap_batches.make(cast.actor(STATION), batch.id, "hand_over", {})
    scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence())
    assert again(one).status == "destroyed"
    labels = db.session.scalars(select(LabelCode.status).where(LabelCode.cylinder_id.in_([one.id, two.id])))
    assert set(labels) == {"void"}
    done = scrap_batches.make(cast.actor("county"), batch.id, "confirm", {"document": "注销〔2026〕8号"})
    assert (done.state, done.cancelled_on, done.confirmed_by_id) == ("cancelled", TODAY, cast.actor("county").person_id)
    assert [again(row).status for row in (one, two)] == ["cancelled"] * 2
    assert not db.session.scalars(select(ScrapItem.open).where(ScrapItem.open)).all()
    kinds = db.session.scalars(select(CylinderEvent.kind).where(CylinderEvent.cylinder_id == one.id)).all()
    assert kinds == ["scrap_order", "destroy", "cancel"]
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "scrap_batch")).all()
    assert acts == ["scrap_batch.ordered", *["scrap_batch.moved"] * 3]


NEEDED = [
    "method",
    "destroyed_on",
    "operator",
    "witness",
    "weighed_g",
    "ticket_no",
    "certificate_no",
    "photos_before",
    "photos_after",
]


@pytest.mark.parametrize("name", NEEDED)
def test_no_destruction_without_this_evidence(app, name) -> None:
    row = cylinder()
    batch = handed_over(row)
    with pytest.raises(Invalid) as refused:
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(**{name: None}))
    assert list(refused.value.errors) == [name]
    assert again(row).status == "scrap_pending"


def test_what_must_come_with_it_is_in_the_table(app) -> None:
    (row,) = [move for move in moves("scrap_batch") if move.verb == "destroy"]
    assert list(row.needs) == NEEDED


@pytest.mark.parametrize("method", methods().values(), ids=str)
def test_drilling_destroys_nothing(app, method) -> None:
    row = cylinder()
    batch = handed_over(row)
    given = evidence(method=method.id)
    if method.allowed:
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", given)
        assert again(row).status == "destroyed"
        return
    with pytest.raises(Invalid) as refused:
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", given)
    assert "不能消除使用功能" in refused.value.errors["method"][0]
    assert {m.id for m in methods().values() if not m.allowed} == {"drill", "thread"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"witness": "王 操作"}, "witness"),
        ({"weighed_g": -1}, "weighed_g"),
        ({"destroyed_on": TODAY + timedelta(days=1)}, "destroyed_on"),
        ({"destroyed_on": TODAY - timedelta(days=1)}, "destroyed_on"),
        ({"method": "burn"}, "method"),
        ({"photos_before": [999_999]}, "photos_before"),
        ({"missing": ["SZ-NONE"]}, "missing"),
    ],
)
def test_evidence_that_cannot_be(app, changes, field) -> None:
    batch = handed_over()
    with pytest.raises(Invalid) as refused:
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(**changes))
    assert list(refused.value.errors) == [field]


def test_before_is_not_after(app) -> None:
    batch = handed_over()
    same = [picture()]
    with pytest.raises(Invalid) as refused:
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(photos_before=same, photos_after=same))
    assert list(refused.value.errors) == ["photos_after"]


def test_somebody_elses_picture_is_none(app) -> None:
    batch = handed_over()
    with pytest.raises(Invalid):
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(photos_after=[picture("filling2")]))


def test_an_inspection_body_destroys_what_was_handed_to_it(app) -> None:
    row = cylinder()
    batch = handed_over(row, handler_id=cast.unit("inspection").id)
    with pytest.raises(Conflict):
        scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence())
    scrap_batches.make(cast.actor("inspector"), batch.id, "destroy", evidence("inspector"))
    assert again(row).status == "destroyed"
    assert queries.show(cast.actor("inspector"), batch.id).row.state == "destroyed"
    assert queries.show(cast.actor(STATION), batch.id).moves == []
    with pytest.raises(Invalid):
        handed_over(handler_id=cast.unit("property").id)


def test_what_was_not_there_is_still_to_be_scrapped(app) -> None:
    here, absent = cylinder(), cylinder()
    batch = handed_over(here, absent)
    scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(missing=[absent.label_code]))
    assert [again(row).status for row in (here, absent)] == ["destroyed", "scrap_pending"]
    ordered(absent, reason=None)  # into another batch
    only = handed_over()
    code = queries.show(cast.actor(STATION), only.id).items[0].cylinder.label_code
    with pytest.raises(Invalid):
        scrap_batches.make(cast.actor(STATION), only.id, "destroy", evidence(missing=[code], certificate_no="XH-2"))


def test_the_authority_asks_for_evidence_and_gets_it(app) -> None:
    row = cylinder()
    batch = destroyed(row)
    scrap_batches.make(cast.actor("section"), batch.id, "question", {"reason": "照片看不清钢印"})
    with pytest.raises(Conflict):
        scrap_batches.make(cast.actor("section"), batch.id, "confirm", {"document": "文"})
    scrap_batches.make(cast.actor(STATION), batch.id, "supplement", {"photos_after": [picture(mark=3)]})
    shown = queries.show(cast.actor("section"), batch.id)
    assert (shown.row.state, len(shown.row.photos_after)) == ("destroyed", 2)
    scrap_batches.make(cast.actor("section"), batch.id, "confirm", {"document": "文"})
    assert again(row).status == "cancelled"


def test_a_failed_one_brings_its_reason(app) -> None:
    failed, over = cylinder(), cylinder(made_on=date(2010, 1, 1), registered_on=date(2010, 2, 1))
    data = {"done_on": TODAY, "passed": False, "scrap_reason": "stamp_altered"}
    cylinder_inspections.record(cast.actor("inspector"), failed.label_code, data)
    cylinders.change_status(cast.actor(STATION), over.label_code, "order_scrap", {"reason": "旧瓶"})
    batch = ordered(failed, over, reason=None)
    items = queries.show(cast.actor(STATION), batch.id).items
    assert [item.reason for item in items] == ["stamp_altered", "life_over"]


def test_each_line_that_cannot_be_scrapped_is_named(app) -> None:
    good, batched, gone = cylinder(), cylinder(), cylinder()
    ordered(batched)
    destroyed(gone)
    with pytest.raises(Invalid) as refused:
        ordered(good, batched, gone)
    assert [text.partition("：")[2] for text in refused.value.errors["codes"]] == [
        "已在另一销毁批次中",
        "已在另一销毁批次中",
    ]
    with pytest.raises(Invalid):
        ordered(cylinder(), reason=None)  # in use, and nobody says why
    with pytest.raises(Invalid):
        ordered(cylinder(), reason="ugly")


@pytest.mark.parametrize(("made", "allowed"), [(date(2010, 1, 1), True), (date(2023, 5, 1), False)])
def test_a_life_that_is_not_over_is_no_reason(app, made, allowed) -> None:
    row = cylinder(made_on=made, registered_on=date(2023, 6, 1))
    if allowed:
        assert ordered(row, reason="life_over").state == "ordered"
        return
    with pytest.raises(Invalid) as refused:
        ordered(row, reason="life_over")
    assert "尚未超过" in refused.value.errors["codes"][0]


def test_every_reason_has_its_ground(app) -> None:
    for reason in reasons().values():
        assert reason.basis
        assert reason.certainty == "C"
        assert not reason.fact or hasattr(Cylinder, reason.fact)


def test_withdrawn_they_are_free_for_another_batch(app) -> None:
    row = cylinder()
    batch = ordered(row)
    scrap_batches.make(cast.actor(STATION), batch.id, "withdraw", {"reason": "填错"})
    assert again(row).status == "scrap_pending"
    assert ordered(row).id != batch.id


@pytest.mark.parametrize(
    ("verb", "login"),
    [("confirm", STATION), ("question", STATION), ("destroy", "section"), ("hand_over", "inspector")],
)
def test_each_move_has_its_side(app, verb, login) -> None:
    with pytest.raises(Forbidden):
        scrap_batches.make(cast.actor(login), ordered().id, verb, {})


def test_strangers_and_unknown_moves(app) -> None:
    batch = ordered()
    with pytest.raises(Missing):
        queries.show(cast.actor("filling2"), batch.id)
    with pytest.raises(Missing):
        scrap_batches.make(cast.actor("filling2"), batch.id, "hand_over", {})
    with pytest.raises(Missing):
        scrap_batches.make(cast.actor(STATION), batch.id, "melt", {})
    with pytest.raises(Forbidden):
        scrap_batches.order(cast.actor("filler"), {"codes": ["x"], "reason": "fire"})


@pytest.mark.parametrize(("weighed", "doubtful"), [(14_850, False), (14_833, True), (18_150, False), (18_167, True)])
def test_the_ticket_is_held_against_the_tares(app, weighed, doubtful) -> None:
    batch = handed_over(cylinder())
    scrap_batches.make(cast.actor(STATION), batch.id, "destroy", evidence(weighed_g=weighed))
    found = queries.show(cast.actor("section"), batch.id).weighed
    assert (found.tares_g, found.doubtful) == (16_500, doubtful)


def test_a_file_is_read_through_its_batch(app) -> None:
    batch = destroyed(cylinder())
    path, mime, _name = queries.file(cast.actor("section"), batch.id, batch.photos_before[0])
    assert (path.exists(), mime) == (True, "image/png")
    with pytest.raises(Missing):
        queries.file(cast.actor("section"), batch.id, picture())


def test_a_reason_for_the_others_leaves_each_its_own(app) -> None:
    failed, other, passed_since = cylinder(), cylinder(), cylinder()
    worn = {"done_on": TODAY, "passed": False, "scrap_reason": "stamp_altered"}
    cylinder_inspections.record(cast.actor("inspector"), failed.label_code, worn)
    cylinder_inspections.record(cast.actor("inspector"), passed_since.label_code, {"done_on": TODAY, "passed": True})
    batch = ordered(failed, other, passed_since, reason="fire")
    items = {
        item.cylinder_id: item.reason for item in db.session.scalars(select(ScrapItem).filter_by(batch_id=batch.id))
    }
    assert items == {failed.id: "stamp_altered", other.id: "fire", passed_since.id: "fire"}


def test_a_failed_one_is_not_asked_whether_its_life_is_over(app) -> None:
    failed, old = cylinder(), cylinder(made_on=date(2010, 1, 1), registered_on=date(2010, 2, 1))
    worn = {"done_on": TODAY, "passed": False, "scrap_reason": "stamp_altered"}
    cylinder_inspections.record(cast.actor("inspector"), failed.label_code, worn)
    batch = ordered(failed, old, reason="life_over")
    items = {
        item.cylinder_id: item.reason for item in db.session.scalars(select(ScrapItem).filter_by(batch_id=batch.id))
    }
    assert items == {failed.id: "stamp_altered", old.id: "life_over"}


def test_withdrawn_and_ordered_again_without_a_word_it_keeps_its_reason(app) -> None:
    row = cylinder()
    scrap_batches.make(cast.actor(STATION), ordered(row, reason="fire").id, "withdraw", {"reason": "另行成批"})
    batch = ordered(row, reason=None)
    assert db.session.scalars(select(ScrapItem.reason).filter_by(batch_id=batch.id)).all() == ["fire"]
