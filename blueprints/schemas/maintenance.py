"""The day of a maintenance company, its contracts, assignments and maker's items at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load, validate

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevator_outputs import ItemOut, OnDemandOut, SeasonDueOut, UnitNameOut
from blueprints.schemas.fields import COMMON, Choice, Choices, Day, Integer, Lines, Moment, Note, Text, Yes
from registry.messages import T
from registry.queries.contracts import STATES as CONTRACT_STATES
from registry.queries.maker_items import target_label
from registry.queries.visit_plans import STATES
from registry.rules import maker_lists
from registry.rules.on_demand import GRADES
from registry.services.contracts import MODES

MODE_NAMES = {"fixed": T("固定周期"), "on_demand": T("按需维保")}
WHOSE = [("mine", T("我负责的")), ("all", T("全单位"))]
LATE = [(str(days), T("超期{days}天以上", days=days)) for days in (1, 3, 7)]


class DayFilter(In):
    """What the list of what is due is narrowed to."""

    q = Text(max=100, label=_("编号、地址或使用单位"), kind="search")
    area = AreaChoice()
    company = Integer(min=1, label=_("维保单位"), kind="select", choices="companies")
    late = Choice(LATE, label=_("超期"))
    state = Choice(list(STATES.items()), kind="hidden", label=_("状态"))
    cursor = Text(max=30)

    @post_load
    def numbers(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """`late` as days."""
        return {**data, "late": int(data["late"])} if data.get("late") else data


class CompanyDayFilter(DayFilter):
    """The same for a company: whose elevators, instead of which company's."""

    class Meta(DayFilter.Meta):
        exclude = ("area", "company")

    unit = Integer(min=1, label=_("使用单位"), kind="select", choices="use_units")
    whose = Choice(WHOSE, label=_("范围"))


class RoundFilter(CompanyDayFilter):
    """A round: where it starts."""

    lat = fields.Float(allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_nan=False, validate=validate.Range(-180, 180))


class DueQuery(PageIn):
    """The list of what is due, at the API."""

    state = Choice(list(STATES.items()))
    late = Integer(min=1, max=3650)
    area = AreaChoice()
    unit = Integer(min=1)
    company = Integer(min=1)
    whose = Choice(WHOSE)
    q = Text(max=100)
    lat = fields.Float(allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_nan=False, validate=validate.Range(-180, 180))


class DueOut(Out):
    """An elevator with the earliest day anything is due."""

    code = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    name = fields.String(attribute="elevator.name")
    due_on = fields.Date()
    state = fields.String()
    last_on = fields.Date(allow_none=True)
    next_cycle = fields.String(attribute="plan.next_cycle")
    work_type = fields.String(attribute="plan.work_type")
    needs_items = fields.Boolean(attribute="plan.needs_items")
    seasons = fields.List(fields.Nested(SeasonDueOut), attribute="plan.seasons")
    on_demand = fields.Nested(OnDemandOut, attribute="plan.on_demand", allow_none=True)


class DueListOut(Out):
    """A page of what is due; `counts` by state over all of it."""

    items = fields.List(fields.Nested(DueOut))
    next = fields.String(allow_none=True)
    counts = fields.Dict(fields.String(), fields.Integer())


class PointOut(Out):
    """An elevator on the map; `position` is null when nobody stood there."""

    code = fields.String()
    label = fields.String()
    due_on = fields.Date()
    state = fields.String()
    position = fields.Function(
        lambda point: None if point.place is None else {"lat": point.place[0], "lon": point.place[1]}
    )


class StopOut(Out):
    """A stop of a round, `metres` from the one before."""

    point = fields.Nested(PointOut)
    metres = fields.Integer()


class RoundOut(Out):
    """A round in its order; `unplaced` have no position; `more`: there was more than one round takes."""

    stops = fields.List(fields.Nested(StopOut))
    unplaced = fields.List(fields.Nested(PointOut))
    metres = fields.Integer()
    more = fields.Boolean()


class AssignForm(In):
    """Who looks after which elevators from a day on."""

    technicians = Choices("technicians", load_default=list, label=_("维保人员"), hint=_("都不选则取消分配"))
    since = Day(required=True, label=_("开始日期"))
    unit = Integer(min=1)
    elevators = fields.List(Integer(min=1), load_default=list, metadata={"kind": "multiselect"})


class AssignIn(In):
    """The same at the API: elevators by label code, or all of a use unit."""

    elevators = Lines(load_default=list, most=5000)
    unit = Integer(min=1)
    technicians = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    since = Day()


class AssignFilter(PageIn):
    """Which elevators of the company."""

    unit = Integer(min=1, label=_("使用单位"), kind="select", choices="use_units")
    technician = Choice("technicians", label=_("维保人员"))
    unassigned = Yes(label=_("只看未分配的"))


class ContractFilter(PageIn):
    """Filters of the list of contracts."""

    q = Text(max=100, label=_("合同编号、电梯、单位或地址"), kind="search")
    state = Choice(list(CONTRACT_STATES.items()), label=_("状态"))
    area = AreaChoice()
    company = Integer(min=1, label=_("维保单位"), kind="select", choices="companies")
    mode = Choice([(mode, MODE_NAMES[mode]) for mode in MODES], label=_("维保方式"))


class UncontractedFilter(PageIn):
    """Filters of the elevators without a contract."""

    q = Text(max=100, label=_("使用单位或地址"), kind="search")
    area = AreaChoice()
    unit = Integer(min=1)


