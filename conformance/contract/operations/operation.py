"""The one operation under test, read out of the document."""

from functools import cached_property

import msgspec

from conformance.contract.operations.parameters import Parameter, read_parameters
from conformance.contract.operations.path_template import parameters as names_in
from conformance.contract.operations.responses import Declared, json_content, read_responses
from conformance.contract.operations.security import Alternative, Security, read_security
from conformance.contract.reading.document import Document, follow, get
from conformance.model.errors import ContractError
from conformance.model.pointer import join

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LISTED = 5
"""How many operations a message lists."""


class Operation(msgspec.Struct, frozen=True, dict=True):
    """Method and path, and the document pointers and media types of the request and the successful response.

    `methods` are those that the path declares. `request_pointer` and `response_pointer` are empty where the
    operation declares no JSON body; the response is that of the first success that has one. `request_media_types` are
    all that a body may have. `alternatives` are the combinations of credentials of which a request needs one; none
    where a request without a credential is right as well.
    """

    method: str
    path: str
    pointer: str
    path_parameters: tuple[str, ...]
    methods: tuple[str, ...]
    request_pointer: str
    request_media_type: str
    request_required: bool
    response_pointer: str
    response_media_type: str
    responses: Declared
    alternatives: tuple[Alternative, ...] = ()
    request_media_types: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def has_body(self) -> bool:
        """Whether its requests have a JSON body."""
        return bool(self.request_pointer)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The media types of bodies that are declared and not tested."""
        tested = self.request_media_type if self.request_pointer else ""
        return tuple(each for each in self.request_media_types if each != tested and not each.endswith("/*"))

    @property
    def security(self) -> Security | None:
        """The credential that is tested first; None where none is asked for."""
        return self.alternatives[0][0] if self.alternatives else None

    @property
    def also(self) -> Alternative:
        """The credentials that a request needs beside the first."""
        return self.alternatives[0][1:] if self.alternatives else ()

    @cached_property
    def successes(self) -> tuple[int, ...]:
        """The success statuses; 200 stands for those that are declared as a range."""
        return self.responses.successes

    @property
    def statuses(self) -> tuple[str, ...]:
        """All statuses that are declared, `default` and ranges as written."""
        return tuple(each.status for each in self.responses.all)

    @property
    def name(self) -> str:
        """Method and path, as a user writes them."""
        return f"{self.method} {self.path}"


def operations(document: Document) -> tuple[str, ...]:
    """Return the names of the document's operations, `METHOD /path`."""
    paths = document.content.get("paths")
    found = []
    for path in paths if isinstance(paths, dict) else ():
        _, item = follow(document, join("#/paths", path))
        methods = item if isinstance(item, dict) else ()
        found += [f"{method.upper()} {path}" for method in methods if method in METHODS]
    return tuple(found)


def pick_operation(document: Document, name: str | None) -> Operation:
    """Return the operation called `name` (`METHOD /path`), or the only one with a JSON request body.

    Raises:
        ContractError: the document has no such operation, several candidates, or the operation has no JSON body.

    """
    available = operations(document)
    if name is None:
        candidates = [each for each in available if _has_json_body(document, each)]
        candidates = candidates or list(available[:1] if len(available) == 1 else ())
        if len(candidates) != 1:
            raise ContractError(
                f"{document.name} has {len(candidates)} operations with a JSON request body",
                f"name one with --operation: {_listed(candidates or available)}",
            )
        name = candidates[0]
    method, _, path = name.strip().partition(" ")
    wanted = f"{method.upper()} {path.strip()}"
    if wanted not in available:
        raise ContractError(
            f"{document.name} has no operation {name!r}", f"name one with --operation: {_listed(available)}"
        )
    return _read(document, method.lower(), path.strip())


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(repr(each) for each in names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown or "it has none"


def _has_json_body(document: Document, name: str) -> bool:
    method, _, path = name.partition(" ")
    pointer, _ = follow(document, join("#/paths", path))
    return bool(_request(document, join(pointer, method.lower()))[1])


def _read(document: Document, method: str, path: str) -> Operation:
    item_pointer, item = follow(document, join("#/paths", path))
    pointer, operation = follow(document, join(item_pointer, method))
    if not isinstance(item, dict) or not isinstance(operation, dict):
        raise ContractError(f"{document.name}: {pointer} is not an object")
    media_types, request, request_media, required = _request(document, pointer)
    if not request and required:
        has = ", ".join(media_types) or "no media type"
        problem = f"{document.name}: {method.upper()} {path} has no JSON request body: it requires one of {has}"
        raise ContractError(problem, "name another one")
    responses = read_responses(document, pointer)
    primary = responses.primary
    if primary is None:
        raise ContractError(f"{document.name}: {pointer} declares no 2xx response", "declare the successful status")
    return Operation(
        method=method.upper(),
        path=path,
        pointer=pointer,
        path_parameters=names_in(path),
        methods=tuple(each.upper() for each in METHODS if each in item),
        request_pointer=request,
        request_media_type=request_media,
        request_required=required,
        response_pointer=primary.schema,
        response_media_type=primary.media_type,
        responses=responses,
        alternatives=read_security(document, operation),
        request_media_types=media_types,
        parameters=read_parameters(document, item_pointer, pointer),
    )


def _request(document: Document, pointer: str) -> tuple[tuple[str, ...], str, str, bool]:
    """Return the media types of the body, the schema and name of the one that is JSON, and whether one is required."""
    operation = get(document, pointer)
    if not isinstance(operation, dict) or "requestBody" not in operation:
        return (), "", "", False
    body_pointer, body = follow(document, join(pointer, "requestBody"))
    media_types, media_type, schema = json_content(document, body_pointer)
    return media_types, schema, media_type, isinstance(body, dict) and body.get("required") is True
