"""Documents: what can be used is read as JSON, and what cannot is told in one clear line."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.contract import load_contract
from conformance.contract.reading import document as documents
from conformance.contract.reading.document import follow, get, load_document, parse_document, parse_yaml, resolve
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, encode, equal

from .documents import content_of, document_of

Write: TypeAlias = Callable[[Any], Path]


@pytest.fixture
def spec(tmp_path: Path) -> Write:
    """Return a function that writes a document, given as JSON value, text or bytes, and returns its path."""

    def write(content: Any) -> Path:
        path = tmp_path / "spec.yaml"
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data if isinstance(data, bytes) else encode(data))
        return path

    return write


REMOTE = {"$ref": "https://example.com/schema.json"}
LOOP = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
UNION = {"A": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/A"}]}}
TO_A = {"$ref": "#/components/schemas/A"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a: [", "is not YAML: "),
        ("a: b: c", "is not YAML: mapping values are not allowed in this context at line 1"),
        ("a: !!python/object:os.system {}", "is not YAML: could not determine a constructor"),
        (b"a: \xff", "is not UTF-8 (byte 3)"),
        ("", "is not an OpenAPI document: it has no member 'openapi'"),
        ("[1]", "is not an OpenAPI document: it has no member 'openapi'"),
        ("swagger: '2.0'", "is Swagger 2.0; convert it to OpenAPI 3 first, such as with `npx swagger2openapi`"),
        ("openapi: 2.9.9", "is OpenAPI 2.9.9; convert it to OpenAPI 3.1"),
        ("openapi: 3.10.0", "is OpenAPI 3.10.0; convert it to OpenAPI 3.1"),
        ("openapi: &a [*a]", "holds a YAML alias to itself"),
        ("openapi: 3.1.0\nx: &a {b: *a}", "holds a YAML alias to itself"),
        ("openapi: 3.1.0\nx: !!binary aGk=", "holds a bytes, which JSON has not"),
        ("openapi: 3.1.0\nx: !!set {a}", "holds a set, which JSON has not"),
        ("openapi: 3.1.0\nx: 1e400", "holds a number beyond double precision"),
        ("openapi: 3.1.0\nx: " + "[" * 5_000 + "]" * 5_000, "is"),
        ("openapi: 3.1.0", "has 0 operations with a JSON request body; name one with --operation: it has none"),
        (content_of({"$ref": "#/components/schemas/Absent"}), "reference '#/components/schemas/Absent' at "),
        (content_of(REMOTE), "is remote; bundle the document into one file first"),
        (
            content_of({"$ref": "other.yaml#/a"}),
            "leads to no file below the document's folder; add the file, or bundle",
        ),
        (content_of({"$ref": "../up.yaml#/a"}), "leads to no file below the document's folder"),
        (content_of({"$ref": "#anchor"}), "names no anchor of the document"),
        (content_of({"properties": {"a": REMOTE}}), "reference 'https://example.com/schema.json' at #/paths/"),
        (content_of(TO_A, components={"schemas": {"A": TO_A}}), "leads back to itself"),
        (content_of(TO_A, components={"schemas": LOOP}), "leads back to itself"),
        (content_of(TO_A, components={"schemas": UNION}), "refers to itself without end"),
        (content_of([1]), "is neither an object nor a boolean"),
        (content_of(schema=False), "allows no body at all"),
        (content_of({"type": "string", "allOf": [{"type": "integer"}]}), "allows no body at all"),
        (content_of({"type": "text"}), "is no JSON Schema: "),
        (content_of({"properties": {"a": {"minimum": "1"}}}), "/properties/a/minimum is no JSON Schema: "),
        (content_of({}, {"minimum": "3"}), "is no JSON Schema: "),
        (content_of({"pattern": "("}), "/pattern is no JSON Schema: "),
        (content_of({"minimum": 1, "exclusiveMinimum": True}), "write the limit itself, or `openapi: 3.0.3`"),
        (content_of({}, {"items": 3}), "/schema/items is no JSON Schema: "),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(spec: Write, content: Any, problem: str) -> None:
    """Each way in which a document is unusable has a sentence that names the file and the fault."""
    path = spec(content)
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert problem in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_file_that_is_absent_is_told_with_what_to_do(tmp_path: Path) -> None:
    """The message names the path and the option."""
    with pytest.raises(ContractError, match=r"cannot read .*absent\.yaml: No such file or directory; name .* --spec"):
        load_document(tmp_path / "absent.yaml")


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    """A path that is no file is told as the system tells it."""
    with pytest.raises(ContractError, match="Is a directory"):
        load_document(tmp_path)


def test_a_document_beyond_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Size is judged before anything is read."""
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    with pytest.raises(ContractError, match="larger than 10 bytes"):
        parse_document(b"openapi: 3.1.0", "big.yaml")


@pytest.mark.slow
def test_aliases_do_not_blow_a_document_up() -> None:
    """A small text whose aliases stand for millions of values is refused, and soon."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ContractError, match="holds more than 2000000 values"):
        parse_yaml("\n".join(lines).encode(), "bomb.yaml")


def test_yaml_is_read_as_json() -> None:
    """Dates, yes and no, sexagesimals and infinities are texts; numbers are decimal; names are texts."""
    text = b"""
date: 2020-01-01
stamp: 2020-01-01T00:00:00Z
yes: no
on: off
time: 12:30
octal: 010
hex: 0x10
exponent: 1e3
inf: .inf
empty:
tilde: ~
true: True
200: 1.50
merged: {<<: {a: 1}, b: 2}
"""
    assert {
        "date": "2020-01-01", "stamp": "2020-01-01T00:00:00Z", "yes": "no", "on": "off", "time": "12:30", "octal": 10,
        "hex": 16, "exponent": 1000.0, "inf": ".inf", "empty": None, "tilde": None, "true": True, "200": 1.5,
        "merged": {"a": 1, "b": 2},
    } == parse_yaml(text, "test.yaml")  # fmt: skip


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\x85\u2028\u2029\ufeff")
)
floats = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | names,
    lambda inner: st.lists(inner) | st.dictionaries(names.filter(lambda name: len(name) < 50), inner),
    max_leaves=15,
)


@given(values)
def test_json_is_yaml(value: Json) -> None:
    """A document written in JSON is read as what it says."""
    assert equal(value, parse_yaml(encode(value), "test.json"))


def test_a_document_is_named_by_its_bytes() -> None:
    """The hash is that of the bytes, and the text is kept as it was."""
    data = b"openapi: 3.1.0 # a comment\n"
    found = parse_document(data, "test.yaml")
    assert (data.decode(), hashlib.sha256(data).hexdigest()) == (found.text, found.sha256)


def test_recursive_schemas_are_no_loops() -> None:
    """A schema that refers to itself below a member or an item is one that values of any depth fit."""
    tree = {"type": "object", "properties": {"left": TO_A, "all": {"type": "array", "items": TO_A}}}
    document = document_of(content_of(TO_A, components={"schemas": {"A": tree}}))
    assert get(document, "#/components/schemas/A") == tree


def test_references_are_followed_to_the_end() -> None:
    """A chain of references ends at the value, and the pointer is the last one's."""
    chain = {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/a~1b"},
        "a/b": {"type": "null"},
    }
    document = document_of({"openapi": "3.1.0", "components": {"schemas": chain}})
    assert ("#/components/schemas/a~1b", {"type": "null"}) == follow(document, "#/components/schemas/A")
    assert "#" == resolve(document, "#", "#/x")
