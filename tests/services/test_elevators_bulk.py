"""Many elevators at once: new, changed, unchanged, refused; the same rows again change nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.errors import Forbidden
from registry.models import Contract, Elevator, ElevatorStatus, Inspection, LabelCode, RescueEnrolment, TrailEntry
from registry.queries import elevator_imports, elevators
from registry.services.elevators_bulk import bulk_register
from seeds import cast
from tests import elevators_factory as make


def row(number: int = 1, **changes):
    return {
        "source": "maryland",
        "foreign_no": f"AA{number:05d}",
        "kind": "hydraulic_passenger",
        "address": f"140 Main St #{number}",
        "area_code": "341371",
        "rated_load_kg": 680,
        "rated_speed_mps": Decimal("0.508"),
        "jacking_type": "direct",
        "status": "in_use",
        "status_since": date(2021, 1, 1),
        "inspection_done_on": date(2022, 3, 18),
        "inspection_valid_until": date(2022, 9, 1),
        **changes,
    }


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def summary(counts) -> tuple[int, int, int, int]:
    return counts.new, counts.changed, counts.unchanged, len(counts.refused)


def test_new_rows_are_on_file_with_everything_around_them(actor) -> None:
    company = cast.unit("company").id
    rows = [
        row(1),
        row(2, company_id=company, contract_since=date(2022, 1, 1)),
        row(3, rescue_code="035302", plate_verified_on=date(2024, 1, 1)),
    ]
    assert summary(bulk_register(actor("section"), rows)) == (3, 0, 0, 0)
    assert [count(model) for model in (Elevator, ElevatorStatus, LabelCode, Inspection, Contract, RescueEnrolment)] == [
        3,
        3,
        3,
        3,
        1,
        1,
    ]
    acts = select(func.count()).where(TrailEntry.act == "elevator.registered")
    assert db.session.scalar(acts) == 3
    first = elevators.page(actor("section"), {"q": "AA00001"}).items[0]
    assert elevators.by_code(actor("section"), first.label_code).id == first.id
    assert (first.division_code, first.details) == ("341302", {"jacking_type": "direct"})


def test_the_same_rows_again_change_nothing(actor) -> None:
    rows = [
        row(n, rescue_code=f"{n:06d}", plate_verified_on=date(2024, 1, 1), company_id=cast.unit("company").id)
        for n in range(1, 8)
    ]
    bulk_register(actor("section"), rows)
    before = count(TrailEntry)
    assert summary(bulk_register(actor("section"), rows)) == (0, 0, 7, 0)
    assert count(TrailEntry) == before
    assert count(Inspection) == 7


CHANGES = [
    ({"address": "new street"}, "address"),
    ({"rated_speed_mps": Decimal("0.6")}, "rated_speed_mps"),
    ({"jacking_type": "indirect"}, "jacking_type"),
    ({"remarks": None, "model": "X"}, "model"),
    ({"inspection_valid_until": date(2023, 9, 1)}, "inspection_valid_until"),
    ({"inspection_done_on": date(2023, 3, 18), "inspection_valid_until": date(2023, 9, 1)}, "inspection_valid_until"),
]


@pytest.mark.parametrize(("change", "field"), CHANGES)
def test_a_changed_row_is_corrected_once(actor, change, field) -> None:
    bulk_register(actor("section"), [row()])
    assert summary(bulk_register(actor("section"), [row(**change)])) == (0, 1, 0, 0)
    assert summary(bulk_register(actor("section"), [row(**change)])) == (0, 0, 1, 0)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "elevator.corrected")).one()
    assert field in entry.data["changes"]


def test_a_changed_status_opens_a_period(actor) -> None:
    bulk_register(actor("section"), [row()])
    since = date(2024, 5, 1)
    assert summary(bulk_register(actor("section"), [row(status="stopped", status_since=since)])) == (0, 1, 0, 0)
    periods = db.session.scalars(select(ElevatorStatus).order_by(ElevatorStatus.since)).all()
    assert [(p.status, p.since, p.until) for p in periods] == [
        ("in_use", date(2021, 1, 1), since),
        ("stopped", since, None),
    ]


def test_a_row_without_a_name_leaves_it_alone_and_none_empties_it(actor) -> None:
    bulk_register(actor("section"), [row(model="OT-1", jacking_type="direct")])
    assert summary(bulk_register(actor("section"), [{"source": "maryland", "foreign_no": "AA00001"}])) == (0, 0, 1, 0)
    assert summary(bulk_register(actor("section"), [row(model=None, jacking_type=None)])) == (0, 1, 0, 0)
    elevator = db.session.scalars(select(Elevator)).one()
    assert (elevator.model, elevator.details) == (None, None)


def test_known_by_device_code_when_it_came_from_nowhere_else(actor) -> None:
    elevator = make.in_use(actor("section"))
    given = {
        "device_code": elevator.device_code,
        "kind": elevator.kind,
        "area_code": "341302",
        "floors": 20,
        "stops": 20,
    }
    assert summary(bulk_register(actor("section"), [given])) == (0, 1, 0, 0)
    assert db.session.get(Elevator, elevator.id).floors == 20


REFUSED = [
    ([row(1, device_code="31103412020150001"), row(2, device_code="31103412020150001")], [(1, "device_code")]),
    (
        [row(1, register_code="31103413002017053117"), row(2, register_code="31103413002017053117")],
        [(1, "register_code")],
    ),
    ([row(1), row(1, address="again")], [(1, "")]),
]


@pytest.mark.parametrize(("rows", "expected"), REFUSED)
def test_rows_that_contradict_each_other_are_refused(actor, rows, expected) -> None:
    counts = bulk_register(actor("section"), rows)
    assert [(r.index, r.column) for r in counts.refused] == expected
    assert counts.new == 1


def test_identifiers_of_another_elevator_are_refused(actor) -> None:
    elevator = make.in_use(actor("section"))
    counts = bulk_register(actor("section"), [row(use_cert_no=elevator.use_cert_no)])
    assert [(r.column) for r in counts.refused] == ["use_cert_no"]


def test_a_county_office_keeps_to_its_area(actor) -> None:
    bulk_register(actor("section"), [row(1, area_code="341321")])
    counts = bulk_register(
        actor("county"), [row(1, area_code="341302"), row(2, area_code="341321"), row(3, division_code="341302")]
    )
    assert [r.index for r in counts.refused] == [0, 1]
    assert counts.new == 1


def test_only_registrars_import(actor) -> None:
    with pytest.raises(Forbidden):
        bulk_register(actor("property"), [row()])


def test_existing_gives_the_values_the_import_compares(actor) -> None:
    given = row(1, company_id=cast.unit("company").id, contract_since=date(2022, 1, 1))
    bulk_register(actor("section"), [given])
    known = elevator_imports.existing(
        actor("section"), ("source", "foreign_no"), [("maryland", "AA00001"), ("maryland", "AA9")]
    )
    assert list(known) == [("maryland", "AA00001")]
    present = known["maryland", "AA00001"]
    assert {name: present[name] for name in given} == given
    assert elevator_imports.existing(actor("dangshan"), ("foreign_no",), [("AA00001",)]) == {}


def test_more_rows_than_one_batch(actor) -> None:
    rows = [row(n, device_code=f"33103412020{n:06d}", use_unit_id=cast.unit("property").id) for n in range(3_000)]
    assert bulk_register(actor("section"), rows).new == 3_000
    assert bulk_register(actor("section"), rows).unchanged == 3_000
