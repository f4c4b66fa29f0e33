"""Without a signal: visits are made, the tab dies, the line loses answers, and everything arrives once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import qrcode
from playwright.sync_api import Page, expect

from registry import clock
from tests.browser import field_pages as field
from tests.browser.conftest import PHONE, Server, settled, sign_in
from tests.browser.losing import Line

VISITS = 10
AHEAD_DAYS = 3
WRONG_CLOCK = f"""{{
  const real = Date.now;
  Date.now = () => real() + {AHEAD_DAYS} * 86400000;
}}"""


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    with Line(server.url) as found:
        yield found


@pytest.fixture
def phone(line: Line, browse: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`phone("tech1")`: somebody's phone at the end of the line, ready for the shaft."""

    def make(login: str, script: str = "") -> Page:
        page = browse(PHONE, base_url=line.url)
        if script:
            page.context.add_init_script(script)
        sign_in(page, login)
        field.ready(page)
        return page

    yield make
    line.heal()


def kept_visits(page: Page) -> list[dict[str, Any]]:
    """The visits of the company that the registry has from today."""
    answer = page.request.get(f"/api/v1/visits?since={clock.today()}&limit=200")
    assert answer.ok
    return list(answer.json()["items"])


def killed(page: Page) -> Page:
    """The tab dies without a word; another one is opened."""
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto("/field/")
    return again


def test_ten_visits_arrive_once_each(phone: Callable[..., Page], line: Line) -> None:
    page = phone("tech1")
    codes, before = field.codes(page, VISITS), len(kept_visits(page))
    page.context.set_offline(True)
    refs = []
    for number, code in enumerate(codes):
        refs.append(field.begin(page, code))
        field.photograph(page, f"{number} {code}")
        if number == 2:
            page = _dies_half_way(page, code)
        else:
            field.answer_groups(page)
        field.sign_all(page)
        if number == 6:
            page = _dies_after_signing(page)
        field.check_out(page)
        expect(page.locator("#queue-count")).to_have_attribute("data-waiting", str(number + 1))
    assert len(set(refs)) == VISITS

    line.every = 3
    page.context.set_offline(False)
    field.arrived(page, timeout=45_000)
    line.every = 0
    assert line.lost >= VISITS, "the line lost too little for this to mean anything"

    visits = kept_visits(page)
    assert Counter(visit["ref"] for visit in visits if visit["ref"] in refs) == Counter(refs)
    assert len(visits) == before + VISITS
    assert [visit["elevator"] for ref in refs for visit in visits if visit["ref"] == ref] == codes
    _pictures_are_there(page, [visit["id"] for visit in visits if visit["ref"] in refs])
    _the_draft_came_back(next(visit for visit in visits if visit["ref"] == refs[2]))


def _dies_half_way(page: Page, code: str) -> Page:
    page.get_by_role("button", name="本组未答的都正常").first.click()
    third = page.locator("fieldset.item").nth(2)
    third.get_by_role("radio", name="异常").check()
    third.locator(".item-note").fill("油位低，已补油")
    page.locator("#second-worker").select_option(label="朱军")
    page = killed(page)
    page.locator(".field-draft").click()
    expect(page.locator("#step-1 .field-photo img")).to_be_visible()
    third = page.locator("fieldset.item").nth(2)
    expect(third.get_by_role("radio", name="异常")).to_be_checked()
    expect(third.locator(".item-note")).to_have_value("油位低，已补油")
    expect(page.locator("#second-worker option:checked")).to_have_text("朱军")
    expect(page.locator("[data-cycle=half_month]")).to_have_attribute("aria-pressed", "true")
    field.answer_groups(page, first=1)
    return page


def _dies_after_signing(page: Page) -> Page:
    page.wait_for_timeout(200)  # a finger needs longer to reach the button that ends a browser
    page = killed(page)
    page.locator(".field-draft").click()
    expect(page.locator("#sign-first img")).to_be_visible()
    expect(page.locator(".items-progress")).not_to_contain_text("已答 0")
    return page


def _pictures_are_there(page: Page, ids: list[int]) -> None:
    for number in ids:
        page.goto(f"/visits/{number}")
        photos = page.locator(".visit-photos img")
        assert photos.count() >= 2
        for address in photos.evaluate_all("images => images.map(image => image.src)"):
            answer = page.request.get(address)
            assert answer.ok
            assert answer.headers["content-type"] in ("image/jpeg", "image/png")


def _the_draft_came_back(visit: dict[str, Any]) -> None:
    odd = [answer for answer in visit["answers"] if answer["result"] == "abnormal"]
    assert [answer["note"] for answer in odd] == ["油位低，已补油"]
    assert [worker["name"] for worker in visit["workers"]] == ["马超", "朱军"]


def test_a_clock_three_days_ahead(server: Server, phone: Callable[..., Page]) -> None:
    page = phone("tech1", WRONG_CLOCK)
    page.context.set_offline(True)
    ref = field.begin(page, field.codes(page, 1)[0])
    field.answer_groups(page)
    field.check_out(page)
    page.context.set_offline(False)
    field.arrived(page)
    visit = next(visit for visit in kept_visits(page) if visit["ref"] == ref)
    assert abs(datetime.fromisoformat(visit["started_at"]) - server.now) < timedelta(minutes=2)


