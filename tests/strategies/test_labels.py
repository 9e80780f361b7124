"""Labels and classes: one violation a refused body, a reason for each open one, and no class that went missing."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.model.case import SLOT, Case, Item, holds
from conformance.model.errors import ContractError
from conformance.model.vocabulary import Expectation, Profile, Strength
from conformance.strategies.catalogue.catalogue import fill
from conformance.strategies.catalogue.label_proof import BY_BODY

from .contracts import cases_of, contract_of, standard, value_of

OPEN = {
    "accept.*.beyond-double": "validators in Python read 1e400 as infinity, or not at all",
    "accept.name.lone-surrogate": "texts of Rust cannot hold a lone surrogate",
    "observe.duplicate.*": "RFC 8259 leaves it open what a repeated member means",
    "observe.heavy.*": "parsers may limit depth and size (RFC 8259 section 9)",
    "observe.json.long-*": "parsers may limit range and precision of numbers (RFC 8259 section 9)",
    "observe.utf-8.byte-order-mark": "parsers may ignore the mark (RFC 8259 section 8.1)",
    "observe.accept.unmet": "a server may disregard Accept (RFC 9110 section 12.4.1)",
    "observe.compression": "compression is an offer",
    "observe.expect": "no page says what comes of it",
    "observe.media-type.*": "JSON media types that are not declared, and none at all (RFC 9110 section 8.3)",
    "observe.*.proto-property": "parsers of JavaScript reject this name on purpose",
    "observe.query.*": "the document declares no query",
    "observe.other-path.*": "servers may normalize paths (RFC 3986 section 6)",
    "relate.series.*": "names may be folded before they are compared, and validators read no 1e400",
    "observe.method.*": "no page says what else the path supports",
    "observe.path.*": "whether a resource of such a name exists is the server's to know",
    "observe.merged.unusual-path*": "whether a resource of such a name exists is the server's to know",
    "observe.credential.*": "no page says whether such a credential is taken",
    "observe.trial.*": "pages and documents of different age disagree",
    "relate.alike-names.*": "names may be folded before they are compared",
    "relate.other-settings.second": "no page says what comes of it",
    "relate.same-name.second": "no page says what comes of it",
    "relate.visible.read": "a request beside the operation",
}
"""The cases whose answer is only recorded, each with the reason why no validator can judge it."""

ELSEWHERE = ("reject.content-coding.*", "reject.credential.*", "reject.host.*", "reject.media-type.*", "reject.path.*")
"""Cases that are refused for something else than their body."""

REFUSED = {
    "integer": "true false fraction long-fraction string empty-string quoted-number array one-item-array object",
    "boolean": "fraction integer zero one string empty-string quoted-boolean quoted-null array one-item-array object",
    "string": "true false fraction integer zero array one-item-array object unknown-enum-value other-case padded prefix"
    " empty",
    "object": "true false fraction integer zero string empty-string quoted-null array one-item-array quoted-object",
}
"""What a member of each type is refused for in the published document, null aside."""

UNDECLARED = "unknown-property unknown-property-null other-case misspelled camel-case proto-property empty-name".split()


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@pytest.fixture(scope="module")
def items(contract: Contract) -> tuple[Item, ...]:
    """Return the whole catalogue."""
    return standard(contract, Profile.FULL)


@pytest.fixture(scope="module")
def cases(items: tuple[Item, ...]) -> dict[str, Case]:
    """Return all cases by id."""
    return {case.id: case for case in cases_of(items)}


def by_body(cases: dict[str, Case]) -> Iterator[Case]:
    """Yield the cases that must be refused for what their body holds."""
    for case in cases.values():
        if case.expectation is Expectation.REJECTED and case.story and case.story.keyword in BY_BODY:
            yield case


@pytest.mark.slow
def test_what_is_refused_breaks_one_keyword_at_one_place(contract: Contract, cases: dict[str, Case]) -> None:
    """Both validators find one violation, at the place and of the keyword that the story tells."""
    found = 0
    for case in by_body(cases):
        _, value = value_of(case)
        (slow,), (fast,) = (
            contract.request_validator.violations(value),
            contract.request_validator.fast_violations(value),
        )
        assert case.story is not None
        assert (case.story.pointer, case.story.keyword) == (slow.pointer, slow.keyword), case.id
        assert slow.pointer.startswith(fast.pointer), case.id
        found += 1
    assert found > 400


def test_what_cannot_be_judged_has_a_reason(cases: dict[str, Case]) -> None:
    """Every case without an expectation is known by its id, and every reason has a case."""
    used = set()
    for case in cases.values():
        if case.expectation is Expectation.OBSERVED:
            reasons = [glob for glob in OPEN if fnmatchcase(case.id, glob)]
            assert 1 == len(reasons), case.id
            used.update(reasons)
    assert OPEN.keys() == used


def test_what_is_refused_and_valid_is_refused_for_something_else(contract: Contract, cases: dict[str, Case]) -> None:
    """A right body is refused only with a wrong credential, media type or path."""
    for case in cases.values():
        readable, value = value_of(case)
        if case.expectation is Expectation.REJECTED and readable and contract.request_validator.is_valid(value):
            assert any(fnmatchcase(case.id, glob) for glob in ELSEWHERE), case.id


def test_every_member_is_refused_in_every_way(contract: Contract, cases: dict[str, Case]) -> None:
    """Each wrong class of each member is planted in the smallest and in the fullest body."""
    for node in contract.request.walk():
        if node.path in {"", "/name"}:
            continue
        (type_,) = node.types - {"null"}
        for slug in REFUSED[type_].split():
            if type_ == "integer" or slug != "quoted-null" or node.nullable:
                for base in ("smallest", "fullest"):
                    assert f"reject.{node.path[1:].replace('/', '.')}.{slug}.{base}" in cases
    for slug in UNDECLARED:
        assert {f"reject.autoscaling_settings.{slug}.{base}" for base in ("smallest", "fullest")} <= cases.keys()
    for slug in ("null", "absent", "integer", "true", "array", "one-item-array", "object", "fraction"):
        assert f"reject.name.{slug}.smallest" in cases
    for slug in ("null", "true", "fraction", "integer", "string", "empty-string", "array", "one-item-array"):
        assert f"reject.body.{slug}.smallest" in cases


def test_every_value_class_is_accepted_alone_and_together(contract: Contract, cases: dict[str, Case]) -> None:
    """Each member alone, and all members at once, hold each class of their type; a list each of its values."""
    for node in contract.request.walk():
        if node.children or node.path in {"", "/name"}:
            continue
        slug = f"accept.{node.path[1:].replace('/', '.')}"
        expected = ["null", "absent"]
        if "integer" in node.types:
            expected += ["zero", "minus-one", "beyond-int32", "beyond-int64", "huge", "beyond-float", "integral-float"]
        if "boolean" in node.types:
            expected += ["true", "false"]
        listed = [value for shape in node.shapes for value in shape.value("enum") or ()]  # type: ignore[union-attr]
        expected += [f"enum-{str(value).lower().replace('_', '-')}" for value in listed]
        for each in expected:
            held = f"{slug}.{each}" in cases or f"accept.all.{each}" in cases or each in {"zero", "absent"}
            assert held, f"{slug}.{each}"
    assert 25 <= sum(id_.startswith("accept.all.") for id_ in cases)
    assert 23 <= sum(id_.startswith("accept.name.") for id_ in cases)


def test_ids_are_slugs(cases: dict[str, Case]) -> None:
    """An id has no character that a shell or a glob would trip over, and begins with what is expected."""
    for case in cases.values():
        assert case.id.replace(".", "").replace("-", "").replace("_", "").isalnum(), case.id
        assert case.id.split(".")[0] in {"accept", "reject", "observe", "relate"}


def test_every_case_exercises_something_and_tells_its_story(contract: Contract, cases: dict[str, Case]) -> None:
    """A case names requirements that exist, and says in words what is special about it."""
    for case in cases.values():
        assert case.requirements, case.id
        assert set(case.requirements) <= contract.by_id.keys()
        assert case.story is not None
        assert case.story.says
        assert case.story.kind


def test_every_requirement_that_a_case_can_exercise_is_exercised(contract: Contract, cases: dict[str, Case]) -> None:
    """No acceptance or rejection requirement is left without a case."""
    exercised = {each for case in cases.values() for each in case.requirements}
    wanted = {row.id for row in contract.requirements if row.group.value in {"acceptance", "rejection"}}
    assert set() == wanted - exercised


@pytest.mark.slow
def test_slots_are_filled_where_they_are(cases: dict[str, Case]) -> None:
    """A case with the slot says so, and filling it changes that and nothing else."""
    name = "cfm-12345678-0001"
    for case in cases.values():
        body = case.request.body or b""
        decoded = [body.decode(each, "ignore") for each in ("utf-8", "utf-16-le", "utf-32-le")]
        assert case.slotted is any(SLOT in each for each in (*decoded, case.request.target))
        filled = fill(case.request, name)
        assert len(body) == len(filled.body or b"")
        assert not holds(filled, SLOT)
    with pytest.raises(ValueError, match="17 characters"):
        fill(next(iter(cases.values())).request, "short")


def test_a_short_run_exercises_nearly_all_that_can_fail_it(contract: Contract) -> None:
    """Smoke exercises the requirements of strength must and should; precision is the parser's, at every place alike."""

    def exercised(profile: Profile) -> set[str]:
        found = {each for case in cases_of(standard(contract, profile)) for each in case.requirements}
        rows = (contract.by_id[each] for each in found)
        return {row.id for row in rows if row.strength is not Strength.ADVISORY and not row.id.endswith(".precision")}

    assert len(exercised(Profile.SMOKE)) > 0.95 * len(exercised(Profile.STANDARD))


def test_members_of_alternatives_do_not_hide_each_other() -> None:
    """Cases of two alternatives with members of one name keep both, under different ids."""
    parts = [
        {"type": "object", "required": ["k", "v"], "properties": {"k": {"const": kind}, "v": {"type": type_}}}
        for kind, type_ in (("x", "integer"), ("y", "boolean"))
    ]
    contract = contract_of({"type": "object", "properties": {"u": {"oneOf": parts}}})
    ids = [case.id for case in cases_of(standard(contract))]
    assert len(ids) == len(set(ids))
    assert {
        "reject.u.v.absent.smallest",
        "reject.u.v.absent.smallest.2",
        "accept.u.v.false",
        "accept.u.v.zero",
    } <= set(ids)


@pytest.mark.slow
def test_a_document_without_a_valid_body_is_told() -> None:
    """Where not even the smallest body can be made, nothing is sent; the keyword in the way is named, and a remedy."""
    rule = {"propertyNames": {"pattern": "^never$"}}
    contract = contract_of({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, **rule})
    told = r"no valid request could be made for PUT /things: `pattern` of #/.*; add a valid request as #/.*/example"
    with pytest.raises(ContractError, match=told):
        standard(contract)
