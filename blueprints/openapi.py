"""The smorest Api of the registry: our own error handlers answer, and its document is written when somebody asks."""

from __future__ import annotations

from threading import RLock
from typing import Any

from flask_smorest import Api, Blueprint


class RegistryApi(Api):
    """Writing the document takes a third of the start and memory of every worker; few of them are ever asked for it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._waiting: list[tuple[Blueprint, str]] = []
        self._writing = RLock()
        super().__init__(*arguments, **options)

    def _register_error_handlers(self) -> None:
        pass

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        """Register the views now, their documentation later."""
        name = options.get("name", blp.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, **options)
        self._waiting.append((blp, name))

    @property
    def spec(self) -> Any:
        """The document, with every blueprint that was registered until now."""
        with self._writing:
            while self._waiting:
                blp, name = self._waiting.pop(0)
                blp.register_views_in_doc(self, self._app, self._spec, name=name, parameters=None)
                self._spec.tag({"name": name, "description": blp.description})
            return self._spec

    @spec.setter
    def spec(self, value: Any) -> None:
        self._spec = value
