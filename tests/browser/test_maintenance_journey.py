"""A maintenance company's day: scan in, work, sign, scan out; the use unit confirms; the office sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from seeds.cast_equipment import BY_KEY
from tests.browser.conftest import DESK, PHONE, Server
from tests.browser.evidence import jpeg, sign

MOST_TAPS = 60
ITEMS = 31
FAR_AWAY = {"latitude": 33.70, "longitude": 116.99, "accuracy": 8}
COUNT_TAPS = """addEventListener("pointerdown", () => {
  sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true)"""


@dataclass(frozen=True)
class Job:
    """One elevator of the cast that is not counted yet, and the screen it is worked on."""

    elevator: str
    viewport: dict[str, int]

    @property
    def address(self) -> str:
        return BY_KEY[self.elevator].address

    @property
    def inner_no(self) -> str:
        return BY_KEY[self.elevator].key


JOBS = [
    pytest.param(Job("lake-1-2", PHONE), id="phone"),
    pytest.param(Job("lake-2-1", DESK), id="desk"),
]


def taps(page: Page) -> int:
    """How often the screen was touched in this tab."""
    return int(page.evaluate("sessionStorage.taps ?? 0"))


def behind(page: Page, job: Job) -> str | None:
    """What the office's list says against an elevator; None when it is counted."""
    page.goto("/indicators/paperless_maintenance?area=341302&limit=200")
    row = page.get_by_role("row").filter(has_text=f"{job.address} {job.inner_no}")
    return row.inner_text() if row.count() else None


def code_of(office: Page, job: Job) -> str:
    """The label code of an elevator, as the office's list has it."""
    office.goto(f"/elevators/?q={job.address}")
    href = office.get_by_role("link", name=re.compile(re.escape(job.address))).first.get_attribute("href")
    assert href is not None
    return href.rpartition("/")[2]


def scan_in(page: Page, code: str, typed: bool) -> None:
    """Start a visit from the day's list: with its button, or by typing the code of the plate."""
    page.goto("/visits/today?whose=all")
    if typed:
        page.get_by_role("link", name="扫码签到").first.click()
        page.get_by_label("电梯二维码或编号").fill(f"{code[:4].lower()} {code[4:]}")
        page.keyboard.press("Enter")
    else:
        due = page.locator(f"#due-{code}")
        if not due.count():
            page.get_by_role("link", name=re.compile("未到期")).click()
        due.get_by_role("link", name="开始维保").click()
    page.wait_for_url(re.compile(f"/visits/log/{code}"))
    half_month = page.get_by_role("navigation", name="维保类型").get_by_role("link", name="半月")
    if not half_month.get_attribute("aria-current"):
        half_month.click()
        page.wait_for_url(re.compile("cycle=half_month"))


def work_through(page: Page, about: str) -> None:
    """Everything of a visit but the check-out: photo, second worker, all items, signatures."""
    expect(page.locator("#step-in .geo-line")).to_contain_text("8")
    page.get_by_label("签到照片").set_input_files(jpeg(about))
    expect(page.locator("#step-in .photos-strip li")).to_have_count(1)
    page.get_by_label("第二名作业人员", exact=True).select_option(label="朱军")
    items = page.locator("fieldset.item")
    expect(items).to_have_count(ITEMS)
    for number, item in enumerate(items.all()):
        item.get_by_role("radio", name="异常" if number == 4 else "正常").check()
    items.nth(4).get_by_role("textbox").fill("照明灯管闪烁，已报物业更换")
    page.locator("input[name^=value-]").fill("8.5")
    for test in page.locator("#step-items input[type=file]").all():
        test.set_input_files(jpeg(f"{about} {test.get_attribute('name')}", 1200, 900))
    expect(page.locator(".items-progress")).to_contain_text(f"已答 {ITEMS} / {ITEMS} 项 · 异常 1 项")
    for pad, slant in zip(page.locator("signature-pad").all(), (1, -1), strict=True):
        sign(page, pad, slant)


def send(page: Page) -> None:
    """Check out; an impatient finger touches twice."""
    page.locator("#visit-submit").dblclick()
    page.wait_for_url(re.compile(r"/visits/\d+/result"))


@pytest.mark.parametrize("job", JOBS)
def test_a_visit_from_scan_in_to_the_figure_of_the_office(
    server: Server, signed_in: Callable[..., Page], job: Job
) -> None:
    office = signed_in("county")
    code, before = code_of(office, job), behind(office, job)
    assert before is not None

    worker = signed_in("tech1", job.viewport)
    worker.context.add_init_script(COUNT_TAPS)
    scan_in(worker, code, typed=job.viewport is PHONE)
    work_through(worker, f"机房 {job.elevator}")
    server.forward(minutes=42)
    send(worker)
    assert 0 < taps(worker) <= MOST_TAPS
    outcome = worker.locator("#visit-outcome")
    assert (outcome.get_attribute("data-paperless"), outcome.get_attribute("data-waiting")) == ("false", "true")
    assert worker.locator(".findings .finding-rule").all_inner_texts() == ["P18", "P09"]
    assert "使用单位未确认" in (behind(office, job) or "")

    use_unit = signed_in("property", job.viewport)
    use_unit.goto(f"/visits/?state=to_confirm&elevator={code}")
    newest = use_unit.get_by_role("link", name="确认或退回")
    waiting = newest.count()
    newest.first.click()
    expect(use_unit.get_by_text("照明灯管闪烁，已报物业更换")).to_be_visible()
    sign(use_unit, use_unit.locator("#confirm-form signature-pad"))
    use_unit.get_by_role("button", name="确认维保").click()
    expect(use_unit.get_by_text("已确认这次维保")).to_be_visible()
    assert behind(office, job) is None

    use_unit.goto(f"/visits/?state=to_confirm&elevator={code}")
    assert use_unit.get_by_role("link", name="确认或退回").count() == waiting - 1
    office.goto(f"/visits/?elevator={code}&since={server.today}")
    expect(office.locator("tr[id^=visit-]")).to_have_count(1)
    expect(office.locator("tr[id^=visit-]")).to_contain_text("已计入")


def test_a_visit_that_proves_nothing_is_kept_and_says_why(server: Server, signed_in: Callable[..., Page]) -> None:
    """No photo, nobody else, too far away, gone after a minute: each is named, to the worker and to the office."""
    job = Job("mall-goods", PHONE)
    office = signed_in("county")
    code = code_of(office, job)
    worker = signed_in("tech1", PHONE)
    worker.context.set_geolocation(FAR_AWAY)
    scan_in(worker, code, typed=False)
    expect(worker.locator("#step-in .geo-line")).to_contain_text("8")
    worker.locator("#visit-submit").click()
    expect(worker.get_by_text(re.compile(r"还有\s*\d+\s*项"))).to_be_visible()
    for item in worker.locator("fieldset.item").all():
        item.get_by_role("radio", name="正常").check()
    sign(worker, worker.locator("signature-pad").first)
    server.forward(minutes=1)
    worker.locator("#visit-submit").click()
    worker.wait_for_url(re.compile(r"/visits/\d+/result"))
    assert worker.locator("#visit-outcome").get_attribute("data-waiting") == "false"
    found = set(worker.locator(".findings .finding-rule").all_inner_texts())
    assert found >= {"P05", "P06", "P08", "P12", "P15", "P17", "P18"}
    office.goto(f"/visits/?elevator={code}&since={server.today}")
    expect(office.locator("tr[id^=visit-]")).to_contain_text("未计入")
    office.locator("tr[id^=visit-]").get_by_role("link", name="查看").click()
    for rule in ("P06", "P12", "P17"):
        expect(office.locator(".chain")).to_contain_text(rule)
