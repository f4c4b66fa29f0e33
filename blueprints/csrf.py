"""Cross-site requests are refused by what browsers say of themselves: Sec-Fetch-Site, else Origin.

A bearer token is not sent by a browser on its own, so requests that carry one pass.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from registry.errors import Forbidden
from registry.messages import T

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Check every request that may change something."""
    app.before_request(refuse_cross_site)


def refuse_cross_site() -> None:
    """Raise Forbidden for a changing request that another site made."""
    if request.method in SAFE or request.authorization is not None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        allowed = origin is None or urlsplit(origin).netloc == request.host
    if not allowed:
        raise Forbidden(T("这个请求来自别的网站，已拒绝"))
