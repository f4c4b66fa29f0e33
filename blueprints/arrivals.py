"""Every request gets a number on its way in, and leaves a count and a line in the log on its way out."""

from __future__ import annotations

import logging
from time import perf_counter

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest, NotFound

from blueprints import logs
from registry import metrics, tracing
from registry.settings import current as settings

HEADER = "X-Request-Id"
log = logging.getLogger("registry.request")


def init_app(app: Flask) -> None:
    """Before everything else on the way in, after everything else on the way out."""
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(lambda _error: tracing.begin(""))


def begin() -> None:
    """The number that our proxy gave, or one of our own: what a stranger sends is not believed."""
    g.arrived = perf_counter()
    given = request.headers.get(HEADER, "") if settings().proxies else ""
    g.request_id = given if tracing.PLAUSIBLE.fullmatch(given) else tracing.new_id()
    tracing.begin(g.request_id)
    if isinstance(request.routing_exception, BadRequest):
        raise request.routing_exception  # a host that is none: nothing here could build an address
    if "\x00" in request.path:
        raise NotFound  # PostgreSQL keeps no such text, so nothing has that name


def end(response: Response) -> Response:
    """Say how it went; files are served without a line."""
    response.headers[HEADER] = g.request_id
    if request.endpoint != "static":
        took = perf_counter() - g.arrived
        metrics.served(request.endpoint, response.status_code, took)
        logs.answered(log, response.status_code, round(took * 1000, 1))
    return response
