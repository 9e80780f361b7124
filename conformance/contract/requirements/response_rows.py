"""Requirements of the responses beside the first success, and of the header fields of all."""

from collections.abc import Iterator, Mapping

from conformance.contract.operations.operation import Operation
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.responses import ANY_STATUS, DeclaredResponse
from conformance.contract.requirements import derived
from conformance.contract.schemas.nodes import Node
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Group, Strength

RESPONSE = Group.RESPONSE


def media_type_id(response: DeclaredResponse) -> str:
    """Return the requirement that a response has a media type that the document declares for it."""
    return requirement_id(RESPONSE, response.status, "media-type")


def empty_id(response: DeclaredResponse) -> str:
    """Return the requirement that a response has no body."""
    return requirement_id(RESPONSE, response.status, "no-body")


def header_id(response: DeclaredResponse, header: Parameter, ending: str) -> str:
    """Return the requirement of a header field, `required` or `schema`."""
    return requirement_id(RESPONSE, response.status, "header", header.name, ending)


def response_rows(operation: Operation, nodes: Mapping[str, Node]) -> Iterator[Requirement]:
    """Yield the requirements of all declared responses, those of the body of the first success left out.

    `nodes` are the trees of the bodies of the others by the pointer of their schema.
    """
    for each in operation.responses.all:
        yield from _header_rows(each)
        if not each.media_types:
            if each.status[0] == "2":
                title = f"A {each.status} response has no body"
                yield Requirement(empty_id(each), title, Strength.SHOULD, RESPONSE, (each.pointer,))
            continue
        if each is operation.responses.primary and each.schema and each.status != ANY_STATUS:
            continue
        success = each.status[0] == "2"
        yield Requirement(
            media_type_id(each),
            f"A {_named(each)} response declares a documented media type",
            Strength.MUST if success else Strength.SHOULD,
            RESPONSE,
            (f"{each.pointer}/content",),
        )
        if each.schema in nodes:
            yield from derived.response(nodes[each.schema])


def _named(response: DeclaredResponse) -> str:
    return "non-success" if response.status == ANY_STATUS else response.status


def _header_rows(response: DeclaredResponse) -> Iterator[Requirement]:
    for header in response.headers:
        if header.required:
            title = f"A {response.status} response has the header field `{header.name}`"
            yield Requirement(
                header_id(response, header, "required"), title, Strength.MUST, RESPONSE, (f"{header.pointer}/required",)
            )
        if header.schema:
            title = f"The header field `{header.name}` of a {response.status} response is valid by its schema"
            yield Requirement(header_id(response, header, "schema"), title, Strength.MUST, RESPONSE, (header.schema,))
