"""Applications for use registration at the border: one form a type, from the tables of the rules."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema, fields, post_load, pre_dump, validate

from blueprints.filters import called, say
from blueprints.schemas.base import AreaChoice, FindingOut, In, Out, PageIn
from blueprints.schemas.elevators import AnyKindIn, CommonIn, OptionalRef, parameter_field
from blueprints.schemas.fields import Choice, Day, Integer, Note, Text
from blueprints.schemas.hazards import FileIds
from registry import clock
from registry.queries.registration_checks import changeable
from registry.rules import identifiers
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.limits import limit
from registry.rules.registrations import STATES, TYPES, VERBS, FormField, Move, form_fields, papers

PAPER = "paper-"
APPLICANT, CHANGE, PAPERS = _("申请内容"), _("变更内容"), _("申请材料")
TYPE_CHOICES = [(kind.id, kind) for kind in TYPES.values()]
STATE_CHOICES = [
    ("waiting_office", _("待登记机关办理")),
    ("waiting_unit", _("待使用单位办理")),
    ("late", _("超过办理期限")),
    *((state.id, state) for state in STATES.values()),
]


class RegistrationFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    state = Choice(STATE_CHOICES, label=_("状态"))
    kind = Choice(TYPE_CHOICES, label=_("登记类别"))
    area = AreaChoice()


class OpenIn(In):
    """The type of an application."""

    kind = Choice("kinds", required=True, label=_("登记类别"))


class OpenByCodeIn(In):
    """The same at the API: `elevator` is a label code, `kind` one of the types."""

    elevator = Text(required=True, max=200)
    kind = Choice(TYPE_CHOICES, required=True)
    ref = OptionalRef()


def _form_field(field: FormField) -> fields.Field[Any]:
    options: dict[str, Any] = {"label": LazyString(called, field), "group": APPLICANT}
    if not field.required:
        options["hint"] = _("可不填")
    if field.type == "day":
        return Day(**options)
    if field.type == "phone":
        return Text(max=40, kind="tel", check=identifiers.phone, **options)
    return Text(max=200, **options)


def _change_fields(kind: str, elevator_kind: str) -> dict[str, fields.Field[Any]]:
    """What the type alters, as the forms of elevators have it."""
    own = {parameter.name: parameter for parameter in ELEVATOR_KINDS[elevator_kind].parameters}
    common = CommonIn().fields
    found: dict[str, fields.Field[Any]] = {}
    for name in changeable(kind, elevator_kind):
        if name == "name":
            found[name] = Text(label=_("更名后的单位名称"), group=CHANGE)
        elif name == "use_unit":
            hint = _("登记过的单位全称或统一社会信用代码")
            found[name] = Text(label=_("新的使用单位"), hint=hint, kind="unit", group=CHANGE)
        elif name == "owner_unit":
            found[name] = Text(label=_("新的产权单位"), hint=_("产权没有变更可不填"), kind="unit", group=CHANGE)
        elif name in own:
            found[name] = parameter_field(own[name])
        else:
            found[name] = _optional(common[name])
    return found


def _optional(declared: fields.Field[Any]) -> fields.Field[Any]:
    """A field of the elevator's form, which an application may leave as it is."""
    options: dict[str, Any] = {"label": declared.metadata["label"], "group": CHANGE}
    if isinstance(declared, AreaChoice):
        return AreaChoice(group=CHANGE)
    if isinstance(declared, Choice):
        return Choice(declared.metadata["choices"], **options)
    if isinstance(declared, Day):
        return Day(**options)
    if declared.metadata.get("kind") == "decimal":
        return type(declared)(90 if declared.name == "lat" else 180, **options)
    return Text(**options)


