"""What every case starts from: the right target, the right headers, and a right body to change one thing in."""

from collections.abc import Mapping
from functools import cached_property

import msgspec
from msgspec.structs import replace

from conformance.classify.requirements import combination_id
from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.path_template import fill, with_query
from conformance.contract.schemas.nodes import Node
from conformance.model.case import CATALOGUE, KEY, SLOT, Case, Need, Request, Story, holds
from conformance.model.errors import ContractError
from conformance.model.header_fields import Headers, without_fields
from conformance.model.jsontext import Json, Writable, encode
from conformance.model.version import VERSION
from conformance.model.vocabulary import Expectation
from conformance.strategies.carried_credentials import Carried, carried
from conformance.strategies.parameter_values import carried_parameters, path_text, stated_value, usual_values
from conformance.strategies.sparing import LARGE, Sparing
from conformance.strategies.values import bodies, classes
from conformance.strategies.values.search import proper

USER_AGENT = f"environment-conformance/{VERSION}"


class Builder(msgspec.Struct, frozen=True, dict=True):
    """Makes cases for one contract.

    `parameters` are the path parameters, not yet encoded; `credentials` the security schemes beside those of the first
    alternative that the caller has a credential for, `fixed` the values of other parameters that the caller gives.
    `thrifty` tells to leave out, of a large body, what shows nothing new.
    """

    contract: Contract
    parameters: Mapping[str, str]
    credentials: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = {}
    thrifty: bool = False

    @cached_property
    def sparing(self) -> Sparing:
        """Which cases are left out before they are made."""
        return Sparing(large=self.thrifty and self.contract.request.size > LARGE)

    @cached_property
    def defaults(self) -> bodies.Defaults:
        """What bodies hold where a case asks for nothing else: a slot for the name, safe values."""
        prose = self.contract.prose
        stated: dict[str, Writable] = dict(prose.safe)
        if self.contract.identity is not None:
            stated[self.contract.identity] = SLOT
        quiet = frozenset(each.pointer for each in prose.ranges if each.never)
        return bodies.Defaults(stated, quiet, {})

    @cached_property
    def target(self) -> str:
        """The request target with the path parameters filled in."""
        return self.target_with({})

    @cached_property
    def credential(self) -> str:
        """The text that carries the key, with the placeholder for it."""
        return f"{self.contract.scheme} {KEY}" if self.contract.scheme else KEY

    @property
    def has_body(self) -> bool:
        """Whether requests have a body."""
        return self.contract.operation.has_body

    @cached_property
    def carried(self) -> Carried:
        """Where a valid request has its credentials."""
        alternatives = self.contract.operation.alternatives
        return carried(self.contract, alternatives[0] if alternatives else ())

    @property
    def credential_headers(self) -> Headers:
        """The header fields that carry credentials; empty where they travel elsewhere or none is asked for."""
        return self.carried.headers

    @cached_property
    def values(self) -> dict[Parameter, Json]:
        """The values that every request has of parameters outside of the path: required ones and fixed ones."""
        found = {}
        for each in self.contract.operation.parameters:
            if each.location == "path":
                continue
            if each.name in self.fixed:
                found[each] = stated_value(self.contract, each, self.fixed[each.name])
            elif each.required:
                found[each] = self._usual(each)
        return found

    def _usual(self, parameter: Parameter) -> Json:
        for value in usual_values(self.contract, parameter):
            return value
        named = f"the {parameter.location} parameter {parameter.name!r} of {self.contract.operation.name}"
        problem = f"{self.contract.document.name}: no valid value was found for {named}"
        raise ContractError(problem, f"give one with --param {parameter.name}=VALUE")

    @cached_property
    def headers(self) -> Headers:
        """The headers of a valid request."""
        return self.headers_of(self.values, self.carried)

    def headers_of(self, values: Mapping[Parameter, Json], credentials: Carried) -> Headers:
        """Return the headers of a request with these parameters and credentials."""
        held = carried_parameters(values.items())
        cookies = (*held.cookies, *credentials.cookies)
        return (
            ("User-Agent", USER_AGENT),
            ("Accept", "application/json"),
            *credentials.fields,
            *held.fields,
            *((("Cookie", "; ".join(cookies)),) if cookies else ()),
            *((("Content-Type", self.contract.operation.request_media_type),) if self.has_body else ()),
        )

    @property
    def headers_without_credentials(self) -> Headers:
        """The headers of a valid request, those left out that carry credentials."""
        return self.headers_of(self.values, Carried())

    @cached_property
    def smallest(self) -> Writable:
        """The smallest valid body; an invalid one where none is found."""
        found = self._proper("smallest")
        return bodies.smallest(self.contract.request, self.defaults) if found is None else found

    @cached_property
    def fullest(self) -> Writable:
        """The fullest valid body; the smallest where no fuller one is found."""
        found = self._proper("fullest")
        return self.smallest if found is None else found

    def _proper(self, base: bodies.Base) -> Writable | None:
        if not self.has_body:
            return None
        contract = self.contract
        return proper(contract.request, contract.request_validator, base, self.defaults, contract.examples)

    @cached_property
    def combination(self) -> str:
        """The requirement that valid properties are accepted together."""
        return combination_id(self.contract.request)

    @cached_property
    def right(self) -> Request:
        """The valid request with the smallest body."""
        return self.request(self.smallest)

    @cached_property
    def _valid(self) -> dict[int, tuple[classes.Value, ...]]:
        """Valid values by the identity of the node, which the contract keeps."""
        return {}

    @cached_property
    def distinct(self) -> dict[int, Writable]:
        """Full bodies that differ from each other, by number: relations make them, and use each more than once."""
        return {}

    def valid(self, node: Node) -> tuple[classes.Value, ...]:
        """Return a value of each valid class of a node of the request."""
        if id(node) not in self._valid:
            self._valid[id(node)] = tuple(classes.valid_values(node))
        return self._valid[id(node)]

    def target_with(
        self,
        parameters: Mapping[str, str],
        *,
        query: str = "",
        credential: bool = True,
        values: Mapping[Parameter, Json] | None = None,
    ) -> str:
        """Return the request target with other path parameters (not yet encoded), more query, and other parameters."""
        known = {each.name: each for each in self.contract.operation.parameters if each.location == "path"}
        filled = {
            name: path_text(known.get(name), value, self.contract)
            for name, value in {**self.parameters, **parameters}.items()
        }
        target = fill(self.contract.operation.path, filled)
        held = carried_parameters((self.values if values is None else values).items())
        return with_query(target, *held.query, query, *(self.carried.query if credential else ()))

    def with_values(self, values: Mapping[Parameter, Json]) -> Request:
        """Return the valid request with these parameters in the place of its own."""
        headers = self.headers_of(values, self.carried)
        return replace(self.right, target=self.target_with({}, values=values), headers=headers)

    def request_to(self, target: str) -> Request:
        """Return the valid request at another target."""
        return replace(self.right, target=target)

    def headers_without(self, *names: str) -> Headers:
        """Return the right headers without those called `names`."""
        return without_fields(self.headers, *names)

    def headers_with(self, name: str, value: str | None) -> Headers:
        """Return the right headers with another value of one, the last, or without it."""
        return (*self.headers_without(name), *(() if value is None else ((name, value),)))

    def accepting(
        self,
        id_: str,
        requirements: tuple[str, ...],
        body: Writable,
        story: Story,
        needs: tuple[Need, ...] = (),
        text: str | None = None,
    ) -> Case:
        """Return a case that must be accepted; what prose says against its body is found out here.

        `text` is the body as it is written, where the caller has it already.
        """
        request = self.request(body if text is None else text.encode())
        case = self.case(id_, Expectation.ACCEPTED, requirements, request, story, needs)
        beyond = self.contract.prose.beyond(body)
        return replace(case, beyond=beyond) if beyond else case

    def related(self, id_: str, body: Writable, says: str) -> Case:
        """Return a case of a relation that must be accepted; it means something only beside the others."""
        return self.accepting(id_, (self.combination,), body, Story("", "relation", "", "", says, says))

    def request(self, body: Writable | bytes) -> Request:
        """Return a valid request with the given body; without any where the operation declares none."""
        data = None
        if self.has_body:
            data = body if isinstance(body, bytes) else encode(body)
        return Request(self.contract.operation.method, self.target, self.headers, data)

    def accepted(self, id_: str, requirements: tuple[str, ...], request: Request, story: Story) -> Case:
        """Return a case that must be accepted, whose body is the smallest or fullest one, spelled or sent otherwise."""
        return self.case(id_, Expectation.ACCEPTED, requirements, request, story)

    def rejected(
        self, id_: str, requirement: str, request: Request, story: Story, needs: tuple[Need, ...] = ()
    ) -> Case:
        """Return a case that must be rejected, for one requirement."""
        return self.case(id_, Expectation.REJECTED, (requirement,), request, story, needs)

    def observed(
        self, id_: str, requirements: tuple[str, ...], request: Request, story: Story, needs: tuple[Need, ...] = ()
    ) -> Case:
        """Return a case whose answer is recorded: it may be accepted or rejected, but must not break the server."""
        return self.case(id_, Expectation.OBSERVED, requirements, request, story, needs)

    def case(
        self,
        id_: str,
        expectation: Expectation,
        requirements: tuple[str, ...],
        request: Request,
        story: Story,
        needs: tuple[Need, ...] = (),
        *,
        phase: str = CATALOGUE,
        beyond: tuple[str, ...] = (),
    ) -> Case:
        """Return a case; whether it holds the slot is seen from its request."""
        asked = self.contract.asked(requirements)
        return Case(id_, expectation, asked, request, story, phase, holds(request, SLOT), needs, beyond)


def path_slug(path: str) -> str:
    """Return a pointer as part of an id: `/a/b` gives `a.b`, the root gives `body`."""
    return path.strip("/").replace("/", ".") or "body"
