"""The move of a small workflow that is about to be made: for its page, and for its verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol, TypeVar

from registry import clock, policy
from registry.actor import Actor
from registry.errors import Conflict, Missing
from registry.messages import T
from registry.rules import workflow
from registry.rules.workflow import Move


class HasState(Protocol):
    """A row that stands in a workflow."""

    @property
    def state(self) -> str: ...


R = TypeVar("R", bound=HasState)


def find(name: str, state: str, verb: str, on: date | None = None) -> Move:
    """The move that a verb makes on a day, today when none is given.

    Raises:
        Conflict: it is not legal in this state.
    """
    found = workflow.find_move(name, state, verb, on or clock.today())
    if found is None:
        raise Conflict(T("现在的状态是“{state}”，不能这样办理", state=T(workflow.states(name)[state].zh)))
    return found


def offer(actor: Actor, name: str, verb: str, row_of: Callable[[], R], on: date | None = None) -> tuple[R, Move]:
    """The row and the move the caller is about to make; the workflow's name is that of its permissions.

    Raises:
        Missing: no such move, or what `row_of` raises.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    if verb not in {found.verb for found in workflow.moves(name)}:
        raise Missing(T("没有这个办理步骤"))
    row = row_of()
    policy.require(actor, f"{name}.{verb}")
    return row, find(name, row.state, verb, on)
