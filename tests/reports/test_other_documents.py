"""`--also-spec`: what a newer version of the document explains, from the journal alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Strength
from conformance.reports.folding.other_documents import explained_by
from conformance.reports.formats.terminal import cause_lines
from conformance.reports.results import Results
from conformance.workflow.api import RunKeywords, run
from conformance.workflow.reporting import report_again

from ..drift.patches import (  # noqa: TID252 (helpers of the room beside)
    Content,
    Patch,
    add,
    backpressure,
    bearer,
    patched,
    summary,
)

FEW = RunKeywords(
    only=("accept.smallest", "accept.typical", "reject.*.min_replica.type*", "accept.*additional-properties*"),
    phases=("catalogue",),
    repeats=0,
    any_key=True,
)
"""Options of a small run."""


def purpose(content: Content) -> None:
    """A required property of the request."""
    add(content, "CreateEnvironmentRequestV1", "purpose", {"type": "string"}, required=True)


Write = Callable[[Patch], Path]


@pytest.fixture
def write(contract: Contract, tmp_path: Path) -> Write:
    """Return what writes the held document with a patch to a file that is named after the patch."""

    def written(patch: Patch) -> Path:
        path = tmp_path / f"{patch.__name__}.json"
        path.write_text(patched(contract, patch).text, encoding="utf-8")
        return path

    return written


@contextmanager
def serving(document: Path, *faults: str) -> Iterator[str]:
    """Serve a document, with faults; yields the URL."""
    contract = load_contract(document)
    with BackgroundServer(reference_app(contract, faults=pick(contract, faults))) as server:
        yield server.url


def explained(results: Results) -> list[tuple[str, ...]]:
    """Return what is said of each cause."""
    return [explained_by(results, cause) for cause in results.causes]


@pytest.mark.slow
def test_a_newer_document_explains_rejected_requests(write: Write, tmp_path: Path) -> None:
    """A target that requires what the newer document requires; a document that says the same explains nothing."""
    newer, same = write(purpose), write(summary)
    out = tmp_path / "out"
    with serving(newer) as url:
        results = run(target=url, also_spec=[newer, same], out=out, **FEW).results
    said = f"explained by {newer}: adds the required request property `purpose`"
    assert [(said,)] == explained(results)
    lines = list(cause_lines(results))
    assert f"         {said}" == lines[1]
    assert [f"{newer} explains 1 of 1 cause and 0 of 0 advisory causes",
            f"{same} explains 0 of 1 cause and 0 of 0 advisory causes"] == lines[2:]  # fmt: skip
    for name in ("summary.md", "report.html"):
        page = (out / name).read_text(encoding="utf-8").lower()
        assert "adds the required request property <code>purpose</code>" in page
    # The server is gone: nothing is sent.
    assert results == report_again(out).results


@pytest.mark.slow
def test_a_newer_document_explains_new_properties_and_no_other_fault(write: Write, tmp_path: Path) -> None:
    """Of one note the findings that it allows; a wrong type is wrong in both documents, and so is an accepted one."""
    newer = write(backpressure)
    faults = ("response.EnvironmentV1.name.integer", "accepts.UpdateAutoscalingSettingsV1.min_replica.*")
    with serving(newer, *faults) as url:
        found = run(target=url, also_spec=[newer], out=tmp_path / "out", **FEW).results
    (document,) = found.also_spec
    (note,) = (each for each in found.causes if each.requirements == ("drift.properties",))
    (by,) = document.causes
    assert note.id == by.cause
    assert {
        "Adds the required response property `request_backpressure_settings`",
        "Adds the required response property `current_deployment.request_backpressure_settings` (and 1 more place)",
    } == set(by.changes)
    assert 2 == sum(each.strength is Strength.MUST for each in found.causes)


@pytest.mark.slow
def test_another_security_scheme_explains_rejected_credentials(write: Write, tmp_path: Path) -> None:
    """The request lacks the credential that the newer document asks for."""
    newer = write(bearer)
    with serving(newer) as url:
        results = run(target=url, also_spec=[newer], out=tmp_path / "out", **FEW).results
    change = "changes the security: removes apiKey header authorization and adds http bearer"
    assert [(f"explained by {newer}: {change}",)] == explained(results)


def test_a_document_without_the_operation_is_an_error_before_the_first_request(tmp_path: Path) -> None:
    """It could explain nothing."""
    path = tmp_path / "other.yaml"
    path.write_text("{openapi: 3.1.0, info: {title: T, version: '1'}, paths: {}}")
    with pytest.raises(UsageError) as raised:
        run(also_spec=[path], out=tmp_path / "out")
    assert f"{path} has no operation POST /v1/models/{{model_id}}/environments" == raised.value.problem
    assert not (tmp_path / "out").exists()
