"""Maintenance visits as they cross the border, in JSON and from the phone page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_dump, post_load, validate

from blueprints.filters import say
from blueprints.forms import flatten
from blueprints.schemas.base import AreaChoice, FindingOut, In, Out, PageIn, PositionIn
from blueprints.schemas.fields import COMMON, Choice, Day, Integer, Moment, Note, Number, Ref, Text
from blueprints.sessions import language, optional_actor
from registry import evidence, policy
from registry.messages import T
from registry.queries.visit_corrections import corrected_by
from registry.rules import identifiers
from registry.rules.maintenance import CYCLES, RESULTS

CYCLE_NAMES = {
    "half_month": T("半月"),
    "quarter": T("季度"),
    "half_year": T("半年"),
    "year": T("年度"),
}
CYCLE_CHOICES = [(cycle, CYCLE_NAMES[cycle]) for cycle in CYCLES]
STATES = [("to_confirm", T("待确认")), ("confirmed", T("已确认")), ("declined", T("已退回"))]
MOST_ANSWERS = 500
MOST_PEOPLE = 10


class Picture(fields.Field[Any]):
    """A photo or signature: the id of a stored file, or a `data:image/...;base64,...` address of at most 2 MB."""

    default_error_messages = {
        **COMMON,
        "format": _("照片或签名应为 JPEG、PNG 或 WebP 图片"),
        "size": _("照片不能超过2 MB"),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, metadata={"type": "string"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes | int:
        if isinstance(value, bytes):
            return self._checked(value)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise self.make_error("format")
        if isinstance(value, int) or (value.isdecimal() and len(value) < 10):
            return min(int(value), 2**31 - 1)
        try:
            return evidence.from_data_url(value)
        except evidence.PictureError as error:
            raise self.make_error(str(error)) from None

    def _checked(self, content: bytes) -> bytes:
        """What a form uploaded."""
        try:
            evidence.mime_of(content)
        except evidence.PictureError as error:
            raise self.make_error(str(error)) from None
        return content


class Photo(Picture):
    """A picture that a form uploads, see `sent_visit`."""

    def __init__(self, *, label: Any) -> None:
        super().__init__()
        self.metadata = {"label": label, "kind": "photo"}


class Drawn(Picture):
    """A signature drawn on the glass."""

    def __init__(self, *, label: Any) -> None:
        super().__init__()
        self.metadata = {"label": label, "kind": "hidden"}


class StampIn(In):
    """A check-in or check-out; `device_at` is what the phone's own clock said, `at` is corrected by the server's."""

    at = Moment(required=True)
    device_at = Moment()
    position = fields.Nested(PositionIn, allow_none=True)
    photo = Picture()


class WorkerIn(In):
    """A worker; the second one's own check-in, if he made one."""

    login = Text(required=True, max=40)
    at = Moment()
    position = fields.Nested(PositionIn, allow_none=True)


class SignatureIn(In):
    """A worker's signature."""

    worker = Text(max=40)
    image = Picture(required=True)


class Either(fields.Field[Any]):
    """A plain value, or an object with more beside it."""

    default_error_messages = {**COMMON, "invalid": _("内容有误")}

    def __init__(self, plain: fields.Field[Any], full: type[In], **options: Any) -> None:
        self.plain, self.full = plain, fields.Nested(full)
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        chosen = self.full if isinstance(value, Mapping) else self.plain
        return chosen.deserialize(value, attr, data, **kwargs)


class AnswerIn(In):
    """The answer to one item."""

    item = Text(required=True, max=40)
    result = Choice([(key, key) for key in RESULTS], required=True)
    value = Number(min=-1_000_000, max=1_000_000)
    note = Text(max=500)
    photo = Picture()


class PlateSeenIn(In):
    """What the worker saw where the plate of the 96366 platform belongs; without a code none that can be read."""

    code_seen = Text(max=8, check=identifiers.rescue_code)
    note = Text(max=200)
    photo = Picture()


class VisitIn(In):
    """A visit with its evidence; what is missing is kept as missing."""

    ref = Ref()
    elevator = Text(required=True, max=200)
    cycle = Choice(CYCLE_CHOICES, required=True)
    workers = fields.List(
        Either(Text(required=True, max=40), WorkerIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_PEOPLE),
        error_messages=COMMON,
    )
    check_in = fields.Nested(StampIn, allow_none=True)
    check_out = fields.Nested(StampIn, allow_none=True)
    answers = fields.List(fields.Nested(AnswerIn), load_default=list, validate=validate.Length(max=MOST_ANSWERS))
    signatures = fields.List(
        Either(Picture(required=True), SignatureIn), load_default=list, validate=validate.Length(max=MOST_PEOPLE)
    )
    plate = fields.Nested(PlateSeenIn, allow_none=True)
    device = Text(max=40)


