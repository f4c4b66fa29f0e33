"""/maker-items: the maker's own maintenance items."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import maintenance as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import maker_items as queries
from registry.services import maker_items

bp = Blueprint("api_maker_items", __name__, url_prefix="/maker-items", description="Makers' maintenance items")


@bp.route("")
@bp.arguments(schemas.MakerItemsFilter(), location="query")
@bp.response(200, page_out(schemas.MakerItemsOut))
def index(query: dict[str, Any]) -> Any:
    """The lists on file, the newest first."""
    return queries.page(actor(), query)


@bp.route("", methods=["POST"])
@bp.arguments(schemas.MakerItemsIn())
@bp.response(201, schemas.MakerItemsOut())
def enter(data: dict[str, Any]) -> Any:
    """Put a list on file; `lines` as on the page: code, cycle, item, requirement, judge, limits."""
    return maker_items.enter(actor(), data)


@bp.route("/<int:list_id>")
@bp.response(200, schemas.MakerItemsDetailOut())
def show(list_id: int) -> Any:
    """One list with its items."""
    return queries.one(actor(), list_id)
