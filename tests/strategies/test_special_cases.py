"""Credentials, paths, bytes, headers and relations: each is what its id says, and right but for that."""

import json
from typing import Any

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.model.case import KEY, SLOT, Case, Item, Need, Relation, RelationKind
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, JsonFault, equal, read
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .contracts import cases_of, contract_of, standard, value_of


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@pytest.fixture(scope="module")
def items(contract: Contract) -> dict[str, Item]:
    """Return the items of the whole catalogue by id."""
    known = Knowledge({"model_id": "abcd1234"}, {"model_id": "no such"})
    return {item.id: item for item in catalogue(contract, Profile.FULL, known)}


@pytest.fixture(scope="module")
def cases(items: dict[str, Item]) -> dict[str, Case]:
    """Return all cases by id."""
    return {case.id: case for case in cases_of(items.values())}


def credential(case: Case) -> list[str]:
    """Return the values of the header that the credential belongs in."""
    return [value for name, value in case.request.headers if name.lower() == "authorization"]


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("accept.smallest", [f"Api-Key {KEY}"]),
        ("reject.credential.none", []),
        ("reject.credential.empty", [""]),
        ("reject.credential.bare-key", [KEY]),
        ("reject.credential.scheme-alone", ["Api-Key"]),
        ("reject.credential.scheme-and-space", ["Api-Key "]),
        ("reject.credential.no-space", [f"Api-Key{KEY}"]),
        ("reject.credential.scheme-basic", [f"Basic {KEY}"]),
        ("reject.credential.key-and-more", [f"Api-Key {KEY}x"]),
        ("reject.credential.query-api-key", []),
        ("reject.credential.cookie", []),
        ("reject.credential.proxy-header", []),
        ("observe.credential.scheme-lower-case", [f"api-key {KEY}"]),
        ("observe.credential.two-spaces", [f"Api-Key  {KEY}"]),
        ("observe.credential.bearer", [f"Bearer {KEY}"]),
    ],
)
def test_credentials_are_sent_as_they_are_called(cases: dict[str, Case], id_: str, expected: list[str]) -> None:
    """The header holds exactly what the id says, and the body is right."""
    case = cases[id_]
    assert expected == credential(case)
    assert cases["accept.smallest"].request.body == case.request.body


def test_a_key_that_is_wrong_is_no_key(cases: dict[str, Case]) -> None:
    """Cases about wrong keys hold none that is right, and need a target that can tell."""
    for id_, needs in (("wrong-key", (Need.KEYS,)), ("long-key", (Need.KEYS,)), ("scheme-alone", ())):
        case = cases[f"reject.credential.{id_}"]
        assert KEY not in str(case.request.headers) + case.request.target
        assert needs == case.needs
    assert b"{" == cases["observe.credential.with-bad-body"].request.body
    assert 2 == len(credential(cases["observe.credential.two"]))


def test_a_key_elsewhere_is_the_right_one(cases: dict[str, Case]) -> None:
    """In the query or a cookie stands the real key: only its place is wrong."""
    assert f"?api_key={KEY}" in cases["reject.credential.query-api-key"].request.target
    assert f"?Authorization={KEY}" in cases["reject.credential.query-same-name"].request.target
    assert ("Cookie", f"Authorization={KEY}") in cases["reject.credential.cookie"].request.headers


@pytest.mark.parametrize(
    ("slug", "segment"),
    [
        ("slash", "a%2Fb"), ("space", "a%20b"), ("two-dots", ".."), ("dot", "."), ("nul", "a%00b"),
        ("semicolon", "a%3Bb%3Dc"), ("question-mark", "a%3Fb"), ("hash", "a%23b"), ("percent", "a%252Fb"),
        ("plus", "a%2Bb"),         ("non-ascii", "%C3%A9%F0%9F%98%80"), ("empty", ""), ("long", "a" * 2_000),
    ],
)  # fmt: skip
def test_path_parameters_are_percent_encoded_once(cases: dict[str, Case], slug: str, segment: str) -> None:
    """Each parameter is one segment by RFC 3986, and what becomes of it is not claimed to be known."""
    case = cases[f"observe.path.model_id.{slug}"]
    assert f"/v1/models/{segment}/environments" == case.request.target
    assert Expectation.OBSERVED is case.expectation


def test_only_who_names_an_unknown_resource_has_one_refused(contract: Contract, cases: dict[str, Case]) -> None:
    """A resource that does not exist is asked for only when the caller says that it does not."""
    case = cases["reject.path.model_id.unknown"]
    assert "/v1/models/no%20such/environments" == case.request.target
    assert ("error.unknown-resource",) == case.requirements
    assert "reject.path.model_id.unknown" not in {each.id for each in cases_of(standard(contract))}


