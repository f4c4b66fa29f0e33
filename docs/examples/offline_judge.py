"""May this cylinder be filled? Answered from a station's signed list, without a network. Standard library only.

    list_ = Snapshot(key)                         # the key of the station's page, 32 bytes
    list_.take(full_answer); list_.take(changes)  # raises Wrong where the signature or the order is not right
    answer = list_.judge("SZ00…", gun="1", medium="lpg", now=datetime.now(UTC))
    answer.allowed, answer.code, answer.stop_g, answer.findings

It judges as the registry does; tests/rules/test_offline_judge.py compares them. Whatever goes wrong denies.
docs/offline.md describes the list.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import ROUND_FLOOR, Decimal
from fnmatch import fnmatchcase

CITY = timezone(timedelta(hours=8))
SEVERITIES = ("info", "warn", "hold", "block")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ROW = (
    "code",
    "mac",
    "code_status",
    "type",
    "life",
    "owner",
    "tare_g",
    "status",
    "custody",
    "next_due",
    "inspected_on",
    "passed",
    "filled",
    "put",
    "service_end",
    "assessed",
    "marks",
    "bought",
    "insured_until",
)
MARKS = ("electronic_mark", "filler_mark_embossed", "refurbished", "threaded_shield", "dual_valve")
GONE = ("destroyed", "cancelled")
LPG, WEIGHED = "lpg_steel composite_lpg", "lpg_steel composite_lpg dme_steel"
OUT = ("filled_unchecked", "full_in_station", "in_delivery", "at_depot_full", "at_user")
MISSING = {
    "medium_missing": "medium",
    "medium_unknown": "medium",
    "no_coefficient": "working_pressure_mpa",
    "volume_missing": "volume_l",
    "pressure_missing": "working_pressure_mpa",
    "porosity_missing": "porosity",
    "temperature_missing": "temperature_c",
    "temperature_out_of_range": "temperature_c",
}


class Wrong(Exception):
    """The list cannot be trusted."""


class NotKnown(Exception):
    """A fact that a rule needs is missing."""


@dataclass
class Answer:
    """`verdict` is allow, warn, hold or block; `code` that of older gateways; masses in grams, pressure in kPa."""

    verdict: str
    code: str
    findings: list = field(default_factory=list)
    max_g: Decimal | None = None
    stop_g: Decimal | None = None
    max_kpa: Decimal | None = None

    @property
    def allowed(self):
        return self.verdict in ("allow", "warn")


class Snapshot:
    """A station's list, put together from one whole answer and any number of changes."""

    def __init__(self, key: bytes):
        self.key, self.head, self.rows, self.defined = key, None, {}, {}

    def take(self, answer: bytes):
        """Take in an answer of `GET /stations/{id}/snapshot`, unzipped. Nothing of a wrong one is kept."""
        body, end = answer[: answer[:-1].rfind(b"\n") + 1], answer[answer[:-1].rfind(b"\n") + 1 :]
        try:
            signed = str(json.loads(end)["signature"])
        except (ValueError, KeyError, TypeError):
            raise Wrong("the list is not whole") from None
        if not hmac.compare_digest(hmac.new(self.key, body, hashlib.sha256).hexdigest().encode(), signed.encode()):
            raise Wrong("the signature is wrong")
        lines = [json.loads(line) for line in body.splitlines()]
        head = lines[0]
        if head["format"] != "registry-snapshot-1":
            raise Wrong("another format")
        if not head["full"] and (self.head is None or head["since"] != self.head["version"]):
            raise Wrong("changes of another list")
        rows, defined = ({}, {}) if head["full"] else (dict(self.rows), dict(self.defined))
        for line in lines[1:]:
            if isinstance(line, list):
                rows[line[0]] = dict(zip(ROW, line, strict=True))
            elif "define" in line:
                defined[line["define"]] = line
            else:
                rows.pop(line["gone"], None)
        self.head, self.rows, self.defined = head, rows, defined

    def filled(self, code: str, at: datetime):
        """Remember a fill of one's own that the registry does not know yet."""
        if code in self.rows:
            self.rows[code].update(filled=int(at.timestamp()), custody="filled_unchecked")

    def judge(self, text, gun, medium, now, fill=None, skew_seconds=0) -> Answer:
        """`text` as scanned or typed. Without `fill` the answer before filling; with it whether it may be recorded:
        `{checks, checked_at, purged?, gross_before_g?, gross_after_g? | pressure_kpa?, temperature_c?, filler,
        checker}`; then `now` is the end of the fill. `skew_seconds`: how far the clock is known to be off."""
        try:
            facts = self.facts(text, gun, medium, now, fill, skew_seconds)
            return judge(facts, self.head["rules"], day_number(now), fill is not None)
        except Exception as error:  # whatever goes wrong while judging must deny, not open the gun
            return Answer(
                "block",
                "02",
                [{"rule": "R00", "severity": "block", "zh": "离线数据不可用，禁止充装", "error": repr(error)}],
            )

    def facts(self, text, gun, medium, now, fill, skew_seconds):
        """What is known of a cylinder at a gun; a fact that is None is not known."""
        if self.head is None:
            raise Wrong("no list")
        station, on = self.head["station"], day_number(now)
        age = (now - datetime.fromisoformat(self.head["issued_at"])).total_seconds()
        guns = dict(station["guns"])
        facts = {
            "station_licence_valid_until": station["licence_until"],
            "station_media": station["media"],
            "station_suspended": station["suspended_since"] is not None and station["suspended_since"] <= on,
            "gun_medium": guns.get(gun, medium),
            "offline_cache_hours": Decimal(int(age)) / 3600,
            # A clock behind the list's own time is off by at least that much.
            "clock_skew_seconds": max(abs(Decimal(skew_seconds)), Decimal(int(-age))),
        }
        row, facts["code_status"] = self.find(text)
        if row is not None:
            facts |= self._of_row(row, facts["gun_medium"], now, on)
        if fill is not None:
            facts |= self._of_fill(fill, facts, now, on)
        return facts

    def find(self, text):
        """The row a text leads to, and what its code is worth."""
        code, mac = split(text)
        own = is_code(code)
        if own and not good_check(code):
            return None, "bad_check"
        row = self.rows.get(code if own else text.strip())
        if row is None:
            return None, "unknown" if own else "unreadable"
        if own and mac and hashlib.sha256(f"{code}.{mac}".encode()).hexdigest()[:12] != row["mac"]:
            return None, "bad_mac"
        return row, row["code_status"]

    def _of_row(self, row, gun_medium, now, on):
        kind, life = self.defined[row["type"]], self.defined[row["life"]]
        owner = next(each for each in self.head["owners"] if each["id"] == row["owner"])
        families = self.head["rules"]["media"]
        medium = kind["medium"]
        filled = None if row["filled"] is None else datetime.fromtimestamp(row["filled"], CITY)
        made = life["made"]
        insurance = self.head["station"]["insurance"]
        pilot = insurance["pilot"]
        some = [day for media, day in insurance["media"] if any(same(medium, each, families) for each in media)]
        insured = [day for day in (row["insured_until"], insurance["until"], *some) if day]
        hours = None if filled is None else max(Decimal(int((now - filled).total_seconds())) / 3600, Decimal(0))
        return {
            "kind": kind["kind"],
            "medium": medium,
            "limit": kind["limit"],
            "nominal_g": kind["permitted_fill_g"],
            "interval_years": kind["interval_years"],
            "made": made,
            "needs_assessment": life["needs_assessment"],
            "design_end": life["design_end"],
            "final_end": life["final_end"],
            "tare_g": row["tare_g"],
            "life_status": row["status"],
            "scrap_trigger": row["status"] == "scrap_pending",
            "custody_status": row["custody"],
            "next_due": row["next_due"],
            "last_inspection_passed": True if row["inspected_on"] is None else flag(row["passed"]),
            "last_inspected_on": row["inspected_on"] or made,
            "last_filled_on": day_number(filled) if filled else row["put"],
            "first_fill": filled is None,
            "first_after_inspection": bool(filled and row["inspected_on"] and row["inspected_on"] > day_number(filled)),
            "hours_since_last_fill": hours,
            "return_scanned": False,
            "service_end": row["service_end"],
            "assessment_passed": bool(row["assessed"]),
            "purchased_on": row["bought"] or row["put"],
            **{name: flag(mark) for name, mark in zip(MARKS, row["marks"], strict=True) if mark != "-"},
            "owner_is_station": owner["own"],
            "owner_station_closed": owner["closed_since"] is not None and owner["closed_since"] <= on,
            "entrusted": any(same(medium, each, families) for each in owner["entrusted"]),
            "alliance_valid": any(same(medium, each, families) for each in owner["allied"]),
            "insurance_pilot": pilot,
            "insurance_valid": any(day >= on for day in insured) if pilot else None,
            **self._gas(gun_medium, on, families),
        }

    def _gas(self, gun_medium, on, families):
        for batch in self.head["station"]["gas"]:
            runs = batch["since"] <= on and (batch["until"] is None or batch["until"] > on)
            if runs and gun_medium and same(batch["medium"], gun_medium, families):
                dme = None if batch["dme_ppm"] is None else Decimal(batch["dme_ppm"]) / 10_000
                return {"gas_batch_tested": batch["tested"], "dme_percent": dme}
        return {"gas_batch_tested": False}

    def _of_fill(self, fill, facts, now, on):
        before, after, tare = fill.get("gross_before_g"), fill.get("gross_after_g"), facts.get("tare_g")
        staff = {each["login"]: each["certified_until"] for each in self.head["station"]["staff"]}
        people = dict.fromkeys((fill["filler"], fill["checker"]))
        items = {each["item"]: each for each in self.head["rules"]["items"]}
        checks = fill.get("checks") or {}
        seen = {}
        for item, answer in checks.items():
            for fact, says in items.get(item, {"facts": {}})["facts"].items():
                if says.get(answer):
                    seen[fact] = says[answer] == "1"
        age = max(Decimal(int((now - fill["checked_at"]).total_seconds())) / 60, Decimal(0)) if checks else None
        return seen | {
            "failed_check_items": [items.get(i, {"zh": i})["zh"] for i, a in checks.items() if a == "not_ok"]
            if checks
            else None,
            "precheck_done": bool(checks),
            "precheck_here": bool(checks),
            "precheck_age_minutes": age,
            "filler": fill["filler"],
            "checker": fill["checker"],
            "invalid_staff": [login for login in people if (staff.get(login) or 0) < on],
            "gross_before_g": before,
            "residual_kg": None if before is None or tare is None else max(Decimal(before - tare), Decimal(0)) / 1000,
            "target_g": None if after is None or tare is None else after - tare,
            "target_kpa": fill.get("pressure_kpa"),
            "temperature_c": fill.get("temperature_c"),
            **{
                name: fill[name]
                for name in ("purged", "passengers_aboard", "plate_matches")
                if fill.get(name) is not None
            },
        }


