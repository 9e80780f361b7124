"""Runs of all operations of a document: one after the other, a directory for each, limits over all."""

import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import Operation, operations, pick_operation
from conformance.contract.reading.document import load_document
from conformance.contract.requirements.rows import DATA
from conformance.model.errors import ContractError, UsageError
from conformance.workflow.campaign import Begin, TargetResult, carry_out
from conformance.workflow.setup.campaign_file import CampaignFile
from conformance.workflow.setup.options import RunOptions

ALL = "all"
"""What names every operation in the place of one."""


class Operations(msgspec.Struct, frozen=True):
    """The runs of a document's operations, by the name of their directory; `untested` says why others have none."""

    runs: CampaignFile
    untested: tuple[str, ...] = ()


def every_operation(options: RunOptions) -> Operations:
    """Return a run for each operation of the document of `options` that has a JSON body, or none.

    Parameters and credentials that are given go to the operations that have them.

    Raises:
        ContractError: the document cannot be read, or no operation can be tested.
        UsageError: no document is given, or no operation has a parameter or a security scheme that is given.

    """
    if options.spec is None:
        raise UsageError("--operation all needs a document", "name one with --spec")
    if options.shard:
        raise UsageError("--operation all and --shard exclude each other", "run each operation in shards")
    document = load_document(options.spec)
    found: dict[str, Operation] = {}
    untested = []
    for name in operations(document):
        try:
            found[_directory(name, found)] = pick_operation(document, name)
        except ContractError as error:
            untested.append(str(error))
    if not found:
        raise ContractError(f"{document.name} has no operation that can be tested", untested[0] if untested else "")
    _check_given(options, list(found.values()))
    return Operations(
        CampaignFile({name: _options_of(options, each) for name, each in found.items()}, options.out), tuple(untested)
    )


def contracts_of(spec: Path) -> tuple[tuple[Contract, ...], tuple[str, ...]]:
    """Return the contract of each operation of a document that can be tested, and why the others cannot.

    Raises:
        ContractError: the document cannot be read, or no operation can be tested.

    """
    document = load_document(spec)
    found, untested = [], []
    for name in operations(document):
        try:
            found.append(build_contract(document, pick_operation(document, name), files(DATA)))
        except ContractError as error:
            untested.append(str(error))
    if not found:
        raise ContractError(f"{document.name} has no operation that can be tested", untested[0] if untested else "")
    return tuple(found), tuple(untested)


def carry_out_all(file: CampaignFile, begin: Begin) -> Iterator[TargetResult]:
    """Yield the result of each operation as it is done, as `carry_out`.

    `max_requests`, `max_creations` and `time_budget` are limits of all runs together: what is left of them is the
    limit of the next one, and where nothing is left the rest are not run.
    """
    began = time.monotonic()
    requests = creations = 0
    for name, options in file.targets.items():
        limited = _within(options, requests, creations, time.monotonic() - began)
        if limited is None:
            return
        one = CampaignFile({name: limited}, file.out)
        for each in carry_out(one, [name], begin, resume=options.resume):
            yield each
            if each.interrupted:
                return
            if each.result is not None:
                requests += each.result.results.counts.requests
                creations += each.result.results.counts.creations


def _within(options: RunOptions, requests: int, creations: int, seconds: float) -> RunOptions | None:
    """Return options with what is left of their limits, None where nothing is."""
    limits = {
        "max_requests": (options.max_requests, requests),
        "max_creations": (options.max_creations, creations),
        "time_budget": (options.time_budget, seconds),
    }
    left = {name: most - used for name, (most, used) in limits.items() if most is not None}
    return None if any(each <= 0 for each in left.values()) else replace(options, **left)


def _directory(name: str, taken: dict[str, Operation]) -> str:
    """Return what the directory of an operation is called: letters, digits and hyphens, and no name twice."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    found, number = slug, 2
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    return found


def _schemes(operation: Operation) -> set[str]:
    return {each.id for held in operation.alternatives for each in held}


def _parameters(operation: Operation) -> set[str]:
    return {*operation.path_parameters, *(each.name for each in operation.parameters)}


def _options_of(options: RunOptions, operation: Operation) -> RunOptions:
    """Return the options of the run of one operation: what is given for others is left out."""
    names, schemes = _parameters(operation), _schemes(operation)
    return replace(
        options,
        operation=operation.name,
        model_id=options.model_id if len(operation.path_parameters) == 1 else None,
        path_params={name: text for name, text in options.path_params.items() if name in operation.path_parameters},
        params={name: text for name, text in options.params.items() if name in names},
        credentials=tuple(each for each in options.credentials if each.partition("=")[0] in schemes),
    )


def _check_given(options: RunOptions, found: list[Operation]) -> None:
    """Raise what is given for no operation: it would be ignored without a word."""
    for kind, given, known in (
        ("parameter", [*options.params, *options.path_params], {each for one in found for each in _parameters(one)}),
        (
            "security scheme",
            [each.partition("=")[0] for each in options.credentials],
            {each for one in found for each in _schemes(one)},
        ),
    ):
        for name in given:
            if name not in known:
                has = ", ".join(sorted(known)) or "none"
                raise UsageError(f"no operation has a {kind} {name!r}", f"they have: {has}")
