"""A file that somebody brought, on its way out: browsers draw pictures and PDF, everything else is only downloaded."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})
PLAIN = "application/octet-stream"


def handed_out(path: Path, mime: str, name: str | None = None) -> Response:
    """The file as an answer, so that nothing in it can run as a page of ours, whatever its row calls it."""
    if mime in SHOWN:
        return send_file(path, mimetype=mime, download_name=name)
    return send_file(path, mimetype=PLAIN, as_attachment=True, download_name=name or path.name)
