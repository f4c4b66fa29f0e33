"""Two web hosts over one database and one store: whoever answers, it is the same registry."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import create_engine, text
from werkzeug.test import EnvironBuilder

from registry import clock
from registry.rules.identifiers import complete_credit_code
from seeds import cast
from tests import elevators_factory as make
from tests.conftest import POSTGRES, POSTGRES_URL
from tests.growth.apps import registry, served
from tests.growth.stores import keys, object_store
from tests.services.test_fault_reports import photo
from tests.services.test_uploads import CONTENT, opening


class Browser:
    """Goes to the one host and to the other in turn, and keeps its cookies."""

    def __init__(self, ports: tuple[int, int]) -> None:
        self.ports, self.asked, self.cookies = ports, 0, dict[str, str]()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        port = self.ports[self.asked % 2]
        self.asked += 1
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "Sec-Fetch-Site": "same-origin", **headers}  # fmt: skip
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer

    def post(self, path: str, **form: str) -> Any:
        return self.ask("POST", path, urlencode(form).encode(), **{"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, login: str) -> Any:
        return self.post("/account/sign-in", login=login, password=cast.PASSWORD)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One database and one store, two servers that share nothing else; and what they know."""
    folder = tmp_path_factory.mktemp("hosts")
    url, admin, name = f"sqlite:///{folder / 'registry.sqlite3'}", None, f"registry_hosts_{time.time_ns()}"
    if POSTGRES:
        admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = admin.url.set(database=name).render_as_string(hide_password=False)
    with object_store() as store:
        given = {"DATABASE_URL": url, **store}
        with registry(folder / "made", **given):
            inspected = clock.today().replace(day=1)
            days = {"made_on": inspected, "installation_inspected_on": inspected, "registered_on": clock.today()}
            code = make.maintained(cast.actor("section"), **days).label_code
            me = str(cast.actor("tech1").membership_id)
        with served(folder / "one", **given) as first, served(folder / "two", **given) as second:
            yield {
                "me": me,
                "ports": (first, second),
                "store": store,
                "lift": code,
                "folders": (folder / "one", folder / "two"),
            }
    if admin is not None:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def browser(shared) -> Browser:
    return Browser(shared["ports"])


def test_one_session_on_both_until_it_ends_on_either(shared, browser) -> None:
    assert browser.sign_in("section").status == 302
    for _ in range(4):
        assert browser.ask("GET", "/units/").status == 200
    kept = dict(browser.cookies)
    assert browser.post("/account/sign-out").status == 302
    browser.cookies = kept
    for _ in range(2):
        assert browser.ask("GET", "/units/").status == 302


def test_guessing_is_counted_by_both_together(shared, browser) -> None:
    for _ in range(5):
        browser.post("/account/sign-in", login="insurer", password="wrong-wrong-wrong")
    assert browser.sign_in("insurer").status != 302
    assert browser.sign_in("insurer").status != 302


def test_what_one_says_the_other_shows(shared, browser) -> None:
    """The sentence after a form comes with the browser's own cookie."""
    browser.sign_in("section")
    browser.ask("GET", "/units/")  # the other host's turn
    page = browser.ask("GET", "/units/new").body.decode()
    assert "credit_code" in page
    code = complete_credit_code("91341300MA2TE5T77")
    form = {"name": "两台主机测试单位", "credit_code": code, "area_code": "341302", "capacities": "use"}
    made = browser.post("/units/new", **form)
    assert made.status == 302, made.body.decode()
    shown = browser.ask("GET", made.headers["Location"]).body.decode()
    assert "两台主机测试单位" in shown


def test_a_photo_taken_by_one_is_shown_by_the_other(shared, browser) -> None:
    rider = Browser(shared["ports"])
    form = rider.ask("GET", f"/q/{shared['lift']}/report").body.decode()
    ref = re.search(r'name="ref" value="([^"]+)"', form)[1]
    data = {"ref": ref, "kind": "noise", "photo": (BytesIO(photo()), "x.jpg")}
    sent = EnvironBuilder(method="POST", data=data).get_environ()
    body, kind = sent["wsgi.input"].read(), sent["CONTENT_TYPE"]
    assert rider.ask("POST", f"/q/{shared['lift']}/report", body, **{"Content-Type": kind}).status == 303
    browser.sign_in("company")
    listed = browser.ask("GET", "/fault-reports/").body.decode()
    number = re.search(r"/fault-reports/([A-Z0-9-]+)", listed)[1]
    shown = [browser.ask("GET", f"/fault-reports/{number}/photo") for _ in range(2)]
    assert [one.status for one in shown] == [200, 200]
    assert shown[0].body == shown[1].body
    assert shown[0].body[:2] == b"\xff\xd8"
    stranger = Browser(shared["ports"])
    stranger.sign_in("company2")
    assert [stranger.ask("GET", f"/fault-reports/{number}/photo").status for _ in range(2)] == [404, 404]


def test_the_pieces_of_a_picture_may_go_to_either(shared, browser) -> None:
    browser.sign_in("tech1")
    sent, mine = opening(), {"Acting-As": shared["me"]}
    plain = {"Content-Type": "application/json", **mine}
    assert browser.ask("POST", "/field/uploads", json.dumps(sent).encode(), **plain).status == 200
    got = 0
    while got < len(CONTENT):
        piece = CONTENT[got : got + 300]
        answer = browser.ask("PATCH", f"/field/uploads/{sent['ref']}?offset={got}", piece, **mine)
        assert answer.status == 200, answer.body
        done = json.loads(answer.body)
        got = done["offset"]
    assert done["file"] is not None
    assert any(sent["sha256"] in key for key in keys(shared["store"]))
    assert not any("uploads" in key for key in keys(shared["store"]))


def test_both_share_one_key(shared) -> None:
    """Each has its own folder; what it signs with is given to both."""
    for folder in shared["folders"]:
        assert not (folder / "secret_key").exists()
