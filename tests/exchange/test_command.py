"""flask import REGISTER FILE: the same import for operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.db import db
from registry.models import Elevator, ImportBatch, TrailEntry

EXCERPT = str(Path(__file__).resolve().parents[1] / "data/elevators_maryland_excerpt.csv")


@pytest.fixture
def run(app):
    def invoke(*arguments: str):
        return app.test_cli_runner().invoke(args=["import", *arguments])

    return invoke


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Elevator)) or 0


def test_a_dry_run_changes_nothing_and_gives_the_refused_rows(run, tmp_path) -> None:
    book = tmp_path / "refused.xlsx"
    answer = run("elevators", EXCERPT, "--profile", "maryland", "--dry-run", "--errors", str(book))
    assert answer.exit_code == 0, answer.output
    assert "rows 66, new 51, changed 0, unchanged 0, refused 15" in answer.output
    assert count() == 0
    assert load_workbook(book).active.max_row == 16


def test_an_import_is_kept_and_signed(run) -> None:
    answer = run("elevators", EXCERPT, "--profile", "maryland", "--as", "section")
    assert answer.exit_code == 0, answer.output
    assert count() == 51
    batch = db.session.scalars(select(ImportBatch)).one()
    assert (batch.state, batch.result["counts"]["new"]) == ("imported", 51)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "import.finished")).one()
    assert (entry.role, entry.data["refused"]) == ("section_city", 15)
    again = run("elevators", EXCERPT, "--profile", "maryland")
    assert "new 0, changed 0, unchanged 51" in again.output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("elevators", EXCERPT, "--profile", "no-such"), "maryland"),
        (("elevators", EXCERPT), "缺少必填列"),
        (("elevators", EXCERPT, "--profile", "maryland", "--as", "nobody"), "nobody"),
        (("elevators", EXCERPT, "--profile", "maryland", "--as", "filling"), "权限"),
        (("elevators", __file__), "电子表格"),
        (("elevators", "no-such-file.csv"), "does not exist"),
        (("spaceships", EXCERPT), "No such command"),
    ],
)
def test_what_is_wrong_is_one_clear_line(run, arguments, part) -> None:
    answer = run(*arguments)
    assert answer.exit_code != 0
    assert part in answer.output
    assert "Traceback" not in answer.output
    assert count() == 0
