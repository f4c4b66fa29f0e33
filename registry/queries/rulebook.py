"""The rule tables as people read them: every number of the law with its clause, its days and its certainty."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.errors import Missing
from registry.messages import T
from registry.rules import offences, tables
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS, MEDIA
from registry.rules.lifecycle import STATUSES
from registry.rules.registrations import TYPES

CERTAINTIES: dict[str, T] = {
    "C": T("已见原文"),
    "C~": T("已见原文，细节待核"),
    "C2": T("已见二手文本"),
    "K": T("专家知识"),
    "K1": T("专家知识，把握大"),
    "K2": T("专家知识，上线前须核对原文"),
    "G": T("本系统建议值，非官方"),
    "X": T("计算得出"),
}
WORDS: dict[str, T] = {
    "rule": T("规则"),
    "text": T("内容"),
    "severity": T("严重程度"),
    "stage": T("环节"),
    "code": T("编码"),
    "kinds": T("适用种类"),
    "not_kinds": T("不适用种类"),
    "limits": T("限值"),
    "environments": T("环境"),
    "medium_group": T("介质类别"),
    "high_purity": T("高纯"),
    "toxic": T("有毒"),
    "years": T("年"),
    "made_from": T("制造自"),
    "made_before": T("制造早于"),
    "taxi": T("出租车"),
    "max_with_assessment": T("评估后最长（年）"),
    "media": T("介质"),
    "working_pressure_mpa": T("公称工作压力（MPa）"),
    "coefficient": T("充装系数"),
    "per": T("单位"),
    "step_kg": T("取整（kg）"),
    "max_pressure_mpa": T("压力上限（MPa）"),
    "slope_mpa_per_k": T("温度系数（MPa/K）"),
    "min_c": T("最低温度（℃）"),
    "max_c": T("最高温度（℃）"),
    "read_by": T("由谁核对"),
    "max_days": T("最长间隔（天）"),
    "annex": T("附件"),
    "cycle": T("周期"),
    "name": T("项目"),
    "requirement": T("要求"),
    "judge": T("判定方式"),
    "params": T("数值"),
    "first_year": T("起始年"),
    "last_year": T("截止年"),
    "kind": T("方式"),
    "early_months": T("可提前（月）"),
    "over_years": T("使用超过（年）"),
    "months": T("间隔（月）"),
    "step": T("步骤"),
    "value": T("取值"),
    "unit": T("计量单位"),
    "clause": T("条款"),
    "applies_to": T("适用设备"),
    "amount": T("期限"),
    "purpose": T("用途"),
    "number": T("序号"),
    "sources": T("从"),
    "target": T("到"),
    "office": T("办理机关"),
    "counts_in_use": T("计入在用"),
    "maintained": T("须维保"),
    "from_years": T("自（年）"),
    "below_years": T("不满（年）"),
    "at_least": T("达到"),
    "points": T("分数"),
    "note": T("说明"),
    "from": T("从"),
    "to": T("到"),
    "type": T("类别"),
    "statuses": T("适用状态"),
    "required": T("必须提交"),
    "city": T("城市"),
    "province": T("省简称"),
    "letter": T("城市字母"),
    "names": T("名称"),
    "scheme": T("方案"),
    "fen": T("基准保险费（分）"),
    "factor": T("系数"),
    "at_most": T("不超过"),
    "model": T("型号"),
    "volume_l": T("公称容积（L）"),
    "tare_kg": T("皮重（kg）"),
    "permitted_kg": T("最大充装量（kg）"),
    "shop_name": T("俗称"),
    "nominal_kg": T("通常净重（kg）"),
    "tolerance_kg": T("零售允许误差（kg）"),
    "medium": T("介质"),
    "bodies": T("瓶体颜色"),
    "letters": T("字样"),
    "letter_colours": T("字色"),
    "ring_names": T("色环"),
    "states": T("状态"),
    "from_c": T("自（℃）"),
    "below_c": T("低于（℃）"),
    "min_mpa": T("余压不低于（MPa）"),
    "min_permille": T("剩余不少于额定量（‰）"),
    "group": T("类别"),
    "said": T("说明文字"),
    "weight": T("分值"),
    "owner": T("产权单位"),
    "maintenance": T("维保单位"),
    "inspection": T("检验机构"),
    "offences": T("违法行为"),
    "min_yuan": T("罚款下限（元）"),
    "max_yuan": T("罚款上限（元）"),
    "measures": T("其他措施"),
}
# Two columns of a table, Chinese and English, that are one column of the page.
PAIRS = {
    "text": ("zh", "en"),
    "said": ("text", "text_en"),
    "bodies": ("body", "body_en"),
    "letter_colours": ("letters_colour", "letters_colour_en"),
    "ring_names": ("rings", "rings_en"),
    "names": ("zh", "en"),
    "name": ("name_zh", "name_en"),
    "requirement": ("requirement_zh", "requirement_en"),
    "measures": ("measures_zh", "measures_en"),
}
VALUES: dict[str, tuple[str, str]] = {
    "block": ("禁止", "block"),
    "hold": ("暂停", "hold"),
    "warn": ("注意", "warn"),
    "fill": ("充装前", "before filling"),
    "release": ("出站前", "before release"),
    "person": ("人员", "a person"),
    "register": ("系统", "the register"),
    "half_month": ("半月", "half-monthly"),
    "quarter": ("季度", "quarterly"),
    "half_year": ("半年", "half-yearly"),
    "year": ("年度", "yearly"),
    "periodic_inspection": ("定期检验", "periodic inspection"),
    "self_test": ("自行检测", "self-test"),
    "corrosive": ("腐蚀性", "corrosive"),
    "inert_or_n2_sf6_cf4": ("惰性气体、氮、六氟化硫、四氟甲烷", "inert gases, N2, SF6, CF4"),
    "other": ("其他", "other"),
    "yes": ("是", "yes"),
    "compressed": ("压缩气体", "compressed"),
    "liquefied_low": ("低压液化气体", "low-pressure liquefied"),
    "liquefied_high": ("高压液化气体", "high-pressure liquefied"),
    "field": ("单独填写", "asked by itself"),
    "lpg": ("液化石油气", "LPG"),
    "volume": ("kg/L", "kg/L"),
    "volume_porosity": ("kg/L×孔隙率", "kg/L × porosity"),
    "elevator": ("电梯", "elevator"),
    "cylinder": ("气瓶", "cylinder"),
    "vessel": ("压力容器", "pressure vessel"),
    "pipe": ("压力管道", "pressure pipe"),
    "station": ("充装单位", "filling station"),
    "days": ("天", "days"),
    "working_days": ("工作日", "working days"),
    "hours": ("小时", "hours"),
    "day": ("天", "days"),
    "month": ("个月", "months"),
    "share": ("比率", "share"),
    "count": ("次（件）", "times"),
    "workday": ("工作日", "working days"),
    "people": ("人", "people"),
    "working_day": ("工作日", "working days"),
    "row": ("行", "rows"),
    "city": ("市级", "city"),
    "county": ("县级", "county"),
    "jiangsu": ("江苏方案", "Jiangsu"),
    "hunan": ("湖南方案", "Hunan"),
    "kind": ("品种", "kind"),
    "place": ("使用场所", "place"),
    "age": ("使用年限", "age"),
    "claims": ("出险", "claims"),
    "limit": ("限额", "limit"),
    "hour": ("小时", "hours"),
    "h": ("小时", "hours"),
    "d": ("天", "days"),
    "yuan": ("元", "yuan"),
    "percent": ("%", "%"),
}
OFFENCES = offences.offences(date.max)
NAMED = (
    "statuses",
    "kinds",
    "match",
    "not_kinds",
    "media",
    "medium",
    "states",
    "environments",
    "applies_to",
    "offences",
)


@dataclass(frozen=True, slots=True)
class Book:
    """One table of the law: `columns` of the page, in order, after which come basis, days and certainty; `note` is
    what a reader has to know of the whole table."""

    key: str
    title: T
    columns: tuple[str, ...]
    note: T | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in two languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; `in_force` on the day asked for."""

    cells: tuple[Cell, ...]
    basis: str
    since: str
    until: str
    certainty: str
    in_force: bool


