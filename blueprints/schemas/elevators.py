"""Elevators at the border: one schema for all kinds at the API, one per kind on the pages."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema, fields, post_load

from blueprints.filters import called
from blueprints.schemas.base import AreaChoice, In, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Note, Number, Ref, Text
from blueprints.schemas.hazards import FileId
from registry.queries.elevator_status import PAPERS
from registry.queries.elevator_values import PARAMETERS, parameters_of
from registry.rules import identifiers
from registry.rules.elevator_parameters import GROUPS
from registry.rules.elevator_parameters import PLACE_TYPES as PLACE_NAMES
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.kinds import ELEVATOR_KINDS, Parameter
from registry.rules.lifecycle import CERTIFICATE_ENDS, STATUSES, Move
from registry.services.contracts import MODES
from registry.services.elevators import FIRST_STATUSES

KINDS = [(kind.id, kind) for kind in ELEVATOR_KINDS.values()]
STATUS_CHOICES = [(status.id, status) for status in STATUSES.values()]
FIRST_CHOICES = [(name, STATUSES[name]) for name in FIRST_STATUSES]
GAPS = (
    ("parameters", _("缺维保记录必填项")),
    ("use_unit", _("没有使用单位")),
    ("late_notice", _("停用告知逾期")),
)
MODE_NAMES = {"fixed": _("固定周期维保"), "on_demand": _("按需维保")}


def bilingual(pair: tuple[str, str]) -> LazyString:
    """A pair (zh, en) of the rules in the language of the request."""
    named = type("Named", (), {"zh": pair[0], "en": pair[1]})
    return LazyString(called, named)


PLACE_TYPES = [(key, bilingual(pair)) for key, pair in PLACE_NAMES.items()]
INSPECTION_KINDS = [(key, bilingual(pair)) for key, pair in RECORD_KINDS.items()]
CONCLUSION_CHOICES = [(key, bilingual(pair)) for key, pair in CONCLUSIONS.items()]

BASIC, CODES, USE, DAYS, PLACE = (
    _("基本信息"),
    _("编号"),
    _("使用与登记"),
    _("制造与安装"),
    _("位置"),
)


class Degrees(Number):
    """Degrees of the map, WGS-84, six places."""

    def __init__(self, limit: int, **options: Any) -> None:
        super().__init__(min=-limit, max=limit, places=6, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        number = super()._deserialize(value, attr, data, **kwargs)
        return None if number is None else float(number)


class OptionalRef(Ref):
    """The UUID a program made for its record, for those that send again when no answer came."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.required = False


