"""Strangers get in nowhere but where it is declared; addresses are kebab-case and typed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from blueprints.boundary import is_public
from blueprints.navigation import MENU
from registry.policy import PERMISSIONS

PUBLIC = {
    "static",
    "account.sign_in",
    "account.choose_language",
    "provider.start",
    "provider.back",
    "health.healthz",
    "health.readyz",
    "metrics.show",  # from this machine, or with a token
    "public.show",
    "public_reports.new",
    "public_reports.receipt",
    "public_reports.without_label",
    "public_seals.index",
    "public_seals.proof",
    "field.shell",
    "field.worker",
    "kept_forms.shell",
    "kept_forms.worker",
    "field.manifest",
    "filling_offline.shell",
    "filling_offline.worker",
    "api_gateway.ask",  # answers a stranger with "deny"
    "api-docs.openapi_json",
    "api_docs.index",
    "sunshine.wall",
}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def filled(rule: Rule) -> str:
    """The rule's address with something in every place."""
    address = rule.rule
    for found in re.findall(r"<[^>]+>", address):
        address = address.replace(found, "1" if found.startswith(("<int:", "<float:")) else "x")
    return address


def test_only_the_declared_views_are_public(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app) if is_public(rule.endpoint)} == PUBLIC


def test_strangers_are_stopped_everywhere_else(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for rule in rules(app):
        if rule.endpoint in PUBLIC:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PATCH", "PUT", "DELETE"}):
            response = client.open(filled(rule), method=method)
            if rule.rule.startswith("/api/"):
                stopped = response.status_code == 401 and response.mimetype == "application/problem+json"
            else:
                stopped = response.status_code == 302 and "/account/sign-in" in response.headers["Location"]
            if not stopped:
                wrong.append(f"{method} {rule.rule}: {response.status_code}")
    assert not wrong


def test_addresses_are_kebab_case_and_typed(app: Flask) -> None:
    plain = re.compile(r"^/(?:[a-z0-9.-]+(?:/[a-z0-9.-]+)*/?)?$")
    wrong = []
    for rule in rules(app):
        if rule.endpoint == "static":
            continue
        for place in re.findall(r"<([^>]+)>", rule.rule):
            if ":" not in place:
                wrong.append(f"{rule.rule}: <{place}> has no type")
        fixed = re.sub(r"<[^>]+>", "x", rule.rule).replace("/Q/", "/q/")
        if not plain.match(fixed):
            wrong.append(f"{rule.rule}: not kebab-case")
    assert not wrong


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_an_unknown_api_address_is_problem_json(api_of, method: str) -> None:
    api = api_of("section")
    response = api.client.open("/api/v1/no-such-thing", method=method, headers=api.headers)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_the_menu_leads_somewhere(app: Flask) -> None:
    items = [(endpoint, permission) for _, entries in MENU for _, endpoint, permission, _ in entries]
    assert {endpoint for endpoint, _ in items} <= set(app.view_functions)
    assert {permission for _, permission in items} <= set(PERMISSIONS)


def test_other_sites_cannot_post(browser_of) -> None:
    browser = browser_of("section")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert browser.post("/account/sign-out", headers=headers).status_code == 403
    assert browser.post("/account/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/account/sign-in", "/no-such-page", "/api/v1/elevators"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
