"""One entry of the first page: a kind of work, who is told of it, how it is counted, and the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from registry.actor import Actor
from registry.messages import T

Count = Callable[[Actor, date], int]
Tally = Callable[[Actor, date], Mapping[str, int]]


class Tallied(NamedTuple):
    """One of several counts over the same list: they are asked together, once, and told apart by `key`."""

    ask: Tally
    key: str


@dataclass(frozen=True)
class Todo:
    """A kind of work that may wait. `tone`: `late` (a deadline is past), `due` (today or soon) or `open`."""

    key: str
    label: T
    tone: str
    permission: str
    page: str
    count: Count | Tallied
    arguments: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """A kind of work that does wait, and how many."""

    todo: Todo
    count: int
