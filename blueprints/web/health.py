"""/healthz (this process) and /readyz (everything the registry needs)."""

from __future__ import annotations

import socket
from time import monotonic
from typing import Any

from flask import Blueprint, jsonify

from blueprints.boundary import public
from blueprints.watchers import may_watch
from registry.queries import readiness
from registry.queries.readiness import Check
from registry.services import beats

bp = Blueprint("health", __name__)

KEPT_SECONDS = 3.0


class _Kept:
    """What was found a moment ago: however many ask, something is written once in a while."""

    until: float = 0.0
    found: list[Check]

    def checks(self) -> list[Check]:
        if monotonic() >= self.until:
            self.found = readiness.checks(beats.probe(f"probe:{socket.gethostname()}"))
            # What is wrong is looked at again at once.
            self.until = monotonic() + KEPT_SECONDS if readiness.ready(self.found) else 0.0
        return self.found


KEPT = _Kept()


@bp.route("/healthz")
@public
def healthz() -> Any:
    """This process answers."""
    return jsonify(status="ok")


@bp.route("/readyz")
@public
def readyz() -> Any:
    """Whether requests can be served; what is wrong only for whoever watches (`blueprints/watchers.py`)."""
    found = KEPT.checks()
    ready = readiness.ready(found)
    told: dict[str, Any] = {"status": "ok" if ready else "unavailable"}
    if may_watch():
        told["checks"] = {one.name: {"state": one.state, "detail": one.detail} for one in found}
    return jsonify(told), 200 if ready else 503
