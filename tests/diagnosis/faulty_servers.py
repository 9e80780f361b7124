"""Servers that are wrong in one way each: a proxy before the right one, which decides what arrives there."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

from conformance.classify.keywords import broken, fits
from conformance.contract.nodes import Node
from conformance.mock.app import Mock
from conformance.model.jsontext import JsonFault, encode, read

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Reply = tuple[int, Any]
Arrives = Callable[["Proxy", Message, bytes], bytes | Reply]
"""Returns the body that the right server gets, or the status and body of the response in its place."""

KEY = "conformance-local-key"


class Proxy:
    """Hands requests to the right server, changed by `arrives`; `returns` changes the body of each success."""

    def __init__(self, mock: Mock, arrives: Arrives | None = None, returns: Callable[[Any], Any] | None = None) -> None:
        self.mock = mock
        self.requests = 0
        self.creations = 0
        self.names = count()
        self._arrives = arrives or (lambda _proxy, _scope, body: body)
        self._returns = returns or (lambda value: value)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.mock(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.requests += 1
        passed = self._arrives(self, scope, body)
        if isinstance(passed, tuple):
            await _send(send, passed[0], json.dumps(passed[1]).encode())
            return
        unread, sent = [{"type": "http.request", "body": passed, "more_body": False}], list[Message]()

        async def once() -> Message:
            return unread.pop() if unread else await asyncio.Future()

        async def keep(message: Message) -> None:
            sent.append(message)

        headers = [
            each for each in scope["headers"] if each[0].lower() not in {b"content-length", b"transfer-encoding"}
        ]
        if passed:
            headers.append((b"content-length", str(len(passed)).encode()))
        await self.mock({**scope, "headers": headers}, once, keep)
        await self._forward(sent, send)

    async def _forward(self, sent: list[Message], send: Send) -> None:
        start = next((each for each in sent if each["type"] == "http.response.start"), None)
        if start is None:
            return
        body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
        if start["status"] == 200:
            self.creations += 1
            value = parsed(body)
            changed = self._returns(value)
            body = body if changed is value else encode(changed)
        headers = [each for each in start["headers"] if each[0].lower() != b"content-length"]
        await _send(send, start["status"], body, headers)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    held = headers or [(b"content-type", b"application/json"), (b"date", b"Thu, 26 Nov 2026 10:00:00 GMT")]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*held, length]})
    await send({"type": "http.response.body", "body": body})


def error(status: int, text: str) -> Reply:
    """Return an error as the reference server has it."""
    return status, {"code": "ERROR", "message": text}


def parsed(body: bytes) -> Any:
    """Return the value of a JSON text, numbers exactly; raises ValueError as a strict parser does."""
    try:
        return read(body).value
    except JsonFault as fault:
        raise ValueError from fault


def rejects_all(_proxy: Proxy, _scope: Message, _body: bytes) -> bytes | Reply:
    """Return 400 to every request."""
    return error(400, "no")


def validates_nothing(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept any JSON object."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    return valid_part(proxy, value) if isinstance(value, dict) else body


def accepts_any_bytes(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept any body."""
    try:
        value = parsed(body)
    except ValueError:
        value = {}
    return valid_part(proxy, value if isinstance(value, dict) else {})


