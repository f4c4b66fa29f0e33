"""Emergency calls: the operator's desk, one call with the moves one may make, the responder's phone, the figures."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask import render_template as render
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import call_statistics as figures
from blueprints.schemas import calls as schemas
from blueprints.sessions import actor, optional_actor
from registry import clock, policy
from registry.permissions import DESK
from registry.queries import areas, call_desk, call_responders, call_statistics, call_wall
from registry.queries import calls as queries
from registry.rules import calls as rules
from registry.services import calls

bp = Blueprint("calls", __name__, url_prefix="/calls")
# Moves that need nothing said: a button makes them.
AT_ONCE = ("answer", "depart", "dispatch")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by, also the page that tells a stranger to sign in."""
    who = optional_actor()
    return {
        "states": rules.STATES,
        "verbs": {move.verb: move for move in rules.MOVES},
        "kinds": rules.kinds(),
        "roles": rules.roles(),
        "sources": dict(schemas.SOURCES),
        "vulnerable": dict(schemas.VULNERABLE),
        "results": dict(schemas.RESULTS),
        "causes": dict(schemas.CAUSES),
        "cause_groups": dict(schemas.CAUSE_GROUPS),
        "satisfactions": dict(schemas.SATISFACTIONS),
        "asked_states": schemas.ASKED_STATES,
        "whys": schemas.WHYS,
        "asked_state": queries.asked_state,
        "takes": queries.takes,
        "knows_contact": lambda one: queries.knows_contact(actor(), one),
        "at_once": AT_ONCE,
        "of_dispatch": rules.OF_DISPATCH,
        "at_desk": who is not None and who.role in DESK,
        "now": clock.now(),
    }


@bp.route("/")
def index() -> Any:
    """The calls, newest first."""
    form = Form(schemas.CallFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("calls/index.html", page=page, kept=kept)


@bp.route("/desk", methods=["GET", "POST"])
def desk() -> Any:
    """The operator's desk: one line takes a call; below it those that run."""
    policy.require(actor(), "call.take")
    form = Form(schemas.DeskForm(), {"ref": uuid4(), "kind": rules.ENTRAPMENT, "source": "phone_96366"})
    if request.method == "POST" and (row := form.submit(_take)):
        return redirect(url_for("calls.show", no=row.no))
    typed = form["q"].value or request.args.get("q", "")
    return form.page(
        "calls/desk.html", board=call_desk.board(actor()), typed=typed, found=call_desk.meant(actor(), typed)
    )


def _take(data: dict[str, Any]) -> Any:
    ref = data.pop("ref", None)
    ready = schemas.from_desk(data)
    if running := ready.pop("join", None):
        return calls.move(actor(), running, "join", {**ready, "ref": ref})[0]
    return calls.take_once(actor(), ref, ready)[0] if ref else calls.take(actor(), ready)


@bp.route("/desk/find")
def find() -> Any:
    """The elevators that a line of typing may mean, for the field of the desk."""
    typed = schemas.FindIn().load({"q": request.args.get("q", "")[:100]})["q"] or ""
    return render("calls/_found.html", found=call_desk.meant(actor(), typed), typed=typed)


@bp.route("/desk/running")
def running() -> Any:
    """The running calls alone, as the desk asks for them again and again."""
    policy.require(actor(), "call.take")
    return render("calls/_board.html", board=call_desk.board(actor()))


@bp.route("/wall")
def wall() -> Any:
    """What hangs on the wall: the running calls with their clocks, the map, the day in figures; no phones."""
    page = "calls/_wall.html" if request.headers.get("HX-Request") else "calls/wall.html"
    return render(page, wall=call_wall.wall(actor()))


@bp.route("/mine")
def mine() -> Any:
    """What my unit was asked to come to, on the phone."""
    policy.require(actor(), "call.respond")
    page = "calls/_tasks.html" if request.headers.get("HX-Request") else "calls/mine.html"
    return render(page, tasks=queries.mine(actor()), new_ref=lambda: str(uuid4()))


@bp.route("/statistics")
def statistics() -> Any:
    """The figures of a period and an area."""
    form = Form(schemas.StatisticsFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    found = call_statistics.of(actor(), asked.get("since"), asked.get("until"), asked.get("area"))
    form["since"].value, form["until"].value = found.since, found.until
    return form.page(
        "calls/statistics.html", found=found, areas=areas.names(), places=dict(figures.PLACES), ages=figures.AGES
    )


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One call: its clocks, who comes, the moves I may make, the log."""
    page = "calls/_case.html" if request.headers.get("HX-Request") else "calls/show.html"
    return render(page, case=queries.show(actor(), no))


@bp.route("/<string:no>/responders")
def responders(no: str) -> Any:
    """The nearest able teams, to be sent with one press."""
    level = 3 if request.args.get("level") == "3" else 2
    return render(
        "calls/responders.html", case=queries.show(actor(), no), offer=call_responders.offer(actor(), no, level)
    )


@bp.route("/<string:no>/arrive-here", methods=["GET", "POST"])
def arrive_here(no: str) -> Any:
    """Say from the phone that one stands there, with the position."""
    row, _step = queries.offer(actor(), no, "arrive")
    form = Form(schemas.ArriveForm(), {"version": row.version, "ref": uuid4()})
    if request.method == "POST" and form.submit(lambda data: calls.move(actor(), no, "arrive", _unversioned(data))):
        flash(_("已登记到场"), "success")
        return redirect(url_for("calls.mine"))
    return form.page("calls/arrive.html", case=queries.show(actor(), no))


def _unversioned(data: dict[str, Any]) -> dict[str, Any]:
    """A rescuer's own step stands whatever the desk did meanwhile."""
    data.pop("version", None)
    return schemas.arrived(data)


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    name = verb.replace("-", "_")
    row, step = queries.offer(actor(), no, name)
    by_desk = actor().role in DESK
    form = Form(
        schemas.move_form(name, step.needs, by_desk),
        schemas.start(row, name, request.args.get("dispatch", type=int)) | {"ref": uuid4()},
        choices={"dispatches": queries.dispatch_choices(row, name)},
    )
    if request.method == "POST" and form.submit(lambda data: _made(no, name, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("calls.mine") if queries.own_dispatch(actor(), row) else url_for("calls.show", no=no))
    return form.page("calls/move.html", case=queries.show(actor(), no), step=step)


def _made(no: str, name: str, data: dict[str, Any]) -> Any:
    version = data.pop("version", None)
    # A rescuer's own step stands whatever the desk did meanwhile: it may come hours later.
    free = name in rules.OF_DISPATCH or actor().role not in DESK
    return calls.move(actor(), no, name, schemas.kept_moment(data), None if free else version)
