"""The page of work in the background, and how far a long paper is."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from blueprints import export_jobs, job_runner
from registry import clock, files, settings
from registry.db import db, transaction
from registry.documents.office import issued
from registry.models import Job, Membership, Parameter, StoredFile, TrailEntry, Unit
from registry.services import circulars, job_files, jobs
from registry.services import files as stored_files
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
    assert "正在后台生成（0%）" in page
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
    assert "重新办理" in admin.get(f"/jobs/{job.id}").text
    assert "重新办理" not in browser_of("section").get(f"/jobs/{job.id}").text
    assert admin.post(f"/jobs/{job.id}/stop").status_code == 409
    assert admin.post(f"/jobs/{job.id}/again").status_code == 302
    assert "没有后台任务" in admin.get("/jobs/?state=stopped").text
    assert admin.post("/jobs/999999/stop").status_code == 404


def test_who_may_see_and_stop_jobs(time, client, browser_of) -> None:
    job = jobs.ask(cast.actor("section"), "paper", "paper.9", {"paper_id": 9})
    for login, listed, seen, stopped in (
        ("auditor", 200, 200, 403),
        ("leader", 403, 404, 404),
        ("property", 403, 404, 404),
        ("section", 403, 200, 302),
    ):
        browser = browser_of(login)
        assert browser.get("/jobs/").status_code == listed
        assert browser.get(f"/jobs/{job.id}").status_code == seen
        assert browser.get(f"/jobs/{job.id}/progress").status_code == seen
        assert browser.post(f"/jobs/{job.id}/stop").status_code == stopped
    assert browser_of("section").post(f"/jobs/{job.id}/again").status_code == 403
    assert "/account/sign-in" in client.get("/jobs/").headers["Location"]
    assert "/account/sign-in" in client.get(f"/jobs/{job.id}").headers["Location"]


def test_a_long_paper_tells_of_its_chapters(app, time, browser_of) -> None:
    paper = long_circular(time)
    told: list[tuple[int, str]] = []

    def progress(done: int, steps: int, part: str = "", about: str = "") -> None:
        told.append((done * 100 // steps, f"{part} {about}".strip()))

    issued.make({"paper_id": paper.id}, progress)
    assert [share for share, _words in told] == sorted(share for share, _words in told)
    words = [words for _share, words in told]
    assert words[0] == "word"
    assert sum(one.startswith("chapter 一、") for one in words) == 1
    assert sum(one.startswith("chapter") for one in words) >= 3
    assert words[-3:] == ["pages", "keep", "keep"]
    assert told[-1][0] == 100


def test_a_page_of_a_running_job_renews_itself_and_says_what_is_done(app, time, browser_of) -> None:
    job = jobs.ask(cast.actor("section"), "paper", "paper.9", {"paper_id": 9})
    browser, seen = browser_of("section"), []

    def handler(_data, progress):
        progress(45, 100, "chapter", "二、主要问题")
        seen.append(browser.get(f"/jobs/{job.id}/progress").text)
        seen.append(browser_of("admin").get("/jobs/?rows=1").text)

    assert f'hx-get="/jobs/{job.id}/progress"' in browser.get(f"/jobs/{job.id}").text
    assert job_runner.run_next(app, "one", {"paper": handler})
    assert all(text in seen[0] for text in ("排版：二、主要问题", "45%", 'value="45"', "停止"))
    assert 'hx-get="/jobs/?rows=1"' in seen[1]
    assert "排版：二、主要问题" in seen[1]
    over = browser.get(f"/jobs/{job.id}/progress").text
    assert "hx-get" not in over
    assert "已完成" in over
    assert "hx-get" not in browser_of("admin").get("/jobs/?rows=1").text


@pytest.fixture
def long_lists(app) -> None:
    with transaction() as session:
        session.add(Parameter(key="export.background_rows", value="2", since=date(2026, 1, 1)))


def test_a_long_list_is_written_in_the_background(app, time, long_lists, browser_of) -> None:
    browser = browser_of("section")
    answer = browser.get("/exports/units.xlsx")
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert browser.get("/exports/units.xlsx").headers["Location"] == page  # asked twice is once
    assert browser.get("/exports/units.xlsx?q=汇源").status_code == 200  # short enough
    assert browser.get(f"{page}/file").status_code == 404
    assert "等待" in browser.get(page).text
    seen: list[str] = []

    def watched(data, progress):
        def telling(*given):
            progress(*given)
            seen.append(browser.get(f"{page}/progress").text)

        return export_jobs.make(data, telling)

    assert job_runner.run_next(app, "one", {"export": watched})
    assert any("已写入" in text and '<progress aria-labelledby="job-words">' in text for text in seen)
    over = browser.get(page).text
    assert f'href="{page}/file"' in over
    sent = browser.get(f"{page}/file")
    rows = list(load_workbook(io.BytesIO(sent.data)).active.iter_rows(values_only=True))
    assert len({row[1] for row in rows[1:]}) == db.session.scalar(select(func.count(Unit.id)))
    assert browser_of("admin").get(f"{page}/file").status_code == 404  # seen, but not fetched
    assert browser_of("county").get(f"{page}/file").status_code == 404
    time.forward(days=8)
    assert browser_of("section").get(f"{page}/file").status_code == 404


def made_list(app, browser) -> tuple[int, Path]:
    """A job that wrote a list, and where its file lies, as old as the job's day."""
    page = browser.get("/exports/units.xlsx").headers["Location"]
    assert job_runner.run_next(app, "one")
    number = int(page.rsplit("/", 1)[1])
    row = db.session.get_one(StoredFile, db.session.get_one(Job, number).file_id)
    path = files.path_of(settings.current().files_dir, row.sha256)
    os.utime(path, (0, 0))
    return number, path


