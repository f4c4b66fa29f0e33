"""Label codes from the batch to the cylinder: batches, bindings with evidence, foreign codes, codes nobody knows."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file
from flask_smorest import Blueprint

from blueprints import label_files
from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import labels as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.hazards import FileIn, FileOut
from blueprints.sessions import actor
from registry.queries import label_batches as batches
from registry.queries import label_bindings as bindings
from registry.queries import unknown_codes as unknown
from registry.services import label_batches, label_bindings, labels, unknown_codes

bp = Blueprint("api_label_batches", __name__, description="Label codes in batches, bound with evidence")


@bp.route("/label-batches")
@bp.arguments(schemas.BatchFilter(), location="query")
@bp.response(200, page_out(schemas.LabelBatchOut))
def batch_list(query: dict[str, Any]) -> Any:
    """The batches of the caller's unit or area, newest first."""
    return batches.page(actor(), query, query["cursor"])


@bp.route("/label-batches", methods=["POST"])
@bp.arguments(schemas.BatchRequestIn())
@bp.response(201, schemas.LabelBatchOut())
def batch_request(data: dict[str, Any]) -> Any:
    """Ask for blank codes for the caller's own unit."""
    row, again = label_batches.request(actor(), data)
    counted = batches.show(actor(), row.id)
    return once(counted, again)


@bp.route("/label-batches/issued", methods=["POST"])
@bp.arguments(schemas.BatchIssueIn())
@bp.response(201, schemas.LabelBatchOut())
def batch_issue_new(data: dict[str, Any]) -> Any:
    """Issue blank codes that nobody asked for."""
    return batches.show(actor(), label_batches.issue_new(actor(), data).id)


@bp.route("/label-batches/<int:batch_id>")
@bp.response(200, schemas.LabelBatchOut())
def batch_show(batch_id: int) -> Any:
    """One batch with what became of its codes."""
    return batches.show(actor(), batch_id)


@bp.route("/label-batches/<int:batch_id>/issue", methods=["POST"])
@bp.response(200, schemas.LabelBatchOut())
def batch_issue(batch_id: int) -> Any:
    """Make the codes of a batch that was asked for."""
    return batches.show(actor(), label_batches.issue(actor(), batch_id).id)


@bp.route("/label-batches/<int:batch_id>/refuse", methods=["POST"])
@bp.arguments(schemas.BatchMoveIn())
@bp.response(200, schemas.LabelBatchOut())
def batch_refuse(data: dict[str, Any], batch_id: int) -> Any:
    """Do not issue it; `note` says why."""
    return batches.show(actor(), label_batches.refuse(actor(), batch_id, data.get("note")).id)


@bp.route("/label-batches/<int:batch_id>/withdraw", methods=["POST"])
@bp.response(200, schemas.LabelBatchOut())
def batch_withdraw(batch_id: int) -> Any:
    """Take one's own request back."""
    return batches.show(actor(), label_batches.withdraw(actor(), batch_id).id)


@bp.route("/label-batches/<int:batch_id>/receive", methods=["POST"])
@bp.arguments(schemas.BatchMoveIn())
@bp.response(200, schemas.LabelBatchOut())
def batch_receive(data: dict[str, Any], batch_id: int) -> Any:
    """The labels are in the unit's hands and can be bound."""
    return batches.show(actor(), label_batches.receive(actor(), batch_id, data.get("note")).id)


@bp.route("/label-batches/<int:batch_id>/print", methods=["POST"])
@bp.arguments(schemas.BatchPrintIn())
@bp.response(200, content_type="application/pdf")
def batch_print(data: dict[str, Any], batch_id: int) -> Any:
    """The codes of a batch as a file; each print is counted."""
    return label_files.batch(actor(), batch_id, data)


@bp.route("/label-bindings")
@bp.arguments(schemas.BindingFilter(), location="query")
@bp.response(200, page_out(schemas.BindingOut))
def binding_list(query: dict[str, Any]) -> Any:
    """The bindings of the caller's station or area, newest first."""
    return bindings.page(actor(), query, query["cursor"])


@bp.route("/label-bindings/files", methods=["POST"])
@bp.arguments(FileIn(), location="files")
@bp.response(201, FileOut())
def binding_file(data: dict[str, Any]) -> Any:
    """Store a photo, to be named by its id in a binding."""
    return keep(data["file"].filename or "", data["file"].read(), bindings.PURPOSE)


