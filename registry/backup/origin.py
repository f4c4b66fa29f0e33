"""Which registry an archive came from, and what only that registry knows: its keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from importlib import metadata

from registry.settings import current

PRODUCT = "special-equipment-registry"
FINGERPRINT = b"registry-backup: which label key"


def version() -> str:
    """Of the product."""
    try:
        return metadata.version(PRODUCT)
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        return "checkout"


def fingerprints() -> dict[str, str]:
    """What tells a label key from another and tells nothing about it, by version."""
    return {
        name: hmac.new(key, FINGERPRINT, hashlib.sha256).hexdigest()[:16] for name, key in current().label_keys.items()
    }


def keys_missing(those: Mapping[str, str]) -> list[str]:
    """Versions of label keys that this registry does not have, or has another one for."""
    here = fingerprints()
    return sorted(key for key, fingerprint in those.items() if here.get(key) != fingerprint)


def secrets() -> str:
    """The settings that nothing can replace, as lines of an environment file."""
    now = current()
    keys = ",".join(f"{name}={key.decode()}" for name, key in now.label_keys.items())
    return (
        f"REGISTRY_SECRET_KEY={now.secret_key.decode()}\n"
        f"REGISTRY_LABEL_KEYS={keys}\n"
        f"REGISTRY_LABEL_KEY_VERSION={now.label_key_version}\n"
    )
