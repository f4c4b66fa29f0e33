"""`python -m benchmarks`: one JSON line a measure; the exit code is 1 when a bar is missed.

    ONLY=dashboard_today   takes this measure alone
    FULL=1           the promised size: 25,000 elevators, 100,000 cylinders, a year (else a tenth, and no bar for
                     the seeding)
    MARYLAND_CSV=... the public register to import; left out when the file is not there
    TEN_MILLION_DIR=... where gun_ten_million (FULL=1, half an hour, 35 GB) keeps what it loaded
    BENCH_POSTGRES_URL=postgresql+psycopg://...   on a database of this server instead of SQLite

Every measure works in a registry of its own that is thrown away. `reference` is taken in the same run on the same
machine (plain SQLite inserts for the bulk measures, an empty JSON route for pages, `qrcode` as it comes for labels),
so that `ratio` can be compared between machines and `value` on one.
"""

from __future__ import annotations

import os
import sys

from benchmarks.harness import line
from benchmarks.measures import MEASURES


def main() -> int:
    """Take the measures and say whether every bar is kept."""
    only = os.environ.get("ONLY")
    if only and only not in {measure.name for measure in MEASURES}:
        print(f"no measure {only}: {', '.join(measure.name for measure in MEASURES)}", file=sys.stderr)
        return 2
    kept = True
    for measure in MEASURES:
        if only and measure.name != only:
            continue
        print(f"{measure.name} ...", file=sys.stderr, flush=True)
        taken = measure.take()
        if taken is None:
            print(f"{measure.name}: what it needs is not there, left out", file=sys.stderr)
            continue
        text, ok = line(measure, taken)
        print(text, flush=True)
        kept = kept and ok
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
