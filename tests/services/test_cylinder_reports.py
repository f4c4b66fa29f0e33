"""What citizens report of cylinders: received once, not too often, handled by the county, the citizen never shown."""

from __future__ import annotations

from uuid import uuid4

import pytest

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, TooMany
from registry.models import CylinderReport, CylinderReportStep, Hazard, TrailEntry
from registry.queries import cylinder_reports as queries
from registry.queries import sunshine
from registry.rules import cylinder_reports as rules
from registry.rules.dates import add_months
from registry.services import cylinder_reports, hazards
from registry.services.parameters import set_parameter
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fault_reports import HOME, PHONE, photo


def report(row, address=HOME, **changes) -> CylinderReport:
    given = {"kind": "other_cylinder", "text": "钢印不一样", "phone": PHONE, "ref": str(uuid4()), **changes}
    return cylinder_reports.submit(row.label_code if row else changes.pop("code", ""), given, address)[0]


def move(login, row, verb, note="已核实", **data):
    return cylinder_reports.move(cast.actor(login), row.no, verb, {"note": note, **data}, row.version)


def test_it_reaches_the_county_and_the_station_only_when_passed_on(app) -> None:
    row = report(make.cylinder())
    assert row.no == f"QJ-{clock.today().year}-000001"
    assert (row.state, row.area_code, row.station_id) == ("received", "341302", cast.unit("station").id)

    def sees(login) -> bool:
        return bool(queries.page(cast.actor(login), {}).items)

    assert [login for login in ("section", "county", "officer", "dangshan", "filling") if sees(login)] == [
        "section", "county", "officer"]  # fmt: skip
    move("county", row, "pass_on", "请说明出站时的钢印")
    assert sees("filling")
    assert not sees("filling2")
    with pytest.raises(Forbidden):
        sees("filler")


def test_a_station_does_not_find_out_who_reported(app) -> None:
    row = report(make.cylinder(), photo=photo(), place="某某饭店")
    move("county", row, "pass_on")
    of_office, of_station = (queries.show(cast.actor(login), row.no) for login in ("county", "filling"))
    assert (of_office.text, of_office.place, of_office.phone, of_office.has_photo) == (
        "钢印不一样", "某某饭店", PHONE, True)  # fmt: skip
    assert (of_station.text, of_station.place, of_station.phone, of_station.has_photo) == (None, None, None, False)
    with pytest.raises(Missing):
        queries.photo(cast.actor("filling"), row.no)
    trail = " ".join(str(entry.data) for entry in db.session.query(TrailEntry))
    assert PHONE not in trail
    assert "钢印不一样" not in trail


def test_the_phone_is_hidden_once_it_is_closed(app) -> None:
    row = report(make.cylinder())
    move("county", row, "close")
    assert queries.show(cast.actor("county"), row.no).phone is None


ROADS = [
    (
        ("county", "pass_on"),
        ("filling", "explain"),
        ("county", "ask_again"),
        ("filling", "explain"),
        ("county", "close"),
    ),
    (("officer", "answer"), ("officer", "close")),
    (("county", "dismiss"), ("section", "reopen"), ("county", "close")),
]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: "-".join(verb for _login, verb in road))
def test_the_roads_through_the_table(app, road) -> None:
    row = report(make.cylinder())
    for login, verb in road:
        before = row.state
        row = move(login, row, verb)
        assert row.state == rules.find_move(before, verb).target
    steps = db.session.query(CylinderReportStep).order_by(CylinderReportStep.id).all()
    assert [step.verb for step in steps] == [verb for _login, verb in road]
    assert (row.answered_at is not None) is any(verb in rules.ANSWERING for _login, verb in road)


REFUSED = [
    (state, verb)
    for state in rules.STATES
    for verb in sorted({found.verb for found in rules.MOVES} - {"open_clue"})
    if rules.find_move(state, verb) is None
]


@pytest.mark.parametrize(("state", "verb"), REFUSED)
def test_what_the_table_does_not_know_is_refused(app, state, verb) -> None:
    row = report(make.cylinder())
    row.state, row.passed_at = state, clock.now()
    db.session.commit()
    login = "filling" if verb == "explain" else "county"
    with pytest.raises(Conflict):
        move(login, row, verb)


@pytest.mark.parametrize(
    ("login", "verb"), [("filling", "close"), ("county", "explain"), ("section", "explain"), ("officer", "reopen")]
)
def test_who_may_not(app, login, verb) -> None:
    row = report(make.cylinder())
    move("county", row, "pass_on")
    with pytest.raises(Forbidden):
        move(login, row, verb)


