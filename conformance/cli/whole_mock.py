"""`conformance mock` of a whole document: all operations on one server."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.screen import plain
from conformance.mock.app import Mock
from conformance.mock.server import serve
from conformance.mock.whole_document import WholeDocument
from conformance.model.errors import UsageError
from conformance.workflow.operations import contracts_of
from conformance.workflow.setup.credentials.key_sources import other_credentials
from conformance.workflow.setup.options import RunOptions

if TYPE_CHECKING:
    from conformance.contract.operations.security import Security


def serve_all(
    spec: Path | None,
    accepted: Callable[["Security | None"], str | None],
    *,
    responses: str,
    host: str,
    port: int,
    own_key: bool,
) -> int:
    """Serve all operations of a document until Ctrl-C.

    `accepted` returns the accepted key of a security scheme; `own_key` tells that the user named it.
    """
    if spec is None:
        raise UsageError("--operation all needs a document", "name one with --spec")
    contracts, untested = contracts_of(spec)
    told = [f"{each.document.name}: {warning}" for each in contracts for warning in each.warnings]
    for line in dict.fromkeys([*told, *(f"not served: {why}" for why in untested)]):
        click.echo(plain(f"warning: {line}"), err=True)
    mocks = [
        Mock(
            each,
            responses=responses,  # type: ignore[arg-type]
            key=accepted(each.operation.security),
            keys=other_credentials(each, RunOptions(), {}, loopback=True),
        )
        for each in contracts
    ]

    def announce(url: str) -> None:
        named = f"{len(mocks)} operations" if len(mocks) > 1 else contracts[0].operation.name
        click.echo(f"{named} at {url}; stop with Ctrl-C")
        for key in dict.fromkeys(each.key for each in mocks if each.key is not None and not own_key):
            click.echo(f"API key: {key} (--api-key-env sets another, --any-key accepts every key)")

    serve(WholeDocument(mocks), host, port, announce)
    return 0
