"""POST /scans: may this cylinder be filled now, here."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from blueprints.schemas.scans import ScanIn, ScanOut, shown
from blueprints.sessions import actor, language
from registry.services import scans

bp = Blueprint("api_scans", __name__, url_prefix="/scans", description="Scans of labels and their verdicts")


@bp.route("", methods=["POST"])
@bp.arguments(ScanIn())
@bp.response(200, ScanOut())
def scan(data: dict[str, Any]) -> Any:
    """Record a scan and answer with its verdict; an unknown or forged code is answered `block`, code 01."""
    return jsonify(shown(scans.scan(actor(), data), language()))
