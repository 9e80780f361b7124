"""Bytes: JSON that is not JSON, odd but right JSON, encodings, sizes, media types, methods and headers."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from conformance.model.case import SLOT, Case, Need, Request, Story
from conformance.model.jsontext import Literal, Members, Writable, encode, write
from conformance.strategies import bodies
from conformance.strategies.building import Builder

SERVER_ERROR = "error.server-error"
NOT_JSON = "reject.json-text"
VARIANTS = "transport.variants"


def wire_cases(build: Builder, *, large: bool) -> Iterator[Case]:
    """Yield cases about bytes; with `large` also bodies of 10 MB."""
    yield from _not_json(build)
    yield from _truncated(build)
    yield from _encodings(build)
    yield from _spellings(build)
    yield from _heavy(build, large=large)
    yield from _media_types(build)
    yield from _headers(build)
    yield from _methods(build)


def _not_json(build: Builder) -> Iterator[Case]:
    text = write(build.smallest)
    inner = text[1:-1]
    first = inner.partition(":")[0]
    wrong = {
        "trailing-comma": (text[:-1] + ",}", "a comma after the last member"),
        "leading-comma": ("{," + inner + "}", "a comma before the first member"),
        "line-comment": (text[:-1] + "// comment\n}", "a line comment"),
        "comment-line": (f"// comment\n{text}", "a line that is a comment"),
        "block-comment": (text[:-1] + "/* comment */}", "a block comment"),
        "single-quotes": (text.replace('"', "'"), "single quotes"),
        "unquoted-name": (text.replace(first, first.strip('"'), 1), "a member name without quotes"),
        "missing-colon": (text.replace(":", " ", 1), "a missing colon"),
        "missing-comma": (text[:-1] + ' "conformance_undeclared": 1}', "a missing comma"),
        "bad-escape": (text[:-1] + ', "conformance_undeclared": "\\x41"}', "an escape that JSON has not"),
        "form": ("&".join(f"{name}={SLOT}" for name in [first.strip('"')]), "a form in the place of JSON"),
        "semicolon": (text[:-1] + ";}", "a semicolon"),
        "raw-control": (text.replace(SLOT, f"\x01{SLOT}") if SLOT in text else '{"a": "\x01"}', "a raw control character"),
        "raw-line-break": (text.replace(SLOT, f"\n{SLOT}") if SLOT in text else '{"a": "\n"}', "a raw line break"),
        "two-documents": (text + text, "two JSON texts"),
        "trailing-text": (text + " x", "text after the JSON text"),
        "trailing-brace": (text + "}", "one brace too many"),
        "blank": (" \r\n\t ", "white space alone"),
        "bare-word": ("name", "a bare word"),
    }
    for slug, (body, says) in wrong.items():
        yield build.refused(f"refuse.json.{slug}", NOT_JSON, build.request(body.encode()), _story(says, body))
    for slug, number, says in (
        ("nan", "NaN", "NaN"),
        ("infinity", "Infinity", "Infinity"),
        ("minus-infinity", "-Infinity", "-Infinity"),
        ("leading-zero", "01", "a leading zero"),
        ("plus-sign", "+1", "a plus sign"),
        ("hexadecimal", "0x1", "a hexadecimal number"),
        ("no-fraction", "1.", "a decimal point without digits after it"),
        ("no-integer", ".0", "a decimal point without digits before it"),
        ("undefined", "undefined", "undefined"),
        ("capital-null", "None", "None"),
    ):
        body = write(_with_number(build, Literal(number)))
        yield build.refused(f"refuse.json.{slug}", NOT_JSON, build.request(body.encode()), _story(says, number))
    empty = replace(build.request(b""), body=b"")
    says = "no body"
    requirement = "reject.body.required" if build.contract.operation.request_required else NOT_JSON
    yield build.refused("refuse.json.empty", requirement, empty, _story(says, ""))
    none = Request(empty.method, empty.target, build.headers_without("Content-Type"))
    yield build.refused("refuse.json.no-body", requirement, none, _story("neither body nor media type", ""))


def _with_number(build: Builder, number: Writable) -> Writable:
    """Return a body with a number at the first member that takes one, else at one that is not declared."""
    for lineage in bodies.lineages(build.contract.request):
        if lineage[-1].types & {"integer", "number"} and len(lineage) > 1:
            return bodies.planted(lineage, number, "smallest", build.defaults)
    return {**build.smallest, "conformance_undeclared": number} if isinstance(build.smallest, dict) else number


def _truncated(build: Builder) -> Iterator[Case]:
    """Yield a body cut after each structural token: a server that reads what came must see that more is due."""
    text = write(_nested(build))
    places = [match.end() for match in re.finditer(r'[{}\[\]:,]|"(?:[^"\\]|\\.)*"|[\w.+-]+', text)]
    for number, end in enumerate(places[:-1], 1):
        cut = text[:end]
        story = _story(f"cut after {cut[-20:]!r}", cut, "a JSON text that is cut off")
        yield build.refused(f"refuse.json.cut-{number}", NOT_JSON, build.request(cut.encode()), story)


def _nested(build: Builder) -> Writable:
    for lineage in bodies.lineages(build.contract.request):
        if len(lineage) == 3:
            return bodies.planted(lineage, bodies.smallest(lineage[-1], build.defaults), "smallest", build.defaults)
    return build.smallest


def _encodings(build: Builder) -> Iterator[Case]:
    data = encode(build.smallest)
    text = data.decode()
    marked = build.request(b"\xef\xbb\xbf" + data)
    yield build.observed("observe.utf-8.byte-order-mark", (VARIANTS,), marked, _story("a byte order mark", ""))
    head, mark, tail = data.partition(SLOT.encode())
    if not mark:
        head, mark, tail = b'{"a": "', b"", b'"}'
    for slug, odd, says in (
        ("lone-continuation", b"\x80", "a continuation byte alone"),
        ("overlong", b"\xc0\xaf", "an overlong sequence"),
        ("cut-sequence", b"\xe2\x82", "a sequence that is cut"),
        ("surrogate", b"\xed\xa0\x80", "an encoded surrogate"),
        ("beyond-unicode", b"\xf5\x80\x80\x80", "a sequence beyond Unicode"),
        ("latin-1", "\u00e9".encode("latin-1"), "Latin-1"),
    ):
        request = build.request(head + mark + odd + tail)
        story = _story(f"not UTF-8: {says}", "", "bytes that are not UTF-8")
        yield build.refused(f"refuse.utf-8.{slug}", "reject.utf-8", request, story)
    for slug, codec in (("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-32", "utf-32")):
        story = _story(f"{codec.upper()} in the place of UTF-8", "", "another encoding than UTF-8")
        yield build.refused(f"refuse.utf-8.{slug}", "reject.utf-8", build.request(text.encode(codec)), story)


def _spellings(build: Builder) -> Iterator[Case]:
    text = write(build.smallest)
    full = build.fullest
    spaced = re.sub(r'("(?:[^"\\]|\\.)*")|([{}:,])', lambda m: m[1] or f" \t{m[2]}\r\n ", write(full))
    backwards = _backwards(full)
    escaped = re.sub(r'"(\w)(\w*)":', lambda m: f'"\\u{ord(m[1]):04x}{m[2]}":', text)
    compact = write(full).replace('": ', '":').replace(", ", ",")
    opened = text[:-1] + (", " if len(text) > 2 else "") + '"conformance_undeclared": '
    for slug, body, says in (
        ("line-break-after", text + "\r\n", "a line break after the JSON text"),
        ("escaped-slash", opened + '"a\\/b"}', "an escaped slash"),
        ("non-ascii", opened + '"\u00e9\U0001f600"}', "letters beyond ASCII as they are"),
        ("white-space", spaced, "white space wherever it is allowed"),
        ("member-order", write(backwards), "members in reverse order"),
        ("escapes", escaped, "member names written with escapes"),
        ("compact", compact, "no white space at all"),
    ):
        request = build.request(body.encode())
        yield build.accepted(f"accept.json.{slug}", ("accept.json-text",), request, _story(says, ""))
    if isinstance(build.smallest, dict) and build.smallest:
        pairs = tuple(build.smallest.items())
        for slug, twice in (
            ("same-value", (*pairs, pairs[0])),
            ("other-value", ((pairs[0][0], 1), *pairs)),
            ("other-value-last", (*pairs, (pairs[0][0], 1))),
        ):
            request = build.request(Members(twice))
            story = _story("a member twice", "", "a member twice")
            yield build.observed(f"observe.duplicate.{slug}", ("reject.duplicate-names",), request, story)
    undecided = {
        "long-number": (_with_number(build, Literal("1" * 5000)), "a number of 5,000 digits"),
        "long-exponent": (_with_number(build, Literal("1e1000000000000")), "a number with an exponent of 13 digits"),
        "long-fraction": (_with_number(build, Literal("1." + "0" * 400)), "an integer with 400 zeros after the point"),
    }
    for slug, (odd, says) in undecided.items():
        yield build.observed(f"observe.json.{slug}", (SERVER_ERROR,), build.request(odd), _story(says, "", says))


def _backwards(value: Writable) -> Writable:
    if isinstance(value, dict):
        return {name: _backwards(item) for name, item in reversed(value.items())}
    return value


def _heavy(build: Builder, *, large: bool) -> Iterator[Case]:
    if not isinstance(build.smallest, dict):
        return
    deep = {f"depth-{n}": ("[" * n + "]" * n, f"arrays nested {n:,} deep") for n in (1_000, 100_000)}
    objects = '{"a":' * 1_000 + "1" + "}" * 1_000
    heavy = {**deep, "object-depth-1000": (objects, "objects nested 1,000 deep")}
    heavy["size-1-mb"] = (write("a" * 1_000_000), "a text of 1 MB")
    heavy["many-members"] = (write({f"m{n}": n for n in range(10_000)}), "10,000 members")
    if large:
        heavy["size-10-mb"] = (write("a" * 10_000_000), "a text of 10 MB")
    for slug, (text, says) in heavy.items():
        body = {**build.smallest, "conformance_undeclared": Literal(text)}
        request = build.request(body)
        yield build.observed(f"observe.heavy.{slug}", ("error.large",), request, _story(says, "", says), (Need.LOOPBACK,))
    unclosed = build.request(b"[" * 100_000)
    story = _story("100,000 arrays that are not closed", "", "arrays nested deeply and not closed")
    yield build.observed("observe.heavy.unclosed", ("error.large",), unclosed, story, (Need.LOOPBACK,))


def _media_types(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    declared = build.contract.operation.request_media_type
    for slug, value in (
        ("charset", f"{declared}; charset=utf-8"),
        ("charset-quoted", f'{declared};charset="UTF-8"'),
        ("upper-case", declared.upper()),
        ("mixed-case", declared.title()),
    ):
        request = replace(right, headers=_typed(build, value))
        story = _header_story("Content-Type", value, f"media type written {value!r}", "a media type spelled otherwise")
        yield build.accepted(f"accept.media-type.{slug}", ("accept.media-type",), request, story)
    form = b"name=" + SLOT.encode()
    for slug, wrong, body in (
        ("text", "text/plain", right.body),
        ("xml", "application/xml", right.body),
        ("xml-body", "application/xml", b"<name>" + SLOT.encode() + b"</name>"),
        ("form", "application/x-www-form-urlencoded", right.body),
        ("form-body", "application/x-www-form-urlencoded", form),
        ("multipart", "multipart/form-data; boundary=x", right.body),
        ("octets", "application/octet-stream", right.body),
        ("nonsense", "nonsense", right.body),
        ("absent", None, right.body),
    ):
        request = replace(right, headers=_typed(build, wrong), body=body)
        says = f"media type {wrong}" if wrong else "no media type"
        kind = "an undeclared media type" if wrong else "no media type"
        story = _header_story("Content-Type", wrong or "", says, kind)
        yield build.refused(f"refuse.media-type.{slug}", "reject.media-type", request, story)
    for slug, value in (("suffix", "application/vnd.conformance+json"), ("json-variant", "text/json")):
        story = _header_story("Content-Type", value, f"media type {value}", "a JSON media type that is not declared")
        request = replace(right, headers=_typed(build, value))
        yield build.observed(f"observe.media-type.{slug}", (VARIANTS,), request, story)


def _headers(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    for slug, value in (
        ("absent", None),
        ("wildcard", "*/*"),
        ("subtype-wildcard", "application/*"),
        ("list", "text/html;q=0.5, application/json;q=0.9, */*;q=0.1"),
    ):
        kept = tuple((n, v) for n, v in right.headers if n != "Accept")
        headers = kept if value is None else (("Accept", value), *kept)
        says = f"Accept {value}" if value else "no Accept"
        story = _header_story("Accept", value or "", says, "another Accept")
        request = replace(right, headers=headers)
        yield build.accepted(f"accept.accept.{slug}", ("transport.accept",), request, story)
    story = _header_story("Accept", "text/html", "Accept text/html alone", "an Accept that cannot be met")
    unmet = replace(right, headers=tuple((n, "text/html" if n == "Accept" else v) for n, v in right.headers))
    yield build.observed("observe.accept.unmet", (VARIANTS,), unmet, story)
    for slug, change in (("lower-case", str.lower), ("upper-case", str.upper)):
        headers = tuple((change(name), value) for name, value in right.headers)
        story = _header_story("", "", f"header names in {slug.replace('-', ' ')}", "header names in other letter case")
        request = replace(right, headers=headers)
        yield build.accepted(f"accept.field-names.{slug}", ("transport.field-names",), request, story)
    story = _header_story("Transfer-Encoding", "chunked", "a body in chunks", "a body in chunks")
    yield build.accepted("accept.chunked", ("transport.chunked",), replace(right, chunked=True), story)
    story = _header_story("Expect", "100-continue", "Expect: 100-continue", "Expect: 100-continue")
    expecting = replace(right, headers=(*right.headers, ("Expect", "100-continue")))
    yield build.observed("observe.expect", (VARIANTS,), expecting, story)
    story = _header_story("Accept-Encoding", "gzip", "Accept-Encoding: gzip", "compression asked for")
    zipped = replace(right, headers=(*right.headers, ("Accept-Encoding", "gzip, deflate")))
    yield build.observed("observe.compression", (VARIANTS,), zipped, story)


def _methods(build: Builder) -> Iterator[Case]:
    right = build.request(build.smallest)
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "CREATE"):
        if method in build.contract.operation.methods:
            continue
        body = None if method in {"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"} else right.body
        headers = right.headers if body is not None else build.headers_without("Content-Type")
        request = Request(method, right.target, headers, body)
        story = Story("", "method", right.method, method, f"method {method}", "a method that is not declared")
        needs = () if method in {"GET", "HEAD", "OPTIONS"} else (Need.LOOPBACK,)
        yield build.observed(f"observe.method.{method.lower()}", ("transport.method-not-allowed",), request, story, needs)
    story = Story("", "path", "", "/", "a slash after the path", "a slash after the path")
    slashed = replace(right, target=right.target + "/")
    yield build.observed("observe.path.trailing-slash", (VARIANTS,), slashed, story)


def _typed(build: Builder, value: str | None) -> tuple[tuple[str, str], ...]:
    kept = build.headers_without("Content-Type")
    return kept if value is None else (*kept, ("Content-Type", value))


def _story(says: str, became: str, kind: str = "") -> Story:
    return Story("", "JSON text", "", became[:200], says, kind or says)


def _header_story(name: str, became: str, says: str, kind: str) -> Story:
    return Story(name, "header", "", became, says, kind)