class CommonIn(In):
    """What every elevator has. Units are named by credit code or full name, or by number."""

    address = Text(required=True, label=_("使用地点"), hint=_("到楼栋单元，维保和救援人员按它找电梯"), group=BASIC)
    name = Text(label=_("名称"), hint=_("例如：1号楼1单元客梯"), group=BASIC)
    place_type = Choice(PLACE_TYPES, label=_("使用场所"), group=BASIC)
    area_code = AreaChoice(required=True, group=BASIC)
    use_unit = Text(label=_("使用单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit", group=USE)
    owner_unit = Text(label=_("产权单位"), hint=_("与使用单位相同可不填"), kind="unit", group=USE)
    registered_on = Day(label=_("使用登记日期"), group=USE)
    in_use_since = Day(label=_("投入使用日期"), group=USE)
    use_cert_no = Text(
        max=40, check=identifiers.use_cert_no, label=_("使用登记证编号"), placeholder="梯11皖L00001(23)", group=CODES
    )
    device_code = Text(
        max=40, check=identifiers.device_code, label=_("设备代码"), hint=_("17或18位，由制造单位给出"), group=CODES
    )
    register_code = Text(
        max=40, check=identifiers.register_code, label=_("注册代码"), hint=_("旧的20位代码，没有可不填"), group=CODES
    )
    factory_no = Text(max=60, label=_("产品编号"), group=CODES)
    inner_no = Text(max=60, label=_("单位内编号"), group=CODES)
    manufacturer = Text(label=_("制造单位"), group=DAYS)
    model = Text(max=100, label=_("型号"), group=DAYS)
    made_on = Day(label=_("制造日期"), group=DAYS)
    installer = Text(label=_("施工单位"), group=DAYS)
    installation_inspected_on = Day(label=_("安装监督检验日期"), hint=_("检验年份从这一天算起"), group=DAYS)
    design_life_years = Integer(min=1, max=100, label=_("设计使用年限"), unit=_("年"), group=DAYS)
    extended_until = Day(label=_("延期使用至"), hint=_("达到设计使用年限后准予继续使用到的日期"), group=DAYS)
    lat = Degrees(90, label=_("纬度"), hint=_("WGS-84，例如 33.646800"), group=PLACE)
    lon = Degrees(180, label=_("经度"), group=PLACE)
    fence_m = Integer(min=20, max=5000, label=_("维保定位半径"), unit="m", hint=_("不填用全市统一的半径"), group=PLACE)
    remarks = Note(label=_("备注"), group=PLACE)


def parameter_field(parameter: Parameter) -> fields.Field[Any]:
    """The field of one product datum."""
    options: dict[str, Any] = {
        "label": LazyString(called, parameter),
        "unit": parameter.unit,
        "group": bilingual(GROUPS[parameter.group]),
        "hint": _("维保记录必填") if parameter.required else "",
    }
    low, high = parameter.minimum, parameter.maximum
    if parameter.type == "choice":
        return Choice([(choice.id, choice) for choice in parameter.choices], **options)
    if parameter.type == "integer":
        return Integer(min=int(low or 0), max=int(high or 0), **options)
    if parameter.type == "decimal":
        return Number(min=low, max=high, **options)
    check = identifiers.CHECKERS[parameter.check] if parameter.check else None
    return Text(max=100, check=check, **options)


def _with_parameters(name: str, base: type[Schema], parameters: Any, **more: Any) -> Schema:
    own = {parameter.name: parameter_field(parameter) for parameter in parameters}
    schema: Schema = type(name, (base,), {**own, **more})()
    return schema


def _kind_field(**options: Any) -> Choice:
    return Choice(KINDS, required=True, label=_("电梯品种"), **options)


def _status_field() -> Choice:
    return Choice(
        FIRST_CHOICES,
        label=_("状态"),
        hint=_("“在用”要有使用登记证编号和登记日期，由登记机关填写"),
        load_default=FIRST_STATUSES[0],
        group=USE,
    )


@cache
def new_form(kind: str) -> Schema:
    """The form of a new elevator of a kind."""
    return _with_parameters(
        f"New_{kind}", CommonIn, parameters_of(kind), kind=_kind_field(kind="hidden"), status=_status_field()
    )


@cache
def edit_form(kind: str) -> Schema:
    """The form of an elevator on file; the use unit changes by transfer."""
    return _with_parameters(
        f"Edit_{kind}",
        CommonIn,
        parameters_of(kind),
        kind=_kind_field(kind="hidden"),
        use_unit=fields.String(dump_only=True),
        version=Integer(required=True, kind="hidden", label=_("版本")),
    )


class AnyKindIn(CommonIn):
    """An elevator through the API: product data of all kinds; those of another kind are refused."""

    kind = _kind_field()
    use_unit_id = Integer()
    owner_unit_id = Integer()
    division_code = Text(max=40)


elevator_in = _with_parameters(
    "ElevatorIn",
    AnyKindIn,
    PARAMETERS.values(),
    status=_status_field(),
    ref=OptionalRef(),
)


class PatchIn(AnyKindIn):
    """What changes; `version` is the one the caller saw."""

    version = Integer()


elevator_patch = _with_parameters("ElevatorPatch", PatchIn, PARAMETERS.values())
elevator_patch.partial = True


class ElevatorFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    status = Choice(STATUS_CHOICES, label=_("状态"))
    kind = Choice(KINDS, label=_("品种"))
    gaps = Choice(GAPS, label=_("资料"))


class ElevatorQuery(ElevatorFilter):
    """Filters of the list at the API: `unit` is the number of a use or owner unit."""

    unit = Integer()


CERTIFICATE_CHOICES = [(key, bilingual(pair)) for key, pair in CERTIFICATE_ENDS.items()]


class ElevatorMoveIn(In):
    """A change of status."""

    since = Day(label=_("生效日期"), required=True)
    reason = Text(label=_("原因"))
    document = Text(label=_("依据文件"), hint=_("文号或材料名称"))

    @post_load
    def together(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """The papers of the move under one name, as the verb takes them."""
        papers = {name: data.pop(name) for name in PAPERS if name in data}
        return {**data, "papers": papers}


class RegisterMoveIn(ElevatorMoveIn):
    """The grant of use registration, with the number of its certificate."""

    use_cert_no = Text(max=40, check=identifiers.use_cert_no, label=_("使用登记证编号"))


def _papers(move: Move) -> dict[str, fields.Field[Any]]:
    """The fields of what comes with a move beside day, reason and document."""
    found: dict[str, fields.Field[Any]] = {}
    if "measures" in move.needs:
        found["measures"] = Note(
            required=True, label=_("保护措施"), hint=_("例如：切断电源、封闭层门、悬挂停用标志、专人看管")
        )
    if move.notice:
        found["planned_until"] = Day(label=_("计划停用至"), hint=_("不足一年的请办理临时停梯"))
        found["notified_on"] = Day(label=_("告知日期"), hint=_("登记机关收到告知的日期，不填为今天"))
    if move.authority:
        found["authority"] = Text(label=_("产权单位书面委托"), hint=_("使用单位不是产权单位时必填：委托书的文号或名称"))
    if "certificate" in move.needs:
        found["certificate"] = Choice(CERTIFICATE_CHOICES, required=True, label=_("使用登记证去向"))
    return found


@cache
def move_form(move: Move) -> Schema:
    """The form of a move: what it needs is required; with the certificate number when it grants use registration."""
    own: dict[str, Any] = {
        "reason": Text(label=_("原因"), required="reason" in move.needs),
        "document": Text(label=_("依据文件"), hint=_("文号或材料名称"), required="document" in move.needs),
        **_papers(move),
        "file_id": FileId(label=_("材料扫描件"), hint=_("PDF或照片")),
    }
    base = RegisterMoveIn if move.verb == "register" else ElevatorMoveIn
    schema: Schema = type(f"Move_{move.source}_{move.verb}", (base,), own)()
    return schema


class MoveQuery(RegisterMoveIn):
    """A change of status at the API: today unless a day is given; the papers as the move needs them."""

    since = Day()
    measures = Note()
    planned_until = Day()
    notified_on = Day()
    authority = Text()
    certificate = Choice(CERTIFICATE_CHOICES)
    file_id = Integer(min=1)


class TransferIn(In):
    """Another use unit."""

    use_unit = Text(required=True, label=_("新的使用单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit")
    owner_unit = Text(label=_("新的产权单位"), hint=_("产权没有变更可不填"), kind="unit")
    since = Day(required=True, label=_("生效日期"))
    document = Text(required=True, label=_("依据文件"), hint=_("变更登记材料的文号或名称"))


class TransferByIdIn(TransferIn):
    """The same at the API, where the unit may be given by its number."""

    use_unit = Text()
    use_unit_id = Integer()
    owner_unit_id = Integer()


class ContractIn(In):
    """A maintenance contract."""

    company = Text(required=True, label=_("维保单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit")
    since = Day(required=True, label=_("开始日期"))
    until = Day(label=_("终止日期"), hint=_("从这一天起不再维保；没有约定可不填"))
    number = Text(max=40, label=_("合同编号"))
    mode = Choice(
        [(mode, MODE_NAMES[mode]) for mode in MODES], load_default=MODES[0], required=False, label=_("维保方式")
    )
    onsite_days = Integer(
        min=1, max=365, label=_("现场维保间隔上限"), unit=_("天"), hint=_("只用于按需维保，不填为30天，最多90天")
    )


class ContractByIdIn(ContractIn):
    """The same at the API, where the company may be given by its number."""

    company = Text()
    company_id = Integer()


class EndIn(In):
    """The end of a contract."""

    until = Day(required=True, label=_("终止日期"), hint=_("从这一天起不再维保"))
    reason = Text(label=_("原因"))


class ElevatorInspectionForm(In):
    """A finished inspection or self-test."""

    kind = Choice(INSPECTION_KINDS, required=True, label=_("检验类别"))
    done_on = Day(required=True, label=_("检验日期"))
    conclusion = Choice(CONCLUSION_CHOICES, required=True, label=_("结论"))
    report_no = Text(max=60, label=_("报告编号"))
    valid_until = Day(label=_("有效期至"), hint=_("不填则按检验年份自动推算"))
    notice_no = Text(max=60, label=_("检验意见通知书编号"))
    note = Text(label=_("说明"))


class RescueIn(In):
    """A 96366 code and the plate in the car."""

    code = Text(required=True, max=8, check=identifiers.rescue_code, label=_("救援识别码"), hint=_("5至8位数字"))
    since = Day(label=_("接入日期"), hint=_("不填为今天"))
    plate_verified_on = Day(label=_("轿厢标识核实日期"), hint=_("有人在现场看到标识的那一天"))
