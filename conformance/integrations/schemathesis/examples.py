"""The catalogue as explicit examples of Schemathesis, and what their answers show alone and together."""

import json
import math
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace
from schemathesis.core.transport import Response

from conformance.integrations.checking import CheckedContract
from conformance.integrations.responses import request_of
from conformance.model.case import KEY, Case, Item, Relation, Request
from conformance.model.finding import Finding
from conformance.model.header_fields import without_fields
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import fill

TOO_MANY = 429
"""The status of an answer that asks for patience: another one follows."""


class Together:
    """A relation while its answers come in: they are judged once all are there, in the order of its cases."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self._answers: list[tuple[object, Case]] = []

    def add(self, place: int, answer: object, case: Case) -> Sequence[tuple[object, Case]]:
        """Take the answer to the case at `place`; returns all answers where it was the last, else nothing."""
        if place != len(self._answers):
            self._answers = []
        if place == len(self._answers):
            self._answers.append((answer, case))
        return self._answers if len(self._answers) == len(self.relation.cases) else ()


class SentExample(msgspec.Struct, frozen=True):
    """A case as it is sent, its slot filled, and its place in a relation where it belongs to one."""

    case: Case
    together: Together | None = None
    place: int = 0

    @property
    def alone(self) -> bool:
        """Whether its answer means something alone."""
        relation = self.together.relation if self.together else None
        return relation is None or not relation.together_only or self.place < len(relation.cases) - 1


class ExplicitExamples:
    """The cases of one operation that Schemathesis can send, and which of its own cases stands for which."""

    def __init__(self, held: CheckedContract, build: Builder) -> None:
        self._held = held
        self._build = build
        self._known: dict[str, SentExample] = {}
        self._names = 0
        self._run = secrets.token_hex(4)

    def all(self, items: Iterable[Item]) -> Iterator[SentExample]:
        """Yield an example for each case of `items` that can be sent; of a relation all of them, or none."""
        for item in items:
            if (isinstance(item, Relation) and item.concurrent) or not all(map(self._can_be_sent, item.cases)):
                continue
            shared = self._new_name() if isinstance(item, Relation) and item.same_name else None
            together = Together(item) if isinstance(item, Relation) else None
            for place, case in enumerate(item.cases):
                request = fill(case.request, shared or self._new_name()) if case.slotted else case.request
                yield SentExample(replace(case, request=request), together, place)

    def keep(self, case_id: str, example: SentExample) -> None:
        """Remember which example a case of Schemathesis is, by its id."""
        self._known[case_id] = example

    def find(self, case_id: str, answer: Response, key: str) -> SentExample | None:
        """Return the example that a case is, None where it is none or was changed on its way."""
        example, sent = self._known.get(case_id), request_of(self._held.contract, answer)
        if example is None or sent is None:
            return None
        meant = example.case.request
        same = (sent.target, sent.body) == (meant.target, meant.body)
        if same and not self.is_usual(example):
            same = self._credential(sent, key) == self._credential(meant, key)
        return example if same else None

    def is_usual(self, example: SentExample) -> bool:
        """Tell whether a case carries the right credential in the right form."""
        return example.case.request.headers == self._build.headers

    def judge(self, example: SentExample, answer: Response, *, key: str, loopback: bool) -> list[Finding]:
        """Return what an answer shows, and what all answers of its relation show once it is the last of them."""
        found: list[Finding] = []
        if example.alone:
            found += self._held.check(answer, case=example.case, key=key, loopback=loopback)
        together = example.together
        if together and answer.status_code != TOO_MANY:
            answers = together.add(example.place, answer, example.case)
            if answers:
                found += self._held.check_together(together.relation, answers, key=key, loopback=loopback)
        return found

    def _can_be_sent(self, case: Case) -> bool:
        """Tell whether a request differs from the usual one in nothing but the body and the credential."""
        request, build = case.request, self._build
        credential = {name.lower() for name, _ in build.credential_headers}
        names = [name.lower() for name, _ in request.headers]
        others = without_fields(request.headers, *credential)
        return (
            request.body is not None
            and request.body != b""
            and not request.chunked
            and _within_floats(request.body)
            and (request.method, request.target) == (build.contract.operation.method, build.target)
            and len(names) == len(set(names))
            and others == build.headers_without(*credential)
            # Schemathesis itself complains where a credential that is not the usual one is taken.
            and (request.headers == build.headers or case.expectation is Expectation.REJECTED)
            # What stands around a value is no part of it: clients cut it off.
            and all(value == value.strip() and value for _, value in request.headers)
        )

    def _credential(self, request: Request, key: str) -> set[tuple[str, str]]:
        names = {name.lower() for name, _ in self._build.credential_headers}
        held = ((name.lower(), value.replace(KEY, key)) for name, value in request.headers)
        return {(name, value) for name, value in held if name in names}

    def _new_name(self) -> str:
        self._names += 1
        return f"cfm-{self._run}-{self._names:04x}"


def _within_floats(body: bytes) -> bool:
    """Tell whether all numbers of a body are within those of a float: Schemathesis reads what comes back as floats."""
    beyond: list[str] = []

    def note(text: str) -> None:
        if math.isinf(float(text)):
            beyond.append(text)

    with suppress(ValueError, RecursionError):
        json.loads(body, parse_float=note)
    return not beyond