def test_what_was_asked_for_is_dropped_after_its_days(app, time, long_lists, browser_of) -> None:
    number, path = made_list(app, browser_of("section"))
    before = db.session.scalar(select(func.count(StoredFile.id)))
    time.forward(days=7)
    job_files.drop_old()
    assert path.exists()
    time.forward(hours=1)
    os.utime(path)  # somebody brings the same content just now
    job_files.drop_old()
    assert path.exists()
    os.utime(path, (0, 0))
    job_files.drop_old()
    assert not path.exists()
    job = db.session.get_one(Job, number, populate_existing=True)
    assert (job.state, job.file_id) == ("done", None)
    assert db.session.scalar(select(func.count(StoredFile.id))) == before - 1
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.act == "job.file_dropped")).all()
    assert len(acts) == 1
    assert browser_of("section").get(f"/jobs/{number}/file").status_code == 404
    assert browser_of("section").get(f"/jobs/{number}").status_code == 200


def test_a_content_that_somebody_else_keeps_stays(app, time, long_lists, browser_of) -> None:
    _number, path = made_list(app, browser_of("section"))
    stored_files.store(cast.actor("county"), "kept.xlsx", "application/zip", path.read_bytes(), "hazard")
    os.utime(path, (0, 0))
    time.forward(days=8)
    job_files.drop_old()
    assert path.exists()


def test_what_the_registry_refuses_is_told_and_not_tried_again(app, time, long_lists, browser_of) -> None:
    browser = browser_of("section")
    page = browser.get("/exports/units.xlsx").headers["Location"]
    with transaction() as session:
        row = session.get_one(Membership, cast.actor("section").membership_id)
        row.until = clock.today()
    assert job_runner.run_next(app, "one")
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.tries, job.sentence) == ("failed", 1, "提出导出的人已不再担任这个角色")
    assert "提出导出的人已不再担任这个角色" in browser_of("admin").get(page).text


def test_an_exported_list_is_as_its_asker_sees_it(app, time, long_lists, browser_of) -> None:
    county = browser_of("dangshan")
    pages = [one.get("/exports/people.xlsx").headers.get("Location") for one in (county, browser_of("section"))]
    while job_runner.run_next(app, "one"):
        pass
    counts = []
    for login, page in zip(("dangshan", "section"), pages, strict=True):
        if page is None:
            counts.append(0)
            continue
        sheet = load_workbook(io.BytesIO(browser_of(login).get(f"{page}/file").data)).active
        counts.append(sheet.max_row)
    assert counts[0] < counts[1]


def test_a_list_is_written_in_the_language_of_who_asked(app, time, long_lists, browser_of) -> None:
    browser = browser_of("section")
    browser.set_cookie("registry_language", "en")
    page = browser.get("/exports/units.xlsx").headers["Location"]
    assert job_runner.run_next(app, "one")
    sheet = load_workbook(io.BytesIO(browser.get(f"{page}/file").data)).active
    assert sheet.title == "Units"
    assert all(str(cell.value).isascii() for cell in sheet[1])
