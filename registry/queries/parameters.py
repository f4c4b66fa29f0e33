"""Reading the office's parameters and the holiday table as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Date, bindparam, literal, select

from registry import policy
from registry.actor import Actor
from registry.db import connection, db
from registry.messages import T
from registry.models import Holiday, Parameter
from registry.prepared import Prepared


@dataclass(frozen=True)
class Default:
    """A parameter's name, unit and the value used where the office has set none."""

    label: T
    value: str
    unit: str
    basis: T
    certainty: str


MONTH_DAY = "MMDD"  # a day of every year: 430 is 30 April

DEFAULTS: dict[str, Default] = {
    "access.second_factor": Default(
        T("哪些角色必须两步验证（0不要求，1管理员，2管理员和领导，3全部监管人员）"),
        "2",
        "1",
        T("GB/T 22239-2019 8.1.4.1 d)"),
        "K",
    ),
    "access.kept_days": Default(
        T("已结束的登录和不再使用的设备保留天数"), "180", "d", T("网络安全法第21条：日志留存不少于六个月"), "K"
    ),
    "status.denominator": Default(
        T("万台设备死亡率、事故率的分母（1设备总量，2在用，3月均在用）"), "1", "1", T("口径建议，暂无规定"), "G"
    ),
    "indicator.report_days": Default(T("填报类指标的报送期限（期末后）"), "10", "d", T("报送期限建议，暂无规定"), "G"),
    "indicator.warning_points": Default(
        T("指标高于目标不足多少个百分点时预警（0为不预警）"), "2", "%", T("口径建议，暂无规定"), "G"
    ),
    "desk.refresh_minutes": Default(T("指标总览自动刷新间隔"), "5", "min", T("口径建议，暂无规定"), "G"),
    "paperless.window_days": Default(T("无纸化维保统计窗口"), "30", "d", T("口径建议，暂无规定"), "G"),
    "paperless.fence_m": Default(T("维保定位围栏半径"), "200", "m", T("外地平台做法"), "C~"),
    "paperless.min_workers": Default(T("维保作业最少人数"), "2", "person", T("部分城市规定"), "C~"),
    "paperless.min_minutes": Default(T("半月维保最短时长"), "30", "min", T("外地平台做法，非官方规定"), "C~"),
    "paperless.min_minutes_quarter": Default(
        T("季度维保最短时长（0为与半月相同）"), "0", "min", T("外地平台做法，非官方规定"), "C~"
    ),
    "paperless.min_minutes_half_year": Default(
        T("半年维保最短时长（0为与半月相同）"), "0", "min", T("外地平台做法，非官方规定"), "C~"
    ),
    "paperless.min_minutes_year": Default(
        T("年度维保最短时长（0为与半月相同）"), "0", "min", T("外地平台做法，非官方规定"), "C~"
    ),
    "paperless.second_worker_minutes": Default(
        T("第二人签到间隔上限"), "30", "min", T("外地平台做法，非官方规定"), "C~"
    ),
    "paperless.confirmation_hours": Default(T("使用单位确认提醒时限"), "24", "h", T("外地平台做法"), "C~"),
    "season.before_rain_by": Default(
        T("雨季前维保项目的最后一天（月日）"), "430", MONTH_DAY, T("口径建议，暂无规定"), "G"
    ),
    "season.before_winter_by": Default(
        T("冬季前维保项目的最后一天（月日）"), "1130", MONTH_DAY, T("口径建议，暂无规定"), "G"
    ),
    "season.ask_days": Default(T("季节性维保项目提前安排的天数"), "60", "d", T("口径建议，暂无规定"), "G"),
    "paperless.group_answers": Default(
        T("手机维保按组填写“本组都正常”（1允许，0不允许）"), "1", "1", T("口径建议，暂无规定"), "G"
    ),
    "paperless.field_days": Default(T("手机维保列出几天内到期的电梯"), "7", "d", T("口径建议，暂无规定"), "G"),
    "paperless.late_hours": Default(T("离线记录上传时限"), "72", "h", T("口径建议，暂无规定"), "G"),
    "paperless.require_position": Default(T("签到定位是否必备（1是0否）"), "1", "1", T("无纸化维保证据链"), "C~"),
    "paperless.require_photo": Default(T("签到照片是否必备（1是0否）"), "1", "1", T("无纸化维保证据链"), "C~"),
    "paperless.require_second_worker": Default(T("第二人签到是否必备（1是0否）"), "0", "1", T("无纸化维保证据链"), "G"),
    "paperless.require_test_photos": Default(T("试验照片是否必备（1是0否）"), "0", "1", T("无纸化维保证据链"), "G"),
    "paperless.require_signatures": Default(T("作业人员签名是否必备（1是0否）"), "1", "1", T("无纸化维保证据链"), "C~"),
    "paperless.require_check_out": Default(T("签退是否必备（1是0否）"), "1", "1", T("无纸化维保证据链"), "C~"),
    "paperless.require_confirmation": Default(
        T("使用单位确认是否必备（1是0否）"), "1", "1", T("无纸化维保证据链"), "C~"
    ),
    "paperless.require_in_time": Default(T("按时上传是否必备（1是0否）"), "0", "1", T("无纸化维保证据链"), "G"),
    "anomaly.travel_kmh": Default(T("相邻两次维保的最高行程速度"), "60", "km/h", T("口径建议，暂无规定"), "G"),
    "anomaly.travel_metres": Default(T("视为同一地点的距离"), "300", "m", T("口径建议，暂无规定"), "G"),
    "anomaly.visits_per_day": Default(T("每人每日最多维保台次"), "12", "1", T("口径建议，暂无规定"), "G"),
    "anomaly.burst_lifts": Default(T("时间重叠即视为突击维保的台次"), "3", "1", T("口径建议，暂无规定"), "G"),
    "anomaly.presence_proofs": Default(T("签到到场证据（定位、照片）最少项数"), "1", "1", T("口径建议，暂无规定"), "G"),
    "anomaly.photo_bits": Default(T("照片视为相同的感知哈希最大差异位数"), "3", "1", T("口径建议，暂无规定"), "G"),
    "anomaly.clone_visits": Default(T("连续雷同记录次数"), "3", "1", T("口径建议，暂无规定"), "G"),
    "anomaly.clone_days": Default(T("查找雷同记录的天数"), "30", "d", T("口径建议，暂无规定"), "G"),
    "anomaly.inspection_days": Default(T("检验不合格前回查维保记录的天数"), "30", "d", T("口径建议，暂无规定"), "G"),
    "anomaly.explain_days": Default(T("维保单位说明异常的期限"), "5", "d", T("口径建议，暂无规定"), "G"),
    "anomaly.decide_days": Default(T("收到说明后作出认定的期限"), "10", "d", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.travel_kmh": Default(
        T("同一气瓶两次扫码之间的最高速度"), "120", "km/h", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.travel_metres": Default(T("视为同一地点的距离"), "2000", "m", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.fill_minutes_lpg": Default(
        T("液化石油气瓶两次充装的最短间隔"), "360", "min", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.fill_minutes_industrial": Default(
        T("工业气瓶两次充装的最短间隔"), "120", "min", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.fill_minutes_vehicle": Default(
        T("车用气瓶两次充装的最短间隔"), "30", "min", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.undershoot_g": Default(T("实重低于档案皮重的允许值"), "300", "g", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.scan_seconds": Default(T("两次扫码之间的最短时间"), "3", "s", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.fast_scans": Default(T("一天内连扫过快达到几次才算异常"), "3", "n", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.order_cylinders": Default(
        T("扫码顺序与往日相同达到几只才算异常"), "8", "n", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.order_days": Default(T("比对扫码顺序的天数"), "30", "d", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.fills_small": Default(
        T("30天内同一只15公斤及以下液化石油气瓶最多充装次数"), "8", "n", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.fills_large": Default(
        T("30天内同一只50公斤液化石油气瓶最多充装次数"), "20", "n", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.round_minutes": Default(T("出站、送达到收回的最短时间"), "60", "min", T("数据分析作业规则"), "C"),
    "cylinder_anomaly.delivery_days": Default(T("出站后最迟几天送达"), "0", "d", T("数据分析作业规则"), "C"),
    "cylinder_anomaly.night_from": Default(T("夜间时段开始（时）"), "20", "h", T("数据分析作业规则"), "C"),
    "cylinder_anomaly.night_to": Default(T("夜间时段结束（时）"), "5", "h", T("数据分析作业规则"), "C"),
    "cylinder_anomaly.night_per_hour": Default(
        T("夜间每小时每单位最多作业次数"), "50", "n", T("数据分析作业规则"), "C"
    ),
    "cylinder_anomaly.unreleased_days": Default(T("充装后最迟几天放行出站"), "3", "d", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.postcheck_minutes": Default(
        T("充装后最迟多久完成充后检查"), "120", "min", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.balance_permille": Default(
        T("购进气量与充装气量的允许差"), "20", "permille", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.digit_weights": Default(
        T("末位数字检验所需最少重量数"), "100", "n", T("口径建议，暂无规定"), "K1"
    ),
    "cylinder_anomaly.digit_chi2_permille": Default(
        T("末位数字检验的卡方临界值（千分之一单位；自由度9，显著性0.001）"), "27877", "1", T("口径建议，暂无规定"), "K1"
    ),
    "cylinder_anomaly.spread_weights": Default(
        T("充装量离散度检验所需最少重量数"), "30", "n", T("口径建议，暂无规定"), "K1"
    ),
    "cylinder_anomaly.spread_g": Default(T("充装量标准差的下限"), "5", "g", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.serial_months": Default(
        T("同一制造单位同一编号视为重号的制造年月间隔"), "12", "mo", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.scrap_days": Default(T("判废后最迟几天消除使用功能"), "90", "d", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.scrap_cylinders": Default(T("允许超期未销毁的气瓶数"), "0", "n", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.consumer_km": Default(
        T("公众扫码离产权单位的最远距离"), "80", "km", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.consumer_devices": Default(
        T("24小时内扫同一只瓶的最多设备数"), "10", "n", T("口径建议，暂无规定"), "G"
    ),
    "cylinder_anomaly.explain_days": Default(T("充装单位说明异常的期限"), "5", "d", T("口径建议，暂无规定"), "G"),
    "cylinder_anomaly.decide_days": Default(T("收到说明后作出认定的期限"), "10", "d", T("口径建议，暂无规定"), "G"),
    "cylinder.inspected_to_month_end": Default(
        T("检验有效期算到当月月底（1是，0按检验日）"), "0", "1", T("月份钢印的算法，口径待定"), "G"
    ),
    "cylinder.ammonia_ordinary": Default(
        T("液氨钢瓶按一般介质检验（1是，每3年；0按腐蚀性介质，每2年）"),
        "0",
        "1",
        T("TSG 23-2021 第9章，各地做法不一"),
        "K2",
    ),
    "filling.scan_valid_minutes": Default(T("扫码结果有效时间"), "30", "min", T("口径建议，暂无规定"), "G"),
    "filling.unlock_seconds": Default(T("枪解锁凭证有效时间"), "120", "s", T("口径建议，暂无规定"), "G"),
    "filling.group_answers": Default(
        T("充装检查按部位一键“全部合格”（1允许，0逐项填写）"), "1", "1", T("口径建议，暂无规定"), "G"
    ),
    "filling.hold_release_hours": Default(T("监管放行的有效时间"), "24", "h", T("口径建议，暂无规定"), "G"),
    "filling.copies_severity": Default(
        T("疑似套码规则R27至R30的处置（0提示，1须监管放行）"), "0", "1", T("推行初期建议只提示约90天"), "G"
    ),
    "filling.staff_severity": Default(T("在岗持证人数不足R26的处置（0提示，1禁止充装）"), "0", "1", T("地方要求"), "C"),
    "filling.camera_severity": Default(T("充装位视频离线R36的处置（0提示，1禁止充装）"), "0", "1", T("地方要求"), "G"),
    "filling.insurance_severity": Default(T("无充装保险R37的处置（0提示，1禁止充装）"), "0", "1", T("保险试点"), "C"),
    "filling.duty_severity": Default(
        T("日管控未完成R38的处置（0提示，1禁止充装）"), "0", "1", T("市场监管总局令第74号"), "C"
    ),
    "filling.insurance_pilot": Default(T("是否气瓶充装安全责任保险试点（1是0否）"), "0", "1", T("保险试点"), "C"),
    "filling.elsewhere_hours": Default(T("查找同一码在异地出现的时间"), "24", "h", T("口径建议，暂无规定"), "G"),
    "scrap.weight_permille": Default(
        T("销毁过磅重量与档案皮重合计的最大偏差"), "100", "permille", T("口径建议，暂无规定"), "G"
    ),
    "scrap.confirm_days": Default(T("销毁后最迟几天确认注销"), "30", "d", T("口径建议，暂无规定"), "G"),
    "scrap.silent_days": Default(T("在用气瓶多久没有充装和流转须核实"), "365", "d", T("口径建议，暂无规定"), "G"),
    "insurance.fill_cover_days": Default(T("一次充装的保险责任最长天数"), "90", "d", T("一充一保，天数为建议值"), "G"),
    "inspection.brake_test_months": Default(
        T("125%额定载荷制动试验间隔"), "60", "mo", T("旧版TSG T7001；2023版间隔待核"), "C~"
    ),
    "renewal.subsidy_yuan": Default(T("更新改造定额补助（每台）"), "150000", "CNY", T("2024年国债资金项目实例"), "C"),
    "fault_report.per_source_hour": Default(T("同一来源每小时报修上限"), "5", "n", T("防止滥用，建议值"), "G"),
    "fault_report.per_elevator_hour": Default(T("同一电梯每小时报修上限"), "10", "n", T("防止滥用，建议值"), "G"),
    "fault_report.answer_hours": Default(T("乘客报修答复时限"), "24", "h", T("口径建议，暂无规定"), "G"),
    "cylinder_report.per_source_hour": Default(T("同一来源每小时气瓶举报上限"), "5", "n", T("防止滥用，建议值"), "G"),
    "cylinder_report.per_cylinder_hour": Default(T("同一气瓶每小时举报上限"), "10", "n", T("防止滥用，建议值"), "G"),
    "cylinder_report.answer_hours": Default(T("气瓶举报答复时限"), "72", "h", T("口径建议，暂无规定"), "G"),
    "call.level2_seconds": Default(
        T("无人接单后提议启动二级响应的时间"), "180", "s", T("宿州口径建议，参照池州三级响应"), "G"
    ),
    "call.level3_seconds": Default(
        T("无人接单后提议启动三级响应的时间"), "300", "s", T("广州三级响应五分钟；宿州口径建议"), "G"
    ),
    "call.goal_minutes": Default(T("困人救援到场目标"), "15", "min", T("宿州口径建议"), "G"),
    "call.phone_days": Default(T("报警人电话保留天数"), "90", "d", T("口径建议，暂无规定"), "G"),
    "safety.daily_late_days": Default(T("每日安全检查记录的补记天数"), "7", "d", T("口径建议，暂无规定"), "G"),
    "safety.weekly_late_days": Default(T("每周排查报告的补报天数"), "30", "d", T("口径建议，暂无规定"), "G"),
    "safety.monthly_late_days": Default(T("每月调度纪要的补报天数"), "60", "d", T("口径建议，暂无规定"), "G"),
    "safety.ahead_days": Default(T("每日检查提示检验和证件到期的天数"), "30", "d", T("口径建议，暂无规定"), "G"),
    "paper.background_rows": Default(T("文书在后台生成的行数起点"), "150", "n", T("口径建议，暂无规定"), "G"),
    "rescue.load_metres": Default(
        T("救援力量每有一起未办结事件，派单排序时按远多少米计算"), "3000", "m", T("口径建议，暂无规定"), "G"
    ),
    "rescue.scope_all": Default(
        T("96366覆盖率是否计入自动扶梯、自动人行道和杂物电梯（1是0否）"), "0", "1", T("江苏按乘客、载货电梯统计"), "G"
    ),
    "rescue.code_step": Default(T("成批编发识别码时相邻号码的间隔"), "1", "n", T("口径建议，暂无规定"), "G"),
    "rescue.code_rest_days": Default(
        T("停用的识别码多少天后可再编给别的电梯（0为不再使用）"), "0", "d", T("口径建议，暂无规定"), "G"
    ),
    "export.background_rows": Default(T("表格在后台导出的行数起点"), "10000", "n", T("口径建议，暂无规定"), "G"),
    "partition.scan_months": Default(
        T("扫码记录在线保存的月数（0为一直保存）"), "0", "mo", T("口径建议，暂无规定"), "G"
    ),
    "partition.cylinder_event_months": Default(
        T("气瓶流转记录在线保存的月数（0为一直保存）"), "0", "mo", T("口径建议，暂无规定"), "G"
    ),
    "hazard.notice_days": Default(T("销号公示期"), "5", "d", T("参照公示惯例"), "G"),
}


# What a verdict at a gun is judged by.
AT_GUN = (
    "filling.staff_severity",
    "filling.copies_severity",
    "filling.camera_severity",
    "filling.insurance_severity",
    "filling.duty_severity",
    "filling.insurance_pilot",
    "cylinder_anomaly.travel_kmh",
    "cylinder_anomaly.fill_minutes_lpg",
    "cylinder_anomaly.fill_minutes_industrial",
    "cylinder_anomaly.fill_minutes_vehicle",
    "cylinder_anomaly.undershoot_g",
    "filling.elsewhere_hours",
    "filling.unlock_seconds",
    "filling.scan_valid_minutes",
)


def value(key: str, on: date) -> Decimal:
    """The value of a parameter in force on a day; the default where no row is in force."""
    return values((key,), on)[key]


_VALUES = (
    select(Parameter.key, Parameter.value)
    .where(Parameter.key.in_(bindparam("keys", expanding=True)), Parameter.since <= bindparam("on"))
    .order_by(Parameter.since)
)


def values(keys: tuple[str, ...], on: date) -> dict[str, Decimal]:
    """Several parameters at once, one query."""
    rows = connection().execute(_VALUES, {"keys": keys, "on": on}).all()
    found = dict(rows)
    return given({key: found.get(key) for key in keys})


# The office's rows of these up to a day, the newest last.
AT_GUN_ON = Prepared(
    select(Parameter.key, Parameter.value)
    .where(Parameter.key.in_([literal(key) for key in AT_GUN]), Parameter.since <= bindparam("on", type_=Date))
    .order_by(Parameter.since)
)


def at_gun(rows: Iterable[tuple[str, Any]]) -> Mapping[str, Decimal]:
    """What a verdict at a gun is judged by, from the rows of `AT_GUN_ON`."""
    return _at_gun(tuple(rows))


@lru_cache(maxsize=64)  # of what was just read: the office seldom changes it
def _at_gun(rows: tuple[tuple[str, Any], ...]) -> Mapping[str, Decimal]:
    found: dict[str, Any] = dict(rows)
    return MappingProxyType(given({key: found.get(key) for key in AT_GUN}))


def given(found: Mapping[str, Any]) -> dict[str, Decimal]:
    """Values by key, with the default where the office has set none."""
    return {key: Decimal(DEFAULTS[key].value if set_ is None else set_) for key, set_ in found.items()}


def holidays() -> tuple[frozenset[date], frozenset[date]]:
    """Days off, and weekend days made working days."""
    rows = db.session.execute(select(Holiday.day, Holiday.works)).all()
    return frozenset(d for d, works in rows if not works), frozenset(d for d, works in rows if works)


@dataclass(frozen=True)
class Overview:
    """All parameters with their rows and present values."""

    defaults: dict[str, Default]
    values: dict[str, Decimal]
    rows: dict[str, list[Parameter]]


def overview(actor: Actor, on: date) -> Overview:
    """What the office has chosen, and what holds on a day."""
    policy.require(actor, "parameter.read")
    rows: dict[str, list[Parameter]] = {}
    for row in db.session.scalars(select(Parameter).order_by(Parameter.key, Parameter.since)):
        rows.setdefault(row.key, []).append(row)
    return Overview(DEFAULTS, values(tuple(DEFAULTS), on), rows)
