"""The reference server for runs that have it in their own process: it answers as if each object were the first one."""

from typing import Any

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app

from .serving import KEY

_APP = reference_app(load_contract(), key=KEY)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Serve."""
    _APP.creations = 0
    await _APP(scope, receive, send)
