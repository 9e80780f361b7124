"""The contract: document, operation, nodes, requirements and prose in one value."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.contract.examples import body_examples, wrong_examples
from conformance.contract.operations.operation import Operation, pick_operation
from conformance.contract.prose import Prose, read_prose
from conformance.contract.reading.document import Document, follow, get, load_document, parse_document, parse_yaml
from conformance.contract.requirements import derived
from conformance.contract.requirements.parameter_rows import parameter_rows
from conformance.contract.requirements.response_rows import response_rows
from conformance.contract.requirements.rows import DATA, apply_aliases, read_rows, stated_ids
from conformance.contract.schemas.nodes import Node, find
from conformance.contract.schemas.shapes import ANNOTATIONS, Shape, owner_of
from conformance.contract.schemas.trees import build_node
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.case import SLOT
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, equal
from conformance.model.pointer import last, prefixes, split
from conformance.model.requirement import Requirement, StatedRelation, requirement_id
from conformance.model.vocabulary import Group, Strength


class Described(msgspec.Struct, frozen=True):
    """What a schema of the document describes: its tree of nodes and its validators."""

    node: Node
    validator: BodyValidator


class Contract(msgspec.Struct, frozen=True, dict=True, eq=False):
    """What a target is held to.

    `request` and `response` are the trees of nodes of the two bodies (`response` is None where the document declares
    no JSON response), `other_responses` those of the other responses by the pointer of their schema; `identity` is the
    path of the request property that names the new object, or None; `stated` are the relations between requests and
    responses that a file of the user's states, `superseded` the requirements that would be learned of these places. A
    contract is equal to itself alone.
    """

    document: Document
    operation: Operation
    request: Node
    response: Node | None
    prose: Prose
    identity: str | None
    requirements: tuple[Requirement, ...]
    other_responses: Mapping[str, Node] = {}
    stated: tuple[StatedRelation, ...] = ()
    superseded: frozenset[str] = frozenset()

    @cached_property
    def request_validator(self) -> BodyValidator:
        """The validators of request bodies; where the operation declares none, any body is valid."""
        return BodyValidator(self.document, self.operation.request_pointer)

    @cached_property
    def response_validator(self) -> BodyValidator | None:
        """The validators of successful answers, or None where the document declares no JSON answer."""
        pointer = self.operation.response_pointer
        return BodyValidator(self.document, pointer) if pointer else None

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong in the document, where a run is possible all the same."""
        found = list(self.document.warnings)
        if self.operation.has_body:
            found += wrong_examples(self.document, self.operation.request_pointer, self.request)
        if self.operation.uncovered:
            found.append(f"bodies of {', '.join(self.operation.uncovered)} are not tested")
        return tuple(dict.fromkeys(found))

    @cached_property
    def examples(self) -> tuple[Json, ...]:
        """The examples of the request body that are valid."""
        if not self.operation.has_body:
            return ()
        found = [each.value for each in body_examples(self.document, self.operation.request_pointer)]
        return tuple(filter(self.request_validator.holds, found))

    def described(self, schema: str) -> Described:
        """Return what the schema at a pointer describes: the body of a declared response, a header field, a parameter.

        Each is read once; raises as `load_contract`.
        """
        if schema not in self._described:
            node = self.response if schema == self.operation.response_pointer else self.other_responses.get(schema)
            known = node or schema_tree(self.document, schema)
            self._described[schema] = Described(known, BodyValidator(self.document, schema))
        return self._described[schema]

    @cached_property
    def _described(self) -> dict[str, Described]:
        return {}

    @cached_property
    def by_id(self) -> dict[str, Requirement]:
        """The requirements by id."""
        return {row.id: row for row in self.requirements}

    def asks(self, requirement: str) -> bool:
        """Tell whether the contract has a requirement.

        Raises:
            LookupError: no contract has one of this id, so that whoever names it has misspelled it.

        """
        if requirement in self.by_id:
            return True
        if requirement in self.superseded or requirement in stated_ids():
            return False
        raise LookupError(f"no contract has a requirement {requirement!r}")

    def asked(self, requirements: Iterable[str]) -> tuple[str, ...]:
        """Return those of some requirements that the contract has, once each.

        An id that could be derived from the document, if its schemas said more, is passed over; raises as `asks`.
        """
        named = dict.fromkeys(requirements)
        if named.keys() <= self.by_id.keys():
            return tuple(named)
        return tuple(each for each in named if (each in self.by_id or each not in self._possible) and self.asks(each))

    @cached_property
    def _possible(self) -> frozenset[str]:
        return frozenset(
            derived.possible_ids(filter(None, (self.request, self.response, *self.other_responses.values())))
        )

    @cached_property
    def echoes(self) -> tuple[tuple[Node, Node], ...]:
        """Request and response nodes that must hold the same value, leaves only."""
        return tuple(_echoes(self.request, self.response, self.prose))

    @property
    def claims_relations(self) -> bool:
        """Whether data states that responses repeat what was sent; OpenAPI cannot, and then it is learned."""
        return claims(self.prose)

    @cached_property
    def echoed_parameters(self) -> dict[str, str]:
        """Path parameters that the answer repeats: name to pointer into the answer."""
        return _echoed_parameters(self.operation, self.response)

    @cached_property
    def scheme(self) -> str:
        """The word before the credential, or an empty text where the bare credential is sent.

        Prose states it where the document has a field for the credential and cannot say what stands before it.
        """
        security = self.operation.security
        return (security.scheme or self.prose.scheme) if security else ""


