"""Insurance by the fill: what a fill covers and until when, what a month comes to, who is insured, claims."""

from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Cylinder, Filling, Parameter, Policy, TrailEntry
from registry.queries import fill_covers, gun_facts, indicators, policy_renewals, snapshots
from registry.queries import parameters as parameter_queries
from registry.rules.dates import add_months
from registry.services import claims, fill_settlements, policies
from seeds import cast
from tests import filling_factory
from tests.cylinder_factory import cylinder

TODAY = clock.today()
START = add_months(TODAY.replace(day=1), -3)
NUMBERS = count(1)


def by_fill(**changes) -> Policy:
    """A policy paid by the fill over the cast's LPG station, since the first of three months ago."""
    given = {
        "subject": "cylinder",
        "policy_no": f"QP-F-{next(NUMBERS)}",
        "holder_id": cast.unit("station").id,
        "holder_type": "filling",
        "basis": "per_fill",
        "unit_fen": 25,
        "cover_days": 30,
        "starts_on": START,
        "ends_on": add_months(START, 12) - timedelta(days=1),
        "limit_per_accident_fen": 100_000_000,
        "codes": [],
        **changes,
    }
    return policies.record(cast.actor("insurer"), given)


def fill(row: Cylinder, day: date, station: str = "station", medium: str = "lpg", hour: int = 9) -> Filling:
    """A fill as it is kept."""
    moment = datetime.combine(day, time(hour), clock.CITY_ZONE)
    with transaction() as session:
        found = Filling(
            ref=f"f-{next(NUMBERS)}",
            ref_digest="",
            station_id=cast.unit(station).id,
            cylinder_id=row.id,
            gun="1",
            medium=medium,
            scanned=True,
            started_at=moment,
            ended_at=moment,
            filled_on=day,
            received_at=moment,
            filler_id=cast.person("filler").id,
            checker_id=cast.person("checker").id,
            checks={},
            findings=[],
        )
        session.add(found)
    return found


def is_insured(row: Cylinder, on: date = TODAY) -> bool:
    return db.session.scalar(select(Cylinder.id).where(Cylinder.id == row.id, fill_covers.insured(on))) is not None


@pytest.mark.parametrize(("ago", "insured"), [(0, True), (29, True), (30, False)])
def test_a_fill_covers_for_the_days_of_the_policy(app, ago, insured) -> None:
    by_fill()
    row = cylinder()
    fill(row, TODAY - timedelta(days=ago))
    assert is_insured(row) is insured


@pytest.mark.parametrize(("ago", "insured"), [(89, True), (90, False)])
def test_without_days_of_its_own_those_of_the_office_hold(app, ago, insured) -> None:
    by_fill(cover_days=None)
    row = cylinder()
    fill(row, max(TODAY - timedelta(days=ago), START))
    if TODAY - timedelta(days=ago) >= START:
        assert is_insured(row) is insured
    assert parameter_queries.value("insurance.fill_cover_days", TODAY) == 90


def test_the_next_fill_ends_it_whoever_fills(app) -> None:
    policy, row = by_fill(), cylinder()
    first = fill(row, TODAY - timedelta(days=5))
    second = fill(row, TODAY - timedelta(days=2), "station2")
    assert not is_insured(row)
    assert is_insured(row, TODAY - timedelta(days=3))
    months = {first.filled_on.replace(day=1)}
    covers = [c for m in months for c in fill_covers.covers(cast.actor("insurer"), policy.id, m).items]
    assert [(c.filling.id, c.until, c.next_fill, c.premium_fen) for c in covers] == [
        (first.id, second.ended_at, True, 25)
    ]


def test_a_cover_that_began_goes_on_when_the_policy_ends(app) -> None:
    by_fill(ends_on=TODAY - timedelta(days=3))
    inside, after = cylinder(), cylinder()
    fill(inside, TODAY - timedelta(days=3))
    fill(after, TODAY - timedelta(days=2))
    assert (is_insured(inside), is_insured(after)) == (True, False)


def test_cancelled_new_fills_are_not_covered(app) -> None:
    policy, row, late = by_fill(), cylinder(), cylinder()
    policies.cancel(cast.actor("insurer"), policy.id, TODAY - timedelta(days=1), "终止")
    fill(row, TODAY - timedelta(days=2))
    fill(late, TODAY - timedelta(days=1))
    assert (is_insured(row), is_insured(late)) == (True, False)


