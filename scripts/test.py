"""`make test`: the whole suite on SQLite, again on PostgreSQL, the browser tests in Chromium.

PostgreSQL is used when TEST_POSTGRES_URL is set or a server answers on 127.0.0.1:5432; Chromium is $CHROMIUM
or the machine's, nginx the machine's. REQUIRE_POSTGRES=1, REQUIRE_BROWSER=1 and REQUIRE_NGINX=1 turn a skipped part
into a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
WITHOUT_DATABASE = ("tests/rules", "tests/architecture", "tests/packaging")
BROWSER = "tests/browser"
NO_TESTS_COLLECTED = 5


def main() -> int:
    chromium = find_chromium()
    postgres, why_no_postgres = find_postgres()
    base = dict(os.environ, TEST_DATABASE="sqlite")
    if chromium:
        base["CHROMIUM"] = chromium
    outcome = {"sqlite": pytest(["tests", f"--ignore={BROWSER}"], base)}
    if postgres:
        ignored = [f"--ignore={folder}" for folder in (BROWSER, *WITHOUT_DATABASE)]
        environment = base | {"TEST_DATABASE": "postgresql", "TEST_POSTGRES_URL": postgres}
        outcome["postgresql"] = pytest(["tests", *ignored], environment)
    else:
        outcome["postgresql"] = not_run(why_no_postgres, "REQUIRE_POSTGRES")
    if not chromium:
        outcome["browser"] = not_run("no Chromium found", "REQUIRE_BROWSER")
    elif not any((ROOT / BROWSER).glob("**/test_*.py")):
        outcome["browser"] = not_run(f"no tests in {BROWSER}", "REQUIRE_BROWSER")
    else:
        # One file walks every page for every role: whoever is idle takes over from it.
        outcome["browser"] = pytest([BROWSER], base, "worksteal")
    # The tests of tests/deploy ran above, or skipped themselves.
    outcome["nginx"] = ("found", True) if find_nginx() else not_run("no nginx found", "REQUIRE_NGINX")
    print("\n" + ", ".join(f"{name}: {text}" for name, (text, _) in outcome.items()), flush=True)
    return 0 if all(fine for _, fine in outcome.values()) else 1


def pytest(arguments: list[str], environment: dict[str, str], share: str = "loadfile") -> tuple[str, bool]:
    print(f"\n== {environment['TEST_DATABASE']}: {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", share, "--no-loadscope-reorder", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if code == 0:
        return "ran", True
    return ("FAILED, no test was found" if code == NO_TESTS_COLLECTED else f"FAILED (pytest exit {code})"), False


def not_run(reason: str, demand: str) -> tuple[str, bool]:
    demanded = os.environ.get(demand, "") not in ("", "0")
    return (f"DID NOT RUN ({reason}) although {demand} is set" if demanded else f"did not run ({reason})"), not demanded


def find_chromium() -> str | None:
    wanted = os.environ.get("CHROMIUM")
    return shutil.which(wanted) if wanted else shutil.which("chromium") or shutil.which("chromium-browser")


def find_nginx() -> str | None:
    # Debian keeps it where ordinary users do not look.
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin")))


def find_postgres() -> tuple[str | None, str]:
    """Return the URL of a server that lets us in, or None and the reason."""
    url = os.environ.get("TEST_POSTGRES_URL") or LOCAL_POSTGRES
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=3).close()
    except psycopg.Error as error:
        if os.environ.get("TEST_POSTGRES_URL"):
            raise SystemExit(f"TEST_POSTGRES_URL does not lead to a server: {error}") from error
        return None, "no server answers on 127.0.0.1:5432 as postgres without a password"
    return url, ""


if __name__ == "__main__":
    raise SystemExit(main())
