"""Requirements: what follows from the schemas, what is data, and the published numbers of both."""

from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import Contract, build_contract, load_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.prose import read_prose
from conformance.contract.requirements.rows import DATA, apply_aliases, read_rows, stated_ids
from conformance.model.errors import ContractError
from conformance.model.jsontext import Literal, Writable
from conformance.model.vocabulary import Group, Strength

from .documents import content_of, contract_of, document_of, operation_of

PUBLISHED = {"TRN": 12, "AUT": 12, "ACC": 26, "REJ": 31, "RSP": 57, "SEM": 17, "ERR": 12, "ADV": 18, "DRF": 5}
"""How many numbered requirements each group of the published list has."""

GROUPS = {
    "TRN": Group.TRANSPORT, "AUT": Group.AUTHENTICATION, "ACC": Group.ACCEPTANCE, "REJ": Group.REJECTION,
    "RSP": Group.RESPONSE, "SEM": Group.SEMANTICS, "ERR": Group.ERROR, "ADV": Group.ADVISORY, "DRF": Group.DRIFT,
}  # fmt: skip

ELSEWHERE = {"REQ-DRF-004", "REQ-SEM-006", "REQ-ERR-001", "REQ-ERR-007", "REQ-ERR-008"}
"""Numbers that rows of another group judge as well: enum and required rows of the answer, prose about errors."""

UNNUMBERED = {
    "accept.CreateEnvironmentRequestV1.combination",
    "accept.beyond-prose",
    "accept.reserved-property",
    "accept.unknown-limits",
    "authentication.unconfigured",
    "reject.content-coding",
    "reject.json-media-type",
    "reject.no-media-type",
    "semantics.isolation",
    "semantics.same-name-settings",
    "transport.allow",
    "transport.chunked",
    "transport.host",
    "transport.other-path",
    "transport.response-time",
    "transport.retries",
}
"""What the suite judges beyond the published list."""


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


def numbers_of(contract: Contract) -> dict[str, list[str]]:
    """Return the ids of the requirements that carry each number."""
    found: dict[str, list[str]] = {}
    for row in contract.requirements:
        for number in (row.alias or "").split(", "):
            found.setdefault(number, []).append(row.id)
    return found


def test_every_published_number_is_judged(contract: Contract) -> None:
    """Each of the 190 numbers belongs to at least one requirement, and no number is invented."""
    expected = {f"REQ-{group}-{n:03}" for group, count in PUBLISHED.items() for n in range(1, count + 1)}
    assert 190 == len(expected)
    assert expected == numbers_of(contract).keys() - {""}


def test_what_has_no_number_is_known(contract: Contract) -> None:
    """A requirement without a published number is one that the suite adds on purpose."""
    found = numbers_of(contract)[""]
    assert {each for each in found if not each.endswith(".precision")} == UNNUMBERED


def test_numbers_belong_to_the_group_of_their_rows(contract: Contract) -> None:
    """The group in a number is that of the requirement, but for the few that are judged elsewhere."""
    strangers = {
        number
        for number, ids in numbers_of(contract).items()
        for id_ in ids
        if number and contract.by_id[id_].group is not GROUPS[number.split("-")[1]]
    }
    assert ELSEWHERE == strangers


def test_ids_are_unique_and_begin_with_their_group(contract: Contract) -> None:
    """An id names one requirement, and says its group."""
    ids = Counter(row.id for row in contract.requirements)
    assert {1} == set(ids.values())
    first = {Group.ACCEPTANCE: "accept", Group.REJECTION: "reject"}
    for row in contract.requirements:
        assert first.get(row.group, row.group.value) == row.id.partition(".")[0]


def test_every_requirement_says_where_it_comes_from(contract: Contract) -> None:
    """Each has a sentence and a source; pointers into the document lead somewhere."""
    for row in contract.requirements:
        assert row.title
        assert row.source
    titles = Counter((row.title, row.group) for row in contract.requirements)
    assert [] == [title for title, count in titles.items() if count > 1]


