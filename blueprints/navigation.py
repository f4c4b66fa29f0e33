"""The menu: which pages a caller's role leads to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _

from registry import policy
from registry.actor import Actor

# group -> (label, endpoint, permission, icon)
MENU: tuple[tuple[Any, tuple[tuple[Any, str, str, str], ...]], ...] = (
    (
        _("总览"),
        (
            (_("指标总览"), "home.index", "indicator.read", "layout-dashboard"),
            (_("指标预警"), "indicator_alerts.index", "indicator_alert.read", "alert-triangle"),
            (_("指标月报"), "indicator_figures.report", "indicator_figure.read", "file-text"),
            (_("指标数据"), "indicator_figures.index", "indicator_figure.read", "clipboard-check"),
            (_("扫一扫"), "scan.index", "label.read", "scan"),
        ),
    ),
    (
        _("电梯"),
        (
            (_("电梯"), "elevators.index", "elevator.read", "elevator"),
            (_("现场维保"), "field.shell", "visit.record", "device-mobile"),
            (_("使用登记"), "registrations.index", "registration.read", "file-text"),
            (_("今日维保"), "visits.today", "visit.record", "calendar"),
            (_("维保到期"), "maintenance.due", "maintenance.oversee", "calendar"),
            (_("维保合同"), "contracts.index", "contract.read", "file-text"),
            (_("制造单位维保项目"), "maker_items.index", "maker_items.enter", "list-check"),
            (_("待确认维保"), "visits.to_confirm", "visit.confirm", "signature"),
            (_("维保记录"), "visits.index", "visit.read", "clipboard-check"),
            (_("演练与抽查"), "company_records.index", "drill.read", "first-aid-kit"),
            (_("检验到期"), "inspection_due.index", "inspection.read", "calendar"),
            (_("检验记录"), "inspections.index", "inspection.read", "certificate"),
            (_("96366接警台"), "calls.desk", "call.take", "bell"),
            (_("96366大屏"), "calls.wall", "call_wall.read", "layout-dashboard"),
            (_("救援任务"), "calls.mine", "call.respond", "first-aid-kit"),
            (_("96366警情"), "calls.index", "call.read", "list-check"),
            (_("96366统计"), "calls.statistics", "call_statistics.read", "layout-dashboard"),
            (_("96366演练"), "call_drills.index", "call_drill.read", "first-aid-kit"),
            (_("乘客报修"), "fault_reports.index", "fault_report.read", "bell"),
            (_("96366识别码"), "rescue_codes.index", "rescue.read_codes", "id-badge-2"),
            (_("救援力量"), "responders.index", "responder.read", "truck"),
            (_("应急预案"), "emergency_plans.index", "emergency_plan.read", "file-text"),
            (_("老旧电梯"), "old_elevators.index", "old_elevator.read", "history"),
            (_("更新改造"), "renewals.index", "renewal.read", "refresh"),
        ),
    ),
    (
        _("气瓶"),
        (
            (_("充装扫码"), "filling.gun", "filling.record", "gas-station"),
            (_("流转扫码"), "deliveries.index", "cylinder.hand_over", "scan"),
            (_("气瓶"), "cylinders.index", "cylinder.read", "cylinder"),
            (_("气瓶检验到期"), "cylinder_due.index", "cylinder.read", "calendar"),
            (_("送检批次"), "inspection_batches.index", "inspection_batch.read", "certificate"),
            (_("气瓶使用登记"), "cylinder_registrations.index", "cylinder_registration.read", "certificate"),
            (_("气瓶过户"), "cylinder_transfers.index", "cylinder_transfer.read", "arrows-exchange"),
            (_("报废销毁"), "scrap_batches.index", "scrap_batch.read", "ban"),
            (_("气瓶台账平衡"), "cylinder_balance.index", "cylinder_balance.read", "scale"),
            (_("充装记录"), "filling.index", "filling.read", "list-check"),
            (_("气瓶举报"), "cylinder_reports.index", "cylinder_report.read", "bell"),
            (_("断网误充"), "offline_disagreements.index", "offline_disagreement.read", "alert-triangle"),
            (_("充装过程"), "turns.index", "filling.read", "refresh"),
            (_("放行记录"), "holds.index", "hold.read", "hand-stop"),
            (_("阳光充装"), "sunshine.index", "sunshine.read", "camera"),
            (_("充装设备"), "station_book.device_list", "device.read", "device-mobile"),
            (_("气体批次"), "station_book.gas", "gas_batch.read", "clipboard-list"),
            (_("在岗人员"), "station_book.duty", "presence.sign", "users"),
            (_("在岗记录"), "station_book.presences", "presence.read", "history"),
            (_("充装单位"), "stations.index", "cylinder.read", "gas-station"),
            (_("充装标签"), "fill_labels.index", "fill_label.print", "printer"),
            (_("联营与托管"), "stations.alliances", "alliance.read", "arrows-exchange"),
            (_("标签"), "labels.index", "label.print", "qrcode"),
            (_("标签批次"), "label_batches.index", "label_batch.read", "list-check"),
            (_("气瓶赋码"), "label_bindings.index", "label_binding.read", "qrcode"),
            (_("未知码"), "unknown_codes.index", "unknown_code.read", "alert-triangle"),
        ),
    ),
    (
        _("监管"),
        (
            (_("日管控"), "safety_records.daily", "safety.record", "clipboard-check"),
            (_("安全员履职"), "safety.index", "safety.read", "users"),
            (_("风险四色图"), "risks.index", "risk.read", "layout-dashboard"),
            (_("充装单位风险"), "risks.stations", "station_risk.read", "gas-station"),
            (_("风险管控清单"), "risks.mine", "safety.manage", "list-check"),
            (_("监督检查"), "supervision.index", "supervision.read", "clipboard-check"),
            (_("检查计划与抽取"), "supervision_plans.index", "supervision_plan.read", "calendar"),
            (_("隐患"), "hazards.index", "hazard.read", "alert-triangle"),
            (_("指标催办"), "follow_ups.index", "follow_up.read", "list-check"),
            (_("安全状况报告"), "status_reports.index", "status_report.read", "layout-dashboard"),
            (_("重大活动保障"), "guarded_events.index", "guarded_event.read", "flag"),
            (_("保障巡查"), "guarded_rounds.mine", "guarded_event.walk", "map-pin"),
            (_("事故"), "accidents.index", "accident.read", "flag"),
            (_("通报与督办"), "circulars.index", "circular.read", "bell"),
            (_("文书"), "papers.index", "paper.read", "file-text"),
            (_("维保异常"), "anomalies.index", "anomaly.read", "flag"),
            (_("气瓶异常"), "cylinder_anomalies.index", "cylinder_anomaly.read", "flag"),
            (_("保险"), "policies.index", "policy.read", "shield-check"),
            (_("单位"), "units.index", "unit.read", "building"),
            (_("人员"), "people.index", "person.read", "users"),
            (_("权限申请"), "access_requests.index", "access_request.decide", "key"),
        ),
    ),
    (
        _("监督检查与执法"),
        (
            (_("监察指令书"), "directives.index", "directive.read", "clipboard-check"),
            (_("查封扣押"), "sealings.index", "sealing.read", "ban"),
            (_("行政处罚案件"), "cases.index", "case.read", "scale"),
            (_("本单位案件"), "own_cases.index", "own_case.read", "scale"),
            (_("专项行动"), "campaigns.index", "campaign.read", "flag"),
            (_("专项行动自查"), "campaign_checks.index", "campaign_check.read", "list-check"),
        ),
    ),
    (
        _("数据"),
        (
            (_("导入"), "imports.index", "import.check", "upload"),
            (_("法规表"), "rulebook.index", "rule.ask", "book"),
            (_("业务参数"), "parameters.index", "parameter.read", "adjustments"),
            (_("指标与目标"), "indicator_targets.index", "parameter.read", "list-check"),
            (_("运行状态"), "operation.index", "operation.read", "layout-dashboard"),
            (_("后台任务"), "jobs.index", "job.read", "clock"),
            (_("操作日志"), "trail.index", "trail.read", "history"),
            (_("账号安全"), "security.index", "account.end_session", "shield-check"),
            (_("接口令牌"), "account.tokens", "token.create", "key"),
            (_("接口说明"), "api_docs.index", "token.create", "book"),
        ),
    ),
)


# Pages of a section that lie in a blueprint of their own -> the section.
PARTS = {"policy_lists": "policies", "policy_claims": "policies", "spot_checks": "sunshine"}


def _section() -> str:
    """The section of the page that was asked for."""
    name = (request.endpoint or "").split(".")[0]
    return PARTS.get(name, name)


ENDPOINTS = frozenset(endpoint for _label, entries in MENU for _text, endpoint, _permission, _icon in entries)


def _is_here(endpoint: str) -> bool:
    """Whether the page asked for is that of a menu entry; a page without an entry lies under its subject's list."""
    if request.endpoint in ENDPOINTS:
        return request.endpoint == endpoint
    return endpoint.endswith(".index") and _section() == endpoint.split(".")[0]


def groups(actor: Actor, endpoints: Collection[str]) -> list[dict[str, Any]]:
    """The groups and items this caller may open."""
    found = []
    for label, entries in MENU:
        items = [
            {
                "label": str(text),
                "url": url_for(endpoint),
                "icon": icon,
                "active": _is_here(endpoint),
            }
            for text, endpoint, permission, icon in entries
            if endpoint in endpoints and policy.may(actor, permission)
        ]
        if items:
            found.append({"label": str(label), "items": items})
    return found
