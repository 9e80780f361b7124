"""What the package hands on of its integrations; light, so that a test module can name it while it is collected."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.contract.contract import Contract
    from conformance.integrations.checking import CheckedContract


def cases(
    *, only: str | Sequence[str] = (), skip: str | Sequence[str] = (), profile: str = "smoke"
) -> pytest.MarkDecorator:
    """Run a test once for each case: its argument `case` is an instance of `CaseToSend`.

    Relations, and requests that need a socket of the suite, are not included.

    Args:
        only: globs over ids of cases and requirements to keep.
        skip: globs over those to skip.
        profile: `smoke`, `standard` or `full`.

    Examples:
        >>> @cases(only="reject.name.*", profile="standard")
        ... def test_names(case, reference_server, environment_contract):
        ...     response = httpx.request(**case.request(reference_server.url))
        ...     environment_contract.check(response, case=case).raise_for("must")

    """
    return pytest.mark.conformance_cases(only=only, skip=skip, profile=profile)


def load_contract(spec: Path | str | None = None, operation: str | None = None) -> "Contract":
    """Return one operation of an OpenAPI document, for the mock, the strategies and respx.

    Args:
        spec: path of the document; the built-in one by default.
        operation: `METHOD /path` in it, where it has several.

    Raises:
        ContractError: the document, or the operation in it, cannot be used.

    Examples:
        >>> contract = load_contract()
        >>> contract.operation.name, contract.by_id["transport.status"].strength.value
        ('POST /v1/models/{model_id}/environments', 'must')

    """
    # Heavy, and a module that only marks its tests does not need it.
    from conformance.contract.contract import load_contract as load  # noqa: PLC0415

    return load(None if spec is None else Path(spec), operation)


def open_contract(
    spec: Path | str | None = None, operation: str | None = None, *, stateless: bool = False
) -> "CheckedContract":
    """Return one operation of an OpenAPI document, to check responses against.

    Args:
        spec: path of the document; the built-in one by default.
        operation: `METHOD /path` in it, where it has several.
        stateless: the server does not store or echo values: response and request are not compared.

    Raises:
        ContractError: the document, or the operation in it, cannot be used.

    Examples:
        >>> import httpx
        >>> url, headers = "https://api.example.com/v1/models/abc/environments", {"Authorization": "Api-Key any"}
        >>> request = httpx.Request("POST", url, headers=headers, json={"name": 7})
        >>> found = open_contract().check(httpx.Response(200, json={}), request=request)
        >>> found.at_least("must")[0].message
        'Accepts `name: 7` with 200'

    """
    from conformance.integrations.checking import CheckedContract  # noqa: PLC0415 (heavy, as above)

    return CheckedContract(load_contract(spec, operation), stateless=stateless)
