"""What is read to record fills, one or many in the same statements: what came of a ref before, who was scanned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, literal_column, select, union_all

from registry.db import db
from registry.models import Filling, FillRefusal, Scan
from registry.models.base import UtcMoment
from registry.prepared import Prepared, one_of

STATION: Any = bindparam("station")
COLUMNS: tuple[Any, ...] = (Scan.cylinder_id, Scan.at, Scan.unit_id, Scan.purpose, Scan.verdict)
ALLOWING = ("allow", "warn")
KINDS: tuple[Any, ...] = (Filling, FillRefusal)


class Earlier(NamedTuple):
    """What came of a ref before: a fill or (`kind` 1) a refusal, and the digest of what was sent."""

    kind: int
    id: int
    ref: str
    ref_digest: str

    def row(self) -> Filling | FillRefusal:
        """The record itself."""
        found: Filling | FillRefusal = db.session.get_one(KINDS[self.kind], self.id)
        return found


def _earlier(chosen: Callable[[Any], ColumnElement[bool]]) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(literal_column(str(kind)), model.id, model.ref, model.ref_digest).where(
                model.station_id == STATION, chosen(model.ref)
            )
            for kind, model in enumerate(KINDS)
        )
    )


# Written once: putting a statement together takes several times as long as asking it.
_ONE_EARLIER = Prepared(_earlier(lambda column: column == bindparam("ref")))
_EACH_EARLIER = Prepared(_earlier(lambda column: one_of(column, "refs")))


def earlier(station_id: int | None, refs: Collection[str]) -> dict[str, Earlier]:
    """What came of refs of a station before."""
    if len(refs) == 1:
        rows = _ONE_EARLIER.rows({"station": station_id, "ref": next(iter(refs))})
    else:
        rows = _EACH_EARLIER.rows({"station": station_id, "refs": [*refs]})
    return {row[2]: Earlier(*row) for row in rows}


def _scans(chosen: ColumnElement[bool]) -> Select[Any]:
    """By cylinder, of which there are few; asked by station too, SQLite would read the whole yard's half hour."""
    return select(*COLUMNS).where(
        chosen, Scan.at >= bindparam("since", type_=UtcMoment), Scan.at <= bindparam("until", type_=UtcMoment)
    )


_ONE_SCANNED = Prepared(_scans(Scan.cylinder_id == bindparam("cylinder")))
_EACH_SCANNED = Prepared(_scans(one_of(Scan.cylinder_id, "cylinders")))


def scanned(
    station_id: int | None, cylinders: Collection[int], since: datetime, until: datetime
) -> Mapping[int, list[datetime]]:
    """When a station scanned cylinders and was told that they may be filled."""
    asked: dict[str, Any] = {"since": since, "until": until}
    if len(cylinders) == 1:
        rows = _ONE_SCANNED.rows({**asked, "cylinder": next(iter(cylinders))})
    else:
        rows = _EACH_SCANNED.rows({**asked, "cylinders": [*cylinders]})
    found: dict[int, list[datetime]] = {}
    for cylinder_id, at, unit_id, purpose, verdict in rows:
        if unit_id == station_id and purpose == "fill" and verdict in ALLOWING:
            found.setdefault(cylinder_id, []).append(at)
    return found
