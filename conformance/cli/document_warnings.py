"""What is wrong in a document, or not covered of it, told where a command begins."""

from typing import TYPE_CHECKING

import click

from conformance.cli.screen import plain

if TYPE_CHECKING:
    from conformance.contract.contract import Contract


def warn_of_document(contract: "Contract") -> None:
    """Print the warnings of a contract's document to the standard error output, one a line."""
    for each in contract.warnings:
        click.echo(plain(f"warning: {contract.document.name}: {each}"), err=True)
