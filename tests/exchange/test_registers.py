"""The sheets of the registers against the registers: what comes in, what is refused, what a second time changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from registry.db import db
from registry.errors import Forbidden
from registry.exchange import desk
from registry.exchange.importing import Report
from registry.exchange.mapping import propose
from registry.exchange.sheets import find
from registry.exchange.template import template_xlsx
from registry.models import Capacity, Certificate, Contract, Cylinder, Elevator, Membership, Person, Unit
from registry.rules.identifiers import complete_credit_code
from seeds import cast
from tests.exchange.sheets import workbook

DEVICE = "3110101062021060{:02d}"


def bring_in(register: str, rows: list[dict[str, Any]], login: str = "section", how: str = "load", **mapping) -> Report:
    """Through a real workbook whose headings are the keys of the rows, with the guessed mapping."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    content = workbook([headings, *([row.get(name) for name in headings] for row in rows)])
    actor = cast.actor(login)
    table = desk.open_file(register, content, "ledger.xlsx")
    profile = propose(table.headings, find(register).sheet)
    for name, values in mapping.items():
        object.__setattr__(profile, name, values)
    report: Report = getattr(desk, how)(find(register).bind(actor, profile), table, profile)
    return report


def elevator_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "设备代码": DEVICE.format(number),
        "设备品种": "曳引驱动乘客电梯",
        "所在区县": "埇桥区",
        "安装地址": f"汴河中路{number}号",
        "使用单位": "宿州汇源物业服务有限公司",
        "额定载重量（kg）": 1000,
        "额定速度": "1.75m/s",
        "层数": 18,
        "站数": 18,
        "门数": 18,
        "维保单位名称": "安徽迅安电梯工程有限公司",
        "检验日期": date(2026, 3, 2),
        "下次检验日期": date(2027, 3, 31),
    } | changes


def elevators() -> list[Elevator]:
    return list(db.session.scalars(select(Elevator).order_by(Elevator.id)))


def reasons(report: Report) -> dict[str, str]:
    return {heading: str(reason) for heading, reason, _ in report.reasons()}


def test_a_ledger_of_elevators_comes_in(app) -> None:
    report = bring_in("elevators", [elevator_row(1), elevator_row(2)])
    assert (report.new, report.refused) == (2, 0), report.errors
    first = elevators()[0]
    assert (first.kind, first.status, first.area_code) == ("traction_passenger", "in_use", "341302")
    assert (first.rated_load_kg, first.rated_speed_mps) == (1000, Decimal("1.75"))
    assert first.use_unit_id == cast.unit("property").id
    contract = db.session.scalars(select(Contract).where(Contract.elevator_id == first.id)).one()
    assert contract.company_id == cast.unit("company").id


def test_the_same_ledger_again_changes_nothing_and_another_changes_what_differs(app) -> None:
    bring_in("elevators", [elevator_row(1), elevator_row(2)])
    again = bring_in("elevators", [elevator_row(1), elevator_row(2)])
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    moved = bring_in("elevators", [elevator_row(1), elevator_row(2, 安装地址="新址1号")])
    assert (moved.changed, moved.unchanged) == (1, 1)
    assert [(change.column, change.new) for change in moved.changes] == [("address", "新址1号")]


@pytest.mark.parametrize(
    ("changes", "heading", "part"),
    [
        ({"设备品种": "施工升降机"}, "设备品种", "可选"),
        ({"设备代码": "123"}, "设备代码", "17"),
        ({"维保单位名称": "没有这家公司"}, "维保单位名称", "先登记"),
        ({"站数": 20}, "站数", "不能多于层数"),
        ({"额定速度": "很快"}, "额定速度", "数字"),
        ({"检验日期": "02/03/2026"}, "检验日期", "顺序不明"),
        ({"安装地址": None}, "安装地址", "必填"),
        ({"所在区县": "合肥市"}, "所在区县", "可选"),
    ],
)
def test_a_bad_cell_is_named(app, changes, heading, part) -> None:
    report = bring_in("elevators", [elevator_row(1), elevator_row(2, **changes)], how="rehearse")
    assert (report.new, report.refused) == (1, 1)
    assert part in reasons(report)[heading]
    assert report.errors[0].row == 3


