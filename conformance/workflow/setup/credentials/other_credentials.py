"""Credentials by security scheme: those that the user names, and those that are made up for this machine."""

import base64
from collections.abc import Mapping
from pathlib import Path

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.model.errors import UsageError, os_errors_as

SOURCES = "SCHEME=env:NAME or SCHEME=file:PATH"


def stated_credentials(stated: tuple[str, ...], contract: Contract, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that the user gives for security schemes, by the name of the scheme.

    Raises:
        UsageError: one names no scheme of the operation, or its source has none.

    """
    known = {each.id: each for held in contract.operation.alternatives for each in held}
    found = {}
    for each in stated:
        scheme, _, source = each.partition("=")
        kind, _, where = source.partition(":")
        if kind not in {"env", "file"} or not where:
            raise UsageError(f"{each!r} is not a credential", f"write --credential {SOURCES}")
        if scheme not in known:
            names = ", ".join(known) or "none"
            raise UsageError(f"{contract.operation.name} has no security scheme {scheme!r}", f"it has: {names}")
        if kind == "env":
            if not environment.get(where):
                raise UsageError(
                    f"the environment variable {where} is not set", f"set it to the credential of {scheme}"
                )
            found[scheme] = environment[where]
        else:
            with os_errors_as(UsageError, f"cannot read {where}", f"name the file with the credential of {scheme}"):
                found[scheme] = Path(where).read_text(encoding="latin-1").strip()
    return found


def as_sent(security: Security, text: str, where: str) -> str:
    """Return a credential as a request carries it: user name and password in Base64 (RFC 7617 section 2).

    Raises:
        UsageError: there is no colon between them.

    """
    if not security.basic:
        return text
    if ":" not in text:
        raise UsageError(f"the credential in {where} has no colon", "write user name, colon, password")
    return base64.b64encode(text.encode()).decode()
