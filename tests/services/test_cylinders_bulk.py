"""Many cylinders at once: new, changed, unchanged, refused."""

from datetime import date

import pytest
from sqlalchemy import func, select

from registry import clock, codes
from registry.db import db
from registry.errors import Forbidden
from registry.models import Cylinder, CylinderStatus, LabelCode, TrailEntry
from registry.queries import cylinders as queries
from registry.services import cylinders, labels
from registry.services.cylinders_bulk import Counts, bulk_register
from seeds import cast
from tests.cylinder_factory import cylinder, marks


def load(login, *rows) -> Counts:
    counts = bulk_register(cast.actor(login), rows)
    db.session.rollback()
    return counts


def told(counts: Counts) -> tuple[int, int, int, list[tuple[int, list[str]]]]:
    return counts.new, counts.changed, counts.unchanged, [(place, list(errors)) for place, errors in counts.refused]


def own(**changes):
    return marks(owner_id=cast.unit("station").id, **changes)


def by_serial(row) -> Cylinder:
    return db.session.scalars(select(Cylinder).where(Cylinder.serial_no == row["serial_no"])).one()


def test_a_row_becomes_what_a_registration_makes_of_it(app) -> None:
    row = own()
    single = cylinder(**{**row, "serial_no": "X1", "register_no": "REG-X1"})
    assert told(load("section", row)) == (1, 0, 0, [])
    bulk = by_serial(row)
    different = {"id", "label_code", "serial_no", "register_no", "changed_at"}
    names = {column.name for column in Cylinder.__table__.columns} - different
    assert {name: getattr(bulk, name) for name in names} == {name: getattr(single, name) for name in names}
    periods = db.session.scalars(select(CylinderStatus).where(CylinderStatus.cylinder_id == bulk.id)).all()
    assert [(p.status, p.since, p.until) for p in periods] == [("in_use", date(2023, 6, 10), None)]
    label = db.session.scalars(select(LabelCode).where(LabelCode.cylinder_id == bulk.id)).one()
    assert (label.code, label.status) == (bulk.label_code, "active")
    entries = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "cylinder.registered")).all()
    assert [sorted(entry.data) for entry in entries] == [["kind", "label_code", "medium", "owner_id", "source"]] * 2


def test_the_same_rows_again_change_nothing(app) -> None:
    rows = [own(), own(register_no=None), own(permitted_fill_g=14500, stated_next_inspection_on=date(2099, 1, 1))]
    assert told(load("section", *rows)) == (3, 0, 0, [])
    before = db.session.scalar(select(func.count(TrailEntry.id)))
    assert told(load("section", *rows)) == (0, 0, 3, [])
    assert db.session.scalar(select(func.count(TrailEntry.id))) == before


def test_a_changed_row_updates_what_it_states(app) -> None:
    row = own()
    load("section", row)
    key = {name: row[name] for name in ("kind", "medium", "maker", "maker_code", "serial_no", "made_on")}
    change = {**key, "tare_g": 16600, "volume_ml": 35400, "model": None, "last_inspected_on": date(2026, 9, 1)}
    assert told(load("section", change)) == (0, 1, 0, [])
    after = by_serial(row)
    assert (after.tare_g, after.volume_ml, after.model, after.version) == (16600, 35400, "YSP35.5", 2)
    assert (after.permitted_fill_g, after.next_inspection_on) == (14800, date(2030, 8, 31))
    assert after.last_inspection_passed is True
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "cylinder.corrected")).one()
    assert entry.data["changes"]["volume_ml"] == [35500, 35400]


def test_bad_rows_are_told_and_good_ones_written(app) -> None:
    good = own()
    rows = [
        own(kind="teapot"),
        good,
        own(tare_g=3000),
        own(maker_code=None),
        {**own(), "serial_no": good["serial_no"]},
        own(register_no=good["register_no"]),
        own() | {"owner_id": cast.unit("property").id},
        own(status="eaten"),
    ]
    counts = load("section", *rows)
    assert told(counts) == (
        1,
        0,
        0,
        [
            (0, ["kind"]),
            (2, ["tare_g"]),
            (3, ["maker_code"]),
            (4, ["serial_no"]),
            (5, ["register_no"]),
            (6, ["owner_id"]),
            (7, ["status"]),
        ],
    )


def test_a_station_loads_its_own_ledger_only(app) -> None:
    theirs = own()
    load("section", theirs)
    mine = marks()
    counts = load(
        "filling2",
        {**mine, "kind": "seamless_steel", "medium": "oxygen", "tare_g": 40000},
        marks(owner_id=cast.unit("station").id),
        {**theirs, "owner_id": None},
        marks(status="suspended"),
    )
    assert told(counts) == (1, 0, 0, [(1, ["owner_id"]), (2, ["serial_no"]), (3, ["status"])])
    assert by_serial(mine).owner_id == cast.unit("station2").id
    assert told(load("filling", {**theirs, "tare_g": 16000}, {**theirs, "serial_no": "N1", "register_no": "N1"})) == (
        1,
        0,
        0,
        [(0, ["tare_g"])],
    )
    with pytest.raises(Forbidden):
        load("filler", marks())


