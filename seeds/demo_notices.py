"""Notices of the demo: what happened is told to whom it concerns; one digest went out, one did not arrive."""

from __future__ import annotations

from datetime import timedelta

from registry import clock
from registry.actor import SYSTEM
from registry.queries import notices as queries
from registry.services import notice_sending, notices
from seeds import cast, past

ROBOT = {"hook_flavour": "wecom", "hook_url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo"}
READ = 2  # of each reader's notices


def build() -> None:
    """Told yesterday afternoon, sent this morning. The robots are taken away again: the demo sends nothing."""
    today = clock.today()
    readers = [cast.actor(login) for login in ("county", "company")]
    with past.at(past.moment(today - timedelta(days=1), 8)):
        for reader in readers:
            notices.set_up(reader, {**ROBOT, "quiet_from": 22 * 60, "quiet_to": 7 * 60})
    with past.at(past.moment(today - timedelta(days=1), 17)):
        notices.gather(SYSTEM)
    with past.at(past.moment(today, 8)):
        notice_sending.plan(SYSTEM)
        problem = ""
        while message := notice_sending.take(SYSTEM):
            notice_sending.finish(SYSTEM, message, problem, for_good=True)
            problem = "refused: 93000 invalid webhook url"
    for reader in readers:
        notices.set_up(reader, {"hook_flavour": None})
        for shown in queries.page(reader, {"limit": READ}).items:
            notices.mark_read(reader, shown.notice.id)
