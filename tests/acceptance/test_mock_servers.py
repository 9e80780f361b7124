"""The suite against mock servers of other makers: their real faults, and nothing else."""

from pathlib import Path

import conformance
from tests.acceptance.conftest import Serve

PRISM = ("mock", "-h", "127.0.0.1", "-p", "{port}", "{document}")
MOCKOON = (
    "start", "--data", "{document}", "--port", "{port}", "--hostname", "127.0.0.1",
    "--disable-log-to-file", "--disable-admin-api",
)  # fmt: skip


def test_prism_fails_only_where_it_answers_500(serve: Serve, tmp_path: Path) -> None:
    """Prism breaks no must but one: it answers 500 to an unknown media type and to arrays nested 100,000 deep."""
    result = conformance.run(target=serve("prism", *PRISM), stateless=True, out=tmp_path, repeats=0)
    failed = {cause.sentence for cause in result.results.causes if cause.strength == "must"}
    assert failed == {
        "answers 500 to an undeclared media type",
        "answers 500 to arrays nested 100,000 deep",
    }


def test_prism_takes_any_authorization_scheme_as_one_cause(serve: Serve, tmp_path: Path) -> None:
    """That Prism takes every Authorization is one cause, a warning, not one a scheme."""
    target = serve("prism", *PRISM)
    result = conformance.run(target=target, stateless=True, out=tmp_path, repeats=0, only=("*credential*",))
    schemes = [cause for cause in result.results.causes if "scheme" in cause.sentence]
    assert [cause.strength for cause in schemes] == ["should"]


def test_mockoon_dates_are_one_cause_at_created_at(serve: Serve, tmp_path: Path) -> None:
    """Mockoon's texts that are no date-time fail the run, as one cause with the place `/created_at`."""
    target = serve("mockoon-cli", *MOCKOON)
    result = conformance.run(target=target, stateless=True, out=tmp_path, repeats=0)
    dates = [cause for cause in result.results.causes if "date-time" in cause.sentence]
    assert result.exit_status == 1
    assert len(dates) == 1
    assert "/created_at" in dates[0].pointers
