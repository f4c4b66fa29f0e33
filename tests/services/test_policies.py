"""Policies through the verbs: what may be insured, what it costs, and what endorsements, renewals and claims do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Elevator, Endorsement, Policy, PolicyItem, TrailEntry, Unit
from registry.queries import indicators, policy_codes, policy_drafts, policy_renewals, premiums, todo
from registry.queries import policies as queries
from registry.services import claims, elevators, policies
from seeds import cast
from tests import elevators_factory, policies_factory
from tests.policies_factory import END, START, values

DAY = timedelta(days=1)


@pytest.fixture
def lifts(actor) -> list[Any]:
    return [elevators_factory.in_use(actor("section"), number) for number in (1, 2, 3)]


@pytest.fixture
def other_insurer(app) -> Unit:
    return policies_factory.other_insurer()


def insured(actor, on: date) -> int:
    return next(f for f in indicators.figures(actor("section"), on) if f.key == "liability_insurance").numerator


def items(row: Policy) -> list[PolicyItem]:
    return list(db.session.scalars(select(PolicyItem).where(PolicyItem.policy_id == row.id).order_by(PolicyItem.id)))


# --- what may be named -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label_code", "register_code", "device_code", "use_cert_no", "rescue_code"])
def test_an_elevator_is_named_by_any_of_its_codes(actor, name) -> None:
    codes = {"register_code": "31103413022020030001", "rescue_code": "900123"}
    row = elevators_factory.in_use(actor("section"), 1, **codes)
    given = f" {getattr(row, name).lower()} ".replace("(", "（")
    for login in ("insurer", "property"):
        (line,) = policy_codes.look(actor(login), "elevator", [given])
        assert (line.thing.id, line.problem) == (row.id, None)


def test_each_bad_line_is_answered(actor, lifts) -> None:
    gone = elevators_factory.in_use(actor("section"), 4)
    twin = elevators_factory.in_use(actor("section"), 5)
    with transaction():  # as an old ledger may have it; the office's own page does not allow it
        db.session.get_one(Elevator, twin.id).device_code = lifts[0].device_code
    elevators.change_status(actor("section"), gone.id, "scrap", START, "报废", "文件1")
    texts = ["nonsense", gone.label_code, lifts[0].device_code, lifts[1].label_code, lifts[1].use_cert_no]
    lines = policy_codes.look(actor("insurer"), "elevator", texts)
    assert [line.problem is None for line in lines] == [False, False, False, True, False]
    assert [word in line.problem for word, line in zip(("没有找到", "报废", "2台"), lines, strict=False)] == [True] * 3
    assert "第4行" in lines[4].problem
    assert [line.number for line in policy_codes.wrong(lines)] == [1, 2, 3]
    with pytest.raises(Invalid) as refused:
        policies.record(actor("insurer"), values(*texts))
    assert len(refused.value.errors["codes"]) == 3
    assert "第1行“nonsense”" in refused.value.errors["codes"][0]


def test_a_holder_names_only_what_it_sees_and_an_insurer_anything_by_its_code(actor, lifts) -> None:
    (line,) = policy_codes.look(actor("property2"), "elevator", [lifts[0].label_code])
    assert "没有找到" in line.problem
    with pytest.raises(Invalid):
        policies.record(actor("property2"), values(lifts[0].label_code, holder_id=cast.unit("property2").id))
    assert policies.record(actor("insurer"), values(lifts[0].label_code)).id


def test_an_insurer_sees_what_it_insures_today(actor, lifts, monkeypatch) -> None:
    from registry.queries import elevators as elevator_queries

    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    for on, seen in ((START, True), (END, True), (END + DAY, False)):
        monkeypatch.setattr(clock, "today", lambda on=on: on)
        assert elevator_queries.count(actor("insurer"), {}) == int(seen)
    monkeypatch.setattr(clock, "today", lambda: END + DAY)
    assert queries.show(actor("insurer"), row.id, END + DAY).items.items[0].linked is False
    with pytest.raises(Missing):
        elevator_queries.by_code(actor("insurer"), lifts[1].label_code)


# --- who holds, insures, shares --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "unit", "kind"),
    [
        ("property", "property", "owner"),
        ("company", "company", "maintenance"),
        ("inspector", "inspection", "inspection"),
        ("section", "company", "manufacturer"),
    ],
)
def test_every_kind_of_policyholder(actor, login, unit, kind) -> None:
    row = elevators_factory.maintained(actor("section"), 1)
    given = values(row.label_code, holder_id=cast.unit(unit).id, holder_type=kind)
    made = policies.record(actor(login), given)
    assert made.holder_type == kind
    assert made.proposed_fen == (9_800 if kind == "manufacturer" else 9_300)


def test_co_insurers_see_but_do_not_change(actor, lifts, other_insurer) -> None:
    shares = [{"insurer_id": cast.unit("insurer").id, "percent": "40"}]
    given = values(lifts[0].label_code, insurer_id=other_insurer.id, co_insurers=shares)
    row = policies.record(actor("section"), given)
    cover = queries.show(actor("insurer"), row.id, START)
    assert [(share.insurer.name, share.percent) for share in cover.shares] == [(cast.unit("insurer").name, 40)]
    with pytest.raises(Forbidden):
        policies.cancel(actor("insurer"), row.id, START)


@pytest.mark.parametrize(
    "percents", [["100"], ["60", "40"], ["0"]], ids=["all of it", "nothing left for the leader", "none"]
)
def test_shares_leave_something_to_the_leader(actor, lifts, other_insurer, percents) -> None:
    shares = [{"insurer_id": other_insurer.id, "percent": percent} for percent in percents]
    with pytest.raises(Invalid) as refused:
        policies.record(actor("insurer"), values(lifts[0].label_code, co_insurers=shares))
    assert set(refused.value.errors) == {"co_insurers"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit_per_person_fen": 500_000_001}, "limit_per_person_fen"),
        ({"limit_total_fen": 499_999_999}, "limit_total_fen"),
        ({"relief_per_accident_fen": 500_000_001}, "relief_per_accident_fen"),
        ({"relief_per_accident_fen": 100, "relief_per_person_fen": 101}, "relief_per_person_fen"),
    ],
)
def test_limits_stand_in_their_order(actor, lifts, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        policies.record(actor("insurer"), values(lifts[0].label_code, **changes))
    assert set(refused.value.errors) == {field}


# --- what it costs ---------------------------------------------------------------------------------------------------


def test_the_table_proposes_and_the_agreed_premium_stands_beside_it(actor) -> None:
    home = elevators_factory.in_use(actor("section"), 1)
    mall = elevators_factory.in_use(actor("section"), 2, place_type="mall", made_on=date(2005, 1, 1))
    row = policies.record(actor("insurer"), values(home.label_code, mall.label_code, premium_fen=20_001))
    assert [item.proposed_fen for item in items(row)] == [9_300, 14_508]
    assert (row.proposed_fen, row.premium_fen, row.sharing) == (23_808, 20_001, "other")
    assert sum(item.premium_fen or 0 for item in items(row)) == 20_001
    assert items(row)[0].premium_fen == 7_813  # 20001 * 9300 / 23808, the largest remainders first
    plain = policies.record(actor("insurer"), values(home.label_code, policy_no="X"))
    assert (plain.premium_fen, plain.sharing) == (9_300, "homes")


def test_cylinders_need_a_premium(actor, app) -> None:
    from tests import cylinder_factory

    code = cylinder_factory.cylinder().label_code
    given = values(code, subject="cylinder", holder_id=cast.unit("station").id, holder_type="filling")
    with pytest.raises(Invalid) as refused:
        policies.record(actor("filling"), given)
    assert set(refused.value.errors) == {"premium_fen"}
    row = policies.record(actor("filling"), {**given, "premium_fen": 200})
    assert (row.proposed_fen, row.sharing, items(row)[0].premium_fen) == (None, None, 200)
    per_fill = policies.record(
        actor("filling"), {**given, "premium_fen": 200, "policy_no": "F", "basis": "per_fill", "unit_fen": 30}
    )
    assert items(per_fill)[0].premium_fen is None


def claims_factor(lift, starts_on: date) -> str:
    terms = premiums.Terms(starts_on, starts_on.replace(year=starts_on.year + 1), None, "use_unit")
    parts = {part.factor: part.key for part in premiums.propose([lift], terms)[lift.id].year.parts}
    return parts["claims"]


def test_a_year_without_claims_is_cheaper(actor, lifts, monkeypatch) -> None:
    policies.record(actor("insurer"), values(lifts[0].label_code))
    assert claims_factor(lifts[0], END + DAY) == "none"
    assert claims_factor(lifts[0], END) == "new"  # not yet a year
    assert claims_factor(lifts[0], END + 2 * DAY) == "new"  # a day without cover
    assert claims_factor(lifts[1], END + DAY) == "new"


@pytest.mark.parametrize(("day", "key"), [(START, "one"), (END, "one")])
def test_claims_of_the_year_before_count(actor, lifts, monkeypatch, day, key) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    monkeypatch.setattr(clock, "today", lambda: END)
    claim = {"code": lifts[0].label_code, "happened_on": day, "injury": "light"}
    first = claims.record(actor("insurer"), row.id, claim)
    assert claims_factor(lifts[0], END + DAY) == key
    claims.record(actor("insurer"), row.id, claim)
    assert claims_factor(lifts[0], END + DAY) == "two"
    claims.decide(actor("insurer"), first.id, "refuse", {"decision": "不属保险责任"})
    assert claims_factor(lifts[0], END + DAY) == key
    assert claims_factor(lifts[0], END + DAY + timedelta(days=365)) == "new"


# --- endorsements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "counts"),
    [(START, (1, 1)), (date(2026, 6, 1), (1, 2)), (END, (1, 2))],
    ids=["first day", "middle", "last day"],
)
def test_an_endorsement_counts_from_its_day(actor, lifts, since, counts) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    policies.endorse(actor("insurer"), row.id, since, [lifts[1].label_code, lifts[2].label_code], [lifts[0].label_code])
    assert insured(actor, since - DAY) == (0 if since == START else 1)
    assert insured(actor, since) == 2
    assert insured(actor, END) == 2
    assert insured(actor, END + DAY) == 0


def test_the_difference_is_that_of_the_days_left(actor, lifts) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code, premium_fen=36_500))
    since = date(2026, 12, 2)  # 30 days are left
    policies.endorse(actor("insurer"), row.id, since, [lifts[1].label_code], [lifts[0].label_code], "更新", "批单1")
    made = db.session.scalars(select(Endorsement)).one()
    assert (made.number, made.added, made.removed) == (1, 1, 1)
    assert (made.proposed_fen, made.difference_fen) == (764 - 3_000, 764 - 3_000)  # 9300 * 30 / 365 = 764.38
    assert items(row)[1].premium_fen == 764
    policies.endorse(actor("insurer"), row.id, since, [lifts[2].label_code], [], "新增", difference_fen=800)
    assert items(row)[2].premium_fen == 800
    cover = queries.show(actor("insurer"), row.id, since)
    assert cover.total_fen == 36_500 + 764 - 3_000 + 800
    act = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "policy.endorsed")).first()
    assert (act.data["reason"], act.data["document"], act.data["difference_fen"]) == ("更新", "批单1", -2_236)


@pytest.mark.parametrize(
    ("since", "added", "removed", "field"),
    [
        (START - DAY, [1], [], "since"),
        (END + DAY, [1], [], "since"),
        (START, [], [], "added"),
        (START, [0], [], "added"),
        (START, [], [1], "removed"),
    ],
)
def test_a_bad_endorsement_is_refused_beside_its_field(actor, lifts, since, added, removed, field) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    codes = [lift.label_code for lift in lifts]
    with pytest.raises(Invalid) as refused:
        policies.endorse(actor("insurer"), row.id, since, [codes[n] for n in added], [codes[n] for n in removed])
    assert set(refused.value.errors) == {field}
    assert len(items(row)) == 1
    assert items(row)[0].until is None


def test_what_joined_later_does_not_leave_earlier(actor, lifts) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    policies.endorse(actor("insurer"), row.id, date(2026, 6, 1), [lifts[1].label_code], [])
    with pytest.raises(Invalid):
        policies.endorse(actor("insurer"), row.id, date(2026, 5, 31), [], [lifts[1].label_code])
    policies.cancel(actor("insurer"), row.id, date(2026, 7, 1))
    with pytest.raises(Conflict):
        policies.endorse(actor("insurer"), row.id, date(2026, 6, 30), [], [lifts[1].label_code])


@pytest.mark.parametrize(("day", "refund"), [(START, 36_500), (date(2026, 12, 2), 3_000), (END, 100)])
def test_a_cancellation_pays_back_the_days_left(actor, lifts, day, refund) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code, premium_fen=36_500))
    policies.cancel(actor("insurer"), row.id, day, "注销")
    assert row.refund_fen == refund
    assert insured(actor, day) == 0
    assert insured(actor, day - DAY) == (0 if day == START else 1)


# --- renewals --------------------------------------------------------------------------------------------------------


def test_a_renewal_takes_over_what_is_still_there(actor, lifts) -> None:
    row = policies.record(actor("insurer"), values(*(lift.label_code for lift in lifts[:2]), premium_fen=20_000))
    elevators.change_status(actor("section"), lifts[0].id, "scrap", date(2026, 5, 1), "报废", "文件1")
    draft = policy_drafts.renewal(actor("insurer"), row.id)
    assert draft.codes == [lifts[1].label_code]
    assert (draft.values["starts_on"], draft.values["ends_on"]) == (END + DAY, date(2027, 12, 31))
    assert [(line.elevator.id, line.dropped, line.before_fen) for line in draft.changes] == [
        (lifts[0].id, True, 10_000),
        (lifts[1].id, False, 10_000),
    ]
    assert draft.changes[1].proposal.fen == 8_835  # a year without a claim
    given = values(*draft.codes, policy_no="JH-2027", starts_on=END + DAY, ends_on=date(2027, 12, 31), renews_id=row.id)
    new = policies.record(actor("insurer"), given)
    assert queries.show(actor("insurer"), row.id, END).renewed_by.id == new.id
    with pytest.raises(Conflict):
        policies.record(actor("insurer"), {**given, "policy_no": "JH-2027-B"})
    with pytest.raises(Invalid):
        policies.record(actor("insurer"), {**given, "policy_no": "JH-C", "starts_on": START, "renews_id": new.id})


@pytest.mark.parametrize(
    ("days", "when"),
    [(61, None), (60, "60"), (31, "60"), (30, "30"), (8, "30"), (7, "7"), (0, "7"), (-1, "lapsed"), (-366, None)],
)
def test_what_ends_is_in_one_band(actor, lifts, monkeypatch, days, when) -> None:
    policies.record(actor("insurer"), values(lifts[0].label_code))
    today = END - timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: today)
    for login in ("insurer", "property", "section", "county"):
        found = policy_renewals.tally(actor(login), today)
        assert found == {band: int(band == when) for band in found}, login
    assert policy_renewals.tally(actor("property2"), today)[when or "7"] == 0


def test_a_policy_that_is_followed_by_another_is_no_work(actor, lifts, monkeypatch) -> None:
    first, second = (lift.label_code for lift in lifts[:2])
    policies.record(actor("insurer"), values(first, second))
    today = END - timedelta(days=5)
    following = {"starts_on": END + DAY, "ends_on": date(2027, 12, 31)}
    policies.record(actor("insurer"), values(first, policy_no="B", **following))
    (line,) = policy_renewals.page(actor("section"), {"when": "7"}, today).items
    assert (line.days, line.open) == (5, 1)
    policies.record(actor("insurer"), values(second, policy_no="C", **following))
    assert policy_renewals.tally(actor("section"), today)["7"] == 0
    assert policy_renewals.tally(actor("section"), END + DAY)["lapsed"] == 0


def test_the_office_is_told_days_ahead(actor, lifts, monkeypatch) -> None:
    policies.record(actor("insurer"), values(lifts[0].label_code))
    monkeypatch.setattr(clock, "today", lambda: END - timedelta(days=7))
    for login in ("insurer", "property", "section", "county"):
        waiting = {w.todo.key: w.count for w in todo.waiting(actor(login), clock.today())}
        assert waiting["insurance_ends_7"] == 1, login
    assert {w.todo.key for w in todo.waiting(actor("section"), clock.today())} >= {"elevators_uninsured"}


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, 1),
        ({"q": "汇源"}, 1),
        ({"q": "梨花"}, 0),
        ({"company": "迅安"}, 1),
        ({"company": "诚达"}, 0),
        ({"area": "341302"}, 1),
        ({"area": "341321"}, 0),
    ],
)
def test_renewals_by_unit_company_and_county(actor, filters, shown) -> None:
    lift = elevators_factory.maintained(actor("section"), 1)
    policies.record(actor("insurer"), values(lift.label_code))
    page = policy_renewals.page(actor("section"), {**filters, "when": "7"}, END)
    assert len(page.items) == shown


def test_elevators_without_insurance(actor, lifts) -> None:
    policies.record(actor("insurer"), values(lifts[0].label_code))
    for login, count in (("section", 2), ("property", 2), ("county", 2), ("property2", 0), ("dangshan", 0)):
        assert policy_renewals.uninsured_in_use(actor(login), START) == count, login
    page = policy_renewals.elevator_page(actor("property"), {"cover": "none"}, START)
    assert [line.elevator.id for line in page.items] == [lifts[1].id, lifts[2].id]
    assert page.items[0].reason == "从未投保"
    elevators.change_status(actor("section"), lifts[1].id, "scrap", date(2026, 5, 1), "报废", "文件1")
    assert policy_renewals.uninsured_in_use(actor("section"), START) == 1


# --- claims ----------------------------------------------------------------------------------------------------------


def test_a_claim_goes_its_way(actor, lifts, monkeypatch) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    given = {"code": lifts[0].device_code, "happened_on": START, "injury": "none", "claimant_name": "王小二"}
    claim = claims.record(actor("insurer"), row.id, given)
    assert claim.state == "reported"
    with pytest.raises(Invalid):
        claims.decide(actor("insurer"), claim.id, "settle", {})
    with pytest.raises(Invalid):
        claims.decide(actor("insurer"), claim.id, "settle", {"paid_fen": 5, "decided_on": START - DAY})
    claims.decide(actor("insurer"), claim.id, "settle", {"paid_fen": 500})
    assert (claim.state, claim.paid_fen, claim.decided_on) == ("settled", 500, clock.today())
    with pytest.raises(Conflict):
        claims.decide(actor("insurer"), claim.id, "refuse", {"decision": "x"})
    claims.decide(actor("insurer"), claim.id, "reopen", {"decision": "追加材料"})
    assert (claim.state, claim.paid_fen, claim.decided_on) == ("reported", 0, None)
    names = [entry.data for entry in db.session.scalars(select(TrailEntry).where(TrailEntry.act.like("claim.%")))]
    assert len(names) == 3
    assert "王小二" not in str(names)
    for login in ("section", "property"):
        with pytest.raises(Forbidden):
            claims.decide(actor(login), claim.id, "settle", {"paid_fen": 1})


@pytest.mark.parametrize(
    ("day", "covered"),
    [(START - DAY, False), (START, True), (date(2026, 5, 31), True), (date(2026, 6, 1), False)],
)
def test_a_claim_stands_inside_the_days_of_its_cancelled_policy(actor, lifts, day, covered) -> None:
    row = policies.record(actor("insurer"), values(lifts[0].label_code))
    policies.cancel(actor("insurer"), row.id, date(2026, 6, 1))
    claim = {"code": lifts[0].label_code, "happened_on": day, "injury": "none"}
    if covered:
        assert claims.record(actor("insurer"), row.id, claim).id
    else:
        with pytest.raises(Invalid) as refused:
            claims.record(actor("insurer"), row.id, claim)
        assert set(refused.value.errors) == {"happened_on"}


def test_the_second_arrival_is_answered_like_the_first(actor, lifts) -> None:
    ref = "0f0e0d0c-0000-4000-8000-000000000001"
    first, again = policies.record_once(actor("insurer"), ref, values(lifts[0].label_code))
    assert (first.id, False) == (policies.record_once(actor("insurer"), ref, values(lifts[0].label_code))[0].id, again)
    with pytest.raises(Conflict):
        policies.record_once(actor("insurer"), ref, values(lifts[1].label_code))
    claim = {"code": lifts[0].label_code, "happened_on": START, "injury": "none"}
    made, _ = claims.record_once(actor("insurer"), ref, first.id, claim)
    assert claims.record_once(actor("insurer"), ref, first.id, claim) == (made, True)
