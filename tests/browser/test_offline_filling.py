"""The page at the gun without a network: bottles are judged by the list and filled, the tab dies, the line loses
answers, and every fill arrives once; what the register judges otherwise is told at once."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from registry import codes
from tests.browser import gun_keys
from tests.browser.conftest import DESK, Server, settled, sign_in
from tests.browser.losing import Line

GUN = "/filling/gun?gun=1"
ALLOWED = ".verdict-allow, .verdict-warn"
BLOCKED = ".verdict-block"
IN_ORDER = ("ZC00001", "ZC00002", "ZC00003")
OVERDUE = "ZC00008"
LATER = "Date.now = ((real) => () => real() + {hours} * 3600000)(Date.now);"
WAITING = "#gun-offline[data-waiting='{count}']"


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    with Line(server.url, "/api/v1/fillings") as found:
        yield found


@pytest.fixture
def tablet(line: Line, browse: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`tablet("filler")`: a station's tablet at gun 1 that has its list and would open without a network."""

    def make(login: str) -> Page:
        page = browse(DESK, base_url=line.url)
        sign_in(page, login)
        ready(page)
        return page

    yield make
    line.heal()


def ready(page: Page) -> None:
    page.goto(GUN)
    listening(page)
    expect(page.locator("#gun-offline")).to_have_attribute("data-version", re.compile(r"\d"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def listening(page: Page) -> None:
    """What a scanner types before that is nobody's."""
    expect(page.locator("#gun-held")).to_have_text("扫码枪就绪，直接扣扳机")


def code_of(page: Page, serial: str) -> str:
    (found,) = page.request.get(f"/api/v1/cylinders?q={serial}").json()["items"]
    return str(found["code"])


def fills_of(page: Page, code: str) -> list[dict[str, Any]]:
    """What the registry has on record of a bottle, of this day."""
    found = page.request.get(f"/api/v1/fill-cycles?q={code}").json()["items"]
    return [turn for turn in found if turn["state"] == "filled"]


def fill(page: Page, code: str, gross: str) -> None:
    """Scan, check, open the gun, fill: all by the list."""
    gun_keys.shoot(page, code)
    expect(page.locator(ALLOWED)).to_contain_text(code)
    expect(page.locator(".gun-judged-offline")).to_contain_text("离线清单")
    gun_keys.check_before(page, "16.9", "罗英")
    gun_keys.fill(page, gross)
    gun_keys.at_step(page, "after")


def killed(page: Page) -> Page:
    """The tab dies without a word; another one is opened."""
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto(GUN)
    listening(again)
    return again


def test_a_morning_without_a_network(
    tablet: Callable[..., Page], signed_in: Callable[..., Page], line: Line, server: Server
) -> None:
    page, office = tablet("filler"), signed_in("section")
    first, second, stopped = [code_of(page, serial) for serial in IN_ORDER]
    overdue = code_of(page, OVERDUE)
    page.context.set_offline(True)

    fill(page, first, "31.2")
    expect(page.locator(WAITING.format(count=1))).to_have_count(1)
    expect(page.locator("#list-age")).to_contain_text("还能用23小时")
    gun_keys.shoot(page, overdue)
    expect(page.locator(f"{BLOCKED} .gun-rule").first).to_have_text("R08")
    gun_keys.shoot(page, codes.new_code(version="1"))
    expect(page.locator(f"{BLOCKED} .gun-rule").first).to_have_text("R02")
    gun_keys.shoot(page, f"{second}.0000000000000000")
    expect(page.locator(f"{BLOCKED} .gun-rule").first).to_have_text("R01")

    page = killed(page)
    expect(page.locator("#gun-title")).to_contain_text("1 号枪")
    expect(page.locator(WAITING.format(count=1))).to_have_count(1)
    fill(page, second, "31.0")
    fill(page, stopped, "31.3")
    expect(page.locator(WAITING.format(count=3))).to_have_count(1)
    suspended = office.request.post(f"/api/v1/cylinders/{stopped}/suspend", data={"reason": "投诉"})
    assert suspended.ok, suspended.text()

    line.every = 2
    page.context.set_offline(False)
    expect(page.locator(WAITING.format(count=0))).to_have_count(1, timeout=30_000)
    line.every = 0
    assert line.lost >= 2, "the line lost too little for this to mean anything"

    told = page.locator(".gun-disagreement")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(stopped)
    expect(told).to_contain_text("停用")
    assert Counter({code: len(fills_of(page, code)) for code in (first, second, stopped)}) == {
        first: 1,
        second: 1,
        stopped: 0,
    }
    for who in (page, office):
        who.goto("/offline-disagreements/")
        expect(who.get_by_role("row").filter(has_text=stopped)).to_contain_text("R07")
        expect(who.get_by_role("row").filter(has_text=first)).to_have_count(0)


def forged(content: bytes) -> bytes:
    """The list with a cylinder in another state, signed as it was."""
    text = gzip.decompress(content)
    assert b'"full":' in text
    return gzip.compress(text.replace(b'"full":', b'"fill":'))


def test_a_list_that_cannot_be_trusted(tablet: Callable[..., Page], line: Line) -> None:
    page = tablet("filler")
    code = code_of(page, "ZC00004")
    version = page.locator("#gun-offline").get_attribute("data-version")
    line.changes["/filling/offline/list"] = forged
    page.reload()
    expect(page.locator("#list-problem")).to_contain_text("签名不符")
    expect(page.locator("#gun-offline")).to_have_attribute("data-version", version)
    line.changes["/filling/offline/list"] = lambda content: content[: len(content) // 2]
    page.reload()
    expect(page.locator("#list-problem")).to_contain_text("不完整")
    expect(page.locator("#gun-offline")).to_have_attribute("data-version", version)
    line.changes.clear()

    page.context.set_offline(True)
    page.reload()
    listening(page)
    gun_keys.shoot(page, code)
    expect(page.locator(ALLOWED)).to_contain_text(code)
    page.context.add_init_script(LATER.format(hours=25))
    page = killed(page)
    expect(page.locator("#list-age")).to_contain_text("已超过24小时")
    gun_keys.shoot(page, code)
    expect(page.locator(f"{BLOCKED} .gun-rule").first).to_have_text("R39")


def test_a_queue_is_sent_by_its_owner_only(tablet: Callable[..., Page]) -> None:
    page = tablet("filler")
    code = code_of(page, "ZC00005")
    page.context.set_offline(True)
    fill(page, code, "31.1")
    page.context.clear_cookies()
    page.context.set_offline(False)
    sign_in(page, "checker")
    ready(page)
    expect(page.locator("#gun-offline")).to_contain_text("还有 1 条充装记录存在这台设备上")
    settled(page)
    assert not fills_of(page, code)
    page.context.clear_cookies()
    sign_in(page, "filler")
    ready(page)
    expect(page.locator(WAITING.format(count=0))).to_have_count(1)
    expect(page.locator("#gun-queue [data-state=sent]")).to_have_count(1)
    assert len(fills_of(page, code)) == 1
