"""Names of this machine: what counts is the address that is connected to, and not what the name promises."""

import asyncio
import errno
import socket

import aiohttp
from aiohttp.abc import ResolveResult
from yarl import URL

from conformance.targets.addresses import is_loopback

PRESENCE_SECONDS = 2.0
"""How long a server may take to accept the connection that tells whether it is there."""


class LocalResolver(aiohttp.ThreadedResolver):
    """Resolves `localhost` and names below it, which anybody's name server may answer, to this machine alone."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the loopback addresses of a name.

        Raises:
            OSError: it has none.

        """
        found = await super().resolve(host, port, family)
        local = [each for each in found if is_loopback(each["host"])]
        if not local:
            raise socket.gaierror(
                socket.EAI_NONAME, f"{host} resolves to {found[0]['host']}, which is not this machine"
            )
        return local


async def is_listening(host: str, port: int, *, local: bool) -> bool:
    """Tell whether a connection can be made; a `local` host is connected to on this machine only."""
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in addresses:
            if local and not is_loopback(str(address[0])):
                continue
            try:
                _, writer = await asyncio.open_connection(str(address[0]), port)
            except OSError:
                continue
            writer.transport.abort()
            return True
    except OSError:
        pass
    return False


def is_gone(url: URL) -> bool:
    """Tell whether nothing listens at a URL of this machine; false where another machine is meant, or in doubt."""
    try:
        found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    local = all(is_loopback(str(address[0])) for *_, address in found)
    return local and all(_is_closed(family, address) for family, *_, address in found)


def _is_closed(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(PRESENCE_SECONDS)
        try:
            probe.connect(address)
        except OSError as error:
            # The second: there is no such address here, as ::1 without IPv6.
            return error.errno in {errno.ECONNREFUSED, errno.EADDRNOTAVAIL}
        return False


def leaves(host: str) -> bool:
    """Tell whether a name resolves to an address of another machine; one without addresses goes nowhere."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return not all(is_loopback(str(address[0])) for *_, address in found)
