"""Labelling: from any body, whoever made it, to a case whose label is what this contract says of it."""

import hashlib
from functools import lru_cache

from msgspec.structs import replace

from conformance.classify.classification import Classification, classify
from conformance.classify.traits import PLAIN_TEXT
from conformance.classify.wording import story_of
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Case, Need, Request, Story
from conformance.model.header_fields import Headers
from conformance.model.json_values import get
from conformance.model.jsontext import Json, encode
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.wire_parts import SERVER_ERROR

STORIES = {
    Expectation.ACCEPTED: ("properties", "a random valid body"),
    Expectation.REJECTED: ("type", "a random invalid body"),
    Expectation.OBSERVED: ("JSON text", "a random body without a label"),
}
"""Keyword and words for a body of which its maker tells nothing, and in which nothing speaks."""

WORDS = {Expectation.ACCEPTED: "accept", Expectation.REJECTED: "reject", Expectation.OBSERVED: "observe"}
"""How the id of a case begins."""


def body_case(build: Builder, phase: str, body: Json, story: Story | None, *, valid: bool | None = None) -> Case:
    """Return the case of a body; `valid` is its label where it was constructed to have one."""
    return bytes_case(build, phase, encode(body), story, valid=valid)


def bytes_case(build: Builder, phase: str, body: bytes, story: Story | None, *, valid: bool | None = None) -> Case:
    """Return the case of bytes that may be no JSON text at all; `valid` as for `body_case`."""
    found = classify(build.contract, body, constructed=valid)
    request = build.request(body)
    return build.case(
        case_id(found.expectation, phase, request),
        found.expectation,
        found.requirements or (SERVER_ERROR,),
        request,
        _told(found, story, build.contract.request),
        _needs(build, found),
        phase=phase,
        beyond=found.beyond,
    )


def named(case: Case, phase: str) -> Case:
    """Return a case of a phase with an id that is the same for the same request in every run."""
    return replace(case, id=case_id(case.expectation, phase, case.request), phase=phase)


def case_id(expectation: Expectation, phase: str, request: Request) -> str:
    """Return an id that is the same for the same request of a phase in every run."""
    return f"{WORDS[expectation]}.{phase}.{fingerprint(request)}"


def fingerprint(request: Request) -> str:
    """Return what is the same for equal requests and, but for one chance in many millions, for no others."""
    head = _head(request.method, request.target, request.headers)
    return hashlib.sha256(b"%b%b\0%a\0" % (head, request.body or b"", request.chunked)).hexdigest()[:12]


def fingerprint_of(case: Case) -> str:
    """Return the fingerprint of the request of a random case: its id ends with it."""
    return case.id.rpartition(".")[2]


@lru_cache(16)
def _head(method: str, target: str, headers: Headers) -> bytes:
    """Return what nearly all requests of a run have in common."""
    return "".join(f"{part}\0" for part in (method, target, repr(headers))).encode(errors="surrogatepass")


def _told(found: Classification, story: Story | None, root: Node) -> Story:
    """Return the story of a body.

    Place, keyword and kind of what is wrong are those of the catalogue, so that both are one cause; the words may be
    those of the body's maker.
    """
    defect = found.focus if found.defects else None
    if defect is None:
        keyword, says = STORIES[found.expectation]
        return story or Story("", keyword, "", "", says, says)
    if story is not None and story.pointer == defect.pointer:
        return replace(story, keyword=defect.keyword, kind=defect.kind)
    own = story_of(defect, found.body, root)
    return own if story is None else replace(own, says=story.says)


def _needs(build: Builder, found: Classification) -> tuple[Need, ...]:
    """Return what an unusual name needs, where it may be accepted: it is for servers on this machine alone."""
    identity = build.contract.identity
    name = get(found.body, identity) if identity is not None and found.valid is not False else None
    plain = not isinstance(name, str) or PLAIN_TEXT.fullmatch(name)
    return () if plain else (Need.NAME_EDGES,)
