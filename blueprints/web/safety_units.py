"""What a unit arranges: who is appointed and trained, who looks after which elevator, the risk list, the papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.addresses import asked_again
from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import safety as schemas
from blueprints.sessions import actor
from blueprints.web.safety import asked_subject, own_page
from registry import clock, policy
from registry.queries import safety as queries
from registry.rules import safety as rules
from registry.services import safety

bp = Blueprint("safety_units", __name__, url_prefix="/safety-officers/own")


def _back(subject: str) -> str:
    return url_for("safety.unit", unit_id=actor().unit_id, subject=subject)


@bp.route("/appoint", methods=["GET", "POST"])
def appoint() -> Any:
    """Appoint a principal, a director or an officer."""
    policy.require(actor(), "safety.appoint")
    subject = asked_subject()
    choices = {"roles": [(role.id, role) for role in rules.roles(subject).values()], "people": queries.people(actor())}
    form = Form(schemas.AppointForm(), {"subject": subject, "since": clock.today()}, choices)
    if request.method == "POST" and form.submit(lambda data: safety.appoint(actor(), data)):
        return own_page(_("任命已登记"), subject)
    return form.page("_form_page.html", title=_("登记任命"), back=_back(subject))


@bp.route("/appointments/<int:appointment_id>/end", methods=["GET", "POST"])
def dismiss(appointment_id: int) -> Any:
    """End an appointment."""
    policy.require(actor(), "safety.appoint")
    form = Form(schemas.DismissForm(), {"until": clock.today()})
    if request.method == "POST" and (
        row := form.submit(lambda data: safety.dismiss(actor(), appointment_id, data["until"], data["reason"]))
    ):
        return own_page(_("任命已结束"), row.subject)
    return form.page("_form_page.html", title=_("免去职务"), back=_back(asked_subject()))


@bp.route("/train", methods=["GET", "POST"])
def train() -> Any:
    """Record a training or an examination."""
    policy.require(actor(), "safety.manage")
    subject = asked_subject()
    form = Form(
        schemas.TrainForm(),
        {"subject": subject, "done_on": clock.today(), "passed": True},
        {"people": queries.people(actor())},
    )
    if request.method == "POST" and form.submit(lambda data: safety.train(actor(), data)):
        return own_page(_("培训考核已登记"), subject)
    return form.page("_form_page.html", title=_("登记培训考核"), back=_back(subject))


@bp.route("/charges", methods=["GET", "POST"])
def charges() -> Any:
    """Which officer looks after which elevator; many at once."""
    who = actor()
    officers = queries.officers(who, "elevator", "officer", clock.today())
    narrow = Form(schemas.ChargeFilter(), sent=request.args, choices={"officers": officers})
    page = queries.charges(who, narrow.load() or {})
    offered = [(lift.label_code, lift.address) for lift, _name in page.items]
    form = Form(schemas.ChargeForm(), {"since": clock.today()}, {"officers": officers, "elevators": offered})
    if request.method == "POST" and (count := form.submit(_charge)) is not None:
        flash(_("已分配%(count)s台电梯", count=count), "success")
        return redirect(url_for("safety_units.charges", **asked_again()))
    return form.page("safety/charges.html", page=page, narrow=narrow, officers=officers)


def _charge(data: dict[str, Any]) -> int:
    return safety.charge(actor(), data["officer"], data["elevators"], data.get("since"))


@bp.route("/risks/take-over", methods=["POST"])
def list_risks() -> Any:
    """Take the reference points into the unit's list."""
    subject = asked_subject()
    count = safety.list_risks(actor(), subject)
    flash(_("已加入%(count)s个风险点，请逐条核对", count=count), "success")
    return redirect(url_for("safety.risks", unit_id=actor().unit_id, subject=subject))


@bp.route("/risks/new", methods=["GET", "POST"])
def add_risk() -> Any:
    """A point of the unit's own."""
    policy.require(actor(), "safety.manage")
    subject = asked_subject()
    form = Form(schemas.RiskForm())
    if request.method == "POST" and form.submit(lambda data: safety.set_risk(actor(), {**data, "subject": subject})):
        return _to_list(subject, _("已加入清单"))
    return form.page("_form_page.html", title=_("增加风险点"), back=_list_of(subject))


@bp.route("/risks/<int:risk_id>/edit", methods=["GET", "POST"])
def edit_risk(risk_id: int) -> Any:
    """Another wording from today on."""
    policy.require(actor(), "safety.manage")
    row = queries.risk(actor(), risk_id)
    form = Form(schemas.RiskForm(), row)
    if request.method == "POST" and form.submit(lambda data: safety.set_risk(actor(), data, risk_id)):
        return _to_list(row.subject, _("清单已修改"))
    return form.page("_form_page.html", title=_("修改风险点"), back=_list_of(row.subject))


@bp.route("/risks/<int:risk_id>/drop", methods=["GET", "POST"])
def drop_risk(risk_id: int) -> Any:
    """Take a point off the list, with the reason."""
    policy.require(actor(), "safety.manage")
    row = queries.risk(actor(), risk_id)
    form = Form(schemas.ReasonForm())
    if request.method == "POST" and form.submit(lambda data: safety.drop_risk(actor(), risk_id, data["reason"])):
        return _to_list(row.subject, _("已移出清单"))
    title = _("移出清单：%(title)s", title=row.title)
    return form.page("_form_page.html", title=title, back=_list_of(row.subject))


@bp.route("/papers/new", methods=["GET", "POST"])
def keep_paper() -> Any:
    """Keep a paper."""
    policy.require(actor(), "safety.manage")
    subject = asked_subject()
    offered = [(paper.id, paper) for paper in rules.papers(subject) if paper.source == "file"]
    first = {"subject": subject, "since": clock.today(), "paper": request.args.get("paper")}
    form = Form(schemas.PaperForm(), first, {"papers": [(key, say(paper)) for key, paper in offered]})
    if request.method == "POST" and form.submit(lambda data: safety.keep_paper(actor(), data)):
        return own_page(_("材料已存档"), subject)
    return form.page("_form_page.html", title=_("存档材料"), back=_back(subject))


def _list_of(subject: str) -> str:
    return url_for("safety.risks", unit_id=actor().unit_id, subject=subject)


def _to_list(subject: str, message: str) -> Any:
    flash(message, "success")
    return redirect(_list_of(subject))
