"""Every page of the menu, for every role: it opens, fits its screen, and axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Server

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


def addresses(page: Page) -> list[str]:
    """The menu's addresses, and the first row's page of each list."""
    menu = page.eval_on_selector_all("nav#nav a", "links => links.map(link => link.getAttribute('href'))")
    found = list(menu)
    for address in menu:
        page.goto(address)
        first = page.eval_on_selector_all(
            "main table td a", "links => links.slice(0, 1).map(a => a.getAttribute('href'))"
        )
        new = page.eval_on_selector_all(
            ".page-actions a", "links => links.slice(0, 2).map(a => a.getAttribute('href'))"
        )
        found += [link for link in [*first, *new] if link.startswith("/") and "xlsx" not in link and "csv" not in link]
    return list(dict.fromkeys(found))


def problems(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    found = []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        found.append(f"{overflow} px wider than the screen")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found += [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in report["violations"]
        if violation["impact"] in SERIOUS
    ]
    return found


@pytest.mark.parametrize("login", ROLES)
def test_the_pages_of_a_role(server: Server, signed_in: Callable[..., Page], login: str) -> None:
    desk, wrong = signed_in(login, DESK), []
    desk.goto(f"{server.url}/dashboard")
    found = [f"{server.url}{address}" for address in addresses(desk)]
    assert found
    for page in (desk, signed_in(login, PHONE)):
        for address in found:
            response = page.goto(address)
            if response is None or response.status != 200:
                wrong.append(f"{address}: {response.status if response else 'no answer'}")
                continue
            wrong += [f"{page.viewport_size['width']} px {address}: {problem}" for problem in problems(page)]
    assert not wrong, "\n".join(wrong)
