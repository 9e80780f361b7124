"""Names of this machine: what counts is the address that is connected to, and not what the name promises."""

import asyncio
import socket

import aiohttp
from aiohttp.abc import ResolveResult

from conformance.targets.addresses import is_loopback


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


def leaves(host: str) -> bool:
    """Tell whether a name resolves to an address of another machine; one without addresses goes nowhere."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return not all(is_loopback(str(address[0])) for *_, address in found)
