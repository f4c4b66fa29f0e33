"""Pages read from a real streaming replica: never older than allowed, never by whoever wrote, never to decide."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints import replicas
from registry import clock
from registry.db import db, transaction
from registry.models import ApiToken, Cylinder, SignIn
from registry.queries import replicas as queries
from registry.rules.identifiers import complete_credit_code
from registry.services import accounts
from seeds import cast
from tests import filling_factory as make
from tests.conftest import POSTGRES
from tests.growth.apps import registry, signed_in
from tests.growth.clusters import Cluster, clusters

pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite has no replica")
LAG = 2
NUMBERS = count(1)


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Cluster, Cluster]]:
    with clusters(2) as (primary, replica):
        primary.make()
        primary.start()
        replica.copy_of(primary)
        replica.start()
        yield primary, replica


@pytest.fixture(scope="module")
def led(pair: tuple[Cluster, Cluster], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over both, with the cast."""
    given = {"DATABASE_URL": pair[0].url, "REPLICA_URL": pair[1].url, "REPLICA_LAG_SECONDS": str(LAG)}
    with registry(tmp_path_factory.mktemp("instance"), **given) as app:
        yield app


@pytest.fixture
def here(
    led: Flask, pair: tuple[Cluster, Cluster], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Cluster, Cluster]]:
    """Both running and level, nothing remembered."""
    level(pair)
    monkeypatch.setattr(replicas, "_away_until", float("-inf"))
    queries._PLACES.clear()
    yield pair
    db.session.remove()
    resume(pair[1])


def level(pair: tuple[Cluster, Cluster]) -> None:
    """Wait until the replica has everything."""
    place = pair[0].do("SELECT pg_current_wal_insert_lsn()")[0][0]
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if pair[1].do(f"SELECT pg_last_wal_replay_lsn() >= '{place}'")[0][0]:
            return
        time.sleep(0.05)
    raise AssertionError("the replica does not follow")


def pause(replica: Cluster) -> None:
    replica.do("SELECT pg_wal_replay_pause()")


def resume(replica: Cluster) -> None:
    if replica.do("SELECT pg_is_in_recovery()")[0][0]:
        replica.do("SELECT pg_wal_replay_resume()")


def registered(who: FlaskClient, name: str) -> None:
    """A unit that somebody registers on the page."""
    form = {"name": name, "credit_code": complete_credit_code(f"913413{next(NUMBERS):08d}MA2"[:17]),
            "area_code": "341302", "capacities": ["use"]}  # fmt: skip
    answer = who.post("/units/new", data=form)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Registry-Read"] == "primary"


def seen(who: FlaskClient, name: str) -> tuple[str, bool]:
    """Who answered the page of units, and whether the unit is on it."""
    answer = who.get("/units/", query_string={"q": name})
    assert answer.status_code == 200
    return answer.headers["Registry-Read"].partition(";")[0], "/units/" in answer.text and name in rows_of(answer.text)


