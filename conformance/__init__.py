"""Contract testing and conformance reports for one operation of an OpenAPI document.

`conformance.run(...)` does what the command `conformance run` does.
"""

from typing import TYPE_CHECKING

from conformance.model.version import VERSION

if TYPE_CHECKING:
    from conformance.strategies.from_hypothesis import (
        environment_requests,
        environments,
        invalid_environment_requests,
        invalid_environments,
    )
    from conformance.workflow.api import run

__all__ = [
    "__version__",
    "environment_requests",
    "environments",
    "invalid_environment_requests",
    "invalid_environments",
    "run",
]

STRATEGIES = frozenset({"environment_requests", "environments", "invalid_environment_requests", "invalid_environments"})

__version__ = VERSION


def __getattr__(name: str) -> object:
    """Import what is public when it is first used: most programs need little of it."""
    if name == "run":
        from conformance.workflow.api import run  # noqa: PLC0415  (heavy: only who runs needs it)

        return run
    if name in STRATEGIES:
        from conformance.strategies import from_hypothesis  # noqa: PLC0415  (loads Hypothesis: only who draws needs it)

        return getattr(from_hypothesis, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
