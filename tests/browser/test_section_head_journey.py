"""The section head's month: from a red tile to lists sent to three companies, to the tile that turns green when their
people have done their work on their own pages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, ROOT, Server, _environment, run_flask
from tests.browser.filling_in import fill_in
from tests.browser.three_units import MANAGERS

INSURANCE = "电梯安全责任保险覆盖率"
INSURER = "江淮财产保险股份有限公司宿州中心支公司"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of the demo city: a small one in which three companies hold all that is missing."""
    instance = tmp_path_factory.mktemp("three") / "instance"
    instance.mkdir()
    run_flask(instance, "db", "upgrade")
    command = [sys.executable, "-m", "tests.browser.three_units"]
    subprocess.run(command, cwd=ROOT, env=_environment(instance, "http://127.0.0.1"), check=True, capture_output=True)
    return instance


def tile(page: Page) -> Locator:
    return page.locator(".indicator").filter(has_text=INSURANCE)


def send_lists(section: Page, server: Server) -> None:
    """From the red tile by what it takes to three lists."""
    section.goto("/dashboard")
    expect(tile(section)).to_have_class(re.compile("indicator-missed"))
    expect(tile(section)).to_contain_text("0 / 6")
    tile(section).click()
    section.get_by_role("link", name="怎样达标").click()
    expect(section.get_by_text(re.compile("距离目标还差 4"))).to_be_visible()
    for name in MANAGERS.values():
        section.get_by_role("checkbox", name=name).check()
    fill_in(section, {"due_on": server.today + timedelta(days=10), "note": "本月内投保"})
    section.get_by_role("button", name="发出清单").click()
    expect(section.get_by_text("已发出 3 份清单")).to_be_visible()
    expect(section.locator("main table tbody tr")).to_have_count(3)
    for row in section.locator("main table tbody tr").all():
        expect(row).to_contain_text("0 / 2")


def work(manager: Page, server: Server, login: str, number: int) -> None:
    """What waits, the own list and no other's, the answer, and a policy over what stands in it."""
    manager.goto("/dashboard")
    manager.get_by_role("link", name=re.compile("待回复的指标催办清单")).click()
    rows = manager.locator("main table tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").first.click()
    expect(manager.get_by_text(f"{login}花园1号楼").first).to_be_visible()
    address = manager.url
    manager.get_by_role("link", name="回复").click()
    fill_in(manager, {"note": "今天投保", "promised_on": server.today + timedelta(days=1)})
    manager.get_by_role("button", name="保存").click()
    expect(manager.get_by_text("今天投保").first).to_be_visible()
    codes = []
    for link in manager.locator("main table td a").all():
        codes.append((link.get_attribute("href") or "").rpartition("/")[2])
    manager.goto("/policies/")
    manager.get_by_role("link", name="登记保单").first.click()
    fill_in(
        manager,
        {
            "policy_no": f"ZR-2026-{number:04d}",
            "insurer_id": {"label": INSURER},
            "holder_type": "use_unit",
            "starts_on": server.today,
            "ends_on": server.today + timedelta(days=364),
            "premium": "186.00",
            "limit_per_accident": "5000000",
            "codes": "\n".join(codes),
        },
    )
    manager.get_by_role("button", name="登记保单").click()
    expect(manager.get_by_text("保单已登记")).to_be_visible()
    manager.goto(address)
    expect(manager.locator("main")).to_contain_text(re.compile(r"2 / 2"))


@pytest.mark.parametrize("viewport", [pytest.param(PHONE, id="companies-on-phones")])
def test_from_the_red_tile_to_the_green_one(
    server: Server, signed_in: Callable[..., Page], viewport: dict[str, int]
) -> None:
    section = signed_in("section", DESK)
    send_lists(section, server)
    lists = section.url
    section.goto("/dashboard")
    expect(section.locator("[data-said]")).to_contain_text("上次刷新")
    for number, login in enumerate(MANAGERS, 1):
        work(signed_in(login, viewport), server, login, number)
        # The desk has stayed open; asked now, it says how far things are without being loaded anew.
        section.get_by_role("button", name="立即刷新").click()
        expect(tile(section)).to_contain_text(f"{2 * number} / 6")
    expect(tile(section)).to_have_class(re.compile("indicator-met"))
    expect(tile(section)).to_contain_text("达标")
    section.goto(lists)
    for row in section.locator("main table tbody tr").all():
        expect(row).to_contain_text("2 / 2")
    for name in MANAGERS.values():
        section.goto(lists)
        section.get_by_role("link", name=name).click()
        section.get_by_role("link", name="办结").click()
        section.get_by_role("button", name="保存").click()
        expect(section.get_by_text("已办理")).to_be_visible()
    section.goto("/follow-ups/?state=closed")
    expect(section.locator("main table tbody tr")).to_have_count(3)


def asked(page: Page) -> list[str]:
    """The addresses of parts that the desk asks for from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "hx-request" in request.headers else None)
    return found


def show(page: Page, hidden: bool) -> None:
    """Let the page believe that nobody, or somebody, can see it."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_the_desk_renews_itself_quietly(server: Server, signed_in: Callable[..., Page]) -> None:
    section = signed_in("section", DESK)
    section.clock.install()
    section.goto("/dashboard")
    said = section.locator("[data-said]")
    expect(said).to_contain_text("每5分钟自动刷新")
    requests = asked(section)
    section.clock.run_for(60_000)
    assert requests == []
    tile(section).focus()
    section.evaluate("scrollTo(0, 300)")
    section.evaluate("document.querySelector('.indicator-value').textContent = 'old'")
    section.evaluate("document.querySelector('desk-board').texts.clear()")
    section.clock.run_for(5 * 60_000)
    expect(section.locator(".indicator-value").first).not_to_have_text("old")
    assert any("/dashboard/figures" in url for url in requests)
    assert not any("/dashboard/trends" in url for url in requests), "a year changes slowly"
    expect(tile(section)).to_be_focused()
    assert section.evaluate("scrollY") == 300
    # The next time is counted from the last answer of this one.
    while section.evaluate("document.querySelector('desk-board').busy"):
        section.wait_for_timeout(50)
    show(section, hidden=True)
    requests.clear()
    section.clock.run_for(60 * 60_000)
    assert requests == []
    show(section, hidden=False)
    section.clock.run_for(1000)
    section.wait_for_timeout(1000)
    assert requests


def test_the_desk_says_when_it_could_not_be_renewed(server: Server, signed_in: Callable[..., Page]) -> None:
    section = signed_in("section", DESK)
    section.goto("/dashboard?wall=1")
    expect(section.locator("nav")).to_have_count(0)
    said = section.locator("[data-said]")
    expect(said).to_contain_text("上次刷新")
    section.route("**/todo", lambda route: route.abort())
    section.get_by_role("button", name="立即刷新").click()
    expect(said).to_contain_text("刷新没有成功")
    section.unroute("**/todo")
    section.context.clear_cookies()
    section.get_by_role("button", name="立即刷新").click()
    expect(said).to_contain_text("登录已过期")
    expect(tile(section)).to_be_visible()


def test_charts_are_read_on_paper_and_aloud(server: Server, signed_in: Callable[..., Page]) -> None:
    section = signed_in("section", DESK)
    section.goto("/dashboard")
    picture = section.get_by_role("img", name=re.compile("三项目标.*最高"))
    expect(picture).to_be_visible()
    table = section.locator("chart-bars .chart-table table")
    expect(table).to_be_hidden()
    section.emulate_media(media="print")
    expect(table).to_be_visible()
    section.emulate_media(media="screen")
    expect(table).to_be_hidden()
