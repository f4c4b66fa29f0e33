"""Labels as the file that was asked for: what page and API share."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Any

from flask import Response

from registry.actor import Actor
from registry.exchange import print_house
from registry.queries import label_batches
from registry.services import label_printing

PLAIN = "application/octet-stream"  # bitmaps between commands: no text, whatever a browser thinks of it
NAMES = {
    label_printing.PDF: "labels.pdf",
    label_printing.SVG: "label.svg",
    label_printing.ZIP: "labels.zip",
    print_house.MIME: "labels.xlsx",
}


def answer(actor: Actor, wanted: Sequence[str], asked: dict[str, Any]) -> Response:
    """Print `wanted` as `asked`: `format`, `layout`, `start`, `dpi`, `reason`."""
    wanted_as, layout, reason = asked["format"], asked["layout"], asked["reason"]
    if wanted_as in label_printing.LANGUAGES:
        content, mime = label_printing.burnt(actor, wanted, layout, wanted_as, int(asked["dpi"]), reason), PLAIN
    elif wanted_as == "svg":
        content, mime = label_printing.drawings(actor, wanted, layout, reason)
    elif wanted_as == "xlsx":
        content, mime = print_house.workbook(label_printing.listed(actor, wanted, reason)), print_house.MIME
    else:
        content, mime = label_printing.sheet(actor, wanted, layout, asked["start"], reason), label_printing.PDF
    name = NAMES.get(mime) or f"labels.{wanted_as}"
    return Response(content, mimetype=mime, headers={"Content-Disposition": f"attachment; filename={name}"})


def batch(actor: Actor, batch_id: int, asked: dict[str, Any]) -> Response:
    """Print the codes of a batch that are not out of use; without `layout` in the batch's own."""
    row = label_batches.show(actor, batch_id).row
    layout = asked["layout"] or row.layout
    return answer(actor, label_batches.codes_of(actor, batch_id), {**asked, "layout": layout})


def download(content: bytes, name: str) -> Response:
    """A file under a name."""
    mime = mimetypes.guess_type(name)[0] or PLAIN
    return Response(content, mimetype=mime, headers={"Content-Disposition": f"attachment; filename={name}"})
