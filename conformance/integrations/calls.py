"""A case as a user's own test sends it."""

from typing import Any

from conformance.model.case import KEY, OTHER_KEY, Case
from conformance.model.json_values import body_value
from conformance.model.jsontext import Json
from conformance.model.vocabulary import Expectation


class Secret(str):
    """A credential that is not shown by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the placeholder."""
        return repr(KEY)


class CaseToSend:
    """One case, ready to be sent by any client: its name is fresh, its credential is the real one.

    Send `method`, `path` (below the base URL, percent-encoded), `headers` and `body` as they are, and pass the response
    to `environment_contract.check(response, case=case)`.
    """

    def __init__(self, case: Case, key: str = "") -> None:
        self.case = case
        self.key = Secret(key)

    def __repr__(self) -> str:
        """Return the id of the case: the credential is never shown."""
        return f"<case {self.case.id}>"

    @property
    def id(self) -> str:
        """The slug of the case."""
        return self.case.id

    @property
    def expectation(self) -> Expectation:
        """What the contract lets one expect: `accepted`, `rejected` or `observed`."""
        return self.case.expectation

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids of the requirements that it exercises."""
        return self.case.requirements

    @property
    def says(self) -> str:
        """What is special about the request, in words; may be empty."""
        return self.case.story.says if self.case.story else ""

    @property
    def method(self) -> str:
        """The method."""
        return self.case.request.method

    @property
    def path(self) -> str:
        """The request target below the base URL."""
        return self.case.request.target

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The header fields in their order, with the credential in them."""
        key = str(self.key)
        return [(name, OTHER_KEY.sub(KEY, value).replace(KEY, key)) for name, value in self.case.request.headers]

    @property
    def body(self) -> bytes | None:
        """The bytes of the body, None for no body."""
        return self.case.request.body

    @property
    def json(self) -> Json:
        """The body as JSON, None where it is none."""
        return body_value(self.case.request.body)

    def request(self, base_url: str) -> dict[str, Any]:
        """Return keyword arguments for `httpx.request`: `method`, `url`, `headers`, and `content` for a body.

        Args:
            base_url: the URL of the server; a slash at its end makes no difference.

        """
        return {
            "method": self.method,
            "url": base_url.rstrip("/") + self.path,
            "headers": dict(self.headers),
            **({} if self.body is None else {"content": self.body}),
        }
