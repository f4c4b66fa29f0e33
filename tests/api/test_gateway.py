"""Older scale controllers: two digits or one byte, whatever happens, and never an opening one by mistake."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from blueprints.app import create_app
from registry import clock
from registry import settings as settings_of
from registry.db import db
from registry.models import Gun
from registry.prepared import _Ready
from registry.services import fill_cycles
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import check

GARBAGE = [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe\x00", b'{"label_no": 5}', b'{"label_no": {"a": 1}}']


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("login", ["filler", "section", None])
@pytest.mark.parametrize("accept", ["application/json", "application/octet-stream"])
def test_garbage_is_denied(api_of, client, body, login, accept) -> None:
    headers = {"Accept": accept, "Content-Type": "application/json"}
    if login:
        headers.update(api_of(login).headers)
    answer = client.post("/api/v1/gateway/fills", data=body, headers=headers)
    if accept == "application/octet-stream":
        assert answer.data in (b"\x55", b"\x02")
    else:
        assert answer.json["result"]["status"] == "02"


def test_unknown_and_unchecked_are_denied(api_of) -> None:
    api = api_of("filler")
    asked = {"label_no": "ZZZZZZZZ", "machine_no": "1"}
    assert api.post("/gateway/fills", asked).json["result"]["status"] == "01"
    row = make.cylinder()
    asked = {"label_no": row.label_code, "machine_no": "1"}
    assert api.post("/gateway/fills", asked).json["result"]["status"] not in ("00", "09")


WAYS = [("application/json", b"02"), ("application/octet-stream", b"\x55")]


def asked_of_the_gateway(client, headers, accept, **values) -> bytes:
    """The byte or the two digits of an answer; its status is always 200."""
    body = {"label_no": "ZZZZZZZZ", "machine_no": "1", **values}
    answer = client.post("/api/v1/gateway/fills", json=body, headers={**headers, "Accept": accept})
    assert answer.status_code == 200
    return answer.data if accept == "application/octet-stream" else answer.json["result"]["status"].encode()


@pytest.mark.parametrize(("accept", "denied"), WAYS)
def test_whoever_asks_is_denied_in_the_words_of_a_controller(api_of, client, accept, denied) -> None:
    code = make.cylinder().label_code
    for headers in (
        {},
        {"Authorization": "Bearer over"},
        {"Authorization": "Basic eDp5"},
        {"Origin": "https://x.example"},
    ):
        assert asked_of_the_gateway(client, headers, accept, label_no=code) == denied
    assert asked_of_the_gateway(client, api_of("section").headers, accept, label_no=code) == denied


@pytest.mark.parametrize(("accept", "denied"), WAYS)
@pytest.mark.parametrize("table", ["api_token", "cylinder", "fill_cycle", "scan"])
def test_a_connection_that_breaks_denies(api_of, client, monkeypatch, table, accept, denied) -> None:
    """Whichever statement the connection breaks at, the first one of all among them."""
    headers, code = api_of("filler").headers, make.cylinder().label_code

    def broken(_connection, _cursor, statement, *_more) -> None:
        if table in statement:
            raise OperationalError(statement, None, Exception("server closed the connection"))

    values = _Ready.values

    def broken_too(ready, given):
        broken(None, None, ready._text)
        return values(ready, given)

    event.listen(db.engine, "before_cursor_execute", broken)
    monkeypatch.setattr(_Ready, "values", broken_too)
    try:
        assert asked_of_the_gateway(client, headers, accept, label_no=code) == denied
    finally:
        event.remove(db.engine, "before_cursor_execute", broken)


@pytest.mark.parametrize(
    ("accept", "allowed", "unknown", "denied"),
    [("application/json", b"00", b"01", b"02"), ("application/octet-stream", b"\xaa", b"\x02", b"\x55")],
)
def test_it_opens_once_after_the_check(api_of, client, actor, accept, allowed, unknown, denied) -> None:
    db.session.add(Gun(station_id=cast.unit("station").id, number="1", medium="lpg"))
    db.session.commit()
    row, headers = make.cylinder(), api_of("filler").headers
    code = row.label_code
    assert asked_of_the_gateway(client, headers, accept) == unknown
    assert asked_of_the_gateway(client, headers, accept, label_no=code) == denied  # not checked yet
    fill_cycles.precheck(actor("filler"), check(row))
    assert asked_of_the_gateway(client, headers, accept, label_no=make.signed(code).lower()) == allowed
    overdue = make.cylinder(next_inspection_on=clock.today() - timedelta(days=1))
    asked = asked_of_the_gateway(client, headers, accept, label_no=overdue.label_code)
    assert asked == (b"04" if accept == "application/json" else denied)


def closed_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["refused", "disk gone"])
def without_database(built_app, request, tmp_path):
    """A server whose database does not answer: the network refuses, or the disk with the file is gone."""
    before = settings_of.current()
    folder = tmp_path / "disk"
    folder.mkdir()
    url = {
        "refused": f"postgresql+psycopg://postgres@127.0.0.1:{closed_port()}/registry?connect_timeout=2",
        "disk gone": f"sqlite:///{folder / 'registry.sqlite3'}",
    }[request.param]
    try:
        other = create_app(replace(before, database_url=url))
        folder.rmdir()
        with other.app_context():
            yield other.test_client()
            db.session.remove()
    finally:
        settings_of.configure(before)


def test_a_database_out_of_reach_denies(without_database) -> None:
    with pytest.raises(OperationalError):
        db.session.connection()
    for headers in ({}, {"Authorization": "Bearer anything"}, {"Cookie": "registry_session=anything"}):
        for accept, denied in WAYS:
            db.session.remove()
            assert asked_of_the_gateway(without_database, headers, accept) == denied


def test_a_database_that_goes_away_closes_what_was_open(app, api_of, actor, database_url) -> None:
    """The same token, the same checked bottle: opened, and denied once the file is gone."""
    if not database_url.startswith("sqlite"):
        pytest.skip("the test's own connection holds PostgreSQL's data; the refused connection is tested above")
    db.session.add(Gun(station_id=cast.unit("station").id, number="1", medium="lpg"))
    db.session.commit()
    first, second = make.cylinder(), make.cylinder()
    headers = api_of("filler").headers
    codes = [row.label_code for row in (first, second)]
    for row in (first, second):
        fill_cycles.precheck(actor("filler"), check(row))
    way = "application/octet-stream"
    assert asked_of_the_gateway(app.test_client(), headers, way, label_no=codes[0]) == b"\xaa"
    db.session.remove()
    db.engine.dispose()
    path = Path(database_url.removeprefix("sqlite:///"))
    aside = path.rename(path.with_suffix(".aside"))
    path.mkdir()
    try:
        assert asked_of_the_gateway(app.test_client(), headers, way, label_no=codes[1]) == b"\x55"
    finally:
        db.session.remove()
        db.engine.dispose()
        path.rmdir()
        aside.rename(path)
    assert asked_of_the_gateway(app.test_client(), headers, way, label_no=codes[1]) == b"\xaa"
