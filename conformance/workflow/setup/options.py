"""The options of a run: the one table that the command line, files, `conformance.run`, pytest and the docs share."""

from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec

from conformance.model.vocabulary import JunitBy, Profile, Strength
from conformance.workflow.setup.option_table import Option

MOCK = "mock"
DEFAULT_OUT = Path("conformance-report")
DEFAULT_KEY_VARIABLE = "CONFORMANCE_API_KEY"
EXAMPLE_PARAMETER = "conformance"

LANGUAGES = ("python", "python-async", "typescript", "javascript", "curl")
"""What there are templates of harnesses for."""

# Why pytest does not have an option.
NEW_RUN = "each test session is a new run"
CATALOGUE_ONLY = "tests are collected before random cases are generated"

Count = Annotated[int, msgspec.Meta(ge=1)]
Number = Annotated[float, msgspec.Meta(gt=0)]
Percentage = Annotated[float, msgspec.Meta(ge=0, le=100)]
Repeats = Annotated[int, msgspec.Meta(ge=0)]

_target = partial(Option, "Target")
_connection = partial(Option, "Connection and credentials", reaching=True)
_safety = partial(Option, "Safety")
_cases = partial(Option, "Cases")
_pace = partial(Option, "Pace and limits")
_report = partial(Option, "Verdict and reports")
_harness = partial(Option, "Harness")
_screen = partial(Option, "Screen")

