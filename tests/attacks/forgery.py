"""What an attacker sends: addresses and bodies that are well formed and name things of somebody else."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from flask import Flask
from marshmallow import Schema, ValidationError, fields, validate
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import Rule

from registry import clock, models, policy
from registry.actor import Actor
from registry.db import Base, db

API = "/api/v1"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

# What an address names: (first word, place) -> table and column. A place of a new route needs its row.
OBJECTS: dict[tuple[str, str], tuple[str, str]] = {
    ("access-requests", "request_id"): ("AccessRequest", "id"),
    ("accidents", "no"): ("Accident", "no"),
    ("account", "sign_in_id"): ("SignIn", "id"),
    ("account", "token_id"): ("ApiToken", "id"),
    ("alliances", "alliance_id"): ("Alliance", "id"),
    ("anomalies", "anomaly_id"): ("VisitAnomaly", "id"),
    ("assessments", "assessment_id"): ("Assessment", "id"),
    ("call-drills", "no"): ("Call", "no"),
    ("calls", "no"): ("Call", "no"),
    ("campaign-checks", "check_id"): ("CampaignSelfCheck", "id"),
    ("campaigns", "campaign_id"): ("Campaign", "id"),
    ("campaigns", "row_id"): ("Hazard", "id"),
    ("cases", "case_id"): ("EnforcementCase", "id"),
    ("cylinder-anomalies", "anomaly_id"): ("CylinderAnomaly", "id"),
    ("cylinder-balance", "purchase_id"): ("CylinderPurchase", "id"),
    ("cylinder-registrations", "no"): ("CylinderRegistration", "no"),
    ("cylinder-reports", "no"): ("CylinderReport", "no"),
    ("cylinder-transfers", "transfer_id"): ("CylinderTransfer", "id"),
    ("cylinders", "code"): ("Cylinder", "label_code"),
    ("cylinders", "inspection_id"): ("CylinderInspection", "id"),
    ("devices", "device_id"): ("Device", "id"),
    ("directives", "directive_id"): ("Directive", "id"),
    ("elevators", "code"): ("Elevator", "label_code"),
    ("emergency-plans", "plan_id"): ("EmergencyPlan", "id"),
    ("fault-reports", "no"): ("FaultReport", "no"),
    ("field", "ref"): ("Upload", "ref"),
    ("fill-clips", "clip_id"): ("FillClip", "id"),
    ("follow-ups", "follow_up_id"): ("FollowUp", "id"),
    ("gas-batches", "batch_id"): ("GasBatch", "id"),
    ("guarded-events", "device_id"): ("GuardedDevice", "id"),
    ("guarded-events", "event_id"): ("GuardedEvent", "id"),
    ("guarded-events", "place_id"): ("GuardedPlace", "id"),
    ("guarded-events", "round_id"): ("GuardedRound", "id"),
    ("guarded-events", "shift_id"): ("GuardedShift", "id"),
    ("guarded-rounds", "round_id"): ("GuardedRound", "id"),
    ("hazards", "no"): ("Hazard", "no"),
    ("imports", "import_id"): ("ImportBatch", "id"),
    ("indicator-alerts", "alert_id"): ("IndicatorAlert", "id"),
    ("indicator-figures", "figure_id"): ("IndicatorSnapshot", "id"),
    ("indicator-targets", "target_id"): ("IndicatorTarget", "id"),
    ("inspection-batches", "batch_id"): ("InspectionBatch", "id"),
    ("inspection-batches", "inspection_id"): ("CylinderInspection", "id"),
    ("inspection-orders", "order_id"): ("InspectionOrder", "id"),
    ("inspections", "inspection_id"): ("Inspection", "id"),
    ("jobs", "job_id"): ("Job", "id"),
    ("label-batches", "batch_id"): ("LabelBatch", "id"),
    ("label-bindings", "binding_id"): ("LabelBinding", "id"),
    ("labels", "code"): ("Cylinder", "label_code"),
    ("maintenance", "code"): ("Elevator", "label_code"),
    ("maintenance", "unit_id"): ("Unit", "id"),
    ("notices", "notice_id"): ("Notice", "id"),
    ("offline-disagreements", "disagreement_id"): ("OfflineDisagreement", "id"),
    ("old-elevators", "assessment_id"): ("Assessment", "id"),
    ("old-elevators", "code"): ("Elevator", "label_code"),
    ("own-cases", "case_id"): ("EnforcementCase", "id"),
    ("papers", "paper_id"): ("Paper", "id"),
    ("people", "membership_id"): ("Membership", "id"),
    ("people", "person_id"): ("Person", "id"),
    ("personal", "key"): ("Hazard", "no"),
    ("policies", "claim_id"): ("Claim", "id"),
    ("policies", "number"): ("Policy", "policy_no"),
    ("policies", "policy_id"): ("Policy", "id"),
    ("presences", "presence_id"): ("StaffPresence", "id"),
    ("q", "code"): ("Elevator", "label_code"),
    ("registrations", "code"): ("Elevator", "label_code"),
    ("registrations", "no"): ("Registration", "no"),
    ("renewals", "no"): ("RenewalProject", "no"),
    ("rescue-codes", "code"): ("Elevator", "label_code"),
    ("responders", "responder_id"): ("Responder", "id"),
    ("risks", "unit_id"): ("Unit", "id"),
    ("safety-officers", "appointment_id"): ("SafetyAppointment", "id"),
    ("safety-officers", "problem_id"): ("SafetyProblem", "id"),
    ("safety-officers", "risk_id"): ("SafetyRisk", "id"),
    ("safety-units", "appointment_id"): ("SafetyAppointment", "id"),
    ("safety-units", "problem_id"): ("SafetyProblem", "id"),
    ("safety-units", "risk_id"): ("SafetyRisk", "id"),
    ("saved-views", "view_id"): ("SavedView", "id"),
    ("scrap-batches", "batch_id"): ("ScrapBatch", "id"),
    ("sealings", "sealing_id"): ("Sealing", "id"),
    ("spot-checks", "check_id"): ("SpotCheck", "id"),
    ("station-book", "batch_id"): ("GasBatch", "id"),
    ("station-book", "device_id"): ("Device", "id"),
    ("station-book", "presence_id"): ("StaffPresence", "id"),
    ("stations", "alliance_id"): ("Alliance", "id"),
    ("stations", "station_id"): ("Unit", "id"),
    ("stations", "unit_id"): ("Unit", "id"),
    ("supervision", "no"): ("SupervisionCheck", "no"),
    ("supervision-checks", "no"): ("SupervisionCheck", "no"),
    ("supervision-plans", "plan_id"): ("SupervisionPlan", "id"),
    ("supervision-plans", "row_id"): ("KeyUnit", "id"),
    ("turns", "cycle_id"): ("FillCycle", "id"),
    ("units", "unit_id"): ("Unit", "id"),
    ("unknown-codes", "unknown_id"): ("UnknownCode", "id"),
    ("visits", "code"): ("Elevator", "label_code"),
    ("visits", "visit_id"): ("Visit", "id"),
}
# Seen by nobody but their own membership.
OWN = frozenset({"ApiToken", "SignIn"})
# Places that name no row, with a word that fits.
WORDS = {
    "check": "inspection",
    "form": "pdf",
    "item": "1",
    "key": "paperless_maintenance",
    "kind": "hazard",
    "listing": "people.index",
    "month": "2026-10",
    "name": "people",
    "move": "stop",
    "place": "1",
    "step": "withdraw",
    "verb": "withdraw",
}
# First words whose verbs have permissions under another name than their own in the singular.
VERBS_OF = {"supervision-checks": "supervision", "own-cases": "case", "indicator-figures": "indicator_figure"}
SOME_VERBS = 3


def unsafe(app: Flask) -> list[tuple[str, Rule]]:
    """Every method and route that may change something."""
    found = [(method, rule) for rule in app.url_map.iter_rules() for method in UNSAFE & (rule.methods or set())]
    return sorted(found, key=lambda one: (one[1].rule, one[0]))


def first_word(rule: Rule) -> str:
    return rule.rule.removeprefix(API).strip("/").partition("/")[0]


def places(rule: Rule) -> list[str]:
    """The names of the places of an address, in order."""
    return re.findall(r"<\w+:(\w+)>", rule.rule)


def model_of(name: str) -> type[Base]:
    found: type[Base] = getattr(models, name)
    return found


def unseen(actor: Actor, name: str, column: str) -> Any:
    """The newest row of a table that this caller may not see; None when there is none."""
    model: Any = model_of(name)
    hidden = model.id.not_in(policy.scope(actor, model, model.id))
    if name in OWN:
        hidden = model.membership_id != actor.membership_id
    wanted = select(getattr(model, column)).where(hidden, getattr(model, column).is_not(None))
    return db.session.scalar(wanted.order_by(model.id.desc()).limit(1))


def newest(name: str, column: str) -> Any:
    """The newest row of a table, whoever it belongs to."""
    model: Any = model_of(name)
    wanted = select(getattr(model, column)).where(getattr(model, column).is_not(None))
    return db.session.scalar(wanted.order_by(model.id.desc()).limit(1))


def newest_of(actor: Actor, name: str, column: str) -> Any:
    """The newest row, whether the caller sees it or not; never his own token or session."""
    return unseen(actor, name, column) if name in OWN else newest(name, column)


def verbs(actor: Actor, word: str) -> list[str]:
    """A few verbs of a workflow as addresses write them: first those that the role has, so that only the row can
    stand in the way."""
    prefix = VERBS_OF.get(word, word.replace("-", "_"))
    prefixes = {prefix, prefix.removesuffix("s"), re.sub("ies$", "y", prefix)}
    known = [key for key in policy.PERMISSIONS if key.partition(".")[0] in prefixes]
    ordered = sorted(known, key=lambda key: (not policy.may(actor, key), key))
    return [key.partition(".")[2].replace("_", "-") for key in ordered][:SOME_VERBS] or [WORDS["verb"]]


def addressed(rule: Rule, values: Mapping[str, Any]) -> str:
    """The route's address with values in its places."""
    return re.sub(r"<\w+:(\w+)>", lambda found: str(values[found.group(1)]), rule.rule)


