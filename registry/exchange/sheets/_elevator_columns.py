"""The columns of the ledger of elevators; those of the product data come from the table of the rules."""

from __future__ import annotations

from typing import Any

from registry.exchange.columns import Column
from registry.exchange.sheets._common import Bilingual, area_choices, identifier, named
from registry.messages import T
from registry.queries.elevator_values import PARAMETERS
from registry.rules import identifiers
from registry.rules.elevator_parameters import PLACE_TYPES
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.kinds import ELEVATOR_KINDS, Parameter
from registry.rules.lifecycle import STATUSES

OTHER_INSPECTION = "other"
OTHER_CHECK = Bilingual("其他检查（不作检验记录）", "Other check (not recorded as an inspection)")

# What other registers count among their elevators and the catalogue of 2014 does not.
NOT_ELEVATORS = {
    "outside_hoist": T("齿轮齿条传动的是施工升降机（属起重机械）或无障碍升降平台，不在电梯目录内"),
    "outside_platform": T("无障碍升降平台、座椅电梯不在特种设备目录的电梯类别内"),
    "outside_screw": T("螺杆传动的多为无障碍升降平台，不在特种设备目录的电梯类别内"),
    "outside_hand": T("手动驱动的不属于机电类特种设备"),
    "outside_unclear": T("仅凭这个类别看不出是哪个品种，请逐台核实后再导入"),
}

_ALIASES = {
    "rated_load_kg": ("载重量", "载重", "额定载荷", "capacity", "rated load"),
    "rated_speed_mps": ("速度", "梯速", "speed", "rated speed"),
    "travel_m": ("提升高度", "行程", "travel", "travel height"),
    "floors": ("层站数", "层", "floors"),
    "stops": ("站", "stops"),
    "doors": ("门", "doors"),
}
_UNITS: dict[str, dict[str, Any]] = {
    "kg": {"kg": 1, "公斤": 1, "千克": 1, "t": 1000, "吨": 1000},
    "m/s": {"m/s": 1, "米/秒": 1},
    "m": {"m": 1, "米": 1},
    "mm": {"mm": 1, "毫米": 1},
    "kW": {"kw": 1, "千瓦": 1},
    "MPa": {"mpa": 1, "兆帕": 1},
    "r/min": {"r/min": 1, "rpm": 1, "转/分": 1},
    "°": {"°": 1, "度": 1},
}


def _parameter(parameter: Parameter) -> Column:
    """The column of a product datum: a new one of the rules appears in the sheet by itself."""
    unit = f"（{parameter.unit}）" if parameter.unit else ""
    unit_en = f" ({parameter.unit})" if parameter.unit else ""
    return Column(
        name=parameter.name,
        heading=Bilingual(f"{parameter.zh}{unit}", f"{parameter.en}{unit_en}"),
        heading_en=f"{parameter.en}{unit_en}",
        kind=parameter.type,  # type: ignore[arg-type]
        choices=named({choice.id: choice for choice in parameter.choices}) if parameter.choices else None,
        aliases=_ALIASES.get(parameter.name, ()),
        units=_UNITS.get(parameter.unit, {}),
        min=parameter.minimum,
        max=parameter.maximum,
        places=3 if parameter.type == "decimal" else None,
        max_length=200 if parameter.type == "text" else None,
        check=identifier(identifiers.CHECKERS[parameter.check]) if parameter.check else None,
    )


def _day(name: str, heading: T, heading_en: str, *aliases: str) -> Column:
    return Column(name=name, heading=heading, heading_en=heading_en, kind="date", aliases=aliases)


