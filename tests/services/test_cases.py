"""Enforcement cases: the clocks of the procedure, order first, the choice between offences, fines inside the law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import CaseClock, EnforcementCase
from registry.queries import cases as queries
from registry.services import cases, directives
from seeds import cast
from tests.enforcement_factory import case_data, clue, issued, notified, recheck, reported, served, step
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def clocks(row: EnforcementCase) -> dict[str, tuple[date, date | None]]:
    rows = db.session.scalars(select(CaseClock).where(CaseClock.case_id == row.id).order_by(CaseClock.id)).all()
    return {one.key: (one.due_on, one.done_on) for one in rows}


def test_from_the_clue_to_the_closed_file(time: Clock) -> None:
    today = clock.today()
    row = notified()
    assert clocks(row) == {
        "clue": (date(2026, 11, 24), today),
        "decision": (date(2027, 2, 1), None),
        "review": (date(2026, 11, 17), today),
        "statement": (date(2026, 11, 10), None),
    }
    row = step(row, "county", "hear", spoken="waived", note="放弃陈述申辩")
    row = step(row, "county-leader", "decide", fine_yuan=50_000, measures="责令停止使用")
    assert row.decision_no == "埇市监处罚〔2026〕1号"
    row = served(row, "serve_decision")
    assert clocks(row)["payment"] == (date(2026, 11, 18), None)
    time.forward(days=16)  # one day late
    row = step(row, "county", "pay", paid_on=clock.today(), paid_yuan=51_500)
    assert row.surcharge_yuan == 1_500
    assert clocks(row)["closing"] == (date(2026, 12, 10), None)
    row = step(row, "county", "close", note="罚款已缴，设备已检验合格")
    assert (row.state, row.closed_on) == ("closed", clock.today())
    assert {key for key, (_due, done) in clocks(row).items() if not done} == {"reconsideration", "suit"}


@pytest.mark.parametrize(("days", "may"), [(7, False), (8, True)])
def test_the_party_has_five_working_days(time: Clock, days: int, may: bool) -> None:
    row = notified()
    time.forward(days=days)
    given = {"fine_yuan": 50_000, "measures": "停止使用"}
    if may:
        assert step(row, "county-leader", "decide", **given).state == "decided"
        return
    with pytest.raises(Conflict):
        step(row, "county-leader", "decide", **given)


@pytest.mark.parametrize(("yuan", "may"), [(29_999, False), (30_000, True), (300_000, True), (300_001, False)])
def test_a_fine_lies_inside_the_range(time: Clock, yuan: int, may: bool) -> None:
    row = clue()
    step(row, "county-leader", "file", note="立案")
    step(row, "county", "submit_review", note="报告")
    given = {"fine_yuan": yuan, "measures": "停止使用"}
    if may:
        assert step(row, "county-leader", "notify", **given).state == "notified"
        return
    with pytest.raises(Refused) as refused:
        step(row, "county-leader", "notify", **given)
    assert [one.rule for one in refused.value.verdict.findings] == ["offence.range"]


def test_two_offences_fit_and_the_choice_has_its_reason(time: Clock) -> None:
    for changes in ({}, {"offence": "pi_not_applied"}, {"offence": "unreg_use", "choice_reason": "x"}):
        with pytest.raises(Invalid):
            clue(finding="pi_overdue", **changes)
    row = clue(finding="pi_overdue", offence="use_uninspected", choice_reason="已实际使用，择一重处罚")
    step(row, "county-leader", "file", note="立案")
    with pytest.raises(Invalid):
        step(row, "county", "choose", offence="pi_not_applied")
    row = step(row, "county", "choose", offence="pi_not_applied", choice_reason="情节轻微，未申报")
    assert (row.offence, row.choice_reason) == ("pi_not_applied", "情节轻微，未申报")


def test_an_order_comes_first(time: Clock) -> None:
    order = reported(issued())
    row = clue(finding="unregistered", directive=order.number)
    step(row, "county-leader", "file", note="立案")
    step(row, "county", "submit_review", note="报告")
    given: dict[str, Any] = {"fine_yuan": 20_000, "measures": "停止使用"}
    with pytest.raises(Refused) as refused:
        step(row, "county-leader", "notify", **given)
    assert [one.rule for one in refused.value.verdict.findings] == ["offence.order_first"]
    directives.move(cast.actor("county"), order.id, "fail_recheck", recheck("fail_recheck"))
    assert step(row, "county-leader", "notify", **given).state == "notified"


@pytest.mark.parametrize(("years", "lapsed"), [(2, False), (3, True)])
def test_an_act_too_long_ago_is_not_fined(time: Clock, years: int, lapsed: bool) -> None:
    today = clock.today()
    row = clue(acted_on=today.replace(year=today.year - years))
    step(row, "county-leader", "file", note="立案")
    step(row, "county", "submit_review", note="报告")
    given: dict[str, Any] = {"fine_yuan": 50_000, "measures": "停止使用"}
    if not lapsed:
        assert step(row, "county-leader", "notify", **given).state == "notified"
        return
    with pytest.raises(Refused):
        step(row, "county-leader", "notify", **given)
    assert step(row, "county-leader", "drop", note="超过两年").state == "dropped"


def test_terms_are_extended_once(time: Clock) -> None:
    row = clue()
    row = step(row, "county-leader", "extend_clue", note="情况复杂")
    assert clocks(row)["clue"][0] == date(2026, 12, 15)
    with pytest.raises(Conflict):
        step(row, "county-leader", "extend_clue", note="再延")
    step(row, "county-leader", "file", note="立案")
    row = step(row, "county-leader", "extend", note="案情复杂")
    assert clocks(row)["decision"][0] == date(2027, 3, 3)
    with pytest.raises(Conflict):
        step(row, "county-leader", "extend", note="再延")


@pytest.mark.parametrize(("on", "late"), [(date(2026, 11, 24), 0), (date(2026, 11, 25), 1)])
def test_a_clue_is_late_after_fifteen_working_days(time: Clock, on: date, late: int) -> None:
    clue()
    assert queries.tally(cast.actor("county-leader"), on)["late"] == late


def test_no_fine_of_this_law_is_small_enough_for_the_spot(time: Clock) -> None:
    row = clue()
    with pytest.raises(Invalid) as wrong:
        step(row, "county", "decide_on_spot", fine_yuan=3_001, note="当场")
    assert "fine_yuan" in wrong.value.errors
    with pytest.raises(Refused):
        step(row, "county", "decide_on_spot", fine_yuan=3_000, note="当场")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"finding": "none"}, "finding"),
        ({"offence": "unreg_use"}, "offence"),
        ({"acted_on": date(2026, 11, 4)}, "acted_on"),
        ({"found_on": date(2026, 11, 4)}, "found_on"),
        ({"ended_on": date(2026, 11, 4)}, "ended_on"),
        ({"directive": "none"}, "directive"),
        ({"sealing": "none"}, "sealing"),
        ({"check": "none"}, "check"),
        ({"unit": "none"}, "unit"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(time: Clock, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        clue(**changes)
    assert field in wrong.value.errors


def test_repeats_roles_and_strangers(time: Clock) -> None:
    data = case_data()
    row, known = cases.open_case(cast.actor("county"), data)
    assert not known
    assert cases.open_case(cast.actor("county"), data)[1]
    with pytest.raises(Conflict):
        cases.open_case(cast.actor("county"), {**data, "facts": "别的"})
    with pytest.raises(Forbidden):
        step(row, "county", "file", note="自己立案")
    with pytest.raises(Missing):
        queries.by_id(cast.actor("dangshan"), row.id)
    with pytest.raises(Forbidden):
        queries.by_id(cast.actor("property"), row.id)
