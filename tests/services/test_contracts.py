"""Contracts for many elevators, renewals, elevators without one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import Forbidden, Invalid, Missing, Refused
from registry.models import Capacity, Contract, TrailEntry
from registry.queries import contracts as queries
from registry.services import contracts
from seeds import cast
from tests import elevators_factory as make
from tests.services.test_elevators import wrong_fields

DAY = timedelta(days=1)


def terms(**changes):
    return {"company_id": cast.unit("company").id, "since": clock.today(), "number": "WB-9", **changes}


def spans(elevator) -> list[tuple[date, date | None]]:
    rows = select(Contract).where(Contract.elevator_id == elevator.id).order_by(Contract.since)
    return [(row.since, row.until) for row in db.session.scalars(rows)]


def licence(until: date) -> None:
    with transaction() as session:
        row = session.scalars(
            select(Capacity).where(Capacity.unit_id == cast.unit("company").id, Capacity.capacity == "maintenance")
        ).one()
        row.licence_until = until


def test_one_contract_for_many(actor) -> None:
    rows = [make.in_use(actor("section"), n) for n in (1, 2, 3)]
    made = contracts.sign_many(actor("property"), [row.label_code.lower() for row in rows], terms())
    assert [row.elevator_id for row in made] == [row.id for row in rows]
    acts = db.session.scalars(select(TrailEntry.data).where(TrailEntry.act == "contract.signed")).all()
    assert {entry["elevator_id"] for entry in acts} == {row.id for row in rows}


def test_all_or_none(actor) -> None:
    row, other = (
        make.in_use(actor("section"), 1),
        make.in_use(actor("section"), 2, use_unit_id=cast.unit("property2").id),
    )
    with pytest.raises(Invalid) as raised:
        contracts.sign_many(
            actor("property"), [row.label_code, "SZ00NOSUCH", other.label_code, row.label_code], terms()
        )
    assert [text[:3] for text in raised.value.errors["codes"]] == ["第2行", "第3行", "第4行"]
    assert spans(row) == []


def test_a_company_whose_licence_has_run_out_signs_nothing_new(actor) -> None:
    row = make.maintained(actor("section"))
    until = clock.today() + 30 * DAY
    with transaction():
        db.session.scalars(select(Contract).where(Contract.elevator_id == row.id)).one().until = until
    licence(until - DAY)
    contract_id = db.session.scalars(select(Contract.id).where(Contract.elevator_id == row.id)).one()
    for verb in (
        lambda: contracts.sign_many(actor("section"), [row.label_code], terms(since=until)),
        lambda: contracts.renew(actor("section"), [contract_id], until + 300 * DAY),
    ):
        with pytest.raises(Refused):
            verb()
    licence(until)
    assert contracts.renew(actor("section"), [contract_id], until + 300 * DAY)[0].since == until


ONSITE = [("fixed", 45, None), ("on_demand", None, 30), ("on_demand", 90, 90)]


@pytest.mark.parametrize(("mode", "asked", "kept"), ONSITE)
def test_the_interval_of_an_on_demand_contract(actor, mode, asked, kept) -> None:
    row = make.in_use(actor("section"))
    assert contracts.sign(actor("section"), row.id, terms(mode=mode, onsite_days=asked)).onsite_days == kept


def test_more_than_ninety_days_are_not_agreed(actor) -> None:
    row = make.in_use(actor("section"))
    wrong = terms(mode="on_demand", onsite_days=91)
    assert wrong_fields(contracts.sign, actor("section"), row.id, wrong) == {"onsite_days"}


def test_a_renewal_follows_on_the_day_of_the_end(actor) -> None:
    row = make.in_use(actor("section"))
    today = clock.today()
    ending = contracts.sign(
        actor("section"),
        row.id,
        terms(since=today - 300 * DAY, until=today + 20 * DAY, mode="on_demand", onsite_days=60),
    )
    fresh = contracts.renew(actor("property"), [ending.id], today + 385 * DAY)[0]
    assert spans(row) == [(today - 300 * DAY, today + 20 * DAY), (today + 20 * DAY, today + 385 * DAY)]
    assert (fresh.mode, fresh.onsite_days, fresh.number) == ("on_demand", 60, "WB-9")
    assert wrong_fields(contracts.renew, actor("property"), [ending.id], today + 400 * DAY) == {"until"}


def test_an_ended_contract_is_renewed_from_today(actor) -> None:
    row = make.in_use(actor("section"))
    today = clock.today()
    ended = contracts.sign(actor("section"), row.id, terms(since=today - 300 * DAY, until=today - 20 * DAY))
    assert contracts.renew(actor("section"), [ended.id], today + DAY, "WB-10")[0].since == today
    assert wrong_fields(contracts.renew, actor("section"), [], today) == {"contracts"}


def test_a_renewal_ends_after_it_begins(actor) -> None:
    row = make.maintained(actor("section"))
    number = db.session.scalars(select(Contract.id).where(Contract.elevator_id == row.id)).one()
    assert wrong_fields(contracts.renew, actor("section"), [number], clock.today()) == {"until"}


def test_who_may_renew(actor) -> None:
    row = make.maintained(actor("section"))
    number = db.session.scalars(select(Contract.id).where(Contract.elevator_id == row.id)).one()
    with pytest.raises(Forbidden):
        contracts.renew(actor("company"), [number], clock.today() + DAY)
    with pytest.raises(Missing):
        contracts.renew(actor("property2"), [number], clock.today() + DAY)
    with pytest.raises(Missing):
        contracts.renew(actor("dangshan"), [number], clock.today() + DAY)


ENDING = [
    # days until the end, states of lists it stands in
    (None, {"running"}),
    (91, {"running"}),
    (90, {"running", "ending_90"}),
    (60, {"running", "ending_90", "ending_60"}),
    (31, {"running", "ending_90", "ending_60"}),
    (30, {"running", "ending_90", "ending_60", "ending_30"}),
    (1, {"running", "ending_90", "ending_60", "ending_30"}),
    (0, {"ended"}),
    (-5, {"ended"}),
]


@pytest.mark.parametrize(("left", "states"), ENDING)
def test_contracts_that_end(actor, left, states) -> None:
    row, today = make.in_use(actor("section")), clock.today()
    until = None if left is None else today + left * DAY
    contracts.sign(actor("section"), row.id, terms(since=today - 400 * DAY, until=until))
    found = {state for state in queries.STATES if queries.count(actor("property"), {"state": state}, today)}
    assert found == states
    contract = queries.page(actor("property"), {}).items[0]
    assert queries.state(contract, today) in states


def test_a_contract_that_is_followed_does_not_end(actor) -> None:
    row, today = make.in_use(actor("section")), clock.today()
    ending = contracts.sign(actor("section"), row.id, terms(since=today - 400 * DAY, until=today + 9 * DAY))
    assert queries.count_ending(actor("property"), today) == 1
    contracts.renew(actor("section"), [ending.id], today + 400 * DAY)
    assert queries.count_ending(actor("property"), today) == 0
    assert queries.count(actor("property"), {"state": "future"}, today) == 1


def test_elevators_without_a_contract(actor) -> None:
    today = clock.today()
    none = make.in_use(actor("section"), 1)
    over = make.in_use(actor("section"), 2)
    make.maintained(actor("section"), 3)
    future = make.in_use(actor("section"), 4)
    make.register(actor("section"), 5)  # not in use yet
    contracts.sign(actor("section"), over.id, terms(since=today - 9 * DAY, until=today))
    contracts.sign(actor("section"), future.id, terms(since=today + DAY))
    found = queries.uncontracted(actor("county"), {}).items
    assert [row.id for row in found] == [none.id, over.id, future.id]
    assert queries.last_contract(found[0]) is None
    assert queries.last_contract(found[1]).until == today
    assert queries.count_uncontracted(actor("dangshan"), today) == 0
    assert queries.count_uncontracted(actor("property"), today) == 3
    with pytest.raises(Forbidden):
        queries.uncontracted(actor("filler"), {})


def test_a_company_sees_its_own_contracts_even_when_they_have_ended(actor) -> None:
    row, today = make.in_use(actor("section")), clock.today()
    contracts.sign(actor("section"), row.id, terms(since=today - 9 * DAY, until=today))
    assert [c.elevator_id for c in queries.page(actor("company"), {"state": "ended"}).items] == [row.id]
    assert queries.page(actor("company2"), {}).items == []
