"""What a quick schema reads at once is what marshmallow reads, over whatever may be sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, post_load

from blueprints.schemas.fields import Text
from blueprints.schemas.filling import FillingIn
from blueprints.schemas.quick import Quick
from blueprints.schemas.scans import ScanIn

REF = "0f8b1e9a-1f0c-4c56-9f0e-6f2f3d0c9a11"
FILL = {
    "ref": REF, "code": "SZ123.ABC", "gun": "1", "medium": "lpg", "checks": {"appearance": "ok", "valve": "n_a"},
    "gross_before_g": 16_900, "gross_after_g": 31_000, "pressure_kpa": None, "temperature_c": -5,
    "started_at": "2026-11-30T08:00:00+08:00", "ended_at": "2026-11-30T08:03:00.123456+08:00", "filler": "filler",
    "checker": " checker ", "clip": "", "purged": True, "plate": "皖L12345", "offline": False, "snapshot_hours": 3,
    "device_now": "2026-11-30T00:03:00Z",
}  # fmt: skip
SCAN = {
    "code": "SZ123.ABC", "purpose": "fill", "gun": "1", "medium": "lpg", "temperature_c": "21.5", "filler": "filler",
    "checker": None, "at": "2026-11-30T08:00:00+08:00", "position": {"lat": 33.6, "lon": 116.9, "accuracy_m": 8},
}  # fmt: skip
SCHEMAS = {FillingIn(): FILL, ScanIn(): SCAN}

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10_000_000), st.floats(), st.text(max_size=45), st.just("x" * 2001),
    st.sampled_from([
        "", " ", "\x00", "a\x00b", " lpg", "LPG", "none", "ok", "12", "12.50", "NaN", "true", "\N{IDEOGRAPHIC SPACE}1",
        REF.upper(), REF.replace("-", ""), f"{{{REF}}}", f"urn:uuid:{REF}", f" {REF}", "2026-11-30", "20261130T080000Z",
        "2026-11-30T08:00", "2026-11-30 08:00+08:00", "1949-12-31T23:00:00Z", "2201-01-01T00:00:00Z",
        "2026-W49-1T08:00:00Z", "2026-11-30T08:00:00.1234567Z", "2026-11-30T08:00:00+08:00:30",
    ]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(
        st.text(max_size=42), st.one_of(st.sampled_from(["ok", "not_ok", "n_a", "pass", True, False, 1]), st.none())
    ),
    st.sampled_from([{"lat": 91, "lon": 0}, {"lat": 1}, {"lat": "1", "lon": "2"}, {"lat": 1, "lon": 2, "x": 3}]),
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Quick, Any]:
    """A schema and something like what it takes: values changed, left out, or of other names."""
    schema, usual = draw(st.sampled_from([*SCHEMAS.items()]))
    body = dict(usual)
    for name in draw(st.sets(st.sampled_from(sorted(schema.fields)), max_size=3)):
        body[name] = draw(ODD)
    for name in draw(st.sets(st.sampled_from([*usual]), max_size=3)):
        body.pop(name, None)
    if draw(st.integers(0, 9)) == 0:
        body[draw(st.text(max_size=8))] = draw(ODD)
    return schema, body


def read(load: Any, body: Any) -> Any:
    """What was read with the types of its values, in order; or what is wrong with it."""
    try:
        return [(name, type(value), repr(value)) for name, value in load(body).items()]
    except ValidationError as error:
        return str(error.normalized_messages())


def slowly(schema: Schema, body: Any) -> Any:
    return Schema.load(schema, body)


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(bodies())
def test_both_ways_read_alike(app, sent) -> None:
    schema, body = sent
    assert read(schema.load, body) == read(lambda given: slowly(schema, given), body)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_what_usually_comes_is_read_at_once(app, schema) -> None:
    usual = {name: value for name, value in SCHEMAS[schema].items() if value != ""}
    found = schema.at_once(usual)
    assert found == slowly(schema, usual)
    assert schema.at_once({**usual, "code": " "}) is None
    for body in ([usual], None, "text", 5, []):
        assert read(schema.load, body) == read(lambda given: slowly(schema, given), body)


def test_a_schema_that_does_more_is_refused() -> None:
    class Hooked(Quick):
        name = Text()

        @post_load
        def _more(self, data: Any, **_more: Any) -> Any:
            return data

    with pytest.raises(TypeError):
        Hooked().load({"name": "x"})
