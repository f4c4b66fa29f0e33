"""Insurance policies at the border. Money is in fen in the API and in yuan on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, pre_dump, validate

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevators import KINDS, PLACE_TYPES, OptionalRef
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Lines, Month, Note, Number, Text, Upload
from registry.queries.cylinder_policies import LINES
from registry.rules.claims import COVERED
from registry.rules.kinds import MEDIA

SUBJECTS = (("elevator", _("电梯")), ("cylinder", _("气瓶")))
HOLDER_TYPES = (
    ("use_unit", _("使用单位")),
    ("owner", _("产权单位")),
    ("maintenance", _("维保单位")),
    ("inspection", _("检验机构")),
    ("manufacturer", _("制造安装单位")),
    ("filling", _("充装单位")),
)
BASES = (
    ("per_item_year", _("按台（只）每年")),
    ("per_fill", _("按次充装")),
    ("per_station_year", _("按站每年")),
)
SHARINGS = (
    ("homes", _("住宅：产权2、维保3、检验5")),
    ("other", _("其他：产权5、维保4、检验1")),
    ("villa", _("别墅：业主自担")),
)
SHARING_PARTIES = (("owner", _("产权单位")), ("maintenance", _("维保单位")), ("inspection", _("检验机构")))
POLICY_STATES = (
    ("valid", _("有效")),
    ("ending", _("60天内到期")),
    ("ended", _("已终止")),
)
WHEN = (
    ("7", _("7天内到期")),
    ("30", _("8至30天到期")),
    ("60", _("31至60天到期")),
    ("lapsed", _("已脱保")),
)
COVER = (("none", _("未投保的在用电梯")), ("some", _("已投保")))
LARGEST_FEN = 9_000_000_000_000_000
LARGEST_YUAN = 10_000_000_000
MONEY = (
    "premium",
    "limit_per_accident",
    "limit_per_person",
    "limit_total",
    "limit_legal",
    "relief_per_accident",
    "relief_per_person",
    "unit",
    "deductible",
)


def fen_field(**options: Any) -> Integer:
    return Integer(**{"min": 0, "max": LARGEST_FEN, **options})


def yuan_field(label: Any, **options: Any) -> Number:
    return Number(**{"places": 2, "max": LARGEST_YUAN, "label": label, "unit": _("元"), **options})


def fen(yuan: Decimal | None) -> int | None:
    """Yuan as fen."""
    return None if yuan is None else int(yuan * 100)


def readable(schema: type[In], name: str, value: Any) -> Any:
    """What was typed into a field, None while it cannot be read."""
    try:
        return schema().fields[name].deserialize(value) if value else None
    except ValidationError:
        return None


def in_yuan(errors: Mapping[str, Any]) -> dict[str, Any]:
    """Errors of a verb, which speaks of fen, beside the fields of a page, which have yuan."""
    return {name.removesuffix("_fen"): found for name, found in errors.items()}


def named_pairs(pairs: Mapping[str, tuple[str, str]]) -> list[tuple[str, Any]]:
    return [(key, Both(*pair)) for key, pair in pairs.items()]


class Both:
    """A word of the rules in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    def __str__(self) -> str:
        return say(self)


class PolicyShareIn(In):
    """A co-insurer and what it bears, in percent."""

    insurer_id = Integer(required=True)
    percent = Number(required=True, min=0, max=100)


class PolicyIn(In):
    """A policy through the API: units by id, equipment by any of its codes, money in fen. `premium_fen` left out is
    what the factor table says."""

    ref = OptionalRef()
    subject = Choice(SUBJECTS, load_default="elevator")
    policy_no = Text(required=True, max=40)
    insurer_id = Integer()
    holder_id = Integer(required=True)
    holder_type = Choice(HOLDER_TYPES, required=True)
    broker = Text()
    co_insurers = fields.List(fields.Nested(PolicyShareIn), load_default=list, validate=validate.Length(max=20))
    basis = Choice(BASES, load_default="per_item_year")
    sharing = Choice(SHARINGS)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    premium_fen = fen_field()
    limit_per_accident_fen = fen_field(required=True)
    limit_per_person_fen = fen_field()
    limit_total_fen = fen_field()
    limit_legal_fen = fen_field()
    relief_per_accident_fen = fen_field()
    relief_per_person_fen = fen_field()
    covers = Choices(named_pairs(COVERED))
    line = Choice(named_pairs(LINES))
    unit_fen = fen_field()
    cover_days = Integer(min=1, max=3660)
    media = Choices([*MEDIA.items()])
    deductible_fen = fen_field()
    renews_id = Integer()
    note = Note()
    codes = Lines(load_default=list, most=30000, each=120)


