"""/papers: what the offices have issued, as facts and as files."""

from __future__ import annotations

from typing import Any

from flask import send_file
from flask_smorest import Blueprint

from blueprints.schemas import papers as schemas
from blueprints.schemas.personal import ShowReasonIn
from blueprints.sessions import actor
from registry.documents.office import issued
from registry.queries import papers as queries
from registry.services import papers

bp = Blueprint("api_papers", __name__, url_prefix="/papers", description="Papers issued by the offices")


@bp.route("")
@bp.arguments(schemas.PaperFilter(), location="query")
@bp.response(200, schemas.PAPERS)
def index(query: dict[str, Any]) -> Any:
    """The papers that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/<int:paper_id>")
@bp.response(200, schemas.PaperDetailOut())
def show(paper_id: int) -> Any:
    """One paper with all it says."""
    return queries.show(actor(), paper_id)


@bp.route("/<int:paper_id>/file/<string:form>")
@bp.response(200, content_type="application/pdf")
def file(paper_id: int, form: str) -> Any:
    """The paper as a file: `docx` or `pdf`. Made on the first demand, the same ever after; without the personal data on
    it for whoever does not need them."""
    path, mime, name = issued.file(actor(), paper_id, form)
    return send_file(path, mimetype=mime, as_attachment=True, download_name=name)


@bp.route("/<int:paper_id>/whole/<string:form>", methods=["POST"])
@bp.arguments(ShowReasonIn())
@bp.response(200, content_type="application/pdf")
def whole(data: dict[str, Any], paper_id: int, form: str) -> Any:
    """The paper as it was issued, for a reason; each answer leaves an entry in the trail."""
    path, mime, name = issued.whole(actor(), paper_id, form, data["reason"])
    return send_file(path, mimetype=mime, as_attachment=True, download_name=name)


@bp.route("/<int:paper_id>/withdraw", methods=["POST"])
@bp.arguments(schemas.WithdrawIn())
@bp.response(200, schemas.PaperOut())
def withdraw(data: dict[str, Any], paper_id: int) -> Any:
    """Take a paper back; it stays, marked."""
    papers.withdraw(actor(), paper_id, data["reason"])
    return queries.show(actor(), paper_id)
