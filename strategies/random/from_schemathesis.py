"""Schemathesis as a second generator: its deterministic coverage phase, and its strategies, as cases of this suite.

Labels are this contract's. What Schemathesis tells of a case is its story; where the two differ on whether it is right,
the story says so. Its path parameters and names are replaced by ours: those of the run, and fresh ones.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from conformance.contract.operations.responses import is_declared
from conformance.contract.schemas.nodes import find
from conformance.model.case import SLOT, Case, Need, Request, Story
from conformance.model.header_fields import essence
from conformance.model.json_values import get, with_value
from conformance.model.jsontext import Json, try_read
from conformance.model.pointer import from_tokens
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case, bytes_case, named
from conformance.strategies.random.parameter_labels import parameters_case

if TYPE_CHECKING:
    from hypothesis import strategies as st
    from schemathesis import Case as SchemathesisCase

    Foreign = SchemathesisCase[Any]

PHASE = "schemathesis"

METHOD = "transport.method-not-allowed"
MEDIA_TYPE = "reject.media-type"
NO_BODY = "reject.body.required"
NO_KEY = "authentication.missing"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST = 200
"""How many characters of what Schemathesis says a story holds."""


def coverage_cases(build: Builder) -> Iterator[Case]:
    """Yield the cases of Schemathesis' coverage phase; they are the same in every run."""
    from schemathesis.generation.modes import GenerationMode  # noqa: PLC0415  (heavy: only who sends these needs it)

    schema, operation = _operation(build, secured=build.has_body)
    # The one place that uses what Schemathesis does not document.
    settings = schema.config.generation_for(operation=operation)
    modes = list(GenerationMode)
    covered = schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=settings)
    yield from filter(None, (_case(build, foreign) for foreign in covered))


def random_cases(build: Builder, *, right: bool) -> "st.SearchStrategy[Case]":
    """Return Schemathesis' own strategy of requests, meant to be right or wrong, as cases of this contract."""
    from schemathesis.generation.modes import GenerationMode  # noqa: PLC0415  (heavy: as above)

    # Without the document's security: else half of what is meant to be wrong is a valid body with another key.
    _, operation = _operation(build, secured=False)
    mode = GenerationMode.POSITIVE if right else GenerationMode.NEGATIVE
    fixed: dict[str, Any] = {"headers": {}, "query": {}, "cookies": {}} if build.has_body else {}
    strategy = operation.as_strategy(generation_mode=mode, path_parameters=dict(build.parameters), **fixed)
    made: st.SearchStrategy[Case | None] = strategy.map(lambda foreign: _case(build, foreign))
    return made.filter(bool)  # type: ignore[return-value]


def _operation(build: Builder, *, secured: bool = True) -> tuple[Any, Any]:
    import schemathesis  # noqa: PLC0415  (heavy: only who sends these needs it)
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415  (heavy: as above)

    operation = build.contract.operation
    content = json.loads(json.dumps(build.contract.document.content, default=str))
    # Where the operation is served is the run's to know, and what a document says of it may be wrong.
    path = content["paths"][operation.path]
    own = path.get(operation.method.lower(), {})
    for holder in (content, path, own):
        holder.pop("servers", None)
    if not secured:
        content.pop("security", None)
        own.pop("security", None)
    # With a configuration of its own: a `schemathesis.toml` that happens to be near is about other runs.
    schema = schemathesis.openapi.from_dict(content, config=SchemathesisConfig())
    return schema, schema[operation.path][operation.method]


def _case(build: Builder, foreign: "Foreign") -> Case | None:
    operation = build.contract.operation
    story = _story(foreign)
    if foreign.method.upper() != operation.method:
        return _other_method(build, foreign.method.upper(), story)
    if not build.has_body:
        return _without_body(build, foreign, story)
    body = _body(foreign)
    if body is None:
        request = replace(build.request(b""), body=None, headers=build.headers_without("Content-Type"))
        return named(build.rejected("", NO_BODY, request, story), PHASE)
    media_type = str(foreign.headers.get("Content-Type") or operation.request_media_type)
    if essence(media_type) != essence(operation.request_media_type):
        if is_declared(operation.request_media_types, media_type):
            return None  # a form, or what a range allows: another matter than this body
        headers = (*build.headers_without("Content-Type"), ("Content-Type", media_type))
        request = replace(build.request(build.smallest), headers=headers)
        return named(build.rejected("", MEDIA_TYPE, request, story), PHASE)
    phase = _phase(foreign)
    missing = getattr(phase, "scenario", None) == "missing_parameter"
    if missing and getattr(phase, "parameter_location", None) == "header":
        return _keyless(build, story)
    text = try_read(body)
    if text is None:
        return _told(bytes_case(build, PHASE, body, story), foreign)
    return _told(body_case(build, PHASE, _renamed(build, text.value), story), foreign)


