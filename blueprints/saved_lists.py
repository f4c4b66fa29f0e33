"""The lists whose conditions may be kept under a name: endpoint, what it may be narrowed by, and its page.

To let a new list be saved: one row in LISTS. The list page draws the buttons itself (`filters` of `_list.html`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from blueprints.forms import Form
from blueprints.saved_list_schemas import SCHEMAS
from blueprints.sessions import optional_actor
from registry import clock, policy
from registry.actor import Actor
from registry.errors import Missing, RegistryError
from registry.messages import T
from registry.queries import (
    accidents,
    anomalies,
    assessments,
    calls,
    campaign_checks,
    campaigns,
    cases,
    contracts,
    cylinder_anomalies,
    cylinder_due,
    cylinder_registrations,
    cylinder_reports,
    cylinder_transfers,
    cylinders,
    directives,
    elevator_ages,
    elevators,
    fault_reports,
    fillings,
    follow_ups,
    hazards,
    indicators,
    inspection_batches,
    inspection_due,
    inspections,
    label_batches,
    label_bindings,
    maker_items,
    offline_disagreements,
    old_elevators,
    paging,
    papers,
    people,
    policies,
    policy_renewals,
    registrations,
    renewals,
    risk_levels,
    risk_lists,
    saved_views,
    scrap_batches,
    sealings,
    spot_checks,
    station_registers,
    supervision_checks,
    supervision_plans,
    trail,
    turns,
    units,
    unknown_codes,
    visits,
)
from registry.queries.paging import LARGEST, Page

Filters = Mapping[str, Any]
Ask = Callable[[Actor, Filters, str | None], Page]
NOT_KEPT = frozenset({"cursor", "limit"})


@dataclass(frozen=True)
class SavedList:
    """A list: who has it, its page, and the places of its address that are not conditions."""

    name: Any
    permission: str
    page: Ask
    places: tuple[str, ...] = ()


def _in_filters(page: Callable[..., Page]) -> Ask:
    return lambda actor, filters, cursor: page(actor, {**filters, "cursor": cursor, "limit": LARGEST})


def _with_cursor(page: Callable[..., Page]) -> Ask:
    return lambda actor, filters, cursor: page(actor, filters, cursor=cursor)


def _on_day(page: Callable[..., Page]) -> Ask:
    return lambda actor, filters, cursor: page(
        actor, {**filters, "cursor": cursor, "limit": LARGEST}, filters.get("on") or clock.today()
    )


def _walked(page: Callable[..., Page]) -> Ask:
    return lambda actor, filters, cursor: page(actor, filters, clock.today(), LARGEST, cursor)


def _behind(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    on = filters.get("on") or clock.today()
    return indicators.behind(actor, filters["key"], on, filters.get("area"), LARGEST, cursor, filters.get("unit"))


def _uninsured(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    asked = {**filters, "cover": "none", "cursor": cursor, "limit": LARGEST}
    return policy_renewals.elevator_page(actor, asked, clock.today())


LISTS: Mapping[str, SavedList] = {
    "elevators.index": SavedList(_("电梯"), "elevator.read", _with_cursor(elevators.page)),
    "registrations.index": SavedList(_("使用登记"), "registration.read", _with_cursor(registrations.page)),
    "visits.index": SavedList(_("维保记录"), "visit.read", _with_cursor(visits.page)),
    "contracts.index": SavedList(_("维保合同"), "contract.read", _in_filters(contracts.page)),
    "contracts.missing": SavedList(_("没有维保合同的电梯"), "contract.read", _in_filters(contracts.uncontracted)),
    "anomalies.index": SavedList(_("维保异常"), "anomaly.read", _with_cursor(anomalies.page)),
    "maker_items.index": SavedList(_("制造单位维保项目"), "maker_items.read", _in_filters(maker_items.page)),
    "inspection_due.index": SavedList(_("检验到期"), "inspection.read", _walked(inspection_due.page)),
    "inspections.index": SavedList(_("检验记录"), "inspection.read", _with_cursor(inspections.page)),
    "part_tests.index": SavedList(_("限速器校验和制动试验"), "inspection.read", _walked(inspections.part_page)),
    "calls.index": SavedList(_("96366警情"), "call.read", _in_filters(calls.page)),
    "fault_reports.index": SavedList(_("乘客报修"), "fault_report.read", _in_filters(fault_reports.page)),
    "old_elevators.index": SavedList(_("老旧电梯"), "old_elevator.read", _walked(old_elevators.listing)),
    "old_elevators.unknown": SavedList(_("梯龄不明的电梯"), "old_elevator.read", _with_cursor(elevator_ages.unknown)),
    "old_elevators.assessment_list": SavedList(_("安全评估"), "old_elevator.read", _in_filters(assessments.page)),
    "renewals.index": SavedList(_("更新改造"), "renewal.read", _in_filters(renewals.page)),
    "risks.index": SavedList(_("电梯风险"), "risk.read", _on_day(risk_levels.page)),
    "risks.stations": SavedList(_("充装单位风险"), "station_risk.read", _on_day(risk_lists.stations)),
    "cylinders.index": SavedList(_("气瓶"), "cylinder.read", _with_cursor(cylinders.listing)),
    "cylinder_due.index": SavedList(_("气瓶检验到期"), "cylinder.read", _walked(cylinder_due.page)),
    "cylinder_anomalies.index": SavedList(
        _("气瓶异常"), "cylinder_anomaly.read", _with_cursor(cylinder_anomalies.page)
    ),
    "cylinder_registrations.index": SavedList(
        _("气瓶使用登记"), "cylinder_registration.read", _with_cursor(cylinder_registrations.page)
    ),
    "cylinder_transfers.index": SavedList(
        _("气瓶过户"), "cylinder_transfer.read", _with_cursor(cylinder_transfers.page)
    ),
    "cylinder_reports.index": SavedList(_("气瓶举报"), "cylinder_report.read", _in_filters(cylinder_reports.page)),
    "inspection_batches.index": SavedList(
        _("送检批次"), "inspection_batch.read", _with_cursor(inspection_batches.page)
    ),
    "scrap_batches.index": SavedList(_("报废销毁"), "scrap_batch.read", _with_cursor(scrap_batches.page)),
    "label_batches.index": SavedList(_("标签批次"), "label_batch.read", _with_cursor(label_batches.page)),
    "label_bindings.index": SavedList(_("标签绑定"), "label_binding.read", _with_cursor(label_bindings.page)),
    "unknown_codes.index": SavedList(_("不明标签"), "unknown_code.read", _with_cursor(unknown_codes.page)),
    "filling.index": SavedList(_("充装记录"), "filling.read", _with_cursor(fillings.page)),
    "turns.everything": SavedList(_("充装流程"), "filling.read", _with_cursor(turns.page)),
    "holds.index": SavedList(_("暂扣放行"), "hold.read", _with_cursor(station_registers.hold_releases)),
    "offline_disagreements.index": SavedList(
        _("离线判定不一致"), "offline_disagreement.read", _with_cursor(offline_disagreements.page)
    ),
    "spot_checks.index": SavedList(_("视频抽查"), "spot_check.read", _with_cursor(spot_checks.page)),
    "hazards.index": SavedList(_("隐患"), "hazard.read", _on_day(hazards.page)),
    "supervision.index": SavedList(_("监督检查"), "supervision.read", _in_filters(supervision_checks.page)),
    "supervision_plans.index": SavedList(
        _("监督检查计划"), "supervision_plan.read", _in_filters(supervision_plans.page)
    ),
    "directives.index": SavedList(_("指令书"), "directive.read", _in_filters(directives.page)),
    "sealings.index": SavedList(_("查封扣押"), "sealing.read", _in_filters(sealings.page)),
    "cases.index": SavedList(_("行政处罚案件"), "case.read", _in_filters(cases.page)),
    "accidents.index": SavedList(_("事故"), "accident.read", _in_filters(accidents.page)),
    "campaigns.index": SavedList(_("专项行动"), "campaign.read", _in_filters(campaigns.page)),
    "campaign_checks.index": SavedList(_("自查任务"), "campaign_check.read", _in_filters(campaign_checks.page)),
    "papers.index": SavedList(_("文书"), "paper.read", _in_filters(papers.page)),
    "policies.index": SavedList(_("保险"), "policy.read", _on_day(policies.page)),
    "policy_lists.ending": SavedList(_("保单到期"), "policy.read", _on_day(policy_renewals.page)),
    "policy_lists.uninsured": SavedList(_("没有保险的在用电梯"), "elevator.read", _uninsured),
    "units.index": SavedList(_("单位"), "unit.read", _in_filters(units.page)),
    "people.index": SavedList(_("人员"), "person.read", _in_filters(people.page)),
    "trail.index": SavedList(_("操作记录"), "trail.read", _in_filters(trail.page)),
    "indicators.show": SavedList(_("指标明细"), "indicator.read", _behind, ("key",)),
    "follow_ups.index": SavedList(_("指标催办"), "follow_up.read", _with_cursor(follow_ups.page)),
}


def init_app(app: Flask) -> None:
    """Macros are without the values of a page: what draws the buttons is known to every template."""
    app.jinja_env.globals["saved_views_here"] = here


def of(listing: str) -> SavedList:
    """The list of an endpoint; Missing when there is none."""
    if listing not in LISTS:
        raise Missing(T("没有这个清单"))
    return LISTS[listing]


def open_to(actor: Actor) -> list[str]:
    """The lists that the caller's role has."""
    return [listing for listing, found in LISTS.items() if policy.may(actor, found.permission)]


