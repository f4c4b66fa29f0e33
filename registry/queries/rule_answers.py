"""What the law would say: questions to the pure rules that read no register and record nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.errors import Invalid
from registry.messages import T
from registry.queries import cylinder_terms
from registry.rules import accidents, cylinder_marks, cylinders, inspection, maintenance, offences, premiums
from registry.rules import risk as risks
from registry.rules import supervision_draw as draws
from registry.rules.dates import day_stamp_end
from registry.rules.filling import FILL, FillingVerdict, judge
from registry.rules.filling_facts import FillingFacts
from registry.rules.inspection_orders import Order, shifted
from registry.rules.inspection_standing import Origin, Record, standing
from registry.rules.kinds import ELEVATOR_KINDS

FACTS = tuple(field.name for field in fields(FillingFacts))


def elevator_inspection(actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The duty to show on a day (elevators.md §4.1, §4.2).

    `{base, month_anchor?, done: [years], on}`, or in place of month and years `records: [{kind, done_on,
    conclusion?}]`; without `base` the first known of `registered_on, in_use_since, made_on`, and the answer says that
    the base is estimated; `orders: [{due_from, due_to, shift_months}]` of the province move the due month.
    """
    policy.require(actor, "rule.ask")
    on = asked["on"]
    origin = Origin(asked.get("base"), asked.get("registered_on"), asked.get("in_use_since"), asked.get("made_on"))
    known = [Record(**given) for given in asked.get("records") or ()]
    found = standing(origin, [record for record in known if record.done_on <= on])
    if found is None:
        raise Invalid.field("base", T("请填写起算日，或者登记、投用、制造日期中的一个"))
    if on < found.base.day:
        raise Invalid.field("on", T("不能早于起算日"))
    anchor = asked.get("month_anchor") or found.month_anchor
    due = inspection.duty(found.base.day, anchor, {*found.done_years, *(asked.get("done") or ())}, on)
    given_orders = [Order(**given, since=date.min) for given in asked.get("orders") or ()]
    moved, order = shifted(due.due_by, given_orders, on)
    return {
        **{name: getattr(due, name) for name in ("year", "kind", "opens", "missed", "basis")},
        "due": f"{moved:%Y-%m}",
        "state": due.state if order is None else _moved_state(due, moved, on),
        "apply_by": inspection.apply_by(moved) if due.apply_by else None,
        "base": found.base.day,
        "base_estimated": found.base.estimated,
    }


def _moved_state(due: inspection.Duty, moved: date, on: date) -> str:
    """The state of a duty whose month an order has moved; the window opens as it would have, or with the month."""
    if on > moved:
        return "overdue"
    if (on.year, on.month) == (moved.year, moved.month):
        return "due"
    return "open" if on >= min(due.opens_on, moved.replace(day=1)) else "later"


def maintenance_plan(actor: Actor, asked: Mapping[str, Any]) -> maintenance.Plan:
    """`{kind, last: {cycle: day}, taken_over, on}` -> what is due (elevators.md §2.2)."""
    policy.require(actor, "rule.ask")
    if asked["kind"] not in ELEVATOR_KINDS:
        raise Invalid.field("kind", T("请从列表中选择"))
    last = {cycle: day for cycle, day in (asked.get("last") or {}).items() if day is not None}
    return maintenance.plan(asked["kind"], last, asked["taken_over"], asked["on"])


def cylinder_dates(actor: Actor, asked: Mapping[str, Any]) -> cylinders.Dates:
    """`{kind, medium?, environment?, high_purity?, made, last_inspection?, service_life_years?, assessment_passed?,
    taxi?, on?}` -> interval, next inspection, service end, final end (cylinders.md §2), with
    the office's choices of the day."""
    policy.require(actor, "rule.ask")
    on = asked.get("on") or clock.today()
    terms = cylinder_terms.chosen(on)
    given = cylinders.CylinderDates(
        kind=asked["kind"],
        made=asked["made"],
        medium=asked.get("medium"),
        environment=asked.get("environment"),
        high_purity=bool(asked.get("high_purity")),
        last_inspection=asked.get("last_inspection"),
        service_life_years=asked.get("service_life_years"),
        assessment_passed=asked.get("assessment_passed"),
        taxi=bool(asked.get("taxi")),
        month_stamp_valid_through=terms.month_stamp,
        medium_groups=terms.groups,
    )
    return cylinders.dates(given, on)


