"""Every verb asks for a permission and leaves a trail entry."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from registry.audit import ACTS
from registry.policy import PERMISSIONS
from tests.architecture.source import calls, modules

# Nobody has signed in yet, or the row is the session itself.
WITHOUT_PERMISSION = {
    "registry.services.accounts.sign_in",
    "registry.services.accounts.let_in",
    "registry.services.accounts.sign_out",
    "registry.services.accounts.act_as",
    "registry.services.accounts.touch",
    "registry.services.second_factors.prove",
}
# `touch`, `heartbeat` and `beat` only note that somebody is alive, `keep` what the records say anyway; the others are
# parts of other verbs.
NOT_A_VERB = {
    "registry.services.access_requests.ask",
    "registry.services.access_requests.needs_another",
    "registry.services.access_requests.refuse_union",
    "registry.services.access_requests.reset_needs_another",
    "registry.services.access_requests.password_needs_another",
    "registry.services.accounts.give_password",
    "registry.services.access_requests.waits",
    "registry.services.accounts.accepted",
    "registry.services.accounts.touch",
    "registry.services.anomaly_finding.after_inspection",
    "registry.services.anomaly_finding.examine",
    "registry.services.anomaly_moves.enter",
    "registry.services.anomaly_moves.legal",
    "registry.services.anomaly_moves.permission",
    "registry.services.anomaly_moves.text_of",
    "registry.services.attempts.give_back",
    "registry.services.attempts.source",
    "registry.services.attempts.spend",
    "registry.services.beats.beat",
    "registry.services.beats.note_backup",
    "registry.services.beats.probe",
    "registry.services.call_dispatching.ask",
    "registry.services.call_dispatching.call_off",
    "registry.services.call_dispatching.first_level",
    "registry.services.call_dispatching.is_open",
    "registry.services.call_dispatching.other_elevator",
    "registry.services.call_dispatching.service",
    "registry.services.call_dispatching.teams",
    "registry.services.call_dispatching.units_named",
    "registry.services.call_joining.join",
    "registry.services.call_joining.merge",
    "registry.services.call_moves.apply",
    "registry.services.calls.settle",
    "registry.services.case_clocks.calendar",
    "registry.services.case_clocks.extend",
    "registry.services.case_clocks.extend_together",
    "registry.services.case_clocks.leave_out",
    "registry.services.case_clocks.newest",
    "registry.services.case_clocks.running",
    "registry.services.case_clocks.start",
    "registry.services.case_clocks.stop",
    "registry.services.case_clocks.stop_all",
    "registry.services.case_papers.issue",
    "registry.services.case_papers.serve",
    "registry.services.case_papers.served_at_once",
    "registry.services.case_records.enter",
    "registry.services.case_records.judge",
    "registry.services.case_records.announced",
    "registry.services.cases.made",
    "registry.services.cases.make_once",
    "registry.services.cylinder_anomaly_finding.after_verdict",
    "registry.services.cylinder_anomaly_finding.second_turn",
    "registry.services.cylinder_anomaly_finding.noted",
    "registry.services.cylinder_inspections.keep",
    "registry.services.cylinders.make_move",
    "registry.services.cylinders.move_day",
    "registry.services.cylinders.write_over",
    "registry.services.cylinder_transfers.told",
    "registry.services.devices.heartbeat",
    "registry.services.fill_clips.after_heartbeat",
    "registry.services.fill_clips.link",
    "registry.services.fill_clips.lose",
    "registry.services.fill_cycles.observed",
    "registry.services.fill_cycles.staff_of",
    "registry.services.fill_cycles.enter",
    "registry.services.fill_cycles.end_stale",
    "registry.services.fill_cycles.close",
    "registry.services.fill_cycles.move_on",
    "registry.services.fill_cycles.state_after",
    "registry.services.fill_rows.filling",
    "registry.services.fill_rows.scanned",
    "registry.services.fill_rows.turn_begun",
    "registry.services.fill_rows.turn_filled",
    "registry.services.fill_writing.keep",
    "registry.services.fill_writing.keep_turns",
    "registry.services.fill_writing.net_g",
    "registry.services.fill_cycles.mine",
    "registry.services.fill_cycles.release_verdict",
    "registry.services.gateway.as_byte",
    "registry.services.hold_releases.releasable",
    "registry.services.hold_releases.use_up",
    "registry.services.readings.key_of",
    "registry.services.readings.signed_text",
    "registry.services.readings.look",
    "registry.services.readings.seen",
    "registry.services.readings.take",
    "registry.services.readings.use_up",
    "registry.services.cylinder_tallies.fold",
    "registry.services.cylinder_tallies.keep",
    "registry.services.cylinder_tallies.keep_some",
    "registry.services.indicator_counts.keep",
    "registry.services.indicator_counts.keep_when_due",
    "registry.services.jobs.beat",
    "registry.services.leftovers.sweep",
    "registry.services.leftovers.sweep_when_due",
    "registry.services.labels.fresh_code",
    "registry.services.labels.fresh_codes",
    "registry.services.last_writes.note",
    "registry.services.life_events.note",
    "registry.services.labels.attach",
    "registry.services.labels.cylinder_of",
    "registry.services.labels.put_on",
    "registry.services.unknown_codes.bound",
    "registry.services.unknown_codes.note",
    "registry.services.maintenance_state.fill_in",
    "registry.services.maintenance_state.forget",
    "registry.services.maintenance_state.refresh",
    "registry.services.second_factors.check",
    "registry.services.second_factors.take_away",
    "registry.services.sign_ins.begin",
    "registry.services.sign_ins.device_of",
    "registry.services.sign_ins.end_all",
    "registry.services.sign_ins.finish",
    "registry.services.sign_ins.first_role",
    "registry.services.sign_ins.live",
    "registry.services.sign_ins.rotate",
    "registry.services.supervision_checks.advance",
    "registry.services.supervision_checks.open_drawn",
    "registry.services.report_intake.picture",
    "registry.services.report_intake.refuse_flood",
    "registry.services.report_intake.source_of",
    "registry.services.visit_evidence.answers_of",
    "registry.services.visit_evidence.check_in_of",
    "registry.services.visit_evidence.check_out_of",
    "registry.services.visit_evidence.corrected_answers",
    "registry.services.visit_evidence.crew_of",
    "registry.services.visit_evidence.keep_picture",
    "registry.services.visit_evidence.keep_pictures",
    "registry.services.visit_evidence.on_visit",
    "registry.services.visit_evidence.signed_by",
    "registry.services.visit_joins.adopt",
    "registry.services.visit_joins.hold",
    "registry.services.visit_settling.facts_of",
    "registry.services.visit_settling.parameters_of",
    "registry.services.visit_settling.settle",
}
ASKING = ("policy.require", "policy.get", "policy.scope")
# `fill_writing.keep` writes the entries of the fills it is given, `cases.make_once` that of a move of a case.
# `responders.register` writes that of each row of a list of teams.
# `sign_ins.begin` and `finish` write that a session counts.
RECORDING = (
    "audit.record",
    "audit.record_many",
    "fill_writing.keep",
    "cases.make_once",
    "responders.register",
    "sign_ins.begin",
    "sign_ins.finish",
)


def functions() -> Iterator[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    for dotted, tree in modules("registry/services"):
        local = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name, node in local.items():
            if not name.startswith("_") and f"{dotted}.{name}" not in NOT_A_VERB:
                yield f"{dotted}.{name}", node, local


def reaches(node: ast.FunctionDef, local: dict[str, ast.FunctionDef], wanted: tuple[str, ...], seen: set[str]) -> bool:
    """Whether the function or a helper of its module calls one of the wanted names."""
    for name in calls(node):
        if name in wanted:
            return True
        if name in local and name not in seen and reaches(local[name], local, wanted, seen | {name}):
            return True
    return False


VERBS = list(functions())


@pytest.mark.parametrize("verb", VERBS, ids=[name for name, _, _ in VERBS])
def test_a_verb_asks_and_records(verb: tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]) -> None:
    name, node, local = verb
    if name not in WITHOUT_PERMISSION:
        assert reaches(node, local, ASKING, set()), f"{name} asks for no permission"
    assert reaches(node, local, RECORDING, set()), f"{name} leaves no trail entry"


def test_permissions_and_acts_that_are_named_exist() -> None:
    wrong = []
    for dotted, tree in modules("registry/services"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
                continue
            called, text = ast.unparse(node.func), node.args[1].value
            if called == "policy.require" and text not in PERMISSIONS:
                wrong.append(f"{dotted}: permission {text}")
            if called in RECORDING and text not in ACTS:
                wrong.append(f"{dotted}: act {text}")
    assert not wrong
