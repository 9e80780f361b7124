"""How a run gets in: the key, which may be made anew, and the headers that every request carries besides its own."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from conformance.journal.redaction import Redaction
from conformance.model.case import KEY, OTHER_KEY, Request, credential_of
from conformance.model.errors import UsageError

Renew = Callable[[], str]
"""Makes a new key; may take its time, and raises UsageError where it cannot."""


class ExtraHeader(msgspec.Struct, frozen=True):
    """A header that the user adds to every request; `shown` stands for its value in all that is written."""

    name: str
    value: str
    shown: str

    @property
    def secret(self) -> bool:
        """Whether its value must not be shown."""
        return self.value != self.shown


class Credentials:
    """The key and the extra headers of a run, and the redaction of what of them is secret.

    `renew` makes a new key once the target no longer takes the old one; `others` are the credentials of other security
    schemes, by their names: for one that is not there, the key is sent.
    """

    def __init__(
        self,
        key: str = "",
        *,
        headers: Iterable[ExtraHeader] = (),
        renew: Renew | None = None,
        others: Mapping[str, str] = {},
    ) -> None:
        self.key = key
        self.others = dict(others)
        self._placeholders = {credential_of(scheme): secret for scheme, secret in others.items()}
        self._headers = tuple(headers)
        self._renew = renew
        self._renewing = asyncio.Lock()
        self.redaction = Redaction((key, KEY), *((each.value, each.shown) for each in self._headers if each.secret))
        for placeholder, secret in self._placeholders.items():
            self.redaction.add(secret, placeholder)

    def with_extra_headers(self, request: Request) -> tuple[Request, Request]:
        """Return a request with the extra headers that it does not set itself: as it is shown, and as it is sent.

        One that an earlier run has sent holds what stands for the secret ones: there they are filled in.
        """
        if not self._headers:
            return request, self._with_others(request)
        own = {name.lower() for name, _ in request.headers}
        extra = [each for each in self._headers if each.name.lower() not in own]
        secrets = {(each.name.lower(), each.shown): each.value for each in self._headers if each.secret}
        filled = ((name, secrets.get((name.lower(), value), value)) for name, value in request.headers)
        shown = replace(request, headers=(*request.headers, *((each.name, each.shown) for each in extra)))
        sent = replace(request, headers=(*filled, *((each.name, each.value) for each in extra)))
        return shown, self._with_others(sent)

    def _with_others(self, request: Request) -> Request:
        """Return a request with the credentials of other schemes in it."""
        if not self._placeholders:
            return request

        def filled(text: str) -> str:
            return OTHER_KEY.sub(lambda found: self._placeholders.get(found[0], found[0]), text)

        target = OTHER_KEY.sub(
            lambda found: quote(self._placeholders.get(found[0], found[0]), safe="$"), request.target
        )
        headers = tuple((name, filled(value)) for name, value in request.headers)
        return replace(request, target=target, headers=headers)

    async def renewed(self, used: str) -> bool:
        """Make a new key in the place of `used`, unless that has been done; tells whether there is another now."""
        async with self._renewing:
            if self.key != used:
                return True
            if self._renew is None:
                return False
            try:
                key = await asyncio.to_thread(self._renew)
            except UsageError:
                key = used
            if key == used:
                self.give_up()
                return False
            self.key = key
            self.redaction.add(key, KEY)
            return True

    def give_up(self) -> None:
        """Make no more keys: a new one is refused as well."""
        self._renew = None
