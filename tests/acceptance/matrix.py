"""The matrix of servers and clients of other makers: `docs/matrix.md`, and the same as HTML pages with all evidence.

`python -m tests.acceptance.matrix` tests all of them and writes both. Names choose some of them, and the name `none`
chooses none: what is known of the others from the last time stays. It needs `npm install` in this folder, and ten
minutes. The tests of this folder hold the page to what they find, versions and dates aside.
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import conformance
from conformance.diagnosis.causes import Cause
from conformance.journal.reading import read_journal
from conformance.model.case import Request
from conformance.model.vocabulary import Strength
from conformance.reports.evidence import RunReport
from conformance.reports.folding.fold import fold_run
from conformance.reports.formats.markdown import code, prose, text
from conformance.reports.results import Results
from conformance.reports.safe_text import count
from conformance.workflow.client import run_client
from conformance.workflow.comparison import write_matrix
from conformance.workflow.setup.options import ClientOptions
from tests.acceptance.client_libraries import LIBRARIES, ClientTarget
from tests.acceptance.servers import HERE, SERVERS, ServerTarget

PAGE = HERE.parents[1] / "docs" / "matrix.md"
OUT = HERE.parents[1] / "build" / "matrix"
NAME = re.compile(rb"cfm-[0-9a-f]{8}-[0-9a-z]{4}")
LONGEST = 100
"""How many bytes of a body are shown."""

HEAD = """\
# Servers and clients of other makers

What the suite finds about well-known mock servers, frameworks and client libraries, each by the built-in document and
as its makers configure it. Every fault is one cause: the request that shows it is the smallest that the run found.
What is only noted (advisory requirements) is not listed. `tests/acceptance/matrix.py` makes this page, and the
acceptance tests hold it to what they find.

A fault here is a difference from the document, which a mock may have on purpose: Prism does not store anything, and
Mockoon validates no request.
"""

Row = tuple[str, str]


def told(results: Results) -> list[Row]:
    """Return the strength and the sentence of each cause, as the page has them."""
    return sorted((each.strength.value, prose(each.sentence)) for each in _against(results))


def listed(name: str) -> list[Row]:
    """Return what the page tells of a target."""
    rows = re.findall(r"^\| (must|should) \| (.*?) \| ", sections(PAGE.read_text(encoding="utf-8"))[name], re.MULTILINE)
    return sorted(rows)


def sections(page: str) -> dict[str, str]:
    """Return the text below each heading of a page, by the heading."""
    parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section(version: str, run: RunReport) -> str:
    """Return what the page tells of a target."""
    results = run.results
    causes = _against(results)
    what = [count(results.counts.requests, "request"), count(len(causes), "fault")]
    lines = ["", f"Version {text(version)}, {results.started_at[:10]}: {results.verdict.value}, {', '.join(what)}."]
    if results.lost:
        lines[-1] += " The target ended before the run did."
    if causes:
        lines += ["", "| strength | fault | case | request |", "| --- | --- | --- | --- |"]
        lines += [_row(run, each) for each in causes]
    return "\n".join([*lines, "", ""])


def _against(results: Results) -> list[Cause]:
    return [each for each in results.causes if each.strength is not Strength.ADVISORY]


def _row(run: RunReport, cause: Cause) -> str:
    evidence = run.by_case[cause.case]
    request = evidence.shown(cause.finding).exchange.request
    cells = (cause.strength.value, prose(cause.sentence), code(cause.case), ", ".join(_shown(run, request)))
    return f"| {' | '.join(cells)} |"


def _shown(run: RunReport, request: Request) -> Iterator[str]:
    """Yield what there is to see of a request: the line where it is another one, fields of the case, the body."""
    method, _, path = run.results.contract.operation.partition(" ")
    usual = re.sub(r"\\\{[^}]*\\\}", "[A-Za-z0-9_-]+", re.escape(path))
    if request.method != method or not re.fullmatch(usual, request.target):
        yield code(f"{request.method} {request.target[:LONGEST]}")
    fields = {name.lower(): value for name, value in request.headers}
    if fields.get("content-type", "application/json") != "application/json":
        yield code(f"Content-Type: {fields['content-type']}")
    if fields.get("authorization") not in {"Api-Key $API_KEY", None}:
        yield code(f"Authorization: {fields['authorization']}")
    if "authorization" not in fields:
        yield "no `Authorization`"
    if request.hosts != 1:
        yield f"{request.hosts} `Host`"
    if request.body:
        body = NAME.sub(b"a", request.body)
        more = f" ... ({len(body)} bytes)" if len(body) > LONGEST else ""
        yield code(body[:LONGEST].decode(errors="backslashreplace") + more)


def _run_server(target: ServerTarget, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, target.start(Path(folder)) as url:
        conformance.run(target=url, out=out, **target.options)


def _run_library(target: ClientTarget, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_client(ClientOptions(command=target.command(Path(folder)), out=out))


def main(names: Sequence[str]) -> None:
    """Test the targets that are named, all without names, and write the pages."""
    kept = sections(PAGE.read_text(encoding="utf-8")) if names and PAGE.exists() else {}
    folders: dict[str, list[Path]] = {"servers": [], "clients": []}
    for target in (*SERVERS, *LIBRARIES):
        kind = "servers" if isinstance(target, ServerTarget) else "clients"
        folder = OUT / kind / re.sub(r"[^a-z0-9.]+", "-", target.name.lower())
        if not names or target.name in names:
            print(target.name, flush=True)  # noqa: T201 (a program)
            if isinstance(target, ServerTarget):
                _run_server(target, folder)
            else:
                _run_library(target, folder)
        if folder.is_dir():
            kept[target.name] = section(target.version(), fold_run(read_journal(folder)))
            folders[kind].append(folder)
    order = [target.name for target in (*SERVERS, *LIBRARIES) if target.name in kept]
    page = "\n".join([HEAD, *(f"## {name}\n{kept[name]}".rstrip() + "\n" for name in order)])
    PAGE.write_text(page, encoding="utf-8")
    for kind, found in folders.items():
        if found:
            write_matrix(found, OUT / kind)


if __name__ == "__main__":
    main(sys.argv[1:])
