"""The use-registration form (使用登记表) of an elevator, block by block, as signed and printed (elevators.md §1.3).

Texts are kept in both languages as they stood when the form was signed: what is renamed later does not change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.models import Contract, Elevator, Inspection, Registration, SafetyPart, Unit
from registry.queries.elevator_values import PARAMETERS, parameters_of, values
from registry.rules.elevator_parameters import PLACE_TYPES
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.kinds import CATEGORIES, ELEVATOR_KINDS, Parameter
from registry.rules.registrations import TYPES, form_fields

Row = dict[str, str]
Block = dict[str, Any]

BLOCKS: Mapping[str, tuple[str, str]] = {
    "equipment": ("设备基本情况", "The equipment"),
    "use": ("设备使用情况", "Its use"),
    "inspection": ("设备检验情况", "Its inspection"),
    "product": ("产品数据表", "Product data sheet"),
    "parts": ("安全保护装置", "Safety parts"),
    "extra": ("补充参数", "Further data"),
    "changes": ("变更内容", "What changes"),
    "signatures": ("签章", "Signatures"),
}
COLUMN_NAMES: Mapping[str, tuple[str, str]] = {
    "address": ("设备使用地点", "Where it stands"),
    "area_code": ("所属辖区", "Area"),
    "place_type": ("电梯使用场所分类", "Type of place"),
    "lat": ("纬度", "Latitude"),
    "lon": ("经度", "Longitude"),
    "model": ("型号（规格）", "Model"),
    "extended_until": ("继续使用至", "To be used until"),
    "use_unit_id": ("使用单位", "Use unit"),
    "owner_unit_id": ("产权单位", "Owner"),
    "name": ("使用单位名称", "Name of the use unit"),
}
DAY_NAMES = frozenset({"extended_until"})


def typed(name: str, value: Any) -> Any:
    """A proposed change as the verbs take it; in the case it lies as JSON keeps it."""
    if value is None:
        return None
    if name in DAY_NAMES:
        return date.fromisoformat(value)
    if name in PARAMETERS and PARAMETERS[name].type == "decimal":
        return Decimal(value)
    return value


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def parts_of(elevator_id: int) -> Sequence[SafetyPart]:
    """The safety parts of the product data sheet, in order."""
    return db.session.scalars(
        select(SafetyPart).where(SafetyPart.elevator_id == elevator_id).order_by(SafetyPart.position)
    ).all()


def build(case: Registration, elevator: Elevator, on: date) -> list[Block]:
    """The whole form of an application as of a day, without the registrar's block."""
    changes = {name: typed(name, value) for name, value in (case.changes or {}).items()}
    now = {**values(elevator), **{name: value for name, value in changes.items() if name != "name"}}
    blocks = [
        _block("equipment", _equipment(now)),
        _block("use", _use(case, now, elevator.id, on)),
        _block("inspection", _inspection(elevator.id)),
        _block("product", _product(now)),
        _block("parts", [], parts=[_part(part) for part in parts_of(elevator.id)]),
        _block("extra", _extra(now)),
    ]
    if changes:
        blocks.append(_block("changes", _changes(elevator, case, changes)))
    blocks.append(_block("signatures", _signatures(case)))
    return blocks


def granted(form: Sequence[Block], registrar: str, on: date, number: str | None, authority: str) -> list[Block]:
    """The signed form with the registrar's own lines: the same blocks, only the signatures grow."""
    lines = [
        _row("登记机关登记人员", "Registrar", registrar),
        _row("登记日期", "Registered on", on),
        _row("使用登记证编号", "Use certificate number", number),
        _row("登记机关", "Registration authority", authority),
    ]
    return [
        {**block, "rows": [*block["rows"], *lines]} if block["block"] == "signatures" else dict(block) for block in form
    ]


def _block(key: str, rows: Iterable[Row], **more: Any) -> Block:
    zh, en = BLOCKS[key]
    return {"block": key, "zh": zh, "en": en, "rows": list(rows), **more}


def _row(zh: str, en: str, value: Any, value_en: str | None = None) -> Row:
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    text = "" if value is None else str(value)
    return {"zh": zh, "en": en, "value": text, "value_en": text if value_en is None else value_en}


def _pair(zh: str, en: str, pair: tuple[str, str] | None) -> Row:
    return _row(zh, en, *(pair or ("", "")))


def _equipment(now: Mapping[str, Any]) -> list[Row]:
    kind = ELEVATOR_KINDS[now["kind"]]
    life = now["design_life_years"]
    return [
        _row("设备种类", "Equipment", "电梯", "Elevator"),
        _pair("设备类别", "Category", CATEGORIES[kind.category]),
        _row("设备品种", "Kind", kind.zh, kind.en),
        _row("产品名称", "Name of the product", now["name"]),
        _row("设备代码", "Device code", now["device_code"]),
        _row("型号（规格）", "Model", now["model"]),
        _row("设计使用年限", "Design life", f"{life}年" if life else "", f"{life} years" if life else ""),
        _row("设计单位名称", "Designer", now["designer"]),
        _row("制造单位名称", "Maker", now["manufacturer"]),
        _row("施工单位名称", "Installer", now["installer"]),
        _row("监督检验机构名称", "Supervision inspection body", now["supervision_body"]),
        _row("型式试验机构名称", "Type test body", now["type_test_body"]),
        _row("产品编号", "Factory number", now["factory_no"]),
    ]


