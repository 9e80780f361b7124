"""The options of a run: what the command line, the configuration and `conformance.run` share."""

from pathlib import Path
from typing import Annotated

import msgspec

from conformance.model.vocabulary import JunitBy, Profile, Strength

MOCK = "mock"
DEFAULT_OUT = Path("conformance-report")
DEFAULT_KEY_VARIABLE = "CONFORMANCE_API_KEY"


Count = Annotated[int, msgspec.Meta(ge=1)]
Number = Annotated[float, msgspec.Meta(gt=0)]


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run can be told.

    Attributes:
        target: `mock` (the reference server, started on a free loopback port), `http(s)://...`, or `asgi:MODULE:APP`.
        model_id: the value of the operation's only path parameter.
        path_params: values of path parameters by name.
        unknown_model_id: a value of the only path parameter that is known to name nothing.
        api_key_env: the environment variable that holds the key.
        api_key_file: a file that holds the key.
        api_key_command: a command that writes the key; run again, once, when the target no longer takes it.
        headers: headers for every request, as `NAME: VALUE`.
        secret_headers: headers whose value is never shown, as `NAME` (given in `headers`) or `NAME=VARIABLE`.
        ca_bundle: certificates to trust (PEM), in the place of the system's.
        client_cert: the certificate to show to the target (PEM).
        client_key: its key, where it is not in the same file.
        profile: how much to send; None is `standard` on loopback and `smoke` elsewhere.
        out: the folder for journal and reports.
        shard: `I/N`, to send only the part I of N parts of the plan.
        seed: the seed of everything random.
        phases: what to send, of `catalogue`, `schemathesis` and `hypothesis`. None is all three for `standard` and
            `full` on loopback, the last two for `fuzz`, and the catalogue alone else: for `smoke`, on other hosts, and
            where `only` names cases and no requirement.
        example_db: the folder where failures of random cases are kept, which the next run begins with.
        only: globs over ids of cases and requirements to keep.
        skip: globs over those to leave out.
        rate: requests a second at most.
        concurrency: requests in flight at most.
        timeout: seconds for one exchange.
        max_response_time: seconds after which an answer is a finding.
        max_body: bytes of one answer at most.
        max_failures: end after so many findings of strength must.
        max_requests: requests at most.
        max_creations: objects created at most.
        time_budget: seconds for the whole run; `fuzz` goes on for so long, 60 seconds by default.
        repeats: how often a new kind of failure is sent again.
        allow_hosts: hosts that are not on this machine and may be sent to.
        allow_name_edges: send odd names to such a host.
        cleanup: remove what was created, at the end.
        allow_plaintext: send the key over http to such a host.
        stateless: the target does not remember or echo anything.
        probes: read what was created, with the requests that `spec/prose.yaml` describes.
        waivers: the file of the failures that are let pass.
        waivers_update: add a draft for each failure that is not waived to that file, after the run.
        resume: go on with the run whose journal is in `out`, if there is one.
        resend_interrupted: where such a run was cut off, send again what was in flight; on loopback it always is.
        fail_on: the weakest strength that fails the run.
        min_coverage: the percentage of the request's keyword sides below which the run fails.
        reports: kinds of reports to write; None for all.
        junit_by: what a test case of the JUnit report stands for.
        spec: another OpenAPI document.
        operation: `METHOD /path` in it.

    """

    target: str = MOCK
    model_id: str | None = None
    path_params: dict[str, str] = {}
    unknown_model_id: str | None = None
    api_key_env: str | None = None
    api_key_file: Path | None = None
    api_key_command: str | None = None
    headers: tuple[str, ...] = ()
    secret_headers: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    profile: Profile | None = None
    out: Path = DEFAULT_OUT
    seed: int = 0
    shard: str | None = None
    phases: tuple[str, ...] | None = None
    example_db: Path | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    rate: Number | None = None
    concurrency: Count = 4
    timeout: Number = 10.0
    max_response_time: Number | None = None
    max_body: Count = 10_000_000
    max_failures: Count | None = None
    max_requests: Count | None = None
    max_creations: Count | None = None
    time_budget: Number | None = None
    repeats: Annotated[int, msgspec.Meta(ge=0)] = 3
    allow_hosts: tuple[str, ...] = ()
    allow_plaintext: bool = False
    allow_name_edges: bool = False
    cleanup: bool = False
    stateless: bool = False
    probes: bool = False
    waivers: Path | None = None
    waivers_update: bool = False
    resume: bool = False
    resend_interrupted: bool = False
    fail_on: Strength = Strength.MUST
    min_coverage: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    reports: tuple[str, ...] | None = None
    junit_by: JunitBy = JunitBy.CASE
    spec: Path | None = None
    operation: str | None = None
