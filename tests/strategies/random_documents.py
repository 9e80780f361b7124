"""Random operations: schemas of every keyword, for requests and responses, small enough to be told when they fail."""

from typing import Any

from hypothesis import strategies as st

Schemas = st.SearchStrategy[Any]

NAMES = ("a", "b", "c", "x-d")
TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
PATTERNS = ("^a", "b$", r"^\d{2,4}$", r"^[A-Z]{2}-\w+$", r"^\p{L}+$", r"^(?<n>[ab])\k<n>$", r"^[\w-]*$")
FORMATS = ("date-time", "date", "uuid", "email", "ipv4", "uri", "iri", "uri-reference", "byte", "int64")
CONSTANTS = (None, True, 0, 3, 1.5, "", "ab", [], [1, "a"], {}, {"a": 1}, {"a": [None]})
names = st.sampled_from(NAMES)


def some(**keywords: Schemas) -> Schemas:
    """Return objects that hold any of some keywords."""
    return st.fixed_dictionaries({}, optional=keywords)


def _joined(*parts: Schemas) -> Schemas:
    return st.tuples(*parts).map(lambda found: {name: value for part in found for name, value in part.items()})


numbers = _joined(
    st.sampled_from(["integer", "number"]).map(lambda name: {"type": name}),
    some(
        minimum=st.integers(-5, 5),
        exclusiveMinimum=st.integers(-5, 5),
        maximum=st.integers(6, 300),
        exclusiveMaximum=st.integers(6, 300) | st.just(6.5),
        multipleOf=st.sampled_from([1, 2, 3, 0.5]),
    ),
)
strings = _joined(
    st.just({"type": "string"}),
    some(minLength=st.integers(0, 4), maxLength=st.integers(4, 40)) | some(pattern=st.sampled_from(PATTERNS)),
    some(format=st.sampled_from(FORMATS)) | st.just({}),
)
plain = st.one_of(
    st.sampled_from(
        [True, {}, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {"type": "object"}]
    ),
    st.sampled_from(CONSTANTS).map(lambda value: {"const": value}),
    st.lists(st.sampled_from(CONSTANTS), min_size=1, max_size=3, unique_by=repr).map(lambda values: {"enum": values}),
    numbers,
    strings,
)


def _holders(inner: Schemas) -> Schemas:
    objects = _joined(
        st.just({"type": "object"}),
        some(
            properties=st.dictionaries(names, inner | st.sampled_from([False]), max_size=3),
            required=st.lists(names, unique=True, max_size=2),
            additionalProperties=st.booleans() | inner,
            patternProperties=st.dictionaries(st.sampled_from(["^x-", "a", "^[bc]$"]), inner, max_size=1),
            minProperties=st.integers(0, 2),
            maxProperties=st.integers(2, 4),
        ),
        some(
            propertyNames=st.sampled_from([{"pattern": "^[a-z_0-9-]*$"}, {"maxLength": 16}, {"enum": ["a", "b c"]}]),
            dependentRequired=st.dictionaries(names, st.lists(names, unique=True, max_size=2), max_size=1),
            dependentSchemas=st.dictionaries(names, inner, max_size=1),
            unevaluatedProperties=st.booleans(),
        ),
    )
    arrays = _joined(
        st.just({"type": "array"}),
        some(
            items=inner | st.booleans(),
            prefixItems=st.lists(inner, min_size=1, max_size=2),
            contains=inner,
            minItems=st.integers(0, 3),
            maxItems=st.integers(3, 5),
            uniqueItems=st.booleans(),
        ),
        some(minContains=st.integers(0, 2), unevaluatedItems=st.booleans()),
    )
    unions = st.tuples(st.sampled_from(["anyOf", "oneOf", "allOf"]), st.lists(inner, min_size=1, max_size=3))
    conditions = some(**{"if": inner, "then": inner, "else": inner, "not": inner})
    references = st.sampled_from(["Tree", "List", "Name"]).map(lambda name: {"$ref": f"#/components/schemas/{name}"})
    return st.one_of(
        objects,
        objects,
        arrays,
        unions.map(lambda found: {found[0]: found[1]}),
        references,
        _joined(objects, conditions),
    )


schemas = st.recursive(plain, _holders, max_leaves=6)

COMPONENTS = {
    "schemas": {
        "Tree": {
            "type": "object",
            "properties": {
                "v": {"type": "integer"},
                "kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            },
        },
        "List": {
            "type": "object",
            "required": ["next"],
            "properties": {"next": {"anyOf": [{"$ref": "#/components/schemas/List"}, {"type": "null"}]}},
        },
        "Name": {"type": "string", "minLength": 1, "examples": ["ab"]},
    }
}
"""Components that some schemas refer to, two of them recursive."""

bodies = _holders(schemas)
"""Schemas of bodies: never a bare scalar."""
