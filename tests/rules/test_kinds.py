"""Kinds and media: the catalogue's codes, T5002's parameters, the sanity of product data."""

from decimal import Decimal

import pytest

from registry.rules import tables
from registry.rules.kinds import (
    CATEGORIES,
    CYLINDER_KINDS,
    ELEVATOR_KINDS,
    KINDS,
    MEDIA,
    check_parameters,
)

CATALOGUE = [
    ("traction_passenger", "3110", "A", "11", True),
    ("traction_freight", "3120", "A", "12", True),
    ("positive_freight", "3130", "A", "13", True),
    ("hydraulic_passenger", "3210", "B", "21", True),
    ("hydraulic_freight", "3220", "B", "22", True),
    ("escalator", "3310", "D", "31", False),
    ("moving_walk", "3320", "D", "32", False),
    ("explosion_proof", "3410", None, "41", True),
    ("firefighter", "3420", None, "42", True),
    ("dumbwaiter", "3430", "C", "43", False),
]


@pytest.mark.parametrize(("identifier", "catalogue", "annex", "cert_digits", "code_in_car"), CATALOGUE)
def test_elevator_kinds(identifier, catalogue, annex, cert_digits, code_in_car) -> None:
    kind = ELEVATOR_KINDS[identifier]
    assert (kind.catalogue, kind.annex, kind.cert_digits, kind.code_in_car) == (
        catalogue,
        annex,
        cert_digits,
        code_in_car,
    )
    assert kind.catalogue[1:3] == kind.cert_digits
    assert kind.category in CATEGORIES
    assert kind.template_source == ("standard" if annex else "custom")


def test_ten_elevators_and_eighteen_cylinders_under_their_own_names() -> None:
    assert (len(ELEVATOR_KINDS), len(CYLINDER_KINDS), len(KINDS)) == (10, 18, 28)
    assert all(key == kind.id for key, kind in KINDS.items())
    assert len({kind.zh for kind in KINDS.values()}) == len({kind.en for kind in KINDS.values()}) == 28


_CAR = {"rated_load_kg", "rated_speed_mps", "floors", "stops", "doors"}
ARTICLE_8 = {
    "A": {*_CAR, "drive_type"},
    "B": {*_CAR, "hydraulic_cylinders", "jacking_type"},
    "C": {*_CAR, "drive_type"},
    "D": {"incline_degrees", "nominal_speed_mps", "rise_m", "nominal_width_mm", "motor_power_kw"},
}


@pytest.mark.parametrize("kind", [k for k in ELEVATOR_KINDS.values() if k.annex], ids=lambda k: k.id)
def test_compulsory_parameters_are_those_of_article_8(kind) -> None:
    compulsory = {parameter.name for parameter in kind.parameters if parameter.required}
    extra = {"usable_length_m"} if kind.id == "moving_walk" else set()
    assert compulsory == ARTICLE_8[kind.annex] | extra


def test_only_the_named_cylinders_are_outside_the_stations_register() -> None:
    outside = {kind.id for kind in CYLINDER_KINDS.values() if not kind.station_registered}
    vehicles = {kind.id for kind in CYLINDER_KINDS.values() if kind.vehicle}
    assert vehicles == {identifier for identifier in CYLINDER_KINDS if identifier.startswith("vehicle_")}
    assert outside == vehicles | {"nonrefillable", "composite_breathing"}
    assert [kind.id for kind in CYLINDER_KINDS.values() if not kind.refillable] == ["nonrefillable"]


def test_media_have_known_groups_and_states() -> None:
    assert set(MEDIA) == {row["medium"] for row in tables.load("medium_groups")}
    assert {medium.group for medium in MEDIA.values()} == {"corrosive", "inert_or_n2_sf6_cf4", "other"}
    assert {medium.state for medium in MEDIA.values()} == {
        "compressed",
        "liquefied_low",
        "liquefied_high",
        "dissolved",
    }
    assert MEDIA["oxygen"].oxidising
    assert not MEDIA["oxygen"].flammable
    assert MEDIA["chlorine"].toxic
    assert MEDIA["lpg"].flammable
    assert not any(medium.oxidising and medium.flammable for medium in MEDIA.values())


GOOD = {
    "drive_type": "traction",
    "rated_load_kg": 1000,
    "rated_speed_mps": Decimal("1.75"),
    "floors": 18,
    "stops": 18,
    "doors": 18,
}

SANITY = [
    ({}, []),
    ({"rated_load_kg": None}, ["parameter_missing"]),
    ({"drive_type": ""}, ["parameter_missing"]),
    ({"drive_type": "steam"}, ["parameter_range"]),
    ({"rated_load_kg": 4}, ["parameter_range"]),
    ({"rated_load_kg": 5}, []),
    ({"rated_load_kg": 60_000}, []),
    ({"rated_load_kg": 60_001}, ["parameter_range"]),
    ({"rated_speed_mps": Decimal("21.01")}, ["parameter_range"]),
    ({"travel_m": Decimal("0")}, ["parameter_range"]),
    ({"stops": 17, "doors": 17}, []),
    ({"stops": 19, "doors": 19}, ["stops_floors"]),
    ({"doors": 17}, ["doors_stops"]),
    ({"doors": 36}, []),
    ({"doors": 37}, ["doors_stops"]),
]


@pytest.mark.parametrize(("change", "rules"), SANITY)
def test_product_data(change, rules) -> None:
    assert [finding.rule for finding in check_parameters("traction_passenger", {**GOOD, **change})] == rules


def test_missing_data_warn_and_wrong_data_block() -> None:
    findings = check_parameters("escalator", {"incline_degrees": Decimal(36)})
    assert [finding.severity for finding in findings] == ["block", "warn", "warn", "warn", "warn"]
    assert findings[0].text == "倾斜角应为0–35 °"
    assert findings[0].text_en == "Angle of inclination must be 0–35 °"


def test_unknown_kind() -> None:
    with pytest.raises(KeyError):
        check_parameters("rocket", {})
