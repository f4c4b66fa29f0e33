"""Every page of the menu, for every role: it opens, fits its screen, and axe finds nothing serious."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

ROLES = [
    "section",
    "county",
    "property",
    "company",
    "tech1",
    "filling",
    "filler",
    "inspector",
    "insurer",
    "admin",
    "auditor",
]
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")


_examined: set[str] = set()


def template_of(address: str) -> str:
    """The address without what names one row: pages of one template keep the same people out."""
    return re.sub(r"/[^/]*[0-9][^/]*", "/*", address.partition("?")[0])


def onward(page: Page) -> list[str]:
    """Where a list leads: its first row and its actions; files are no pages."""
    first = page.eval_on_selector_all("main table td a", "links => links.slice(0, 1).map(a => a.getAttribute('href'))")
    acts = page.eval_on_selector_all(".page-actions a", "links => links.slice(0, 2).map(a => a.getAttribute('href'))")
    return [link for link in (*first, *acts) if link.startswith("/") and "xlsx" not in link and "csv" not in link]


def overflow(page: Page) -> list[str]:
    """Whether the page that is open is wider than its screen."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{over} px wider than the screen"] if over > 0 else []


def barriers(page: Page) -> list[str]:
    """What keeps people out of the page that is open; each template is examined for the first role that opens it."""
    if template_of(urlsplit(page.url).path) in _examined:
        return []
    _examined.add(template_of(urlsplit(page.url).path))
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in report["violations"]
        if violation["impact"] in SERIOUS
    ]


def problems(page: Page, address: str, checks: tuple[Callable[[Page], list[str]], ...]) -> list[str]:
    """Open a page and say what is wrong with it."""
    response = page.goto(address)
    assert page.viewport_size is not None
    name = f"{page.viewport_size['width']} px {address}"
    if response is None or response.status != 200:
        return [f"{name}: {response.status if response else 'no answer'}"]
    return [f"{name}: {problem}" for check in checks for problem in check(page)]


@pytest.mark.parametrize("login", ROLES)
def test_the_pages_of_a_role(signed_in: Callable[..., Page], login: str) -> None:
    desk, phone, wrong = signed_in(login, DESK), signed_in(login, PHONE), []
    desk.goto("/dashboard")
    menu = desk.eval_on_selector_all("nav#nav a", "links => links.map(link => link.getAttribute('href'))")
    assert menu
    wanted, seen = list(menu), set()
    while wanted:
        address = wanted.pop(0)
        seen.add(address)
        wrong += problems(desk, address, (overflow, barriers))
        if address in menu:
            wanted += [link for link in dict.fromkeys(onward(desk)) if link not in seen and link not in wanted]
        wrong += problems(phone, address, (overflow,))
    assert not wrong, "\n".join(wrong)
