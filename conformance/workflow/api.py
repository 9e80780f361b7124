"""The public Python call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

from conformance.targets.httpx_client.users_client import is_client
from conformance.workflow.reporting import RunResult
from conformance.workflow.run import run as run_options
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import RunOptions


class HttpxClient(Protocol):
    """A `Client` or `AsyncClient` of httpx or httpx2."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""

    @property
    def base_url(self) -> object:
        """Where its requests go."""


class RunKeywords(TypedDict, total=False):
    """The keyword arguments of `run`: the options of `RunOptions`, with the types that a caller may give."""

    target: str | HttpxClient
    model_id: str | None
    path_params: dict[str, str]
    params: dict[str, str]
    unknown_model_id: str | None
    stateless: bool
    any_key: bool
    probes: bool
    spec: Path | str | None
    also_spec: Sequence[Path | str]
    operation: str | None
    relations: Path | str | None
    api_key_env: str | None
    api_key_file: Path | str | None
    api_key_command: str | None
    credentials: Sequence[str]
    headers: Sequence[str]
    secret_headers: Sequence[str]
    ca_bundle: Path | str | None
    client_cert: Path | str | None
    client_key: Path | str | None
    allow_hosts: Sequence[str]
    allow_plaintext: bool
    allow_name_edges: bool
    max_creations: int | None
    max_requests: int | None
    cleanup: bool
    resend_interrupted: bool
    profile: str | None
    only: Sequence[str]
    skip: Sequence[str]
    shard: str | None
    seed: int
    phases: Sequence[str] | None
    example_db: Path | str | None
    repeats: int
    rate: float | None
    timeout: float
    max_body: int
    concurrency: int
    workers: str | None
    executor: str
    scheduler: str | None
    time_budget: float | None
    max_failures: int | None
    out: Path | str
    resume: bool
    reports: Sequence[str] | None
    waivers: Path | str | None
    waivers_update: bool
    junit_by: str
    fail_on: str
    min_coverage: float | None
    max_response_time: float | None


def run(**options: Unpack[RunKeywords]) -> RunResult:
    """Test an endpoint and write journal and reports, as `conformance run` does.

    `target` can also be a client object of httpx or httpx2 with a base URL: mocked (as with respx), with an ASGI or
    WSGI application, or with its own authentication, certificates and proxies. The client is neither changed nor
    closed. Requests that it does not send unchanged are not exercised, with the reason.

    The host of the base URL must be this machine or one of `allow_hosts`, even where respx mocks it, because respx may
    pass requests through; only the transports of the library for ASGI, WSGI and mocks may have any host. Where the
    client's headers or its `auth` have the credential, valid requests use it; requests with none or a wrong one are
    sent without it. If the suite cannot read the key, requirements about the key in other places are not exercised.

    Returns the results, the folder of the reports, and the exit status of the command.

    Args:
        options: each option of `conformance run` as a keyword (`docs/options.md`): times are in seconds, sizes in
            bytes, rates in requests per second; a list may be a single string. Files that set options are not read.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.
        RunStoppedError: what was sent cannot be recorded or reported, or Ctrl-C or SIGTERM ended the run.

    Examples:
        >>> import conformance
        >>> result = conformance.run(target="http://127.0.0.1:4010", stateless=True)  # doctest: +SKIP
        >>> result.results.verdict  # doctest: +SKIP
        <Verdict.CONFORMING: 'conforming'>

    """
    values: dict[str, object] = dict(options)
    client = values.pop("target") if is_client(values.get("target")) else None
    return run_options(read_options(RunOptions, values), client=client)