def judge(facts, table, on, fill=False) -> Answer:
    """Ask every rule; a missing fact that a rule needs, and an error inside a rule, count against."""
    wanted = set(table["ask"]["look"]) | (set(table["ask"]["fill"]) if fill else set())
    for rule, fact in table["ask"]["optional"].items():
        row = next((each for each in table["rules"] if each["rule"] == rule), None)
        if row and (facts.get(fact) is not None or row["severity"] == "block"):
            wanted.add(rule)
    hits = [hit for row in table["rules"] if row["rule"] in wanted and (hit := ask(row, facts, table, on))]
    unidentified = any(h["rule"] in ("R01", "R02") and h["severity"] == "block" and not h["missing"] for h in hits)
    hits = [hit for hit in hits if not (unidentified and hit["missing"])]
    hits.sort(key=lambda hit: -SEVERITIES.index(hit["severity"]))
    worst = hits[0]["severity"] if hits else "info"
    if worst in ("hold", "block"):
        code = hits[0]["code"]
        return Answer(worst, "02" if code in ("00", "09", "") else code, hits)
    limit = limit_of(facts)
    stop = None
    if limit.get("max_g") is not None and facts.get("tare_g") is not None:
        stop = facts["tare_g"] + min(limit["max_g"], facts.get("nominal_g") or limit["max_g"])
    allied = any(hit["rule"] == "R14" for hit in hits)
    answer = "warn" if worst == "warn" else "allow"
    return Answer(answer, "09" if allied else "00", hits, limit.get("max_g"), stop, limit.get("max_kpa"))


