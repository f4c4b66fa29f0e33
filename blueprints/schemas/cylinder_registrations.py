"""Applications of stations for the use registration of their cylinders at the border."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema, fields, post_load

from blueprints.filters import called
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cylinder_transfers import findings
from blueprints.schemas.cylinders import UnitRef
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Note, Text
from blueprints.schemas.hazards import FileIds
from blueprints.schemas.registrations import PAPER, PAPERS
from registry.queries.cylinder_registrations import MOST
from registry.rules.cylinder_registrations import CLASSES, TYPES, papers
from registry.rules.registrations import STATES
from registry.rules.verdict import Verdict

WAITING = (("open", _("办理中")), ("waiting_unit", _("待申请单位")), ("waiting_office", _("待登记机关")))


class CylinderRegistrationFilter(PageIn):
    """Filters of the applications."""

    q = Text(max=40, label=_("申请编号或登记证编号"), kind="search")
    state = Choice([*WAITING, *STATES.items()], label=_("状态"))
    kind = Choice([*TYPES.items()], label=_("登记类别"))


class CylinderRegistrationIn(In):
    """An application with its list."""

    ref = OptionalRef()
    kind = Choice([*TYPES.items()], required=True, label=_("登记类别"))
    catalogue = Choice([*CLASSES.items()], required=True, label=_("气瓶类别"))
    safety_manager = Text(max=40, label=_("安全管理人员"))
    mobile = Text(max=40, label=_("移动电话"))
    filled_by = Text(max=40, label=_("填表人员"))
    codes = Lines(
        load_default=list,
        most=MOST,
        each=300,
        label=_("登记（增加）的气瓶"),
        hint=_(
            "每行一只：标签码、使用登记号、出厂编号，可从表格整列粘贴；变更时已转出、注销的气瓶自动减少，注销登记不填"
        ),
    )


class CylinderRegistrationOpenIn(CylinderRegistrationIn):
    """The same at the API: `papers` are ids of stored files by kind of paper."""

    papers = fields.Dict(fields.String(), fields.List(Integer(min=1)))


class CylinderRegistrationAmendIn(CylinderRegistrationIn):
    """Another list and other fields, while it waits for the station."""

    version = Integer(kind="hidden", label=_("版本"))

    class Meta(In.Meta):
        exclude = ("ref", "kind", "catalogue")


class CylinderRegistrationChangeIn(CylinderRegistrationAmendIn):
    """The same at the API; `papers` that are left out stay."""

    papers = fields.Dict(fields.String(), fields.List(Integer(min=1)))


@cache
def amend_form(kind: str) -> Schema:
    """The form of an application of a type that waits for its station, with its papers."""
    own: dict[str, Any] = {
        f"{PAPER}{paper.id}": FileIds(
            label=LazyString(called, paper), hint="" if paper.required else _("有的附上"), group=PAPERS
        )
        for paper in papers(kind)
    }

    def apart(_schema: Schema, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        brought = {name.removeprefix(PAPER): data.pop(name) for name in [*data] if name.startswith(PAPER)}
        return {**data, "papers": brought}

    made: Schema = type(f"Amend_{kind}", (CylinderRegistrationAmendIn,), {**own, "apart": post_load(apart)})()
    return made


class CylinderRegistrationPlainIn(In):
    """A step that needs nothing but may say something."""

    version = Integer(kind="hidden", label=_("版本"))
    note = Note(max=1000, label=_("说明"))


class CylinderRegistrationBackIn(In):
    """What is missing."""

    version = Integer(kind="hidden", label=_("版本"))
    missing = Note(required=True, max=1000, label=_("需要补正的内容"))


class CylinderRegistrationRefuseIn(In):
    """Why it is refused."""

    version = Integer(kind="hidden", label=_("版本"))
    reason = Note(required=True, max=1000, label=_("原因"))


class CylinderRegistrationGrantIn(In):
    """From when it is registered."""

    version = Integer(kind="hidden", label=_("版本"))
    since = Day(label=_("登记日期"))


CYLINDER_REGISTRATION_FORMS: dict[str, type[In]] = {
    "submit": CylinderRegistrationPlainIn,
    "withdraw": CylinderRegistrationPlainIn,
    "accept": CylinderRegistrationPlainIn,
    "send_back": CylinderRegistrationBackIn,
    "refuse": CylinderRegistrationRefuseIn,
    "grant": CylinderRegistrationGrantIn,
}


class CylinderRegistrationMoveIn(In):
    """A step through the API."""

    version = Integer()
    note = Note(max=1000)
    missing = Note(max=1000)
    reason = Note(max=1000)
    since = Day()


class CylinderRegistrationOut(Out):
    """An application in a list."""

    no = fields.String(attribute="case.no")
    kind = fields.String(attribute="case.kind")
    catalogue = fields.String(attribute="case.catalogue")
    state = fields.String(attribute="case.state")
    unit = fields.Nested(UnitRef, attribute="case.unit")
    opened_on = fields.Date(attribute="case.opened_on")
    submitted_on = fields.Date(attribute="case.submitted_on", allow_none=True)
    due_on = fields.Date(attribute="case.due_on", allow_none=True)
    decided_on = fields.Date(attribute="case.decided_on", allow_none=True)
    certificate_no = fields.String(attribute="case.certificate_no", allow_none=True)
    cylinders = fields.Integer()
    version = fields.Integer(attribute="case.version")


class CylinderRegistrationDetailOut(CylinderRegistrationOut):
    """One application with its list and what may be done."""

    cylinders = fields.Function(lambda shown: len(shown.items), metadata={"type": "integer"})
    fields_ = fields.Dict(attribute="case.fields", data_key="fields")
    leaving = fields.Integer()
    standing = fields.Integer()
    papers = fields.Dict(fields.String(), fields.List(fields.Integer()), attribute="case.papers", allow_none=True)
    note = fields.String(attribute="case.note")
    items = fields.Function(
        lambda shown: [
            {
                "code": item.cylinder.handle,
                "serial_no": item.cylinder.serial_no,
                "findings": findings(shown.verdicts.get(item.cylinder_id, Verdict())),
            }
            for item in shown.items
        ],
        metadata={"type": "array"},
    )
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves], metadata={"type": "array"})