def load_contract(spec: Path | None = None, operation: str | None = None, data: Path | None = None) -> Contract:
    """Load the contract: the published document by default, or the OpenAPI document at `spec`.

    `data` is a folder laid out as `spec/` to take prose and requirement rows from; what speaks of another operation
    than the chosen one is left out.

    Raises:
        ContractError: a file cannot be used.

    """
    folder: Traversable = data or files(DATA)
    if spec is None and data is None:
        return contract_of((folder / "openapi.yaml").read_bytes(), "openapi.yaml", operation)
    if spec is None:
        document = parse_document((folder / "openapi.yaml").read_bytes(), "openapi.yaml")
    else:
        document = load_document(spec)
    return build_contract(document, pick_operation(document, operation), folder)


_DERIVED: dict[tuple[bytes, str | None], Contract] = {}
"""The contracts that were derived last, by document and operation: a run and its reports share one."""

MOST_DERIVED = 8


def contract_of(data: bytes, name: str, operation: str | None) -> Contract:
    """Derive the contract of a document from its bytes; `name` is used in messages. Raises as `load_contract`.

    A process derives it once, and the name is that of the first time.
    """
    if (known := _DERIVED.get((data, operation))) is not None:
        return known
    document = parse_document(data, name)
    contract = build_contract(document, pick_operation(document, operation), files(DATA))
    _DERIVED[data, operation] = _DERIVED[data, contract.operation.name] = contract
    for key in list(_DERIVED)[:-MOST_DERIVED]:
        _DERIVED.pop(key, None)
    return contract


def build_contract(document: Document, operation: Operation, folder: Traversable) -> Contract:
    """Derive the contract of one operation; raises as `load_contract`."""
    request = _request_tree(document, operation)
    # What is no JSON Schema must show now, and not in the middle of a run.
    declared = (each.schema for each in operation.responses.all)
    for each in dict.fromkeys(filter(None, (operation.request_pointer, *declared))):
        BodyValidator(document, each)
    if operation.has_body and not request.shapes:
        raise ContractError(f"{document.name}: the request schema of {operation.name} allows no body at all")
    response = schema_tree(document, operation.response_pointer) if operation.response_pointer else None
    prose = _prose(folder, operation)
    rows: list[Requirement] = []
    if operation.has_body:
        shown = any(body_examples(document, operation.request_pointer))
        rows += [*derived.acceptance(request, operation, shown=shown), *derived.rejection(request, operation)]
    if response is not None:
        rows += derived.response(response)
        pairs, varying = _echoes(request, response, prose), frozenset(prose.echo.defaults_vary)
        related = (*derived.semantics(pairs, varying), *_parameter_rows(operation, response))
        rows += related if claims(prose) else [replace(row, strength=Strength.ADVISORY) for row in related]
    others = {
        each.schema: schema_tree(document, each.schema)
        for each in operation.responses.all
        if each.schema not in {"", operation.response_pointer}
    }
    rows += response_rows(operation, others)
    for parameter in operation.parameters:
        rows += parameter_rows(parameter, schema_tree(document, parameter.schema) if parameter.schema else None)
    rows += read_rows(folder / "requirements", operation)
    unique = {row.id: row for row in reversed(rows)}
    ordered = tuple(unique.pop(row.id) for row in rows if row.id in unique)
    return Contract(
        document=document,
        operation=operation,
        request=request,
        response=response,
        prose=prose,
        identity=_identity(request, response, prose),
        requirements=apply_aliases(folder / "requirements" / "aliases.yaml", operation, ordered),
        other_responses=others,
    )


