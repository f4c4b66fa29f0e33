"""/metrics for Prometheus: what the workers counted, and what the tables say now."""

from __future__ import annotations

from time import monotonic
from typing import Any

from flask import Blueprint, Response, abort
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from blueprints.boundary import public
from blueprints.watchers import may_watch
from registry import metrics
from registry.db import DatabaseAway
from registry.queries import operation
from registry.queries.operation import Gauge

bp = Blueprint("metrics", __name__)

KEPT_SECONDS = 15.0


class _Tables:
    """The figures of the tables, kept for a short while however many ask."""

    def __init__(self) -> None:
        self.until, self.kept = 0.0, list[Gauge]()

    def collect(self) -> Any:
        if monotonic() >= self.until:
            self.kept, self.until = _asked(), monotonic() + KEPT_SECONDS
        families: dict[str, GaugeMetricFamily] = {}
        for one in self.kept:
            names = [name for name, _ in one.labels]
            family = families.setdefault(one.name, GaugeMetricFamily(one.name, one.help, labels=names))
            family.add_metric([value for _, value in one.labels], one.value)
        yield from families.values()


def _asked() -> list[Gauge]:
    up = "Whether the database answers."
    try:
        return [*operation.gauges(), Gauge("registry_database_up", up, 1)]
    except DatabaseAway:
        return [Gauge("registry_database_up", up, 0)]


_TABLES = CollectorRegistry()
KEPT = _Tables()
_TABLES.register(KEPT)  # type: ignore[arg-type]


@bp.route("/metrics")
@public
def show() -> Response:
    """Counts and gauges as text; for a stranger there is no such address."""
    if not may_watch():
        abort(404)
    return Response(metrics.exposition() + generate_latest(_TABLES), content_type=CONTENT_TYPE_LATEST)
