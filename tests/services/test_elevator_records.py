"""What is recorded around an elevator: contracts, inspections, rescue codes, the maintenance plan."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Missing, Refused
from registry.models import Capacity, Contract, RescueEnrolment
from registry.queries import elevator_plans
from registry.queries import elevators as queries
from registry.services import contracts, inspections, rescue
from seeds import cast
from tests import elevators_factory as make
from tests.services.test_elevators import wrong_fields

DAY = date(2025, 5, 1)


def spans(elevator) -> list[tuple[date, date | None]]:
    rows = select(Contract).where(Contract.elevator_id == elevator.id).order_by(Contract.id)
    return [(row.since, row.until) for row in db.session.scalars(rows)]


def test_a_new_contract_ends_the_running_one_the_same_day(actor) -> None:
    elevator = make.maintained(actor("section"))
    contracts.sign(actor("property"), elevator.id, {"company": cast.unit("company2").name, "since": DAY})
    assert spans(elevator) == [(date(2024, 1, 1), DAY), (DAY, None)]
    with pytest.raises(Missing):
        queries.by_code(actor("company"), elevator.label_code)
    assert queries.detail(actor("company2"), elevator.label_code).contract.since == DAY


def test_a_contract_before_a_later_one_must_not_overlap(actor) -> None:
    elevator = make.maintained(actor("section"))
    earlier = {"company_id": cast.unit("company2").id, "since": date(2023, 1, 1)}
    assert wrong_fields(contracts.sign, actor("section"), elevator.id, earlier) == {"since"}
    contracts.sign(actor("section"), elevator.id, {**earlier, "until": date(2024, 1, 1)})
    assert spans(elevator) == [(date(2024, 1, 1), None), (date(2023, 1, 1), date(2024, 1, 1))]


def without_licence(key: str, **changes) -> None:
    with transaction() as session:
        row = session.scalars(
            select(Capacity).where(Capacity.unit_id == cast.unit(key).id, Capacity.capacity == "maintenance")
        ).one()
        for name, value in changes.items():
            setattr(row, name, value)


LICENCES = [
    ({"licence_until": DAY}, True),
    ({"licence_until": DAY - timedelta(days=1)}, False),
    ({"licence_until": None}, False),
    ({"suspended_since": DAY}, False),
    ({"suspended_since": DAY + timedelta(days=1)}, True),
]


@pytest.mark.parametrize(("changes", "allowed"), LICENCES)
def test_only_a_licensed_company_signs(actor, changes, allowed) -> None:
    elevator = make.in_use(actor("section"))
    without_licence("company", **changes)
    data = {"company_id": cast.unit("company").id, "since": DAY}
    if allowed:
        assert contracts.sign(actor("section"), elevator.id, data).since == DAY
    else:
        with pytest.raises(Refused):
            contracts.sign(actor("section"), elevator.id, data)


BAD_CONTRACTS = [
    ({"company": "没有这家"}, {"company"}),
    ({"company": ""}, {"company"}),
    ({"company": "宿州汇源物业服务有限公司"}, {"company"}),
    ({"until": DAY}, {"until"}),
    ({"mode": "sometimes"}, {"mode"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD_CONTRACTS)
def test_bad_contracts(actor, changes, fields) -> None:
    elevator = make.in_use(actor("section"))
    data = {"company": "安徽迅安电梯工程有限公司", "since": DAY, **changes}
    assert wrong_fields(contracts.sign, actor("section"), elevator.id, data) == fields


def test_ending_a_contract(actor) -> None:
    elevator = make.maintained(actor("section"))
    assert wrong_fields(contracts.end, actor("section"), elevator.id, date(2023, 12, 31)) == {"until"}
    contracts.end(actor("property"), elevator.id, DAY, "换公司")
    assert spans(elevator) == [(date(2024, 1, 1), DAY)]
    with pytest.raises(Conflict):
        contracts.end(actor("section"), elevator.id, DAY)


def test_a_company_does_not_sign_for_its_customers(actor) -> None:
    elevator = make.maintained(actor("section"))
    with pytest.raises(Forbidden):
        contracts.end(actor("company"), elevator.id, DAY)


PERIODIC = {"kind": "periodic_inspection", "conclusion": "pass"}
# base 2020-03-18: inspections in years 1, 4, 7; self-tests in 2, 3, 5, 6
COMPUTED = [
    ([("periodic_inspection", date(2021, 3, 5), "pass")], date(2022, 3, 31)),
    ([("periodic_inspection", date(2021, 1, 5), "pass")], date(2022, 3, 31)),
    ([("periodic_inspection", date(2021, 3, 5), "fail")], None),
    ([("periodic_inspection", date(2021, 3, 5), "pass"), ("self_test", date(2022, 2, 1), "pass")], date(2023, 3, 31)),
    ([("periodic_inspection", date(2021, 6, 5), "pass_after_fix")], date(2022, 3, 31)),
    (
        [
            ("periodic_inspection", date(2024, 3, 1), "pass"),
            ("alteration_supervision", date(2024, 10, 9), "pass"),
        ],
        date(2025, 10, 31),
    ),
    (
        [
            ("periodic_inspection", date(2024, 3, 1), "pass"),
            ("major_repair_supervision", date(2024, 10, 9), "pass"),
        ],
        date(2025, 10, 31),
    ),
]


@pytest.mark.parametrize(("records", "until"), COMPUTED)
def test_validity_follows_from_the_rule_of_years(actor, records, until) -> None:
    elevator = make.in_use(actor("section"))
    for kind, done_on, conclusion in records:
        data = {"kind": kind, "done_on": done_on, "conclusion": conclusion}
        # Who inspects in this city does no self-tests here.
        who = "section" if kind == "self_test" else "inspector"
        row = inspections.record(actor(who), elevator.id, data)
    assert row.valid_until == until
    assert row.body_id == (None if row.kind == "self_test" else cast.unit("inspection").id)


def test_a_stated_validity_is_kept(actor) -> None:
    elevator = make.in_use(actor("section"))
    data = {**PERIODIC, "done_on": DAY, "valid_until": date(2025, 12, 31)}
    assert inspections.record(actor("county"), elevator.id, data).valid_until == date(2025, 12, 31)


def test_without_any_day_to_count_from_no_validity_is_invented(actor) -> None:
    values = {"kind": "dumbwaiter", "address": "x", "area_code": "341302"}
    elevator = make.elevators.register(actor("section"), values)
    assert inspections.record(actor("section"), elevator.id, {**PERIODIC, "done_on": DAY}).valid_until is None
    assert queries.detail(actor("section"), elevator.label_code).inspection.duty is None


BAD_INSPECTIONS = [
    ({"kind": "glance"}, {"kind"}),
    ({"conclusion": "maybe"}, {"conclusion"}),
    ({"done_on": date(2999, 1, 1)}, {"done_on"}),
    ({"done_on": date(2020, 1, 9)}, {"done_on"}),
    ({"conclusion": "fail", "valid_until": date(2026, 1, 1)}, {"valid_until"}),
    ({"valid_until": DAY - timedelta(days=1)}, {"valid_until"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD_INSPECTIONS)
def test_bad_inspections(actor, changes, fields) -> None:
    elevator = make.in_use(actor("section"))
    data = {**PERIODIC, "done_on": DAY, **changes}
    assert wrong_fields(inspections.record, actor("inspector"), elevator.id, data) == fields


def test_the_same_inspection_twice_is_a_conflict_and_with_a_ref_a_replay(actor) -> None:
    elevator = make.in_use(actor("section"))
    data, ref = {**PERIODIC, "done_on": DAY}, str(uuid4())
    first, _known = inspections.record_once(actor("inspector"), ref, elevator.id, data)
    again, known = inspections.record_once(actor("inspector"), ref, elevator.id, data)
    assert (again.id, known) == (first.id, True)
    with pytest.raises(Conflict):
        inspections.record(actor("inspector"), elevator.id, data)
    with pytest.raises(Conflict):
        inspections.record_once(actor("inspector"), ref, elevator.id, {**data, "report_no": "X"})


@pytest.mark.parametrize("login", ["property", "company", "insurer", "auditor"])
def test_who_records_no_inspection(actor, login) -> None:
    elevator = make.maintained(actor("section"))
    with pytest.raises(Forbidden):
        inspections.record(actor(login), elevator.id, {**PERIODIC, "done_on": DAY})


def test_the_page_shows_the_duty(actor, monkeypatch) -> None:
    elevator = make.in_use(actor("section"))
    inspections.record(actor("inspector"), elevator.id, {**PERIODIC, "done_on": date(2021, 3, 5)})
    moment = clock.start_of(date(2022, 4, 1))
    monkeypatch.setattr(clock, "now", lambda: moment)
    state = queries.detail(actor("section"), elevator.label_code).inspection
    assert (state.valid_until, state.in_date) == (date(2022, 3, 31), False)
    assert (state.duty.year, state.duty.kind, state.duty.due, state.duty.state) == (
        2,
        "self_test",
        "2022-03",
        "overdue",
    )


def test_enrolment_keeps_code_and_plate(actor) -> None:
    elevator, other = make.in_use(actor("section"), 1), make.in_use(actor("section"), 2)
    rescue.enrol(actor("desk"), elevator.id, "035302", date(2024, 1, 1))
    rescue.enrol(actor("desk"), elevator.id, "035302", plate_verified_on=DAY)
    row = db.session.scalars(select(RescueEnrolment)).one()
    assert (row.code, row.since, row.plate_verified_on, elevator.rescue_code) == (
        "035302",
        date(2024, 1, 1),
        DAY,
        "035302",
    )
    assert wrong_fields(rescue.enrol, actor("desk"), other.id, "035302") == {"code"}
    rescue.enrol(actor("desk"), elevator.id, "035399", DAY)
    rows = db.session.scalars(select(RescueEnrolment).order_by(RescueEnrolment.id)).all()
    assert [(r.code, r.until, r.plate_verified_on) for r in rows] == [("035302", DAY, DAY), ("035399", None, None)]
    assert wrong_fields(rescue.enrol, actor("desk"), other.id, "1" * 6, date(2999, 1, 1)) == {"since"}
    with pytest.raises(Forbidden):
        rescue.enrol(actor("property"), elevator.id, "111111")


def test_the_plan_counts_from_the_contract(actor, monkeypatch) -> None:
    elevator = make.maintained(actor("section"))
    monkeypatch.setattr(clock, "now", lambda: clock.start_of(date(2024, 1, 16)))
    found = elevator_plans.of(actor("company"), elevator.label_code)
    assert (found.taken_over, found.maintained) == (date(2024, 1, 1), True)
    assert found.plan.due["half_month"] == date(2024, 1, 16)
    assert (found.plan.overdue, found.plan.next_cycle, len(found.plan.items)) == ((), "half_month", 31)