TSG_08_2026 = T(
    "TSG 08-2026《特种设备使用管理规则》自2026-05-01起施行，本系统未能取得全文。"
    "表、编号、停用报废和时限暂按2017版执行，2026-05-01之后的行均待核对原文。"
)
CLAUSES = T("罚款幅度和期限已核对；程序规定的条文序号凭记忆填写的标为C~或者K，使用前请对照原文。")
BOOKS: dict[str, Book] = {
    book.key: book
    for book in (
        Book("filling_rules", T("充装判定规则"), ("rule", "stage", "severity", "text", "kinds", "limits")),
        Book("precheck_items", T("充装前检查项目"), ("text", "read_by")),
        Book("inspection_intervals", T("气瓶检验周期"), ("kinds", "medium_group", "environments", "years", "note")),
        Book(
            "service_lives",
            T("气瓶设计使用年限"),
            ("kinds", "made_from", "made_before", "medium_group", "taxi", "years", "max_with_assessment", "note"),
        ),
        Book(
            "fill_coefficients", T("液化气体充装系数"), ("media", "working_pressure_mpa", "coefficient", "per", "note")
        ),
        Book(
            "fill_slopes",
            T("压缩气体充装压力"),
            ("media", "working_pressure_mpa", "slope_mpa_per_k", "min_c", "max_c", "note"),
        ),
        Book(
            "lpg_models",
            T("液化石油气瓶规格"),
            ("model", "volume_l", "tare_kg", "permitted_kg", "shop_name", "nominal_kg", "tolerance_kg", "note"),
        ),
        Book(
            "cylinder_colours",
            T("气瓶颜色标志"),
            ("medium", "bodies", "letters", "letter_colours", "ring_names", "note"),
        ),
        Book(
            "residual_minimums",
            T("余压和剩余量下限"),
            ("media", "states", "from_c", "below_c", "min_mpa", "min_permille", "note"),
        ),
        Book("acetylene_terms", T("溶解乙炔充装要求"), ("text", "value", "unit")),
        Book("cylinder_media", T("哪种气瓶可充哪些介质"), ("kinds", "media")),
        Book("medium_groups", T("介质分类（检验周期）"), ("text", "group", "toxic")),
        Book("postcheck_items", T("充装后检查项目"), ("text",)),
        Book("prohibited_acts", T("充装和用气的禁止行为"), ("text",)),
        Book("cylinder_anomaly_patterns", T("气瓶异常的种类"), ("code", "text", "said", "weight")),
        Book(
            "cylinder_anomaly_limits", T("气瓶异常的限值"), ("text", "value", "unit"), T("本单位改过的限值见“参数”。")
        ),
        Book("sunshine_kpis", T("阳光充装指标"), ("text", "value", "unit")),
        Book("sunshine_limits", T("阳光充装限值"), ("text", "value", "unit")),
        Book("spot_check_items", T("视频抽查内容"), ("text",)),
        Book("spot_check_weights", T("视频抽查权重"), ("text", "weight")),
        Book("maintenance_cycles", T("电梯维保周期"), ("text", "max_days")),
        Book("maintenance_items", T("电梯维保项目"), ("code", "annex", "cycle", "name", "requirement", "params")),
        Book("inspection_years", T("电梯检验与自行检测年份"), ("first_year", "last_year", "kind", "early_months")),
        Book("governor_calibration", T("限速器校验"), ("annex", "over_years", "months")),
        Book("paperless_steps", T("无纸化维保证据"), ("rule", "step", "severity", "text")),
        Book("paperless_limits", T("无纸化维保限值"), ("text", "value", "unit")),
        Book("hazard_clauses", T("重大事故隐患判定条款"), ("clause", "text", "applies_to")),
        Book("hazard_deadlines", T("隐患办理时限"), ("text", "amount", "unit")),
        Book("premium_bases", T("电梯责任保险基准保险费"), ("scheme", "names", "kinds", "first_year", "fen")),
        Book(
            "premium_factors",
            T("电梯责任保险费率系数"),
            ("factor", "names", "at_most", "value"),
        ),
        Book("premium_shares", T("电梯责任保险费用分担"), ("names", "owner", "maintenance", "inspection")),
        Book("elevator_age_bands", T("电梯使用年限分段"), ("text", "from_years", "below_years")),
        Book("old_elevator_weights", T("老旧电梯排序分数"), ("text", "at_least", "points")),
        Book("elevator_status", T("电梯登记状态"), ("text", "counts_in_use", "maintained"), TSG_08_2026),
        Book("elevator_moves", T("电梯状态变更"), ("from", "to", "text"), TSG_08_2026),
        Book("elevator_limits", T("使用登记时限"), ("text", "value", "unit"), TSG_08_2026),
        Book("registration_types", T("使用登记类别"), ("text", "statuses"), TSG_08_2026),
        Book("registration_papers", T("使用登记申请材料"), ("type", "text", "required"), TSG_08_2026),
        Book("cylinder_registration_papers", T("气瓶使用登记申请材料"), ("type", "text", "required"), TSG_08_2026),
        Book("registration_fields", T("使用登记表填写项"), ("text", "required"), TSG_08_2026),
        Book("cert_letters", T("使用登记证编号的地区代号"), ("city", "province", "letter"), TSG_08_2026),
        Book("offences", T("违法行为和罚款幅度"), ("text", "min_yuan", "max_yuan", "measures"), CLAUSES),
        Book("offence_findings", T("发现的问题对应的违法行为"), ("text", "offences"), CLAUSES),
        Book("enforcement_clocks", T("查封扣押和行政处罚的期限"), ("text", "amount", "unit"), CLAUSES),
        Book("enforcement_limits", T("行政处罚的限值"), ("text", "value", "unit"), CLAUSES),
        Book("case_moves", T("行政处罚案件的步骤"), ("text",), CLAUSES),
        Book("accident_clocks", T("事故报告和调查的时限"), ("text", "amount", "unit")),
        Book("record_fields", T("维保记录必填的设备信息"), ("text",)),
    )
}


