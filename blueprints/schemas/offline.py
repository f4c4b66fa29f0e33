"""Working without a network at the border: the list, and what was filled that should not have been."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Text
from registry.actor import Actor
from registry.services.offline import ACTIONS

STATES = {"open": _("待处理"), "handled": _("已处理")}


class SnapshotIn(In):
    """`since`: the `version` of the list one has."""

    since = Text(max=40)


class DisagreementFilter(PageIn):
    """Filter of the list."""

    state = Choice([*STATES.items()], label=_("状态"))


class HandleIn(In):
    """What was done with the gas."""

    action = Choice([*ACTIONS.items()], required=True, label=_("处理方式"))
    note = Text(max=200, label=_("说明"))


class DisagreementOut(Out):
    """A cylinder filled without a network that the register would not have let fill."""

    id = fields.Integer()
    ref = fields.String(attribute="refusal.ref")
    code = fields.String()
    station_id = fields.Integer()
    filled_at = fields.AwareDateTime(format="iso")
    found_at = fields.AwareDateTime(format="iso")
    rules = fields.List(fields.String())
    state = fields.String()
    action = fields.String(allow_none=True)
    note = fields.String()
    handled_at = fields.AwareDateTime(format="iso", allow_none=True)
    hazard = fields.String(attribute="hazard.no", allow_none=True)


def owner_out(actor: Actor, key: bytes) -> dict[str, Any]:
    """Whose page it is, and the key its lists are signed with."""
    return {**keeper_out(actor), "key": key.hex()}


def keeper_out(actor: Actor) -> dict[str, Any]:
    """Whose page it is: his queue and his station's list are kept under these numbers."""
    return {
        "membership": actor.membership_id,
        "name": actor.name,
        "unit_id": actor.unit_id,
        "unit": actor.unit_name,
    }
