"""A filling station's day: labels are printed, read again, scanned at the gun; what may be filled is filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import gun_keys
from tests.browser.conftest import DESK, PHONE, Server

# Serial numbers and register numbers of the cast's LPG bottles of 35.5 L: in order, and overdue for inspection.
REGISTER_NUMBERS = {f"ZC0000{number}": f"334901Z0000{number}" for number in range(1, 9)}
OVERDUE = "ZC00008"
ALLOWED = ".verdict-allow, .verdict-warn"
RUNS = [
    pytest.param("ZC00001", PHONE, 10, id="phone"),
    pytest.param("ZC00002", DESK, 40, id="desk"),
]


def forged(address: str) -> str:
    """The same label with another check: made by somebody who does not know our key."""
    head, _, mac = address.rpartition(".")
    return f"{head}.{mac[::-1] if mac != mac[::-1] else 'A' * len(mac)}"


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
    numbers = {name: REGISTER_NUMBERS[name] for name in (serial, OVERDUE)}
    printed = {name: text for name, (text, _) in gun_keys.printed(manager, numbers, tmp_path).items()}

    citizen = browse(PHONE)
    citizen.goto(printed[serial])
    expect(citizen.get_by_role("heading", name=serial)).to_be_visible()

    filler = signed_in("filler", viewport)
    gun_keys.registry_only(filler)
    filler.keyboard.press("1")  # the gun
    expect(filler.get_by_role("heading", name="1 号枪")).to_be_visible()
    expect(filler.locator("#gun-held")).to_have_text("扫码枪就绪，直接扣扳机")
    gun_keys.shoot(filler, printed[serial], pause_ms)
    # It comes back from a customer and nobody scanned it in: filled, with a note.
    expect(filler.locator(ALLOWED)).to_contain_text(serial)
    expect(filler.locator(".gun-stop")).to_contain_text("31.4 kg")
    gun_keys.check_before(filler, "16.9", "罗英")
    gun_keys.fill(filler, "31.2")
    expect(filler.locator(".gun-word")).to_contain_text("14.3")
    gun_keys.check_after(filler, "31.2", "罗英")
    gun_keys.release(filler)

    # Nothing is touched between one bottle and the next.
    gun_keys.shoot(filler, printed[OVERDUE], pause_ms)
    red = filler.locator(".verdict-block")
    expect(red).to_contain_text(OVERDUE)
    expect(red.locator(".gun-reason")).to_contain_text("检")
    expect(red.locator(".gun-rule").first).to_have_text("R08")
    expect(filler.locator("[data-question]")).to_have_count(0)

    gun_keys.shoot(filler, forged(printed[serial]), pause_ms)
    expect(filler.locator(".verdict-block .gun-rule").first).to_have_text("R01")
    expect(filler.locator(".verdict-block")).not_to_contain_text(OVERDUE)
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
    gun_keys.registry_only(filler)
    filler.get_by_role("link", name=re.compile("^1 号枪")).click()
    filler.locator("summary", has_text="摄像头或手工输入").click()
    filler.locator("qr-scanner input[type=file]").set_input_files(picture)
    expect(filler.locator(ALLOWED)).to_contain_text("ZC00003")
