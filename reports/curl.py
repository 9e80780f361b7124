"""cURL command lines that send, byte for byte, what a run sent."""

import re
from base64 import b64encode
from functools import lru_cache

from conformance.model.case import KEY, Request
from conformance.reports.safe_text import visible

LONGEST = 32_000
"""The longest body on a command line, in bytes: shells and terminals take no more with comfort."""

_OWN = ("Accept", "User-Agent", "Content-Type", "Expect")
"""Headers that cURL adds by itself, `Expect` and `Content-Type` to a body only."""

_VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
"""What stands for the value of a header that is secret."""

_KEYS = re.compile(r"\$(?:API_KEY|CREDENTIAL_\w+)")
"""What stands for the credentials, each left for the shell to fill in."""

_BARE = re.compile(r"[A-Za-z0-9_./:=@%+,\-]+")
"""What a shell takes as one word without quotes."""

_PLAIN = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?\[\]]*")


def curl(base: str, request: Request) -> str:
    """Return a command for a POSIX shell that sends `request` to the server at `base`, the key from `$API_KEY`.

    The value of a secret header is read from the variable that stands for it.
    A target that is no URL reads `$BASE_URL`. A body too long for a command line is left to `conformance replay`.
    """
    body = request.body
    if body and len(body) > LONGEST:
        return f"# The body has {len(body)} bytes, too many for a command line: use the replay command."
    parts = ["curl --http1.1 --globoff --path-as-is --silent --show-error --include"]
    parts.append("--head" if request.method == "HEAD" else f"--request {quote(request.method)}")
    parts += _headers(request.headers, body=request.body is not None)
    if not request.hosts:
        parts.append("--header Host:")
    if request.chunked:
        parts.append(f"--header {_header('Transfer-Encoding: chunked')}")
    before = ""
    if body is not None:
        text = _text(body)
        if text is None:
            before = f"printf %s {quote(b64encode(body).decode())} | base64 --decode | "
            parts.append("--data-binary @-")
        else:
            parts.append(f"--data-binary {quote(text)}")
    root = quote(base.rstrip("/")) if base.startswith(("http://", "https://")) else '"$BASE_URL"'
    if _PLAIN.fullmatch(request.target):
        parts.append(root + quote(request.target))
    else:
        # cURL would mend such a target before it sends it.
        parts.append(f"--request-target {quote(_prefix(base) + request.target)} {root}/")
    return before + " \\\n  ".join(parts)


def _header(line: str) -> str:
    name, colon, value = line.partition(": ")
    return f'{quote(name + colon)}"{value}"' if _VARIABLE.fullmatch(value) else quote(line)


def quote(text: str) -> str:
    """Return `text` as one word of a POSIX shell, with `$API_KEY` left for the shell to fill in."""
    if "$" not in text:
        return _single(text) if text else "''"
    pieces = [_single(piece) if piece else "" for piece in _KEYS.split(text)]
    names = [*_KEYS.findall(text), ""]
    return "".join(f'{piece}"{name}"' if name else piece for piece, name in zip(pieces, names, strict=True)) or "''"


def _single(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _prefix(base: str) -> str:
    match = re.fullmatch(r"https?://[^/]*(/.*?)?/?", base)
    return (match and match.group(1)) or ""


@lru_cache(maxsize=256)
def _headers(headers: tuple[tuple[str, str], ...], *, body: bool) -> tuple[str, ...]:
    """Return the options for the header fields of a request; most requests of a run have the same ones."""
    lines = [f"{name}: {value}" if value else f"{name};" for name, value in headers]
    given = {name.lower() for name, _ in headers}
    lines += [f"{name}:" for name in (_OWN if body else _OWN[:2]) if name.lower() not in given]
    return tuple(f"--header {_header(line)}" for line in lines)


def _text(body: bytes) -> str | None:
    """Return the body as a text that a shell passes on unharmed, or None."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    # A leading @ would name a file, and $API_KEY in a body is no place to fill in.
    harmless = visible(text) == text and not text.startswith("@") and KEY not in text
    return text if harmless else None
