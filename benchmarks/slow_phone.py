"""The public page of a cylinder's code on a slow phone, held against an empty page on the same phone in the same run.

Chromium with 400 kbit/s, 400 ms latency and a processor four times slower, nothing cached: how long until something is
painted. Left out where Playwright or Chromium is not there.
"""

from __future__ import annotations

import os
import shutil
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.gun import served
from benchmarks.harness import Taken, fresh_registry
from registry import codes
from registry.db import db
from registry.models import Cylinder
from registry.settings import current
from seeds import cast, cast_cylinders, reference_rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BYTES_A_SECOND, LATENCY_MS, SLOWER = 400_000 // 8, 400, 4
TIMES = 5
PAINTED = """() => new Promise((done) => new PerformanceObserver((list, watching) => {
    const found = list.getEntriesByName('first-contentful-paint')[0];
    if (found) { watching.disconnect(); done(found.startTime); }
}).observe({type: 'paint', buffered: true}))"""


def public_page() -> Taken | None:
    """How many empty pages the public page of a cylinder costs, until something is painted."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if not chromium:
        return None
    with fresh_registry(), sync_playwright() as playwright:
        reference_rows.load()
        cast.build()
        cast_cylinders.build()
        row = db.session.query(Cylinder).filter(Cylinder.status == "in_use").first()
        assert row is not None
        assert row.label_code is not None
        path = f"/q/{row.label_code}.{codes.mac(row.label_code, current().label_keys)}"
        db.session.remove()
        db.engine.dispose()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        try:
            with served("benchmarks.bare:app") as port:
                empty = _painted(browser, f"http://127.0.0.1:{port}/")
            with served("wsgi:app") as port:
                page = _painted(browser, f"http://127.0.0.1:{port}{path}")
        finally:
            browser.close()
    return Taken(page / empty, empty)


def _painted(browser: Browser, address: str) -> float:
    """Milliseconds until the first paint, the median of some visits with nothing cached."""
    found = []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        conditions = {"offline": False, "latency": LATENCY_MS}
        speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        line.send("Network.emulateNetworkConditions", {**conditions, **speed})
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status if answer else 'no answer'}")
        found.append(float(page.evaluate(PAINTED)))
        context.close()
    return median(found)