def strengths(contract: Contract, prefix: str) -> dict[str, str]:
    """Return id and strength of the requirements whose id begins so."""
    return {row.id: row.strength.value for row in contract.requirements if row.id.startswith(prefix)}


def test_a_requirement_that_no_contract_has_is_told(contract: Contract) -> None:
    """One of another operation, or of clients, is merely not asked for; one of none is a mistake."""
    other = contract_of({"type": "string"})
    asked = [each.asks("drift.properties") for each in (contract, other)]
    assert ([True, False], False) == (asked, contract.asks("client-error.retry"))
    assert {"transport.date", "drift.properties", "client-error.retry"} < stated_ids()
    for name in ("transport.dropt", "drift", "", "accept.EnvironmentV1.maxLen", "response.CreateEnvironmentRequestV1"):
        with pytest.raises(LookupError, match=f"no contract has a requirement '{name}'"):
            contract.asks(name)
        with pytest.raises(LookupError):
            contract.asked(["transport.date", name])


def test_what_a_schema_does_not_ask_is_passed_over(contract: Contract) -> None:
    """Of ids that could follow from the document, those that do are kept, in order and once."""
    label = "CreateEnvironmentRequestV1.name"
    named = [f"accept.{label}.enum", "transport.date", f"accept.{label}", "transport.date", f"reject.{label}.maxLength"]
    assert ("transport.date", f"accept.{label}") == contract.asked(named)
    with pytest.raises(LookupError):
        contract.asks(f"accept.{label}.enum")


@pytest.mark.parametrize(
    "answer", [{"type": "array"}, {"type": "object"}, {"type": "object", "properties": {"a": {"type": "integer"}}}, {}]
)
def test_a_body_has_a_type_whatever_it_declares(answer: Any) -> None:
    """That the answer as a whole is of its type is one requirement, with members or without."""
    contract = contract_of({"type": "object"}, answer)
    assert contract.response is not None
    assert 1 == [row.id for row in contract.requirements].count(f"response.{contract.response.label}.type")


def test_what_follows_from_a_schema() -> None:
    """Each node and keyword gives its requirements on the side of the request."""
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {
            "n": {"type": "integer", "minimum": 1},
            "t": {"type": ["string", "null"], "maxLength": 5, "format": "password"},
            "e": {"enum": ["a", "b"]},
            "o": {"type": "object", "additionalProperties": False},
        },
    }
    contract = contract_of({"$ref": "#/components/schemas/R"}, components={"schemas": {"R": schema}})
    assert {
        "accept.R.required": "must", "accept.R.combination": "must",
        "accept.R.additionalProperties": "should", "accept.R.n": "must", "accept.R.n.type": "should",
        "accept.R.n.minimum": "must", "accept.R.t": "must", "accept.R.t.type": "should", "accept.R.t.maxLength": "must",
        "accept.R.e": "must", "accept.R.e.enum": "must", "accept.R.o": "must",
    } == {k: v for k, v in strengths(contract, "accept.").items() if k.count(".") and "-" not in k}  # fmt: skip
    assert {
        "reject.R.type": "must", "reject.R.n.required": "must", "reject.R.n.type": "must",
        "reject.R.n.coercible": "should", "reject.R.n.precision": "should", "reject.R.n.minimum": "must",
        "reject.R.t.type": "must",
        "reject.R.t.maxLength": "must",
        "reject.R.e.type": "must", "reject.R.e.enum": "must", "reject.R.o.type": "must", "reject.body.required": "must",
        "reject.components-schemas-R-properties-o.additionalProperties": "must",
    } == strengths(contract, "reject.")  # fmt: skip