def schema_of(app: Flask, endpoint: str, method: str) -> Schema | None:
    """What a route of the interface takes as JSON."""
    view = app.view_functions[endpoint]
    documented: Any = getattr(view, "_apidoc", {})
    documented = documented.get(method.lower(), documented)
    parameters = documented.get("arguments", {}).get("parameters", [])
    return next((one["schema"] for one in parameters if one["in"] == "json"), None)


@cache
def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (32, 24), "grey").save(stream, "PNG")
    return stream.getvalue()


# What ends has to end after it began.
LAST = frozenset({"expires_on", "ends_on", "until", "ends_at", "due_on", "licence_until"})


# Fields of free text that are looked up in a table.
SAID = {"kind": ("leave_station", "other")}


def later() -> tuple[str, ...]:
    """A day in some years, a moment of tomorrow."""
    return (f"{clock.today().year + 4}-01-01", (clock.now() + timedelta(days=1)).isoformat())


def plausible() -> Iterator[Any]:
    """Values of which one fits nearly every field."""
    today, now = clock.today().isoformat(), clock.now().isoformat()
    yield from ("伪造", 1, "1", today, now, today[:7], str(uuid4()), True)
    yield from (
        "13900001111",
        "10:30",
        "030077",
        "0557-3021111",
        "091341300MA2C00000X",
        "test@example.cn",
        "https://example.cn/",
    )
    yield "data:image/png;base64," + base64.b64encode(picture()).decode()
    yield from ("a" * 64, "0.5", [], {}, {"lat": 33.6, "lon": 117.0, "accuracy_m": 5})


