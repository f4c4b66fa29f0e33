"""The digests of many trail entries, past the objects: the trail of years is read again in minutes.

What comes out is `merkle.body_of`, byte for byte, of whatever stands in the table; what cannot be read as an entry has
a digest that no entry has. The encoder of the standard library is made once instead of at each call, and texts that
come again and again are written once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from json import encoder
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import text

from registry.db import db
from registry.rules import merkle

# PostgreSQL writes the moment as `isoformat` does; SQLite keeps it so but for the zone, which is UTC.
_MOMENT = {
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'""",
    "sqlite": "replace(at, ' ', 'T') || '+00:00'",
}
_ROWS = {
    dialect: text(
        f"SELECT id, {moment}, act, subject, subject_id, person_id, unit_id, role, request_id, CAST(data AS TEXT) "
        "FROM trail_entry WHERE id > :after AND id <= :upto ORDER BY id LIMIT :most"
    )
    for dialect, moment in _MOMENT.items()
}


def bodies(after: int, upto: int, most: int = 2**62) -> Iterator[tuple[int, bytes]]:
    """The first `most` ids with `after < id <= upto` in their order, each with its digest; streamed."""
    statement = _ROWS[db.engine.dialect.name].execution_options(yield_per=merkle.TOGETHER)
    for number, *values in db.session.execute(statement, {"after": after, "upto": upto, "most": most}):
        yield number, body(*values)


def body(
    at: Any, act: Any, subject: Any, about: Any, person: Any, unit: Any, role: Any, request: Any, data: Any
) -> bytes:
    """The digest of an entry whose moment and data are texts."""
    public = (
        f'{{"act":{_again(act)},"at":{_again(at)},"data":{_canonical(data)},"subject":{_again(subject)},'
        f'"subject_id":{_number(about)},"unit_id":{_number(unit)}}}'
    )
    private = f'{{"person_id":{_number(person)},"request_id":{_again(request)},"role":{_again(role)}}}'
    return merkle.body(
        sha256(public.encode("utf-8", "surrogatepass")).digest(),
        sha256(private.encode("utf-8", "surrogatepass")).digest(),
    )


def _plain(value: Any) -> Any:
    """What JSON does not know is no part of an entry."""
    raise TypeError(type(value).__name__)


_made_once: Any = getattr(encoder, "c_make_encoder", None)
_encode: Any = (
    _made_once(None, _plain, encode_basestring, None, ":", ",", True, False, True)
    if _made_once
    else json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).iterencode
)


def _canonical(stored: Any) -> str:
    try:
        return "".join(_encode(json.loads(stored), 0))
    except (ValueError, TypeError, RecursionError):
        return f"!{stored!r}"


@lru_cache(4096, typed=True)
def _again(value: Any) -> str:
    return encode_basestring(value) if isinstance(value, str) else _number(value)


def _number(value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else f"!{value!r}"
