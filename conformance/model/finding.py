"""Findings and passes: what checks say of an exchange."""

from typing import TypeAlias

import msgspec


class Pass(msgspec.Struct, frozen=True):
    """The exchange exercised a requirement and it held."""

    requirement: str


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One violation of one requirement.

    `pointer` names the place in the answer or request (a JSON pointer), or a header, or is empty; `expected` and
    `actual` are short texts. `cause` is the same for the same fault at the same place in every run and never holds a
    value; `pattern` is the same for the same fault wherever it shows; `sentence` says the pattern to a person.
    `within` is the pattern of a wider fault: where that was found as well, this finding is a part of it.
    """

    requirement: str
    message: str
    cause: str
    pattern: str
    sentence: str
    pointer: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    within: str = ""


Judgement: TypeAlias = Pass | Finding


class Doubt(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a requirement could not be judged on this exchange: both validators disagree, or the suite failed.

    `ours` tells the suite's own fault (`error`) from a case that nobody can decide (`inconclusive`).
    """

    requirement: str
    reason: str
    ours: bool = False
