"""Notices in the background: made, planned, and sent one after the other; a server that is away blocks nobody else."""

from __future__ import annotations

import logging
import threading

from flask import Flask

from blueprints.notice_letters import written
from registry import tracing
from registry.actor import SYSTEM
from registry.db import DatabaseAway, undo
from registry.outgoing import Undelivered, hooks, mail
from registry.rules.notices import EMAIL
from registry.services import notice_sending, notices
from registry.services.notice_sending import Message
from registry.settings import current

log = logging.getLogger(__name__)

PAUSE_SECONDS = 60.0
MOST_IN_A_RUN = 500


def work(app: Flask, over: threading.Event) -> None:
    """Make and send notices every minute until `over` is set."""
    while not over.is_set():
        with app.app_context():
            try:
                run(over)
            except DatabaseAway:
                log.exception("the database is away")
            except Exception:
                log.exception("notices could not be made or sent")
            finally:
                undo()
        over.wait(PAUSE_SECONDS)


def run(over: threading.Event | None = None) -> tuple[int, int]:
    """Make what is new, plan what goes out, send what is due; (notices made, messages sent)."""
    made = notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    sent, away = 0, set[str]()
    for _count in range(MOST_IN_A_RUN):
        if over is not None and over.is_set():
            break
        message = notice_sending.take(SYSTEM, away)
        if message is None:
            break
        sent += deliver(message, away) == "sent"
    return made, sent


def deliver(message: Message, away: set[str]) -> str:
    """Send one message that was taken; returns its state. What is away is added to `away`."""
    with tracing.following(message.request_id):
        state = _deliver(message, away)
        log.info("message %s: %s", message.delivery_id, state)
    return state


def _deliver(message: Message, away: set[str]) -> str:
    problem, for_good = "", False
    try:
        _send(message)
    except Undelivered as error:
        problem, for_good = str(error), error.for_good
        if error.away:
            away.add(EMAIL if message.channel == EMAIL else message.to)
    except Exception as error:
        # Whatever is wrong with this one, the others go on.
        log.exception("message %s could not be sent", message.delivery_id)
        problem = f"away: {type(error).__name__}"
    return notice_sending.finish(SYSTEM, message, problem, for_good)


def _send(message: Message) -> None:
    title, text = written(message)
    ref = f"notice-{message.delivery_id}"
    if message.channel == EMAIL:
        mail.send(current(), message.to, title, text, ref)
    else:
        hooks.send(current(), message.flavour, message.to, message.secret, title, text, ref)
