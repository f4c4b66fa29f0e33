"""Inspection dates, service lives and filling limits of cylinders, with the vectors of the trade notes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import tables
from registry.rules.cylinders import (
    END_OF_MONTH,
    CylinderDates,
    accepted_next_due,
    dates,
    fill_limit,
    interval,
    interval_years,
    kind_matches,
    medium_name,
    reason_text,
    same_medium,
    service_life_years,
)

TODAY = date(2026, 11, 3)
D = Decimal


@pytest.mark.parametrize(
    ("kind", "medium", "environment", "high_purity", "years"),
    [
        ("lpg_steel", None, None, False, 4),
        ("lpg_steel", "lpg", "seawater", False, 4),
        ("dme_steel", "dimethyl_ether", None, False, 4),
        ("composite_lpg", "lpg", None, False, 5),
        ("acetylene", "acetylene", None, False, 3),
        ("cryogenic", "oxygen", None, False, 3),
        ("cryogenic", "nitrogen", None, False, 3),
        ("vehicle_lng", None, None, False, 3),
        ("vehicle_cng_steel", "natural_gas", None, False, 3),
        ("vehicle_cng_wrapped", None, None, False, 3),
        ("vehicle_h2", "hydrogen", None, False, 3),
        ("vehicle_lpg", None, None, False, 5),
        ("composite_breathing", "air", "diving", False, 3),
        ("adsorbed_ng", None, None, False, 3),
        ("nonrefillable", "r134a", None, False, None),
        ("seamless_steel", "oxygen", None, False, 3),
        ("seamless_steel", "oxygen", None, True, 5),
        ("seamless_steel", "oxygen", "diving", False, 2),
        ("seamless_aluminium", "air", "seawater", True, 2),
        ("seamless_steel", "nitrogen", None, False, 5),
        ("seamless_stainless", "argon", None, False, 5),
        ("bundle", "helium", None, False, 5),
        ("seamless_steel", "sulfur_hexafluoride", None, False, 5),
        ("welded_steel", "chlorine", None, False, 2),
        ("welded_steel", "ammonia", None, False, 2),
        ("seamless_steel", "hydrogen_chloride", None, True, 2),
        ("seamless_steel", "carbon_monoxide", None, False, 3),
        ("seamless_steel", "carbon_monoxide", None, True, 5),
        ("seamless_steel", ("argon", "carbon_dioxide"), None, False, 3),
        ("seamless_steel", ("nitrogen", "chlorine"), None, False, 2),
        ("seamless_steel", ("nitrogen", "argon"), None, False, 5),
        ("seamless_steel", ("nitrogen", "moonshine"), None, False, None),
        ("seamless_steel", (), None, False, None),
        ("seamless_steel", "moonshine", None, False, None),
        ("seamless_steel", None, None, False, None),
        ("seamless_steel", None, "diving", False, 2),
        ("teapot", "oxygen", None, False, None),
    ],
)
def test_interval(kind, medium, environment, high_purity, years):
    assert interval_years(kind, medium, environment, high_purity, TODAY) == years


def test_interval_says_why_there_is_none():
    assert interval("seamless_steel", None, None, False, TODAY).reason == "medium_missing"
    assert interval("seamless_steel", "moonshine", None, False, TODAY).reason == "medium_unknown"
    assert interval("teapot", None, None, False, TODAY).reason == "kind_unknown"
    assert interval("nonrefillable", None, None, False, TODAY).reason == "no_inspection"
    assert interval("lpg_steel", None, None, False, TODAY).certainty == "C"


def test_an_office_may_move_ammonia_to_the_ordinary_group():
    groups = {"ammonia": "other"}
    assert interval("welded_steel", "ammonia", None, False, TODAY, groups).years == 3
    assert dates(CylinderDates("welded_steel", date(2020, 1, 1), "ammonia", medium_groups=groups), TODAY) == (
        dates(CylinderDates("welded_steel", date(2020, 1, 1), "propane"), TODAY)
    )


def test_tetrafluoromethane_is_judged_by_the_row_of_the_day():
    assert interval_years("seamless_steel", "cf4", None, False, date(2021, 5, 31)) == 3
    assert interval_years("seamless_steel", "cf4", None, False, date(2021, 6, 1)) == 5


def test_no_rule_was_in_force_before_the_first_row():
    assert interval_years("lpg_steel", None, None, False, date(2014, 12, 31)) is None


@pytest.mark.parametrize(
    ("kind", "made", "medium", "taxi", "years"),
    [
        ("lpg_steel", date(2007, 2, 1), None, False, 8),
        ("lpg_steel", date(2007, 1, 31), None, False, 15),
        ("lpg_steel", None, None, False, None),
        ("dme_steel", None, None, False, 8),
        ("seamless_steel", None, None, False, 30),
        ("seamless_aluminium", None, None, False, 20),
        ("welded_steel", None, "chlorine", False, 12),
        ("welded_steel", None, ("propane", "ammonia"), False, 12),
        ("welded_steel", None, "propane", False, 20),
        ("welded_steel", None, None, False, None),
        ("welded_steel", None, "moonshine", False, None),
        ("acetylene", None, None, False, 30),
        ("cryogenic", None, None, False, 20),
        ("vehicle_lng", None, None, False, 20),
        ("vehicle_cng_steel", None, None, False, 15),
        ("vehicle_cng_steel", None, None, True, 8),
        ("vehicle_cng_wrapped", None, None, True, 8),
        ("vehicle_lpg", None, None, True, 15),
        ("vehicle_h2", None, None, False, 15),
        ("composite_breathing", None, None, False, 15),
        ("composite_lpg", None, None, False, 15),
        ("nonrefillable", None, None, False, 1),
        ("bundle", None, None, False, None),
    ],
)
def test_service_life(kind, made, medium, taxi, years):
    assert service_life_years(kind, made, medium, taxi, TODAY) == years


def test_lpg_dates_of_the_worked_example():
    found = dates(CylinderDates("lpg_steel", date(2021, 5, 1)), TODAY)
    assert found.interval_years == 4
    assert found.next_inspection == date(2025, 4, 30)
    assert found.service_end == date(2029, 4, 30)
    assert found.final_end == date(2033, 4, 30)
    assert found.reasons == ()


def test_the_assessment_extends_lpg_once_and_never_past_twelve_years():
    passed = dates(CylinderDates("lpg_steel", date(2014, 11, 1), assessment_passed=True), TODAY)
    assert passed.service_end == passed.final_end == date(2026, 10, 31)
    assert passed.final_end < TODAY
    failed = dates(CylinderDates("lpg_steel", date(2014, 11, 1), assessment_passed=False), TODAY)
    assert failed.service_end == date(2022, 10, 31)
    stamped = CylinderDates("lpg_steel", date(2024, 1, 1), service_life_years=12, assessment_passed=True)
    assert dates(stamped, TODAY).service_end == date(2035, 12, 31)
    short = CylinderDates("lpg_steel", date(2024, 1, 1), service_life_years=6, assessment_passed=True)
    assert dates(short, TODAY).service_end == date(2033, 12, 31)


def test_old_lpg_bottles_had_fifteen_years_and_are_all_past_their_end():
    found = dates(CylinderDates("lpg_steel", date(2007, 1, 1), assessment_passed=True), TODAY)
    assert found.service_end == found.final_end == date(2021, 12, 31)


def test_oxygen_cylinder_of_2020_02():
    assert dates(CylinderDates("seamless_steel", date(2020, 2, 1), "oxygen"), TODAY).next_inspection == date(
        2023, 1, 31
    )


@pytest.mark.parametrize(
    ("day_known", "through", "expected"),
    [
        (True, "strict", date(2028, 3, 17)),
        (True, END_OF_MONTH, date(2028, 3, 31)),
        (False, "strict", date(2028, 2, 29)),
        (False, END_OF_MONTH, date(2028, 2, 29)),
    ],
)
def test_known_day_or_month_stamp_of_the_last_inspection(day_known, through, expected):
    given_dates = CylinderDates(
        "lpg_steel",
        date(2020, 4, 1),
        last_inspection=date(2024, 3, 18),
        inspection_day_known=day_known,
        month_stamp_valid_through=through,
        service_life_years=12,
    )
    assert dates(given_dates, TODAY).next_inspection == expected


def test_a_misspelt_month_stamp_setting_is_refused():
    wrong = CylinderDates("lpg_steel", date(2020, 4, 1), last_inspection=TODAY, month_stamp_valid_through="month")
    with pytest.raises(ValueError, match="month_stamp_valid_through"):
        dates(wrong, TODAY)


def test_the_next_inspection_never_lies_behind_the_service_end():
    found = dates(CylinderDates("lpg_steel", date(2020, 4, 1), last_inspection=date(2026, 3, 18)), TODAY)
    assert found.next_inspection == found.service_end == date(2028, 3, 31)


def test_a_stated_life_beyond_the_ceiling_is_cut_and_said():
    found = dates(CylinderDates("seamless_steel", date(2000, 1, 1), "oxygen", service_life_years=40), TODAY)
    assert found.service_end == date(2029, 12, 31)
    assert found.reasons == ("life_capped",)
    shorter = dates(CylinderDates("seamless_steel", date(2000, 1, 1), "oxygen", service_life_years=15), TODAY)
    assert shorter.service_end == shorter.final_end == date(2014, 12, 31)


def test_what_is_not_known_stays_open_and_is_named():
    found = dates(CylinderDates("seamless_steel"), TODAY)
    assert (found.interval_years, found.next_inspection, found.service_end, found.final_end) == (None,) * 4
    assert found.reasons == ("medium_missing", "made_missing")
    stamped = dates(CylinderDates("bundle", date(2020, 1, 1), "argon", service_life_years=20), TODAY)
    assert stamped.service_end == date(2039, 12, 31)


@given(
    made=st.dates(date(2007, 2, 1), date(2026, 11, 1)),
    last=st.none() | st.dates(date(2007, 2, 1), date(2026, 11, 1)),
    assessed=st.booleans(),
)
def test_dates_are_ordered(made, last, assessed):
    found = dates(CylinderDates("lpg_steel", made, last_inspection=last, assessment_passed=assessed), TODAY)
    assert found.next_inspection <= found.service_end <= found.final_end


@pytest.mark.parametrize(
    ("computed", "stated", "day", "refused"),
    [
        (TODAY, TODAY, TODAY, False),
        (TODAY, TODAY - timedelta(1), TODAY - timedelta(1), False),
        (TODAY, TODAY + timedelta(1), TODAY, True),
        (TODAY, None, TODAY, False),
        (None, TODAY, TODAY, False),
        (None, None, None, False),
    ],
)
def test_only_an_earlier_next_inspection_is_accepted(computed, stated, day, refused):
    found = accepted_next_due(computed, stated)
    assert (found.day, found.refused) == (day, refused)


@pytest.mark.parametrize(
    ("volume", "kg"),
    [
        ("4.7", "1.9"),
        ("12.0", "5.0"),
        ("23.5", "9.8"),
        ("26.2", "11.0"),
        ("28.6", "12.0"),
        ("35.5", "14.9"),
        ("74", "31.0"),
        ("118", "49.5"),
    ],
)
def test_permitted_lpg_mass_of_every_published_model(volume, kg):
    for medium in ("lpg", "lpg_civil_gas", "lpg_civil_liquid", "lpg_industrial"):
        assert fill_limit("lpg_steel", medium, D(volume), None, None, None, TODAY).max_kg == D(kg)


@pytest.mark.parametrize(
    ("medium", "pressure", "kg"),
    [
        ("propane", None, "16.4"),
        ("ammonia", None, "20.8"),
        ("chlorine", None, "50"),
        ("carbon_dioxide", "15", "24"),
        ("carbon_dioxide", "20", "29.6"),
        ("nitrous_oxide", "20", "30"),
        ("ethane", "12.5", "12.4"),
        ("ethylene", "15", "11.2"),
        ("sulfur_hexafluoride", "8", "46.8"),
        ("xenon", "12.5", "49.2"),
    ],
)
def test_liquefied_gas_in_forty_litres(medium, pressure, kg):
    limit = fill_limit("welded_steel", medium, D(40), D(pressure) if pressure else None, None, None, TODAY)
    assert limit.max_kg == D(kg)
    assert limit.max_pressure_mpa is None
    assert limit.certainty == "K1"


@pytest.mark.parametrize(
    ("celsius", "mpa"), [(0, "13.5"), (5, "13.9"), (20, "15.0"), (35, "16.1"), (40, "16.5"), (60, "17.9")]
)
def test_oxygen_pressure_by_temperature(celsius, mpa):
    limit = fill_limit("seamless_steel", "oxygen", D(40), D("15.0"), None, D(celsius), TODAY)
    assert abs(limit.max_pressure_mpa - D(mpa)) <= D("0.05")
    assert limit.max_kg is None
    assert limit.certainty == "X"


def test_a_pressure_limit_is_never_rounded_up_nor_above_its_share_of_the_nominal():
    assert fill_limit("bundle", "oxygen", None, D(15), None, D(35), TODAY).max_pressure_mpa == D("16.09")
    assert fill_limit("vehicle_cng_steel", "methane", None, D(20), None, D(60), TODAY).max_pressure_mpa == D(24)


def test_acetylene_by_porosity():
    limit = fill_limit("acetylene", "acetylene", D(40), None, D("0.92"), None, TODAY)
    assert limit.max_kg == D("7.36")
    assert limit.max_pressure_mpa == D("2.5")


@pytest.mark.parametrize(
    ("kind", "medium", "volume", "pressure", "porosity", "celsius", "reason"),
    [
        ("lpg_steel", None, "35.5", None, None, None, "medium_missing"),
        ("lpg_steel", "moonshine", "35.5", None, None, None, "medium_unknown"),
        ("lpg_steel", "lpg", None, None, None, None, "volume_missing"),
        ("seamless_steel", "fluorine", "40", "15", None, None, "no_coefficient"),
        ("seamless_steel", "butane", "40", None, None, None, "no_coefficient"),
        ("seamless_steel", "carbon_dioxide", "40", None, None, None, "pressure_missing"),
        ("seamless_steel", "carbon_dioxide", "40", "12.5", None, None, "no_coefficient"),
        ("seamless_steel", "oxygen", "40", None, None, "20", "pressure_missing"),
        ("seamless_steel", "oxygen", "40", "15", None, None, "temperature_missing"),
        ("seamless_steel", "oxygen", "40", "15", None, "-10.1", "temperature_out_of_range"),
        ("seamless_steel", "oxygen", "40", "15", None, "60.1", "temperature_out_of_range"),
        ("cryogenic", "oxygen", "175", "15", None, "20", "no_coefficient"),
        ("vehicle_lng", "natural_gas", "450", "20", None, "20", "no_coefficient"),
        ("acetylene", "acetylene", "40", None, None, None, "porosity_missing"),
    ],
)
def test_no_limit_is_guessed(kind, medium, volume, pressure, porosity, celsius, reason):
    numbers = [D(v) if v else None for v in (volume, pressure, porosity, celsius)]
    limit = fill_limit(kind, medium, *numbers, TODAY)
    assert (limit.max_kg, limit.max_pressure_mpa, limit.reason) == (None, None, reason)
    assert reason_text(reason, TODAY) != reason != reason_text(reason, TODAY, "en")


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_volume_pressure_or_porosity_of_nothing_is_an_error(position):
    numbers = [D(40), D(15), D("0.9")]
    numbers[position] = D(0)
    with pytest.raises(ValueError, match="positive"):
        fill_limit("seamless_steel", "oxygen", *numbers, D(20), TODAY)


@given(st.decimals(D("0.4"), D(3000), places=2))
def test_the_lpg_limit_is_below_the_coefficient_by_less_than_a_tenth(volume):
    limit = fill_limit("lpg_steel", "lpg", volume, None, None, None, TODAY).max_kg
    assert D(0) <= volume * D("0.42") - limit < D("0.1")


def test_media_and_kinds():
    assert same_medium("lpg", "lpg_civil_gas", TODAY)
    assert same_medium("lpg_civil_liquid", "lpg", TODAY)
    assert not same_medium("lpg_civil_gas", "lpg_civil_liquid", TODAY)
    assert not same_medium("propane", "butane", TODAY)
    assert not same_medium("moonshine", "brandy", TODAY)
    assert medium_name("oxygen", TODAY) == "氧"
    assert medium_name("oxygen", TODAY, "en") == "oxygen"
    assert medium_name("moonshine", TODAY) == "moonshine"
    assert kind_matches("seamless_* bundle", "seamless_steel")
    assert not kind_matches("!vehicle_*", "vehicle_h2")
    assert kind_matches("!vehicle_*", "bundle")


@pytest.mark.parametrize(
    "name",
    ["inspection_intervals", "medium_groups", "service_lives", "fill_coefficients", "fill_slopes"],
)
def test_every_row_has_a_start_a_basis_and_a_certainty(name):
    for row in tables.load(name):
        assert None not in row, row  # more cells than headings
        assert None not in row.values(), row
        assert date.fromisoformat(row["since"])
        assert row["basis"]
        assert row["certainty"] in {"C", "K1", "K2", "G", "X"}
