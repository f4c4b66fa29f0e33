"""Sign-in at an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1).

The provider says who it is; whether that person may come in is for `services.accounts` to say. Discovery and keys are
asked for at every sign-in: they are few, and a provider changes its keys without telling.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registry import clock
from registry.outgoing import SECONDS
from registry.settings import Settings

# Signatures that a key published by the provider can make: neither none nor one with a shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds that its clock may be off


class ProviderError(Exception):
    """Nobody was let in. `away`: the provider did not answer; else it or its answer was not to be believed."""

    def __init__(self, why: str, away: bool = False) -> None:
        self.away = away
        super().__init__(why)


@dataclass(frozen=True)
class Errand:
    """What the browser keeps while it is away: it must bring `state` back; `nonce` and `verifier` tie the answer to
    it."""

    state: str
    nonce: str
    verifier: str


def begin(settings: Settings, back: str) -> tuple[str, Errand]:
    """The provider's address to send the browser to, and what to remember. `back` is where it returns.

    Raises:
        ProviderError: the provider is away, or is not who it should be.
    """
    errand = Errand(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    with _session(settings, back) as session:
        address, _state = session.create_authorization_url(
            _discovered(settings, session)["authorization_endpoint"],
            state=errand.state,
            nonce=errand.nonce,
            code_verifier=errand.verifier,
        )
    return str(address), errand


def finish(settings: Settings, back: str, errand: Errand, state: str, code: str) -> str:
    """Exchange the code for who it is: the claim that names the login.

    Raises:
        ProviderError: another state, a code that is used or not ours, a token of somebody else, for somebody else,
            signed by nobody known or too old, or no login in it.
    """
    if not code or not secrets.compare_digest(state.encode(), errand.state.encode()):
        raise ProviderError("state")
    try:
        with _session(settings, back) as session:
            found = _discovered(settings, session)
            token = session.fetch_token(
                found["token_endpoint"],
                code=code,
                code_verifier=errand.verifier,
                grant_type="authorization_code",
                timeout=SECONDS,
                allow_redirects=False,
            )
            keys = _json(session, found["jwks_uri"])
        claims = _checked(settings, token, keys, errand.nonce)
    except requests.RequestException as error:
        raise ProviderError("token", away=True) from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderError(type(error).__name__) from error
    return _login(settings, claims)


def _session(settings: Settings, back: str) -> OAuth2Session:
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_secret,
        scope=settings.oidc_scopes,
        redirect_uri=back,
        code_challenge_method="S256",
    )


def _discovered(settings: Settings, session: OAuth2Session) -> dict[str, Any]:
    try:
        found = _json(session, f"{settings.oidc_issuer}/.well-known/openid-configuration")
    except requests.RequestException as error:
        raise ProviderError("discovery", away=True) from error
    except ValueError as error:
        raise ProviderError("discovery") from error
    if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != settings.oidc_issuer:
        raise ProviderError("issuer")
    return found


def _json(session: OAuth2Session, address: str) -> Any:
    answer = session.get(address, timeout=SECONDS, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()


def _checked(settings: Settings, token: dict[str, Any], keys: Any, nonce: str) -> CodeIDToken:
    signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "values": [settings.oidc_issuer, f"{settings.oidc_issuer}/"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        },
        params={"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": token.get("access_token")},
    )
    claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    return claims


def _login(settings: Settings, claims: CodeIDToken) -> str:
    """The claim that names the login; an address of mail only where the provider has verified it."""
    login = claims.get(settings.oidc_claim)
    if not isinstance(login, str) or not login.strip():
        raise ProviderError("claim")
    if settings.oidc_claim == "email" and claims.get("email_verified") is not True:
        raise ProviderError("email")
    return login
