"""Questions to the rules, at the border. The same schemas make the forms of the rule book."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields, post_dump, pre_load, validate

from blueprints.filters import called
from blueprints.schemas.base import In, Out
from blueprints.schemas.cylinders import ENVIRONMENTS, Called
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Month, Number, Text, Yes
from blueprints.schemas.scans import Exact, Findings
from registry.rules import tables
from registry.rules.cylinder_lifecycle import STATUSES, custodies
from registry.rules.filling import FILL, RELEASE, facts_of
from registry.rules.filling_facts import FillingFacts
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS, MEDIA
from registry.rules.maintenance import CYCLES

NEWEST = date(9999, 1, 1)
NO_YES = (("true", _("是")), ("false", _("否")))


class YesNoUnknown(fields.Boolean):
    """Yes, no, or left out because nobody knows."""

    default_error_messages = {"invalid": _("请选择是或否")}

    def __init__(self, *, metadata: dict[str, Any] | None = None, **options: Any) -> None:
        words = {"kind": "select", "choices": NO_YES, **options, **(metadata or {})}
        super().__init__(allow_none=True, metadata=words)


class Media(fields.Field[Any]):
    """A medium, or the list of the components of a mixture."""

    default_error_messages = {"invalid": _("请填写介质编码，混合气体填写列表")}

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, metadata={"kind": "select", "choices": [*MEDIA.items()], **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        parts = value if isinstance(value, list) else [value]
        if not 0 < len(parts) <= 20 or not all(isinstance(part, str) and part in MEDIA for part in parts):
            raise self.make_error("invalid")
        return value if isinstance(value, str) else tuple(value)


class RecordIn(In):
    """A finished inspection that the rule of years reads."""

    kind = Choice([(key, key) for key in RECORD_KINDS], required=True)
    done_on = Day(required=True)
    conclusion = Choice([(key, key) for key in CONCLUSIONS], load_default="pass")


class OrderIn(In):
    """An order of the province that moves what is due in the months of two days."""

    due_from = Day(required=True)
    due_to = Day(required=True)
    shift_months = Integer(required=True, min=-24, max=24)


class InspectionIn(In):
    """Which year of an elevator's life is due (TSG T7001-2023); `records` may stand for month and years."""

    base = Day(label=_("安装监督检验合格日期"), hint=_("不知道时，按下面的日期估算"))
    registered_on = Day(label=_("使用登记日期"))
    in_use_since = Day(label=_("投入使用日期"))
    made_on = Day(label=_("制造日期"))
    month_anchor = Day(label=_("最近一次监督检验或启用检验日期"), hint=_("决定在哪个月办理；不填按起算日"))
    done = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 200)),
        load_default=list,
        error_messages={"invalid": _("请填写年数，例如 1、2、3")},
        metadata={"label": _("已完成的年数"), "kind": "lines", "hint": _("自起算日起第几年，每行一个")},
    )
    records = fields.List(fields.Nested(RecordIn), load_default=list, validate=validate.Length(max=200))
    orders = fields.List(fields.Nested(OrderIn), load_default=list, validate=validate.Length(max=20))
    on = Day(required=True, label=_("哪一天"))

    @pre_load
    def _typed_years(self, data: Any, **kwargs: Any) -> Any:
        """A form gives years as text."""
        done = data.get("done") if isinstance(data, dict) else None
        if isinstance(done, list) and done and all(isinstance(year, str) for year in done):
            return {**data, "done": [int(year) if year.isdecimal() else year for year in done]}
        return data


class InspectionOut(Out):
    """The duty of the day."""

    year = fields.Integer()
    kind = fields.String(validate=validate.OneOf(["periodic_inspection", "self_test"]))
    due = fields.String(metadata={"example": "2024-06"})
    opens = fields.String(metadata={"example": "2024-05"})
    state = fields.String(validate=validate.OneOf(["later", "open", "due", "overdue"]))
    missed = fields.List(fields.Integer())
    apply_by = fields.Date(allow_none=True)
    base = fields.Date()
    base_estimated = fields.Boolean()
    basis = fields.String()


