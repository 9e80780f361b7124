"""The public Python call."""

from pathlib import Path
from typing import Unpack, TypedDict

from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile, Strength
from conformance.workflow.options import RunOptions
from conformance.workflow.running import RunResult
from conformance.workflow.running import run as run_options


class Options(TypedDict, total=False):
    """The keyword arguments of `run`; see `RunOptions` for their meaning and defaults."""

    target: str
    model_id: str
    path_params: dict[str, str]
    unknown_model_id: str
    api_key_env: str
    profile: str
    out: Path | str
    seed: int
    only: tuple[str, ...]
    skip: tuple[str, ...]
    rate: float
    concurrency: int
    timeout: float
    max_response_time: float
    max_failures: int
    max_requests: int
    max_creations: int
    time_budget: float
    repeats: int
    allow_hosts: tuple[str, ...]
    allow_plaintext: bool
    stateless: bool
    probes: bool
    fail_on: str
    reports: tuple[str, ...]
    spec: Path | str
    operation: str


def run(**options: Unpack[Options]) -> RunResult:
    """Test an endpoint and write journal and reports, as `conformance run` does.

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
    known = RunOptions.__struct_fields__
    for name in values:
        if name not in known:
            raise UsageError(f"run has no option {name!r}", f"it has: {', '.join(known)}")
    for name, choice in (("profile", Profile), ("fail_on", Strength)):
        if name in values:
            values[name] = _chosen(name, str(values[name]), choice)
    for name in ("out", "spec"):
        if name in values:
            values[name] = Path(str(values[name]))
    for name in ("only", "skip", "allow_hosts", "reports"):
        if name in values:
            held = values[name]
            values[name] = (held,) if isinstance(held, str) else tuple(held)  # type: ignore[arg-type]
    return run_options(RunOptions(**values))  # type: ignore[arg-type]


def _chosen(name: str, value: str, choice: type[Profile] | type[Strength]) -> Profile | Strength:
    try:
        return choice(value)
    except ValueError as error:
        raise UsageError(f"{name} cannot be {value!r}", f"choose from {', '.join(choice)}") from error
