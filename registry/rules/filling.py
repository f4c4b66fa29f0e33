"""May this cylinder be filled now, here? The decision table of the filling rules, judged row by row.

Every rule is asked and every hit returned. A fact a rule needs and does not have, and an error inside a
rule, deny: nothing that is not known to be right opens a gun.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from registry.rules import filling_checks, tables
from registry.rules.cylinders import FillLimit, kind_matches, reason_text
from registry.rules.filling_conditions import CONDITIONS, Context, Hit, NotKnown
from registry.rules.filling_facts import FillingFacts
from registry.rules.verdict import Finding, Verdict

FILL, RELEASE = "fill", "release"
ALLOWED_CODE, ALLIANCE_CODE, DENIED_CODE = "00", "09", "02"
IDENTITY_RULES = ("R01", "R02")  # while one of them blocks there is no cylinder whose facts could be known
FIRST_RULES = tuple(f"R{number:02}" for number in range(1, 19))


@dataclass(frozen=True, slots=True)
class FillingVerdict:
    """The verdict with the two-digit code of older gun gateways and the limits of the gun.

    Only `00` and `09` open a gun. Limits are None unless allowed: `max_kg` total contents,
    `stop_at_kg` the gross mass at which the scale stops, `max_pressure_mpa` the settled pressure.
    """

    verdict: Verdict
    code: str
    max_kg: Decimal | None = None
    max_pressure_mpa: Decimal | None = None
    stop_at_kg: Decimal | None = None

    @property
    def allowed(self) -> bool:
        return self.verdict.allowed

    @property
    def answer(self) -> str:
        return self.verdict.answer


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule that was hit answered: its finding, and whether that is about a missing fact."""

    finding: Finding
    not_known: bool = False


