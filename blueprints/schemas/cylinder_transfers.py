"""Transfers of cylinders between stations at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cylinders import UnitRef
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Integer, Lines, Text, Upload
from blueprints.sessions import language
from registry.queries.cylinder_transfers import MOST
from registry.rules.workflow import states

SIDES = (("given", _("转出")), ("received", _("转入")))
STATES = [("open", _("办理中")), *states("cylinder_transfer").items()]


class TransferFilter(PageIn):
    """Filters of the transfers."""

    q = Text(max=40, label=_("协议编号"), kind="search")
    state = Choice(STATES, label=_("状态"))
    side = Choice(SIDES, label=_("方向"))
    station = Integer(kind="select", choices="stations", label=_("充装单位"))


class TransferCheckIn(In):
    """Cylinders to be looked at before they are handed on."""

    receiver_id = Integer(required=True, kind="select", choices="receivers", label=_("受让充装单位"))
    codes = Lines(
        required=True,
        most=MOST,
        each=300,
        label=_("过户气瓶"),
        hint=_("每行一只：扫标签，或填标签码、使用登记号、出厂编号，可从表格整列粘贴"),
    )


class TransferProposeIn(TransferCheckIn):
    """Cylinders to be handed on to another station."""

    ref = OptionalRef()
    document = Text(required=True, label=_("过户协议编号"), hint=_("双方协议或合同的编号"))
    note = Text(label=_("说明"))


class TransferForm(TransferProposeIn):
    """The same on a page, where codes may come from a file."""

    file = Upload(
        accept=".xlsx,.csv",
        label=_("或上传表格"),
        hint=_("表头有“标签编号”“使用登记号”或“出厂编号”的一列，读出的编号加到上面"),
    )

    class Meta(In.Meta):
        exclude = ("ref",)


class TransferAcceptIn(In):
    """What is accepted: everything, or everything but single cylinders."""

    version = Integer(kind="hidden", label=_("版本"))
    refused = Lines(
        load_default=list,
        most=MOST,
        each=300,
        label=_("拒收的气瓶"),
        hint=_("每行一只；全部接收则不填"),
    )
    reason = Text(label=_("拒收原因"), hint=_("有拒收的气瓶时填写"))


class TransferReasonIn(In):
    """Why."""

    version = Integer(kind="hidden", label=_("版本"))
    reason = Text(required=True, label=_("原因"))


TRANSFER_FORMS: dict[str, type[In]] = {
    "accept": TransferAcceptIn,
    "refuse": TransferReasonIn,
    "withdraw": TransferReasonIn,
}


class TransferMoveIn(In):
    """A move of a transfer through the API: `refused` codes with their `reason`, or the reason of the whole."""

    version = Integer()
    refused = Lines(load_default=list, most=MOST, each=300)
    reason = Text()


class TransferFindingOut(Out):
    """What speaks against handing a cylinder on."""

    rule = fields.String()
    severity = fields.String()
    text = fields.String()
    basis = fields.String()


def findings(verdict: Any) -> list[dict[str, str]]:
    """The findings in the language of the request."""
    return [finding.to_dict(language()) for finding in verdict.findings]


class TransferCheckedOut(Out):
    """A line that was sent: the cylinder it names and whether it can be handed on."""

    line = fields.Integer(attribute="line.number")
    text = fields.String(attribute="line.text")
    code = fields.String(attribute="line.cylinder.handle", allow_none=True)
    good = fields.Boolean()
    problem = fields.Function(lambda row: say(row.line.problem) if row.line.problem else None)
    findings = fields.Function(lambda row: findings(row.verdict), metadata={"type": "array"})


class TransferChecksOut(Out):
    """One answer for each line, in the order sent."""

    good = fields.Integer()
    bad = fields.Integer()
    lines = fields.List(fields.Nested(TransferCheckedOut))


class TransferOut(Out):
    """A transfer of cylinders from one station to another."""

    id = fields.Integer(attribute="row.id")
    no = fields.String(attribute="row.no")
    state = fields.String(attribute="row.state")
    giver = fields.Nested(UnitRef, attribute="row.giver")
    receiver = fields.Nested(UnitRef, attribute="row.receiver")
    document = fields.String(attribute="row.document")
    proposed_on = fields.Date(attribute="row.proposed_on")
    decided_on = fields.Date(attribute="row.decided_on", allow_none=True)
    reason = fields.String(attribute="row.reason")
    counts = fields.Dict()
    version = fields.Integer(attribute="row.version")


class TransferItemOut(Out):
    """A cylinder of a transfer: `findings` is what speaks against it now, while it is pending."""

    code = fields.String(attribute="cylinder.handle")
    serial_no = fields.String(attribute="cylinder.serial_no")
    kind = fields.String(attribute="cylinder.kind")
    medium = fields.String(attribute="cylinder.medium")
    made_on = fields.Date(attribute="cylinder.made_on")
    next_inspection_on = fields.Date(attribute="cylinder.next_inspection_on", allow_none=True)
    service_end_on = fields.Date(attribute="cylinder.service_end_on", allow_none=True)
    state = fields.String(attribute="item.state")
    reason = fields.String(attribute="item.reason")
    findings = fields.Function(lambda row: findings(row.verdict), metadata={"type": "array"})


class TransferDetailOut(TransferOut):
    """One transfer with its cylinders and what the caller may do."""

    note = fields.String(attribute="row.note")
    items = fields.List(fields.Nested(TransferItemOut))
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves], metadata={"type": "array"})