def test_what_follows_from_an_answer() -> None:
    """Members that must be there, types, closed objects and bounds; echoes and defaults of what both bodies have."""
    sent = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": ["integer", "null"]}},
    }
    answer = {
        "type": "object",
        "required": ["a"],
        "additionalProperties": False,
        "properties": {"a": {"type": "string"}, "b": {"type": "integer", "default": 3}, "id": {"type": "string"}},
    }
    contract = contract_of(
        {"$ref": "#/components/schemas/S"},
        {"$ref": "#/components/schemas/A"},
        components={"schemas": {"S": sent, "A": answer}},
    )
    assert {
        "response.A.type", "response.A.additionalProperties", "response.A.a.required", "response.A.a.type",
        "response.A.b.type", "response.A.id.type",
    } == strengths(contract, "response.").keys()  # fmt: skip
    assert {
        "semantics.S.a.echo": "advisory", "semantics.S.b.echo": "advisory", "semantics.S.b.null-as-absent": "advisory",
        "semantics.S.b.default": "advisory",
    } == strengths(contract, "semantics.")  # fmt: skip
    assert "/a" == contract.identity
    assert [("/a", "/a"), ("/b", "/b")] == [(one.path, other.path) for one, other in contract.echoes]


def test_the_name_of_an_object_is_a_required_text_of_both_bodies() -> None:
    """A text that is listed, bounded in form, optional or not answered cannot take a fresh value at every send."""
    for change in ({"enum": ["x"]}, {"pattern": "a"}, {"format": "uuid"}, {"maxLength": 5}):
        text = {"type": "string", **change}
        sent = {"type": "object", "required": ["a"], "properties": {"a": text}}
        assert contract_of(sent, sent).identity is None
    optional = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert contract_of(optional, optional).identity is None
    sent = {**optional, "required": ["a"]}
    assert contract_of(sent, {"type": "object"}).identity is None
    assert "/a" == contract_of(sent, sent).identity


def test_parameters_of_the_path_are_echoed(contract: Contract) -> None:
    """A path parameter that the answer repeats under its name is a requirement."""
    assert {"model_id": "/model_id"} == contract.echoed_parameters
    assert "semantics.path.model_id.echo" in contract.by_id


def test_the_published_contract_is_known_whole(contract: Contract) -> None:
    """No keyword of the request is beyond the rules, so that nothing that is derived needs a proof."""
    assert ((), True) == (contract.request.unmodelled, contract.request.modelled)


def test_unknown_keywords_are_named() -> None:
    """What no rule knows is told with its place, and the contract says that its nodes do not say all."""
    found = contract_of({"type": "object", "properties": {"a": {"type": "array", "contains": {"type": "integer"}}}})
    place = "#/paths/~1things/put/requestBody/content/application~1json/schema/properties/a"
    assert ((f"{place} contains",), False) == (found.request.unmodelled, found.request.modelled)


def test_data_of_another_operation_is_left_out() -> None:
    """Prose, rows and numbers speak of the operation that they name; what speaks of none speaks of all."""
    document = document_of(content_of({"type": "object"}))
    found = build_contract(document, pick_operation(document, None), files(DATA))
    assert "" == found.prose.operation
    assert not any(row.id.startswith(("advisory.", "authentication.")) for row in found.requirements)
    assert "transport.status" in found.by_id


def test_rows_are_data_with_a_form(tmp_path: Path) -> None:
    """A file of rows that has another form is told with its name and what is wrong."""
    operation = operation_of()
    assert [] == read_rows(tmp_path / "absent", operation)
    (tmp_path / "a.yaml").write_text(
        "group: transport\nrows: [{id: transport.x, title: t, strength: must, source: [s]}]"
    )
    assert ["transport.x"] == [row.id for row in read_rows(tmp_path, operation)]
    (tmp_path / "b.yaml").write_text("group: nonsense\nrows: []")
    with pytest.raises(ContractError, match=r"^b\.yaml: Invalid enum value 'nonsense'"):
        read_rows(tmp_path, operation)


def test_numbers_go_by_the_first_glob_that_fits(tmp_path: Path, contract: Contract) -> None:
    """A later glob does not take a number back, and a row's own number stays."""
    path = tmp_path / "aliases.yaml"
    path.write_text(
        f"operation: {contract.operation.name}\naliases: {{'*.isolation.*': REQ-0, "
        "'transport.chunked*chunked': REQ-0, 'transport.*': REQ-1, 'transport.status': REQ-2, '*': R}"
    )
    rows = (
        contract.by_id["transport.chunked"],
        contract.by_id["transport.status"],
        contract.by_id["semantics.isolation"],
    )
    found = apply_aliases(path, contract.operation, rows)
    assert ["REQ-1", "REQ-TRN-001", "R"] == [row.alias for row in found]
    assert rows == apply_aliases(tmp_path / "absent.yaml", contract.operation, rows)


