"""Elevators: registering, correcting, status, transfer; who may and what is refused, beside which field."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import clock, codes
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import ElevatorStatus, Hazard, Inspection, LabelCode, TrailEntry
from registry.queries import elevators as queries
from registry.rules.kinds import ELEVATOR_KINDS
from registry.services import elevators, inspections
from seeds import cast
from tests import elevators_factory as make

DAY = date(2024, 5, 1)


def wrong_fields(call, *args, **kwargs) -> set[str]:
    with pytest.raises(Invalid) as caught:
        call(*args, **kwargs)
    return set(caught.value.errors)


def periods(elevator) -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(
        select(ElevatorStatus).where(ElevatorStatus.elevator_id == elevator.id).order_by(ElevatorStatus.id)
    )
    return [(row.status, row.since, row.until) for row in rows]


def acts(elevator) -> list[str]:
    rows = select(TrailEntry.act).where(TrailEntry.subject == "elevator", TrailEntry.subject_id == elevator.id)
    return list(db.session.scalars(rows.order_by(TrailEntry.id)))


@pytest.mark.parametrize("kind", ELEVATOR_KINDS)
def test_every_kind_of_the_catalogue_can_be_registered(actor, kind) -> None:
    values = {"kind": kind, "address": "汴河中路88号", "area_code": "341302"}
    elevator = elevators.register(actor("section"), values)
    assert codes.check(elevator.label_code)
    assert periods(elevator) == [("not_in_use", clock.today(), None)]
    assert acts(elevator) == ["elevator.registered"]


def test_a_new_elevator_has_label_period_and_installation_inspection(actor) -> None:
    elevator = make.in_use(actor("section"))
    label = db.session.scalars(select(LabelCode).where(LabelCode.elevator_id == elevator.id)).one()
    assert (label.code, label.status) == (elevator.label_code, "active")
    assert periods(elevator) == [("in_use", date(2020, 4, 1), None)]
    record = db.session.scalars(select(Inspection)).one()
    assert (record.kind, record.done_on, record.valid_until) == (
        "installation_supervision",
        date(2020, 3, 18),
        date(2021, 3, 31),
    )
    assert elevator.details == {"drive_type": "traction"}
    assert elevator.division_code == "341302"


def test_an_elevator_of_a_park_lies_in_the_county_around_it(actor) -> None:
    assert make.register(actor("county"), area_code="341371").division_code == "341302"


BAD = [
    ({"kind": "paternoster"}, {"kind"}),
    ({"area_code": "340100"}, {"area_code"}),
    ({"area_code": None}, {"area_code"}),
    ({"stops": 19}, {"stops", "doors"}),
    ({"doors": 37}, {"doors"}),
    ({"rated_load_kg": 4}, {"rated_load_kg"}),
    ({"incline_degrees": 30}, {"incline_degrees"}),
    ({"drive_type": "magnetic"}, {"drive_type"}),
    ({"made_on": date(2020, 3, 19)}, {"installation_inspected_on"}),
    ({"made_on": date(2999, 1, 1), "installation_inspected_on": None}, {"made_on"}),
    ({"lat": None}, {"lat"}),
    ({"use_cert_no": "梯31皖L00001(20)"}, {"use_cert_no"}),
    ({"use_unit_id": 999_999}, {"use_unit_id"}),
    ({"use_unit": "没有这个单位"}, {"use_unit"}),
    ({"status": "scrapped"}, {"status"}),
    ({"status": "in_use"}, {"use_cert_no", "registered_on"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD)
def test_bad_values_are_refused_beside_their_field(actor, changes, fields) -> None:
    assert wrong_fields(make.register, actor("section"), **changes) == fields


@pytest.mark.parametrize("name", ["use_cert_no", "device_code", "register_code", "rescue_code"])
def test_identifiers_are_unique(actor, name) -> None:
    values = {
        "use_cert_no": "梯11皖L00009(20)",
        "device_code": "31103412020159999",
        "register_code": "31103413002017053117",
        "rescue_code": "035302",
    }
    make.register(actor("section"), 1, **{name: values[name]})
    assert wrong_fields(make.register, actor("section"), 2, **{name: values[name]}) == {name}


def test_a_cancelled_elevator_frees_its_device_code(actor) -> None:
    first = make.in_use(actor("section"), 1)
    for verb in ("scrap", "cancel"):
        papers = make.END_PAPERS if verb == "cancel" else None
        elevators.change_status(actor("section"), first.id, verb, DAY, "到期", "宿市监〔2024〕1号", papers=papers)
    assert make.register(actor("section"), 2, device_code=first.device_code).id


def test_units_may_be_named_by_credit_code_or_name(actor) -> None:
    unit = cast.unit("property2")
    for number, text in enumerate((unit.credit_code, unit.name), start=1):
        elevator = make.register(actor("section"), number, use_unit_id=None, use_unit=text)
        assert elevator.use_unit_id == unit.id


def test_a_use_unit_registers_its_own_only_and_not_as_in_use(actor) -> None:
    own = make.register(actor("property"), use_unit_id=None)
    assert own.use_unit_id == cast.unit("property").id
    foreign = {"use_unit_id": cast.unit("property2").id}
    assert wrong_fields(make.register, actor("property"), 2, **foreign) == {"use_unit"}
    assert wrong_fields(make.in_use, actor("property"), 3) == {"status"}


def test_a_county_office_keeps_to_its_area(actor) -> None:
    assert wrong_fields(make.register, actor("county"), area_code="341321") == {"area_code"}


@pytest.mark.parametrize("login", ["company", "inspector", "insurer", "filling", "auditor", "county-leader"])
def test_others_do_not_register(actor, login) -> None:
    with pytest.raises(Forbidden):
        make.register(actor(login))


def test_a_repeat_with_the_same_ref_is_answered_like_the_first(actor) -> None:
    ref = str(uuid4())
    first, known = elevators.register_once(actor("section"), ref, make.passenger())
    again, known_again = elevators.register_once(actor("section"), ref, make.passenger())
    assert (known, known_again, again.id) == (False, True, first.id)
    with pytest.raises(Conflict):
        elevators.register_once(actor("section"), ref, make.passenger(floors=20))


def test_correcting_changes_what_is_given_and_leaves_a_trail(actor) -> None:
    elevator = make.register(actor("section"))
    elevators.correct(actor("section"), elevator.id, {"floors": 20, "drive_type": None, "name": ""}, elevator.version)
    assert (elevator.floors, elevator.details, elevator.version) == (20, None, 2)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "elevator.corrected")).one()
    assert entry.data["changes"]["floors"] == [18, 20]


def test_correcting_nothing_leaves_no_trail(actor) -> None:
    elevator = make.register(actor("section"))
    elevators.correct(actor("section"), elevator.id, {"floors": 18})
    assert (elevator.version, acts(elevator)) == (1, ["elevator.registered"])


def test_a_correction_of_what_somebody_else_changed_is_refused(actor) -> None:
    elevator = make.register(actor("section"))
    elevators.correct(actor("section"), elevator.id, {"floors": 20}, 1)
    with pytest.raises(Conflict):
        elevators.correct(actor("section"), elevator.id, {"floors": 21}, 1)
    assert queries.by_code(actor("section"), elevator.label_code).floors == 20


def test_old_gaps_do_not_hold_up_a_correction_elsewhere(actor) -> None:
    elevator = make.register(actor("section"))
    with transaction():
        elevator.stops = 40
    assert elevators.correct(actor("section"), elevator.id, {"inner_no": "3号"}).inner_no == "3号"
    assert wrong_fields(elevators.correct, actor("section"), elevator.id, {"floors": 19}) == {"stops", "doors"}


def test_another_kind_takes_its_own_product_data(actor) -> None:
    elevator = make.register(actor("section"))
    elevators.correct(actor("section"), elevator.id, {"kind": "hydraulic_passenger", "jacking_type": "direct"})
    assert elevator.details == {"jacking_type": "direct"}


def test_a_use_unit_corrects_what_it_knows_but_not_the_certificate(actor) -> None:
    elevator = make.in_use(actor("section"))
    assert elevators.correct(actor("property"), elevator.id, {"inner_no": "3号"}).inner_no == "3号"
    for change in ({"use_cert_no": "梯11皖L00777(20)"}, {"area_code": "341371"}, {"registered_on": DAY}):
        assert wrong_fields(elevators.correct, actor("property"), elevator.id, change) == set(change)
    other = {"use_unit_id": cast.unit("property2").id}
    assert wrong_fields(elevators.correct, actor("property"), elevator.id, other) == {"use_unit"}
    with pytest.raises(Missing):
        elevators.correct(actor("property2"), elevator.id, {"inner_no": "x"})


MOVES = [
    ("suspend", "stopped"),
    ("halt", "temporarily_stopped"),
    ("scrap", "scrapped"),
    ("move_out", "moved_out"),
]


@pytest.mark.parametrize(("verb", "status"), MOVES)
def test_a_move_sets_column_and_period_together(actor, verb, status) -> None:
    elevator = make.in_use(actor("section"))
    elevators.change_status(actor("county"), elevator.id, verb, DAY, "原因", "文号", papers=make.STOP_PAPERS)
    assert elevator.status == status
    assert periods(elevator) == [("in_use", date(2020, 4, 1), DAY), (status, DAY, None)]


REFUSED_MOVES = [
    ({"verb": "suspend", "reason": "", "document": "x"}, {"reason", "measures"}),
    ({"verb": "suspend", "reason": " ", "document": "", "papers": make.STOP_PAPERS}, {"reason", "document"}),
    ({"verb": "halt", "reason": "", "document": ""}, {"reason"}),
    ({"verb": "halt", "since": date(2020, 3, 31)}, {"since"}),
    ({"verb": "halt", "since": date(2999, 1, 1)}, {"since"}),
]


@pytest.mark.parametrize(("given", "fields"), REFUSED_MOVES)
def test_a_move_needs_its_papers_and_a_possible_day(actor, given, fields) -> None:
    elevator = make.in_use(actor("section"))
    given = {"since": DAY, "reason": "原因", "document": "文号", **given}
    assert wrong_fields(elevators.change_status, actor("section"), elevator.id, **given) == fields
    assert periods(elevator) == [("in_use", date(2020, 4, 1), None)]


def test_a_move_that_is_not_legal_is_a_conflict(actor) -> None:
    elevator = make.in_use(actor("section"))
    with pytest.raises(Conflict):
        elevators.change_status(actor("section"), elevator.id, "cancel", DAY, "a", "b")


@pytest.mark.parametrize("login", ["property", "company", "county-leader", "auditor"])
def test_only_registrars_change_a_status(actor, login) -> None:
    elevator = make.in_use(actor("section"))
    with pytest.raises(Forbidden):
        elevators.change_status(actor(login), elevator.id, "halt", DAY, "a")


def test_another_county_does_not_see_the_elevator(actor) -> None:
    elevator = make.in_use(actor("section"))
    with pytest.raises(Missing):
        elevators.change_status(actor("dangshan"), elevator.id, "halt", DAY, "a")


def test_registration_brings_the_certificate_and_puts_it_into_use(actor) -> None:
    elevator = make.register(actor("section"))
    call = (actor("county"), elevator.id, "register", clock.today())
    assert wrong_fields(elevators.change_status, *call, document="x") == {"use_cert_no"}
    elevators.change_status(*call, document="x", use_cert_no="梯11皖L00008(24)")
    assert (elevator.status, elevator.use_cert_no, elevator.registered_on) == (
        "in_use",
        "梯11皖L00008(24)",
        clock.today(),
    )


def test_an_elevator_without_use_unit_is_not_put_into_use(actor) -> None:
    elevator = make.register(actor("section"), use_unit_id=None, use_cert_no="梯11皖L00008(24)")
    with pytest.raises(Refused) as caught:
        elevators.change_status(actor("county"), elevator.id, "register", clock.today(), "", "x")
    assert [finding.rule for finding in caught.value.verdict.findings] == ["elevator_use_unit"]


def hazard(elevator, state: str = "RECTIFYING", is_major: bool = True) -> None:
    with transaction() as session:
        session.add(
            Hazard(
                no=f"HZ-{state}-{is_major}",
                title="制动器失效",
                description="",
                source="patrol",
                state=state,
                level="major",
                is_major=is_major,
                clauses=[],
                found_on=DAY,
                unit_id=elevator.use_unit_id,
                elevator_id=elevator.id,
                area_code=elevator.area_code,
                state_since=DAY,
            )
        )


HAZARDS = [("RECTIFYING", True, False), ("LISTED", True, False), ("CLOSED", True, True), ("RECTIFYING", False, True)]


@pytest.mark.parametrize(("state", "is_major", "allowed"), HAZARDS)
def test_an_open_major_hazard_keeps_an_elevator_out_of_use(actor, state, is_major, allowed) -> None:
    elevator = make.in_use(actor("section"))
    elevators.change_status(actor("county"), elevator.id, "halt", DAY, "检修")
    hazard(elevator, state, is_major)
    if allowed:
        assert elevators.change_status(actor("county"), elevator.id, "resume", DAY, "好了").status == "in_use"
        return
    with pytest.raises(Refused) as caught:
        elevators.change_status(actor("county"), elevator.id, "resume", DAY, "好了")
    assert [finding.rule for finding in caught.value.verdict.findings] == ["elevator_hazard"]
    assert elevator.status == "temporarily_stopped"


RESTARTS = [
    # stopped, restarted, inspection meanwhile, allowed
    (date(2023, 5, 1), date(2024, 5, 1), None, False),
    (date(2023, 5, 1), date(2024, 5, 1), date(2024, 4, 20), True),
    (date(2023, 5, 1), date(2024, 5, 1), date(2023, 4, 20), False),
    (date(2024, 4, 1), date(2024, 5, 1), None, False),
    (date(2024, 4, 1), date(2024, 5, 1), date(2024, 3, 20), True),
]


@pytest.mark.parametrize(("stopped", "restarted", "inspected", "allowed"), RESTARTS)
def test_a_restart_needs_its_inspection(actor, stopped, restarted, inspected, allowed) -> None:
    elevator = make.in_use(actor("section"))
    elevators.change_status(actor("county"), elevator.id, "suspend", stopped, "停用", "文号", papers=make.STOP_PAPERS)
    if inspected:
        record = {"kind": "periodic_inspection", "done_on": inspected, "conclusion": "pass"}
        inspections.record(actor("inspector"), elevator.id, record)
    call = (actor("county"), elevator.id, "resume", restarted, "启用", "文号")
    if allowed:
        assert elevators.change_status(*call).status == "in_use"
    else:
        with pytest.raises(Refused):
            elevators.change_status(*call)


def test_transfer_changes_who_sees_it(actor) -> None:
    elevator = make.in_use(actor("section"))
    data = {"use_unit": cast.unit("property2").name, "since": DAY, "document": "变更登记表"}
    elevators.transfer(actor("county"), elevator.id, data)
    assert queries.by_code(actor("property2"), elevator.label_code).id == elevator.id
    with pytest.raises(Missing):
        queries.by_code(actor("property"), elevator.label_code)
    assert wrong_fields(elevators.transfer, actor("section"), elevator.id, data) == {"use_unit"}
    later = {**data, "use_unit": cast.unit("property").name, "since": clock.today() + timedelta(days=1)}
    assert wrong_fields(elevators.transfer, actor("section"), elevator.id, later) == {"since"}


def test_a_code_is_found_however_it_is_written(actor) -> None:
    elevator = make.in_use(actor("section"))
    code = elevator.label_code
    path = queries.label_path(code)
    for text in (code, code.lower(), codes.grouped(code), path.removeprefix("/q/"), f"https://x{path}"):
        assert queries.by_code(actor("section"), text).id == elevator.id
    for text in ("", "SZ", code[:-1] + ("1" if code[-1] != "1" else "2")):
        with pytest.raises(Missing):
            queries.by_code(actor("section"), text)


SEARCHES = [
    "梯11皖L00001(20)",
    "梯11皖l00001（20）",
    "31103412020150001",
    "汴河中路",
    "汇源物业",
    "1号楼1单元",
    "3号梯",
]


@pytest.mark.parametrize("text", SEARCHES)
def test_search_by_any_code_unit_and_address(actor, text) -> None:
    elevator = make.in_use(actor("section"), inner_no="3号梯")
    make.in_use(
        actor("section"), 2, address="人民路", name="x", area_code="341321", use_unit_id=cast.unit("property2").id
    )
    found = queries.page(actor("section"), {"q": text}).items
    assert [row.id for row in found] == [elevator.id]
    assert queries.count(actor("section"), {"q": text}) == 1


@pytest.mark.parametrize(("text", "count"), [("100%", 1), ("%", 1), ("_", 0), ("50", 0)])
def test_signs_of_the_search_language_are_only_signs(actor, text, count) -> None:
    make.register(actor("section"), 1, address="负100%层", name="")
    make.register(actor("section"), 2, address="大厅", name="", device_code=None)
    assert queries.count(actor("section"), {"q": text}) == count


def test_filters(actor) -> None:
    first = make.in_use(actor("section"), 1, area_code="341371")
    second = make.register(actor("section"), 2, area_code="341321", kind="dumbwaiter")
    expected = [
        ({"area": "341302"}, [first]),
        ({"area": "341371"}, [first]),
        ({"area": "341300"}, [first, second]),
        ({"area": "341321"}, [second]),
        ({"status": "in_use"}, [first]),
        ({"kind": "dumbwaiter"}, [second]),
        ({"unit": cast.unit("property").id}, [first, second]),
    ]
    for filters, rows in expected:
        assert [row.id for row in queries.page(actor("section"), filters).items] == [row.id for row in rows], filters


def test_who_sees_an_elevator(actor) -> None:
    elevator = make.maintained(actor("section"))
    for login in ("section", "county", "officer", "property", "company", "tech1", "inspector", "auditor", "desk"):
        assert queries.by_code(actor(login), elevator.label_code).id == elevator.id, login
    for login in ("dangshan", "property2", "company2", "insurer", "filling"):
        with pytest.raises(Missing):
            queries.by_code(actor(login), elevator.label_code)
