"""Supervision inspections at the border: plans, draws, key units, checks and their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields, validate

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Lines, Note, Ref, Text, Yes
from blueprints.schemas.visits import Drawn, Picture
from registry import clock
from registry.rules import supervision_checks as rules
from registry.rules.supervision_draw import HEAVIEST, MOST

_TODAY = clock.today()
KINDS = tuple(rules.kinds(_TODAY).items())
PLANNED = tuple((key, kind) for key, kind in KINDS if kind.planned)
LISTS = tuple(rules.lists(_TODAY).items())
RESULTS: dict[str, Any] = {
    "ok": _("符合"),
    "not_ok": _("不符合"),
    "not_applicable": _("不适用"),
    "impossible": _("无法检查"),
}
MEASURES: dict[str, Any] = {
    "directive": _("下达监察指令书"),
    "seal": _("实施查封"),
    "detain": _("实施扣押"),
    "other": _("其他"),
}
STATES = (
    ("open", _("待检查")),
    ("to_handle", _("待处理")),
    ("rectifying", _("整改中")),
    *rules.states(rules.WORKFLOW).items(),
)
MOST_PHOTOS = 9


class CheckFilter(PageIn):
    """Filters of the list of checks."""

    q = Text(max=100, label=_("编号或单位"), kind="search")
    kind = Choice(KINDS, label=_("检查类别"))
    state = Choice(STATES, label=_("状态"))
    area = AreaChoice()
    mine = Yes(label=_("由我检查的"))
    plan = Integer(min=1)
    unit = Integer(min=1)


class OpenIn(In):
    """A check that is planned by hand."""

    kind = Choice(KINDS, required=True)
    unit = Text(required=True, max=200)
    list_kind = Choice(LISTS, required=True)
    occasion = Text(max=200)
    planned_on = Day()
    plan_id = Integer(min=1)
    ref = OptionalRef()


class OpenForm(In):
    """The same on a page."""

    kind = Choice(KINDS, required=True, label=_("检查类别"))
    list_kind = Choice(LISTS, required=True, label=_("单位类别"))
    unit = Text(required=True, max=200, label=_("被检查单位"), hint=_("单位名称或统一社会信用代码"))
    occasion = Text(max=200, label=_("检查缘由"), hint=_("其他监督检查必填：投诉举报、上级交办、部门移送等"))
    planned_on = Day(label=_("计划检查日期"))
    plan_id = Choice("plans", label=_("所属计划"))


class CheckMoveIn(In):
    """A move; what each needs is refused by name when it is missing. `inspectors`: logins, for `start`."""

    done_on = Day()
    note = Note(max=4000)
    inspectors = Lines(most=20, each=40)
    version = Integer()


class RefusalIn(In):
    """How the unit refused to sign."""

    note = Text(required=True, max=1000)
    witness = Text(required=True, max=200)
    photos = fields.List(Picture(), load_default=list, validate=validate.Length(max=MOST_PHOTOS))


class CheckSignatureIn(In):
    """An inspector's signature; `person` is the login."""

    person = Text(required=True, max=40)
    image = Picture(required=True)


class CheckAnswerIn(In):
    """The answer to one item of the list."""

    item = Text(required=True, max=40)
    result = Choice(tuple(RESULTS.items()), required=True)
    note = Text(max=1000)
    photos = fields.List(Picture(), load_default=list, validate=validate.Length(max=MOST_PHOTOS))


class CheckRecordIn(In):
    """The record of a check; with `ref` a repeat answers with the first result."""

    ref = OptionalRef()
    devices = fields.List(fields.String(), load_default=list, validate=validate.Length(max=500))
    answers = fields.List(fields.Nested(CheckAnswerIn), load_default=list, validate=validate.Length(max=200))
    facts = Note(max=4000)
    problems = Note(max=4000)
    measures = Choices(tuple(MEASURES.items()), load_default=list)
    measures_note = Text(max=200)
    unit_opinion = Note(max=4000)
    contact = Text(max=200)
    contact_post = Text(max=200)
    contact_phone = Text(max=40)
    photos = fields.List(Picture(), load_default=list, validate=validate.Length(max=MOST_PHOTOS))
    signatures = fields.List(fields.Nested(CheckSignatureIn), load_default=list, validate=validate.Length(max=20))
    unit_signature = Picture()
    refusal = fields.Nested(RefusalIn, allow_none=True)
    version = Integer()


