"""Sunshine filling at the border: clips of fills, strokes of scales, figures of stations, spot checks."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Moment, Month, Note, Ref, Text, Yes
from blueprints.schemas.visits import Picture
from blueprints.sessions import language
from registry import clock
from registry.rules import spot_checks as rules

ANSWERS: dict[str, Any] = {"yes": _("是"), "no": _("否"), "unseen": _("看不到")}


class ClipIn(In):
    """An index line of the station's recorder. `filling` is the ref of the fill, `camera` the number of the camera."""

    ref = Ref()
    camera = Text(required=True, max=40)
    filling = Text(required=True, max=40)
    from_at = Moment(required=True)
    to_at = Moment(required=True)
    digest = Text(required=True, max=64, metadata={"description": "SHA-256 of the index line, in hex"})
    scan_snapshot = Picture()
    reweigh_snapshot = Picture()


class ClipFilter(PageIn):
    """Filters of the list of clips; `kept`: those that must be kept because something is not closed."""

    camera = Integer(min=1, load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    kept = Yes()


class ClipOut(Out):
    """A clip of a fill."""

    id = fields.Integer()
    filling = fields.String(attribute="filling.ref")
    filling_id = fields.Integer()
    camera = fields.Function(lambda row: row.camera.number if row.camera else None)
    channel = fields.Function(lambda row: row.camera.channel if row.camera else None)
    source = fields.String()
    from_at = fields.AwareDateTime(format="iso")
    to_at = fields.AwareDateTime(format="iso")
    digest = fields.String(allow_none=True)
    linked_on = fields.Date(attribute="since")
    lost_on = fields.Date(attribute="until", allow_none=True)
    dropped_at = fields.AwareDateTime(format="iso", allow_none=True)


class ClipMadeOut(Out):
    """A clip on record."""

    id = fields.Integer()
    ref = fields.String(allow_none=True)
    source = fields.String()
    counts = fields.Boolean()
    linked_on = fields.Date(attribute="since")
    dropped_at = fields.AwareDateTime(format="iso", allow_none=True)


class StrokesIn(In):
    """A scale's own count of the fills of a day."""

    device = Text(required=True, max=40)
    day = Day(required=True)
    strokes = Integer(required=True, min=0, max=1_000_000)


class StrokesOut(Out):
    """The count on record."""

    day = fields.Date()
    gun = fields.String()
    strokes = fields.Integer()


class MonthFilter(In):
    """The figures of which month, of which station."""

    month = Month(label=_("月份"), load_default=None)
    station = Integer(min=1, load_default=None)


class FigureOut(Out):
    """One figure; `value` is null where there is nothing to count."""

    key = fields.String(attribute="kpi.key")
    name = fields.Function(lambda figure: figure.kpi.en if language() == "en" else figure.kpi.zh)
    count = fields.Integer()
    of = fields.Integer(allow_none=True)
    value = fields.Decimal(places=4, as_string=True, allow_none=True)
    comparator = fields.String(attribute="kpi.comparator")
    target = fields.Decimal(attribute="kpi.target", as_string=True)
    met = fields.Boolean(allow_none=True)


class LineOut(Out):
    """A station's month; `checked`: fills looked at in spot checks, by result."""

    station_id = fields.Integer(attribute="unit.id")
    station = fields.String(attribute="unit.name")
    fills = fields.Integer()
    figures = fields.Function(lambda line: FigureOut(many=True).dump(line.figures.values()))
    checked = fields.Dict(keys=fields.String(), values=fields.Integer())


class LinesOut(Out):
    """The figures of the stations that the caller sees."""

    items = fields.List(fields.Nested(LineOut))


class SpotCheckIn(In):
    """A draw."""

    station_id = Integer(required=True, min=1)
    first_on = Day(required=True)
    last_on = Day(required=True)
    size = Integer(required=True, min=1, max=rules.MOST)


class SpotCheckForm(In):
    """A draw on a page."""

    station_id = Choice("stations", required=True, label=_("充装单位"))
    first_on = Day(required=True, label=_("充装日期自"))
    last_on = Day(required=True, label=_("至"))
    size = Integer(required=True, min=1, max=rules.MOST, label=_("抽取条数"))


class SpotCheckFilter(PageIn):
    """Filters of the list of spot checks."""

    station = Choice("stations", label=_("充装单位"), load_default=None)
    since = Day(label=_("抽取日期自"), load_default=None)
    until = Day(label=_("至"), load_default=None)
    waiting = Yes(label=_("仅看没有看完的"))


class SpotCheckQuery(SpotCheckFilter):
    """The same for programs."""

    station = Integer(min=1, load_default=None)


class SpotItemOut(Out):
    """A drawn fill."""

    place = fields.Integer()
    filling_id = fields.Integer()
    filling = fields.String(attribute="filling.ref")
    weight = fields.Integer()
    state = fields.String()
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    note = fields.String()
    judged_at = fields.AwareDateTime(format="iso", allow_none=True)
    anomaly_id = fields.Integer(allow_none=True)


class SpotCheckOut(Out):
    """A spot check in a list."""

    id = fields.Integer()
    station_id = fields.Integer()
    drawn_on = fields.Date()
    first_on = fields.Date()
    last_on = fields.Date()
    size = fields.Integer()
    seed = fields.String()
    weights = fields.Dict(keys=fields.String(), values=fields.Integer())
    pool_size = fields.Integer()
    pool_digest = fields.String()


class SpotCheckDetailOut(SpotCheckOut):
    """One spot check with its fills."""

    items = fields.List(fields.Nested(SpotItemOut))


class PointerOut(Out):
    """Where the video lies: a linked clip has an `id`, the others are what a camera should show."""

    id = fields.Function(lambda pointer: pointer.clip.id if pointer.clip else None)
    camera = fields.Function(lambda pointer: pointer.camera.number if pointer.camera else None)
    channel = fields.Function(lambda pointer: pointer.camera.channel if pointer.camera else None)
    view = fields.Function(lambda pointer: pointer.camera.view if pointer.camera else None)
    from_at = fields.AwareDateTime(attribute="start", format="iso")
    to_at = fields.AwareDateTime(attribute="end", format="iso")
    recorded = fields.Boolean()
    digest = fields.Function(lambda pointer: pointer.clip.digest if pointer.clip else None)


class SpotItemDetailOut(Out):
    """A drawn fill with its clip pointers and what may be said of it."""

    item = fields.Nested(SpotItemOut, attribute="row")
    pointers = fields.List(fields.Nested(PointerOut))
    scanned = fields.Boolean(attribute="known.scanned")
    prechecked_at = fields.AwareDateTime(attribute="known.prechecked_at", format="iso", allow_none=True)
    postchecked_at = fields.AwareDateTime(attribute="known.postchecked_at", format="iso", allow_none=True)
    reweigh_g = fields.Integer(attribute="known.reweigh_g", allow_none=True)
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves])


class RepetitionOut(Out):
    """A draw made again."""

    pool_size = fields.Integer()
    pool_digest = fields.String()
    same_pool = fields.Boolean()
    same = fields.Boolean()
    drawn = fields.Function(lambda found: [{"filling_id": each.id, "weight": each.weight} for each in found.drawn])


class JudgeIn(In):
    """What the video shows."""

    verb = Choice([(move, move) for move in ("pass", "fail", "miss_clip")], required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    note = Note(max=200)


class JudgeForm(In):
    """What the video shows, on a page: an answer to each item, and a note."""

    note = Note(max=200, label=_("说明"), hint=_("不合格的写明哪里不合格"))


def judge_form() -> In:
    """The form with a field for each item in force today."""
    answers = list(ANSWERS.items())
    own = {
        item.id: Choice(answers, label=say(item.en if language() == "en" else item.zh), kind="radio")
        for item in rules.items(clock.today())
    }
    return JudgeForm.from_dict({**own, "note": JudgeForm().fields["note"]}, name="JudgeItemsForm")()  # type: ignore[return-value]
