"""Contract testing and conformance reports for one operation of an OpenAPI document.

What is named here is stable; it is imported when it is first used. `docs/python.md` shows it at work.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.model.version import VERSION

if TYPE_CHECKING:
    from conformance.integrations.calls import CaseToSend
    from conformance.integrations.checking import CheckedContract
    from conformance.integrations.findings import Findings, NotConformingError
    from conformance.integrations.public import cases, open_contract
    from conformance.integrations.respx_router import ReferenceRouter, respx_router
    from conformance.model.errors import ConformanceError, UsageError
    from conformance.strategies.random.from_hypothesis import (
        environment_requests,
        environments,
        invalid_environment_requests,
        invalid_environments,
    )
    from conformance.workflow.api import run
    from conformance.workflow.reporting import RunResult

__all__ = [
    "CaseToSend",
    "CheckedContract",
    "ConformanceError",
    "Findings",
    "NotConformingError",
    "ReferenceRouter",
    "RunResult",
    "UsageError",
    "__version__",
    "cases",
    "environment_requests",
    "environments",
    "invalid_environment_requests",
    "invalid_environments",
    "open_contract",
    "respx_router",
    "run",
]

__version__ = VERSION

if not Path(__file__).with_name("reports").is_dir():
    # In the root of a clone, strategies/, reports/ and spec/ stand beside this package and not inside it.
    __path__.append(str(Path(__file__).parents[1]))

HOMES = {
    "conformance.integrations.calls": "CaseToSend",
    "conformance.integrations.checking": "CheckedContract",
    "conformance.integrations.findings": "Findings NotConformingError",
    "conformance.integrations.public": "cases open_contract",
    "conformance.integrations.respx_router": "ReferenceRouter respx_router",
    "conformance.model.errors": "ConformanceError UsageError",
    "conformance.strategies.random.from_hypothesis": (
        "environment_requests environments invalid_environment_requests invalid_environments"
    ),
    "conformance.workflow.api": "run",
    "conformance.workflow.reporting": "RunResult",
}
"""Where each public name comes from."""


def __getattr__(name: str) -> object:
    """Import what is public when it is first used: most programs need little of it."""
    for home, names in HOMES.items():
        if name in names.split():
            return getattr(import_module(home), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return what is public, whether it was imported yet or not."""
    return sorted({*globals(), *__all__})
