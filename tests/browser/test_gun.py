"""The screen at the gun: a scanner's timing, a camera, the turn by keys, red, hold, the next scan, a lost answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import gun_keys
from tests.browser.conftest import CHROMIUM, DESK, PHONE, Server, sign_in
from tests.browser.losing import Line

GUN = "/filling/gun?gun=1"
# Serial and register numbers of the cast's LPG bottles: 35.5 L, the last one 118 L.
NUMBERS = {f"ZC{number:05d}": f"334901Z{number:05d}" for number in (1, 2, 3, 4, 5, 8, 14)}
OVERDUE = "ZC00008"
REMARKS = ".verdict-allow, .verdict-warn"


# What a page is told while an input method is at work: the key's place (code), but 229 instead of the key.
BY_INPUT_METHOD = r"""text => {
    const codes = {':': ['Semicolon', true], '/': ['Slash', false], '.': ['Period', false], '-': ['Minus', false]};
    const tell = (event) => document.body.dispatchEvent(event);
    const key = (init) => tell(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...init}));
    const compose = (type, data) => tell(new CompositionEvent(type, {bubbles: true, data}));
    for (const sign of text) {
        const [code, shiftKey] = codes[sign]
            ?? (/\d/.test(sign) ? [`Digit${sign}`, false] : [`Key${sign.toUpperCase()}`, /[A-Z]/.test(sign)]);
        key({key: 'Process', keyCode: 229, code, shiftKey});
        if (sign === 'T') { compose('compositionstart', ''); compose('compositionupdate', '他'); }
    }
    compose('compositionend', '他');
    key({key: 'Enter', code: 'Enter'});
}"""


@pytest.fixture(scope="module")
def labels() -> dict[str, tuple[str, Image.Image]]:
    """What was printed so far: serial -> the address in the symbol, and its picture."""
    return {}


@pytest.fixture
def label(signed_in: Callable[..., Page], labels: dict[str, Any], tmp_path: Path) -> Callable[[str], str]:
    """`label("ZC00001")`: what a scanner types for that bottle."""

    def read(serial: str) -> str:
        if not labels:
            labels.update(gun_keys.printed(signed_in("filling", DESK), NUMBERS, tmp_path))
        return str(labels[serial][0])

    return read


@pytest.fixture
def gun(signed_in: Callable[..., Page]) -> Page:
    """The screen of gun 1, as it stands when the shift begins."""
    page = signed_in("filler", DESK)
    gun_keys.registry_only(page)
    page.goto(GUN)
    gun_keys.at_step(page, "idle")
    return page


def shown(page: Page, serial: str) -> None:
    """Wait for the verdict on a bottle."""
    expect(page.locator(".gun-subject")).to_contain_text(serial)


SPEEDS = [pytest.param(str.upper, 5, id="upper-5ms"), pytest.param(str.lower, 10, id="lower-10ms")]


@pytest.mark.parametrize(("case", "pause_ms"), SPEEDS)
def test_a_scanner_types_at_its_own_speed(gun: Page, label: Any, case: Any, pause_ms: int) -> None:
    gun_keys.shoot(gun, case(label("ZC00001")), pause_ms)
    shown(gun, "ZC00001")
    expect(gun.locator(".gun-panel")).to_have_class("gun-panel verdict-allow")


def test_an_input_method_swallows_nothing(gun: Page, label: Any) -> None:
    """A Chinese input method reports its keys as 229 and composes in between; their positions are read all the same."""
    text = label("ZC00002")
    gun.evaluate(BY_INPUT_METHOD, text)
    shown(gun, "ZC00002")


def test_a_camera_reads_a_printed_label(
    server: Server, chromium: Browser, label: Any, labels: Any, tmp_path: Path
) -> None:
    """A picture of a printed label before a real camera of the browser leads to the verdict."""
    label("ZC00003")
    film = tmp_path / "camera.mjpeg"
    frame = Image.new("RGB", (1280, 720), (150, 140, 130))
    frame.paste(labels["ZC00003"][1].resize((420, 420)).rotate(7, expand=True, fillcolor=(255, 255, 255)), (430, 120))
    one = tmp_path / "frame.jpg"
    frame.save(one, quality=85)
    film.write_bytes(one.read_bytes() * 3)
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    try:
        context = browser.new_context(base_url=server.url, viewport=PHONE, permissions=["camera"], locale="zh-CN")
        page = context.new_page()
        sign_in(page, "filler")
        gun_keys.registry_only(page)
        page.goto(GUN)
        page.locator("summary", has_text="摄像头或手工输入").click()
        page.get_by_role("button", name="打开摄像头").click()
        shown(page, "ZC00003")
    finally:
        browser.close()


def test_the_whole_turn_by_keys_and_what_stands_in_its_way(gun: Page, label: Any) -> None:
    gun_keys.shoot(gun, label("ZC00004"))
    shown(gun, "ZC00004")
    expect(gun.locator(".gun-stop dd")).to_have_text("31.4 kg")
    gun_keys.check_before(gun, "16.9", "罗英")
    gun_keys.at_step(gun, "unlock")
    expect(gun.locator("[data-countdown]")).to_have_text(re.compile("1[012]\\d"))
    gun.keyboard.press("Enter")
    gun_keys.at_step(gun, "fill")

    # Less than before: said beside its field, and what was typed stays.
    gun_keys.enter(gun, "gross_after", "10.5")
    expect(gun.locator("[data-question=gross_after] [role=alert]")).to_have_text("充装后总重不能小于充装前总重")
    expect(gun.locator("[data-key=gross_after]")).to_have_value("10.5")
    # Too much: red, with the reason; a key leads back to the number.
    gun_keys.fingers(gun, "Backspace", "Backspace", "Backspace", "Backspace")
    gun_keys.enter(gun, "gross_after", "31.6")
    gun_keys.at_step(gun, "denied")
    expect(gun.locator(".verdict-block .gun-reason")).to_contain_text("设定量超过允许充装量")
    gun.keyboard.press("Enter")
    expect(gun.locator("[data-key=gross_after]")).to_have_value("31.6")
    gun_keys.fingers(gun, "Backspace")
    gun_keys.enter(gun, "gross_after", "2")
    expect(gun.locator(".gun-word")).to_contain_text("14.3")

    gun_keys.at_step(gun, "after")
    gun_keys.all_in_order(gun)
    gun_keys.choose(gun, "没有泄漏")
    gun_keys.enter(gun, "reweigh", "31.2")
    filler = gun.locator("[data-question=postchecker] .gun-pick", has_text="高飞")
    expect(filler).to_be_disabled()  # nobody checks what he filled
    gun_keys.fingers(gun, gun_keys.key_of(gun, "高飞"))
    expect(gun.locator("[data-question=postchecker] [role=alert]")).to_contain_text("必须换人")
    gun_keys.choose(gun, "罗英")
    gun_keys.at_step(gun, "release")
    gun.keyboard.press("Enter")
    gun_keys.at_step(gun, "done")
    expect(gun.locator(".gun-word")).to_have_text("已放行出站")


def test_what_is_not_in_order_closes_the_gun(gun: Page, label: Any) -> None:
    gun_keys.shoot(gun, label("ZC00005"))
    gun_keys.at_step(gun, "check")
    gun_keys.all_in_order_up_to(gun, "fittings")
    gun.keyboard.press(gun_keys.key_of(gun, "螺纹型式相符"))
    expect(gun.locator("[data-item=thread]")).to_have_attribute("data-answer", "not_ok")
    gun_keys.all_in_order(gun)
    gun_keys.enter(gun, "gross_before", "16.9")
    gun_keys.choose(gun, "罗英")
    gun_keys.at_step(gun, "denied")
    expect(gun.locator(".verdict-block .gun-reason")).to_contain_text("充前检查不合格：螺纹型式相符")
    gun.keyboard.press("0")  # given up, with the reason, so that a sound valve opens a new turn
    gun_keys.at_step(gun, "idle")
    gun_keys.shoot(gun, label("ZC00005"))
    gun_keys.at_step(gun, "check")


def test_red_is_large_and_said_in_words(gun: Page, label: Any) -> None:
    gun_keys.shoot(gun, label(OVERDUE))
    red = gun.locator(".gun-panel.verdict-block")
    expect(red).to_have_attribute("role", "alert")
    expect(red.locator(".gun-word")).to_have_text("禁止充装")
    expect(red.locator(".gun-reason")).to_contain_text("超期未检")
    for width, least in ((1440, 80), (390, 28)):
        gun.set_viewport_size({"width": width, "height": 844})
        size = gun.evaluate("parseFloat(getComputedStyle(document.querySelector('.gun-reason')).fontSize)")
        assert size >= least
        assert gun.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_next_scan_while_an_answer_is_shown(gun: Page, label: Any) -> None:
    """What was told of the first bottle is kept, said to be kept, and there again when it comes back."""
    gun_keys.shoot(gun, label("ZC00001"))
    gun_keys.at_step(gun, "check")
    gun.keyboard.press(gun_keys.key_of(gun, "颜色标志合格"))
    expect(gun.locator("[data-item=colour]")).to_have_attribute("data-answer", "not_ok")
    gun_keys.shoot(gun, label(OVERDUE))
    shown(gun, OVERDUE)
    expect(gun.locator("#gun-notices")).to_contain_text("ZC00001 已填的内容保留着")
    gun_keys.shoot(gun, label("ZC00001"))
    shown(gun, "ZC00001")
    expect(gun.locator("[data-item=colour]")).to_have_attribute("data-answer", "not_ok")
    # Into a number field as well: the reading is no number and nothing of it stays there.
    gun_keys.fingers(gun, gun_keys.key_of(gun, "颜色标志合格"))
    gun_keys.all_in_order(gun)
    gun_keys.fingers(gun, "1", "7")
    gun_keys.shoot(gun, label(OVERDUE))
    shown(gun, OVERDUE)
    gun_keys.shoot(gun, label("ZC00001"))
    expect(gun.locator("[data-key=gross_before]")).to_have_value("17")


def test_a_lost_answer_is_sent_once(server: Server, browse: Callable[..., Page], label: Any) -> None:
    text = label("ZC00002")
    with Line(server.url, path="/api/v1/fillings") as line:
        page = browse(DESK, line.url)
        sign_in(page, "filler")
        gun_keys.registry_only(page)
        page.goto(GUN)
        gun_keys.at_step(page, "idle")
        gun_keys.shoot(page, text)
        gun_keys.check_before(page, "16.9", "罗英")
        line.every = 2
        line.asked = 1  # the first one is lost
        gun_keys.fill(page, "31.2")
        expect(page.locator(".gun-word")).to_contain_text("14.3")
        expect(page.locator("#gun-offline")).to_contain_text("断网时的充装记录都已发送")
        assert (line.asked, line.lost) == (3, 1)
        page.goto(f"/filling/?q=ZC00002&since={server.today}")
        expect(page.get_by_role("row").filter(has_text="ZC00002")).to_have_count(1)


def test_without_an_answer_and_a_list_nothing_is_allowed(signed_in: Callable[..., Page], label: Any) -> None:
    text = label("ZC00003")
    gun = signed_in("filler", DESK)
    gun_keys.registry_only(gun)
    gun.goto(GUN)
    gun_keys.at_step(gun, "idle")
    gun.context.set_offline(True)
    gun_keys.shoot(gun, text)
    gun_keys.at_step(gun, "away")
    expect(gun.locator(".verdict-block .gun-reason")).to_have_text("没有连上，不能判定，不得充装")
    gun.context.set_offline(False)
    shown(gun, "ZC00003")  # judged as soon as there is a connection
    gun_keys.at_step(gun, "check")


def test_a_hold_says_who_releases_it_and_the_authority_does(
    server: Server, signed_in: Callable[..., Page], gun: Page, label: Any, tmp_path: Path
) -> None:
    office = signed_in("section", DESK)
    office.goto("/parameters/new?key=filling.copies_severity")
    office.locator("[name=value]").fill("1")
    office.get_by_role("button", name="保存").click()
    office.wait_for_url("**/parameters/")
    gun_keys.shoot(gun, label("ZC00014"))
    gun_keys.at_step(gun, "denied")
    held = gun.locator(".gun-panel.verdict-hold")
    expect(held.locator(".gun-word")).to_have_text("暂停充装")
    expect(held.locator(".gun-hold")).to_contain_text("埇桥区市场监管部门能放行")
    code = label("ZC00014").rpartition("/")[2].partition(".")[0]
    expect(held.locator(".gun-hold")).to_contain_text(code)

    county = signed_in("county", PHONE)
    county.goto(f"/holds/new?code={code}")
    county.get_by_label("充装单位").select_option(label="宿州皖北液化气充装站")
    for rule in held.locator(".gun-rule").all_inner_texts():
        box = county.locator(f"input[name=rules][value={rule}]")
        if box.count():
            box.check()
    county.get_by_label("放行原因").fill("现场核对钢印，与登记一致")
    photo = tmp_path / "stamp.jpg"
    Image.new("RGB", (800, 600), (120, 120, 110)).save(photo)
    county.get_by_label("钢印照片").set_input_files(photo)
    county.get_by_role("button", name="保存").click()
    expect(county.get_by_text("24小时内有效")).to_be_visible()
    expect(county.locator("main")).to_contain_text("现场核对钢印，与登记一致")

    gun_keys.shoot(gun, label("ZC00014"))
    gun_keys.at_step(gun, "check")
    expect(gun.locator(REMARKS)).to_contain_text("ZC00014")


def test_the_temperature_of_a_gas_gives_the_pressure_to_stop_at(signed_in: Callable[..., Page]) -> None:
    """Told at the check, so that the pressure stands there before the gun opens; no tare stands in its place."""
    page = signed_in("filling2", DESK)
    gun_keys.registry_only(page)
    page.goto("/labels/?on=cylinder")
    row = page.get_by_role("row").filter(has_text="134902Z00018")
    code = str(row.get_by_role("checkbox").get_attribute("value"))
    page.goto("/filling/gun?gun=2")
    gun_keys.at_step(page, "idle")
    gun_keys.shoot(page, code)
    gun_keys.at_step(page, "check")
    expect(page.locator(".gun-stop")).to_have_count(0)
    gun_keys.all_in_order(page)
    gun_keys.choose(page, "已抽真空或置换")
    gun_keys.enter(page, "temperature", "35")
    gun_keys.choose(page, "梁勇")
    gun_keys.at_step(page, "unlock")
    expect(page.locator(".gun-stop dd")).to_have_text("16.03 MPa")
