"""The record of a supervision check on a phone: refused, killed and cut off, it arrives once and whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from registry import clock
from tests.browser.conftest import PHONE, Server, sign_in
from tests.browser.evidence import jpeg, sign
from tests.browser.losing import Line

UNIT = "宿州汇源物业服务有限公司"
FAILED = ("U12", "U11")
LI, ZHAO = "监督检查人员签名：李明", "监督检查人员签名：赵倩"
FACTS = "现场查看机房、轿厢和台账。"


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    with Line(server.url, path="/", methods=("POST", "PATCH")) as found:
        yield found


@pytest.fixture
def phone(line: Line, browse: Callable[..., Page]) -> Iterator[Callable[[str], Page]]:
    """`phone("county")`: an inspector's phone at the end of the line."""

    def make(login: str) -> Page:
        page = browse(PHONE, base_url=line.url)
        sign_in(page, login)
        return page

    yield make
    line.heal()


def begun(page: Page) -> str:
    """A check in progress, by the caller and a colleague; its number."""
    asked = {
        "kind": "other",
        "list_kind": "elevator_use",
        "unit": UNIT,
        "occasion": "12345投诉",
        "ref": str(uuid4()),
    }
    made = page.request.post("/api/v1/supervision-checks", data=asked)
    assert made.ok, made.text()
    no = str(made.json()["no"])
    started = page.request.post(f"/api/v1/supervision-checks/{no}/start", data={"inspectors": ["county", "county2"]})
    assert started.ok, started.text()
    return no


def opened(page: Page, no: str) -> None:
    """Open the record and wait until it would open without a network too."""
    page.goto(f"/supervision/{no}/record")
    expect(page.locator("kept-form[data-ready]")).to_be_attached()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def answer(page: Page) -> None:
    """The whole list: two items fail, each with its words and a photo."""
    for device in page.locator("input[name=devices]").all():
        device.check()
    for row in page.locator("fieldset.item").all():
        row.get_by_role("radio", name="符合", exact=True).check()
    for code in FAILED:
        row = page.locator(f"#item-{code}")
        row.get_by_role("radio", name="不符合").check()
        row.locator(".item-note").fill(f"{code}：现场不符合")
        row.locator("summary").click()
        row.locator("input[type=file]").set_input_files(jpeg(f"现场{code}", 1600, 1200))
        expect(row.locator(".photos-strip canvas")).to_be_visible()
    page.get_by_label("检查情况").fill(FACTS)
    page.get_by_label("下达监察指令书").check()


def sign_pads(page: Page, *names: str) -> None:
    for number, name in enumerate(names):
        pad = page.locator(f"signature-pad[data-label^='{name}']")
        sign(page, pad, 1 if number % 2 else -1)
        expect(pad.locator(".sign-line")).to_have_text("已签名")


def everything_is_there(page: Page) -> None:
    """All that was put in stands on the page."""
    for code in FAILED:
        row = page.locator(f"#item-{code}")
        expect(row.get_by_role("radio", name="不符合")).to_be_checked()
        expect(row.locator(".item-note")).to_have_value(f"{code}：现场不符合")
        expect(row.locator(".photos-strip canvas")).to_be_visible()
    expect(page.get_by_label("检查情况")).to_have_value(FACTS)
    expect(page.get_by_label("下达监察指令书")).to_be_checked()
    expect(page.locator("input[name=devices]").first).to_be_checked()


def signed(page: Page, *names: str) -> None:
    """A signature stands on each pad: its words say so, and there is ink."""
    for name in names:
        pad = page.locator(f"signature-pad[data-label^='{name}']")
        expect(pad.locator(".sign-line")).to_have_text("已签名")
        ink = """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
          .filter((shade, place) => place % 4 === 0 && shade < 128).length"""
        assert pad.locator("canvas").evaluate(ink) > 100


def killed(page: Page) -> Page:
    """The tab dies without a word; another one opens the same address."""
    address = page.url
    page.wait_for_timeout(600)  # a finger needs longer to reach the button that ends a browser
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto(address)
    return again


