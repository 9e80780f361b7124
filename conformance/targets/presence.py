"""Whether a target is still there, after it broke a connection off: told by connecting once more, without a request."""

import asyncio
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
SECONDS = 2.0
PAUSE_SECONDS = 0.05
"""A server that dies closes its connections before its door, or after."""


async def is_there(url: str, *, pause: bool) -> bool:
    """Tell whether the server at `url` takes connections; with `pause`, after giving it the time to be gone.

    A target that is reached in another way is always there.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        return True
    if pause:
        await asyncio.sleep(PAUSE_SECONDS)
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or PORTS[parts.scheme])
    except OSError:
        return False
    writer.transport.abort()
    return True
