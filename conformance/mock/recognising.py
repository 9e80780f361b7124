"""What a request of another program is by the contract: to be accepted, to be rejected, or neither."""

from collections.abc import Mapping

from msgspec.structs import replace

from conformance.checks.shared.request_parts import path_parameters
from conformance.classify.classification import classify
from conformance.classify.wording import story_of
from conformance.contract.contract import Contract
from conformance.mock.parameters import wrong_parameter
from conformance.mock.transaction import Transaction
from conformance.model.case import Case, Request, Story
from conformance.model.header_fields import essence
from conformance.model.vocabulary import Expectation

NO_CREDENTIAL = "a request without a credential"

ID = "yours"
"""The id of a case that was recognised."""

KINDS = {Expectation.REJECTED: "an invalid request", Expectation.ACCEPTED: "a valid request"}


def recognised(contract: Contract, request: Request) -> Case:
    """Return the case that a request is.

    What goes to another operation, lacks a parameter or has an invalid one, holds a body in another form than declared,
    or a credential whose scheme is not the documented one, is `observed`: nothing of what it shows is held against the
    answer but what holds for all.
    """
    operation = contract.operation
    values = path_parameters(operation.path, request.target)
    if request.method != operation.method or values is None or any(v in {"", ".", ".."} for v in values.values()):
        return _case(request, Expectation.OBSERVED)
    fields = {name.lower(): value for name, value in request.headers}
    security = operation.security
    if security is not None:
        credential = fields.get(security.name.lower(), "") if security.location == "header" else "?"
        if not credential.strip() and len(operation.alternatives) > 1:
            return _case(request, Expectation.OBSERVED)  # the credential may be that of another scheme
        if not credential.strip():
            story = Story(security.name, "", "", "", NO_CREDENTIAL, NO_CREDENTIAL)
            return _case(request, Expectation.REJECTED, contract.asked(("authentication.missing",)), story)
        if contract.scheme and not credential.startswith(f"{contract.scheme} ") and security.location == "header":
            return _case(request, Expectation.OBSERVED)
    if wrong_parameter(contract, _transaction(request, values)):
        return _case(request, Expectation.OBSERVED)
    if not request.body and not operation.request_required:
        return _case(request, Expectation.OBSERVED)
    if request.body and essence(fields.get("content-type", "")) != essence(operation.request_media_type):
        return _case(request, Expectation.OBSERVED)
    return _of_body(contract, request)


def _transaction(request: Request, values: Mapping[str, str]) -> Transaction:
    """Return a request as the reference server reads its parameters."""
    path, _, query = request.target.partition("?")
    fields = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in request.headers]
    found = Transaction(request.method, path.encode(), query.encode(), fields, b"")
    found.parameters = dict(values)
    return found


def _of_body(contract: Contract, request: Request) -> Case:
    found = classify(contract, request.body or b"")
    trait, right, story = found.focus, KINDS[Expectation.ACCEPTED], None
    if found.defects and trait:
        story = story_of(trait, found.body, contract.request)
    elif trait:
        story = Story(trait.pointer, trait.keyword, "", "", "an unusual value that the schema allows", right)
    if found.beyond:
        story = Story("", "", "", "", "the body violates a documentation rule", right)
    return replace(_case(request, found.expectation, found.requirements, story), beyond=found.beyond)


def _case(
    request: Request, expectation: Expectation, requirements: tuple[str, ...] = (), story: Story | None = None
) -> Case:
    kind = KINDS.get(expectation, "a request")
    return Case(ID, expectation, requirements, request, story or Story("", "", "", "", kind, kind), phase="yours")
