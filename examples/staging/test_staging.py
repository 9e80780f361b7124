"""The staging server conforms to its contract."""

import os
from collections.abc import Callable
from pathlib import Path

import conformance


def test_staging_conforms(conformance_run: Callable[..., conformance.RunResult]) -> None:
    """No requirement of strength must fails; the report has the reasons where one does."""
    result = conformance_run(target=os.environ["STAGING_URL"], out=Path("conformance-report"))
    causes = [f"{cause.strength}: {cause.sentence}" for cause in result.results.causes]
    assert result.results.verdict is conformance.Verdict.CONFORMING, "\n".join(causes)