def test_a_use_unit_nobody_knows_is_registered_once(app) -> None:
    code = complete_credit_code("91341300MA2N99990")
    rows = [
        elevator_row(1, 使用单位="泗县新城物业有限公司"),
        elevator_row(2, 使用单位="泗县新城物业有限公司"),
        elevator_row(3, 使用单位="萧县人民医院", 统一社会信用代码=code),
    ]
    rehearsed = bring_in("elevators", rows, how="rehearse")
    assert rehearsed.new == 3
    assert not db.session.scalars(select(Unit).where(Unit.name == "萧县人民医院")).all()
    assert bring_in("elevators", rows).new == 3
    made = db.session.scalars(select(Unit).where(Unit.source == "import").order_by(Unit.name)).all()
    assert sorted((unit.name, unit.credit_code) for unit in made) == [
        ("泗县新城物业有限公司", None),
        ("萧县人民医院", code),
    ]
    assert len({row.use_unit_id for row in elevators()}) == 2
    assert bring_in("elevators", rows).unchanged == 3


def test_what_will_be_registered_with_the_rows_is_announced(app) -> None:
    content = workbook([list(elevator_row(1)), list(elevator_row(1, 使用单位="新单位甲").values())])
    table = desk.open_file("elevators", content, "x.xlsx")
    profile = propose(table.headings, find("elevators").sheet)
    bound = find("elevators").bind(cast.actor("section"), profile)
    desk.rehearse(bound, table, profile)
    assert [str(text) for text in bound.announce()] == ["将一并登记1个新单位：新单位甲"]


def test_a_name_of_two_units_needs_the_code(app) -> None:
    bring_in("elevators", [elevator_row(1, 使用单位="同名物业")])
    bring_in(
        "elevators", [elevator_row(2, 使用单位="同名物业", 统一社会信用代码=complete_credit_code("91341300MA2N88880"))]
    )
    report = bring_in("elevators", [elevator_row(3, 使用单位="同名物业")])
    assert "统一社会信用代码" in reasons(report)["使用单位"]


def test_a_county_imports_into_its_own_area_only(app) -> None:
    report = bring_in("elevators", [elevator_row(1), elevator_row(2, 所在区县="砀山县")], login="county")
    assert (report.new, report.refused) == (1, 1)
    assert "辖区" in reasons(report)["所在区县"]


def test_who_may_not_register_may_not_import(app) -> None:
    with pytest.raises(Forbidden):
        bring_in("elevators", [elevator_row(1)], login="filling")
    with pytest.raises(Forbidden):
        desk.allow(cast.actor("property"), "elevators")


def test_one_broken_part_leaves_nothing_behind(app, monkeypatch) -> None:
    monkeypatch.setattr(desk, "PART", 1)
    from registry.services import elevators_bulk

    original, calls = elevators_bulk.bulk_register, []

    def breaks(actor, rows):
        calls.append(rows)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        return original(actor, rows)

    monkeypatch.setattr(elevators_bulk, "bulk_register", breaks)
    with pytest.raises(RuntimeError, match="disk is full"):
        bring_in("elevators", [elevator_row(1), elevator_row(2)])
    assert elevators() == []


