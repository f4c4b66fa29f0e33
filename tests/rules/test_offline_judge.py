"""Programs judge by a station's list as the registry does: thousands of cylinders, the same verdict, code and weight.

The worked example in docs/examples is held against the rules.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from registry import clock, codes
from registry.models import Cylinder
from registry.queries import filling_facts, filling_table, gun_facts
from registry.queries.snapshot_rows import RowWriter, day
from registry.rules.cover_media import answers_for
from registry.rules.cylinders import same_medium
from registry.rules.filling import judge
from registry.rules.filling_items import facts_of, failed
from registry.rules.kinds import CYLINDER_KINDS
from registry.settings import current
from scripts import bundle

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=clock.CITY_ZONE)
CASES = 3000
MEDIA = ("lpg", "oxygen", "nitrogen", "carbon_dioxide", "acetylene", "natural_gas", "ammonia", "dimethyl_ether")
ITEMS = ["code_read", "residual", "shield_base", "valve", "electronic_mark", "filler_mark", "not_refurbished"]
KINDS = (*CYLINDER_KINDS, *("lpg_steel",) * 20, *("seamless_steel",) * 8, *("acetylene",) * 3)
STATUSES = ("in_use",) * 12 + ("draft", "suspended", "scrap_pending", "lost", "cancelled", "inspection", "transferred")
CUSTODIES = ("empty_in_station",) * 6 + ("at_user", "full_in_station", "prechecked", "filled_unchecked")


def example() -> Any:
    spec = importlib.util.spec_from_file_location("offline_judge", ROOT / "docs/examples/offline_judge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["offline_judge"] = module
    spec.loader.exec_module(module)
    return module


def some_day(dice: random.Random, first: int, last: int) -> date:
    return NOW.date() + timedelta(days=dice.randint(first, last))


def maybe(dice: random.Random, value: Any, share: float = 0.1) -> Any:
    return None if dice.random() < share else value


def cylinder(dice: random.Random, number: int) -> Cylinder:
    kind = dice.choice(KINDS)
    only = {"lpg_steel": dice.choice(("lpg", "lpg_civil_gas")), "acetylene": "acetylene"}
    medium = only.get(kind) or dice.choice(MEDIA)
    inspected = maybe(dice, dice.choice((some_day(dice, -2000, 0), NOW.date())), 0.4)
    filled = maybe(dice, NOW - timedelta(hours=dice.choice((1, 5.25, 5.75, 6, 7, 300, 20000, 50000))), 0.3)
    return Cylinder(
        id=number,
        label_code=codes.new_code(version=current().label_key_version),
        kind=kind,
        medium=medium,
        owner_id=dice.choice((1, 1, 1, 2, 3)),
        status=dice.choice(STATUSES),
        custody=dice.choice(CUSTODIES),
        made_on=some_day(dice, -5200, -30).replace(day=1),
        volume_ml=maybe(dice, dice.choice((12_000, 35_500, 40_000, 118_000)), 0.03),
        working_pressure_kpa=maybe(dice, dice.choice((2_100, 15_000, 20_000, 12_500)), 0.03),
        porosity=Decimal("0.92") if kind == "acetylene" else None,
        permitted_fill_g=maybe(dice, dice.choice((14_900, 14_500, 49_500)), 0.5),
        tare_g=maybe(dice, dice.choice((16_500, 47_000)), 0.03),
        service_life_years=maybe(dice, dice.choice((8, 12, 15, 30)), 0.8),
        assessment_passed_on=maybe(dice, NOW.date(), 0.7),
        environment=None,
        high_purity=False,
        next_inspection_on=maybe(dice, some_day(dice, -60, 900), 0.03),
        service_end_on=maybe(dice, some_day(dice, -60, 2000), 0.03),
        last_inspected_on=inspected,
        last_inspection_passed=None if inspected is None else dice.random() > 0.1,
        last_filled_at=filled,
        registered_on=maybe(dice, some_day(dice, -1500, -1)),
        purchased_on=maybe(dice, some_day(dice, -3000, -1)),
        **{name: dice.choice((None, True, False, False)) for name in ("refurbished", "threaded_shield", "dual_valve")},
        electronic_mark=dice.choice((None, True, True, False)),
        filler_mark_embossed=dice.choice((None, True, True, False)),
    )


HEAD_STATION = {
    "id": 1,
    "media": ["lpg", "oxygen", "nitrogen", "acetylene", "carbon_dioxide"],
    "suspended_since": None,
    "licence_until": 20270101,
    "guns": [["1", "lpg"], ["2", "oxygen"], ["3", "acetylene"]],
    "gas": [{"medium": "lpg", "since": 20260101, "until": None, "tested": True, "dme_ppm": 0}],
    "staff": [{"login": "filler", "certified_until": 20270101}, {"login": "checker", "certified_until": 20261124}],
    "insurance": {"pilot": True, "until": None, "media": [[["oxygen", "nitrogen"], 20261124], [["ammonia"], 20261123]]},
}
OWNERS = [
    {"id": 1, "own": True, "entrusted": [], "allied": [], "closed_since": None},
    {"id": 2, "own": False, "entrusted": ["oxygen"], "allied": ["lpg", "oxygen"], "closed_since": None},
    {"id": 3, "own": False, "entrusted": [], "allied": ["lpg"], "closed_since": 20261124},
]

# The last day of each cylinder that is insured by name; today still counts, yesterday no more.
INSURED = {number: NOW.date() + timedelta(days=number % 5 - 1) for number in range(CASES) if number % 7}


def fill_of(dice: random.Random, row: Cylinder) -> dict[str, Any] | None:
    if dice.random() < 0.4:
        return None
    checks = {item: dice.choice(("ok",) * 30 + ("not_ok", "n_a")) for item in ITEMS}
    tare = row.tare_g or 16_500
    return {
        "checks": checks,
        "checked_minutes": dice.choice((0, 10, 30, 31)),
        "purged": dice.choice((True, True, True, None)),
        "gross_before_g": maybe(dice, tare + dice.choice((-301, -300, 0, 400, 1000, 1001))),
        "gross_after_g": maybe(dice, tare + dice.choice((14_400, 14_900, 14_901, 7_300, 49_500))),
        "pressure_kpa": maybe(dice, dice.choice((13_500, 15_000, 16_100, 16_090, 24_010))),
        "temperature_c": maybe(dice, dice.choice((-11, -10, 5, 20, 35, 60, 61))),
        "filler": dice.choice(("filler", "filler", "filler", "nobody")),
        "checker": dice.choice(("checker", "checker", "checker", "filler")),
    }


def by_the_rules(row: Cylinder, gun_medium: str, fill: dict[str, Any] | None, table: dict[str, Any]) -> Any:
    """The product's own facts and rules, with what a station's list cannot know left out."""
    on = NOW.date()
    owner = next(each for each in OWNERS if each["id"] == row.owner_id)
    facts = replace(
        filling_facts.of_register(row, on),
        code_status="ok",
        gun_medium=gun_medium,
        station_licence_valid_until=date(2027, 1, 1),
        station_media=tuple(HEAD_STATION["media"]),
        station_suspended=False,
        owner_is_station=owner["own"],
        owner_station_closed=owner["closed_since"] is not None,
        entrusted=any(same_medium(row.medium, each, on) for each in owner["entrusted"]),
        alliance_valid=any(same_medium(row.medium, each, on) for each in owner["allied"]),
        gas_batch_tested=gun_medium == "lpg",
        dme_percent=Decimal(0) if gun_medium == "lpg" else None,
        clock_skew_seconds=Decimal(0),
        offline_cache_hours=Decimal(1),
        insurance_pilot=True,
        insurance_valid=(row.id in INSURED and INSURED[row.id] >= on)
        or answers_for(row.medium, ["oxygen", "nitrogen"], on),
        **gun_facts.of_marks(row),
        **gun_facts.of_history(row, NOW),
    )
    asked = [*table["ask"]["look"], "R37"]
    if fill is not None:
        asked += table["ask"]["fill"]
        before, after, tare = fill["gross_before_g"], fill["gross_after_g"], row.tare_g
        kg = lambda grams: None if grams is None else Decimal(grams).scaleb(-3)  # noqa: E731
        people = dict.fromkeys((fill["filler"], fill["checker"]))
        facts = replace(
            facts,
            failed_check_items=failed(fill["checks"], on),
            **facts_of(fill["checks"], on),
            precheck_done=True,
            precheck_here=True,
            precheck_age_minutes=Decimal(fill["checked_minutes"]),
            filler=fill["filler"],
            checker=fill["checker"],
            invalid_staff=tuple(login for login in people if login == "nobody"),
            purged=fill["purged"],
            gross_before_kg=kg(before),
            residual_kg=None if before is None or tare is None else max(kg(before) - kg(tare), Decimal(0)),
            target_total_kg=None if after is None or tare is None else kg(after - tare),
            target_pressure_mpa=kg(fill["pressure_kpa"]),
            temperature_c=None if fill["temperature_c"] is None else Decimal(fill["temperature_c"]),
        )
    severities = gun_facts.severities(gun_facts.parameters_of(on), (), on)
    return judge(facts, on, rules=asked, severities=severities)


def grams(value: Decimal | None) -> Any:
    return None if value is None else value * 1000


@pytest.fixture
def cases(app) -> dict[str, Any]:
    """Random cylinders as lines of a list, what is asked of each, and what the rules say."""
    return made_once()


@cache
def made_once(seed: int = 20261124) -> dict[str, Any]:
    dice = random.Random(seed)
    table = filling_table.of_day(NOW.date())
    writer = RowWriter(NOW.date(), INSURED)
    head = {
        "format": "registry-snapshot-1",
        "station": HEAD_STATION,
        "owners": OWNERS,
        "issued_at": (NOW - timedelta(hours=1)).isoformat(),
        "version": "1.x",
        "since": None,
        "full": True,
        "rules": table,
    }
    lines, asked, wanted = [json.dumps(head)], [], []
    for number in range(CASES):
        row = cylinder(dice, number)
        names = {column.name: getattr(row, column.name) for column in Cylinder.__table__.columns}
        said = SimpleNamespace(**names, code=row.label_code, scheme="own", label_status="active")
        lines += [line.decode().strip() for line in writer.lines(said)]
        gun, medium = dice.choice((("1", "lpg"), ("1", "lpg"), ("2", "oxygen"), ("3", "acetylene")))
        fill = fill_of(dice, row)
        asked.append({"text": row.label_code, "gun": gun, "fill": fill})
        found = by_the_rules(row, medium, fill, table)
        wanted.append(
            {
                "verdict": found.answer,
                "code": found.code,
                "stop_g": None if found.stop_at_kg is None else str(grams(found.stop_at_kg).normalize()),
                "max_g": None if found.max_kg is None else str(grams(found.max_kg).normalize()),
                "rules": sorted(finding.rule for finding in found.verdict.findings),
                "max_mpa": None if found.max_pressure_mpa is None else str(found.max_pressure_mpa),
                "findings": [
                    {
                        "rule": finding.rule,
                        "severity": finding.severity,
                        "zh": finding.text,
                        "en": finding.text_en,
                        "basis": finding.basis,
                        "code": finding.code,
                    }
                    for finding in found.verdict.findings
                ],
            }
        )
    return {"lines": lines, "asked": asked, "wanted": wanted}


def test_the_example_judges_as_the_registry_does(cases) -> None:
    module = example()
    snapshot = module.Snapshot(b"k")
    snapshot.head = json.loads(cases["lines"][0])
    for line in map(json.loads, cases["lines"][1:]):
        if isinstance(line, list):
            snapshot.rows[line[0]] = dict(zip(module.ROW, line, strict=True))
        else:
            snapshot.defined[line["define"]] = line
    for asked, wanted in zip(cases["asked"], cases["wanted"], strict=True):
        fill = asked["fill"]
        if fill:
            fill = {**fill, "checked_at": NOW - timedelta(minutes=fill["checked_minutes"])}
        found = snapshot.judge(asked["text"], asked["gun"], None, NOW, fill)
        plain = lambda value: None if value is None else str(Decimal(value).normalize())  # noqa: E731
        said = {
            "verdict": found.verdict,
            "code": found.code,
            "stop_g": plain(found.stop_g),
            "max_g": plain(found.max_g),
            "rules": sorted(finding["rule"] for finding in found.findings),
        }
        assert said == {name: wanted[name] for name in said}, (asked, snapshot.rows[asked["text"]])


def by_the_page(folder: Path, lines: list[str], asked: list[Any]) -> list[dict[str, Any]]:
    """What the station's page says, judged by its own modules outside of a browser."""
    node = bundle.find_node()
    assert node is not None, "whoever can build the pages has Node.js"
    body, key = "".join(f"{line}\n" for line in lines).encode(), b"k" * 32
    end = {"end": True, "signature": hmac.new(key, body, hashlib.sha256).hexdigest()}
    (folder / "list").write_bytes(body + json.dumps(end).encode() + b"\n")
    (folder / "asked").write_text(json.dumps(asked), encoding="utf-8")
    command = [node.folder / "node", ROOT / "tests/js/judge.mjs", folder / "list", key.hex(), folder / "asked"]
    done = subprocess.run(command, capture_output=True, check=True)
    return list(json.loads(done.stdout))


