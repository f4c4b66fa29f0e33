"""The office's week: a ledger comes in, an elevator is registered and insured."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Server
from tests.browser.filling_in import fill_in

HEADINGS = ("设备代码", "梯型", "区县", "安装在哪里", "使用单位", "额定载重量（kg）")
PROPERTY = "宿州汇源物业服务有限公司"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def device_code(server: Server, serial: str) -> str:
    """A code as a maker gives it this year."""
    return f"311034130{server.today.year}{serial}"


def ledger(server: Server, run: int) -> dict[str, Any]:
    """A county's own list: two rows that are good once somebody says what 客梯 is, and one with half a code."""
    rows = (
        (device_code(server, f"0{run:02d}1"), "客梯", "埇桥区", f"埇桥区胜利路{run}号1号楼", PROPERTY, 1000),
        (device_code(server, f"0{run:02d}2"), "客梯", "埇桥区", f"埇桥区胜利路{run}号2号楼", PROPERTY, "1050公斤"),
        ("3110341", "客梯", "埇桥区", f"埇桥区胜利路{run}号3号楼", PROPERTY, 800),
    )
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("台账")
    for number, row in enumerate((HEADINGS, *rows)):
        sheet.write_row(number, 0, row)
    book.close()
    return {"name": f"埇桥电梯{run}.xlsx", "mimeType": XLSX, "buffer": stream.getvalue()}


def bring_in(section: Page, server: Server, run: int, folder: Path) -> None:
    """Hand in, match the columns and the words, check, fetch what is wrong, import what is good."""
    section.goto("/imports/")
    fill_in(section, {"register": "elevators", "file": ledger(server, run)})
    section.get_by_role("button", name="上传", exact=True).click()
    section.wait_for_url(re.compile(r"/imports/\d+/columns"))
    expect(section.locator("#heading-device_code")).to_have_value("设备代码")
    section.get_by_role("button", name="下一步").click()
    expect(section.locator(".error-summary")).to_contain_text("使用地点")
    section.locator("#heading-address").select_option("安装在哪里")
    section.locator("#heading-kind").select_option("梯型")
    section.get_by_role("button", name="下一步").click()
    section.wait_for_url(re.compile("/values"))
    section.get_by_label("“客梯”对应的值").select_option("traction_passenger")
    section.get_by_role("button", name="检查").click()
    section.wait_for_url(re.compile(r"/imports/\d+$"))
    facts = section.locator("main dl").first
    expect(facts).to_contain_text(re.compile(r"将新增\s*2"))
    expect(facts).to_contain_text(re.compile(r"退回\s*1"))
    with section.expect_download() as download:
        section.get_by_role("link", name="下载退回的行").click()
    refused = folder / "refused.xlsx"
    download.value.save_as(refused)
    head, row, *rest = openpyxl.load_workbook(refused).active.iter_rows(values_only=True)
    assert (head[:6], row[0], row[6], rest) == (HEADINGS, "3110341", 4, [])
    assert "设备代码" in row[7]
    section.get_by_role("button", name="导入 2 行").click()
    expect(section.get_by_text("导入完成：新增 2 行")).to_be_visible()


def register(county: Page, server: Server, run: int) -> str:
    """An elevator by form, with a slip of the pen on the way; returns its label code."""
    county.goto("/elevators/")
    county.get_by_role("link", name="登记电梯").first.click()
    county.get_by_role("link", name="曳引驱动乘客电梯").click()
    address = f"埇桥区银河一路{run}号商务中心"
    fill_in(
        county,
        {
            "address": address,
            "name": "1号客梯",
            "place_type": "office",
            "area_code": "341302",
            "use_unit": PROPERTY,
            "device_code": "3110341",
            "drive_type": "traction",
            "rated_load_kg": 1000,
            "rated_speed_mps": "1.75",
            "floors": 20,
            "stops": 20,
            "doors": 20,
            "registered_on": server.today - timedelta(days=3),
            "use_cert_no": f"梯11皖L90{run:03d}({server.today:%y})",
            "status": "in_use",
            "lat": "33.640200",
            "lon": "116.978000",
        },
    )
    county.get_by_role("button", name="保存").click()
    expect(county.locator(".error-summary")).to_contain_text("设备代码")
    expect(county.locator('[name="address"]')).to_have_value(address)
    fill_in(county, {"device_code": device_code(server, f"1{run:02d}9")})
    county.get_by_role("button", name="保存").click()
    expect(county.get_by_text("电梯已登记")).to_be_visible()
    expect(county.get_by_role("heading", level=1)).to_be_visible()
    return county.url.rpartition("/")[2]


def insure(insurer: Page, server: Server, run: int, code: str) -> None:
    """A policy over one elevator; the last day may not be before the first."""
    insurer.goto("/policies/")
    insurer.get_by_role("link", name="登记保单").first.click()
    fill_in(
        insurer,
        {
            "policy_no": f"DT-2026-{run:04d}",
            "holder": PROPERTY,
            "holder_type": "use_unit",
            "starts_on": server.today,
            "ends_on": server.today - timedelta(days=1),
            "premium": "93.00",
            "limit_per_accident": "5000000",
            "codes": code,
        },
    )
    insurer.get_by_role("button", name="登记保单").click()
    expect(insurer.locator(".error-summary")).to_be_visible()
    fill_in(insurer, {"ends_on": server.today + timedelta(days=364)})
    insurer.get_by_role("button", name="登记保单").click()
    expect(insurer.get_by_text("保单已登记")).to_be_visible()


def uninsured(office: Page, address: str) -> int:
    """How often an elevator stands in the list behind the figure of liability insurance, reached by its tile."""
    office.goto("/dashboard")
    office.locator(".indicator").filter(has_text="责任保险").first.click()
    expect(office.get_by_role("heading", name="未计入明细")).to_be_visible()
    office.goto(f"{office.url.partition('?')[0]}?area=341302&limit=200")
    return office.get_by_role("link", name=re.compile(address)).count()


@pytest.mark.parametrize(("run", "viewport"), [pytest.param(1, PHONE, id="phone"), pytest.param(2, DESK, id="desk")])
def test_a_ledger_an_elevator_and_its_policy(
    server: Server, signed_in: Callable[..., Page], tmp_path: Path, run: int, viewport: dict[str, int]
) -> None:
    section = signed_in("section", viewport)
    bring_in(section, server, run, tmp_path)
    section.goto("/elevators/")
    section.locator("main").get_by_label("编号、单位或地址").fill(f"胜利路{run}号")
    section.keyboard.press("Enter")
    expect(section.locator("main table tbody tr")).to_have_count(2)

    code = register(signed_in("county", viewport), server, run)
    assert uninsured(section, f"银河一路{run}号") == 1
    section.get_by_role("link", name=re.compile(f"银河一路{run}号")).click()
    expect(section).to_have_url(re.compile(code))

    insure(signed_in("insurer", viewport), server, run, code)
    assert uninsured(section, f"银河一路{run}号") == 0
