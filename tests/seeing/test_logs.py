"""Log lines belong to a request and carry numbers only; the request goes through jobs and messages."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import re
import sys
import threading

import pytest
from sqlalchemy import select

from blueprints import job_runner, logs, notice_runner
from registry import clock, tracing
from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Beat, Job, Notice, TrailEntry
from registry.queries import notice_messages
from registry.services import jobs
from seeds import cast


@pytest.fixture
def lines(app):
    """What is written to the log as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def believing(monkeypatch, proxies: int) -> None:
    monkeypatch.setattr(settings_of, "_current", [dataclasses.replace(settings_of.current(), proxies=proxies)])


def test_a_request_leaves_one_line_without_names(lines, browser_of) -> None:
    browser = browser_of("section")
    answer = browser.get("/people/?q=13805570001&who=张三")
    assert answer.status_code == 200
    (line,) = [one for one in lines() if one["logger"] == "registry.request"]
    me = cast.actor("section")
    assert line["method"] == "GET"
    assert line["endpoint"] == "people.index"
    assert line["status"] == 200
    assert line["ms"] > 0
    assert (line["person_id"], line["unit_id"]) == (me.person_id, me.unit_id)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    whole = json.dumps(line, ensure_ascii=False)
    assert "13805570001" not in whole
    assert "张三" not in whole
    assert me.name not in whole


def test_a_code_in_an_address_is_not_written(lines, client) -> None:
    client.get("/q/T000ABCDEFGH123.0123456789ABCDEF")
    assert "ABCDEF" not in json.dumps(lines())
    assert [one["endpoint"] for one in lines() if "status" in one] == ["public.show"]


@pytest.mark.parametrize(
    ("proxies", "given", "believed"),
    [
        (0, "a" * 32, False),
        (1, "a" * 32, True),
        (1, "short", False),
        (1, "x" * 41, False),
        (1, 'a"b\\ncdefgh', False),
        (1, "", False),
    ],
)
def test_only_our_own_proxy_names_a_request(client, monkeypatch, proxies, given, believed) -> None:
    believing(monkeypatch, proxies)
    found = client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert (found == given) is believed
    assert tracing.PLAUSIBLE.fullmatch(found)
    assert tracing.request_id() == ""


def test_a_page_of_an_error_shows_the_number(browser_of) -> None:
    answer = browser_of("section").get("/elevators/99999999", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_mistake_of_ours_is_logged_without_values(lines, app, browser_of, monkeypatch) -> None:
    said = "phone 13805570001\nDETAIL:  Key (login)=(zhang) already exists.\n[parameters: ('李四',)]"

    def broken() -> None:
        raise RuntimeError(said)

    browser = browser_of("section")
    monkeypatch.setitem(app.view_functions, "home.index", broken)
    answer = browser.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    (line,) = [one for one in lines() if "exception" in one]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "RuntimeError" in line["exception"]
    for private in ("13805570001", "zhang", "李四"):
        assert private not in json.dumps(lines(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("?token=s3cret&x=1", "?token= ***&x=1"),
        ("340000199001011234 came", "*** came"),
        ("entry 34000019900101123456", "entry 34000019900101123456"),
        ("seal 12 of 13805", "seal 12 of 13805"),
    ],
)
def test_what_is_blackened(told, kept) -> None:
    assert logs.blackened(told) == kept


def test_text_names_the_request_too() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "hello", (), None)
    record.ms = 3
    with tracing.following("abcdefgh"):
        assert logs.Text().format(record).endswith("INFO x hello [request_id=abcdefgh ms=3]")
    assert logs.Text().format(record).endswith("hello [ms=3]")


def test_text_is_blackened_too() -> None:
    private_words = "of 13805570001\nDETAIL:  Key (login)=(zhang) already exists."
    try:
        raise RuntimeError(private_words)
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "call 13805570002", (), sys.exc_info())
    said = logs.Text().format(record)
    assert "call ***" in said
    assert "RuntimeError: of ***" in said
    for private in ("1380557", "zhang"):
        assert private not in said


