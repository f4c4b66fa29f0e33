"""A turn, and what the station needs for it, through the API; and older scale controllers, which are never let in by
mistake."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from registry import clock
from registry.db import db
from registry.models import Gun, StaffPresence
from registry.services import fill_cycles
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import after, check

WRITES = [
    ("/prechecks", "section", 422),
    ("/post-checks", "section", 422),
    ("/releases", "section", 422),
    ("/aborts", "section", 422),
    ("/unlocks", "section", 422),
    ("/readings", "section", 422),
    ("/heartbeats", "section", 422),
    ("/devices", "filler", 422),
    ("/gas-batches", "section", 422),
    ("/presences", "section", 422),
    ("/hold-releases", "filling", 422),
]
GOOD = {
    "/prechecks": lambda row: check(row),
    "/post-checks": lambda row: after(row),
    "/releases": lambda row: {"ref": str(uuid4()), "code": row.label_code},
    "/aborts": lambda row: {"code": row.label_code, "reason": "试"},
    "/unlocks": lambda row: {"token": "x", "gun": "1"},
    "/readings": lambda row: {
        "device": "W", "ref": "1", "kind": "gross_g", "value": 1, "at": clock.now().isoformat(), "signature": "00",
    },
    "/heartbeats": lambda row: {"devices": ["W"]},
    "/devices": lambda row: {"kind": "scale", "number": "W-5"},
    "/gas-batches": lambda row: {
        "ref": str(uuid4()), "medium": "lpg", "supplier": "甲", "delivery_note": "1", "mass_g": 5,
    },
    "/presences": lambda row: {"login": "checker"},
    "/hold-releases": lambda row: {
        "ref": str(uuid4()), "code": row.label_code, "station_id": cast.unit("station").id,
        "rules": ["R10"], "reason": "核对过", "photo": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize(("path", "wrong", "status"), WRITES)
def test_bad_input_and_wrong_role(api_of, path, wrong, status) -> None:
    row = make.cylinder()
    right = "section" if path == "/hold-releases" else "filling"
    assert api_of(right).post(path, {}).status_code == status
    assert api_of(wrong).post(path, GOOD[path](row)).status_code == 403


@pytest.mark.parametrize("path", ["/post-checks", "/releases", "/aborts", "/unlocks"])
def test_a_stranger_has_no_such_turn(api_of, actor, path) -> None:
    row = make.cylinder()
    fill_cycles.precheck(actor("filler"), check(row))
    assert api_of("filling2").post(path, GOOD[path](row)).status_code == 404


def test_a_check_is_recorded_once_and_given_up(api_of) -> None:
    row, api = make.cylinder(), api_of("filler")
    body = check(row)
    first, again = api.post("/prechecks", body), api.post("/prechecks", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert first.json["state"] == "prechecked"
    listed = api.get("/fill-cycles", state="prechecked").json["items"]
    assert row.label_code in [item["code"] for item in listed]
    strangers = api_of("filling2").get("/fill-cycles").json["items"]
    assert row.label_code not in [item["code"] for item in strangers]
    assert api.post("/aborts", GOOD["/aborts"](row)).status_code == 204
    assert api.post("/aborts", GOOD["/aborts"](row)).status_code == 404


@pytest.mark.parametrize("path", ["/fill-cycles", "/gas-batches", "/devices", "/hold-releases"])
def test_lists(api_of, path) -> None:
    assert api_of("filling").get(path).status_code == 200
    assert api_of("insurer").get(path).status_code == 403
    assert api_of("filling").get(path, cursor="x").status_code == 422


def test_devices_gas_and_presence(api_of) -> None:
    api = api_of("filling")
    assert len(api.post("/devices", GOOD["/devices"](None)).json["key"]) == 64
    assert api.post("/devices", GOOD["/devices"](None)).status_code == 409
    assert all("key" not in item for item in api.get("/devices").json["items"])
    body = GOOD["/gas-batches"](None)
    assert [api.post("/gas-batches", body).status_code for _ in range(2)] == [201, 200]
    assert api.post("/heartbeats", {"devices": ["W-5", "none"]}).json == {"devices": ["W-5"]}
    db.session.query(StaffPresence).delete()
    db.session.commit()
    made = api.post("/presences", {"login": "checker"})
    assert made.status_code == 201
    at = f"/presences/{made.json['id']}/end"
    assert api_of("filling2").post(at, {}).status_code == 404
    assert api.post(at, {}).status_code == 200


GARBAGE = [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe\x00", b'{"label_no": 5}', b'{"label_no": {"a": 1}}']


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("login", ["filler", "section", None])
@pytest.mark.parametrize("accept", ["application/json", "application/octet-stream"])
def test_the_gateway_never_allows_by_mistake(api_of, client, body, login, accept) -> None:
    headers = {"Accept": accept, "Content-Type": "application/json"}
    if login:
        headers.update(api_of(login).headers)
    answer = client.post("/api/v1/gateway/fills", data=body, headers=headers)
    if accept == "application/octet-stream":
        assert answer.data in (b"\x55", b"\x02")
    else:
        assert answer.json["result"]["status"] == "02"


def test_the_gateway_denies_what_is_unknown_or_unchecked(api_of) -> None:
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
def test_the_gateway_denies_in_its_own_words_whoever_asks(api_of, client, accept, denied) -> None:
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
def test_the_gateway_denies_while_the_database_is_away(api_of, client, table, accept, denied) -> None:
    """Whichever statement the connection breaks at, the first one of all among them."""
    headers, code = api_of("filler").headers, make.cylinder().label_code

    def broken(_connection, _cursor, statement, *_more) -> None:
        if table in statement:
            raise OperationalError(statement, None, Exception("server closed the connection"))

    event.listen(db.engine, "before_cursor_execute", broken)
    try:
        assert asked_of_the_gateway(client, headers, accept, label_no=code) == denied
    finally:
        event.remove(db.engine, "before_cursor_execute", broken)


@pytest.mark.parametrize(
    ("accept", "allowed", "unknown", "denied"),
    [("application/json", b"00", b"01", b"02"), ("application/octet-stream", b"\xaa", b"\x02", b"\x55")],
)
def test_the_gateway_opens_once_after_the_check(api_of, client, actor, accept, allowed, unknown, denied) -> None:
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