PARTIES, TERM, MONEYS, ITEMS = _("保险各方"), _("保险期间和责任"), _("保险费和限额"), _("承保设备")
CYLINDERS = _("气瓶保险")


class PolicyForm(In):
    """The same on a page: units chosen or named, money in yuan."""

    renews_id = Integer(kind="hidden", label="renews")
    subject = Choice(SUBJECTS, label=_("承保对象"), load_default="elevator", group=PARTIES)
    policy_no = Text(required=True, max=40, label=_("保单号"), group=PARTIES)
    insurer_id = Choice("insurers", label=_("保险机构"), hint=_("保险机构登记自己的保单时不用选择"), group=PARTIES)
    holder = Text(label=_("投保单位"), hint=_("单位全称或统一社会信用代码；不填为本单位"), group=PARTIES)
    holder_type = Choice(HOLDER_TYPES, required=True, label=_("投保人类型"), group=PARTIES)
    broker = Text(label=_("保险经纪"), group=PARTIES)
    co_insurers = Note(
        max=2000,
        label=_("共保单位和份额"),
        hint=_("每行一家：单位全称，空格，份额，例如 某某财产保险 30%"),
        group=PARTIES,
    )
    starts_on = Day(required=True, label=_("保险起期"), group=TERM)
    ends_on = Day(required=True, label=_("保险止期"), group=TERM)
    covers = Choices(named_pairs(COVERED), label=_("承保事故"), group=TERM)
    basis = Choice(BASES, label=_("计费方式"), load_default="per_item_year", group=MONEYS)
    sharing = Choice(SHARINGS, label=_("费用分担"), hint=_("不填按使用场所"), group=MONEYS)
    premium = yuan_field(_("约定保险费"), hint=_("不填按费率表测算"), group=MONEYS)
    limit_per_accident = yuan_field(_("每次事故限额"), required=True, group=MONEYS)
    limit_total = yuan_field(_("累计限额"), group=MONEYS)
    limit_per_person = yuan_field(_("每人限额"), group=MONEYS)
    limit_legal = yuan_field(_("每次事故法律费用限额"), group=MONEYS)
    relief_per_accident = yuan_field(_("无责补偿每次事故限额"), group=MONEYS)
    relief_per_person = yuan_field(_("无责补偿每人限额"), group=MONEYS)
    note = Note(max=1000, label=_("备注"), group=MONEYS)
    line = Choice(named_pairs(LINES), label=_("险种"), hint=_("不填为气瓶充装安全责任保险"), group=CYLINDERS)
    unit = yuan_field(
        _("单位保险费"), hint=_("每次充装、每只每年或每站每年，按计费方式；按次充装的必填"), group=CYLINDERS
    )
    cover_days = Integer(
        min=1, max=3660, label=_("一次充装最长保障天数"), unit=_("天"), hint=_("不填按市局参数"), group=CYLINDERS
    )
    deductible = yuan_field(_("每次事故免赔额"), group=CYLINDERS)
    media = Choices([*MEDIA.items()], label=_("承保介质"), hint=_("不选为全部介质"), group=CYLINDERS)
    codes = Lines(
        load_default=list,
        most=30000,
        each=120,
        label=_("承保设备代码"),
        hint=_(
            "每行一个：标签编号、注册代码、设备代码、使用登记证编号或救援识别码，可从表格中整列粘贴；按次、按站投保的不填"
        ),
        group=ITEMS,
    )
    file = Upload(
        accept=".xlsx,.csv",
        label=_("或上传表格"),
        hint=_("表头有“标签编号”“设备代码”或“注册代码”的一列，读出的代码加到上面"),
        group=ITEMS,
    )

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen, and the chosen insurer to its id; the file was read before."""
        for name in MONEY:
            data[f"{name}_fen"] = fen(data.pop(name, None))
        data["insurer_id"] = int(data["insurer_id"]) if data.get("insurer_id") else None
        data.pop("file", None)
        return data


class PolicyFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("保单号或单位"), kind="search")
    subject = Choice(SUBJECTS, label=_("承保对象"))
    insurer = Integer(kind="select", choices="insurers", label=_("保险机构"))
    state = Choice(POLICY_STATES, label=_("状态"))


class EndingFilter(PageIn):
    """Filters of what ends soon."""

    q = Text(max=100, label=_("投保或使用单位"), kind="search")
    when = Choice(WHEN, label=_("何时到期"))
    insurer = Integer(kind="select", choices="insurers", label=_("保险机构"))
    company = Text(max=100, label=_("维保单位"))
    area = AreaChoice(label=_("辖区"))


class UninsuredFilter(PageIn):
    """Filters of elevators without insurance."""

    q = Text(max=100, label=_("地点、单位或编号"), kind="search")
    area = AreaChoice(label=_("辖区"))
    company = Text(max=100, label=_("维保单位"))
    place_type = Choice(PLACE_TYPES, label=_("使用场所"))
    kind = Choice(KINDS, label=_("品种"))


class PickFilter(UninsuredFilter):
    """The same, for choosing what to insure."""

    cover = Choice(COVER, label=_("投保情况"))


class PolicyEndorseIn(In):
    """Equipment that joins and leaves from a day on; the difference of the premium as agreed, in fen."""

    since = Day(required=True)
    added = Lines(load_default=list, most=30000, each=120)
    removed = Lines(load_default=list, most=30000, each=120)
    reason = Text(required=True)
    document = Text(load_default="")
    difference_fen = fen_field(min=-LARGEST_FEN)


class EndorseForm(In):
    """The same on a page, in yuan."""

    since = Day(required=True, label=_("批改生效日期"))
    difference = yuan_field(_("约定保险费差额"), min=-LARGEST_YUAN, hint=_("退费填负数；不填按日测算"))
    reason = Text(required=True, label=_("原因"))
    document = Text(label=_("批单号或依据"))
    added = Lines(load_default=list, most=30000, each=120, label=_("增加的设备代码"), hint=_("每行一个"))
    removed = Lines(load_default=list, most=30000, each=120, label=_("减少的设备代码"), hint=_("每行一个"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        data["difference_fen"] = fen(data.pop("difference", None))
        data["document"] = data.get("document") or ""
        return data


class PolicyCancelIn(In):
    """The first day that is not covered any more; the refund as agreed, in fen."""

    cancelled_on = Day(required=True)
    reason = Text(required=True)
    document = Text(load_default="")
    refund_fen = fen_field()


class CancelForm(In):
    """The same on a page, in yuan."""

    cancelled_on = Day(required=True, label=_("退保日期"), hint=_("从这一天起不再承保"))
    refund = yuan_field(_("约定退费"), hint=_("不填按日退还未到期保险费"))
    reason = Text(required=True, label=_("原因"))
    document = Text(label=_("批单号或依据"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        data["refund_fen"] = fen(data.pop("refund", None))
        data["document"] = data.get("document") or ""
        return data


class CoverCheckIn(In):
    """Codes to look up before they are insured, with the terms a premium depends on."""

    subject = Choice(SUBJECTS, load_default="elevator")
    codes = Lines(required=True, most=2000, each=120)
    holder_type = Choice(HOLDER_TYPES, load_default="use_unit")
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    limit_per_accident_fen = fen_field()


class PolicyOut(Out):
    """A policy."""

    id = fields.Integer()
    subject = fields.String()
    line = fields.String(allow_none=True)
    unit_fen = fields.Integer(allow_none=True)
    cover_days = fields.Integer(allow_none=True)
    media = fields.List(fields.String(), allow_none=True)
    deductible_fen = fields.Integer(allow_none=True)
    policy_no = fields.String()
    insurer = fields.String()
    insurer_id = fields.Integer()
    holder = fields.String()
    holder_id = fields.Integer()
    holder_type = fields.String()
    broker = fields.String(allow_none=True)
    basis = fields.String()
    sharing = fields.String(allow_none=True)
    starts_on = fields.Date()
    ends_on = fields.Date()
    cancelled_on = fields.Date(allow_none=True)
    premium_fen = fields.Integer()
    proposed_fen = fields.Integer(allow_none=True)
    refund_fen = fields.Integer(allow_none=True)
    limit_per_accident_fen = fields.Integer()
    limit_per_person_fen = fields.Integer(allow_none=True)
    limit_total_fen = fields.Integer(allow_none=True)
    limit_legal_fen = fields.Integer(allow_none=True)
    relief_per_accident_fen = fields.Integer(allow_none=True)
    relief_per_person_fen = fields.Integer(allow_none=True)
    covers = fields.List(fields.String(), allow_none=True)
    renews_id = fields.Integer(allow_none=True)

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """Units by name; a policy just recorded has not loaded them."""
        known = row.__dict__
        values = {name: known.get(name) for name in self.fields}
        for name in ("insurer", "holder"):
            values[name] = known[name].name if known.get(name) else None
        return values


class EndingOut(Out):
    """A policy whose end leaves `open` pieces of equipment without cover; `days` to its last day, negative after."""

    policy = fields.Nested(PolicyOut)
    days = fields.Integer()
    open = fields.Integer()


class UninsuredOut(Out):
    """An elevator in use without insurance, and why."""

    code = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    kind = fields.String(attribute="elevator.kind")
    area = fields.String(attribute="elevator.area_code")
    use_unit = fields.Function(lambda line: line.elevator.use_unit.name if line.elevator.use_unit else None)
    company = fields.String(allow_none=True)
    reason = fields.Function(lambda line: say(line.reason))


class CoverCheckOut(Out):
    """A line of a check: what it names and its premium, or what is wrong with it."""

    line = fields.Integer()
    text = fields.String()
    problem = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    made_on = fields.Date(allow_none=True)
    premium_fen = fields.Integer(allow_none=True)


def checked(lines: Iterable[Any], proposals: Mapping[int, Any]) -> list[dict[str, Any]]:
    """The lines of a check as they leave: of equipment no more than is needed to insure it."""
    return [
        {
            "line": line.number,
            "text": line.text,
            "problem": say(line.problem) if line.problem else None,
            "code": getattr(line.thing, "label_code", None),
            "address": getattr(line.thing, "address", None),
            "kind": getattr(line.thing, "kind", None),
            "made_on": getattr(line.thing, "made_on", None),
            "premium_fen": proposals[line.thing.id].fen if line.thing and line.thing.id in proposals else None,
        }
        for line in lines
    ]


class FillMonthOut(Out):
    """A month of a policy paid by the fill, in fen."""

    month = fields.Date(format="%Y-%m")
    fills = fields.Integer()
    premium_fen = fields.Integer()
    settled_fills = fields.Integer(attribute="settled.fills", allow_none=True)
    settled_late = fields.Integer(attribute="settled.late", allow_none=True)
    settled_fen = fields.Integer(attribute="settled.premium_fen", allow_none=True)


class FillCoverFilter(PageIn):
    """Which month."""

    month = Month(required=True)


class FillCoverOut(Out):
    """The cover that a fill began."""

    cylinder = fields.String(attribute="cylinder.handle")
    filling_id = fields.Integer(attribute="filling.id")
    medium = fields.String(attribute="filling.medium")
    since = fields.AwareDateTime()
    until = fields.AwareDateTime()
    ended_by = fields.Function(lambda row: "next_fill" if row.next_fill else "days", metadata={"type": "string"})
    premium_fen = fields.Integer()


class SettleMonthIn(In):
    """Which month."""

    month = Month(required=True)


class SettlementOut(Out):
    """What was settled, in fen; `late`: fills of months settled before."""

    month = fields.Date(format="%Y-%m")
    fills = fields.Integer()
    late = fields.Integer()
    unit_fen = fields.Integer()
    premium_fen = fields.Integer()
