"""Every list page offers its whole list under the same conditions, and the address answers."""

from __future__ import annotations

import re
from typing import Any

import pytest

PAGES = [
    "/elevators/",
    "/cylinders/",
    "/visits/",
    "/filling/",
    "/hazards/",
    "/policies/",
    "/policies/renewals",
    "/policies/uninsured",
    "/units/",
    "/people/",
    "/trail/",
    "/old-elevators/",
    "/old-elevators/ages",
    "/old-elevators/unknown-age",
    "/old-elevators/assessments",
    "/renewals/",
    "/fault-reports/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_list_can_be_taken_home(browser_of, path) -> None:
    browser = browser_of("section")
    page = browser.get(path, query_string={"limit": "10"}).text
    address = re.search(r'href="(/exports/[^"]+)"', page).group(1).replace("&amp;", "&")
    assert "limit" not in address
    answer = browser.get(address)
    assert (answer.status_code, answer.data[:2]) == (200, b"PK")


def test_the_list_behind_a_number_can_be_taken_home(browser_of) -> None:
    browser = browser_of("section")
    page = browser.get("/indicators/paperless_maintenance?on=2026-06-15").text
    address = re.search(r'href="(/exports/[^"]+)"', page).group(1).replace("&amp;", "&")
    assert "on=2026-06-15" in address
    assert browser.get(address).data[:2] == b"PK"


@pytest.mark.parametrize("query", ["name=x", "endpoint=home.home", "_external=1&_scheme=javascript", "_method=DELETE"])
@pytest.mark.parametrize("page", ["/elevators/", "/policies/", "/dashboard", "/dashboard/figures"])
def test_what_an_address_brings_along_builds_no_other_address(browser_of: Any, page: str, query: str) -> None:
    answer = browser_of("section").get(f"{page}?{query}")
    assert answer.status_code in (200, 302)
    assert "javascript:" not in answer.text
    assert answer.headers.get("Location", "/").startswith("/")
