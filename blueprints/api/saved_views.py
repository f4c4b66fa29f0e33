"""/saved-views: conditions of lists under names, with their present counts."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from werkzeug.datastructures import MultiDict

from blueprints import saved_lists
from blueprints.schemas import saved_views as schemas
from blueprints.sessions import actor
from registry import policy
from registry.errors import Invalid
from registry.messages import T
from registry.queries import saved_views as queries
from registry.services import saved_views

bp = Blueprint("api_saved_views", __name__, url_prefix="/saved-views", description="Saved views of lists")


@bp.route("")
@bp.arguments(schemas.ViewsIn(), location="query")
@bp.response(200, schemas.ViewsOut())
def index(query: dict[str, Any]) -> Any:
    """One's own and those shared with one's unit, of the lists that are open to the caller."""
    return {"items": queries.mine(actor(), query["listing"], saved_lists.open_to(actor()))}


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ViewIn())
@bp.response(201, schemas.ViewOut())
def save(data: dict[str, Any]) -> Any:
    """Keep the conditions of a list; they are held to what that list may be narrowed by."""
    policy.require(actor(), saved_lists.of(data["listing"]).permission)
    return saved_views.save(actor(), {**data, "filters": _filters(data["listing"], data["filters"])})


def _filters(listing: str, given: dict[str, Any]) -> dict[str, Any]:
    texts = {name: [str(one) for one in (v if isinstance(v, list) else [v])] for name, v in given.items()}
    filters = saved_lists.kept(listing, MultiDict(texts))
    if unknown := sorted(set(given) - set(filters)):
        raise Invalid.field("filters", T("这个清单没有条件{names}", names=", ".join(unknown)))
    asked, form = saved_lists.read(listing, filters)
    if asked is None:
        wrong = {field.name: field.errors for field in form.fields if field.errors}
        raise Invalid({"filters": wrong or [T("这个清单的条件不完整")]})
    return filters


@bp.route("/<int:view_id>")
@bp.response(200, schemas.ViewOut())
def show(view_id: int) -> Any:
    """One, with its present count for the caller."""
    row = queries.one(actor(), view_id)
    policy.require(actor(), saved_lists.of(row.listing).permission)
    return row


@bp.route("/<int:view_id>", methods=["PATCH"])
@bp.arguments(schemas.ViewChangeIn())
@bp.response(200, schemas.ViewOut())
def change(data: dict[str, Any], view_id: int) -> Any:
    """Rename or share; whoever saved it."""
    return saved_views.change(actor(), view_id, data)


@bp.route("/<int:view_id>", methods=["DELETE"])
@bp.response(204)
def delete(view_id: int) -> None:
    """Give it up; whoever saved it."""
    saved_views.delete(actor(), view_id)
