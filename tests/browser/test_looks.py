"""What only a browser shows: answers while one types, cards without blank lines, pages in English on a phone, clocks of
the city, paper without buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Server, sign_in

ENGLISH = ("/dashboard", "/calls/", "/calls/statistics", "/indicator-figures/report", "/rescue-codes/", "/sunshine/")


def test_a_plate_is_answered_while_it_is_copied(signed_in: Callable[..., Page]) -> None:
    office = signed_in("county", PHONE)
    office.goto("/rescue-codes/?q=900001")
    office.locator('a[href$="/plate"]').first.click()
    field, said = office.locator('input[name="code_seen"]'), office.locator("typed-answer")
    field.press_sequentially("900001")
    expect(said).to_contain_text("与登记的识别码一致")
    field.press("Backspace")
    expect(said).to_contain_text("不符")
    field.fill("90")
    expect(said).to_contain_text("5至8位数字")
    field.fill("")
    expect(said).to_be_empty()
    assert office.locator(".field", has=field).locator("typed-answer").count() == 1


def test_a_card_leaves_out_what_is_empty(signed_in: Callable[..., Page]) -> None:
    phone = signed_in("admin", PHONE)
    phone.goto("/account/security/")
    blank = phone.locator(".as-cards td.is-blank").first
    expect(blank).to_be_hidden()
    assert blank.get_attribute("data-label") == "操作"
    expect(phone.locator('.as-cards td[data-label="地址"]').first).to_be_visible()


def test_pages_in_english_fit_a_phone(signed_in: Callable[..., Page]) -> None:
    phone = signed_in("section", PHONE)
    phone.goto("/account/language/en?next=/dashboard")
    wide = []
    for path in ENGLISH:
        phone.goto(path)
        expect(phone.locator("html")).to_have_attribute("lang", "en")
        phone.wait_for_load_state("networkidle")
        over = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide += [f"{path} {over} px"] if over > 0 else []
    assert not wide


def city_time(seconds: int = 0) -> str:
    """The city's time as the pages write it, so many seconds from now."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def test_the_wall_shows_the_time_of_the_city_anywhere(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(base_url=server.url, timezone_id="America/New_York")
    abroad = context.new_page()
    sign_in(abroad, "desk")
    abroad.goto("/calls/wall")
    shown = abroad.locator("wall-time")
    expect(shown).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"))
    abroad.wait_for_timeout(1500)  # the page's own text came with the server's time: wait for the first tick
    before, now = city_time(-3), shown.inner_text()
    assert before <= now <= city_time(3)
    context.close()


def test_paper_carries_no_buttons(signed_in: Callable[..., Page]) -> None:
    office = signed_in("section")
    office.goto("/rescue-codes/")
    button = office.locator("main .table .btn").first
    expect(button).to_be_visible()
    office.emulate_media(media="print")
    expect(button).to_be_hidden()
    expect(office.locator("main .table td").first).to_be_visible()
