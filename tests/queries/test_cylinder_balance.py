"""The account of a station's cylinders adds up; every number is the length of its list; what does not add up shows."""

from datetime import date, timedelta

import pytest

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Cylinder, CylinderStatus, Filling
from registry.queries import cylinder_balance as queries
from registry.queries import cylinder_due
from registry.services import cylinder_purchases, cylinders
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed, ordered, sent

TODAY = clock.today()
SINCE = TODAY - timedelta(days=100)
FRESH = {"registered_on": SINCE + timedelta(days=10), "made_on": date(2023, 5, 1)}


def account(since=SINCE, until=TODAY, station="station"):
    db.session.rollback()
    return queries.show(cast.actor("section"), cast.unit(station).id, since, until)


def seeded() -> dict[str, Cylinder]:
    """One cylinder for every number."""
    section, station = cast.actor("section"), cast.actor("filling")
    rows = {name: cylinder() for name in ("old", "suspended", "away", "scrap", "gone", "lost", "out")}
    rows["new"] = cylinder(**FRESH)
    rows["draft"] = cylinder(register_no=None, registered_on=None)
    for name, verb in (("suspended", "suspend"), ("lost", "report_lost")):
        cylinders.change_status(station, rows[name].label_code, verb, {"reason": "x"})
    sent(rows["away"])
    ordered(rows["scrap"])
    destroyed(rows["gone"])
    cylinders.change_status(section, rows["draft"].label_code, "cancel", {"reason": "误建"})
    cylinders.transfer(section, rows["out"].label_code, {"owner_id": cast.unit("station2").id, "document": "协议"})
    return rows


def test_it_adds_up_with_a_cylinder_behind_every_number(app) -> None:
    rows = seeded()
    found = account()
    assert {key: number for key, number in found.numbers.items() if number} == {
        "opening": 7,
        "new": 2,
        "in_use": 2,
        "suspended": 1,
        "inspection": 1,
        "scrap_pending": 1,
        "lost": 1,
        "handed_on": 1,
        "destroyed": 1,
        "cancelled": 1,
        "silent": 1,
    }
    assert (found.came, found.held, found.went, found.difference) == (9, 6, 3, 0)
    for key, number in found.numbers.items():
        page = queries.behind(cast.actor("section"), found.station_id, key, SINCE, TODAY)
        assert len(page.items) == number, key
    (gone,) = queries.behind(cast.actor("section"), found.station_id, "destroyed", SINCE, TODAY).items
    assert gone.id == rows["gone"].id


def test_a_transfer_is_on_both_accounts(app) -> None:
    row = cylinder()
    cylinders.transfer(
        cast.actor("section"), row.label_code, {"owner_id": cast.unit("station2").id, "document": "协议"}
    )
    gave, took = account(), account(station="station2")
    assert (gave.numbers["opening"], gave.numbers["handed_on"], gave.held, gave.difference) == (1, 1, 0, 0)
    assert (took.numbers["received"], took.numbers["in_use"], took.difference) == (1, 1, 0)
    yesterday = account(until=TODAY - timedelta(days=1))
    assert (yesterday.numbers["handed_on"], yesterday.held, yesterday.difference) == (0, 1, 0)


@pytest.mark.parametrize("days", [0, 1, 89, 90, 91, 100])
def test_it_adds_up_for_any_period(app, days) -> None:
    seeded()
    assert account(since=TODAY - timedelta(days=days)).difference == 0
    assert account(until=TODAY - timedelta(days=days), since=TODAY - timedelta(days=120)).difference == 0


def purchase(login="filling", **changes):
    given = {
        "bought_on": TODAY - timedelta(days=5),
        "kind": "lpg_steel",
        "count": 3,
        "supplier": "皖北钢瓶有限公司",
        "document": "FP-1",
        **changes,
    }
    return cylinder_purchases.record(cast.actor(login), given)[0]


