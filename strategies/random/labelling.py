"""Labelling: from any body, whoever made it, to a case whose label is what this contract says of it."""

import hashlib

from msgspec.structs import replace

from conformance.classify.classification import Classification, classify
from conformance.classify.traits import PLAIN_TEXT
from conformance.classify.wording import story_of
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Case, Need, Request, Story
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


def body_case(build: Builder, phase: str, body: Json, story: Story | None, *, valid: bool | None = None) -> Case:
    """Return the case of a body; `valid` is its label where it was constructed to have one."""
    return bytes_case(build, phase, encode(body), story, valid=valid)


def bytes_case(build: Builder, phase: str, body: bytes, story: Story | None, *, valid: bool | None = None) -> Case:
    """Return the case of bytes that may be no JSON text at all; `valid` as for `body_case`."""
    found = classify(build.contract, body, constructed=valid)
    case = build.case(
        "",
        found.expectation,
        found.requirements or (SERVER_ERROR,),
        build.request(body),
        _told(found, story, build.contract.request),
        _needs(build, found),
    )
    return named(replace(case, beyond=found.beyond), phase)


def named(case: Case, phase: str) -> Case:
    """Return a case of a phase with an id that is the same for the same request in every run."""
    word = {"accepted": "accept", "rejected": "reject"}.get(case.expectation.value, "observe")
    return replace(case, id=f"{word}.{phase}.{fingerprint(case.request)}", phase=phase)


def fingerprint(request: Request) -> str:
    """Return what is the same for equal requests and, but for one chance in many millions, for no others."""
    parts = (request.method, request.target, repr(request.headers), request.body or b"", repr(request.chunked))
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode(errors="surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def _told(found: Classification, story: Story | None, root: Node) -> Story:
    """Return the story of a body.

    Place, keyword and kind of what is wrong are those of the catalogue, so that both are one cause; the words may be
    those of the body's maker.
    """
    defect = found.focus if found.defects else None
    if defect is None:
        keyword, says = STORIES[found.expectation]
        return story or Story("", keyword, "", "", says, says)
    own = story_of(defect, found.body, root)
    if story is None or story.pointer != own.pointer:
        return replace(own, says=story.says) if story else own
    return replace(story, keyword=own.keyword, kind=own.kind)


def _needs(build: Builder, found: Classification) -> tuple[Need, ...]:
    """Return what an unusual name needs, where it may be accepted: it is for servers on this machine alone."""
    identity = build.contract.identity
    name = get(found.body, identity) if identity is not None and found.valid is not False else None
    plain = not isinstance(name, str) or PLAIN_TEXT.fullmatch(name)
    return () if plain else (Need.NAME_EDGES,)
