"""An ASGI application by its name."""

import importlib
import operator
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from conformance.model.errors import UsageError

Message: TypeAlias = MutableMapping[str, Any]
"""A scope or an event of ASGI; its types are the protocol's, not Python's."""

Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI 3 application."""


def load_app(name: str) -> App:
    """Import the application `MODULE:APP`; modules of the working directory are found, as with uvicorn.

    Raises:
        UsageError: there is no colon, the module cannot be imported, or it has no such callable.

    """
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute):
        raise UsageError(f"{name!r} does not name an application", "write MODULE:APP, such as main:app")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"cannot import {module_name}: {type(error).__name__}: {reason}") from error
    try:
        app: object = operator.attrgetter(attribute)(module)
    except AttributeError as error:
        raise UsageError(f"module {module_name} has no attribute {attribute}") from error
    if not callable(app):
        raise UsageError(f"{name} is not an application: {type(app).__name__} is not callable")
    return cast("App", app)
