"""Contracts in the browser: list, one for many, renewal, elevators without one, exports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Contract
from tests import elevators_factory as make

DAY = timedelta(days=1)


def form(*rows, **changes):
    return {
        "company": "安徽迅安电梯工程有限公司",
        "number": "WB-7",
        "since": clock.today().isoformat(),
        "mode": "on_demand",
        "onsite_days": "45",
        "codes": "\n".join(row.label_code for row in rows),
        **changes,
    }


def test_one_contract_for_many(browser_of, actor):
    rows = [make.in_use(actor("section"), n) for n in (1, 2)]
    browser = browser_of("property")
    picked = browser.get(f"/contracts/new?code={rows[0].label_code}&code={rows[1].label_code}").text
    assert all(row.label_code in picked for row in rows)
    assert browser.post("/contracts/new", data=form(*rows)).status_code == 302
    page = browser.get("/contracts/").text
    assert page.count("WB-7") >= 2
    assert "按需维保" in page
    assert "45天" in page


BAD = [
    ({"codes": ""}, "请填写这一项"),
    ({"codes": "SZ-NOPE"}, "第1行"),
    ({"company": "没有这家"}, "没有这个单位"),
    ({"onsite_days": "91"}, "1至90天"),
    ({"since": "then"}, "请填写日期"),
    ({"until": "2020-01-01"}, "终止日期应晚于开始日期"),
]


@pytest.mark.parametrize(("changes", "text"), BAD)
def test_bad_contracts_lose_nothing(browser_of, actor, changes, text):
    row = make.in_use(actor("section"))
    answer = browser_of("property").post("/contracts/new", data=form(row, **changes))
    assert answer.status_code == 422
    assert text in answer.text
    assert "WB-7" in answer.text


def test_renewing_chosen_contracts(browser_of, actor):
    row = make.maintained(actor("section"))
    number = db.session.scalars(select(Contract.id).where(Contract.elevator_id == row.id)).one()
    browser = browser_of("section")
    assert row.address in browser.get(f"/contracts/renew?contracts={number}").text
    assert "没有选择合同" in browser.get("/contracts/renew").text
    wrong = browser.post("/contracts/renew", data={"contracts": [number], "until": clock.today().isoformat()})
    assert wrong.status_code == 422
    assert row.address in wrong.text
    data = {"contracts": [number], "until": (clock.today() + 365 * DAY).isoformat(), "number": "WB-8"}
    assert browser.post("/contracts/renew", data=data).status_code == 302
    assert "WB-8" in browser.get("/contracts/").text


@pytest.mark.parametrize("login", ["company", "tech1"])
def test_a_company_reads_but_does_not_sign(browser_of, actor, login):
    row = make.maintained(actor("section"))
    page = browser_of(login).get("/contracts/").text
    assert row.address in page
    assert "续签" not in page
    assert browser_of(login).post("/contracts/new", data=form(row)).status_code == 403
    assert browser_of(login).post("/contracts/renew", data={"contracts": [1], "until": "2030-01-01"}).status_code == 403


def test_other_roles(browser_of, client, actor):
    make.maintained(actor("section"))
    assert browser_of("filler").get("/contracts/").status_code == 403
    assert client.get("/contracts/").status_code == 302
    assert "汴河中路" not in browser_of("property2").get("/contracts/").text
    assert "汴河中路" not in browser_of("company2").get("/contracts/").text


def test_elevators_without_a_contract(browser_of, actor):
    row = make.in_use(actor("section"))
    for login in ("section", "county", "property"):
        page = browser_of(login).get("/contracts/missing").text
        assert row.label_code in page
        assert f'name="code" value="{row.label_code}"' in page
    assert row.label_code not in browser_of("dangshan").get("/contracts/missing").text
    assert row.label_code not in browser_of("section").get("/contracts/missing?q=没有").text


@pytest.mark.parametrize("name", ["due", "contracts", "uncontracted"])
def test_exports(browser_of, actor, name):
    make.maintained(actor("section"))
    answer = browser_of("section").get(f"/exports/{name}.xlsx")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    assert browser_of("filler").get(f"/exports/{name}.xlsx").status_code == 403