@dataclass(frozen=True)
class LimitAnswer:
    """The most a cylinder may hold, and what goes with it: the usual net mass of a published LPG size, the least
    residual pressure, and of acetylene the solvent and the pressures. None where there is none."""

    limit: cylinders.FillLimit
    nominal_kg: Decimal | None = None
    residual_mpa: Decimal | None = None
    acetone_kg: Decimal | None = None
    settled_mpa_15c: Decimal | None = None
    settle_hours: Decimal | None = None


def fill_limit(actor: Actor, asked: Mapping[str, Any]) -> LimitAnswer:
    """`{kind?, medium, volume_l, working_pressure_mpa?, porosity?, temperature_c?, on?}` -> the most it may hold."""
    policy.require(actor, "rule.ask")
    on, medium = asked.get("on") or clock.today(), asked["medium"]
    limit = _limit(asked, on)
    is_lpg = cylinders.same_medium(medium, "lpg", on)
    model = cylinder_marks.model_of(asked.get("volume_l"), on) if is_lpg and limit.max_kg is not None else None
    residual = cylinder_marks.least_residual_mpa(medium, asked.get("temperature_c"), on)
    nominal = model.nominal_kg if model else None
    if limit.max_kg is None or medium != "acetylene":
        return LimitAnswer(limit, nominal, residual)
    terms = cylinder_marks.acetylene_terms(on)
    acetone = terms["acetone_kg_per_l"] * asked["porosity"] * asked["volume_l"]
    return LimitAnswer(limit, nominal, residual, acetone, terms["settled_mpa_15c"], terms["settle_hours"])


def _limit(asked: Mapping[str, Any], on: date) -> cylinders.FillLimit:
    return cylinders.fill_limit(
        asked.get("kind"),
        asked["medium"],
        asked.get("volume_l"),
        asked.get("working_pressure_mpa"),
        asked.get("porosity"),
        asked.get("temperature_c"),
        on,
    )


@dataclass(frozen=True)
class PremiumAnswer:
    """The premium of a year and of a term, and what each party bears of the term's, all in fen."""

    year: premiums.Premium
    fen: int
    sharing: str
    shares: Mapping[str, int]


def premium(actor: Actor, asked: Mapping[str, Any]) -> PremiumAnswer:
    """`{kind, place_type?, made_on?, first_year?, insured_years?, claims?, limit_per_accident_fen?, starts_on,
    ends_on?, sharing?, scheme?}` -> the premium by the factor table (elevators.md §7)."""
    policy.require(actor, "rule.ask")
    starts_on = asked["starts_on"]
    ends_on = asked.get("ends_on") or day_stamp_end(starts_on, 1)
    if ends_on < starts_on:
        raise Invalid.field("ends_on", T("保险止期不能早于起期"))
    facts = premiums.Facts(
        kind=asked["kind"],
        place_type=asked.get("place_type"),
        made_on=asked.get("made_on"),
        first_year=bool(asked.get("first_year")),
        insured_years=asked.get("insured_years") or 0,
        claims=asked.get("claims") or 0,
        limit_fen=asked.get("limit_per_accident_fen"),
    )
    year = premiums.premium(facts, starts_on, asked.get("scheme") or premiums.SCHEME)
    fen = premiums.for_term(year.fen, starts_on, ends_on)
    sharing = asked.get("sharing") or premiums.sharing_of(facts.place_type)
    return PremiumAnswer(year, fen, sharing, premiums.split(fen, sharing, starts_on))


def filling(actor: Actor, asked: Mapping[str, Any]) -> FillingVerdict:
    """`{facts..., on, rules?, stage?}` -> verdict, code and findings of the decision table (cylinders.md §6).

    A fact left out is not known, and a rule that needs it says so.
    """
    policy.require(actor, "rule.ask")
    facts = FillingFacts(**{name: asked[name] for name in FACTS if asked.get(name) is not None})
    try:
        return judge(facts, asked["on"], rules=asked.get("rules") or None, stage=asked.get("stage") or FILL)
    except ValueError:
        raise Invalid.field("rules", T("没有这样的充装规则")) from None


