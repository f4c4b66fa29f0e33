"""Where the list behind a figure of a report lies, as an address for files that leave the registry."""

from __future__ import annotations

from urllib.parse import urlencode

from registry.queries.indicator_months import Line


def of(line: Line, address: str) -> str:
    """The frozen figure's page, else the indicator's page of that day and area; empty where there is no figure."""
    if line.now.row is not None:
        return f"{address}/indicator-figures/{line.now.row.id}"
    if not line.definition.computed or line.now.value is None:
        return ""
    return f"{address}/indicators/{line.definition.key}?{urlencode({'on': line.end.isoformat(), 'area': line.area})}"