def _without_body(build: Builder, foreign: "Foreign", story: Story) -> Case | None:
    """Return the case of a request with its parameters; None where it cannot be sent as it is."""
    declared = {each.key for each in build.contract.operation.parameters}
    query = "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in _pairs(foreign.query))
    fields = tuple((name, text) for name, text in _pairs(foreign.headers) if (name.lower(), "header") in declared)
    cookies = tuple(f"{quote(name)}={quote(text)}" for name, text in _pairs(foreign.cookies))
    if not all(text.isascii() and text.isprintable() and text.strip() == text for _, text in fields):
        return None
    held = replace(build.carried, fields=(*build.carried.fields, *fields), cookies=(*build.carried.cookies, *cookies))
    target = build.target_with({}, query=query, values={})
    request = replace(build.right, target=target, headers=build.headers_of({}, held))
    return _told(parameters_case(build, PHASE, request, story), foreign)


def _pairs(held: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield name and text of parameters as Schemathesis has serialized them; a list is repeated."""
    for name, value in (held or {}).items():
        for text in value if isinstance(value, list) else [value]:
            yield name, str(text)


def _other_method(build: Builder, method: str, story: Story) -> Case | None:
    if method in build.contract.operation.methods:
        return None
    needs = () if method in SAFE_METHODS else (Need.LOOPBACK,)
    body = None if method in {*SAFE_METHODS, "DELETE", "TRACE"} else build.request(build.smallest).body
    headers = build.headers if body is not None else build.headers_without("Content-Type")
    return named(build.observed("", (METHOD,), Request(method, build.target, headers, body), story, needs), PHASE)


def _keyless(build: Builder, story: Story) -> Case | None:
    if not build.credential_headers:
        return None
    headers = build.headers_without(*(name for name, _ in build.credential_headers))
    request = replace(build.request(build.smallest), headers=headers)
    return named(build.rejected("", NO_KEY, request, story), PHASE)


def _body(foreign: "Foreign") -> bytes | None:
    """Return the bytes of the body as Schemathesis would send them; None where it sends none."""
    from schemathesis.core import NotSet  # noqa: PLC0415  (heavy: as above)

    if isinstance(foreign.body, NotSet):
        return None
    if isinstance(foreign.body, bytes):
        return foreign.body
    return json.dumps(foreign.body, ensure_ascii=True).encode()


def _renamed(build: Builder, body: Json) -> Json:
    """Return a body whose object has a name that is fresh at every send."""
    identity = build.contract.identity
    name = get(body, identity) if identity else None
    if not identity or not isinstance(name, str):
        return body
    node = find(build.contract.request, identity)
    examples = [str(each) for shape in (node.shapes if node else ()) for each in shape.listed("examples")]
    return with_value(body, identity, SLOT if name in examples else name + SLOT)


def _phase(foreign: "Foreign") -> Any:  # noqa: ANN401  (types of a library)
    return foreign.meta.phase.data if foreign.meta is not None else None


def _told(case: Case, foreign: "Foreign") -> Case:
    """Return a case whose story says so where Schemathesis labels it otherwise."""
    story = case.story
    if story is None or foreign.meta is None:
        return case
    theirs = str(foreign.meta.generation.mode.value)
    ours = {"accepted": "positive", "rejected": "negative"}.get(case.expectation.value, "")
    if ours == theirs:
        return case
    says = f"{story.says} (Schemathesis: {theirs}; expected by this contract: {case.expectation.value})"
    return replace(case, story=replace(story, says=says))


def _story(foreign: "Foreign") -> Story:
    """Return what Schemathesis tells of a case."""
    phase = _phase(foreign)
    mutations = tuple(getattr(phase, "mutations", ()) or ())
    description = str(getattr(phase, "description", "") or "a random request")
    description = " ".join(description.split())[:LONGEST]
    scenario = str(getattr(phase, "scenario", "") or "")
    keyword, pointer, was, became = "properties", "", "", ""
    if mutations:
        first = mutations[0]
        pointer = from_tokens(first.path) if _in_body(first) else str(first.parameter or "")
        keyword = next(iter(first.keywords), "") or str(first.operator.value)
        was, became = _text(first.original_value), _text(first.new_value)
    operator = str(mutations[0].operator.value) if mutations else ""
    kind = (scenario or operator or "a random request").replace("_", " ")
    return Story(pointer, keyword, was, became, f"Schemathesis: {description}", f"{kind} (by Schemathesis)")


def _in_body(mutation: Any) -> bool:  # noqa: ANN401  (types of a library)
    return str(getattr(mutation.parameter_location, "value", mutation.parameter_location)) == "body"


def _text(value: object) -> str:
    try:
        return "" if value is None else json.dumps(value)[:LONGEST]
    except (TypeError, ValueError):
        return ""
