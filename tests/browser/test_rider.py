"""A rider on a phone: reads what is known, reports a fault without any script, sees what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_every_page import AXE, SERIOUS, overflow


def barriers(page: Page) -> list[str]:
    """What keeps people out of the page that is open."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in report["violations"] if v["impact"] in SERIOUS]


@pytest.fixture
def label(signed_in: Callable[..., Page]) -> str:
    """The address behind the label of one of the cast's elevators."""
    office = signed_in("county", DESK)
    office.goto("/elevators/?q=翠湖花园1号楼1单元")
    office.locator("main table td a").first.click()
    address = office.locator("a", has_text="标签页面").get_attribute("href")
    assert address
    return address


def test_a_report_from_the_car(browse: Callable[..., Page], label: str) -> None:
    page = browse(PHONE)
    page.goto(label)
    assert not overflow(page) + barriers(page)
    expect(page.locator("a[href='tel:96366']")).to_be_visible()
    assert page.evaluate("document.scripts.length") == 0
    page.get_by_text("报告故障").click()
    assert not overflow(page) + barriers(page)
    assert page.locator(".trap").evaluate("it => it.getBoundingClientRect().width") <= 1
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写这一项")
    page.get_by_label("异响或抖动").check()
    page.get_by_label("补充说明").fill("下行到3楼有摩擦声")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"BX-\d{4}-\d{6}"))
    assert "/receipts/" in page.url
    assert not overflow(page) + barriers(page)


def test_the_page_can_be_printed(browse: Callable[..., Page], label: str) -> None:
    page = browse(DESK)
    page.goto(label)
    page.emulate_media(media="print")
    expect(page.get_by_text("报告故障")).to_be_hidden()
    expect(page.locator(".call-code")).to_be_visible()
