"""Figures of a period that no longer move: frozen at the month's end, reported by the unit responsible, corrected by a
revision only, and approved by somebody else than who submitted them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, SYSTEM, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import Spoken, T
from registry.models import Area, IndicatorSnapshot
from registry.queries import indicator_alerts as alert_queries
from registry.queries import indicator_figures as queries
from registry.queries import indicators, parameters
from registry.rules import indicator_alerts, indicator_book, indicator_figures
from registry.rules.dates import end_of_month
from registry.settings import current

CAPTURED, REPORTED = "captured", "reported"
MOST_ENDS = 12  # months that are made up for when nobody froze them
PROMPT_DAYS = 1  # a month is frozen on the day after its end; what is frozen later says so


def freeze(actor: Actor, month_end: date) -> int:
    """Freeze every computed indicator of every area as it stood at 24:00 of the month's last day; how many were new.

    What is frozen already stays. Raises Invalid while the month runs.
    """
    policy.require(actor, "indicator_figure.freeze")
    today = clock.today()
    if month_end != end_of_month(month_end.year, month_end.month):
        raise Invalid.field("month", T("应为某月的最后一天"))
    if month_end >= today:
        raise Invalid.field("month", T("这个月还没有结束，不能冻结"))
    with transaction() as session:
        there = select(IndicatorSnapshot.key, IndicatorSnapshot.area_code)
        known = {(key, area) for key, area in session.execute(there.where(IndicatorSnapshot.period_end == month_end))}
        rows = [
            _captured(figure, month_end, (today - month_end).days > PROMPT_DAYS)
            for areas in indicators.board(SYSTEM, month_end).by_area.values()
            for figure in areas.values()
            if (figure.key, figure.area) not in known
        ]
        for row in rows:
            _enter(row, indicator_figures.DRAFT)
        session.add_all(rows)
        session.flush()
        if rows:
            audit.record(actor, "indicator_figure.frozen", None, period_end=month_end, count=len(rows))
        return len(rows)


def freeze_when_due() -> int:
    """Freeze what is over and not frozen yet: the months since the last one that is, or the last month where none ever
    was; how many figures were new. A look costs one statement; it is the workers' of the background, all the time."""
    last = indicator_alerts.last_month_end(clock.today())
    until = alert_queries.frozen_until()
    if until is not None and until >= last:
        return 0
    ends = [last]
    for _month in range(MOST_ENDS - 1):
        earlier = indicator_alerts.last_month_end(ends[0])
        if until is None or earlier <= until:
            break
        ends.insert(0, earlier)
    return sum(freeze(SYSTEM, end) for end in ends)


def _captured(figure: Any, period_end: date, late: bool) -> IndicatorSnapshot:
    return IndicatorSnapshot(
        key=figure.key,
        area_code=figure.area,
        period_end=period_end,
        revision=0,
        origin=CAPTURED,
        numerator=Decimal(figure.numerator),
        denominator=Decimal(figure.denominator),
        value=_rounded(figure.value),
        rule_version=indicator_book.definitions(period_end)[figure.key].version,
        captured_at=clock.now(),
        late=late,
    )


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.000001"))


def revise(actor: Actor, figure_id: int, reason: str) -> IndicatorSnapshot:
    """Correct a frozen figure: computed anew for its day from today's records, as the next revision with a reason.

    Raises:
        Missing: no such figure. Invalid: no reason. Conflict: it was reported, was corrected already, or the records
        still say the same.
    """
    policy.require(actor, "indicator_figure.revise")
    reason = _reason(reason)
    with transaction() as session:
        old = policy.get(actor, IndicatorSnapshot, IndicatorSnapshot.id == figure_id, lock=True)
        _newest(session, old)
        if old.origin != CAPTURED:
            raise Conflict(T("填报的数据由责任单位重新填报更正"))
        figure = indicators.in_area(SYSTEM, old.key, old.period_end, old.area_code)
        if not queries.differs(old, figure):
            raise Conflict(T("按现有记录重新计算的结果与冻结数相同，不需要更正"))
        row = _captured(figure, old.period_end, True)
        row.revision, row.reason = old.revision + 1, reason
        _enter(row, indicator_figures.DRAFT)
        _add(session, row)
        _trail(actor, "indicator_figure.revised", row, reason=reason)
        return row


def report(actor: Actor, data: Mapping[str, Any]) -> IndicatorSnapshot:
    """Hand in a figure of the plan that the registry does not compute: `{key, area_code?, period_end, numerator?,
    denominator?, value?, reporter?, document, note?, reason?}`; of rates the value is a share. It is submitted at once.

    A figure that is there already is corrected by the next revision, with a reason.

    Raises:
        Invalid: what makes no sense, beside its field. Forbidden: another area than the caller's.
    """
    policy.require(actor, "indicator_figure.report")
    with transaction() as session:
        return _report(actor, session, data)


def report_all(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, T]]:
    """Hand in many in one transaction; those that are refused as (place, field, why)."""
    policy.require(actor, "indicator_figure.report")
    refused: list[tuple[int, str, T]] = []
    with transaction() as session:
        for place, data in enumerate(rows):
            try:
                with session.begin_nested():
                    _report(actor, session, data)
            except Invalid as error:
                name, texts = next(iter(error.errors.items()))
                refused.append((place, name, texts[0]))
            except Forbidden as error:
                refused.append((place, "area_code", T(str(error.detail))))
            except Conflict as error:
                refused.append((place, "", T(str(error.detail))))
    return refused


