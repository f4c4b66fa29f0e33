"""Where a request asks to be led to afterwards: only to a page of this site."""

from __future__ import annotations

from urllib.parse import urlsplit


def of_ours(target: str | None) -> str:
    """`target` when it is the address of a page here as browsers read it, else nothing."""
    if not target or not target.startswith("/") or any(ord(sign) < 32 for sign in target):
        return ""
    # Browsers take a backslash for a slash, so that two of either name another host.
    plain = target.replace("\\", "/")
    return target if not plain.startswith("//") and not urlsplit(plain).netloc else ""
