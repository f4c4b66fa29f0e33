"""The trail: every change leaves one entry, in the same transaction, with declared keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, insert

from registry import clock, metrics, tracing
from registry.actor import Actor
from registry.bulk import insert_rows
from registry.db import Base, db
from registry.models import TrailEntry
from registry.prepared import Prepared

# act -> the keys its entry may carry; an undeclared key is a mistake of the programmer and fails the verb.
ACTS: dict[str, frozenset[str]] = {
    "unit.registered": frozenset({"name", "credit_code", "capacities"}),
    "unit.corrected": frozenset({"changes"}),
    "unit.capacity_set": frozenset({"capacity", "licence_until", "suspended_since"}),
    "person.registered": frozenset({"unit_id", "role"}),
    "person.corrected": frozenset({"fields"}),
    "person.role_granted": frozenset({"unit_id", "role", "area_code"}),
    "person.role_ended": frozenset({"unit_id", "role"}),
    "person.unlocked": frozenset({"count", "reason"}),
    "person.tokens_revoked": frozenset({"count", "reason"}),
    "access_request.asked": frozenset({"kind", "person_id", "unit_id", "role", "area_code", "reason"}),
    "access_request.granted": frozenset({"kind", "person_id", "unit_id", "role", "area_code", "asked_by_id"}),
    "access_request.refused": frozenset({"kind", "person_id", "unit_id", "role", "area_code", "asked_by_id"}),
    "person.login_set": frozenset({"login", "disabled"}),
    "person.certificate_recorded": frozenset({"item", "expires_on"}),
    "person.signed_in": frozenset({"door"}),
    "person.signed_out": frozenset({"door"}),
    "person.acted_as": frozenset({"unit_id", "role"}),
    "person.password_changed": frozenset(),
    "person.password_set": frozenset(),
    "person.new_device": frozenset({"browser"}),
    "person.sessions_ended": frozenset({"count"}),
    "second_factor.enrolled": frozenset(),
    "second_factor.codes_renewed": frozenset(),
    "second_factor.code_used": frozenset(),
    "second_factor.removed": frozenset(),
    "second_factor.reset": frozenset({"reason"}),
    "sign_in.forgotten": frozenset({"sessions", "devices", "before"}),
    "personal.shown": frozenset({"kind", "key", "fields", "reason"}),
    "personal.exported": frozenset({"listing", "filters", "reason"}),
    "token.created": frozenset({"name", "expires_at"}),
    "token.revoked": frozenset({"name"}),
    "elevator.registered": frozenset({"label_code", "kind", "area_code", "source"}),
    "elevator.corrected": frozenset({"changes", "source"}),
    "elevator.status_changed": frozenset({"from", "to", "since", "reason", "document", "late"}),
    "elevator.transferred": frozenset({"from_unit_id", "to_unit_id", "since", "document"}),
    "elevator.parts_set": frozenset({"count"}),
    "registration.opened": frozenset({"no", "kind", "elevator_id", "unit_id"}),
    "registration.filled": frozenset({"no", "fields", "papers", "changes"}),
    "registration.moved": frozenset({"no", "verb", "from", "to", "due_on", "certificate_no"}),
    "contract.signed": frozenset({"elevator_id", "company_id", "since", "until", "number", "mode", "onsite_days"}),
    "contract.ended": frozenset({"elevator_id", "until", "reason"}),
    "contract.renewed": frozenset({"elevator_id", "company_id", "renews_id", "since", "until", "number"}),
    "credit.graded": frozenset({"unit_id", "grade", "since", "document"}),
    "maker_items.entered": frozenset({"elevator_id", "manufacturer", "model", "items", "since", "document"}),
    "assignment.set": frozenset({"elevator_id", "people", "since"}),
    "maintenance_state.caught_up": frozenset({"contracts"}),
    "iot.reported": frozenset({"elevator_id", "online", "since", "reason"}),
    "inspection.recorded": frozenset({"elevator_id", "kind", "conclusion", "done_on", "valid_until", "hazard"}),
    "inspection.corrected": frozenset(
        {"elevator_id", "corrects", "kind", "conclusion", "done_on", "valid_until", "hazard"}
    ),
    "inspection_order.recorded": frozenset(
        {"document", "due_from", "due_to", "shift_months", "area_code", "named", "since"}
    ),
    "inspection_order.ended": frozenset({"until"}),
    "part_test.recorded": frozenset({"elevator_id", "part", "conclusion", "done_on", "next_on"}),
    "drill.recorded": frozenset({"category", "held_on"}),
    "quality_check.recorded": frozenset({"elevator_id", "passed"}),
    "self_check.recorded": frozenset({"elevator_id", "done_on", "passed", "reviewer_id"}),
    "assessment.recorded": frozenset({"elevator_id", "standard", "assessed_on", "conclusion"}),
    "assessment.corrected": frozenset({"elevator_id", "corrects_id", "reason", "conclusion"}),
    "renewal.applied": frozenset({"no", "elevator_id", "year", "batch", "cost_fen"}),
    "renewal.amended": frozenset({"no", "changes"}),
    "renewal.moved": frozenset({"no", "verb", "from", "to", "done_on", "document", "new_elevator_id"}),
    "fault_report.received": frozenset({"no", "elevator_id", "kind", "photo"}),
    "fault_report.moved": frozenset({"no", "verb", "from", "to"}),
    "fault_report.made_hazard": frozenset({"no", "hazard_id"}),
    "cylinder_report.received": frozenset({"no", "cylinder_id", "kind", "photo"}),
    "cylinder_report.moved": frozenset({"no", "verb", "from", "to", "hazard_id"}),
    "rescue.enrolled": frozenset({"elevator_id", "code", "plate_verified_on"}),
    "rescue.range_set": frozenset({"area_code", "first", "last"}),
    "rescue.codes_given": frozenset({"area_code", "count", "first", "last", "since"}),
    "rescue.plate_checked": frozenset({"elevator_id", "code_seen", "matches", "way", "seen_on"}),
    "responder.registered": frozenset({"name", "kind", "unit_id", "levels", "areas"}),
    "responder.corrected": frozenset({"changes"}),
    "responder.rota_set": frozenset({"since", "shifts"}),
    "responder.exception_added": frozenset({"day", "begins", "ends", "reason"}),
    "responder.exception_dropped": frozenset({"day", "reason"}),
    "responder.moved": frozenset({"verb", "from", "to", "reason"}),
    "emergency_plan.kept": frozenset({"kind", "edition", "valid_from", "valid_until"}),
    "emergency_plan.ended": frozenset({"ended_on", "note"}),
    "emergency_plan.drill_recorded": frozenset({"held_on"}),
    "visit.recorded": frozenset({"elevator_id", "cycle", "done_on", "paperless", "findings"}),
    "visit.confirmed": frozenset({"paperless"}),
    "visit.declined": frozenset({"reason"}),
    "visit.corrected": frozenset({"corrects_id", "elevator_id", "cycle", "paperless", "reason"}),
    "anomaly.found": frozenset({"code", "visit_id", "other_visit_id"}),
    "anomaly.moved": frozenset({"code", "visit_id", "verb", "from", "to", "due_on"}),
    "anomaly.examined": frozenset({"since", "until", "found"}),
    "cylinder_anomaly.found": frozenset({"code", "key", "mark", "station_id", "cylinder_id"}),
    "cylinder_anomaly.moved": frozenset({"code", "station_id", "cylinder_id", "verb", "from", "to", "due_on"}),
    "cylinder_anomaly.examined": frozenset({"since", "until", "found"}),
    "visit.joined": frozenset({"elevator_id", "visit_id", "at", "added"}),
    "policy.recorded": frozenset(
        {"policy_no", "subject", "items", "starts_on", "ends_on", "premium_fen", "proposed_fen", "renews_id", "source"}
    ),
    "policy.items_added": frozenset({"items", "source"}),
    "policy.endorsed": frozenset({"number", "added", "removed", "since", "reason", "document", "difference_fen"}),
    "policy.cancelled": frozenset({"cancelled_on", "reason", "document", "refund_fen"}),
    "claim.recorded": frozenset({"policy_id", "event", "injury", "state", "reserve_fen", "paid_fen"}),
    "claim.decided": frozenset({"policy_id", "verb", "from", "to", "paid_fen"}),
    "cylinder.registered": frozenset({"label_code", "kind", "medium", "owner_id", "source"}),
    "cylinder.corrected": frozenset({"changes", "source"}),
    "cylinder.status_changed": frozenset({"from", "to", "since", "reason", "document"}),
    "cylinder.transferred": frozenset({"from_unit_id", "to_unit_id", "since", "document"}),
    "cylinder_registration.opened": frozenset({"no", "kind", "unit_id", "cylinders"}),
    "cylinder_registration.amended": frozenset({"no", "cylinders"}),
    "cylinder_registration.moved": frozenset({"no", "verb", "from", "to", "certificate_no", "reason"}),
    "cylinder_transfer.proposed": frozenset({"giver_id", "receiver_id", "cylinders", "document"}),
    "cylinder_transfer.moved": frozenset({"verb", "from", "to", "accepted", "refused", "reason"}),
    "cylinder.inspection_recorded": frozenset({"done_on", "passed", "next_inspection_on"}),
    "cylinder.inspection_corrected": frozenset({"done_on", "passed", "next_inspection_on", "corrects", "reason"}),
    "inspection_batch.sent": frozenset({"station_id", "body_id", "cylinders"}),
    "inspection_batch.moved": frozenset({"verb", "from", "to", "missing", "extra", "reason", "certificate_no"}),
    "inspection_batch.results_recorded": frozenset({"recorded", "refused"}),
    "scrap_batch.ordered": frozenset({"station_id", "cylinders"}),
    "scrap_batch.moved": frozenset(
        {
            "verb",
            "from",
            "to",
            "handler_id",
            "reason",
            "method",
            "destroyed_on",
            "certificate_no",
            "weighed_g",
            "missing",
            "photos",
            "document",
            "cylinders",
        }
    ),
    "cylinder_purchase.recorded": frozenset({"station_id", "bought_on", "kind", "count", "document"}),
    "cylinder_purchase.withdrawn": frozenset({"station_id", "count", "reason"}),
    "fill_cover.settled": frozenset({"policy_id", "month", "fills", "late", "premium_fen"}),
    "cylinder.event_recorded": frozenset({"kind", "at"}),
    "alliance.approved": frozenset({"members", "media", "document", "until"}),
    "alliance.ended": frozenset({"members", "until", "reason"}),
    "station.stopped": frozenset({"station_id", "since", "document", "reason"}),
    "station.stop_lifted": frozenset({"station_id", "until", "document", "reason"}),
    "fill_clip.linked": frozenset({"station_id", "count"}),
    "fill_clip.reported": frozenset({"filling_id", "camera_id", "digest", "counts"}),
    "fill_clip.dropped": frozenset({"filling_id", "camera_id"}),
    "fill_clip.lost": frozenset({"filling_id", "clips"}),
    "spot_check.drawn": frozenset({"station_id", "first_on", "last_on", "size", "seed", "pool_size", "pool_digest"}),
    "spot_check.judged": frozenset({"check_id", "filling_id", "from", "to", "anomaly_id"}),
    "supervision_plan.made": frozenset({"year", "kind", "area_code"}),
    "supervision_plan.moved": frozenset({"verb", "from", "to", "document", "note"}),
    "key_unit.added": frozenset({"unit_id", "reason"}),
    "key_unit.ended": frozenset({"unit_id", "reason"}),
    "supervision.drawn": frozenset({"plan_id", "seed", "size", "pool_size", "pool_digest", "checks"}),
    "supervision_check.opened": frozenset({"no", "kind", "unit_id", "plan_id", "draw_id"}),
    "supervision_check.recorded": frozenset({"no", "devices", "not_ok", "measures", "refused"}),
    "supervision_check.hazard_reported": frozenset({"no", "item", "hazard_id"}),
    "supervision_check.moved": frozenset({"no", "verb", "from", "to"}),
    "gun.registered": frozenset({"station_id", "number", "medium"}),
    "scan.recorded": frozenset({"cylinder_id", "purpose", "verdict", "code", "findings"}),
    "filling.recorded": frozenset({"cylinder_id", "net_g", "pressure_kpa", "verdict"}),
    "fill_cycle.prechecked": frozenset({"cylinder_id", "verdict", "findings"}),
    "fill_cycle.postchecked": frozenset({"cylinder_id", "findings"}),
    "fill_cycle.closed": frozenset({"cylinder_id", "state", "reason"}),
    "gun.unlocked": frozenset({"cycle_id", "gun", "expires_at"}),
    "gateway.answered": frozenset({"gun", "code"}),
    "gun.opened": frozenset({"cycle_id", "gun"}),
    "hold.released": frozenset({"cylinder_id", "station_id", "rules", "expires_at", "reason"}),
    "device.registered": frozenset({"station_id", "kind", "number", "gun"}),
    "device.key_changed": frozenset({"number", "key_version"}),
    "device.retired": frozenset({"number"}),
    "device.corrected": frozenset({"number", "changes"}),
    "device.strokes_reported": frozenset({"number", "day", "strokes"}),
    "reading.recorded": frozenset({"device_id", "kind", "value"}),
    "presence.signed_on": frozenset({"station_id", "person_id"}),
    "presence.signed_off": frozenset({"station_id", "person_id"}),
    "gas_batch.tested": frozenset({"tested_on", "dme_ppm", "report_no", "file_id"}),
    "gas_batch.recorded": frozenset({"station_id", "medium", "mass_g", "tested_on", "dme_ppm"}),
    "snapshot.key_made": frozenset({"version"}),
    "offline_disagreement.found": frozenset({"cylinder_id", "findings"}),
    "offline_disagreement.handled": frozenset({"cylinder_id", "action", "note"}),
    "offline_disagreement.clue_opened": frozenset({"cylinder_id", "hazard_id"}),
    "filling.refused": frozenset({"cylinder_id", "findings"}),
    "label_batch.requested": frozenset({"number", "station_id", "count", "carrier"}),
    "label_batch.moved": frozenset({"number", "station_id", "verb", "from", "to", "note"}),
    "label_binding.recorded": frozenset({"code", "cylinder_id"}),
    "label_binding.settled": frozenset({"code", "cylinder_id", "verb", "note"}),
    "label.foreign_registered": frozenset({"code", "scheme", "cylinder_id"}),
    "unknown_code.settled": frozenset({"verb", "note", "label_id", "hazard_id"}),
    "fill_label.printed": frozenset({"count", "layout", "format"}),
    "label.bound": frozenset({"code", "cylinder_id", "elevator_id"}),
    "label.voided": frozenset({"code", "reason"}),
    "label.printed": frozenset({"count", "layout", "reason"}),
    "hazard.reported": frozenset({"no", "title", "unit_id", "source"}),
    "hazard.moved": frozenset({"no", "verb", "from", "to", "round", "due_on"}),
    "paper.issued": frozenset({"kind", "number", "title", "hazard_id"}),
    "call.taken": frozenset({"no", "kind", "source", "elevator_id", "drill"}),
    "call.moved": frozenset({"no", "verb", "from", "to", "elevator_id", "dispatch_id", "done_at"}),
    "call_drill.started": frozenset({"no", "scenario", "plan_id"}),
    "call_drill.evaluated": frozenset({"no", "participants", "mend_due"}),
    "call_drill.mended": frozenset({"no", "mended_on"}),
    "call.phones_blackened": frozenset({"count", "before"}),
    "accident.reported": frozenset({"no", "title", "unit_id", "elevator_id", "cylinder_id", "grade"}),
    "accident.moved": frozenset({"no", "verb", "from", "to", "done_at", "elevator_id", "responsible_id"}),
    "accident.graded": frozenset({"no", "from", "to", "measures"}),
    "status_report.issued": frozenset({"number", "title", "until"}),
    "risk_list.issued": frozenset({"unit_id", "title", "devices"}),
    "risk.graded": frozenset({"on", "changed"}),
    "directive.issued": frozenset({"number", "unit_id", "due_on", "devices", "hazards"}),
    "directive.moved": frozenset({"number", "verb", "from", "to", "delivery", "served_on", "recheck_due_on", "reason"}),
    "saved_view.saved": frozenset({"listing", "shared"}),
    "saved_view.changed": frozenset({"listing", "shared", "renamed"}),
    "saved_view.deleted": frozenset({"listing", "shared"}),
    "follow_up.sent": frozenset({"key", "unit_id", "due_on", "count"}),
    "follow_up.moved": frozenset({"verb", "from", "to"}),
    "sealing.proposed": frozenset({"no", "unit_id", "kind", "emergency"}),
    "sealing.moved": frozenset({"no", "verb", "from", "to", "ends_on"}),
    "case.opened": frozenset({"no", "unit_id", "offence"}),
    "case.moved": frozenset({"no", "verb", "from", "to", "fine_yuan"}),
    "guarded_event.planned": frozenset({"no", "name", "starts_at", "ends_at"}),
    "guarded_event.amended": frozenset({"no", "changes"}),
    "guarded_event.moved": frozenset({"no", "verb", "from", "to"}),
    "guarded_event.place_added": frozenset({"no", "place", "count"}),
    "guarded_event.place_removed": frozenset({"no", "place"}),
    "guarded_event.devices_added": frozenset({"no", "place", "count"}),
    "guarded_event.device_removed": frozenset({"no", "elevator_id", "unit_id"}),
    "guarded_event.check_accepted": frozenset({"no", "device_id", "check", "reason"}),
    "guarded_event.rounds_planned": frozenset({"no", "place", "person_id", "count"}),
    "guarded_event.round_removed": frozenset({"no", "place", "planned_at"}),
    "guarded_event.shift_set": frozenset({"no", "place", "person_id", "starts_at", "ends_at"}),
    "guarded_event.shift_removed": frozenset({"no", "place", "person_id"}),
    "guarded_event.round_walked": frozenset({"no", "place", "planned_at", "done_at", "hazard_id", "fault_report_id"}),
    "campaign.planned": frozenset({"no", "title", "starts_on"}),
    "campaign.moved": frozenset({"no", "verb", "from", "to"}),
    "campaign.linked": frozenset({"no", "count"}),
    "campaign.self_checks_ordered": frozenset({"no", "count"}),
    "campaign_check.answered": frozenset({"no", "unit_id", "found", "corrected", "signer"}),
    "circular.issued": frozenset({"number", "since", "until", "overdue"}),
    "paper.withdrawn": frozenset({"number", "reason"}),
    "paper.file_kept": frozenset({"format", "sha256"}),
    "job.asked": frozenset({"kind", "key"}),
    "job.put_off": frozenset({"kind", "problem", "run_after"}),
    "job.done": frozenset({"kind", "key", "problem"}),
    "job.failed": frozenset({"kind", "key", "problem"}),
    "job.stopped": frozenset({"kind", "key"}),
    "job.file_dropped": frozenset({"kind", "name", "sha256"}),
    "job.repeated": frozenset({"kind", "key"}),
    "notice.made": frozenset({"count", "entry_id", "day"}),
    "notice.planned": frozenset({"count"}),
    "notice.read": frozenset({"count"}),
    "notice.set": frozenset({"fields"}),
    "notice.switched": frozenset({"on", "off"}),
    "notice.delivered": frozenset({"channel", "state", "reason", "count", "attempts"}),
    "paper_template.set": frozenset({"kind", "since", "file_id", "note"}),
    "safety.appointed": frozenset({"subject", "role", "appointee_id", "since", "document"}),
    "safety.dismissed": frozenset({"subject", "role", "appointee_id", "until", "reason"}),
    "safety.trained": frozenset({"subject", "trainee_id", "kind", "done_on", "passed"}),
    "safety.charged": frozenset({"officer_id", "elevators", "since"}),
    "safety.risks_listed": frozenset({"subject", "points", "since"}),
    "safety.risk_set": frozenset({"subject", "code", "title", "since"}),
    "safety.risk_dropped": frozenset({"subject", "title", "until", "reason"}),
    "safety.paper_kept": frozenset({"subject", "paper", "since"}),
    "safety.recorded": frozenset({"subject", "cycle", "starts_on", "late", "zero_risk", "problems", "corrects"}),
    "safety.problem_solved": frozenset({"solved_on", "solution"}),
    "safety.hazard_reported": frozenset({"hazard_id"}),
    "file.stored": frozenset({"sha256", "purpose", "size"}),
    "upload.started": frozenset({"purpose", "size"}),
    "upload.finished": frozenset({"file_id"}),
    "upload.abandoned": frozenset({"count", "before"}),
    "import.uploaded": frozenset({"sheet", "file_id"}),
    "import.mapped": frozenset({"sheet", "profile"}),
    "import.started": frozenset({"sheet"}),
    "import.checked": frozenset({"sheet", "rows", "refused"}),
    "import.finished": frozenset({"sheet", "rows", "new", "changed", "refused"}),
    "import.profile_saved": frozenset({"sheet", "name"}),
    "parameter.set": frozenset({"key", "value", "since"}),
    "target.set": frozenset({"key", "area_code", "value", "value2", "comparator", "since", "year", "source"}),
    "indicator_alert.raised": frozenset({"name", "kind", "area_code", "value", "target"}),
    "indicator_alert.cleared": frozenset({"name", "kind", "area_code"}),
    "indicator_alert.reopened": frozenset({"name", "kind", "area_code"}),
    "indicator_alert.acknowledged": frozenset({"name", "kind", "area_code", "note"}),
    "indicator_figure.frozen": frozenset({"period_end", "count"}),
    "indicator_figure.reported": frozenset({"key", "area_code", "period_end", "revision", "reason"}),
    "indicator_figure.revised": frozenset({"key", "area_code", "period_end", "revision", "reason"}),
    "indicator_figure.moved": frozenset({"key", "area_code", "period_end", "revision", "verb", "from", "to"}),
    "target.withdrawn": frozenset({"key", "area_code", "value", "since", "year", "reason"}),
    "backup.made": frozenset({"name", "revision", "trail_id", "files", "bytes", "missing", "secrets"}),
    "backup.forgotten": frozenset({"name"}),
    "backup.restored": frozenset({"name", "made_at", "version", "revision", "trail_id", "files", "missing"}),
    "partition.made": frozenset({"part", "until"}),
    "partition.detached": frozenset({"part", "rows"}),
    "seal.made": frozenset({"no", "root", "first_id", "last_id", "count"}),
    "seed.step_taken": frozenset({"name", "step", "on"}),
}


_COLUMNS = ("at", "act", "subject", "subject_id", "person_id", "unit_id", "role", "request_id", "data")
_ONE_ENTRY = Prepared(insert(TrailEntry), *_COLUMNS)


def record(actor: Actor, act: str, subject: Base | None = None, /, **data: Any) -> None:
    """Write one entry about `subject` in the running transaction.

    Raises:
        KeyError: the act is not declared.
        ValueError: a key is not declared for the act.
    """
    db.session.flush()
    name = subject.__tablename__ if subject is not None else act.partition(".")[0]
    record_many(actor, act, name, [(getattr(subject, "id", None), data)])


def record_many(actor: Actor, act: str, subject: str, entries: Iterable[tuple[int | None, Mapping[str, Any]]]) -> None:
    """One entry for each (subject id, data); bulk verbs use it so that no row goes without its entry."""
    allowed = ACTS[act]
    common = {
        "at": clock.now(),
        "act": act,
        "subject": subject,
        "person_id": actor.person_id,
        "unit_id": actor.unit_id,
        "role": actor.role,
        "request_id": actor.request_id or tracing.request_id(),
    }
    rows = []
    for subject_id, data in entries:
        if not data.keys() <= allowed:
            raise ValueError(f"{act} does not declare {sorted(data.keys() - allowed)}")
        plain = {key: value if value.__class__ in _AS_IS else _plain(value) for key, value in data.items()}
        rows.append({**common, "subject_id": subject_id, "data": plain})
    if act in metrics.COUNTED:
        metrics.acted(db.session(), act, [row["data"] for row in rows])
    if len(rows) == 1:
        _ONE_ENTRY.write(rows[0])
        return
    insert_rows(db.session(), cast(Table, TrailEntry.__table__), rows)


def changes(row: Base, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Apply `values` to a row and return what changed: field -> [before, after]."""
    changed = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [_plain(before), _plain(value)]
            setattr(row, name, value)
    return changed


_AS_IS = {str, int, bool, type(None)}


def _plain(value: Any) -> Any:
    """A value as canonical JSON keeps it."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(v) for v in value]
        case _:
            return value
