"""Safety supervision directives: issued on the spot by two inspectors, served, answered by the unit, rechecked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Directive, DirectiveInspector, DirectiveItem, DirectiveStep, SupervisionCheck
from registry.queries import directive_facts, directive_inputs, legal_moves, parameters
from registry.queries.directive_inputs import PURPOSE, Target
from registry.replays import digest, move_digest, moved_before, sent_before
from registry.rules import directives as rules
from registry.rules import supervision_checks as check_rules
from registry.rules.workflow import Move
from registry.services import papers, supervision_checks, visit_evidence
from registry.services.papers import About

Data = Mapping[str, Any]
KIND = "directive"
TEXTS = ("problems", "broken_rule", "order_basis", "measures")
# What a move of a directive does with the check it came from.
MOVES_OF_CHECK = {
    "issue": "issue_directive",
    "report": "receive_report",
    "pass_recheck": "recheck_pass",
    "fail_recheck": "recheck_fail",
}


def issue(actor: Actor, data: Data) -> tuple[Directive, bool]:
    """Issue a directive under the next number of the office, and its paper; whether it was here before.

    `data`: `ref, problems, broken_rule, order_basis, measures, due_on, inspectors` ([{person, signature}], the caller
    among them), `unit?, elevators?, cylinders?, hazards?, check?, oral_on?`; and either `unit_signer`
    (with `unit_signature?`), who takes it on the spot, so that it is served at once, or `refusal` with
    `refusal_files` (ids). Signatures are image bytes or ids of stored files.

    Raises:
        Invalid: what is missing, not there or not possible, beside its field.
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "directive.issue")
    content = digest(data)
    with transaction() as session:
        known = sent_before(actor, Directive, data["ref"], content)
        if known is not None:
            return known, True
        target = directive_inputs.target(actor, data)
        row = _new(actor, data, target, clock.today())
        row.ref, row.ref_digest = data["ref"], content
        people, items = _inspectors(actor, data["inspectors"]), _items(target)
        row.number = row.ref  # until the paper has drawn its number, which needs this row's id
        session.add(row)
        session.flush()
        parts: list[DirectiveInspector | DirectiveItem] = [*people, *items]
        for part in parts:
            part.directive_id = row.id
            session.add(part)
        facts = directive_facts.of_directive(actor, row, items, people)
        title = f"特种设备安全监察指令书　{target.unit.name}"
        paper = papers.issue(actor, KIND, title, About(KIND, row.id, target.area_code, target.unit.id), facts)
        row.number, row.paper_id = paper.number, paper.id
        files = directive_inputs.check_files(actor, "refusal_files", data.get("refusal_files") or [])
        _note(session, actor, row, "issue", "", row.state, "", {"files": files} if files else {})
        audit.record(
            actor,
            "directive.issued",
            row,
            number=row.number,
            unit_id=row.unit_id,
            due_on=row.due_on,
            devices=len(target.elevators) + len(target.cylinders),
            hazards=[hazard.no for hazard in target.hazards],
        )
        _follow(session, actor, row, "issue", row.issued_on, row.number)
        if row.unit_signer:
            given = {"delivery": "direct", "delivered_on": row.issued_on, "receiver": row.unit_signer}
            _make(session, actor, row, "serve", given)
        return row, False


def move(actor: Actor, directive_id: int, verb: str, data: Data, version: int | None = None) -> Directive:
    """Make one of the moves of `directive_moves.csv`.

    `data`: publish `published_on, note`; serve `delivery, delivered_on` with what that way of serving needs
    (`receiver`, `mail_no`, `note`, `files`, `consent`: ids); report `note, files`; the two rechecks `method` (site,
    documents), `rechecked_on, note, files?, second?` (the other inspector, on site); withdraw `note`.

    Raises:
        Missing: no such move, or no such directive for this caller.
        Conflict: the move is not legal now, or somebody else was faster.
        Invalid: something missing or impossible, beside its field.
    """
    return move_once(actor, None, directive_id, verb, data, version)[0]


