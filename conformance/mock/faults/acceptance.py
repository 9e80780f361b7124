"""Faults of taking what must be refused, derived from the request schema: one constraint not enforced at one place."""

from collections.abc import Callable, Iterator
from functools import partial

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.laxity import class_test, stand_in, typical
from conformance.mock.faults.parts.places import Site, sites
from conformance.mock.faults.parts.witnesses import builder, one, planted, smallest
from conformance.mock.stages import Stage
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.model.case import Request
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import bodies, classes

LEFT_OUT = frozenset({"false", "zero", "one", "text-null", "array-of-one", "prefix"})
"""Classes of wrong values that another class stands for."""

Mend = Callable[[Turn], Json]
"""Returns the body with what is wrong made right; the very same body where nothing is."""


def acceptance_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that the request must not hold and the mock takes."""
    if contract.operation.request_required:
        yield _without_body(contract)
    for site in sites(contract.request):
        yield from _wrong_values(contract, site)
        if site.node.required and site.node.path:
            yield _missing(contract, site)
        yield from _undeclared(site)


def _wrong_values(contract: Contract, site: Site) -> Iterator[Fault]:
    for value in classes.invalid_values(site.node):
        if value.slug in LEFT_OUT:
            continue
        test = class_test(contract, site.node, value)
        keyword = "coercible" if value.coercible else value.keyword
        yield Fault(
            id=f"accepts.{site.label}.{value.slug}",
            sentence=f"{site.label} is taken when it is {value.kind}.",
            requirement=requirement_id(Group.REJECTION, site.label, keyword),
            stage=Stage.VALIDATE,
            effect=mending(partial(_mended, contract, site, test)),
            witness=one(partial(planted, lineage=site.lineage, value=value.json)),
        )


def _missing(contract: Contract, site: Site) -> Fault:
    def mend(turn: Turn) -> Json:
        return site.fill(turn.sent, typical(contract, site.node, turn))

    return Fault(
        id=f"accepts.{site.label}.missing",
        sentence=f"A body without {site.label} is taken.",
        requirement=requirement_id(Group.REJECTION, site.label, "required"),
        stage=Stage.VALIDATE,
        effect=mending(mend),
        witness=one(partial(planted, lineage=site.lineage, value=bodies.ABSENT)),
    )


def _undeclared(site: Site) -> Iterator[Fault]:
    for branch, shape in enumerate(site.node.shapes):
        if shape.type != "object" or not shape.closed:
            continue
        declared = frozenset(shape.members)

        def stripped(held: Json, declared: frozenset[str] = declared) -> Json:
            if not isinstance(held, dict) or declared.issuperset(held):
                return held
            return {name: item for name, item in held.items() if name in declared}

        def witness(contract: Contract, branch: int = branch) -> Request:
            stated = builder(contract).defaults
            body = bodies.with_member(site.lineage, branch, "undeclared_member", 1, "smallest", stated)
            return builder(contract).request(body)

        yield Fault(
            id=f"accepts.{shape.owner}.undeclared-member",
            sentence=f"Members of {shape.owner} that are not declared are taken.",
            requirement=requirement_id(Group.REJECTION, shape.owner, "additionalProperties"),
            stage=Stage.VALIDATE,
            effect=mending(partial(_changed, site, stripped)),
            witness=one(witness),
        )


def _without_body(contract: Contract) -> Fault:
    def effect(turn: Turn, step: Step) -> bool:
        if turn.action != "create" or turn.body:
            step(turn)
            return False
        turn.sent = typical(contract, contract.request, turn)
        return True

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        return Request(request.method, request.target, request.headers)

    return Fault(
        id="accepts.body.missing",
        sentence="A request without a body is taken.",
        requirement=requirement_id(Group.REJECTION, "body.required"),
        stage=Stage.PARSE,
        effect=effect,
        witness=one(witness),
    )


def mending(mend: Mend) -> Effect:
    """Return an effect that takes a body which is valid once it has been mended."""

    def effect(turn: Turn, step: Step) -> bool:
        if turn.action != "create":
            step(turn)
            return False
        before = turn.sent
        turn.sent = mend(turn)
        try:
            step(turn)
        except Refusal:
            turn.sent = before
            raise
        return turn.sent is not before

    return effect


def _changed(site: Site, change: Callable[[Json], Json], turn: Turn) -> Json:
    return site.change(turn.sent, change)


def _mended(contract: Contract, site: Site, test: Callable[[Json], bool], turn: Turn) -> Json:
    def change(held: Json) -> Json:
        return stand_in(contract, site.node, held, turn) if test(held) else held

    return site.change(turn.sent, change)
