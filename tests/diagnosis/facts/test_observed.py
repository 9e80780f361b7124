"""Which observations have a feature: few by their numbers, many as bits, the same ones either way."""

from decimal import Decimal
from operator import itemgetter

import pytest

from conformance.diagnosis.facts.features import Feature
from conformance.diagnosis.facts.observed import FEW_NUMBERS, Measurements, Observed, bits_of, mask_of


@pytest.mark.parametrize("numbers", [[], [0], [3, 70], [*range(0, 90, 7)], [*range(1_000)]], ids=len)
def test_numbers_become_bits(numbers):
    """Each number is one bit, however many there are."""
    assert mask_of(numbers) == sum(1 << number for number in numbers)


def test_rare_features_take_no_bits():
    """A feature of several groups is that of all their observations; few of these are held by their numbers."""
    rare, common, both = (Feature(name) for name in ("rare", "common", "both"))
    observed = Observed()
    groups = [({rare, both}, [5]), ({common, both}, range(10, 30)), ({rare}, [90_000])]
    for group, numbers in groups:
        for number in numbers:
            observed.add(frozenset(group), number)
    found = observed.by_feature()
    assert {name: bits_of(held) for name, held in found.items()} == {
        rare: 1 << 5 | 1 << 90_000,
        common: mask_of(range(10, 30)),
        both: 1 << 5 | mask_of(range(10, 30)),
    }
    assert found[rare] == (5, 90_000)


def test_a_group_of_many_observations_is_held_once():
    """Of equal groups the first stands for all."""
    observed, (first, second) = Observed(), (frozenset({Feature("common", each)}) for each in ("a" * 2, "aa"))
    assert first is not second
    assert [first, first] == [observed.add(each, number) for number, each in enumerate((first, second))]
    assert observed.add(frozenset(), 2) == frozenset()


def test_measures_ascend():
    """What was measured goes by its value, with the first and the last way of writing it."""
    values = [(Decimal(7), 0), (Decimal("1.0"), 4), (Decimal(1), 2), *((Decimal(3), 10 + each) for each in range(9))]
    measured = Measurements()
    for value, number in sorted(values, key=itemgetter(1)):
        measured.add(value, number)
    low, middle, high = measured.ascending()
    assert (str(low.first), str(low.last), low.mask) == ("1", "1.0", 1 << 2 | 1 << 4)
    assert middle.mask == mask_of(range(10, 19))
    assert len(range(9)) > FEW_NUMBERS
    assert high.mask == 1