def shelf(actor: Actor) -> Sequence[Book]:
    """The tables there are."""
    policy.require(actor, "rule.ask")
    return tuple(BOOKS.values())


def read(actor: Actor, key: str, on: date, all_rows: bool = False) -> tuple[Book, list[Line]]:
    """A table on a day; with `all_rows` also what was in force before or will be later.

    Raises:
        Missing: no such table.
    """
    policy.require(actor, "rule.ask")
    book = BOOKS.get(key)
    if book is None:
        raise Missing(T("没有这张法规表"))
    lines = [_line(book, row, tables.in_force(row, on)) for row in tables.load(key)]
    return book, [line for line in lines if all_rows or line.in_force]


def _line(book: Book, row: tables.Row, in_force: bool) -> Line:
    cells = tuple(_cell(column, row) for column in book.columns)
    return Line(cells, row["basis"], row["since"], row["until"], row["certainty"], in_force)


def _cell(column: str, row: tables.Row) -> Cell:
    if column in PAIRS:
        chinese, english = PAIRS[column]
        return Cell(_blanks(row[chinese]), _blanks(row[english] or row[chinese]))
    value = row[column]
    if column in NAMED:
        spelt = [_spelt(word) for word in value.split()]
        return Cell("、".join(cell.zh for cell in spelt), ", ".join(cell.en for cell in spelt))
    return _spelt(value)


def _blanks(text: str) -> str:
    """A sentence with its gaps as dots: what fills them depends on the case."""
    return re.sub(r"\{[^}]*\}", "…", text)


def _spelt(word: str) -> Cell:
    """The name of an identifier; `!` in front takes it away, `*` stands for any ending."""
    if word.startswith("!"):
        inner = _spelt(word[1:])
        return Cell(f"除{inner.zh}外", f"not {inner.en}")
    if word == "vehicle_*":
        return Cell("车用气瓶", "vehicle cylinders")
    if word.endswith("*"):
        kinds = [kind for key, kind in CYLINDER_KINDS.items() if key.startswith(word[:-1])]
        return Cell("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
    offence = OFFENCES.get(word)
    if offence is not None:
        return Cell(offence.zh, offence.en)
    named: Any = CYLINDER_KINDS.get(word) or ELEVATOR_KINDS.get(word) or MEDIA.get(word)
    named = named or TYPES.get(word) or STATUSES.get(word)
    if named is not None:
        return Cell(named.zh, named.en)
    return Cell(*VALUES.get(word, (word, word)))
