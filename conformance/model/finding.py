"""Findings and passes: what checks say of an exchange."""

from typing import TypeAlias

import msgspec


class Pass(msgspec.Struct, frozen=True):
    """The exchange exercised a requirement and it held."""

    requirement: str


class Symptom(msgspec.Struct, frozen=True, omit_defaults=True, cache_hash=True):
    """What went wrong, in words that are the same for the same fault wherever it shows, and in every run.

    `rule` names what was broken, `kind` the class of what it is about, `observed` what was there instead; none holds a
    value of a message. An `intermittent` one shows sometimes, and has its rule alone.
    """

    rule: str
    kind: str = ""
    observed: str = ""
    intermittent: bool = False

    def __str__(self) -> str:
        """Return the text by which results.json knows it."""
        return f"flaky | {self.rule}" if self.intermittent else f"{self.rule} | {self.kind} | {self.observed}"


class PlacedSymptom(msgspec.Struct, frozen=True):
    """A symptom of one requirement at one place of the document: the same for the same fault there, in every run."""

    requirement: str
    place: str
    symptom: Symptom

    def __str__(self) -> str:
        """Return the text by which results.json and waivers know it."""
        return f"{self.requirement} | {self.place} | {self.symptom}"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One violation of one requirement.

    `pointer` names the place in the response or request (a JSON pointer), or a header, or is empty; `place` is where
    the document has it. `expected` and `actual` are short strings. `sentence` is the title of the cause.
    `grouped_under` is the symptom of the intermittent fault that this finding belongs to.
    """

    requirement: str
    message: str
    place: str
    symptom: Symptom
    sentence: str
    pointer: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    grouped_under: Symptom | None = None

    @property
    def cause(self) -> PlacedSymptom:
        """What is the same for the same fault at the same place."""
        return PlacedSymptom(self.requirement, self.place, self.symptom)

    @property
    def pattern(self) -> Symptom:
        """What is the same for all findings of one fault."""
        return self.grouped_under or self.symptom


Judgement: TypeAlias = Pass | Finding


class Doubt(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a requirement could not be judged on this exchange: both validators disagree, or the suite failed.

    `ours` is true for an error of the suite (`error`), and false for what cannot be decided (`inconclusive`).
    """

    requirement: str
    reason: str
    ours: bool = False


INVALID_RESPONSE = "invalid response"
"""The rule of findings of clients on responses with one schema violation."""

ACCEPTED = "accepted"
"""What is observed where a client returned such a response as it is."""

UNPARSED = "body that cannot be parsed"
"""The rule of findings of clients on bodies of success responses that are no JSON text at all."""