def test_a_county_loads_its_own_stations_only(app) -> None:
    counts = load("county", own(), marks(owner_id=cast.unit("station2").id))
    assert told(counts) == (1, 0, 0, [(1, ["owner_id"])])


def test_status_changes_by_legal_moves_only(app) -> None:
    rows = [own(), own(), own()]
    load("section", *rows)
    counts = load(
        "section",
        {**rows[0], "status": "suspended", "since": date(2026, 3, 1)},
        {**rows[1], "status": "cancelled"},
        {**rows[2], "status": "in_use"},
    )
    assert told(counts) == (0, 1, 1, [(1, ["status"])])
    moved = queries.by_code(cast.actor("section"), by_serial(rows[0]).label_code)
    assert [(p.status, p.since, p.until) for p in moved.statuses] == [
        ("in_use", date(2023, 6, 10), date(2026, 3, 1)),
        ("suspended", date(2026, 3, 1), None),
    ]
    assert moved.status == "suspended"


def test_an_old_ledger_s_scrapped_cylinders_have_no_live_code(app) -> None:
    row = own(status="destroyed", since=date(2025, 5, 5))
    load("section", row)
    stored = by_serial(row)
    label = db.session.scalars(select(LabelCode).where(LabelCode.cylinder_id == stored.id)).one()
    assert (stored.status, label.status, label.ended_on) == ("destroyed", "void", clock.today())
    assert told(load("section", {**row, "tare_g": 16000})) == (0, 0, 0, [(0, ["status"])])


def test_batches_remember_each_other(app, monkeypatch) -> None:
    monkeypatch.setattr("registry.services.cylinders_bulk.BATCH", 2)
    done: list[int] = []
    first = own()
    rows = [first, own(), own(), {**first, "register_no": None}, own(register_no=first["register_no"])]
    counts = bulk_register(cast.actor("section"), rows, progress=done.append)
    assert told(counts) == (3, 0, 0, [(3, ["serial_no"]), (4, ["register_no"])])
    assert done == [2, 4, 5]


def test_what_exists(app) -> None:
    row = cylinder()
    key = (row.maker_code, row.serial_no, row.made_on)
    section = queries.existing(cast.actor("section"), [key, ("X", row.serial_no, row.made_on)])
    assert list(section) == [key]
    assert (section[key].id, section[key].visible, section[key].values["tare_g"]) == (row.id, True, 16500)
    assert queries.existing(cast.actor("filling2"), [key])[key].visible is False


def test_a_registered_status_lives_on(app) -> None:
    row = own()
    load("section", row)
    stored = by_serial(row)
    cylinders.change_status(cast.actor("filling"), stored.label_code, "suspend", {"reason": "漏气"})
    assert told(load("section", row)) == (0, 0, 1, [])
    assert by_serial(row).status == "suspended"


def test_codes_made_for_many_are_never_on_file(app, monkeypatch) -> None:
    load("section", own())
    known = db.session.scalars(select(LabelCode.code)).first()
    coming = iter([known, "SZ1", "SZ1", "SZ2", "SZ3"])
    monkeypatch.setattr(codes, "new_code", lambda _block, *, version: next(coming))
    assert sorted(labels.fresh_codes(3)) == ["SZ1", "SZ2", "SZ3"]


def test_a_single_code_is_never_on_file(app, monkeypatch) -> None:
    load("section", own())
    known = db.session.scalars(select(LabelCode.code)).first()
    coming = iter([known, known, "SZ1"])
    monkeypatch.setattr(codes, "new_code", lambda _block, *, version: next(coming))
    assert labels.fresh_code() == "SZ1"


def test_terms_are_remembered_for_what_they_depend_on(app) -> None:
    """Neighbours of one ledger that differ in a single thing the dates hang on: each gets its own."""
    unmeasured = dict.fromkeys(("working_pressure_kpa", "test_pressure_kpa", "tare_g", "volume_ml"))
    same = {**unmeasured, "kind": "seamless_steel", "medium": "oxygen"}
    changes = [
        {},
        {"made_on": date(2023, 6, 1)},
        {"medium": "nitrogen"},
        {"medium": "argon", "environment": "diving"},
        {"last_inspected_on": date(2026, 9, 1)},
        {"service_life_years": 2},
    ]
    rows = [own(**{**same, **change}) for change in changes]
    assert load("section", *rows).refused == []
    kept = [(by_serial(row).next_inspection_on, by_serial(row).service_end_on) for row in rows]
    assert kept == [
        (date(2026, 4, 30), date(2053, 4, 30)),
        (date(2026, 5, 31), date(2053, 5, 31)),
        (date(2028, 4, 30), date(2053, 4, 30)),
        (date(2025, 4, 30), date(2053, 4, 30)),
        (date(2029, 8, 31), date(2053, 4, 30)),
        (date(2025, 4, 30), date(2025, 4, 30)),
    ]