class FillBase(In):
    """What every application takes: `version` is the one the caller saw."""

    version = Integer(kind="hidden", label=_("版本"))

    @post_load
    def apart(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Fields of the form, changes and papers under their names, as the verb takes them."""
        known = {field.name for field in form_fields()}
        found: dict[str, Any] = {"fields": {}, "changes": {}, "papers": {}}
        for name, value in data.items():
            if name == "version":
                found["version"] = value
            elif name.startswith(PAPER):
                found["papers"][name.removeprefix(PAPER)] = value
            else:
                found["fields" if name in known else "changes"][name] = value
        return found


@cache
def fill_form(kind: str, elevator_kind: str) -> Schema:
    """The form of an application of a type for an elevator of a kind."""
    own: dict[str, Any] = _change_fields(kind, elevator_kind)
    own |= {field.name: _form_field(field) for field in form_fields()}
    for paper in papers(kind):
        hint = "" if paper.required else _("有的附上")
        own[f"{PAPER}{paper.id}"] = FileIds(label=LazyString(called, paper), hint=hint, group=PAPERS)
    schema: Schema = type(f"Fill_{kind}_{elevator_kind}", (FillBase,), own)()
    return schema


class FillIn(In):
    """The same at the API: `changes` by the names of an elevator, `papers` ids of stored files by kind of paper."""

    fields_ = fields.Dict(fields.String(), fields.Raw(allow_none=True), data_key="fields")
    changes = fields.Nested(lambda: change_in)
    papers = fields.Dict(fields.String(), fields.List(Integer(min=1)))
    version = Integer()

    @post_load
    def renamed(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """`fields` is a name of marshmallow itself."""
        if "fields_" in data:
            data["fields"] = data.pop("fields_")
        return data


class ChangeIn(AnyKindIn):
    """Any change that a type of registration may make; the verb refuses those of another type."""


change_in = type(
    "RegistrationChangeIn",
    (ChangeIn,),
    {p.name: parameter_field(p) for kind in ELEVATOR_KINDS.values() for p in kind.parameters},
)(partial=True)


@cache
def step_form(step: Move, new_number: bool) -> Schema:
    """The form of a step: what it needs is required; a grant takes its day and may take a number."""
    own: dict[str, Any] = {"version": Integer(kind="hidden", label=_("版本"))}
    if "missing" in step.needs:
        own["missing"] = Note(
            required=True, max=1000, label=_("需要补正的内容"), hint=_("一次性写明全部需要补正的内容")
        )
    if "reason" in step.needs:
        own["reason"] = Note(required=True, max=1000, label=_("理由"))
    if step.verb == "grant":
        own["since"] = Day(label=_("登记日期"), hint=_("不填为今天"))
        if new_number:
            own["use_cert_no"] = Text(
                max=40, check=identifiers.use_cert_no, label=_("使用登记证编号"), hint=_("不填则按顺序编号")
            )
    own["note"] = Note(max=1000, label=_("备注"))
    schema: Schema = type(f"Step_{step.source}_{step.verb}", (In,), own)()
    return schema


class StepIn(In):
    """A step at the API."""

    missing = Note(max=1000)
    reason = Note(max=1000)
    note = Note(max=1000)
    since = Day()
    use_cert_no = Text(max=40, check=identifiers.use_cert_no)
    version = Integer()


class PartIn(In):
    """A safety part."""

    name = Text(required=True)
    model = Text()
    number = Text()
    maker = Text()


class PartsIn(In):
    """The safety parts of an elevator, in the order of the product data sheet."""

    parts = fields.List(fields.Nested(PartIn), required=True, validate=validate.Length(max=100))


class PartOut(Out):
    """A safety part."""

    position = fields.Integer()
    name = fields.String()
    model = fields.String()
    number = fields.String()
    maker = fields.String()


class PartsOut(Out):
    """All of them."""

    parts = fields.List(fields.Nested(PartOut))


class RegistrationOut(Out):
    """An application."""

    no = fields.String()
    kind = fields.String()
    kind_name = fields.String()
    state = fields.String()
    state_name = fields.String()
    opened_on = fields.Date()
    submitted_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    takes_effect_on = fields.Date(allow_none=True)
    late_days = fields.Integer()
    certificate_no = fields.String(allow_none=True)
    note = fields.String()
    version = fields.Integer()

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """With the names of type and state."""
        plain = {name: getattr(row, name) for name in self.fields if not name.endswith("_name") and hasattr(row, name)}
        return {**plain, "kind_name": called(TYPES[row.kind]), "state_name": called(STATES[row.state])}


class RegistrationDetailOut(RegistrationOut):
    """An application with its form, papers, and what is still missing."""

    elevator = fields.String()
    fields_ = fields.Dict(data_key="fields")
    changes = fields.Dict()
    papers = fields.Dict(fields.String(), fields.List(fields.Integer()))
    form = fields.List(fields.Dict())
    lacks = fields.List(fields.Nested(FindingOut))
    moves = fields.List(fields.String())
    next_number = fields.String(allow_none=True)

    @pre_dump
    def named(self, found: Any, **_more: Any) -> dict[str, Any]:
        """From `queries.registrations.Detail`."""
        case = found.case
        plain = {name: getattr(case, name) for name in RegistrationOut().fields if hasattr(case, name)}
        return {
            **plain,
            "kind_name": called(found.kind),
            "state_name": called(found.state),
            "elevator": case.elevator.label_code,
            "fields_": found.fields,
            "changes": case.changes or {},
            "papers": case.papers or {},
            "form": found.form,
            "lacks": [
                {"rule": f.rule, "severity": f.severity, "text": say(f.text), "basis": f.basis}
                for f in found.lacks.findings
            ],
            "moves": [step.verb.replace("_", "-") for step in found.moves],
            "next_number": found.next_number,
        }


STEPS = {verb.replace("_", "-"): verb for verb in VERBS}
PART_LABELS = {"name": _("名称"), "model": _("型号"), "number": _("产品编号"), "maker": _("制造单位")}


class PartRows(In):
    """The rows of the product data sheet as fields of a page."""

    @post_load
    def rows(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Rows in order, as the verb takes them."""
        numbers = range(1, most_parts() + 1)
        return {"parts": [{name: data.get(f"{name}-{number}") for name in PART_LABELS} for number in numbers]}


def most_parts() -> int:
    """How many rows the sheet has today."""
    return limit("elevator_limits", "safety_parts", clock.today())


def parts_form() -> Schema:
    """A page of rows: name, model, number and maker of each part."""
    own: dict[str, Any] = {
        f"{name}-{number}": Text(label=text, group=str(number))
        for number in range(1, most_parts() + 1)
        for name, text in PART_LABELS.items()
    }
    schema: Schema = type("PartsForm", (PartRows,), own)()
    return schema


def flat_parts(parts: list[dict[str, str]]) -> dict[str, str]:
    """The parts on file as the fields of the page."""
    return {f"{name}-{number}": value for number, part in enumerate(parts, 1) for name, value in part.items()}
