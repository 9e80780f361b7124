"""Values at a pointer are read, replaced and removed by RFC 6901, and nothing is altered in place."""

from collections.abc import Iterator
from copy import deepcopy
from functools import reduce

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model.json_values import (
    MISSING,
    Places,
    all_at,
    at,
    body_value,
    changed,
    get,
    holds,
    leaves,
    with_value,
    without,
)
from conformance.model.jsontext import MAX_DEPTH, Json, Literal, Members, Writable
from conformance.model.pointer import from_tokens, parent, within

names = st.sampled_from(["", "a", "b", "/", "~", "~1", "a/b", "*", "-", "0", "01"]) | st.text(max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
values: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)
pointers = st.lists(names).map(from_tokens)

DEEP = 10_000
"""More tokens than Python allows calls within each other."""


def places(value: Json, tokens: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Json]]:
    """Yield the pointer of every value inside another, and the value."""
    if tokens:
        yield from_tokens(tokens), value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, item in items:
        yield from places(item, (*tokens, token))


def same(one: Json, other: Json) -> bool:
    """Tell whether two values are the same, types and order of properties included."""
    return repr(one) == repr(other)


@st.composite
def held(draw: st.DrawFn) -> tuple[Json, str]:
    """Draw a value, and the pointer of one inside it."""
    value = draw(values.filter(lambda value: bool(value) and isinstance(value, list | dict)))
    return value, draw(st.sampled_from([pointer for pointer, _ in places(value)]))


@given(values)
def test_every_value_is_found_at_its_pointer(value: Json) -> None:
    """Properties are found by name and items by index, however their names are escaped."""
    for pointer, found in places(value):
        assert found is at(value, pointer)
        assert found is get(value, pointer, MISSING)
        assert [found] == all_at(value, pointer)
        assert holds(value, pointer)


@given(values, pointers)
def test_what_is_not_there_is_missing(value: Json, pointer: str) -> None:
    """A pointer that names nothing is a KeyError with that pointer, or what the caller has instead."""
    if pointer in {"", *(known for known, _ in places(value))}:
        return
    with pytest.raises(KeyError) as caught:
        at(value, pointer)
    assert (pointer,) == caught.value.args
    assert (None, MISSING, False) == (get(value, pointer), get(value, pointer, MISSING), holds(value, pointer))


RFC: Json = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
        ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8), ("", RFC),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc(pointer: str, value: Json) -> None:
    """The pointers of RFC 6901 section 5 name what it says."""
    assert value == at(RFC, pointer)


@pytest.mark.parametrize(
    "index", ["2", "-", "-1", "+1", "01", "1x", "1.0", " 1", "\u0661", "", "*", "9" * 5_000], ids=lambda each: each[:5]
)
def test_no_other_token_is_an_index(index: str) -> None:
    """An index is 0 or digits without a leading zero, below the length; one of any length is read in no time."""
    pointer = f"/foo/{index}"
    assert not holds(RFC, pointer)
    if index != "*":
        assert RFC is with_value(RFC, pointer, "new")
        assert RFC is without(RFC, pointer)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(held(), values)
def test_a_value_that_was_set_is_there_and_all_others_stay(found: tuple[Json, str], new: Json) -> None:
    """At the pointer stands what was set; beside it stands what stood there, and the value given is as it was."""
    value, pointer = found
    before = deepcopy(value)
    after = with_value(value, pointer, new)
    assert new is at(after, pointer)
    assert same(before, value)
    for other, item in places(value):
        if not within(other, pointer) and not within(pointer, other):
            assert item is at(after, other)
    assert same(value, with_value(after, pointer, at(value, pointer)))


@given(values, names, values)
def test_an_object_gets_a_property_that_it_has_not(value: Json, name: str, new: Json) -> None:
    """A property is added to an object that is there; a value that is no object stays the very same."""
    for pointer, holder in [("", value), *places(value)]:
        child = from_tokens([name]) if not pointer else pointer + from_tokens([name])
        after = with_value(value, child, new)
        if isinstance(holder, dict):
            assert [*holder, *({name} - holder.keys())] == list(at(after, pointer))  # type: ignore[arg-type]
            assert new is at(after, child)
        elif not isinstance(holder, list):
            assert value is after


@given(values, pointers, values)
def test_with_parents_a_value_can_be_set_anywhere(value: Json, pointer: str, new: Json) -> None:
    """Objects are made on the way, and what could hold nothing gives way to them."""
    before = deepcopy(value)
    assert new is at(with_value(value, pointer, new, parents=True), pointer)
    assert same(before, value)


@given(values, pointers, values)
def test_without_parents_none_are_made(value: Json, pointer: str, new: Json) -> None:
    """Where the parent is not there, or is neither object nor array, the very same value comes back."""
    holder = get(value, parent(pointer), MISSING)
    if pointer and not isinstance(holder, list | dict) and "*" not in pointer:
        assert value is with_value(value, pointer, new)


