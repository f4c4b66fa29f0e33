"""Results of inspections: conclusions, who may self-test, corrections, hazard clues, orders, parts, self-checks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Hazard, Inspection, PartTest, TrailEntry
from registry.queries import elevator_inspections, elevators
from registry.queries import inspections as queries
from registry.rules.maintenance import items_for
from registry.services import files, inspection_orders, inspections, part_tests, self_checks
from seeds import cast
from tests import elevators_factory as make
from tests.inspections_factory import approve, inspected, stand_on

DAY = date(2024, 3, 1)
TODAY = date(2024, 3, 5)
PERIODIC = {"kind": "periodic_inspection", "done_on": DAY, "report_no": "AHD2024-1"}
SELF_TEST = {"kind": "self_test", "done_on": DAY, "conclusion": "pass"}


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    stand_on(monkeypatch, TODAY)


@pytest.fixture
def lift(actor):
    return make.maintained(actor("section"))


def wrong(call, *given) -> set[str]:
    with pytest.raises(Invalid) as caught:
        call(*given)
    return set(caught.value.errors)


def refused(call, *given) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*given)
    return [finding.rule for finding in caught.value.verdict.findings]


ITEMS = [
    ({"key_failed": 0, "general_failed": 0}, "pass"),
    ({"general_failed": 3, "promised": True}, "pass_after_fix"),
    ({"general_failed": 3}, "fail"),
    ({"key_failed": 1, "promised": True}, "fail"),
]


@pytest.mark.parametrize(("items", "conclusion"), ITEMS)
def test_the_conclusion_follows_from_the_items(actor, lift, items, conclusion) -> None:
    assert inspections.record(actor("inspector"), lift.id, {**PERIODIC, **items}).conclusion == conclusion


def test_a_conclusion_that_contradicts_the_items_or_none_at_all_is_refused(actor, lift) -> None:
    given = {**PERIODIC, "conclusion": "pass", "key_failed": 1}
    assert wrong(inspections.record, actor("inspector"), lift.id, given) == {"conclusion"}
    assert wrong(inspections.record, actor("inspector"), lift.id, PERIODIC) == {"conclusion"}


def test_a_report_number_names_one_elevator(actor, lift) -> None:
    other = make.in_use(actor("section"), 2)
    inspections.record(actor("inspector"), lift.id, {**PERIODIC, "conclusion": "pass"})
    given = {**PERIODIC, "conclusion": "pass"}
    assert wrong(inspections.record, actor("inspector"), other.id, given) == {"report_no"}


def test_a_failed_inspection_opens_one_clue_that_is_no_major_hazard(actor, lift) -> None:
    row = inspections.record(actor("inspector"), lift.id, {**PERIODIC, "conclusion": "fail", "notice_no": "YJ-7"})
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.id, hazard.elevator_id, hazard.source) == (row.hazard_id, lift.id, "inspection_body")
    assert (hazard.state, hazard.is_major, hazard.unit_id) == ("DRAFT", False, lift.use_unit_id)
    assert "YJ-7" in hazard.description
    inspections.correct(actor("inspector"), row.id, {**PERIODIC, "conclusion": "fail", "reason": "通知书编号有误"})
    assert db.session.scalar(select(func.count()).select_from(Hazard)) == 1


def test_a_failed_inspection_of_an_elevator_without_a_unit_is_kept_without_a_clue(actor) -> None:
    values = {"kind": "dumbwaiter", "address": "x", "area_code": "341302"}
    elevator = make.elevators.register(actor("section"), values)
    row = inspections.record(actor("inspector"), elevator.id, {**PERIODIC, "conclusion": "fail"})
    assert row.hazard_id is None


# --- who may self-test


def test_the_inspection_body_of_the_city_may_not_self_test(actor, lift) -> None:
    assert refused(inspections.record, actor("inspector"), lift.id, SELF_TEST) == ["tester_inspects_here"]
    given = {**SELF_TEST, "body": cast.unit("inspection").name}
    assert refused(inspections.record, actor("section"), lift.id, given) == ["tester_inspects_here"]


def test_the_maintenance_company_and_the_use_unit_self_test_when_qualified(actor, lift) -> None:
    assert inspections.record(actor("company"), lift.id, SELF_TEST).body_id == cast.unit("company").id
    given = {**SELF_TEST, "done_on": DAY - timedelta(days=1)}
    assert refused(inspections.record, actor("property"), lift.id, given) == ["tester_unqualified"]
    approve(db.session, "property")
    assert inspections.record(actor("property"), lift.id, given).body_id == cast.unit("property").id


def test_a_licence_for_self_testing_that_ended_or_was_suspended(actor, lift) -> None:
    approve(db.session, "property", licence_until=DAY - timedelta(days=1))
    assert refused(inspections.record, actor("property"), lift.id, SELF_TEST) == ["tester_licence_ended"]
    approve(db.session, "property2", suspended_since=DAY)
    given = {**SELF_TEST, "body": cast.unit("property2").credit_code}
    assert refused(inspections.record, actor("section"), lift.id, given) == ["tester_suspended"]


@pytest.mark.parametrize("login", ["company", "property"])
def test_units_record_self_tests_only(actor, lift, login) -> None:
    with pytest.raises(Forbidden, match="只能记录自行检测"):
        inspections.record(actor(login), lift.id, {**PERIODIC, "conclusion": "pass"})


def test_a_company_that_does_not_maintain_it_does_not_see_it(actor, lift) -> None:
    with pytest.raises(Missing):
        inspections.record(actor("company2"), lift.id, SELF_TEST)


# --- corrections


def test_a_correction_is_a_new_linked_record_and_the_old_one_stays(actor, lift) -> None:
    old = inspections.record(actor("inspector"), lift.id, {**PERIODIC, "conclusion": "fail"})
    before = {
        name: getattr(old, name) for name in ("kind", "done_on", "conclusion", "report_no", "valid_until", "note")
    }
    new = inspections.correct(actor("inspector"), old.id, {**PERIODIC, "conclusion": "pass", "reason": "录入错误"})
    db.session.expire_all()
    kept = db.session.get(Inspection, old.id)
    assert {name: getattr(kept, name) for name in before} == before
    assert (kept.replaced_on, new.corrects_id, new.body_id) == (TODAY, old.id, old.body_id)
    assert (new.valid_until, "录入错误" in new.note) == (date(2025, 3, 31), True)
    assert elevator_inspections.covers(elevators.by_code(actor("section"), lift.label_code), TODAY)
    act = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "inspection.corrected")).one()
    assert act.data["corrects"] == old.id
    with pytest.raises(Conflict):
        inspections.correct(actor("inspector"), old.id, {**PERIODIC, "conclusion": "pass", "reason": "再改"})


def test_who_corrects(actor, lift) -> None:
    by_office = inspected(actor("section"), lift.id, DAY)
    given = {**PERIODIC, "conclusion": "pass", "reason": "x"}
    with pytest.raises(Missing):
        inspections.correct(actor("inspector"), by_office.id, given)
    with pytest.raises(Forbidden):
        inspections.correct(actor("property"), by_office.id, given)
    assert wrong(inspections.correct, actor("section"), by_office.id, {**given, "reason": " "}) == {"reason"}


def test_an_inspection_body_sees_only_its_own_records(actor, lift) -> None:
    own = inspected(actor("inspector"), lift.id, DAY)
    inspected(actor("section"), lift.id, DAY - timedelta(days=400))
    assert [row.id for row in elevators.detail(actor("inspector"), lift.label_code).inspections] == [own.id]
    assert [row.id for row in queries.page(actor("inspector"), {}).items] == [own.id]
    # The inspection of its installation is on record too.
    assert len(queries.page(actor("section"), {}).items) == 3
    assert len(elevators.detail(actor("property"), lift.label_code).inspections) == 3


# --- files


def test_a_report_is_kept_with_the_record_and_carried_on_by_its_correction(actor, lift) -> None:
    kept = files.store(actor("inspector"), "r.pdf", "application/pdf", b"%PDF-1.4", "inspection")
    given = {**PERIODIC, "conclusion": "pass", "files": [kept.id, kept.id]}
    row = inspections.record(actor("inspector"), lift.id, given)
    assert row.files == [kept.id]
    assert queries.file(actor("property"), row.id, kept.id)[2] == "r.pdf"
    with pytest.raises(Missing):
        queries.file(actor("property2"), row.id, kept.id)
    with pytest.raises(Missing):
        queries.file(actor("section"), row.id, kept.id + 1)
    new = inspections.correct(
        actor("section"), row.id, {**PERIODIC, "conclusion": "pass", "report_no": "AHD2024-2", "reason": "编号"}
    )
    assert new.files == [kept.id]


def test_a_file_of_somebody_else_is_refused(actor, lift) -> None:
    kept = files.store(actor("insurer"), "r.pdf", "application/pdf", b"%PDF-1.5", "inspection")
    given = {**PERIODIC, "conclusion": "pass", "files": [kept.id]}
    assert wrong(inspections.record, actor("inspector"), lift.id, given) == {"files"}


# --- orders

ORDER = {
    "document": "皖市监特函〔2024〕8号",
    "reason": "汛期",
    "due_from": date(2024, 3, 1),
    "due_to": date(2024, 4, 1),
    "shift_months": 2,
}


def test_an_order_moves_what_is_due_and_ends(actor, lift, monkeypatch) -> None:
    inspected(actor("inspector"), lift.id, date(2023, 3, 1))

    def state(day):
        elevator = elevators.by_code(actor("section"), lift.label_code)
        return elevator_inspections.state(elevator, elevator_inspections.of(lift.id), day)

    april = date(2024, 4, 10)
    assert (state(april).in_date, state(april).valid_until) == (False, date(2024, 3, 31))
    row = inspection_orders.record(actor("section"), ORDER)
    assert (state(april).in_date, state(april).valid_until) == (True, date(2024, 5, 31))
    assert state(april).order.document == ORDER["document"]
    inspection_orders.end(actor("section"), row.id, april)
    assert state(april - timedelta(days=1)).in_date
    assert not state(april).in_date
    with pytest.raises(Conflict):
        inspection_orders.end(actor("section"), row.id, april)


@pytest.mark.parametrize(
    ("whom", "moved"),
    [({"area_code": "341302"}, True), ({"area_code": "341300"}, True), ({"area_code": "341321"}, False)],
)
def test_an_order_for_an_area_reaches_those_below_it(actor, lift, whom, moved) -> None:
    inspected(actor("inspector"), lift.id, date(2023, 3, 1))
    inspection_orders.record(actor("section"), {**ORDER, **whom})
    elevator = elevators.by_code(actor("section"), lift.label_code)
    assert elevator_inspections.covers(elevator, date(2024, 4, 10)) is moved


def test_an_order_for_named_elevators(actor, lift) -> None:
    other = make.in_use(actor("section"), 2)
    for row in (lift, other):
        inspected(actor("inspector"), row.id, date(2023, 3, 1))
    order = inspection_orders.record(actor("section"), {**ORDER, "elevators": [lift.label_code]})
    assert order.named == 1
    found = [elevator_inspections.covers(make_of(actor, row), date(2024, 4, 10)) for row in (lift, other)]
    assert found == [True, False]


def make_of(actor, row):
    return elevators.by_code(actor("section"), row.label_code)


BAD_ORDERS = [
    ({"due_to": date(2024, 2, 1)}, {"due_to"}),
    ({"due_to": date(2026, 3, 1)}, {"due_to"}),
    ({"shift_months": 0}, {"shift_months"}),
    ({"shift_months": -25}, {"shift_months"}),
    ({"since": TODAY - timedelta(days=1)}, {"since"}),
    ({"area_code": "999999"}, {"area_code"}),
]


@pytest.mark.parametrize(("changes", "fields"), BAD_ORDERS)
def test_bad_orders(actor, changes, fields) -> None:
    assert wrong(inspection_orders.record, actor("section"), {**ORDER, **changes}) == fields


@pytest.mark.parametrize("login", ["county", "inspector", "company", "leader"])
def test_who_records_no_orders(actor, login) -> None:
    with pytest.raises(Forbidden):
        inspection_orders.record(actor(login), ORDER)


# --- parts


def test_a_governor_is_calibrated_every_second_year_and_every_year_over_fifteen(actor, lift) -> None:
    given = {"part": "governor_calibration", "done_on": DAY, "conclusion": "pass"}
    assert part_tests.record(actor("inspector"), lift.id, given).next_on == date(2026, 3, 1)
    old = make.in_use(actor("section"), 2, made_on=date(2008, 1, 1), installation_inspected_on=date(2008, 3, 1))
    assert part_tests.record(actor("inspector"), old.id, given).next_on == date(2025, 3, 1)
    failed = {**given, "done_on": TODAY, "conclusion": "fail"}
    assert part_tests.record(actor("inspector"), lift.id, failed).next_on is None
    with pytest.raises(Conflict):
        part_tests.record(actor("inspector"), lift.id, given)


def test_the_brake_test_keeps_the_interval_the_office_has_chosen(actor, lift) -> None:
    from registry.services import parameters

    given = {"part": "brake_test", "done_on": DAY, "conclusion": "pass"}
    assert part_tests.record(actor("company"), lift.id, given).next_on == date(2029, 3, 1)
    parameters.set_parameter(actor("section"), "inspection.brake_test_months", "36", TODAY)
    assert part_tests.record(actor("company"), lift.id, {**given, "done_on": TODAY}).next_on == date(2027, 3, 5)


def test_bad_part_tests(actor, lift) -> None:
    given = {"part": "brake_test", "done_on": DAY, "conclusion": "pass"}
    for changes, fields in (
        ({"part": "rope"}, {"part"}),
        ({"done_on": TODAY + timedelta(days=1)}, {"done_on"}),
        ({"done_on": date(2019, 1, 1)}, {"done_on"}),
        ({"conclusion": "maybe"}, {"conclusion"}),
        ({"next_on": DAY}, {"next_on"}),
    ):
        assert wrong(part_tests.record, actor("inspector"), lift.id, {**given, **changes}) == fields
    assert db.session.scalar(select(func.count()).select_from(PartTest)) == 0


# --- self-checks


def answers(**changes):
    found = []
    for item in items_for("traction_passenger", "year", DAY):
        answer = {"item": item.code, "result": "normal"}
        if item.limits:
            answer["value"] = item.minimum if item.minimum is not None else item.maximum
        found.append({**answer, **changes.get(item.code, {})})
    return found


CHECK = {"done_on": DAY, "checker": "tech1", "reviewer": "company"}


def test_a_self_check_covers_the_annual_items_with_two_people(actor, lift) -> None:
    row = self_checks.record(actor("tech1"), lift.id, {**CHECK, "answers": answers()})
    assert (row.passed, row.answers["count"], row.answers["unanswered"]) == (True, 76, [])
    assert row.checker_id != row.reviewer_id
    with pytest.raises(Conflict):
        self_checks.record(actor("tech1"), lift.id, {**CHECK, "answers": answers()})


def test_something_abnormal_fails_it_and_needs_words(actor, lift) -> None:
    code = items_for("traction_passenger", "year", DAY)[0].code
    given = {**CHECK, "answers": answers(**{code: {"result": "abnormal"}})}
    assert refused(self_checks.record, actor("tech1"), lift.id, given)
    given["answers"] = answers(**{code: {"result": "abnormal", "note": "渗油"}})
    assert not self_checks.record(actor("tech1"), lift.id, given).passed


def test_what_a_self_check_needs(actor, lift) -> None:
    assert refused(self_checks.record, actor("tech1"), lift.id, {**CHECK, "answers": answers()[1:]})
    same = {**CHECK, "reviewer": "tech1", "answers": answers()}
    assert wrong(self_checks.record, actor("tech1"), lift.id, same) == {"reviewer"}
    stranger = {**CHECK, "reviewer": "company2", "answers": answers()}
    assert wrong(self_checks.record, actor("tech1"), lift.id, stranger) == {"reviewer"}
    early = {**CHECK, "done_on": date(2023, 12, 31), "answers": answers()}
    assert wrong(self_checks.record, actor("tech1"), lift.id, early) == {"done_on"}
    with pytest.raises(Forbidden):
        self_checks.record(actor("inspector"), lift.id, {**CHECK, "answers": answers()})
    with pytest.raises(Missing):
        self_checks.record(actor("company2"), lift.id, {**CHECK, "answers": answers()})