def move_once(
    actor: Actor, ref: str | None, directive_id: int, verb: str, data: Data, version: int | None = None
) -> tuple[Directive, bool]:
    """Like `move`, for callers that send again when no answer came: (directive, whether the move was made already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"directive.{verb}")
    content = move_digest(directive_id, verb, data)
    with transaction() as session:
        row = policy.get(actor, Directive, Directive.id == directive_id, lock=True)
        if moved_before(DirectiveStep, ref, content):
            return row, True
        if version is not None and version != row.version:
            raise Conflict(T("这份指令书刚被别人办理过，请重新打开后再办"))
        if verb == "withdraw" and row.paper_id and str(data.get("note") or "").strip():
            papers.withdraw(actor, row.paper_id, data["note"], together=True)
        _make(session, actor, row, verb, data, ref=ref, ref_digest=content if ref else None)
        return row, False


def _make(session: Session, actor: Actor, row: Directive, verb: str, data: Data, **sent: str | None) -> None:
    """Judge a move, do it and note it: the one place where a state is assigned."""
    found = legal_moves.find(rules.NAME, row.state, verb)
    given = _checked(actor, row, found, data)
    before, row.state = row.state, found.target
    row.version += 1
    _enter(row, verb, given)
    note = given.pop("note", "") or ""
    _note(session, actor, row, verb, before, row.state, note, given, **sent)
    _follow(session, actor, row, verb, row.rechecked_on if verb.endswith("_recheck") else clock.today(), note)
    moved = {name: given[name] for name in ("delivery",) if name in given}
    audit.record(
        actor,
        "directive.moved",
        row,
        number=row.number,
        verb=verb,
        served_on=row.served_on,
        recheck_due_on=row.recheck_due_on,
        **{"from": before, "to": row.state, **moved},
    )


def _follow(session: Session, actor: Actor, row: Directive, verb: str, on: date | None, note: str) -> None:
    """Move the check that the directive came from, where it stands so that it can be: of several directives of one
    check the first to get there moves it."""
    if row.check_id is None or verb not in MOVES_OF_CHECK:
        return
    check = session.scalars(locked(select(SupervisionCheck).where(SupervisionCheck.id == row.check_id))).one()
    moved = MOVES_OF_CHECK[verb]
    if check_rules.find_move(check_rules.WORKFLOW, check.state, moved, clock.today()) is not None:
        supervision_checks.advance(actor, check, moved, on, note)


def _enter(row: Directive, verb: str, given: Data) -> None:
    """What a move leaves on the row."""
    today = clock.today()
    match verb:
        case "publish":
            row.published_on = given["published_on"]
        case "serve":
            way = rules.deliveries(today)[given["delivery"]]
            row.delivery, row.delivered_on = way.id, given["delivered_on"]
            row.served_on = rules.served_on(way, given["delivered_on"])
        case "report":
            row.reported_on = today
            row.recheck_due_on = rules.recheck_due(today, *parameters.holidays())
        case "pass_recheck" | "fail_recheck":
            row.rechecked_on, row.recheck_due_on = given["rechecked_on"], None


def _checked(actor: Actor, row: Directive, found: Move, data: Data) -> dict[str, Any]:
    """What comes with a move, complete and possible."""
    today = clock.today()
    given = {name: _stripped(value) for name, value in data.items() if name not in ("version", "ref")}
    wrong: dict[str, list[str]] = {}
    needs = [*found.needs]
    if found.verb == "serve":
        way = rules.deliveries(today).get(given.get("delivery") or "")
        if way is None:
            raise Invalid.field("delivery", T("请从列表中选择"))
        needs += way.needs
        _check_service(row, way, given, today, wrong)
    for name in needs:
        if given.get(name) in (None, "", []):
            wrong.setdefault(name, []).append(T("办理这一项必须填写"))
    day = given.get("rechecked_on")
    if day and (day > today or (row.served_on and day < row.served_on)):
        wrong["rechecked_on"] = [T("复查日期应在送达之后、今天之前")]
    if found.verb.endswith("_recheck") and not row.reported_on and today <= row.due_on:
        wrong["rechecked_on"] = [T("整改期限还没有到，单位也没有提交整改报告，还不能复查")]
    published = given.get("published_on")
    if published and not row.issued_on <= published <= today:
        wrong["published_on"] = [T("公告日期应在下达之后、今天之前")]
    if wrong:
        raise Invalid(wrong)
    for name in ("files", "consent"):
        if given.get(name):
            given[name] = directive_inputs.check_files(actor, name, given[name])
    if given.get("method") == "site":
        second = int(given.get("second") or 0)
        given["inspectors"] = [actor.person_id, second]
        _as_second(lambda: directive_inputs.inspectors(actor, [actor.person_id or 0, second], today))
    return {name: value for name, value in given.items() if value not in (None, "", [])}


def _as_second(check: Any) -> None:
    """Say beside the field of the other inspector what is wrong with the two."""
    try:
        check()
    except Invalid as error:
        raise Invalid({"second": error.errors["inspectors"]}) from None


def _check_service(
    row: Directive, way: rules.Delivery, given: dict[str, Any], today: date, wrong: dict[str, list[str]]
) -> None:
    if way.id == rules.NOTICE:
        if row.published_on is None:
            raise Invalid.field("delivery", T("请先登记公告"))
        given["delivered_on"] = row.published_on
        counts = rules.served_on(way, row.published_on)
        if counts > today:
            wrong["delivery"] = [T("公告满{days}日才视为送达，最早{day}", days=way.wait_days, day=counts.isoformat())]
    day = given.get("delivered_on")
    if day and not row.issued_on <= day <= today:
        wrong["delivered_on"] = [T("送达日期应在下达之后、今天之前")]


def _note(
    session: Session,
    actor: Actor,
    row: Directive,
    verb: str,
    source: str,
    target: str,
    note: str,
    data: Data,
    **sent: str | None,
) -> None:
    session.add(
        DirectiveStep(
            directive_id=row.id,
            verb=verb,
            source=source,
            target=target,
            at=clock.now(),
            note=note,
            data={name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()},
            person_id=actor.person_id,
            unit_id=actor.unit_id,
            **sent,
        )
    )


def _new(actor: Actor, data: Data, target: Target, today: date) -> Directive:
    wrong: dict[str, list[str]] = {}
    for name in TEXTS:
        if not str(data.get(name) or "").strip():
            wrong[name] = [T("请填写这一项")]
    if data["due_on"] < today:
        wrong["due_on"] = [T("整改期限不能早于今天")]
    oral = data.get("oral_on")
    if oral and not today - timedelta(days=30) <= oral <= today:
        wrong["oral_on"] = [T("口头指令应在今天以前、30天以内")]
    signer, refusal = (str(data.get(name) or "").strip() for name in ("unit_signer", "refusal"))
    if bool(signer) == bool(refusal):
        wrong["unit_signer"] = [T("请填写单位签收人；拒绝签收的，写明拒签情况，两项填一项")]
    if refusal and not data.get("refusal_files"):
        wrong["refusal_files"] = [T("拒绝签收的，请附照片或录像")]
    if wrong:
        raise Invalid(wrong)
    return Directive(
        unit_id=target.unit.id,
        area_code=target.area_code,
        check_id=target.check.id if target.check else None,
        **{name: data[name].strip() for name in TEXTS},
        due_on=data["due_on"],
        oral_on=oral,
        issued_on=today,
        issued_at=clock.now(),
        issuer_id=actor.unit_id,
        person_id=actor.person_id,
        unit_signer=signer,
        unit_signature=_signature(actor, data["unit_signature"], "unit_signature")
        if data.get("unit_signature")
        else None,
        refusal=refusal,
        state=rules.FIRST_STATE,
        version=1,
    )


def _inspectors(actor: Actor, given: Sequence[Data]) -> list[DirectiveInspector]:
    today = clock.today()
    held = directive_inputs.inspectors(actor, [one["person"] for one in given], today)
    return [
        DirectiveInspector(
            person_id=one["person"],
            certificate=held[one["person"]],
            signature=_signature(actor, one["signature"], f"signature_{number}"),
            signed_at=clock.now(),
        )
        for number, one in enumerate(given, 1)
    ]


def _signature(actor: Actor, sent: Any, field: str) -> dict[str, Any]:
    if not sent:
        raise Invalid.field(field, T("请签名"))
    try:
        return visit_evidence.keep_picture(actor, sent, PURPOSE, field)
    except evidence.PictureError as error:
        texts = {"size": T("照片不能超过2 MB"), "format": T("照片或签名应为 JPEG、PNG 或 WebP 图片")}
        raise Invalid.field(field, texts[str(error)]) from None


def _items(target: Target) -> list[DirectiveItem]:
    return [
        *(DirectiveItem(elevator_id=row.id) for row in target.elevators),
        *(DirectiveItem(cylinder_id=row.id) for row in target.cylinders),
        *(DirectiveItem(hazard_id=row.id) for row in target.hazards),
    ]


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
