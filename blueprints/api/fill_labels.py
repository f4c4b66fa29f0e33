"""Labels of fills as files, and what they say of each gas."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.label_files import download
from blueprints.schemas import fill_labels as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.messages import T
from registry.rules.precautions import precautions
from registry.services import fill_labels

bp = Blueprint("api_fill_labels", __name__, description="Labels of fills")


@bp.route("/fill-labels", methods=["POST"])
@bp.arguments(schemas.FillLabelsIn())
@bp.response(200, content_type="application/pdf")
def print_labels(data: dict[str, Any]) -> Any:
    """The precautionary and filling labels of fills, or of a day's fills without labels; their turns are marked."""
    how = (data["layout"], data["format"], data["start"], data["dpi"])
    if data.get("fills"):
        return download(*fill_labels.printed(actor(), data["fills"], *how))
    if data.get("day") is None:
        raise Invalid.field("fills", T("请给出充装记录或日期"))
    return download(*fill_labels.printed_of_day(actor(), data["day"], *how))


@bp.route("/rules/precautions")
@bp.response(200, schemas.PrecautionOut(many=True))
def rules() -> Any:
    """UN number, danger classes, signal word and sentences of every gas."""
    policy.require(actor(), "rule.ask")
    return list(precautions(clock.today()).values())
