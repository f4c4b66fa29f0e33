"""A null in a body is a field that was left out: it gets its default or a sentence, never a 500."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import ValidationError

from blueprints.schemas.fields import Integer, Lines, Number, Ref, Text
from registry import clock
from registry.db import db
from registry.models import Unit
from seeds import cast
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        (Text(load_default=""), None, ""),
        (Text(load_default=""), "  ", ""),
        (Text(), None, None),
        (Text(), "", None),
        (Lines(load_default=list), None, []),
        (Lines(), None, None),
        (Integer(load_default=50), None, 50),
        (Number(load_default=None), None, None),
    ],
)
def test_what_is_left_out_has_its_default(field: Any, sent: Any, read: Any) -> None:
    assert field.deserialize(sent) == read


@pytest.mark.parametrize("field", [Ref(), Text(required=True), Lines(required=True)])
def test_what_is_required_is_not_null(field: Any) -> None:
    with pytest.raises(ValidationError, match="请填写这一项"):
        field.deserialize(None)


def test_a_list_that_is_null_is_empty(api_of: Any) -> None:
    sent = {"elevators": None, "technicians": ["tech1"], "since": clock.today().isoformat()}
    answer = api_of("company").post("/maintenance/assignments", sent)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"elevators"})


def test_a_text_that_is_null_is_empty_on_file(api_of: Any) -> None:
    unit = cast.unit("property").id
    assert api_of("section").patch(f"/units/{unit}", {"legal_person": None}).status_code == 200
    assert db.session.get_one(Unit, unit).legal_person == ""


def test_a_delivery_of_gas_needs_its_ref(api_of: Any) -> None:
    sent = {"ref": None, "medium": "lpg", "supplier": "甲", "delivery_note": "1", "mass_g": 1000}
    answer = api_of("filling").post("/gas-batches", sent)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"ref"})


def test_a_call_comes_from_an_area_that_there_is(api_of: Any) -> None:
    sent = {"source": "12345", "kind": "entrapment", "area": "000000", "place": "汴河路", "ref": str(uuid4())}
    answer = api_of("desk").post("/calls", sent)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"area"})
    assert api_of("desk").post("/calls", {**sent, "area": "341302", "ref": str(uuid4())}).status_code == 201


def test_a_renewal_keeps_a_year_and_a_cost(api_of: Any, actor: Any) -> None:
    section = api_of("section")
    lift = elevators_factory.maintained(actor("section"), made_on=date(2004, 5, 1), installation_inspected_on=None)
    sent = {
        "elevator": lift.label_code,
        "year": clock.today().year,
        "cost_fen": 100,
        "owners_fen": 100,
        "ref": str(uuid4()),
    }
    made = section.post("/renewals", sent)
    assert made.status_code == 201, made.json
    answer = section.patch(f"/renewals/{made.json['no']}", {"year": None, "cost_fen": None})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"year", "cost_fen"})


def test_an_area_is_text_without_a_zero_byte(api_of: Any) -> None:
    answer = api_of("section").get("/status-reports", area="\x00", quarter="3", year="2026")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"area"})
