"""How requests carry credentials: header fields, cookies and parameters of the query, with placeholders for secrets."""

from collections.abc import Iterable

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.model.case import KEY, credential_of
from conformance.model.header_fields import Headers


class Carried(msgspec.Struct, frozen=True):
    """Where some credentials are in a request."""

    fields: Headers = ()
    cookies: tuple[str, ...] = ()
    query: tuple[str, ...] = ()

    @property
    def headers(self) -> Headers:
        """All header fields, the cookies in one."""
        return (*self.fields, *((("Cookie", "; ".join(self.cookies)),) if self.cookies else ()))


def secret_of(contract: Contract, security: Security) -> str:
    """Return what stands for the secret of a scheme: the key for the first one."""
    return KEY if security == contract.operation.security else credential_of(security.id)


def text_of(contract: Contract, security: Security, secret: str) -> str:
    """Return the text that carries a secret in its documented form."""
    scheme = contract.scheme if security == contract.operation.security else security.scheme
    return f"{scheme} {secret}" if scheme else secret


def carried(contract: Contract, schemes: Iterable[Security], **secrets: str) -> Carried:
    """Return where the credentials of some schemes are; `secrets` are others than the right ones, by scheme."""
    fields, cookies, query = [], [], []
    for each in schemes:
        text = text_of(contract, each, secrets.get(each.id, secret_of(contract, each)))
        if each.location == "query":
            query.append(f"{each.name}={text}")
        elif each.location == "cookie":
            cookies.append(f"{each.name}={text}")
        else:
            fields.append((each.name, text))
    return Carried(tuple(fields), tuple(cookies), tuple(query))
