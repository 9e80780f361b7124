"""References: of every form that JSON Schema and OpenAPI have, and into other files of the folder."""

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.contract.reading.document import get, load_document, parse_document
from conformance.contract.schemas.nodes import find
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, encode

from .documents import content_of, document_of

STRING = {"type": "string"}
NAMED = {"type": "object", "properties": {"name": STRING}, "required": ["name"]}


def contract_in(folder: Path, files: dict[str, Any]) -> Contract:
    """Return the contract of `spec.yaml` among files of a folder; a text is written as it is."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else encode(content))
    return load_contract(folder / "spec.yaml")


def request_of(schema: Any, folder: Path, **components: Any) -> Contract:
    """Return the contract of a document in one file."""
    return contract_in(folder, {"spec.yaml": content_of(schema, components={"schemas": components})})


A = {"$ref": "#/components/schemas/A"}
FREE = {"type": "object", "properties": {"name": STRING}}
TO_B = {**NAMED, "properties": {"name": {"$ref": "b"}}}


@pytest.mark.parametrize(
    ("schema", "components"),
    [
        ({"$ref": "#thing"}, {"A": {"$anchor": "thing", **NAMED}}),
        ({"$ref": "#/components/schemas/A%42"}, {"AB": NAMED}),
        ({"$ref": "#/components/schemas/A B"}, {"A B": NAMED}),
        (A, {"A": {"$id": "/a", **TO_B}, "B": {"$id": "/b", **STRING}}),
        ({"$ref": "https://x.test/a"}, {"A": {"$id": "https://x.test/a", **NAMED}}),
        (A, {"A": {"$id": "x:a", "$ref": "#/$defs/n", "$defs": {"n": NAMED}}}),
        (A, {"A": {"$id": "x:a", "$ref": "#n", "$defs": {"n": {"$anchor": "n", **NAMED}}}}),
        ({"$dynamicRef": "#thing"}, {"A": {"$dynamicAnchor": "thing", **NAMED}}),
        ({**A, "required": ["name"]}, {"A": FREE}),
    ],
    ids="anchor percent space relative-id absolute-id pointer-in-id anchor-in-id dynamic siblings".split(),
)
def test_references_of_every_form_lead_to_their_schema(schema: Any, components: Any, tmp_path: Path) -> None:
    """Nodes and both validators read the schema that the reference means."""
    contract = request_of(schema, tmp_path, **components)
    name = find(contract.request, "/name")
    assert (frozenset({"string"}), True) == (name and name.types, name and name.required)
    verdicts = [contract.request_validator.holds({"name": value}) for value in ("x", 1)]
    assert [True, False] == verdicts
    assert verdicts == [contract.request_validator.is_valid_by_jsonschema({"name": value}) for value in ("x", 1)]


def test_files_below_the_folder_are_part_of_the_document(tmp_path: Path) -> None:
    """References go to other files, from there to third ones, back, and into themselves."""
    files = {
        "spec.yaml": content_of(
            {"$ref": "parts/thing.yaml#/Thing"}, {"$ref": "whole.json"}, components={"schemas": {"Name": STRING}}
        ),
        "parts/thing.yaml": "Thing: {type: object, required: [name], properties: {name: {$ref: '../name.yaml'}, "
        "back: {$ref: '../spec.yaml#/components/schemas/Name'}, self: {$ref: '#/Thing'}}}",
        "name.yaml": "type: string",
        "whole.json": NAMED,
    }
    contract = contract_in(tmp_path, files)
    request, response = contract.request, contract.response
    assert ["/name", "/back", "/self"] == [node.path for node in request.children][:3]
    assert [frozenset({"string"})] * 2 == [node.types for node in request.children[:2]]
    assert response is not None
    assert ["/name"] == [node.path for node in response.children]
    assert not contract.request_validator.holds({"name": "a", "self": {"name": 1}})


def test_a_document_of_several_files_is_one_text(tmp_path: Path) -> None:
    """What a journal keeps of it gives the same contract, and its hash tells another part apart."""
    files: dict[str, Any] = {"spec.yaml": content_of({"$ref": "a.yaml#/A"}), "a.yaml": {"A": NAMED}}
    contract = contract_in(tmp_path, files)
    document = contract.document
    again = parse_document(document.text.encode(), "the journal")
    assert (document.sha256, document.content) == (again.sha256, again.content)
    changed = contract_in(tmp_path, {**files, "a.yaml": {"A": {**NAMED, "required": []}}})
    assert document.sha256 != changed.document.sha256


@pytest.mark.parametrize("reference", ["../secret.yaml#/A", "link.yaml#/A", "absent.yaml", "file:///etc/hostname"])
def test_no_file_outside_of_the_folder_is_read(reference: str, tmp_path: Path) -> None:
    """Neither by `..`, by an absolute address, nor by a symbolic link; the message says where it is looked for."""
    (tmp_path / "secret.yaml").write_bytes(encode({"A": NAMED}))
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(ContractError, match=r"leads to no file below the document's folder|is remote"):
        contract_in(folder, {"spec.yaml": content_of({"$ref": reference})})


def test_a_file_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    """The reference leads nowhere, and a warning says why."""
    files = {"spec.yaml": content_of({}, components={"schemas": {"A": {"$ref": "bad.yaml"}}}), "bad.yaml": "a: ["}
    contract = contract_in(tmp_path, files)
    assert [True] == ["bad.yaml is not YAML" in each for each in contract.warnings]


def test_definitions_in_a_schema_are_read_with_a_warning() -> None:
    """`#/$defs/x` is meant for the schema around it, and stands for the root of the document."""
    document = document_of(content_of({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": STRING}}))
    at = "#/paths/~1things/put/requestBody/content/application~1json/schema"
    assert f"{at}/$defs/x" == get(document, f"{at}/properties/a/$ref")
    assert (
        f"{at}/properties/a/$ref: '#/$defs/x' leads nowhere in the document; it is read as '{at}/$defs/x'",
    ) == document.warnings


def test_a_reference_in_data_is_data() -> None:
    """Examples, defaults, enums and properties called `$ref` are left alone."""
    schema: Json = {
        "properties": {"$ref": STRING, "a": {"default": {"$ref": "#x"}, "enum": [{"$ref": "y.yaml"}]}},
        "examples": [{"$ref": "#z"}],
    }
    content = content_of(schema)
    assert content == document_of(content).content


def test_the_published_document_is_as_it_was() -> None:
    """Reading changes nothing in a document whose references are pointers, and finds nothing wrong in it."""
    contract = load_contract()
    assert ((), False) == (contract.warnings, "x-conformance-files" in contract.document.content)


def test_every_document_of_a_folder_is_read_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is one from the working directory; references go from the document's own."""
    contract_in(tmp_path / "api", {"spec.yaml": content_of({"$ref": "a b.yaml"}), "a b.yaml": NAMED})
    monkeypatch.chdir(tmp_path)
    document = load_document(Path("api/spec.yaml"))
    assert NAMED == get(document, "#/x-conformance-files/a b.yaml")
