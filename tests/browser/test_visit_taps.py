"""How often a finger touches the glass for a half-monthly visit of 31 items."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import field_pages as field
from tests.browser.conftest import PHONE
from tests.browser.evidence import jpeg

MOST_TAPS = 60
ITEMS = 31
COUNT_TAPS = """addEventListener("pointerdown", () => {
  sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true)"""


class Finger:
    """Counts what the page saw, and one for each field that was typed in, two for each choice from a list."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.typed = 0

    @property
    def taps(self) -> int:
        return self.typed + int(self.page.evaluate("sessionStorage.taps ?? 0"))


@pytest.mark.parametrize("one_by_one", [True, False], ids=["one by one", "by group"])
def test_a_visit_of_31_items(signed_in: Callable[..., Page], one_by_one: bool) -> None:
    page = signed_in("tech1", PHONE)
    field.ready(page)
    page.context.add_init_script(COUNT_TAPS)
    page.reload()
    finger = Finger(page)
    page.locator("#field-search").fill("lake-1-1" if one_by_one else "lake-3-1")
    finger.typed += 1
    code = page.locator(".due-list > li").get_attribute("id").removeprefix("due-")
    page.get_by_role("button", name="开始维保").click()
    if page.locator("[data-cycle=half_month]").get_attribute("aria-pressed") != "true":
        page.locator("[data-cycle=half_month]").click()
    items = page.locator("fieldset.item")
    expect(items).to_have_count(ITEMS)
    field.photograph(page, f"机房 {one_by_one}")
    see_plate(page, finger, "清楚无误" if one_by_one else "号码不对")
    page.locator("#second-worker").select_option(label="朱军")
    finger.typed += 2
    if one_by_one:
        for item in items.all():
            item.get_by_role("radio", name="正常").check()
    else:
        for group in page.get_by_role("button", name="本组未答的都正常").all():
            group.click()
    items.nth(4).get_by_role("radio", name="异常").check()
    items.nth(4).locator(".item-note").fill("照明灯管闪烁，已报物业更换")
    page.locator("[name=value-A-1-29]").fill("8.5")
    finger.typed += 2
    page.locator("#step-2 input[type=file]").set_input_files(jpeg("制动器", 900, 700))
    expect(page.locator("#step-2 .field-photo img")).to_be_visible()
    field.sign_all(page)
    if not one_by_one:
        mend_plate(page, finger)
    page.locator("#visit-submit").click()
    page.get_by_role("button", name="仍然签退").click()
    field.arrived(page)
    assert ITEMS * one_by_one < finger.taps <= MOST_TAPS
    place = next(row for row in page.request.get("/field/work.json").json()["elevators"] if row[0] == code)
    assert place[13] == ("verified" if one_by_one else "wrong")


def see_plate(page: Page, finger: Finger, said: str) -> None:
    """What hangs in the car as the plate of 96366; for another number one that is none."""
    page.get_by_role("radio", name=said).check()
    number = page.get_by_label("标识上的号码")
    if said == "清楚无误":
        expect(number).to_have_count(0)
        return
    number.fill("99")
    finger.typed += 1
    beside = page.locator("#plate-code-wrong")
    expect(beside).to_be_hidden()
    number.blur()
    expect(beside).to_have_text("照标识抄写，5至8位数字")
    expect(number).to_have_attribute("aria-invalid", "true")
    number.fill(page.locator("#plate legend").inner_text().split("：")[1].split()[0])
    expect(beside).to_have_text("和登记的号码一样：请选“清楚无误”")
    number.fill("99009")
    expect(beside).to_be_hidden()
    expect(number).to_have_attribute("aria-invalid", "false")
    number.fill("99")


def mend_plate(page: Page, finger: Finger) -> None:
    """The page asks for the number of a plate that hangs wrongly."""
    page.locator("#visit-submit").click()
    expect(page.locator("#plate .plate-wrong")).to_have_text("照标识抄写，5至8位数字")
    page.get_by_label("标识上的号码").fill("９９９ 099")
    finger.typed += 1
