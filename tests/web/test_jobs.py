"""The page of work in the background, and how far a long paper is."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from blueprints import job_runner
from registry.db import db, transaction
from registry.models import Job, Parameter
from registry.services import circulars, jobs
from seeds import cast
from tests.hazards_factory import Clock, move, reported, walk


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


def long_circular(time: Clock):
    """A circular over the limit above which its files are made in the background."""
    with transaction() as session:
        session.add(Parameter(key="paper.background_rows", value="3", since=date(2026, 1, 1)))
    late = walk(reported(), "LISTED")
    move("county-leader", late, "assign", due=date(2026, 11, 4))
    time.forward(days=3)
    return circulars.issue(cast.actor("section"), {"since": date(2026, 11, 1), "until": date(2026, 11, 6)})


def test_a_long_circular_is_made_in_the_background_and_its_page_says_how_far(app, time, browser_of) -> None:
    paper = long_circular(time)
    browser, path = browser_of("section"), f"/papers/{paper.id}"
    page = browser.get(path).text
    assert "正在后台生成（0/2）" in page
    assert f'hx-get="{path}/progress"' in page
    assert f'href="{path}/pdf"' not in page
    assert "正在后台生成" in browser.get(f"{path}/progress").text
    assert browser_of("dangshan").get(f"{path}/progress").status_code == 404

    assert job_runner.run_next(app, "one")
    part = browser.get(f"{path}/progress").text
    assert "hx-get" not in part
    assert f'href="{path}/pdf"' in part
    assert browser.get(f"{path}/pdf").data.startswith(b"%PDF")
    assert browser.get(f"{path}/docx").data.startswith(b"PK")
    assert db.session.scalars(select(Job)).one().state == "done"


def test_a_short_paper_is_made_on_demand(time, browser_of) -> None:
    walk(reported(), "ASSIGNED")
    assert db.session.scalar(select(Job.id)) is None


def test_the_administrator_stops_and_begins_anew(time, browser_of) -> None:
    job = jobs.ask(cast.actor("section"), "paper", "paper.9", {"paper_id": 9})
    admin = browser_of("admin")
    page = admin.get("/jobs/").text
    assert all(text in page for text in ("生成文书", "等待", "王建国", "停止"))
    assert admin.post(f"/jobs/{job.id}/stop").status_code == 302
    assert "重新办理" in admin.get("/jobs/?state=stopped").text
    assert admin.post(f"/jobs/{job.id}/stop").status_code == 409
    assert admin.post(f"/jobs/{job.id}/again").status_code == 302
    assert "没有后台任务" in admin.get("/jobs/?state=stopped").text
    assert admin.post("/jobs/999999/stop").status_code == 404


def test_who_may_see_and_stop_jobs(time, client, browser_of) -> None:
    job = jobs.ask(cast.actor("section"), "paper", "paper.9", {"paper_id": 9})
    for login, seen, stopped in (("auditor", 200, 403), ("section", 403, 403), ("property", 403, 403)):
        browser = browser_of(login)
        assert browser.get("/jobs/").status_code == seen
        assert browser.post(f"/jobs/{job.id}/stop").status_code == stopped
    assert "/account/sign-in" in client.get("/jobs/").headers["Location"]
