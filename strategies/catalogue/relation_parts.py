"""What relations are made from."""

from conformance.classify.requirements import combination_id
from conformance.model.case import Case, Story
from conformance.model.jsontext import Writable
from conformance.strategies.case_builder import Builder


def plain_case(build: Builder, id_: str, body: Writable, says: str) -> Case:
    """Return a case of a relation that must be accepted."""
    requirement = combination_id(build.contract.request)
    return build.accepting(id_, (requirement,), body, relation_story(says))


def relation_story(says: str) -> Story:
    """Return the story of a case that means something only beside others."""
    return Story("", "relation", "", "", says, says)
