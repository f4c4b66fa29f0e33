"""Self-checks under campaigns at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Integer, Note, Text, Yes
from blueprints.schemas.hazards import FileIds
from registry import clock
from registry.queries.campaign_checks import STATES, state


class CampaignCheckFilter(PageIn):
    """Filters of the list; `campaign` is its id."""

    state = Choice([*STATES.items()], label=_("状态"))
    open = Yes(label=_("仅看有未整改问题的"))
    campaign = Integer(min=1, kind="hidden", label=_("专项行动"))


class CampaignCheckIn(In):
    """A unit's answer."""

    found = Integer(min=0, required=True, label=_("发现问题（项）"), hint=_("没有发现问题填0"))
    corrected = Integer(min=0, required=True, label=_("已整改（项）"))
    findings = Note(label=_("问题和整改情况"), hint=_("逐项写明查出的问题和怎样整改的"))
    open_items = Note(label=_("未整改的问题、原因和期限"), hint=_("全部整改的不填"))
    signer = Text(required=True, max=100, label=_("单位签字人"), hint=_("主要负责人或者安全总监姓名"))
    photos = FileIds(label=_("照片和材料"), hint=_("以前传过的照片会保留"))
    version = Integer(kind="hidden", label=_("版本"))


class CampaignCheckOut(Out):
    """An order to one unit and its answer. `state`: late, waiting, answered; `photos`: names of files."""

    id = fields.Integer()
    campaign = fields.Function(lambda row: row.campaign.no, metadata={"type": "string"})
    title = fields.Function(lambda row: row.campaign.title, metadata={"type": "string"})
    tasks = fields.Function(lambda row: row.campaign.tasks, metadata={"type": "string"})
    self_check = fields.Function(lambda row: row.campaign.self_check, metadata={"type": "string"})
    unit = fields.Function(lambda row: row.unit.name, metadata={"type": "string"})
    unit_id = fields.Integer()
    area = fields.String(attribute="area_code")
    state = fields.Function(lambda row: state(row, clock.today()), metadata={"type": "string"})
    state_name = fields.Function(lambda row: say(STATES[state(row, clock.today())]), metadata={"type": "string"})
    ordered_on = fields.Date()
    due_on = fields.Date()
    answered_on = fields.Date(allow_none=True)
    found = fields.Integer()
    corrected = fields.Integer()
    open = fields.Integer()
    findings = fields.String()
    open_items = fields.String()
    signer = fields.String()
    photos = fields.Function(lambda row: [one["name"] for one in row.photos or ()])
    version = fields.Integer()
