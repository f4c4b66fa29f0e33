"""The sheet of policies, and lists that name equipment: one row for a policy and an elevator."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.db import db
from registry.errors import Forbidden
from registry.exchange import desk, lists
from registry.exchange.code_list import codes_of
from registry.exchange.reading import UnreadableSheet
from registry.exchange.sheets import find
from registry.models import Policy, PolicyItem, TrailEntry
from registry.services import policies
from seeds import cast
from tests import elevators_factory
from tests.exchange.sheets import delimited, workbook
from tests.exchange.test_registers import bring_in
from tests.policies_factory import values


@pytest.fixture
def lifts(actor) -> list[Any]:
    return [elevators_factory.in_use(actor("section"), number) for number in (1, 2, 3)]


def row(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "保单号": "DT-1",
        "设备代码": code,
        "保险公司": None,
        "投保单位": "宿州汇源物业服务有限公司",
        "投保人类型": "使用单位",
        "保险起期": date(2026, 1, 1),
        "保险止期": date(2026, 12, 31),
        "单台保险费（元）": Decimal("93.50"),
        "每次事故限额（元）": "500万元",
        **changes,
    }


def counted() -> tuple[int, int]:
    return (
        db.session.scalar(select(func.count(Policy.id))) or 0,
        db.session.scalar(select(func.count(PolicyItem.id))) or 0,
    )


def test_rows_of_one_number_are_one_policy(lifts) -> None:
    rows = [
        row(lifts[0].label_code),
        row(lifts[1].device_code),
        row(lifts[2].use_cert_no, 保单号="DT-2", **{"单台保险费（元）": None}),
    ]
    assert bring_in("policies", rows, "insurer", "rehearse").summary()["good"] == 3
    assert counted() == (0, 0)
    report = bring_in("policies", rows, "insurer")
    assert report.summary()["new"] == 3, report.errors
    first, second = db.session.scalars(select(Policy).order_by(Policy.policy_no))
    assert (first.premium_fen, first.proposed_fen, first.limit_per_accident_fen) == (18_700, 18_600, 500_000_000)
    assert (second.premium_fen, second.holder_id) == (9_300, cast.unit("property").id)
    assert first.insurer_id == cast.unit("insurer").id
    assert counted() == (2, 3)
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("policy.%"))).all()
    assert acts == ["policy.recorded"] * 2


def test_a_policy_may_be_longer_than_a_part(lifts, monkeypatch) -> None:
    monkeypatch.setattr(desk, "PART", 2)
    report = bring_in("policies", [row(lift.label_code) for lift in lifts], "insurer")
    assert report.summary()["new"] == 3, report.errors
    (made,) = db.session.scalars(select(Policy))
    assert (made.premium_fen, made.proposed_fen, counted()) == (28_050, 27_900, (1, 3))


def test_the_same_list_again_changes_nothing_and_another_elevator_is_an_endorsement(lifts) -> None:
    bring_in("policies", [row(lifts[0].label_code)], "insurer")
    again = bring_in("policies", [row(lifts[0].label_code)], "insurer")
    assert again.summary()["unchanged"] == 1
    more = bring_in("policies", [row(lifts[1].label_code)], "insurer")
    assert more.summary()["refused"] == 1
    assert "批改" in more.errors[0].reason
    assert counted() == (1, 1)


@pytest.mark.parametrize(
    ("changes", "heading", "reason"),
    [
        ({"设备代码": "nonsense"}, "设备代码", "没有找到"),
        ({"投保单位": "没有的单位"}, "投保单位", "没有登记过"),
        ({"保险公司": "宿州汇源物业服务有限公司"}, "保险公司", "没有登记过"),
        ({"保险止期": date(2025, 12, 31)}, "保险止期", "不能早于起期"),
        ({"投保人类型": "其他人"}, "投保人类型", "可选"),
        ({"承保对象": "气瓶", "单台保险费（元）": None}, "单台保险费（元）", "费率表"),
        ({"每人限额（元）": "600万元"}, "每人限额（元）", "不能高于"),
    ],
)
def test_a_bad_cell_is_named_and_the_others_come_in(lifts, changes, heading, reason) -> None:
    report = bring_in(
        "policies", [row(lifts[0].label_code, **changes), row(lifts[1].label_code, 保单号="DT-2")], "insurer"
    )
    assert report.summary()["refused"] == 1
    assert [(error.row, error.heading) for error in report.errors] == [(2, heading)]
    assert reason in report.errors[0].reason
    assert counted() == (1, 1)


def test_rows_of_a_policy_say_the_same(lifts) -> None:
    rows = [row(lifts[0].label_code), row(lifts[1].label_code, 保险止期=date(2026, 11, 30)), row(lifts[0].use_cert_no)]
    report = bring_in("policies", rows, "insurer")
    assert [(error.row, error.column) for error in report.errors] == [(3, "ends_on"), (4, "code")]
    assert counted() == (1, 1)


def test_who_may_import(lifts) -> None:
    for login in ("property", "county", "inspector"):
        with pytest.raises(Forbidden):
            desk.allow(cast.actor(login), "policies")
    given = row(lifts[0].label_code, 保险公司=cast.unit("insurer").name)
    assert bring_in("policies", [given], "section").summary()["new"] == 1


def test_a_list_names_its_equipment() -> None:
    content = workbook([["序号", "设备代码", "标签编号"], [1, "3110", "SZ1"], [2, 31103413, None], [3, None, None]])
    assert codes_of("a.xlsx", content) == ["SZ1", "31103413"]
    assert codes_of("a.csv", delimited([["Label code", "x"], ["SZ2", "y"]])) == ["SZ2"]
    with pytest.raises(UnreadableSheet, match="没有找到代码列"):
        codes_of("a.csv", delimited([["地址", "单位"], ["甲", "乙"]]))


def exported(name: str, login: str, **filters: Any) -> list[dict[str, Any]]:
    target = io.BytesIO()
    lists.write(target, lists.find(name), cast.actor(login), filters, "zh", str)
    sheet = load_workbook(target).active
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, cells, strict=True)) for cells in rows]


def test_what_is_insured_leaves_and_comes_in_again(actor, lifts) -> None:
    made = policies.record(actor("insurer"), values(lifts[0].label_code, lifts[1].label_code, premium_fen=20_000))
    (line,) = exported("policies", "section")
    assert (line["保险费（元）"], line["按费率表测算（元）"]) == (200, 186)
    rows = exported("insured", "insurer")
    assert [(line["设备代码"], line["单台保险费（元）"]) for line in rows] == [
        (lifts[0].label_code, 100),
        (lifts[1].label_code, 100),
    ]
    assert bring_in("policies", rows, "insurer").summary()["unchanged"] == 2
    assert exported("insured", "property2") == []
    assert made.id


def test_what_ends_and_what_has_no_insurance_leaves(actor, lifts, monkeypatch) -> None:
    from registry import clock

    policies.record(actor("insurer"), values(lifts[0].label_code))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 30))
    (line,) = exported("policy-renewals", "section", when="7")
    assert (line["剩余天数"], line["将失去保障（台、只）"]) == (1, 1)
    assert [line["为何没有保障"] for line in exported("uninsured", "property")] == ["从未投保", "从未投保"]


def test_the_template_reads_back(app) -> None:
    assert find("policies").sheet.required == (
        "policy_no",
        "code",
        "holder",
        "holder_type",
        "starts_on",
        "ends_on",
        "limit_per_accident",
    )
