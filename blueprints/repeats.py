"""What arrives a second time because the answer to the first was lost, known by its `ref`: forms, which their page gave
one, and bodies of the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import request

from blueprints.forms import Form
from registry.errors import Conflict
from registry.replays import OTHER_CONTENT

REPLAYED = {"Idempotent-Replay": "true"}


def once(shown: Any, known: bool) -> Any:
    """The interface's answer to what is recorded once: as the route declares it, or 200 and marked as a replay when its
    `ref` was known."""
    return (shown, 200, REPLAYED) if known else shown


def sent_ref() -> str:
    """What the page called this form, so that it is recorded once however often it arrives; empty without one."""
    try:
        return str(UUID(request.form.get("ref", "")))
    except ValueError:
        return ""


def page_ref() -> str:
    """The `ref` of a form that is shown: the one it had, or a new one."""
    return sent_ref() or str(uuid4())


def repeat(form: Form, verb: Callable[[dict[str, Any]], Any]) -> Any:
    """Send a form whose `ref` is known to the verb, which answers like the first time.

    Raises:
        Conflict: the same `ref` came with other content.
    """
    data = form.load()
    if data is None:
        raise Conflict(OTHER_CONTENT)
    return verb(data)
