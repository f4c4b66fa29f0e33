"""The interface can be browsed, and the document names every route of the contract."""

from __future__ import annotations

CONTRACT = [
    ("post", "/api/v1/elevators"),
    ("get", "/api/v1/elevators/{code}/plan"),
    ("post", "/api/v1/visits"),
    ("post", "/api/v1/visits/{visit_id}/confirmation"),
    ("post", "/api/v1/inspections"),
    ("post", "/api/v1/policies"),
    ("post", "/api/v1/cylinders/{code}/events"),
    ("post", "/api/v1/scans"),
    ("post", "/api/v1/fillings/batch"),
    ("post", "/api/v1/labels"),
    ("get", "/api/v1/hazards/{no}/moves"),
    ("get", "/api/v1/indicators/{key}/behind"),
    ("post", "/api/v1/rules/filling"),
]


def test_the_document_names_the_contract(client) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    assert [entry for entry in CONTRACT if entry[0] not in paths.get(entry[1], {})] == []


def test_the_page_shows_every_operation(client) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    paths = client.get("/api/v1/openapi.json").json["paths"]
    assert [path for path in paths if f"<code>{path}</code>" not in page.text] == []


def test_every_schema_has_a_name_of_its_own(client) -> None:
    """A second schema of one name is numbered by the order of import, which no program can rely on."""
    names = client.get("/api/v1/openapi.json").json["components"]["schemas"]
    assert [name for name in names if name[-1].isdigit() and name.rstrip("0123456789") in names] == []