def kept(listing: str, sent: MultiDict[str, str]) -> dict[str, Any]:
    """The conditions of a list that stand in an address; {name: text or [texts]}."""
    wanted = [name for name in SCHEMAS[listing]().fields if name not in NOT_KEPT] + list(of(listing).places)
    found = {name: [value for value in sent.getlist(name) if value.strip()] for name in wanted}
    return {name: values if len(values) > 1 else values[0] for name, values in found.items() if values}


def read(
    listing: str, filters: Mapping[str, Any], choices: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any] | None, Form]:
    """The conditions as the list reads them now, None when one of them no longer holds; and their form, which names
    areas where `choices` gives them."""
    schema: Schema = SCHEMAS[listing]()
    pairs = [(n, one) for n, value in filters.items() for one in (value if isinstance(value, list) else [value])]
    form = Form(schema, sent=MultiDict(pairs), choices=choices)
    found = form.load()
    places = {name: filters[name] for name in of(listing).places if name in filters}
    if found is None or len(places) != len(of(listing).places):
        return None, form
    return {**found, **places}, form


def count(actor: Actor, listing: str, filters: Mapping[str, Any]) -> int | None:
    """How many rows the caller sees under these conditions today; None when they no longer hold."""
    asked, _form = read(listing, filters)
    if asked is None:
        return None
    narrow = {name: value for name, value in asked.items() if name not in NOT_KEPT}
    try:
        return paging.count(lambda cursor: of(listing).page(actor, narrow, cursor))
    except RegistryError:
        return None


def address(listing: str, filters: Mapping[str, Any]) -> str:
    """Where the list stands under these conditions."""
    return url_for(listing, **filters)


def here() -> dict[str, Any] | None:
    """For the list page of this request: where its conditions are saved, and the views of it; None elsewhere."""
    actor, listing = optional_actor(), request.endpoint or ""
    if actor is None or listing not in LISTS or actor.unit_id is None or not policy.may(actor, "saved_view.read"):
        return None
    sent = kept(listing, MultiDict([*request.args.items(multi=True), *(request.view_args or {}).items()]))
    places = set(LISTS[listing].places)
    views = [
        (row, url_for("saved_views.show", view_id=row.id), row.filters == sent)
        for row in saved_views.mine(actor, listing)
        if all(row.filters.get(name) == sent.get(name) for name in places)
    ]
    narrowed = bool(set(sent) - places)
    return {"save_url": url_for("saved_views.new", listing=listing, **sent) if narrowed else None, "views": views}
