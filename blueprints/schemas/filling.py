"""Fills at the border. The interface speaks g and kPa, the page at the gun kg and MPa."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields

from blueprints.errors import plain
from blueprints.filters import say
from blueprints.schemas.base import BatchIn, In, Out, PageIn, Rows
from blueprints.schemas.cylinders import Called
from blueprints.schemas.fields import Choice, CodeText, Day, Integer, Moment, Ref, Text
from blueprints.schemas.quick import Quick
from blueprints.schemas.scans import Findings
from registry.errors import Invalid, Refused, RegistryError
from registry.rules.filling_items import NOT_APPLICABLE, NOT_OK, OK
from registry.rules.kinds import MEDIA
from registry.services.fill_writing import net_g
from registry.services.filling import LONGEST_BATCH, Outcome, Recorded

STATED = frozenset((OK, NOT_OK, NOT_APPLICABLE))
ANSWERS = {True: OK, False: NOT_OK, "pass": OK, "fail": NOT_OK, "na": NOT_APPLICABLE}


class Checks(fields.Field[dict[str, str]]):
    """Items of the check before filling -> ok | not_ok | n_a. Items of the station's own are kept as they are."""

    default_error_messages = {"invalid": _("请按 检查项: ok、not_ok 或 n_a 填写")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > 60:
            raise self.make_error("invalid")
        for item, answer in value.items():
            if type(answer) is not str or answer not in STATED or type(item) is not str or not 0 < len(item) <= 40:
                break
        else:  # as they usually come
            return dict(value)
        found = {}
        for item, answer in value.items():
            known = ANSWERS.get(answer, answer) if isinstance(answer, bool | str) else None
            if not isinstance(item, str) or not 0 < len(item) <= 40 or known not in STATED:
                raise self.make_error("invalid")
            found[item] = str(known)
        return found


class FillingIn(Quick):
    """A fill. Masses in g, pressure in kPa, `filler` and `checker` are logins; `ended_at` now when left out."""

    ref = Ref()
    code = CodeText()
    gun = Text(required=True, max=40)
    medium = Called(MEDIA)
    checks = Checks(allow_none=True, metadata={"type": "object", "additionalProperties": {"type": "string"}})
    gross_before_g = Integer(min=0, max=5_000_000)
    gross_after_g = Integer(min=0, max=5_000_000)
    pressure_kpa = Integer(min=0, max=200_000)
    temperature_c = Integer(min=-60, max=80)
    started_at = Moment(required=True)
    ended_at = Moment()
    filler = Text(required=True, max=40)
    checker = Text(required=True, max=40)
    clip = Text(max=200, metadata={"description": "device, channel and time of the video"})
    purged = fields.Boolean(allow_none=True, metadata={"description": "evacuated or purged before this fill"})
    passengers_aboard = fields.Boolean(allow_none=True)
    plate = Text(max=40, metadata={"description": "plate of the vehicle that stands at the gun"})
    reading_before = Text(max=40, metadata={"description": "ref of the scale's signed reading before filling"})
    reading_after = Text(max=40, metadata={"description": "ref of the signed reading after filling"})
    device_now = Moment(metadata={"description": "the sender's clock at sending"})
    offline = fields.Boolean(load_default=False)
    snapshot_hours = Integer(min=0, max=9999, metadata={"description": "age of the list it was judged by offline"})


class FillingBatchIn(BatchIn):
    """Up to 1,000 fills: `{"fillings": [...]}`, or the bare list."""

    under = "fillings"
    fillings = Rows(most=LONGEST_BATCH)


class FillingOut(Out):
    """A fill on record. The net mass is what was put in."""

    id = fields.Integer(attribute="filling.id")
    ref = fields.String(attribute="filling.ref")
    verdict = fields.String(attribute="verdict.answer")
    scanned = fields.Boolean(attribute="filling.scanned")
    net_g = fields.Integer(attribute="filling.net_g")
    pressure_kpa = fields.Integer(attribute="filling.pressure_kpa")
    filled_on = fields.Date(attribute="filling.filled_on")
    findings = Findings(attribute="verdict")


def shown(recorded: Recorded, to: str) -> dict[str, Any]:
    """What `FillingOut` makes of a fill, in the language `to`; written out, since batches come by the thousand."""
    row, verdict = recorded.row, recorded.verdict
    return {
        "id": row["id"],
        "ref": row["ref"],
        "verdict": verdict.answer,
        "scanned": row["scanned"],
        "net_g": net_g(row),
        "pressure_kpa": row["pressure_kpa"],
        "filled_on": row["filled_on"].isoformat(),
        "findings": [finding.to_dict(to) for finding in verdict.findings],
    }


class BatchOut(Out):
    """One result for each row, in the order sent: `ref`, `status`, and the fill or what is wrong."""

    results = fields.List(fields.Dict())


FILLING_IN = FillingIn()


def load_rows(rows: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any]]]:
    """The rows that can be read, each with its `position`; and what is wrong with the others, by position."""
    good, bad = [], {}
    for position, row in enumerate(rows):
        try:
            good.append({"position": position, "data": FILLING_IN.load(row)})
        except ValidationError as error:
            errors = plain(error.normalized_messages())
            bad[position] = {"ref": row.get("ref"), "status": 422, "type": "invalid-input", "errors": errors}
    return good, bad


def result(outcome: Outcome, to: str) -> dict[str, Any]:
    """One row's answer, in the language `to`."""
    if outcome.recorded is not None:
        return {**shown(outcome.recorded, to), "status": 200 if outcome.recorded.replay else 201}
    error = outcome.error or RegistryError()
    answer: dict[str, Any] = {
        "ref": outcome.ref,
        "status": error.status,
        "type": error.type,
        "detail": say(error.detail),
    }
    if isinstance(error, Refused):
        answer["findings"] = [finding.to_dict(to) for finding in error.verdict.findings]
    if isinstance(error, Invalid):
        answer["errors"] = plain(error.errors)
    return answer


class GunForm(In):
    """Which gun the screen stands at; kept in the address of the page."""

    gun = Text(required=True, max=40, label=_("充装枪号"), hint=_("枪或秤上的编号"))
    medium = Called(MEDIA, label=_("充装介质"), hint=_("已登记的枪不必选择"))


class FillingFilter(PageIn):
    """Filters of the list of fills."""

    q = Text(max=60, label=_("编号、钢印号或充装单位"), load_default=None)
    since = Day(label=_("从"), load_default=None)
    until = Day(label=_("到"), load_default=None)
    scanned = Choice((("yes", _("已扫码")), ("no", _("未扫码"))), label=_("充前扫码"), load_default=None)