def test_a_queue_is_sent_by_its_owner_only(phone: Callable[..., Page]) -> None:
    page = phone("tech1")
    code, before = field.codes(page, 1)[0], len(kept_visits(page))
    page.context.set_offline(True)
    field.begin(page, code)
    field.answer_groups(page)
    field.check_out(page)
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.locator("#field-sign-in").click()
    sign_in(page, "tech2")
    field.ready(page)
    expect(page.locator(".field-foot").first).to_contain_text("朱军")
    expect(page.locator("#field-state")).to_be_hidden()
    page.goto("/field/#/queue")
    expect(page.locator("#queue-count")).to_have_attribute("data-waiting", "0")
    settled(page)
    assert len(kept_visits(page)) == before
    page.context.clear_cookies()
    sign_in(page, "tech1")
    field.ready(page)
    page.goto("/field/#/queue")
    expect(page.locator("[data-state=sent]")).to_have_count(1)
    assert len(kept_visits(page)) == before + 1


def test_what_was_refused_says_why_and_goes_after_editing(phone: Callable[..., Page]) -> None:
    page = phone("tech1")
    before = len(kept_visits(page))
    page.context.set_offline(True)
    field.begin(page, field.codes(page, 1)[0])
    field.answer_groups(page)
    page.locator(".item-note").first.evaluate("note => note.removeAttribute('maxlength')")
    page.locator("fieldset.item").first.get_by_role("radio", name="异常").check()
    page.locator(".item-note").first.fill("长" * 501)
    field.check_out(page)
    page.context.set_offline(False)
    refused = page.locator("[data-state=failed]")
    expect(refused).to_contain_text("500")
    refused.get_by_role("button", name="丢弃").click()
    page.get_by_role("button", name="保留").click()
    refused.get_by_role("button", name="修改").click()
    page.locator(".item-note").first.fill("短一些")
    field.check_out(page)
    expect(page.locator("[data-state=sent]")).to_have_count(1)
    assert len(kept_visits(page)) == before + 1


def test_a_label_is_read_without_a_signal(phone: Callable[..., Page]) -> None:
    page = phone("tech1")
    code = field.codes(page, 2)[1]
    page.context.set_offline(True)
    page.goto("/field/#/start")
    picture = BytesIO()
    qrcode.make(f"HTTPS://TZSB.EXAMPLE.CN/Q/{code}.0123456789ABCDEF").save(picture)
    label = {"name": "label.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.locator(".scanner-buttons input[type=file]").set_input_files(label)
    expect(page.locator("#visit-form")).to_be_visible()
    page.get_by_role("button", name="放弃这次签到").click()
    page.get_by_role("button", name="丢弃").click()
    expect(page.locator("#field-search")).to_be_visible()
    expect(page.locator(".field-draft")).to_have_count(0)


def test_a_draft_is_worked_on_in_one_tab(phone: Callable[..., Page]) -> None:
    page = phone("tech1")
    ref = field.begin(page, field.codes(page, 1)[0])
    other = page.context.new_page()
    other.goto(f"/field/#/visit/{ref}")
    expect(other.get_by_text("另一个标签页")).to_be_visible()
    page.close()
    field.free_again(other)


def test_two_tabs_send_once(phone: Callable[..., Page]) -> None:
    page = phone("tech1")
    before = len(kept_visits(page))
    page.context.set_offline(True)
    other = page.context.new_page()
    other.goto("/field/#/queue")
    page.bring_to_front()  # a page in the background is told no place
    field.begin(page, field.codes(page, 1)[0])
    field.answer_groups(page)
    field.check_out(page)
    page.context.set_offline(False)
    for tab in (page, other):
        field.arrived(tab)
        expect(tab.locator("[data-state=sent]")).to_have_count(1)
    assert len(kept_visits(page)) == before + 1


def test_the_second_worker_joins_from_his_own_phone(server: Server, phone: Callable[..., Page]) -> None:
    server.forward(hours=2)  # away from the visits of the others here, which he might have joined
    first, second = phone("tech1"), phone("tech2")
    code = field.codes(first, 1)[0]
    second.context.set_offline(True)
    field.scan(second, code, "join")
    second.locator("#join-submit").click()
    expect(second.locator("[role=alert]")).to_have_text("还没有签名")
    field.sign_all(second)
    second.locator("#join-submit").click()
    expect(second.locator("[data-state=waiting]")).to_be_visible()
    second.context.set_offline(False)
    field.arrived(second)
    ref = field.begin(first, code)
    field.answer_groups(first)
    field.sign_all(first)
    field.check_out(first)
    field.arrived(first)
    visit = next(visit for visit in kept_visits(first) if visit["ref"] == ref)
    assert [worker["login"] for worker in visit["workers"]] == ["tech1", "tech2"]
