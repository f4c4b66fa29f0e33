"""Who may see how the registry itself is doing: whoever asks from this machine, or holds the token."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import request

from registry.settings import current as settings

# What a proxy adds. Where none is declared (REGISTRY_PROXIES=0), one that stands there makes everybody look local.
PASSED_ON = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")


def may_watch() -> bool:
    """Whether the caller of this request may see figures and details."""
    token = settings().metrics_token
    given = request.authorization
    if token and given is not None and given.type == "bearer":
        return hmac.compare_digest((given.token or "").encode(), token.encode())
    return _local()


def _local() -> bool:
    if not settings().proxies and any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
