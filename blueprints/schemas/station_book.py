"""What a filling station reads of itself through the interface."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import Out
from blueprints.schemas.gun import TurnRowOut
from blueprints.schemas.scans import Findings
from registry import clock
from registry.queries import stations as queries


class TodoOut(Out):
    """A kind of work that waits, and how many."""

    key = fields.String(attribute="todo.key")
    label = fields.Function(lambda row: say(row.todo.label), metadata={"type": "string"})
    tone = fields.String(attribute="todo.tone")
    count = fields.Integer()


class TodosOut(Out):
    """What waits for the caller."""

    items = fields.List(fields.Nested(TodoOut))


class FillingRowOut(Out):
    """A fill in a list."""

    id = fields.Integer()
    ref = fields.String()
    code = fields.String(attribute="cylinder.label_code", allow_none=True)
    serial_no = fields.String(attribute="cylinder.serial_no")
    station_id = fields.Integer()
    gun = fields.String()
    medium = fields.String()
    net_g = fields.Integer(allow_none=True)
    pressure_kpa = fields.Integer(allow_none=True)
    started_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso")
    scanned = fields.Boolean()
    offline = fields.Boolean()


class FillingDetailOut(FillingRowOut):
    """A fill with its weights, people and checks."""

    gross_before_g = fields.Integer(allow_none=True)
    gross_after_g = fields.Integer(allow_none=True)
    tare_g = fields.Integer(allow_none=True)
    weighed_by = fields.String(allow_none=True)
    filler = fields.String(attribute="filler.name")
    checker = fields.String(attribute="checker.name")
    checks = fields.Dict()
    clip = fields.String(allow_none=True)


class FillingShownOut(Out):
    """One fill, what was found when it was judged, and the turn it belongs to."""

    filling = fields.Nested(FillingDetailOut)
    findings = Findings(attribute="verdict")
    turn = fields.Integer(allow_none=True)


class RefusalOut(Out):
    """A fill that the rules refused, with what was found."""

    id = fields.Integer()
    ref = fields.String()
    at = fields.AwareDateTime(format="iso")
    code = fields.Function(lambda row: row.cylinder.label_code if row.cylinder else None, metadata={"type": "string"})
    findings = fields.List(fields.Dict())


class TurnShownOut(Out):
    """One turn, and what was found at its last judged step."""

    turn = fields.Nested(TurnRowOut, attribute="cycle")
    prechecked_at = fields.AwareDateTime(attribute="cycle.prechecked_at", format="iso")
    postchecked_at = fields.AwareDateTime(attribute="cycle.postchecked_at", format="iso", allow_none=True)
    released_at = fields.AwareDateTime(attribute="cycle.released_at", format="iso", allow_none=True)
    checks = fields.Dict(attribute="cycle.checks")
    post_checks = fields.Dict(attribute="cycle.post_checks", allow_none=True)
    reweigh_g = fields.Integer(attribute="cycle.reweigh_g", allow_none=True)
    findings = Findings(attribute="verdict")


class OnDutyOut(Out):
    """A person on duty; `id` ends it."""

    id = fields.Integer()
    name = fields.String()
    since_at = fields.AwareDateTime(format="iso")
    expires_on = fields.Date(allow_none=True)


class OnDutiesOut(Out):
    """Who is on duty."""

    items = fields.List(fields.Nested(OnDutyOut))


class GunOut(Out):
    """A gun."""

    number = fields.String()
    medium = fields.String()


class StationRowOut(Out):
    """A filling station; `licence_state`: suspended, missing, expired, soon or valid."""

    id = fields.Integer()
    name = fields.String()
    licence_no = fields.String(allow_none=True)
    licence_until = fields.Date(allow_none=True)
    licence_state = fields.String()
    media = fields.List(fields.String(), allow_none=True)


class StationsOut(Out):
    """The stations the caller has to do with."""

    items = fields.List(fields.Nested(StationRowOut))


class AllianceOut(Out):
    """An alliance: which two stations, for which media, until when."""

    members = fields.Function(lambda row: [row.member_a_id, row.member_b_id])
    media = fields.List(fields.String(), allow_none=True)
    since = fields.Date()
    until = fields.Date(allow_none=True)
    entrusted = fields.Boolean()


class StationOut(Out):
    """One station with what it works with."""

    station = fields.Function(lambda it: STATION.dump(station_row(it.unit, it.licence)))
    guns = fields.List(fields.Nested(GunOut))
    alliances = fields.List(fields.Nested(AllianceOut))
    cylinders = fields.Integer()


def station_row(unit: Any, licence: Any) -> dict[str, Any]:
    """A station with its licence, flat."""
    named = {name: getattr(licence, name) for name in ("licence_no", "licence_until", "media")}
    return {"id": unit.id, "name": unit.name, **named, "licence_state": queries.licence_state(licence, clock.today())}


STATION = StationRowOut()
