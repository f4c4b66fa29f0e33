"""Recording periodic inspections: dates, refusals, and what follows for the status."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import CylinderInspection, TrailEntry
from registry.queries import cylinders as queries
from registry.services import cylinder_inspections, cylinders
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed

DONE = date(2026, 10, 18)


def inspect(row, login="inspector", **data):
    cylinder_inspections.record(cast.actor(login), row.label_code, {"done_on": DONE, "passed": True, **data})
    db.session.rollback()
    return queries.by_code(cast.actor("section"), row.label_code)


def test_passed_counts_from_the_day_to_the_day(app) -> None:
    row = inspect(cylinder(), report_no="J-1")
    assert (row.last_inspected_on, row.last_inspection_passed) == (DONE, True)
    assert row.next_inspection_on == date(2030, 10, 17)
    kept = row.inspections[0]
    assert (kept.next_inspection_on, kept.report_no, kept.body_id) == (
        date(2030, 10, 17),
        "J-1",
        cast.unit("inspection").id,
    )
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "cylinder.inspection_recorded")).one()
    assert entry.data == {"done_on": "2026-10-18", "passed": True, "next_inspection_on": "2030-10-17"}


def test_never_later_than_the_service_end(app) -> None:
    row = inspect(cylinder(made_on=date(2021, 5, 1), registered_on=date(2021, 6, 1)))
    assert row.next_inspection_on == row.service_end_on == date(2029, 4, 30)


def test_a_passed_assessment_extends_the_life_once(app) -> None:
    row = inspect(cylinder(made_on=date(2018, 12, 1), registered_on=date(2019, 1, 5)), assessment_passed=True)
    assert (row.service_end_on, row.next_inspection_on) == (date(2030, 11, 30), date(2030, 10, 17))


@pytest.mark.parametrize(
    ("stated", "kept"),
    [(date(2028, 10, 17), date(2028, 10, 17)), (date(2030, 10, 17), date(2030, 10, 17)), (date(2030, 10, 18), None)],
)
def test_an_inspector_may_shorten_never_lengthen(app, stated, kept) -> None:
    row = cylinder()
    if kept:
        assert inspect(row, next_inspection_on=stated).next_inspection_on == kept
        return
    with pytest.raises(Invalid) as refused:
        inspect(row, next_inspection_on=stated)
    assert refused.value.errors == {"next_inspection_on": ["按规则下次检验不得晚于2030-10-17，可以提前，不能推后"]}
    assert db.session.scalars(select(CylinderInspection)).all() == []


def test_failed_is_to_be_scrapped_and_no_longer_in_date(app) -> None:
    row = inspect(cylinder(), passed=False, report_no="J-2")
    assert (row.status, row.last_inspection_passed, row.next_inspection_on) == ("scrap_pending", False, DONE)
    assert row.inspections[0].next_inspection_on is None
    assert [(p.status, p.reason) for p in row.statuses] == [("in_use", ""), ("scrap_pending", "检验不合格")]


def test_passed_brings_back_what_was_sent_to_inspection_only(app) -> None:
    sent, stopped = cylinder(), cylinder()
    filling = cast.actor("filling")
    row = cylinders.change_status(filling, sent.label_code, "send_inspection", {"since": DONE})
    assert row.custody == "at_inspection"
    cylinders.change_status(filling, stopped.label_code, "suspend", {"reason": "漏气", "since": DONE})
    row = inspect(sent)
    assert (row.status, row.custody) == ("in_use", "empty_in_station")
    assert inspect(stopped).status == "suspended"


def test_the_tare_of_record_follows_the_weighing(app) -> None:
    assert inspect(cylinder(), tare_g=16350).tare_g == 16350
    with pytest.raises(Invalid) as refused:
        inspect(cylinder(), tare_g=2000)
    assert list(refused.value.errors) == ["tare_g"]


@pytest.mark.parametrize("done_on", [clock.today() + timedelta(days=1), date(2023, 4, 30)])
def test_a_day_that_cannot_be(app, done_on) -> None:
    with pytest.raises(Invalid) as refused:
        inspect(cylinder(), done_on=done_on)
    assert list(refused.value.errors) == ["done_on"]


def test_once_a_day_and_never_backwards(app) -> None:
    row = cylinder()
    inspect(row)
    with pytest.raises(Conflict):
        inspect(row)
    with pytest.raises(Invalid):
        inspect(row, done_on=DONE - timedelta(days=1))


def test_an_office_names_the_body(app) -> None:
    body = cast.unit("inspection").id
    assert inspect(cylinder(), "county", body_id=body).inspections[0].body_id == body
    with pytest.raises(Invalid) as refused:
        inspect(cylinder(), "county", body_id=cast.unit("station").id)
    assert list(refused.value.errors) == ["body_id"]


def test_who_may(app) -> None:
    row = cylinder()
    for login in ("filling", "filler", "insurer", "auditor"):
        with pytest.raises(Forbidden):
            inspect(row, login)
    with pytest.raises(Missing):
        inspect(row, "dangshan")


def test_not_after_the_end(app) -> None:
    row = cylinder()
    destroyed(row)
    with pytest.raises(Conflict):
        inspect(row)
