"""Spot checks of fills by their video: the list, a draw, one with its fills, a fill to look at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import sunshine as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import spot_checks as queries
from registry.queries import stations
from registry.rules import spot_checks as rules
from registry.rules.kinds import MEDIA
from registry.services import spot_checks
from registry.services.devices import VIEWS

bp = Blueprint("spot_checks", __name__, url_prefix="/spot-checks")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of states, answers and views."""
    return {
        "spot_states": rules.states(rules.WORKFLOW),
        "spot_items": rules.items(clock.today()),
        "spot_answers": schemas.ANSWERS,
        "views": VIEWS,
        "media": MEDIA,
    }


def _stations() -> dict[str, Any]:
    return {"stations": [(unit.id, unit.name) for unit, _licence in stations.listing(actor())]}


@bp.route("/")
def index() -> Any:
    """The list."""
    form = Form(schemas.SpotCheckFilter(), choices=_stations(), sent=request.args)
    asked = form.load() or {}
    page = queries.page(actor(), asked, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("spot_checks/index.html", page=page, kept=kept, tally=queries.tally)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Draw."""
    policy.require(actor(), "spot_check.draw")
    today = clock.today()
    first = {"first_on": today.replace(day=1), "last_on": today, "size": 10, "station_id": request.args.get("station")}
    form = Form(schemas.SpotCheckForm(), first, _stations())
    if request.method == "POST":
        row = form.submit(lambda data: spot_checks.draw(actor(), {**data, "station_id": int(data["station_id"])}))
        if row is not None:
            flash(_("已抽取"), "success")
            return redirect(url_for("spot_checks.show", check_id=row.id))
    return form.page("_form_page.html", title=_("抽取充装视频"), back=url_for("spot_checks.index"))


@bp.route("/<int:check_id>")
def show(check_id: int) -> Any:
    """One with its fills; with `repeat` the draw is made again and compared."""
    row = queries.show(actor(), check_id)
    again = queries.repetition(actor(), check_id) if request.args.get("repeat") else None
    return render_template("spot_checks/show.html", row=row, again=again, tally=queries.tally(row))


@bp.route("/<int:check_id>/<int:place>", methods=["GET", "POST"])
def item(check_id: int, place: int) -> Any:
    """One fill: where its video lies, what the register knows, and what the inspector says."""
    shown = queries.item(actor(), check_id, place)
    form = Form(schemas.judge_form())
    if request.method == "POST" and form.submit(lambda data: _judge(check_id, place, data)):
        flash(_("已记录"), "success")
        return redirect(_next(check_id, place))
    shown = queries.item(actor(), check_id, place)  # anew: what was refused has been rolled back
    return form.page("spot_checks/item.html", shown=shown, row=shown.row)


def _judge(check_id: int, place: int, data: dict[str, Any]) -> Any:
    verb = request.form.get("verb", "")
    if verb not in {move.verb for move in rules.moves(rules.WORKFLOW)}:
        abort(404)
    note = data.pop("note", None)
    return spot_checks.judge(actor(), check_id, place, verb, {"answers": data, "note": note})


def _next(check_id: int, place: int) -> str:
    """The next fill of the check that nobody looked at yet, or the check."""
    row = queries.show(actor(), check_id)
    left = [each.place for each in row.items if each.state == rules.OPEN]
    after = [each for each in left if each > place] or left
    if after:
        return url_for("spot_checks.item", check_id=check_id, place=after[0])
    return url_for("spot_checks.show", check_id=check_id)
