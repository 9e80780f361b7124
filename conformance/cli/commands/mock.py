"""`conformance mock`: serve the reference server."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.document_warnings import warn_of_document
from conformance.cli.options import DOCUMENT, with_options
from conformance.model.errors import UsageError

ALL = "all"
"""What names every operation in the place of one."""

if TYPE_CHECKING:
    from conformance.contract.operations.security import Security


@click.command(short_help="Serve the reference server, or a faulty server.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 selects a free one."
)
@click.option(
    "--responses",
    type=click.Choice(["varied", "fresh", "full"]),
    default="fresh",
    show_default=True,
    help="Success bodies: a new object, every property, or each variation that the schema allows in turn.",
)
@click.option(
    "--api-key-env",
    metavar="NAME",
    help="Environment variable that holds the accepted key.  [default: the built-in key that `conformance run` sends]",
)
@click.option("--any-key", is_flag=True, help="Accept every non-empty key.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="ID",
    help="Enable faults by id or glob (see --list-faults). Repeatable.",
)
@click.option("--list-faults", is_flag=True, help="List fault ids, broken requirements and descriptions, and exit.")
@click.option("--tell", is_flag=True, help="List the faults that changed a response in its header X-Conformance-Fault.")
@with_options(*DOCUMENT)
def mock(
    *,
    host: str,
    port: int,
    responses: str,
    api_key_env: str | None,
    any_key: bool,
    faults: tuple[str, ...],
    list_faults: bool,
    tell: bool,
    spec: Path | None,
    operation: str | None,
) -> int:
    """Serve the reference server of the contract until Ctrl-C, with objects in memory; with --fault a faulty server.

    With --spec alone, or --operation all, it serves all operations of the document; each knows only what it creates.
    """
    if operation == ALL or (spec is not None and operation is None and not faults and not list_faults):
        from conformance.cli.whole_mock import serve_all  # noqa: PLC0415  (loads what only a server needs)

        if faults or list_faults:
            raise UsageError("--fault and --list-faults need one operation", "name it with --operation")

        def accepted(security: "Security | None") -> str | None:
            return _accepted_key(security, api_key_env, any_key=any_key) if security else None

        return serve_all(spec, accepted, responses=responses, host=host, port=port, own_key=bool(api_key_env))
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.app import reference_app  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.faults.catalogue import faults as all_faults  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.faults.catalogue import pick  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.server import serve  # noqa: PLC0415  (loads what only a server needs)
    from conformance.workflow.setup.credentials.key_sources import other_credentials  # noqa: PLC0415  (as above)
    from conformance.workflow.setup.options import RunOptions  # noqa: PLC0415  (as above)

    contract = load_contract(spec, operation)
    warn_of_document(contract)
    if list_faults:
        for fault in all_faults(contract):
            click.echo(f"{fault.id}\t{fault.requirement}\t{fault.sentence}")
        return 0
    security = contract.operation.security
    key = _accepted_key(security, api_key_env, any_key=any_key) if security else None
    chosen = pick(contract, faults)
    keys = other_credentials(contract, RunOptions(), {}, loopback=True)
    app = reference_app(contract, responses=responses, faults=chosen, key=key, keys=keys, tell=tell)  # type: ignore[arg-type]

    def announce(url: str) -> None:
        enabled = f", {len(chosen)} fault{'s' * (len(chosen) > 1)} enabled" if chosen else ""
        click.echo(f"{contract.operation.name} at {url}{enabled}; stop with Ctrl-C")
        if key is not None and not api_key_env:
            click.echo(f"API key: {key} (--api-key-env sets another, --any-key accepts every key)")

    serve(app, host, port, announce)
    return 0


def _accepted_key(security: "Security", variable: str | None, *, any_key: bool) -> str | None:
    """Return the accepted key as requests carry it, None where every key is accepted."""
    import os  # noqa: PLC0415  (beside the rest of what only a server needs)

    from conformance.workflow.setup.credentials.key_sources import local_key, usable_key  # noqa: PLC0415  (loads what only a server needs)
    from conformance.workflow.setup.credentials.other_credentials import as_sent  # noqa: PLC0415  (loads what only a server needs)

    if any_key and variable:
        raise UsageError("--any-key and --api-key-env exclude each other", "remove one")
    if variable is None:
        return None if any_key else local_key(security)
    if not os.environ.get(variable):
        raise UsageError(f"the environment variable {variable} is not set", "set it to the key")
    return usable_key(as_sent(security, os.environ[variable], variable), variable)
