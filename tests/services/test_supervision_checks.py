"""Supervision inspections: planned, drawn, begun by two, recorded with both sides' signatures, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.documents.office import issued
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import (
    Hazard,
    Holiday,
    Paper,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionInspector,
    TrailEntry,
)
from registry.queries import parameters
from registry.queries import supervision_checks as queries
from registry.services import supervision_checks, supervision_records
from seeds import cast
from tests import supervision_factory as make


def acts(name: str) -> list[TrailEntry]:
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.act == name)))


def test_a_check_goes_its_way_without_problems(app) -> None:
    row = make.opened()
    assert (row.state, row.area_code) == ("planned", make.AREA)
    supervision_checks.notify(cast.actor("county"), row.no, {})
    supervision_checks.start(cast.actor("county"), row.no, {"inspectors": list(make.TEAM)})
    supervision_records.record(cast.actor("county"), row.no, make.content(row))
    supervision_checks.find_nothing(cast.actor("county2"), row.no, {})
    done = supervision_checks.close(cast.actor("county"), row.no, {})
    assert (done.state, done.closed_on) == ("closed", clock.today())
    shown = queries.show(cast.actor("county"), row.no)
    assert [step.verb for step in shown.check.steps] == ["plan", "notify", "start", "record", "find_nothing", "close"]
    assert [each.certificate_no != "" for each in shown.check.inspectors] == [True, True]
    assert all(each.signature_id for each in shown.check.inspectors)
    assert len(acts("supervision_check.moved")) == 5
    assert [paper.kind for paper in shown.papers] == ["check_record"]


@pytest.mark.parametrize(
    ("login", "values", "error"),
    [
        ("property", {}, Forbidden),
        ("auditor", {}, Forbidden),
        ("dangshan", {}, Invalid),
        ("county", {"unit": "999999"}, Invalid),
        ("county", {"list_kind": "filling"}, Invalid),
        ("county", {"kind": "strange"}, Invalid),
        ("county", {"occasion": " "}, Invalid),
        ("county", {"kind": "routine", "plan_id": 99}, Invalid),
    ],
)
def test_what_is_not_opened(app, login, values, error) -> None:
    make.equip()
    given = {"kind": "other", "unit": str(cast.unit("property").id), "list_kind": "elevator_use", "occasion": "投诉"}
    with pytest.raises(error):
        supervision_checks.open_check(cast.actor(login), {**given, **values})


@pytest.mark.parametrize(
    "people", [["county"], ["county", "county"], ["county", "nobody"], ["county", "county-leader"], []]
)
def test_who_cannot_check(app, people) -> None:
    row = make.opened()
    with pytest.raises(Invalid):
        supervision_checks.start(cast.actor("county"), row.no, {"inspectors": people})
    assert db.session.get_one(SupervisionCheck, row.id).state == "planned"


def test_the_record_needs_everything(app) -> None:
    row = make.begun()
    county = cast.actor("county")
    with pytest.raises(Refused) as refused:
        supervision_records.record(county, row.no, {"answers": []})
    assert {finding.rule.split()[0] for finding in refused.value.verdict.findings} == {
        "SC2",
        "SC3",
        "SC4",
        "SC8",
        "SC13",
    }
    strange = make.content(row, devices=["NOT-THEIRS"])
    with pytest.raises(Invalid):
        supervision_records.record(county, row.no, strange)
    with pytest.raises(Invalid):
        supervision_records.record(county, row.no, make.content(row, unit_signature=b"no picture"))
    stranger = make.content(row, signatures=[{"person": "officer", "image": make.picture()}])
    with pytest.raises(Invalid):
        supervision_records.record(county, row.no, stranger)
    with pytest.raises(Conflict):
        supervision_records.record(cast.actor("officer"), row.no, make.content(row))
    with pytest.raises(Forbidden):
        supervision_records.record(cast.actor("property"), row.no, make.content(row))
    db.session.rollback()
    assert db.session.scalar(select(SupervisionAnswer.id)) is None


def test_a_refused_signature_is_written_down(app) -> None:
    row = make.begun()
    refusal = {"note": "负责人拒绝签字", "witness": "三里湾社区王某", "photos": [make.picture(3)]}
    kept = supervision_records.record(
        cast.actor("county"), row.no, make.content(row, unit_signature=None, refusal=refusal)
    )
    assert kept.signature_id is None
    assert kept.refusal["witness"] == "三里湾社区王某"
    paper = db.session.scalars(select(Paper)).one()
    assert "见证人：三里湾社区王某" in paper.facts["check"]["refusal"]


def test_a_repeated_record_is_kept_once(app) -> None:
    row = make.begun()
    data, county = make.content(row), cast.actor("county")
    ref = "6f0b2b0e-0000-4000-8000-000000000001"
    first, known = supervision_records.record_once(county, ref, row.no, data)
    assert not known
    again, known = supervision_records.record_once(county, ref, row.no, data)
    assert (again.id, known) == (first.id, True)
    with pytest.raises(Conflict):
        supervision_records.record_once(county, ref, row.no, {**data, "facts": "别的"})
    opened = {"kind": "other", "unit": str(cast.unit("station").id), "list_kind": "filling", "occasion": "举报"}
    one, known = supervision_checks.open_once(county, "a-ref", opened)
    two, again = supervision_checks.open_once(county, "a-ref", opened)
    assert (one.id, known, again) == (two.id, False, True)
    with pytest.raises(Conflict):
        supervision_checks.open_once(county, "a-ref", {**opened, "occasion": "另一件"})


def test_what_does_not_conform_becomes_a_clue_once(app) -> None:
    row = make.recorded(("U12", "U03"))
    county = cast.actor("county")
    with pytest.raises(Conflict):
        supervision_checks.find_nothing(county, row.no, {})
    code = queries.checked_codes(row.id)[0]
    answer = supervision_checks.report_hazard(county, row.no, "U12", {"elevator": code})
    hazard = db.session.get_one(Hazard, answer.hazard_id)
    assert (hazard.source, hazard.clauses, hazard.state) == ("other_inspection", ["4.6b"], "DRAFT")
    assert hazard.elevator_id is not None
    for item, error in (("U12", Conflict), ("U01", Conflict), ("M01", Missing)):
        with pytest.raises(error):
            supervision_checks.report_hazard(county, row.no, item, {})
    with pytest.raises(Invalid):
        supervision_checks.report_hazard(county, row.no, "U03", {"elevator": "NOT-CHECKED"})
    with pytest.raises(Missing):
        supervision_checks.report_hazard(cast.actor("dangshan"), row.no, "U03", {})


def test_the_unit_sees_its_check_from_the_record_on(app) -> None:
    row = make.begun()
    with pytest.raises(Missing):
        queries.by_no(cast.actor("property"), row.no)
    supervision_records.record(cast.actor("county"), row.no, make.content(row))
    shown = queries.show(cast.actor("property"), row.no)
    assert shown.moves == ()
    assert len(shown.papers) == 1
    for login in ("property2", "filling", "dangshan"):
        with pytest.raises(Missing):
            queries.by_no(cast.actor(login), row.no)
    with pytest.raises(Forbidden):
        queries.by_no(cast.actor("tech1"), row.no)
    path, mime = queries.picture(cast.actor("property"), row.no, shown.check.signature_id)
    assert path.exists()
    assert mime == "image/png"
    with pytest.raises(Missing):
        queries.picture(cast.actor("property"), row.no, 999999)


def test_the_paper_is_made_as_word_and_pdf(app) -> None:
    row = make.recorded(("U12",))
    paper = queries.show(cast.actor("property"), row.no).papers[0]
    assert "现场未见" in str(paper.facts)
    for form, start in (("docx", b"PK"), ("pdf", b"%PDF")):
        path, _mime, name = issued.file(cast.actor("property"), paper.id, form)
        assert path.read_bytes().startswith(start)
        assert name.endswith(form)


def test_the_recheck_is_due_ten_working_days_after_the_report(app) -> None:
    row = make.recorded(("U12",))
    county, today = cast.actor("county"), clock.today()
    with transaction() as session:
        off = today + timedelta(days=1)
        while off.weekday() > 4:
            off += timedelta(days=1)
        if session.get(Holiday, off) is None:
            session.add(Holiday(day=off, name="测试假日"))
        supervision_checks.advance(county, row, "issue_directive")
        supervision_checks.advance(county, row, "receive_report")
    left, day = 10, today
    days_off, working = parameters.holidays()
    while left:
        day += timedelta(days=1)
        left -= day in working or (day.weekday() < 5 and day not in days_off)
    assert row.recheck_due_on == day
    with transaction():
        supervision_checks.advance(county, row, "recheck_pass")
    assert supervision_checks.close(county, row.no, {}).state == "closed"
    with pytest.raises(Conflict):
        supervision_checks.close(county, row.no, {})


def test_moves_that_are_refused(app) -> None:
    row = make.opened()
    county = cast.actor("county")
    with pytest.raises(Conflict):
        supervision_checks.close(county, row.no, {})
    with pytest.raises(Conflict):
        supervision_checks.notify(county, row.no, {"version": 99})
    with pytest.raises(Invalid):
        supervision_checks.notify(county, row.no, {"done_on": clock.today() + timedelta(days=1)})
    with pytest.raises(Invalid):
        supervision_checks.terminate(county, row.no, {"note": " "})
    with pytest.raises(Missing):
        supervision_checks.terminate(cast.actor("dangshan"), row.no, {"note": "x"})
    with pytest.raises(Forbidden):
        supervision_checks.terminate(cast.actor("property"), row.no, {"note": "x"})
    assert supervision_checks.terminate(county, row.no, {"note": "单位已歇业"}).state == "terminated"


def test_inspectors_of_a_drawn_check_are_those_drawn(app) -> None:
    draw = make.drawn()
    row = db.session.scalars(select(SupervisionCheck).where(SupervisionCheck.draw_id == draw.id)).one()
    assert row.state == "drawn"
    people = db.session.scalars(select(SupervisionInspector.person_id).order_by(SupervisionInspector.place)).all()
    assert [people] == [each[1] for each in draw.result]
    started = supervision_checks.start(cast.actor("county"), row.no, {})
    assert started.state == "in_progress"
    kept = db.session.scalars(select(SupervisionInspector.person_id).order_by(SupervisionInspector.place)).all()
    assert kept == people
