"""Responses: valid ones, as the response schema, JSON and HTTP allow them, and ones with one schema violation."""

import json
from collections.abc import Iterator

from conformance.clients.judging.requirements import invalid_id, returned_id
from conformance.clients.scenarios.scenario import Fate, Reply, Scenario, Sort
from conformance.clients.scenarios.start import Start
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Story
from conformance.model.grouping import grouped
from conformance.model.jsontext import Literal, Writable, read_text, write
from conformance.model.pointer import ANY_ITEM, join
from conformance.strategies.catalogue.wire_parts import backwards
from conformance.strategies.responses import ResponseExample, invalid_responses, valid_responses, valid_values
from conformance.strategies.values import bodies
from conformance.strategies.values.value import Value

READ = "client-response.read"
UNDECLARED = "client-response.undeclared"
EDGES = "client-response.edges"
UNKNOWN_VALUE = "client-response.unknown-value"
SPACED = "client-response.date-time.space"

NON_ASCII = "non-ascii"

MAP = "undeclared_member"

NUMBERS: Writable = {"integer": 2**53 + 1, "small": [1, -1], "fraction": Literal("0.1")}
"""Numbers as a parser without a schema may change them."""

PLAIN = frozenset({"null", "absent", "true", "false", "zero", "unknown-property"})
"""Classes with a scenario for each property in the standard profile; the others are in all properties together."""

ENOUGH = frozenset(
    (
        "null absent true integer fraction string object array quoted-number unknown-enum-value unknown-property"
        " zero one quoted-boolean written-boolean"
    ).split()
)
"""Classes of the standard profile, those that lax parsers convert among them; other violations are in `full`."""


def reading(start: Start, *, full: bool) -> Iterator[Scenario]:
    """Yield valid responses: the fullest and the smallest, each class at each property, and each way to send them."""
    yield _read(start, "fullest", start.answer, "every declared property")
    yield _read(start, "smallest", write(bodies.smallest(start.response)), "only the required properties")
    for answer in valid_responses(start.contract):
        value = answer.value
        alone = value is not None and (value.slug in PLAIN or value.keyword in {"enum", "format"})
        if value is not None and (full or alone) and start.valid(answer.body):
            yield _answered(start, answer, value)
    yield from _together(start)
    yield from _transport(start)
    yield from _charset(start)
    yield from _maps(start)
    yield from _spelled(start)


def _answered(start: Start, answer: ResponseExample, value: Value) -> Scenario:
    node = node_at(start.response, answer.story.pointer)
    focus = UNDECLARED if value.keyword == "additionalProperties" else EDGES if value.edge else returned_id(node)
    text = write(answer.body)
    requirements = tuple(dict.fromkeys((focus, returned_id(node))))
    return start.scenario(f"read.{answer.id}", Sort.READING, requirements, start.reply(text), answer.story, answer=text)


def node_at(root: Node, path: str) -> Node:
    """Return the node with a path, or the root."""
    return next((node for node in root.walk() if node.path == path), root)


def _together(start: Start) -> Iterator[Scenario]:
    """Yield, for each class of value, a response with that class in every property that allows it."""
    leaves = (node for node in start.response.walk() if node.path and not node.children and node.name != ANY_ITEM)
    every = ((node, value) for node in leaves for value in valid_values(node) if value.keyword != "enum")
    for slug, held in grouped((value.slug, (node, value)) for node, value in every).items():
        body = bodies.fullest(start.response, bodies.Defaults({node.path: value.json for node, value in held}))
        kind, edge = held[0][1].kind, held[0][1].edge
        if not start.valid(body):
            continue
        text = write(body)
        story = Story("", held[0][1].keyword, "", write(held[0][1].json), f"{kind} in {len(held)} properties", kind)
        requirements = (EDGES if edge else READ, *dict.fromkeys(returned_id(node) for node, _ in held))
        yield start.scenario(f"read.all.{slug}", Sort.READING, requirements, start.reply(text), story, answer=text)


def _read(start: Start, slug: str, text: str, kind: str) -> Scenario:
    story = Story("", "properties", "", "", f"the response has {kind}", kind)
    return start.scenario(f"read.{slug}", Sort.READING, (READ,), start.reply(text), story, answer=text)


def _sent(start: Start, slug: str, requirement: str, reply: Reply, kind: str) -> Scenario:
    story = Story("", "", "", "", f"the response has {kind}", kind)
    return start.scenario(f"read.{slug}", Sort.READING, (requirement,), reply, story, answer=reply.body.decode())