@pytest.mark.parametrize(
    ("media", "medium", "insured"),
    [(None, "lpg_civil_gas", True), (["lpg"], "lpg_civil_gas", True), (["lpg"], "oxygen", False)],
)
def test_only_the_media_of_the_policy(app, media, medium, insured) -> None:
    by_fill(media=media)
    row = cylinder()
    fill(row, TODAY, medium=medium)
    assert is_insured(row) is insured


@pytest.mark.parametrize(("line", "insured"), [("fill_liability", True), ("product", False), ("employer", False)])
def test_with_all_of_its_stations(app, line, insured) -> None:
    by_fill(basis="per_station_year", line=line, unit_fen=1_000_000)
    row = cylinder()
    assert is_insured(row) is insured
    assert (fill_covers.insurer_of(row.owner_id, row.medium, None, TODAY) is not None) is insured


@pytest.mark.parametrize(
    ("media", "insured"),
    [([], True), (["lpg"], True), (["lpg_civil_gas"], True), (["oxygen"], False), (["oxygen", "lpg"], True)],
)
def test_with_those_of_its_station_that_hold_its_media(app, media, insured) -> None:
    by_fill(basis="per_station_year", unit_fen=1_000_000, media=media)
    row = cylinder()
    assert is_insured(row) is insured
    assert (fill_covers.insurer_of(row.owner_id, row.medium, None, TODAY) is not None) is insured


def test_the_public_page_says_who_insures_by_the_last_fill(app, client) -> None:
    by_fill()
    row = cylinder()
    last = fill(row, TODAY)
    assert fill_covers.insurer_of(row.owner_id, row.medium, last, TODAY) == cast.unit("insurer").name
    assert fill_covers.insurer_of(row.owner_id, row.medium, last, TODAY + timedelta(days=30)) is None
    page = client.get(f"/q/{row.label_code}").get_data(as_text=True)
    assert cast.unit("insurer").name in page


def test_the_indicator_counts_by_fill_and_by_name(app) -> None:
    by_fill()
    filled, named, bare = cylinder(), cylinder(), cylinder()
    fill(filled, TODAY)
    by_fill(basis="per_item_year", unit_fen=200, cover_days=None, codes=[named.label_code])
    assert [is_insured(row) for row in (filled, named, bare)] == [True, True, False]
    (figure,) = [one for one in indicators.figures(cast.actor("section"), TODAY) if one.key == "cylinder_insurance"]
    assert (figure.numerator, figure.denominator) == (2, 3)


