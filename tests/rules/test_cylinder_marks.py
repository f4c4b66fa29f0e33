"""Colours, residues and sizes of cylinders: the numbers of the trade notes, and what a filler is told of them."""

from datetime import date
from decimal import Decimal

import pytest

from registry.rules import fill_cycle, filling_items, tables
from registry.rules.cylinder_marks import (
    acetylene_terms,
    colour_text,
    colours,
    least_residual_mpa,
    model_of,
    models,
    residual_text,
)
from registry.rules.cylinders import fill_limit
from registry.rules.kinds import CYLINDER_KINDS, MEDIA

TODAY = date(2026, 11, 3)
D = Decimal

KINDS = {
    "seamless_steel": ("2310", 1), "seamless_aluminium": ("2310", 1), "seamless_stainless": ("2310", 1),
    "welded_steel": ("2320", 2), "lpg_steel": ("2320", 3), "dme_steel": ("2320", 2), "nonrefillable": ("2320", 2),
    "acetylene": ("23T0", 4), "adsorbed_ng": ("23T0", 2), "composite_breathing": ("23T0", 1),
    "composite_lpg": ("23T0", 3), "cryogenic": ("23T0", 6), "vehicle_cng_steel": ("2310", 5),
    "vehicle_cng_wrapped": ("23T0", 5), "vehicle_lpg": ("2320", 5), "vehicle_lng": ("23T0", 5),
    "vehicle_h2": ("23T0", 5), "bundle": ("2300", None),
}  # fmt: skip


def test_kinds_with_their_catalogue_code_and_old_digit():
    assert {kind.id: (kind.catalogue, kind.legacy) for kind in CYLINDER_KINDS.values()} == KINDS
    unregistered = {kind.id for kind in CYLINDER_KINDS.values() if not kind.station_registered}
    assert unregistered == {"nonrefillable", "composite_breathing"} | {k for k in KINDS if k.startswith("vehicle_")}


# medium, body, lettering, colour of lettering, rings, certainty
COLOURS = [
    ("acetylene", "白", "乙炔 不可近火", "大红", "", "C"),
    ("hydrogen", "淡绿", "氢", "大红", "20 MPa 淡黄单环；30 MPa 淡黄双环", "C"),
    ("oxygen", "淡蓝", "氧", "黑", "20 MPa 白单环；30 MPa 白双环", "C"),
    ("nitrogen", "黑", "氮", "白", "20 MPa 白单环；30 MPa 白双环", "K2"),
    ("air", "黑", "空气", "白", "20 MPa 白单环；30 MPa 白双环", "C"),
    ("carbon_dioxide", "铝白", "液化二氧化碳", "黑", "20 MPa 黑单环", "C"),
    ("ammonia", "淡黄", "液氨", "黑", "", "C"),
    ("chlorine", "深绿", "液氯", "白", "", "C"),
    ("methane", "棕", "甲烷", "白", "20 MPa 淡黄单环；30 MPa 淡黄双环", "C"),
    ("ethane", "棕", "液化乙烷", "白", "15 MPa 淡黄单环；20 MPa 淡黄双环", "C"),
    ("ethylene", "棕", "液化乙烯", "淡黄", "15 MPa 白单环；20 MPa 白双环", "C"),
    ("lpg_industrial", "棕", "液化石油气", "白", "", "C"),
    ("lpg_civil_gas", "银灰", "液化石油气", "大红", "", "C"),
    ("lpg_civil_liquid", "白", "液化石油气 液", "大红", "", "K2"),
    ("argon", "银灰", "氩", "深绿", "20 MPa 白单环；30 MPa 白双环", "C"),
    ("hydrogen_sulfide", "白", "液化硫化氢", "大红", "", "K1"),
]


@pytest.mark.parametrize(("medium", "body", "letters", "colour", "rings", "certainty"), COLOURS)
def test_colours(medium, body, letters, colour, rings, certainty):
    (found,) = colours(medium, TODAY)
    assert (found.body[0], found.letters, found.letters_colour[0], found.rings[0]) == (body, letters, colour, rings)
    assert found.certainty == certainty
    assert found.body[1].isascii()


