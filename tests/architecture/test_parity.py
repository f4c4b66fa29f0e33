"""What a filling station does on pages, its programs can do: each page that changes something, with its address in the
API. A new page that a station's people may use needs its row."""

from __future__ import annotations

import pytest
from flask import Flask

from registry.policy import DELIVERY, PERMISSIONS, STATION
from tests.architecture.test_routes import filled, rules

STATION_ROLES = STATION | DELIVERY
API = "/api/v1"

# page -> the address that does the same; "" where a person does it to the own account in a browser, or reads a secret.
DONE_BY_STATIONS = {
    "accidents.move": "POST /accidents/<string:no>/<string:verb>",
    "accidents.new": "POST /accidents",
    "account.choose_language": "",
    "account.password": "",
    "account.revoke_token": "",
    "account.sign_in": "",
    "account.sign_out": "",
    "account.switch": "",
    "account.tokens": "",
    "security.code": "",
    "security.codes": "",
    "security.end": "",
    "security.end_all": "",
    "security.enrol": "",
    "security.remove": "",
    "campaign_checks.answer": "POST /campaign-checks/<int:check_id>/answer",
    "cylinder_anomalies.move": "POST /cylinder-anomalies/<int:anomaly_id>/<string:verb>",
    "cylinder_balance.buy": "POST /cylinder-balance/purchases",
    "cylinder_balance.withdraw": "POST /cylinder-balance/purchases/<int:purchase_id>/withdraw",
    "cylinder_registrations.amend": "PATCH /cylinder-registrations/<string:no>",
    "cylinder_registrations.move": "POST /cylinder-registrations/<string:no>/<string:step>",
    "cylinder_registrations.new": "POST /cylinder-registrations",
    "cylinder_reports.move": "POST /cylinder-reports/<string:no>/<string:verb>",
    "cylinder_transfers.move": "POST /cylinder-transfers/<int:transfer_id>/<string:verb>",
    "cylinder_transfers.new": "POST /cylinder-transfers",
    "cylinders.edit": "PATCH /cylinders/<string:code>",
    "cylinders.move": "POST /cylinders/<string:code>/<string:verb>",
    "cylinders.new": "POST /cylinders",
    "deliveries.index": "POST /cylinder-events/batch",
    "directives.move": "POST /directives/<int:directive_id>/<string:verb>",
    "fill_labels.print_labels": "POST /fill-labels",
    "follow_ups.move": "POST /follow-ups/<int:follow_up_id>/<string:verb>",
    "guarded_rounds.show": "POST /guarded-rounds/<int:round_id>",
    "hazards.move": "POST /hazards/<string:no>/<string:verb>",
    "hazards.new": "POST /hazards",
    # A spreadsheet is a page's way of many rows; a program sends them one by one.
    "imports.check": "POST /cylinders",
    "imports.columns": "POST /cylinders",
    "imports.new": "POST /cylinders",
    "imports.profile": "POST /cylinders",
    "imports.run": "POST /cylinders",
    "imports.values": "POST /cylinders",
    "inspection_batches.move": "POST /inspection-batches/<int:batch_id>/<string:verb>",
    "inspection_batches.new": "POST /inspection-batches",
    "jobs.stop": "POST /jobs/<int:job_id>/stop",
    "label_batches.new": "POST /label-batches",
    "label_batches.print_batch": "POST /label-batches/<int:batch_id>/print",
    "label_batches.step": "POST /label-batches/<int:batch_id>/receive",
    "label_bindings.confirm": "POST /label-bindings/<int:binding_id>/confirm",
    "label_bindings.new": "POST /label-bindings",
    "label_bindings.refuse": "POST /label-bindings/<int:binding_id>/refuse",
    "labels.foreign": "POST /foreign-codes",
    "labels.print_sheet": "POST /labels",
    "labels.show": "POST /labels/<string:code>/void",
    "notices.read": "POST /notices/<int:notice_id>/read",
    "notices.read_all": "POST /notices/read",
    "notices.settings": "PATCH /notices/settings",
    "notices.switches": "PATCH /notices/settings",
    "offline_disagreements.handle": "POST /offline-disagreements/<int:disagreement_id>/handle",
    "offline_disagreements.key": "",
    "own_cases.move": "POST /own-cases/<int:case_id>/<string:verb>",
    "papers.whole": "POST /papers/<int:paper_id>/whole/<string:form>",
    "people.certificate": "POST /people/<int:person_id>/certificates",
    "people.edit": "PATCH /people/<int:person_id>",
    "people.end_role": "POST /people/<int:person_id>/roles/<int:membership_id>/end",
    "people.grant_role": "POST /people/<int:person_id>/roles",
    "people.login": "POST /people/<int:person_id>/login",
    "people.new": "POST /people",
    "policies.new": "POST /policies",
    "policies.pick": "POST /policies/check",
    "rulebook.ask": "POST /rules/filling",
    "safety_records.daily": "POST /safety-records/daily",
    "safety_records.monthly": "POST /safety-records/monthly",
    "safety_records.report_hazard": "POST /safety-units/problems/<int:problem_id>/hazard",
    "safety_records.solve": "POST /safety-units/problems/<int:problem_id>/solve",
    "safety_records.weekly": "POST /safety-records/weekly",
    "safety_units.add_risk": "POST /safety-units/risks",
    "safety_units.appoint": "POST /safety-units/appointments",
    "safety_units.charges": "POST /safety-units/charges",
    "safety_units.dismiss": "POST /safety-units/appointments/<int:appointment_id>/end",
    "safety_units.drop_risk": "POST /safety-units/risks/<int:risk_id>/drop",
    "safety_units.edit_risk": "PATCH /safety-units/risks/<int:risk_id>",
    "safety_units.keep_paper": "POST /safety-units/papers",
    "safety_units.list_risks": "POST /safety-units/risks/take-over",
    "safety_units.train": "POST /safety-units/trainings",
    "saved_views.delete": "DELETE /saved-views/<int:view_id>",
    "saved_views.edit": "PATCH /saved-views/<int:view_id>",
    "saved_views.new": "POST /saved-views",
    "scrap_batches.move": "POST /scrap-batches/<int:batch_id>/<string:verb>",
    "scrap_batches.new": "POST /scrap-batches",
    "station_book.change_key": "POST /devices/<int:device_id>/key",
    "station_book.correct_device": "PATCH /devices/<int:device_id>",
    "station_book.duty": "POST /presences",
    "station_book.end_duty": "POST /presences/<int:presence_id>/end",
    "station_book.gas_test": "POST /gas-batches/<int:batch_id>/test",
    "station_book.new_device": "POST /devices",
    "station_book.new_gas": "POST /gas-batches",
    "station_book.retire": "POST /devices/<int:device_id>/retire",
    "stations.new_gun": "POST /stations/<int:unit_id>/guns",
    "turns.abort": "POST /aborts",
    "turns.post_check": "POST /post-checks",
    "turns.release": "POST /releases",
    "unknown_codes.step": "POST /unknown-codes/<int:unknown_id>/dismiss",
}