class RecordForm(In):
    """The phone page of a record; answers, photos and the inspectors' signatures come beside it."""

    ref = Ref()
    version = Integer(required=True, kind="hidden", label=_("版本"))
    devices = Choices("devices", label=_("抽查的设备"), hint=_("每个品种至少一台"))
    facts = Note(max=4000, label=_("检查情况"))
    problems = Note(max=4000, label=_("发现的问题"))
    measures = Choices(tuple(MEASURES.items()), label=_("处理措施"))
    measures_note = Text(max=200, label=_("其他处理措施"))
    unit_opinion = Note(max=4000, label=_("被检查单位意见"))
    contact = Text(max=200, label=_("签字人（联系人）"))
    contact_post = Text(max=200, label=_("职务"))
    contact_phone = Text(max=40, label=_("电话"), kind="tel")
    unit_signature = Drawn(label=_("被检查单位签名"))
    refusal_note = Text(max=1000, label=_("拒签情况"))
    refusal_witness = Text(max=200, label=_("见证人"))


def record_form(inspectors: Iterable[tuple[str, str]]) -> Schema:
    """The form with one signature an inspector: pairs of login and name."""
    own: dict[str, Any] = {
        f"sign_{login}": Drawn(label=_("监督检查人员签名：%(name)s", name=name)) for login, name in inspectors
    }
    schema: Schema = type("RecordFormOf", (RecordForm,), own)()
    return schema


def typed_answers(codes: Iterable[str], form: Any, files: Any) -> list[dict[str, Any]]:
    """What the page's items say: those that were answered, each with its note and photos."""
    found = []
    for code in codes:
        if result := form.get(f"result-{code}"):
            photos = sent_photos(f"photos-{code}", form, files)
            note = (form.get(f"note-{code}") or "").strip()[:1000]
            found.append({"item": code, "result": result, "note": note, "photos": photos})
    return found


def sent_photos(name: str, form: Any, files: Any) -> list[Any]:
    """Photos of one field: ids of those a phone sent before the form, contents of those that came with it."""
    known = [int(text) for text in form.getlist(name) if text.isdecimal() and len(text) < 10]
    content = [content for upload in files.getlist(name) if (content := upload.read())]
    return [*known, *content][:MOST_PHOTOS]


def record_of(data: Mapping[str, Any], answers: list[dict[str, Any]], form: Any, files: Any) -> dict[str, Any]:
    """The record as the verb takes it, from the page's form."""
    given = {name: value for name, value in data.items() if not name.startswith(("sign_", "refusal_"))}
    signed = {name.removeprefix("sign_"): value for name, value in data.items() if name.startswith("sign_") and value}
    refused = sent_photos("refusal_photos", form, files)
    if data.get("refusal_note") or data.get("refusal_witness") or refused:
        given["refusal"] = {
            "note": data.get("refusal_note") or "",
            "witness": data.get("refusal_witness") or "",
            "photos": refused,
        }
    return {
        **given,
        "answers": answers,
        "photos": sent_photos("photos", form, files),
        "signatures": [{"person": login, "image": image} for login, image in signed.items()],
    }


@cache
def move_form(verb: str, needs: tuple[str, ...]) -> Schema:
    """The form of a move of a check: what it needs is required."""
    own: dict[str, Any] = {}
    if verb == "start":
        own["inspectors"] = Choices("people", label=_("监督检查人员"), hint=_("至少两人，均持有效执法证"))
    else:
        own["done_on"] = Day(required=True, label=_("办理日期"))
        own["note"] = Note(max=4000, required="note" in needs, label=_("原因") if "note" in needs else _("说明"))
    own["version"] = Integer(required=True, kind="hidden", label=_("版本"))
    schema: Schema = type(f"Supervision_{verb}", (In,), own)()
    return schema


class CheckClueIn(In):
    """A hazard clue from an item that does not conform; `elevator` is the label code of a checked device."""

    title = Text(max=100)
    elevator = Text(max=120)


class ClueForm(In):
    """The same on a page."""

    title = Text(max=100, label=_("隐患名称"), hint=_("不填用检查项目的名称"))
    elevator = Choice("devices", label=_("设备"))


class PlanFilter(PageIn):
    """Filters of the list of plans."""

    year = Integer(min=2022, max=2100, label=_("年度"))
    kind = Choice(PLANNED, label=_("检查类别"))
    area = AreaChoice()


