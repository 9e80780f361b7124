"""The credential of a request, for faults that look at it or send another one."""

from collections.abc import Callable

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operation import Security
from conformance.mock import stages
from conformance.mock.faults.parts.witnesses import builder, smallest
from conformance.mock.transaction import Turn
from conformance.model.case import Request


def carrying(security: Security, value: str | None, *, whole: bool = False) -> Callable[[Contract], Request]:
    """Return what makes a right request with another credential: a key, or with `whole` all that stands there."""

    def make(contract: Contract) -> Request:
        request = smallest(contract)
        build = builder(contract)
        text = value if value is None or whole or not contract.scheme else f"{contract.scheme} {value}"
        if security.location == "query":
            query = "" if text is None else f"{security.name}={text}"
            return replace(request, target=build.target_with({}, query=query, credential=False))
        name = "Cookie" if security.location == "cookie" else security.name
        rest = tuple(each for each in request.headers if each[0].lower() != name.lower())
        if text is None:
            return replace(request, headers=rest)
        held = f"{security.name}={text}" if security.location == "cookie" else text
        return replace(request, headers=(*rest, (name, held)))

    return make


def nothing(contract: Contract) -> tuple[Request, ...]:
    """Return a right request but for its credential, which is missing."""
    security = contract.operation.security
    return (carrying(security, None)(contract),) if security else ()


def raw(turn: Turn) -> list[str]:
    """Return every credential in the documented place."""
    return stages.credentials(turn.desk, turn)


def word_of(turn: Turn) -> str:
    """Return the word before the one credential."""
    found = raw(turn)
    return found[0].strip().partition(" ")[0] if len(found) == 1 else ""


def is_scheme(word: str, scheme: str) -> bool:
    """Tell whether a word is the scheme, in any letter case."""
    return not scheme or word.lower() == scheme.lower()


def key_of(turn: Turn, scheme: str) -> str:
    """Return the key of the one credential."""
    found = raw(turn)
    if len(found) != 1:
        return ""
    return found[0].strip().partition(" ")[2].strip() if scheme else found[0].strip()


def right_key(turn: Turn) -> str:
    """Return the one right key; empty where the mock knows none."""
    return turn.desk.key or ""


def matches(turn: Turn, key: str) -> bool:
    """Tell whether `key` is the right one, or any where the mock knows none."""
    return bool(key) and (turn.desk.key is None or key.strip() == turn.desk.key)


def is_key(turn: Turn, value: bytes) -> bool:
    """Tell whether a field holds the right key, alone or after a word; any text where the mock knows none."""
    text = value.decode("latin-1")
    return matches(turn, text) or any(matches(turn, part) for part in text.replace("=", " ").split())


def sent_key(turn: Turn) -> str:
    """Return the key that was sent, whatever stands before it."""
    found = raw(turn)
    return found[0].rpartition(" ")[2] if found else ""
