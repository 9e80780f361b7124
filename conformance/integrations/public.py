"""What the package hands on of its integrations; light, so that a test module can name it while it is collected."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.integrations.checking import CheckedContract


def cases(
    *, only: str | Sequence[str] = (), skip: str | Sequence[str] = (), profile: str = "smoke"
) -> pytest.MarkDecorator:
    """Run a test once for each case: its argument `case` is an instance of `CaseToSend`.

    Relations, and requests that need a socket of the suite, are not included.

    Args:
        only: globs over ids of cases and requirements to keep.
        skip: globs over those to leave out.
        profile: `smoke`, `standard` or `full`.

    """
    return pytest.mark.conformance_cases(only=only, skip=skip, profile=profile)


def open_contract(
    spec: Path | str | None = None, operation: str | None = None, *, stateless: bool = False
) -> "CheckedContract":
    """Return one operation of an OpenAPI document, to check responses against.

    Args:
        spec: the document; the one that is built in by default.
        operation: `METHOD /path` in it, where it has several.
        stateless: the server does not store or echo values: response and request are not compared.

    Raises:
        ContractError: the document, or the operation in it, cannot be used.

    """
    # Heavy, and a module that only marks its tests does not need it.
    from conformance.contract.contract import load_contract  # noqa: PLC0415
    from conformance.integrations.checking import CheckedContract  # noqa: PLC0415

    contract = load_contract(None if spec is None else Path(spec), operation)
    return CheckedContract(contract, stateless=stateless)
