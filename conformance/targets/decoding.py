"""Content codings (RFC 9110 section 8.4.1), undone within a limit."""

import zlib

import msgspec

from conformance.model.exchange import Failure, Response
from conformance.model.header_fields import combined

_MAX_CODINGS = 4
_MAX_MEMBERS = 10_000
_BLOCK = 4_096
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class Decoded(msgspec.Struct, frozen=True):
    """A body with its codings undone; `failure` and `detail` say why it is not whole."""

    body: bytes
    failure: Failure | None = None
    detail: str = ""


def decode_response(
    response: Response, failure: Failure | None, detail: str, limit: int
) -> tuple[Response, Failure | None, str]:
    """Return `response` with its body decoded. A failure that is there already is kept; one of decoding is added."""
    codings = combined(response.headers, "content-encoding")
    if not codings or not response.body:
        return response, failure, detail
    decoded = decode(response.body, codings, limit)
    response = msgspec.structs.replace(response, body=decoded.body)
    return (response, failure, detail) if failure else (response, decoded.failure, decoded.detail)


def decode(body: bytes, codings: str, limit: int) -> Decoded:
    """Undo `codings`, the value of a `Content-Encoding` field; one that is not known leaves the body as it then is.

    The result holds at most `limit` bytes: what exceeds them is `TOO_LARGE`. A body that ends early is `TRUNCATED` and
    comes as far as it goes; one that is not in the coding is `MISCODED` and comes as it was.
    """
    names = [name for name in (part.strip().lower() for part in codings.split(",")) if name and name != "identity"]
    if len(names) > _MAX_CODINGS:
        return Decoded(body, Failure.MISCODED, f"more than {_MAX_CODINGS} content codings")
    for name in reversed(names):
        if name in {"gzip", "x-gzip"}:
            windows: tuple[int, ...] = (_GZIP,)
        elif name == "deflate":
            # RFC 9110 means zlib's format; many servers send raw DEFLATE under this name, and clients take it.
            windows = (_ZLIB, _RAW)
        else:
            return Decoded(body)
        decoded = _first(body, windows, name, limit)
        if decoded.failure:
            return decoded
        body = decoded.body
    return Decoded(body)


def _first(body: bytes, windows: tuple[int, ...], name: str, limit: int) -> Decoded:
    fault = ""
    for window in windows:
        try:
            decoded = _inflate(body, window, name, limit)
        except zlib.error as error:
            fault = fault or str(error)
            continue
        # Nearly any bytes begin like raw DEFLATE: only what is so to its end counts.
        if window != _RAW or decoded.failure is not Failure.TRUNCATED:
            return decoded
    return Decoded(body, Failure.MISCODED, f"the body is not {name}: {fault}")


def _inflate(body: bytes, window: int, name: str, limit: int) -> Decoded:
    pieces: list[bytes] = []
    room, members = limit, 1
    inflater = zlib.decompressobj(window)
    for start in range(0, len(body), _BLOCK):
        # What is left of a block is copied for each member in it: so blocks are small, and the cost is linear.
        rest = body[start : start + _BLOCK]
        while rest:
            if inflater.eof:
                if window != _GZIP:
                    return Decoded(b"".join(pieces))
                if members == _MAX_MEMBERS:
                    return Decoded(b"".join(pieces), Failure.MISCODED, f"more than {_MAX_MEMBERS} {name} members")
                inflater, members = zlib.decompressobj(window), members + 1
            piece = inflater.decompress(rest, room + 1)
            if len(piece) > room:
                pieces.append(piece[:room])
                return Decoded(b"".join(pieces), Failure.TOO_LARGE, f"more than {limit} bytes after {name} decoding")
            pieces.append(piece)
            room -= len(piece)
            rest = inflater.unused_data
    if not inflater.eof:
        return Decoded(b"".join(pieces), Failure.TRUNCATED, f"the {name} body ends early")
    return Decoded(b"".join(pieces))
