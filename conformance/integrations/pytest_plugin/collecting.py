"""Which tests there are: one for each item of the plan, or for each case that a user's test asks for."""

import secrets
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.integrations.calls import CaseToSend
from conformance.integrations.pytest_plugin.keys import ITEM
from conformance.integrations.pytest_plugin.settings import session_contract, suite_options
from conformance.model.case import Case, Item, Need, Relation
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile, Strength
from conformance.runner.plan import requirements_of
from conformance.strategies.catalogue.catalogue import fill
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.preparation import PreparedRun, prepare

_PLAN: pytest.StashKey[PreparedRun] = pytest.StashKey()


def check_options(config: pytest.Config) -> None:
    """See that the suite can be run with the options of this session.

    Raises:
        pytest.UsageError: it cannot.

    """
    try:
        _plan(config)
    except UsageError as error:
        raise pytest.UsageError(f"conformance: {error}") from error


def _plan(config: pytest.Config) -> PreparedRun:
    if _PLAN not in config.stash:
        config.stash[_PLAN] = prepare(session_contract(config), suite_options(config))
    return config.stash[_PLAN]


def items_of_suite(metafunc: pytest.Metafunc) -> None:
    """Make a test of each item of this session's plan, marked with the strength of what it is about.

    Raises:
        CollectError: an option, or a file that it names, cannot be used.

    """
    try:
        prepared = _plan(metafunc.config)
    except UsageError as error:
        raise pytest.Collector.CollectError(f"conformance: {error}") from error
    metafunc.parametrize(ITEM, [_param(prepared.contract, item, item.id) for item in prepared.plan.items])


def cases_of_marker(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    """Make a test of each case that `conformance.cases` asks for; the test takes it as `case`.

    Raises:
        CollectError: an argument of the marker, or an option, cannot be used.

    """
    try:
        prepared = _prepared(metafunc.config, dict(marker.kwargs))
    except UsageError as error:
        raise pytest.Collector.CollectError(f"conformance.cases: {error}") from error
    contract, run = prepared.contract, secrets.token_hex(4)
    singles = [item for item in prepared.plan.items if isinstance(item, Case)]
    params = []
    for number, case in enumerate(each for each in singles if Need.PROBES not in each.needs):
        request = fill(case.request, f"cfm-{run}-{number:04x}") if case.slotted else case.request
        params.append(_param(contract, case, CaseToSend(replace(case, request=request), prepared.key)))
    metafunc.parametrize("case", params)


def _prepared(config: pytest.Config, asked: dict[str, object]) -> PreparedRun:
    wrong = sorted(asked.keys() - {"only", "skip", "profile"})
    if wrong:
        raise UsageError(f"there is no argument {wrong[0]!r}", "use only, skip and profile")
    values = read_options(RunOptions, asked)
    options = suite_options(config)
    # The tests send by themselves: what they may not do is theirs to know, and no host needs to be allowed.
    options = replace(options, target=MOCK, only=values.only, skip=values.skip, profile=values.profile or Profile.SMOKE)
    return prepare(session_contract(config), options)


def _param(contract: Contract, item: Item, value: object) -> object:
    """Return a test's parameter, marked with a strength: of a relation the strongest, of a case that of its focus."""
    about: Iterable[str] = item.requirements if isinstance(item, Relation) else requirements_of(item)[:1]
    found = [contract.by_id[each].strength for each in about if each in contract.by_id]
    strength = min(found, key=lambda each: each.rank, default=Strength.ADVISORY)
    return pytest.param(value, id=item.id, marks=getattr(pytest.mark, f"conformance_{strength.value}"))