def ask(row, facts, table, on):
    """The finding of one rule, or None."""
    kind = facts.get("kind")
    if row["kinds"] and kind is not None and not matches(row["kinds"], kind):
        return None
    missing = [fact for fact in row["needs"] if facts.get(fact) is None]
    if row["kinds"] and kind is None:
        missing.insert(0, "kind")
    try:
        if not missing:
            limits = {name: Decimal(value) for name, value in row["limits"].items()}
            hit = CONDITIONS[row["rule"]](facts, limits, on, row["since"], table)
            return finding(row, row["zh"].format_map(hit), row["severity"]) if hit is not None else None
    except NotKnown as lacking:
        missing = [str(lacking)]
    except Exception:  # an error denies
        return finding(row, table["words"]["rule_failed"][0].format(rule=row["rule"]), "block", denied=True)
    names = "、".join(table["facts"].get(fact, [fact])[0] for fact in missing)
    key = "not_known" if row["severity"] in ("block", "hold") else "not_known_noted"
    return finding(row, table["words"][key][0].format(facts=names), row["severity"], True, missing=True)


def finding(row, text, severity, denied=False, missing=False):
    code = "02" if denied and row["code"] in ("00", "09") else row["code"]
    return {
        "rule": row["rule"],
        "severity": severity,
        "zh": text,
        "basis": row["basis"],
        "code": code,
        "missing": missing,
    }


