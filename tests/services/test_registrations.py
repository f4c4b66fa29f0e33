"""Applications for use registration: from the draft to the certificate, for every type, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Elevator, ElevatorStatus, ElevatorUse, TrailEntry, Unit
from registry.queries import elevators as elevator_queries
from registry.queries import registrations as queries
from registry.rules.registrations import STATES, VERBS, find_move, papers
from registry.services import elevator_parts, elevators, files, inspections, registrations
from seeds import cast
from tests import elevators_factory as make

FIELDS = {
    "use_unit_address": "埇桥区汴河中路88号",
    "safety_manager": "张敏",
    "mobile": "139 5570 0001",
    "filled_by": "张敏",
    "filled_on": date(2026, 11, 1),
}


def with_papers(actor, no: str, kind: str) -> None:
    """All papers that the type requires."""
    stored = {
        paper.id: [files.store(actor, f"{paper.id}.pdf", "application/pdf", paper.id.encode(), "registration").id]
        for paper in papers(kind, clock.today())
        if paper.required
    }
    registrations.fill(actor, no, {"fields": FIELDS, "papers": stored})


def submitted(actor, elevator: Elevator, kind: str, changes=None, login="property"):
    """An application with everything, as its unit sends it."""
    who = actor(login)
    case = registrations.open_case(who, elevator.id, kind)
    with_papers(who, case.no, kind)
    if changes:
        registrations.fill(who, case.no, {"changes": changes})
    return registrations.move(who, case.no, "submit", {})


def granted(actor, elevator, kind, changes=None, login="county", **data):
    case = submitted(actor, elevator, kind, changes)
    registrations.move(actor(login), case.no, "accept", {})
    return registrations.move(actor(login), case.no, "grant", data)


def said(block: str, case) -> dict[str, str]:
    return {row["zh"]: row["value"] for one in case.form if one["block"] == block for row in one["rows"]}


def test_a_new_elevator_from_the_draft_to_the_certificate(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None, manufacturer="江南电梯有限公司")
    case = granted(actor, row, "new")
    year = clock.today()
    assert (case.state, case.certificate_no) == ("GRANTED", f"梯11皖L00001({year:%y})")
    assert case.no == f"SYDJ-341300-{year.year}-00001"
    again = elevator_queries.by_code(actor("property"), row.label_code)
    assert (again.status, again.use_cert_no, again.registered_on) == ("in_use", case.certificate_no, clock.today())
    signatures = said("signatures", case)
    assert (signatures["登记机关登记人员"], signatures["使用登记证编号"]) == ("李明", case.certificate_no)
    assert said("use", case)["移动电话"] == "13955700001"
    acts = select(TrailEntry.act).where(TrailEntry.subject == "registration").order_by(TrailEntry.id)
    assert next(iter(db.session.scalars(acts))) == "registration.opened"
    assert list(db.session.scalars(acts)).count("registration.moved") == 3


def test_numbers_follow_each_other_by_kind_and_leave_no_gap(actor) -> None:
    year = f"{clock.today():%y}"
    make.in_use(actor("section"), 9, use_cert_no=f"梯11皖L00002({year})")
    numbers = []
    for place, kind in enumerate(("traction_passenger", "traction_passenger", "traction_freight"), 1):
        row = make.register(actor("property"), place, kind=kind, device_code=None, use_unit_id=None)
        numbers.append(granted(actor, row, "new").certificate_no)
    assert numbers == [f"梯11皖L00001({year})", f"梯11皖L00003({year})", f"梯12皖L00001({year})"]


def test_a_refused_grant_takes_no_number(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None)
    case = submitted(actor, row, "new")
    registrations.move(actor("county"), case.no, "accept", {})
    with pytest.raises(Invalid):
        registrations.move(actor("county"), case.no, "grant", {"since": clock.today() + timedelta(days=1)})
    year = f"{clock.today():%y}"
    assert queries.detail(actor("county"), case.no, clock.today()).next_number == f"梯11皖L00001({year})"
    assert registrations.move(actor("county"), case.no, "grant", {}).certificate_no == f"梯11皖L00001({year})"


def test_the_form_stays_as_it_was_signed(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None, model="KX-1000")
    case = granted(actor, row, "new")
    elevators.correct(actor("section"), row.id, {"model": "KX-2000"})
    shown = queries.detail(actor("property"), case.no, clock.today())
    assert said("equipment", shown.case)["型号（规格）"] == "KX-1000"


def test_alteration_changes_the_product_data(actor) -> None:
    row = make.in_use(actor("section"))
    case = granted(actor, row, "alteration", {"floors": 20, "rated_load_kg": 1150, "model": "K2"})
    assert (row.floors, row.rated_load_kg, row.model, row.use_cert_no) == (20, 1150, "K2", case.certificate_no)
    assert said("changes", case)["层数"] == "18 → 20"


def test_relocation_changes_the_place(actor) -> None:
    row = make.in_use(actor("section"))
    changes = {"address": "宿马园区科技路1号", "area_code": "341371", "lat": 33.5, "lon": 117.0}
    granted(actor, row, "relocation", changes, login="section")
    assert (row.address, row.area_code, row.division_code) == ("宿马园区科技路1号", "341371", "341302")


def test_change_of_user_hands_over_and_begins_a_period(actor) -> None:
    row = make.in_use(actor("section"))
    other = cast.unit("property2")
    granted(actor, row, "change_of_user", {"use_unit": other.name}, login="section", since=date(2026, 11, 1))
    assert row.use_unit_id == other.id
    statement = select(ElevatorUse).where(ElevatorUse.elevator_id == row.id).order_by(ElevatorUse.id)
    periods = [(use.unit_id, use.since, use.until) for use in db.session.scalars(statement)]
    own = cast.unit("property").id
    assert periods == [(own, date(2020, 4, 1), date(2026, 11, 1)), (other.id, date(2026, 11, 1), None)]
    with pytest.raises(Missing):
        elevator_queries.by_code(actor("property"), row.label_code)
    assert [one.unit_id for one in elevator_queries.detail(actor("property2"), row.label_code).record.uses] == [
        other.id,
        own,
    ]


def test_both_units_see_a_change_of_user_and_nobody_else(actor) -> None:
    row = make.in_use(actor("section"))
    case = submitted(actor, row, "change_of_user", {"use_unit": cast.unit("property2").credit_code})
    for login in ("property", "property2", "county", "section", "leader"):
        assert queries.by_no(actor(login), case.no).no == case.no
    with pytest.raises(Missing):
        queries.by_no(actor("dangshan"), case.no)
    for login in ("company", "insurer", "inspector", "filling"):
        with pytest.raises(Forbidden):
            queries.by_no(actor(login), case.no)


def test_rename_renames_the_unit_once_for_all_its_elevators(actor) -> None:
    first, second = make.in_use(actor("section"), 1), make.in_use(actor("section"), 2)
    new_name = "宿州新汇源物业服务有限公司"
    both = [submitted(actor, row, "rename", {"name": new_name}) for row in (first, second)]
    for case in both:
        registrations.move(actor("county"), case.no, "accept", {})
        registrations.move(actor("county"), case.no, "grant", {})
    unit = db.session.get(Unit, first.use_unit_id)
    assert unit is not None
    assert unit.name == new_name
    renamed = select(TrailEntry).where(TrailEntry.act == "unit.corrected")
    assert len(db.session.scalars(renamed).all()) == 1


def test_extended_life_sets_its_day(actor) -> None:
    row = make.in_use(actor("section"))
    day = clock.today() + timedelta(days=700)
    granted(actor, row, "extended_life", {"extended_until": day})
    assert row.extended_until == day
    case = registrations.open_case(actor("property"), row.id, "extended_life")
    with pytest.raises(Invalid):
        registrations.fill(actor("property"), case.no, {"changes": {"extended_until": clock.today()}})


def test_restart_needs_its_inspection_as_everywhere(actor) -> None:
    row = make.in_use(actor("section"))
    stopped = clock.today() - timedelta(days=500)
    elevators.change_status(actor("county"), row.id, "suspend", stopped, "改造", "1号", papers=make.STOP_PAPERS)
    case = submitted(actor, row, "restart")
    registrations.move(actor("county"), case.no, "accept", {})
    with pytest.raises(Refused, match="定期检验"):
        registrations.move(actor("county"), case.no, "grant", {})
    done = {"kind": "periodic_inspection", "done_on": clock.today(), "conclusion": "pass", "report_no": "A1"}
    inspections.record(actor("inspector"), row.id, done)
    assert registrations.move(actor("county"), case.no, "grant", {}).state == "GRANTED"
    assert row.status == "in_use"


def test_a_return_says_what_is_missing_and_the_unit_sends_again(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None)
    case = submitted(actor, row, "new")
    with pytest.raises(Invalid) as caught:
        registrations.move(actor("county"), case.no, "send_back", {})
    assert set(caught.value.errors) == {"missing"}
    registrations.move(actor("county"), case.no, "send_back", {"missing": "缺公章"})
    assert (case.state, case.due_on, queries.count_returned(actor("property"), clock.today())) == ("RETURNED", None, 1)
    registrations.fill(actor("property"), case.no, {"fields": {**FIELDS, "postcode": "234000"}})
    assert registrations.move(actor("property"), case.no, "submit", {}).state == "SUBMITTED"
    assert queries.count_waiting("office", actor("county"), clock.today()) == 1
    assert queries.count_waiting("office", actor("dangshan"), clock.today()) == 0


def test_submitting_says_all_that_is_missing(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None)
    case = registrations.open_case(actor("property"), row.id, "new")
    with pytest.raises(Refused) as caught:
        registrations.move(actor("property"), case.no, "submit", {})
    rules = {finding.rule for finding in caught.value.verdict.findings}
    assert {"need.paper-form", "need.paper-supervision_certificate"} <= rules
    assert "need.safety_manager" not in rules  # filled in by who applies


def test_a_late_application_is_marked(actor) -> None:
    used = clock.today() - timedelta(days=45)
    row = make.register(actor("section"), status="in_use_unregistered", in_use_since=used)
    assert submitted(actor, row, "new").late_days == 15


def test_one_application_at_a_time(actor) -> None:
    row = make.in_use(actor("section"))
    registrations.open_case(actor("property"), row.id, "alteration")
    with pytest.raises(Conflict):
        registrations.open_case(actor("county"), row.id, "rename")


BAD = [
    ({"fields": {"mobile": "12"}}, {"mobile"}),
    ({"fields": {"postcode": "1"}}, {"postcode"}),
    ({"fields": {"colour": "red"}}, {"colour"}),
    ({"papers": {"diploma": [1]}}, {"paper-diploma"}),
    ({"papers": {"form": [999_999]}}, {"paper-form"}),
    ({"changes": {"address": "x"}}, {"address"}),
    ({"changes": {"stops": 19}}, {"stops", "doors"}),
    ({"changes": {"maker_permit_no": "12"}}, {"maker_permit_no"}),
]


@pytest.mark.parametrize(("data", "fields"), BAD)
def test_bad_values_stand_beside_their_field(actor, data, fields) -> None:
    row = make.in_use(actor("section"))
    case = registrations.open_case(actor("property"), row.id, "alteration")
    with pytest.raises(Invalid) as caught:
        registrations.fill(actor("property"), case.no, data)
    assert set(caught.value.errors) == fields


def test_foreign_files_do_not_exist(actor) -> None:
    row = make.in_use(actor("section"))
    case = registrations.open_case(actor("property"), row.id, "alteration")
    foreign = files.store(actor("property2"), "a.pdf", "application/pdf", b"a", "registration")
    with pytest.raises(Invalid):
        registrations.fill(actor("property"), case.no, {"papers": {"form": [foreign.id]}})


def test_two_at_once_do_not_both_win(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None)
    case = submitted(actor, row, "new")
    version = case.version
    registrations.move(actor("county"), case.no, "accept", {}, version)
    with pytest.raises(Conflict):
        registrations.move(actor("section"), case.no, "refuse", {"reason": "x"}, version)


def test_who_may_not(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None)
    case = submitted(actor, row, "new")
    for login in ("property", "county-leader", "company", "auditor"):
        with pytest.raises(Forbidden):
            registrations.move(actor(login), case.no, "accept", {})
    with pytest.raises(Missing):
        registrations.move(actor("dangshan"), case.no, "accept", {})
    with pytest.raises(Missing):
        registrations.move(actor("county"), case.no, "fly", {})
    with pytest.raises(Missing):
        registrations.open_case(actor("property2"), row.id, "new")


def test_a_repeat_is_answered_like_the_first(actor) -> None:
    row = make.in_use(actor("section"))
    ref = str(uuid4())
    first, known = registrations.open_once(actor("property"), ref, row.id, "alteration")
    again, known_again = registrations.open_once(actor("property"), ref, row.id, "alteration")
    assert (known, known_again, first.id) == (False, True, again.id)
    with pytest.raises(Conflict):
        registrations.open_once(actor("property"), ref, row.id, "rename")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(VERBS), min_size=1, max_size=7))
def test_whatever_is_tried_the_case_keeps_to_its_table(actor, verbs) -> None:
    """Any sequence of steps: each is made when the table has it and is a conflict when not; the end stays the end."""
    number = 5000 + db.session.query(Elevator).count()
    row = make.register(actor("section"), number)
    who = actor("section")
    case = registrations.open_case(who, row.id, "new")
    with_papers(who, case.no, "new")
    for verb in verbs:
        expected = find_move(case.state, verb)
        data = {"missing": "a", "reason": "b"}
        if expected is None:
            with pytest.raises(Conflict):
                registrations.move(who, case.no, verb, data)
            continue
        assert registrations.move(who, case.no, verb, data).state == expected.target
        assert (case.decided_on is None) is STATES[case.state].open
    assert (row.status == "in_use") is (case.state == "GRANTED")
    assert bool(row.use_cert_no) is (case.state == "GRANTED")
    steps = queries.detail(who, case.no, clock.today()).steps
    assert [step.target for step in steps][-1:] == ([case.state] if steps else [])


def test_a_late_notice_is_taken_and_marked(actor) -> None:
    row = make.in_use(actor("section"))
    today = clock.today()
    since = today - timedelta(days=31)
    elevators.change_status(actor("county"), row.id, "suspend", since, "停业", "1号", papers=make.STOP_PAPERS)
    period = db.session.scalars(select(ElevatorStatus).where(ElevatorStatus.status == "stopped")).one()
    assert (period.notice_due_on, period.notified_on) == (since + timedelta(days=30), today)
    assert elevator_queries.count(actor("county"), {"gaps": "late_notice"}) == 1
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "elevator.status_changed")).one()
    assert entry.data["late"] is True


def test_a_notice_in_time_is_not(actor) -> None:
    row = make.in_use(actor("section"))
    today = clock.today()
    since = today - timedelta(days=30)
    elevators.change_status(actor("county"), row.id, "suspend", since, "停业", "1号", papers=make.STOP_PAPERS)
    assert elevator_queries.count(actor("county"), {"gaps": "late_notice"}) == 0


STOPS = [
    ({}, {"measures"}),
    ({"measures": "断电", "planned_until": date(2025, 4, 30)}, {"planned_until"}),
    ({"measures": "断电", "notified_on": date(2999, 1, 1)}, {"notified_on"}),
    ({"measures": "断电", "file_id": 999_999}, {"file_id"}),
]


@pytest.mark.parametrize(("given_papers", "fields"), STOPS)
def test_a_stop_needs_its_papers(actor, given_papers, fields) -> None:
    row = make.in_use(actor("section"))
    with pytest.raises(Invalid) as caught:
        elevators.change_status(
            actor("county"), row.id, "suspend", date(2024, 5, 1), "停业", "1号", papers=given_papers
        )
    assert set(caught.value.errors) == fields


def test_only_the_owner_scraps_without_authority(actor) -> None:
    row = make.in_use(actor("section"), owner_unit_id=cast.unit("property2").id)
    call = (actor("county"), row.id, "scrap", date(2024, 5, 1), "到期", "1号", None)
    with pytest.raises(Invalid) as caught:
        elevators.change_status(*call)
    assert set(caught.value.errors) == {"authority"}
    assert elevators.change_status(*call, {"authority": "委托书"}).status == "scrapped"
    with pytest.raises(Invalid) as caught:
        elevators.change_status(actor("county"), row.id, "cancel", date(2024, 6, 1), "", "2号")
    assert set(caught.value.errors) == {"certificate"}


def test_safety_parts_are_replaced_as_a_whole(actor) -> None:
    row = make.in_use(actor("section"))
    parts = [{"name": f"部件{number}"} for number in range(10)]
    assert len(elevator_parts.set_parts(actor("property"), row.id, parts)) == 10
    assert [part.position for part in elevator_parts.set_parts(actor("property"), row.id, parts[:2])] == [1, 2]
    for bad in ([*parts, {"name": "x"}], [{"model": "无名"}]):
        with pytest.raises(Invalid):
            elevator_parts.set_parts(actor("property"), row.id, bad)
    with pytest.raises(Forbidden):
        elevator_parts.set_parts(actor("company"), row.id, parts)


def test_the_list_of_gaps(actor) -> None:
    art_7 = {"manufacturer": "a", "installer": "b", "factory_no": "c", "model": "d"}
    full = make.in_use(actor("section"), 1, **art_7)
    make.in_use(actor("section"), 2)
    make.in_use(actor("section"), 3, **art_7, drive_type=None)
    make.in_use(actor("section"), 4, **art_7, rated_load_kg=None)
    found = {row.id for row in elevator_queries.page(actor("section"), {"gaps": "parameters"}).items}
    assert len(found) == 3
    assert full.id not in found
    assert elevator_queries.detail(actor("section"), full.label_code).record.gaps == ()