class LastIn(In):
    """The latest valid visit of each cycle."""

    half_month = Day()
    quarter = Day()
    half_year = Day()
    year = Day()


class PlanIn(In):
    """What an elevator's maintenance needs next (TSG T5002-2017)."""

    kind = Called(ELEVATOR_KINDS, required=True, label=_("电梯品种"))
    last = fields.Nested(LastIn, load_default=dict)
    taken_over = Day(required=True, label=_("接管日期"))
    on = Day(required=True, label=_("哪一天"))


class PlanForm(PlanIn):
    """The same on one page: `last` as four fields."""

    class Meta(PlanIn.Meta):
        exclude = ("last",)

    half_month = Day(label=_("最近一次半月维保"))
    quarter = Day(label=_("最近一次季度维保"))
    half_year = Day(label=_("最近一次半年维保"))
    year = Day(label=_("最近一次年度维保"))


def plan_asked(form: Mapping[str, Any]) -> dict[str, Any]:
    """The four fields of the form as `last`."""
    return {**form, "last": {cycle: form.get(cycle) for cycle in CYCLES}}


class PlanOut(Out):
    """The plan of the day."""

    due = fields.Dict(keys=fields.String(), values=fields.Date())
    overdue = fields.List(fields.String())
    next_cycle = fields.String()
    items = fields.Function(lambda plan: [item.code for item in plan.items], metadata={"type": "array"})


class DatesIn(In):
    """When a cylinder is inspected and when its life ends (TSG 23-2021)."""

    kind = Called(CYLINDER_KINDS, required=True, label=_("气瓶品种"))
    medium = Media(label=_("充装介质"))
    environment = Choice(ENVIRONMENTS, label=_("使用环境"))
    high_purity = Yes(label=_("高纯（99.999%及以上）"))
    made = Month(required=True, label=_("制造年月"))
    last_inspection = Day(label=_("最近一次检验日期"))
    service_life_years = Integer(min=1, max=60, label=_("标称设计使用年限"), unit=_("年"))
    assessment_passed = YesNoUnknown(label=_("安全评定合格"))
    taxi = Yes(label=_("出租车用"))
    on = Day(label=_("哪一天"))


class DatesOut(Out):
    """The dates; null where there is none."""

    interval_years = fields.Integer(allow_none=True)
    next_inspection = fields.Date(allow_none=True)
    service_end = fields.Date(allow_none=True)
    final_end = fields.Date(allow_none=True)
    reasons = fields.List(fields.String())


class LimitIn(In):
    """How much a cylinder may hold (GB/T 14193, 14194, 13591)."""

    kind = Called(CYLINDER_KINDS, label=_("气瓶品种"))
    medium = Called(MEDIA, required=True, label=_("充装介质"))
    volume_l = Number(min="0.001", max=10_000, places=3, required=True, label=_("公称容积"), unit="L")
    working_pressure_mpa = Number(min="0.001", max=200, places=3, label=_("公称工作压力"), unit="MPa")
    porosity = Number(min="0.001", max=1, places=3, label=_("填料孔隙率"), hint=_("溶解乙炔气瓶"))
    temperature_c = Number(min=-60, max=100, places=1, label=_("气体温度"), unit="℃", hint=_("压缩气体"))
    on = Day(label=_("哪一天"))


class LimitOut(Out):
    """The limit; decimals as strings. `reason` says why there is none."""

    max_kg = Exact(attribute="limit.max_kg")
    max_pressure_mpa = Exact(attribute="limit.max_pressure_mpa")
    basis = fields.String(attribute="limit.basis")
    certainty = fields.String(attribute="limit.certainty")
    reason = fields.String(attribute="limit.reason")
    nominal_kg = Exact(metadata={"description": "usual net mass of a published size of LPG cylinder"})
    residual_mpa = Exact(metadata={"description": "least residual pressure, where it is told by pressure"})
    acetone_kg = Exact(metadata={"description": "acetylene: acetone in the cylinder"})
    settled_mpa_15c = Exact(metadata={"description": "acetylene: limit pressure at 15 degrees after settling"})
    settle_hours = Exact(metadata={"description": "acetylene: settling after filling"})

    @post_dump
    def _only_what_there_is(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value or key == "basis"}