def test_nothing_moves_under_a_finger_while_a_form_is_kept(phone: Callable[[str], Page]) -> None:
    page = phone("county")
    page.goto("/hazards/new")
    expect(page.locator("kept-form[data-ready]")).to_be_attached()
    place = "() => document.querySelector('kept-form [name=title]').getBoundingClientRect().top + scrollY"
    before = page.evaluate(place)
    page.locator("[name=title]").fill("层门门锁安全回路被短接")
    expect(page.locator(".kept-line")).not_to_be_empty()
    assert page.evaluate(place) == before


def test_a_record_survives_everything_and_arrives_once(phone: Callable[[str], Page], line: Line) -> None:
    page = phone("county")
    no = begun(page)
    opened(page, no)
    answer(page)
    sign_pads(page, "被检查单位", LI)

    line.path, line.every = "/field/uploads", 2
    page.locator("#record-submit").click()  # refused: the second inspector has not signed, no problem is named
    expect(page.locator(".error-summary")).to_contain_text("每名监督检查人员都要签名", timeout=45_000)
    assert line.lost >= 2, "the line lost too little for this to mean anything"
    line.heal()
    everything_is_there(page)
    signed(page, "被检查单位", LI)

    page.context.set_offline(True)
    page = killed(page)
    expect(page.locator(".kept-line")).to_contain_text("已恢复")
    everything_is_there(page)
    signed(page, "被检查单位", LI)
    page.get_by_label("发现的问题").fill("层门锁短接，未张贴标志")
    sign_pads(page, ZHAO)
    page.locator("#record-submit").dblclick()
    expect(page.locator(".kept-panel")).to_contain_text("有网后自动发送")

    page = killed(page)  # and again, while it waits
    expect(page.locator(".kept-panel")).to_contain_text("有网后自动发送")
    line.path, line.every = "/supervision/", 1  # it arrives, and what the registry says to it does not
    page.context.set_offline(False)
    while line.lost < 2:
        page.wait_for_timeout(100)
    line.heal()
    page.wait_for_url(f"**/supervision/{no}", timeout=45_000)
    _is_whole(page, no)
    _a_directive_on_the_spot(page, no)


def _is_whole(page: Page, no: str) -> None:
    expect(page.get_by_text("层门锁短接，未张贴标志")).to_be_visible()
    found: Any = page.request.get(f"/api/v1/supervision-checks/{no}").json()
    assert found["state"] == "recorded"
    assert [step["verb"] for step in found["steps"]].count("record") == 1
    papers = page.request.get(f"/api/v1/papers?q={no}&kind=check_record").json()["items"]
    assert len([paper for paper in papers if no in paper["title"]]) <= 1
    images = page.locator("main img")
    assert images.count() == 5, "two photos and three signatures"
    for address in images.evaluate_all("all => all.map(image => image.src)"):
        assert page.request.get(address).headers["content-type"] in ("image/jpeg", "image/png")


def _a_directive_on_the_spot(page: Page, no: str) -> None:
    """From the record: what was found stands there already; a refusal takes no signature away."""
    page.get_by_role("link", name="下达监察指令书").click()
    expect(page.locator("[name=check]")).to_have_value(no)
    expect(page.locator("[name=unit]")).to_have_value(UNIT)
    expect(page.locator("[name=problems]")).to_have_value("层门锁短接，未张贴标志")
    expect(page.locator("[name=second] option:checked")).to_have_text("赵倩")
    page.locator("[name=measures]").fill("立即恢复门锁回路")
    page.locator("[name=unit_signer]").fill("张敏")
    sign_pads(page, "本人", "另一名检查人员", "单位签收人")
    page.get_by_role("button", name="签名并下达").click()
    expect(page.locator(".error-summary")).to_contain_text("整改期限")
    signed(page, "本人", "另一名检查人员", "单位签收人")
    page.locator("[name=due_on]").fill((clock.today() + timedelta(days=15)).isoformat())
    page.get_by_role("button", name="签名并下达").click()
    page.wait_for_url(re.compile(r"/directives/\d+$"))
    expect(page.locator(".hazard-signature")).to_have_count(3)
    expect(page.locator("main")).to_contain_text("市监特令")
