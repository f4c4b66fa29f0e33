"""`python -m benchmarks.rig`: faults under load, one JSON line a database; the exit code is 1 when anything was wrong.

    FAULTS=100             how many on each database
    DATABASES=sqlite       of `sqlite postgresql replicated`; the last is PostgreSQL with a replica that is waited for
                           and takes the place of a primary that dies
    SEED=7                 the same faults in the same order; how they meet the load differs from run to run
    ONLY=worker_killed     these kinds of faults alone

PostgreSQL runs in a folder of the rig's own (its programs have to be on the machine): the rig crashes it. As root the
registry stands on a small file system that the rig fills up; without root that fault is left out, and the line says so.
"""

from __future__ import annotations

import json
import os
import random
import sys

from benchmarks.rig.run import run

DATABASES = ("sqlite", "postgresql", "replicated")


def main() -> int:
    """Run and say whether nothing was lost, doubled or wrong."""
    chosen = os.environ.get("DATABASES", " ".join(DATABASES)).split()
    if not set(chosen) <= set(DATABASES):
        print(f"DATABASES: {' '.join(DATABASES)}", file=sys.stderr)
        return 2
    count = int(os.environ.get("FAULTS") or 100)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10_000))
    fine = True
    for database in chosen:
        print(f"{database}: {count} faults, seed {seed} ...", file=sys.stderr, flush=True)
        try:
            made = run(database, count, seed, os.environ.get("ONLY", "").split())
        except LookupError as error:
            print(f"{database}: left out, {error}", file=sys.stderr)
            continue
        print(json.dumps(made.told(), ensure_ascii=False), flush=True)
        fine = fine and not made.problems
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
