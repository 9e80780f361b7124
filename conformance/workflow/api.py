"""The public Python call."""

import difflib
import os
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

import msgspec

from conformance.model.errors import UsageError
from conformance.model.vocabulary import JunitBy, Profile, Strength
from conformance.targets.httpx_client.users_client import is_client
from conformance.workflow.reporting import RunResult
from conformance.workflow.run import run as run_options
from conformance.workflow.setup.options import RunOptions

CHOICES: dict[str, type[StrEnum]] = {"profile": Profile, "fail_on": Strength, "junit_by": JunitBy}
LISTS = frozenset({"phases", "only", "skip", "allow_hosts", "reports"})
"""Options that are lists, for which one text will do."""


class HttpxClient(Protocol):
    """A `Client` or `AsyncClient` of httpx or httpx2."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""

    @property
    def base_url(self) -> object:
        """Where its requests go."""


class Options(TypedDict, total=False):
    """The keyword arguments of `run`; see `RunOptions` for their meaning and defaults, and `run` for `target`."""

    target: str | HttpxClient
    model_id: str
    path_params: dict[str, str]
    unknown_model_id: str
    api_key_env: str
    api_key_file: Path | str
    api_key_command: str
    headers: tuple[str, ...]
    secret_headers: tuple[str, ...]
    ca_bundle: Path | str
    client_cert: Path | str
    client_key: Path | str
    profile: str
    out: Path | str
    seed: int
    shard: str
    phases: tuple[str, ...]
    example_db: Path | str
    only: tuple[str, ...]
    skip: tuple[str, ...]
    rate: float
    concurrency: int
    timeout: float
    max_response_time: float
    max_body: int
    max_failures: int
    max_requests: int
    max_creations: int
    time_budget: float
    repeats: int
    allow_hosts: tuple[str, ...]
    allow_plaintext: bool
    allow_name_edges: bool
    cleanup: bool
    stateless: bool
    probes: bool
    waivers: Path | str
    waivers_update: bool
    resume: bool
    resend_interrupted: bool
    fail_on: str
    reports: tuple[str, ...]
    junit_by: str
    spec: Path | str
    operation: str


def run(**options: Unpack[Options]) -> RunResult:
    """Test an endpoint and write journal and reports, as `conformance run` does.

    `target` may also be a client of yours, of httpx or httpx2, with a base URL: mocked (as with respx), before an ASGI
    or WSGI application, or with an authentication, certificates and proxies of its own. The client is neither changed
    nor closed. What it does not send as it stands is not exercised, with the reason.

    The host of the base URL must be this machine or one of `allow_hosts`, even where respx mocks it, since nobody can
    tell what respx lets through; only the transports of the library for ASGI, WSGI and mocks may name any host. Where
    the client's headers or its `auth` hold the credential, that is what right requests carry; requests with none or a
    wrong one are sent without it, and what would need the text of a key that does not show is not exercised.

    Returns the results, the folder of the reports, and the exit status of the command.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.

    Example:
        >>> import conformance
        >>> result = conformance.run(target="http://127.0.0.1:4010", stateless=True)  # doctest: +SKIP
        >>> result.results.verdict  # doctest: +SKIP
        <Verdict.CONFORMING: 'conforming'>

    """
    values: dict[str, object] = dict(options)
    client = values.pop("target") if is_client(values.get("target")) else None
    return run_options(read_options(values), client=client)


def read_options(values: dict[str, object], *, strict: bool = True) -> RunOptions:
    """Return options from their values by name; where that is not `strict`, texts are read as numbers and the like.

    Raises:
        UsageError: there is no option of that name, or it takes no such value.

    """
    known = RunOptions.__struct_fields__
    for name, value in values.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            remedy = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(known)}"
            raise UsageError(f"run has no option {name!r}", remedy)
        choice = CHOICES.get(name)
        if choice is not None and value is not None and value not in tuple(choice):
            raise UsageError(f"{name} cannot be {value!r}", f"choose from {', '.join(choice)}")
    listed = {name: (value,) if name in LISTS and isinstance(value, str) else value for name, value in values.items()}
    try:
        return msgspec.convert(listed, RunOptions, dec_hook=_path, strict=strict)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise UsageError(f"{where.strip('`$.') or 'an option'}: {what[:1].lower()}{what[1:]}") from error


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | os.PathLike):
        return Path(value)
    raise TypeError(f"Expected a path, got `{type(value).__name__}`")
