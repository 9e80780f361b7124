"""Operations: everything that changed between two documents of one operation."""

import re
from collections.abc import Iterator

from conformance.contract.operations.operation import Operation, operations
from conformance.contract.reading.document import Document
from conformance.drift.bodies import compare_requests, compare_responses
from conformance.drift.changes import Change, Effect, Level, Part, Side
from conformance.drift.places import Pair, Place, Scope, paired, place_at
from conformance.model.pointer import join, parent

VARIABLE = re.compile(r"\{[^}]*\}")

FIELDS = {"apiKey": ("in", "name"), "http": ("scheme",), "openIdConnect": ("openIdConnectUrl",), "oauth2": ()}
"""What tells security schemes of one type apart (OpenAPI 3.1, Security Scheme Object)."""


def compare(old: Document, new: Document, operation: Operation) -> tuple[Change, ...]:
    """Return what changed in an operation of the older document, the most severe changes first.

    Parameters in the path are told apart by their position, so that a renamed one is no change. The order of
    properties, comments, titles, examples, and which schemas are components make no difference.

    Raises:
        ContractError: a reference of a document leads nowhere.

    """
    whole = Scope(Part.OPERATION, "operation")
    name = same_operation(new, operation)
    if name is None:
        side = Side(operation.pointer, operation.name)
        return (whole.change("operation-removed", Effect.NARROWED, "Removes the operation", (side, None)),)
    method, _, path = name.partition(" ")
    before = place_at(old, operation.pointer)
    after = place_at(new, join("#/paths", path, method.lower()))
    found = [
        *(change for text in ("summary", "description", "deprecated") for change in whole.text(text, before, after)),
        *_security(before, after),
        *_parameters(_declared(before, operation.path), _declared(after, path)),
        *compare_requests(before, after),
        *compare_responses(before, after),
    ]
    return tuple(sorted(found, key=lambda change: list(Level).index(change.levels.worst)))


def same_operation(document: Document, operation: Operation) -> str | None:
    """Return the name of an operation in another document, whatever its path parameters are called; None without."""
    names = {VARIABLE.sub("{}", name): name for name in operations(document)}
    return names.get(VARIABLE.sub("{}", operation.name))


def _security(old: Place, new: Place) -> Iterator[Change]:
    before, after = _alternatives(old), _alternatives(new)
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    if not gone and not come:
        return
    effect = Effect.BOTH if gone and come else Effect.NARROWED if gone else Effect.WIDENED
    said = [f"removes {each}" for each in sorted(before[key] for key in gone)]
    said += [f"adds {each}" for each in sorted(after[key] for key in come)]
    sides = [each.side("security") or place_at(each.document, "#").side("security") for each in (old, new)]
    scope = Scope(Part.SECURITY, "security")
    yield scope.change("security", effect, f"Changes the security: {' and '.join(said)}", (sides[0], sides[1]))


def _alternatives(operation: Place) -> dict[frozenset[tuple[str, ...]], str]:
    """Return the ways to authenticate: what tells each apart, and how a sentence names it."""
    stated = operation.value.get("security", operation.document.content.get("security"))
    entries = [each for each in stated if isinstance(each, dict)] if isinstance(stated, list) and stated else [{}]
    found = {}
    for entry in entries:
        schemes = [_scheme(operation.document, name) for name in entry]
        found[frozenset(schemes)] = " with ".join(" ".join(each) for each in sorted(schemes)) or "no credential"
    return found


def _scheme(document: Document, name: str) -> tuple[str, ...]:
    scheme = place_at(document, join("#/components/securitySchemes", name)).value
    kind = str(scheme.get("type", ""))
    return (kind, *(str(scheme.get(field, "")).lower() for field in FIELDS.get(kind, ())))


def _parameters(old: dict[str, Place], new: dict[str, Place]) -> Iterator[Change]:
    for _, (held, named) in paired(old, new):
        place = held or named
        scope = Scope(Part.PARAMETER, f"{place.value.get('in')} parameter `{place.value.get('name')}`" if place else "")
        if held is not None and named is not None:
            yield from scope.requirement(held, named)
            yield from scope.text("description", held, named)
            yield from scope.schemas(held, named)
        else:
            yield _come_or_gone(scope, (held, named))


def _come_or_gone(scope: Scope, pair: Pair) -> Change:
    needed = any(each is not None and each.required for each in pair)
    # A parameter that is not declared is ignored; one that is required has to be sent.
    rule = f"{'required-' if needed else ''}parameter-{'added' if pair[0] is None else 'removed'}"
    subject = f"{'required' if needed else 'optional'} {scope.name}"
    return scope.come_or_gone(rule, (Effect.NARROWED, Effect.WIDENED), subject, pair)


def _declared(operation: Place, path: str) -> dict[str, Place]:
    """Return the parameters of an operation by location and name; those of the path by their position in it."""
    variables = VARIABLE.findall(path)
    found: dict[str, Place] = {}
    for holder in (place_at(operation.document, parent(operation.pointer)), operation):
        listed = holder.value.get("parameters")
        for index in range(len(listed)) if isinstance(listed, list) else ():
            place = place_at(operation.document, join(holder.pointer, "parameters", index))
            location, name = str(place.value.get("in")), str(place.value.get("name"))
            variable = f"{{{name}}}"
            if location == "path" and variable in variables:
                name = str(variables.index(variable))
            found[f"{location} {name.lower() if location == 'header' else name}"] = place
    return found