def test_no_broken_text_can_be_read(cases: dict[str, Case]) -> None:
    """What is called no JSON, or no UTF-8, is none; what is called right JSON says what the plain body says."""
    broken = [case for id_, case in cases.items() if id_.startswith(("reject.json.", "reject.utf-8."))]
    assert len(broken) > 45
    for case in broken:
        with pytest.raises(JsonFault):
            read(case.request.body or b"")
    for slug in ("white-space", "property-order", "compact"):
        assert read(cases["accept.fullest"].request.body or b"").value == (
            read(cases[f"accept.json.{slug}"].request.body or b"").value
        )
    body = cases["accept.json.escapes"].request.body or b""
    assert b"\\u006e" in body
    assert {"name": SLOT} == read(body).value


def test_texts_are_cut_after_every_token(cases: dict[str, Case]) -> None:
    """Each text that is cut off is the beginning of a whole one, and each is longer than the one before."""
    cuts = [case.request.body or b"" for id_, case in cases.items() if ".json.cut-" in id_]
    assert len(cuts) >= 8
    assert all(any(longer.startswith(cut) for longer in cuts) for cut in cuts)


@pytest.mark.parametrize(
    ("id_", "check"),
    [
        ("observe.duplicate.same-value", lambda body: body.count(b'"name"') == 2),
        ("observe.utf-8.byte-order-mark", lambda body: body.startswith(b"\xef\xbb\xbf{")),
        ("observe.heavy.depth-1000", lambda body: body.count(b"[") == 1_000),
        ("observe.heavy.depth-5000", lambda body: body.count(b"[") == 5_000),
        ("observe.heavy.promotion_settings.depth-5000", lambda body: b'"promotion_settings": {' in body[:60]),
        ("observe.heavy.promotion_settings.rolling_deploy_config.size-1-mb", lambda body: b"a" * 1_000_000 in body),
        ("observe.heavy.depth-25", lambda body: body.count(b'[{"a": ') == 36),
        ("observe.heavy.depth-100000", lambda body: body.count(b"]") == 100_000),
        ("observe.heavy.unclosed", lambda body: body == b"[" * 100_000),
        ("observe.heavy.size-1-mb", lambda body: 1_000_000 < len(body) < 1_001_000),
        ("observe.heavy.size-10-mb", lambda body: 10_000_000 < len(body) < 10_001_000),
        ("observe.heavy.many-properties", lambda body: len(json.loads(body)["conformance_undeclared"]) == 10_000),
        ("observe.json.long-number", lambda body: b"1" * 5_000 in body),
        ("reject.utf-8.utf-16", lambda body: body.startswith(b"\xff\xfe{\x00")),
        ("reject.utf-8.overlong", lambda body: b"\xc0\xaf" in body),
        ("reject.json.nan", lambda body: b"NaN" in body),
        ("reject.json.two-documents", lambda body: body.count(SLOT.encode()) == 2),
        ("reject.json.empty", lambda body: body == b""),
        ("reject.json.blank", lambda body: body.strip() == b""),
    ],
)
def test_bytes_are_what_they_are_called(cases: dict[str, Case], id_: str, check: Any) -> None:
    """Each case about bytes holds the bytes that its id names."""
    assert check(cases[id_].request.body)
    if ".heavy." in id_:
        assert Need.LOOPBACK in cases[id_].needs


def header(case: Case, name: str) -> str | None:
    """Return the value of a header."""
    return next((value for field, value in case.request.headers if field == name), None)


def test_media_types_and_headers_are_what_they_are_called(cases: dict[str, Case]) -> None:
    """The declared type in any spelling is right, another is wrong, one that is like JSON is open."""
    types = {id_: header(case, "Content-Type") for id_, case in cases.items() if ".media-type." in id_}
    assert "application/json; charset=utf-8" == types["accept.media-type.charset"]
    assert "APPLICATION/JSON" == types["accept.media-type.upper-case"]
    assert types["observe.media-type.absent"] is None
    assert "text/plain" == types["reject.media-type.text"]
    assert "application/vnd.conformance+json" == types["observe.media-type.suffix"]
    assert header(cases["accept.accept.absent"], "Accept") is None
    assert "authorization" in dict(cases["accept.field-names.lower-case"].request.headers)
    assert cases["accept.chunked"].request.chunked
    assert "100-continue" == header(cases["observe.expect"], "Expect")
    assert cases["observe.path.trailing-slash"].request.target.endswith("/environments/")


