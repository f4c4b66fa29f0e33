"""What the pages of a policy do with what was typed: the codes of all sources together, units and shares by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from blueprints.forms import Form, split_lines
from blueprints.schemas import policies as schemas
from blueprints.sessions import actor
from registry import clock
from registry.errors import Invalid
from registry.exchange.code_list import codes_of
from registry.exchange.reading import UnreadableSheet
from registry.messages import T
from registry.queries import policies as queries
from registry.queries import policy_codes, policy_drafts
from registry.queries.policy_drafts import Check
from registry.services import policies

PICK_PREFIX = "pick-"
MOST_PICKED = 2000


def is_final() -> bool:
    """Whether the form was sent to record, not to check or to choose."""
    return request.method == "POST" and request.form.get("step", "record") == "record"


def sent() -> tuple[MultiDict[str, str], list[str]]:
    """What was sent, with the codes of an uploaded file and those that were ticked added to the typed ones, and those
    whose tick was taken away left out; and what is wrong with the file."""
    typed = MultiDict(request.form)
    codes, problems = split_lines(typed.get("codes", "")), []
    upload = request.files.get("file")
    if upload and upload.filename:
        try:
            codes += codes_of(upload.filename, upload.read())
        except UnreadableSheet as error:
            problems = list(error.errors["file"])
    listed, picked = set(typed.poplist("listed")), typed.poplist("picked")
    codes = [code for code in codes if code not in listed or code in picked] + picked
    typed["codes"] = "\n".join(dict.fromkeys(codes))
    return typed, problems


def form_of(initial: Mapping[str, Any] | None = None) -> Form:
    """The form of a policy, as sent or with first values (money in fen)."""
    choices = {"insurers": queries.insurers()}
    if request.method != "POST":
        return Form(schemas.PolicyForm(), _in_yuan(initial or {}), choices)
    typed, problems = sent()
    form = Form(schemas.PolicyForm(), choices=choices, sent=typed)
    form.show({"file": problems} if problems else {})
    return form


def _in_yuan(values: Mapping[str, Any]) -> dict[str, Any]:
    yuan = {name: values[f"{name}_fen"] / 100 for name in schemas.MONEY if values.get(f"{name}_fen") is not None}
    first: dict[str, Any] = {"subject": "elevator", "basis": "per_item_year", "covers": ["accident", "trapped"]}
    return {**first, **{name: value for name, value in values.items() if value is not None}, **yuan}


def check_of(form: Form) -> Check | None:
    """The lines of the form checked, with the premiums as far as what is typed allows; None without lines."""
    texts = [str(text) for text in form["codes"].value or []]
    if not texts:
        return None
    terms: dict[str, Any] = {"subject": form["subject"].value or "elevator", "holder_type": form["holder_type"].value}
    for name in ("starts_on", "ends_on", "limit_per_accident"):
        terms[name] = schemas.readable(schemas.PolicyForm, name, form[name].value)
    terms["limit_per_accident_fen"] = schemas.fen(terms.pop("limit_per_accident"))
    return policy_drafts.check(actor(), texts, terms, clock.today())


def record(data: dict[str, Any]) -> Any:
    """Find the units by what they are called, then record; refused amounts stand beside the fields in yuan."""
    holder_id = queries.holder(actor(), data.pop("holder", None))
    if holder_id is None:
        raise Invalid.field("holder", T("没有这个单位，请填写登记的全称或统一社会信用代码"))
    lines = policy_codes.look(actor(), data["subject"], data["codes"])
    if wrong := policy_codes.wrong(lines):
        raise Invalid.field("codes", T("有{count}行不能用，下面逐行说明，请改正或删去", count=len(wrong)))
    values = {**data, "holder_id": holder_id, "co_insurers": shares(data.pop("co_insurers", None) or "")}
    try:
        return policies.record(actor(), values)
    except Invalid as error:
        raise Invalid(schemas.in_yuan(error.errors), error.detail) from None


def shares(text: str) -> list[dict[str, Any]]:
    """The co-insurers from lines of name and percent."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _blank, percent = line.replace("\u3000", " ").rpartition(" ")
        number = percent.strip().rstrip("%％")
        unit_id = queries.unit_id(name.strip())
        if not number.replace(".", "", 1).isdecimal():
            raise Invalid.field("co_insurers", T("“{line}”没有写份额，例如 某某财产保险 30%", line=line[:60]))
        if unit_id is None:
            raise Invalid.field("co_insurers", T("没有登记过“{name}”", name=name.strip()[:60]))
        found.append({"insurer_id": unit_id, "percent": number})
    return found