def as_the_page_asks(asked: dict[str, Any]) -> list[Any]:
    now, fill = int(NOW.timestamp() * 1000), asked["fill"]
    if fill:
        fill = {**fill, "checked_at": now - fill["checked_minutes"] * 60_000}
    return [asked["text"], {"gun": asked["gun"], "medium": None, "now": now, "fill": fill}]


def test_the_page_judges_as_the_registry_does(cases, tmp_path) -> None:
    """The verdict, the code, the weights, and every finding with its texts and its place."""
    answers = by_the_page(tmp_path, cases["lines"], [as_the_page_asks(asked) for asked in cases["asked"]])
    plain = lambda value: None if value is None else str(Decimal(str(value)).normalize())  # noqa: E731
    assert len(answers) == CASES
    for asked, answer, wanted in zip(cases["asked"], answers, cases["wanted"], strict=True):
        said = {
            "verdict": answer["verdict"],
            "code": answer["code"],
            "stop_g": plain(answer.get("stop_g")),
            "max_g": plain(answer.get("max_g")),
            "max_mpa": answer.get("max_mpa"),
            "findings": [{k: v for k, v in each.items() if k != "missing"} for each in answer["findings"]],
        }
        for one, other in zip(said.pop("findings"), wanted["findings"], strict=True):
            assert one == other, asked
        assert said == {name: wanted[name] for name in said}, (asked, answer.get("error"))


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"text": "nonsense"}, ["R01"]),
        ({"text": "SZ00000000000000"}, ["R01"]),
        ({"text": "bad mac"}, ["R01"]),
        ({"text": "another code"}, ["R02"]),
        ({"text": "on the label"}, []),
        ({"gun": "9"}, ["R17", "R35"]),
        ({"issued": 24 * 3600}, []),
        ({"issued": 24 * 3600 + 1}, ["R39"]),
        ({"issued": -121}, ["R39"]),
        ({"issued": None}, ["R00"]),
        ({"skew": 120}, []),
        ({"skew": -121}, ["R39"]),
        ({"severities": ("R26", "R36")}, ["R26", "R36"]),
        ({"rules": "empty"}, ["R00"]),
        ({"rules": "unknown"}, ["R99"]),
        ({"kind": "vehicle_cng_steel", "gun": "2", "fill": True}, ["R40"]),
    ],
    ids=str,
)
def test_the_page_denies_what_cannot_be_trusted(app, tmp_path, asked, rules) -> None:
    """A good cylinder, and one thing that is not as it should be; a rule that is not named here is not hit."""
    row = good_cylinder(asked.get("kind", "lpg_steel"))
    lines, head = [line.decode().strip() for line in RowWriter(NOW.date()).lines(row)], a_head(asked)
    code, key = row.code, current().label_keys
    texts = {
        "bad mac": f"{code}.0000000000000000",
        "another code": codes.new_code(version=current().label_key_version),
        "on the label": f"HTTPS://TZSB.EXAMPLE.CN/Q/{code}.{codes.mac(code, key)}",
    }
    now = int(NOW.timestamp() * 1000)
    at = {"gun": asked.get("gun", "1"), "now": now, "skew": asked.get("skew", 0)}
    if asked.get("fill"):
        at["fill"] = {"checks": {"valve": "ok"}, "checked_at": now, "filler": "filler", "checker": "checker"}
    text = texts.get(asked.get("text"), asked.get("text") or code)
    (answer,) = by_the_page(tmp_path, [json.dumps(head), *lines], [[text, at]])
    denying = [each["rule"] for each in answer["findings"] if each["severity"] in ("hold", "block")]
    assert (set(rules) <= set(denying)) if asked.get("fill") else (denying == rules)
    assert (answer["verdict"] == "block") == bool(rules)
    assert answer["code"] not in ("00", "09") or not rules


