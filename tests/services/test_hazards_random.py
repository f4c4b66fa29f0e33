"""Whatever anybody tries in whatever order: the sixteen things that must never be possible (I1-I16) never are.

`HAZARD_EXAMPLES` and `HAZARD_STEPS` make the search longer.
"""

from __future__ import annotations

import logging
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.hazards_factory import Clock
from tests.hazards_office import Office, begun

EXAMPLES = int(os.environ.get("HAZARD_EXAMPLES", "14"))
STEPS = int(os.environ.get("HAZARD_STEPS", "16"))


def test_random_moves_of_random_people(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Office.time = Clock(monkeypatch)
    Office.starts, Office.closings, Office.refusals = begun(), 0, 0
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    logging.getLogger(__name__).info("closed %s times, refused %s times", Office.closings, Office.refusals)
    assert Office.closings, "no example ever closed a hazard: the check checks nothing"
    assert Office.refusals > EXAMPLES
