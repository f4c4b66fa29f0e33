"""The measures: a register imported, a city seeded and looked at, labels printed, years of visits behind a list."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import qrcode
from flask import Flask

from benchmarks import calls, elevators, gun, hazards, rescue, serving, slow_phone
from benchmarks.cylinder_import import imported
from benchmarks.harness import Measure, Taken, fresh_registry, full, seconds, typical_milliseconds, yardstick
from registry import clock, codes
from registry.actor import SYSTEM
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.pdf import labels_pdf
from registry.services import accounts, indicator_counts
from registry.settings import current
from seeds import cast, city, reference_rows
from seeds.city_rows import Advance

ROOT = Path(__file__).parent.parent
LABELS = 10_000
BYTES_A_LABEL = 500
# The office's pages over a seeded city; the list is one page of rows with their reasons.
PAGES = {
    "dashboard_today": "/dashboard",
    "dashboard_past_day": "/dashboard?on={past}",
    "indicator_list": "/api/v1/indicators/paperless_maintenance/behind",
    "indicator_list_past_day": "/api/v1/indicators/paperless_maintenance/behind?on={past}",
    "indicator_units": "/api/v1/indicators/paperless_maintenance/units",
    "indicator_page": "/indicators/paperless_maintenance",
    "month_report": "/indicator-figures/report",
}
BARS = {
    "dashboard_today": 100,
    "dashboard_past_day": 500,
    "indicator_list": 200,
    "indicator_list_past_day": 200,
    "indicator_units": 200,
    "indicator_page": 500,
    "month_report": 1_000,
}
PAST_DAYS = 100
SIZES = {False: (2_500, 10_000, 365), True: (25_000, 100_000, 365)}


def maryland_import() -> Taken | None:
    """`flask import elevators elevators_maryland.csv --profile maryland`; MARYLAND_CSV names the file."""
    file = Path(os.environ.get("MARYLAND_CSV", ROOT.parent / "shared/data/elevators_maryland.csv"))
    if not file.is_file():
        return None
    with fresh_registry() as app:
        reference_rows.load()
        reference = yardstick()
        arguments = ["import", "elevators", str(file), "--profile", "maryland"]

        def work() -> None:
            result = app.test_cli_runner().invoke(args=arguments)
            if result.exit_code:
                raise RuntimeError(result.output) from result.exception

        return Taken(seconds(work), reference)


class Seeded:
    """A seeded city that several measures share: how long it took, and how long the office's pages take over it."""

    def __init__(self) -> None:
        self.city: Taken | None = None
        self.pages: dict[str, Taken] = {}

    def seed_city(self) -> Taken:
        """`flask seed city` of the promised size with FULL=1, a tenth of it else."""
        if self.city is None:
            self._take()
        assert self.city is not None
        return self.city

    def page(self, name: str) -> Taken:
        """One of PAGES over that city, against a route that answers an empty JSON object."""
        if not self.pages:
            self._take()
        return self.pages[name]

    def _take(self) -> None:
        elevators, cylinders, days = SIZES[full()]
        with fresh_registry() as app:
            reference = yardstick()
            reference_rows.load()
            cast.build()
            plan = city.plan_for(elevators, cylinders, days, 1)
            self.city = Taken(seconds(lambda: city.build(plan, _told)), reference)
            self._look(app)

    def _look(self, app: Flask) -> None:
        secret, _ = accounts.sign_in("section", cast.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
        browser = app.test_client()
        browser.set_cookie("registry_session", secret)
        past_day = (clock.today() - timedelta(days=PAST_DAYS)).isoformat()
        reference = typical_milliseconds(lambda: _ok(browser.get("/healthz")))
        for name, address in PAGES.items():
            path = address.format(past=past_day)
            indicator_counts.keep(SYSTEM)  # as the workers in the background do every minute
            taken = typical_milliseconds(lambda path=path: _ok(browser.get(path)))  # type: ignore[misc]
            self.pages[name] = Taken(taken, reference)


def _ok(answer: Any) -> None:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")


@contextmanager
def _told(label: str, _length: int) -> Iterator[Advance]:
    """What is being made, on standard error."""
    print(f"  {label}", file=sys.stderr, flush=True)
    yield lambda _count: None


def _labels_on(layout: str) -> Callable[[], Taken]:
    """Ten thousand labels as one PDF, against `qrcode` as it comes for a hundredth of them; RuntimeError above 500 B
    a label."""

    def take() -> Taken:
        with fresh_registry():
            keys, version, base = current().label_keys, current().label_key_version, "https://tzsb.example.com"
            made = [codes.new_code(version=version) for _ in range(LABELS)]
            labels = [
                Label(codes.qr_url(base, code, keys), code, "宿州皖北液化气充装站", ("服务电话 0557-3010001",))
                for code in made
            ]
            reference = seconds(lambda: [qrcode.make(label.code_url) for label in labels[: LABELS // 100]])
            files: list[bytes] = []
            taken = Taken(seconds(lambda: files.append(labels_pdf(labels, LAYOUTS[layout]))), reference)
            if len(files[0]) >= BYTES_A_LABEL * LABELS:
                raise RuntimeError(f"{layout}: {len(files[0]) / LABELS:.0f} B a label")
            return taken

    return take


_seeded = Seeded()
MEASURES = (
    Measure("start_to_ready", "s", 3, serving.start_to_ready),
    Measure("worker_memory", "MB", 150, serving.worker_memory),
    Measure("label_sheet", "s", 4, _labels_on("a4-70x37")),
    Measure("label_roll", "s", 4, _labels_on("roll-40x30")),
    Measure("maryland_import", "s", 30, maryland_import),
    Measure("cylinder_import", "s", 360, imported.seconds, full_only=True),
    Measure("cylinder_import_memory", "MB", 1_000, imported.memory),
    Measure("seed_city", "s", 600, _seeded.seed_city, full_only=True),
    *(Measure(name, "ms", bar, partial(_seeded.page, name)) for name, bar in BARS.items()),
    *(Measure(name, "ms", 200, take) for name, take in elevators.TAKES.items()),
    *(Measure(name, "x", 1.2, take) for name, take in elevators.GROWTH.items()),
    *(Measure(name, unit, bar, take) for name, (unit, bar, take) in hazards.TAKES.items()),
    *(Measure(name, "ms", bar, take) for name, (bar, take) in rescue.TAKES.items()),
    *(Measure(name, "ms", calls.BAR_MS, take) for name, take in calls.TAKES.items()),
    *(Measure(name, "empty requests", bar, take) for name, (bar, take) in gun.costs().items()),
    Measure("public_page_slow_phone", "empty pages", 3, slow_phone.public_page),
    Measure("gun_scan_p99", "ms", 50, gun.SLOWEST),
    *(Measure(name, "ms", 0.2, take) for name, take in gun.BATCH.items()),
    *(Measure(name, "x", 1.3, take) for name, take in gun.GROWTH.items()),
)
