"""What is wrong with the values of an elevator, beside the field it is wrong with. Reads only; the verbs decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Area, Elevator, Unit
from registry.queries.elevator_values import DETAILS, IDENTIFIERS, PARAMETERS
from registry.rules.identifiers import CHECKERS, IdentifierError
from registry.rules.kinds import ELEVATOR_KINDS, Parameter, check_parameters

Problems = dict[str, list[T]]
Values = Mapping[str, Any]

# A use unit corrects what it knows best; what stands on the certificate is the registration office's.
OFFICE_FIELDS = (
    "kind",
    "use_cert_no",
    "register_code",
    "registered_on",
    "installation_inspected_on",
    "area_code",
    "division_code",
    "rescue_code",
    "extended_until",
)
# Fields judged together: a problem of one matters when any of its group was changed.
TOGETHER = (
    frozenset({"floors", "stops", "doors"}),
    frozenset({"made_on", "installation_inspected_on", "registered_on", "in_use_since"}),
    frozenset({"lat", "lon"}),
    frozenset({"kind", "use_cert_no"}),
)
DAYS = {
    "made_on": T("制造日期"),
    "installation_inspected_on": T("安装监督检验日期"),
    "registered_on": T("使用登记日期"),
    "in_use_since": T("投入使用日期"),
}
TAKEN = {
    "use_cert_no": T("这个使用登记证编号已登记在另一台电梯上"),
    "device_code": T("这个设备代码已登记在另一台电梯上"),
    "register_code": T("这个注册代码已登记在另一台电梯上"),
    "rescue_code": T("这个救援识别码已用在另一台电梯上"),
}
# A cancelled elevator gives its certificate number and, with the machine gone, its device code free again (§1.2).
FREED_BY = {"use_cert_no": ("cancelled", "dismantled"), "device_code": ("cancelled", "dismantled")}


def problems(actor: Actor, values: Values, elevator_id: int | None = None) -> Problems:
    """Everything wrong with the complete values of a new elevator or of one on file."""
    found = of_values(values)
    _add(found, _area(actor, values))
    _add(found, _units(values))
    _add(found, taken(values, elevator_id))
    return found


def of_values(values: Values) -> Problems:
    """What is wrong with the values by themselves, whatever else is on file: also for the rows of an import."""
    found: Problems = {}
    for part in (_kind, _days, _identifiers, _place):
        _add(found, part(values))
    return found


def concerning(found: Problems, changed: set[str]) -> Problems:
    """The problems that a correction of these fields has to answer for; old gaps elsewhere do not hold it up."""
    fields = set(changed)
    for group in TOGETHER:
        if group & changed:
            fields |= group
    if "kind" in changed:
        fields |= set(PARAMETERS)
    return {name: texts for name, texts in found.items() if name in fields}


def _add(found: Problems, more: Problems) -> None:
    for name, texts in more.items():
        found.setdefault(name, []).extend(texts)


def _kind(values: Values) -> Problems:
    kind = ELEVATOR_KINDS.get(values.get("kind") or "")
    if kind is None:
        return {"kind": [T("请从列表中选择电梯品种")]}
    found: Problems = {}
    own = {parameter.name for parameter in kind.parameters}
    for name in DETAILS - own:
        if values.get(name) is not None:
            found[name] = [T("{kind}没有这项参数", kind=kind.zh)]
    given = {name: values[name] for name in own if values.get(name) is not None}
    if _is_blocked(kind.id, given):
        wrong = (p for p in kind.parameters if p.name in given and _is_blocked(kind.id, {p.name: given[p.name]}))
        found.update({parameter.name: [_range(parameter)] for parameter in wrong})
    _add(found, _doors(values))
    if (number := values.get("use_cert_no")) and number[1:3] != kind.cert_digits:
        found["use_cert_no"] = [T("编号中的品种代号应为{digits}，与所选品种不符", digits=kind.cert_digits)]
    return found


def _is_blocked(kind: str, values: Values) -> bool:
    return any(finding.severity == "block" for finding in check_parameters(kind, values))


def _range(parameter: Parameter) -> T:
    if parameter.choices:
        return T("请从列表中选择")
    return T("应在{low}到{high}之间", low=parameter.minimum, high=parameter.maximum)


def _doors(values: Values) -> Problems:
    """Floors, stops and doors against each other, as `rules.kinds` judges them."""
    counts = {name: values.get(name) for name in ("floors", "stops", "doors")}
    if sum(count is not None for count in counts.values()) < 2:
        return {}
    texts = {
        "stops_floors": ("stops", T("站数（{stops}）不能多于层数（{floors}）", **counts)),
        "doors_stops": ("doors", T("门数（{doors}）应在站数（{stops}）的1至2倍之间", **counts)),
    }
    hit = [finding.rule for finding in check_parameters(values["kind"], counts)]
    return {name: [text] for rule, (name, text) in texts.items() if rule in hit}


def _days(values: Values) -> Problems:
    found: Problems = {}
    today = clock.today()
    for name in DAYS:
        if values.get(name) and values[name] > today:
            found[name] = [T("不能晚于今天")]
    made = values.get("made_on")
    for name in DAYS:
        if made and values.get(name) and values[name] < made:
            found.setdefault(name, []).append(
                T("{day}不能早于制造日期（{made}）", day=DAYS[name], made=made.isoformat())
            )
    return found


def _identifiers(values: Values) -> Problems:
    """Numbers among the product data, such as the maker's permit, as `rules.identifiers` judges them."""
    found: Problems = {}
    for name, parameter in PARAMETERS.items():
        if parameter.check and values.get(name):
            try:
                CHECKERS[parameter.check](values[name])
            except IdentifierError as error:
                found[name] = [T(error.zh)]
    return found


def _place(values: Values) -> Problems:
    if (values.get("lat") is None) != (values.get("lon") is None):
        missing = "lat" if values.get("lat") is None else "lon"
        return {missing: [T("经度和纬度要一起填写")]}
    return {}


def _area(actor: Actor, values: Values) -> Problems:
    found: Problems = {}
    for name in ("area_code", "division_code"):
        code = values.get(name)
        if code and db.session.get(Area, code) is None:
            found[name] = [T("请从列表中选择辖区")]
    if not values.get("area_code"):
        found["area_code"] = [T("请选择所属辖区")]
    elif actor.areas and not {values["area_code"], values.get("division_code")} & set(actor.areas):
        found["area_code"] = [T("不在您的辖区内，请由市局或当地县区局办理")]
    return found


def _units(values: Values) -> Problems:
    wanted = {name: values[name] for name in ("use_unit_id", "owner_unit_id") if values.get(name) is not None}
    known = set(db.session.scalars(select(Unit.id).where(Unit.id.in_(wanted.values())))) if wanted else set()
    return {name: [T("没有这个单位")] for name, number in wanted.items() if number not in known}


def taken(values: Values, elevator_id: int | None = None) -> Problems:
    """Which identifiers another elevator carries already (elevators.md §1.2)."""
    given = {name: values[name] for name in IDENTIFIERS if values.get(name)}
    if not given:
        return {}
    statement = select(Elevator).where(or_(*(getattr(Elevator, name) == value for name, value in given.items())))
    if elevator_id is not None:
        statement = statement.where(Elevator.id != elevator_id)
    found: Problems = {}
    for other in db.session.scalars(statement.limit(20)):
        for name, value in given.items():
            if getattr(other, name) == value and other.status not in FREED_BY.get(name, ()):
                found[name] = [TAKEN[name]]
    return found
