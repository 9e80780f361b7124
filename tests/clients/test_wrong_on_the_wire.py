"""Clients that are wrong with redirects, connections, encodings, paths and keys: each is found, with its strength."""

import http.client
import json
import socket
import zlib
from contextlib import closing
from urllib.parse import quote, urlsplit

import httpx
import pytest

from .conftest import CallError
from .wrong import causes


def follow(client, change):
    """Make a client follow redirects by itself; `change` returns method, headers and body of the second request."""

    def send(url, headers, body):
        response = client.http.post(url, headers=headers, content=body)
        if not response.is_redirect:
            return response
        method, headers, body = change(response.status_code, headers, body)
        return client.http.request(
            method, response.url.join(response.headers["location"]), headers=headers, content=body
        )

    client.send = send


def as_browsers(status, headers, body):
    """Follow as browsers do, with the key whatever the host."""
    return ("POST", headers, body) if status in {307, 308} else ("GET", headers, b"")


def always_post(_, headers, body):
    """Send all again, whatever the status."""
    return "POST", headers, body


def always_get(*_):
    """Drop method and body, whatever the status."""
    return "GET", {}, b""


GET = "Returns the response to a GET request after a redirect of a POST request"

REDIRECTS = [
    (as_browsers, "30[12].same-host", {("must", GET)}),
    (as_browsers, "30[378].same-host", set()),
    (always_get, "307.same-host", {("must", "Follows status 307 or 308 with another method or body")}),
    (always_get, "308.same-host", {("must", "Follows status 307 or 308 with another method or body")}),
    (always_post, "30[1278].same-host", set()),
    (always_post, "303.same-host", {("must", "Follows status 303 with a method other than GET")}),
    (as_browsers, "303.other-host", {("must", "Sends the key to another host after a redirect")}),
    (
        as_browsers,
        "307.other-host",
        {
            ("must", "Sends the key to another host after a redirect"),
            ("advisory", "Sends the body to another host after a redirect"),
        },
    ),
]


@pytest.mark.parametrize(("change", "glob", "expected"), REDIRECTS)
def test_redirects_that_are_followed_wrongly(client, run, change, glob, expected):
    """Method and body are kept or not as the status demands, and the key stays with its host (RFC 9110)."""
    follow(client, change)
    assert expected == causes(run(client, f"fail.redirect-{glob}").results)


def test_a_library_that_follows_redirects_keeps_the_key_and_loses_the_body(client, run):
    """Httpx follows 302 with GET and drops the key on another host: a GET is called a creation."""
    client.http = httpx.Client(follow_redirects=True)
    assert {("must", GET)} == causes(run(client, "fail.redirect-30[12]*").results)


def reading(change):
    """Return what makes a client read bodies otherwise."""

    def make(client):
        client.read, client.validate = change, lambda _: None

    return make


def lenient(response):
    """Read the first JSON text, whatever follows."""
    return json.JSONDecoder().raw_decode(response.content.decode())[0]


def replacing(response):
    """Read what is no UTF-8 as replacement characters."""
    return json.loads(response.content.decode("utf-8", "replace"))


def floats(response):
    """Read numbers as a parser without a schema does."""
    return json.loads(response.content, parse_int=lambda text: int(float(text)))


def with_length(response):
    """Read no body without a length."""
    if "content-length" not in response.headers:
        raise CallError
    return json.loads(response.content)


def forgiving(client):
    """Return null for whatever fails."""
    right = client.call

    def call(*arguments):
        try:
            return right(*arguments)
        except Exception:  # noqa: BLE001 (that is what is wrong with it)
            return "null"

    client.call = call


def without_1xx(client):
    """Take the first status for the final one, as http.client does."""

    def send(url, headers, body):
        parts = urlsplit(url)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as connection:
            connection.request("POST", parts.path, body, headers)
            response = connection.getresponse()
            return httpx.Response(response.status, headers=response.getheaders(), content=response.read())

    client.send = send


def without_checksum(client):
    """Inflate without a look at the end of the stream."""

    def send(url, headers, body):
        with client.http.stream("POST", url, headers=headers, content=body) as response:
            data = b"".join(response.iter_raw())
        if response.headers.get("content-encoding") == "gzip":
            data = zlib.decompressobj(-15).decompress(data[10:])
        return httpx.Response(response.status_code, content=data)

    client.send = send


def again(client):
    """Send a request again that got no response."""
    right = client.send

    def send(*arguments):
        try:
            return right(*arguments)
        except httpx.TransportError:
            return right(*arguments)

    client.send = send


def parse_first(client):
    """Parse a body before looking at its status."""
    client.check = lambda response: json.loads(response.content) and response.raise_for_status()


