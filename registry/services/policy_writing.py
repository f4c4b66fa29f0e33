"""Equipment on its way under a policy: its premiums by the factor table, its parts of what was agreed, its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registry.errors import Invalid
from registry.messages import T
from registry.models import Policy, PolicyItem
from registry.queries import cylinder_policies, premiums
from registry.rules import premiums as rules

PER_ITEM = "per_item_year"
TERMS = ("subject", "basis", "starts_on", "ends_on", "limit_per_accident_fen", "holder_type")


class Joining:
    """Equipment that a policy covers from a day on, its first one when none is given.

    `terms` has the values of TERMS. `proposals`: id -> the premium in fen of the days to the end; none for cylinders
    and for policies that are not paid by the piece. `stated`: id -> what was agreed for each by itself.
    """

    def __init__(
        self,
        terms: Mapping[str, Any],
        things: Sequence[Any],
        since: date | None = None,
        stated: Mapping[int, int | None] | None = None,
    ) -> None:
        self.things, self.since = things, since or terms["starts_on"]
        self.per_item = (terms.get("basis") or PER_ITEM) == PER_ITEM
        self.proposals = self._propose(terms)
        self.proposed = sum(self.proposals.values()) if self.proposals else None
        self.stated = self._settled(stated) if stated is not None else None

    @classmethod
    def of(
        cls,
        row: Policy,
        things: Sequence[Any],
        since: date | None = None,
        stated: Mapping[int, int | None] | None = None,
    ) -> Joining:
        """The same for a policy on file."""
        return cls({name: getattr(row, name) for name in TERMS}, things, since, stated)

    def open(self, session: Session, values: Mapping[str, Any]) -> Policy:
        """Write a policy that was checked, with its equipment."""
        agreed = sum(self.stated) if self.stated is not None else values.get("premium_fen")
        if agreed is None:
            agreed = cylinder_policies.premium(values, len(self.things))
        if agreed is None and self.proposed is None:
            raise Invalid.field("premium_fen", T("请填写保险费"))
        fen = self.proposed if agreed is None else agreed
        row = Policy(**{**values, "premium_fen": fen, "proposed_fen": self.proposed})
        row.sharing = row.sharing or self._sharing(row.subject)
        session.add(row)
        session.flush()
        self.write(session, row, row.premium_fen)
        return row

    def extend(self, session: Session, row: Policy) -> None:
        """Write more equipment of a policy that comes in pieces, and add to its premium."""
        fen = sum(self.stated or ())
        row.premium_fen += fen
        if row.proposed_fen is not None:
            row.proposed_fen += self.proposed or 0
        self.write(session, row, fen)

    def write(self, session: Session, row: Policy, fen: int) -> None:
        """Put the equipment under the policy, each with its part of an amount."""
        if not self.things:
            return
        column = f"{row.subject}_id"
        session.execute(
            insert(PolicyItem),
            [
                {
                    "policy_id": row.id,
                    column: thing.id,
                    "since": self.since,
                    "proposed_fen": self.proposals.get(thing.id),
                    "premium_fen": part,
                }
                for thing, part in zip(self.things, self._parts(fen), strict=True)
            ],
        )

    def _propose(self, terms: Mapping[str, Any]) -> dict[int, int]:
        if terms["subject"] != "elevator" or not self.per_item:
            return {}
        asked = premiums.Terms(
            self.since, terms["ends_on"], terms["limit_per_accident_fen"], terms.get("holder_type") or ""
        )
        return {id_: proposal.fen for id_, proposal in premiums.propose(self.things, asked).items()}

    def _settled(self, stated: Mapping[int, int | None]) -> list[int]:
        """What was agreed for each, else what was proposed."""
        parts = [self.proposals.get(t.id) if (fen := stated.get(t.id)) is None else fen for t in self.things]
        if None in parts:
            raise Invalid.field("premium_fen", T("请填写保险费"))
        return [part for part in parts if part is not None]

    def _parts(self, fen: int) -> Sequence[int | None]:
        if self.stated is not None:
            return self.stated
        if not self.per_item:
            return [None] * len(self.things)
        return rules.allot(fen, [self.proposals.get(thing.id, 0) for thing in self.things])

    def _sharing(self, subject: str) -> str | None:
        """Homes share by their own key; a policy over homes and other places by that of the other places."""
        if subject != "elevator":
            return None
        kinds = {rules.sharing_of(thing.place_type) for thing in self.things}
        return kinds.pop() if len(kinds) == 1 else "other"
