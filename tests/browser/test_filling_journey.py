"""A filling station's day: labels are printed, read again, scanned at the gun; what may be filled is filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Server

# Serial numbers and register numbers of the cast's LPG bottles of 35.5 L: in order, and overdue for inspection.
REGISTER_NUMBERS = {f"ZC0000{number}": f"334901Z0000{number}" for number in range(1, 9)}
OVERDUE = "ZC00008"
RUNS = [
    pytest.param("ZC00001", PHONE, 10, id="phone"),
    pytest.param("ZC00002", DESK, 40, id="desk"),
]


def print_labels(manager: Page, serials: list[str], folder: Path) -> dict[str, str]:
    """Print the labels of these bottles on one sheet: serial number -> the address in the symbol that was printed."""
    codes = {}
    manager.goto("/labels/?on=cylinder")
    for serial in serials:
        row = manager.get_by_role("row").filter(has_text=REGISTER_NUMBERS[serial])
        row.get_by_role("checkbox").check()
        codes[serial] = row.get_by_role("checkbox").get_attribute("value")
    manager.get_by_label("重印原因").fill("标签磨损")
    with manager.expect_download() as download:
        manager.get_by_role("button", name="打印勾选和填写的").click()
    sheet = folder / "labels.pdf"
    download.value.save_as(sheet)
    pictures = [page.render(scale=300 / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(sheet)]
    read = [found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)]
    return {serial: next(text for text in read if f"/Q/{code}." in text) for serial, code in codes.items()}


def shoot(page: Page, text: str, pause_ms: int) -> None:
    """Pull the trigger of a scanner gun: a fast typist that ends with Enter."""
    page.keyboard.type(text, delay=pause_ms)
    page.keyboard.press("Enter")


def forged(address: str) -> str:
    """The same label with another check: made by somebody who does not know our key."""
    head, _, mac = address.rpartition(".")
    return f"{head}.{mac[::-1] if mac != mac[::-1] else 'A' * len(mac)}"


ALLOWED = ".verdict-allow, .verdict-warn"


def record(filler: Page, server: Server) -> None:
    """Weigh, fill, weigh again; an impatient finger presses twice."""
    expect(filler.locator(".verdict-weights")).to_contain_text("31.4 kg")
    filler.get_by_label("以上各项已逐项检查").check()
    filler.get_by_label("充装前总重").fill("16.9")
    filler.get_by_label("充装后总重").fill("31.2")
    filler.get_by_label("充装人员").select_option(label="高飞")
    filler.get_by_label("检查人员").select_option(label="罗英")
    server.forward(minutes=3)
    filler.get_by_role("button", name="记录充装").dblclick()
    expect(filler.get_by_text("已记录：14.3 kg")).to_be_visible()


@pytest.mark.parametrize(("serial", "viewport", "pause_ms"), RUNS)
def test_a_shift_at_the_gun(
    server: Server,
    signed_in: Callable[..., Page],
    browse: Callable[..., Page],
    tmp_path: Path,
    serial: str,
    viewport: dict[str, int],
    pause_ms: int,
) -> None:
    manager = signed_in("filling", DESK)
    printed = print_labels(manager, [serial, OVERDUE], tmp_path)

    citizen = browse(PHONE)
    citizen.goto(printed[serial])
    expect(citizen.get_by_role("heading", name=serial)).to_be_visible()

    filler = signed_in("filler", viewport)
    filler.get_by_role("link", name="1 号枪").click()
    expect(filler.get_by_role("heading", name="1 号枪")).to_be_visible()
    expect(filler.locator(".scanner-line")).to_be_visible()
    shoot(filler, printed[serial], pause_ms)
    # It comes back from a customer and nobody scanned it in: filled, with a note.
    expect(filler.locator(ALLOWED)).to_contain_text(serial)
    record(filler, server)

    # Nothing is touched between one bottle and the next.
    shoot(filler, printed[OVERDUE], pause_ms)
    red = filler.locator(".verdict-block")
    expect(red).to_contain_text(OVERDUE)
    reasons = filler.locator(".findings")
    expect(reasons).to_contain_text("检验")
    expect(reasons.locator(".finding-rule").first).to_have_text("R08")
    expect(filler.get_by_role("button", name="记录充装")).to_have_count(0)

    shoot(filler, forged(printed[serial]), pause_ms)
    expect(filler.locator(".verdict-block")).not_to_contain_text(OVERDUE)
    expect(filler.locator(".findings .finding-rule").first).to_have_text("R01")
    citizen.goto(forged(printed[serial]))
    expect(citizen.locator(".verdict-block")).to_contain_text("无效标签")

    manager.goto(f"/filling/?q={serial}&since={server.today}")
    rows = manager.get_by_role("row").filter(has_text=serial)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("14.3 kg")


def test_a_bottle_is_read_from_a_photograph(signed_in: Callable[..., Page], tmp_path: Path) -> None:
    """No gun at hand and no camera that opens: the decoder reads a picture of the label."""
    manager = signed_in("filling", DESK)
    manager.goto("/labels/?q=ZC00003")
    manager.get_by_role("row").filter(has_text=REGISTER_NUMBERS["ZC00003"]).get_by_role("link").first.click()
    with manager.expect_download() as download:
        manager.get_by_role("link", name="下载 PNG").click()
    picture = tmp_path / "label.png"
    download.value.save_as(picture)
    filler = signed_in("filler", PHONE)
    filler.get_by_role("link", name=re.compile("^1 号枪")).click()
    filler.locator("qr-scanner input[type=file]").set_input_files(picture)
    expect(filler.locator(ALLOWED)).to_contain_text("ZC00003")