@bp.route("/label-bindings", methods=["POST"])
@bp.arguments(schemas.BindingIn())
@bp.response(201, schemas.BindingOut())
def binding_record(data: dict[str, Any]) -> Any:
    """A code was put on a cylinder; it is in force when a second person of the station has confirmed."""
    row, again = label_bindings.record(actor(), data)
    shown = bindings.show(actor(), row.id)
    return once(shown, again)


@bp.route("/label-bindings/<int:binding_id>")
@bp.response(200, schemas.BindingOut())
def binding_show(binding_id: int) -> Any:
    """One binding."""
    return bindings.show(actor(), binding_id)


@bp.route("/label-bindings/<int:binding_id>/photos/<string:which>")
@bp.response(200, content_type="image/jpeg")
def binding_photo(binding_id: int, which: str) -> Response:
    """A photo of a binding: `stamp` or `label`."""
    path, mime, name = bindings.photo(actor(), binding_id, which)
    return send_file(path, mimetype=mime, download_name=name)


@bp.route("/label-bindings/<int:binding_id>/confirm", methods=["POST"])
@bp.response(200, schemas.BindingOut())
def binding_confirm(binding_id: int) -> Any:
    """The second person has seen both photos; his own token says who he is."""
    return bindings.show(actor(), label_bindings.confirm(actor(), binding_id).id)


@bp.route("/label-bindings/<int:binding_id>/refuse", methods=["POST"])
@bp.arguments(schemas.BindingSettleIn())
@bp.response(200, schemas.BindingOut())
def binding_refuse(data: dict[str, Any], binding_id: int) -> Any:
    """The second person sends it back; the code stays blank."""
    return bindings.show(actor(), label_bindings.refuse(actor(), binding_id, data.get("note")).id)


@bp.route("/foreign-codes", methods=["POST"])
@bp.arguments(schemas.ForeignIn())
@bp.response(201, schemas.ForeignOut())
def foreign(data: dict[str, Any]) -> Any:
    """Put a code of a maker or an older system on file for a cylinder, as it is written."""
    return labels.register_foreign(actor(), data)


@bp.route("/unknown-codes")
@bp.arguments(schemas.UnknownFilter(), location="query")
@bp.response(200, page_out(schemas.UnknownCodeOut))
def unknown_list(query: dict[str, Any]) -> Any:
    """Scanned codes that lead nowhere, of the caller's station or area."""
    return unknown.page(actor(), query, query["cursor"])


@bp.route("/unknown-codes/<int:unknown_id>")
@bp.response(200, schemas.UnknownCodeOut())
def unknown_show(unknown_id: int) -> Any:
    """One of them."""
    return unknown.show(actor(), unknown_id)


@bp.route("/unknown-codes/<int:unknown_id>/register-foreign", methods=["POST"])
@bp.arguments(schemas.UnknownForeignIn())
@bp.response(200, schemas.UnknownCodeOut())
def unknown_foreign(data: dict[str, Any], unknown_id: int) -> Any:
    """It is the code of a maker or an older system, on this cylinder."""
    return unknown.show(actor(), unknown_codes.register_foreign(actor(), unknown_id, data).id)


@bp.route("/unknown-codes/<int:unknown_id>/dismiss", methods=["POST"])
@bp.arguments(schemas.UnknownNoteIn())
@bp.response(200, schemas.UnknownCodeOut())
def unknown_dismiss(data: dict[str, Any], unknown_id: int) -> Any:
    """It is nothing; `note` says what."""
    return unknown.show(actor(), unknown_codes.dismiss(actor(), unknown_id, data["note"]).id)


@bp.route("/unknown-codes/<int:unknown_id>/mark-forged", methods=["POST"])
@bp.arguments(schemas.UnknownNoteIn())
@bp.response(200, schemas.UnknownCodeOut())
def unknown_forged(data: dict[str, Any], unknown_id: int) -> Any:
    """It imitates a label of ours; a clue is opened against the filling station that scanned it."""
    return unknown.show(actor(), unknown_codes.mark_forged(actor(), unknown_id, data["note"]).id)
