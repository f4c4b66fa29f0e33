"""create_app(): settings in, application out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from blueprints import (
    addresses,
    api,
    arrivals,
    boundary,
    cli,
    csrf,
    errors,
    filters,
    logs,
    queues,
    replicas,
    saved_lists,
    sessions,
    web,
)
from blueprints.openapi import RegistryApi
from registry import partitions, slow
from registry import settings as settings_of
from registry.db import REPLICA, DatabaseAway, db, undo
from registry.schema import MIGRATIONS
from registry.settings import ROOT, Settings


class Cookies(SecureCookieSessionInterface):
    """The signed cookie; a program sends none, and then nothing is prepared to read one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" in request.environ:
            return super().open_session(app, request)
        return self.session_class()


class Registry(Flask):
    """None of our functions is asynchronous; asking each of them at every request takes a gun's time."""

    session_interface = Cookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def dispatch_request(self) -> Any:
        """A page that the replica could not finish is read once more, from the primary."""
        try:
            return super().dispatch_request()
        except DatabaseAway:
            if not replicas.give_up():
                raise
            return super().dispatch_request()


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Wrong settings stop here with one line."""
    settings = settings or settings_of.load()
    settings_of.configure(settings)
    logs.configure(settings.log_level, settings.log_format)
    if settings.slow_query_ms:
        slow.watch(settings.slow_query_ms)
    app = Registry("registry", root_path=str(ROOT / "blueprints"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(_flask_config(settings))
    app.wsgi_app = behind(app.wsgi_app, settings.proxies)  # type: ignore[method-assign]
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = addresses.RowNumber
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    app.teardown_appcontext(lambda _error: undo())  # before the session is put away, which would fail instead
    Migrate(
        app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True, include_object=partitions.made_here
    )
    Babel(app, locale_selector=sessions.locale, default_timezone="Asia/Shanghai")
    arrivals.init_app(app)
    csrf.init_app(app)
    sessions.init_app(app)
    boundary.init_app(app)
    queues.init_app(app)
    replicas.init_app(app)
    filters.init_app(app)
    saved_lists.init_app(app)
    errors.init_app(app)
    web.init_app(app)
    api.init_app(app, RegistryApi())
    cli.init_app(app)
    return app


def behind(application: Any, proxies: int) -> Any:
    """The application behind so many proxies of ours, which say who asks; without any nobody is believed."""
    return ProxyFix(application, x_for=proxies, x_proto=proxies) if proxies else application


def _binds(settings: Settings) -> dict[str, Any]:
    """The replica, if there is one: who waits for it is served by the primary."""
    patience = {"connect_timeout": 2, **_pooled(settings)}
    return {REPLICA: {"url": settings.replica_url, "connect_args": patience}} if settings.replica_url else {}


def _pooled(settings: Settings) -> dict[str, Any]:
    """Behind a pooler the driver keeps no statements ready on a server either."""
    return {"prepare_threshold": None} if settings.pooler == "transaction" else {}


def _flask_config(settings: Settings) -> dict[str, object]:
    if settings.is_sqlite:
        settings_of.prepare_directories(settings)
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_BINDS": _binds(settings),
        "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": _pooled(settings)},
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_COOKIE_NAME": "registry_flash",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "JSON_SORT_KEYS": False,
        "API_TITLE": "Special-equipment safety registry",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
    }