def test_what_was_bought_must_be_on_file(app) -> None:
    cylinder(**FRESH)
    row = purchase()
    assert (account().bought, account().unregistered) == (3, 2)
    purchase(document="FP-2", count=1)
    assert account().unregistered == 3
    cylinder_purchases.withdraw(cast.actor("filling"), row.id, "发票作废")
    assert account().unregistered == 0
    assert [one.withdrawn_on for one in queries.purchases(cast.actor("filling"), row.station_id, SINCE, TODAY)] == [
        TODAY,
        None,
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bought_on": TODAY + timedelta(days=1)}, "bought_on"),
        ({"kind": "barrel"}, "kind"),
        ({"count": 0}, "count"),
    ],
)
def test_a_purchase_that_cannot_be(app, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        purchase(**changes)
    assert list(refused.value.errors) == [field]


def test_an_invoice_counts_once(app) -> None:
    row = purchase(ref="p-1")
    assert purchase(ref="p-1").id == row.id
    with pytest.raises(Conflict):
        purchase()
    with pytest.raises(Invalid):
        purchase("section", document="FP-9")
    with pytest.raises(Forbidden):
        purchase("filler")
    with pytest.raises(Missing):
        cylinder_purchases.withdraw(cast.actor("filling2"), row.id, "x")


def state(row: Cylinder, status: str, since: date) -> None:
    """A status as an import may have brought it."""
    with transaction() as session:
        session.add(CylinderStatus(cylinder_id=row.id, status=status, since=since))
        session.query(CylinderStatus).filter(
            CylinderStatus.cylinder_id == row.id, CylinderStatus.status != status, CylinderStatus.until.is_(None)
        ).update({"until": since})
        session.get_one(Cylinder, row.id).status = status


@pytest.mark.parametrize(
    ("key", "status", "days", "hit"),
    [
        ("slow_scrap", "scrap_pending", 91, 1),
        ("slow_scrap", "scrap_pending", 90, 0),
        ("not_confirmed", "destroyed", 31, 1),
        ("not_confirmed", "destroyed", 30, 0),
        ("no_evidence", "destroyed", 1, 1),
    ],
)
def test_what_does_not_add_up(app, key, status, days, hit) -> None:
    state(cylinder(), status, TODAY - timedelta(days=days))
    assert account().numbers[key] == hit


@pytest.mark.parametrize(("days", "hit"), [(365, 0), (366, 1)])
def test_in_use_and_not_seen_for_a_year(app, days, hit) -> None:
    row = cylinder()
    with transaction() as session:
        session.get_one(Cylinder, row.id).last_filled_at = clock.now() - timedelta(days=days)
    assert account().numbers["silent"] == hit


def test_filled_after_it_was_destroyed(app) -> None:
    row = cylinder()
    destroyed(row)
    with transaction() as session:
        moment = clock.now()
        people = {"filler_id": cast.person("filler").id, "checker_id": cast.person("checker").id}
        session.add(
            Filling(
                ref="f-1",
                ref_digest="",
                station_id=row.owner_id,
                cylinder_id=row.id,
                gun="1",
                medium="lpg",
                scanned=True,
                started_at=moment,
                ended_at=moment,
                filled_on=TODAY + timedelta(days=1),
                received_at=moment,
                checks={},
                findings=[],
                **people,
            )
        )
    assert account().numbers["filled_after"] == 0
    with transaction() as session:
        session.query(CylinderStatus).filter(CylinderStatus.status == "destroyed").update(
            {"since": TODAY - timedelta(days=2)}
        )
        session.query(Filling).update({"filled_on": TODAY})
    assert account().numbers["filled_after"] == 1


def test_who_sees_which_account(app) -> None:
    cylinder()
    assert [one.station for one in queries.page(cast.actor("filling"), SINCE, TODAY).items] == [
        cast.unit("station").name
    ]
    assert len(queries.page(cast.actor("section"), SINCE, TODAY).items) == 2
    with pytest.raises(Missing):
        queries.show(cast.actor("filling2"), cast.unit("station").id, SINCE, TODAY)
    with pytest.raises(Forbidden):
        queries.page(cast.actor("insurer"), SINCE, TODAY)
    with pytest.raises(Invalid):
        queries.page(cast.actor("section"), TODAY, SINCE)
    with pytest.raises(Missing):
        queries.behind(cast.actor("section"), cast.unit("station").id, "nothing", SINCE, TODAY)


DUE = [(-1, "overdue"), (0, "7"), (7, "7"), (8, "30"), (30, "30"), (31, "60"), (60, "60"), (61, "later")]


@pytest.mark.parametrize(("days", "band"), DUE)
def test_every_cylinder_is_in_one_band(app, days, band) -> None:
    row = cylinder()
    with transaction() as session:
        session.get_one(Cylinder, row.id).next_inspection_on = TODAY + timedelta(days=days)
    counts = cylinder_due.counts(cast.actor("filling"), {}, TODAY)
    assert {name for name, number in counts.items() if number} == {band}
    page = cylinder_due.page(cast.actor("filling"), {"band": band}, TODAY)
    assert [(line.cylinder.id, line.days) for line in page.items] == [(row.id, days)]
    assert cylinder_due.page(cast.actor("filling2"), {}, TODAY).items == []


def test_due_by_station_and_month_most_urgent_first(app) -> None:
    first, later, away = cylinder(), cylinder(), cylinder()
    month = cylinder_due.months(TODAY)[3]
    days = {first: TODAY - timedelta(days=3), later: month, away: month}
    with transaction() as session:
        for row, day in days.items():
            session.get_one(Cylinder, row.id).next_inspection_on = day
    sent(away)  # is dealt with
    (station,) = cylinder_due.stations(cast.actor("section"), {}, TODAY)
    assert (station.overdue, station.months[3], sum(station.months)) == (1, 1, 1)
    page = cylinder_due.page(cast.actor("section"), {}, TODAY, limit=1)
    assert [line.cylinder.id for line in page.items] == [first.id]
    rest = cylinder_due.page(cast.actor("section"), {}, TODAY, limit=1, cursor=page.next)
    assert [line.cylinder.id for line in rest.items] == [later.id]
    assert [line.cylinder.id for line in cylinder_due.page(cast.actor("section"), {"month": month}, TODAY).items] == [
        later.id
    ]
    assert [line.cylinder.id for line in cylinder_due.page(cast.actor("section"), {"away": True}, TODAY).items] == [
        away.id
    ]
    with pytest.raises(Invalid):
        cylinder_due.page(cast.actor("section"), {}, TODAY, cursor="x")


def test_the_life_ends_before_the_inspection(app) -> None:
    row = cylinder()
    with transaction() as session:
        session.get_one(Cylinder, row.id).service_end_on = TODAY + timedelta(days=5)
    (line,) = cylinder_due.page(cast.actor("filling"), {"band": "7"}, TODAY).items
    assert (line.due_on, line.life_ends) == (TODAY + timedelta(days=5), True)