def test_premiums_come_from_their_unit(app) -> None:
    rows = [cylinder(), cylinder()]
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    assert by_fill(**year).premium_fen == 0
    assert by_fill(basis="per_station_year", unit_fen=500_000, **year).premium_fen == 500_000
    codes = [row.label_code for row in rows]
    assert by_fill(basis="per_item_year", unit_fen=200, cover_days=None, codes=codes, **year).premium_fen == 400
    assert by_fill(basis="per_item_year", unit_fen=200, premium_fen=350, codes=codes, **year).premium_fen == 350


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_fen": None}, "unit_fen"),
        ({"line": "product"}, "line"),
        ({"media": ["steam"]}, "media"),
        ({"subject": "elevator"}, "line"),
        ({"basis": "per_item_year", "unit_fen": None}, "codes"),
    ],
)
def test_a_policy_that_cannot_be(app, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        by_fill(line=changes.pop("line", "fill_liability"), **changes)
    assert field in refused.value.errors


def test_only_a_station_is_insured_by_the_fill(app) -> None:
    with pytest.raises(Invalid) as refused:
        by_fill(holder_id=cast.unit("property").id)
    assert list(refused.value.errors) == ["holder_id"]


@pytest.mark.parametrize(
    ("second", "conflict"),
    [
        ({}, True),
        ({"media": ["oxygen"]}, False),
        ({"media": ["lpg_civil_gas"]}, True),
        ({"starts_on": add_months(START, 12), "ends_on": add_months(START, 24)}, False),
        ({"starts_on": add_months(START, 12) - timedelta(days=1), "ends_on": add_months(START, 24)}, True),
        ({"basis": "per_station_year", "unit_fen": 1}, False),
    ],
)
def test_no_fill_pays_twice(app, second, conflict) -> None:
    by_fill(media=["lpg"])
    if not conflict:
        assert by_fill(**second).id
        return
    with pytest.raises(Conflict, match="期间重叠"):
        by_fill(**second)


def test_a_month_is_settled_once_in_order_with_what_came_late(app) -> None:
    policy, insurer, row = by_fill(), cast.actor("insurer"), cylinder()
    second = add_months(START, 1)
    for day in (START, START + timedelta(days=9), second):
        fill(row, day)
    with pytest.raises(Conflict, match="上一个月"):
        fill_settlements.settle(insurer, policy.id, second)
    first = fill_settlements.settle(insurer, policy.id, START + timedelta(days=4))
    assert (first.month, first.fills, first.late, first.premium_fen) == (START, 2, 0, 50)
    with pytest.raises(Conflict, match="已经结算"):
        fill_settlements.settle(insurer, policy.id, START)
    fill(row, START + timedelta(days=20))  # arrives when its month is settled
    again = fill_settlements.settle(insurer, policy.id, second)
    assert (again.fills, again.late, again.premium_fen) == (1, 1, 50)
    shown = fill_covers.months(insurer, policy.id)
    assert [(one.month, one.fills, one.may_settle) for one in shown[::-1]][:3] == [
        (START, 3, False),
        (second, 1, False),
        (add_months(START, 2), 0, True),
    ]
    third = fill_settlements.settle(insurer, policy.id, add_months(START, 2))
    assert (third.fills, third.late) == (0, 0)
    assert len(db.session.scalars(select(TrailEntry.id).where(TrailEntry.act == "fill_cover.settled")).all()) == 3


def test_what_is_not_settled(app) -> None:
    policy, insurer = by_fill(), cast.actor("insurer")
    with pytest.raises(Invalid):
        fill_settlements.settle(insurer, policy.id, TODAY)
    with pytest.raises(Invalid):
        fill_settlements.settle(insurer, policy.id, add_months(START, -1))
    with pytest.raises(Forbidden):
        fill_settlements.settle(cast.actor("filling"), policy.id, START)
    with pytest.raises(Missing):
        fill_covers.months(cast.actor("filling2"), policy.id)
    by_name = by_fill(basis="per_item_year", unit_fen=1, codes=[cylinder().label_code])
    with pytest.raises(Missing):
        fill_covers.months(insurer, by_name.id)


def claim(policy, row, day=TODAY, **changes):
    given = {"code": row and row.label_code, "happened_on": day, "injury": "none", **changes}
    return claims.record(cast.actor("insurer"), policy.id, given)


def test_a_claim_names_the_fill_that_covered(app) -> None:
    policy, row = by_fill(), cylinder()
    last = fill(row, TODAY - timedelta(days=3))
    made = claim(policy, row, TODAY - timedelta(days=1))
    assert (made.cylinder_id, made.filling_id) == (row.id, last.id)
    with pytest.raises(Invalid):
        claim(policy, row, TODAY - timedelta(days=4))
    with pytest.raises(Invalid):
        claim(policy, cylinder())


def test_claims_with_the_station_and_of_its_workers(app) -> None:
    whole = by_fill(basis="per_station_year", unit_fen=1)
    row = cylinder()
    assert claim(whole, row).cylinder_id == row.id
    with pytest.raises(Invalid):
        claim(whole, None)
    workers = by_fill(basis="per_station_year", line="employer", unit_fen=1)
    made = claim(workers, None, injury="light")
    assert (made.cylinder_id, made.filling_id) == (None, None)


def test_it_is_reminded_of_its_end(app) -> None:
    ends = TODAY + timedelta(days=20)
    policy = by_fill(ends_on=ends)
    cylinder()
    insurer = cast.actor("insurer")
    (line,) = policy_renewals.page(insurer, {"when": "30"}, TODAY).items
    assert (line.policy.id, line.open) == (policy.id, 1)
    by_fill(starts_on=ends + timedelta(days=1), ends_on=add_months(ends, 12))
    assert policy_renewals.page(insurer, {"when": "30"}, TODAY).items == []


# --- at the gun and on the list for a day without a network ----------------------------------------------------------


@pytest.mark.parametrize("basis", ["per_fill", "per_station_year", None])
@pytest.mark.parametrize(("line", "answers"), [("fill_liability", True), ("product", False), ("employer", False)])
def test_only_fill_liability_opens_the_gun_and_the_list_says_the_same(actor, line, answers, basis) -> None:
    row = filling_factory.cylinder()
    given = {"line": line, "codes": [row.label_code]}
    if basis == "per_fill":
        given = {"line": line, "codes": []}
    elif basis == "per_station_year":
        given = {"line": line, "codes": [], "basis": basis, "unit_fen": 30_000, "cover_days": None}
    else:
        given |= {"basis": "per_cylinder_year", "unit_fen": 200, "cover_days": None}
    with transaction() as session:
        session.add(Parameter(key="filling.insurance_pilot", value="1", since=date(2020, 1, 1)))
    insure(line, basis, given)
    values = gun_facts.parameters_of(TODAY)
    facts = gun_facts.of_insurance(row, cast.unit("station").id, values, TODAY)
    assert facts == {"insurance_pilot": True, "insurance_valid": answers}
    snapshot = snapshots.make(cast.actor("filler"), cast.unit("station").id)
    told = snapshot.insured.get(row.id) or snapshot.head["station"]["insurance"]["until"]
    assert bool(told) is answers


@pytest.mark.parametrize("basis", ["per_fill", "per_station_year"])
@pytest.mark.parametrize(
    ("media", "medium", "answers"),
    [
        ([], "oxygen", True),
        (["lpg"], "lpg", True),
        (["lpg"], "lpg_civil_gas", True),
        (["lpg_civil_gas"], "lpg", True),
        (["oxygen"], "lpg", False),
        (["oxygen", "lpg"], "lpg", True),
    ],
)
def test_a_policy_over_some_gases_opens_the_gun_for_those(actor, basis, media, medium, answers) -> None:
    row = filling_factory.cylinder()
    with transaction() as session:
        session.add(Parameter(key="filling.insurance_pilot", value="1", since=date(2020, 1, 1)))
        session.get_one(Cylinder, row.id).medium = medium
    per = {} if basis == "per_fill" else {"basis": basis, "unit_fen": 30_000, "cover_days": None}
    found = by_fill(line="fill_liability", media=media, **per)
    with transaction() as session:
        session.get_one(Policy, found.id).media = media
    facts = gun_facts.of_insurance(row, cast.unit("station").id, gun_facts.parameters_of(TODAY), TODAY)
    assert facts["insurance_valid"] is answers
    told = snapshots.make(cast.actor("filler"), cast.unit("station").id).head["station"]["insurance"]
    whole = int(f"{found.ends_on:%Y%m%d}")
    assert (told["until"], told["media"]) == ((None, [[media, whole]]) if media else (whole, []))


def insure(line, basis, given) -> None:
    """Employer's liability names no cylinders: the row is written as an import of older policies may have left it."""
    codes = given.pop("codes")
    found = by_fill(**{**given, "line": "fill_liability", "codes": codes})
    with transaction() as session:
        session.get_one(Policy, found.id).line = line


# --- why a cylinder is not insured -----------------------------------------------------------------------------------


def why(row: Cylinder) -> str:
    (line,) = [
        one
        for one in indicators.behind(cast.actor("section"), "cylinder_insurance", TODAY, limit=50).items
        if one.row.id == row.id
    ]
    return str(line.reason)


def test_the_reason_says_when_the_cover_of_a_fill_ended(app) -> None:
    found = by_fill()
    over, taken_over, never = cylinder(), cylinder(), cylinder()
    fill(over, TODAY - timedelta(days=30))
    fill(taken_over, TODAY - timedelta(days=20))
    fill(taken_over, TODAY - timedelta(days=5), station="station2")
    assert why(over) == f"保单{found.policy_no}的充装保障已于{TODAY}期满"
    assert why(taken_over) == (
        f"保单{found.policy_no}的充装保障于{TODAY - timedelta(days=5)}再次充装时终止，那次充装没有保障"
    )
    assert why(never) == "从未投保"


def test_what_ended_last_is_the_reason(app) -> None:
    found, row = by_fill(), cylinder()
    fill(row, TODAY - timedelta(days=60))
    named = by_fill(
        basis="per_cylinder_year",
        unit_fen=200,
        cover_days=None,
        codes=[row.label_code],
        ends_on=TODAY - timedelta(days=1),
    )
    assert why(row) == f"保单{named.policy_no}已于{TODAY - timedelta(days=1)}到期"
    fill(row, TODAY - timedelta(days=30))
    assert found.policy_no in why(row)


def test_a_policy_over_all_of_a_stations_tells_when_it_ended(app) -> None:
    row, yesterday = cylinder(), TODAY - timedelta(days=1)
    whole = by_fill(basis="per_station_year", unit_fen=30_000, cover_days=None, ends_on=yesterday)
    assert why(row) == f"保单{whole.policy_no}已于{yesterday}到期"


def test_a_product_policy_is_no_reason(app) -> None:
    row = cylinder()
    by_fill(
        line="product",
        basis="per_cylinder_year",
        unit_fen=200,
        cover_days=None,
        codes=[row.label_code],
        ends_on=TODAY - timedelta(days=1),
    )
    assert why(row) == "从未投保"
