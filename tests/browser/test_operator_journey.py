"""A call from the first ring to its closing, at the desk and on a rescuer's phone; a drill beside it does not count."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE, Server

WAITS = 30_000
KEPT_PAGES = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("forms-")) continue;
    const db = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    const keys = await new Promise((done) => {
      const asked = db.transaction("kept").objectStore("kept").getAllKeys();
      asked.onsuccess = () => done(asked.result);
    });
    found.push(...keys.filter((key) => String(key).startsWith("page ")));
    db.close();
  }
  return found;
}"""


def figures(page: Page) -> tuple[int, int]:
    """All calls and the entrapments of the last twelve months."""
    page.goto("/calls/statistics")
    text = page.locator("dl").first.inner_text()
    numbers = [int(re.search(rf"{name}\s+([\d,]+)", text)[1].replace(",", "")) for name in ("全部警情", "困人")]
    return numbers[0], numbers[1]


def kept_pages(phone: Page) -> list[str]:
    """The pages that lie in the stores of a phone."""
    return sorted(phone.evaluate(KEPT_PAGES))


def take(desk: Page, typed: str, words: str) -> str:
    """One line and Enter; the number of the call."""
    desk.goto("/calls/desk")
    line = desk.locator("input[data-find]")
    line.fill(typed)
    expect(desk.locator(".call-choice").first).to_contain_text(words)
    line.press("Enter")
    desk.wait_for_url(re.compile(r"/calls/JY-"))
    return desk.url.rsplit("/", 1)[1]


def offline(context: BrowserContext, dead: bool) -> None:
    context.set_offline(dead)


def test_from_the_ring_to_the_closing(server: Server, signed_in: Callable[..., Page]) -> None:
    desk, phone = signed_in("desk"), signed_in("tech1", PHONE)
    # The running call of the seed is about the elevator of the cast: it is over before this one begins.
    desk.goto("/calls/desk")
    code, address = of_the_cast(desk)
    before = figures(desk)
    desk.goto("/call-drills/new")
    desk.get_by_label("电梯").first.fill(code)
    desk.get_by_label("演练内容").fill("住宅电梯困人")
    desk.locator("main form").get_by_role("button", name="开始演练").click()
    expect(desk.locator(".call-drill")).to_contain_text("演练")

    # Misheard: one digit is wrong, the elevator is among those offered.
    desk.goto("/calls/desk")
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    desk.locator("input[data-find]").fill(wrong)
    expect(desk.locator(".call-found")).to_contain_text(code)
    no = take(desk, code, address)
    expect(desk.locator("#case")).to_contain_text("安徽迅安电梯工程有限公司")
    # Another caller: the line offers the running call, nobody is sent twice.
    desk.goto("/calls/desk")
    desk.locator("input[data-find]").fill(code)
    expect(desk.locator(".call-choice").first).to_contain_text(no)
    desk.locator("input[data-find]").press("Enter")
    desk.wait_for_url(f"**/calls/{no}")
    expect(desk.locator("#case")).to_contain_text("加入报警人")

    # Nobody accepts: level 2 is proposed on its second.
    expect(desk.locator(".call-proposal")).to_have_count(0)
    server.forward(minutes=3)
    expect(desk.locator(".call-proposal")).to_contain_text("二级", timeout=WAITS)
    # What is selected stays while the page follows the call.
    desk.evaluate("getSelection().selectAllChildren(document.querySelector('#case th'))")
    chosen = desk.evaluate("getSelection().toString()")

    phone.goto("/calls/mine")
    phone.locator(f"#answer-{no}").click()
    phone.locator(f"#depart-{no}").click()
    expect(phone.locator(f"#depart-{no}")).to_have_count(0)
    expect(desk.locator(".call-proposal")).to_have_count(0, timeout=WAITS)
    assert desk.evaluate("getSelection().toString()") == chosen

    expect(phone.locator("kept-form[data-ready]")).to_have_count(1)
    assert kept_pages(phone) == ["page /calls/mine"]
    # In the shaft there is no line: both steps wait on the phone and come in their order.
    expect(phone.locator(f"#keep-arrive-{no} .geo-line")).to_contain_text("已定位")
    offline(phone.context, True)
    phone.locator(f"#arrive-{no}").click()
    expect(phone.locator(f"#keep-arrive-{no} .kept-panel")).to_be_visible()
    phone.locator(f"#keep-release-{no} > summary").click()
    phone.locator(f"#result-{no}").select_option("rescued")
    phone.locator(f"#release-{no}").click()
    expect(phone.locator(f"#keep-release-{no} .kept-panel")).to_be_visible()
    offline(phone.context, False)
    expect(desk.locator("#case")).to_contain_text("解救完成", timeout=WAITS)
    expect(desk.locator("#case")).to_contain_text("距电梯")

    phone.goto("/calls/mine")
    phone.locator(f"#repair-{no}").click()
    phone.locator("select[name=cause]").select_option("equipment_door")
    phone.locator("main form button[type=submit]").click()
    expect(desk.locator("#go-call_back")).to_be_visible(timeout=WAITS)
    for verb, fill in (("call_back", "satisfied"), ("close", "")):
        desk.goto(f"/calls/{no}")
        desk.locator(f"#go-{verb}").click()
        if fill:
            desk.locator(f"input[name=satisfaction][value={fill}]").check()
        desk.locator("main form button[type=submit]").click()
        desk.wait_for_url(f"**/calls/{no}")
    expect(desk.locator("#case")).to_contain_text("已办结")
    # What the phone kept of the task, the caller's number in it, is gone with the task.
    phone.goto("/calls/mine")
    for _try in range(50):
        if not kept_pages(phone):
            break
        phone.wait_for_timeout(100)
    assert kept_pages(phone) == []
    after = figures(desk)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def of_the_cast(desk: Page) -> tuple[str, str]:
    """Close the seed's running call of the cast's elevator; the rescue code and the address."""
    desk.locator("input[data-find]").fill("汴河中路88号")
    running = desk.locator(".call-choice-join").first
    expect(running).to_be_visible()
    code = running.locator(".call-choice-no").inner_text()
    no = re.search(r"JY-[\d-]+", running.inner_text())[0]
    desk.goto(f"/calls/{no}/mark-false-alarm")
    desk.locator("textarea[name=note]").fill("试验")
    desk.locator("main form button[type=submit]").click()
    desk.wait_for_url(f"**/calls/{no}")
    address = desk.locator("h1").inner_text().split("·")[0].strip()
    return code, address


def test_the_wall_keeps_its_picture_without_a_line(signed_in: Callable[..., Page]) -> None:
    wall = signed_in("section", {"width": 1920, "height": 1080})
    wall.goto("/calls/wall")
    expect(wall.locator(".call-wall-call").first).to_be_visible()
    expect(wall.locator("svg.point-map .dot").first).to_be_attached()
    offline(wall.context, True)
    wall.evaluate("document.querySelector('call-wall').ask()")
    expect(wall.locator(".call-wall-lost")).to_contain_text("没有连接")
    shown = wall.locator(".call-clock").first.inner_text()
    expect(wall.locator(".call-clock").first).not_to_have_text(shown)
    offline(wall.context, False)
    wall.evaluate("document.querySelector('call-wall').ask()")
    expect(wall.locator(".call-wall-lost")).to_be_hidden()
    assert wall.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
