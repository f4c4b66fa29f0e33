"""`flask night all`: everything that is looked at again at night, whatever of it fails."""

from __future__ import annotations

import click
import pytest
from flask import Flask

from blueprints.commands import night


def test_every_nightly_job_is_done(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["night", "all"])
    assert result.exit_code == 0, result.output
    done = [line.removesuffix(":") for line in result.output.splitlines() if line.endswith(":")]
    assert done == sorted(set(night.group.commands) - {"all"})


def test_one_that_fails_does_not_hold_up_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise LookupError("broken")

    monkeypatch.setitem(night.group.commands, "broken", click.Command("broken", callback=fail))
    result = app.test_cli_runner().invoke(args=["night", "all"])
    assert result.exit_code == 1
    assert "failed: broken" in result.output
    assert result.output.index("broken:") < result.output.index("visits:")


def test_the_database_can_be_prepared_again(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["database", "prepare"])
    assert result.exit_code == 0, result.output
    assert "0 contracts worked out" in result.output
