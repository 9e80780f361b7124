"""Contract testing and conformance reports for one operation of an OpenAPI document.

`conformance.run(...)` does what the command `conformance run` does.
"""

from typing import TYPE_CHECKING

from conformance.model.version import VERSION

if TYPE_CHECKING:
    from conformance.workflow.api import run

__all__ = ["__version__", "run"]

__version__ = VERSION


def __getattr__(name: str) -> object:
    """Import what is public when it is first used: most programs need little of it."""
    if name == "run":
        from conformance.workflow.api import run  # noqa: PLC0415  (heavy: only who runs needs it)

        return run
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
