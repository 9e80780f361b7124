"""Why the requirement that a fault breaks did not fail, by the journal of the run."""

from collections import Counter
from collections.abc import Mapping, Sequence

from conformance.contract.contract import Contract
from conformance.journal.events import AnyEvent, FindingMade, Judged, RequestSent, RunEnded
from conformance.model.vocabulary import Strength
from conformance.reports.formats.terminal import counted
from conformance.runner.plan import Plan, requirements_of


def reason(contract: Contract, plan: Plan, requirement: str, shown: int, events: Sequence[AnyEvent]) -> str:
    """Return why a requirement did not fail in a run against a server that breaks it.

    `shown` is the number of responses in which the fault showed.
    """
    if not shown:
        return "No request of the profile triggers the fault"
    ended = next((event for event in reversed(events) if isinstance(event, RunEnded)), None)
    if ended is not None and ended.lost:
        return f"The run ended early ({ended.reason})"
    about = {item.id for item in plan.items if requirement in requirements_of(item)}
    names = {event.send: event.relation or event.case.id for event in events if isinstance(event, RequestSent)}
    asked = about & set(names.values())
    held = _held(contract, requirement, events)
    wrong = _wrong(contract, names, events)
    if held:
        return f"The requirement passed on {counted(len(held), 'response')}; the fault changed {shown}"
    if not asked:
        return "No request of the profile exercises the requirement"
    others = Counter(name for each in asked for name in wrong.get(each, ()))
    common = " and ".join(name for name, _ in others.most_common(2))
    before = f"; {common} failed first on {len(asked & wrong.keys())} of them" if others else ""
    return f"No response to {counted(len(asked), 'case')} of the requirement decides it{before}"


def _wrong(contract: Contract, names: Mapping[int, str], events: Sequence[AnyEvent]) -> dict[str, set[str]]:
    """Return the requirements, other than advisory ones, that failed, by case or relation."""
    found: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, FindingMade):
            row = contract.by_id[event.finding.requirement]
            if row.strength is not Strength.ADVISORY:
                found.setdefault(names[event.send], set()).add(row.id)
    return found


def _held(contract: Contract, requirement: str, events: Sequence[AnyEvent]) -> list[int]:
    """Return the numbers of the requests whose responses passed a requirement."""
    index = next(number for number, row in enumerate(contract.requirements) if row.id == requirement)
    return [event.send for event in events if isinstance(event, Judged) and event.held >> index & 1]
