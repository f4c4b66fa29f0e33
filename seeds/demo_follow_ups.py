"""Follow-up lists of the demo: one that waits, one that was answered, for each of the first two targets."""

from __future__ import annotations

from datetime import timedelta

from registry import clock
from registry.queries import indicator_efforts
from registry.services import follow_ups
from seeds import cast

KEYS = ("paperless_maintenance", "liability_insurance")


def build() -> None:
    """Send the units with most behind their lists; the cast's own company has answered."""
    section, today = cast.actor("section"), clock.today()
    for key in KEYS:
        holders = indicator_efforts.effort(section, key).holders
        units = [holder.unit_id for holder in holders if holder.unit_id is not None and holder.behind]
        cast_units = [cast.unit("company").id, cast.unit("property").id]
        chosen = [*units[:2], *(unit for unit in cast_units if unit in units[2:])]
        if not chosen:
            continue
        given = {"key": key, "unit_ids": chosen, "due_on": today + timedelta(days=14), "note": "请按清单逐台落实。"}
        for row in follow_ups.send(section, given):
            if row.unit_id == cast.unit("company").id:
                answer = {"note": "已排班，两周内逐台完成并请使用单位确认。", "promised_on": today + timedelta(days=12)}
                follow_ups.move(cast.actor("company"), row.id, "answer", answer)
