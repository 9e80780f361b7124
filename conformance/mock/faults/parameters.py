"""Faults of parameters: one that is not checked, and one that is rejected whatever it is."""

from collections.abc import Iterator

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.requirements.parameter_rows import accept_parameter_id
from conformance.mock.faults.parts.fault import Effect, Fault, Witness
from conformance.mock.faults.parts.witnesses import builder, smallest
from conformance.mock.parameters import is_sent, named
from conformance.mock.stages import Stage
from conformance.mock.transaction import Rejection, Step, Transaction
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.parameters import parameter_cases


def parameter_faults(contract: Contract) -> Iterator[Fault]:
    """Yield two faults of each parameter, where the document lets them show."""
    if not contract.operation.parameters:
        return
    cases = list(parameter_cases(builder(contract)))
    for each in contract.operation.parameters:
        about = [case for case in cases if case.story is not None and case.story.pointer == each.name]
        wrong = next((case for case in about if case.expectation is Expectation.REJECTED), None)
        id_, words = f"parameter.{each.location}.{each.name}", f"the {each.location} parameter `{each.name}`"
        if wrong is not None:
            sentence = f"Does not check {words}."
            requirement = wrong.requirements[0]
            yield Fault(f"{id_}.unchecked", sentence, requirement, Stage.PARAMETERS, _unchecked(each), _sending(wrong))
        if each.location != "path":
            sentence, requirement = f"Rejects every request with {words}.", accept_parameter_id(each)
            right = next((case for case in about if case.expectation is Expectation.ACCEPTED), None)
            yield Fault(f"{id_}.rejected", sentence, requirement, Stage.PARAMETERS, _rejected(each), _sending(right))


def _sending(case: Case | None) -> Witness:
    def witness(contract: Contract) -> Request:
        return smallest(contract) if case is None else case.request

    return witness


def _unchecked(parameter: Parameter) -> Effect:
    def effect(tx: Transaction, step: Step) -> bool:
        try:
            step(tx)
        except Rejection as rejection:
            if rejection.message.startswith(f"{named(parameter)} "):
                return True
            raise
        return False

    return effect


def _rejected(parameter: Parameter) -> Effect:
    def effect(tx: Transaction, step: Step) -> bool:
        step(tx)
        if is_sent(tx.state.contract, tx, parameter):
            raise Rejection(400, "INVALID_PARAMETER", f"{named(parameter)} is unknown", deliberate=True)
        return False

    return effect
