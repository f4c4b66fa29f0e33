"""Deliveries, batches and pictures for tests of what happens to cylinders besides filling."""

from __future__ import annotations

from typing import Any

from registry import clock
from registry.models import InspectionBatch, ScrapBatch
from registry.rules.cylinder_inspections import asked
from registry.services import files, inspection_batches, scrap_batches
from seeds import cast
from tests.cylinder_factory import cylinder

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def passing(kind: str = "lpg_steel", **changes: str) -> dict[str, str]:
    """All items of a kind passed but for `changes`."""
    return {**dict.fromkeys(asked(kind), "pass"), **changes}


def sent(*rows: Any, **data: Any) -> InspectionBatch:
    """A delivery of these cylinders (one when none is named) to the cast's inspection body."""
    codes = [row.label_code for row in rows] or [cylinder().label_code]
    given = {"body_id": cast.unit("inspection").id, "codes": codes, **data}
    return inspection_batches.send(cast.actor("filling"), given)[0]


def received(*rows: Any) -> InspectionBatch:
    """The same, arrived at the inspection body."""
    return inspection_batches.make(cast.actor("inspector"), sent(*rows).id, "receive", {})


def picture(login: str = "filling", mark: int = 0) -> int:
    """A stored picture."""
    return files.store(cast.actor(login), "p.png", "image/png", PNG + str(mark).encode(), "scrap").id


def evidence(login: str = "filling", **changes: Any) -> dict[str, Any]:
    """What a destruction has to be proved by."""
    return {
        "method": "flatten",
        "destroyed_on": clock.today(),
        "operator": "王操作",
        "witness": "李见证",
        "weighed_g": 16_000,
        "ticket_no": "GB-001",
        "certificate_no": "XH-2026-001",
        "photos_before": [picture(login, 1)],
        "photos_after": [picture(login, 2)],
        **changes,
    }


def ordered(*rows: Any, reason: str | None = "fire", login: str = "filling") -> ScrapBatch:
    """These cylinders (one when none is named) ordered to be scrapped."""
    codes = [row.label_code for row in rows] or [cylinder().label_code]
    return scrap_batches.order(cast.actor(login), {"codes": codes, "reason": reason})[0]


def handed_over(*rows: Any, **data: Any) -> ScrapBatch:
    """The same, handed over to the station itself or to `handler_id`."""
    return scrap_batches.make(cast.actor("filling"), ordered(*rows).id, "hand_over", data)


def destroyed(*rows: Any) -> ScrapBatch:
    """The same, destroyed by the station itself."""
    return scrap_batches.make(cast.actor("filling"), handed_over(*rows).id, "destroy", evidence())