def test_methods_that_the_path_does_not_declare(cases: dict[str, Case]) -> None:
    """Every other method is tried, those that could change something only on this machine."""
    methods = {case.request.method: case for id_, case in cases.items() if id_.startswith("observe.method.")}
    assert {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CREATE"} == methods.keys()
    assert {"GET", "HEAD", "OPTIONS"} == {name for name, case in methods.items() if Need.LOOPBACK not in case.needs}


def test_relations_belong_together(items: dict[str, Item]) -> None:
    """Pairs in flight at once differ; a name that is sent twice is one; null stands beside absence."""
    found = {id_: item for id_, item in items.items() if isinstance(item, Relation)}
    assert set(RelationKind) == {item.kind for item in found.values()}
    for item in found.values():
        bodies = [case.request.body for case in item.cases]
        assert item.concurrent is (item.kind == "isolation")
        if item.kind in {"isolation", "null-beside-absent", "alike-names"}:
            assert len(set(bodies)) == len(bodies) == 2
        if item.same_name:
            assert all(case.slotted for case in item.cases)
        if item.kind == "leaves-nothing":
            assert [Expectation.REJECTED, Expectation.ACCEPTED] == [case.expectation for case in item.cases]
    series = found["relate.series"].cases
    names = [SLOT + end for end in ("-a", "-a", "-A", "-a ", "_a")]
    assert names == [(read(case.request.body or b"").value or {})["name"] for case in series]
    assert ["rejected", "accepted", *["observed"] * 3] == [case.expectation for case in series]
    one, other = (json.loads(case.request.body or b"") for case in found["relate.isolation.1"].cases)
    leaves = one["autoscaling_settings"].items()
    assert all(value != other["autoscaling_settings"][name] for name, value in leaves if value is not None)
    for case in found["relate.isolation.1"].cases:
        assert () == case.beyond


def test_a_body_without_members_is_broken_all_the_same() -> None:
    """For a request without required members, without members, or without object, no broken text is right by chance."""
    for schema in (
        {"type": "object"},
        {"properties": {"a": {"type": "integer"}}},
        {"type": "array"},
        {"type": "string"},
        True,
    ):
        contract = contract_of(schema)
        cases = list(cases_of(standard(contract)))
        assert any(case.id == "reject.json.single-quotes" for case in cases)
        for case in cases:
            if case.id.startswith(("reject.json.", "reject.utf-8.")):
                with pytest.raises(JsonFault):
                    read(case.request.body or b"")
            elif case.id.startswith("accept.json."):
                assert contract.request_validator.is_valid(read(case.request.body or b"").value), case.id


ELSEWHERE = frozenset(
    "none wrong-key long-key key-and-more other-header api-key-header proxy-header every-other-place".split()
)
"""What is wrong of a key that no header carries, wherever else it is documented."""


@pytest.mark.parametrize(
    ("scheme", "ids"),
    [
        ({"type": "apiKey", "in": "query", "name": "key"}, {*ELSEWHERE, "query-api-key", "cookie"}),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {*ELSEWHERE, "query-api-key", "query-same-name"}),
        (None, set()),
    ],
)
def test_credentials_follow_the_documents_security(scheme: Any, ids: set[str]) -> None:
    """Where the credential travels elsewhere, it is wrong in other places; without security there are none."""
    more = {"components": {"securitySchemes": {"S": scheme}}, "security": [{"S": []}]} if scheme else {}
    cases = {case.id: case for case in cases_of(standard(contract_of({"type": "object"}, **more)))}
    assert ids == {id_.removeprefix("reject.credential.") for id_ in cases if id_.startswith("reject.credential.")}
    right = cases["accept.smallest"].request
    assert (KEY in right.target + str(right.headers)) is (scheme is not None)
    if scheme:
        wrong = cases["reject.credential.none"].request
        assert KEY not in wrong.target + str(wrong.headers)


def test_the_edges_of_what_pages_state_are_sent() -> None:
    """Each edge of each range stands in a body that no page forbids, and just outside each edge in one that it does."""
    contract = load_contract()
    cases = list(cases_of(standard(contract)))
    inside = [value_of(case)[1] for case in cases if not case.beyond and case.expectation is Expectation.ACCEPTED]
    for stated in contract.prose.ranges:
        for edge, outside in ((stated.minimum, -1), (stated.maximum, 1)):
            if edge is None:
                continue
            assert any(holds(body, stated.pointer, edge) for body in inside), stated
            broken = [case for case in cases if case.beyond == (stated.requirement,)]
            assert any(holds(value_of(case)[1], stated.pointer, edge + outside) for case in broken), stated
    for rule in contract.prose.rules:
        assert any(case.beyond == (rule.requirement,) for case in cases), rule
    assert not any(".stated." in case.id for case in cases_of(standard(contract, Profile.SMOKE)))


def holds(body: Json, pointer: str, value: Json) -> bool:
    """Tell whether a body holds a value at a place."""
    return equal(get(body, pointer, MISSING), value)
