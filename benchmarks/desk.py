"""The office's pages over a city with 1.2 million cylinders: with a tenth of three years behind it, and with all.

The city is a seeded one, made larger by `years`; a copy of it is made older too, and the pages of both are asked in
turns. A tenth of the elevators and cylinders without FULL=1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from statistics import median

from flask import Flask
from flask.testing import FlaskClient

from benchmarks import years
from benchmarks.harness import Measure, Taken, answered, copied, fresh_registry, full, seconds, typical_milliseconds
from registry import clock
from registry.actor import SYSTEM
from registry.rules.dates import add_months
from registry.services import accounts, cylinder_tallies, indicator_counts
from seeds import cast, city, reference_rows
from seeds.city_rows import Advance

# Who asks, for what, and the bar in milliseconds; a list is one page of rows with their reasons.
PAGES = {
    "dashboard_today": ("section", "/dashboard", 100),
    "dashboard_past_day": ("section", "/dashboard?on={past}", 500),
    "dashboard_day_not_kept": ("section", "/dashboard?on={not_kept}", 500),
    "dashboard_day_alone": ("section", "/dashboard?on={alone}", 500),
    "county_today": ("county", "/dashboard", 100),
    "county_past_day": ("county", "/dashboard?on={past}", 500),
    "county_day_not_kept": ("county", "/dashboard?on={not_kept}", 500),
    "county_day_alone": ("county", "/dashboard?on={alone}", 500),
    "indicator_list": ("section", "/api/v1/indicators/paperless_maintenance/behind", 200),
    "indicator_list_past_day": ("section", "/api/v1/indicators/paperless_maintenance/behind?on={past}", 200),
    "indicator_list_cylinders": ("section", "/api/v1/indicators/cylinder_traceability/behind", 200),
    "indicator_units": ("section", "/api/v1/indicators/paperless_maintenance/units", 200),
    "indicator_page": ("section", "/indicators/paperless_maintenance", 500),
    "month_report": ("section", "/indicator-figures/report", 1_000),
}
GROWTH = 1.2
PAST_DAYS = 60  # so that the windows before it are full in a tenth of the history too
ALONE_DAYS = 500  # far from every day that is kept here
MONTHS_KEPT = 14
TIMES, WARM_UP = 15, 3
ELEVATORS, CYLINDERS = {False: 2_500, True: 25_000}, {False: 10_000, True: 100_000}
COPIES = 12


class Desk:
    """Two registries that the measures share; `found[name]`: the milliseconds with a tenth of the history, and with
    all."""

    def __init__(self) -> None:
        self.found: Mapping[str, tuple[float, float]] = {}
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
        with fresh_registry() as young:
            reference_rows.load()
            cast.build()
            city.build(city.plan_for(ELEVATORS[full()], CYLINDERS[full()], days, 1), seeding)
            years.cylinders(COPIES)
            with copied(young) as old:
                with old.app_context():
                    years.visits(days)
                self.found, self.reference = look(young, old)


def look(young: Flask, old: Flask) -> tuple[dict[str, tuple[float, float]], float]:
    """The median milliseconds of each page in both registries, asked in turns; and of an empty JSON route."""
    desks = [_desk_of(app) for app in (young, old)]
    reference = typical_milliseconds(lambda: answered(desks[1]["section"].get("/healthz")))
    found = {}
    for name, (login, address, _) in PAGES.items():
        path, taken = address.format_map(_days()), []
        for app in (young, old):
            with app.app_context():
                indicator_counts.keep(SYSTEM)  # as the workers in the background do every minute
        for _ in range(TIMES + WARM_UP):
            taken.append([seconds(partial(_open, one[login], path)) for one in desks])
        before, after = (median(times) * 1000 for times in zip(*taken[WARM_UP:], strict=True))
        found[name] = before, after
        print(f"  {name} {before:.1f} ms, {after:.1f} ms", file=sys.stderr, flush=True)
    return found, reference


def _open(browser: FlaskClient, path: str) -> None:
    answered(browser.get(path))


def _desk_of(app: Flask) -> dict[str, FlaskClient]:
    """Login -> its browser, in a registry of which the workers have kept month-ends and a day, and no other."""
    with app.app_context():
        cylinder_tallies.fold(SYSTEM)
        months = [add_months(clock.today().replace(day=1), -ago) - timedelta(days=1) for ago in range(MONTHS_KEPT)]
        for day in (_days()["past"], *months):
            cylinder_tallies.keep(SYSTEM, day)
        browsers = {}
        for login in sorted({login for login, _, _ in PAGES.values()}):
            secret, _ = accounts.sign_in(login, cast.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
            browsers[login] = app.test_client()
            browsers[login].set_cookie("registry_session", secret)
    return browsers


def _days() -> dict[str, date]:
    """A day that is kept; one beside it and one far from every other that are not, which somebody is the first to ask
    for; neither is a month-end."""
    past, alone = (clock.today() - timedelta(days=ago) for ago in (PAST_DAYS, ALONE_DAYS))
    not_kept = next(day for ago in (1, 2) if ((day := past - timedelta(days=ago)) + timedelta(days=1)).day != 1)
    return {"past": past, "not_kept": not_kept, "alone": alone}


@contextmanager
def seeding(label: str, _length: int) -> Iterator[Advance]:
    """What is being made, on standard error."""
    print(f"  {label}", file=sys.stderr, flush=True)
    yield lambda _count: None


_desk = Desk()
MEASURES = (
    *(Measure(name, "ms", bar, partial(_desk.page, name)) for name, (_, _, bar) in PAGES.items()),
    *(Measure(f"{name}_growth", "x", GROWTH, partial(_desk.grown, name)) for name in PAGES),
)