def followed(who: FlaskClient, name: str) -> bool:
    """Whether the unit is on the page, once the replica answers it: whoever has just signed in has just written, and
    a process that remembers no place of the primary cannot tell how old a replica is."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        place, there = seen(who, name)
        if place == "replica":
            return there
        time.sleep(0.05)
    raise AssertionError("the replica is not asked")


def rows_of(page: str) -> str:
    return page.partition("<tbody")[2]


def test_pages_come_from_the_replica(led, here) -> None:
    office, name = signed_in(led, "section"), "甲单位"
    registered(office, name)
    level(here)
    leader = signed_in(led, "leader")
    assert followed(leader, name)
    answer = leader.get("/units/", query_string={"q": name})
    assert answer.headers["Registry-Read"].startswith("replica; age=")


def test_what_it_says_is_old_but_not_too_old(led, here) -> None:
    replica = here[1]
    office, other = signed_in(led, "section"), signed_in(led, "leader")
    level(here)
    assert not followed(other, "乙单位")
    pause(replica)
    registered(office, "乙单位")
    assert seen(other, "乙单位") == ("replica", False)  # old, and within the limit
    assert seen(office, "乙单位") == ("primary", True)  # what one wrote oneself one reads
    assert seen(signed_in(led, "section"), "乙单位") == ("primary", True)  # on another device as well
    deadline = time.monotonic() + LAG + 3
    while seen(other, "乙单位") == ("replica", False):
        assert time.monotonic() < deadline, "older than it may be"
        time.sleep(0.1)
    assert seen(other, "乙单位") == ("primary", True)
    resume(replica)
    assert followed(office, "乙单位")
    assert followed(other, "乙单位")


def test_programs_read_what_they_wrote(led, here) -> None:
    token = accounts.create_token(cast.actor("section"), "test", 1)
    program, headers = led.test_client(), {"Authorization": f"Bearer {token}"}
    level(here)
    followed(signed_in(led, "leader"), "丙单位")
    assert program.get("/api/v1/units", headers=headers).headers["Registry-Read"].startswith("replica")
    pause(here[1])
    code = complete_credit_code("91341300MA2TE5T09")
    form = {"name": "丙单位", "credit_code": code, "area_code": "341302", "capacities": ["use"]}
    assert program.post("/api/v1/units", json=form, headers=headers).status_code == 201
    answer = program.get("/api/v1/units", query_string={"q": code}, headers=headers)
    assert answer.headers["Registry-Read"] == "primary"
    assert [row["name"] for row in answer.json["items"]] == ["丙单位"]


def test_a_replica_that_is_away_is_not_missed(led, here, monkeypatch) -> None:
    replica = here[1]
    office = signed_in(led, "section")
    followed(office, "甲单位")
    replica.stop("immediate")
    try:
        assert seen(office, "甲单位")[0] == "primary"
        asked: list[int] = []
        with monkeypatch.context() as watched:
            watched.setattr(replicas, "read_replica", lambda: asked.append(1))
            assert seen(office, "甲单位")[0] == "primary"
        assert asked == []  # it is not asked again at once
    finally:
        replica.start()
    monkeypatch.setattr(replicas, "_away_until", float("-inf"))
    followed(office, "甲单位")


def test_one_that_dies_while_a_page_is_made(led, here, monkeypatch) -> None:
    office = signed_in(led, "section")
    level(here)
    asked = queries.age

    def answered_and_died(present: int, own: int) -> float | None:
        age = asked(present, own)
        here[1].do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                   "AND pid <> pg_backend_pid()")  # fmt: skip
        return age

    monkeypatch.setattr(queries, "age", answered_and_died)
    assert seen(office, "甲单位")[0] == "primary"


def test_nothing_is_decided_by_it(led, here) -> None:
    """The replica still holds a cylinder for sound, a session for open and a token for good."""
    row = make.cylinder()
    filler = accounts.create_token(cast.actor("filler"), "test", 1)
    gun, headers = led.test_client(), {"Authorization": f"Bearer {filler}"}
    office = signed_in(led, "leader")
    scan = {"code": make.signed(row.label_code), "purpose": "fill", "gun": "1", "medium": "lpg"}
    level(here)
    assert gun.post("/api/v1/scans", json=scan, headers=headers).json["verdict"] == "allow"
    level(here)
    assert seen(office, "甲单位")[0] == "replica"
    level(here)
    pause(here[1])
    with transaction() as session:
        session.get_one(Cylinder, row.id).status = "suspended"
    answer = gun.post("/api/v1/scans", json=scan, headers=headers)
    assert (answer.json["verdict"], answer.headers["Registry-Read"]) == ("block", "primary")
    fill = gun.post("/api/v1/fillings", json=make.sent(make.fill(row)), headers=headers)
    assert (fill.status_code, fill.headers["Registry-Read"]) == (422, "primary")
    station = cast.unit("station").id
    listed = gun.get(f"/api/v1/stations/{station}/snapshot", headers=headers)
    assert (listed.status_code, listed.headers["Registry-Read"]) == (200, "primary")
    with transaction() as session:
        session.query(SignIn).update({"ended_at": clock.now()})
        session.query(ApiToken).update({"revoked_at": clock.now()})
    assert office.get("/units/").status_code == 302
    assert gun.get("/api/v1/units", headers=headers).status_code == 401


def test_a_page_that_writes_goes_on_with_the_primary(led, here) -> None:
    row = make.cylinder()
    level(here)
    pause(here[1])
    stranger = led.test_client()
    answer = stranger.get(f"/q/{make.signed(row.label_code)}")
    assert answer.status_code == 200
    assert answer.headers["Registry-Read"] == "primary"


def test_all_that_looks_looks_at_the_replica(led, here) -> None:
    """Every page without a parameter that a head of section may open, and nobody writes on the way."""
    office = signed_in(led, "section")
    level(here)
    wrong = []
    for rule in led.url_map.iter_rules():
        if (
            rule.arguments
            or "GET" not in (rule.methods or ())
            or rule.rule.startswith("/api")
            or rule.endpoint == "static"
        ):
            continue
        answer = office.get(rule.rule)
        if answer.status_code >= 500:
            wrong.append((rule.rule, answer.status_code))
    assert wrong == []
