"""A cylinder's life through the API: suspended, inspected, written over."""

from __future__ import annotations

import pytest

from seeds import cast
from tests import cylinder_factory


@pytest.fixture
def code(app) -> str:
    return cylinder_factory.cylinder().label_code


def test_suspend_and_resume(api_of, code) -> None:
    reason = {"reason": "瓶体锈蚀", "document": "停用单1号"}
    stopped = api_of("filling").post(f"/cylinders/{code}/suspend", reason)
    assert (stopped.status_code, stopped.json["status"]) == (200, "suspended")
    assert api_of("filling").post(f"/cylinders/{code}/suspend", reason).status_code == 409
    assert api_of("section").post(f"/cylinders/{code}/resume", reason).json["status"] == "in_use"
    assert api_of("filling2").post(f"/cylinders/{code}/suspend", reason).status_code == 404
    assert api_of("filler").post(f"/cylinders/{code}/suspend", reason).status_code == 403


def test_an_inspection_moves_the_next_one(api_of, code) -> None:
    inspector = api_of("inspector")
    done = inspector.post(
        f"/cylinders/{code}/inspections", {"done_on": "2026-03-18", "passed": True, "report_no": "R1"}
    )
    assert done.status_code == 201, done.json
    assert done.json["next_inspection_on"] == "2030-03-17"
    late = {"done_on": "2026-04-18", "passed": True, "next_inspection_on": "2031-01-01"}
    assert set(inspector.post(f"/cylinders/{code}/inspections", late).json["errors"]) == {"next_inspection_on"}
    assert api_of("filler").post(f"/cylinders/{code}/inspections", late).status_code == 403


def test_a_transfer_changes_who_sees_it(api_of, code) -> None:
    move = {"owner_id": cast.unit("station2").id, "document": "过户协议1号"}
    assert api_of("filling").post(f"/cylinders/{code}/transfer", move).status_code == 403
    moved = api_of("section").post(f"/cylinders/{code}/transfer", move)
    assert moved.status_code == 200, moved.json
    assert api_of("filling").get(f"/cylinders/{code}").status_code == 404
    assert api_of("filling2").get(f"/cylinders/{code}").status_code == 200
