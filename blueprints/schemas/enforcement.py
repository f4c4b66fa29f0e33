"""What directives, sealings and cases share at the border."""

from __future__ import annotations

from marshmallow import fields

from blueprints.schemas.base import Out


class EnforcementStepOut(Out):
    """One step of a ledger; `by`: the unit that made it."""

    verb = fields.String()
    target = fields.String()
    at = fields.AwareDateTime()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None, metadata={"type": "string"})
