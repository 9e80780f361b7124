"""What was asked: path parameters and media types of a request, and which answer the document describes for them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

from conformance.contract.operations.operation import Operation
from conformance.contract.operations.path_template import match
from conformance.contract.reading.document import Document, follow
from conformance.model.header_fields import essence

MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})|[{}\\]")
"""What a request target must not contain: a percent sign that encodes nothing, and some characters (RFC 3986)."""


LONGEST_KNOWN = 200
"""Longer targets and header fields, in characters, are not kept to be known again."""


def path_parameters(template: str, target: str) -> Mapping[str, str] | None:
    """Return the values of a path template's parameters in a request target, decoded once (RFC 3986 section 2.4).

    None where the target is another path, or a value is not percent-encoded UTF-8.
    """
    # Nearly all requests of a run go to one target.
    return _known_parameters(template, target) if len(target) <= LONGEST_KNOWN else _parameters(template, target)


def _parameters(template: str, target: str) -> Mapping[str, str] | None:
    found = match(template, target)
    if found is None or any(map(MALFORMED.search, found.values())):
        return None
    try:
        return MappingProxyType({name: unquote(value, errors="strict") for name, value in found.items()})
    except UnicodeDecodeError:
        return None


_known_parameters = lru_cache(256)(_parameters)


def admits(accept: str, declared: str) -> bool:
    """Tell whether the value of an Accept field admits a media type; an empty one admits any."""
    return _known_admits(accept, declared) if len(accept) <= LONGEST_KNOWN else _admits(accept, declared)


def _admits(accept: str, declared: str) -> bool:
    declared = essence(declared)
    ranges = {declared, f"{declared.partition('/')[0]}/*", "*/*"}
    asked = [essence(each) for each in accept.split(",") if each.strip()]
    return not asked or any(each in ranges for each in asked)


_known_admits = lru_cache(256)(_admits)


def described(document: Document, operation: Operation, status: int) -> bool:
    """Tell whether the response schema of the contract is that of a status: each success may declare its own."""
    if not operation.response_pointer:
        return True
    declared = operation.responses.of(status)
    if declared is None or not declared.schema:
        return False
    return follow(document, declared.schema)[0] == follow(document, operation.response_pointer)[0]
