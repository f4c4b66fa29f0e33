"""Which technicians look after which elevators: set by the maintenance company's manager, as dated periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Invalid
from registry.messages import T
from registry.models import Assignment, Elevator
from registry.queries import visit_facts

MOST = 5000
MOST_TECHNICIANS = 5


def assign(actor: Actor, elevator_ids: Sequence[int], logins: Sequence[str], since: date) -> int:
    """From a day on these technicians, and nobody else, look after these elevators; without technicians nobody does.

    Returns how many elevators changed hands; those that are with the same people already are left alone.

    Raises:
        Missing: an elevator that the company does not maintain.
        Invalid: nothing chosen, a person who is not of the company, or a day in the past.
    """
    policy.require(actor, "assignment.set")
    wanted = sorted(set(elevator_ids))
    if not wanted or len(wanted) > MOST:
        raise Invalid.field("elevators", T("请选择1至{most}台电梯", most=MOST))
    if since < clock.today():
        raise Invalid.field("since", T("不能早于今天"))
    with transaction() as session:
        people = _people(actor, logins, since)
        known = set(session.scalars(policy.scope(actor, Elevator, Elevator.id).where(Elevator.id.in_(wanted))))
        if known != set(wanted):
            raise Invalid.field("elevators", T("有{count}台电梯不由本单位维保", count=len(set(wanted) - known)))
        before: dict[int, list[Assignment]] = {id_: [] for id_ in wanted}
        for row in session.scalars(
            locked(
                policy.scope(actor, Assignment).where(
                    Assignment.elevator_id.in_(wanted), or_(Assignment.until.is_(None), Assignment.until > since)
                )
            )
        ):
            before[row.elevator_id].append(row)
        changed = [id_ for id_ in wanted if {row.person_id for row in before[id_]} != set(people)]
        for elevator_id in changed:
            for row in before[elevator_id]:
                row.until = max(since, row.since)
            session.add_all(
                Assignment(elevator_id=elevator_id, company_id=actor.unit_id, person_id=person_id, since=since)
                for person_id in people
            )
        entries = [(id_, {"elevator_id": id_, "people": people, "since": since}) for id_ in changed]
        audit.record_many(actor, "assignment.set", "elevator", entries)
        return len(changed)


def assign_unit(actor: Actor, use_unit_id: int, logins: Sequence[str], since: date) -> int:
    """The same for every elevator of a use unit that the company maintains.

    Raises:
        Invalid: as `assign`; the company maintains no elevator of this unit.
    """
    policy.require(actor, "assignment.set")
    with transaction() as session:
        ids = session.scalars(
            policy.scope(actor, Elevator, Elevator.id).where(Elevator.use_unit_id == use_unit_id)
        ).all()
        return assign(actor, ids, logins, since)


def _people(actor: Actor, logins: Sequence[str], day: date) -> list[int]:
    asked = list(dict.fromkeys(login.strip().lower() for login in logins))
    if len(asked) > MOST_TECHNICIANS:
        raise Invalid.field("technicians", T("一台电梯最多{most}名维保人员", most=MOST_TECHNICIANS))
    known = visit_facts.workers(actor, asked, day)
    wrong = [login for login in asked if login not in known or not known[login].on_roll]
    if wrong:
        raise Invalid.field("technicians", T("本单位没有这名作业人员：{logins}", logins="、".join(wrong)))
    return [known[login].person.id for login in asked]
