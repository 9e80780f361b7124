"""From what a user names to a target."""

from conformance.model.errors import UsageError
from conformance.targets.addresses import is_loopback
from conformance.targets.asgi import AsgiTarget
from conformance.targets.loading import load_app
from conformance.targets.target import Limits, Target, Tls
from conformance.targets.wire import WireTarget

__all__ = ["is_loopback", "open_target"]


def open_target(
    spec: str, limits: Limits | None = None, *, concurrency: int = 1, tls: Tls | None = None, proxy: str = ""
) -> Target:
    """Return the target that `spec` names: `http://...`, `https://...` or `asgi:MODULE:APP`.

    `concurrency` is how many connections may be open, `proxy` the URL of an HTTP proxy; both, and `tls`, are for URLs.

    Raises:
        UsageError: the specification, or what it names, cannot be used.

    """
    if spec.startswith("asgi:"):
        return AsgiTarget(load_app(spec.removeprefix("asgi:")), limits, name=spec)
    scheme, separator, rest = spec.partition("://")
    if separator and scheme.lower() in {"http", "https"}:
        return WireTarget(spec, limits, concurrency=concurrency, tls=tls, proxy=proxy)
    shown = repr(spec) if "@" not in spec else "given"
    if separator:
        raise UsageError(f"the target {shown} is neither http nor https", "write http://host:port")
    example = f"http://{rest or spec}" if spec and "@" not in spec and " " not in spec else "http://host:port"
    raise UsageError(f"the target {shown} has no scheme", f"write {example} or asgi:MODULE:APP")