def good_cylinder(kind: str) -> SimpleNamespace:
    today = NOW.date()
    row = Cylinder(
        kind=kind,
        medium="lpg" if kind == "lpg_steel" else "natural_gas",
        owner_id=1,
        status="in_use",
        custody="empty_in_station",
        made_on=date(2024, 1, 1),
        volume_ml=35_500,
        working_pressure_kpa=20_000,
        tare_g=16_500,
        next_inspection_on=date(2028, 1, 31),
        service_end_on=date(2032, 1, 31),
        registered_on=today - timedelta(300),
        high_purity=False,
    )
    names = {column.name: getattr(row, column.name) for column in Cylinder.__table__.columns}
    code = codes.new_code(version=current().label_key_version)
    return SimpleNamespace(**names, code=code, scheme="own", label_status="active")


def a_head(asked: dict[str, Any]) -> dict[str, Any]:
    table = filling_table.of_day(NOW.date())
    rules = [
        {**row, "severity": "block"} if row["rule"] in asked.get("severities", ()) else row for row in table["rules"]
    ]
    if asked.get("rules") == "empty":
        rules = []
    if asked.get("rules") == "unknown":
        rules.append({**rules[0], "rule": "R99", "needs": []})
        table = {**table, "ask": {**table["ask"], "look": [*table["ask"]["look"], "R99"]}}
    issued = asked.get("issued", 3600)
    station = {**HEAD_STATION, "media": [*HEAD_STATION["media"], "natural_gas"]}
    return {
        "format": "registry-snapshot-1",
        "station": {**station, "guns": [["1", "lpg"], ["2", "natural_gas"]]},
        "owners": OWNERS,
        "issued_at": None if issued is None else (NOW - timedelta(seconds=issued)).isoformat(),
        "version": "1.x",
        "since": None,
        "full": True,
        "rules": {**table, "rules": rules},
    }