# page -> the permissions without which it changes nothing; no role of a station or of its delivery has one of them.
DONE_BY_OTHERS = {
    "anomalies.move": ("anomaly.explain", "anomaly.take_over"),
    "circulars.new": ("circular.issue",),
    "company_records.new_check": ("quality_check.record",),
    "company_records.new_drill": ("drill.record",),
    "contracts.new": ("contract.sign",),
    "contracts.renew": ("contract.sign",),
    "cylinder_reports.clue": ("cylinder_report.open_clue",),
    "cylinders.inspect": ("cylinder.record_inspection",),
    "cylinders.transfer": ("cylinder.transfer",),
    "elevators.contract": ("contract.sign",),
    "elevators.edit": ("elevator.correct",),
    "elevators.end_contract": ("contract.end",),
    "elevators.enrol": ("rescue.enrol",),
    "elevators.new": ("elevator.register",),
    "elevators.status": ("elevator.change_status",),
    "elevators.transfer": ("elevator.transfer",),
    "guarded_events.move": (
        "guarded_event.make_ready",
        "guarded_event.start",
        "guarded_event.end",
        "guarded_event.close",
    ),
    "fault_reports.hazard": ("fault_report.make_hazard",),
    "fault_reports.move": ("fault_report.take", "fault_report.reopen"),
    "field.append_upload": ("visit.record",),
    "field.join_visit": ("visit.join",),
    "field.record_visit": ("visit.record",),
    "field.start_upload": ("visit.record",),
    "fill_covers.settle": ("fill_cover.settle",),
    "follow_ups.effort": ("follow_up.send",),
    "holds.new": ("hold.release",),
    "inspection_batches.correct": ("cylinder.correct_inspection",),
    "inspection_batches.results": ("cylinder.record_inspection",),
    "inspection_orders.end": ("inspection_order.end",),
    "inspection_orders.new": ("inspection_order.record",),
    "inspections.correct": ("inspection.correct",),
    "inspections.new": ("inspection.record",),
    "label_batches.issue": ("label_batch.issue",),
    "labels.bind": ("label.bind",),
    "maintenance.assign": ("assignment.set",),
    "maintenance.grade": ("credit.grade",),
    "maintenance.monitoring": ("iot.report",),
    "maker_items.new": ("maker_items.enter",),
    "offline_disagreements.clue": ("offline_disagreement.open_clue",),
    "old_elevators.assess": ("assessment.record",),
    "old_elevators.correct": ("assessment.correct",),
    "papers.show": ("paper.withdraw",),
    "papers.template": ("paper.set_template",),
    "indicator_figures.freeze": ("indicator_figure.freeze",),
    "indicator_figures.move": ("indicator_figure.submit", "indicator_figure.approve"),
    "indicator_figures.move_month": ("indicator_figure.submit", "indicator_figure.approve"),
    "indicator_figures.new": ("indicator_figure.report",),
    "indicator_figures.revise": ("indicator_figure.revise",),
    "indicator_targets.new": ("target.set",),
    "indicator_targets.withdraw": ("target.withdraw",),
    "parameters.new": ("parameter.set",),
    "part_tests.new": ("part_test.record",),
    "policies.cancel": ("policy.cancel",),
    "policies.endorse": ("policy.endorse",),
    "policy_claims.decide": ("claim.decide",),
    "policy_claims.new": ("claim.record",),
    "public_reports.new": ("cylinder_report.submit", "fault_report.submit"),
    "public_reports.without_label": ("cylinder_report.submit",),
    "registrations.fill": ("registration.apply",),
    "registrations.move": ("registration.apply", "registration.decide"),
    "registrations.new": ("registration.apply",),
    "registrations.parts": ("elevator.correct",),
    "renewals.amend": ("renewal.amend",),
    "renewals.move": ("renewal.approve", "renewal.start"),
    "renewals.new": ("renewal.apply",),
    "self_checks.new": ("self_check.record",),
    "spot_checks.item": ("spot_check.judge",),
    "spot_checks.new": ("spot_check.draw",),
    "stations.end_alliance": ("alliance.end",),
    "stations.new_alliance": ("alliance.approve",),
    "stations.resume": ("station.lift_stop",),
    "stations.stop": ("station.order_stop",),
    "units.capacity": ("unit.set_capacity",),
    "units.edit": ("unit.correct",),
    "units.new": ("unit.register",),
    "access_requests.grant": ("access_request.decide",),
    "access_requests.refuse": ("access_request.decide",),
    "people.reset_factor": ("second_factor.reset",),
    "people.revoke_tokens": ("person.revoke_tokens",),
    "people.unlock": ("person.unlock",),
    "visits.confirm": ("visit.confirm",),
    "visits.correct": ("visit.correct",),
    "visits.decline": ("visit.decline",),
    "visits.log": ("visit.record",),
}


