"""The phone in the shaft: an installable page that works without a signal, and the doors its queue is sent through.

The page, its worker and its manifest hold nothing personal: a phone keeps them. All else is for signed-in people, and
only for the one whose work it is: a queue names its owner in `Acting-As`, so that nobody sends what another one made.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from marshmallow import Schema, ValidationError

from blueprints.boundary import public
from blueprints.errors import plain
from blueprints.filters import asset
from blueprints.schemas import field as schemas
from blueprints.schemas.visits import JoinIn, JoinOut, RecordedOut, VisitIn
from blueprints.sessions import actor, language, optional_actor
from registry import clock
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.queries import field_work
from registry.services import uploads, visit_joins, visits
from registry.settings import ROOT

bp = Blueprint("field", __name__, url_prefix="/field")

DIST = ROOT / "static/dist"
ICONS = ("icons/icon-192.png", "icons/icon-512.png", "icons/icons.svg", "icons/favicon.svg")


class OtherCaller(Conflict):
    """The queue belongs to another person than the one who is signed in."""

    type = "other-caller"


@bp.before_request
def own_queue() -> None:
    """What changes something says whose queue it comes from."""
    who = optional_actor()
    if who is None or request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Acting-As") != str(who.membership_id):
        raise OtherCaller(T("这部手机上登录的是另一个人或另一个身份，没有发送"))


@bp.after_request
def tell_time(response: Response) -> Response:
    """The registry's time with every answer: the phone measures by it how far its own clock is off."""
    response.headers["Server-Time"] = clock.now().isoformat(timespec="milliseconds")
    return response


@bp.route("/")
@public
def shell() -> Any:
    """The page itself; everything on it comes from the phone's own store."""
    return _kept(Response(_shell(), mimetype="text/html"))


@bp.route("/sw.js")
@public
def worker() -> Any:
    """The service worker, with the list of what it keeps; a new build or language is a new worker."""
    script = (DIST / Path(asset("field-worker.js")).name).read_text(encoding="utf-8")
    kept = json.dumps({"version": _version(), "shell": url_for("field.shell"), "files": _files()})
    response = _kept(Response(f"self.KEPT = {kept};\n{script}", mimetype="text/javascript"))
    response.headers["Service-Worker-Allowed"] = url_for("field.shell")
    return response


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
    return _kept(Response(json.dumps(about, ensure_ascii=False), mimetype="application/manifest+json"))


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


def _version() -> str:
    """Changes with every file and every word of the page."""
    return hashlib.sha256("\n".join((*_files(), _shell())).encode()).hexdigest()[:16]


def _files() -> list[str]:
    """Addresses of all that the page loads, the code reader's wasm among them."""
    built = json.loads((DIST / "field.json").read_text(encoding="utf-8"))
    names = [*(f"dist/{name}" for name in built), *ICONS]
    return [url_for("static", filename=name) for name in names] + [url_for("field.manifest")]


def _kept(response: Response) -> Response:
    """Asked anew each time: the worker decides what is kept."""
    response.headers["Cache-Control"] = "no-cache"
    return response
