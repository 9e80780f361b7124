"""The one module that uses what Hypothesis does not document, and a later version may change.

`tests/strategies/test_hypothesis_internals.py` fails in plain words where a version has changed it.
"""

import inspect
import sys

from hypothesis.internal import charmap
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.intervalsets import IntervalSet

INDEPENDENT = "conformance"

SURROGATES = (0xD800, 0xDFFF)
"""The first and the last character that UTF-8 does not encode."""


def independent_backend() -> str:
    """Return the name of a backend that draws each case by itself, from the distributions of Hypothesis' own backend.

    Under its own name that one begins every batch with small examples and makes three of four draws out of earlier
    ones, of which a tenth to a quarter equal what was drawn before.
    """
    own = providers.HypothesisProvider
    providers.AVAILABLE_PROVIDERS[INDEPENDENT] = f"{own.__module__}.{own.__name__}"
    return INDEPENDENT


def prepare_process() -> None:
    """Have all that is drawn in this process follow from its seed, and begin a second earlier.

    Hypothesis draws constants from the source of modules that are not installed: in a clone of this suite the same seed
    would give other cases after every edit. Which characters UTF-8 encodes it finds out by encoding all of them, and
    keeps the result in its folder; a process without that folder repeats it. A version that keeps the result in another
    form is left alone.
    """
    providers._get_local_constants = Constants  # noqa: SLF001  (see above)
    scan = charmap.intervals_from_codec
    if inspect.signature(scan).return_annotation == tuple[IntervalSet, IntervalSet]:
        first, last = SURROGATES
        utf8 = IntervalSet(((0, first - 1), (last + 1, sys.maxunicode))), IntervalSet(())
        charmap.intervals_from_codec = lambda codec: utf8 if codec == "utf-8" else scan(codec)  # type: ignore[assignment]
