"""Renewal projects at the border. Money is in fen in the API and in yuan on the pages."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema, fields, post_load, pre_dump

from blueprints.filters import called
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Day, Integer, Note, Number, Text
from registry.queries.renewals import COLUMNS
from registry.rules.renewals import FUNDS, MOVES, STATES
from registry.services.renewals import FIRST_YEAR, FUND_COLUMNS

STATE_CHOICES = (
    ("open", _("全部在办")),
    ("waiting", _("待我办理")),
    *((state.id, state) for state in STATES.values()),
)
LARGEST_FEN = 1_000_000_000_000
YUAN_FIELDS = tuple(name.removesuffix("_fen") for name in COLUMNS)


def _yuan(label: Any, **options: Any) -> Number:
    return Number(min=0, max=LARGEST_FEN // 100, places=2, label=label, unit=_("元"), **options)


def _fen(**options: Any) -> Integer:
    return Integer(min=0, max=LARGEST_FEN, **options)


class RenewalFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("项目编号、批次或电梯"), kind="search")
    year = Integer(min=FIRST_YEAR, max=2100, label=_("年度"))
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("状态"))


class MoneyForm(In):
    """Year, batch and money of a project, in yuan."""

    year = Integer(min=FIRST_YEAR, max=2100, required=True, label=_("年度"))
    batch = Text(max=40, label=_("批次"))
    cost = _yuan(_("总费用"), required=True, hint=_("应等于下面各项资金之和"))
    note = Note(max=2000, label=_("说明"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen; a fund left empty gives nothing."""
        for name in YUAN_FIELDS:
            data[f"{name}_fen"] = int((data.pop(name, None) or Decimal(0)) * 100)
        return data


def _with_funds(name: str, base: type[Schema], **more: Any) -> type[Schema]:
    """The form with one amount a fund, in the order of the table, the note last."""
    own: dict[str, Any] = {each.id: _yuan(LazyString(called, each), hint="") for each in FUNDS.values()}
    made: type[Schema] = type(name, (base,), {**more, **own, "note": Note(max=2000, label=_("说明"))})
    return made


AmendForm = _with_funds("AmendForm", MoneyForm, version=Integer(required=True, kind="hidden", label=_("版本")))
ApplyForm = _with_funds(
    "ApplyForm",
    MoneyForm,
    elevator=Text(required=True, max=120, label=_("电梯标签代码"), hint=_("要更新的旧梯")),
    applied_on=Day(label=_("申报日期")),
    document=Text(label=_("申报材料"), hint=_("文号或材料名称")),
)


class MoneyIn(In):
    """Year, batch and money through the API, in fen."""

    year = Integer(min=FIRST_YEAR, max=2100, required=True)
    batch = Text(max=40)
    cost_fen = _fen(required=True)
    note = Note(max=2000)


def _with_fund_columns(name: str, base: type[Schema], **more: Any) -> type[Schema]:
    made: type[Schema] = type(name, (base,), {**{column: _fen() for column in FUND_COLUMNS}, **more})
    return made


ApplyIn = _with_fund_columns(
    "RenewalApplyIn",
    MoneyIn,
    elevator=Text(required=True, max=120),
    applied_on=Day(),
    document=Text(),
    ref=OptionalRef(),
)
AmendIn = _with_fund_columns("RenewalAmendIn", MoneyIn, year=Integer(), cost_fen=_fen(), version=Integer())


class RenewalMoveIn(In):
    """A move through the API; what each needs is refused by name when it is missing."""

    done_on = Day()
    document = Text()
    note = Note(max=2000)
    new_elevator = Text(max=120)
    version = Integer()


@cache
def move_form(verb: str, needs: tuple[str, ...]) -> Schema:
    """The form of a move: what it needs is required."""
    documents = {
        "approve": _("批准文号"),
        "start": _("施工告知书编号"),
        "accept": _("监督检验报告编号"),
        "register": _("使用登记材料"),
    }
    own: dict[str, Any] = {"done_on": Day(required=True, label=_("办理日期"))}
    if "new_elevator" in needs:
        hint = _("新梯先办理使用登记，旧梯先办理报废")
        own["new_elevator"] = Text(required=True, max=120, label=_("新梯标签代码"), hint=hint)
    own["document"] = Text(required="document" in needs, label=documents.get(verb, _("依据文件")))
    own["note"] = Note(max=2000, required="note" in needs, label=_("原因") if "note" in needs else _("说明"))
    own["version"] = Integer(required=True, kind="hidden", label=_("版本"))
    schema: Schema = type(f"Renewal_{verb}", (In,), own)()
    return schema


VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))


class RenewalStepOut(Out):
    """One step; `by` is the unit."""

    verb = fields.String()
    source = fields.String()
    target = fields.String()
    done_on = fields.Date()
    document = fields.String()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class RenewalOut(Out):
    """A project: elevators by label code, amounts in fen."""

    no = fields.String()
    elevator = fields.String(allow_none=True)
    new_elevator = fields.String(allow_none=True)
    year = fields.Integer()
    batch = fields.String()
    state = fields.String()
    state_since = fields.Date()
    applied_on = fields.Date()
    cost_fen = fields.Integer()
    bond_fen = fields.Integer()
    maintenance_fund_fen = fields.Integer()
    owners_fen = fields.Integer()
    other_fen = fields.Integer()
    note = fields.String()
    version = fields.Integer()

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """The elevators by their codes."""
        known = row.__dict__
        codes = {n: known[n].label_code if known.get(n) else None for n in ("elevator", "new_elevator")}
        return {**known, **codes}


class RenewalDetailOut(RenewalOut):
    """A project with its steps."""

    steps = fields.List(fields.Nested(RenewalStepOut))


class TotalOut(Out):
    """Count and money of a year and county, in fen."""

    year = fields.Integer(allow_none=True)
    area = fields.Function(lambda line: str(line.area) if line.area else None)
    count = fields.Integer()
    fen = fields.Dict(keys=fields.String(), values=fields.Integer())


class TotalsOut(Out):
    """Totals by year and county; rejected and withdrawn projects are left out."""

    items = fields.List(fields.Nested(TotalOut), attribute="lines")
    whole = fields.Nested(TotalOut)
    states = fields.Dict(keys=fields.String(), values=fields.Integer())