def need(facts, *names):
    """The values of facts, in order; raises NotKnown for the first that is missing."""
    for name in names:
        if facts.get(name) is None:
            raise NotKnown(name)
    return facts[names[0]] if len(names) == 1 else [facts[name] for name in names]


def hit(when):
    return {} if when else None


def r10(f, limits, on, since, table):
    filled, inspected, years = need(f, "last_filled_on", "last_inspected_on", "interval_years")
    return hit(on > after_years(filled, years) and inspected <= filled)


def r11(f, limits, on, since, table):
    if on > f["service_end"]:
        return {"end": written(f["service_end"])}
    need(f, "kind")
    if not f.get("needs_assessment"):
        return None
    end = f.get("design_end")
    if end is None:
        raise NotKnown("service_end")
    return None if on <= end or need(f, "assessment_passed") else {"end": written(end)}


def r13(f, limits, on, since, table):
    if f["owner_is_station"] or vehicle(f) or f.get("entrusted") or f.get("alliance_valid"):
        return None
    return hit(not need(f, "entrusted") and not need(f, "alliance_valid"))


def r14(f, limits, on, since, table):
    foreign = f.get("owner_is_station") is False and not f.get("entrusted")
    return hit(foreign and not (f.get("kind") or "").startswith("vehicle_") and bool(f.get("alliance_valid")))


def r15(f, limits, on, since, table):
    covered = any(same(f["medium"], each, table["media"]) for each in f["station_media"])
    return hit(on > f["station_licence_valid_until"] or not covered)


def r16(f, limits, on, since, table):
    if f["station_suspended"]:
        return {}
    if f.get("owner_is_station") is not False or vehicle(f):
        return None
    return hit(need(f, "owner_station_closed"))


def r17(f, limits, on, since, table):
    if same(f["medium"], f["gun_medium"], table["media"]):
        return None
    return {
        "a": table["media"].get(f["medium"], [f["medium"]])[0],
        "b": table["media"].get(f["gun_medium"], [f["gun_medium"]])[0],
    }


