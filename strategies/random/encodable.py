"""What Hypothesis finds out about UTF-8, told beforehand, for a process that has no place to keep it.

Texts of Hypothesis are of the characters that UTF-8 encodes. Which these are it learns by encoding all there are, which
takes a second, and keeps the answer in its folder; a run has no such folder, and would wait for it every time.
"""

import inspect
import sys

SURROGATES = (0xD800, 0xDFFF)
"""The first and the last character that UTF-8 does not encode."""


def know_utf8() -> bool:
    """Tell Hypothesis, in this process, which characters UTF-8 encodes; returns whether it takes the answer.

    This uses what Hypothesis does not document: where a version keeps the answer in another form, it is left alone and
    takes its second.
    """
    try:
        from hypothesis.internal import charmap  # noqa: PLC0415  (may not be there)
        from hypothesis.internal.intervalsets import IntervalSet  # noqa: PLC0415  (may not be there)

        ask = charmap.intervals_from_codec
        first, last = SURROGATES
        encodable, lossy = IntervalSet(((0, first - 1), (last + 1, sys.maxunicode))), IntervalSet(())
        forms: dict[object, object] = {
            IntervalSet: encodable,
            tuple[IntervalSet, IntervalSet]: (encodable, lossy),
        }
        answer = forms[inspect.signature(ask).return_annotation]
    except (ImportError, AttributeError, LookupError, TypeError, ValueError):
        return False

    def told(codec_name: str) -> object:
        return answer if codec_name == "utf-8" else ask(codec_name)

    charmap.intervals_from_codec = told  # type: ignore[assignment]
    return True
