"""Values of path parameters, as texts that are not yet encoded."""

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import as_text
from conformance.model.jsontext import write
from conformance.strategies.parameter_values import PLAIN, is_valid_text, usual_values


def usual_path_value(contract: Contract, name: str) -> str:
    """Return a valid value of a path parameter: an example of the document, a plain word, or one by its schema."""
    parameter = _declared(contract, name)
    if parameter is None:
        return PLAIN
    value = next(usual_values(contract, parameter), PLAIN)
    return write(value) if isinstance(value, list | dict) else as_text(value)


def is_path_value(contract: Contract, name: str, text: str) -> bool:
    """Tell whether a text may be a value of a path parameter."""
    parameter = _declared(contract, name)
    return parameter is None or is_valid_text(contract, parameter, text)


def _declared(contract: Contract, name: str) -> Parameter | None:
    parameters = contract.operation.parameters
    return next((each for each in parameters if (each.name, each.location) == (name, "path")), None)
