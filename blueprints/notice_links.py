"""Where a notice leads: the page of what it is about."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from registry import policy
from registry.actor import Actor
from registry.queries.notices import Shown
from registry.settings import current

# subject -> (endpoint, its argument, the attribute of the row); without an argument the list.
PAGES: dict[str, tuple[str, str, str]] = {
    "access_request": ("access_requests.index", "", ""),
    "accident": ("accidents.show", "no", "no"),
    "call": ("calls.show", "no", "no"),
    "campaign_self_check": ("campaign_checks.show", "check_id", "id"),
    "certificate": ("people.show", "person_id", "person_id"),
    "contract": ("contracts.index", "", ""),
    "cylinder_anomaly": ("cylinder_anomalies.show", "anomaly_id", "id"),
    "cylinder_report": ("cylinder_reports.show", "no", "no"),
    "cylinder_transfer": ("cylinder_transfers.show", "transfer_id", "id"),
    "directive": ("directives.show", "directive_id", "id"),
    "elevator": ("elevators.show", "code", "label_code"),
    "enforcement_case": ("cases.show", "case_id", "id"),
    "fault_report": ("fault_reports.show", "no", "no"),
    "follow_up": ("follow_ups.show", "follow_up_id", "id"),
    "hazard": ("hazards.show", "no", "no"),
    "indicator_alert": ("indicator_alerts.show", "alert_id", "id"),
    "inspection_batch": ("inspection_batches.show", "batch_id", "id"),
    "person": ("security.index", "", ""),
    "policy": ("policies.show", "policy_id", "id"),
    "registration": ("registrations.show", "no", "no"),
    "sealing": ("sealings.show", "sealing_id", "id"),
    "station": ("cylinder_due.index", "", ""),
    "stop_order": ("stations.show", "unit_id", "station_id"),
    "supervision_check": ("supervision.show", "no", "no"),
    "visit": ("visits.show", "visit_id", "id"),
    "visit_anomaly": ("anomalies.show", "anomaly_id", "id"),
}


def page_of(actor: Actor, shown: Shown) -> str:
    """The address of the thing; empty when the reader may not see it any more."""
    if shown.row is None:
        return ""
    endpoint, argument, attribute = PAGES[shown.notice.subject]
    if endpoint == "cases.show" and not policy.may(actor, "case.read"):
        endpoint = "own_cases.show"
    values: dict[str, Any] = {argument: getattr(shown.row, attribute)} if argument else {}
    return url_for(endpoint, **values)


def address(endpoint: str, **values: Any) -> str:
    """The full address of a page, for those who read it elsewhere; works without a request."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current().base_url}{path}"