class SupervisionPlanIn(In):
    """The plan of a year."""

    year = Integer(min=2022, max=2100, required=True, label=_("年度"))
    kind = Choice(PLANNED, required=True, label=_("检查类别"))
    area = Choice("plan_areas", required=True, label=_("区域"))
    title = Text(max=200, label=_("计划名称"), hint=_("不填按年度、区域、类别命名"))
    starts_on = Day(label=_("开始日期"), hint=_("不填为1月1日"))
    ends_on = Day(label=_("结束日期"), hint=_("不填为12月31日"))
    scope = Note(max=4000, label=_("范围、任务和进度安排"), hint=_("专项监督检查应要求单位先行自查"))


class PlanMoveIn(In):
    """A move of a plan."""

    document = Text(max=200)
    note = Note(max=2000)
    version = Integer()


@cache
def plan_move_form(_verb: str, needs: tuple[str, ...]) -> Schema:
    """The form of a move of a plan."""
    own: dict[str, Any] = {}
    if "document" in needs:
        own["document"] = Text(max=200, required=True, label=_("文号"))
    own["note"] = Note(max=2000, required="note" in needs, label=_("说明"))
    own["version"] = Integer(required=True, kind="hidden", label=_("版本"))
    schema: Schema = type(f"SupervisionPlan_{_verb}", (In,), own)()
    return schema


class DrawIn(In):
    """A draw of an adopted plan."""

    size = Integer(min=1, max=MOST, required=True, label=_("抽取单位数"))
    lists = Choices(LISTS, label=_("单位类别"), hint=_("不选为全部"))


class KeyUnitFilter(In):
    """Key units of which area."""

    area = Choice("plan_areas", label=_("区域"))


class KeyUnitIn(In):
    """A unit added to the key units by hand."""

    unit = Text(required=True, max=200, label=_("单位"), hint=_("单位名称或统一社会信用代码"))
    reason = Text(required=True, max=200, label=_("列入理由"))


class EndKeyUnitIn(In):
    """Taken off again."""

    reason = Text(required=True, max=200, label=_("移出理由"))


class PoolEntryIn(In):
    """A unit in the pool of a draw."""

    key = Text(required=True, max=60)
    weight = Integer(required=True, min=1, max=HEAVIEST)
    reasons = fields.List(fields.String(validate=validate.Length(max=300)), load_default=list)
    list = Text(max=40)
    area = Text(max=40)


class PoolPersonIn(In):
    """An inspector in the pool of a draw."""

    id = Integer(required=True, min=0)
    area = Text(max=40)


class RepeatIn(In):
    """A draw to be made again: what the page of a draw hands out."""

    seed = Text(required=True, max=200)
    size = Integer(required=True, min=0, max=MOST)
    key_units = Integer(min=0, max=MOST, load_default=0)
    team = Integer(min=0, max=20, load_default=0)
    pool = fields.List(
        fields.Nested(PoolEntryIn),
        required=True,
        validate=validate.Length(1, 50_000),
        error_messages={"required": _("请填写这一项"), "invalid": _("请提交一个列表")},
    )
    people = fields.List(fields.Nested(PoolPersonIn), load_default=list, validate=validate.Length(max=5000))


class DrawnOut(Out):
    """A unit that was drawn, with its lot and those who check it."""

    key = fields.String()
    lot = fields.String()
    people = fields.List(fields.Integer())


class RepeatOut(Out):
    """A draw made again."""

    method = fields.String()
    pool_digest = fields.String()
    drawn = fields.List(fields.Nested(DrawnOut))


class SupervisionPlanOut(Out):
    """A plan."""

    id = fields.Integer()
    year = fields.Integer()
    kind = fields.String()
    area = fields.String(attribute="area_code")
    office = fields.String(attribute="office.name")
    state = fields.String()
    title = fields.String()
    scope = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    document = fields.String()
    adopted_on = fields.Date(allow_none=True)
    version = fields.Integer()


class QuotaOut(Out):
    """How many units must be sampled."""

    pool = fields.Integer()
    key_units = fields.Integer()
    user_percent = fields.Integer()
    key_percent = fields.Integer()
    units = fields.Integer()
    keys = fields.Integer()


