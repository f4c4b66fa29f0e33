"""JSON as it arrives: halves of characters, which JSON can write and no database can keep, are no text."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Request
from webargs.flaskparser import FlaskParser

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class ArrivingJson(FlaskParser):
    """The interface's own parser, but for lone surrogates: a body with one is answered 400 like any other that is no
    JSON."""

    def _raw_load_json(self, req: Request) -> Any:
        found = super()._raw_load_json(req)
        if _HALF.search(req.get_data(cache=True)):  # seldom, and mostly a pair: a whole character
            try:
                json.dumps(found, ensure_ascii=False, default=str).encode()
            except UnicodeEncodeError:
                raise json.JSONDecodeError("half of a character", "", 0) from None
        return found
