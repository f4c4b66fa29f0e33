"""Self-checks under campaigns: every unit in the scope is ordered to check itself, and answers (SAMR57 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Campaign, CampaignSelfCheck
from registry.queries import campaign_checks as queries
from registry.queries import directive_inputs, enforcement_steps, papers

Data = Mapping[str, Any]
PURPOSE = "campaign_check"
MOST_ITEMS = 9999


def order(actor: Actor, campaign_id: int) -> int:
    """Order every unit in the scope of a running campaign that has no order yet to check itself; how many are new.

    Raises:
        Conflict: the campaign does not run, is another office's, or orders no self-check.
    """
    policy.require(actor, "campaign.order")
    with transaction() as session:
        row = policy.get(actor, Campaign, Campaign.id == campaign_id, lock=True)
        if row.area_code != papers.body_of(actor):
            raise Conflict(T("由组织专项行动的机关办理"))
        if row.state != "running":
            raise Conflict(T("专项行动没有在进行，不能部署自查"))
        if row.self_check_by is None:
            raise Conflict(T("这个专项行动没有部署自查"))
        today = clock.today()
        known = set(session.scalars(select(CampaignSelfCheck.unit_id).where(CampaignSelfCheck.campaign_id == row.id)))
        wanted = {unit: area for unit, area in queries.units_in_scope(row, today).items() if unit not in known}
        session.add_all(
            CampaignSelfCheck(
                campaign_id=row.id,
                unit_id=unit,
                area_code=area,
                ordered_on=today,
                due_on=max(row.self_check_by, today),
                version=1,
            )
            for unit, area in sorted(wanted.items())
        )
        audit.record(actor, "campaign.self_checks_ordered", row, no=row.no, count=len(wanted))
        return len(wanted)


def answer(actor: Actor, check_id: int, data: Data, version: int | None = None) -> CampaignSelfCheck:
    """A unit's answer: `{found, corrected, findings?, open_items?, signer, photos?}`; until the campaign ends it may be
    brought up to date. `photos`: ids of stored files; those given before stay.

    Raises:
        Missing: not an order to the caller's unit. Conflict: the campaign has ended, or somebody else was faster.
        Invalid: more corrected than found, what was found or what is open not said, nobody signed.
    """
    policy.require(actor, "campaign_check.answer")
    today = clock.today()
    with transaction():
        own = (CampaignSelfCheck.id == check_id, CampaignSelfCheck.unit_id == actor.unit_id)
        row = policy.get(actor, CampaignSelfCheck, *own, lock=True)
        campaign = policy.get(actor, CampaignSelfCheck, *own, options=(queries.CAMPAIGN,)).campaign
        if campaign.state != "running":
            raise Conflict(T("专项行动已结束，不能再报自查情况"))
        enforcement_steps.refuse_stale(version, row.version)
        given = _checked(actor, data)
        photos = {one["file"]: one for one in [*(row.photos or ()), *given.pop("photos")]}
        for name, value in given.items():
            setattr(row, name, value)
        row.photos = list(photos.values())
        row.answered_on = row.answered_on or today
        row.answered_at, row.person_id = clock.now(), actor.person_id
        row.version += 1
        audit.record(
            actor,
            "campaign_check.answered",
            row,
            no=campaign.no,
            unit_id=row.unit_id,
            found=row.found,
            corrected=row.corrected,
            signer=row.signer,
        )
        return row


def _checked(actor: Actor, data: Data) -> dict[str, Any]:
    texts = {name: str(data.get(name) or "").strip() for name in ("findings", "open_items", "signer")}
    found, corrected = data["found"], data["corrected"]
    wrong: dict[str, list[str]] = {}
    if not 0 <= found <= MOST_ITEMS:
        wrong["found"] = [T("应为0到{most}", most=MOST_ITEMS)]
    elif not 0 <= corrected <= found:
        wrong["corrected"] = [T("已整改的不能多于查出的")]
    else:
        if found and not texts["findings"]:
            wrong["findings"] = [T("请写明查出的问题和整改情况")]
        if corrected < found and not texts["open_items"]:
            wrong["open_items"] = [T("请写明没有整改的问题、原因和完成期限")]
    if not texts["signer"]:
        wrong["signer"] = [T("请填写单位签字人")]
    if wrong:
        raise Invalid(wrong)
    photos = directive_inputs.check_files(actor, "photos", data.get("photos") or (), PURPOSE)
    return {
        "found": found,
        "corrected": corrected,
        **texts,
        "open_items": texts["open_items"] if corrected < found else "",
        "photos": photos,
    }
