"""A city's register of cylinders from one file: how long it takes, and how much memory the process takes at most."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import cylinder_file
from benchmarks.harness import Taken, fresh_registry, full, yardstick
from registry import clock
from registry.actor import SYSTEM
from registry.queries import cylinders
from seeds import cast, reference_rows

ROWS = {False: 60_000, True: 1_200_000}
# Run in a process of its own, whose memory nothing else has stretched.
CHILD = """
import json, resource, sys, time
from blueprints.app import create_app
from registry import settings
app = create_app(settings.load())
begun = time.perf_counter()
answer = app.test_cli_runner().invoke(args=["import", "cylinders", sys.argv[1], "--errors", sys.argv[2]])
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
tail = answer.output.strip().splitlines()[-2:]
print(json.dumps({"seconds": seconds, "mb": peak, "exit": answer.exit_code, "tail": tail}))
"""


class Imported:
    """One import that two measures share: its seconds and its memory."""

    def __init__(self) -> None:
        self.found: tuple[float, float, float] | None = None

    def seconds(self) -> Taken:
        """Seconds, against plain work of the same kind on this machine."""
        found = self.found or self._take()
        return Taken(found[0], found[2])

    def memory(self) -> Taken:
        """The most memory in MB, against nothing."""
        found = self.found or self._take()
        return Taken(found[1], 0)

    def _take(self) -> tuple[float, float, float]:
        rows = ROWS[full()]
        with TemporaryDirectory(prefix="registry-bench-") as folder, fresh_registry():
            reference = yardstick()
            reference_rows.load()
            cast.build()
            file, errors = Path(folder, "cylinders.csv"), Path(folder, "refused.csv")
            owners = [name for _, name in cylinders.owners(SYSTEM)]
            bad = cylinder_file.write(file, rows, owners, clock.today())
            answer = self._run(file, errors)
            with errors.open(encoding="utf-8-sig") as stream:
                refused = sum(1 for _ in stream) - 1
            if refused != bad:
                raise RuntimeError(f"{bad} rows are wrong, {refused} were refused: {answer}")
        self.found = (answer["seconds"], answer["mb"], reference)
        return self.found

    def _run(self, file: Path, errors: Path) -> dict[str, float]:
        made = subprocess.run(
            [sys.executable, "-c", CHILD, str(file), str(errors)], capture_output=True, text=True, env=os.environ
        )
        if made.returncode:
            raise RuntimeError(made.stderr)
        answer: dict[str, float] = json.loads(made.stdout.strip().splitlines()[-1])
        if answer["exit"]:
            raise RuntimeError(str(answer))
        print(f"  {answer}", file=sys.stderr, flush=True)
        return answer


imported = Imported()
