"""Content codings, undone."""

import gzip
import tracemalloc
import zlib

import pytest

from conformance.model.exchange import Failure, Response
from conformance.targets.decoding import Decoded, decode, decode_response

TEXT = b'{"a": 1}' * 50


def raw_deflate(data: bytes) -> bytes:
    """Return DEFLATE data without zlib's wrapping."""
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZip", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:9], mtime=0) + gzip.compress(TEXT[9:], mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
        ("identity", TEXT),
        ("", TEXT),
        ("br", TEXT),
        ("gzip, br", TEXT),
    ],
)
def test_codings_are_undone(codings: str, body: bytes) -> None:
    """Known codings are undone from the last to the first; an unknown one ends it."""
    assert decode(body, codings, 10_000) == Decoded(TEXT)


def test_result_is_limited() -> None:
    """What is longer than the limit after decoding is cut there, over all members of a gzip body."""
    assert decode(gzip.compress(TEXT, mtime=0), "gzip", 400).failure is None
    decoded = decode(gzip.compress(TEXT, mtime=0), "gzip", 399)
    assert (decoded.failure, decoded.body) == (Failure.TOO_LARGE, TEXT[:399])
    decoded = decode(gzip.compress(b"a" * 80, mtime=0) * 9, "gzip", 100)
    assert (decoded.failure, decoded.body) == (Failure.TOO_LARGE, b"a" * 100)


def test_bomb_takes_no_memory() -> None:
    """Decoding stops at the limit, not after it."""
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    tracemalloc.start()
    decode(bomb, "gzip", 10_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_coding_that_ends_early_is_truncated() -> None:
    """A gzip body without its end comes as far as it goes."""
    decoded = decode(gzip.compress(TEXT, mtime=0)[:-8], "gzip", 10_000)
    assert (decoded.failure, decoded.body) == (Failure.TRUNCATED, TEXT)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_body_that_is_not_in_its_coding_is_malformed(coding: str) -> None:
    """A body that lies about its coding comes as it was received."""
    decoded = decode(b"{} not coded", coding, 10_000)
    assert (decoded.failure, decoded.body) == (Failure.MISCODED, b"{} not coded")
    assert coding in decoded.detail


def test_too_many_codings_are_malformed() -> None:
    """Codings upon codings are not followed without end."""
    assert decode(b"x", "gzip," * 5, 10_000).failure is Failure.MISCODED


def test_failure_that_is_there_is_kept() -> None:
    """A body that broke off is decoded as far as it goes, and what broke it off remains."""
    response = Response(200, (("Content-Encoding", "gzip"),), gzip.compress(TEXT, mtime=0)[:-8])
    decoded, failure, detail = decode_response(response, Failure.TOO_SLOW, "late", 10_000)
    assert (decoded.body, failure, detail) == (TEXT, Failure.TOO_SLOW, "late")


def test_more_members_than_anybody_writes_are_not_decoded() -> None:
    """A body of half a million empty gzip members costs no more than one of ten thousand."""
    decoded = decode(gzip.compress(b"") * 495_000, "gzip", 10_000_000)
    assert (b"", Failure.MISCODED, "more than 10000 gzip members") == (decoded.body, decoded.failure, decoded.detail)