def _transport(start: Start) -> Iterator[Scenario]:
    text, media_type = start.answer, start.contract.operation.response_media_type
    plain = start.reply(text)
    odd = (
        ("X-Request-Id", "0123"),
        ("X-Odd", 'caf\u00e9; a="b", c'),
        ("Set-Cookie", "session=1; Path=/; HttpOnly"),
        ("Set-Cookie", "other=2"),
        ("Warning", '299 - "deprecated"'),
        ("Deprecation", "@1700000000"),
        ("Link", '<https://example.com/>; rel="help"'),
    )
    unexpected = Reply(plain.status, (*plain.headers, *odd), plain.body)
    yield _sent(start, "headers", "client-response.headers", unexpected, "unknown header fields")
    for slug, spelled in (
        ("charset", f"{media_type}; charset=utf-8"),
        ("upper-case", media_type.upper()),
        ("parameter", f'{media_type};profile="a;b"'),
    ):
        reply = start.reply(text, media_type=spelled)
        yield _sent(
            start, f"media-type.{slug}", "client-response.media-type", reply, "another lexical form of its media type"
        )
    for fate, word, kind in (
        (Fate.CHUNKED, "chunked", "a chunked body"),
        (Fate.COMPRESSED, "compressed", "a compressed body"),
        (Fate.SLOW, "slow", "a delayed second half of the body"),
        (Fate.EARLY_HINTS, "early-hints", "status 103 before it"),
        (Fate.CLOSED, "close-delimited", "a body that ends with the connection"),
    ):
        yield _sent(start, word, f"client-response.{word}", start.reply(text, fate), kind)


def _charset(start: Start) -> Iterator[Scenario]:
    """Yield a response in UTF-8 whose media type names another encoding, which means nothing for JSON."""
    found = (each for each in valid_responses(start.contract) if each.value is not None and start.valid(each.body))
    example = next((each for each in found if each.value is not None and each.value.slug == NON_ASCII), None)
    if example is not None:
        media_type = f"{start.contract.operation.response_media_type}; charset=iso-8859-1"
        reply = start.reply(write(example.body), media_type=media_type)
        yield _sent(start, "charset", "client-response.charset", reply, "a charset parameter that is wrong")


def _maps(start: Start) -> Iterator[Scenario]:
    """Yield numbers inside objects that the schema says nothing of."""
    for lineage in bodies.lineages(start.response):
        node = lineage[-1]
        for branch, shape in enumerate(node.shapes):
            if shape.type != "object" or not shape.open or (node.path and node.children):
                continue
            body = bodies.with_member(lineage, branch, MAP, NUMBERS, "fullest", bodies.Defaults(memo={}))
            if start.valid(body):
                text, kind = write(body), "numbers in an unknown object"
                story = Story(join(node.path, MAP), "additionalProperties", "", write(NUMBERS), kind, kind)
                id_ = f"read.{'.'.join(filter(None, (*node.path.split('/'), 'numbers')))}"
                yield start.scenario(id_, Sort.READING, (UNDECLARED,), start.reply(text), story, answer=text)


def _spelled(start: Start) -> Iterator[Scenario]:
    value = read_text(start.answer).value
    for slug, text, kind in (
        ("white-space", "\r\n\t " + start.answer.replace(", ", " ,\n\t"), "white space around every token"),
        ("escaped", _escaped(start.answer), "escapes for all characters of strings"),
        ("backwards", write(backwards(value)), "properties in reverse order"),
    ):
        yield _sent(start, f"spelling.{slug}", "client-response.spelling", start.reply(text), kind)


def _escaped(text: str) -> str:
    """Return a JSON text with every character of its string values written as an escape."""

    def spelled(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{json.dumps(name)}: {spelled(item)}" for name, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(spelled, value)) + "]"
        if isinstance(value, str):
            return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 2**16 else c for c in value) + '"'
        return json.dumps(value)

    return spelled(json.loads(text))


def rejecting(start: Start, *, full: bool) -> Iterator[Scenario]:
    """Yield responses with exactly one violation, planted in the fullest."""
    for answer in invalid_responses(start.contract):
        value = answer.value
        if value is None or start.valid(answer.body):
            continue
        if not full and value.slug not in ENOUGH and value.keyword in {"enum", "type"}:
            continue
        node = node_at(start.response, answer.story.pointer)
        text = write(answer.body)
        focus = UNKNOWN_VALUE if value.keyword == "enum" else SPACED if value.slug == "space" else invalid_id(node)
        id_ = f"reject.{answer.id}"
        yield start.scenario(id_, Sort.REJECTING, (focus,), start.reply(text), answer.story, answer=text)
