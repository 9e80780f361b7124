"""Where a server is, and how it is trusted: URLs, hosts and certificates."""

import ipaddress
import ssl
from contextlib import suppress

from yarl import URL

from conformance.model.errors import UsageError, os_errors_as
from conformance.targets.target import Tls


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine by its name alone: no name is resolved.

    That is `localhost`, names below it (RFC 6761), 127.0.0.0/8 and ::1, with or without brackets.
    """
    host = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback if address.version == 4 else address == ipaddress.IPv6Address("::1")  # noqa: PLR2004  (the version of IP)


def parse_url(text: str, what: str) -> URL:
    """Return the URL `text` of the `what` (`target` or `proxy`); a target's holds no credentials.

    Raises:
        UsageError: it is not an HTTP URL, or more than a base URL.

    """
    url, host = URL(), None
    with suppress(ValueError):
        url = URL(text, encoded=text.isascii())
        host = url.host
    if url.scheme not in {"http", "https"} or not host:
        shown = repr(text) if "@" not in text else "given"
        raise UsageError(f"the {what} {shown} is not an HTTP URL", "write http://host:port or https://host")
    if what == "target" and (url.raw_user or url.raw_password):
        raise UsageError("the target's URL has credentials", "remove them; the key comes from an environment variable")
    if "?" in text or "#" in text:
        raise UsageError(f"the {what}'s URL has a query or a fragment", "give only the base URL")
    return url


def ssl_context(tls: Tls) -> ssl.SSLContext:
    """Return the settings for TLS.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.

    """
    with os_errors_as(UsageError, f"cannot use {tls.ca_bundle} as certificates to trust"):
        context = ssl.create_default_context(cafile=tls.ca_bundle or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.client_cert:
        problem = f"cannot use {tls.client_cert} as the client's certificate"
        with os_errors_as(UsageError, problem, "give PEM files, the key without a password"):
            # Without a password OpenSSL asks for one on the terminal.
            context.load_cert_chain(tls.client_cert, tls.client_key or None, "")
    return context