# Options that `conformance client` has as well.
Spec = Annotated[Path | None, _target("FILE", "OpenAPI 3 document to test instead of the built-in one.")]
RunSpec = Annotated[
    Path | None,
    _target("FILE", "OpenAPI 3 document instead of the built-in one; also an https URL whose host --allow-host names."),
]
Operation = Annotated[str | None, _target("'METHOD /path'", "Operation of the document, if it has several.")]
FailOn = Annotated[Strength, _report("", "Weakest strength that fails the run.", choices=("must", "should"))]
Reports = Annotated[
    tuple[str, ...] | None, _report("LIST", "Comma-separated report formats.", flag="report", unset="all")
]
Waivers = Annotated[
    Path | None, _report("FILE", "Waiver file (TOML): accepted failures with owner, reason and expiry.")
]
WaiversUpdate = Annotated[
    bool,
    _report(
        "",
        "Add a draft waiver to that file for each failure that is not waived.",
        not_in_pytest="only the command drafts waivers",
    ),
]


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """All options of a run; each says what it is for in its help text."""

    target: Annotated[
        str, _target("URL", "http(s)://..., asgi:MODULE:APP, or mock: the embedded reference server.")
    ] = MOCK
    model_id: Annotated[
        str | None, _target("ID", "Model id: the value of the path parameter. Required for a remote target.")
    ] = None
    path_params: Annotated[
        dict[str, str], _target("NAME=VALUE", "Value of a path parameter, by name. Repeatable.", flag="path-param")
    ] = {}
    params: Annotated[
        dict[str, str],
        _target("NAME=VALUE", "Value of a query, header, cookie or path parameter, by name. Repeatable.", flag="param"),
    ] = {}
    unknown_model_id: Annotated[str | None, _target("ID", "A model id that does not exist on the target.")] = None
    stateless: Annotated[bool, _target("", "The target neither stores nor echoes values (a static mock).")] = False
    any_key: Annotated[bool, _target("", "The target does not distinguish keys (a mock).")] = False
    probes: Annotated[bool, _target("", "Verify created objects with the GET operation.")] = False
    spec: RunSpec = None
    also_spec: Annotated[
        tuple[Path, ...],
        _target("FILE", "Newer version of the document: reports say which causes it explains. Repeatable."),
    ] = ()
    operation: Annotated[
        str | None,
        _target("'METHOD /path'", "Operation of the document, if it has several; `all` tests each in turn."),
    ] = None

    relations: Annotated[
        Path | None,
        _target("FILE", "Relations between requests and responses that are requirements (YAML)."),
    ] = None

    api_key_env: Annotated[
        str | None,
        _connection(
            "NAME",
            "Environment variable that holds the API key (at least 8 characters).",
            unset=f"{DEFAULT_KEY_VARIABLE}; on loopback a built-in key",
        ),
    ] = None
    api_key_file: Annotated[Path | None, _connection("FILE", "File that holds the API key.")] = None
    api_key_command: Annotated[
        str | None, _connection("COMMAND", "Command that prints the API key; run again when the target rejects it.")
    ] = None
    credentials: Annotated[
        tuple[str, ...],
        _connection(
            "SCHEME=SOURCE",
            "Credential of a security scheme of the document: SCHEME=env:NAME or SCHEME=file:PATH. Repeatable.",
            flag="credential",
        ),
    ] = ()
    headers: Annotated[
        tuple[str, ...], _connection("'NAME: VALUE'", "Header for every request. Repeatable.", flag="header")
    ] = ()
    secret_headers: Annotated[
        tuple[str, ...],
        _connection(
            "NAME[=VARIABLE]",
            "Header whose value (at least 8 characters) is redacted: the value given by --header, or that of an "
            "environment variable. Repeatable.",
            flag="secret-header",
        ),
    ] = ()
    ca_bundle: Annotated[Path | None, _connection("FILE", "CA certificates that replace the system's (PEM).")] = None
    client_cert: Annotated[Path | None, _connection("FILE", "Client certificate (PEM).")] = None
    client_key: Annotated[
        Path | None, _connection("FILE", "Private key of the client certificate, if it is in another file (PEM).")
    ] = None

    allow_hosts: Annotated[
        tuple[str, ...],
        _safety("HOST", "Remote host that requests may be sent to. Repeatable.", flag="allow-host", reaching=True),
    ] = ()
    allow_plaintext: Annotated[
        bool, _safety("", "Allow the API key to be sent to a remote host over http.", reaching=True)
    ] = False
    allow_name_edges: Annotated[
        bool,
        _safety("", "Also send edge-case names to remote hosts. Cleanup cannot recognize objects with such names."),
    ] = False
    max_creations: Annotated[
        Count | None,
        _safety("N", "Maximum number of created objects. All but a 4xx counts.", unset="15 for smoke on a remote host"),
    ] = None
    max_requests: Annotated[Count | None, _safety("N", "Maximum number of requests.")] = None
    cleanup: Annotated[bool, _safety("", "Remove created objects at the end of the run.")] = False
    resend_interrupted: Annotated[
        bool,
        _safety(
            "",
            "With --resume: resend the requests that were in flight. On loopback they always are.",
            not_in_pytest=NEW_RUN,
        ),
    ] = False

    profile: Annotated[
        Profile | None, _cases("", "How much to send.", unset="standard on loopback, smoke on remote hosts")
    ] = None
    only: Annotated[
        tuple[str, ...], _cases("GLOB", "Send only cases whose id or requirement matches. Repeatable.")
    ] = ()
    skip: Annotated[tuple[str, ...], _cases("GLOB", "Skip cases whose id or requirement matches. Repeatable.")] = ()
    shard: Annotated[str | None, _cases("I/N", "Send only part I of N; the command `report` merges the parts.")] = None
    seed: Annotated[int, _cases("N", "Seed of all random choices.")] = 0
    phases: Annotated[
        tuple[str, ...] | None,
        _cases(
            "LIST",
            "Comma-separated phases: catalogue, sampler, schemathesis, hypothesis.",
            unset="all but sampler for standard and full on loopback, all but catalogue for fuzz, else catalogue",
            not_in_pytest=CATALOGUE_ONLY,
        ),
    ] = None
    example_db: Annotated[
        Path | None,
        _cases(
            "DIR",
            "Directory, or redis:// server, of random cases that failed; the next run starts with them.",
            not_in_pytest=CATALOGUE_ONLY,
        ),
    ] = None
    repeats: Annotated[Repeats, _cases("N", "Number of times a new kind of failure is sent again.")] = 3

    rate: Annotated[
        Number | None,
        _pace("N", "Maximum requests per second.", unset="unlimited on loopback, 20 on remote hosts", reaching=True),
    ] = None
    timeout: Annotated[Number, _pace("SECONDS", "Timeout of one exchange, in seconds.", reaching=True)] = 10.0
    max_body: Annotated[Count, _pace("BYTES", "Maximum size of a response body, in bytes.", reaching=True)] = 10_000_000
    concurrency: Annotated[Count, _pace("N", "Maximum number of requests in flight.")] = 4
    workers: Annotated[
        str | None,
        _pace(
            "N|auto",
            "Processes that share the run, on this machine unless --executor says otherwise. All limits hold for them "
            "together.",
            unset="1",
            not_in_pytest="a session is one process",
        ),
    ] = None
    executor: Annotated[
        str,
        _pace(
            "",
            "What the workers are: processes of this machine, or workers of a Dask cluster.",
            choices=("processes", "dask"),
            not_in_pytest="a session is one process",
        ),
    ] = "processes"
    scheduler: Annotated[
        str | None,
        _pace(
            "ADDRESS",
            "Dask scheduler (tcp://HOST:PORT) of --executor dask.",
            unset="a cluster on this machine",
            not_in_pytest="a session is one process",
        ),
    ] = None
    time_budget: Annotated[
        Number | None, _pace("SECONDS", "Maximum duration of the run, in seconds.", unset="60 for fuzz, else unlimited")
    ] = None
    max_failures: Annotated[Count | None, _pace("N", "Stop after N findings of strength must.")] = None

    out: Annotated[Path, _report("DIR", "Directory for the journal and the reports.")] = DEFAULT_OUT
    resume: Annotated[
        bool, _report("", "Resume the interrupted run in --out, if there is one.", not_in_pytest=NEW_RUN)
    ] = False
    reports: Reports = None
    waivers: Waivers = None
    waivers_update: WaiversUpdate = False
    junit_by: Annotated[JunitBy, _report("", "What a test case of junit.xml is.")] = JunitBy.CASE
    fail_on: FailOn = Strength.MUST
    min_coverage: Annotated[
        Percentage | None,
        _report(
            "PERCENT",
            "Minimum coverage of the request schema (valid and invalid side of each keyword).",
        ),
    ] = None
    max_response_time: Annotated[
        Number | None, _report("SECONDS", "Maximum response time, in seconds; slower responses are findings.")
    ] = None


