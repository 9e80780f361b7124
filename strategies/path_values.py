"""Values of path parameters, as texts that are not yet encoded."""

from conformance.contract.contract import Contract
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.serialization import as_text
from conformance.model.jsontext import write
from conformance.strategies.parameter_values import PLAIN, is_valid_text, usual_values

UNKNOWN_VALUES = ("conformance-unknown", "987654321", "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b", "unknown")
"""Values of path parameters that the reference server does not know, of which one is valid for most schemas."""


def usual_path_value(contract: Contract, name: str) -> str:
    """Return a valid value of a path parameter: an example of the document, a plain word, or one by its schema."""
    parameter = _declared(contract, name)
    if parameter is None:
        return PLAIN
    value = next(usual_values(contract, parameter), PLAIN)
    return write(value) if isinstance(value, list | dict) else as_text(value)


def unknown_path_value(contract: Contract, name: str) -> str | None:
    """Return a value of a path parameter that the reference server does not know; None where none is valid."""
    return next((each for each in UNKNOWN_VALUES if is_path_value(contract, name, each)), None)


def is_path_value(contract: Contract, name: str, text: str) -> bool:
    """Tell whether a text may be a value of a path parameter."""
    parameter = _declared(contract, name)
    return parameter is None or is_valid_text(contract, parameter, text)


def _declared(contract: Contract, name: str) -> Parameter | None:
    parameters = contract.operation.parameters
    return next((each for each in parameters if (each.name, each.location) == (name, "path")), None)
