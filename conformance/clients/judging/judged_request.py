"""The request side of the judge: compares what a client sent with what it was asked to send."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote

from conformance.checks.shared.differences import quoted, same, shown
from conformance.checks.shared.findings import brief, clean, finding
from conformance.checks.shared.messages import Wording
from conformance.checks.shared.pairs import default_of
from conformance.checks.shared.request_parts import admits, path_parameters
from conformance.classify.wording import LONGEST_VALUE, name_of
from conformance.clients.judging import messages
from conformance.clients.judging.comparing import BodyDifference, differences
from conformance.clients.judging.judged_parameters import judge_parameters
from conformance.clients.judging.requirements import parameter_id, sent_id
from conformance.clients.scenarios.scenario import Scenario
from conformance.clients.scenarios.sending import EMPTY, INJECTED, KEY_CONTROL, KEY_FIELD
from conformance.contract.contract import Contract
from conformance.contract.operations.path_template import fill
from conformance.contract.operations.security import Security
from conformance.contract.schemas.nodes import Node, occurrences
from conformance.model.case import Request
from conformance.model.finding import Finding, Judgement, Pass, Symptom
from conformance.model.header_fields import combined, essence, values_of
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, JsonFault, read, read_text

UNDECLARED = "client-request.undeclared"
DEFAULTS = "client-request.default"

KNOWN_SCHEMES = frozenset("basic bearer digest token api-key apikey key".split())
"""Schemes that a finding may name: any other word might be a part of a key."""


def judge_request(contract: Contract, scenario: Scenario, request: Request, key: str) -> Iterator[Judgement]:
    """Yield what one request shows; `key` is the credential that the client was given.

    `request.target` is relative to the base URL of the scenario.
    """
    yield from _method(contract, request)
    yield from _target(contract, scenario, request)
    yield from judge_parameters(contract, scenario, request)
    yield from _credential(contract, request, key)
    if contract.operation.has_body:
        yield _media_type(contract, request)
    yield _accept(contract, request)
    if contract.operation.has_body:
        yield from _body(contract, scenario, request)


def judge_key(contract: Contract, scenario: Scenario, request: Request) -> Judgement:
    """Return what becomes of a key with control characters that a client has sent all the same."""
    security = contract.operation.security
    injected = scenario.requirements[0] == KEY_FIELD and bool(values_of(request.headers, INJECTED))
    requirement = KEY_FIELD if injected else KEY_CONTROL
    kind = "a header field" if injected else "a control character"
    return finding(
        requirement,
        Symptom("key", kind, "sent"),
        **(messages.KEY_FIELD if injected else messages.KEY_CONTROL).filled(kind=scenario.kind),
        pointer=security.name if security else "",
        expected="an error",
        actual="a request",
    )


def _method(contract: Contract, request: Request) -> Iterator[Judgement]:
    wanted = contract.operation.method
    if request.method == wanted:
        yield Pass("client-request.method")
    else:
        yield finding(
            "client-request.method",
            Symptom("method", "a call", "a different method"),
            **messages.METHOD.filled(method=wanted, sent=request.method, path=messages.shown_text(request.target)),
            pointer="method",
            expected=wanted,
            actual=request.method,
        )


def _target(contract: Contract, scenario: Scenario, request: Request) -> Iterator[Judgement]:
    encoded = {name: quote(value, safe="") for name, value in scenario.parameters.items()}
    expected = fill(contract.operation.path, encoded)
    found = path_parameters(contract.operation.path, request.target)
    wrong = [name for name, value in scenario.parameters.items() if found is None or found.get(name) != value]
    plain = all(encoded[name] == value and set(value) != {"."} for name, value in scenario.parameters.items())
    if scenario.requirements[0] == EMPTY and not scenario.parameters.get(scenario.story.pointer):
        yield finding(
            EMPTY,
            Symptom("target", "an empty path parameter", "sent"),
            **messages.PATH_EMPTY.filled(name=scenario.story.pointer, sent=messages.shown_text(request.target)),
            pointer=scenario.story.pointer,
            expected="an error",
            actual=request.target,
        )
        return
    if not wrong:
        yield Pass("client-request.target")
        yield from (Pass(parameter_id(name)) for name in scenario.parameters if not plain)
        if scenario.requirements[0] == "client-request.path.dots":
            yield Pass("client-request.path.dots")
        return
    about = scenario.story.pointer if scenario.story.pointer in scenario.parameters else wrong[0]
    dots = set(scenario.parameters[about]) == {"."}
    if plain:
        requirement, kind, wording = "client-request.target", "a path", messages.PATH
    elif dots:
        requirement, kind, wording = "client-request.path.dots", "a path parameter of dots", messages.PATH_DOTS
    else:
        requirement, kind, wording = parameter_id(about), "a path parameter", messages.PATH_ENCODING
    yield finding(
        requirement,
        Symptom("target", kind, "a different path"),
        **wording.filled(
            name=about,
            value=quoted(scenario.parameters[about]),
            sent=messages.shown_text(request.target),
            expected=messages.shown_text(expected),
        ),
        pointer=about if not plain else "target",
        expected=expected,
        actual=request.target,
    )


def _credential(contract: Contract, request: Request, key: str) -> Iterator[Judgement]:
    security = contract.operation.security
    if security is None:
        return
    value = _carried(security, request)
    if value is None or key not in value:
        yield finding(
            "client-request.credential",
            Symptom("credential", security.location, "no key" if value is None else "a different value"),
            **(messages.NO_KEY if value is None else messages.OTHER_KEY).filled(field=security.name),
            pointer=security.name,
            expected=_wanted(contract),
            actual="absent" if value is None else "a value without the key",
        )
    else:
        yield Pass("client-request.credential")
        yield _scheme(contract, security, value.partition(key)[0].strip())
    elsewhere = [name for name, text in request.headers if key in text and name.lower() != security.name.lower()]
    elsewhere += ["the path"] if key in unquote(request.target) and security.location != "query" else []
    elsewhere += ["the body"] if key.encode() in (request.body or b"") else []
    if security.location == "cookie":
        elsewhere = [name for name in elsewhere if name.lower() != "cookie"]
    if not elsewhere:
        yield Pass("client-request.key-elsewhere")
        return
    place = elsewhere[0] if " " in elsewhere[0] else f"`{elsewhere[0]}`"
    yield finding(
        "client-request.key-elsewhere",
        Symptom("credential", "elsewhere", "the key"),
        **messages.KEY_ELSEWHERE.filled(field=security.name, place=place),
        pointer=elsewhere[0],
    )


def _carried(security: Security, request: Request) -> str | None:
    """Return the value at the place of the credential, or None."""
    if security.location == "query":
        return dict(parse_qsl(request.target.partition("?")[2])).get(security.name)
    wanted = "cookie" if security.location == "cookie" else security.name
    values = values_of(request.headers, wanted)
    if security.location != "cookie":
        return values[0] if values else None
    cookies = [each.strip().partition("=") for value in values for each in value.split(";")]
    return next((value for name, _, value in cookies if name == security.name), None)


def _wanted(contract: Contract) -> str:
    return f"{contract.scheme} KEY".strip()


def _scheme(contract: Contract, security: Security, word: str) -> Judgement:
    if word.lower() == contract.scheme.lower():
        return Pass("client-request.scheme")
    named = f"the scheme {word.capitalize()}" if word.lower() in KNOWN_SCHEMES else "an unknown scheme"
    named = named if word else "no scheme"
    wanted = contract.scheme or "no scheme"
    return finding(
        "client-request.scheme",
        Symptom("credential", "scheme", named),
        **messages.SCHEME.filled(field=security.name, sent=named, expected=wanted),
        pointer=security.name,
        expected=_wanted(contract),
        actual=f"{word} KEY".strip() if word.lower() in KNOWN_SCHEMES or not word else f"{named} KEY",
        note="Bearer is the scheme of a later document (drift)" if word.lower() == "bearer" else "",
    )


def _media_type(contract: Contract, request: Request) -> Judgement:
    operation = contract.operation
    sent = next(iter(values_of(request.headers, "content-type")), None)
    if sent is not None and essence(sent) == essence(operation.request_media_type):
        return Pass("client-request.media-type")
    return finding(
        "client-request.media-type",
        Symptom("media type", "a body", "absent" if sent is None else "a different media type"),
        **(messages.NO_MEDIA_TYPE if sent is None else messages.MEDIA_TYPE).filled(
            expected=operation.request_media_type, sent=clean(sent or "", LONGEST_VALUE)
        ),
        pointer="Content-Type",
        expected=operation.request_media_type,
        actual="absent" if sent is None else sent,
    )


def _accept(contract: Contract, request: Request) -> Judgement:
    operation = contract.operation
    accept = combined(request.headers, "accept")
    if admits(accept, operation.response_media_type):
        return Pass("client-request.accept")
    return finding(
        "client-request.accept",
        Symptom("media type", "a response", "not accepted"),
        **messages.ACCEPT.filled(expected=operation.response_media_type, sent=clean(accept, LONGEST_VALUE)),
        pointer="Accept",
        expected=operation.response_media_type,
        actual=accept,
    )


def _body(contract: Contract, scenario: Scenario, request: Request) -> Iterator[Judgement]:
    asked = read_text(scenario.body).value
    try:
        sent = read(request.body or b"")
    except JsonFault as fault:
        yield finding(
            "client-request.body",
            Symptom("body", "a body", fault.kind),
            **(messages.NOT_JSON if request.body else messages.NO_BODY).filled(size=len(request.body or b"")),
            note=fault.reason,
            expected=brief(asked),
            actual=(request.body or b"").decode("utf-8", "replace"),
        )
        return
    if sent.duplicates:
        yield finding(
            "client-request.body",
            Symptom("body", "an object", "a duplicate property"),
            **messages.DUPLICATE.filled(name=messages.shown_text(sent.duplicates[0])),
            actual=", ".join(sent.duplicates),
        )
    else:
        yield Pass("client-request.body")
    found = differences(asked, sent.value, contract.request)
    yield from _properties(contract, asked, found)
    yield from _valid(contract, asked, sent.value, found)


def _properties(contract: Contract, asked: Json, found: tuple[BodyDifference, ...]) -> Iterator[Judgement]:
    broken = set()
    for each in found:
        made = _finding(contract, each)
        broken.add(made.requirement)
        yield made
    held = {sent_id(node) for node, _, _ in occurrences(contract.request, asked) if node.path}
    nulls = any(value is None for _, _, value in occurrences(contract.request, asked))
    always = {"client-request.added", "client-request.absent", DEFAULTS, *(("client-request.null",) if nulls else ())}
    yield from (Pass(requirement) for requirement in sorted((held | always) - broken))


def _finding(contract: Contract, each: BodyDifference) -> Finding:
    at = each.node or each.holder or contract.request
    requirement = sent_id(at)
    default = each.was is MISSING and is_default(contract, each.node, each.now)
    if default:
        requirement = DEFAULTS
    elif each.was is MISSING:
        requirement = "client-request.absent" if each.added_null else "client-request.added"
    elif each.dropped_null:
        requirement = "client-request.null"
    elif each.node is None or not at.path:
        requirement = UNDECLARED if each.node is None else "client-request.body"
    kind = "an unknown property" if each.node is None and each.was is not MISSING else each.kind
    return finding(
        requirement,
        Symptom("sent", "a documented default" if default else kind, each.way),
        **(messages.SENT_DEFAULT if default else _wording(each)).filled(
            kind=kind, way=each.way, **each.described(contract.request)
        ),
        pointer=each.pointer,
        place=at.path,
        expected=shown(each.was),
        actual=shown(each.now),
    )


def is_default(contract: Contract, node: Node | None, value: object) -> bool:
    """Tell whether a value is the documented default of a property, or an object of nothing else."""
    if node is None:
        return False
    if isinstance(value, dict) and value:
        return all(is_default(contract, node.child(name), item) for name, item in value.items())
    stated = (default_of(node), contract.prose.defaults.get(node.path, MISSING))
    return value is not None and any(same(value, each) for each in stated)


def _wording(each: BodyDifference) -> Wording:
    if each.was is MISSING:
        return messages.SENT_ADDED_NULL if each.added_null else messages.SENT_ADDED
    if each.now is MISSING:
        return messages.SENT_OMITTED_NULL if each.dropped_null else messages.SENT_OMITTED
    if each.other_type:
        return messages.SENT_OTHER_TYPE
    return messages.SENT_ROUNDED if each.rounded else messages.SENT_CHANGED


def _valid(contract: Contract, asked: Json, sent: Json, known: tuple[BodyDifference, ...]) -> Iterator[Judgement]:
    try:
        right = contract.request_validator.is_valid(sent)
    except UnicodeEncodeError:
        return  # a lone surrogate, which this validator cannot hold
    if right:
        yield Pass("client-request.valid")
        return
    first = next(iter(contract.request_validator.violations(sent)), None)
    if first and any(first.pointer.startswith(each.pointer) for each in known):
        return  # the difference is a finding of its own
    yield finding(
        "client-request.valid",
        Symptom("valid", "a body", first.keyword if first else "invalid"),
        **messages.INVALID_BODY.filled(
            keyword=first.keyword if first else "the schema",
            now=quoted(get(sent, first.pointer) if first else sent),
            name=name_of(first.pointer if first else "", contract.request),
        ),
        note=first.message if first else "",
        pointer=first.pointer if first else "",
        expected=brief(asked),
        actual=brief(sent),
    )