def cylinder_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of 气瓶基本信息汇总表."""
    return {
        "设备品种": "液化石油气钢瓶",
        "产品编号": f"05{number:05d}",
        "充装介质": "液化石油气",
        "制造单位": "江苏民生特种设备集团有限公司",
        "制造年月": "2023-05",
        "公称工作压力": "2.1MPa",
        "容积": 35.5,
        "最近一次检验日期": None,
        "下次检验日期": date(2027, 4, 30),
        "单位内编号": f"A{number}",
        "变更或停用情况": "在用",
        "信息化管理情况": "有电子标签",
    } | changes


def test_the_summary_table_of_cylinders_comes_in(app) -> None:
    report = bring_in("cylinders", [cylinder_row(1), cylinder_row(2)], login="filling", columns=MAPPED)
    assert (report.new, report.refused) == (2, 0), report.errors
    found = db.session.scalars(select(Cylinder).order_by(Cylinder.id)).all()
    assert (found[0].volume_ml, found[0].working_pressure_kpa, found[0].medium) == (35_500, 2_100, "lpg")
    assert found[0].owner_id == cast.unit("station").id
    assert found[0].maker_code == "江苏民生特种设备集团有限公司"
    again = bring_in("cylinders", [cylinder_row(1), cylinder_row(2)], login="filling", columns=MAPPED)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2), again.changes


MAPPED = {
    "kind": "设备品种",
    "serial_no": "产品编号",
    "medium": "充装介质",
    "maker": "制造单位",
    "made_on": "制造年月",
    "working_pressure_mpa": "公称工作压力",
    "volume_l": "容积",
    "last_inspected_on": "最近一次检验日期",
    "stated_next_inspection_on": "下次检验日期",
    "inner_no": "单位内编号",
    "status": "变更或停用情况",
    "information_management": "信息化管理情况",
}


def test_the_summary_table_is_matched_by_itself(app) -> None:
    table = desk.open_file("cylinders", workbook([list(cylinder_row()), list(cylinder_row().values())]), "x.xlsx")
    assert propose(table.headings, find("cylinders").sheet).columns == MAPPED


def test_another_stations_cylinder_is_refused_without_a_word_about_it(app) -> None:
    bring_in("cylinders", [cylinder_row(1)], login="filling", columns=MAPPED)
    report = bring_in(
        "cylinders", [cylinder_row(1, 设备品种="液化石油气钢瓶")], login="filling2", columns=MAPPED, how="rehearse"
    )
    assert report.refused == 1
    assert all(change.old is None for change in report.changes)


def unit_row(**changes: Any) -> dict[str, Any]:
    return {
        "统一社会信用代码": complete_credit_code("91341300MA2P00010"),
        "单位名称": "宿州新气体有限公司",
        "单位类别": "充装单位",
        "辖区": "灵璧县",
        "联系电话": "0557-6021234",
        "许可证编号": "TS4234009-2028",
        "许可有效期至": date(2028, 12, 31),
        "许可充装介质": "氧、氮，氩",
    } | changes


def test_units_come_in_by_capacity(app) -> None:
    rows = [unit_row(), unit_row(单位类别="使用单位", 许可证编号=None, 许可有效期至=None, 许可充装介质=None)]
    assert bring_in("units", rows).new == 2
    assert bring_in("units", rows).unchanged == 2
    unit = db.session.scalars(select(Unit).where(Unit.name == "宿州新气体有限公司")).one()
    held = db.session.scalars(select(Capacity).where(Capacity.unit_id == unit.id))
    found = {row.capacity: row for row in held}
    assert set(found) == {"filling", "use"}
    assert found["filling"].media == ["oxygen", "nitrogen", "argon"]
    wrong = bring_in("units", [unit_row(统一社会信用代码="91341300MA2P00010X"), unit_row(许可充装介质="香水")])
    assert wrong.refused == 2
    assert "香水" in reasons(wrong)["许可充装介质"]


def person_row(**changes: Any) -> dict[str, Any]:
    return {
        "姓名": "周小军",
        "手机": "13955712345",
        "单位名称": "安徽迅安电梯工程有限公司",
        "岗位": "维保人员",
        "作业项目": "T 电梯修理",
        "证书编号": "T341300199001011234",
        "发证日期": date(2024, 1, 1),
        "有效期至": date(2028, 1, 1),
    } | changes


def test_people_come_in_with_certificates(app) -> None:
    rows = [person_row(), person_row(作业项目="A 特种设备安全管理", 证书编号="A3413001")]
    report = bring_in("people", rows)
    assert (report.refused, report.new + report.changed) == (0, 2), report.errors
    person = db.session.scalars(select(Person).where(Person.name == "周小军")).one()
    assert person.login is None
    roles = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).all()
    assert [(row.unit_id, row.role) for row in roles] == [(cast.unit("company").id, "technician")]
    held = db.session.scalars(select(Certificate.item).where(Certificate.person_id == person.id)).all()
    assert sorted(held) == ["A", "T"]
    assert bring_in("people", rows).unchanged == 2
    wrong = bring_in("people", [person_row(姓名="李四"), person_row(岗位="市局特设科"), person_row(有效期至=None)])
    assert wrong.refused == 3


@pytest.mark.parametrize("register", ["elevators", "cylinders", "units", "people"])
def test_a_template_is_read_by_its_own_register(app, register) -> None:
    sheet = find(register).sheet
    content = template_xlsx(sheet)
    import io

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    headings = [str(cell.value) for cell in book.worksheets[0][1]]
    filled = workbook([headings, ["x"] * len(headings)])
    assert set(propose(desk.open_file(register, filled, "x.xlsx").headings, sheet).columns) == {
        column.name for column in sheet.columns
    }
