"""Sampled texts: they keep the lengths, the pattern and the format of a shape."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from conformance.classify.bounds import keeps_bounds, limits
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Writable, plain_json
from conformance.strategies.random.sampling.draws import Chance, Draw, Values, choice, constant, sampled
from conformance.strategies.random.sampling.keeping import keeping, known_values
from conformance.strategies.random.strings import DAY, LONGEST_DRAWN, MOST_CHARACTERS, PLAIN
from conformance.strategies.random.weighing import FEW, MANY, MOST
from conformance.strategies.values import strings

ASCII = tuple(map(chr, range(128)))
COMBINING = tuple(map(chr, range(0x300, 0x370)))
BLOCKS = ((0x80, 0x2000), (0x80, 0xD800), (0xE000, 0x10000), (0x10000, 0x110000))
"""Where the characters of Unicode are drawn from, surrogates left out; each as often as the others."""


def texts(node: Node, shape: Shape) -> Values:
    """Return texts that keep the lengths, the pattern and the format of a shape."""
    name, pattern = str(shape.value("format")), shape.value("pattern")
    least, most = limits(shape, "minLength", "maxLength")
    if name in strings.FORMATS or name in strings.HALF_ASSERTED:
        return _of_format(node, shape, name)
    if isinstance(pattern, str):
        return _of_pattern(node, shape)
    return free(least, most)


def free(least: int, most: int) -> Draw[str]:
    """Return texts between two lengths: of letters, of ASCII, of all of Unicode, and of all of these."""
    if least > LONGEST_DRAWN:
        end = free(1, most - least + 1)
        return lambda chance: PLAIN[0] * (least - 1) + end(chance)
    most = min(most, least + MOST_CHARACTERS)
    letter, ascii_, combining = sampled(PLAIN), sampled(ASCII), sampled(COMBINING)
    marked = choice([(letter, FEW), (combining, FEW)])
    mixed = choice([(letter, MOST), (ascii_, FEW), (combining, FEW), (_unicode, FEW)])
    ways = [(text_from(PLAIN, least, most), MANY), (text_from(ASCII, least, most), MANY)]
    kinds = [(_unicode, FEW), (marked, FEW), (mixed, MANY)]
    return choice([*ways, *((text_of(each, least, most), weight) for each, weight in kinds)])


def text_of(character: Draw[str], least: int, most: int) -> Draw[str]:
    """Return texts between two lengths of characters that are drawn one by one."""

    def draw(chance: Chance) -> str:
        return "".join([character(chance) for _ in range(least + chance.below(most - least + 1))])

    return draw


def text_from(characters: Sequence[str], least: int, most: int) -> Draw[str]:
    """Return texts between two lengths of some characters; without a call for each, as they are the most of them."""
    count = len(characters)

    def draw(chance: Chance) -> str:
        random = chance.random
        return "".join([characters[int(random() * count)] for _ in range(least + int(random() * (most - least + 1)))])

    return draw


def _unicode(chance: Chance) -> str:
    first, end = chance.pick(BLOCKS)
    return chr(first + chance.below(end - first))


def _of_pattern(node: Node, shape: Shape) -> Values:
    """Return known texts of a pattern, and such with one character changed that keep it; ASCII, as validators agree."""
    known = [each for each in known_values(node, shape) if isinstance(each, str) and each.isascii()]
    if not known:
        return constant(known_values(node, shape)[0])

    def changed(chance: Chance) -> Writable:
        text = chance.pick(known)
        at, character = chance.below(len(text) + 1), chr(32 + chance.below(95))
        return text[:at] + character + text[at + chance.below(2) :]

    return keeping(changed, lambda text: keeps_bounds(shape, plain_json(text)), known)


def _of_format(node: Node, shape: Shape, name: str) -> Values:
    known = known_values(node, shape)
    found = FORMATS.get(name)
    return (
        sampled(known) if found is None else keeping(found, lambda text: keeps_bounds(shape, plain_json(text)), known)
    )


def _moment(chance: Chance) -> str:
    """Return a moment at any offset (RFC 3339), in UTC half of the time."""
    zone = UTC if chance.one_in(2) else timezone(timedelta(minutes=chance.below(2 * DAY) - DAY))
    found = datetime(1970, 1, 2, tzinfo=zone) + timedelta(seconds=chance.below(3 * 10**9))
    return found.isoformat().replace("+00:00", "Z")


FORMATS: Mapping[str, Draw[str]] = {
    "date-time": _moment,
    "date": lambda chance: date.fromordinal(1 + chance.below(3_000_000)).isoformat(),
    "ipv4": lambda chance: str(ipaddress.IPv4Address(chance.getrandbits(32))),
    "ipv6": lambda chance: str(ipaddress.IPv6Address(chance.getrandbits(128))),
    "uuid": lambda chance: str(UUID(int=chance.getrandbits(128))),
}
"""Texts of formats of which there are more than the catalogue knows."""
