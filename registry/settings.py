"""Settings from the environment, typed; a wrong value stops the start with one clear line."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(SystemExit):
    """Raised at start; its text is the one line an operator reads."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator may choose. Environment names carry the prefix REGISTRY_."""

    database_url: str
    secret_key: bytes = field(repr=False)
    label_keys: dict[str, bytes] = field(repr=False)
    label_key_version: str
    base_url: str
    city_code: str
    files_dir: Path
    fonts_dir: Path | None
    session_idle_minutes: int
    session_hours: int
    sign_in_attempts: int
    sign_in_lock_minutes: int
    max_upload_mb: int
    secure_cookies: bool
    log_level: str
    log_format: str = "text"
    metrics_token: str = field(default="", repr=False)
    slow_query_ms: int = 0
    proxies: int = 0
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_security: str = "starttls"
    smtp_login: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_sender: str = ""
    hooks_private: bool = False
    tiles_url: str = ""
    tiles_attribution: str = ""
    replica_url: str = ""
    replica_lag_seconds: int = 5
    pooler: str = "none"
    files_url: str = ""
    files_endpoint: str = ""
    files_region: str = "us-east-1"
    files_key_id: str = ""
    files_secret: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret: str = field(default="", repr=False)
    oidc_scopes: str = "openid profile"
    oidc_claim: str = "preferred_username"
    oidc_label: str = ""
    local_sign_in: bool = True

    @property
    def tiles_origin(self) -> str:
        """Scheme, host and port of the tile server; empty where none is set."""
        parts = urlsplit(self.tiles_url)
        return f"{parts.scheme}://{parts.netloc}" if self.tiles_url else ""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load() -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: one line that names the variable and what is wrong with it.
    """
    try:
        return _read(Env(prefix="REGISTRY_"))
    except (EnvError, ValueError) as error:
        raise SettingsError(f"settings: {error}") from None


def _read(env: Env) -> Settings:
    instance = _instance(env)
    database_url = env.str("DATABASE_URL", f"sqlite:///{instance / 'registry.sqlite3'}")
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("REGISTRY_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    replica_url = env.str("REPLICA_URL", "")
    for name, url in (("REPLICA_URL", replica_url), ("POOLER", env.str("POOLER", "NONE").upper().replace("NONE", ""))):
        if url and database_url.startswith("sqlite"):
            raise ValueError(f"REGISTRY_{name} needs PostgreSQL: REGISTRY_DATABASE_URL leads to SQLite")
    if replica_url and not replica_url.startswith("postgresql+psycopg://"):
        raise ValueError("REGISTRY_REPLICA_URL must start with postgresql+psycopg://")
    base_url = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
        raise ValueError("REGISTRY_BASE_URL must be an http(s) address such as https://tzsb.example.cn")
    secret = env.str("SECRET_KEY", "") or _kept_secret(instance / "secret_key")
    if len(secret) < 32:
        raise ValueError("REGISTRY_SECRET_KEY must have at least 32 characters")
    keys = {k: v.encode() for k, v in env.dict("LABEL_KEYS", {"1": secret}).items()}
    version = env.str("LABEL_KEY_VERSION", max(keys))
    if version not in keys:
        raise ValueError("REGISTRY_LABEL_KEY_VERSION names a key that REGISTRY_LABEL_KEYS does not hold")
    smtp_host = env.str("SMTP_HOST", "")
    if smtp_host and not env.str("SMTP_SENDER", ""):
        raise ValueError("REGISTRY_SMTP_SENDER must be the address that mail comes from when REGISTRY_SMTP_HOST is set")
    tiles_url, attribution = _tiles(env)
    return Settings(
        database_url=database_url,
        secret_key=secret.encode(),
        label_keys=keys,
        label_key_version=version,
        base_url=base_url,
        city_code=env.str("CITY_CODE", "341300"),
        files_dir=env.path("FILES_DIR", instance / "files"),
        fonts_dir=_folder(env, "FONTS_DIR"),
        session_idle_minutes=_positive(env, "SESSION_IDLE_MINUTES", 480),
        session_hours=_positive(env, "SESSION_HOURS", 72),
        sign_in_attempts=_positive(env, "SIGN_IN_ATTEMPTS", 5),
        sign_in_lock_minutes=_positive(env, "SIGN_IN_LOCK_MINUTES", 15),
        max_upload_mb=_positive(env, "MAX_UPLOAD_MB", 50),
        secure_cookies=env.bool("SECURE_COOKIES", base_url.startswith("https://")),
        proxies=_count(env, "PROXIES", 0),
        smtp_host=smtp_host,
        smtp_port=_positive(env, "SMTP_PORT", 25),
        smtp_security=_one_of(env, "SMTP_SECURITY", "STARTTLS", ("STARTTLS", "TLS", "NONE")).lower(),
        smtp_login=env.str("SMTP_LOGIN", ""),
        smtp_password=env.str("SMTP_PASSWORD", ""),
        smtp_sender=env.str("SMTP_SENDER", ""),
        hooks_private=env.bool("HOOKS_PRIVATE", False),
        tiles_url=tiles_url,
        tiles_attribution=attribution,
        slow_query_ms=_count(env, "SLOW_QUERY_MS", 0),
        metrics_token=_token(env, "METRICS_TOKEN"),
        log_format=_one_of(env, "LOG_FORMAT", "TEXT", ("JSON", "TEXT")).lower(),
        replica_url=replica_url,
        replica_lag_seconds=_positive(env, "REPLICA_LAG_SECONDS", 5),
        files_url=_store(env),
        files_endpoint=env.str("FILES_ENDPOINT", ""),
        files_region=env.str("FILES_REGION", "us-east-1"),
        files_key_id=env.str("FILES_KEY_ID", ""),
        files_secret=env.str("FILES_SECRET", ""),
        pooler=_one_of(env, "POOLER", "NONE", ("NONE", "TRANSACTION")).lower(),
        **_provider(env),
        log_level=_one_of(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )


def _instance(env: Env) -> Path:
    """Where data lies. Beside the code only in a checkout: an installed package is replaced by its next version."""
    given = env.str("INSTANCE_DIR", "")
    if given:
        return Path(given)
    if not (ROOT / "pyproject.toml").exists():
        raise ValueError("REGISTRY_INSTANCE_DIR must name the folder where data lies, such as /var/lib/registry")
    return ROOT / "instance"


def _tiles(env: Env) -> tuple[str, str]:
    """The address of a tile server and whom its tiles are of; both empty where none is set."""
    url, said = env.str("TILES_URL", ""), env.str("TILES_ATTRIBUTION", "")
    if not url:
        return "", ""
    parts = urlsplit(url)
    clean = re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", parts.netloc)
    if parts.scheme not in ("http", "https") or not clean or any(name not in url for name in ("{z}", "{x}", "{y}")):
        raise ValueError("REGISTRY_TILES_URL must be an http(s) address with {z}, {x} and {y}, its host written out")
    if not said:
        raise ValueError("REGISTRY_TILES_ATTRIBUTION must say whom the tiles are of when REGISTRY_TILES_URL is set")
    return url, said


def _provider(env: Env) -> dict[str, Any]:
    """Who else lets people in."""
    issuer = env.str("OIDC_ISSUER", "").rstrip("/")
    parts = urlsplit(issuer)
    if issuer and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("REGISTRY_OIDC_ISSUER must be an https address")
    if issuer and not env.str("OIDC_CLIENT_ID", ""):
        raise ValueError("REGISTRY_OIDC_CLIENT_ID must be set when REGISTRY_OIDC_ISSUER is")
    local = env.bool("LOCAL_SIGN_IN", True)
    if not issuer and not local:
        raise ValueError("REGISTRY_LOCAL_SIGN_IN may be off only where REGISTRY_OIDC_ISSUER lets people in")
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": env.str("OIDC_CLIENT_ID", ""),
        "oidc_secret": env.str("OIDC_SECRET", ""),
        "oidc_scopes": env.str("OIDC_SCOPES", "openid profile"),
        "oidc_claim": env.str("OIDC_CLAIM", "preferred_username"),
        "oidc_label": env.str("OIDC_LABEL", ""),
        "local_sign_in": local,
    }


def _count(env: Env, name: str, default: int) -> int:
    value = int(env.int(name, default))
    if value < 0:
        raise ValueError(f"REGISTRY_{name} must be a whole number of at least 0")
    return value


def _store(env: Env) -> str:
    url = str(env.str("FILES_URL", ""))
    if url and (urlsplit(url).scheme != "s3" or not urlsplit(url).netloc):
        raise ValueError("REGISTRY_FILES_URL must be s3://BUCKET or s3://BUCKET/PREFIX")
    return url


def _folder(env: Env, name: str) -> Path | None:
    text = env.str(name, "")
    if text and not Path(text).is_dir():
        raise ValueError(f"REGISTRY_{name} is no folder: {text}")
    return Path(text) if text else None


def _token(env: Env, name: str) -> str:
    value = str(env.str(name, ""))
    if value and len(value) < 16:
        raise ValueError(f"REGISTRY_{name} must have at least 16 characters")
    return value


def _positive(env: Env, name: str, default: int) -> int:
    value = int(env.int(name, default))
    if value <= 0:
        raise ValueError(f"REGISTRY_{name} must be a whole number above 0")
    return value


def _one_of(env: Env, name: str, default: str, choices: tuple[str, ...]) -> str:
    value = str(env.str(name, default)).upper()
    if value not in choices:
        raise ValueError(f"REGISTRY_{name} must be one of {', '.join(choices)}")
    return value


def _kept_secret(path: Path) -> str:
    """A development secret made once and kept beside the database, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def prepare_directories(settings: Settings) -> None:
    """Make the folders that the embedded database and the files need."""
    Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    settings.files_dir.mkdir(parents=True, exist_ok=True)


_current: list[Settings] = []


def configure(settings: Settings) -> None:
    """Make these the settings of this process; the application does it at start."""
    _current[:] = [settings]


def current() -> Settings:
    """The settings of this process, for verbs that sign codes or keep files."""
    if not _current:
        configure(load())
    return _current[0]
