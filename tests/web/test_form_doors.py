"""A form that somebody may not send does not open for him by a typed address either."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from html import unescape
from typing import Any

from flask import Flask

from registry import policy
from seeds import cast

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
    "depot",
    "inspector",
    "insurer",
    "desk",
]
FORM = re.compile(r"<form\b[^>]*>")


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


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
