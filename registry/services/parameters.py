"""Numbers an office may choose: dated rows, each change in the trail."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Parameter
from registry.queries.parameters import DEFAULTS, MONTH_DAY
from registry.rules.seasons import month_day


def set_parameter(actor: Actor, key: str, value: str, since: date) -> Parameter:
    """Add a dated value. Days before `since` keep being judged by the older row.

    Raises:
        Invalid: unknown key, a value that is no number of at least 0, or a day in the past.
        Conflict: there is a value from that day already.
    """
    policy.require(actor, "parameter.set_access" if key.startswith("access.") else "parameter.set")
    if key not in DEFAULTS:
        raise Invalid.field("key", T("没有这个参数"))
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise Invalid.field("value", T("请填写数字")) from None
    if not number.is_finite() or number < 0:
        raise Invalid.field("value", T("请填写不小于0的数字"))
    if DEFAULTS[key].unit == MONTH_DAY:
        _require_month_day(number)
    if since < clock.today():
        raise Invalid.field("since", T("生效日期不能早于今天：过去的日子仍按当时的参数判断"))
    with transaction() as session:
        taken = select(Parameter.id).where(Parameter.key == key, Parameter.since == since)
        if session.execute(taken).first():
            raise Conflict(T("这个参数在该日已有取值"))
        row = Parameter(key=key, value=str(number), since=since, basis=T("本局设定"), certainty="G")
        session.add(row)
        audit.record(actor, "parameter.set", row, key=key, value=row.value, since=since)
        return row


def _require_month_day(number: Decimal) -> None:
    try:
        month_day(int(number))
    except ValueError:
        raise Invalid.field("value", T("请填写月日，例如430为4月30日")) from None
