"""What a server can do wrong with the requests that arrive there, in one way each."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from conformance.classify.keywords import broken, fits
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import encode

from .faulty_servers import KEY, Message, Proxy, Reply, error, parsed


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


def breaks_on_order_of_doubles(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 where one property is greater than another to a parser that knows double precision alone."""
    settings = _part(body, "autoscaling_settings")
    low, high = (settings.get(name) for name in ("min_replica", "max_replica"))
    numeric = all(isinstance(each, int | float | Decimal) and not isinstance(each, bool) for each in (low, high))
    return error(500, "order") if numeric and float(low) > float(high) else body  # type: ignore[arg-type]


def breaks_on_bad_json(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for what the parser of Python cannot read; it reads UTF-16 and `NaN`, which are no JSON."""
    try:
        json.loads(body or b"null")
    except ValueError:
        return error(500, "JSONDecodeError")
    except RecursionError:
        return body
    return body


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


def breaks_on_a_used_name(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Return 500 for the name of an object that was created before."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    name = value.get("name") if isinstance(value, dict) else None
    known = isinstance(name, str) and any(json.dumps(name) in key for key in proxy.mock.stored)
    return error(500, "duplicate key") if known else body


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
    if dict(scope["headers"]).get(b"authorization", b"").strip().startswith(b"Api-Key "):
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


def compares_with_defaults(_proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Reject fewer replicas at most than at least, be they sent or documented defaults."""
    settings = _part(body, "autoscaling_settings")
    least, most = (settings.get(name) for name in ("min_replica", "max_replica"))
    numbers = [default if each is None else each for each, default in ((least, 0), (most, 1))]
    wrong = any(not isinstance(each, int | float | Decimal) or isinstance(each, bool) for each in numbers)
    return body if wrong or numbers[0] <= numbers[1] else error(422, "order")


def validates_partly(proxy: Proxy, _scope: Message, body: bytes) -> bytes | Reply:
    """Validate `autoscaling_settings` alone, by hand: no other value but one enum, and no type of an object."""
    try:
        value = parsed(body)
    except ValueError:
        return body
    if not isinstance(value, dict) or any(value.get(each) and not isinstance(value[each], dict) for each in OBJECTS):
        return error(500, "attribute error")
    value |= {each: value[each] or None for each in OBJECTS if each in value}
    promotion = value.get("promotion_settings")
    if promotion:
        valid = _valid(proxy.mock.contract.request, {"promotion_settings": promotion})["promotion_settings"] or {}
        strategy = {name: item for name, item in promotion.items() if name == "promotion_cleanup_strategy"}
        value["promotion_settings"] = valid | strategy
    return encode(value)


OBJECTS = ("autoscaling_settings", "promotion_settings")


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