class RunCommandOptions(RunOptions, frozen=True, kw_only=True):
    """The options of a run, and those of the command alone: a file may set these too."""

    plan: Annotated[bool, _cases("", "Print what would be sent, and send nothing.")] = False
    quiet: Annotated[bool, _screen("", "Print only the verdict.", short="q")] = False


class ClientOptions(msgspec.Struct, frozen=True, kw_only=True):
    """All options of a run against a client; `command` is the harness and its arguments."""

    command: tuple[str, ...] = ()
    spec: Spec = None
    operation: Operation = None
    profile: Annotated[
        Profile, _cases("", "full: every class of value for every property.", choices=("standard", "full"))
    ] = Profile.STANDARD
    only: Annotated[
        tuple[str, ...], _cases("GLOB", "Play only scenarios whose id or requirement matches. Repeatable.")
    ] = ()
    skip: Annotated[tuple[str, ...], _cases("GLOB", "Skip scenarios whose id or requirement matches. Repeatable.")] = ()
    timeout: Annotated[Number, _pace("SECONDS", "Timeout of one call, in seconds.")] = 10.0
    out: Annotated[Path, _report("DIR", "Directory for the journal and the reports.")] = Path("conformance-client")
    reports: Reports = None
    waivers: Waivers = None
    waivers_update: WaiversUpdate = False
    fail_on: FailOn = Strength.MUST


class ClientCommandOptions(ClientOptions, frozen=True, kw_only=True):
    """The options of a run against a client, and those of the command alone: a file may set these too."""

    init: Annotated[str | None, _harness("", "Write a harness template and exit.", choices=LANGUAGES)] = None
    show_list: Annotated[bool, _cases("", "List the scenarios and exit.", flag="list")] = False
    quiet: Annotated[bool, _screen("", "Print only the verdict.", short="q")] = False
