"""The verdict on a body, for any text that JSON allows."""

from conformance.contract.validators import BodyValidator
from conformance.contract.violation import Violation
from conformance.model.jsontext import Json


def holds(validator: BodyValidator, value: Json) -> bool:
    """Tell whether `value` is valid.

    jsonschema-rs decides; where it cannot read the value (a lone surrogate in a member's name), jsonschema does.
    """
    try:
        return validator.is_valid(value)
    except ValueError:
        return validator.second_voice(value)


def first_violation(validator: BodyValidator, value: Json) -> Violation:
    """Return one reason why an invalid `value` is so."""
    try:
        found = next(validator.fast_violations(value), None)
    except ValueError:
        found = next(validator.violations(value), None)
    return found or Violation("", "", "not valid")
