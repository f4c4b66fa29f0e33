"""No dead links: where the pages of a role lead, that role gets in. A form that somebody may not send does not open for
him by a typed address either."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry import policy
from seeds import cast
from tests import two_sides

CAST = [
    "admin",
    "auditor",
    "section",
    "leader",
    "safety",
    "county",
    "county-leader",
    "officer",
    "property",
    "company",
    "tech1",
    "filling",
    "filler",
    "checker",
    "courier",
    "keeper",
    "inspector",
    "insurer",
    "desk",
]
LINK = re.compile(r'<a\b[^>]*?\shref="(/[^"#]*)')
FORM = re.compile(r"<form\b[^>]*>")
MOST_OF_A_VIEW = 3
ENOUGH = 400  # pages of a role
# Who has not signed in for the first time, a redirect to anywhere, and the door by which one leaves.
APART = frozenset({"account.choose_language", "account.sign_out", "account.sign_in", "static"})


def matched(app: Flask, address: str, method: str = "GET"):
    try:
        return app.url_map.bind("localhost").match(urlsplit(address).path, method=method)
    except RequestRedirect as moved:
        return matched(app, moved.new_url, method)
    except HTTPException:
        return None


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


@pytest.fixture
def world(app: Flask):
    return two_sides.build()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("login", CAST)
def test_every_link_opens_and_every_button_has_a_door(app: Flask, world, browser_of, login: str) -> None:
    browser = browser_of(login)
    wanted, asked, wrong = {"/dashboard": ""}, defaultdict(set), []
    seen = 0
    while wanted and seen < ENOUGH:
        address = next(iter(wanted))
        source = wanted.pop(address)
        found = matched(app, address)
        if found is None:
            wrong.append(f"{address} on {source} is no page")
            continue
        endpoint, values = found
        place = str(sorted(values.items()))
        if endpoint in APART or place in asked[endpoint] or len(asked[endpoint]) >= MOST_OF_A_VIEW:
            continue
        asked[endpoint].add(place)
        seen += 1
        answer = browser.get(address, follow_redirects=True)
        if answer.status_code != 200:
            wrong.append(f"{address} on {source}: {answer.status_code}")
        elif answer.mimetype == "text/html":
            page = answer.get_data(as_text=True)
            for link in LINK.findall(page):
                wanted.setdefault(unescape(link), address)
            wrong += [f"{problem} on {address}" for problem in doors(app, page, address)]
    assert not wrong, "\n".join(wrong)
    assert seen > 10


def doors(app: Flask, page: str, address: str) -> list[str]:
    """Forms that lead nowhere."""
    found = []
    for tag in FORM.findall(page):
        action = attribute(tag, "action") or address
        method = (attribute(tag, "method") or "get").upper()
        if action.startswith("/") and matched(app, action, method) is None:
            found.append(f"{method} {action} is no door")
    return found


def asked_by(function: Any) -> set[str]:
    """The permissions that a verb asks for in so many words."""
    return set(re.findall(r'policy\.require\(actor, "([a-z_.]+)"\)', inspect.getsource(function)))


def verbs_of(view: Any) -> set[str]:
    """The permissions of the verbs that a view calls, in its own lines or those of its module that it names."""
    module, found, wanted, known = inspect.getmodule(view), set(), [view], set()
    while wanted:
        function = wanted.pop()
        known.add(function)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = getattr(module, node.value.id, None)
                if inspect.ismodule(owner) and owner.__name__.startswith("registry.services."):
                    verb = getattr(owner, node.attr, None)
                    found |= asked_by(verb) if inspect.isfunction(verb) else set()
            elif isinstance(node, ast.Name):
                helper = getattr(module, node.id, None)
                if inspect.isfunction(helper) and inspect.getmodule(helper) is module and helper not in known:
                    wanted.append(helper)
    return found


def forms(app: Flask) -> list[tuple[str, set[str]]]:
    """(address, permissions) of every page that is a form and names nothing."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.arguments or rule.rule.startswith("/api/") or not {"GET", "POST"} <= (rule.methods or set()):
            continue
        if asked := verbs_of(inspect.unwrap(app.view_functions[rule.endpoint])):
            found.append((rule.rule, asked))
    return found


def offered(page: str, address: str) -> bool:
    """Whether a page has a form that is posted to its own address."""
    tags = [tag for tag in FORM.findall(page) if (attribute(tag, "method") or "get").lower() == "post"]
    return any((attribute(tag, "action") or address) == address for tag in tags)


def test_who_may_not_send_a_form_does_not_get_it(app: Flask, browser_of) -> None:
    found, wrong, refused = forms(app), [], 0
    for login in CAST:
        browser, who = browser_of(login), cast.actor(login)
        for address, asked in found:
            if any(policy.may(who, permission) for permission in asked):
                continue
            answer = browser.get(address)
            refused += answer.status_code == 403
            text = answer.get_data(as_text=True)
            # A list may stand where the form beside it does not.
            if "error-detail" not in text if answer.status_code == 403 else offered(text, address):
                wrong.append(f"{login}: {address} answers {answer.status_code} without {sorted(asked)}")
    assert not wrong, "\n".join(wrong)
    assert refused > 200
