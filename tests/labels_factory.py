"""Labels on their way to a cylinder: a received batch, photos, a binding."""

from __future__ import annotations

import io
from itertools import count
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy import select

from registry.db import db
from registry.models import Cylinder, LabelBatch, LabelBinding, LabelCode, StoredFile
from registry.queries.label_bindings import PURPOSE
from registry.services import files, label_batches, label_bindings
from seeds import cast
from tests import filling_factory as make

_SHADES = count(1)
PAPER = {"carrier": "paper", "layout": "a4-70x37", "reason": "新瓶赋码"}


def batch(number: int = 3, station: str = "station", received: bool = True) -> LabelBatch:
    """A batch issued to a station, and received by its manager."""
    row = label_batches.issue_new(
        cast.actor("section"), {**PAPER, "count": number, "station_id": cast.unit(station).id}
    )
    if received:
        label_batches.receive(cast.actor("filling" if station == "station" else "filling2"), row.id)
    return row


def blanks(number: int = 3, station: str = "station", received: bool = True) -> list[LabelCode]:
    """The blank codes of a fresh batch."""
    made = batch(number, station, received)
    return list(db.session.scalars(select(LabelCode).where(LabelCode.batch_id == made.id).order_by(LabelCode.id)))


def picture() -> bytes:
    """A JPEG that no other call makes."""
    shade = next(_SHADES)
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), (shade % 256, shade // 256 % 256, 90)).save(stream, "PNG")
    return stream.getvalue()


def photo(login: str = "filler", purpose: str = PURPOSE) -> StoredFile:
    """A stored photo of its own."""
    return files.store(cast.actor(login), "photo.png", "image/png", picture(), purpose)


def binding(row: Cylinder, label: str, login: str = "filler", **values: Any) -> dict[str, Any]:
    """What a verb is given when a code was put on a cylinder."""
    return {
        "ref": str(uuid4()),
        "code": make.signed(label),
        "equipment": row.serial_no,
        "stamp_photo": photo(login).id,
        "label_photo": photo(login).id,
        "reason": "原标签破损",
        "position": {"lat": 33.63, "lon": 116.97, "accuracy_m": 8.0},
        **values,
    }


def bound(row: Cylinder, code: str, first: str = "filler", second: str = "checker") -> LabelBinding:
    """A code on a cylinder, confirmed."""
    recorded, _again = label_bindings.record(cast.actor(first), binding(row, code, first))
    return label_bindings.confirm(cast.actor(second), recorded.id)
