"""Waivers: failures that somebody answers for until a day."""

from datetime import date
from typing import Annotated

import msgspec

FILLED = r"\S"
"""What a text must hold that is not left empty."""

Filled = Annotated[str, msgspec.Meta(pattern=FILLED)]


class Waiver(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Lets failures pass, of one requirement or of one cause, up to and on the day `expires`.

    Exactly one of `requirement` and `cause` is set: the id of a requirement, or the `cause` or `pattern` of findings.
    """

    requirement: str | None = None
    cause: str | None = None
    owner: Filled
    reason: Filled
    expires: date

    @property
    def subject(self) -> str:
        """What is waived, in words."""
        return f"the requirement {self.requirement}" if self.requirement else f"the cause {self.cause!r}"

    def covers(self, requirement: str, cause: str, pattern: str) -> bool:
        """Tell whether this names what a finding is about: its requirement, or the text of its cause or pattern."""
        return self.requirement == requirement if self.requirement is not None else self.cause in {cause, pattern}


class WaiverFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of the waivers: one `[[waiver]]` each."""

    waiver: tuple[Waiver, ...] = ()
