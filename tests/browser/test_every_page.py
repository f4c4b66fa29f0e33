"""Every page of the menu, for every role: it opens. Every template, for an office and for a unit: it fits a desk and a
phone. Every template: axe finds nothing serious."""

from __future__ import annotations

import hashlib
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
    "security",
    "auditor",
]
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")


OFFICES = ("section", "county", "admin", "auditor")


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], bool]:
    """`first("axe /elevators/")`: whether nobody has begun that yet, of all the workers."""
    shared = tmp_path_factory.getbasetemp()
    begun = (shared if worker_id == "master" else shared.parent) / "begun"
    begun.mkdir(exist_ok=True)

    def claim(name: str) -> bool:
        try:
            (begun / hashlib.sha256(name.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return claim


def template_of(address: str) -> str:
    """The address without what names one row: pages of one template keep the same people out."""
    return re.sub(r"/[^/]*[0-9][^/]*", "/*", address.partition("?")[0])


def onward(page: Page) -> list[str]:
    """Where a list leads: its first row and its actions; files are no pages."""
    first = page.eval_on_selector_all("main table td a", "links => links.slice(0, 1).map(a => a.getAttribute('href'))")
    acts = page.eval_on_selector_all(".page-actions a", "links => links.slice(0, 2).map(a => a.getAttribute('href'))")
    return [link for link in (*first, *acts) if link.startswith("/") and not re.search("xlsx|docx|csv|pdf", link)]


def overflow(page: Page) -> list[str]:
    """Whether the page that is open is wider than its screen."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{over} px wider than the screen"] if over > 0 else []


def barriers(page: Page) -> list[str]:
    """What keeps people out of the page that is open."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in report["violations"]
        if violation["impact"] in SERIOUS
    ]


def on_a_phone(page: Page) -> list[str]:
    """What a phone makes of the page that is open."""
    page.set_viewport_size(PHONE)
    if overflow(page):
        page.reload()  # a phone does not come from a desk: what is drawn by its width is drawn anew
    found = [f"on a phone {problem}" for problem in overflow(page)]
    page.set_viewport_size(DESK)
    return found


def problems(page: Page, address: str, kind: str, first: Callable[[str], bool], shown: bool) -> list[str]:
    """Open a page and say what is wrong with it. It is drawn when it is to be `shown`, or when nobody of its kind has
    drawn its template yet; else its answer is enough."""
    new = first(f"{kind} {template_of(address)}")
    if not new and not shown:
        status = page.request.get(address).status
        return [] if status == 200 else [f"{address}: {status}"]
    response = page.goto(address)
    if response is None or response.status != 200:
        return [f"{address}: {response.status if response else 'no answer'}"]
    found = overflow(page) + on_a_phone(page) if new else []
    if first(f"axe {template_of(urlsplit(page.url).path)}"):
        found += barriers(page)
    return [f"{address}: {problem}" for problem in found]


@pytest.mark.timeout(900)  # whoever comes first draws and examines most of the templates
@pytest.mark.parametrize("login", ROLES)
def test_the_pages_of_a_role(signed_in: Callable[..., Page], first: Callable[[str], bool], login: str) -> None:
    kind = "office" if login in OFFICES else "unit"
    desk, wrong = signed_in(login, DESK), []
    desk.goto("/account/security/")  # a page that every role has
    menu = desk.eval_on_selector_all("nav#nav a", "links => links.map(link => link.getAttribute('href'))")
    assert menu
    wanted, seen = list(menu), set()
    while wanted:
        address = wanted.pop(0)
        seen.add(address)
        wrong += problems(desk, address, kind, first, shown=address in menu)
        if address in menu:
            wanted += [link for link in dict.fromkeys(onward(desk)) if link not in seen and link not in wanted]
    assert not wrong, "\n".join(wrong)
