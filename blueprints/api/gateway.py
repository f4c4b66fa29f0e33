"""POST /gateway/fills: existing scale controllers. Every error denies, in the form the controller understands."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from blueprints.boundary import public
from blueprints.schemas.gun import GatewayIn
from blueprints.sessions import actor
from registry.db import db
from registry.errors import Missing
from registry.services import gateway

bp = Blueprint("api_gateway", __name__, url_prefix="/gateway", description="Existing scale controllers")

BYTE = "application/octet-stream"
SCHEMA = GatewayIn()
log = logging.getLogger(__name__)


@bp.route("/fills", methods=["POST"])
@bp.doc(
    requestBody={"content": {"application/json": {"schema": GatewayIn}}},
    responses={
        "200": {
            "description": '`{"status": 200, "result": {"status": "00"}}`; as one byte AA, 55 or 02 for '
            "controllers that accept application/octet-stream"
        }
    },
)
@public  # a stranger is denied like any other error: such a controller understands nothing else
def ask() -> Response:
    """May this cylinder be filled at this gun: two digits, 00 and 09 open it; as one byte `AA`, `55` or `02`."""
    return _answer(_code())


@bp.errorhandler(Exception)
def deny(error: Exception) -> Response:
    """What went wrong before the question was read: a token that is over, a database that is away."""
    db.session.rollback()
    log.error("a gateway's question could not be taken: %s", type(error).__name__)
    return _answer(gateway.DENIED)


def _answer(code: str) -> Response:
    if request.accept_mimetypes.best == BYTE:
        return Response(gateway.as_byte(code), mimetype=BYTE)
    return jsonify({"status": 200, "result": {"status": code}})


def _code() -> str:
    try:
        data: dict[str, Any] = SCHEMA.load(request.get_json(force=True, silent=True) or request.form.to_dict())
        return gateway.ask(actor(), data["label_no"], data["machine_no"])
    except Missing:
        return gateway.UNKNOWN
    except Exception:
        db.session.rollback()
        log.exception("a gateway's question could not be answered")
        return gateway.DENIED
