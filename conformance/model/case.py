"""Cases: requests to send, and what the contract lets one expect of the answers."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.model.pointer import parent
from conformance.model.vocabulary import Expectation

SLOT = "cfm-00000000-0000"
"""Stands where a request names the object to create; every send fills it with a fresh name of the same width."""

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
"""In which encodings a name is looked for in a body: a target may read all of them."""

KEY = "$API_KEY"
"""Stands where a request carries the credential: cases, journals and reports never hold the real one."""

OTHER_KEY = re.compile(r"\$CREDENTIAL_\w+")
"""Stands where a request carries the credential of another security scheme: the key, unless a run has one for it."""

MINIMAL = ".minimal"
"""How the id of a case ends that another was cut down to."""

CLEAN_UP = "clean-up"
"""The phase of requests that remove what others created."""

CATALOGUE = "catalogue"
"""The phase of the deterministic cases."""


class Need(StrEnum):
    """What a target must offer for a case to mean anything."""

    STATE = "state"
    """It remembers what it created: not with `--stateless`."""
    KEYS = "keys"
    """It knows right keys from wrong ones: not with `--any-key`."""
    NAME_EDGES = "name edges"
    """Objects with odd names may be created: loopback, or allowed by the caller."""
    PROBES = "probes"
    """It offers the requests beside the operation that `spec/prose.yaml` describes, so that creations can be read."""
    SERVER = "server"
    """A server reads the bytes of the request: not an application in this process, nor a client object."""
    LOOPBACK = "loopback"
    """It is a server on this machine: the request is heavy, or leaves the values that are safe on a live one."""


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One HTTP request as it is to be sent.

    `target` is the request target below the server's base URL, percent-encoded and sent unchanged. `headers` are
    sent unchanged and in this order; `Host` and the framing headers are the transport's. `chunked` sends the body
    without a `Content-Length`; `hosts` is the number of `Host` fields.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    chunked: bool = False
    hosts: int = 1


class Story(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done to a request to make it this case.

    `pointer` is the place in the body (or the name of a header), `keyword` the JSON Schema keyword, or the rule, that
    it is about; `was` and `became` are JSON texts, empty for absent. `says` is a sentence for a person; `kind` names
    the class of the value in a few words, the same for every property.
    """

    pointer: str
    keyword: str
    was: str
    became: str
    says: str
    kind: str = ""


def credential_of(scheme: str) -> str:
    """Return what stands for the credential of a security scheme beside the first, by its name in the document."""
    return f"$CREDENTIAL_{re.sub(r'[^A-Za-z0-9]', '_', scheme).upper()}"


def holds(request: Request, name: str) -> bool:
    """Tell whether a name is in the target or the body of a request, in an encoding that a target may read."""
    body = request.body or b""
    return name in request.target or any(encoded in body for encoded in _encoded(name))


@lru_cache(16)
def _encoded(name: str) -> tuple[bytes, ...]:
    return tuple(name.encode(each) for each in ENCODINGS)


def renamed(request: Request, old: str, new: str) -> Request:
    """Return a request with a name in its target and body replaced by another."""
    body = request.body
    if body is not None:
        body = body.replace(old.encode(), new.encode())
        if b"\0" in body:  # as every wide encoding of a name has
            for each in ENCODINGS[1:]:
                body = body.replace(old.encode(each), new.encode(each))
    return replace(request, target=request.target.replace(old, new), body=body)


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request, what is expected of the response, and the requirements that it exercises.

    The first of `requirements` is the one that fails when the expectation is not met. `beyond` names the advisory
    requirements whose range the body leaves, though the schema allows it. `slotted`: the body has `SLOT`;
    `merged`: the request has many unusual values at once; `reduced`: another case was minimized to it. `control` is the
    request that differs only in what the case is about: where it is rejected as well, a rejection says nothing.
    `seconds` is how long a response may take; 0 is the limit of the run. `late`: it ends the process of some targets,
    so that it is sent when all else is done.
    """

    id: str
    expectation: Expectation
    requirements: tuple[str, ...]
    request: Request
    story: Story | None = None
    phase: str = CATALOGUE
    slotted: bool = False
    needs: tuple[Need, ...] = ()
    beyond: tuple[str, ...] = ()
    merged: bool = False
    reduced: bool = False
    control: Request | None = None
    seconds: float = 0.0
    late: bool = False

    @property
    def cases(self) -> tuple["Case"]:
        """The case alone: what a plan holds are cases and relations."""
        return (self,)


class RelationKind(StrEnum):
    """What the cases of a relation show together; each kind has its check."""

    NULL_BESIDE_ABSENT = "null-beside-absent"
    ISOLATION = "isolation"
    IN_TURN = "in-turn"
    ALIKE_NAMES = "alike-names"
    LEAVES_NOTHING = "leaves-nothing"
    SAME_NAME = "same-name"
    VISIBLE = "visible"
    SERIES = "series"
    OTHER_SETTINGS = "other-settings"


class Relation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cases whose responses are judged together.

    `kind` names the check that judges them. With `concurrent` they are in flight at once, otherwise one after the
    other; with `same_name` every slot of the relation is filled with one name; with `together_only` the last response
    means nothing alone.
    """

    id: str
    kind: RelationKind
    requirements: tuple[str, ...]
    cases: tuple[Case, ...]
    concurrent: bool = False
    same_name: bool = False
    together_only: bool = False


Item: TypeAlias = Case | Relation
"""What a plan holds: a case, or cases that belong together."""

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"})
"""Methods that create nothing even on a server that confuses methods: those that read, and the one that removes."""


def could_create(case: Case) -> bool:
    """Tell whether a case could create an object: of a target that is wrong, any method that writes, body or not."""
    return case.request.method not in HARMLESS and case.phase != CLEAN_UP


def holder(case: Case) -> str:
    """Return the pointer of the object or array in which a case is invalid; empty where its control is any request."""
    if case.expectation is not Expectation.REJECTED or case.story is None or not case.story.pointer.startswith("/"):
        return ""
    return parent(case.story.pointer)