@given(held())
def test_what_was_removed_is_gone_and_all_others_stay(found: tuple[Json, str]) -> None:
    """A property is gone; an item is gone, and those behind it move up by one."""
    value, pointer = found
    before = deepcopy(value)
    after = without(value, pointer)
    old, new = at(value, parent(pointer)), at(after, parent(pointer))
    assert same(before, value)
    if isinstance(old, dict):
        assert not holds(after, pointer)
        assert isinstance(new, dict)
        assert old == {**new, **{name: item for name, item in old.items() if name not in new}}
        assert len(old) == len(new) + 1
    elif isinstance(old, list):
        index = int(pointer.rpartition("/")[2])
        assert [*old[:index], *old[index + 1 :]] == new


@given(values, pointers)
def test_removing_what_is_not_there_changes_nothing(value: Json, pointer: str) -> None:
    """The very same value comes back."""
    if pointer and not all_at(value, pointer):
        assert value is without(value, pointer)


def test_the_whole_value_cannot_be_removed() -> None:
    """There would be nothing left to return."""
    with pytest.raises(ValueError, match="whole value"):
        without({"": 1}, "")


@given(values, pointers)
def test_what_is_not_changed_is_the_very_same(value: Json, pointer: str) -> None:
    """A change that returns what it was given leaves every object and array as it is."""
    assert value is changed(value, pointer, lambda item: item)


def test_a_star_is_any_item() -> None:
    """Every item of an array is read, changed and removed; of an object, only the property of that name."""
    value: Json = {"list": [{"a": 1}, {"b": 2}, {"a": 3}], "*": {"a": 4}}
    assert [1, 3] == all_at(value, "/list/*/a")
    assert [4] == all_at(value, "/*/a")
    assert [{"a": 0}, {"b": 2}, {"a": 0}] == at(changed(value, "/list/*/a", lambda _: 0), "/list")
    assert [{"a": 0}, {"b": 2, "a": 0}, {"a": 0}] == at(with_value(value, "/list/*/a", 0), "/list")
    assert [{}, {"b": 2}, {}] == at(without(value, "/list/*/a"), "/list")
    assert {"list": [], "*": {"a": 4}} == without(value, "/list/*")
    assert not holds(value, "/list/*")


@given(values)
def test_leaves_are_all_of_a_value(value: Json) -> None:
    """A value is made again of its leaves: whatever is no object, and objects without properties."""
    found = list(leaves(value))
    assert not any(isinstance(item, dict) and item for _, item in found)
    made: Json = reduce(lambda held, leaf: with_value(held, *leaf, parents=True), found, None)
    assert same(value, made)


def test_pieces_of_text_hold_no_values() -> None:
    """What can be written and not read, and tuples, are read and changed as well; a literal has nothing in it."""
    value: Writable = {"a": ({"b": Literal("1.0")}, Members((("c", 1),)))}
    assert Literal("1.0") == at(value, "/a/0/b")
    assert not holds(value, "/a/0/b/text")
    assert not holds(value, "/a/1/c")
    assert {"a": [{"b": Literal("1e0")}, Members((("c", 1),))]} == with_value(value, "/a/0/b", Literal("1e0"))
    assert {"a": [{"b": Literal("1.0")}]} == without(value, "/a/1")


def test_depth_is_that_of_the_value() -> None:
    """As deep as a text may be nested, values are read and changed; longer pointers find nothing, without a crash."""
    value: Json = "found"
    for index in range(MAX_DEPTH):
        value = [value] if index % 2 else {"a": value}
    pointer = "/0/a" * (MAX_DEPTH // 2)
    assert "found" == at(value, pointer)
    assert "new" == at(with_value(value, pointer, "new"), pointer)
    assert not holds(without(value, pointer), pointer)
    assert [(pointer[:2], None)] != list(leaves(value))
    beyond = "/0/a" * DEEP
    assert not holds(value, beyond)
    assert [] == all_at(value, beyond)
    assert value is without(value, beyond)
    assert value is with_value(value, beyond, "new")


@pytest.mark.parametrize(
    ("body", "value"), [(b'{"a": [1]}', {"a": [1]}), (b"null", None), (b"", None), (None, None), (b"{", None)]
)
def test_the_value_of_a_body(body: bytes | None, value: Json) -> None:
    """A body that is not JSON, and no body, have the value None."""
    assert value == body_value(body)


pointers = st.lists(names, max_size=3).map(from_tokens)


@given(values, st.lists(pointers, max_size=6))
def test_places_have_the_values_of_their_pointers(value: Json, several: list[str]) -> None:
    """Values that are read together are those that are read one by one, in order."""
    assert [get(value, each, MISSING) for each in several] == Places(several).values(value)


@pytest.mark.parametrize(
    "value", [{"a": {"b": 1, "0": None}}, {"a": ["x", "y"]}, {"a": None}, {"a": "b"}, {}, None, [{"b": 1}], ["x"]]
)
def test_places_in_whatever_stands_in_the_place_of_an_object(value: Json) -> None:
    """An array has items at pointers, and nothing has a value below it."""
    several = ["/a/b", "/a/0", "/a", "/0", "/0/b", "/a/b/c", "/a/0/1"]
    assert [get(value, each, MISSING) for each in several] == Places(several).values(value)
    assert [value, *(get(value, each, MISSING) for each in several)] == Places(["", *several]).values(value)
