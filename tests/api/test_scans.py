"""Scans and fills through the API, as filling software uses them."""

import uuid

import pytest
from sqlalchemy import text

from blueprints.schemas.filling import FillingOut
from blueprints.schemas.filling import shown as fill_shown
from blueprints.schemas.scans import ScanOut, shown
from registry.db import db
from registry.models import Filling, FillRefusal
from registry.services import fill_cycles, filling, scans
from tests import filling_factory as make
from tests.services.test_fill_cycles import check


def scan(row, **values):
    return {"code": make.signed(row.label_code), "purpose": "fill", "gun": "1", "medium": "lpg", **values}


def test_a_scan_is_answered_with_everything_a_gun_needs(api_of) -> None:
    row = make.cylinder()
    answer = api_of("filler").post("/scans", scan(row, position={"lat": 33.61, "lon": 117.01, "accuracy_m": 9}))
    assert answer.status_code == 200
    body = answer.json
    assert (body["verdict"], body["code"], body["findings"]) == ("allow", "00", [])
    assert (body["max_kg"], body["stop_at_kg"]) == ("14.9", "31.4")
    assert "max_pressure_mpa" not in body
    assert body["cylinder"]["code"] == row.label_code
    assert body["cylinder"]["owner"] == "宿州皖北液化气充装站"


@pytest.mark.parametrize(
    ("staff", "rules"),
    [
        ({"filler": "filler"}, []),
        ({"filler": "filler", "checker": "checker"}, []),
        ({"filler": "checker"}, ["R25"]),
        ({"filler": "checker", "checker": "filler"}, ["R25"]),
    ],
)
def test_who_fills_is_held_against_who_looked_at_it_before(api_of, staff, rules) -> None:
    row, api = make.cylinder(), api_of("filler")
    checked = {"ref": str(uuid.uuid4()), "code": make.signed(row.label_code), "gun": "1", "checker": "checker"}
    assert (
        api.post("/prechecks", {**checked, "medium": "lpg", "purged": True, "checks": make.checks()}).status_code == 201
    )
    body = api.post("/scans", scan(row, **staff)).json
    assert [finding["rule"] for finding in body["findings"]] == rules
    assert ("unlock" in body) == (not rules)


def test_compressed_gas_gets_a_pressure_when_the_temperature_is_told(api_of) -> None:
    row = make.oxygen()
    body = api_of("filling2").post("/scans", scan(row, medium="oxygen", temperature_c=35)).json
    assert (body["verdict"], body["max_pressure_mpa"]) == ("allow", "16.09")


@pytest.mark.parametrize("code", ["nonsense", "", "SZ0000000000000000", "\x00", "HTTPS://X/Q/SZ1"])
def test_an_unknown_code_is_answered_block_01(api_of, code) -> None:
    answer = api_of("filler").post("/scans", {"code": code, "purpose": "fill", "gun": "1", "medium": "lpg"})
    if not code:
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["code"])
        return
    assert (answer.status_code, answer.json["verdict"], answer.json["code"]) == (200, "block", "01")
    assert answer.json["cylinder"] is None
    assert answer.json["findings"][0].keys() == {"rule", "severity", "text", "basis"}


def test_findings_speak_the_language_of_the_caller(api_of) -> None:
    row = make.cylinder(status="suspended")
    api = api_of("filler")
    assert api.post("/scans", scan(row)).json["findings"][0]["text"] == "气瓶停用中，禁止充装"
    api.headers["Accept-Language"] = "en"
    assert api.post("/scans", scan(row)).json["findings"][0]["text"].startswith("The cylinder is out of use")


@pytest.mark.parametrize("told", [{}, {"purpose": "next"}, {"purpose": "look"}, {"code": "nonsense"}])
@pytest.mark.parametrize("state", ["entered", "checked", "filled", "suspended"])
def test_what_a_gun_is_shown_is_what_the_interface_describes(app, actor, told, state) -> None:
    """The answer is written out by hand, for speed: never another one than its schema would give."""
    row = make.cylinder(status="suspended") if state == "suspended" else make.cylinder()
    if state in ("checked", "filled"):
        fill_cycles.precheck(actor("filler"), check(row))
    if state == "filled":
        filling.record(actor("filler"), make.fill(row))
    answer = scans.scan(actor("filler"), {**scan(row), **told})
    with app.test_request_context():
        assert shown(answer, "zh") == ScanOut().dump(answer)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("gross_after_g", [31_000, 31_400])
def test_what_comes_of_a_fill_is_what_the_interface_describes(app, actor, times, gross_after_g) -> None:
    """Written out by hand as well, the first time and when it is sent again."""
    data = make.fill(make.cylinder(), gross_after_g=gross_after_g)
    for _ in range(times):
        recorded = filling.record(actor("filler"), dict(data))
    assert recorded.replay is (times > 1)
    with app.test_request_context():
        assert fill_shown(recorded, "zh") == FillingOut().dump(recorded)


