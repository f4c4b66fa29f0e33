"""A leader signs on a phone: he reads what he signs, and neither a refusal nor a dead line takes his signature."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Server
from tests.browser.evidence import sign
from tests.browser.test_hazard_journey import WORKS_WITH, moves, report, step
from tests.browser.test_supervision_phone import killed, signed

WORDS = 16  # CSS pixels: smaller letters are no comfort on a phone


@pytest.fixture
def at_work(signed_in: Callable[..., Page]) -> Callable[[str], Page]:
    return cache(lambda login: signed_in(login, WORKS_WITH[login]))


def opened(page: Page, no: str, verb: str) -> None:
    page.goto(f"/hazards/{no}/{verb}")
    expect(page.locator("kept-form[data-ready]")).to_be_attached()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def reads_well(page: Page, *said: str) -> None:
    """What is decided on stands above the pad, in letters of a decent size, and nothing runs out of the screen."""
    for words in said:
        expect(page.locator(".hazard-read").filter(has_text=words).first).to_be_visible()
    size = page.locator(".hazard-read dd").first.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    assert size >= WORDS
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for photo in page.locator(".hazard-read img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("it => it.naturalWidth") > 0
    reading, pad = page.locator(".hazard-read").last.bounding_box(), page.locator("signature-pad").bounding_box()
    assert reading is not None
    assert pad is not None
    assert reading["y"] + reading["height"] <= pad["y"]
    assert pad["width"] > PHONE["width"] * 0.8


def test_the_county_and_the_city_sign_a_closing(server: Server, at_work: Callable[[str], Page]) -> None:
    no = report(at_work("county"))
    way = moves(server)
    for login, title, values in way[:-2]:
        step(at_work(login), no, title, values)
        if title == "同意方案":
            _put_under_supervision(server, at_work, no)
    leader = at_work("county-leader")
    opened(leader, no, "sign-county")
    reads_well(leader, "更换门锁并检查同型号电梯", "门锁已更换并调试", "核查合格")
    sign(leader, leader.locator("signature-pad"))
    leader.get_by_role("button", name="县级审核签字", exact=True).click()
    expect(leader.locator(".error-summary")).to_contain_text("意见")
    signed(leader, "手写签名")
    leader.context.set_offline(True)
    leader = killed(leader)
    signed(leader, "手写签名")
    leader.locator("[name=opinion]").fill("同意")
    leader.get_by_role("button", name="县级审核签字", exact=True).click()
    expect(leader.locator(".kept-panel")).to_contain_text("有网后自动发送")
    leader.context.set_offline(False)
    leader.wait_for_url(f"**/hazards/{no}")
    expect(leader.get_by_text("已办理：县级审核签字")).to_be_visible()
    expect(leader.locator(".hazard-signature")).to_have_count(3)
    city = at_work("leader")
    opened(city, no, "sign-city")
    reads_well(city, "门锁已更换并调试", "县级审核签字")
    step(city, no, *way[-1][1:])
    expect(city.locator(".timeline-list > li").filter(has_text="县级审核签字")).to_have_count(1)


def _put_under_supervision(server: Server, at_work: Callable[[str], Page], no: str) -> None:
    """Listed supervision, signed by hand."""
    leader: Any = at_work("leader")
    opened(leader, no, "list-supervision")
    reads_well(leader, "更换门锁并检查同型号电梯")
    sign(leader, leader.locator("signature-pad"))
    leader.get_by_role("button", name="挂牌督办", exact=True).click()
    expect(leader.locator(".error-summary")).to_be_visible()
    signed(leader, "手写签名")
    leader.locator("[name=supervising_party]").select_option(label="埇桥区市场监督管理局")
    leader.locator("[name=demand]").fill("按期整改，每周报告")
    leader.locator("[name=listing_due]").fill(server.today.replace(month=12, day=31).isoformat())
    leader.locator("[name=media]").fill("市局网站")
    leader.get_by_role("button", name="挂牌督办", exact=True).click()
    expect(leader.get_by_text("已办理：挂牌督办")).to_be_visible()
    expect(leader.locator(".hazard-signature")).to_have_count(1)
