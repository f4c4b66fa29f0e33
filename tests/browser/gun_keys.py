"""A filling station's screen worked as it stands there: a scanner gun and a few keys, no mouse."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import zxingcpp
from PIL.Image import Image
from playwright.sync_api import Page, expect

GUN_MS = 8  # a keyboard-wedge scanner leaves 5-10 ms between two keys
FINGER_MS = 180  # a finger does not press two keys at once


def printed(manager: Page, serials: dict[str, str], folder: Path) -> dict[str, tuple[str, Image]]:
    """Print labels of bottles (serial -> register number): serial -> the address in the symbol, and its picture."""
    codes = {}
    manager.goto("/labels/?on=cylinder")
    for serial, register_no in serials.items():
        row = manager.get_by_role("row").filter(has_text=register_no)
        row.get_by_role("checkbox").check()
        codes[serial] = row.get_by_role("checkbox").get_attribute("value")
    manager.get_by_label("重印原因").fill("标签磨损")
    with manager.expect_download() as download:
        manager.get_by_role("button", name="打印勾选和填写的").click()
    sheet = folder / "labels.pdf"
    download.value.save_as(sheet)
    pictures = [page.render(scale=300 / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(sheet)]
    read = [(found, picture) for picture in pictures for found in zxingcpp.read_barcodes(picture)]
    return {
        serial: next((found.text, cut(found, picture)) for found, picture in read if f"/Q/{code}." in found.text)
        for serial, code in codes.items()
    }


def cut(found: zxingcpp.Barcode, picture: Image) -> Image:
    """The symbol with a margin around it."""
    corners = (found.position.top_left, found.position.bottom_right)
    margin = 24
    box = (corners[0].x - margin, corners[0].y - margin, corners[1].x + margin, corners[1].y + margin)
    return picture.crop(box).convert("RGB")


def shoot(page: Page, text: str, pause_ms: int = GUN_MS) -> None:
    """Pull the trigger of a scanner gun: a fast typist that ends with Enter."""
    page.keyboard.type(text, delay=pause_ms)
    page.keyboard.press("Enter")


def registry_only(page: Page) -> None:
    """Let the device get no list: the registry alone answers, however long a busy machine takes. (With a list, the list
    answers after three seconds and names the bottle by its code.)"""
    page.route("**/filling/offline/list*", lambda route: route.abort())


def fingers(page: Page, *keys: str) -> None:
    """Press keys one after the other as people do."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(FINGER_MS)


def enter(page: Page, question: str, text: str) -> None:
    """Answer a question with a number and Enter."""
    expect(page.locator(f"[data-question={question}]")).to_be_visible()
    page.keyboard.type(text, delay=40)
    page.keyboard.press("Enter")


def choose(page: Page, name: str) -> None:
    """Choose one of the lines of the question by its number key."""
    page.keyboard.press(key_of(page, name))


def at_step(page: Page, step: str) -> None:
    """Wait until the screen stands at a step; a failure tells what it says instead."""
    try:
        expect(page.locator("body")).to_have_attribute("data-step", step)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{page.locator('main').inner_text()}") from None


PART = "[data-question]:has(.gun-pick[data-item])"


def all_in_order(page: Page) -> None:
    """Every part in order, one key each."""
    all_in_order_up_to(page, "")


def all_in_order_up_to(page: Page, part: str) -> None:
    """Every part before this one in order, one key each."""
    while page.locator(PART).count():
        asked = page.locator(PART).get_attribute("data-question")
        if asked == part:
            return
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-question={asked}]")).to_have_count(0)


def key_of(page: Page, name: str) -> str:
    """The number key of a line of the question."""
    line = page.locator(".gun-pick", has_text=name).first
    expect(line).to_be_visible()
    return line.locator("kbd").inner_text()


def check_before(page: Page, gross: str, checker: str) -> None:
    """The check before filling: all in order."""
    at_step(page, "check")
    all_in_order(page)
    if page.locator("[data-question=purged]").count():
        choose(page, "已抽真空或置换")
    enter(page, "gross_before", gross)
    person(page, "checker", checker)


def person(page: Page, question: str, name: str) -> None:
    """Who does it, where that is not known yet."""
    if page.locator(f"[data-question={question}]").count():
        choose(page, name)


def fill(page: Page, gross: str) -> None:
    """Open the gun, fill, weigh."""
    at_step(page, "unlock")
    expect(page.locator("[data-countdown]")).to_contain_text("秒")
    page.keyboard.press("Enter")
    at_step(page, "fill")
    enter(page, "gross_after", gross)


def check_after(page: Page, gross: str, checker: str) -> None:
    """The check after filling: all in order, weighed again."""
    at_step(page, "after")
    all_in_order(page)
    choose(page, "没有泄漏")
    enter(page, "reweigh", gross)
    person(page, "postchecker", checker)


def release(page: Page) -> None:
    """Let it go."""
    at_step(page, "release")
    page.keyboard.press("Enter")
    at_step(page, "done")
