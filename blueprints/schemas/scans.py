"""Scans at the border."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_dump

from blueprints.schemas.base import FindingOut, In, Out, PositionIn
from blueprints.schemas.cylinders import Called
from blueprints.schemas.fields import Choice, CodeText, Moment, Number, Text
from blueprints.schemas.quick import Quick
from blueprints.sessions import language
from registry.queries.filling_facts import OnFile
from registry.rules.kinds import MEDIA
from registry.rules.verdict import Verdict
from registry.services.scans import PURPOSES, Answer


class Exact(fields.String):
    """A decimal as a string without trailing zeros."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return _exact(value)


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{Decimal(value).normalize():f}"


class Findings(fields.List):
    """The findings of a verdict in the caller's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.Nested(FindingOut), **options)

    def _serialize(self, value: Verdict | None, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        found = value.findings if value else ()
        return super()._serialize([finding.to_dict(language()) for finding in found], attr, obj, **kwargs)


class ScanIn(Quick):
    """A scan. `medium` is that of the gun where the gun is not registered; `temperature_c` of a compressed gas."""

    code = CodeText(label=_("二维码或编号"))
    purpose = Choice([*PURPOSES.items()], required=True, label=_("用途"))
    gun = Text(max=40, label=_("充装枪号"))
    medium = Called(MEDIA, label=_("充装介质"))
    temperature_c = Number(min=-60, max=80, places=1, label=_("气体温度"))
    filler = Text(max=40, label=_("充装人员"))
    checker = Text(max=40, label=_("检查人员"))
    at = Moment()
    position = fields.Nested(PositionIn, allow_none=True)


class FoundCylinderOut(Out):
    """The cylinder behind a code, as far as it matters at a gun."""

    code = fields.String(attribute="label_code")
    kind = fields.String()
    medium = fields.String()
    status = fields.String()
    serial_no = fields.String()
    register_no = fields.String()
    owner = fields.String(attribute="owner_name")
    owner_id = fields.Integer()
    tare_g = fields.Integer()
    volume_ml = fields.Integer()
    working_pressure_kpa = fields.Integer()
    next_inspection_on = fields.Date()
    service_end_on = fields.Date()
    last_filled_at = fields.AwareDateTime(format="iso")


class StandingOut(Out):
    """The open turn of a cylinder at the caller's station: where it stands, who did what; logins, masses in g."""

    id = fields.Integer()
    ref = fields.String()
    state = fields.String()
    gun = fields.String()
    medium = fields.String()
    prechecked_at = fields.AwareDateTime(format="iso")
    filled_at = fields.AwareDateTime(format="iso", allow_none=True)
    checker = fields.String(attribute="prechecker.login")
    filler = fields.String(attribute="filling.filler.login")
    gross_before_g = fields.Integer(allow_none=True)
    gross_after_g = fields.Integer(attribute="filling.gross_after_g", allow_none=True)
    pressure_kpa = fields.Integer(attribute="filling.pressure_kpa", allow_none=True)


class ScanOut(Out):
    """The verdict of a scan. Masses in kg and pressures in MPa as decimal strings, absent unless allowed."""

    id = fields.Integer(attribute="scan.id")
    verdict = fields.String(attribute="judged.answer")
    code = fields.String(attribute="judged.code", metadata={"description": "two digits of older gun gateways"})
    max_kg = Exact(attribute="judged.max_kg")
    max_pressure_mpa = Exact(attribute="judged.max_pressure_mpa")
    stop_at_kg = Exact(attribute="judged.stop_at_kg")
    findings = Findings(attribute="judged.verdict")
    cylinder = fields.Nested(FoundCylinderOut, allow_none=True)
    precheck = fields.String(
        attribute="cycle.ref", metadata={"description": "ref of the check before filling made here"}
    )
    purpose = fields.String(
        attribute="scan.purpose", metadata={"description": "what `next` came to: fill, post_check or release"}
    )
    asks = fields.List(
        fields.String(),
        metadata={"description": "to be told too: gross or pressure, temperature, purged, plate, passengers"},
    )
    plate = fields.String(metadata={"description": "the plate a vehicle's cylinder is registered with, at a gun"})
    turn = fields.Nested(
        StandingOut, metadata={"description": "the open turn at this station, where the next step was asked for"}
    )
    unlock = fields.String(metadata={"description": "leave of the gun: once, for the time of filling.unlock_seconds"})

    @post_dump
    def _only_limits_there_are(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value is not None or key == "cylinder"}


def shown(answer: Answer, to: str) -> dict[str, Any]:
    """What `ScanOut` makes of an answer, in the language `to`; written out, since a gun asks all day.

    The rare part, an open turn, is left to its schema.
    """
    judged, row = answer.judged, answer.cylinder
    found: dict[str, Any] = {
        "id": answer.scan.id,
        "verdict": judged.answer,
        "code": judged.code,
        "max_kg": _exact(judged.max_kg),
        "max_pressure_mpa": _exact(judged.max_pressure_mpa),
        "stop_at_kg": _exact(judged.stop_at_kg),
        "findings": [finding.to_dict(to) for finding in judged.verdict.findings],
        "precheck": answer.cycle.ref if answer.cycle is not None else None,
        "purpose": answer.scan.purpose,
        "asks": [*answer.asks],
        "plate": answer.plate,
        "turn": _STANDING.dump(answer.turn) if answer.turn is not None else None,
        "unlock": answer.unlock,
    }
    found = {name: value for name, value in found.items() if value is not None}
    found["cylinder"] = _cylinder(row) if row is not None else None
    return found


_STANDING = StandingOut()


def _cylinder(row: OnFile) -> dict[str, Any]:
    return {
        "code": row.label_code,
        "kind": row.kind,
        "medium": row.medium,
        "status": row.status,
        "serial_no": row.serial_no,
        "register_no": row.register_no,
        "owner": row.owner_name,
        "owner_id": row.owner_id,
        "tare_g": row.tare_g,
        "volume_ml": row.volume_ml,
        "working_pressure_kpa": row.working_pressure_kpa,
        "next_inspection_on": row.next_inspection_on.isoformat() if row.next_inspection_on else None,
        "service_end_on": row.service_end_on.isoformat() if row.service_end_on else None,
        "last_filled_at": row.last_filled_at.isoformat() if row.last_filled_at else None,
    }


class AnyCode(In):
    """A code of any equipment, or one of its numbers."""

    code = CodeText(label=_("二维码或编号"))
