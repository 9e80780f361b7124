"""What a failed test says: which requirement, what was sent, what came, and how to send it again."""

from collections.abc import Iterable, Iterator
from datetime import date

from conformance.contract.contract import Contract
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Strength
from conformance.model.waiver import Waiver
from conformance.reports.curl import curl
from conformance.reports.safe_text import cut, short, visible

LONGEST_BODY = 1_500
LONGEST_LINE = 300
FINDINGS = 8
"""How many findings of one answer are told."""

EXCHANGES = 4
"""How many exchanges of a relation are shown."""


def weighs(contract: Contract, each: Judgement | Doubt, fail_on: Strength) -> bool:
    """Tell whether a finding or doubt is about a requirement that is at least as strong as `fail_on`."""
    against = isinstance(each, Finding | Doubt)
    return against and contract.by_id[each.requirement].strength.rank <= fail_on.rank


def waived(contract: Contract, finding: Finding, waivers: Iterable[Waiver], today: date) -> bool:
    """Tell whether a waiver that is in force lets a finding pass."""
    about = finding.requirement, str(finding.cause), str(finding.pattern)
    weighs = contract.by_id[finding.requirement].strength is not Strength.ADVISORY
    return weighs and any(each.covers(*about) and today <= each.expires for each in waivers)


def explained(
    contract: Contract, found: Iterable[Judgement | Doubt], exchanges: Iterable[Exchange], base: str = ""
) -> str:
    """Return the findings and doubts in `found` with the exchanges that show them; empty where there are none.

    `base` is the URL that the command line for cURL sends to.
    """
    against = sorted(
        (each for each in found if isinstance(each, Finding | Doubt)),
        key=lambda each: contract.by_id[each.requirement].strength.rank,
    )
    if not against:
        return ""
    lines = [line for each in against[:FINDINGS] for line in _finding(contract.by_id[each.requirement], each)]
    if len(against) > FINDINGS:
        lines.append(f"and {len(against) - FINDINGS} more findings in the report")
    shown = list(exchanges)
    for exchange in shown[:EXCHANGES]:
        lines += ["", *_exchange(exchange)]
    if len(shown) > EXCHANGES:
        lines += ["", f"and {len(shown) - EXCHANGES} more exchanges in the report"]
    if shown:
        lines += ["", "send it again with:", *curl(base, shown[0].request).splitlines()]
    return "\n".join(lines)


def _finding(row: Requirement, each: Finding | Doubt) -> Iterator[str]:
    yield f"{row.strength.value}: {row.id}"
    yield f"    {short(row.title, LONGEST_LINE)}"
    if isinstance(each, Doubt):
        word = "error of the suite" if each.ours else "inconclusive"
        yield f"    {word}: {short(each.reason, LONGEST_LINE)}"
    else:
        yield f"    {short(each.message, LONGEST_LINE)}"
        for word, text in (("at", each.pointer), ("expected", each.expected), ("actual", each.actual)):
            if text:
                yield f"    {word}: {short(text, LONGEST_LINE)}"
    if row.source:
        yield f"    source: {short(', '.join(row.source), LONGEST_LINE)}"


def _exchange(exchange: Exchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    yield "sent:"
    yield from _message(f"{request.method} {request.target}", request.headers, request.body)
    yield "received:"
    if exchange.failure is not None:
        yield f"    {exchange.failure.value}: {short(exchange.detail, LONGEST_LINE)}".rstrip(": ")
    if response is not None:
        yield from _message(f"{response.status} {response.reason}".rstrip(), response.headers, response.body)


def _message(line: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> Iterator[str]:
    yield f"    {short(line, LONGEST_LINE)}"
    for name, value in headers:
        yield f"    {short(f'{name}: {value}', LONGEST_LINE)}"
    if body:
        text = visible(cut(body[: LONGEST_BODY * 4].decode("utf-8", "backslashreplace"), LONGEST_BODY))
        yield ""
        yield from (f"    {each}" for each in text.splitlines())
