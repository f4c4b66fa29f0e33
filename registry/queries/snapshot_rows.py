"""A cylinder as one line of a station's list. docs/offline.md names the places of the array."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b32encode
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from registry import codes
from registry.models import Cylinder, LabelCode
from registry.queries.cylinder_terms import groups_for
from registry.rules import cylinders as cylinder_rules
from registry.rules.offline import life_of, limit_of
from registry.settings import current

CODE_STATES = {"active": "ok", "void": "void", "replaced": "replaced"}
PLAIN = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", codes.ALPHABET.encode())
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
MARKS = ("electronic_mark", "filler_mark_embossed", "refurbished", "threaded_shield", "dual_valve")
COLUMNS = (
    LabelCode.code,
    LabelCode.scheme,
    LabelCode.status.label("label_status"),
    Cylinder.id,
    Cylinder.kind,
    Cylinder.medium,
    Cylinder.owner_id,
    Cylinder.volume_ml,
    Cylinder.working_pressure_kpa,
    Cylinder.porosity,
    Cylinder.permitted_fill_g,
    Cylinder.environment,
    Cylinder.high_purity,
    Cylinder.made_on,
    Cylinder.service_life_years,
    Cylinder.tare_g,
    Cylinder.status,
    Cylinder.custody,
    Cylinder.next_inspection_on,
    Cylinder.last_inspected_on,
    Cylinder.last_inspection_passed,
    Cylinder.last_filled_at,
    Cylinder.registered_on,
    Cylinder.service_end_on,
    Cylinder.assessment_passed_on,
    Cylinder.purchased_on,
    *(getattr(Cylinder, name) for name in MARKS),
)


class RowWriter:
    """Cylinders as arrays; what many have in common is defined once, before the first that has it."""

    def __init__(self, on: date, insured: Mapping[int, date] | None = None) -> None:
        self.on = on
        self.insured = insured or {}
        self.known: dict[Any, str] = {}
        self.keys = current().label_keys

    def lines(self, row: Any) -> Iterator[bytes]:
        """The definitions that this row is the first to need, and the row."""
        type_key = (
            row.kind,
            row.medium,
            row.volume_ml,
            row.working_pressure_kpa,
            row.porosity,
            row.permitted_fill_g,
            row.environment,
            row.high_purity,
        )
        life_key = (row.kind, row.medium, row.made_on, row.service_life_years)
        for key, define in ((type_key, self._type), (life_key, self._life)):
            if key not in self.known:
                content = define(*key)
                text = json.dumps(content, sort_keys=True)
                self.known[key] = hashlib.sha256(text.encode()).hexdigest()[:8]
                yield line({"define": self.known[key], **content})
        yield line(self._array(row, self.known[type_key], self.known[life_key]))

    def _type(
        self,
        kind: str,
        medium: str,
        volume_ml: int | None,
        pressure_kpa: int | None,
        porosity: Decimal | None,
        nominal_g: int | None,
        environment: str | None,
        high_purity: bool,
    ) -> dict[str, Any]:
        limit = limit_of(kind, medium, _thousandth(volume_ml), _thousandth(pressure_kpa), porosity, self.on)
        years = cylinder_rules.interval_years(
            kind, medium, environment, high_purity, self.on, groups_for(medium, self.on)
        )
        return {
            "kind": kind,
            "medium": medium,
            "volume_ml": volume_ml,
            "working_pressure_kpa": pressure_kpa,
            "permitted_fill_g": nominal_g or None,
            "interval_years": years,
            "limit": limit,
        }

    def _life(self, kind: str, medium: str, made: date, years: int | None) -> dict[str, Any]:
        life = life_of(kind, medium, made, years, self.on)
        return {
            "made": day(made),
            "needs_assessment": life.needs_assessment,
            "design_end": day(life.design_end),
            "final_end": day(life.final_end),
        }

    def _array(self, row: Any, type_id: str, life_id: str) -> list[Any]:
        put = row.registered_on or row.made_on
        bought = row.purchased_on or put
        filled = row.last_filled_at
        return [
            row.code,
            mac_digest(row.code, self.keys) if row.scheme == "own" else "",
            CODE_STATES[row.label_status],
            type_id,
            life_id,
            row.owner_id,
            row.tare_g or None,
            row.status,
            row.custody,
            day(row.next_inspection_on),
            day(row.last_inspected_on),
            None if row.last_inspection_passed is None else int(row.last_inspection_passed),
            None if filled is None else int(filled.timestamp()),
            day(put),
            day(row.service_end_on),
            int(row.assessment_passed_on is not None),
            _marks(*[getattr(row, name) for name in MARKS]),
            None if bought == put else day(bought),
            day(self.insured.get(row.id)),
        ]


def mac_digest(code: str, keys: codes.Keys) -> str:
    """What a scanned `code.mac` is compared with; the mac cannot be found from it. `-`: its key is gone."""
    key = keys.get(codes.key_version(code))
    if key is None:
        return "-"
    # As codes.mac writes it, without the way around by single characters: a list has a hundred thousand.
    mac = b32encode(hmac.digest(key, code.encode(), "sha256")[: codes.MAC_BYTES]).translate(PLAIN)
    return hashlib.sha256(code.encode() + b"." + mac).hexdigest()[:12]


@lru_cache(maxsize=1024)
def _marks(*marks: bool | None) -> str:
    return "".join("-" if mark is None else str(int(mark)) for mark in marks)


def _thousandth(value: int | None) -> Decimal | None:
    return Decimal(value).scaleb(-3) if value else None


@lru_cache(maxsize=65536)
def day(day: date | None) -> int | None:
    """20261124: days that compare as numbers in any language."""
    return None if day is None else day.year * 10000 + day.month * 100 + day.day


def line(content: Any) -> bytes:
    return ENCODER.encode(content).encode() + b"\n"
