"""Security of an operation: which credentials a request carries, and where."""

from typing import TypeAlias

import msgspec

from conformance.contract.reading.document import Document, follow
from conformance.model.jsontext import Json
from conformance.model.pointer import join, last

BASIC = "basic"

BY_HEADER = frozenset({"http", "oauth2", "openIdConnect"})
"""Types of schemes whose credential is in `Authorization`, after a word."""


class Security(msgspec.Struct, frozen=True):
    """How a request carries a credential: `location` is `header`, `query` or `cookie`, `name` the field there.

    `scheme` is the word before it, empty where the bare credential is sent.
    """

    location: str
    name: str
    scheme: str
    pointer: str

    @property
    def id(self) -> str:
        """The name of the scheme in the document."""
        return last(self.pointer)

    @property
    def basic(self) -> bool:
        """Whether the credential is user name and password, in Base64 (RFC 7617)."""
        return self.scheme.lower() == BASIC


Alternative: TypeAlias = tuple[Security, ...]
"""Credentials that a request needs together."""


def read_security(document: Document, operation: dict[str, Json]) -> tuple[Alternative, ...]:
    """Return the combinations of credentials of which a request needs one; none where it needs no credential.

    What the operation says replaces what the document says. A scheme that no request shows, such as a certificate of
    the client, is left out.

    Raises:
        ContractError: a scheme is not declared.

    """
    stated = operation.get("security", document.content.get("security"))
    entries = [entry for entry in stated if isinstance(entry, dict)] if isinstance(stated, list) else []
    if {} in entries:
        return ()  # a request without a credential is right as well
    read = (tuple(_scheme(document, name) for name in entry) for entry in entries)
    return tuple(filter(None, (tuple(filter(None, schemes)) for schemes in read)))


def _scheme(document: Document, name: str) -> Security | None:
    pointer, scheme = follow(document, join("#/components/securitySchemes", name))
    if not isinstance(scheme, dict):
        return None
    if scheme.get("type") == "apiKey":
        return Security(str(scheme.get("in", "header")), str(scheme.get("name", "Authorization")), "", pointer)
    if scheme.get("type") in BY_HEADER:
        word = str(scheme.get("scheme", "bearer"))
        return Security("header", "Authorization", word[:1].upper() + word[1:], pointer)
    return None
