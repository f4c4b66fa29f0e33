"""The register of Maryland, 25,204 rows: read, judged and imported as the command line does it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import Measure, application, at_most, measure, seconds
from registry.exchange import desk
from registry.exchange.sheets import find
from seeds import cast

ROOT = Path(__file__).resolve().parents[1]
PLACES = (ROOT.parent / "shared/data/elevators_maryland.csv", ROOT / "tests/data/elevators_maryland_excerpt.csv")
BAR_SECONDS = 30.0


@measure
def maryland_import() -> Measure:
    """Seconds for the whole file (its excerpt where the file is not there); reference: reading it alone."""
    path = next(place for place in PLACES if place.exists())
    with application():
        actor = cast.actor("section")
        reading = seconds(lambda: sum(1 for _row in desk.open_file("elevators", str(path))))

        def work() -> None:
            table = desk.open_file("elevators", str(path))
            profile = desk.profile(actor, "elevators", "maryland")
            desk.load(find("elevators").bind(actor, profile), table, profile)

        return at_most("maryland_import", seconds(work), "s", reading, BAR_SECONDS)
