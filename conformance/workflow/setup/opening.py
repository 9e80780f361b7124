"""The target of a run as its options describe it: limits, certificates, proxy."""

from functools import partial
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from conformance.model.case import KEY
from conformance.runner.credentials import Credentials
from conformance.targets.addresses import is_loopback
from conformance.targets.httpx_client.target import HttpxTarget
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.opening import open_target, traits_of
from conformance.targets.target import ExchangeLimits, Target, Tls, Traits
from conformance.workflow.setup.options import MOCK, RunOptions

REFERENCE_SERVER = Traits(loopback=True, lasting=False)
"""What the reference server is like, which a run starts and stops."""


def traits_for(options: RunOptions, client: UsersClient | None = None) -> Traits:
    """Return what the target that `options` name is like, or the one that a client of the user's reaches.

    Raises:
        UsageError: the name is that of no target.

    """
    if client is not None:
        return client.traits
    return REFERENCE_SERVER if options.target == MOCK else traits_of(options.target)


def target_of(
    options: RunOptions, url: str, *, client: UsersClient | None = None, credentials: Credentials | None = None
) -> Target:
    """Return the target at `url`, to be reached as `options` say, or through a client of the user's.

    What such a client adds to a request is taken for a secret, and made known to `credentials`.

    Raises:
        UsageError: the URL, or a file of certificates, cannot be used.

    """
    limits = ExchangeLimits(timeout_seconds=options.timeout, max_body_bytes=options.max_body)
    if client is not None:
        return HttpxTarget(client, limits, learn=partial(_learn, credentials) if credentials is not None else None)
    return open_target(url, limits, concurrency=options.concurrency, tls=tls_of(options), proxy=proxy_for(url))


def tls_of(options: RunOptions) -> Tls:
    """Return how servers are trusted, and what they are shown."""
    return Tls(
        ca_bundle=str(options.ca_bundle or ""),
        client_cert=str(options.client_cert or ""),
        client_key=str(options.client_key or ""),
    )


def _learn(credentials: Credentials, secret: str) -> None:
    credentials.redaction.add(secret, KEY)


def proxy_for(url: str) -> str:
    """Return the proxy that the environment names for `url` (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).

    It is empty where there is none, and for this machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or is_loopback(host):
        return ""
    proxies = getproxies()
    if proxy_bypass(host):
        return ""
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
