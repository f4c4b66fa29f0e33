"""The ways out of the registry to people: mail and webhooks. They know addresses and texts, and no rows."""

from __future__ import annotations

SECONDS = 10.0  # how long anything outside may take to answer


class Undelivered(Exception):
    """A message did not get there. `code` is one of `queries.notices.REASONS`, `said` what the other side answered;
    `for_good`: trying again would not help; `away`: nothing else will get there now either."""

    def __init__(self, code: str, said: str = "", for_good: bool = False, away: bool = False) -> None:
        self.code, self.said, self.for_good, self.away = code, " ".join(said.split())[:120], for_good, away
        super().__init__(f"{code}: {self.said}" if self.said else code)
