"""The measures: a register imported, a city seeded, labels printed, and those of the other files here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import qrcode

from benchmarks import (
    audit_trail,
    calls,
    desk,
    elevators,
    gun,
    gun_ten_million,
    hazards,
    rescue,
    serving,
    slow_phone,
)
from benchmarks.cylinder_import import imported
from benchmarks.harness import Measure, Taken, fresh_registry, full, seconds, yardstick
from registry import codes
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.pdf import labels_pdf
from registry.settings import current
from seeds import cast, city, reference_rows

ROOT = Path(__file__).parent.parent
LABELS = 10_000
BYTES_A_LABEL = 500
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


def seed_city() -> Taken:
    """`flask seed city` of the promised size with FULL=1, a tenth of it else."""
    elevators, cylinders, days = SIZES[full()]
    with fresh_registry():
        reference = yardstick()
        reference_rows.load()
        cast.build()
        plan = city.plan_for(elevators, cylinders, days, 1)
        return Taken(seconds(lambda: city.build(plan, desk.seeding)), reference)


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


MEASURES = (
    Measure("start_to_ready", "s", 3, serving.start_to_ready),
    Measure("worker_memory", "MB", 150, serving.worker_memory),
    Measure("audit_verify", "us/event", 30, audit_trail.verify),
    Measure("label_sheet", "s", 4, _labels_on("a4-70x37")),
    Measure("label_roll", "s", 4, _labels_on("roll-40x30")),
    Measure("maryland_import", "s", 30, maryland_import),
    Measure("cylinder_import", "s", 360, imported.seconds, full_only=True),
    Measure("cylinder_import_memory", "MB", 1_000, imported.memory),
    Measure("seed_city", "s", 600, seed_city, full_only=True),
    *desk.MEASURES,
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
    Measure("gun_ten_million", "x", 1.3, gun_ten_million.take, full_only=True),
)
