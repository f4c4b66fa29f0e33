"""A seeded city: how long it takes to make, and how soon the dashboard answers over it."""

from __future__ import annotations

from benchmarks.harness import Measure, application, at_most, full_scale, measure, median_ms, seconds
from registry.services import accounts
from seeds import cast, city

SEED_BAR_SECONDS = 600.0
DASHBOARD_BAR_MS = 300.0
WHOLE, TENTH = (25_000, 100_000, 365), (2_500, 10_000, 365)


def size() -> tuple[int, int, int]:
    """Elevators, cylinders, days."""
    return WHOLE if full_scale() else TENTH


def name_of(measured: str) -> str:
    """A tenth of the city is no proof of the whole: the line says which was measured."""
    return measured if full_scale() else f"{measured}_tenth"


def _seed() -> None:
    elevators, cylinders, days = size()
    city.build(city.plan_for(elevators, cylinders, days, 1))


@measure
def seed_city() -> Measure:
    """Seconds to seed the city; the bar is the whole city's, a tenth of it for a tenth. Reference: one second."""
    with application():
        bar = SEED_BAR_SECONDS * (1 if full_scale() else 0.1)
        return at_most(name_of("seed_city"), seconds(_seed), "s", 1.0, bar)


@measure
def dashboard() -> Measure:
    """Milliseconds at the server for the office's dashboard; reference: a route that does nothing."""
    with application() as app:
        _seed()
        limits = accounts.Limits(attempts=5, minutes=15)
        secret, _actor = accounts.sign_in("section", cast.PASSWORD, "127.0.0.1", limits)
        browser = app.test_client()
        browser.set_cookie("registry_session", secret)
        reference = median_ms(lambda: browser.get("/bench/empty"), runs=200)
        value = median_ms(lambda: browser.get("/dashboard"))
        return at_most(name_of("dashboard"), value, "ms", reference, DASHBOARD_BAR_MS)
