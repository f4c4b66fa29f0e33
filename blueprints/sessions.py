"""From a request to its actor: the session cookie of a browser or the bearer token of a program."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask, Response, g, has_request_context, request
from flask_babel import refresh

from blueprints.browsers import browser_name
from registry import clock
from registry.actor import Actor
from registry.errors import Unknown
from registry.messages import T
from registry.queries import accounts as queries
from registry.services import accounts
from registry.services.accounts import Browser
from registry.settings import current as settings

COOKIE = "registry_session"
DEVICE_COOKIE = "registry_device"
DEVICE_DAYS = 400  # browsers keep no cookie longer
LANGUAGE_COOKIE = "registry_language"
LANGUAGES = ("zh", "en")
# Files, and what asks for a token of its own.
WITHOUT_ACTOR = ("static", "metrics.show", "health.readyz", "health.healthz")


def init_app(app: Flask) -> None:
    """Find the actor before every request."""
    app.before_request(identify)


def identify() -> None:
    """Put the actor (or None) on `g`."""
    g.actor = g.halfway = None
    if request.endpoint in WITHOUT_ACTOR:
        return
    shown = request.authorization
    if shown is not None:
        if shown.type != "bearer" or not shown.token:
            raise Unknown(T("请用 Bearer 令牌访问"))
        found = queries.actor_of_token(shown.token, g.request_id)
        if found is None:
            raise Unknown(T("令牌无效、已过期或已吊销"))
        g.actor = found
        return
    secret = request.cookies.get(COOKIE)
    if secret:
        _from_cookie(secret)


def _from_cookie(secret: str) -> None:
    config = settings()
    found = queries.actor_of_cookie(
        secret, timedelta(minutes=config.session_idle_minutes), timedelta(hours=config.session_hours), g.request_id
    )
    if found is None:
        g.halfway = queries.halfway_of_cookie(secret, g.request_id)
        return
    g.actor, sign_in = found
    now = clock.now()
    if now - sign_in.seen_at > timedelta(minutes=1):
        accounts.touch(secret, now)


def waiting_for() -> str:
    """`code` or `enrolment` where a password was proved and the second factor is missing; else empty."""
    found = g.get("halfway")
    return found[1].waits_for if found else ""


def actor_so_far() -> Actor:
    """The actor, or who it will be once the second factor is proved.

    Raises:
        Unknown: not even a password was proved.
    """
    found = g.get("halfway")
    return found[0] if found else actor()


def here() -> Browser:
    """The browser that asks; one that is new gets its cookie from `open_session`."""
    if "device" not in g:
        g.device = request.cookies.get(DEVICE_COOKIE) or secrets.token_urlsafe(32)
    return Browser(g.device, browser_name(request.user_agent.string), request.remote_addr or "")


def optional_actor() -> Actor | None:
    """The actor, or None for a stranger."""
    found: Actor | None = g.get("actor")
    return found


def actor() -> Actor:
    """The actor of this request.

    Raises:
        Unknown: nobody is signed in.
    """
    found = optional_actor()
    if found is None:
        raise Unknown(T("请先登录"))
    return found


def open_session(response: Response, secret: str) -> Response:
    """Set the session cookie, and the one by which this browser is known again."""
    config = settings()
    response.set_cookie(
        COOKIE,
        secret,
        max_age=config.session_hours * 3600,
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )
    response.set_cookie(
        DEVICE_COOKIE,
        here().device,
        max_age=DEVICE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )
    return response


def close_session(response: Response) -> Response:
    """Remove the session cookie."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return response


def language() -> str:
    """`zh` or `en`: chosen by cookie, else the person's, else what an API caller accepts, else Chinese. Without a
    request the one of `speaking`."""
    if not has_request_context():
        return str(g.get("language", "zh"))
    said = request.environ  # a program mostly says neither, and reading what is not there takes a gun's time
    chosen = request.cookies.get(LANGUAGE_COOKIE) if "HTTP_COOKIE" in said else None
    if chosen in LANGUAGES:
        return chosen
    if "HTTP_AUTHORIZATION" in said and request.authorization is not None:
        wanted = "HTTP_ACCEPT_LANGUAGE" in said and request.accept_languages.best_match(LANGUAGES, "zh")
        return wanted or "zh"
    who = optional_actor()
    return who.language if who and who.language in LANGUAGES else "zh"


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Work without a request in a language."""
    g.language = chosen
    refresh()
    try:
        yield
    finally:
        g.pop("language")
        refresh()


def locale() -> str:
    """What Flask-Babel asks for."""
    return language()