class TermsIn(In):
    """The terms of contracts, at the API: the company by its number, credit code or name."""

    company = Text()
    company_id = Integer()
    since = Day(required=True)
    until = Day()
    number = Text(max=40)
    mode = Choice([(mode, MODE_NAMES[mode]) for mode in MODES])
    onsite_days = Integer(min=1, max=365)


class ContractsIn(TermsIn):
    """One contract for many elevators."""

    codes = Lines(required=True, most=5000)


class ContractsForm(In):
    """The same on a page."""

    company = Text(required=True, label=_("维保单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit")
    number = Text(max=40, label=_("合同编号"))
    since = Day(required=True, label=_("开始日期"))
    until = Day(label=_("终止日期"), hint=_("从这一天起不再维保；没有约定可不填"))
    mode = Choice([(mode, MODE_NAMES[mode]) for mode in MODES], label=_("维保方式"))
    onsite_days = Integer(
        min=1, max=365, label=_("现场维保间隔上限"), unit=_("天"), hint=_("只用于按需维保，不填为30天，最多90天")
    )
    codes = Lines(required=True, most=5000, label=_("电梯编号"), hint=_("每行一台，可从表格中整列粘贴"))


class RenewForm(In):
    """The contracts that follow those that end."""

    until = Day(required=True, label=_("新的终止日期"), hint=_("从这一天起不再维保"))
    number = Text(max=40, label=_("新的合同编号"), hint=_("不填则沿用原编号"))
    contracts = fields.List(Integer(min=1), load_default=list, metadata={"kind": "multiselect"})


class RenewIn(In):
    """The same at the API."""

    contracts = fields.List(Integer(min=1), required=True, error_messages=COMMON)
    until = Day(required=True)
    number = Text(max=40)


class ContractRowOut(Out):
    """A contract of a list."""

    id = fields.Integer()
    elevator = fields.Function(lambda row: row.__dict__["elevator"].label_code if "elevator" in row.__dict__ else None)
    elevator_id = fields.Integer()
    company_id = fields.Integer()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    number = fields.String()
    mode = fields.String()
    onsite_days = fields.Integer(allow_none=True)


class ContractsOut(Out):
    """Contracts that were put on file together."""

    items = fields.List(fields.Nested(ContractRowOut))


class UncontractedOut(Out):
    """An elevator without a contract."""

    code = fields.String(attribute="label_code")
    address = fields.String()
    area_code = fields.String()
    use_unit = fields.Nested(UnitNameOut, allow_none=True)


class CountOut(Out):
    """How many rows changed."""

    changed = fields.Integer()


class GradeForm(In):
    """The credit class of a company."""

    grade = Choice([(key, key) for key in GRADES], required=True, label=_("信用等级"))
    since = Day(required=True, label=_("生效日期"))
    document = Text(label=_("依据文件"), load_default="")


class MakerItemsFilter(PageIn):
    """Filters of the lists."""

    q = Text(max=100, label=_("制造单位、型号或电梯"), kind="search")


class MakerItemsIn(In):
    """A maker's list."""

    elevator = Text(max=200, label=_("电梯编号"), hint=_("只用于这一台时填写"))
    manufacturer = Text(label=_("制造单位"), hint=_("用于一个型号的全部电梯时，与型号一起填写"))
    model = Text(label=_("型号"))
    since = Day(label=_("开始使用日期"), hint=_("不填为今天"))
    document = Text(label=_("来源"), hint=_("制造单位维护保养说明书的名称和版本"))
    lines = Note(
        required=True,
        max=60_000,
        label=_("维保项目"),
        hint=_("每行一项：代码、周期、项目、要求、判定（Q/M/S/N/T）、限值；各列用制表符或“|”分开，可从表格中整块粘贴"),
    )


class MakerItemsOut(Out):
    """A maker's list."""

    id = fields.Integer()
    elevator_id = fields.Integer(allow_none=True)
    manufacturer = fields.String(allow_none=True)
    model = fields.String(allow_none=True)
    unit_id = fields.Integer(allow_none=True)
    since = fields.Date()
    until = fields.Date(allow_none=True)
    document = fields.String()
    count = fields.Function(lambda row: len(row.items))


class MakerItemsDetailOut(MakerItemsOut):
    """A maker's list with its items."""

    target = fields.Function(target_label)
    items = fields.Function(lambda row: ItemOut(many=True).dump(maker_lists.items(row.items)))


class IotForm(In):
    """Remote monitoring goes on or off line."""

    online = Choice([("yes", T("在线")), ("no", T("离线"))], required=True, label=_("远程监测"))
    platform = Text(label=_("监测平台"))
    reason = Text(label=_("离线原因"))

    @post_load
    def decide(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """`online` as yes or no."""
        return {**data, "online": data["online"] == "yes"}


class IotIn(In):
    """The same from a platform, with its own `ref` and time."""

    ref = fields.UUID(required=True, error_messages=COMMON)
    online = fields.Boolean(required=True, error_messages={**COMMON, "invalid": _("请选择是或否")})
    at = Moment(required=True)
    platform = Text()
    reason = Text()

    @post_load
    def plain(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """`ref` as text."""
        return {**data, "ref": str(data["ref"])}


class IotOut(Out):
    """The period on line that a report began or ended; null before it was ever on line."""

    since = fields.Date()
    until = fields.Date(allow_none=True)
    started_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    platform = fields.String()
