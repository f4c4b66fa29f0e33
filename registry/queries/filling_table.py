"""The decision table of filling as data: what a program needs to judge as the registry does, without a network."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.queries import gun_facts
from registry.queries.filling_judging import CHECK_RULES, GUN_RULES, OPTIONAL
from registry.rules import tables
from registry.rules.filling import FILL, row_limits

# Traces of copied codes at other stations are only known with a network; the register looks when the fill arrives.
ONLINE_ONLY = ("R28",)


def table(actor: Actor, on: date) -> dict[str, Any]:
    """The table of a day, for whoever may ask rules."""
    policy.require(actor, "rule.ask")
    return of_day(on)


def of_day(on: date) -> dict[str, Any]:
    """`rules` with the office's severities, `ask` (which of them when), `facts`, `words`, `media`, `items` of the check
    before filling; `edition` changes whenever anything in it does."""
    values = gun_facts.parameters_of(on)
    severities, limits = gun_facts.severities(values, (), on), gun_facts.limits(values)
    found: dict[str, Any] = {
        "rules": [_rule(row, severities, limits) for row in tables.rows("filling_rules", on) if row["stage"] == FILL],
        "ask": {
            "look": [rule for rule in GUN_RULES if rule not in ONLINE_ONLY] + ["R39"],
            "fill": [*CHECK_RULES, "R25", "R34"],
            "optional": {rule: fact for rule, fact in OPTIONAL.items() if rule != "R39"},
        },
        "facts": {row["fact"]: [row["zh"], row["en"]] for row in tables.rows("filling_facts", on)},
        "words": {row["key"]: [row["zh"], row["en"]] for row in tables.rows("cylinder_words", on)},
        "media": {row["medium"]: [row["zh"], row["en"], row["family"]] for row in tables.rows("medium_groups", on)},
        "items": [_item(row) for row in tables.rows("precheck_items", on)],
    }
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    return {"edition": hashlib.sha256(text.encode()).hexdigest()[:16], **found}


def _rule(row: tables.Row, severities: dict[str, str], limits: dict[str, dict[str, Decimal]]) -> dict[str, Any]:
    return {
        "rule": row["rule"],
        "severity": severities.get(row["rule"], row["severity"]),
        "code": row["code"],
        "kinds": row["kinds"],
        "needs": row["needs"].split(),
        "limits": {name: str(value) for name, value in {**row_limits(row), **limits.get(row["rule"], {})}.items()},
        "since": int(row["since"].replace("-", "")),
        "basis": row["basis"],
        "zh": row["zh"],
        "en": row["en"],
    }


def _item(row: tables.Row) -> dict[str, Any]:
    facts = dict(cell.split("=") for cell in row["fact"].split())
    answers = ("ok", "not_ok", "n_a")
    return {
        "item": row["item"],
        "zh": row["zh"],
        "en": row["en"],
        "read_by": row["read_by"],
        "needs": row["needs"],
        "facts": {fact: dict(zip(answers, says.split("/"), strict=True)) for fact, says in facts.items()},
    }