Names = Callable[[str], list[Any]]


def body(schema: Schema, names: Names, choice: int = 0) -> dict[str, Any]:
    """A body that the schema accepts where that can be found; `names` gives what a field of a name may name, `choice`
    says which of several offered values is taken."""
    return {
        field.data_key or name: value(name, field, names, choice)
        for name, field in schema.fields.items()
        if not field.dump_only
    }


def value(name: str, field: fields.Field[Any], names: Names, choice: int) -> Any:
    """A value that the field accepts."""
    if isinstance(field, fields.Nested):
        inner = body(field.schema, names, choice)
        return [inner] if field.many else inner
    if isinstance(field, fields.List):
        return [value(name, field.inner, names, choice)]
    offered = [choice for rule in field.validators if isinstance(rule, validate.OneOf) for choice in rule.choices]
    least = [rule.min for rule in field.validators if isinstance(rule, validate.Range) and rule.min is not None]
    chosen = [offered[choice % len(offered)]] if offered else []
    late = later() if name in LAST else SAID.get(name, ())
    for candidate in (*chosen, *names(name), *late, *plausible(), *least):
        try:
            field.deserialize(candidate)
        except (ValidationError, TypeError, ValueError):
            continue
        return candidate
    return None


class _Forms(HTMLParser):
    """The forms of a page: action, method and the values that pressing their button sends."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, Any]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {key: text or "" for key, text in attrs}
        if tag == "form":
            self.forms.append((about.get("action", ""), about.get("method", "get").upper(), {}))
        if not self.forms:
            return
        sent = self.forms[-1][2]
        name = about.get("name", "")
        if tag == "select":
            self._select = name
            sent.setdefault(name, "")
        elif tag == "option" and self._select and about.get("value") and not sent.get(self._select):
            sent[self._select] = about["value"]
        elif tag == "textarea" and name:
            sent.setdefault(name, None)
        elif tag == "input" and name:
            if about.get("type") in ("radio", "checkbox"):
                sent.setdefault(name, about.get("value", "1"))
            elif about.get("type") == "file":
                sent[name] = picture()
            else:
                sent[name] = about.get("value") or _TYPED.get(about.get("type", "text"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def typed() -> dict[str, Any]:
    """What a form that was not read first is sent: the fields that most of them have."""
    today = clock.today().isoformat()
    days = dict.fromkeys(("since", "on", "day", "until", "tested_on", "done_on", "assessed_on", "date"), today)
    words = dict.fromkeys(("reason", "note", "text", "explanation", "report_no", "name", "title"), "伪造")
    return {**days, **words, "dme_ppm": "0", "version": "1", "ref": str(uuid4()), "kind": "other", "conclusion": "pass"}


_TYPED = {"date": "2026-11-20", "month": "2026-10", "datetime-local": "2026-11-20T10:00", "time": "10:00"}


def forms(page: str, names: Names) -> list[tuple[str, dict[str, Any]]]:
    """The changing forms of a page, filled in: (action, what is sent)."""
    reader = _Forms()
    reader.feed(page)
    return [
        (action, {name: _filled(name, given, names) for name, given in sent.items()})
        for action, method, sent in reader.forms
        if method == "POST"
    ]


def _filled(name: str, given: Any, names: Names) -> Any:
    if isinstance(given, bytes):
        return (io.BytesIO(given), "a.png")
    return next(iter(names(name)), "1" if given is None else given) if given in (None, "") else given