RANGES = {
    "ranges": [
        {"requirement": "r.low", "pointer": "/a/n", "minimum": 1, "maximum": 9},
        {"requirement": "r.never", "pointer": "/x", "never": True},
        {"requirement": "r.name", "pointer": "/name", "pattern": "[a-z]+"},
    ],
    "rules": [
        {"requirement": "r.order", "at_most": ["/a/n", "/a/m"]},
        {"requirement": "r.one", "one_non_zero": ["/p", "/q"]},
    ],
}


@pytest.mark.parametrize(
    ("body", "beyond"),
    [
        ({}, ()),
        ({"a": {"n": 1}}, ()),
        ({"a": {"n": 0}}, ("r.low",)),
        ({"a": {"n": 10}}, ("r.low",)),
        ({"a": {"n": Literal("9.0")}}, ()),
        ({"a": {"n": Literal("9.5")}}, ("r.low",)),
        ({"a": {"n": Literal("NaN")}}, ()),
        ({"a": {"n": "0"}}, ()),
        ({"a": {"n": True}}, ()),
        ({"a": {"n": None}}, ()),
        ({"a": {"n": 10**400}}, ("r.low",)),
        ({"a": {"n": 1.0}}, ()),
        ({"a": {"n": 9.5}}, ("r.low",)),
        ({"a": {"m": -(10**400), "n": 1}}, ("r.order",)),
        ({"x": True}, ("r.never",)),
        ({"x": 10**400}, ("r.never",)),
        ({"x": "a"}, ("r.never",)),
        ({"a": [0]}, ()),
        ({"x": 0}, ("r.never",)),
        ({"x": None}, ()),
        ({"name": "abc"}, ()),
        ({"name": "abc1"}, ("r.name",)),
        ({"name": ""}, ("r.name",)),
        ({"a": {"n": 3, "m": 2}}, ("r.order",)),
        ({"a": {"n": 2, "m": 2}}, ()),
        ({"a": {"n": 3}}, ()),
        ({"p": 1, "q": 1}, ("r.one",)),
        ({"p": 0, "q": 0}, ("r.one",)),
        ({"p": 1, "q": 0}, ()),
        ({"p": 1}, ()),
        ({"p": 0}, ("r.one",)),
        ({"a": {"n": 0}, "x": 1, "p": 0}, ("r.low", "r.never", "r.one")),
    ],
)
def test_what_prose_speaks_against(body: Writable, beyond: tuple[str, ...]) -> None:
    """Ranges and rules are told by the values that are sent, however they are spelled; null and absence leave none."""
    assert beyond == read_prose(RANGES, "prose.yaml").beyond(body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [{"rangs": []}, {"ranges": [{"pointer": "/a"}]}, [], {"ranges": 3}, {"safe": {"/a": {}}}, {"read": {"path": 1}}],
)
def test_prose_is_data_with_a_form(data: Any) -> None:
    """Whatever the form does not know is told with the name of the file."""
    with pytest.raises(ContractError, match=r"^prose\.yaml: "):
        read_prose(data, "prose.yaml")


def test_the_published_prose_speaks_of_the_document(contract: Contract) -> None:
    """Every pointer of the prose names a member of the request, and every requirement in it is one."""
    prose, paths = contract.prose, {node.path for node in contract.request.walk()}
    assert {each.pointer for each in prose.ranges} | prose.safe.keys() | prose.defaults.keys() <= paths
    named = {each.requirement for each in (*prose.ranges, *prose.rules, *prose.trials)}
    assert named <= contract.by_id.keys()
    assert {Strength.ADVISORY} == {contract.by_id[each].strength for each in named}
    assert contract.response is not None
    assert {prose.created, *prose.fresh} <= {node.path for node in contract.response.walk()}