COLUMNS = (
    Column(
        name="device_code",
        heading=T("设备代码"),
        heading_en="Device code",
        check=identifier(identifiers.device_code),
        aliases=("特种设备代码", "设备代码号"),
        note=T("制造单位给出的17或18位代码，一台一码；再次导入时按它认出同一台电梯"),
        example="31101000020210601A",
    ),
    Column(
        name="kind",
        heading=T("电梯品种"),
        heading_en="Kind",
        kind="choice",
        required=True,
        choices=named(ELEVATOR_KINDS),
        outside=NOT_ELEVATORS,
        aliases=("设备品种", "设备种类", "设备类别", "类别", "类型", "equipment type", "type"),
        example="traction_passenger",
    ),
    Column(
        name="area_code",
        heading=T("所属辖区"),
        heading_en="Area",
        kind="choice",
        required=True,
        choices=area_choices,
        aliases=("辖区", "区县", "县区", "所在区县", "监管机构", "county", "area"),
        example="341302",
    ),
    Column(
        name="address",
        heading=T("使用地点"),
        heading_en="Address",
        required=True,
        max_length=200,
        aliases=("设备使用地点", "使用地址", "安装地址", "安装地点", "地址", "location address"),
        example=T("埇桥区汴河中路88号汇源小区3号楼1单元"),
        width=40,
    ),
    Column(
        name="name",
        heading=T("设备名称"),
        heading_en="Name",
        max_length=200,
        aliases=("电梯名称", "使用场所", "场所名称", "小区名称", "location name"),
        example=T("汇源小区3号楼1号梯"),
    ),
    Column(
        name="status",
        heading=T("设备状态"),
        heading_en="Status",
        kind="choice",
        choices=named(STATUSES),
        aliases=("使用状态", "状态", "变更或停用情况"),
        note=T("不填按“在用”登记"),
        example="in_use",
    ),
    _day("status_since", T("状态起始日期"), "Status since", "停用日期"),
    Column(
        name="use_unit",
        heading=T("使用单位"),
        heading_en="Use unit",
        max_length=200,
        aliases=("使用单位名称", "物业单位", "管理单位"),
        note=T("登记的全称或统一社会信用代码；还没有登记的单位会一并登记"),
        example=T("宿州汇源物业服务有限公司"),
    ),
    Column(
        name="use_unit_code",
        heading=T("使用单位统一社会信用代码"),
        heading_en="Credit code of the use unit",
        check=identifier(identifiers.credit_code),
        aliases=("统一社会信用代码", "使用单位信用代码", "使用单位代码"),
        note=T("填写后以代码为准"),
    ),
    Column(
        name="owner_unit",
        heading=T("产权单位"),
        heading_en="Owner",
        max_length=200,
        aliases=("产权单位名称", "产权人"),
        note=T("登记过的全称或统一社会信用代码"),
    ),
    Column(
        name="use_cert_no",
        heading=T("使用登记证编号"),
        heading_en="Use registration certificate",
        check=identifier(identifiers.use_cert_no),
        aliases=("使用登记证号", "登记证编号", "使用证编号"),
        example="梯11皖L00001(23)",
    ),
    Column(
        name="register_code",
        heading=T("注册代码"),
        heading_en="Register code",
        check=identifier(identifiers.register_code),
        aliases=("设备注册代码",),
    ),
    Column(
        name="inner_no",
        heading=T("单位内编号"),
        heading_en="Own number",
        max_length=200,
        aliases=("内部编号", "设备编号"),
    ),
    Column(
        name="factory_no",
        heading=T("产品编号"),
        heading_en="Factory number",
        max_length=200,
        aliases=("出厂编号", "产品编号（出厂编号）"),
    ),
    Column(name="model", heading=T("型号"), heading_en="Model", max_length=200, aliases=("规格型号", "产品型号")),
    Column(
        name="manufacturer",
        heading=T("制造单位"),
        heading_en="Manufacturer",
        max_length=200,
        aliases=("制造单位名称", "生产厂家", "制造厂家", "品牌"),
    ),
    Column(
        name="installer",
        heading=T("施工单位"),
        heading_en="Installer",
        max_length=200,
        aliases=("安装单位", "安装单位名称", "施工单位名称"),
    ),
    _day("made_on", T("制造日期"), "Made on", "出厂日期"),
    _day("installation_inspected_on", T("安装监督检验日期"), "Installation inspected on", "监督检验日期", "验收日期"),
    _day("registered_on", T("使用登记日期"), "Registered on", "登记日期", "注册日期"),
    _day("in_use_since", T("投入使用日期"), "In use since", "投用日期", "启用日期"),
    Column(
        name="design_life_years",
        heading=T("设计使用年限"),
        heading_en="Design life (years)",
        kind="integer",
        min=1,
        max=100,
        units={"年": 1},
    ),
    _day("extended_until", T("延期使用至"), "Extended until"),
    Column(
        name="place_type",
        heading=T("使用场所分类"),
        heading_en="Type of place",
        kind="choice",
        choices=named(PLACE_TYPES),
        aliases=("电梯使用场所分类", "场所类型", "场所分类"),
    ),
    *map(_parameter, PARAMETERS.values()),
    Column(
        name="company",
        heading=T("维保单位"),
        heading_en="Maintenance company",
        max_length=200,
        aliases=("维保单位名称", "维护保养单位", "维保公司"),
        note=T("已登记的维保单位的全称或统一社会信用代码"),
        example=T("安徽迅安电梯工程有限公司"),
    ),
    _day("contract_since", T("维保合同开始日期"), "Contract since", "维保开始日期", "合同开始日期"),
    Column(name="contract_number", heading=T("维保合同编号"), heading_en="Contract number", max_length=40),
    _day("inspection_done_on", T("最近一次检验日期"), "Last inspected on", "检验日期", "last inspection date"),
    _day(
        "inspection_valid_until",
        T("检验有效期至"),
        "Inspection valid until",
        "下次检验日期",
        "检验有效期",
        "有效期至",
        "certificate expiration date",
    ),
    Column(
        name="inspection_kind",
        heading=T("检验类别"),
        heading_en="Kind of inspection",
        kind="choice",
        choices={**named(RECORD_KINDS), OTHER_INSPECTION: OTHER_CHECK},
        aliases=("检验类型", "inspection type"),
        note=T("不填按“定期检验”"),
    ),
    Column(
        name="inspection_conclusion",
        heading=T("检验结论"),
        heading_en="Conclusion",
        kind="choice",
        choices=named(CONCLUSIONS),
        note=T("不填按“合格”"),
    ),
    Column(name="inspection_report_no", heading=T("检验报告编号"), heading_en="Report number", max_length=200),
    Column(
        name="rescue_code",
        heading=T("救援识别码"),
        heading_en="Rescue code",
        check=identifier(identifiers.rescue_code),
        aliases=("96366识别码", "救援编号", "应急救援码"),
    ),
    _day("rescue_since", T("接入96366日期"), "On the rescue platform since"),
    _day("plate_verified_on", T("标牌核验日期"), "Plate verified on"),
    Column(name="remarks", heading=T("备注"), heading_en="Remarks", max_length=4000, aliases=("说明",)),
    Column(
        name="source",
        heading=T("来源登记簿"),
        heading_en="Source",
        max_length=40,
        note=T("没有设备代码的清单，写明来自哪个登记簿；与来源编号一起认出同一台电梯"),
    ),
    Column(
        name="foreign_no",
        heading=T("来源编号"),
        heading_en="Number in the source",
        max_length=40,
        aliases=("registration number",),
    ),
)