BAD_SCANS = [
    ({"purpose": "steal"}, "purpose"),
    ({"medium": "tea"}, "medium"),
    ({"position": {"lat": 91, "lon": 0}}, "position"),
    ({"at": "yesterday"}, "at"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("values", "field"), BAD_SCANS)
def test_bad_scans_name_the_field(api_of, values, field) -> None:
    answer = api_of("filler").post("/scans", scan(make.cylinder(), **values))
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert field in answer.json["errors"]


def test_strangers_and_wrong_roles_stay_out(client, api_of) -> None:
    row = make.cylinder()
    for path, body in (("/scans", scan(row)), ("/fillings", make.sent(make.fill(row))), ("/fillings/batch", [])):
        assert client.post(f"/api/v1{path}", json=body).status_code == 401
    assert api_of("tech1").post("/scans", scan(row)).status_code == 403
    assert api_of("section").post("/fillings", make.sent(make.fill(row))).status_code == 403


def test_a_fill_its_repeat_and_another_content_under_its_ref(api_of) -> None:
    api, data = api_of("filler"), make.sent(make.fill(make.cylinder()))
    first = api.post("/fillings", data)
    assert (first.status_code, first.json["verdict"], first.json["net_g"]) == (201, "allow", 14100)
    again = api.post("/fillings", data)
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    assert again.headers["Idempotent-Replay"] == "true"
    assert api.post("/fillings", {**data, "gun": "2"}).status_code == 409


def test_a_refusal_is_422_with_findings_and_is_kept(api_of) -> None:
    data = make.sent(make.fill(make.cylinder("station2")))
    for _ in range(2):
        answer = api_of("filler").post("/fillings", data)
        assert (answer.status_code, answer.json["type"]) == (422, "refused-by-rule")
        assert [finding["rule"] for finding in answer.json["findings"]] == ["R13"]
    assert db.session.query(FillRefusal).count() == 1


BAD_FILLS = [
    ({"ref": "1"}, "ref"),
    ({"gross_after_g": "a lot"}, "gross_after_g"),
    ({"gross_after_g": 1.5}, "gross_after_g"),
    ({"started_at": "2026-11-03T10:00:00"}, "started_at"),
    ({"checks": {"valve": "maybe"}}, "checks"),
    ({"checks": ["valve"]}, "checks"),
    ({"filler": None}, "filler"),
]


@pytest.mark.parametrize(("values", "field"), BAD_FILLS)
def test_bad_fills_name_the_field(api_of, values, field) -> None:
    answer = api_of("filler").post("/fillings", make.sent(make.fill(make.cylinder())) | values)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_checks_may_be_yes_and_no(api_of) -> None:
    data = make.sent(make.fill(make.cylinder(), checks={**make.checks(), "valve": True, "body": False}))
    answer = api_of("filler").post("/fillings", data)
    assert "瓶体" in next(f["text"] for f in answer.json["findings"] if f["severity"] == "block")


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"fillings": rows}])
def test_a_batch_answers_each_row_where_it_stood(api_of, wrap) -> None:
    good = make.sent(make.fill(make.cylinder()))
    rows = [{"ref": "?"}, good, {**good, "gun": "9"}, good, make.sent(make.fill(make.cylinder(), medium="oxygen"))]
    answer = api_of("filler").post("/fillings/batch", wrap(rows))
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [result["status"] for result in results] == [422, 201, 409, 200, 422]
    assert results[1]["ref"] == good["ref"]
    assert "ref" in results[0]["errors"]
    assert results[4]["findings"][0]["rule"] == "R17"
    assert db.session.query(Filling).count() == 1


@pytest.mark.parametrize("rows", [[], [{"ref": str(uuid.UUID(int=0))}] * 1001, {"fillings": "all"}, {}, [1]])
def test_a_batch_that_is_none_is_refused(api_of, rows) -> None:
    assert api_of("filler").post("/fillings/batch", rows).status_code == 422


WHERE_IT_BREAKS = [
    "gas_batch",
    "device",
    "staff_presence",
    "fill_cycle",
    "hold_release",
    "scan",
    "trail_entry",
    "parameter",
]


@pytest.mark.parametrize("table", WHERE_IT_BREAKS)
def test_a_database_that_breaks_while_a_scan_is_judged_never_allows(api_of, table) -> None:
    row = make.cylinder()
    api = api_of("filler")
    db.session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_gone"))
    db.session.commit()
    answer = api.post("/scans", scan(row))
    assert answer.status_code >= 500
    assert "verdict" not in answer.json
