"""Working with the phone page of a visit as a technician does."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.evidence import jpeg, sign


def ready(page: Page) -> None:
    """Wait until the page has its work and would open without a signal."""
    expect(page.locator("#field-search")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def codes(page: Page, count: int) -> list[str]:
    """Label codes of elevators of the company that have standard items, the most urgent first, over and over."""
    work = page.request.get("/field/work.json").json()
    known = [row[0] for row in work["elevators"] if row[1]]
    return [known[number % len(known)] for number in range(count)]


def free_again(page: Page) -> None:
    """Open a draft that another tab held until it was closed; the browser takes a moment to let go of it."""
    form, held = page.locator("#visit-form"), page.get_by_text("另一个标签页")
    for _ in range(10):
        page.reload()
        form.or_(held).first.wait_for()
        if form.is_visible():
            return
    expect(form).to_be_visible()


def scan(page: Page, code: str, way: str = "start") -> None:
    """Type the code of an elevator, as printed on its label."""
    page.goto(f"/field/#/{way}")
    page.locator("#scan-code").fill(f"{code[:4].lower()} {code[4:]}")
    page.keyboard.press("Enter")


def begin(page: Page, code: str) -> str:
    """Start a half-monthly visit; returns its ref."""
    scan(page, code)
    expect(page.locator("#visit-form")).to_be_visible()
    half_month = page.locator("[data-cycle=half_month]")
    if half_month.get_attribute("aria-pressed") != "true":
        half_month.click()
    expect(half_month).to_have_attribute("aria-pressed", "true")
    return page.url.rpartition("/")[2]


def photograph(page: Page, about: str) -> None:
    """The check-in photo."""
    page.locator("#step-1 input[type=file]").set_input_files(jpeg(about, 1000, 750))
    expect(page.locator("#step-1 .field-photo img")).to_be_visible()


def answer_groups(page: Page, first: int = 0) -> None:
    """Every group from a number on is normal; numbers as their limits ask."""
    groups = page.get_by_role("button", name="本组未答的都正常")
    expect(groups.first).to_be_visible()
    for button in groups.all()[first:]:
        button.click()
    for row in page.locator(".item-value").all():
        row.locator("input").fill(fitting(row.inner_text()))


def fitting(limits: str) -> str:
    """A number within printed limits."""
    found = re.search(r"-?\d+(?:\.\d+)?", limits)
    assert found is not None
    return found.group()


def sign_all(page: Page) -> None:
    """A stroke on every pad."""
    expect(page.locator("signature-pad").first).to_be_visible()
    for number, pad in enumerate(page.locator("signature-pad").all()):
        sign(page, pad, 1 if number % 2 else -1)
        expect(pad.locator(".sign-line")).to_have_text("已签名")


def check_out(page: Page) -> None:
    """Check out although something is missing, with an impatient finger."""
    page.locator("#visit-submit").dblclick()
    page.get_by_role("button", name="仍然签退").click()
    expect(page.locator("#queue-count")).to_be_visible()


def arrived(page: Page, timeout: int = 15_000) -> None:
    """Wait until nothing waits any more."""
    expect(page.locator("#queue-count")).to_have_attribute("data-waiting", "0", timeout=timeout)
