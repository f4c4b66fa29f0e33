"""/api/v1/inspections and the rule of years, by the ladder: works, wrong role, stranger, bad input, missing."""

import io
from datetime import date
from uuid import uuid4

import pytest

from tests import elevators_factory as make
from tests.inspections_factory import inspected, stand_on
from tests.services.test_inspections import answers

DAY = date(2024, 3, 5)


@pytest.fixture
def lift(actor, monkeypatch):
    stand_on(monkeypatch, DAY)
    return make.maintained(actor("section"))


def body(lift, **changes):
    return {
        "ref": str(uuid4()),
        "elevator": lift.label_code,
        "kind": "periodic_inspection",
        "done_on": "2024-03-01",
        "conclusion": "pass",
        "report_no": "AHD2024-1",
        **changes,
    }


def test_record_with_items_and_files_and_again(api_of, lift) -> None:
    api = api_of("inspector")
    file = api.client.post(
        "/api/v1/inspections/files",
        data={"file": (io.BytesIO(b"%PDF-1.4"), "r.pdf")},
        headers=api.headers,
    )
    assert file.status_code == 201
    sent = body(lift, conclusion=None, general_failed=1, promised=True, notice_no="YJ1", files=[file.json["id"]])
    del sent["conclusion"]
    first = api.post("/inspections", sent)
    assert (first.status_code, first.json["conclusion"]) == (201, "pass_after_fix")
    assert (first.json["valid_until"], first.json["files"]) == ("2025-03-31", [file.json["id"]])
    again = api.post("/inspections", sent)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json["id"]) == (200, "true", first.json["id"])
    assert api.post("/inspections", {**sent, "note": "x"}).status_code == 409
    assert api.get(f"/inspections/{first.json['id']}").json == first.json


def test_what_is_refused(api_of, lift) -> None:
    api = api_of("inspector")
    assert api.post("/inspections", body(lift, done_on="2024-03-06")).json["errors"].keys() == {"done_on"}
    assert api.post("/inspections", body(lift, key_failed=1)).json["errors"].keys() == {"conclusion"}
    assert api.post("/inspections", body(lift, files=[99])).json["errors"].keys() == {"files"}
    refused = api.post("/inspections", body(lift, kind="self_test"))
    assert (refused.status_code, refused.json["findings"][0]["rule"]) == (422, "tester_inspects_here")
    assert api.post("/inspections", body(lift, elevator="SZ0")).status_code == 404
    assert api_of("tech1").post("/inspections", body(lift)).status_code == 403
    assert api_of("company2").post("/inspections", body(lift, kind="self_test")).status_code == 404


def test_a_failed_one_names_its_clue(api_of, lift) -> None:
    assert api_of("inspector").post("/inspections", body(lift, conclusion="fail")).json["hazard"] is not None


def test_corrections_and_who_sees_them(api_of, actor, lift) -> None:
    api = api_of("inspector")
    wrong = api.post("/inspections", body(lift)).json["id"]
    sent = {"kind": "periodic_inspection", "done_on": "2024-03-02", "conclusion": "pass", "reason": "日期"}
    found = api.post(f"/inspections/{wrong}/corrections", sent)
    assert (found.status_code, found.json["corrects"]) == (201, wrong)
    assert api.get(f"/inspections/{wrong}").json["replaced_on"] == "2024-03-05"
    assert api.post(f"/inspections/{wrong}/corrections", sent).status_code == 409
    assert api.post("/inspections/999/corrections", sent).status_code == 404
    assert api.post(f"/inspections/{wrong}/corrections", {**sent, "reason": ""}).status_code == 422
    inspected(actor("section"), lift.id, date(2022, 3, 1))
    assert len(api.get("/inspections").json["items"]) == 2
    assert len(api_of("section").get("/inspections").json["items"]) == 4
    assert api_of("filler").get("/inspections").status_code == 403


