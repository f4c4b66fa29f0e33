"""The office's pages over a city with 1.2 million cylinders: with a tenth of three years behind it, then with all.

The city is a seeded one, made larger and older by `years`; a tenth of the elevators and cylinders without FULL=1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from flask import Flask

from benchmarks import years
from benchmarks.harness import Measure, Taken, answered, fresh_registry, full, typical_milliseconds
from registry import clock
from registry.actor import SYSTEM
from registry.rules.dates import add_months
from registry.services import accounts, cylinder_tallies, indicator_counts
from seeds import cast, city, reference_rows
from seeds.city_rows import Advance

# The office's pages; a list is one page of rows with their reasons.
PAGES = {
    "dashboard_today": ("/dashboard", 100),
    "dashboard_past_day": ("/dashboard?on={past}", 500),
    "dashboard_day_not_kept": ("/dashboard?on={not_kept}", 500),
    "indicator_list": ("/api/v1/indicators/paperless_maintenance/behind", 200),
    "indicator_list_past_day": ("/api/v1/indicators/paperless_maintenance/behind?on={past}", 200),
    "indicator_list_cylinders": ("/api/v1/indicators/cylinder_traceability/behind", 200),
    "indicator_units": ("/api/v1/indicators/paperless_maintenance/units", 200),
    "indicator_page": ("/indicators/paperless_maintenance", 500),
    "month_report": ("/indicator-figures/report", 1_000),
}
GROWTH = 1.2
PAST_DAYS = 60  # so that the windows before it are full in a tenth of the history too
MONTHS_KEPT = 14
ELEVATORS, CYLINDERS = {False: 2_500, True: 25_000}, {False: 10_000, True: 100_000}
COPIES = 12


class Desk:
    """One registry that the measures share; `found[name]`: the milliseconds with a tenth of the history, and with
    all."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}
        self.reference = 0.0

    def page(self, name: str) -> Taken:
        """A page over three years, against a route that answers an empty JSON object."""
        self._measured()
        return Taken(self.found[name][-1], self.reference)

    def grown(self, name: str) -> Taken:
        """How many times as long a page takes with ten times the history."""
        self._measured()
        before, after = self.found[name]
        return Taken(after / before, before)

    def _measured(self) -> None:
        if self.found:
            return
        days = years.DAYS // 10
        with fresh_registry() as app:
            reference_rows.load()
            cast.build()
            city.build(city.plan_for(ELEVATORS[full()], CYLINDERS[full()], days, 1), seeding)
            years.cylinders(COPIES)
            self._look(app)
            years.visits(days)
            self._look(app)

    def _look(self, app: Flask) -> None:
        secret, _ = accounts.sign_in("section", cast.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
        browser = app.test_client()
        browser.set_cookie("registry_session", secret)
        past = clock.today() - timedelta(days=PAST_DAYS)
        months = [add_months(clock.today().replace(day=1), -ago) - timedelta(days=1) for ago in range(MONTHS_KEPT)]
        not_kept = next(day for ago in (1, 2) if (day := past - timedelta(days=ago)) not in months)
        for day in (past, *months):  # as the workers do of every day but one that somebody is the first to ask for
            cylinder_tallies.keep(SYSTEM, day)
        self.reference = typical_milliseconds(lambda: answered(browser.get("/healthz")))
        for name, (address, _) in PAGES.items():
            path = address.format(past=past, not_kept=not_kept)
            indicator_counts.keep(SYSTEM)  # as the workers in the background do every minute
            taken = typical_milliseconds(lambda path=path: answered(browser.get(path)))  # type: ignore[misc]
            self.found.setdefault(name, []).append(taken)
            print(f"  {name} {taken:.1f} ms", file=sys.stderr, flush=True)


@contextmanager
def seeding(label: str, _length: int) -> Iterator[Advance]:
    """What is being made, on standard error."""
    print(f"  {label}", file=sys.stderr, flush=True)
    yield lambda _count: None


_desk = Desk()
MEASURES = (
    *(Measure(name, "ms", bar, partial(_desk.page, name)) for name, (_, bar) in PAGES.items()),
    *(Measure(f"{name}_growth", "x", GROWTH, partial(_desk.grown, name)) for name in PAGES),
)