BODY = "Returns the body for {} instead of reporting an error"
OBJECT = "Returns an object for {} instead of reporting an error"
NULL = "Returns `null` for {} instead of reporting an error"

ROUNDS = "Rounds integers above 2^53 in the response: `{}`"
CHANGES = "Changes a string of the response (a different string)"
AGAIN = "Sends a POST request again after a server that does not respond, although it may have been processed"

RESPONSES = [
    (reading(lenient), "fail.trailing", ("must", OBJECT.format("a body with trailing bytes"))),
    (reading(replacing), "fail.not-utf-8", ("should", BODY.format("a body that is not UTF-8"))),
    (reading(lambda r: json.loads(r.content)), "fail.duplicate",
     ("advisory", BODY.format("a duplicate property"))),
    (reading(floats), "read.numbers", ("advisory", ROUNDS.format("undeclared_member.integer"))),
    (
        reading(floats),
        "read.current_deployment.labels.numbers",
        ("must", ROUNDS.format("current_deployment.labels")),
    ),
    (reading(with_length), "read.close-delimited",
     ("must", "Raises CallError for a valid response with a body that ends with the connection")),
    (reading(lambda r: json.loads(r.text)), "read.charset", ("must", CHANGES)),
    (without_1xx, "read.early-hints", ("must", "Raises CallError for a valid response with status 103 before it")),
    (without_checksum, "fail.gzip-checksum",
     ("should", BODY.format("a body compressed and damaged"))),
    (forgiving, "fail.gzip-truncated", ("must", NULL.format("a body compressed and truncated"))),
    (forgiving, "fail.cut-by-close", ("must", NULL.format("a body cut by the end of the connection"))),
    (forgiving, "fail.silent", ("must", NULL.format("a server that does not respond"))),
    (again, "fail.silent", ("should", AGAIN)),
]  # fmt: skip


@pytest.mark.parametrize(("make", "only", "expected"), RESPONSES)
def test_responses_that_are_read_wrongly(client, run, make, only, expected):
    """Each is one cause; a right client has none for the same scenario."""
    make(client)
    strength, sentence = expected
    found = {(each, text.removesuffix(": `name`")) for each, text in causes(run(client, only).results)}
    assert {(strength, sentence)} == found


def test_a_status_that_is_lost_with_its_body(client, run):
    """A client that raises for the body of an error it cannot parse does not say which status it was."""
    parse_first(client)
    results = run(client, "fail.status-422", "fail.unparsed-422").results
    sentence = "Reports no status for an error with a body that cannot be parsed (raises JSONDecodeError)"
    assert {("should", f"{sentence}")} == causes(results)


def test_an_error_of_one_type_for_each_status_is_right(client, run):
    """Who raises the same for every error of a status needs no number in the message."""

    def check(response):
        if response.is_error:
            raise CallError

    client.check = check
    assert set() == causes(run(client, "fail.status-422", "fail.unparsed-422").results)


PATHS = [
    (lambda value: quote(value, safe=""), "empty", ("should", "Sends a request for an empty `model_id`")),
    (lambda value: quote(value.strip() or "x", safe=""), "blank",
     ("must", "Does not percent-encode `model_id` in the path")),
    (lambda value: quote(value, safe="%"), "encoded-dots",
     ("must", "Does not percent-encode `model_id` in the path")),
]  # fmt: skip


@pytest.mark.parametrize(("encode", "slug", "expected"), PATHS)
def test_path_parameters_that_reach_another_path(client, run, encode, slug, expected):
    """An empty one is raised, a blank one encoded, and what looks encoded is encoded once more."""
    template = client.contract.operation.path
    client.path = lambda parameters: template.format(**{name: encode(value) for name, value in parameters.items()})
    assert {expected} == causes(run(client, f"send.path.model_id.{slug}").results)


def test_a_key_that_is_stripped_is_changed_silently(client, run):
    """A line break at the end of a key is reported, and not removed."""
    right = client.headers
    client.headers = lambda key: right(key.strip())
    expected = ("should", "Sends a request for a key with control characters instead of reporting an error")
    assert {expected} == causes(run(client, "send.key.line-break", "send.key.carriage-return").results)


def test_a_key_that_adds_a_header_field(client, run):
    """A client that writes a key as it is lets the key write the request."""

    def send(url, headers, body):
        parts = urlsplit(url)
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
        )
        with socket.create_connection((parts.hostname, parts.port), 5) as connection:
            connection.sendall(head.encode() + body)
            data = b"".join(iter(lambda: connection.recv(65536), b""))
        return httpx.Response(200, content=data.partition(b"\r\n\r\n")[2])

    client.send = send
    expected = ("must", "Lets a key with a line break add a header field to the request")
    assert {expected} == causes(run(client, "send.key.field").results)
