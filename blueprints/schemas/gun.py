"""A cylinder's turn through a station at the border, and the devices, people and gas it needs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cylinders import Called, Thousandths
from blueprints.schemas.fields import (
    Choice,
    Choices,
    CodeText,
    Day,
    Integer,
    Moment,
    Month,
    Note,
    Ref,
    Text,
    Upload,
    Yes,
)
from blueprints.schemas.filling import Checks
from blueprints.schemas.scans import Findings
from registry.messages import T
from registry.rules.fill_cycle import STATES
from registry.rules.kinds import MEDIA
from registry.services.devices import KINDS as DEVICE_KINDS
from registry.services.devices import VIEWS
from registry.services.readings import KINDS as READING_KINDS

CHECKS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}


class PrecheckIn(In):
    """The check before filling. `reading` is the ref of the scale's signed reading."""

    ref = Ref()
    code = CodeText()
    gun = Text(required=True, max=40)
    medium = Called(MEDIA)
    checks = Checks(required=True, metadata=CHECKS)
    checker = Text(required=True, max=40)
    purged = fields.Boolean(allow_none=True)
    passengers_aboard = fields.Boolean(allow_none=True)
    plate = Text(max=40)
    gross_before_g = Integer(min=0, max=5_000_000)
    reading = Text(max=40)
    at = Moment()


class PostCheckIn(In):
    """The check after filling: every LPG cylinder is weighed again."""

    ref = Ref()
    code = CodeText()
    checks = Checks(required=True, metadata=CHECKS)
    checker = Text(required=True, max=40)
    reweigh_g = Integer(min=0, max=5_000_000)
    reading = Text(max=40)
    leak_found = fields.Boolean(required=True)
    labels_printed = fields.Boolean(allow_none=True)
    at = Moment()


class ReleaseIn(In):
    """Let the cylinder leave the station."""

    ref = Ref()
    code = CodeText()


class AbortIn(In):
    """Give the turn up."""

    code = CodeText()
    reason = Text(max=200)


class TurnOut(Out):
    """A turn and the verdict of its last step."""

    id = fields.Integer(attribute="cycle.id")
    ref = fields.String(attribute="cycle.ref")
    state = fields.String(attribute="cycle.state")
    gun = fields.String(attribute="cycle.gun")
    medium = fields.String(attribute="cycle.medium")
    verdict = fields.String(attribute="verdict.answer")
    findings = Findings(attribute="verdict")
    opened_at = fields.AwareDateTime(attribute="cycle.opened_at", format="iso")
    filled_at = fields.AwareDateTime(attribute="cycle.filled_at", format="iso")
    closed_at = fields.AwareDateTime(attribute="cycle.closed_at", format="iso")


class TurnFilter(PageIn):
    """Filters of the list of turns."""

    q = Text(max=60, label=_("编号或钢印号"), load_default=None)
    state = Choice([(state.id, T(state.zh)) for state in STATES.values()], label=_("状态"), load_default=None)


class TurnRowOut(Out):
    """A turn in a list."""

    id = fields.Integer()
    ref = fields.String()
    state = fields.String()
    code = fields.String(attribute="cylinder.label_code")
    serial_no = fields.String(attribute="cylinder.serial_no")
    station_id = fields.Integer()
    gun = fields.String()
    medium = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    filled_at = fields.AwareDateTime(format="iso", allow_none=True)
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)


class PostCheckForm(In):
    """The check after filling on a page: what is not in order is ticked, `looked` says the rest was looked at too."""

    ref = Ref()
    failed = Choices("items", load_default=list, label=_("哪几项不合格（没有就不勾）"))
    looked = Yes(label=_("以上各项已逐项检查，未勾选的都合格"))
    reweigh_g = Thousandths(max=5_000_000, label=_("复称总重"), unit="kg", hint=_("手工填写的记为手工"))
    reading = Text(max=40, label=_("秤的读数编号"), hint=_("有秤的签名读数时填写，不必填重量"))
    leak_found = Yes(label=_("发现泄漏"))
    labels_printed = Yes(label=_("警示标签和充装标签齐全"))
    checker = Choice("staff", required=True, label=_("检查人员"))


