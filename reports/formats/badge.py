"""`badge.svg`: the verdict as a picture for a README."""

from html import escape

from conformance.model.vocabulary import Outcome, Verdict
from conformance.reports.evidence import RunReport

FILENAME = "badge.svg"

LABEL = "conformance"
COLOURS = {Verdict.CONFORMING: "#17704a", Verdict.NOT_CONFORMING: "#b3261e", Verdict.INCONCLUSIVE: "#6e5a00"}
"""The colour of each verdict; white on it has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

_WIDTH, _MARGIN = 6.6, 8
"""The mean width of a letter at the size of the badge, and the space beside a text, in pixels."""


def render(run: RunReport) -> bytes:
    """Return the bytes of `badge.svg`: the verdict, and how many requirements hold of those that were exercised."""
    counts = run.results.counts.requirements
    exercised = sum(counts.values()) - counts[Outcome.NOT_EXERCISED]
    said = f"{run.results.verdict.value} {counts[Outcome.PASSED] + counts[Outcome.OBSERVED]}/{exercised}"
    return _svg(said, COLOURS[run.results.verdict]).encode()


def _svg(said: str, colour: str) -> str:
    left, right = (round(len(text) * _WIDTH) + 2 * _MARGIN for text in (LABEL, said))
    texts = "".join(
        f'<text x="{x}" y="14" textLength="{width - 2 * _MARGIN}">{escape(text)}</text>'
        for x, width, text in ((_MARGIN, left, LABEL), (left + _MARGIN, right, said))
    )
    title = escape(f"{LABEL}: {said}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3d4248"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