def _request_tree(document: Document, operation: Operation) -> Node:
    """Return the tree of the request body; of an operation without one, a node that allows nothing."""
    if operation.has_body:
        return schema_tree(document, operation.request_pointer, hidden="readOnly")
    return Node("", "body", "", operation.pointer, required=False, shapes=())


def schema_tree(document: Document, pointer: str, hidden: str = "writeOnly") -> Node:
    """Return the tree of nodes of a body; a reference that says no more of it gives it its name.

    `hidden` is the keyword of properties that do not belong into it.
    """
    schema = get(document, pointer)
    if isinstance(schema, dict) and schema.keys() <= ANNOTATIONS | {"$ref"}:
        pointer, _ = follow(document, pointer)
    return build_node(document, pointer, owner_of(pointer), hidden)


def _prose(folder: Traversable, operation: Operation) -> Prose:
    path = folder / "prose.yaml"
    if not path.is_file():
        return Prose()
    prose = read_prose(parse_yaml(path.read_bytes(), "prose.yaml"), "prose.yaml")
    return prose if prose.operation in {"", operation.name} else Prose()


def _identity(request: Node, response: Node | None, prose: Prose) -> str | None:
    """Return the member that names the new object: as prose says, else the first required text of both bodies."""
    if prose.identity != "":
        return prose.identity
    for node in request.children:
        shape = node.shape("string")
        answered = response.child(last(node.path)) if response else None
        free = shape is not None and not {"enum", "pattern", "format", "maxLength"} & shape.keywords.keys()
        free = free and node.types <= {"string", "null"} and not _is_long(shape)
        if node.required and free and answered is not None and answered.shape("string"):
            return node.path
    return None


def _is_long(shape: Shape | None) -> bool:
    """Tell whether a string must be longer than the slot for a name."""
    least = shape.value("minLength") if shape is not None else None
    return isinstance(least, int | float) and least > len(SLOT)


def claims(prose: Prose) -> bool:
    """Tell whether data beside the document speaks of its operation."""
    return prose != Prose()


def _echoes(request: Node, response: Node | None, prose: Prose) -> list[tuple[Node, Node]]:
    if response is None:
        return []
    pairs = []
    for sent in request.walk():
        # The name of a property that stands for many is made up: what is sent has others.
        named = sent.names is None and "*" not in split(sent.path) and not is_in_map(request, sent.path)
        leaf = not sent.children and sent.path and named
        answered = find(response, sent.path) if leaf and sent.path not in prose.echo.without else None
        alike = (sent.types & answered.types) - {"null"} if answered is not None else None
        if answered is not None and alike and _holds_all(sent, answered):
            pairs.append((sent, answered))
    return pairs


def is_in_map(root: Node, path: str) -> bool:
    """Tell whether a property on the way to a place stands for many."""
    return any((node := find(root, each)) is not None and node.names is not None for each in prefixes(path))


def _holds_all(sent: Node, answered: Node) -> bool:
    """Tell whether a place of the response can hold whatever the request may hold: else it repeats not everything."""
    if not sent.types - {"null"} <= answered.types or len(answered.shapes) > len(answered.types):
        return False
    for shape in answered.shapes:
        other = sent.shape(shape.type)
        bounds = [name for name in (*derived.BOUNDS, "enum") if name in shape.keywords]
        if other is not None and any(not equal(shape.value(name), other.value(name)) for name in bounds):
            return False
    return True


def _echoed_parameters(operation: Operation, response: Node | None) -> dict[str, str]:
    found = {}
    for name in operation.path_parameters:
        node = response.child(name) if response else None
        if node is not None and node.shape("string"):
            found[name] = node.path
    return found


def _parameter_rows(operation: Operation, response: Node) -> list[Requirement]:
    return [
        Requirement(
            requirement_id(Group.SEMANTICS, "path", name, "echo"),
            f"`{name}` in the response equals the decoded `{name}` of the path",
            Strength.MUST,
            Group.SEMANTICS,
            (f"{operation.response_pointer}{pointer}",),
            echo=True,
        )
        for name, pointer in _echoed_parameters(operation, response).items()
    ]