class AbortForm(In):
    """Why a turn is given up."""

    reason = Text(required=True, max=200, label=_("放弃充装的原因"))


class ReleaseForm(In):
    """The ref of a release made on a page."""

    ref = Ref()


class UnlockIn(In):
    """A gun's leave, as the scan gave it."""

    token = Text(required=True, max=100)
    gun = Text(required=True, max=40)


class UnlockOut(Out):
    """The gun may open now."""

    gun = fields.String()
    used_at = fields.AwareDateTime(format="iso")


class ReadingIn(In):
    """What a device measured: HMAC-SHA-256 in hex over `device|ref|kind|value|seconds since 1970`."""

    device = Text(required=True, max=40)
    ref = Text(required=True, max=40)
    kind = Choice([(kind, kind) for kind in READING_KINDS], required=True)
    value = Integer(required=True, min=-60_000, max=5_000_000)
    at = Moment(required=True)
    signature = Text(required=True, max=64)


class ReadingOut(Out):
    """A reading on record."""

    id = fields.Integer()
    ref = fields.String()
    value = fields.Integer()


class HeartbeatIn(In):
    """The devices that are alive."""

    devices = fields.List(
        fields.String(validate=validate.Length(1, 40)), required=True, validate=validate.Length(1, 200)
    )
    clocks = fields.Dict(
        keys=fields.String(),
        values=Moment(),
        load_default=dict,
        metadata={"description": "what the devices' own clocks say, by number"},
    )


class HeartbeatOut(Out):
    """The devices that the station has in service, of those that were named."""

    devices = fields.List(fields.String())


class DeviceIn(In):
    """A device of a station."""

    kind = Choice([*DEVICE_KINDS.items()], required=True, label=_("设备"))
    number = Text(required=True, max=40, label=_("编号"))
    gun = Text(max=40, label=_("对应枪号"), hint=_("装在哪支枪上"))
    channel = Text(max=200, label=_("视频通道"), hint=_("GB/T 28181 设备或通道编号"))
    view = Choice([*VIEWS.items()], label=_("画面"))
    retention_days = Integer(min=1, max=3650, label=_("录像保存天数"), unit=_("天"), hint=_("摄像机填写"))
    calibrated_until = Day(label=_("检定有效期至"), hint=_("秤和仪表填写"))
    calibration_no = Text(label=_("检定证书编号"))


class DeviceChangeIn(In):
    """What may change of a device; its number and kind stay."""

    gun = Text(max=40, label=_("对应枪号"))
    channel = Text(max=200, label=_("视频通道"), hint=_("GB/T 28181 设备或通道编号，摄像机填写"))
    view = Choice([*VIEWS.items()], label=_("画面"))
    retention_days = Integer(min=1, max=3650, label=_("录像保存天数"), unit=_("天"), hint=_("摄像机填写"))
    calibrated_until = Day(label=_("检定有效期至"), hint=_("秤和仪表填写"))
    calibration_no = Text(label=_("检定证书编号"))


class DeviceOut(Out):
    """A device with its key, which is shown only now."""

    id = fields.Integer(attribute="device.id")
    number = fields.String(attribute="device.number")
    key = fields.String()


class DeviceRowOut(Out):
    """A device, without its key."""

    id = fields.Integer()
    station_id = fields.Integer()
    kind = fields.String()
    number = fields.String()
    gun = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    view = fields.String(allow_none=True)
    retention_days = fields.Integer(allow_none=True)
    calibrated_until = fields.Date(allow_none=True)
    calibration_no = fields.String(allow_none=True)
    clock_off_ms = fields.Integer(allow_none=True)
    last_seen_at = fields.AwareDateTime(format="iso", allow_none=True)
    retired_at = fields.AwareDateTime(format="iso", allow_none=True)


