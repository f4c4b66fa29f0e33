"""What the page at the gun is given to work without a network."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from registry.services import offline
from seeds import cast
from tests import filling_factory as make

LIST = "/filling/offline/list"
OWNER = "/filling/offline/owner.json"


def test_a_page_gets_its_list_and_the_key_to_verify_it(browser_of, api_of) -> None:
    row, other = make.cylinder(), make.cylinder("station2")
    browser = browser_of("filler")
    told = browser.get(OWNER)
    assert told.headers["Cache-Control"] == "no-store"
    assert (told.json["membership"], told.json["unit_id"]) == (
        cast.actor("filler").membership_id,
        cast.unit("station").id,
    )
    text = browser.get(LIST).data
    body, end = text[: text[:-1].rfind(b"\n") + 1], json.loads(text.splitlines()[-1])
    assert end["signature"] == hmac.new(bytes.fromhex(told.json["key"]), body, hashlib.sha256).hexdigest()
    codes = {line[0] for line in map(json.loads, body.splitlines()) if isinstance(line, list)}
    assert row.label_code in codes
    assert other.label_code not in codes
    version = json.loads(body.splitlines()[0])["version"]
    assert json.loads(browser.get(f"{LIST}?since={version}").data.splitlines()[0])["full"] is False
    # What programs of the station fetch is signed with another key.
    program = api_of("filler").get(f"/stations/{cast.unit('station').id}/snapshot").data
    whole, end = program[: program[:-1].rfind(b"\n") + 1], json.loads(program.splitlines()[-1])
    assert end["signature"] != hmac.new(bytes.fromhex(told.json["key"]), whole, hashlib.sha256).hexdigest()


def test_the_people_of_a_station_share_a_key_and_a_fresh_one_ends_it(browser_of) -> None:
    keys = [browser_of(login).get(OWNER).json["key"] for login in ("filler", "checker", "filling2")]
    assert keys[0] == keys[1] != keys[2]
    offline.make_key(cast.actor("filling"))
    assert browser_of("filler").get(OWNER).json["key"] != keys[0]


@pytest.mark.parametrize("path", [OWNER, LIST])
@pytest.mark.parametrize(
    ("login", "status"),
    [("filling", 200), ("checker", 200), ("section", 403), ("county", 403), ("tech1", 403), ("courier", 403)],
)
def test_whose_it_is(browser_of, path, login, status) -> None:
    assert browser_of(login).get(path).status_code == status


def test_strangers_and_bad_input(client, browser_of) -> None:
    for path in (OWNER, LIST):
        assert "/account/sign-in" in client.get(path).headers["Location"]
    assert browser_of("filler").get(f"{LIST}?since=yesterday").status_code == 422


def test_what_another_persons_queue_sends_is_refused(browser_of) -> None:
    """At the API too, and told apart from a conflict of the record."""
    row = make.cylinder()
    fill = make.sent(make.fill(row, offline=True, snapshot_hours=1))
    browser = browser_of("filler")
    same = {"Sec-Fetch-Site": "same-origin"}
    for whose in (cast.actor("checker").membership_id, ""):
        answer = browser.post("/api/v1/fillings", json=fill, headers={**same, "Acting-As": str(whose)})
        assert (answer.status_code, answer.json["type"]) == (409, "other-caller")
    mine = {**same, "Acting-As": str(cast.actor("filler").membership_id)}
    answer = browser.post("/api/v1/fillings", json=fill, headers=mine)
    assert answer.status_code == 201, answer.json
    assert "Server-Time" in answer.headers


def test_what_devices_keep_holds_nothing_personal(client, browser_of) -> None:
    stranger, filler = client.get("/filling/offline/shell"), browser_of("filler").get("/filling/offline/shell")
    assert stranger.status_code == filler.status_code == 200
    assert stranger.text == filler.text
    assert 'id="gun-data">null<' in stranger.text
    assert stranger.headers["Cache-Control"] == "no-cache"


def test_the_worker_covers_the_gun_and_keeps_all_it_loads(client) -> None:
    answer = client.get("/filling/offline/sw.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/filling/gun"
    kept = json.loads(answer.text.split(";\n", 1)[0].removeprefix("self.KEPT = "))
    assert (kept["pages"], kept["shell"]) == ("^/filling/gun$", "/filling/offline/shell")
    assert any(name.endswith(".wasm") for name in kept["files"]), "labels are read without a network too"
    page = client.get(kept["shell"]).text
    for name in kept["files"]:
        assert client.get(name).status_code == 200
    for kind in (".js", ".css"):
        loaded = [part.split('"')[0] for part in page.split('="')[1:] if kind in part.split('"')[0]]
        assert loaded
        assert set(loaded) <= set(kept["files"])


def test_the_page_says_whose_it_is(browser_of) -> None:
    page = browser_of("filler").get("/filling/gun?gun=1&medium=lpg").text
    setup = json.loads(page.split('id="gun-data">')[1].split("</script>")[0])
    assert setup["keeper"] == {
        "membership": cast.actor("filler").membership_id,
        "name": cast.actor("filler").name,
        "unit_id": cast.unit("station").id,
        "unit": cast.unit("station").name,
    }
    assert "key" not in setup["keeper"]
