"""Where a request asks to be led to afterwards, only to a page of this site; and what it asked for, once more."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.routing import IntegerConverter, ValidationError

# What `url_for` and the addresses of files take for something of their own.
RESERVED = frozenset({"endpoint", "name"})


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: numbers of rows are of 32 bits, so under a greater one there is no page."""

    def __init__(self, map: Any, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": 2**31 - 1, **options})

    def to_python(self, value: str) -> int:
        if len(value) > 20:  # reading digits takes time by the square of their number, and Python refuses many
            raise ValidationError
        return int(super().to_python(value))


def of_ours(target: str | None) -> str:
    """`target` when it is the address of a page here as browsers read it, else nothing."""
    if not target or not target.startswith("/") or any(ord(sign) < 32 for sign in target):
        return ""
    # Browsers take a backslash for a slash, so that two of either name another host.
    plain = target.replace("\\", "/")
    return target if not plain.startswith("//") and not urlsplit(plain).netloc else ""


def asked_again(*without: str) -> dict[str, str]:
    """The conditions in the address, for a link or redirect that keeps them; `without` some of them."""
    return {
        key: value
        for key, value in request.args.items()
        if key not in RESERVED and key not in without and not key.startswith("_")
    }
