"""The phone in the shaft: an installable page that works without a signal, and the doors its queue is sent through.

The page, its worker and its manifest hold nothing personal: a phone keeps them. All else is for signed-in people, and
only for the one whose work it is: a queue names its owner in `Acting-As`, so that nobody sends what another one made.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from marshmallow import Schema, ValidationError

from blueprints.boundary import public
from blueprints.errors import plain
from blueprints.kept_pages import KeptPage, fresh
from blueprints.queues import require_owner, stamp
from blueprints.schemas import field as schemas
from blueprints.schemas.visits import JoinIn, JoinOut, RecordedOut, VisitIn
from blueprints.sessions import actor, language
from registry import clock
from registry.errors import Invalid
from registry.queries import field_work
from registry.services import uploads, visit_joins, visits

bp = Blueprint("field", __name__, url_prefix="/field")
bp.after_request(stamp)


@bp.before_request
def own_queue() -> None:
    """What changes something says whose queue it comes from."""
    require_owner()


@bp.route("/")
@public
def shell() -> Any:
    """The page itself; everything on it comes from the phone's own store."""
    return fresh(Response(_shell(), mimetype="text/html"))


@bp.route("/sw.js")
@public
def worker() -> Any:
    """The service worker, with the list of what it keeps; a new build or language is a new worker."""
    return PAGE.worker()


@bp.route("/manifest.webmanifest")
@public
def manifest() -> Any:
    """What makes the page installable."""
    icons = [
        {"src": url_for("static", filename=f"icons/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
    ]
    about = {
        **schemas.title(),
        "id": url_for("field.shell"),
        "start_url": url_for("field.shell"),
        "scope": url_for("field.shell"),
        "display": "standalone",
        "orientation": "portrait",
        "lang": "en" if language() == "en" else "zh-CN",
        "theme_color": "#163a63",
        "background_color": "#f3f5f8",
        "icons": icons,
    }
    return fresh(Response(json.dumps(about, ensure_ascii=False), mimetype="application/manifest+json"))


@bp.route("/work.json")
def work() -> Any:
    """The work of the next days; 304 while nothing has changed."""
    who = actor()
    response = jsonify(schemas.work_out(field_work.work(who, clock.today()), who))
    response.add_etag()
    return response.make_conditional(request)


@bp.route("/uploads", methods=["POST"])
def start_upload() -> Any:
    """Announce a picture, or ask how far it got."""
    return schemas.UploadOut().dump(uploads.start(actor(), _sent(schemas.UploadIn())))


@bp.route("/uploads/<uuid:ref>", methods=["PATCH"])
def append_upload(ref: Any) -> Any:
    """Take the next piece of a picture."""
    piece = _loaded(schemas.PieceIn(), request.args.to_dict())
    return schemas.UploadOut().dump(uploads.append(actor(), str(ref), piece["offset"], request.get_data()))


@bp.route("/visits", methods=["POST"])
def record_visit() -> Any:
    """A visit from the queue; the second arrival is answered like the first."""
    visit, again = visits.record(actor(), _sent(VisitIn()))
    return RecordedOut().dump(visit), 200 if again else 201


@bp.route("/joins", methods=["POST"])
def join_visit() -> Any:
    """The second worker's own check-in."""
    row, again = visit_joins.join(actor(), _sent(JoinIn()))
    return JoinOut().dump(row), 200 if again else 201


def _sent(schema: Schema) -> dict[str, Any]:
    return _loaded(schema, request.get_json(silent=True))


def _loaded(schema: Schema, sent: Any) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(sent if sent is not None else {})
    except ValidationError as error:
        raise Invalid(plain(error.normalized_messages())) from None
    return loaded


def _shell() -> str:
    return render_template("field/index.html")


PAGE = KeptPage("field", "field.shell", "field.shell", _shell, ("field.manifest",))