def _report(actor: Actor, session: Session, data: Mapping[str, Any]) -> IndicatorSnapshot:
    definition = indicator_book.definitions().get(data["key"])
    if definition is None or definition.computed:
        raise Invalid.field("key", T("请选择由责任单位填报的指标"))
    area, end, today = _area(actor, session, data.get("area_code")), data["period_end"], clock.today()
    wrong = indicator_figures.problems(definition, end, today, data)
    if wrong:
        raise Invalid({name: [Spoken(*text)] for name, text in wrong.items()})
    numerator, denominator, value = indicator_figures.parts(definition, data)
    before = queries.newest(definition.key, area, end)
    row = IndicatorSnapshot(
        key=definition.key,
        area_code=area,
        period_end=end,
        revision=0 if before is None else before.revision + 1,
        origin=REPORTED,
        numerator=numerator,
        denominator=denominator,
        value=_rounded(value),
        rule_version=definition.version,
        captured_at=clock.now(),
        late=today > indicator_book.due_on(end, int(parameters.value("indicator.report_days", end))),
        reason=_reason(data.get("reason")) if before is not None else "",
        reporter=(data.get("reporter") or definition.owner[0])[:200],
        document=data["document"],
        note=data.get("note") or "",
        unit_id=actor.unit_id,
        entered_by_id=actor.person_id,
        submitted_at=clock.now(),
        submitted_by_id=actor.person_id,
    )
    _enter(row, indicator_figures.SUBMITTED)
    _add(session, row)
    _trail(actor, "indicator_figure.reported", row, reason=row.reason)
    return row


def _area(actor: Actor, session: Session, asked: str | None) -> str:
    if actor.role in COUNTY_ROLES:
        if asked and asked not in actor.areas:
            raise Forbidden(T("只能填报本辖区的数据"))
        return asked or actor.areas[0]
    code = asked or current().city_code
    if session.get(Area, code) is None:
        raise Invalid.field("area_code", T("请从列表中选择"))
    return code


def move(actor: Actor, figure_id: int, verb: str, note: str = "", version: int | None = None) -> IndicatorSnapshot:
    """One step of `indicator_figure_moves`: submit, return (with a note), approve, lock.

    Raises:
        Missing: no such figure or step. Forbidden: not this role's. Conflict: not in this state, corrected already,
        or approved by who submitted it. Invalid: the note is missing.
    """
    policy.require(actor, f"indicator_figure.{verb}")
    with transaction() as session:
        row = policy.get(actor, IndicatorSnapshot, IndicatorSnapshot.id == figure_id, lock=True)
        if version is not None and version != row.version:
            raise Conflict(T("这条数据已被他人办理，请刷新后再试"))
        _newest(session, row)
        _step(actor, row, verb, note)
        return row


def move_month(actor: Actor, month_end: date, verb: str, note: str = "") -> tuple[int, int]:
    """The same step for every figure of a month that can take it: (how many, how many were left because the caller
    submitted them)."""
    policy.require(actor, f"indicator_figure.{verb}")
    done = left = 0
    with transaction() as session:
        statement = policy.scope(actor, IndicatorSnapshot).where(
            IndicatorSnapshot.period_end == month_end,
            IndicatorSnapshot.state.in_(indicator_figures.sources(verb)),
            queries.is_newest(),
        )
        for row in session.scalars(statement.order_by(IndicatorSnapshot.id).with_for_update()):
            if verb == "approve" and row.submitted_by_id == actor.person_id:
                left += 1
                continue
            _step(actor, row, verb, note)
            done += 1
    return done, left


def _step(actor: Actor, row: IndicatorSnapshot, verb: str, note: str) -> None:
    found = indicator_figures.find_move(indicator_figures.WORKFLOW, row.state, verb)
    if found is None:
        state = indicator_figures.states(indicator_figures.WORKFLOW)[row.state]
        raise Conflict(T("这条数据现在是“{state}”，不能再这样办理", state=state.zh))
    note = note.strip()[:2000]
    if "note" in found.needs and not note:
        raise Invalid.field("note", T("请填写说明"))
    if verb == "approve" and row.submitted_by_id == actor.person_id:
        raise Conflict(T("提交的人不能自己审定"))
    before, now, who = row.state, clock.now(), actor.person_id
    match verb:
        case "submit":
            row.submitted_at, row.submitted_by_id = now, who
        case "approve":
            row.approved_at, row.approved_by_id = now, who
        case "lock":
            row.locked_at, row.locked_by_id = now, who
        case _:
            row.returned_reason = note
    _enter(row, found.target)
    row.version = (row.version or 1) + 1
    _trail(actor, "indicator_figure.moved", row, **{"verb": verb, "from": before, "to": row.state})


def _newest(session: Session, row: IndicatorSnapshot) -> None:
    found = queries.newest(row.key, row.area_code, row.period_end)
    if found is not None and found.revision != row.revision:
        raise Conflict(T("这条数据已有第{revision}次更正，请在更正后的数据上办理", revision=found.revision))


def _add(session: Session, row: IndicatorSnapshot) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(T("这条数据已被他人更正，请刷新后再试")) from None


def _enter(row: IndicatorSnapshot, state: str) -> None:
    """The only place that sets the state."""
    row.state = state


def _reason(text: Any) -> str:
    found = str(text or "").strip()[:2000]
    if not found:
        raise Invalid.field("reason", T("更正必须填写原因"))
    return found


def _trail(actor: Actor, act: str, row: IndicatorSnapshot, **more: Any) -> None:
    said = {name: getattr(row, name) for name in ("key", "area_code", "period_end", "revision")}
    audit.record(actor, act, row, **said, **more)
