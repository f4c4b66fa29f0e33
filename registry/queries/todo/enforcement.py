"""Supervision and enforcement: directives to serve, to answer, to recheck."""

from __future__ import annotations

from registry.messages import T
from registry.permissions import UNIT_MANAGERS
from registry.queries import campaign_checks, cases, directives, own_cases, sealings
from registry.queries.todo.entry import Tallied, Todo


def _directives(key: str, label: T, tone: str, permission: str, roles: frozenset[str] = frozenset()) -> Todo:
    arguments = {"state": "served"} if key == "open" else {"waits": key}
    count = Tallied(directives.tally, key)
    return Todo(f"directives_{key}", label, tone, permission, "directives.index", count, arguments, roles)


def _cases(key: str, label: T, tone: str, permission: str, arguments: dict[str, str]) -> Todo:
    return Todo(f"cases_{key}", label, tone, permission, "cases.index", Tallied(cases.tally, key), arguments)


def _sealings(key: str, label: T, tone: str, permission: str) -> Todo:
    count = Tallied(sealings.tally, key)
    return Todo(f"sealings_{key}", label, tone, permission, "sealings.index", count, {"waits": key})


def _self_checks(key: str, state: str, label: T, tone: str, permission: str) -> Todo:
    count = Tallied(campaign_checks.tally, state)
    return Todo(f"self_checks_{key}", label, tone, permission, "campaign_checks.index", count, {"state": state})


TODOS: tuple[Todo, ...] = (
    _self_checks("late", "late", T("逾期未报的专项行动自查"), "late", "campaign_check.answer"),
    _self_checks("unanswered", "late", T("逾期未报自查情况的单位"), "late", "campaign.link"),
    _self_checks("open", "waiting", T("待完成的专项行动自查"), "due", "campaign_check.answer"),
    _directives("recheck_late", T("超过10个工作日未复查的指令书"), "late", "directive.pass_recheck"),
    _directives("unreported", T("逾期未报整改报告的指令书"), "late", "directive.report"),
    _directives("to_recheck", T("待复查的指令书"), "due", "directive.pass_recheck"),
    _directives("to_serve", T("待送达的指令书"), "due", "directive.serve"),
    _directives("open", T("待提交整改报告的指令书"), "due", "directive.report", UNIT_MANAGERS),
    _sealings("unconfirmed", T("紧急实施待补批的查封扣押"), "late", "sealing.confirm"),
    _sealings("expired", T("到期应解除的查封扣押"), "late", "sealing.lift"),
    _sealings("ending", T("五日内到期的查封扣押"), "due", "sealing.lift"),
    _sealings("to_approve", T("待批准的查封扣押"), "due", "sealing.approve"),
    _sealings("to_execute", T("待实施的查封扣押"), "due", "sealing.execute"),
    _cases("late", T("超期的行政处罚案件"), "late", "case.close", {"late": "1"}),
    _cases("clue", T("待决定是否立案的线索"), "due", "case.file", {"state": "clue"}),
    Todo(
        "own_cases_speak",
        T("可以陈述申辩或者要求听证的案件"),
        "due",
        "own_case.hear",
        "own_cases.index",
        Tallied(own_cases.tally, "speak"),
        {"waits": "1"},
    ),
    _cases("reviewing", T("待审核的案件"), "due", "case.notify", {"state": "reviewing"}),
)
