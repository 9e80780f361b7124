"""`conformance mock`: serve the reference server."""

from pathlib import Path

import click

from conformance.cli.options import DOCUMENT, with_options


@click.command(short_help="Serve a right server for the contract, or a wrong one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 selects a free one."
)
@click.option(
    "--answers",
    type=click.Choice(["varied", "fresh", "full"]),
    default="fresh",
    show_default=True,
    help="fresh: a new object; full: every property present; varied: all variations that the schema allows, in turn.",
)
@click.option(
    "--api-key-env",
    metavar="NAME",
    help="Environment variable that holds the accepted key.  [default: the built-in key that `conformance run` sends]",
)
@click.option("--any-key", is_flag=True, help="Accept every key that is not empty.")
@click.option("--fault", "faults", multiple=True, metavar="ID", help="Id or glob of faults to enable. Repeatable.")
@click.option("--list-faults", is_flag=True, help="List the faults and exit.")
@click.option("--tell", is_flag=True, help="Name triggered faults in the response header X-Conformance-Fault.")
@with_options(*DOCUMENT)
def mock(
    *,
    host: str,
    port: int,
    answers: str,
    api_key_env: str | None,
    any_key: bool,
    faults: tuple[str, ...],
    list_faults: bool,
    tell: bool,
    spec: Path | None,
    operation: str | None,
) -> int:
    """Serve a server that keeps the contract, in memory, until Ctrl-C; with --fault one that is wrong in named ways."""
    from conformance.contract.contract import load_contract  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.app import reference_app  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.faults.catalogue import faults as all_faults  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.faults.catalogue import pick  # noqa: PLC0415  (loads what only a server needs)
    from conformance.mock.server import serve  # noqa: PLC0415  (loads what only a server needs)

    contract = load_contract(spec, operation)
    if list_faults:
        for fault in all_faults(contract):
            click.echo(f"{fault.id}\t{fault.requirement}\t{fault.sentence}")
        return 0
    key = _right_key(api_key_env, any_key=any_key) if contract.operation.security else None
    chosen = pick(contract, faults)
    app = reference_app(contract, answers=answers, faults=chosen, key=key, tell=tell)  # type: ignore[arg-type]

    def announce(url: str) -> None:
        wrong = f", wrong in {len(chosen)} ways" if chosen else ""
        click.echo(f"{contract.operation.name} at {url}{wrong}; Ctrl-C stops it")
        if key is not None and not api_key_env:
            click.echo(f"the key is {key}; --api-key-env names another, --any-key takes every one")

    serve(app, host, port, announce)
    return 0


def _right_key(variable: str | None, *, any_key: bool) -> str | None:
    """Return the one right key, None where every one is taken."""
    import os  # noqa: PLC0415  (beside the rest of what only a server needs)

    from conformance.model.errors import UsageError  # noqa: PLC0415  (loads what only a server needs)
    from conformance.workflow.setup.key_sources import LOCAL_KEY, usable_key  # noqa: PLC0415  (loads what only a server needs)

    if any_key and variable:
        raise UsageError("--any-key and --api-key-env exclude each other", "leave one out")
    if variable is None:
        return None if any_key else LOCAL_KEY
    if not os.environ.get(variable):
        raise UsageError(f"the environment variable {variable} is not set", "put the key there")
    return usable_key(os.environ[variable], variable)
