"""Queues on devices that several people use: whose they are, and what time it is.

A queue names the membership it belongs to in `Acting-As`. What it sends while somebody else is signed in is refused, so
that nobody sends what another one made; and the answer carries the registry's time, by which the device sees how far
its own clock is off.
"""

from __future__ import annotations

from flask import Flask, Response, json, request

from blueprints.sessions import optional_actor
from registry import clock
from registry.errors import Conflict
from registry.messages import T

HEADER = "Acting-As"
KEPT_FORM = "Kept-Form"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class OtherCaller(Conflict):
    """The queue belongs to another person than the one who is signed in."""

    type = "other-caller"


def init_app(app: Flask) -> None:
    """Hold queues to their owners everywhere, pages and API alike."""
    app.before_request(own_queue)
    app.after_request(tell_time)
    app.after_request(tell_where)


def own_queue() -> None:
    """Refuse what the queue of somebody else than the caller sends."""
    if HEADER in request.headers:
        require_owner()


def require_owner() -> None:
    """Refuse what does not say that it comes from the caller's own queue."""
    who = optional_actor()
    if who is None or request.method in SAFE:
        return
    if request.headers.get(HEADER) != str(who.membership_id):
        raise OtherCaller(T("这台设备上登录的是另一个人或另一个身份，没有发送"))


def tell_time(response: Response) -> Response:
    """The registry's time, for whoever sends from a queue."""
    return stamp(response) if HEADER in request.headers else response


def tell_where(response: Response) -> Response:
    """Answer a form that a device kept: where to go on as JSON, because a script cannot read it off a redirect."""
    if KEPT_FORM not in request.headers or response.status_code not in (302, 303):
        return response
    if optional_actor() is None:
        response.status_code, told = 401, {"type": "unknown-caller"}
    else:
        response.status_code, told = 200, {"location": response.headers["Location"]}
    response.headers.remove("Location")
    response.set_data(json.dumps(told))
    response.mimetype = "application/json"
    return response


def stamp(response: Response) -> Response:
    """Put the registry's time on an answer."""
    response.headers["Server-Time"] = clock.now().isoformat(timespec="milliseconds")
    return response
