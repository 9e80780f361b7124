"""An extension of Schemathesis: `SCHEMATHESIS_HOOKS=conformance.integrations.schemathesis st run ...`.

It adds checks of what an answer says about its request, and of what several answers say together, signs requests with
the key, lets a 4xx pass that the document does not declare, and sends the catalogue as explicit examples: the standard
profile to a server on this machine, smoke to others. Importing it registers all of that.

What it needs to know it takes from `conformance.toml` or `[tool.conformance]` in the working folder: `api-key-env`,
`model-id`, `path-param`, `stateless`, `only`, `skip` and `profile` (of the explicit examples), before which comes the
environment variable `CONFORMANCE_PROFILE`.
"""

import schemathesis
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response

from conformance.integrations.schemathesis.contracts import Contracts, Sent

CONTRACTS = Contracts()
"""The contracts of the operations of the document that is loaded."""


class NotConforming(Failure):
    """An answer breaks a requirement of the contract."""

    __slots__ = ("pattern",)

    def __init__(self, *, operation: str, title: str, message: str, pattern: str) -> None:
        super().__init__(operation=operation, title=title, message=message)
        self.pattern = pattern

    @property
    def _unique_key(self) -> str:
        """One failure for each fault, wherever it shows."""
        return self.pattern


def _judge(check: str, response: Response, case: Sent) -> None:
    found = CONTRACTS.findings(check, response, case)
    operation = case.operation.label
    failures = [
        NotConforming(
            operation=operation,
            title=each.sentence[:1].upper() + each.sentence[1:],
            message=f"{each.requirement}\n{each.message}\nexpected: {each.expected}\nactual: {each.actual}",
            pattern=f"{check} | {each.pattern}",
        )
        for each in found
    ]
    unique = list({failure.pattern: failure for failure in failures}.values())
    if len(unique) == 1:
        raise unique[0]
    if unique:
        raise FailureGroup(unique)


CHECKS = {
    "echo": "The response echoes every value that was sent, exactly.",
    "defaults": "An absent property has its documented default in the response.",
    "errors": "A rejection has an expected status and error body, and no HTML page or stack trace.",
    "credentials": "No response has the credential.",
    "verdict": "Valid requests are accepted and invalid ones are rejected, explicit examples included.",
}
"""What each check says; it is called `conformance_` and its name."""


def _check(name: str, says: str) -> None:
    def check(_: schemathesis.CheckContext, response: Response, case: Sent) -> None:
        _judge(name, response, case)

    check.__name__, check.__doc__ = f"conformance_{name}", says
    schemathesis.check(check)


for _name, _says in CHECKS.items():
    _check(_name, _says)


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, object]) -> None:
    """Keep the document as it is, and then declare a 4xx for each operation that declares none."""
    del context
    CONTRACTS.load(raw_schema)


@schemathesis.hook
def before_add_examples(context: schemathesis.HookContext, examples: list[Sent]) -> None:
    """Add the cases of the catalogue."""
    if context.operation is not None:
        examples.extend(CONTRACTS.examples(context.operation))


@schemathesis.auth()
class Signed:
    """Signs requests with the key, in the form that the contract asks for."""

    def get(self, case: Sent, ctx: schemathesis.AuthContext) -> tuple[str, str] | None:
        """Return the header field that carries the key, None where none does."""
        del ctx
        return CONTRACTS.credential(case.operation)

    def set(self, case: Sent, data: tuple[str, str], ctx: schemathesis.AuthContext) -> None:
        """Put the key into the request."""
        del ctx
        name, value = data
        case.headers[name] = value