def risk(actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
    """`{kind: elevator | station | lec | ls, factors..., on?}` -> points, scales, score, level, floors (§3)."""
    policy.require(actor, "rule.ask")
    on = asked.get("on") or clock.today()
    kind = asked["kind"]
    empty: dict[str, Any] = {"points": None, "factors": [], "floors": []}
    if kind == "ls":
        likelihood, severity = asked.get("likelihood"), asked.get("severity")
        if likelihood is None or severity is None or likelihood != int(likelihood) or not 1 <= likelihood <= 5:
            raise Invalid.field("likelihood", T("请填写1至5的可能性和严重性"))
        matrix, level = risks.ls(int(likelihood), severity, on)
        return {
            **empty,
            "likelihood": likelihood,
            "consequence": Decimal(severity),
            "score": Decimal(matrix),
            "level": level,
        }
    if kind == "lec":
        scales = {name: _scale(name, asked.get(name), on) for name in ("likelihood", "exposure", "consequence")}
        score, level = risks.lec(scales["likelihood"], scales["exposure"], scales["consequence"], on)
        return {**empty, **scales, "score": score, "level": level}
    for name in ("exposure", "consequence"):
        known = [row["class"] for row in risks.classes(kind, name, on)]
        if asked.get(name) not in known:
            raise Invalid.field(name, T("请选择：{known}", known="、".join(known)))
    found = risks.grade(kind, asked, on)
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def _scale(name: str, given: Any, on: date) -> Decimal:
    """A value of a scale of LEC: only those of the table count."""
    for row in risks.classes("lec", name, on):
        if (given is not None and str(given).strip() == row["class"]) or given == Decimal(row["value"]):
            return Decimal(row["value"])
    known = "、".join(row["class"] for row in risks.classes("lec", name, on))
    raise Invalid.field(name, T("请选择：{known}", known=known))


def accident_grade(actor: Actor, asked: Mapping[str, Any]) -> accidents.Graded:
    """The measures of an accident -> its grade and the reasons (§7.1)."""
    policy.require(actor, "rule.ask")
    return accidents.grade(asked, asked.get("on") or clock.today())


def offence(actor: Actor, asked: Mapping[str, Any]) -> list[offences.Judgement]:
    """What the law of the day of the act says of each offence that fits (§4.5): `{finding? | offence?, acted_on?,
    ended_on?, found_on?, ordered?, uncorrected?, harmed?, serious?, fine_yuan?}`.

    Raises:
        Invalid: neither a finding nor an offence, or none of that day; an act after it was found.
    """
    policy.require(actor, "rule.ask")
    today = clock.today()
    facts = offences.facts_of({"acted_on": today, "found_on": today, **asked})
    if facts.acted_on > facts.found_on:
        raise Invalid.field("acted_on", T("违法行为不能晚于发现日期"))
    law = facts.ended_on or facts.acted_on
    known = offences.offences(law)
    if asked.get("offence"):
        fitting = [known[asked["offence"]]] if asked["offence"] in known else []
    elif asked.get("finding") in offences.findings(law):
        fitting = offences.fitting(asked["finding"], law)
    else:
        fitting = []
    if not fitting:
        raise Invalid.field("offence" if asked.get("offence") else "finding", T("请选择当时有效的违法行为"))
    return [offences.judge(one, facts) for one in fitting]


def supervision_draw(actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A draw of supervision inspections made again (SAMR order 57 art. 9): `{seed, size, key_units, team, pool,
    people}` -> what is drawn, each unit with its lot, and the digest of the pool."""
    policy.require(actor, "rule.ask")
    pool = [
        draws.Entry(each["key"], each["weight"], tuple(each["reasons"]), each.get("list") or "", each.get("area") or "")
        for each in asked["pool"]
    ]
    if len({entry.key for entry in pool}) < len(pool):
        raise Invalid.field("pool", T("同一个单位出现了两次"))
    people = [draws.Inspector(each["id"], "", each.get("area") or "") for each in asked.get("people") or ()]
    drawn = draws.draw(asked["seed"], pool, asked["size"], asked.get("key_units") or 0, people, asked.get("team") or 0)
    return {
        "method": draws.METHOD,
        "pool_digest": draws.digest(pool),
        "drawn": [
            {
                "key": each.entry.key,
                "lot": draws.lot(asked["seed"], each.entry.key, each.entry.weight),
                "people": list(each.people),
            }
            for each in drawn
        ],
    }
