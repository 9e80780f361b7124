"""Simplest values: the simplest number or string that still brings a failure about, found by asking.

What a person would write is tried first: 0, 1, the last digits, what is left of a product without its factors, the
bound where it begins to fail; of a text the few characters that matter.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from conformance.diagnosis.reduction.trials import smallest
from conformance.model.jsontext import Json

Fails: TypeAlias = Callable[[Json], Awaitable[bool]]

LARGEST_FACTOR = 2**16
"""Up to which number factors are looked for."""

MOST_DIGITS = 40
"""How long a number may be for its parts to be tried; a longer one is its size that matters."""

PLAIN = "a"


async def simplest_value(value: Json, fails: Fails, atoms: Sequence[str] = ()) -> Json:
    """Return the simplest scalar like `value` that still fails; of a text, `atoms` stay whole."""
    match value:
        case bool() | None:
            return False if value and await fails(False) else value  # noqa: FBT003  (a JSON value)
        case str():
            return await simplest_string(value, fails, atoms)
        case int():
            return await simplest_integer(value, fails)
        case float() | Decimal():
            return await _simplest_fraction(value, fails)
        case _:
            return value


async def simplest_integer(value: int, fails: Fails) -> int:
    """Return the simplest integer like `value` that still fails."""
    for few in (0, 1):
        if abs(value) > few and await fails(few):
            return few
    if value < 0 and await fails(-value):
        value = -value
    if len(str(abs(value))) <= MOST_DIGITS:
        value = await _last_digits(value, fails)
        value = await _without_factors(value, fails)
        value = await _bound(value, fails)
    return value


async def simplest_string(value: str, fails: Fails, atoms: Sequence[str] = ()) -> str:
    """Return the simplest text like `value` that still fails: the few characters that matter, others `a`."""
    if value not in ("", PLAIN) and await fails(PLAIN):
        return PLAIN
    parts = _parts(value, atoms)

    async def kept(indices: Sequence[str]) -> bool:
        return await fails("".join(parts[int(index)] for index in indices))

    parts = [parts[int(index)] for index in await smallest([str(index) for index in range(len(parts))], kept)]
    for index, part in enumerate(parts):
        if part not in (PLAIN, *atoms):
            before, after = "".join(parts[:index]), "".join(parts[index + 1 :])
            parts[index] = await _simplest_character(part, before, after, fails)
    return "".join(parts)


async def _simplest_character(character: str, before: str, after: str, fails: Fails) -> str:
    """Return `a` between two texts, or the first character beyond it from which on it fails."""

    async def with_code(code: int) -> bool:
        return await fails(f"{before}{chr(code)}{after}")

    plain = ord(PLAIN)
    return PLAIN if await with_code(plain) else chr(await _bound(ord(character), with_code, plain))


async def _last_digits(value: int, fails: Fails) -> int:
    sign = -1 if value < 0 else 1
    for digits in range(1, len(str(abs(value)))):
        ten: int = 10**digits
        # Of a negative number both what is written last and what remains of it when it is divided.
        for tried in dict.fromkeys((value % ten, sign * (abs(value) % ten))):
            if tried and await fails(tried):
                return tried
    return value


async def _without_factors(value: int, fails: Fails) -> int:
    for factor in _factors(abs(value)):
        if abs(value) > factor and value % factor == 0 and await fails(value // factor):
            value //= factor
    return value


def _factors(number: int) -> Iterator[int]:
    """Yield the prime factors of a number, each as often as it is in it, and in the end what is left of a large one."""
    factor = 2
    while factor * factor <= number and factor < LARGEST_FACTOR:
        while number % factor == 0:
            yield factor
            number //= factor
        factor += 1 if factor == 2 else 2
    if number > 1:
        yield number


async def _bound(value: int, fails: Callable[[int], Awaitable[bool]], passes: int = 0) -> int:
    """Return the number nearest to one that passes from which on it fails, as far as halving finds it."""
    sign, failing = (-1 if value < 0 else 1), abs(value)
    while failing - passes > 1:
        middle = (failing + passes) // 2
        if await fails(sign * middle):
            failing = middle
        else:
            passes = middle
    return sign * failing


async def _simplest_fraction(value: float | Decimal, fails: Fails) -> Json:
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) >= 10**MOST_DIGITS:
        return value
    for whole in (int(exact), int(exact) + (-1 if exact < 0 else 1)):
        if await fails(whole):
            return await simplest_integer(whole, fails)
    for tried in (Decimal("0.5"), *(round(exact, digits) for digits in (1, 2, 3))):
        if tried != exact and await fails(tried):
            return tried
    return value


def _parts(value: str, atoms: Sequence[str]) -> list[str]:
    """Return the characters of a text, and the atoms in it as they are."""
    for atom in atoms:
        before, found, after = value.partition(atom)
        if found:
            return [*_parts(before, atoms), atom, *_parts(after, atoms)]
    return list(value)
