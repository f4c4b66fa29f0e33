"""The border: who may pass at all, and the headers every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for

from blueprints.headers import TLS_HEADERS, with_tiles
from blueprints.sessions import optional_actor, waiting_for
from registry.errors import Unknown
from registry.messages import T
from registry.settings import current

V = TypeVar("V", bound=Callable[..., Any])

# Views that are not ours to decorate: built files, and the document of the interface.
PUBLIC_ENDPOINTS = ("static", "api-docs.openapi_json")


def public(view: V) -> V:
    """Declare that strangers may use this view. Everything else asks for a signed-in caller."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def halfway(view: V) -> V:
    """Declare that who has proved the password may use this view before the second factor is proved."""
    view.is_halfway = True  # type: ignore[attr-defined]
    return view


# What a session waits for -> the page where it is proved.
STEPS = {"code": "security.code", "enrolment": "security.enrol"}


def init_app(app: Flask) -> None:
    """Deny strangers by default; send the security headers with every answer."""
    app.before_request(admit)
    app.after_request(harden)


def is_public(endpoint: str | None) -> bool:
    """Whether strangers may use this endpoint. An address that does not exist is not public either."""
    if endpoint in PUBLIC_ENDPOINTS:
        return True
    view = current_app.view_functions.get(endpoint or "")
    return bool(getattr(view, "is_public", False))


def is_api() -> bool:
    """Whether the caller speaks JSON rather than pages."""
    return request.path.startswith("/api/")


def admit() -> Response | None:
    """Send strangers to the sign-in page, or 401 at the API."""
    if optional_actor() is not None or is_public(request.endpoint):
        return None
    if is_api():
        raise Unknown(T("请先登录，或者带上令牌"))
    if step := waiting_for():
        if getattr(current_app.view_functions.get(request.endpoint or ""), "is_halfway", False):
            return None
        return redirect(url_for(STEPS[step], next=_wanted()))  # type: ignore[return-value]
    return redirect(url_for("account.sign_in", next=_wanted()))  # type: ignore[return-value]


def _wanted() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


def harden(response: Response) -> Response:
    """Add the security headers; pages of signed-in people are not kept by caches."""
    sent = {name for name, _ in response.headers}
    response.headers.extend(
        (name, value) for name, value in with_tiles(current().tiles_origin).items() if name not in sent
    )
    if request.is_secure:
        for name, value in TLS_HEADERS.items():
            response.headers.setdefault(name, value)
    if request.endpoint == "static":
        if "/dist/" in request.path:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
