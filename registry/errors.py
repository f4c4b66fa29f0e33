"""What can go wrong in a verb or a query. The doors turn each into a status code and a page or problem+json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.rules.verdict import Finding, Verdict


class RegistryError(Exception):
    """Base of everything a door has to explain to its caller. `detail` is a sentence for people."""

    status = 400
    type = "bad-request"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Unknown(RegistryError):
    """Nobody is signed in, or the credentials are wrong."""

    status = 401
    type = "unknown-caller"


class Forbidden(RegistryError):
    """Seen, but not allowed."""

    status = 403
    type = "forbidden"


class Missing(RegistryError):
    """Not there, or not for this caller to see."""

    status = 404
    type = "not-found"


class Conflict(RegistryError):
    """Another state than the caller believed: already done, same `ref` with other content, taken number."""

    status = 409
    type = "conflict"


class Invalid(RegistryError):
    """Bad input: field name -> sentences."""

    status = 422
    type = "invalid-input"

    def __init__(self, errors: Mapping[str, Any], detail: str = "") -> None:
        super().__init__(detail)
        self.errors = dict(errors)

    @classmethod
    def field(cls, name: str, message: str) -> Invalid:
        """One field, one sentence."""
        return cls({name: [message]})


class Refused(RegistryError):
    """A rule says no. `verdict` holds every finding."""

    status = 422
    type = "refused-by-rule"

    def __init__(self, verdict: Verdict | Sequence[Finding], detail: str = "") -> None:
        self.verdict = verdict if isinstance(verdict, Verdict) else Verdict.of(verdict)
        super().__init__(detail or "；".join(f.text for f in self.verdict.findings))


class TooMany(RegistryError):
    """Too many attempts; `retry_after` seconds."""

    status = 429
    type = "too-many-requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
