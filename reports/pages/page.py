"""What the pages have in common: the frame, the policy, the filters of the templates, and data for scripts."""

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import islice

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.model.vocabulary import Outcome, Verdict
from conformance.reports.safe_text import count, duration, moment, number, one_line, short

GLYPHS = {
    Outcome.FAILED: "✕",
    Outcome.ERROR: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.WARNED: "▲",
    Outcome.WAIVED: "⚑",
    Outcome.NOT_EXERCISED: "○",
    Outcome.OBSERVED: "i",
    Outcome.PASSED: "✓",
}
"""What stands for an outcome beside its colour."""

TONES = dict(zip(Verdict, (Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE), strict=True))
"""The outcome whose colour and glyph a verdict takes."""

LONGEST, SHORT = 2_000, 400
"""The longest text of a target that is shown, and the longest value beside another, in characters."""

LEVEL = 6
"""How hard data is packed: beyond it, time is lost and hardly a byte is won."""

TOGETHER = 100
"""How many texts of a template are one piece of a page: many are a word."""


def page(template: str, scripts: Iterable[str], *, style: str = "", **values: object) -> bytes:
    """Return the bytes of a page made from a template, with the scripts named and `style` added to the common one.

    The policy in the page lets its own script and style run and nothing else, whatever a target has sent.
    """
    return b"".join(page_pieces(template, scripts, style=style, **values))


def page_pieces(template: str, scripts: Iterable[str], *, style: str = "", **values: object) -> Iterator[bytes]:
    """Yield the bytes of a page as `page` returns them, as the template goes on."""
    whole = _asset("report.css") + style
    script = "\n(() => {\n" + "".join(_asset(name) for name in ("common.js", *scripts)) + "})();\n"
    made = (
        _environment()
        .get_template(template)
        .generate(
            style=Markup(whole),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(whole, script),
            **values,
        )
    )
    for few in iter(lambda: "".join(islice(made, TOGETHER)), ""):
        yield few.encode(errors="backslashreplace")


def policy(style: str, script: str) -> str:
    """Return the content security policy of a page with one inline style and one inline script."""
    sources = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def packed(encoded: bytes) -> str:
    """Return data for a script element as the scripts unpack it: deflated (RFC 1950), in base64."""
    return packed_pieces([encoded])


def packed_pieces(encoded: Iterable[bytes]) -> str:
    """Return data as `packed` does; it comes in pieces, and is never there as a whole."""
    packer = zlib.compressobj(LEVEL)
    pieces = [packer.compress(piece) for piece in encoded]
    return b64encode(b"".join([*pieces, packer.flush()])).decode()


def slug(text: str) -> str:
    """Return words as a name of a class of elements."""
    return text.replace(" ", "-")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return (files("conformance.reports.pages") / "templates" / name).read_text(encoding="utf-8")


def _ticks(text: str) -> Markup:
    """Return `text` with what stands between backticks as code."""
    pieces = short(text, LONGEST).split("`")
    if len(pieces) % 2 == 0:
        return escape("`".join(pieces))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def _when(text: str) -> str:
    """Return a date-time of RFC 3339 as people read it; another text as it is."""
    try:
        return moment(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return short(text, SHORT)


def _often(repeats: str) -> str:
    """Return whether a failure showed always or sometimes, from how often it did, such as `3 of 4`."""
    failed, _, sent = repeats.partition(" of ")
    if not (failed.isdecimal() and sent.isdecimal()):
        return short(repeats, SHORT)
    if sent == "1":
        return "1 request, not repeated"
    return f"{'always' if failed == sent else 'intermittent'}: {failed} of {sent} requests"


def _sentence(text: str) -> Markup:
    """Return `text` as `_ticks` does, its first letter a capital unless it begins with a name."""
    return _ticks(text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text)


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_asset),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,  # a page is made once in a process: to optimize a template takes longer than it saves
    )
    environment.filters |= {
        "line": lambda text: short(text, LONGEST),
        "short": lambda text: short(text, SHORT),
        "one_line": one_line,
        "ticks": _ticks,
        "sentence": _sentence,
        "slug": slug,
        "often": _often,
        "number": number,
        "duration": duration,
        "moment": moment,
        "when": _when,
    }
    environment.globals |= {"glyphs": GLYPHS, "tones": TONES, "count": count}
    return environment
