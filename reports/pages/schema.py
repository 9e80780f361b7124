"""The schemas of request and response as trees: what was tested of each node, and the outcome."""

from collections.abc import Iterable

import msgspec

from conformance.coverage.keywords import Exercised
from conformance.model.grouping import grouped
from conformance.model.pointer import generalised, last, parent, split
from conformance.model.vocabulary import Group, Outcome
from conformance.reports.evidence import RunReport
from conformance.reports.folding.outcomes import of_finding, worst

DEEPEST = 9
"""The deepest indent."""

REQUEST = frozenset({Group.ACCEPTANCE, Group.REJECTION, Group.ADVISORY})
"""Groups whose findings point into the request; those of the others point into the response."""


class KeywordRow(msgspec.Struct, frozen=True):
    """A keyword at a node: the type it is about, and how many bodies kept and broke it (None: it has no such side)."""

    keyword: str
    type: str
    valid: int | None
    invalid: int | None

    @property
    def missing(self) -> bool:
        """Whether a side was not exercised."""
        return 0 in (self.valid, self.invalid)


class NodeRow(msgspec.Struct, frozen=True):
    """A node of a schema: its pointer into the body, where its schema is, what was tested, and the outcome.

    `notes` are findings of advisory requirements, `findings` the others.
    """

    path: str
    name: str
    depth: int
    types: str
    source: str
    keywords: tuple[KeywordRow, ...]
    outcome: Outcome
    findings: int
    notes: int


class Tree(msgspec.Struct, frozen=True):
    """The schema of one body; `sides` of keywords there are, `exercised` of them were."""

    title: str
    about: str
    sides: int
    exercised: int
    nodes: tuple[NodeRow, ...]


def trees(run: RunReport) -> list[Tree]:
    """Return the trees of request and response, where the run has coverage."""
    coverage = run.results.coverage
    if coverage is None:
        return []
    found = [
        _tree(run, "Request", "bodies that were sent and got a response", coverage.request.keywords, of_request=True)
    ]
    if coverage.response is not None:
        about = "bodies that were received; an invalid one is a violation"
        found.append(_tree(run, "Response", about, coverage.response.keywords, of_request=False))
    return found


def _tree(run: RunReport, title: str, about: str, rows: Iterable[Exercised], *, of_request: bool) -> Tree:
    against: dict[str, list[Outcome]] = {}
    for finding in run.results.findings:
        group = run.rows[finding.requirement].group
        # An advisory finding without a place is about the exchange as a whole.
        if (group in REQUEST) is of_request and (finding.pointer or group is not Group.ADVISORY):
            outcome = of_finding(finding.strength, finding.waiver)
            against.setdefault(generalised(finding.pointer), []).append(outcome)
    by_path = grouped((row.path, row) for row in rows)
    sides = [side for row in rows for side in (row.valid, row.invalid if of_request else None) if side is not None]
    nodes = tuple(_node(path, each, against.get(path, [])) for path, each in _ordered(by_path))
    return Tree(title, about, len(sides), sum(map(bool, sides)), nodes)


def _ordered(by_path: dict[str, list[Exercised]]) -> Iterable[tuple[str, list[Exercised]]]:
    """Return the paths with each node before, and next to, what is below it; properties in the document's order."""
    places = {path: place for place, path in enumerate(by_path)}

    def key(path: str) -> list[int]:
        steps = [path]
        while steps[-1]:
            steps.append(parent(steps[-1]))
        return [places.get(step, -1) for step in reversed(steps)]

    return sorted(by_path.items(), key=lambda pair: key(pair[0]))


def _node(path: str, rows: list[Exercised], against: list[Outcome]) -> NodeRow:
    own = [row for row in rows if row.keyword != "required"] or rows
    exercised = any(row.valid or row.invalid for row in rows)
    return NodeRow(
        path=path,
        name=last(path) if path else "(the body)",
        depth=min(len(split(path)), DEEPEST),
        types=" or ".join(dict.fromkeys(row.type for row in own)),
        source=parent(own[0].source),
        keywords=tuple(KeywordRow(row.keyword, row.type, row.valid, row.invalid) for row in rows),
        outcome=worst([*against, *([Outcome.PASSED] if exercised else [])]),
        findings=len(against) - against.count(Outcome.OBSERVED),
        notes=against.count(Outcome.OBSERVED),
    )
