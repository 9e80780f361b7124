"""From what a session of pytest was told to the options of a run: command line, then file, then defaults."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract, load_contract
from conformance.integrations.pytest_plugin.options import DEST, OPTIONS
from conformance.model.case import CATALOGUE
from conformance.workflow.api import read_options
from conformance.workflow.setup.configuration import as_fields, settings_table
from conformance.workflow.setup.options import RunOptions

_OPTIONS: pytest.StashKey[RunOptions] = pytest.StashKey()
_CONTRACT: pytest.StashKey[Contract] = pytest.StashKey()

PATHS = ("out", "spec", "waivers", "api_key_file", "ca_bundle", "client_cert", "client_key")
"""Options that are files or folders, found from where pytest was called."""


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
    """Return the contract of this session; raises as `load_contract`."""
    if _CONTRACT not in config.stash:
        options = run_options(config)
        config.stash[_CONTRACT] = load_contract(options.spec, options.operation)
    return config.stash[_CONTRACT]


def _read(config: pytest.Config) -> RunOptions:
    called_in = Path(config.invocation_params.dir)
    table: dict[str, object] = {}
    for folder in dict.fromkeys((called_in, config.rootpath)):
        table, _ = settings_table(folder)
        if table:
            break
    options = read_options(as_fields(table, RunOptions.__struct_fields__))
    given = {}
    for _, member, _, _, _ in OPTIONS:
        value = config.getoption(f"{DEST}{member}", None)
        if value is not None and value != []:
            given[member] = value
    if given:
        typed = read_options(as_fields(given, RunOptions.__struct_fields__), strict=False)
        options = replace(options, **{member: getattr(typed, member) for member in given})
    # Tests may change the working folder while a run is under way, and each needs an outcome: none is resumed.
    paths = {name: getattr(options, name) for name in PATHS}
    placed = {name: called_in / path for name, path in paths.items() if path is not None}
    return replace(options, resume=False, **placed)
