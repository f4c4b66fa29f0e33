"""What is due to be inspected or self-tested, by month and state."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas import inspections as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas
from registry.queries import inspection_due as queries
from registry.rules.dates import add_months
from registry.rules.inspection import PERIODIC_INSPECTION, RECORD_KINDS, STATES

bp = Blueprint("inspection_due", __name__, url_prefix="/inspection-due")

TONES = {"later": "good", "open": "info", "due": "warn", "overdue": "bad"}


@bp.route("/")
def index() -> Any:
    """The due list: overdue, this month, next month, any month, what may be done now."""
    form = Form(schemas.DueFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    sent = form.load() or {}
    today = clock.today()
    chosen = [name for name in ("state", "month", "within") if sent.get(name) is not None]
    return form.page(
        "inspection_due/index.html",
        page=queries.page(actor(), sent, today, sent.get("limit", 50), sent.get("cursor")),
        counts=queries.counts(actor(), sent, today),
        months=[add_months(today.replace(day=1), number) for number in range(12)],
        sent={name: request.args[name] for name in request.args if name not in ("cursor", "limit")},
        chosen=chosen,
        today=today,
        this_month=today.replace(day=1),
        names={"kinds": RECORD_KINDS, "states": STATES, "tones": TONES, "periodic": PERIODIC_INSPECTION},
        cause=schemas.cause,
        month_of=month_of,
    )


def month_of(value: date | None) -> str:
    """The month of a day, YYYY-MM."""
    return f"{value:%Y-%m}" if value else ""
