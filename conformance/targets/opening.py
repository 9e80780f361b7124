"""From what a user names to a target."""

from collections.abc import Mapping
from typing import Protocol

from conformance.model.errors import UsageError
from conformance.targets.asgi import AsgiTarget
from conformance.targets.target import ExchangeLimits, Opening, Target, Tls, Traits
from conformance.targets.wire import WireTarget


class TargetKind(Protocol):
    """A class of targets that are opened by name; both raise `UsageError` where the name cannot be used."""

    def traits_of(self, name: str) -> Traits:
        """Return what the target of this name is like, without opening it."""

    def open(self, name: str, opening: Opening) -> Target:
        """Return the target of this name."""


KINDS: Mapping[str, TargetKind] = {"http": WireTarget, "https": WireTarget, "asgi": AsgiTarget}
"""The kind of a target by the scheme of its name: adding a target is its class and one entry here."""


def open_target(
    name: str, limits: ExchangeLimits | None = None, *, concurrency: int = 1, tls: Tls | None = None, proxy: str = ""
) -> Target:
    """Return the target of a name: `http://...`, `https://...` or `asgi:MODULE:APP`; arguments as in `Opening`.

    Raises:
        UsageError: the name, or what it names, cannot be used.

    """
    opening = Opening(limits=limits or ExchangeLimits(), concurrency=concurrency, tls=tls or Tls(), proxy=proxy)
    return _kind(name).open(name, opening)


def traits_of(name: str) -> Traits:
    """Return what the target of a name is like; raises as `open_target`."""
    return _kind(name).traits_of(name)


def is_openable(name: str) -> bool:
    """Tell whether a name is of a known kind, so that another program can open the target as well."""
    return _scheme(name) in KINDS


def _scheme(name: str) -> str:
    return name.partition(":")[0].lower()


def _kind(name: str) -> TargetKind:
    if is_openable(name):
        return KINDS[_scheme(name)]
    _, separator, rest = name.partition("://")
    shown = repr(name) if "@" not in name else "given"
    if separator:
        raise UsageError(f"the target {shown} is neither http nor https", "write http://host:port")
    example = f"http://{rest or name}" if name and "@" not in name and " " not in name else "http://host:port"
    raise UsageError(f"the target {shown} has no scheme", f"write {example} or asgi:MODULE:APP")