def test_the_cases_mean_something(cases) -> None:
    """Every rule a list can answer is hit, and a good part of all is allowed."""
    hit = Counter(rule for wanted in cases["wanted"] for rule in wanted["rules"])
    never = {"R01", "R02", "R03", "R16", "R26", "R36", "R37", "R38", "R39", "R40"}
    expected = {f"R{number:02}" for number in range(1, 42)} - {"R28"} - never
    assert expected - set(hit) == set()
    assert sum(wanted["verdict"] in ("allow", "warn") for wanted in cases["wanted"]) > 60


@pytest.mark.parametrize(
    ("text", "hours", "skew", "rule"),
    [
        ("nonsense", 1, 0, "R01"),
        ("SZ00000000000000", 1, 0, "R01"),
        (None, 25, 0, "R39"),
        (None, 24, 0, ""),
        (None, 1, 121, "R39"),
        (None, -1, 0, "R39"),
    ],
)
def test_what_cannot_be_trusted_denies(app, text, hours, skew, rule) -> None:
    module = example()
    snapshot = module.Snapshot(b"k")
    code = codes.new_code(version=current().label_key_version)
    snapshot.head = {
        "station": HEAD_STATION,
        "owners": OWNERS,
        "issued_at": (NOW - timedelta(hours=hours)).isoformat(),
        "rules": filling_table.of_day(NOW.date()),
    }
    found = snapshot.judge(text or code, "1", None, NOW, None, skew)
    assert not found.allowed
    assert (rule in [finding["rule"] for finding in found.findings]) == bool(rule)
    assert module.Snapshot(b"k").judge(code, "1", None, NOW).verdict == "block"
    assert day(NOW.date()) == 20261124
