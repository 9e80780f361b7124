"""Multiples, exactly: for numbers of any size, without ever writing them out."""

from decimal import Decimal


def is_multiple(value: int | Decimal, divisor: int | Decimal) -> bool:
    """Tell whether `value` is a whole number times `divisor`, which is above zero."""
    digits, exponent = _parts(value)
    unit, power = _parts(divisor)
    shift = exponent - power
    if digits == 0 or unit == 0:
        return digits == 0
    if shift >= 0:
        return digits * pow(10, shift, unit) % unit == 0
    # Fewer digits than zeros to take away: there is a fraction.
    return -shift <= len(str(digits)) and digits % (unit * 10**-shift) == 0


def _parts(number: int | Decimal) -> tuple[int, int]:
    """Return the digits of a number without its sign, as an integer, and the power of ten that they count."""
    if isinstance(number, int):
        return abs(number), 0
    _, digits, exponent = number.as_tuple()
    return int("".join(map(str, digits))), int(exponent)