def test_the_due_list(api_of, actor, lift) -> None:
    inspected(actor("inspector"), lift.id, date(2023, 3, 1))
    found = api_of("property").get("/inspections/due", month="2024-03").json["items"]
    assert [(line["elevator"], line["due_by"], line["state"], line["kind"]) for line in found] == [
        (lift.label_code, "2024-03-31", "due", "periodic_inspection")
    ]
    assert api_of("property2").get("/inspections/due").json["items"] == []
    assert api_of("property").get("/inspections/due", state="soon").status_code == 422
    assert api_of("insurer").get("/inspections/due").status_code == 403


def test_part_tests_and_self_checks(api_of, lift) -> None:
    sent = {"ref": str(uuid4()), "elevator": lift.label_code, "part": "brake_test", "done_on": "2024-03-01"}
    sent["conclusion"] = "pass"
    first = api_of("company").post("/inspections/part-tests", sent)
    assert (first.status_code, first.json["next_on"]) == (201, "2029-03-01")
    assert api_of("company").post("/inspections/part-tests", sent).status_code == 200
    assert api_of("tech1").post("/inspections/part-tests", sent).status_code == 403
    check = {"ref": str(uuid4()), "elevator": lift.label_code, "done_on": "2024-03-01", "checker": "tech1"}
    check |= {"reviewer": "company", "answers": [{k: str(v) for k, v in answer.items()} for answer in answers()]}
    done = api_of("tech1").post("/inspections/self-checks", check)
    assert (done.status_code, done.json["passed"], done.json["items"]) == (201, True, 76)
    assert api_of("tech1").post("/inspections/self-checks", check).status_code == 200
    assert api_of("tech1").post("/inspections/self-checks", {**check, "note": "x"}).status_code == 409
    other = {**check, "ref": str(uuid4()), "reviewer": "tech1", "done_on": "2024-03-02"}
    assert api_of("tech1").post("/inspections/self-checks", other).json["errors"].keys() == {"reviewer"}


RULES = [
    # asked, what must be in the answer
    ({"base": "2020-03-18", "done": [1, 2, 3], "on": "2024-01-01"},
     {"year": 4, "kind": "periodic_inspection", "due": "2024-03", "opens": "2024-01", "state": "open",
      "apply_by": "2024-02-29", "base_estimated": False}),
    ({"registered_on": "2020-03-18", "on": "2020-12-31"},
     {"year": 1, "state": "later", "base": "2020-03-18", "base_estimated": True}),
    ({"made_on": "2019-11-02", "in_use_since": "2020-03-18", "on": "2021-03-31"}, {"state": "due", "due": "2021-03"}),
    ({"base": "2020-03-18", "on": "2027-09-01", "records": [
        {"kind": "periodic_inspection", "done_on": "2024-03-05"},
        {"kind": "major_repair_supervision", "done_on": "2025-10-02"},
        {"kind": "self_test", "done_on": "2025-10-20"},
        {"kind": "self_test", "done_on": "2026-10-09"}]},
     {"year": 7, "kind": "periodic_inspection", "due": "2027-10", "opens": "2027-08"}),
    ({"base": "2020-03-18", "on": "2024-01-10", "records": [
        {"kind": "alteration_supervision", "done_on": "2023-10-09"}]},
     {"year": 1, "due": "2024-10", "base": "2023-10-09"}),
    ({"base": "2020-03-18", "done": [1, 2, 3], "on": "2024-04-10",
      "orders": [{"due_from": "2024-03-01", "due_to": "2024-03-31", "shift_months": 2}]},
     {"due": "2024-05", "state": "open"}),
    ({"base": "2020-03-18", "done": [1, 2, 3], "on": "2024-02-10",
      "orders": [{"due_from": "2024-03-01", "due_to": "2024-03-31", "shift_months": -2}]},
     {"due": "2024-01", "state": "overdue"}),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), RULES)
def test_the_rule_of_years(api_of, asked, expected) -> None:
    found = api_of("tech1").post("/rules/elevator-inspection", asked).json
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("asked", [{"on": "2024-01-01"}, {"base": "2025-01-01", "on": "2024-01-01"}, {"base": "x"}])
def test_what_the_rule_does_not_answer(api_of, asked) -> None:
    assert api_of("tech1").post("/rules/elevator-inspection", asked).status_code == 422