def judge(
    facts: FillingFacts,
    on: date,
    *,
    rules: Collection[str] | None = None,
    severities: Mapping[str, str] | None = None,
    limits: Mapping[str, Mapping[str, Decimal]] | None = None,
    stage: str = FILL,
) -> FillingVerdict:
    """Judge a filling (or, with `stage=RELEASE`, the leaving of the station) by the rows of a day.

    `rules` are the rules to ask, None = all of the stage. `severities` and `limits` are the office's own
    values by rule; a severity must be one its row offers, a limit one its row has. Raises ValueError for
    a rule, severity or limit the table does not know.
    """
    office = tuple((rule, tuple(own.items())) for rule, own in (limits or {}).items())
    wanted = None if rules is None else frozenset(rules)
    prepared = _prepared(on, stage, wanted, tuple((severities or {}).items()), office)
    if not prepared:
        return _deny_without_rules(on)
    verdict = Verdict.of(_to_report(_answers(prepared, facts, on)))
    if not verdict.allowed:
        return FillingVerdict(verdict, _denial_code(verdict))
    hits = {f.rule for f in verdict.findings}
    limit = _limit(facts, on)
    return FillingVerdict(
        verdict,
        ALLIANCE_CODE if "R14" in hits else ALLOWED_CODE,
        limit.max_kg,
        limit.max_pressure_mpa,
        _stop(facts, limit.max_kg),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """A row of the decision table as it is asked on a day: read once, asked at every cylinder."""

    row: tables.Row
    rule: str
    severity: str
    kinds: str
    needs: tuple[str, ...]
    context: Context


@lru_cache(maxsize=256)
def _prepared(
    on: date,
    stage: str,
    rules: frozenset[str] | None,
    severities: tuple[tuple[str, str], ...],
    limits: tuple[tuple[str, tuple[tuple[str, Decimal], ...]], ...],
) -> tuple[_Question, ...]:
    """The questions of a day, a stage and the office's own values. The tables never change while a process runs."""
    chosen, own = dict(severities), {rule: dict(values) for rule, values in limits}
    _check_office_values(rules, chosen, own)
    rows = [row for row in tables.rows("filling_rules", on) if row["stage"] == stage]
    return tuple(
        _Question(
            row,
            row["rule"],
            _severity(row, chosen),
            row["kinds"],
            (*(["kind"] if row["kinds"] else []), *row["needs"].split()),
            Context(on, date.fromisoformat(row["since"]), _limits(row, own)),
        )
        for row in rows
        if rules is None or row["rule"] in rules
    )


_NAMES = tuple(field.name for field in fields(FillingFacts))
_values = attrgetter(*_NAMES)


def _unknown_facts(facts: FillingFacts) -> frozenset[str]:
    return frozenset([name for name, value in zip(_NAMES, _values(facts), strict=True) if value is None])


def _answers(questions: Sequence[_Question], facts: FillingFacts, on: date) -> list[Asked]:
    """What the rules answer to a cylinder of their kinds, of those that are hit. In one loop: a gun asks more than
    thirty of them at every scan, and hardly ever is one hit."""
    unknown, kind = _unknown_facts(facts), facts.kind
    answers = []
    for question in questions:
        if question.kinds and kind is not None and not kind_matches(question.kinds, kind):
            continue
        if not unknown.isdisjoint(question.needs):
            answers.append(_lacking(question, [fact for fact in question.needs if fact in unknown], on))
            continue
        try:
            found = CONDITIONS[question.rule](facts, question.context)
            if found is not None:
                answers.append(Asked(_hit(question.row, question.severity, found)))
        except NotKnown as lacking:
            answers.append(_lacking(question, [lacking.fact], on))
        except Exception:  # whatever goes wrong while judging must deny, not open the gun
            answers.append(Asked(_failed(question.row, on)))
    return answers


def _lacking(question: _Question, missing: list[str], on: date) -> Asked:
    return Asked(_unknown(question.row, question.severity, missing, on), not_known=True)


def _hit(row: tables.Row, severity: str, filled: Hit) -> Finding:
    chinese = {name: value if isinstance(value, str) else value[0] for name, value in filled.items()}
    english = {name: value if isinstance(value, str) else value[1] for name, value in filled.items()}
    texts = (row["zh"].format_map(chinese), row["en"].format_map(english))
    return _finding(row, severity, texts, row["code"])


def _unknown(row: tables.Row, severity: str, missing: list[str], on: date) -> Finding:
    key = "not_known" if severity in ("block", "hold") else "not_known_noted"
    chinese, english = (
        reason_text(key, on, language).format(
            facts=reason_text("list_separator", on, language).join(fact_name(f, on, language) for f in missing)
        )
        for language in ("zh", "en")
    )
    return _finding(row, severity, (chinese, english), _denying(row["code"]))


def _failed(row: tables.Row, on: date) -> Finding:
    texts = (reason_text("rule_failed", on), reason_text("rule_failed", on, "en"))
    chinese, english = (text.format(rule=row["rule"]) for text in texts)
    return _finding(row, "block", (chinese, english), _denying(row["code"]))


def _finding(row: tables.Row, severity: str, texts: tuple[str, str], code: str) -> Finding:
    return Finding(row["rule"], severity, *texts, row["basis"], row["certainty"], code)


def facts_of(rules: Collection[str] | None, on: date) -> tuple[str, ...]:
    """The names of all facts a set of rules may ask for, in the order of the fields."""
    rows = [row for row in tables.rows("filling_rules", on) if rules is None or row["rule"] in rules]
    asked = {fact for row in rows for fact in (row["needs"] + " " + row["may_need"]).split()}
    if any(row["kinds"] for row in rows):
        asked.add("kind")
    return tuple(f.name for f in fields(FillingFacts) if f.name in asked)


def fact_name(fact: str, on: date, language: str = "zh") -> str:
    """The name of a fact as the filler knows it."""
    row = tables.first("filling_facts", on, lambda row: row["fact"] == fact)
    return row["en" if language == "en" else "zh"] if row else fact


def _to_report(asked: Sequence[Asked]) -> list[Finding]:
    """All findings; without those on missing facts while the cylinder itself could not be identified."""
    unidentified = any(
        a.finding.rule in IDENTITY_RULES and a.finding.severity == "block" and not a.not_known for a in asked
    )
    return [a.finding for a in asked if not (unidentified and a.not_known)]


def _denying(code: str) -> str:
    return DENIED_CODE if code in (ALLOWED_CODE, ALLIANCE_CODE) else code


def _denial_code(verdict: Verdict) -> str:
    return _denying(verdict.findings[0].code or DENIED_CODE)


def _deny_without_rules(on: date) -> FillingVerdict:
    chinese, english = reason_text("no_rule", on), reason_text("no_rule", on, "en")
    return FillingVerdict(Verdict.of([Finding("R00", "block", chinese, english, code="02")]), DENIED_CODE)


def _limit(facts: FillingFacts, on: date) -> FillLimit:
    try:
        return filling_checks.limit_of(facts, on)
    except ValueError:  # a volume of nothing: no limit can be given
        return FillLimit()


def _stop(facts: FillingFacts, max_kg: Decimal | None) -> Decimal | None:
    """Tare of record plus the contents allowed: never from the empty weight, the residue counts as contents."""
    if facts.tare_kg is None or max_kg is None:
        return None
    return facts.tare_kg + (max_kg if facts.nominal_fill_kg is None else min(max_kg, facts.nominal_fill_kg))


def _severity(row: tables.Row, severities: Mapping[str, str]) -> str:
    return severities.get(row["rule"], row["severity"])


def _limits(row: tables.Row, limits: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    return {**row_limits(row), **limits.get(row["rule"], {})}


def row_limits(row: tables.Row) -> dict[str, Decimal]:
    """The limits of a rule row, by name."""
    pairs = (cell.split("=") for cell in row["limits"].split())
    return {name: Decimal(value) for name, value in pairs}


def _check_office_values(
    rules: Collection[str] | None,
    severities: Mapping[str, str],
    limits: Mapping[str, Mapping[str, Decimal]],
) -> None:
    known = {row["rule"]: row for row in tables.load("filling_rules")}
    unknown = ({*(rules or ())} | severities.keys() | limits.keys()) - known.keys()
    if unknown:
        raise ValueError(f"unknown filling rules: {', '.join(sorted(unknown))}")
    for rule, severity in severities.items():
        if severity not in known[rule]["adjustable"].split():
            raise ValueError(f"{rule} cannot be made {severity!r}")
    for rule, own in limits.items():
        if own.keys() - row_limits(known[rule]).keys():
            raise ValueError(f"{rule} has no such limit: {', '.join(own)}")