def ignores_unknown_properties(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept unknown properties everywhere."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    return encode(_declared(proxy.mock.contract.request, value))


def coerces_types(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Convert quoted numbers and booleans to what they spell."""
    try:
        parsed(body)
    except ValueError:
        return body
    text = re.sub(rb':\s*"(-?(?:0|[1-9]\d*)|true|false)"', rb": \1", body)
    return text if b'"name"' not in text or re.search(rb'"name"\s*:\s*"', text) else body


def parses_leniently(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept comments and trailing commas."""
    text = re.sub(rb"/\*.*?\*/|//[^\n\"]*(?=\n|$)", b"", body, flags=re.DOTALL)
    return re.sub(rb",(\s*[}\]])", rb"\1", text)


def rejects_escapes(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Reject every escape by number in a string."""
    return error(400, "escape") if b"\\u" in body else body


def breaks_above_int32(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for integers above 2^31-1."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    return error(500, "overflow") if any(each > 2**31 - 1 for each in _numbers(value)) else body


def breaks_above_977(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for one property above a bound that no document states."""
    value = _part(body, "autoscaling_settings").get("max_replica")
    numeric = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return error(500, "many") if numeric and value > 977 else body  # type: ignore[operator]


def rejects_long_names(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Reject names of more than 40 characters."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    name = value.get("name") if isinstance(value, dict) else None
    return error(422, "long") if isinstance(name, str) and len(name) > 40 else body


def breaks_on_a_property(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 where one property is sent."""
    return error(500, "KeyError") if "max_replica" in _part(body, "autoscaling_settings") else body


def breaks_on_equal(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 where two properties are equal."""
    settings = _part(body, "autoscaling_settings")
    pair = settings.get("min_replica"), settings.get("max_replica")
    numeric = all(isinstance(each, int | Decimal) and not isinstance(each, bool) for each in pair)
    return error(500, "equal") if numeric and pair[0] == pair[1] else body


def breaks_on_order(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 where one property is greater than another."""
    settings = _part(body, "autoscaling_settings")
    pair = settings.get("min_replica"), settings.get("max_replica")
    numeric = all(isinstance(each, int | Decimal) and not isinstance(each, bool) for each in pair)
    return error(500, "order") if numeric and pair[0] > pair[1] else body  # type: ignore[operator]


def breaks_on_incomplete(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 where an object has one property absent."""
    settings = _part(body, "promotion_settings")
    config = settings.get("rolling_deploy_config")
    return error(500, "KeyError") if isinstance(config, dict) and "max_surge_percent" not in config else body


def breaks_when_deep(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for bodies nested more than 20 levels deep."""
    depth = deepest = 0
    for each in body:
        depth += (each in b"[{") - (each in b"]}")
        deepest = max(deepest, depth)
    return error(500, "recursion") if deepest > 20 else body


def breaks_on_a_used_name() -> Arrives:
    """Return 500 for a name that was sent before."""
    used: set[str] = set()

    def arrives(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
        try:
            value = parsed(body)
        except ValueError:
            return body
        name = value.get("name") if isinstance(value, dict) else None
        known = isinstance(name, str) and name in used
        used.update({name} if isinstance(name, str) else ())
        return error(500, "duplicate key") if known else body

    return arrives


def accepts_any_json(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept whatever is JSON, be it an object or not."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    return valid_part(proxy, value if isinstance(value, dict) else {})


def decodes_anything(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept UTF-16 and UTF-32, and replace bytes that are not UTF-8."""
    codec = "utf-8"
    if body.startswith(b"\xff\xfe"):
        codec = "utf-32" if body[2:4] == b"\0\0" else "utf-16"
    elif b"\0" in body[:2]:
        codec = "utf-16-le"
    return body.decode(codec, "replace").encode()


def rejects_zero_fractions(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Reject integers that are written with a fraction of zero."""
    return error(422, "float") if re.search(rb":\s*-?\d+\.0+\s*[,}]", body) else body


def checks_no_scheme(_proxy: Proxy, scope: Message, body: bytes) -> bytes | Reply:
    """Accept the key after any scheme, or none."""
    if dict(scope["headers"]).get(b"authorization", b"").endswith(KEY.encode()):
        _replace(scope, b"authorization", f"Api-Key {KEY}".encode())
    return body


def checks_no_key(_proxy: Proxy, scope: Message, body: bytes) -> bytes | Reply:
    """Accept any key."""
    if dict(scope["headers"]).get(b"authorization", b"").startswith(b"Api-Key "):
        _replace(scope, b"authorization", f"Api-Key {KEY}".encode())
    return body


def ignores_enums(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Accept any string where the schema lists its values."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    return encode(_listed(proxy.mock.contract.request, value))


def breaks_from_tenth(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 from the eleventh creation on."""
    return error(500, "full") if proxy.creations >= 10 else body


def breaks_sometimes(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for one request in seven."""
    return error(500, "sometimes") if proxy.requests % 7 == 0 else body


def checks_no_credential(_proxy: Proxy, scope: Message, body: bytes) -> bytes | Reply:
    """Need no credential."""
    _replace(scope, b"authorization", f"Api-Key {KEY}".encode())
    return body


def checks_no_media_type(_proxy: Proxy, scope: Message, body: bytes) -> bytes | Reply:
    """Accept any media type."""
    if body:
        _replace(scope, b"content-type", b"application/json")
    return body


def returns_one_object(first: list[Any]) -> Callable[[Any], Any]:
    """Return every success as the first one: the server keeps no state."""

    def returned(value: Any) -> Any:
        first[:] = first or [value]
        return first[0]

    return returned


def returns_constant(value: Any) -> Any:
    """Return the same value of one property, whatever was sent."""
    return {**value, "autoscaling_settings": {**value["autoscaling_settings"], "max_replica": 3}}


def returns_floats(value: Any) -> Any:
    """Return integers as a float holds them."""
    return _each_integer(value, lambda number: int(float(number)) if abs(number) > 2**53 else number)


def returns_int32(value: Any) -> Any:
    """Return integers as 32 bits hold them."""
    return _each_integer(value, lambda number: (number + 2**31) % 2**32 - 2**31)


def returns_previous() -> Callable[[Any], Any]:
    """Return one property as it was in the success before."""
    before: list[Any] = []

    def returned(value: Any) -> Any:
        settings = value["autoscaling_settings"]
        before.append(settings.get("max_replica"))
        return {**value, "autoscaling_settings": {**settings, "max_replica": before[-2:][0]}}

    return returned


def omits_time(value: Any) -> Any:
    """Return no `created_at`."""
    return {name: item for name, item in value.items() if name != "created_at"}


def returns_wrong_time(value: Any) -> Any:
    """Return a `created_at` that is no date-time."""
    return {**value, "created_at": "yesterday"}


def rotates() -> Callable[[Any], Any]:
    """Return every third success with a wrong type for one property."""
    number = count()
    return lambda value: {**value, "created_at": 7} if next(number) % 3 == 0 else value


def valid_part(proxy: Proxy, value: dict[str, Any]) -> bytes:
    """Return the valid values of a body alone, with a name of its own where it has none."""
    kept = _valid(proxy.mock.contract.request, value)
    return encode({**kept, "name": kept.get("name", f"made-up-{next(proxy.names)}")})


def _valid(node: Node, value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        child = node.child(name)
        if child is None:
            continue
        if isinstance(item, dict) and child.shape("object"):
            found[name] = _valid(child, item)
        elif not isinstance(item, dict) and any(fits(each, item) and not broken(each, item) for each in child.shapes):
            found[name] = item
    return found


def _declared(node: Node, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _declared(child, item) for name, item in value.items() if (child := node.child(name)) is not None}


def _listed(node: Node, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(child, item) if (child := node.child(name)) else item for name, item in value.items()}
    shape = node.shape("string")
    values = shape.value("enum") if shape is not None else None
    return values[0] if isinstance(value, str) and values and value not in values else value


def _each_integer(value: Any, change: Callable[[int], int]) -> Any:
    if isinstance(value, dict):
        return {name: _each_integer(item, change) for name, item in value.items()}
    return change(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _part(body: bytes, name: str) -> dict[str, Any]:
    try:
        value = parsed(body)
    except ValueError:
        return {}
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _numbers(value: Any) -> Iterator[float | Decimal]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield value


def _replace(scope: Message, name: bytes, value: bytes) -> None:
    scope["headers"] = [each for each in scope["headers"] if each[0].lower() != name] + [(name, value)]
