"""/scrap-batches: cylinders ordered to be scrapped, destroyed with evidence, cancelled; the account of stations."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import cylinder_batches as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.hazards import FileIn, FileOut
from blueprints.sessions import actor
from registry.documents import scrap_papers
from registry.queries import scrap_batches as queries
from registry.services import scrap_batches

bp = Blueprint("api_scrap_batches", __name__, url_prefix="/scrap-batches", description="Cylinders that are scrapped")
PDF = "application/pdf"


@bp.route("")
@bp.arguments(schemas.ScrapFilter(), location="query")
@bp.response(200, page_out(schemas.ScrapOut))
def index(query: dict[str, Any]) -> Any:
    """The batches that concern the caller, newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ScrapOrderIn())
@bp.response(201, schemas.ScrapDetailOut())
@bp.alt_response(200, schema=schemas.ScrapDetailOut(), description="This `ref` was recorded before.")
def order(data: dict[str, Any]) -> Any:
    """Order cylinders to be scrapped; a single one is a batch of one."""
    who = actor()
    row, known = scrap_batches.order(who, data)
    shown = queries.show(who, row.id)
    return once(shown, known)


@bp.route("/files", methods=["POST"])
@bp.arguments(FileIn(), location="files")
@bp.response(201, FileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a picture or the weight ticket, to be named by its id in a move."""
    return keep(data["file"].filename or "", data["file"].read(), "scrap")


@bp.route("/<int:batch_id>")
@bp.response(200, schemas.ScrapDetailOut())
def show(batch_id: int) -> Any:
    """One batch with its cylinders and its evidence."""
    return queries.show(actor(), batch_id)


@bp.route("/<int:batch_id>/form.pdf")
@bp.response(200, content_type=PDF)
def form_pdf(batch_id: int) -> Any:
    """停用报废注销登记表 of the batch."""
    return Response(scrap_papers.form(actor(), batch_id), mimetype=PDF)


@bp.route("/<int:batch_id>/certificate.pdf")
@bp.response(200, content_type=PDF)
def certificate_pdf(batch_id: int) -> Any:
    """The certificate that the cylinders were destroyed."""
    return Response(scrap_papers.certificate(actor(), batch_id), mimetype=PDF)


@bp.route("/<int:batch_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.ScrapMoveIn())
@bp.response(200, schemas.ScrapDetailOut())
def move(data: dict[str, Any], batch_id: int, verb: str) -> Any:
    """Make one move: `hand-over`, `withdraw`, `destroy`, `question`, `supplement`, `confirm`."""
    who, version = actor(), data.pop("version", None)
    scrap_batches.make(who, batch_id, verb.replace("-", "_"), data, version)
    return queries.show(who, batch_id)
