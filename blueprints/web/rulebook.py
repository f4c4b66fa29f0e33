"""The rule book: every table of the law the registry judges by, and a form for each pure rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import lazy_gettext as _
from marshmallow import Schema

from blueprints.forms import Form
from blueprints.schemas import offences as offence_schemas
from blueprints.schemas import premiums as premium_schemas
from blueprints.schemas import risk as risk_schemas
from blueprints.schemas import rules as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import rule_answers, rulebook
from registry.rules.accidents import GRADE_NAMES
from registry.rules.cylinders import reason_text
from registry.rules.maintenance import cycles

bp = Blueprint("rulebook", __name__, url_prefix="/rulebook")


@dataclass(frozen=True)
class Question:
    """A pure rule with its form; `ask` gets what the form was filled with."""

    key: str
    title: Any
    schema: Callable[[], Schema]
    ask: Callable[[dict[str, Any]], Any]


QUESTIONS = {
    question.key: question
    for question in (
        Question(
            "elevator-inspection",
            _("电梯何时检验、检测"),
            schemas.InspectionIn,
            lambda asked: rule_answers.elevator_inspection(actor(), asked),
        ),
        Question(
            "maintenance-plan",
            _("电梯维保计划"),
            schemas.PlanForm,
            lambda asked: rule_answers.maintenance_plan(actor(), schemas.plan_asked(asked)),
        ),
        Question(
            "cylinder-dates",
            _("气瓶检验和报废日期"),
            schemas.DatesIn,
            lambda asked: rule_answers.cylinder_dates(actor(), asked),
        ),
        Question(
            "fill-limit",
            _("气瓶最多充多少"),
            schemas.LimitIn,
            lambda asked: rule_answers.fill_limit(actor(), asked),
        ),
        Question(
            "premium",
            _("电梯责任保险费"),
            premium_schemas.PremiumForm,
            lambda asked: rule_answers.premium(actor(), asked),
        ),
        Question(
            "filling",
            _("这只瓶能不能充"),
            schemas.FillingFactsIn,
            lambda asked: rule_answers.filling(actor(), asked),
        ),
        Question(
            "elevator-risk",
            _("电梯风险等级"),
            risk_schemas.ElevatorRiskForm,
            lambda asked: rule_answers.risk(actor(), {**asked, "kind": "elevator"}),
        ),
        Question(
            "station-risk",
            _("充装单位风险等级"),
            risk_schemas.StationRiskForm,
            lambda asked: rule_answers.risk(actor(), {**asked, "kind": "station"}),
        ),
        Question(
            "accident-grade",
            _("事故等级"),
            risk_schemas.AccidentIn,
            lambda asked: rule_answers.accident_grade(actor(), asked),
        ),
        Question(
            "offence",
            _("违法行为如何处罚"),
            offence_schemas.OffenceIn,
            lambda asked: rule_answers.offence(actor(), asked),
        ),
    )
}


@bp.route("/")
def index() -> Any:
    """All tables and all questions."""
    return render_template("rulebook/index.html", books=rulebook.shelf(actor()), questions=QUESTIONS.values())


@bp.route("/tables/<string:key>")
def table(key: str) -> Any:
    """One table on a day, or with `all` every row it ever had."""
    form = Form(schemas.OnDay(), sent=request.args)
    asked = form.load() or {}
    on = asked.get("on") or clock.today()
    book, lines = rulebook.read(actor(), key, on, asked.get("all", False))
    words = {"words": rulebook.WORDS, "certainties": rulebook.CERTAINTIES}
    return form.page("rulebook/table.html", book=book, lines=lines, on=on, **words)


@bp.route("/ask/<string:key>", methods=["GET", "POST"])
def ask(key: str) -> Any:
    """One question and its answer. Nothing is read from the register and nothing recorded."""
    question = QUESTIONS.get(key) or abort(404)
    sent = request.form if request.method == "POST" else None
    form = Form(question.schema(), initial={"on": clock.today()}, sent=sent)
    answer = form.submit(question.ask) if sent is not None else None
    say = {"grades": GRADE_NAMES, "reason_text": reason_text, "cycles": cycles(clock.today()), "today": clock.today()}
    return form.page("rulebook/ask.html", question=question, answer=answer, **say)
