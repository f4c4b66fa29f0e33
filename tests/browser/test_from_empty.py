"""From an empty registry to the first paperless visit: one command, then nothing but pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from registry.rules import identifiers
from seeds import cast
from tests.browser import field_pages as field
from tests.browser.conftest import PHONE, PLACE, Server, run_flask, sign_in
from tests.browser.evidence import jpeg, sign
from tests.browser.filling_in import fill_in

BUREAU = "宿州市市场监督管理局"
OFFICE_CODE, USE_CODE, COMPANY_CODE = (
    identifiers.complete_credit_code(f"{kind}1341300MA2RNEW{number}1") for number, kind in enumerate(("1", "9", "9"))
)
PROPERTY, COMPANY = "宿州新城物业服务有限公司", "宿州迅安电梯维修有限公司"
ADDRESS = "埇桥区汴河中路1号新城花园1号楼1单元"
# login -> name, role, unit, telephone
PEOPLE = {
    "wang": ("王建国", "use_manager", PROPERTY, "13805570001"),
    "li": ("李志强", "maintenance_manager", COMPANY, "13805570002"),
    "zhao": ("赵一鸣", "technician", COMPANY, "13805570003"),
    "qian": ("钱永安", "technician", COMPANY, "13805570004"),
}
MINUTES = 42


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of the demo city: tables, the reference data and the first administrator, nothing else."""
    instance = tmp_path_factory.mktemp("empty") / "instance"
    instance.mkdir()
    run_flask(instance, "db", "upgrade")
    run_flask(instance, "seed", "reference")
    office = ("--name", "管理员", "--office", BUREAU, "--credit-code", OFFICE_CODE)
    run_flask(instance, "account", "create-admin", "root", *office, typed=f"{cast.PASSWORD}\n{cast.PASSWORD}\n")
    return instance


def open_by_menu(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first.click()


def save(page: Page, values: dict[str, Any], button: str, answer: str) -> None:
    """Fill in the form that is open and send it; the page says what came of it."""
    fill_in(page, values)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(answer).first).to_be_visible()


def add_person(page: Page, name: str, role: str, unit: str, phone: str) -> None:
    """From the unit's page, which hands its name to the form."""
    open_by_menu(page, "单位")
    page.get_by_role("link", name=unit).first.click()
    page.get_by_role("link", name="登记人员").click()
    expect(page.locator("main [name=unit]")).to_have_value(unit)
    save(page, {"name": name, "phone": phone, "role": role}, "保存", "人员已登记")


def give_login(giver: Page, name: str, login: str) -> None:
    open_by_menu(giver, "人员")
    giver.get_by_role("link", name=name).first.click()
    giver.get_by_role("link", name="登录账号").click()
    save(giver, {"login": login, "password": cast.PASSWORD}, "保存", "已保存")


def add_unit(office: Page, name: str, code: str, kind: str) -> None:
    open_by_menu(office, "单位")
    office.get_by_role("link", name="登记单位").first.click()
    values = {"name": name, "credit_code": code, "area_code": "341302", "capacities": kind}
    save(office, values, "保存", "单位已登记")


def license_company(office: Page, server: Server) -> None:
    office.get_by_role("link", name="维保单位", exact=True).click()
    values = {"licence_no": "TS3334001-2029", "licence_until": server.today + timedelta(days=900)}
    save(office, values, "保存", "已保存")


def certify(manager: Page, server: Server, number: int) -> None:
    """A certificate for elevators that holds for years."""
    manager.get_by_role("link", name="登记证件").click()
    days = {"issued_on": server.today - timedelta(days=200), "expires_on": server.today + timedelta(days=900)}
    save(manager, {"item": "T", "number": f"34220119900101{number:04d}", **days}, "保存", "已保存")