@pytest.mark.parametrize(
    ("name", "level", "said", "told"),
    [
        ("alembic.runtime.migration", logging.INFO, "Context impl SQLiteImpl.", False),
        ("alembic.runtime.migration", logging.INFO, "Running upgrade 0044 -> 0045", True),
        ("alembic.runtime.migration", logging.WARNING, "Context", True),
        ("registry.request", logging.INFO, "request", True),
    ],
)
def test_looking_at_the_schema_is_not_told(monkeypatch, name, level, said, told) -> None:
    made: list[logging.Handler] = []
    monkeypatch.setattr(logging, "basicConfig", lambda **given: made.extend(given["handlers"]))
    logs.configure("INFO", "text")
    assert bool(made[0].filter(logging.LogRecord(name, level, "", 1, said, (), None))) is told


def test_a_job_belongs_to_the_request_that_asked(lines, app) -> None:
    person = dataclasses.replace(cast.actor("section"), request_id="asked-here-1")
    jobs.ask(person, "try", "try:1", {})

    def handler(_data, _progress) -> None:
        logging.getLogger("inside").info("at work")
        db.session.rollback()
        from registry import audit

        with transaction():
            audit.record(SYSTEM, "job.file_dropped", None, kind="try", name="", sha256="")

    assert job_runner.run_next(app, "here:1", {"try": handler})
    db.session.expire_all()
    assert {line.get("request_id") for line in lines() if line["logger"] in ("inside", "blueprints.job_runner")} == {
        "asked-here-1"
    }
    acts = ("job.asked", "job.file_dropped", "job.done")
    entries = db.session.execute(select(TrailEntry.act, TrailEntry.request_id).where(TrailEntry.act.in_(acts)))
    assert sorted(tuple(row) for row in entries) == sorted((act, "asked-here-1") for act in acts)
    assert tracing.request_id() == ""


def test_a_job_that_nobody_asked_for_gets_a_number(app) -> None:
    jobs.ask(dataclasses.replace(cast.actor("section"), request_id=""), "try", "try:2", {})
    assert db.session.scalar(select(Job.request_id)) == ""
    seen = []
    job_runner.run_next(app, "here:1", {"try": lambda _data, _progress: seen.append(tracing.request_id())})
    assert re.fullmatch("[0-9a-f]{16}", seen[0])


def test_a_message_belongs_to_the_request_it_comes_from(app, lines, monkeypatch) -> None:
    with transaction() as session:
        entry = TrailEntry(
            at=clock.now(), act="call.taken", subject="call", role="x", request_id="the-cause-1", data={}
        )
        session.add(entry)
    one = Notice(key=f"trail:{entry.id}:call_taken")
    assert notice_messages.request_of([one]) == "the-cause-1"
    assert notice_messages.request_of([one, one]) == ""
    assert notice_messages.request_of([Notice(key="overdue:3:2026-11-30")]) == ""
    seen = []
    monkeypatch.setattr(notice_runner, "_deliver", lambda *_: seen.append(tracing.request_id()) or "sent")
    message = notice_runner.Message(1, 1, "email", False, "zh", "", "", "", [one], "the-cause-1")
    assert notice_runner.deliver(message, set()) == "sent"
    assert seen == ["the-cause-1"]
    assert [line["request_id"] for line in lines() if line["message"] == "message 1: sent"] == ["the-cause-1"]


def test_a_worker_shows_that_it_lives(app, monkeypatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(job_runner, "run_next", lambda *_: over.set() or True)
    job_runner.work(app, "host:7", over, {})
    beat = db.session.scalars(select(Beat).where(Beat.name == "host:7")).one()
    assert beat.kind == "worker"
    assert beat.seen_at >= beat.begun_at


def test_the_format_is_one_of_two(monkeypatch) -> None:
    monkeypatch.setenv("REGISTRY_LOG_FORMAT", "xml")
    with pytest.raises(SystemExit, match="REGISTRY_LOG_FORMAT must be one of JSON, TEXT"):
        settings_of.load()
