"""What the visits of an elevator come to today, kept beside its contracts so that lists need not read the visits.

`refresh` is called where a visit is settled and where a contract is signed, renewed or ended; bulk verbs `forget`, and
`fill_in` or `catch_up` once at their end. A state that is missing is only slow: the queries read the visits then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import Contract, MaintenanceState
from registry.queries.due_lines import fixed_due_on, last_done
from registry.rules.maintenance import CYCLES

PORTION = 5000


def refresh(session: Session, elevator_ids: Iterable[int]) -> None:
    """Work out anew the state of some elevators, in the running transaction."""
    session.flush()
    ids = sorted(set(elevator_ids))
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        forget(session, portion)
        _put(session, session.execute(_open_contracts().where(Contract.elevator_id.in_(portion))).all())


def forget(session: Session, elevator_ids: Iterable[int]) -> None:
    """Drop the state of some elevators: until `catch_up` their lists are worked out from the visits."""
    ids = sorted(set(elevator_ids))
    for start in range(0, len(ids), PORTION):
        session.execute(delete(MaintenanceState).where(MaintenanceState.elevator_id.in_(ids[start : start + PORTION])))


def catch_up(actor: Actor) -> int:
    """Work out what is missing, after an upgrade or an import; how many contracts. The system only."""
    policy.require(actor, "maintenance_state.refresh")
    with transaction() as session:
        count = fill_in(session)
        if count:
            audit.record(actor, "maintenance_state.caught_up", None, contracts=count)
        return count


def fill_in(session: Session) -> int:
    """Work out the states that are missing, in the running transaction; how many contracts."""
    session.flush()
    known = select(MaintenanceState.contract_id)
    rows = session.execute(_open_contracts().where(Contract.id.not_in(known))).all()
    for start in range(0, len(rows), PORTION):
        _put(session, rows[start : start + PORTION])
    return len(rows)


def _open_contracts() -> Any:
    return select(Contract.id, Contract.elevator_id, Contract.since).where(
        or_(Contract.until.is_(None), Contract.until > clock.today())
    )


def _put(session: Session, contracts: Iterable[Any]) -> None:
    today = clock.today()
    rows = list(contracts)
    done = last_done({elevator_id for _id, elevator_id, _since in rows}, today)
    values = [
        {
            "contract_id": contract_id,
            "elevator_id": elevator_id,
            **{f"last_{cycle}": done[elevator_id].get(cycle) for cycle in CYCLES},
            "due_on": fixed_due_on(done[elevator_id], since, today),
        }
        for contract_id, elevator_id, since in rows
    ]
    if values:
        session.execute(insert(MaintenanceState), values)