def add_elevator(office: Page, server: Server) -> str:
    """An elevator in use at the place of the phones, under contract; returns the code on its label."""
    open_by_menu(office, "电梯")
    office.get_by_role("link", name="登记电梯").first.click()
    office.get_by_role("link", name="曳引驱动乘客电梯").click()
    registered = server.today - timedelta(days=30)
    values = {
        "address": ADDRESS,
        "name": "1号客梯",
        "place_type": "residential",
        "area_code": "341302",
        "use_unit": PROPERTY,
        "device_code": f"311034130{server.today.year}0011",
        "drive_type": "traction",
        "rated_load_kg": 1000,
        "rated_speed_mps": "1.75",
        "floors": 18,
        "stops": 18,
        "doors": 18,
        "status": "in_use",
        "registered_on": registered,
        "use_cert_no": f"梯11皖L00001({registered:%y})",
        "lat": f"{PLACE['latitude']:.6f}",
        "lon": f"{PLACE['longitude']:.6f}",
    }
    save(office, values, "保存", "电梯已登记")
    code = office.url.rpartition("/")[2]
    office.get_by_role("link", name="登记维保合同").first.click()
    save(office, {"company": COMPANY, "number": "WB-001"}, "保存", "已保存")
    return code


def work(first: Page, second: Page, server: Server, code: str) -> None:
    """Both come, each with his own phone; the first answers everything and goes after forty minutes."""
    field.begin(first, code)
    field.photograph(first, "机房")
    first.locator("#second-worker").select_option(label="钱永安")
    first.get_by_label("用他自己的手机签到").check()
    field.scan(second, code, "join")
    second.locator("input[type=file]").first.set_input_files(jpeg("轿顶", 1000, 750))
    sign(second, second.locator("signature-pad"), slant=2)  # nobody signs like another: the registry compares
    second.locator("#join-submit").click()
    field.arrived(second)
    field.answer_groups(first)
    for number, button in enumerate(first.locator("#step-2 input[type=file]").all()):
        button.set_input_files(jpeg(f"试验{number}", 900, 700))
    field.sign_all(first)
    server.forward(minutes=MINUTES)
    first.clock.fast_forward(MINUTES * 60_000)
    first.locator("#visit-submit").click()
    field.arrived(first)


def confirm(safety_manager: Page) -> None:
    safety_manager.goto("/visits/to-confirm")
    safety_manager.get_by_role("link", name="确认或退回").first.click()
    sign(safety_manager, safety_manager.locator("#confirm-form signature-pad"), slant=3)
    safety_manager.get_by_role("button", name="确认维保").click()
    expect(safety_manager.get_by_text("已确认这次维保")).to_be_visible()


def test_the_first_paperless_visit(server: Server, browse: Callable[..., Page]) -> None:
    def person(login: str, phone: bool = True) -> Page:
        page = browse(PHONE) if phone else browse()
        sign_in(page, login)
        return page

    root = person("root", phone=False)
    add_person(root, "陈明", "section_city", BUREAU, "13805570000")
    give_login(root, "陈明", "office")

    office = person("office", phone=False)
    add_unit(office, PROPERTY, USE_CODE, "use")
    add_unit(office, COMPANY, COMPANY_CODE, "maintenance")
    license_company(office, server)
    code = add_elevator(office, server)
    for login in ("wang", "li"):
        add_person(office, *PEOPLE[login])
        expect(office.get_by_text("由安全管理员或所在单位负责人开通")).to_be_visible()
        give_login(root, PEOPLE[login][0], login)
    manager = person("li", phone=False)
    for number, login in enumerate(("zhao", "qian")):
        add_person(manager, *PEOPLE[login])
        expect(manager.get_by_text("维保人员要有有效的 T 证")).to_be_visible()
        certify(manager, server, number)
        give_login(manager, PEOPLE[login][0], login)

    first, second = person("zhao"), person("qian")
    for page in (first, second):
        page.clock.install()
        page.reload()
        field.ready(page)
    work(first, second, server, code)

    confirm(person("wang"))
    open_by_menu(office, "指标总览")
    tile = office.locator(".indicator").filter(has_text="电梯无纸化维保覆盖率")
    expect(tile).to_contain_text("100.00")
    expect(tile).to_contain_text(re.compile(r"1\s*/\s*1"))
