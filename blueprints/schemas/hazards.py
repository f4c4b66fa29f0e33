"""Hazards at the border: the clue, the filters, what is shown. The inputs of moves are in `hazard_moves`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import INCLUDE, fields, pre_dump

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import FORM_KEYS, Choice, Day, Integer, Note, Text, Yes
from registry import clock
from registry.rules.hazards import STATES, overdue

STATE_CHOICES = (
    ("open", _("全部在办")),
    ("clues", _("线索与认定")),
    *((state.code, state) for state in STATES.values()),
)


class FileIds(fields.List):
    """Ids of stored files; a form stores what is uploaded and sends the ids."""

    def __init__(self, **options: Any) -> None:
        metadata = {"kind": "file", **{key: options.pop(key) for key in FORM_KEYS if key in options}}
        super().__init__(Integer(min=1), allow_none=True, metadata={**metadata, "many": True}, **options)


class FileId(Integer):
    """The id of one stored file."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min=1, **{"kind": "file", **options})


class ClueIn(In):
    """A clue: `unit` by credit code, name or id (own unit or the device's when left out), devices by label code,
    `evidence` as ids of files stored through POST /hazards/files."""

    title = Text(required=True, label=_("隐患名称"), hint=_("例如：1号梯层门门锁安全回路短接"))
    description = Note(required=True, label=_("隐患描述"), hint=_("写明部位、现象和正在发生的风险"))
    source = Choice("sources", required=True, label=_("隐患来源"))
    unit = Text(label=_("责任单位"), hint=_("单位全称或统一社会信用代码；填写设备代码时可以不填"))
    elevator = Text(max=120, label=_("电梯标签代码"), hint=_("隐患在电梯上时填写"))
    cylinder = Text(max=120, label=_("气瓶标签代码"), hint=_("隐患在气瓶上时填写"))
    found_on = Day(label=_("发现日期"))
    suggested_clause = Choice("clauses", label=_("建议判定条款"), hint=_("是否构成重大隐患由认定机关决定"))
    possible_accident = Note(max=1000, label=_("可能造成的事故和后果"))
    interim_measures = Note(max=1000, label=_("已采取的临时管控措施"))
    responsible_person = Text(label=_("单位主要负责人"))
    responsible_phone = Text(max=40, kind="tel", label=_("负责人电话"))
    evidence = FileIds(label=_("照片和证据材料"), hint=_("可以一次选多个：照片、PDF、录音录像"))


class RecordedClueIn(ClueIn):
    """The same through the API; `ref` makes a repeat harmless."""

    ref = Text(max=40)


class HazardFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、名称或单位"), kind="search")
    state = Choice(STATE_CHOICES, label=_("环节"))
    area = Choice("areas", label=_("辖区"))
    overdue = Yes(label=_("只看逾期"))


class HazardMoveIn(In):
    """The fields of the move as GET .../moves names them; `version` as last seen, `ref` makes a repeat harmless."""

    class Meta:
        unknown = INCLUDE

    version = Integer()
    ref = Text(max=40)


class FileIn(In):
    """One file, as multipart."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class FileOut(Out):
    """A stored file."""

    id = fields.Integer()
    name = fields.String()
    sha256 = fields.String()
    size = fields.Integer()


class HazardOut(Out):
    """A hazard. `overdue` are the days its deadline is past; 0 while it is not, or while the clock stands still."""

    no = fields.String()
    title = fields.String()
    description = fields.String()
    source = fields.String()
    state = fields.String()
    state_name = fields.String()
    state_since = fields.Date()
    level = fields.String()
    list_level = fields.String()
    is_major = fields.Boolean()
    is_severe = fields.Boolean()
    clauses = fields.List(fields.String())
    area = fields.String()
    unit = fields.String()
    unit_id = fields.Integer()
    elevator = fields.String(allow_none=True)
    cylinder = fields.String(allow_none=True)
    found_on = fields.Date()
    listed_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    original_due_on = fields.Date(allow_none=True)
    overdue = fields.Integer()
    closed_on = fields.Date(allow_none=True)
    stop_use = fields.Boolean()
    round = fields.Integer()
    version = fields.Integer()

    @pre_dump
    def flatten(self, row: Any, **_more: Any) -> dict[str, Any]:
        """Unit, area and device by their names and codes; the name of the state in the caller's language."""
        values = {name: getattr(row, name) for name in COLUMNS}
        running = STATES[row.state].open and row.state != "SUSPENDED"
        return {
            **values,
            "state_name": say(STATES[row.state]),
            "area": row.area_code,
            "unit": row.unit.name,
            "elevator": row.elevator.label_code if row.elevator else None,
            "cylinder": row.cylinder.label_code if row.cylinder else None,
            "overdue": overdue(row.due_on, None, clock.today()) if running else 0,
        }


COLUMNS = tuple(
    name
    for name in HazardOut._declared_fields
    if name not in ("state_name", "area", "unit", "elevator", "cylinder", "overdue")
)


class StepOut(Out):
    """A step of the ledger; `by` is empty where the reader need not know."""

    verb = fields.String()
    name = fields.Function(lambda entry: say(entry.label))
    state = fields.Function(lambda entry: entry.target.code)
    at = fields.AwareDateTime()
    round = fields.Integer()
    due_on = fields.Date(allow_none=True)
    unit = fields.String()
    role = fields.Function(lambda entry: say(entry.role))
    by = fields.String(attribute="person")


class HazardDetailOut(HazardOut):
    """A hazard with its ledger, newest step first."""

    steps = fields.List(fields.Nested(StepOut))

    @pre_dump
    def flatten(self, case: Any, **more: Any) -> dict[str, Any]:
        """The hazard of a case, and the case's ledger."""
        return {**HazardOut.flatten(self, case.hazard, **more), "steps": case.entries}


class NeedOut(Out):
    """One field: `type` as text, long_text, past_day, due_day, money, flag, choice, clauses, people, file, files..."""

    field = fields.String(attribute="name")
    label = fields.Function(lambda need: say(need.label))
    type = fields.String()
    choices = fields.Function(
        lambda need: need.choices and [{"value": value, "label": say(label)} for value, label in need.choices]
    )


class OfferOut(Out):
    """A move the caller may make now."""

    move = fields.Function(lambda offer: offer.move.verb)
    name = fields.Function(lambda offer: say(offer.move))
    target = fields.Function(lambda offer: offer.move.target)
    needs = fields.Method("needed")
    accepts = fields.Method("accepted")

    def needed(self, offer: Any) -> Any:
        """What must come with the move."""
        return NeedOut(many=True).dump([need for need in offer.needs if need.required])

    def accepted(self, offer: Any) -> Any:
        """What may come with the move."""
        return NeedOut(many=True).dump([need for need in offer.needs if not need.required])


class OffersOut(Out):
    """What the caller may do next. Send `version` back with the move, so that nobody is overruled unseen."""

    no = fields.String()
    state = fields.String()
    version = fields.Integer()
    items = fields.List(fields.Nested(OfferOut))