def changing(app: Flask) -> dict[str, list[str]]:
    """Endpoint -> `METHOD address` of everything that changes something."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            found.setdefault(rule.endpoint, []).append(f"{method} {rule.rule}")
    return found


def of_pages(app: Flask) -> set[str]:
    return {name for name, where in changing(app).items() if not where[0].partition(" ")[2].startswith("/api/")}


def may_change(page: str) -> bool:
    """Whether a role of a station has a permission, other than to read, over what a page is named after."""
    kind = page.partition(".")[0]
    names = {kind, kind.removesuffix("s"), kind.removesuffix("es")}
    return any(
        roles & STATION_ROLES and not verb.startswith("read")
        for permission, roles in PERMISSIONS.items()
        for name, _, verb in (permission.partition("."),)
        if name in names
    )


def test_every_page_that_changes_something_has_its_row(app: Flask, browser_of) -> None:
    """A new page needs none where a station's people are refused, or find nothing and change nothing of its kind."""
    new = of_pages(app) - set(DONE_BY_STATIONS) - set(DONE_BY_OTHERS)
    where = {rule.endpoint: filled(rule) for rule in rules(app) if rule.endpoint in new and "POST" in rule.methods}
    people = [browser_of(login) for login in ("filling", "filler", "checker")]
    wanting = []
    for name, address in where.items():
        answers = {person.post(address).status_code for person in people}
        if answers - {403, 404} or (404 in answers and may_change(name)):
            wanting.append(name)
    assert not wanting, "new pages that a station may use: give each its row"
    assert set(DONE_BY_OTHERS) <= of_pages(app)
    assert not set(DONE_BY_STATIONS) & set(DONE_BY_OTHERS)


def test_what_a_station_does_on_a_page_its_programs_can_do(app: Flask) -> None:
    served = {one.replace(f" {API}", " ", 1) for where in changing(app).values() for one in where if f" {API}/" in one}
    assert {address for address in DONE_BY_STATIONS.values() if address} <= served


@pytest.mark.parametrize("page", sorted(DONE_BY_OTHERS))
def test_no_station_does_the_rest(page: str) -> None:
    for permission in DONE_BY_OTHERS[page]:
        assert not PERMISSIONS[permission] & STATION_ROLES, permission
