"""Targets by year and area: pages and API, what is in force is never touched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import IndicatorTarget, TrailEntry
from registry.queries import indicators
from registry.queries.indicator_definitions import INDICATORS
from registry.rules import indicator_book

YEAR = clock.today().year
KEY = "paperless_maintenance"
PAGE = f"/indicator-targets/{KEY}/new"


def form(**changes) -> dict[str, str]:
    years = f"{YEAR} 60\n{YEAR + 2} 80\n{YEAR + 4} 100"
    return {"comparator": ">=", "years": years, "nature": "binding", "source": "市政府办〔2026〕1号", **changes}


def rows(key: str = KEY) -> list[IndicatorTarget]:
    today = clock.today()
    statement = select(IndicatorTarget).where(IndicatorTarget.key == key, IndicatorTarget.since >= today)
    return list(db.session.scalars(statement.order_by(IndicatorTarget.since)))


def test_every_computed_indicator_is_defined() -> None:
    computed = {key for key, found in indicator_book.definitions().items() if found.computed}
    assert computed == set(INDICATORS)
    assert all(indicator_book.definitions()[key].zh == indicator.name for key, indicator in INDICATORS.items())


def test_the_plan_s_table_two_is_whole() -> None:
    assert sum(not found.computed for found in indicator_book.definitions().values()) == 37


def test_several_years_at_once_and_the_past_keeps_its_target(browser_of, actor) -> None:
    yesterday = date.fromordinal(clock.today().toordinal() - 1)
    before = indicators.in_area(actor("section"), KEY, yesterday).target
    browser = browser_of("section")
    assert browser.post(PAGE, data=form(area_code="")).status_code == 302
    found = rows()
    assert [(row.year, row.value, row.since) for row in found] == [
        (YEAR, Decimal("0.6"), clock.today()),
        (YEAR + 2, Decimal("0.8"), date(YEAR + 2, 1, 1)),
        (YEAR + 4, Decimal(1), date(YEAR + 4, 1, 1)),
    ]
    assert indicators.in_area(actor("section"), KEY, yesterday).target == before
    assert indicators.in_area(actor("section"), KEY, clock.today()).target == Decimal("0.6")
    assert indicators.in_area(actor("section"), KEY, date(YEAR + 3, 5, 5)).target == Decimal("0.8")
    page = browser.get(f"/indicator-targets/{KEY}").text
    assert "市政府办〔2026〕1号" in page
    assert "≥ 80%" in page
    assert len(list(db.session.scalars(select(TrailEntry).where(TrailEntry.act == "target.set")))) == 3


def test_a_county_has_its_own(browser_of, actor) -> None:
    assert browser_of("section").post(PAGE, data=form(area_code="341321", years=f"{YEAR} 70")).status_code == 302
    found = {figure.area: figure.target for figure in indicators.table(actor("section"), KEY, clock.today())}
    assert found["341321"] == Decimal("0.7")
    assert found["341302"] == found[next(iter(found))] == Decimal("0.8")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": "2026"}, "看不懂"),
        ({"years": f"{YEAR} sixty"}, "看不懂"),
        ({"years": f"{YEAR - 1} 60"}, "只能设今年"),
        ({"years": f"{YEAR} 60\n{YEAR} 70"}, "同一年度"),
        ({"years": f"{YEAR} 101"}, "不能大于100"),
        ({"years": f"{YEAR} 60 80"}, "只有区间"),
        ({"comparator": "between"}, "区间要有"),
        ({"comparator": "growth>="}, "基期"),
        ({"years": ""}, "请填写这一项"),
        ({"source": ""}, "请填写这一项"),
        ({"since": "2020-01-01"}, "应从今天"),
        ({"comparator": "~"}, "请从列表中选择"),
    ],
)
def test_what_makes_no_sense_is_said_and_kept(browser_of, changes, words) -> None:
    answer = browser_of("section").post(PAGE, data=form(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert changes.get("source", "市政府办〔2026〕1号") in answer.text
    assert rows() == []


def test_the_same_day_twice_is_refused(browser_of) -> None:
    browser = browser_of("section")
    assert browser.post(PAGE, data=form()).status_code == 302
    assert "已有目标" in browser.post(PAGE, data=form()).text
    assert len(rows()) == 3


def test_only_what_is_not_in_force_can_be_withdrawn(browser_of) -> None:
    browser = browser_of("section")
    browser.post(PAGE, data=form())
    begun, later, _last = rows()
    answer = browser.post(f"/indicator-targets/{begun.id}/withdraw", data={"reason": "填错"})
    assert "已生效" in answer.text
    assert browser.post(f"/indicator-targets/{later.id}/withdraw", data={"reason": ""}).status_code == 422
    assert browser.post(f"/indicator-targets/{later.id}/withdraw", data={"reason": "填错"}).status_code == 302
    assert [row.year for row in rows()] == [YEAR, YEAR + 4]
    assert browser.post("/indicator-targets/999999/withdraw", data={"reason": "填错"}).status_code == 404


@pytest.mark.parametrize("login", ["auditor", "county", "company", "leader"])
def test_only_the_section_sets_targets(browser_of, login) -> None:
    browser = browser_of(login)
    assert browser.post(PAGE, data=form()).status_code == 403
    assert browser.get(PAGE).status_code == 403


def test_the_pages_open(browser_of) -> None:
    browser = browser_of("section")
    page = browser.get("/indicator-targets/").text
    assert "主要污染物 PM2.5 年均浓度" in page
    assert "≤ 35" in page
    assert browser.get("/indicator-targets/pm25").status_code == 200
    assert browser.get("/indicator-targets/no-such").status_code == 404


def test_through_the_api(api_of) -> None:
    api = api_of("section")
    body = {"key": "pm25", "comparator": "<=", "source": "年度计划", "years": [{"year": YEAR + 1, "value": "34"}]}
    made = api.post("/indicator-targets", body)
    assert made.status_code == 201
    number = made.json["items"][0]["id"]
    listed = api.get("/indicator-targets", key="pm25").json["items"]
    assert [(row["year"], row["value"]) for row in listed] == [(2025, 35.0), (YEAR + 1, 34.0)]
    assert api.post(f"/indicator-targets/{number}/withdraw", {"reason": "重定"}).status_code == 204
    assert len(api.get("/indicator-targets", key="pm25").json["items"]) == 1
    assert api.post("/indicator-targets", {**body, "years": []}).status_code == 422
    assert api_of("county").post("/indicator-targets", body).status_code == 403
    assert len(api.get("/indicator-targets/definitions").json["items"]) == 46