def r19(f, limits, on, since, table):
    if f["made"] // 100 * 100 + 1 < since:
        return None
    return hit(not need(f, "electronic_mark"))


def r20(f, limits, on, since, table):
    return None if f["purchased_on"] < since else hit(not need(f, "filler_mark_embossed"))


def r21(f, limits, on, since, table):
    if f["refurbished"]:
        return {}
    if not matches(LPG, need(f, "kind")):
        return None
    return hit(need(f, "threaded_shield") or need(f, "dual_valve"))


def r23(f, limits, on, since, table):
    if not f["precheck_done"] or not need(f, "precheck_here"):
        return {}
    return hit(need(f, "precheck_age_minutes") > limits["minutes"])


def r27(f, limits, on, since, table):
    status = f["custody_status"]
    if status not in OUT or need(f, "return_scanned"):
        return None
    return {"state": table["words"][f"custody.{status}"][0]}


def r29(f, limits, on, since, table):
    if f["first_fill"]:
        return None
    least = limits["lpg_hours" if matches(WEIGHED, f["kind"]) else "industrial_hours"]
    least = limits["vehicle_hours"] if f["kind"].startswith("vehicle_") else least
    hours = need(f, "hours_since_last_fill")
    return {"h": f"{hours:.1f}"} if hours < least else None


def r30(f, limits, on, since, table):
    if f.get("serial_matches") is False:
        return {}
    if not matches(WEIGHED, f["kind"]):
        return None
    gross, tare = need(f, "gross_before_g", "tare_g")
    return hit(gross < tare - limits["undershoot_kg"] * 1000)


def r31(f, limits, on, since, table):
    if f["residual_pressure"] and need(f, "contents_known"):
        return None
    return hit(not need(f, "purged"))


def r32(f, limits, on, since, table):
    if not f["first_fill"] and not need(f, "first_after_inspection"):
        return None
    return hit(not need(f, "purged"))


def r33(f, limits, on, since, table):
    return hit(f["residual_kg"] > limits["residual_kg"])


def r34(f, limits, on, since, table):
    limit = limit_of(f)
    if limit.get("reason") == "not_positive":
        raise ValueError
    if limit.get("reason"):
        raise NotKnown(MISSING[limit["reason"]])
    if limit.get("max_g") is not None:
        return {"max": f"{limit['max_g'] / 1000} kg"} if need(f, "target_g") > limit["max_g"] else None
    return {"max": f"{limit['max_kpa'] / 1000} MPa"} if need(f, "target_kpa") > limit["max_kpa"] else None


def r35(f, limits, on, since, table):
    return hit(not f["gas_batch_tested"] or need(f, "dme_percent") > 0)


CONDITIONS = {
    "R01": lambda f, *_: hit(f["code_status"] not in ("ok", "unknown", "void", "replaced")),
    "R02": lambda f, *_: hit(f["code_status"] == "unknown"),
    "R03": lambda f, *_: hit(f["code_status"] in ("void", "replaced")),
    "R04": lambda f, *_: hit(f["life_status"] == "draft"),
    "R05": lambda f, *_: hit(f["life_status"] in GONE),
    "R06": lambda f, *_: hit(f["life_status"] == "scrap_pending" or f["scrap_trigger"]),
    "R07": lambda f, *_: hit(f["life_status"] not in ("in_use", "draft", "scrap_pending", *GONE)),
    "R08": lambda f, limits, on, *_: {"due": written(f["next_due"])} if on > f["next_due"] else None,
    "R09": lambda f, *_: hit(not f["last_inspection_passed"]),
    "R10": r10,
    "R11": r11,
    "R12": lambda f, limits, on, *_: hit(on > need({**f, "made": f.get("final_end")}, "made")),
    "R13": r13,
    "R14": r14,
    "R15": r15,
    "R16": r16,
    "R17": r17,
    "R18": lambda *_: {},
    "R19": r19,
    "R20": r20,
    "R21": r21,
    "R22": lambda f, *_: {"item": "、".join(f["failed_check_items"])} if f["failed_check_items"] else None,
    "R23": r23,
    "R24": lambda f, *_: {"name": "、".join(f["invalid_staff"])} if f["invalid_staff"] else None,
    "R25": lambda f, *_: hit(f["filler"] == f["checker"]),
    "R27": r27,
    "R29": r29,
    "R30": r30,
    "R31": r31,
    "R32": r32,
    "R33": r33,
    "R34": r34,
    "R35": r35,
    "R37": lambda f, *_: hit(f["insurance_pilot"] and not need(f, "insurance_valid")),
    "R39": lambda f, limits, *_: hit(
        abs(f["clock_skew_seconds"]) > limits["skew_seconds"] or f["offline_cache_hours"] > limits["cache_hours"]
    ),
    "R40": lambda f, *_: hit(f["passengers_aboard"] or not f["plate_matches"]),
    "R41": lambda f, *_: hit(f["life_status"] == "transferred"),
}


