"""What relations are made from."""

from conformance.model.case import Case, Story
from conformance.model.jsontext import Writable
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder


def plain_case(build: Builder, id_: str, body: Writable, says: str) -> Case:
    """Return a case of a relation that must be accepted."""
    requirement = requirement_id(Group.ACCEPTANCE, build.contract.request.label, "combination")
    return build.accepting(id_, (requirement,), body, relation_story(says))


def relation_story(says: str) -> Story:
    """Return the story of a case that means something only beside others."""
    return Story("", "relation", "", "", says, says)
