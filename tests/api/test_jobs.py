"""/jobs: the caller's own work in the background."""

from __future__ import annotations

from datetime import date

import pytest

from blueprints import job_runner
from registry.db import transaction
from registry.models import Parameter
from registry.services import jobs
from seeds import cast
from tests.hazards_factory import Clock


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


def asked(key: str = "paper.9"):
    return jobs.ask(cast.actor("section"), "paper", key, {"paper_id": 9})


def test_its_state_progress_and_result(app, time, api_of) -> None:
    job, api, seen = asked(), api_of("section"), []
    first = api.get(f"/jobs/{job.id}").json
    assert (first["state"], first["result"], first["error"]) == ("waiting", None, None)
    assert first["progress"] == {"share": 0, "words": "等待", "done": 0, "steps": 1}

    def handler(_data, progress):
        progress(30, 100, "pictures", "风险等级")
        seen.append(api.get(f"/jobs/{job.id}").json)

    assert job_runner.run_next(app, "one", {"paper": handler})
    assert seen[0]["progress"] == {"share": 30, "words": "放入图表和照片：风险等级", "done": 30, "steps": 100}
    last = api.get(f"/jobs/{job.id}").json
    assert (last["state"], last["progress"]["share"], last["result"]) == ("done", 100, "/api/v1/papers/9")
    assert last["ended_at"]


def test_what_goes_wrong_is_a_sentence(app, time, api_of) -> None:
    job, api = asked(), api_of("section")

    def broken(_data, _progress):
        raise ValueError("/srv/registry/secret")

    assert job_runner.run_next(app, "one", {"paper": broken})
    assert api.get(f"/jobs/{job.id}").json["error"] == "上一次没有成功，将自动再试"
    for _ in range(4):
        time.forward(minutes=30)
        assert job_runner.run_next(app, "one", {"paper": broken})
    last = api.get(f"/jobs/{job.id}").json
    assert last["state"] == "failed"
    assert last["error"] == "系统出错，这项任务没有完成，请重新提出或联系管理员"


def test_a_file_is_fetched(app, time, api_of, browser_of) -> None:
    with transaction() as session:
        session.add(Parameter(key="export.background_rows", value="2", since=date(2026, 1, 1)))
    number = browser_of("section").get("/exports/units.xlsx").headers["Location"].rpartition("/")[2]
    api = api_of("section")
    assert api.get(f"/jobs/{number}/file").status_code == 404
    assert job_runner.run_next(app, "one")
    result = api.get(f"/jobs/{number}").json["result"]
    assert result == f"/api/v1/jobs/{number}/file"
    assert api.get(f"/jobs/{number}/file").data.startswith(b"PK")
    assert api_of("leader").get(f"/jobs/{number}/file").status_code == 404


def test_its_owner_alone_sees_and_stops_it(app, time, client, api_of) -> None:
    job = asked()
    for login in ("leader", "admin", "auditor", "property", "dangshan"):
        assert api_of(login).get(f"/jobs/{job.id}").status_code == 404
        assert api_of(login).post(f"/jobs/{job.id}/stop").status_code == 404
    assert client.get(f"/api/v1/jobs/{job.id}").status_code == 401
    section = api_of("section")
    assert section.get("/jobs/999999").status_code == 404
    assert section.get("/jobs/x").status_code == 404
    stopped = section.post(f"/jobs/{job.id}/stop")
    assert (stopped.status_code, stopped.json["state"], stopped.json["error"]) == (200, "stopped", "任务已停止")
    assert section.post(f"/jobs/{job.id}/stop").status_code == 409
    assert not job_runner.run_next(app, "one", {"paper": lambda _data, _progress: None})