def _use(case: Registration, now: Mapping[str, Any], elevator_id: int, on: date) -> list[Row]:
    unit = db.session.get(Unit, now["use_unit_id"]) if now["use_unit_id"] else None
    owner = db.session.get(Unit, now["owner_unit_id"]) if now["owner_unit_id"] else None
    owner = owner or unit
    name = (case.changes or {}).get("name") or (unit.name if unit else "")
    rows = [
        _row("使用单位名称", "Use unit", name),
        _row("使用单位统一社会信用代码", "Credit code of the use unit", unit.credit_code if unit else ""),
        _row("单位内编号", "Own number", now["inner_no"]),
        _row("设备使用地点", "Where it stands", now["address"]),
        _row("投入使用日期", "In use since", now["in_use_since"]),
        _row("产权单位名称", "Owner", owner.name if owner else ""),
        _row("产权单位统一社会信用代码", "Credit code of the owner", owner.credit_code if owner else ""),
        _row("维保单位", "Maintenance company", _company(elevator_id, on)),
    ]
    own = [field for field in form_fields(on) if field.name not in SIGNED]
    return rows + [_row(field.zh, field.en, (case.fields or {}).get(field.name)) for field in own]


SIGNED = ("filled_by", "filled_on", "manager_signed_on")


def _company(elevator_id: int, on: date) -> str | None:
    return db.session.scalar(
        select(Unit.name)
        .join(Contract, Contract.company_id == Unit.id)
        .where(Contract.elevator_id == elevator_id, Contract.since <= on)
        .where((Contract.until.is_(None)) | (Contract.until > on))
        .order_by(Contract.since.desc())
        .limit(1)
    )


def latest_inspection(elevator_id: int) -> Inspection | None:
    """The newest inspection on record."""
    return db.session.scalars(
        select(Inspection)
        .where(Inspection.elevator_id == elevator_id, Inspection.done_on.is_not(None))
        .order_by(Inspection.done_on.desc(), Inspection.id.desc())
        .limit(1)
    ).first()


def _inspection(elevator_id: int) -> list[Row]:
    found = latest_inspection(elevator_id)
    if found is None:
        return []
    body = db.session.get(Unit, found.body_id) if found.body_id else None
    return [
        _row("检验机构名称", "Inspection body", body.name if body else ""),
        _pair("检验类别", "Kind of inspection", RECORD_KINDS.get(found.kind, (found.kind, found.kind))),
        _row("检验报告编号", "Report number", found.report_no),
        _row("检验日期", "Inspected on", found.done_on),
        _pair("检验结论", "Conclusion", CONCLUSIONS.get(found.conclusion, (found.conclusion, found.conclusion))),
        _row("下次检验日期", "Next inspection by", found.valid_until),
    ]


def _product(now: Mapping[str, Any]) -> list[Row]:
    rows = [_row("出厂日期", "Made on", now["made_on"])]
    return rows + [_parameter(p, now.get(p.name)) for p in parameters_of(now["kind"]) if p.group != "form"]


def _parameter(parameter: Parameter, value: Any) -> Row:
    unit = f"（{parameter.unit}）" if parameter.unit else ""
    unit_en = f" ({parameter.unit})" if parameter.unit else ""
    chosen = next((choice for choice in parameter.choices if choice.id == value), None)
    labels = (f"{parameter.zh}{unit}", f"{parameter.en}{unit_en}")
    return _row(*labels, chosen.zh, chosen.en) if chosen else _row(*labels, value)


def _part(part: SafetyPart) -> Row:
    return {"name": part.name, "model": part.model, "number": part.number, "maker": part.maker}


def _extra(now: Mapping[str, Any]) -> list[Row]:
    form = [p for p in parameters_of(now["kind"]) if p.group == "form"]
    return [
        _row("注册代码", "Register code", now["register_code"]),
        _pair("电梯使用场所分类", "Type of place", PLACE_TYPES.get(now["place_type"] or "")),
        _row("制造日期", "Made on", now["made_on"]),
        *(_parameter(p, now.get(p.name)) for p in form if p.name not in IN_EQUIPMENT),
    ]


IN_EQUIPMENT = ("designer", "supervision_body", "type_test_body")


def _changes(elevator: Elevator, case: Registration, changes: Mapping[str, Any]) -> list[Row]:
    before = values(elevator)
    unit = db.session.get(Unit, case.unit_id) if case.unit_id else None
    rows = []
    for name, value in changes.items():
        old = (unit.name if unit else "") if name == "name" else before.get(name)
        zh, en = COLUMN_NAMES.get(name) or (PARAMETERS[name].zh, PARAMETERS[name].en)
        (old_zh, old_en), (new_zh, new_en) = _shown(name, old), _shown(name, value)
        rows.append(_row(zh, en, f"{old_zh or '—'} → {new_zh or '—'}", f"{old_en or '—'} → {new_en or '—'}"))
    return rows


def _shown(name: str, value: Any) -> tuple[str, str]:
    if value is None or value == "":
        return "", ""
    if name in ("use_unit_id", "owner_unit_id"):
        unit = db.session.get(Unit, value)
        return (unit.name, unit.name) if unit else ("", "")
    if name == "place_type":
        return PLACE_TYPES.get(value, (value, value))
    if name in PARAMETERS:
        found = _parameter(PARAMETERS[name], value)
        return found["value"], found["value_en"]
    return str(value), str(value)


def _signatures(case: Registration) -> list[Row]:
    kept, kind = case.fields or {}, TYPES[case.kind]
    return [
        _row("登记类别", "Type of registration", kind.zh, kind.en),
        _row("填表人员", "Filled in by", kept.get("filled_by")),
        _row("填表日期", "Filled in on", kept.get("filled_on")),
        _row("使用单位安全管理人员", "Safety manager of the use unit", kept.get("safety_manager")),
        _row("签字日期", "Signed on", kept.get("manager_signed_on")),
    ]
