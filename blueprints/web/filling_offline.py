"""What the page at the gun needs to work without a network: whose it is, and the station's list.

The list is the station's own, as its programs fetch it through the API, but signed with a key that only browsers are
given: what a browser could give away opens nothing else. The page keeps the key so that scripts can verify with it and
neither read it nor sign by it (docs/offline.md).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from blueprints.boundary import public
from blueprints.kept_pages import KeptPage, fresh
from blueprints.replicas import on_primary
from blueprints.schemas import offline as schemas
from blueprints.sessions import actor
from blueprints.snapshots import answer
from registry.queries import snapshots

bp = Blueprint("filling_offline", __name__, url_prefix="/filling/offline")


@bp.route("/owner.json")
def owner() -> Any:
    """Who is signed in, and the key of the lists of this page."""
    return schemas.owner_out(actor(), snapshots.page_key(actor()))


@bp.route("/list")
@on_primary
def station_list() -> Any:
    """The list of the caller's station, whole or what changed `since`; signed, valid 24 hours."""
    return answer(snapshots.make_for_page(actor(), request.args.get("since")))


@bp.route("/shell")
@public
def shell() -> Any:
    """What devices keep in place of the page at the gun; everything on it comes from the device's own store."""
    return fresh(Response(_shell(), mimetype="text/html"))


@bp.route("/sw.js")
@public
def worker() -> Any:
    """The service worker of the page at the gun, with the list of what it keeps."""
    return PAGE.worker()


def _shell() -> str:
    return render_template("filling/gun.html", setup=None, place=None, medium=None)


PAGE = KeptPage("gun", "filling.gun", "filling_offline.shell", _shell)
