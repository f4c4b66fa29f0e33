"""What anyone may know, at the border."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from blueprints.schemas.base import Out
from blueprints.schemas.scans import Findings
from registry.services.scans import Looked

TONES = {"allow": "green", "warn": "amber", "hold": "red", "block": "red"}


class PublicOut(Out):
    """The verdict of a label."""

    verdict = fields.String(attribute="verdict.answer")
    tone = fields.Function(lambda it: TONES[it.verdict.answer])
    findings = Findings(attribute="verdict")


class PublicCylinderOut(PublicOut):
    """A cylinder."""

    equipment = fields.Function(lambda it: "cylinder")
    code = fields.String()
    kind = fields.String(attribute="kind.id")
    medium = fields.String(attribute="medium.id")
    serial_no = fields.String()
    owner = fields.String()
    filler = fields.String()
    filled_on = fields.Date()
    filled_at = fields.AwareDateTime()
    net_g = fields.Integer()
    pressure_kpa = fields.Integer()
    inspection_valid_until = fields.Date()
    service_end = fields.Date()
    insured = fields.Boolean()
    insurer = fields.String()


class PublicElevatorOut(PublicOut):
    """An elevator."""

    equipment = fields.Function(lambda it: "elevator")
    code = fields.String()
    kind = fields.String(attribute="kind.id")
    status = fields.String(attribute="status.id")
    address = fields.String()
    use_unit = fields.String()
    company = fields.String()
    company_phone = fields.String()
    maintained_on = fields.Date()
    maintained_in_time = fields.Boolean()
    inspection_valid_until = fields.Date()
    insured_until = fields.Date()
    rescue_code = fields.String()
    rescue_number = fields.String()


class PublicUnknownOut(PublicOut):
    """A label that leads to nothing."""

    equipment = fields.Function(lambda it: None)


CYLINDER, ELEVATOR, UNKNOWN = PublicCylinderOut(), PublicElevatorOut(), PublicUnknownOut()


def output(looked: Looked) -> dict[str, Any]:
    """The JSON of what was found, of the verdict alone when nothing was."""
    schema = CYLINDER if looked.cylinder else ELEVATOR if looked.elevator else UNKNOWN
    dumped: dict[str, Any] = schema.dump(looked.cylinder or looked.elevator or looked)
    return dumped