class VisitCorrectionIn(In):
    """What people wrote, corrected; what the phones measured stays. Answers: those that change."""

    ref = Ref()
    reason = Note(required=True, max=4000)
    cycle = Choice(CYCLE_CHOICES)
    workers = fields.List(Text(required=True, max=40), validate=validate.Length(min=1, max=MOST_PEOPLE))
    answers = fields.List(fields.Nested(AnswerIn), validate=validate.Length(max=MOST_ANSWERS))


class CorrectForm(In):
    """A correction on its page; the items come beside it."""

    ref = Ref()
    reason = Note(required=True, max=4000, label=_("更正原因"))


class JoinIn(In):
    """A second worker's own check-in, from his own phone."""

    ref = Ref()
    elevator = Text(required=True, max=200)
    at = Moment(required=True)
    position = fields.Nested(PositionIn, allow_none=True)
    photo = Picture()
    signature = Picture()
    device = Text(max=40)


class ConfirmationIn(In):
    """The use unit's word on a visit."""

    accepted = fields.Boolean(required=True, error_messages={**COMMON, "invalid": _("请选择是或否")})
    reason = Note(max=500)
    note = Note(max=500)
    phone = Text(max=20)
    signature = Picture()
    device = Text(max=40)


class VisitFilter(PageIn):
    """What a list of visits may be narrowed to."""

    elevator = Text(max=200, label=_("电梯编码"))
    area = AreaChoice()
    company = Integer(min=1, label=_("维保单位"), kind="select", choices="companies")
    cycle = Choice(CYCLE_CHOICES, label=_("维保类型"))
    paperless = Choice([("yes", T("已计入")), ("no", T("未计入"))], label=_("无纸化"))
    state = Choice(STATES, label=_("使用单位"))
    since = Day(label=_("维保日期自"))
    until = Day(label=_("至"))

    @post_load
    def decide(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """`paperless` as yes or no."""
        return {**data, "paperless": data["paperless"] == "yes"} if data.get("paperless") else data


class VisitWorkerOut(Out):
    """A worker on a visit."""

    login = fields.String(attribute="person.login")
    name = fields.String(attribute="person.name")
    seconds_after_first = fields.Integer(allow_none=True)


class RecordedOut(Out):
    """What became of a visit that was sent."""

    id = fields.Integer()
    paperless = fields.Boolean()
    findings = fields.List(fields.Nested(FindingOut))

    @post_dump(pass_original=True)
    def speak(self, data: dict[str, Any], original: Any, **kwargs: Any) -> dict[str, Any]:
        """Put the findings in the caller's language."""
        data["findings"] = [evidence.finding_from(kept).to_dict(language()) for kept in original.findings]
        return data


class JoinOut(Out):
    """A second worker's own check-in; `visit` is null until his colleague's record has arrived."""

    id = fields.Integer()
    ref = fields.String()
    at = fields.AwareDateTime()
    metres = fields.Integer(allow_none=True)
    visit = fields.Integer(attribute="visit_id", allow_none=True)


class VisitOut(RecordedOut):
    """A visit with its evidence."""

    ref = fields.String()
    elevator = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    company = fields.String(attribute="company.name")
    company_id = fields.Integer()
    cycle = fields.String()
    done_on = fields.Date()
    started_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    received_at = fields.AwareDateTime()
    check_in_metres = fields.Function(lambda visit: visit.check_in["metres"])
    check_out_metres = fields.Function(lambda visit: visit.check_out["metres"])
    items = fields.Function(lambda visit: visit.answers["count"])
    normal = fields.Function(lambda visit: visit.answers["normal"])
    answers = fields.Function(lambda visit: visit.answers["others"])
    unanswered = fields.Function(lambda visit: visit.answers["unanswered"])
    confirmed_at = fields.AwareDateTime(allow_none=True)
    declined_reason = fields.String(allow_none=True)
    counts_from = fields.Date(allow_none=True)
    counts_until = fields.Date(allow_none=True)
    corrects = fields.Integer(attribute="corrects_id", allow_none=True)
    correction_reason = fields.String(allow_none=True)
    workers = fields.List(fields.Nested(VisitWorkerOut))

    @post_dump
    def withhold(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Leave out people for those who have no business with them."""
        who = optional_actor()
        if who is None or not policy.may(who, "visit.read_people"):
            data.pop("workers")
        return data


class VisitDetailOut(VisitOut):
    """One visit, with the record that corrects it."""

    corrected_by = fields.Function(lambda visit: corrected_by(visit.id), metadata={"type": "integer"})


class StartForm(In):
    """Which elevator a visit begins at."""

    code = Text(required=True, max=2000, label=_("电梯二维码或编号"))
    cycle = Choice(CYCLE_CHOICES)


class VisitForm(In):
    """The phone page of a visit; its items come beside it, see `answers_of`."""

    ref = Ref()
    at = Moment(required=True, kind="hidden", label=_("签到时间"))
    in_latitude = fields.Float(allow_nan=False, validate=validate.Range(-90, 90))
    in_longitude = fields.Float(allow_nan=False, validate=validate.Range(-180, 180))
    in_accuracy_m = fields.Float(allow_nan=False, validate=validate.Range(0, 1_000_000))
    out_latitude = fields.Float(allow_nan=False, validate=validate.Range(-90, 90))
    out_longitude = fields.Float(allow_nan=False, validate=validate.Range(-180, 180))
    out_accuracy_m = fields.Float(allow_nan=False, validate=validate.Range(0, 1_000_000))
    photo = Photo(label=_("签到照片"))
    second_worker = Choice("colleagues", label=_("第二名作业人员"))
    signature_1 = Drawn(label=_("本人签名"))
    signature_2 = Drawn(label=_("第二名作业人员签名"))


def visit_of(data: Mapping[str, Any], code: str, cycle: str, caller: str) -> dict[str, Any]:
    """The phone page as the API would send it. Check-out is when it arrives: the page has no clock of its own."""
    second = data.get("second_worker")
    drawn = ((caller, data.get("signature_1")), (second, data.get("signature_2")))
    return {
        "ref": data["ref"],
        "elevator": code,
        "cycle": cycle,
        "workers": [login for login in (caller, second) if login],
        "check_in": {"at": data["at"], "position": _position(data, "in_"), "photo": data.get("photo")},
        "check_out": {"position": _position(data, "out_")},
        "signatures": [{"worker": login, "image": image} for login, image in drawn if image],
    }


def _position(data: Mapping[str, Any], prefix: str) -> dict[str, float] | None:
    lat, lon = data.get(f"{prefix}latitude"), data.get(f"{prefix}longitude")
    if lat is None or lon is None:
        return None
    return {"lat": lat, "lon": lon, "accuracy_m": data.get(f"{prefix}accuracy_m")}


def moment_of(text: str) -> datetime | None:
    """The check-in time of the page's address, for showing it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def sent_visit(sent: Mapping[str, str], files: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the phone page with the check-in photo's content among them."""
    return {**sent, "photo": sent_photo("photo", sent, files)}


def sent_photo(name: str, sent: Mapping[str, str], files: Mapping[str, Any]) -> Any:
    """The content of a photo that came with the form, else the id of one that a phone sent before it."""
    upload = files.get(name)
    return upload.read() if upload is not None and upload.filename else sent.get(name) or None


def typed_answers(codes: Iterable[str], sent: Mapping[str, str], files: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was answered on the page: `result-<code>`, `note-<code>`, `value-<code>`, `photo-<code>`."""
    typed = []
    for code in codes:
        answer: dict[str, Any] = {"item": code, "result": sent.get(f"result-{code}")}
        answer |= {name: text for name in ("value", "note") if (text := sent.get(f"{name}-{code}", "").strip())}
        if photo := sent_photo(f"photo-{code}", sent, files):
            answer["photo"] = photo
        if answer["result"]:
            typed.append(answer)
    return typed


def answers_of(typed: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The answers parsed, and what is wrong with them by item."""
    try:
        return AnswerIn(many=True).load(typed), {}
    except ValidationError as error:
        found = error.normalized_messages()
        return [], {
            typed[place]["item"]: [say(text) for text in flatten(messages)] for place, messages in found.items()
        }


class ConfirmForm(In):
    """The use unit confirms on its phone."""

    signature = Drawn(label=_("安全管理员签名"))
    note = Note(max=500, label=_("意见"))
    device = Text(max=40)


class DeclineForm(In):
    """The use unit sends a visit back."""

    reason = Note(required=True, max=500, label=_("退回原因"))
