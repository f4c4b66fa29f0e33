"""The maker's own items: entered, found, used by plan and visits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registry import clock
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Elevator
from registry.queries import maker_items as queries
from registry.queries import visit_plans
from registry.queries import visits as visit_queries
from registry.services import maker_items, visits
from tests import visits_factory as make

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
LINES = "F-01\t半月\t消防员开关\t动作正常\nF-02\t半月\t啮合长度\t\tN\t≥7 mm\nF-03\t年度\t消防返回功能\t\tT"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def firefighter(**values: Any) -> Elevator:
    return make.elevator(kind="firefighter", manufacturer="江南电梯有限公司", model="KX-1000", **values)


def codes(elevator: Elevator, on: date = TODAY) -> list[str]:
    return [item.code for item in queries.items_of(elevator, on)]


def model(lines: str = LINES, **changes: Any) -> dict[str, Any]:
    return {"manufacturer": "江南电梯有限公司", "model": "KX-1000", "lines": lines, **changes}


def test_nothing_can_be_scheduled_before_there_are_items(actor):
    row = firefighter()
    assert visit_plans.plan_of(row, TODAY).needs_items
    assert [each.id for each in queries.missing(actor("company"), TODAY)] == [row.id]
    entered = maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": LINES})
    plan = visit_plans.plan_of(row, TODAY)
    assert (plan.needs_items, len(entered.items)) == (False, 3)
    assert queries.count_missing(actor("company"), TODAY) == 0
    start = visit_plans.start(actor("tech1"), row.label_code, "year", TODAY)
    assert start.codes == ["F-01", "F-02", "F-03"]


def test_which_list_holds(actor):
    row, same = firefighter(), firefighter()
    other = firefighter(company="company2")
    maker_items.enter(actor("section"), model("OFFICE\t半月\t项目"))
    assert codes(row) == codes(other) == ["OFFICE"]
    maker_items.enter(actor("company"), model("COMPANY\t半月\t项目"))
    assert (codes(row), codes(other)) == (["COMPANY"], ["OFFICE"])
    maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": "OWN\t半月\t项目"})
    assert (codes(row), codes(same)) == (["OWN"], ["COMPANY"])
    assert codes(make.elevator(kind="firefighter", model="KX-2000")) == []
    assert codes(make.elevator(kind="escalator", manufacturer="江南电梯有限公司", model="KX-1000")) == []


def test_the_next_edition_ends_the_one_before(actor):
    row = firefighter()
    maker_items.enter(actor("company"), model("OLD\t半月\t项目", since=TODAY - 30 * DAY))
    maker_items.enter(actor("company"), model("NEW\t半月\t项目", since=TODAY + 3 * DAY))
    assert [codes(row, TODAY + n * DAY) for n in (-31, -30, 2, 3)] == [[], ["OLD"], ["OLD"], ["NEW"]]
    with pytest.raises(Conflict):
        maker_items.enter(actor("company"), model(since=TODAY + 3 * DAY))
    with pytest.raises(Invalid) as raised:
        maker_items.enter(actor("company"), model(since=TODAY - DAY))
    assert set(raised.value.errors) <= {"since"}


def test_a_visit_is_asked_for_the_makers_items_and_remembers_them(actor):
    row = firefighter()
    first = maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": LINES})
    answers = [
        {"item": "F-01", "result": "normal"},
        {"item": "F-02", "result": "normal", "value": 8},
    ]
    visit, _ = visits.record(actor("tech1"), make.visit(row.label_code, answers=answers))
    rules = {finding["rule"] for finding in visit.findings}
    assert not rules & {"M01", "M02"}
    visits.confirm(actor("property"), visit.id, {})
    assert visit.paperless
    maker_items.enter(
        actor("company"), {"elevator": row.label_code, "lines": "NEW\t半月\t新项目", "since": TODAY + DAY}
    )
    shown = visit_queries.answers(visit_queries.one(actor("section"), visit.id))
    assert [(each.item.code, each.item.name) for each in shown] == [("F-01", "消防员开关"), ("F-02", "啮合长度")]
    assert visit.answers["maker_items"] == first.id


def test_without_items_a_visit_does_not_count(actor):
    row = firefighter()
    visit, _ = visits.record(actor("tech1"), make.visit(row.label_code, answers=[]))
    assert "M01" in {finding["rule"] for finding in visit.findings}


BAD = [
    ({"lines": "F-01\t每周\t项目\nF-02\t半月\t"}, {"lines"}, 2),
    ({"lines": ""}, {"lines"}, 1),
    ({"manufacturer": None}, {"manufacturer"}, 1),
    ({"model": ""}, {"model"}, 1),
    ({"elevator": "SZ1"}, {"elevator"}, 1),
    ({"manufacturer": None, "model": None}, {"elevator"}, 1),
]


@pytest.mark.parametrize(("changes", "fields", "count"), BAD)
def test_bad_lists(actor, changes, fields, count):
    with pytest.raises(Invalid) as raised:
        maker_items.enter(actor("company"), model(**changes))
    assert set(raised.value.errors) == fields
    assert sum(len(found) for found in raised.value.errors.values()) == count


def test_only_where_the_maker_rules_and_only_by_those_concerned(actor):
    row, own = make.elevator(), firefighter()
    with pytest.raises(Invalid):
        maker_items.enter(actor("company"), {"elevator": row.label_code, "lines": LINES})
    with pytest.raises(Missing):
        maker_items.enter(actor("company2"), {"elevator": own.label_code, "lines": LINES})
    with pytest.raises(Forbidden):
        maker_items.enter(actor("tech1"), {"elevator": own.label_code, "lines": LINES})
    entered = maker_items.enter(actor("company"), model())
    assert queries.page(actor("company"), {}).items == [entered]
    assert queries.page(actor("section"), {"q": "KX"}).items == [entered]
    assert queries.page(actor("company2"), {}).items == []
    with pytest.raises(Missing):
        queries.one(actor("company2"), entered.id)
