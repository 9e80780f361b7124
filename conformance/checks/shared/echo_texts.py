"""The texts of a response that does not have a value as it was sent."""

from conformance.checks.shared import messages
from conformance.checks.shared.differences import ABSENT, INSTEAD, OTHER, quoted


def echo_texts(kind: str, way: str, name: str, sent: object, found: object) -> messages.Texts:
    """Return both texts: `kind` is what was sent, `way` how `found` differs from it, `name` the place."""
    wording = messages.ECHO_CHANGED
    if way == ABSENT:
        wording = messages.ECHO_OMITTED
    elif way.startswith(OTHER):
        wording = messages.ECHO_OTHER
    elif way.endswith(INSTEAD):
        wording = messages.ECHO_INSTEAD
    return wording.filled(kind=kind, way=way, name=name, sent=quoted(sent), found=quoted(found))
