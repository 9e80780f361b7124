"""Contract testing and conformance reports for one operation of an OpenAPI document.

The names in `__all__` are public: `docs/api.md` describes them, and `docs/stability.md` says what stays as it is. Each
is imported when it is first used.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.model.version import VERSION

if TYPE_CHECKING:
    from conformance.clients.session import ClientScenario
    from conformance.contract.contract import Contract
    from conformance.integrations.calls import CaseToSend
    from conformance.integrations.checking import CheckedContract
    from conformance.integrations.findings import Findings, NotConformingError
    from conformance.integrations.public import cases, load_contract, open_contract
    from conformance.integrations.pytest_plugin.servers import ReferenceServer
    from conformance.integrations.reference import reference_app
    from conformance.integrations.respx_router import ReferenceRouter, respx_router
    from conformance.mock.app import Mock
    from conformance.model.case import Case, Request, Story
    from conformance.model.errors import ConformanceError, ContractError, RunStoppedError, UsageError
    from conformance.model.exchange import Response
    from conformance.model.finding import Finding
    from conformance.model.requirement import Requirement
    from conformance.model.vocabulary import Expectation, Outcome, Strength, Verdict
    from conformance.reports.results import Results
    from conformance.strategies.random.from_hypothesis import (
        InvalidBody,
        environment_requests,
        environments,
        invalid_environment_requests,
        invalid_environments,
    )
    from conformance.workflow.api import run
    from conformance.workflow.reporting import RunResult

__all__ = [
    "Case",
    "CaseToSend",
    "CheckedContract",
    "ClientScenario",
    "ConformanceError",
    "Contract",
    "ContractError",
    "Expectation",
    "Finding",
    "Findings",
    "InvalidBody",
    "Mock",
    "NotConformingError",
    "Outcome",
    "ReferenceRouter",
    "ReferenceServer",
    "Request",
    "Requirement",
    "Response",
    "Results",
    "RunResult",
    "RunStoppedError",
    "Story",
    "Strength",
    "UsageError",
    "Verdict",
    "__version__",
    "cases",
    "environment_requests",
    "environments",
    "invalid_environment_requests",
    "invalid_environments",
    "load_contract",
    "open_contract",
    "reference_app",
    "respx_router",
    "run",
]

__version__ = VERSION

if not Path(__file__).with_name("reports").is_dir():
    # In the root of a clone, strategies/, reports/ and spec/ stand beside this package and not inside it.
    __path__.append(str(Path(__file__).parents[1]))

HOMES = {
    "conformance.clients.session": "ClientScenario",
    "conformance.contract.contract": "Contract",
    "conformance.integrations.calls": "CaseToSend",
    "conformance.integrations.checking": "CheckedContract",
    "conformance.integrations.findings": "Findings NotConformingError",
    "conformance.integrations.public": "cases load_contract open_contract",
    "conformance.integrations.pytest_plugin.servers": "ReferenceServer",
    "conformance.integrations.reference": "reference_app",
    "conformance.integrations.respx_router": "ReferenceRouter respx_router",
    "conformance.mock.app": "Mock",
    "conformance.model.case": "Case Request Story",
    "conformance.model.errors": "ConformanceError ContractError RunStoppedError UsageError",
    "conformance.model.exchange": "Response",
    "conformance.model.finding": "Finding",
    "conformance.model.requirement": "Requirement",
    "conformance.model.vocabulary": "Expectation Outcome Strength Verdict",
    "conformance.reports.results": "Results",
    "conformance.strategies.random.from_hypothesis": (
        "InvalidBody environment_requests environments invalid_environment_requests invalid_environments"
    ),
    "conformance.workflow.api": "run",
    "conformance.workflow.reporting": "RunResult",
}
"""Where each public name comes from."""


if not TYPE_CHECKING:  # a type checker that sees it takes every name for one that exists

    def __getattr__(name: str) -> object:
        """Import what is public when it is first used: most programs need little of it."""
        for home, names in HOMES.items():
            if name in names.split():
                return getattr(import_module(home), name)
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)


def __dir__() -> list[str]:
    """Return what is public, whether it was imported yet or not."""
    return sorted(__all__)
