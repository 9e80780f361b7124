"""From what a session of pytest was told to the options of a run: command line, then file, then defaults."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.reading.document import url_of
from conformance.integrations.pytest_plugin.keys import DEST, PREFIX
from conformance.integrations.pytest_plugin.options import OPTIONS
from conformance.model.case import CATALOGUE
from conformance.workflow.setup.configuration import file_options
from conformance.workflow.setup.contracts import contract_for
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import RunOptions

_OPTIONS: pytest.StashKey[RunOptions] = pytest.StashKey()
_CONTRACT: pytest.StashKey[Contract] = pytest.StashKey()


def run_options(config: pytest.Config) -> RunOptions:
    """Return the options of this session. A file is looked for where pytest was called, then in its root.

    Raises:
        UsageError: there is no such option, or it takes no such value.

    """
    if _OPTIONS not in config.stash:
        config.stash[_OPTIONS] = _read(config)
    return config.stash[_OPTIONS]


def suite_options(config: pytest.Config) -> RunOptions:
    """Return the options of the run behind the suite's tests: each is an item of the catalogue; raises as above."""
    return replace(run_options(config), phases=(CATALOGUE,))


def session_contract(config: pytest.Config) -> Contract:
    """Return the contract of this session; raises as `contract_for`."""
    if _CONTRACT not in config.stash:
        options = run_options(config)
        config.stash[_CONTRACT] = contract_for(options)
    return config.stash[_CONTRACT]


def _read(config: pytest.Config) -> RunOptions:
    called_in = Path(config.invocation_params.dir)
    folders = dict.fromkeys((called_in, config.rootpath))
    in_file = next(filter(None, (file_options(RunOptions, folder) for folder in folders)), {})
    given = {row.field: config.getoption(f"{DEST}{row.field}", None) for row in OPTIONS}
    chosen = {field: value for field, value in given.items() if value not in (None, [])}
    options = read_options(RunOptions, {**in_file, **chosen}, prefix=PREFIX, strict=False)
    if options.spec is not None and url_of(options.spec) is not None:
        from conformance.workflow.setup.fetching import with_local_document  # noqa: PLC0415  (heavy: few sessions do)

        options = with_local_document(options)
    # Tests may change the working folder while a run is under way, and each needs an outcome in this process.
    paths = {row.field: getattr(options, row.field) for row in OPTIONS if row.is_path}
    placed = {name: called_in / path for name, path in paths.items() if path is not None}
    newer = tuple(called_in / path for path in options.also_spec)
    return replace(options, resume=False, workers=None, executor="processes", scheduler=None, also_spec=newer, **placed)
