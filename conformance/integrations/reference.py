"""The reference server as an application for users, who name its faults by id."""

from collections.abc import Iterable

from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import Mock
from conformance.mock.base_responses import ResponseStyle
from conformance.mock.faults.catalogue import pick


def reference_app(
    contract: Contract | None = None,
    *,
    faults: Iterable[str] = (),
    key: str | None = None,
    unknown: Iterable[str] = (),
    responses: ResponseStyle = "varied",
    tell: bool = False,
) -> Mock:
    """Return the reference server, or a faulty one, as an ASGI application with its state in memory.

    Args:
        contract: the operation that it serves; by default that of the built-in document.
        faults: ids or globs of faults to enable, as `conformance mock --list-faults` lists them.
        key: the one valid key; by default any key that is not empty is valid.
        unknown: values of path parameters that do not exist: 404.
        responses: what a response has beyond the values that were sent: `varied` (all that the schema allows),
            `fresh` (an object that was just created) or `full` (every declared property).
        tell: name the faults that showed in a response in its header field `X-Conformance-Fault`.

    Raises:
        UsageError: a fault does not exist.

    Examples:
        >>> app = reference_app(faults=["echo.*.name.lower-case"])
        >>> headers = [("Authorization", "Api-Key any"), ("Content-Type", "application/json")]
        >>> app.respond("POST", "/v1/models/abc/environments", headers, b'{"name": "A"}').status
        200
        >>> app.creations, dict(app.fired)
        (1, {'echo.CreateEnvironmentRequestV1.name.lower-case': 1})

    """
    held = contract or load_contract()
    enabled = pick(held, faults)
    return Mock(held, faults=enabled, key=key, unknown=frozenset(unknown), responses=responses, tell=tell)