def test_every_coloured_medium_is_known_and_a_family_shows_all_its_members():
    coloured = {row["medium"] for row in tables.rows("cylinder_colours", TODAY)}
    assert len(coloured) == 30
    assert coloured <= MEDIA.keys()
    assert {found.medium for found in colours("lpg", TODAY)} == {
        "lpg_industrial", "lpg_civil_gas", "lpg_civil_liquid",
    }  # fmt: skip
    assert colour_text("r22", TODAY) is None
    assert colours("lpg_civil_gas", date(2023, 11, 30)) == ()


@pytest.mark.parametrize(
    ("medium", "celsius", "mpa"),
    [
        ("acetylene", "-0.1", "0.05"),
        ("acetylene", "0", "0.1"),
        ("acetylene", "14.9", "0.1"),
        ("acetylene", "15", "0.2"),
        ("acetylene", "25", "0.3"),
        ("acetylene", "40", None),
        ("acetylene", None, None),
        ("oxygen", None, "0.05"),
        ("hydrogen", "20", "0.05"),
        ("carbon_dioxide", "20", None),
        ("moonshine", "20", None),
    ],
)
def test_least_residual_pressure(medium, celsius, mpa):
    found = least_residual_mpa(medium, None if celsius is None else D(celsius), TODAY)
    assert found == (None if mpa is None else D(mpa))


def test_the_filler_is_told_colour_and_residue_of_the_medium():
    told = {item.id: item for item in filling_items.items_for("lpg_civil_gas", TODAY)}
    assert told["colour"].zh == "颜色标志合格（银灰色瓶体、大红色字“液化石油气”）"
    assert "silver grey" in told["colour"].en
    assert "0.5%" in told["residual"].zh
    plain = {item.id: item for item in filling_items.items_for(None, TODAY)}
    assert plain["colour"].zh == filling_items.item_name("colour", TODAY) == "颜色标志合格"
    assert "25～40℃余压不低于0.3 MPa" in residual_text("acetylene", TODAY)[0]


def test_published_sizes_hold_what_the_rule_gives():
    assert [str(model.volume_l) for model in models(TODAY)] == [
        "4.7", "12", "23.5", "26.2", "28.6", "35.5", "74", "118",
    ]  # fmt: skip
    for model in models(TODAY):
        limit = fill_limit("lpg_steel", "lpg", model.volume_l, None, None, None, TODAY)
        assert model.permitted_kg == limit.max_kg, model.model
        assert model.nominal_kg <= model.permitted_kg
    home, restaurant = model_of(D("35.5"), TODAY), model_of(D(118), TODAY)
    assert (home.nominal_kg, home.tolerance_kg, home.tare_kg) == (D("14.5"), D("0.5"), D("16.5"))
    assert (restaurant.nominal_kg, restaurant.tolerance_kg, restaurant.tare_kg) == (D(49), D(1), D(45))
    assert model_of(D("35.4"), TODAY) is None
    assert model_of(None, TODAY) is None


def test_acetylene_terms():
    assert acetylene_terms(TODAY) == {
        "acetone_kg_per_l": D("0.38"), "settle_hours": D(8), "filling_mpa": D("2.5"), "settled_mpa_15c": D("1.56"),
    }  # fmt: skip


# cylinders.md §4.3: item -> who answers it
PRECHECK = {
    "code_read": "person", "owner": "register", "licence_maker": "register", "stamp_legible": "person",
    "in_date": "register", "insp_mark": "person", "colour": "person", "medium_match": "register", "body": "person",
    "shield_base": "person", "valve": "person", "thread": "person", "residual": "person", "accessories": "person",
    "warning_label": "person", "tare_known": "register", "oil_free": "person", "purged": "field",
    "insured": "register",
}  # fmt: skip


def test_the_items_before_filling_and_who_answers_them():
    found = {row["item"]: row["read_by"] for row in tables.rows("precheck_items", TODAY)}
    assert found == PRECHECK | dict.fromkeys(("not_refurbished", "electronic_mark", "filler_mark"), "person")


@pytest.mark.parametrize(
    ("medium", "there", "missing"),
    [
        ("oxygen", {"oil_free"}, {"electronic_mark", "filler_mark"}),
        ("nitrous_oxide", {"oil_free"}, {"electronic_mark"}),
        ("lpg", {"electronic_mark", "filler_mark"}, {"oil_free"}),
        ("lpg_civil_liquid", {"electronic_mark"}, {"oil_free"}),
        ("nitrogen", {"valve"}, {"oil_free", "electronic_mark"}),
        (None, {"valve"}, {"oil_free", "electronic_mark"}),
    ],
)
def test_items_by_medium(medium, there, missing):
    ids = {item.id for item in filling_items.items_for(medium, TODAY)}
    assert there <= ids
    assert not missing & ids
    assert not {"purged", "insured", "owner", "in_date"} & ids


