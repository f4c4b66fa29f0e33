"""Issued papers at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn, page_out
from blueprints.schemas.fields import Choice, Day, Text, Upload
from blueprints.sessions import actor
from registry.queries import personal

WORD = ".docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class PaperFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("文号、标题或隐患编号"), kind="search")
    kind = Choice("kinds", label=_("文书种类"))
    area = AreaChoice()
    since = Day(label=_("印发日期从"))
    until = Day(label=_("至"))


class WithdrawIn(In):
    """Why a paper is taken back."""

    reason = Text(required=True, max=200, label=_("撤回理由"))


class TemplateForm(In):
    """An office's own template; without a file the shipped one is used again."""

    file = Upload(accept=WORD, label=_("Word 模板（.docx）"), hint=_("不选文件表示恢复使用系统自带的模板"))
    since = Day(required=True, label=_("启用日期"))
    note = Text(max=200, label=_("说明"))


class PaperOut(Out):
    """A paper. `files` are the forms that can be fetched at `/papers/{id}/file/{form}`."""

    id = fields.Integer()
    kind = fields.String()
    number = fields.String()
    title = fields.String()
    hazard = fields.Function(lambda row: row.hazard.no if row.hazard else None)
    unit = fields.Function(lambda row: row.unit.name if row.unit else None)
    issuer = fields.Function(lambda row: row.issuer.name if row.issuer else None)
    area = fields.String(attribute="area_code")
    issued_on = fields.Date()
    withdrawn = fields.Function(lambda row: row.withdrawal is not None)
    files = fields.Function(lambda row: ["docx", "pdf"])


PAPERS = page_out(PaperOut)


class PaperDetailOut(PaperOut):
    """A paper with the frozen facts it says; personal data masked for whoever does not need them."""

    facts = fields.Function(lambda row: personal.said(actor(), row), metadata={"type": "object"})