class GasBatchIn(In):
    """A delivery of gas with its test."""

    ref = Ref()
    medium = Called(MEDIA, required=True, label=_("介质"))
    supplier = Text(required=True, label=_("供气单位"))
    delivery_note = Text(required=True, label=_("送货单号"))
    mass_g = Integer(required=True, min=1, max=2_000_000_000, label=_("数量"), unit="g")
    since = Day(label=_("启用日期"))
    tested_on = Day(label=_("检验日期"))
    dme_ppm = Integer(min=0, max=1_000_000, label=_("二甲醚含量"), unit="ppm")
    report_no = Text(label=_("检验报告编号"))
    file = Integer(min=1)


class GasBatchForm(GasBatchIn):
    """A delivery on a page: in kilograms, with the report as a file."""

    mass_g = Thousandths(required=True, min=1, max=2_000_000_000, label=_("数量"), unit="kg")
    dme_ppm = Integer(min=0, max=1_000_000, label=_("二甲醚含量"), unit="ppm", hint=_("未检出填0；没有检验结果的不填"))
    report = Upload(accept="application/pdf,image/jpeg,image/png", label=_("检验报告"))


class GasTestIn(In):
    """The test of a batch; `file` is the id of a stored report."""

    tested_on = Day(required=True, label=_("检验日期"))
    dme_ppm = Integer(required=True, min=0, max=1_000_000, label=_("二甲醚含量"), unit="ppm", hint=_("未检出填0"))
    report_no = Text(label=_("检验报告编号"))
    file = Integer(min=1)


class GasTestForm(GasTestIn):
    """The same on a page."""

    report = Upload(accept="application/pdf,image/jpeg,image/png", label=_("检验报告"))


class GasBatchOut(Out):
    """A batch on record."""

    id = fields.Integer()
    ref = fields.String()
    medium = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    tested_on = fields.Date(allow_none=True)
    dme_ppm = fields.Integer(allow_none=True)


class PresenceIn(In):
    """Somebody of the station comes on duty."""

    login = Text(required=True, max=40, label=_("人员"))


class DutyForm(In):
    """Somebody signs on, on a page."""

    login = Choice("staff", required=True, label=_("人员"))


class PresenceFilter(PageIn):
    """Filters of the list of who was on duty."""

    day = Day(label=_("日期"), load_default=None)


class PresenceQuery(PresenceFilter):
    """The same for programs."""

    station = Integer(min=1, load_default=None)


class PresenceOut(Out):
    """Who is on duty since when."""

    id = fields.Integer()
    person_id = fields.Integer()
    since_at = fields.AwareDateTime(format="iso")
    until_at = fields.AwareDateTime(format="iso", allow_none=True)


class HoldReleaseIn(In):
    """What the authority releases; `photo` is the id of a stored file."""

    ref = Ref()
    code = CodeText(label=_("二维码或编号"))
    station_id = Integer(required=True, label=_("充装单位"))
    rules = fields.List(fields.String(validate=validate.Length(1, 10)), required=True, validate=validate.Length(1, 10))
    reason = Text(required=True, max=200, label=_("放行原因"))
    photo = Integer(required=True, label=_("钢印照片"))


class HoldFilter(PageIn):
    """Filters of the list of releases."""

    month = Month(label=_("月份"), load_default=None)


class HoldForm(In):
    """A release on a page."""

    ref = Ref()
    code = CodeText(label=_("二维码或编号"))
    station_id = Choice("stations", required=True, label=_("充装单位"))
    rules = Choices("rules", required=True, label=_("放行哪些规则"), hint=_("只列出允许放行的规则"))
    reason = Note(required=True, max=200, label=_("放行原因"))
    photo = Upload(
        required=True, accept="image/jpeg,image/png,image/webp", label=_("钢印照片"), hint=_("拍清钢印上的编号和日期")
    )


class HoldReleaseOut(Out):
    """A release on record."""

    id = fields.Integer()
    ref = fields.String()
    rules = fields.List(fields.String())
    expires_at = fields.AwareDateTime(format="iso")
    used_at = fields.AwareDateTime(format="iso", allow_none=True)


class GatewayIn(In):
    """What older scale controllers send; names as they are in the field."""

    label_no = Text(required=True, max=2000)
    machine_no = Text(required=True, max=40)
    fillflag = Text(max=10)
