"""The verdict on a body, for any text that JSON allows."""

from conformance.contract.validators import BodyValidator
from conformance.contract.violation import Violation
from conformance.model.jsontext import Json


def holds(validator: BodyValidator, value: Json) -> bool:
    """Tell whether `value` is valid."""
    return validator.holds(value)


def first_violation(validator: BodyValidator, value: Json) -> Violation:
    """Return one reason why an invalid `value` is so."""
    try:
        found = next(validator.fast_violations(value), None)
    except ValueError:
        found = next(validator.violations(value), None)
    return found or Violation("", "", "not valid")
