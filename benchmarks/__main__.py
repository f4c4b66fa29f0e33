"""`python -m benchmarks`."""

from benchmarks import city, printing, spreadsheets  # noqa: F401  (they register their measures)
from benchmarks.harness import main

raise SystemExit(main())
