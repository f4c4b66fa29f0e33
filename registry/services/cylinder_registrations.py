"""Use registration of cylinders by unit (使用登记表三): a station applies with its list, the registrar decides.

A grant gives or keeps the certificate of the unit and class, puts the list on it, and brings drafts into use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import Spoken, T
from registry.models import (
    CertifiedCylinder,
    Cylinder,
    CylinderCertificate,
    CylinderRegistration,
    CylinderRegistrationItem,
)
from registry.queries import cylinder_lines, parameters, registration_checks
from registry.queries import cylinder_registrations as queries
from registry.queries.cylinder_lines import Line
from registry.replays import digest, sent_before
from registry.rules import cylinder_registrations as rules
from registry.rules import registrations as office
from registry.rules.cylinder_lifecycle import move as cylinder_move
from registry.rules.verdict import Finding
from registry.services import life_events
from registry.services.cylinders import make_move, move_day
from registry.settings import current

KIND = "QPDJ"
CERTIFICATE = "cylinder_cert"
SIDES = {move.verb: move.side for move in office.MOVES}
FIELDS = ("safety_manager", "mobile", "filled_by")
OPTIONS = (
    selectinload(CylinderRegistration.items)
    .selectinload(CylinderRegistrationItem.cylinder)
    .selectinload(Cylinder.statuses),
    selectinload(CylinderRegistration.unit),
)


def apply(actor: Actor, data: Mapping[str, Any]) -> tuple[CylinderRegistration, bool]:
    """Begin an application of the caller's station: `kind, catalogue`, `codes` of the list (none for a cancellation),
    the fields of the form, optionally `papers` (ids of stored files by kind) and `ref`; and whether the `ref` was here
    before.

    Raises:
        Invalid: no such type, class or paper, lines that name no cylinder or one that cannot be registered.
        Conflict: an application for the same class is not decided yet, or the `ref` came with other content.
    """
    policy.require(actor, "cylinder_registration.apply")
    content, today = digest({**data, "unit": actor.unit_id}), clock.today()
    with transaction() as session:
        known = sent_before(actor, CylinderRegistration, data.get("ref"), content)
        if known is not None:
            return known, True
        _refuse_unknown(data)
        _refuse_second(session, actor, data["catalogue"])
        number = next_number(session, KIND, current().city_code, today.year)
        case = CylinderRegistration(
            no=f"{KIND}-{current().city_code}-{today.year}-{number:05d}",
            unit_id=actor.unit_id,
            catalogue=data["catalogue"],
            kind=data["kind"],
            state=office.FIRST_STATE,
            fields={name: data[name] for name in FIELDS if data.get(name)},
            papers=_papers(actor, data["kind"], {}, data.get("papers") or {}),
            opened_on=today,
            ref=data.get("ref"),
            ref_digest=content if data.get("ref") else None,
        )
        session.add(case)
        session.flush()
        count = _list(actor, session, case, data.get("codes") or ())
        audit.record(
            actor,
            "cylinder_registration.opened",
            case,
            no=case.no,
            kind=case.kind,
            unit_id=case.unit_id,
            cylinders=count,
        )
        return case, False


def amend(actor: Actor, no: str, data: Mapping[str, Any], version: int | None = None) -> CylinderRegistration:
    """Give an application that waits for its unit another list and other fields, and where `papers` are told, those.

    Raises:
        Conflict: it lies with the office, or somebody changed it meanwhile.
        Invalid: as in `apply`.
    """
    policy.require(actor, "cylinder_registration.apply")
    with transaction() as session:
        case = _locked(actor, no, version)
        if office.STATES[case.state].waits_for != "unit":
            raise Conflict(T("现在的状态是“{state}”，不能修改申请", state=T(office.STATES[case.state].zh)))
        case.fields = {name: data[name] for name in FIELDS if data.get(name)}
        if "papers" in data:
            case.papers = _papers(actor, case.kind, case.papers or {}, data["papers"] or {})
        item = CylinderRegistrationItem
        session.execute(
            delete(item).where(item.registration_id == case.id).execution_options(synchronize_session=False)
        )
        session.expire(case, ["items"])
        count = _list(actor, session, case, data.get("codes") or ())
        case.version += 1
        audit.record(actor, "cylinder_registration.amended", case, no=case.no, cylinders=count)
        return case


def move(actor: Actor, no: str, verb: str, data: Mapping[str, Any], version: int | None = None) -> CylinderRegistration:
    """Make one step: submit, withdraw by the station; accept, send_back (`missing`), refuse (`reason`), grant
    (optionally `since`) by the office.

    Raises:
        Missing: no such step, or no such case for this caller to see.
        Conflict: the case has moved on meanwhile, or stands where the step is not possible.
        Invalid: what the step needs is missing.
        Refused: everything that stands against it.
    """
    if verb not in SIDES:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"cylinder_registration.{'apply' if SIDES[verb] == 'unit' else 'decide'}")
    today = clock.today()
    with transaction() as session:
        case = _locked(actor, no, version)
        step = office.find_move(case.state, verb, today)
        if step is None:
            raise Conflict(T("现在的状态是“{state}”，不能这样办理", state=T(office.STATES[case.state].zh)))
        wrong = {name: [T("办理这一项必须填写")] for name in step.needs if not (data.get(name) or "").strip()}
        if wrong:
            raise Invalid(wrong)
        if verb in ("submit", "grant"):
            _refuse_faulty(case)
        if verb == "submit":
            case.submitted_on = today
        elif verb == "grant":
            _grant(session, actor, case, data.get("since") or today)
        before, case.state = case.state, step.target
        case.due_on = office.due_by(step, today, *parameters.holidays())
        case.decided_on = today if not office.STATES[step.target].open else None
        case.note = (data.get("missing") or data.get("reason") or data.get("note") or "")[:1000]
        case.version += 1
        _flush(session)
        audit.record(
            actor,
            "cylinder_registration.moved",
            case,
            **{"no": case.no, "verb": verb, "from": before, "to": case.state},
            certificate_no=case.certificate_no,
            reason=case.note,
        )
        return case


def _papers(actor: Actor, kind: str, brought: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, list[int]]:
    known = {paper.id for paper in rules.papers(kind, clock.today())}
    return registration_checks.stored(actor, known, brought, given)


def _refuse_unknown(data: Mapping[str, Any]) -> None:
    if data["kind"] not in rules.TYPES:
        raise Invalid.field("kind", T("没有这种登记类别"))
    if data["catalogue"] not in rules.CLASSES:
        raise Invalid.field("catalogue", T("没有这种气瓶类别"))


def _refuse_second(session: Session, actor: Actor, catalogue: str) -> None:
    same = (CylinderRegistration.unit_id == actor.unit_id, CylinderRegistration.catalogue == catalogue)
    other = session.scalars(
        select(CylinderRegistration).where(*same, CylinderRegistration.state.in_(office.OPEN))
    ).first()
    if other is not None:
        raise Conflict(T("这一类别的气瓶已有未办结的申请（{no}）", no=other.no))


def _locked(actor: Actor, no: str, version: int | None) -> CylinderRegistration:
    case = policy.get(actor, CylinderRegistration, CylinderRegistration.no == no, lock=True, options=OPTIONS)
    if version is not None and version != case.version:
        raise Conflict(T("这份申请刚被别人办理过，请重新打开后再办"))
    return case


def _list(actor: Actor, session: Session, case: CylinderRegistration, codes: Sequence[str]) -> int:
    """Put the named cylinders on the list; every line that names none that can be registered is answered."""
    if len(codes) > queries.MOST:
        raise Invalid.field("codes", T("一批最多{count}只", count=queries.MOST))
    lines = queries.look(actor, codes)
    rows = [line.cylinder for line in lines if line.cylinder]
    found = queries.judged(case, rows, queries.certificate(case.unit_id, case.catalogue))
    told = []
    for line in lines:
        problem: T | None = line.problem
        if problem is None and line.cylinder is not None and not found[line.cylinder.id].allowed:
            against = found[line.cylinder.id].findings
            problem = Spoken("；".join(one.text for one in against), "; ".join(one.text_en for one in against))
        told.append(Line(line.number, line.text, line.cylinder, problem))
    if any(line.problem for line in told):
        raise Invalid({"codes": cylinder_lines.sentences(told)})
    session.add_all(CylinderRegistrationItem(registration_id=case.id, cylinder_id=row.id) for row in rows)
    return len(rows)


def _refuse_faulty(case: CylinderRegistration) -> None:
    """All that stands against an application as it is now: also what became of its cylinders meanwhile."""
    held = queries.certificate(case.unit_id, case.catalogue)
    found: list[Finding] = []
    for name, zh, en in (
        ("safety_manager", "安全管理人员", "Safety manager"),
        ("filled_by", "填表人员", "Filled in by"),
    ):
        if not (case.fields or {}).get(name):
            found.append(_finding(f"need.{name}", f"缺少：{zh}", f"Missing: {en}"))
    if case.kind == "new" and held is not None:
        found.append(
            _finding(
                "held", f"已有登记证{held.number}，请申请变更登记", f"Has certificate {held.number}: apply for a change"
            )
        )
    if case.kind != "new" and held is None:
        found.append(
            _finding("none", "没有这一类别的登记证，请先办理首次登记", "No certificate of this class: register first")
        )
    leaving = len(queries.gone(held, case.unit_id)) if held else 0
    if case.kind == "new" and not case.items:
        found.append(_finding("list", "清单中没有气瓶", "No cylinder on the list"))
    if case.kind == "change" and not case.items and not leaving:
        found.append(_finding("list", "没有增加的气瓶，也没有应减少的气瓶", "Nothing to add and nothing to take off"))
    if case.kind == "cancel" and (left := queries.on_it(held) - leaving):
        found.append(
            _finding(
                "left", f"登记证上还有{left}只在册气瓶，不能注销", f"{left} cylinders are still on the certificate"
            )
        )
    told = queries.judged(case, [item.cylinder for item in case.items], held)
    for item in case.items:
        for one in told[item.cylinder_id].findings:
            serial = item.cylinder.serial_no
            found.append(_finding(one.rule, f"{serial}：{one.text}", f"{serial}: {one.text_en}"))
    if found:
        raise Refused(found[: cylinder_lines.SHOWN])


def _finding(rule: str, zh: str, en: str) -> Finding:
    return Finding(f"cylinder_registration.{rule}", "block", zh, en, rules.BASIS, "K1")


def _grant(session: Session, actor: Actor, case: CylinderRegistration, since: date) -> None:
    """The certificate in force with its list: what came is put on it, what left is taken off."""
    if since > clock.today():
        raise Invalid.field("since", T("不能晚于今天"))
    held = queries.certificate(case.unit_id, case.catalogue)
    if held is None:
        held = CylinderCertificate(
            unit_id=case.unit_id,
            catalogue=case.catalogue,
            number=_certificate_no(session, case.catalogue, since),
            since=since,
        )
        session.add(held)
        session.flush()
    left = queries.gone(held, case.unit_id)
    for row in left:
        row.until = since
    case.removed, case.certificate_no = len(left), held.number
    case.registrar, case.authority = actor.name, actor.unit_name
    if case.kind == "cancel":
        held.until = since
        return
    _take_from_others(session, [item.cylinder_id for item in case.items], since)
    for item in case.items:
        session.add(CertifiedCylinder(certificate_id=held.id, cylinder_id=item.cylinder_id, since=since))
        legal = cylinder_move(item.cylinder.status, "register")
        if legal is not None:
            make_move(actor, item.cylinder, legal, move_day(item.cylinder, since), "", held.number)
        life_events.note(actor, item.cylinder, "register", {"given": {"document": held.number}})


def _take_from_others(session: Session, ids: Sequence[int], since: date) -> None:
    """A cylinder is registered with one station: what it brought from another's certificate ends there."""
    standing = (CertifiedCylinder.cylinder_id.in_(ids), CertifiedCylinder.until.is_(None))
    for row in session.scalars(select(CertifiedCylinder).where(*standing)):
        row.until = since
    session.flush()


def _certificate_no(session: Session, catalogue: str, on: date) -> str:
    city = current().city_code
    series = rules.certificate_series(catalogue, city, on)
    return rules.certificate_no(catalogue, city, next_number(session, CERTIFICATE, series, on.year), on)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(T("登记证或气瓶刚被另一份申请办理，请刷新后再办理")) from None
