"""Drills by half-year and category, spot checks of quality: records, coverage, pages."""

from datetime import date, timedelta

import pytest

from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.queries import company_records as queries
from registry.services import company_records
from tests import elevators_factory as make
from tests.inspections_factory import stand_on

DAY = date(2024, 8, 31)
DRILL = {
    "category": "3100",
    "held_on": date(2024, 2, 29),
    "place": "翠湖花园",
    "scenario": "困人救援",
    "participants": 6,
    "summary": "12分钟放出",
}
CHECK = {"done_on": DAY, "checker": "company", "passed": True}


@pytest.fixture
def lift(actor, monkeypatch):
    stand_on(monkeypatch, DAY)
    return make.maintained(actor("section"))


# A drill on the last of February counts for six months: to the 29th of August.
DAYS = [
    (date(2024, 7, 29), "valid"),
    (date(2024, 7, 30), "soon"),
    (date(2024, 8, 29), "soon"),
    (date(2024, 8, 30), "overdue"),
]


@pytest.mark.parametrize(("on", "state"), DAYS)
def test_each_category_needs_a_drill_in_half_a_year(actor, lift, on, state) -> None:
    company_records.record_drill(actor("company"), DRILL)
    (found,) = queries.covers(actor("company"), on)
    assert (found.category, found.elevators, found.state) == ("3100", 1, state)
    assert found.next_on == date(2024, 8, 29)


def test_who_sees_what_lacks_a_drill(actor, lift) -> None:
    company_records.record_drill(actor("company"), {**DRILL, "category": "3300"})
    (found,) = queries.covers(actor("section"), DAY)
    assert (found.company.name, found.held_on, found.state) == ("安徽迅安电梯工程有限公司", None, "overdue")
    assert queries.covers(actor("company2"), DAY) == []
    assert queries.count_overdue(actor("county"), DAY) == 1
    assert queries.count_overdue(actor("dangshan"), DAY) == 0
    with pytest.raises(Forbidden):
        queries.covers(actor("property"), DAY)


def test_bad_drills(actor, lift) -> None:
    for changes in ({"category": "3500"}, {"held_on": DAY + timedelta(days=1)}, {"participants": 0}):
        with pytest.raises(Invalid) as caught:
            company_records.record_drill(actor("company"), {**DRILL, **changes})
        assert set(caught.value.errors) == set(changes)
    company_records.record_drill(actor("company"), DRILL)
    with pytest.raises(Conflict):
        company_records.record_drill(actor("company"), DRILL)
    with pytest.raises(Forbidden):
        company_records.record_drill(actor("tech1"), DRILL)


def test_spot_checks(actor, lift) -> None:
    row = company_records.record_check(actor("company"), lift.id, CHECK)
    assert [found.id for found in queries.checks(actor("section")).items] == [row.id]
    assert queries.checks(actor("company2")).items == []
    with pytest.raises(Conflict):
        company_records.record_check(actor("tech1"), lift.id, CHECK)
    with pytest.raises(Missing):
        company_records.record_check(actor("company2"), lift.id, CHECK)
    for changes, field in (
        ({"passed": False}, "findings"),
        ({"done_on": DAY + timedelta(days=1)}, "done_on"),
        ({"checker": "company2"}, "checker"),
    ):
        with pytest.raises(Invalid) as caught:
            company_records.record_check(actor("company"), lift.id, {**CHECK, **changes})
        assert set(caught.value.errors) == {field}


def test_the_pages(browser_of, client, lift) -> None:
    manager = browser_of("company")
    sent = {**DRILL, "held_on": "2024-08-01", "participants": "6"}
    assert manager.post("/company-records/drills/new", data={**sent, "participants": "0"}).status_code == 422
    assert manager.post("/company-records/drills/new", data=sent).status_code == 302
    url = f"/company-records/checks/new?elevator={lift.label_code}"
    check = {"done_on": "2024-08-30", "checker": "company", "result": "fail"}
    assert "请写明发现的问题" in manager.post(url, data=check).text
    assert manager.post(url, data={**check, "findings": "油污"}).status_code == 302
    page = browser_of("section").get("/company-records/").text
    for text in ("困人救援", "2025-02-01", "油污", "何志强"):
        assert text in page, text
    assert browser_of("tech1").get("/company-records/drills/new").status_code == 403
    assert browser_of("company2").get(url).status_code == 404
    assert browser_of("property").get("/company-records/").status_code == 403
    assert client.get("/company-records/").status_code == 302