def test_the_items_after_filling():
    assert [item.id for item in fill_cycle.post_items(TODAY)] == [
        "wall_temperature", "body_after", "valve_tight", "valve_form", "cap_guard", "colour_after", "amount", "labels",
        "fusible_plug", "in_date_after", "purity",
    ]  # fmt: skip


def test_forbidden_acts():
    acts = {row["act"] for row in tables.rows("prohibited_acts", TODAY)}
    assert acts == {
        "from_tanker", "bottle_to_bottle", "heating", "repainting", "residue", "non_own", "selling_non_own", "dme",
    }  # fmt: skip


# cylinders.md §4.7: kg/L, by nominal working pressure in MPa where there is one
COEFFICIENTS = {
    ("lpg", None): "0.42", ("propane", None): "0.41", ("propylene", None): "0.42", ("n_butane", None): "0.51",
    ("isobutane", None): "0.48", ("ammonia", None): "0.52", ("chlorine", None): "1.25",
    ("sulfur_dioxide", None): "1.22", ("hydrogen_sulfide", None): "0.65", ("dimethyl_ether", None): "0.58",
    ("vinyl_chloride", None): "0.82", ("ethylene_oxide", None): "0.78", ("chloromethane", None): "0.81",
    ("r22", None): "0.99", ("r134a", None): "1.02", ("isobutene", None): "0.52", ("butene_1", None): "0.52",
    ("cyclopropane", None): "0.53",
    ("carbon_dioxide", "15"): "0.60", ("carbon_dioxide", "20"): "0.74", ("nitrous_oxide", "15"): "0.62",
    ("nitrous_oxide", "20"): "0.75", ("ethane", "12.5"): "0.31", ("ethane", "15"): "0.34", ("ethane", "20"): "0.37",
    ("ethylene", "12.5"): "0.24", ("ethylene", "15"): "0.28", ("ethylene", "20"): "0.34",
    ("sulfur_hexafluoride", "8"): "1.17", ("sulfur_hexafluoride", "12.5"): "1.33", ("xenon", "12.5"): "1.23",
}  # fmt: skip
SLOPES = {  # cylinders.md §4.8: MPa/K
    ("oxygen", "15"): "0.073", ("oxygen", "12.5"): "0.058", ("oxygen", "20"): "0.106", ("nitrogen", "15"): "0.069",
    ("argon", "15"): "0.072", ("air", "15"): "0.069", ("helium", "15"): "0.051", ("hydrogen", "15"): "0.053",
    ("hydrogen", "20"): "0.071", ("methane", "15"): "0.100", ("methane", "20"): "0.152",
}  # fmt: skip


@pytest.mark.parametrize(("key", "coefficient"), COEFFICIENTS.items())
def test_every_filling_coefficient(key, coefficient):
    medium, pressure = key
    limit = fill_limit("welded_steel", medium, D(100), D(pressure) if pressure else None, None, None, TODAY)
    assert limit.max_kg == D(coefficient) * 100


@pytest.mark.parametrize(("key", "slope"), SLOPES.items())
def test_every_slope(key, slope):
    medium, pressure = key
    at = [fill_limit("bundle", medium, None, D(pressure), None, D(t), TODAY).max_pressure_mpa for t in (10, 20, 30)]
    assert at[1] == D(pressure)
    assert (at[2] - at[1], at[1] - at[0]) == pytest.approx((D(slope) * 10, D(slope) * 10), abs=D("0.01"))


def test_no_coefficient_and_no_slope_stands_outside_the_notes():
    given = {m: row for row in tables.rows("fill_coefficients", TODAY) for m in row["media"].split()}
    assert {m for m, _ in COEFFICIENTS} | {"acetylene", "lpg_civil_gas", "lpg_civil_liquid", "lpg_industrial"} == set(
        given
    )
    assert len(tables.rows("fill_slopes", TODAY)) == len(SLOPES) + 2  # natural gas stands on methane's (mark G)
