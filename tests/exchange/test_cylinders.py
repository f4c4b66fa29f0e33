"""A city's ledger of cylinders from the command line: recognised as it is, the wrong rows explained, taken up again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from benchmarks import cylinder_file
from registry import clock
from registry.actor import SYSTEM
from registry.db import db, tidy
from registry.exchange import desk
from registry.models import Cylinder, CylinderStatus, LabelCode, TrailEntry
from registry.queries import cylinders

ROWS = 800


def _import(app: Flask, path: Path, errors: Path) -> str:
    answer = app.test_cli_runner().invoke(args=["import", "cylinders", str(path), "--errors", str(errors)])
    assert answer.exit_code == 0, answer.output
    return answer.output.strip().splitlines()[-2]


def _new(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.mark.parametrize(("kept", "tidied"), [(50_000, 0), (100, 1)])
def test_the_summary_table_comes_in_with_reasons_for_the_rest(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int, tidied: int
) -> None:
    """In one transaction or, as a large file, in parts: the same rows, and the same file again changes nothing."""
    monkeypatch.setattr(desk, "KEPT_ROWS", kept)
    monkeypatch.setattr(desk, "LARGE_PART", 300)
    asked: list[int] = []
    monkeypatch.setattr(desk, "tidy", lambda: (asked.append(_new(Cylinder)), tidy()))
    file, errors = tmp_path / "ledger.csv", tmp_path / "refused.csv"
    owners = [name for _, name in cylinders.owners(SYSTEM)]
    before = (_new(Cylinder), _new(CylinderStatus), _new(LabelCode))
    bad = cylinder_file.write(file, ROWS, owners, clock.today())
    assert f"new {ROWS - bad}, changed 0, unchanged 0, refused {bad} " in _import(app, file, errors)

    assert len(asked) == tidied, "statistics once, after the first part of several"
    assert (_new(Cylinder), _new(CylinderStatus), _new(LabelCode)) == tuple(n + ROWS - bad for n in before)
    fresh = select(Cylinder.id).where(Cylinder.information_management == "已赋码")
    assert _new(TrailEntry, TrailEntry.act == "cylinder.registered", TrailEntry.subject_id.in_(fresh)) == ROWS - bad
    one = db.session.scalars(select(Cylinder).where(Cylinder.serial_no == "00000000")).one()
    assert (one.status, one.inner_no) == ("in_use", "N0000000")
    assert one.next_inspection_on
    assert one.label_code

    with errors.open(encoding="utf-8-sig") as stream:
        refused = list(csv.DictReader(stream))
    assert {int(row["原行号"]) for row in refused} == set(range(101, ROWS + 2, 100))
    reasons = " ".join(row["退回原因"] for row in refused)
    for wrong in (
        "与第",
        "两行写的单位不同",
        "日历上没有这一天",
        "不能晚于今天",
        "皮重与容积不相称",
        "应在0.4到150",
        "没有登记过这个单位",
    ):
        assert wrong in reasons

    assert f"new 0, changed 0, unchanged {ROWS - bad}, refused {bad} " in _import(app, file, errors)


def test_what_stands_on_the_register_for_another_owner_is_told(app: Flask, tmp_path: Path) -> None:
    """The same maker, number and month under another owner is a change of owner, not a second cylinder."""
    file, errors = tmp_path / "ledger.csv", tmp_path / "refused.csv"
    owners = [name for _, name in cylinders.owners(SYSTEM)]
    cylinder_file.write(file, 5, owners[:1], clock.today())
    _import(app, file, errors)
    cylinder_file.write(file, 5, owners[1:2], clock.today())
    assert "new 0, changed 0, unchanged 0, refused 5 " in _import(app, file, errors)
    assert "请办理过户" in errors.read_text(encoding="utf-8-sig")