def test_a_confirmed_report_opens_a_clue_with_the_picture(app) -> None:
    bottle = make.cylinder()
    row = report(bottle, photo=photo())
    clue = {"title": "疑似套码", "description": "钢印与档案不符"}
    row = cylinder_reports.open_clue(cast.actor("county"), row.no, clue)
    hazard = db.session.get_one(Hazard, row.hazard_id)
    assert (row.state, hazard.cylinder_id, hazard.unit_id, hazard.source) == (
        "clue", bottle.id, bottle.owner_id, "complaint")  # fmt: skip
    assert "钢印不一样" not in hazard.description
    with pytest.raises(Conflict):
        cylinder_reports.open_clue(cast.actor("county"), row.no, clue)


def test_without_a_label_somebody_must_say_where(app) -> None:
    with pytest.raises(Invalid) as refused:
        report(None, kind="no_label")
    assert list(refused.value.errors) == ["place"]
    row = report(None, kind="no_label", place="汴河路早点摊", area="341302")
    assert (row.cylinder_id, row.area_code, row.station_id) == (None, "341302", None)
    assert queries.page(cast.actor("county"), {}).items
    with pytest.raises(Invalid) as refused:
        move("county", row, "pass_on")
    assert list(refused.value.errors) == ["station_id"]
    with pytest.raises(Invalid):
        move("county", row, "pass_on", station_id=cast.unit("property").id)
    assert move("county", row, "pass_on", station_id=cast.unit("station").id).station_id == cast.unit("station").id
    city = report(None, kind="no_label", place="高速服务区")
    assert city.area_code is None
    assert not queries.page(cast.actor("county"), {"state": "received"}).items
    assert queries.page(cast.actor("section"), {"state": "received"}).items


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "noise"}, "kind"), ({"kind": "other", "text": " "}, "text"), ({"photo": b"GIF"}, "photo")],
)
def test_bad_reports(app, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        report(make.cylinder(), **changes)
    assert list(refused.value.errors) == [field]
    assert db.session.query(CylinderReport).count() == 0


def test_the_same_report_twice_is_one_and_other_content_is_refused(app) -> None:
    row, ref = make.cylinder(), str(uuid4())
    given = {"kind": "leaking", "text": "", "phone": None, "ref": ref}
    first = cylinder_reports.submit(row.label_code, given, HOME)
    second = cylinder_reports.submit(row.label_code, given, HOME)
    assert (first[0].id, first[1], second[1]) == (second[0].id, False, True)
    with pytest.raises(Conflict):
        cylinder_reports.submit(row.label_code, {**given, "kind": "overdue"}, HOME)


def test_limits_by_source_and_by_cylinder(app) -> None:
    row, other = make.cylinder(), make.cylinder()
    set_parameter(cast.actor("section"), "cylinder_report.per_source_hour", "2", clock.today())
    set_parameter(cast.actor("section"), "cylinder_report.per_cylinder_hour", "3", clock.today())
    report(row)
    report(other)
    with pytest.raises(TooMany) as refused:
        report(other)
    assert 0 < refused.value.retry_after <= 3600
    with pytest.raises(TooMany):
        report(None, kind="no_label", place="路口")
    report(row, "198.51.100.1")
    report(row, "198.51.100.2")
    with pytest.raises(TooMany):
        report(row, "198.51.100.3")
    report(other, "198.51.100.3")
    assert HOME not in str([window.subject for window in db.session.query(cylinder_reports.report_intake.RateWindow)])


def test_the_month_of_a_station_counts_what_citizens_reported(app) -> None:
    """Each complaint once, in the month it came, whatever became of it; nothing that is nobody's."""
    county, station = cast.actor("county"), cast.unit("station").id

    def counted(month=None) -> int:
        return sunshine.lines(county, month, station)[0].figures["complaints"].count

    assert counted() == 0
    first, second = report(make.cylinder()), report(make.cylinder())
    report(None, code="SZ-nothing", place="路口")
    assert counted() == 2
    move("county", first, "dismiss", "查无实据")
    assert counted() == 2
    cylinder_reports.open_clue(county, second.no, {"title": "疑似套码", "description": "钢印与标签不符"})
    assert db.session.query(Hazard).one().unit_id == station
    assert counted() == 2
    given = {"title": "站内卸气无人看守", "description": "来电投诉", "source": "complaint", "unit": str(station)}
    hazards.report(county, given)
    assert counted() == 3
    assert counted(add_months(clock.today().replace(day=1), -1)) == 0
