"""Synthetic runs: as many cases as asked for, each with about 1.7 kB of evidence, one in ten at fault."""

import json
import random
import uuid

from conformance.journal.events import AnyEvent
from conformance.model.case import Story
from conformance.model.exchange import Response
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group, Strength

from ..reports.journals import Journal, case  # noqa: TID252 - test modules are found by path

MEMBERS = [f"member_{number:02}_setting" for number in range(15)]

GROUPS = {
    "accept": Group.ACCEPTANCE,
    "reject": Group.REJECTION,
    "response": Group.RESPONSE,
    "semantics": Group.SEMANTICS,
}
ROWS = [
    Requirement(
        f"{prefix}.UpdateSettingsV1.{member}.{keyword}",
        f"`{member}` keeps its `{keyword}`",
        Strength.MUST if number % 3 else Strength.SHOULD,
        group,
        (f"#/components/schemas/UpdateSettingsV1/properties/{member}/{keyword}",),
        f"REQ-{prefix[:3].upper()}-{number:03}",
    )
    for prefix, group in GROUPS.items()
    for number, member in enumerate(MEMBERS)
    for keyword in ("type", "enum", "required", "null")
]


def run_of(cases: int, *, entropy: bool) -> list[AnyEvent]:
    """Return a run of `cases` cases, one in ten at fault; with `entropy` every value of every case is another."""
    source = random.Random(7)  # noqa: S311 - nobody is to be kept from guessing
    journal = Journal(ROWS)
    accept, reject, response = ROWS[:60], ROWS[60:120], [row.id for row in ROWS[120:]]
    for number in range(cases):
        values: dict[str, object] = {
            each: str(uuid.UUID(int=source.getrandbits(128)))
            if entropy
            else f"a value of the usual kind, it is {index:03}"
            for index, each in enumerate(MEMBERS)
        }
        values[MEMBERS[number % 15]] = number
        body = json.dumps({"name": f"cfm-1a2b3c4d-{number:04}", "settings": values}).encode()
        refused = number % 2 == 0
        row = (reject if refused else accept)[number % 60]
        says = f"`{MEMBERS[number % 15]}` is the value numbered {number} of its kind"
        one = case(
            f"{row.id}.value-{number}",
            requirements=(row.id,),
            expectation=Expectation.REJECTED if refused else Expectation.ACCEPTED,
            body=body,
            story=Story(f"/settings/{MEMBERS[number % 15]}", "type", "1", str(number), says, "number"),
            phase="catalogue" if number % 3 else "combinations",
        )
        faulty = number % 10 == 4
        answer = body if not refused or faulty else body[: len(body) // 2] + b'"}}'
        status = 422 if refused and not faulty else 200
        journal.send(
            one,
            Response(status, (("Content-Type", "application/json"), ("Server", "uvicorn")), answer),
            passed=[] if faulty else [row.id, *(response if not refused else [])],
        )
        if faulty:
            journal.find(one, row, kind=f"kind {number % 7}", pointer=f"/settings/{MEMBERS[number % 15]}")
    return journal.end()