FACT_CHOICES: dict[str, Any] = {
    "code_status": [
        ("ok", _("有效")),
        ("unreadable", _("无法识别")),
        ("bad_check", _("校验位不符")),
        ("bad_mac", _("签名不符")),
        ("unknown", _("系统中没有")),
        ("void", _("已作废")),
        ("replaced", _("已换码")),
    ],
    "life_status": [*STATUSES.items()],
    "kind": [*CYLINDER_KINDS.items()],
    "medium": [*MEDIA.items()],
    "gun_medium": [*MEDIA.items()],
    "custody_status": [*custodies().items()],
}


class _Named:
    """A fact's name in both languages."""

    def __init__(self, row: tables.Row) -> None:
        self.zh, self.en = row["zh"], row["en"]

    def __str__(self) -> str:
        return called(self)


def _asked_by(fact: str) -> str:
    """The rules that ask for a fact."""
    rows = tables.rows("filling_rules", NEWEST)
    return ", ".join(row["rule"] for row in rows if fact in facts_of([row["rule"]], NEWEST))


def _fact_field(row: tables.Row) -> fields.Field[Any]:
    name = row["fact"]
    described = f"{row['en']} ({row['zh']}); asked by {_asked_by(name) or 'the limits of the gun'}"
    options: dict[str, Any] = {"label": _Named(row), "metadata": {"description": described}}
    annotation = str(FillingFacts.__dataclass_fields__[name].type)
    match row["type"]:
        case "flag":
            return YesNoUnknown(**options)
        case "day":
            return Day(**options)
        case "choice":
            return Choice(FACT_CHOICES[name], **options)
        case "list":
            return Lines(most=100, **options)
        case "number" if annotation.startswith("int"):
            return Integer(min=0, max=1000, **options)
        case "number":
            return Number(min=-10_000, max=1_000_000, places=6, **options)
    return Text(**options)


class _FillingIn(In):
    """The facts of a filling, one for every condition of the decision table; one left out is not known."""

    on = Day(required=True, label=_("哪一天"))
    stage = Choice(((FILL, _("充装前")), (RELEASE, _("出站前"))), load_default=FILL, label=_("环节"))
    rules = Lines(most=60, each=10, label=_("只问这些规则"), hint=_("例如 R08；不填问全部"), load_default=list)

    @pre_load
    def _nested_facts(self, data: Any, **kwargs: Any) -> Any:
        """`{"facts": {...}, "on": ...}` is understood as well."""
        if isinstance(data, dict) and isinstance(data.get("facts"), dict):
            return {**data.pop("facts"), **data}
        return data


FACT_ROWS = {row["fact"]: row for row in tables.rows("filling_facts", NEWEST)}
FillingFactsIn: type[Schema] = type(
    "FillingFactsIn",
    (_FillingIn,),
    {"__doc__": _FillingIn.__doc__, **{name: _fact_field(row) for name, row in FACT_ROWS.items()}},
)


class VerdictOut(Out):
    """A verdict of the decision table."""

    answer = fields.String(data_key="verdict", validate=validate.OneOf(["allow", "warn", "hold", "block"]))
    code = fields.String()
    max_kg = Exact()
    max_pressure_mpa = Exact()
    stop_at_kg = Exact()
    findings = Findings(attribute="verdict")


class OnDay(In):
    """The day a table is read on; `all` also shows what is not in force."""

    on = Day(label=_("哪一天"), load_default=None)
    all = Yes(label=_("也显示未生效和已废止的"))