def limit_of(facts):
    """`max_g` or `max_kpa` (acetylene both), or the `reason` why there is none."""
    limit = facts.get("limit") or {}
    if limit.get("reason"):
        return limit
    terms = limit.get("by_temperature")
    if terms is None:
        names = (("max_kg", "max_g"), ("max_mpa", "max_kpa"))
        return {to: Decimal(limit[name]) * 1000 for name, to in names if name in limit}
    if facts.get("temperature_c") is None:
        return {"reason": "temperature_missing"}
    celsius, nominal = Decimal(facts["temperature_c"]), Decimal(terms["mpa"])
    if not Decimal(terms["min_c"]) <= celsius <= Decimal(terms["max_c"]):
        return {"reason": "temperature_out_of_range"}
    pressure = nominal + Decimal(terms["slope_mpa_per_k"]) * (celsius - Decimal(terms["reference_c"]))
    pressure = min(pressure, nominal * Decimal(terms["max_ratio"]))
    return {"max_kpa": (pressure * 100).to_integral_value(ROUND_FLOOR) * 10}


def vehicle(facts):
    return need(facts, "kind").startswith("vehicle_")


def flag(value):
    return None if value is None else str(value) == "1"


def matches(patterns, kind):
    """Names separated by blanks; `*` stands for any ending, `!` takes kinds away."""
    if any(fnmatchcase(kind, each[1:]) for each in patterns.split() if each.startswith("!")):
        return False
    wanted = [each for each in patterns.split() if not each.startswith("!")]
    return not wanted or any(fnmatchcase(kind, each) for each in wanted)


def same(one, other, media):
    """Whether two media are the same gas; a family stands for its members."""
    families = [media.get(each, ["", "", ""])[2] for each in (one, other)]
    return one == other or one == families[1] or other == families[0]


def day_number(moment):
    """20261124, in the city."""
    day = moment.astimezone(CITY)
    return day.year * 10000 + day.month * 100 + day.day


def written(day):
    return f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}"


def after_years(day, years):
    """The last day of so many whole years from a day."""
    year, month, of = day // 10000 + years, day // 100 % 100, day % 100
    end = datetime(year, month, min(of, monthrange(year, month)[1])) - timedelta(days=1)
    return end.year * 10000 + end.month * 100 + end.day


def split(text):
    """Code and mac of a bare code, `code.mac` or the address of a label."""
    plain = text.strip().upper().split("?")[0].split("#")[0].rstrip("/")
    before, slash, last = plain.rpartition("/")
    if slash and before.rpartition("/")[2] != "Q":
        return "", ""
    code, _, mac = last.partition(".")
    strip = str.maketrans("OIL", "011", " -")
    return code.translate(strip), mac.translate(strip)


def is_code(code):
    return len(code) == 16 and code.startswith("SZ") and set(code[2:]) <= set(ALPHABET) and code[14:].isdigit()


def good_check(code):
    """ISO 7064 MOD 97-10 over two digits a character."""
    number = int("".join(f"{ALPHABET.index(each):02}" for each in code[:14]))
    return f"{98 - number * 100 % 97:02}" == code[14:]
