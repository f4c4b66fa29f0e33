"""A station's list as an answer: written once, compressed, to a file that lives in memory while it is small.

Not streamed out of the database: a phone on a slow line must not hold a connection, and what fails half-way has to be
an error, not half a list.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from flask import Response, request

from registry.queries.snapshots import Snapshot

IN_MEMORY = 4 * 1024 * 1024
PIECE = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS
LEVEL = 3


def answer(snapshot: Snapshot) -> Response:
    """The lines, gzipped where the caller takes that."""
    file = write(snapshot)
    size = file.tell()
    file.seek(0)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(_pieces(file) if zipped else _plain(file), mimetype="application/x-ndjson")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
        response.content_length = size
    return response


def write(snapshot: Snapshot) -> Any:
    """The compressed lines in a temporary file that stands at its end."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the answer
    zipper = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    for line in snapshot.lines():
        file.write(zipper.compress(line))
    file.write(zipper.flush())
    return file


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    unzipper = zlib.decompressobj(GZIP)
    for piece in _pieces(file):
        yield unzipper.decompress(piece)
    yield unzipper.flush()
