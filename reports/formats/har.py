"""`exchanges.har`: every exchange of the run as an HTTP Archive 1.2, for browsers and proxies that open one."""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

import msgspec

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Response
from conformance.model.header_fields import values_of
from conformance.reports.evidence import RecordedExchange, RunReport

FILENAME = "exchanges.har"

NOWHERE = "http://target.invalid"
"""Stands for the address of a target that has none (RFC 2606 section 2)."""

UNKNOWN = -1
"""What the format takes for a size that is not known."""

_URL = re.compile(r"https?://[^\s/?#\"<>\\^`{|}]+[^\s?#\"<>\\^`{|}]*")


def pieces(run: RunReport) -> Iterator[bytes]:
    """Yield the bytes of `exchanges.har`, an entry at a time: all sends in their order, also those without a response.

    A send without a response has the status 0 and `_error`; a body that is not UTF-8 is base64 (in a request, where the
    format has no place to say so, `_encoding` tells it). `_case` names the case, `_target` the request target as sent.
    """
    base, encode = base_url(run.results.target), msgspec.json.Encoder().encode
    creator = {"name": "environment-conformance", "version": run.results.suite_version}
    yield b'{"log":' + encode({"version": "1.2", "creator": creator})[:-1] + b',"entries":['
    sends = sorted(((sent, each.case.id) for each in run.cases for sent in each.sends), key=lambda pair: pair[0].send)
    for place, (sent, case) in enumerate(sends):
        yield (b"," if place else b"") + encode(_entry(base, sent, case))
    comment = f"{run.results.contract.operation} at {run.results.target}, run {run.results.run_id}"
    yield b'],"comment":' + encode(comment) + b"}}\n"


def base_url(target: str) -> str:
    """Return the URL of the server that the words for a target name, without a slash at its end."""
    found = _URL.search(target)
    return found.group().rstrip("/") if found else NOWHERE


def _entry(base: str, sent: RecordedExchange, case: str) -> dict[str, object]:
    exchange = sent.exchange
    milliseconds = round(exchange.seconds * 1000, 3)
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(base, exchange.request),
        "response": _response(exchange.response) if exchange.response else _nothing(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": case,
        "_case": case,
        "_send": sent.send,
    }


def _request(base: str, request: Request) -> dict[str, object]:
    content: dict[str, object] = {
        "method": request.method,
        "url": base + quote(request.target, safe="/?%:@!$&'()*+,;=-._~"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
        ],
        "headersSize": UNKNOWN,
        "bodySize": len(request.body or b""),
        "_target": request.target,
    }
    if request.body is not None:
        text, encoding = _text(request.body)
        content["postData"] = {"mimeType": _media_type(request.headers), "text": text} | (
            {"_encoding": encoding} if encoding else {}
        )
    return content


def _response(response: Response) -> dict[str, object]:
    text, encoding = _text(response.body)
    content = {
        "size": response.whole.length if response.whole else len(response.body),
        "mimeType": _media_type(response.headers),
        "text": text,
    }
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": f"HTTP/{response.version or '1.1'}",
        "cookies": [],
        "headers": _headers(response.headers),
        "content": content | ({"encoding": encoding} if encoding else {}),
        "redirectURL": response.header("Location") or "",
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }


def _nothing(exchange: Exchange) -> dict[str, object]:
    detail = f": {exchange.detail}" if exchange.detail else ""
    error = f"{exchange.failure.value}{detail}" if exchange.failure else "no response"
    content = {"size": 0, "mimeType": "x-unknown"}
    return _response(Response(0)) | {"httpVersion": "", "content": content, "_error": error}


def _headers(headers: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media_type(headers: tuple[tuple[str, str], ...]) -> str:
    return next(iter(values_of(headers, "content-type")), "x-unknown")


def _text(body: bytes) -> tuple[str, str]:
    """Return a body as text, and the name of the encoding that it took."""
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return b64encode(body).decode(), "base64"
