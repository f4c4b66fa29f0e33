"""Reading pages and lists from a replica, where REGISTRY_REPLICA_URL leads to one.

Only what merely looks: GET, after the caller was recognised by the primary. Whatever writes is led back to the primary
by `transaction()`; what decides without writing is marked `@on_primary`. Where the replica is away, or further behind
than REGISTRY_REPLICA_LAG_SECONDS, or has not yet what this person wrote, the primary answers. `Registry-Read` says who
did, and how old it may be.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from blueprints.sessions import optional_actor
from registry.actor import Actor
from registry.db import DatabaseAway, leave_replica, on_replica, read_replica, wrote
from registry.queries import replicas as queries
from registry.services import last_writes
from registry.settings import current as settings

log = logging.getLogger(__name__)

HEADER = "Registry-Read"
LOOKING = frozenset({"GET", "HEAD"})
AWAY_SECONDS = 5.0  # how long a replica that did not answer is left alone

V = TypeVar("V", bound=Callable[..., Any])

_away_until = float("-inf")  # of this process, by its own clock


def on_primary(view: V) -> V:
    """Declare that this view decides although it only reads, or that what it gives out decides somewhere else."""
    view.is_on_primary = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Lead readers to the replica; without one nothing is done at all."""
    if settings().replica_url:
        app.before_request(lead)
        app.after_request(tell)
        app.teardown_request(come_back)


def lead() -> None:
    """Have the replica answer this request, if it may and can."""
    wrote(forget=True)  # recognising somebody is not that person's writing
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in LOOKING or view is None or getattr(view, "is_on_primary", False):
        return
    if request.endpoint == "static" or time.monotonic() < _away_until:
        return
    who = optional_actor()
    place = queries.wanted(who.person_id if who else None)
    read_replica()
    try:
        g.replica_age = queries.age(*place)
    except DatabaseAway:
        give_up()
        return
    if g.replica_age is None:
        leave_replica()


def come_back(_error: BaseException | None) -> None:
    """Whoever comes next is recognised by the primary again."""
    leave_replica()


def give_up() -> bool:
    """Leave a replica that does not answer alone for a while; whether it was the replica that was asked."""
    global _away_until
    if not leave_replica():
        return False
    log.warning("the replica does not answer: the primary is read (request %s)", g.get("request_id"))
    _away_until = time.monotonic() + AWAY_SECONDS
    return True


def tell(response: Response) -> Response:
    """Say who answered, and note how far the primary is when a person has written."""
    replica = on_replica()
    response.headers[HEADER] = f"replica; age={g.replica_age:.1f}" if replica else "primary"
    who = optional_actor()
    if who is not None and who.person_id is not None and wrote():
        _note(who)
    return response


def _note(who: Actor) -> None:
    """What was written stays written, also when this fails: the person may then read what is a few seconds old."""
    try:
        last_writes.note(who)
    except DatabaseAway:
        log.exception("how far the primary was could not be noted (request %s)", g.get("request_id"))