class ProgressOut(Out):
    """What is done."""

    checks = fields.Integer()
    recorded = fields.Integer()
    keys_recorded = fields.Integer()


class SupervisionPlanDetailOut(Out):
    """One plan with its quota and draws."""

    plan = fields.Nested(SupervisionPlanOut)
    quota = fields.Nested(QuotaOut)
    progress = fields.Nested(ProgressOut)
    draws = fields.Function(lambda detail: [row.id for row in detail.draws])
    moves = fields.Function(lambda detail: [move.verb for move in detail.moves])


def repeatable(row: Any) -> dict[str, Any]:
    """A draw as POST /rules/supervision-draw takes it."""
    return {
        "seed": row.seed,
        "size": row.size,
        "key_units": row.weights["key_units"],
        "team": row.team,
        "pool": [
            {"key": key, "weight": weight, "reasons": why, "list": kind, "area": area}
            for key, weight, why, kind, area in row.pool
        ],
        "people": [{"id": number, "area": area} for number, _name, area in row.people],
    }


class SupervisionDrawOut(Out):
    """A draw with all that is needed to make it again (`repeat`)."""

    id = fields.Function(lambda shown: shown.row.id)
    plan_id = fields.Function(lambda shown: shown.row.plan_id)
    drawn_at = fields.Function(lambda shown: shown.row.drawn_at.isoformat())
    drawn_by = fields.Function(lambda shown: shown.row.drawn_by.name)
    method = fields.Function(lambda shown: shown.row.method)
    pool_size = fields.Function(lambda shown: shown.row.pool_size)
    pool_digest = fields.Function(lambda shown: shown.row.pool_digest)
    result = fields.Function(lambda shown: [{"key": key, "people": people} for key, people in shown.row.result])
    same = fields.Function(lambda shown: shown.again.same and shown.again.same_pool)
    repeat = fields.Function(lambda shown: repeatable(shown.row))


class KeyUnitOut(Out):
    """A key unit with its reasons."""

    unit_id = fields.Function(lambda each: each.unit.id)
    unit = fields.Function(lambda each: each.unit.name)
    area = fields.String()
    list = fields.String(attribute="list_kind")
    reasons = fields.List(fields.String())


class KeyUnitsOut(Out):
    """The key units of an area."""

    items = fields.List(fields.Nested(KeyUnitOut))


class KeyUnitRowOut(Out):
    """A unit added by hand."""

    id = fields.Integer()
    unit_id = fields.Integer()
    reason = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)


class CheckOut(Out):
    """A check in a list."""

    no = fields.String()
    kind = fields.String()
    list = fields.String(attribute="list_kind")
    state = fields.String()
    state_since = fields.Date()
    unit = fields.String(attribute="unit.name")
    unit_id = fields.Integer()
    office = fields.String(attribute="office.name")
    area = fields.String(attribute="area_code")
    occasion = fields.String()
    planned_on = fields.Date(allow_none=True)
    plan_id = fields.Integer(allow_none=True)
    draw_id = fields.Integer(allow_none=True)
    recheck_due_on = fields.Date(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    version = fields.Integer()


class CheckAnswerOut(Out):
    """An answer of the record."""

    item = fields.String()
    result = fields.String()
    note = fields.String()
    photos = fields.Function(lambda row: row.photos or [])
    hazard = fields.Function(lambda row: row.hazard.no if row.hazard else None)


class CheckStepOut(Out):
    """A step of the check."""

    verb = fields.String()
    source = fields.String()
    target = fields.String()
    done_on = fields.Date()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class CheckDetailOut(CheckOut):
    """One check with its record."""

    started_at = fields.AwareDateTime(format="iso", allow_none=True)
    recorded_at = fields.AwareDateTime(format="iso", allow_none=True)
    inspectors = fields.Function(
        lambda row: [{"name": each.person.name, "certificate": each.certificate_no} for each in row.inspectors]
    )
    devices = fields.Function(lambda row: [each.elevator.label_code for each in row.devices])
    answers = fields.List(fields.Nested(CheckAnswerOut))
    facts = fields.String()
    problems = fields.String()
    measures = fields.Function(lambda row: row.measures or [])
    measures_note = fields.String()
    unit_opinion = fields.String()
    signed = fields.Function(lambda row: row.signature_id is not None)
    refusal = fields.Raw(allow_none=True)
    steps = fields.List(fields.Nested(CheckStepOut))
